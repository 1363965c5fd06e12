//! What the pods of a release read, each with a verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::arrival::Arrival;
use super::coverage::{self, Coverage};
use super::rules::Case;
use super::subject::Subject;
use crate::diagnostic::Level;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::{self, grouped, settled};
use crate::plan::facts::producers::ReleaseAt;
use crate::reference::{Form, Identity, Kind, Need, Reference, Spoken, Why, Workload};
use crate::rendered::ObjectKind;

/// An object that a workload reads, in whatever ways.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// The release of the workload: `namespace/name`, or `name`.
    pub(crate) release: String,
    /// Which one it is.
    pub(crate) at: ReleaseAt,
    /// The environment that it was read in.
    pub(crate) environment: String,
    pub(crate) workload: Identity,
    pub(crate) kind: Kind,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// How it is read, by the gravest of the ways: `env TOKEN of container app`.
    pub(crate) how: String,
    /// Where in the manifest.
    pub(crate) path: String,
    /// What a change of it needs.
    pub(crate) need: Need,
    /// The other releases that make it, as far as they are known.
    pub(crate) makers: Vec<String>,
    /// Which ones they are; for what a controller makes, the one with the resource that it makes it of.
    pub(crate) made_by: Vec<ReleaseAt>,
    pub(crate) verdict: Verdict,
}

/// What there is to say about a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The release makes the object itself, so its chart has to see to that.
    Own,
    /// A change needs no restart that somebody has to bring about.
    Needless(Why),
    /// This source contains it, and the checksum arrives.
    Covered(String),
    /// Somebody accepted it, for this reason.
    Accepted(String),
    /// A controller makes it of this resource, so its content is not in the repository.
    Controlled(String),
    /// It is only named, in an argument or a variable.
    Named,
    /// No release of the state makes it, as far as they could be looked at.
    Unmade,
    /// Nothing restarts the workload.
    Unbridged,
    /// Sources leave out some of what it is made of.
    Partial,
    /// A source contains it, but the checksum does not arrive at this workload.
    Missed,
}

impl Verdict {
    /// Changes each text in it, which names or reasons are made from.
    pub(crate) fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        match self {
            Self::Covered(text)
            | Self::Accepted(text)
            | Self::Controlled(text)
            | Self::Needless(Why::Reloader(text) | Why::Controller(text)) => change(text),
            Self::Needless(_)
            | Self::Own
            | Self::Named
            | Self::Unmade
            | Self::Unbridged
            | Self::Partial
            | Self::Missed => {}
        }
    }
}

/// What a rule needs to know of a reading beside itself.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) coverage: Coverage,
    /// In how many ways the workload reads it.
    pub(super) ways: usize,
    /// The gravest of them, with the file of the chart that the workload is rendered from, as helm names it.
    pub(super) rendered_from: Option<(Form, String)>,
}

impl Judged {
    /// Of a reading that nobody has to do anything about.
    const fn fine() -> Self {
        Self { coverage: Coverage::Nothing, ways: 1, rendered_from: None }
    }
}

/// The readings of the subject, in the order of its manifests.
pub(super) fn judge(case: &mut Case<'_, '_>, arrival: Option<&Arrival>) -> Vec<(Reading, Judged)> {
    let subject = case.subject;
    let Ok(manifests) = &subject.manifests else { return Vec::new() };
    let mut known: BTreeMap<(usize, ObjectKind, String), Coverage> = BTreeMap::new();
    let mut found = Vec::new();
    for workload in &manifests.workloads {
        for read in case.makers.read_by(subject.deployed(), workload) {
            found.push(judge_one(case, arrival, (workload, &read), &mut known));
        }
    }
    for resource in &manifests.elsewhere {
        for references in grouped(resource.references.iter()) {
            found.extend(references.first().map(|first| live(case, &resource.identity, first)));
        }
    }
    found.extend(named(case, manifests));
    let operated = operated(case, manifests, &found);
    found.extend(operated);
    found
}

/// A reading of a resource that is no pod, which is always live.
fn live(case: &Case<'_, '_>, identity: &Identity, reference: &Reference) -> (Reading, Judged) {
    let why = match &reference.need {
        Need::Nothing(why) => why.clone(),
        _ => Why::ReadLive,
    };
    let makers = case.makers.find(case.subject.deployed(), reference.object());
    let verdict =
        if case.makers.has(case.subject.at, &makers) { Verdict::Own } else { Verdict::Needless(why) };
    let reading = Reading { verdict, ..bare(case, identity, reference, &makers) };
    (reading, Judged::fine())
}

/// Objects of other releases that pods only name.
fn named(case: &Case<'_, '_>, manifests: &Rendered) -> Vec<(Reading, Judged)> {
    let mut found: Vec<(Reading, Judged)> = Vec::new();
    for (kind, name, maker) in case.makers.near(case.subject.deployed()) {
        if case.subjects[maker].at == case.subject.at {
            continue;
        }
        // Without a namespace, a chart may write the one that helm gives it.
        let own = case.subject.release.namespace.as_str();
        let namespaces = BTreeSet::from([own, settled(own)]);
        let marker = case.rendering.kept.marker();
        let mentions = namespaces
            .into_iter()
            .flat_map(|own| manifests.mentions(marker, kind, own, name).map(move |mention| (own, mention)));
        for (namespace, (workload, _, mention, need)) in mentions {
            let is_known = found.iter().any(|(reading, _)| {
                reading.workload == workload.identity && reading.name == name && reading.kind == kind.into()
            });
            if is_known {
                continue;
            }
            let verdict = match &need {
                Need::Nothing(why) => Verdict::Needless(why.clone()),
                _ => Verdict::Named,
            };
            let how = match &mention.spoken {
                Spoken::Argument => "an argument".to_owned(),
                Spoken::Command => "the command".to_owned(),
                Spoken::Variable(name) => format!("env {name}"),
            };
            let reading = Reading {
                release: case.subject.release.id(),
                at: case.subject.at,
                environment: case.subject.environment.resolved.environment.clone(),
                workload: workload.identity.clone(),
                kind: kind.into(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                how: format!("{how} of container {}", mention.container),
                path: mention.path.clone(),
                need,
                makers: vec![case.subjects[maker].release.id()],
                made_by: vec![case.subjects[maker].at],
                verdict,
            };
            found.push((reading, Judged::fine()));
        }
    }
    found
}

/// Objects of other releases that custom resources name and whose operators read them, but for those that the same resource reads in
/// another way.
fn operated(
    case: &Case<'_, '_>,
    manifests: &Rendered,
    known: &[(Reading, Judged)],
) -> Vec<(Reading, Judged)> {
    let mut found: Vec<(Reading, Judged)> = Vec::new();
    if manifests.operated.is_empty() {
        return found;
    }
    let subject = case.subject;
    let marker = case.rendering.kept.marker();
    for (kind, namespace, name, makers) in case.makers.around(subject.deployed()) {
        if case.makers.has(subject.at, makers) {
            continue;
        }
        // Without a namespace, a release is deployed to that of the object.
        let own = subject.release.namespace.as_str();
        let written = if settled(own) == namespace { own } else { namespace };
        let fields = BTreeSet::from([namespace, written])
            .into_iter()
            .flat_map(|written| manifests.named_by_operated(marker, kind, written, name));
        for (resource, field) in fields {
            let is_it = |(reading, _): &(Reading, Judged)| {
                (&reading.workload, reading.kind) == (&resource.identity, kind.into())
                    && (settled(&reading.namespace), reading.name.as_str()) == (namespace, name)
            };
            if known.iter().chain(&found).any(is_it) {
                continue;
            }
            let makers = case.makers.find(subject.deployed(), (kind.into(), namespace, name));
            let reading = Reading {
                release: subject.release.id(),
                at: subject.at,
                environment: subject.environment.resolved.environment.clone(),
                workload: resource.identity.clone(),
                kind: kind.into(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                how: field.path.clone(),
                path: field.path.clone(),
                need: Need::Nothing(Why::Operator),
                makers: makers.iter().map(|index| case.subjects[*index].release.id()).collect(),
                made_by: makers.iter().map(|index| case.subjects[*index].at).collect(),
                verdict: Verdict::Needless(Why::Operator),
            };
            found.push((reading, Judged::fine()));
        }
    }
    found
}

/// A reading without a verdict.
fn bare(case: &Case<'_, '_>, identity: &Identity, reference: &Reference, makers: &[usize]) -> Reading {
    let subject = case.subject;
    let others: Vec<&Subject<'_>> = makers.iter().map(|index| &case.subjects[*index]).collect();
    let others = || others.iter().filter(|maker| maker.at != subject.at);
    Reading {
        release: subject.release.id(),
        at: subject.at,
        environment: subject.environment.resolved.environment.clone(),
        workload: identity.clone(),
        kind: reference.kind,
        namespace: reference.namespace.clone(),
        name: reference.name.clone(),
        how: reference.how(),
        path: reference.path.clone(),
        need: reference.need.clone(),
        makers: others().map(|maker| maker.release.id()).collect(),
        made_by: others().map(|maker| maker.at).collect(),
        verdict: Verdict::Unmade,
    }
}

fn judge_one(
    case: &mut Case<'_, '_>,
    arrival: Option<&Arrival>,
    (workload, read): (&Workload, &makers::Read<'_>),
    known: &mut BTreeMap<(usize, ObjectKind, String), Coverage>,
) -> (Reading, Judged) {
    let subject = case.subject;
    let makers::Read { references, need, makers } = read;
    let first = references[0];
    let is_own = case.makers.has(subject.at, makers);
    let kind = if first.kind == Kind::Secret { ObjectKind::Secret } else { ObjectKind::ConfigMap };
    let mut coverage = Coverage::Nothing;
    let mut made_by = None;
    let verdict = match need {
        _ if is_own => Verdict::Own,
        Need::Nothing(why) => Verdict::Needless(why.clone()),
        _ if makers.is_empty() => match case.makers.controlled(subject.deployed(), first.object()) {
            Some(made) => {
                let maker = &case.subjects[made.maker];
                made_by = (maker.at != subject.at).then_some(maker.at);
                // Its content is nobody's to compute; what it is made of may be a source.
                match coverage::owner(case, maker, (made.object.0, &made.object.1)) {
                    Some(source) => {
                        coverage = Coverage::Full(source.clone());
                        contained(case, arrival, workload, source)
                    }
                    None => Verdict::Controlled(made.resource.clone()),
                }
            }
            None => Verdict::Unmade,
        },
        _ => {
            // Of an object that several releases make, each has to be covered.
            for index in makers {
                let key = (*index, kind, first.name.clone());
                let one = if let Some(known) = known.get(&key) {
                    known.clone()
                } else {
                    let maker = &case.subjects[*index];
                    let fresh = coverage::of(case, maker, (kind, &first.name));
                    known.entry(key).or_insert(fresh).clone()
                };
                let is_better = !matches!(one, Coverage::Full(_)) || coverage == Coverage::Nothing;
                if is_better {
                    coverage = one;
                }
                if !matches!(coverage, Coverage::Full(_)) {
                    break;
                }
            }
            match &coverage {
                Coverage::Nothing => Verdict::Unbridged,
                Coverage::Partial(_) => Verdict::Partial,
                Coverage::Full(source) => contained(case, arrival, workload, source.clone()),
            }
        }
    };
    let verdict = match (verdict, accepted(case, kind, &first.name)) {
        (Verdict::Unbridged | Verdict::Partial | Verdict::Missed, Some(reason)) => Verdict::Accepted(reason),
        (verdict, _) => verdict,
    };
    let mut reading =
        Reading { need: need.clone(), verdict, ..bare(case, &workload.identity, first, makers) };
    reading.made_by.extend(made_by);
    let source = workload.origin.source.clone();
    let rendered_from = source.map(|source| (first.form.clone(), source));
    (reading, Judged { coverage, ways: references.len(), rendered_from })
}

/// The verdict on what a source contains that a workload reads.
fn contained(case: &Case<'_, '_>, arrival: Option<&Arrival>, workload: &Workload, source: String) -> Verdict {
    if case.is_annotated() {
        // It puts the checksum on the pods that read the object, unless the source says on which.
        let on = case.source(&source).map(|source| source.options.on.as_slice()).unwrap_or_default();
        let identity = &workload.identity;
        let reaches = on.is_empty() || on.iter().any(|on| on.names(&identity.kind, &identity.name));
        return if reaches { Verdict::Covered(source) } else { Verdict::Missed };
    }
    match arrival {
        Some(arrival) if !arrival.reaches(workload) => Verdict::Missed,
        // There is nothing that could arrive.
        None if !case.is_wired() => Verdict::Missed,
        _ => Verdict::Covered(source),
    }
}

/// Why a directive of the release accepts that its pods read an object, where one does.
fn accepted(case: &Case<'_, '_>, kind: ObjectKind, name: &str) -> Option<String> {
    let mut own = case.subject.environment.accepted.iter().filter(|(at, _)| *at == case.subject.at);
    let (_, accepted) = own.find(|(_, one)| one.kind == kind && one.name == name)?;
    Some(accepted.reason.clone())
}

impl Reading {
    /// How bad it is that nothing restarts the workload.
    pub(super) fn level(&self) -> Level {
        self.need.level()
    }

    /// The sources that stand for it, as directives have them.
    pub(super) fn sources(&self) -> Vec<String> {
        sources(&self.object(), &self.makers)
    }

    /// The object as a source names it.
    pub(crate) fn object(&self) -> String {
        format!("{}:{}", self.kind.name().to_ascii_lowercase(), self.name)
    }
}

/// The sources that stand for an object of these releases, as directives have them. Of several, each has a name: they would have the same
/// label.
pub(super) fn sources(object: &str, makers: &[String]) -> Vec<String> {
    let name = |maker: &String| match makers.len() {
        1 => String::new(),
        _ => format!(" as {}", maker.replace('/', "-")),
    };
    makers.iter().map(|maker| format!("{object}{} from={maker}", name(maker))).collect()
}

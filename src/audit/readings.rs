//! What the pods of a release read, each with a verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::arrival::Arrival;
use super::coverage::{self, Coverage};
use super::rules::Case;
use crate::diagnostic::Level;
use crate::plan::facts::producers::ReleaseAt;
use crate::reference::{Identity, Kind, Manifests, Need, Reference, Why, Workload};
use crate::rendered::ObjectKind;

/// An object that a workload reads, in whatever ways.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// The release of the workload: `namespace/name`, or `name`.
    pub(crate) release: String,
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
    /// No release of the state makes it, as far as they could be looked at.
    Unmade,
    /// Nothing restarts the workload.
    Unbridged,
    /// Sources leave out some of what it is made of.
    Partial,
    /// A source contains it, but the checksum does not arrive at this workload.
    Missed,
}

/// What a rule needs to know of a reading beside itself.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) coverage: Coverage,
    /// In how many ways the workload reads it.
    pub(super) ways: usize,
}

/// The readings of the subject, in the order of its manifests.
pub(super) fn judge(
    case: &mut Case<'_, '_>,
    arrival: Option<&Arrival>,
    accepted: &mut BTreeSet<(ReleaseAt, usize)>,
) -> Vec<(Reading, Judged)> {
    let subject = case.subject;
    let Ok(manifests) = &subject.manifests else { return Vec::new() };
    let mut known: BTreeMap<(usize, ObjectKind, String), Coverage> = BTreeMap::new();
    let mut found = Vec::new();
    for workload in &manifests.workloads {
        for references in grouped(workload) {
            found.push(judge_one(case, arrival, accepted, manifests, (workload, &references), &mut known));
        }
    }
    found
}

/// The references of a workload, those to the same object together, the gravest first.
fn grouped(workload: &Workload) -> Vec<Vec<&Reference>> {
    let mut groups: Vec<Vec<&Reference>> = Vec::new();
    for reference in workload.references().filter(|one| matches!(one.kind, Kind::ConfigMap | Kind::Secret)) {
        let is_same = |group: &&mut Vec<&Reference>| {
            group.first().is_some_and(|first| {
                (first.kind, &first.namespace, &first.name)
                    == (reference.kind, &reference.namespace, &reference.name)
            })
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(reference),
            None => groups.push(vec![reference]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|reference| std::cmp::Reverse(reference.need.level()));
    }
    groups
}

fn judge_one(
    case: &mut Case<'_, '_>,
    arrival: Option<&Arrival>,
    _accepted: &mut BTreeSet<(ReleaseAt, usize)>,
    _manifests: &Manifests,
    (workload, references): (&Workload, &[&Reference]),
    known: &mut BTreeMap<(usize, ObjectKind, String), Coverage>,
) -> (Reading, Judged) {
    let subject = case.subject;
    let first = references[0];
    let makers = case.makers.find(case.subjects, subject, (first.kind, &first.namespace, &first.name));
    let is_own = makers.iter().any(|index| case.subjects[*index].at == subject.at);
    let kind = if first.kind == Kind::Secret { ObjectKind::Secret } else { ObjectKind::ConfigMap };
    let mut coverage = Coverage::Nothing;
    let verdict = match &first.need {
        _ if is_own => Verdict::Own,
        Need::Nothing(why) => Verdict::Needless(why.clone()),
        _ if makers.is_empty() => Verdict::Unmade,
        _ => {
            // Of an object that several releases make, each has to be covered.
            for index in &makers {
                let key = (*index, kind, first.name.clone());
                let one = match known.get(&key) {
                    Some(known) => known.clone(),
                    None => {
                        let maker = &case.subjects[*index];
                        let fresh = coverage::of(case, maker, (kind, &first.name));
                        known.entry(key).or_insert(fresh).clone()
                    }
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
                Coverage::Full(source) => match arrival {
                    Some(arrival) if !arrival.is_nowhere() && !arrival.reaches(workload) => Verdict::Missed,
                    // Without a target, or where it arrives nowhere, another finding says so.
                    _ => Verdict::Covered(source.clone()),
                },
            }
        }
    };
    let names = makers.iter().filter(|index| case.subjects[**index].at != subject.at);
    let reading = Reading {
        release: subject.release.id(),
        environment: subject.environment.resolved.environment.clone(),
        workload: workload.identity.clone(),
        kind: first.kind,
        namespace: first.namespace.clone(),
        name: first.name.clone(),
        how: first.how(),
        path: first.path.clone(),
        need: first.need.clone(),
        makers: names.map(|index| case.subjects[*index].release.id()).collect(),
        verdict,
    };
    (reading, Judged { coverage, ways: references.len() })
}

impl Reading {
    /// How bad it is that nothing restarts the workload.
    pub(super) fn level(&self) -> Level {
        self.need.level()
    }

    /// The object as a source names it.
    pub(super) fn object(&self) -> String {
        format!("{}:{}", self.kind.name().to_ascii_lowercase(), self.name)
    }
}

//! What an audit found missing, as data for whoever adds it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Audited;
use super::inputs::Inputs;
use super::markers::{reached_by, usual};
use super::mutation::Object;
use super::readings::{self, Judged, Reading, Verdict};
use super::rules::{Case, unaudited_release};
use super::subject::{self, Subject};
use crate::go::filepath::join_clean;
use crate::plan::Made;
use crate::plan::contents::makers::Makers;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::reference::{Difference, Identity, Moves, differences};
use crate::rendered::{ObjectKind, chart_inputs};
use crate::source::KeyPath;
use crate::targets::Format;

/// A release with something missing.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    pub(crate) namespace: String,
    /// What its pods read of other releases, and no checksum covers.
    pub(crate) missing: Vec<Missing>,
    /// Whether it has a checksum that arrives at no pod.
    pub(crate) is_inert: bool,
    /// Its workloads, with what a change of their pod templates does.
    pub(crate) workloads: Vec<(Identity, Moves)>,
    /// The keys of its chart that put annotations on pods, with the workloads that each of them reaches.
    pub(crate) keys: Vec<(String, BTreeSet<Identity>)>,
    /// The key that its checksum goes to if nothing else is said, with the workloads whose pods its chart puts it on.
    pub(crate) usual_key: Option<UsualKey>,
    /// The keys for annotations that the configuration names already.
    pub(crate) chosen_keys: Vec<String>,
    /// How it is wired now.
    pub(crate) wired: Wired,
    /// The paths that it declares as sources, absolute.
    pub(crate) declared: BTreeSet<Utf8PathBuf>,
    /// The values file that it alone lists, absolute; nothing where there is none that is in the repository.
    pub(crate) own_values: Option<Utf8PathBuf>,
    /// What it renders now.
    pub(crate) manifests: Vec<u8>,
    /// What is another one each time that it is rendered.
    pub(crate) noise: BTreeSet<Difference>,
    /// The templates of its own chart that its workloads are rendered from, where the chart is a directory of the repository.
    pub(crate) templates: BTreeMap<Identity, Utf8PathBuf>,
    /// The configuration that is about it, where there is one.
    pub(crate) configuration: Option<Utf8PathBuf>,
    /// The folder for one that is made.
    pub(crate) home: Utf8PathBuf,
    /// The root of the repository.
    pub(crate) root: Utf8PathBuf,
    /// The state file.
    pub(crate) state: Utf8PathBuf,
    /// Its directory.
    pub(crate) directory: Utf8PathBuf,
}

/// The key that a checksum goes to if nothing else is said.
#[derive(Clone, Debug)]
pub(crate) struct UsualKey {
    pub(crate) path: KeyPath,
    /// The workloads whose pods have its value as an annotation.
    pub(crate) reaches: BTreeSet<Identity>,
}

/// How a release is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wired {
    /// Not at all.
    No,
    /// It lists a target; its checksum arrives at some pods.
    Target,
    /// `helmsum annotate` puts its checksums on pods.
    Annotated,
}

/// An object of another release that nothing restarts pods for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) kind: ObjectKind,
    pub(crate) name: String,
    /// The releases that make it.
    pub(crate) makers: Vec<String>,
    /// The workloads that read it.
    pub(crate) readers: BTreeSet<Identity>,
    /// How the gravest of these reads it.
    pub(crate) how: String,
    /// Whether a source has it already.
    pub(crate) is_declared: bool,
    /// A file with which the object has other data.
    pub(crate) moved_by: Option<(Utf8PathBuf, Vec<u8>)>,
}

impl Missing {
    /// The object as a source names it.
    pub(crate) fn object(&self) -> String {
        format!("{}:{}", self.kind.word(), self.name)
    }

    /// The sources that stand for it, as directives have them.
    pub(crate) fn sources(&self) -> Vec<String> {
        readings::sources(&self.object(), &self.makers)
    }
}

/// What is missing, and what was looked at.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    pub(crate) found: Vec<Gap>,
    /// The releases that were asked for, with why they were not looked at.
    pub(crate) releases: Vec<Audited>,
    /// The command that fetches the charts that are not at hand.
    pub(crate) fetch: Option<String>,
}

impl Gaps {
    /// Whether not one of the releases that were asked for could be looked at.
    pub(crate) fn looked_at_nothing(&self) -> bool {
        !self.releases.is_empty() && self.releases.iter().all(|release| release.why_not.is_some())
    }
}

/// Finds what is missing in the releases that are asked for. Those of `named` are among them, whether anything is missing or not.
pub(crate) fn gaps(made: Made<'_>, rendering: &mut Rendering<'_>, named: bool) -> (Findings, Gaps) {
    let subjects = subject::render(&made, rendering);
    let makers = Makers::of(subjects.iter().map(Subject::deployed).collect());
    let mut gaps = Gaps::default();
    for subject in subjects.iter().filter(|subject| subject.is_selected) {
        let arrival = subject.arrival();
        gaps.releases.push(subject.audited(arrival.as_ref()));
        let is_inert = arrival.as_ref().is_some_and(super::arrival::Arrival::is_nowhere)
            && subject.manifests.as_ref().is_ok_and(|manifests| !manifests.workloads.is_empty());
        let mut case = Case { made: &made, subjects: &subjects, makers: &makers, subject, rendering };
        let readings = readings::judge(&mut case, arrival.as_ref());
        let missing = missing(&mut case, &readings);
        if named || is_inert || !missing.is_empty() {
            gaps.found.extend(gap(&mut case, missing, is_inert));
        }
    }
    let mut unsaid = Findings::default();
    gaps.fetch = unaudited_release::judge(&made, &subjects, &makers, rendering, &mut unsaid);
    (Findings::default(), gaps)
}

/// The objects that readings are about for which nothing restarts pods.
fn missing(case: &mut Case<'_, '_>, readings: &[(Reading, Judged)]) -> Vec<Missing> {
    let mut found: Vec<Missing> = Vec::new();
    for (reading, _) in readings {
        let is_declared = match reading.verdict {
            Verdict::Unbridged => false,
            Verdict::Missed => true,
            _ => continue,
        };
        let Some(kind) = reading.kind.object() else { continue };
        match found.iter_mut().find(|one| (one.kind, &one.name) == (kind, &reading.name)) {
            Some(known) => {
                known.readers.insert(reading.workload.clone());
            }
            None => found.push(Missing {
                kind,
                name: reading.name.clone(),
                makers: reading.makers.clone(),
                readers: BTreeSet::from([reading.workload.clone()]),
                how: reading.how.clone(),
                is_declared,
                moved_by: None,
            }),
        }
    }
    for one in &mut found {
        one.moved_by = moved_by(case, one);
    }
    found
}

/// A file of the release that makes an object with which the object has other data.
fn moved_by(case: &mut Case<'_, '_>, missing: &Missing) -> Option<(Utf8PathBuf, Vec<u8>)> {
    let maker = case
        .subjects
        .iter()
        .find(|subject| missing.makers.contains(&subject.release.id()) && subject.manifests.is_ok())?;
    let inputs = Inputs::of(case.made.project.locations, case.rendering, maker.at);
    let of_release: BTreeSet<Utf8PathBuf> =
        inputs.values.iter().chain(&inputs.read).chain(&inputs.data).cloned().collect();
    let of_chart: BTreeSet<Utf8PathBuf> =
        chart_of(maker).map(|chart| chart.join("values.yaml")).into_iter().collect();
    let mut object = Object::of(case, maker, (missing.kind, &missing.name));
    object
        .moved_once(&of_release, false)
        .or_else(|| object.moved_once(&of_chart, false))
        .or_else(|| object.moved_once(&inputs.state, true))
}

/// The directory of the chart of a release, where it is one.
fn chart_of(subject: &Subject<'_>) -> Option<Utf8PathBuf> {
    chart_inputs(&subject.producer(&subject.environment.request))
        .ok()
        .flatten()
        .map(|inputs| inputs.directory)
}

fn gap(case: &mut Case<'_, '_>, missing: Vec<Missing>, is_inert: bool) -> Option<Gap> {
    let subject = case.subject;
    let manifests = subject.manifests.as_ref().ok()?;
    let settings = case.made.project.configurations.near(&subject.visit.directory).ok()?;
    let output = case.rendering.output(&Look::plain(subject.at)).ok()?;
    let again = case.rendering.output(&Look::plain(subject.at)).ok()?;
    let noise = if again == output {
        Vec::new()
    } else {
        differences(&output, &again, &subject.release.namespace).ok()?
    };
    let keys = case.rendering.annotation_keys(subject.at).unwrap_or_default();
    let keys = reached_by(case, &keys);
    let usual_key = usual(case).map(|(path, reaches)| UsualKey { path, reaches });
    let wired = match (case.is_annotated(), case.is_wired()) {
        (true, _) => Wired::Annotated,
        (false, true) => Wired::Target,
        (false, false) => Wired::No,
    };
    let sources = subject.consumer.iter().flat_map(|(_, contents)| &contents.sources);
    let declared = sources.filter_map(|one| one.source.path());
    let templates = manifests.workloads.iter().filter_map(|workload| {
        let source = workload.origin.source.as_deref()?;
        // Those of a chart in the chart are somebody else's.
        let is_own = source.split('/').nth(1) == Some("templates");
        let file = case.template(source).filter(|file| is_own && file.starts_with(&settings.root))?;
        Some((workload.identity.clone(), file))
    });
    let chosen_keys = match settings.format_of(subject.release) {
        Ok(Format::PodAnnotations(keys, _)) => keys.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    Some(Gap {
        id: subject.release.id(),
        namespace: subject.release.namespace.clone(),
        missing,
        is_inert,
        workloads: manifests.workloads.iter().map(|one| (one.identity.clone(), one.moves.clone())).collect(),
        keys,
        usual_key,
        chosen_keys,
        wired,
        declared: declared.collect(),
        own_values: case.own_values().ok().filter(|file| file.starts_with(&settings.root)),
        manifests: output,
        noise: noise.into_iter().collect(),
        templates: templates.collect(),
        configuration: settings.config.as_ref().map(|config| config.file.clone()),
        home: home(case, &settings.root),
        root: settings.root.clone(),
        state: subject.visit.file.clone(),
        directory: subject.visit.directory.clone(),
    })
}

/// The folder of a configuration for the state file of a release: its own, or the next above that helmfile does not read as a whole,
/// where every file is a state file.
fn home(case: &Case<'_, '_>, root: &Utf8Path) -> Utf8PathBuf {
    let subject = case.subject;
    let visits = &subject.environment.resolved.visits;
    let named = subject.environment.request.options.file.as_deref();
    let named = named.map(|file| join_clean(&case.made.project.context.directory, file));
    let is_whole = |folder: &Utf8Path| {
        folder.file_name() == Some("helmfile.d")
            || named.as_deref() == Some(folder)
            || visits.iter().any(|visit| visit.helmfiles.iter().any(|listed| listed == folder))
    };
    let own = &subject.visit.directory;
    let found =
        own.ancestors().take_while(|folder| folder.starts_with(root)).find(|folder| !is_whole(folder));
    found.unwrap_or(own).to_owned()
}

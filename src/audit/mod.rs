//! What pods read of other releases, and whether they restart when it changes.
//!
//! Every release is rendered as helmfile would deploy it, with the target that helmsum is about to write. What pods read is seen in what is
//! rendered, never guessed from values. Where a checksum arrives is where a second rendering differs, with a stand-in in which every
//! digest is another one; helm is called for that only where its templates do not tell what would come of it.

mod arrival;
mod checksums;
mod coverage;
mod gaps;
mod inputs;
mod made_of;
mod markers;
mod mutation;
mod places;
mod readings;
mod restarts;
mod rules;
mod subject;
mod templates;

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

pub(crate) use gaps::{Gap, Gaps, Missing, Wired, gaps};
pub(crate) use inputs::Inputs;
pub(crate) use made_of::{Called, made_of};
pub(crate) use mutation::{changed, ends_in_value, lines_changed, other_than};
pub(crate) use readings::{Reading, Verdict};
pub(crate) use restarts::{Reached, Restarts, restarts};
pub(crate) use subject::{plain, stand_in};

use crate::diagnostic::Secrets;
use crate::plan::Made;
use crate::plan::contents::makers::Makers;
use crate::plan::contents::manifests::is_not_at_hand;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::reference::{Identity, Why};
use arrival::Arrival;
use subject::Subject;

/// What was looked at, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// The releases that were asked for, in the order of the state.
    pub(crate) releases: Vec<Audited>,
    /// What their pods read, in the same order.
    pub(crate) readings: Vec<Reading>,
    /// Controllers that workloads ask to restart them, and that no release installs.
    pub(crate) not_installed: BTreeSet<String>,
    /// The command that fetches the charts that are not at hand; nothing where none is missing.
    pub(crate) fetch: Option<String>,
}

impl Audit {
    /// Adds the release of a case, and tells what its pods read.
    fn add(&mut self, case: &mut rules::Case<'_, '_>) -> (Option<Arrival>, Vec<(Reading, readings::Judged)>) {
        let arrival = case.subject.arrival();
        self.releases.push(case.subject.audited(arrival.as_ref()));
        let readings = readings::judge(case, arrival.as_ref());
        (arrival, readings)
    }

    /// The same without secrets that names of releases or objects are made from.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        self.fetch.iter_mut().for_each(mask);
        for release in &mut self.releases {
            mask(&mut release.id);
            release.why_not.iter_mut().for_each(|why| mask(&mut why.message));
            release.restarts.iter_mut().flatten().for_each(|identity| identity.each_name(mask));
        }
        for reading in &mut self.readings {
            mask(&mut reading.release);
            reading.workload.each_name(mask);
            mask(&mut reading.namespace);
            mask(&mut reading.name);
            mask(&mut reading.how);
            mask(&mut reading.path);
            reading.makers.iter_mut().for_each(mask);
            reading.verdict.each_text(mask);
        }
        self
    }
}

/// A release that was asked for.
#[derive(Debug)]
pub(crate) struct Audited {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    /// The environment that it was read in.
    pub(crate) environment: String,
    /// The state file that declares it.
    pub(crate) file: Utf8PathBuf,
    /// Why it was not looked at, if it was not.
    pub(crate) why_not: Option<WhyNot>,
    /// The workloads whose pods its checksum restarts; nothing where it has none.
    pub(crate) restarts: Option<Vec<Identity>>,
}

/// Why a release was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhyNot {
    /// One sentence, without the name of the release.
    pub(crate) message: String,
    /// Whether its chart, or one that this depends on, is not at hand.
    pub(crate) lacks_chart: bool,
}

/// Looks at every release of the state, and judges those that are asked for.
pub(crate) fn audit(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Audit) {
    let subjects = subject::render(&made, rendering);
    let makers = Makers::of(subjects.iter().map(Subject::deployed).collect());
    let mut findings = Findings::default();
    let mut audit = Audit::default();
    for subject in subjects.iter().filter(|subject| subject.is_selected) {
        let mut case = rules::Case { made: &made, subjects: &subjects, makers: &makers, subject, rendering };
        let (arrival, readings) = audit.add(&mut case);
        for rule in rules::RULES {
            rule(&mut case, arrival.as_ref(), &readings, &mut findings);
        }
        audit.readings.extend(readings.into_iter().map(|(reading, _)| reading));
    }
    audit.not_installed = not_installed(&subjects, &audit.readings);
    rules::unused_acceptance(&made, &subjects, &mut findings);
    audit.fetch = rules::unaudited_release::judge(&made, &subjects, &makers, rendering, &mut findings);
    (findings, audit)
}

/// As [`audit`], and finds nothing but the releases that could not be looked at.
pub(crate) fn readings(made: &Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Audit) {
    let subjects = subject::render(made, rendering);
    let makers = Makers::of(subjects.iter().map(Subject::deployed).collect());
    let mut findings = Findings::default();
    let mut audit = Audit::default();
    for subject in subjects.iter().filter(|subject| subject.is_selected) {
        let mut case = rules::Case { made, subjects: &subjects, makers: &makers, subject, rendering };
        let (_, readings) = audit.add(&mut case);
        audit.readings.extend(readings.into_iter().map(|(reading, _)| reading));
    }
    audit.fetch = rules::unaudited_release::judge(made, &subjects, &makers, rendering, &mut findings);
    (findings, audit)
}

/// The controllers that readings rely on, as far as no release that was looked at has one.
fn not_installed(subjects: &[Subject<'_>], readings: &[Reading]) -> BTreeSet<String> {
    let is_installed = |name: &str| {
        let manifests = subjects.iter().filter_map(|subject| subject.manifests.as_ref().ok());
        manifests.flat_map(|manifests| &manifests.installs).any(|installed| installed == name)
    };
    let relied = readings.iter().filter_map(|reading| match &reading.verdict {
        Verdict::Needless(Why::Controller(name)) => Some(name),
        _ => None,
    });
    relied.filter(|name| !is_installed(name)).cloned().collect()
}

impl Subject<'_> {
    /// It with what was looked at; `arrival` is where its checksum arrives.
    fn audited(&self, arrival: Option<&Arrival>) -> Audited {
        Audited {
            id: self.release.id(),
            environment: self.environment.resolved.environment.clone(),
            file: self.visit.file.clone(),
            why_not: self.why_not(),
            restarts: arrival.map(|arrival| arrival.restarting(self)),
        }
    }

    fn why_not(&self) -> Option<WhyNot> {
        let problem = self.manifests.as_ref().err()?;
        Some(WhyNot {
            message: plain(&problem.message, self.release).to_owned(),
            lacks_chart: is_not_at_hand(problem),
        })
    }
}

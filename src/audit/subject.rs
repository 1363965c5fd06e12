//! The releases of a run with what they render.

use std::collections::BTreeMap;

use super::arrival::Arrival;
use super::checksums::Checksums;
use crate::diagnostic::Diagnostic;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::project::Findings;
use crate::plan::{Contents, Made, Progress};
use crate::rendered::{Cluster, Fetch, Objects};
use crate::state::{Release, Visit};

/// A release that helmfile would deploy.
pub(super) struct Subject<'p> {
    pub(super) at: ReleaseAt,
    pub(super) environment: &'p Environment,
    pub(super) visit: &'p Visit,
    pub(super) release: &'p Release,
    /// Whether it is asked for.
    pub(super) is_selected: bool,
    /// Its place among the consumers, with what is known of it, where it is one.
    pub(super) consumer: Option<(usize, &'p Contents)>,
    /// What it renders, or why that is not known.
    pub(super) manifests: Answer<Rendered>,
    /// The same with a stand-in for its target, where it has a checksum.
    pub(super) with_stand_in: Option<Answer<Rendered>>,
    /// The same once more where it has no such stand-in and its chart has checksums of its own, in a cluster that has whatever its
    /// templates look up.
    pub(super) again: Option<Answer<Rendered>>,
}

/// Renders every release that helmfile would deploy.
pub(super) fn render<'p>(made: &Made<'p>, rendering: &mut Rendering<'_>) -> Vec<Subject<'p>> {
    let project = made.project;
    let mut consumers = BTreeMap::new();
    for (index, contents) in project.consumers.iter().enumerate() {
        consumers.extend(contents.consumer.at.map(|at| (at, (index, contents))));
    }
    let mut looks = Vec::new();
    let mut found = Vec::new();
    for (index, environment) in project.environments.iter().enumerate() {
        for visited in &environment.visited {
            for candidate in &visited.candidates {
                let at = ReleaseAt { environment: index, visit: visited.index, release: candidate.index };
                let consumer = consumers.get(&at).copied();
                looks.push(Look::plain(at));
                let stand_in = consumer.and_then(|(_, contents)| stand_in(at, contents));
                let has_stand_in = stand_in.is_some();
                looks.extend(stand_in);
                found.push((at, environment, candidate.selected, consumer, has_stand_in));
            }
        }
    }
    let mut answers = rendering.manifests(&looks, made.progress).into_iter();
    let mut next = || {
        let lost = || Err(Diagnostic::error("it was not rendered"));
        answers.next().unwrap_or_else(lost)
    };
    let mut subjects = Vec::with_capacity(found.len());
    for (at, environment, is_selected, consumer, has_stand_in) in found {
        let visit = &environment.resolved.visits[at.visit];
        let manifests = next();
        subjects.push(Subject {
            at,
            environment,
            visit,
            release: &visit.releases[at.release],
            is_selected,
            consumer,
            manifests,
            with_stand_in: has_stand_in.then(&mut next),
            again: None,
        });
    }
    render_again(&mut subjects, rendering, made.progress);
    subjects
}

/// Renders those again of which nothing tells yet whether they are the same each time.
fn render_again(subjects: &mut [Subject<'_>], rendering: &mut Rendering<'_>, progress: &Progress) {
    let look = |subject: &Subject<'_>| {
        let manifests = subject.manifests.as_ref().ok().filter(|_| subject.is_selected)?;
        let checksums = Checksums::of(manifests);
        let is_open = subject.with_stand_in.is_none() && !checksums.is_empty();
        let cluster = Cluster { objects: Objects::All, sources: checksums.sources(manifests) };
        is_open.then(|| Look::plain(subject.at).in_cluster(cluster))
    };
    let open: Vec<(usize, Look)> =
        subjects.iter().enumerate().filter_map(|(index, subject)| Some((index, look(subject)?))).collect();
    let (indices, looks): (Vec<usize>, Vec<Look>) = open.into_iter().unzip();
    for (index, answer) in indices.into_iter().zip(rendering.manifests(&looks, progress)) {
        subjects[index].again = Some(answer);
    }
}

/// A rendering of a consumer with another checksum than its own.
pub(super) fn stand_in(at: ReleaseAt, contents: &Contents) -> Option<Look> {
    let target = contents.consumer.target.clone()?;
    let text = contents.stand_in()?;
    Some(Look::plain(at).with_files(vec![(target, text.into_bytes())]))
}

/// A message about a release without its name in front.
pub(super) fn plain<'m>(message: &'m str, release: &Release) -> &'m str {
    message.strip_prefix(&format!("release `{}`: ", release.id())).unwrap_or(message)
}

impl<'p> Subject<'p> {
    /// Where its checksum arrives; nothing where it has none, or that is not known.
    pub(super) fn arrival(&self) -> Option<Arrival> {
        let (Ok(one), Some(Ok(other))) = (&self.manifests, &self.with_stand_in) else { return None };
        Some(Arrival::between(one, other))
    }

    /// Adds what is found about it.
    pub(super) fn say(&self, finding: Diagnostic, findings: &mut Findings) {
        let place = self.release.place.clone();
        let finding = finding.or_at_known(place.as_ref()).release(self.release.id());
        match self.consumer {
            Some((index, _)) => findings.about_consumer(index, finding),
            None => findings.about_visit(self.environment, self.at.visit, finding),
        }
    }

    /// What brings its chart here, where that is not at hand.
    pub(super) fn fetch(&self) -> Fetch {
        Fetch::of(&self.producer(&self.environment.request))
    }

    /// The kube context that it is deployed to.
    pub(super) fn cluster(&self) -> (usize, &'p str) {
        (self.at.environment, &self.release.kube_context)
    }
}

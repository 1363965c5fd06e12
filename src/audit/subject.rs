//! The releases of a run with what they render.

use std::collections::{BTreeMap, BTreeSet};

use super::arrival::Arrival;
use super::checksums::Checksums;
use crate::checksum::Digest;
use crate::diagnostic::Diagnostic;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::Deployed;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::pairs::{Other, Pair};
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::project::Findings;
use crate::plan::{Contents, Made, SourceContents};
use crate::rendered::{Cluster, Fetch, Mark, Objects};
use crate::source::What;
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
    pub(super) with_stand_in: Other,
    /// The same once more where its chart has checksums of its own, in a cluster that has whatever its templates look up.
    pub(super) again: Other,
}

/// Renders every release that helmfile would deploy.
pub(super) fn render<'p>(made: &Made<'p>, rendering: &mut Rendering<'_>) -> Vec<Subject<'p>> {
    let project = made.project;
    let mut consumers = BTreeMap::new();
    for (index, contents) in project.consumers.iter().enumerate() {
        consumers.extend(contents.consumer.at.map(|at| (at, (index, contents))));
    }
    let mut pairs = Vec::new();
    let mut found = Vec::new();
    for (index, environment) in project.environments.iter().enumerate() {
        for visited in &environment.visited {
            for candidate in &visited.candidates {
                let at = ReleaseAt { environment: index, visit: visited.index, release: candidate.index };
                let consumer = consumers.get(&at).copied();
                let judged = consumer.filter(|_| candidate.selected);
                pairs.push(Pair {
                    at,
                    swapped: judged.and_then(|(_, contents)| swapped(at, contents)),
                    in_cluster: candidate.selected.then_some(cluster_of_checksums),
                });
                found.push((environment, candidate.selected, consumer));
            }
        }
    }
    let renderings = rendering.pairs(&pairs, made.progress);
    let mut subjects = Vec::with_capacity(found.len());
    for ((pair, both), (environment, is_selected, consumer)) in pairs.iter().zip(renderings).zip(found) {
        let visit = &environment.resolved.visits[pair.at.visit];
        subjects.push(Subject {
            at: pair.at,
            environment,
            visit,
            release: &visit.releases[pair.at.release],
            is_selected,
            consumer,
            manifests: both.one,
            with_stand_in: both.swapped,
            again: both.in_cluster,
        });
    }
    subjects
}

/// The cluster in which a release is rendered again, whose pods have checksums that helmsum does not write: it has whatever the templates
/// of these look up.
fn cluster_of_checksums(manifests: &Rendered, written: &BTreeSet<Mark>) -> Option<Cluster> {
    let checksums = Checksums::of(manifests).without(written);
    (!checksums.is_empty()).then(|| Cluster { objects: Objects::All, sources: checksums.sources(manifests) })
}

/// A rendering of a consumer with another checksum than its own, beside which its own is seen.
pub(super) fn swapped(at: ReleaseAt, contents: &Contents) -> Option<(Look, BTreeSet<String>)> {
    let digest_of = |source: &SourceContents| match &source.source.what {
        What::Digest(digest) => Some(digest.to_lowercase()),
        _ => None,
    };
    // What a template may hash without helmsum: nothing, and what a release declares the digest of.
    let others = contents.sources.iter().filter_map(digest_of).chain([Digest::of_nothing().to_string()]);
    Some((stand_in(at, contents)?, others.collect()))
}

/// A rendering of a consumer with another checksum than its own.
pub(crate) fn stand_in(at: ReleaseAt, contents: &Contents) -> Option<Look> {
    let target = contents.consumer.target.clone()?;
    let text = contents.stand_in()?;
    Some(Look::plain(at).with_files(vec![(target, text.into_bytes())]))
}

/// A message about a release without its name in front.
pub(crate) fn plain<'m>(message: &'m str, release: &Release) -> &'m str {
    message.strip_prefix(&format!("release `{}`: ", release.id())).unwrap_or(message)
}

impl Subject<'_> {
    /// Where its checksum arrives; nothing where it has none, or that is not known.
    pub(super) fn arrival(&self) -> Option<Arrival> {
        Arrival::of(self.manifests.as_ref().ok()?, &self.with_stand_in)
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

    /// The same as far as it matters to who makes what it reads.
    pub(super) fn deployed(&self) -> Deployed<'_> {
        Deployed { at: self.at, environment: self.environment, manifests: self.manifests.as_ref().ok() }
    }
}

//! What the releases render that may have to do with an `auto`.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::found::made_by;
use crate::diagnostic::Diagnostic;
use crate::plan::Progress;
use crate::plan::contents::consumer::before_auto;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::{Deployed, Makers};
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::reference::{Need, Why, Workload};
use crate::source::Source;

/// An environment and a kube context: pods read what is in theirs.
pub(super) type Cluster = (usize, String);

/// What releases render with stand-ins for their targets, by their order in the state.
pub(super) struct Renderings {
    known: BTreeMap<ReleaseAt, Answer<Rendered>>,
}

impl Renderings {
    /// Renders the releases that have an `auto`; and where one of them reads what it does not make, every other one of its cluster.
    pub(super) fn of(
        consumers: &[Consumer],
        environments: &[Environment],
        rendering: &mut Rendering<'_>,
        progress: &Progress,
    ) -> Self {
        let by_at: BTreeMap<ReleaseAt, &Consumer> =
            consumers.iter().filter_map(|consumer| Some((consumer.at?, consumer))).collect();
        let look = |at: ReleaseAt| look(at, by_at.get(&at).copied(), &[]);
        let mut renderings = Self { known: BTreeMap::new() };
        let own: Vec<(ReleaseAt, &Consumer)> = by_at
            .iter()
            .filter(|(_, consumer)| consumer.is_asked && consumer.auto.is_some())
            .map(|(at, consumer)| (*at, *consumer))
            .collect();
        let looks: Vec<Look> = own.iter().map(|(at, _)| look(*at)).collect();
        renderings.render(&looks, rendering, progress);
        let may_read = |(at, consumer): &&(ReleaseAt, &Consumer)| match renderings.known.get(at) {
            Some(Ok(rendered)) => reads_of_others(rendered),
            _ => consumer.format.names_all_sources(),
        };
        let reading: BTreeSet<Cluster> =
            own.iter().filter(may_read).map(|(at, _)| cluster(environments, *at)).collect();
        let all = environments.iter().enumerate().flat_map(|(index, environment)| {
            let visits = environment.visited.iter().chain(&environment.aside);
            visits.flat_map(move |visited| {
                visited.candidates.iter().map(move |candidate| ReleaseAt {
                    environment: index,
                    visit: visited.index,
                    release: candidate.index,
                })
            })
        });
        let others = all.filter(|at| reading.contains(&cluster(environments, *at)));
        let others: BTreeSet<ReleaseAt> = others.filter(|at| !renderings.known.contains_key(at)).collect();
        let looks: Vec<Look> = others.into_iter().map(look).collect();
        renderings.render(&looks, rendering, progress);
        renderings.render_named(&by_at, environments, rendering, progress);
        renderings
    }

    /// Renders the releases once more whose targets name what an `auto` finds: with all that it could be.
    fn render_named(
        &mut self,
        by_at: &BTreeMap<ReleaseAt, &Consumer>,
        environments: &[Environment],
        rendering: &mut Rendering<'_>,
        progress: &Progress,
    ) {
        let is_named = |at: &ReleaseAt| {
            by_at.get(at).copied().filter(|one| one.auto.is_some() && one.format.names_all_sources())
        };
        let named: Vec<(ReleaseAt, &Consumer)> =
            self.known.keys().filter_map(|at| Some((*at, is_named(at)?))).collect();
        if named.is_empty() {
            return;
        }
        let makers = Makers::of(self.deployed(environments));
        let looks = named.into_iter().filter_map(|(at, consumer)| {
            let place = &consumer.auto.as_ref()?.place;
            let reader = Deployed { at, environment: &environments[at.environment], manifests: None };
            let others = makers.near(reader).map(|(kind, name, maker)| (kind, name, makers.release(maker)));
            // Of an object that several make, one stands for all.
            let sources: BTreeMap<String, Source> = others
                .filter(|(_, _, maker)| maker.at != at)
                .map(|(kind, name, maker)| made_by(maker, (kind, name), place))
                .map(|source| (source.label(), source))
                .collect();
            let sources: Vec<Source> = sources.into_values().collect();
            (!sources.is_empty()).then(|| look(at, Some(consumer), &sources))
        });
        let looks: Vec<Look> = looks.collect();
        drop(makers);
        self.render(&looks, rendering, progress);
    }

    fn render(&mut self, looks: &[Look], rendering: &mut Rendering<'_>, progress: &Progress) {
        let answers = rendering.manifests(looks, progress);
        self.known.extend(looks.iter().map(|look| look.at).zip(answers));
    }

    /// The releases, in the order of the state.
    pub(super) fn deployed<'r>(&'r self, environments: &'r [Environment]) -> Vec<Deployed<'r>> {
        let one = |(at, answer): (&ReleaseAt, &'r Answer<Rendered>)| Deployed {
            at: *at,
            environment: &environments[at.environment],
            manifests: answer.as_ref().ok(),
        };
        self.known.iter().map(one).collect()
    }

    /// What a release renders.
    pub(super) fn get(&self, at: ReleaseAt) -> Option<&Answer<Rendered>> {
        self.known.get(&at)
    }

    /// The releases of the same cluster that could not be rendered, and why.
    pub(super) fn failed<'r>(
        &'r self,
        environments: &'r [Environment],
        at: ReleaseAt,
    ) -> impl Iterator<Item = (ReleaseAt, &'r Diagnostic)> {
        let own = cluster(environments, at);
        let failed = self.known.iter().filter_map(|(at, answer)| Some((*at, answer.as_ref().err()?)));
        failed.filter(move |(other, _)| cluster(environments, *other) == own)
    }
}

/// How a release is rendered with a stand-in for its target, as if its `auto` had found these sources.
pub(super) fn look(at: ReleaseAt, consumer: Option<&Consumer>, found: &[Source]) -> Look {
    let stand_in = consumer.and_then(|consumer| {
        let text = before_auto(consumer, found)?;
        Some((consumer.target.clone()?, text.into_bytes()))
    });
    let files: Vec<(Utf8PathBuf, Vec<u8>)> = stand_in.into_iter().collect();
    Look::plain(at).with_files(files)
}

fn cluster(environments: &[Environment], at: ReleaseAt) -> Cluster {
    let release = release(&environments[at.environment].resolved, at);
    (at.environment, release.kube_context.clone())
}

/// Whether a release may read something that it does not make itself, in a way that needs a restart.
fn reads_of_others(rendered: &Rendered) -> bool {
    let references = rendered.workloads.iter().flat_map(Workload::references);
    let mut open = references.filter(|one| match &one.need {
        // An annotation of the object may tell the controller to leave it alone.
        Need::Nothing(why) => matches!(why, Why::Controller(_)),
        _ => true,
    });
    open.any(|one| {
        let is_own = |kind| {
            let mut objects = rendered.objects.iter();
            objects.any(|object| {
                object.kind == kind && object.name == one.name && object.namespace == one.namespace
            })
        };
        one.kind.object().is_some_and(|kind| !is_own(kind))
    })
}

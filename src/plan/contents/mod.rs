//! What the sources of consumers contain, and what their targets should: those first that others depend on.

pub(crate) mod chance;
pub(crate) mod change;
pub(crate) mod conflicts;
pub(crate) mod consumer;
pub(crate) mod graph;
pub(crate) mod hashing;
pub(crate) mod kept;
pub(crate) mod makers;
pub(crate) mod manifests;
pub(crate) mod objects;
pub(crate) mod pairs;
pub(crate) mod rendering;
pub(crate) mod source;

use std::collections::{BTreeMap, BTreeSet};

use self::consumer::{Contents, stand_ins, wanted};
use self::graph::Stuck;
use self::hashing::{Job, SourceOutcome};
use self::rendering::{Rendering, Wanted};
use crate::diagnostic::Diagnostic;
use crate::plan::Context;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::progress::Progress;
use crate::plan::rules::unmatched_entry::Excludes;
use crate::rendered::ObjectKind;
use crate::source::{Source, What};
use crate::text::relative;
use crate::tree::Tree;

/// What the contents of every consumer are put together with.
#[derive(Clone, Copy)]
pub(crate) struct Finishing<'a> {
    pub(crate) tree: &'a dyn Tree,
    /// The hashed path sources.
    pub(crate) hashed: &'a BTreeMap<&'a Job, &'a SourceOutcome>,
    pub(crate) context: &'a Context,
    /// Whether targets that helmsum did not write may be replaced.
    pub(crate) force: bool,
    /// What patterns of `exclude=` leave out.
    pub(crate) excludes: &'a Excludes,
}

/// Puts the contents of all consumers together. They stay in their order.
pub(crate) fn compute(
    mut consumers: Vec<Consumer>,
    rendering: &mut Rendering<'_>,
    finishing: Finishing<'_>,
    progress: &Progress,
) -> Vec<Contents> {
    for consumer in &consumers {
        consumer.secret_key.key().into_iter().for_each(|key| rendering.kept.add_key(key));
        for source in &consumer.sources {
            if let What::Object(kind, name) = &source.what {
                let hashes_plain = *kind == ObjectKind::Secret && consumer.secret_key.key().is_none();
                for at in consumer.producers_of(source) {
                    rendering.name(*at, *kind, name, hashes_plain);
                }
            }
        }
    }
    let order = graph::order(&edges(&consumers));
    for stuck in &order.stuck {
        let problem = cycle(&consumers, stuck, finishing.context);
        consumers[stuck.index].say(problem);
    }
    let mut consumers: Vec<Option<Consumer>> = consumers.into_iter().map(Some).collect();
    let mut done: BTreeMap<usize, Contents> = BTreeMap::new();
    for wave in order.waves {
        let stand_ins: Vec<[String; 2]> =
            wave.iter().map(|index| consumers[*index].as_ref().map(stand_ins).unwrap_or_default()).collect();
        let open: Vec<Wanted<'_>> = wave
            .iter()
            .zip(&stand_ins)
            .filter_map(|(index, stand_ins)| Some((consumers[*index].as_ref()?, stand_ins)))
            .flat_map(|(consumer, stand_ins)| wanted(consumer, stand_ins))
            .collect();
        rendering.prepare(&open, progress);
        for (index, stand_ins) in wave.iter().zip(&stand_ins) {
            let Some(consumer) = consumers[*index].take() else { continue };
            let contents = Contents::of(consumer, finishing, Some((rendering, stand_ins)));
            if let (Some(at), Some(target)) = (contents.consumer.at, &contents.consumer.target) {
                rendering.settle(at, target, contents.content.as_ref().map(|content| content.text.as_str()));
            }
            done.insert(*index, contents);
        }
    }
    for Stuck { index, .. } in order.stuck {
        let consumer = consumers[index].take();
        done.extend(consumer.map(|consumer| (index, Contents::of(consumer, finishing, None))));
    }
    done.into_values().collect()
}

/// Which consumers each one depends on.
fn edges(consumers: &[Consumer]) -> Vec<BTreeSet<usize>> {
    let indices: BTreeMap<ReleaseAt, usize> =
        consumers.iter().enumerate().filter_map(|(index, consumer)| Some((consumer.at?, index))).collect();
    let of = |(index, consumer): (usize, &Consumer)| {
        let producers = consumer.sources.iter().flat_map(|source| {
            let own = matches!(source.what, What::Release(_));
            consumer.producers_of(source).iter().map(move |at| (own, *at))
        });
        producers
            .filter_map(|(own, at)| indices.get(&at).map(|other| (own, *other)))
            // An object of the consumer itself is rendered with a stand-in; without a target nothing has to be computed first.
            .filter(|(own, other)| if *other == index { *own } else { consumers[*other].target.is_some() })
            .map(|(_, other)| other)
            .collect()
    };
    consumers.iter().enumerate().map(of).collect()
}

/// The problem of a consumer that depends on a cycle, which it shows.
fn cycle(consumers: &[Consumer], stuck: &Stuck, context: &Context) -> Diagnostic {
    let name = |index: usize| consumers[index].id();
    let mut steps = Vec::new();
    for (position, index) in stuck.cycle.iter().enumerate() {
        let next = stuck.cycle[(position + 1) % stuck.cycle.len()];
        let place = link(&consumers[*index], &consumers[next]).map_or_else(String::new, |source| {
            let file = relative(&source.place.file, &context.directory);
            let line = source.place.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!(" ({file}{line})")
        });
        steps.push(format!("`{}`{place}", name(*index)));
    }
    steps.push(format!("`{}`", name(stuck.cycle[0])));
    let own = &consumers[stuck.index];
    let (said, next) = if stuck.cycle[0] == stuck.index {
        ("its sources form a cycle", stuck.cycle[1 % stuck.cycle.len()])
    } else {
        ("it depends on a cycle of sources", stuck.cycle[0])
    };
    let is_found = own.sources.iter().any(|source| source.is_found);
    let problem = Diagnostic::error(format!("{}: {said}: {}", own.owner, steps.join(" -> "))).hint(if is_found {
        "leave an object out of one of them with `exclude=`, and depend on the files there, or on a digest with `sha256:…`"
    } else {
        "let one of them depend on the files instead, or on a digest with `sha256:…`"
    });
    let place = link(own, &consumers[next]).or(own.sources.first()).map(|source| source.place.clone());
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

/// The source by which one consumer depends on another.
fn link<'d>(one: &'d Consumer, other: &Consumer) -> Option<&'d Source> {
    let at = other.at?;
    one.sources.iter().find(|source| one.producers_of(source).contains(&at))
}

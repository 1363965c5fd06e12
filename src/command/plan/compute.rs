//! From drafts to consumers, those first that others depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Purpose;
use super::consumer::{Consumer, Draft};
use super::graph::{self, Stuck};
use super::producers::ReleaseAt;
use super::rendering::{Rendering, Wanted};
use super::unmatched::Excludes;
use crate::command::Context;
use crate::command::hashing::{Job, Outcome};
use crate::diagnostic::Diagnostic;
use crate::report::{Stream, relative};
use crate::source::{Source, What};
use crate::tree::Tree;

/// What every draft is finished with.
#[derive(Clone, Copy)]
pub(super) struct Finishing<'a> {
    pub(super) tree: &'a dyn Tree,
    /// The hashed path sources.
    pub(super) hashed: &'a BTreeMap<&'a Job, &'a Outcome>,
    pub(super) context: &'a Context,
    pub(super) purpose: Purpose,
    /// What patterns of `exclude=` leave out.
    pub(super) excludes: &'a Excludes,
}

/// Finishes all drafts. They stay in their order.
///
/// # Errors
///
/// Where the progress line cannot be written.
pub(super) fn compute(
    mut drafts: Vec<Draft>,
    rendering: &mut Rendering<'_>,
    finishing: Finishing<'_>,
    watcher: &mut Stream,
) -> io::Result<Vec<Consumer>> {
    for source in drafts.iter().flat_map(|draft| draft.sources.iter().map(move |source| (draft, source))) {
        if let (draft, Source { what: What::Object(kind, name), .. }) = source {
            draft.producers_of(source.1).iter().for_each(|at| rendering.name(*at, *kind, name));
        }
    }
    let order = graph::order(&edges(&drafts));
    for stuck in &order.stuck {
        let problem = cycle(&drafts, stuck, finishing.context);
        drafts[stuck.index].problems.push(problem);
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut consumers: BTreeMap<usize, Consumer> = BTreeMap::new();
    for wave in order.waves {
        let stand_ins: Vec<[String; 2]> = wave
            .iter()
            .map(|index| drafts[*index].as_ref().map(Draft::stand_ins).unwrap_or_default())
            .collect();
        let wanted: Vec<Wanted<'_>> = wave
            .iter()
            .zip(&stand_ins)
            .filter_map(|(index, stand_ins)| Some((drafts[*index].as_ref()?, stand_ins)))
            .flat_map(|(draft, stand_ins)| draft.wanted(stand_ins))
            .collect();
        rendering.prepare(&wanted, watcher)?;
        for (index, stand_ins) in wave.iter().zip(&stand_ins) {
            let Some(draft) = drafts[*index].take() else { continue };
            let at = draft.at;
            let consumer = draft.finish(finishing, Some((rendering, stand_ins)));
            if let (Some(at), Some(target)) = (at, &consumer.row.target.path) {
                rendering.settle(at, target, consumer.content.as_ref().map(|content| content.text.as_str()));
            }
            consumers.insert(*index, consumer);
        }
    }
    for Stuck { index, .. } in order.stuck {
        let draft = drafts[index].take();
        consumers.extend(draft.map(|draft| (index, draft.finish(finishing, None))));
    }
    Ok(consumers.into_values().collect())
}

/// Which drafts each one depends on.
fn edges(drafts: &[Draft]) -> Vec<BTreeSet<usize>> {
    let indices: BTreeMap<ReleaseAt, usize> =
        drafts.iter().enumerate().filter_map(|(index, draft)| Some((draft.at?, index))).collect();
    let of = |(index, draft): (usize, &Draft)| {
        let producers = draft.sources.iter().flat_map(|source| {
            let own = matches!(source.what, What::Release(_));
            draft.producers_of(source).iter().map(move |at| (own, *at))
        });
        producers
            .filter_map(|(own, at)| indices.get(&at).map(|other| (own, *other)))
            // An object of the consumer itself is rendered with a stand-in; without a target nothing has to be computed first.
            .filter(
                |(own, other)| if *other == index { *own } else { drafts[*other].row.target.path.is_some() },
            )
            .map(|(_, other)| other)
            .collect()
    };
    drafts.iter().enumerate().map(of).collect()
}

/// The problem of a consumer that depends on a cycle, which it shows.
fn cycle(drafts: &[Draft], stuck: &Stuck, context: &Context) -> Diagnostic {
    let name = |index: usize| drafts[index].row.id();
    let mut steps = Vec::new();
    for (position, index) in stuck.cycle.iter().enumerate() {
        let next = stuck.cycle[(position + 1) % stuck.cycle.len()];
        let place = link(&drafts[*index], &drafts[next]).map_or_else(String::new, |source| {
            let file = relative(&source.place.file, &context.directory);
            let line = source.place.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!(" ({file}{line})")
        });
        steps.push(format!("`{}`{place}", name(*index)));
    }
    steps.push(format!("`{}`", name(stuck.cycle[0])));
    let own = &drafts[stuck.index];
    let (said, next) = if stuck.cycle[0] == stuck.index {
        ("its sources form a cycle", stuck.cycle[1 % stuck.cycle.len()])
    } else {
        ("it depends on a cycle of sources", stuck.cycle[0])
    };
    let problem = Diagnostic::error(format!("{}: {said}: {}", own.owner, steps.join(" -> ")))
        .hint("let one of them depend on the files instead, or on a digest with `sha256:…`");
    let place = link(own, &drafts[next]).or(own.sources.first()).map(|source| source.place.clone());
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

/// The source by which one consumer depends on another.
fn link<'d>(one: &'d Draft, other: &Draft) -> Option<&'d Source> {
    let at = other.at?;
    one.sources.iter().find(|source| one.producers_of(source).contains(&at))
}

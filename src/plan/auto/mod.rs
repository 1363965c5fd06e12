//! What an `auto` finds: the objects of other releases that the pods of a release read become its sources, before anything is hashed.
//!
//! What pods read is seen in what helm renders, as for an audit. A release is rendered with a stand-in for its target, for what is
//! found must not depend on the checksum that is made of it.

mod beside;
mod found;
mod renderings;

use std::collections::{BTreeMap, BTreeSet};

use super::Progress;
use super::contents::makers::Makers;
use super::contents::rendering::Rendering;
use super::facts::consumer::Consumer;
use super::facts::environment::Environment;
use super::facts::producers::ReleaseAt;
use super::reading::Reading;
use super::rules::unmatched_entry::unused_by_auto;
use crate::diagnostic::Diagnostic;
use crate::source::ObjectPattern;
use crate::text::Place;
use found::Finder;
use renderings::Renderings;

/// The patterns of `exclude=` that leave something out, by the place of their directives.
type Used = BTreeSet<(Place, ObjectPattern)>;

/// Gives consumers the sources that their `auto` finds. Consumers that nobody depends on after all are dropped.
pub(crate) fn expand(
    consumers: &mut Vec<Consumer>,
    (environments, reading): (&[Environment], &Reading),
    rendering: &mut Rendering<'_>,
    progress: &Progress,
) {
    if consumers.iter().all(|consumer| consumer.auto.is_none()) {
        return;
    }
    for consumer in consumers.iter() {
        consumer.secret_key.key().into_iter().for_each(|key| rendering.kept.add_key(key));
    }
    let indices: BTreeMap<ReleaseAt, usize> =
        consumers.iter().enumerate().filter_map(|(index, consumer)| Some((consumer.at?, index))).collect();
    let renderings = Renderings::of(consumers, environments, rendering, progress);
    let makers = Makers::of(renderings.deployed(environments));
    let mut used = Used::new();
    let mut open: Vec<usize> =
        consumers.iter().enumerate().filter(|(_, one)| one.is_asked).map(|(index, _)| index).collect();
    let mut reached: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(index) = open.pop() {
        let directory = reading.directory();
        let mut finder =
            Finder { environments, directory, renderings: &renderings, makers: &makers, used: &mut used };
        finder.expand(&mut consumers[index], rendering, progress);
        let producers = consumers[index].producers.values().flatten();
        open.extend(producers.filter_map(|at| indices.get(at)).filter(|index| reached.insert(**index)));
    }
    let mut index = 0..;
    consumers.retain(|_| index.next().is_some_and(|index| reached.contains(&index)));
    if reading.options.release.is_empty() && reading.options.selector.is_empty() {
        say_unused(consumers, &used, reading.options.all_environments);
    }
}

/// Says which patterns leave nothing out, once for each directive.
fn say_unused(consumers: &mut [Consumer], used: &Used, every_environment: bool) {
    let mut said = Used::new();
    // What a release that could not be rendered reads may be anything.
    let unknown: BTreeSet<Place> = consumers
        .iter()
        .filter(|consumer| consumer.diagnostics.iter().any(Diagnostic::is_error))
        .filter_map(|consumer| Some(consumer.auto.as_ref()?.place.clone()))
        .collect();
    for consumer in consumers {
        let Some(auto) = consumer.auto.clone() else { continue };
        for pattern in &auto.exclude {
            let key = (auto.place.clone(), pattern.clone());
            if !used.contains(&key) && !unknown.contains(&auto.place) && said.insert(key) {
                let finding = unused_by_auto(&consumer.owner, pattern, &auto.place, every_environment);
                consumer.say(finding);
            }
        }
    }
}

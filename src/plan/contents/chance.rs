//! What the clock, chance and other templates may decide of a producer's answer.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;
use crate::plan::facts::producers::ReleaseAt;
use crate::rendered::Piece;
use crate::state::{Resolved, Visit};
use crate::template::effects::Effects;
use crate::text::Place;

/// What asking a producer showed beside its answer: the answer may be another one next time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shaky {
    /// A function with a random or time-dependent result, and where it is called. What it changes is compared.
    Function(String, Place),
    /// Something that helmfile may have read differently.
    Doubt(Diagnostic),
    /// A values template that changes `.Values`, which all releases of the state file share, and its release.
    Values(Option<(String, Utf8PathBuf)>),
}

/// The visit of a release, and those of the state files above it, whose values it may have.
pub(crate) fn lineage(resolved: &Resolved, at: ReleaseAt) -> impl Iterator<Item = &Visit> {
    let visit = |index: usize| resolved.visits.get(index);
    std::iter::successors(visit(at.visit), move |below| below.parent.and_then(visit))
}

pub(super) fn is_left_to_chance(effects: &Effects) -> bool {
    !effects.unstable.is_empty() || effects.order_seen().next().is_some()
}

/// Adds the functions that templates called and whose results are left to chance.
pub(super) fn left_to_chance(shaky: &mut Vec<Shaky>, effects: &Effects) {
    let unordered = effects.order_seen().map(|call| (&call.function, &call.place));
    for (function, place) in effects.unstable.iter().chain(unordered) {
        let one = Shaky::Function(function.clone(), place.clone());
        if !shaky.contains(&one) {
            shaky.push(one);
        }
    }
}

/// The names of the pieces that differ.
pub(super) fn differing(one: &[Piece], other: &[Piece]) -> BTreeSet<String> {
    let missing = |these: &[Piece], those: &[Piece]| -> Vec<String> {
        these.iter().filter(|piece| !those.contains(piece)).map(|piece| piece.name.clone()).collect()
    };
    missing(one, other).into_iter().chain(missing(other, one)).collect()
}

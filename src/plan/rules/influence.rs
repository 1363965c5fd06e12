//! How messages name what something else than the state decides.

use std::collections::BTreeSet;

use crate::rendered::{Influence, Moved, ObjectKind, Unstable};

/// How many calls a message names.
const NAMED: usize = 4;

/// The pieces that an influence moves, or the object where that is not known.
pub(super) fn what_moved(influence: &Influence) -> String {
    match &influence.moved {
        Moved::Keys(keys) => listed(keys),
        Moved::Whole | Moved::Untold(_) => format!("the {} `{}`", influence.kind.name(), influence.name),
    }
}

/// The calls that an influence comes from, in parentheses after a space; nothing where none is known.
pub(super) fn ways_in(influence: &Influence) -> String {
    let ways: Vec<String> = influence
        .ways
        .iter()
        .take(NAMED)
        .map(|way| match &way.place {
            Some(place) => format!("`{}` in `{place}`", way.what),
            None => format!("`{}`", way.what),
        })
        .collect();
    if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(", ")) }
}

/// Names of pieces, as messages list them.
pub(crate) fn listed(keys: &BTreeSet<String>) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(", ")
}

/// What differs of an object; nothing where it is the same each time.
pub(crate) fn differing(unstable: &[Unstable], kind: ObjectKind, name: &str) -> Option<String> {
    let one = unstable.iter().find(|one| one.kind == kind && one.name == name)?;
    Some(if one.keys.is_empty() { format!("the {} `{name}`", kind.name()) } else { listed(&one.keys) })
}

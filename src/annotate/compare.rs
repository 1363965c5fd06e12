//! Whether two values differ in exactly what was to be added.

use std::collections::BTreeMap;

use super::change::Change;
use crate::reference::Step;
use crate::value::{Map, Value};

/// Whether `after` is `before` with the annotations of a change, and nothing else differs.
pub(super) fn is_changed_so(before: &Value, after: &Value, change: Option<&Change>) -> bool {
    let Some(change) = change else { return before.deep_equal(after) };
    match (before, after) {
        (Value::List(ours), Value::List(theirs)) => {
            let of = |index| change.below.get(&Step::Index(index));
            let pairs = ours.iter().zip(theirs.iter()).enumerate();
            ours.len() == theirs.len()
                && change.annotations.is_empty()
                && pairs.into_iter().all(|(index, (one, other))| is_changed_so(one, other, of(index)))
        }
        (Value::Nil, Value::Map(theirs)) => are_entries(&BTreeMap::new(), &entries(theirs), change),
        (Value::Map(ours), Value::Map(theirs)) => are_entries(&entries(ours), &entries(theirs), change),
        // Keys that are no text to go-yaml v3: helm's reading of them has been compared.
        (Value::AnyMap(_), Value::AnyMap(_)) => true,
        _ => false,
    }
}

fn entries(map: &Map) -> BTreeMap<String, Value> {
    map.entries().into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

fn are_entries(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>, change: &Change) -> bool {
    let is_right = |(key, value): (&String, &Value)| {
        let old = before.get(key);
        if let Some(wanted) = change.annotations.get(key) {
            return old.is_none() && value.as_str() == Some(wanted);
        }
        match change.below.get(&Step::Key(key.as_str().into())) {
            Some(change) => is_changed_so(old.unwrap_or(&Value::Nil), value, Some(change)),
            None => old.is_some_and(|old| old.deep_equal(value)),
        }
    };
    let is_there = |step: &Step| matches!(step, Step::Key(key) if after.contains_key(&**key));
    after.iter().all(is_right)
        && before.keys().all(|key| after.contains_key(key))
        && change.annotations.keys().all(|key| after.contains_key(key))
        && change.below.keys().all(is_there)
}

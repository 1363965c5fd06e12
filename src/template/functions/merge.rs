//! Merging maps as sprig's `merge` family does it with `dario.cat/mergo`.
//!
//! What is merged in place and what is shared afterwards follows mergo: a map that only the source has becomes part of the
//! destination itself, not a copy of it, and a later merge into the destination then changes the source too.

use super::arguments::{MAX_DEPTH, Outcome, map, note_mutation, refused, too_deep, variadic};
use super::convert::is_empty;
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, Map, Value};

use Parameter::Map as Dict;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("merge", &[Dict], Dict, |call, arguments| merge(call, arguments, false)),
    variadic("mustMerge", &[Dict], Dict, |call, arguments| merge(call, arguments, false)),
    variadic("mergeOverwrite", &[Dict], Dict, |call, arguments| merge(call, arguments, true)),
    variadic("mustMergeOverwrite", &[Dict], Dict, |call, arguments| merge(call, arguments, true)),
];

fn merge(call: &mut dyn Call, arguments: &[Value], overwrite: bool) -> Outcome {
    let mut destination = map(arguments, 0)?;
    for at in 1..arguments.len() {
        let source = map(arguments, at)?;
        if destination.is_nil() && !source.is_nil() {
            destination = Map::new();
        }
        let mut merger = Merger { call, overwrite, changed: false };
        let outcome = merger.merge(&destination, &source, 0);
        let changed = merger.changed;
        if changed {
            note_mutation(call);
        }
        outcome?;
    }
    Ok(Value::Map(destination))
}

struct Merger<'c> {
    call: &'c mut dyn Call,
    overwrite: bool,
    changed: bool,
}

impl Merger<'_> {
    fn merge(&mut self, destination: &Map, source: &Map, depth: usize) -> Result<(), FunctionError> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let entries = source.entries();
        self.call.spend(u64::try_from(entries.len()).unwrap_or(u64::MAX))?;
        for (key, new) in entries {
            if new.is_nil() {
                if self.overwrite {
                    self.set(destination, &key, new);
                }
                continue;
            }
            let old = destination.get(&key);
            if is_nested(&new) {
                self.merge_into(old.as_ref(), &new, depth)?;
            }
            // Asked only now: an empty map of the destination may just have been filled.
            let keeps = old.as_ref().is_some_and(|old| !is_zero(old));
            let both_maps = is_map(&new) && old.as_ref().is_some_and(is_map);
            if keeps && (both_maps || !self.overwrite) {
                continue;
            }
            self.set(destination, &key, new);
        }
        Ok(())
    }

    /// Merges into the value that the destination has already. Only maps can take something in.
    fn merge_into(&mut self, old: Option<&Value>, new: &Value, depth: usize) -> Result<(), FunctionError> {
        match (old, new) {
            (Some(Value::Map(old)), Value::Map(new))
                if old.element() == Element::Any && new.element() == Element::Any =>
            {
                if old.is_nil() && !new.is_nil() { Ok(()) } else { self.merge(old, new, depth + 1) }
            }
            (Some(old @ (Value::Map(_) | Value::AnyMap(_))), new) if is_map(new) => Err(refused(
                Refusal::UnsupportedTemplate,
                format!("merging a `{}` into a `{}`", new.type_name(), old.type_name()),
                "merge maps that have string keys and values of any type",
            )),
            (Some(old @ (Value::MapPointer(_) | Value::Object(_))), _) => Err(refused(
                Refusal::UnsupportedTemplate,
                format!("merging into a value of type `{}`", old.type_name()),
                "merge into a map",
            )),
            _ => Ok(()),
        }
    }

    fn set(&mut self, destination: &Map, key: &str, value: Value) {
        destination.insert(key, value);
        self.changed = true;
    }
}

/// The kinds that mergo looks into: maps, structs and pointers.
const fn is_nested(value: &Value) -> bool {
    matches!(
        value,
        Value::Map(_) | Value::AnyMap(_) | Value::MapPointer(_) | Value::Time(_) | Value::Object(_)
    )
}

const fn is_map(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::AnyMap(_))
}

/// mergo's idea of an empty value: sprig's, but a pointer is as empty as what it points to.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::MapPointer(map) => map.is_empty(),
        other => is_empty(other),
    }
}

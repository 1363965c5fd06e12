//! References to secrets: helmfile hands them to the library vals, helmsum passes on what contains none and refuses the rest.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::arguments::{MAX_DEPTH, Outcome, any, bytes, function, map, note_mutation, refused, too_deep};
use super::convert::strval;
use super::dicts::key;
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, List, Map, Value};

use Parameter::{Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fetchSecretValue", &[Text], |_, arguments| {
        check(bytes(arguments, 0)?)?;
        Ok(any(arguments, 0)?.clone())
    }),
    function("expandSecretRefs", &[Dict], expand_secret_refs),
];

/// What vals takes for a reference: `ref+BACKEND://…` or `secretref+BACKEND://…`, anywhere in a text.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?-u)(?:secret)?ref\+[^+:]*://[^+\n ]+[^+\n ",]"#).ok());

/// Whether vals would replace something in a text.
#[must_use]
pub(crate) fn has_reference(text: &[u8]) -> bool {
    REFERENCE.as_ref().is_some_and(|reference| reference.is_match(text))
}

/// A map as vals gives it back where there is no reference in it.
///
/// # Errors
///
/// Where there is one.
pub(crate) fn without_references(map: &Map) -> Result<Map, FunctionError> {
    let map = map.deep_copy();
    walk_map(&map, &mut false, 0)?;
    Ok(map)
}

/// Refuses a text that has a reference.
fn check(text: &[u8]) -> Result<(), FunctionError> {
    let found = REFERENCE.as_ref().and_then(|reference| reference.find(text));
    let Some(found) = found else { return Ok(()) };
    // The part after the scheme may be an account or a path that nobody wants in a log.
    let shown = String::from_utf8_lossy(found.as_bytes());
    let scheme = shown.split("://").next().unwrap_or_default();
    Err(refused(
        Refusal::SecretReference,
        format!("`{scheme}://…` is a reference to a secret, which helmsum does not fetch"),
        "read it with `exec \"vals\"`, or declare its digest with `# helmsum: sha256:…`",
    ))
}

/// vals walks the map, changes it in place and returns it. Without references only the types of lists change.
fn expand_secret_refs(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    let mut changed = false;
    walk_map(&map, &mut changed, 0)?;
    if changed {
        note_mutation(call);
    }
    Ok(Value::Map(map))
}

fn walk_map(map: &Map, changed: &mut bool, depth: usize) -> Result<(), FunctionError> {
    for (key, value) in map.entries() {
        if matches!(&value, Value::AnyMap(_))
            || matches!(&value, Value::Map(map) if map.element() == Element::Any)
        {
            check(key.as_bytes())?;
        }
        map.insert(key, walk(&value, changed, depth + 1)?);
    }
    Ok(())
}

fn walk(value: &Value, changed: &mut bool, depth: usize) -> Outcome {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value {
        Value::Str(_) | Value::Bytes(_) => check(value.string_bytes().unwrap_or_default())?,
        Value::Map(map) if map.element() == Element::Any => walk_map(map, changed, depth)?,
        Value::AnyMap(entries) => {
            *changed = true;
            let map = Map::new();
            for (own, value) in entries.entries() {
                map.insert(key(&strval(&own)?)?, value);
            }
            walk_map(&map, changed, depth)?;
            return Ok(Value::Map(map));
        }
        Value::List(list) if matches!(list.element(), Element::Any | Element::String) => {
            *changed |= list.element() == Element::String || list.is_nil();
            let items = list.iter().map(|item| walk(item, changed, depth + 1)).collect::<Result<_, _>>()?;
            return Ok(Value::List(List::new(items)));
        }
        _ => {}
    }
    Ok(value.clone())
}

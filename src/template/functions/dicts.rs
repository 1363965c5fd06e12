//! Maps: making, reading, changing and choosing.
//!
//! Go's maps have no order. Where sprig hands their keys or values out in whatever order Go has at that moment, they come
//! sorted by key here, and whether that order decides anything is noted in the effects.

use super::arguments::{Outcome, any, bytes, function, map, note_mutation, refused, unordered, variadic};
use super::convert::strval;
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, Map, Value};

use Parameter::{Any, Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("dict", &[], Any, dict),
    function("sprigGet", &[Dict, Text], |_, arguments| {
        let value = value_of(&map(arguments, 0)?, bytes(arguments, 1)?);
        Ok(value.unwrap_or_else(|| "".into()))
    }),
    function("set", &[Dict, Text, Any], set),
    function("unset", &[Dict, Text], unset),
    function("hasKey", &[Dict, Text], |_, arguments| {
        Ok(value_of(&map(arguments, 0)?, bytes(arguments, 1)?).is_some().into())
    }),
    variadic("pluck", &[Text], Dict, pluck),
    variadic("keys", &[], Dict, keys),
    function("values", &[Dict], values),
    variadic("pick", &[Dict], Text, pick),
    variadic("omit", &[Dict], Text, omit),
    variadic("dig", &[], Any, dig),
];

/// A key to write under, which must be UTF-8.
pub(super) fn key(bytes: &[u8]) -> Result<String, FunctionError> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| refused(Refusal::NotUtf8, "a key of a map that is not valid UTF-8", "use text as a key"))
}

/// The value under a key. A key that is not UTF-8 is in no map.
pub(super) fn value_of(map: &Map, key: &[u8]) -> Option<Value> {
    map.get(std::str::from_utf8(key).ok()?)
}

fn dict(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    call.spend(u64::try_from(arguments.len()).unwrap_or(u64::MAX))?;
    let map = Map::new();
    for pair in arguments.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or_else(|| "".into());
        map.insert(key(&strval(&pair[0])?)?, value);
    }
    Ok(map.into())
}

/// What Go says when a nil map is written.
fn nil_map() -> FunctionError {
    FunctionError::failed("assignment to entry in nil map")
}

fn set(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    if !map.insert(key(bytes(arguments, 1)?)?, any(arguments, 2)?.clone()) {
        return Err(nil_map());
    }
    note_mutation(call);
    Ok(Value::Map(map))
}

fn unset(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    if let Ok(key) = std::str::from_utf8(bytes(arguments, 1)?)
        && map.remove(key).is_some()
    {
        note_mutation(call);
    }
    Ok(Value::Map(map))
}

fn pluck(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let key = bytes(arguments, 0)?;
    let mut plucked = Vec::new();
    for at in 1..arguments.len() {
        plucked.extend(value_of(&map(arguments, at)?, key));
    }
    Ok(Value::from(plucked))
}

fn keys(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut keys = Vec::new();
    for at in 0..arguments.len() {
        keys.extend(map(arguments, at)?.keys().into_iter().map(Value::Str));
    }
    call.spend(u64::try_from(keys.len()).unwrap_or(u64::MAX))?;
    Ok(unordered(call, "keys", Element::String, keys))
}

fn values(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    call.spend(u64::try_from(map.len()).unwrap_or(u64::MAX))?;
    let values = map.entries().into_iter().map(|(_, value)| value).collect();
    Ok(unordered(call, "values", Element::Any, values))
}

fn pick(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    let picked = Map::new();
    for at in 1..arguments.len() {
        let wanted = bytes(arguments, at)?;
        if let Some(value) = value_of(&map, wanted) {
            picked.insert(key(wanted)?, value);
        }
    }
    Ok(picked.into())
}

fn omit(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let rest = map(arguments, 0)?.shallow_copy();
    for at in 1..arguments.len() {
        if let Ok(key) = std::str::from_utf8(bytes(arguments, at)?) {
            rest.remove(key);
        }
    }
    Ok(rest.into())
}

fn dig(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let [path @ .., default, start] = arguments else {
        return Err(FunctionError::failed("dig needs at least three arguments"));
    };
    if path.is_empty() {
        return Err(FunctionError::failed("dig needs at least three arguments"));
    }
    let mut current = dug_map(start)?;
    let mut keys = Vec::with_capacity(path.len());
    for part in path {
        keys.push(part.string_bytes().ok_or_else(|| not_of_type(part, "string"))?);
    }
    for (at, key) in keys.iter().enumerate() {
        let Some(step) = value_of(&current, key) else { return Ok(default.clone()) };
        if at + 1 == keys.len() {
            return Ok(step);
        }
        current = dug_map(&step)?;
    }
    Ok(default.clone())
}

/// Go's type assertion to `map[string]interface {}`, which takes nothing else: no `map[string]string`, no pointer.
fn dug_map(value: &Value) -> Result<Map, FunctionError> {
    match value {
        Value::Map(map) if map.element() == Element::Any => Ok(map.clone()),
        other => Err(not_of_type(other, "map[string]interface {}")),
    }
}

fn not_of_type(value: &Value, wanted: &str) -> FunctionError {
    let found = if value.is_nil() { "nil".to_owned() } else { value.type_name() };
    FunctionError::failed(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

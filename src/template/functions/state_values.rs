//! helmfile's own access to nested values: `get`, `getOrNil`, `setValueAtPath` (`pkg/tmpl/get_or_nil.go` and
//! `context_funcs.go`).

use super::arguments::{Outcome, any, bytes, function, map, note_mutation, variadic};
use super::convert::strval;
use super::dicts::{key, value_of};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, Map, Value};

use Parameter::{Any, Map as Dict, String as Text};

/// The functions of this module.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("get", &[Text], Any, get),
    function("getOrNil", &[Text, Any], get_or_nil),
    function("setValueAtPath", &[Text, Any, Dict], set_value_at_path),
];

fn get(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let path = bytes(arguments, 0)?;
    match &arguments[1..] {
        [object] => match lookup(path, object)? {
            Lookup::Found(value) => Ok(value),
            Lookup::Missing { key, inside } => Err(missing(&key, &inside)?),
        },
        [default, object] => match lookup(path, object)? {
            Lookup::Found(value) => Ok(value),
            Lookup::Missing { .. } => Ok(default.clone()),
        },
        rest => {
            let count = rest.len();
            let shown = printed(&Value::from(rest.to_vec()))?;
            Err(FunctionError::failed(format!(
                "unexpected number of args passed to the template function get(path, [def, ]obj): expected 1 or 2, \
                 got {count}, args was {shown}"
            )))
        }
    }
}

/// As `get` without a default, but whatever is not found is nil, also where something on the way is not a map.
fn get_or_nil(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match lookup(bytes(arguments, 0)?, any(arguments, 1)?) {
        Ok(Lookup::Found(value)) => Ok(value),
        Ok(Lookup::Missing { .. }) | Err(FunctionError::Failed(_)) => Ok(Value::Nil),
        Err(error) => Err(error),
    }
}

fn printed(value: &Value) -> Result<String, FunctionError> {
    Ok(String::from_utf8_lossy(&strval(value)?).into_owned())
}

/// What a dotted path leads to.
enum Lookup {
    Found(Value),
    /// A map or struct on the way has no such key or field.
    Missing {
        key: Vec<u8>,
        inside: Value,
    },
}

/// The failure of `get` without a default. It shows the whole map, so it is only made when it is needed.
fn missing(key: &[u8], inside: &Value) -> Result<FunctionError, FunctionError> {
    let (key, shown) = (String::from_utf8_lossy(key), printed(inside)?);
    Ok(FunctionError::failed(match inside {
        Value::Object(_) | Value::Time(_) => format!("no field named \"{key}\" exist in {shown}"),
        _ => format!("no value exist for key \"{key}\" in {shown}"),
    }))
}

fn lookup(path: &[u8], object: &Value) -> Result<Lookup, FunctionError> {
    let mut object = object.clone();
    let mut rest = Some(path);
    while let Some(path) = rest.filter(|path| !path.is_empty()) {
        let (first, behind) = match path.iter().position(|byte| *byte == b'.') {
            Some(at) => (&path[..at], Some(&path[at + 1..])),
            None => (path, None),
        };
        if let Value::MapPointer(map) = &object
            && map.element() == Element::Any
        {
            object = Value::Map(map.clone());
        }
        let found = match &object {
            // A `map[string]string` ends the path, whatever is left of it.
            Value::Map(map) if map.element() == Element::String => match value_of(map, first) {
                Some(value) => return Ok(Lookup::Found(value)),
                None => None,
            },
            Value::Map(map) if map.element() == Element::Any => value_of(map, first),
            Value::AnyMap(map) => map.get(&Value::from_bytes(first.to_vec())),
            Value::Object(fields) if fields.kind_name() == "struct" => field(fields.fields(), first)?,
            Value::Time(_) => None,
            other => {
                let (type_name, key) = (other.type_name(), String::from_utf8_lossy(first));
                return Err(FunctionError::failed(format!(
                    "unexpected type({type_name}) of value for key \"{key}\": it must be either map[string]any or any \
                     struct"
                )));
            }
        };
        let Some(found) = found else { return Ok(Lookup::Missing { key: first.to_vec(), inside: object }) };
        object = found;
        rest = behind;
    }
    Ok(Lookup::Found(object))
}

fn field(fields: Vec<(&'static str, Value)>, key: &[u8]) -> Result<Option<Value>, FunctionError> {
    if fields.is_empty() {
        let key = String::from_utf8_lossy(key);
        return Err(FunctionError::failed(format!("no accessible struct fields for key \"{key}\"")));
    }
    Ok(fields.into_iter().find(|(name, _)| name.as_bytes() == key).map(|(_, value)| value))
}

/// Sets a value under a dotted path whose parts but the last must exist, and returns the map.
fn set_value_at_path(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let path = key(bytes(arguments, 0)?)?;
    let root = map(arguments, 2)?;
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().unwrap_or_default();
    let failed = |key: &str, what: &str| {
        FunctionError::failed(format!(
            "failed to set value at path \"{path}\": value for key \"{key}\" {what}"
        ))
    };
    let mut current = Value::Map(root.clone());
    for part in parts {
        let next = match &current {
            Value::Map(map) if map.element() == Element::Any => map.get(part),
            Value::AnyMap(map) => map.get(&part.into()),
            _ => return Err(failed(part, "was not a map")),
        };
        current = next.ok_or_else(|| failed(part, "does not exist"))?;
        if !is_free_map(&current) {
            return Err(failed(part, "was not a map"));
        }
    }
    let value = any(arguments, 1)?.clone();
    match &current {
        Value::Map(map) => set(map, last, value)?,
        Value::AnyMap(map) => map.insert(last.into(), value),
        _ => return Err(failed(last, "was not a map")),
    }
    note_mutation(call);
    Ok(Value::Map(root))
}

fn is_free_map(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.element() == Element::Any,
        Value::AnyMap(_) => true,
        _ => false,
    }
}

fn set(map: &Map, key: &str, value: Value) -> Result<(), FunctionError> {
    if map.insert(key, value) { Ok(()) } else { Err(FunctionError::failed("assignment to entry in nil map")) }
}

//! Equality as `reflect.DeepEqual` sees it, and copies as `mitchellh/copystructure` makes them, without end of stack.

use super::arguments::{MAX_DEPTH, Outcome, any, function, refused, too_deep};
use super::semver::Version;
use crate::diagnostic::Refusal;
use crate::template::function::{Function, FunctionError, Parameter};
use crate::value::{AnyMap, List, Map, Object, Value};

use Parameter::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    function("deepEqual", &[Any, Any], |_, arguments| {
        deep_equal(any(arguments, 0)?, any(arguments, 1)?).map(Value::from)
    }),
    function("deepCopy", &[Any], |_, arguments| deep_copy(any(arguments, 0)?, "deepCopy")),
    function("mustDeepCopy", &[Any], |_, arguments| deep_copy(any(arguments, 0)?, "mustDeepCopy")),
];

/// `reflect.DeepEqual`: types count, so `int` 1 is not `int64` 1, and a nil list is not an empty one.
pub(super) fn deep_equal(a: &Value, b: &Value) -> Result<bool, FunctionError> {
    equal(a, b, 0)
}

fn equal(a: &Value, b: &Value, depth: usize) -> Result<bool, FunctionError> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match (a, b) {
        (Value::List(a), Value::List(b)) => equal_lists(a, b, depth),
        (Value::Map(a), Value::Map(b)) | (Value::MapPointer(a), Value::MapPointer(b)) => {
            equal_maps(a, b, depth)
        }
        (Value::AnyMap(a), Value::AnyMap(b)) => equal_any_maps(a, b, depth),
        (Value::Object(a), Value::Object(b)) => equal_objects(&**a, &**b),
        (a, b) => Ok(a.deep_equal(b)),
    }
}

fn equal_lists(a: &List, b: &List, depth: usize) -> Result<bool, FunctionError> {
    if a.element() != b.element() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    if std::ptr::eq(a.as_slice(), b.as_slice()) {
        return Ok(true);
    }
    for (a, b) in a.iter().zip(b) {
        if !equal(a, b, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps(a: &Map, b: &Map, depth: usize) -> Result<bool, FunctionError> {
    if a.element() != b.element() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    if a.same(b) {
        return Ok(true);
    }
    for ((a_key, a), (b_key, b)) in a.entries().iter().zip(b.entries().iter()) {
        if a_key != b_key || !equal(a, b, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_any_maps(a: &AnyMap, b: &AnyMap, depth: usize) -> Result<bool, FunctionError> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in a.entries() {
        match b.get(&key) {
            Some(other) if equal(&value, &other, depth + 1)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn equal_objects(a: &dyn Object, b: &dyn Object) -> Result<bool, FunctionError> {
    if std::ptr::addr_eq(a, b) {
        return Ok(true);
    }
    if a.type_name() != b.type_name() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (a.as_any().downcast_ref::<Version>(), b.as_any().downcast_ref::<Version>()) {
        return Ok(a == b);
    }
    Err(refused(
        Refusal::UnsupportedTemplate,
        format!("comparing two values of type `{}`", a.type_name()),
        "compare the fields that matter",
    ))
}

/// sprig's `deepCopy`.
fn deep_copy(value: &Value, function: &str) -> Outcome {
    if value.is_nil() {
        // Go asks the untyped nil for its type.
        return Err(FunctionError::failed("reflect: call of reflect.Value.Type on zero Value"));
    }
    copied(value, function, 0)
}

fn copied(value: &Value, function: &str, depth: usize) -> Outcome {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(match value {
        Value::List(list) if list.is_nil() => value.clone(),
        Value::List(list) => {
            let items =
                list.iter().map(|item| copied(item, function, depth + 1)).collect::<Result<_, _>>()?;
            Value::List(List::typed(list.element(), items))
        }
        Value::Map(map) => Value::Map(copied_map(map, function, depth)?),
        Value::MapPointer(map) => Value::MapPointer(copied_map(map, function, depth)?),
        Value::AnyMap(map) => {
            let mut entries = map.entries();
            for (_, value) in &mut entries {
                *value = copied(value, function, depth + 1)?;
            }
            Value::AnyMap(AnyMap::from_entries(entries))
        }
        Value::Object(object) => {
            return Err(refused(
                Refusal::UnsupportedTemplate,
                format!("`{function}` of a value of type `{}`", object.type_name()),
                "copy the map or list inside it",
            ));
        }
        other => other.clone(),
    })
}

fn copied_map(map: &Map, function: &str, depth: usize) -> Result<Map, FunctionError> {
    if map.is_nil() {
        return Ok(map.clone());
    }
    let copy = Map::typed(map.element());
    for (key, value) in map.entries() {
        copy.insert(key, copied(&value, function, depth + 1)?);
    }
    Ok(copy)
}

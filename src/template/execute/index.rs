//! `index`, `slice` and `len`.

use super::evaluate::zero_of;
use super::slot::{Slot, behind_pointer, type_behind_pointer};
use crate::template::function::FunctionError;
use crate::value::{List, Value};

type Result = std::result::Result<Slot, FunctionError>;

fn failed(message: impl Into<String>) -> FunctionError {
    FunctionError::failed(message)
}

/// `index x 1 "a"`: an item of an item.
pub(super) fn index(slots: &[Slot]) -> Result {
    let [first, indexes @ ..] = slots else { return Err(failed("index of untyped nil")) };
    if first.value().is_nil() {
        return Err(failed("index of untyped nil"));
    }
    let mut item = first.clone();
    for at in indexes {
        if item.value().is_nil() {
            return Err(failed("index of nil pointer"));
        }
        item = index_once(&behind_pointer(item.into_value()), at.value())?;
    }
    Ok(item)
}

fn index_once(item: &Value, at: &Value) -> Result {
    match item {
        Value::Str(_) | Value::Bytes(_) => {
            let bytes = item.string_bytes().unwrap_or_default();
            let at = position(at, bytes.len())?;
            let byte = bytes.get(at).ok_or_else(|| failed("reflect: string index out of range"))?;
            Ok(Slot::concrete(Value::Uint8(*byte)))
        }
        Value::List(list) => {
            let at = position(at, list.len())?;
            let value = list.get(at).ok_or_else(|| failed("reflect: slice index out of range"))?;
            Ok(Slot::item(list.element(), value.clone()))
        }
        Value::Map(map) => {
            let Some(key) = at.string_bytes() else {
                return Err(failed(match at {
                    Value::Nil => "value is nil; should be of type string".to_owned(),
                    _ => format!("value has type {}; should be string", at.type_name()),
                }));
            };
            let value = std::str::from_utf8(key).ok().and_then(|key| map.get(key));
            Ok(value.map_or_else(|| zero_of(map.element()), |value| Slot::item(map.element(), value)))
        }
        Value::AnyMap(map) => {
            if matches!(at, Value::List(_) | Value::Map(_) | Value::AnyMap(_)) {
                return Err(failed(format!("runtime error: hash of unhashable type {}", at.type_name())));
            }
            Ok(Slot::any(map.get(at).unwrap_or_default()))
        }
        _ => Err(failed(format!("can't index item of type {}", type_behind_pointer(item)))),
    }
}

/// A position up to and including the end.
fn position(at: &Value, end: usize) -> std::result::Result<usize, FunctionError> {
    let number = match at {
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => *number,
        Value::Uint64(number) => number.cast_signed(),
        Value::Uint8(number) => i64::from(*number),
        Value::Nil => return Err(failed("cannot index slice/array with nil")),
        _ => return Err(failed(format!("cannot index slice/array with type {}", at.type_name()))),
    };
    match usize::try_from(number) {
        Ok(position) if position <= end => Ok(position),
        _ => Err(failed(format!("index out of range: {number}"))),
    }
}

/// `slice x 1 2`: `x[1:2]`.
pub(super) fn slice(slots: &[Slot]) -> Result {
    let [first, indexes @ ..] = slots else { return Err(failed("slice of untyped nil")) };
    if first.value().is_nil() {
        return Err(failed("slice of untyped nil"));
    }
    if indexes.len() > 3 {
        return Err(failed(format!("too many slice indexes: {}", indexes.len())));
    }
    let item = behind_pointer(first.value().clone());
    let length = match &item {
        Value::Str(_) | Value::Bytes(_) if indexes.len() == 3 => {
            return Err(failed("cannot 3-index slice a string"));
        }
        Value::List(list) => list.len(),
        _ => match item.string_bytes() {
            Some(bytes) => bytes.len(),
            None => return Err(failed(format!("can't slice item of type {}", type_behind_pointer(&item)))),
        },
    };
    let mut bounds = [0, length, length];
    for (bound, at) in bounds.iter_mut().zip(indexes) {
        *bound = position(at.value(), length)?;
    }
    let [from, to, capacity] = bounds;
    if from > to {
        return Err(failed(format!("invalid slice index: {from} > {to}")));
    }
    if indexes.len() == 3 && to > capacity {
        return Err(failed(format!("invalid slice index: {to} > {capacity}")));
    }
    Ok(Slot::concrete(match &item {
        Value::List(list) if list.is_nil() => item,
        Value::List(list) => Value::List(List::typed(list.element(), list.as_slice()[from..to].to_vec())),
        _ => Value::from_bytes(item.string_bytes().unwrap_or_default()[from..to].to_vec()),
    }))
}

/// `len`
pub(super) fn length(slots: &[Slot]) -> Result {
    let Some(slot) = slots.first() else { return Err(failed("len of nil pointer")) };
    if slot.is_nil_interface() {
        return Err(failed("len of nil pointer"));
    }
    let value = behind_pointer(slot.value().clone());
    let length = match &value {
        Value::Nil => return Err(failed("reflect: call of reflect.Value.Type on zero Value")),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::AnyMap(map) => map.len(),
        _ => match value.string_bytes() {
            Some(bytes) => bytes.len(),
            None => return Err(failed(format!("len of type {}", type_behind_pointer(&value)))),
        },
    };
    Ok(Slot::concrete(Value::Int(i64::try_from(length).unwrap_or(i64::MAX))))
}

//! `eq`, `ne`, `lt` and their like.

use std::rc::Rc;

use super::builtin::unprintable;
use super::slot::Slot;
use crate::diagnostic::Refusal;
use crate::template::function::FunctionError;
use crate::value::print::sprintf;
use crate::value::{Object, Value};

type Result = std::result::Result<bool, FunctionError>;

/// A value as far as it can be ordered or compared with others of its kind.
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'v [u8]),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    Some(match value {
        Value::Bool(truth) => Basic::Bool(*truth),
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => Basic::Int(*number),
        Value::Uint64(number) => Basic::Uint(*number),
        Value::Uint8(number) => Basic::Uint(u64::from(*number)),
        Value::Float(number) => Basic::Float(*number),
        other => Basic::Text(other.string_bytes()?),
    })
}

/// Whether the first value equals any of the others.
pub(super) fn equal(slots: &[Slot]) -> Result {
    let [first, others @ ..] = slots else {
        return Err(FunctionError::failed("missing argument for comparison"));
    };
    if others.is_empty() {
        return Err(FunctionError::failed("missing argument for comparison"));
    }
    for other in others {
        if equal_pair(first.value(), other.value())? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal_pair(a: &Value, b: &Value) -> Result {
    match (basic(a), basic(b)) {
        (Some(Basic::Bool(a)), Some(Basic::Bool(b))) => Ok(a == b),
        (Some(Basic::Int(a)), Some(Basic::Int(b))) => Ok(a == b),
        (Some(Basic::Uint(a)), Some(Basic::Uint(b))) => Ok(a == b),
        (Some(Basic::Int(a)), Some(Basic::Uint(b))) | (Some(Basic::Uint(b)), Some(Basic::Int(a))) => {
            Ok(u64::try_from(a) == Ok(b))
        }
        #[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
        (Some(Basic::Float(a)), Some(Basic::Float(b))) => Ok(a == b),
        (Some(Basic::Text(a)), Some(Basic::Text(b))) => Ok(a == b),
        (None, None) => equal_others(a, b),
        _ if a.is_nil() || b.is_nil() => Ok(false),
        _ => Err(incompatible(a, b)),
    }
}

/// Lists, maps, structs and nil, of which Go compares only some.
fn equal_others(a: &Value, b: &Value) -> Result {
    let same_kind = a.kind_name() == b.kind_name();
    if !same_kind && !a.is_nil() && !b.is_nil() {
        let text = described(
            "non-comparable types %s: %v, %s: %v",
            &[a.clone(), a.type_name().into(), b.type_name().into(), b.clone()],
        )?;
        return Err(FunctionError::failed(text));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (_, b) if !is_comparable(b) => Err(not_comparable(b)?),
        (Value::MapPointer(a), Value::MapPointer(b)) => Ok(a.same(b)),
        (Value::Time(a), Value::Time(b)) => {
            // Go also compares the zones, by their address: two times outside UTC may be equal and not the same.
            if a.instant != b.instant || a.offset != b.offset {
                Ok(false)
            } else if a.offset == 0 {
                Ok(true)
            } else {
                Err(FunctionError::Refused {
                    refusal: Refusal::UnpredictableResult,
                    message: "`eq` on times outside UTC depends on where they come from".into(),
                    hint: Some("compare them with `.Equal`, or as text with `date`".into()),
                })
            }
        }
        (Value::Object(a), Value::Object(b)) => Ok(equal_objects(a, b)),
        _ => Ok(false),
    }
}

/// Pointers are equal when they are the same, structs when their fields are.
fn equal_objects(a: &Rc<dyn Object>, b: &Rc<dyn Object>) -> bool {
    if Rc::ptr_eq(a, b) || a.kind_name() == "ptr" {
        return Rc::ptr_eq(a, b);
    }
    a.type_name() == b.type_name()
        && a.fields().iter().zip(&b.fields()).all(|((_, a), (_, b))| a.deep_equal(b))
}

/// Whether Go has `==` for the type.
fn is_comparable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) | Value::AnyMap(_) => false,
        Value::Object(object) if object.kind_name() == "struct" => {
            object.fields().iter().all(|(_, value)| is_comparable(value))
        }
        _ => true,
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn not_comparable(value: &Value) -> std::result::Result<FunctionError, FunctionError> {
    let text = described("non-comparable type %s: %v", &[value.clone(), value.type_name().into()])?;
    Ok(FunctionError::failed(text))
}

fn described(format: &str, values: &[Value]) -> std::result::Result<String, FunctionError> {
    let text = sprintf(format.as_bytes(), values).map_err(unprintable)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn incompatible(a: &Value, b: &Value) -> FunctionError {
    FunctionError::failed(format!(
        "incompatible types for comparison: {} and {}",
        a.type_name(),
        b.type_name()
    ))
}

/// Whether the first value is less than the second.
pub(super) fn less(slots: &[Slot]) -> Result {
    let [a, b] = slots else { return Err(FunctionError::failed("missing argument for comparison")) };
    let bad_type = || FunctionError::failed("invalid type for comparison");
    let (a, b) = (a.value(), b.value());
    match (basic(a).ok_or_else(bad_type)?, basic(b).ok_or_else(bad_type)?) {
        (Basic::Bool(_), Basic::Bool(_)) => Err(bad_type()),
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Uint(a), Basic::Uint(b)) => Ok(a < b),
        (Basic::Int(a), Basic::Uint(b)) => Ok(u64::try_from(a).is_ok_and(|a| a < b) || a < 0),
        (Basic::Uint(a), Basic::Int(b)) => Ok(u64::try_from(b).is_ok_and(|b| a < b)),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::Text(a), Basic::Text(b)) => Ok(a < b),
        _ => Err(incompatible(a, b)),
    }
}

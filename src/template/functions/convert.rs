//! Conversions between types as sprig does them, with the rules of `spf13/cast`.

use super::arguments::unprintable;
use crate::go::strconv::{parse_float, parse_int};
use crate::template::function::FunctionError;
use crate::value::Value;
use crate::value::print::{byte_slice, display};

/// `cast.ToInt64`, also `cast.ToInt`: what cannot be converted is 0.
pub(super) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint64(number) => number.cast_signed(),
        Value::Uint8(number) => i64::from(*number),
        Value::Float(number) => float_to_int(*number),
        Value::Bool(truth) => i64::from(*truth),
        Value::Str(_) | Value::Bytes(_) => {
            let text = value.string_bytes().unwrap_or_default();
            parse_int(trim_zero_decimal(text), 0).unwrap_or(0)
        }
        _ => 0,
    }
}

/// `cast.ToFloat64`: what cannot be converted is 0.
#[expect(clippy::cast_precision_loss, reason = "Go rounds to the nearest float as well")]
pub(super) fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number as f64,
        Value::Uint64(number) => *number as f64,
        Value::Uint8(number) => f64::from(*number),
        Value::Float(number) => *number,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Str(_) | Value::Bytes(_) => {
            parse_float(value.string_bytes().unwrap_or_default()).unwrap_or(0.0)
        }
        _ => 0.0,
    }
}

/// Go's conversion of a float to an integer. What does not fit depends on the processor, and x86 gives the smallest
/// integer where others saturate.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "this is what is asked for")]
pub(super) fn float_to_int(number: f64) -> i64 {
    let fits = number >= i64::MIN as f64 && number < i64::MAX as f64;
    if !fits && cfg!(any(target_arch = "x86_64", target_arch = "x86")) { i64::MIN } else { number as i64 }
}

/// Takes `.0`, `.00` … off, so that `"8.0"` converts to an integer.
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    let rest = &text[..text.len() - zeros];
    match rest.split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

/// sprig's `toString`: strings and `[]byte` as they are, everything else as `%v`.
pub(super) fn strval(value: &Value) -> Result<Vec<u8>, FunctionError> {
    if let Some(bytes) = byte_slice(value) {
        return Ok(bytes);
    }
    display(value).map_err(unprintable)
}

/// sprig's `toStrings`: the items as strings without nils, or the value alone; the same list where it is a `[]string`.
pub(super) fn strslice(value: &Value) -> Result<Vec<Value>, FunctionError> {
    match value {
        Value::Nil => Ok(Vec::new()),
        Value::List(list) => strings_of(list.as_slice()),
        other => Ok(vec![Value::from_bytes(strval(other)?)]),
    }
}

/// The items as strings without nils.
pub(super) fn strings_of(items: &[Value]) -> Result<Vec<Value>, FunctionError> {
    items.iter().filter(|item| !item.is_nil()).map(|item| strval(item).map(Value::from_bytes)).collect()
}

/// sprig's `empty`: zero numbers, false, nil, and strings, lists and maps of length 0.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(truth) => !truth,
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => *number == 0,
        Value::Uint64(number) => *number == 0,
        Value::Uint8(number) => *number == 0,
        Value::Float(number) => *number == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::AnyMap(map) => map.is_empty(),
        Value::Time(_) | Value::MapPointer(_) => false,
        Value::Object(object) => object.kind_name() == "ptr" && !object.truth(),
    }
}

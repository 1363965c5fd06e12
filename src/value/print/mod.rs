//! Values as Go's `fmt` prints them.

mod argument;

use super::{Element, Value};

use crate::diagnostic::Refusal;
use crate::go::fmt;

pub(crate) use crate::go::fmt::PrintError;

impl PrintError {
    /// The kind of refusal it is where a template prints.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::TooDeep | Self::TooLarge => Refusal::Limit,
            Self::Address | Self::KeyOrder => Refusal::UnpredictableResult,
            Self::Unknown(_) => Refusal::UnsupportedTemplate,
        }
    }
}

/// `fmt.Sprint`: `%v` of every value, with a space between two that are not strings.
///
/// # Errors
///
/// See [`PrintError`].
pub fn sprint(values: &[Value]) -> Result<Vec<u8>, PrintError> {
    fmt::sprint(values)
}

/// `fmt.Sprintln`: `%v` of every value with spaces between them and a line break at the end.
///
/// # Errors
///
/// See [`PrintError`].
pub(crate) fn sprintln(values: &[Value]) -> Result<Vec<u8>, PrintError> {
    fmt::sprintln(values)
}

/// `fmt.Sprintf`. What does not fit is written into the text as Go writes it: `%!d(string=hi)`, `%!v(MISSING)`,
/// `%!(EXTRA int=1)`.
///
/// # Errors
///
/// See [`PrintError`].
pub fn sprintf(format: &[u8], arguments: &[Value]) -> Result<Vec<u8>, PrintError> {
    fmt::sprintf(format, arguments)
}

/// `fmt.Sprint` of one value, that is `%v`: `<nil>` for an untyped nil.
///
/// # Errors
///
/// See [`PrintError`].
pub(crate) fn display(value: &Value) -> Result<Vec<u8>, PrintError> {
    match value {
        Value::Str(text) => Ok(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        other => sprint(std::slice::from_ref(other)),
    }
}

/// Puts the entries of a `map[interface {}]interface {}` into the order in which Go prints and ranges over them.
///
/// # Errors
///
/// [`PrintError::KeyOrder`] for keys of several types, which Go orders by machine address. A nil key comes first.
pub(crate) fn sort_entries(entries: &mut [(Value, Value)]) -> Result<(), PrintError> {
    let mut kinds = entries.iter().map(|(key, _)| key).filter(|key| !key.is_nil());
    if let Some(first) = kinds.next() {
        let kind = first.type_name();
        if !has_order(first) || kinds.any(|key| key.type_name() != kind) {
            return Err(PrintError::KeyOrder);
        }
    }
    entries.sort_by(|(a, _), (b, _)| compare_keys(a, b));
    Ok(())
}

const fn has_order(key: &Value) -> bool {
    matches!(
        key,
        Value::Bool(_)
            | Value::Int(_)
            | Value::Int64(_)
            | Value::Duration(_)
            | Value::Uint64(_)
            | Value::Uint8(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
    )
}

/// The order of two keys of one type.
fn compare_keys(a: &Value, b: &Value) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    match (a, b) {
        (Value::Nil, Value::Nil) => Ordering::Equal,
        (Value::Nil, _) => Ordering::Less,
        (_, Value::Nil) => Ordering::Greater,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (
            Value::Int(a) | Value::Int64(a) | Value::Duration(a),
            Value::Int(b) | Value::Int64(b) | Value::Duration(b),
        ) => a.cmp(b),
        (Value::Uint64(a), Value::Uint64(b)) => a.cmp(b),
        (Value::Uint8(a), Value::Uint8(b)) => a.cmp(b),
        // Go puts NaN before every other number.
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan())),
        (a, b) => a.string_bytes().cmp(&b.string_bytes()),
    }
}

/// The bytes of a `[]byte`, or nothing for any other type.
#[must_use]
pub(crate) fn byte_slice(value: &Value) -> Option<Vec<u8>> {
    let Value::List(list) = value else { return None };
    if list.element() != Element::Byte {
        return None;
    }
    Some(list.iter().map(|item| if let Value::Uint8(byte) = item { *byte } else { 0 }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{List, Map};

    fn shown(value: impl Into<Value>) -> String {
        String::from_utf8(display(&value.into()).expect("it prints")).expect("it is text")
    }

    #[test]
    fn maps_print_sorted_and_nil_prints_differently_inside() {
        let map: Map = [("b", Value::Int(2)), ("a", Value::Nil)].into_iter().collect();
        assert_eq!(shown(map), "map[a:<nil> b:2]");
        assert_eq!(shown(Value::List(List::nil(Element::String))), "[]");
    }

    #[test]
    fn a_map_that_holds_itself_is_an_error_and_not_a_crash() {
        let print = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
            let map = Map::new();
            map.insert("self", Value::Map(map.clone()));
            let printed = display(&Value::Map(map.clone()));
            map.remove("self");
            printed
        });
        assert_eq!(print.expect("it starts").join().expect("it ends"), Err(PrintError::TooDeep));
    }

    #[test]
    fn what_does_not_fit_a_format_is_written_into_the_text() {
        let text = sprintf(b"%d %s|%5.2f|%v", &[Value::from("x"), Value::Int(1), Value::Float(2.0)]);
        assert_eq!(text.as_deref(), Ok(b"%!d(string=x) %!s(int=1)| 2.00|%!v(MISSING)".as_slice()));
    }
}

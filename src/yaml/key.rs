//! Keys of mappings, as Go compares them.

use std::rc::Rc;

use crate::value::Value;

/// A key with Go's equality: `1` and `1.0` differ, since their types do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// Bits, with one zero.
    Float(u64),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    /// Nanoseconds; only for times in UTC, which Go holds in one way.
    Time(i128),
}

impl Key {
    /// The key that a decoded scalar is. Nothing for one that equals no other: NaN, and times that carry a zone of
    /// their own, which Go compares by address.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Nil => Self::Nil,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Uint64(value) => Self::Uint(*value),
            Value::Float(value) if value.is_nan() => return None,
            Value::Float(value) => Self::Float(if *value == 0.0 { 0 } else { value.to_bits() }),
            Value::Str(text) => Self::Text(Rc::clone(text)),
            Value::Bytes(bytes) => Self::Bytes(Rc::clone(bytes)),
            Value::Time(time) if &*time.zone == "UTC" => Self::Time(time.instant.as_nanosecond()),
            _ => return None,
        })
    }
}

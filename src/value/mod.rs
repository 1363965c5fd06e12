//! The one data type of YAML documents and templates.
//!
//! Values behave as Go's do inside helmfile: maps are shared and mutable (`set .Values …` in one template is seen by the
//! next one), lists are shared and never change in place, and a value remembers the Go type that `typeOf`, argument
//! checks and printing depend on (`int` and `int64`, `[]string` and `[]interface {}`).
//!
//! Values are not `Send`. Dropping one does not recurse, however deep it is nested.

mod any_map;
mod collection;
pub(crate) mod json;
mod object;
pub(crate) mod print;

use std::rc::Rc;

pub use crate::go::time::Time;
pub use any_map::AnyMap;
pub use collection::{List, Map};
pub use object::{Fields, Object};

/// The static element type of a Go slice or map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `interface {}`
    Any,
    /// `string`
    String,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `float64`
    Float64,
    /// `bool`
    Bool,
    /// `uint8`, so a slice of it is Go's `[]byte`.
    Byte,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`, the chunks of sprig's `chunk`.
    List,
    /// `fs.DirEntry`, what helmfile's `readDirEntries` returns.
    DirEntry,
}

impl Element {
    /// The type as Go's `%T` spells it.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::String => "string",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Bool => "bool",
            Self::Byte => "uint8",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::DirEntry => "fs.DirEntry",
        }
    }
}

/// A Go value as templates and YAML see it.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// An untyped nil.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`, what YAML decodes integers into.
    Int(i64),
    /// `int64`, what sprig's arithmetic returns.
    Int64(i64),
    /// `uint64`, what YAML decodes integers above `i64::MAX` into.
    Uint64(u64),
    /// `uint8`, what `index` finds in a string.
    Uint8(u8),
    /// `float64`
    Float(f64),
    /// `string` that is valid UTF-8, which nearly all are.
    Str(Rc<str>),
    /// `string` that is not valid UTF-8, such as the content of a binary file. Never valid UTF-8: use [`Value::from_bytes`].
    Bytes(Rc<[u8]>),
    /// `time.Time`, what YAML decodes timestamps into.
    Time(Time),
    /// `time.Duration` in nanoseconds.
    Duration(i64),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// `map[interface {}]interface {}`, what YAML decodes a mapping with a key that is not a string into.
    AnyMap(AnyMap),
    /// A pointer to a map: helmfile's `.StateValues`.
    MapPointer(Map),
    /// A struct or a value with methods.
    Object(Rc<dyn Object>),
}

impl Value {
    /// A `string`, whether its bytes are UTF-8 or not.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Str(text.into()),
            Err(error) => Self::Bytes(error.into_bytes().into()),
        }
    }

    /// The bytes of a `string`, or nothing for any other type.
    #[must_use]
    pub fn string_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text of a `string` that is UTF-8, or nothing.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is an untyped nil.
    #[must_use]
    pub const fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The type as Go's `%T` spells it (`<nil>` for an untyped nil).
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Self::Nil => "<nil>".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(_) => "int".into(),
            Self::Int64(_) => "int64".into(),
            Self::Uint64(_) => "uint64".into(),
            Self::Uint8(_) => "uint8".into(),
            Self::Float(_) => "float64".into(),
            Self::Str(_) | Self::Bytes(_) => "string".into(),
            Self::Time(_) => "time.Time".into(),
            Self::Duration(_) => "time.Duration".into(),
            Self::List(list) => format!("[]{}", list.element().type_name()),
            Self::Map(map) => format!("map[string]{}", map.element().type_name()),
            Self::AnyMap(_) => "map[interface {}]interface {}".into(),
            Self::MapPointer(map) => format!("*map[string]{}", map.element().type_name()),
            Self::Object(object) => object.type_name().into(),
        }
    }

    /// The kind as Go's `reflect.Kind` spells it (`invalid` for an untyped nil), what sprig's `kindOf` returns.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) | Self::Duration(_) => "int64",
            Self::Uint64(_) => "uint64",
            Self::Uint8(_) => "uint8",
            Self::Float(_) => "float64",
            Self::Str(_) | Self::Bytes(_) => "string",
            Self::Time(_) => "struct",
            Self::List(_) => "slice",
            Self::Map(_) | Self::AnyMap(_) => "map",
            Self::MapPointer(_) => "ptr",
            Self::Object(object) => object.kind_name(),
        }
    }

    /// A copy that shares no map with this value: Go code that copies maps level by level, such as sprig's `deepCopy`.
    /// Objects stay shared; they never change.
    #[must_use]
    pub fn deep_copy(&self) -> Self {
        match self {
            Self::List(list) if list.is_nil() => self.clone(),
            Self::List(list) => {
                Self::List(List::typed(list.element(), list.iter().map(Self::deep_copy).collect()))
            }
            Self::Map(map) => Self::Map(map.deep_copy()),
            Self::MapPointer(map) => Self::MapPointer(map.deep_copy()),
            Self::AnyMap(map) => Self::AnyMap(AnyMap::from_entries(
                map.entries().into_iter().map(|(key, value)| (key, value.deep_copy())).collect(),
            )),
            other => other.clone(),
        }
    }

    /// Whether two values are equal as Go's `reflect.DeepEqual` sees them: types count, so `int` 1 is not `int64` 1.
    #[must_use]
    pub fn deep_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b))
            | (Self::Int64(a), Self::Int64(b))
            | (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Uint64(a), Self::Uint64(b)) => a == b,
            (Self::Uint8(a), Self::Uint8(b)) => a == b,
            #[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.element() == b.element()
                    && a.is_nil() == b.is_nil()
                    && a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|(a, b)| a.deep_equal(b))
            }
            (Self::Map(a), Self::Map(b)) | (Self::MapPointer(a), Self::MapPointer(b)) => a.deep_equal(b),
            (Self::AnyMap(a), Self::AnyMap(b)) => {
                let (a, b) = (a.entries(), b.entries());
                a.len() == b.len()
                    && a.iter().all(|(key, value)| {
                        b.iter()
                            .any(|(other_key, other)| key.deep_equal(other_key) && value.deep_equal(other))
                    })
            }
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Value>> for Value {
    /// A `[]interface {}`.
    fn from(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }
}

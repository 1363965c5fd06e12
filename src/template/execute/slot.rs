//! A value while a template runs, with what Go's reflection still knows of where it came from.

use crate::value::{Element, List, Map, Value};

/// A value and the interface type it was found in.
///
/// Go tells an item of a `[]interface {}` from a value that was computed: messages name the interface, and a nil inside
/// of one is not the same as no value at all. A pipeline forgets the interface.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    value: Value,
    interface: Option<&'static str>,
}

const ANY: &str = "interface {}";

impl Slot {
    /// A value of a type of its own.
    pub(super) const fn concrete(value: Value) -> Self {
        Self { value, interface: None }
    }

    /// No value: what an untyped nil becomes once a pipeline has passed it on.
    pub(super) const fn invalid() -> Self {
        Self { value: Value::Nil, interface: None }
    }

    /// A value inside an `interface {}`.
    pub(super) const fn any(value: Value) -> Self {
        Self { value, interface: Some(ANY) }
    }

    /// An item of a list or map.
    pub(super) const fn item(element: Element, value: Value) -> Self {
        match element {
            Element::Any | Element::DirEntry => Self { value, interface: Some(element.type_name()) },
            _ => Self { value, interface: None },
        }
    }

    /// A field of a struct. What is nil there is a nil pointer or a nil `error`, which prints as `<nil>`.
    pub(super) const fn member(value: Value) -> Self {
        match value {
            Value::Nil => Self { value, interface: Some("error") },
            _ => Self { value, interface: None },
        }
    }

    /// Whether Go's reflection has a value here.
    pub(super) const fn is_valid(&self) -> bool {
        self.interface.is_some() || !self.value.is_nil()
    }

    /// Whether it is a nil inside an interface.
    pub(super) const fn is_nil_interface(&self) -> bool {
        self.interface.is_some() && self.value.is_nil()
    }

    /// What a pipeline passes on: the value inside of an `interface {}`.
    pub(super) fn unwrapped(self) -> Self {
        if self.interface == Some(ANY) { Self::concrete(self.value) } else { self }
    }

    pub(super) const fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn into_value(self) -> Value {
        self.value
    }

    /// The static type as messages name it.
    pub(super) fn type_name(&self) -> String {
        self.interface.map_or_else(|| self.value.type_name(), str::to_owned)
    }
}

/// Go's `template.IsTrue`.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Nil => false,
        Value::Bool(truth) => *truth,
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => *number != 0,
        Value::Uint64(number) => *number != 0,
        Value::Uint8(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(_) | Value::Time(_) | Value::MapPointer(_) => true,
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::AnyMap(map) => !map.is_empty(),
        Value::Object(object) => object.truth(),
    }
}

/// The list or map that a pointer leads to.
pub(super) fn behind_pointer(value: Value) -> Value {
    match value {
        Value::MapPointer(map) => Value::Map(map),
        other => other,
    }
}

/// The type of what a pointer leads to, or of the value itself.
pub(super) fn type_behind_pointer(value: &Value) -> String {
    let name = value.type_name();
    if value.kind_name() == "ptr" { name.trim_start_matches('*').to_owned() } else { name }
}

/// Go's nil slice.
pub(super) const fn nil_list(element: Element) -> Value {
    Value::List(List::nil(element))
}

/// Go's nil map.
pub(super) const fn nil_map() -> Value {
    Value::Map(Map::nil(Element::Any))
}

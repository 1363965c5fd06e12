//! Go structs and values with methods.

use std::fmt;

use super::Value;

/// A value whose fields or methods templates may name, such as `.Environment` or a directory entry.
///
/// Objects never change; the maps that their fields contain may.
pub trait Object: fmt::Debug {
    /// The type as Go's `%T` spells it, for example `environment.Environment`.
    fn type_name(&self) -> &'static str;

    /// The kind as `reflect.Kind` spells it: `struct` or `ptr`.
    fn kind_name(&self) -> &'static str {
        "struct"
    }

    /// The value of the field, or of the method called with these arguments; nothing where the type has neither.
    ///
    /// # Errors
    ///
    /// The method's own error, or a wrong number or type of arguments.
    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>>;

    /// The exported fields in the order of the Go struct, as printing and encoding walk them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What `fmt` prints where the type has a `String` method.
    fn display(&self) -> Option<String> {
        None
    }

    /// What `encoding/json` writes, as a string, where the type has a `MarshalJSON` or `MarshalText` method.
    fn text(&self) -> Option<String> {
        None
    }

    /// Whether `if` takes it as true. Go: a struct always is, a pointer when it is not nil.
    fn truth(&self) -> bool {
        true
    }

    /// For downcasting to the type that a function expects.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// A plain struct: a type name and fields, no methods.
#[derive(Debug)]
pub struct Fields {
    type_name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Fields {
    /// A struct with these exported fields in the order of the Go type.
    #[must_use]
    pub const fn new(type_name: &'static str, fields: Vec<(&'static str, Value)>) -> Self {
        Self { type_name, fields }
    }
}

impl Object for Fields {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let (_, value) = self.fields.iter().find(|(own, _)| *own == name)?;
        if arguments.is_empty() {
            Some(Ok(value.clone()))
        } else {
            Some(Err(format!("{name} has arguments but cannot be invoked as function")))
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

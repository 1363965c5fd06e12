//! How a value prints itself.

use super::{byte_slice, sort_entries};
use crate::go::fmt::{Argument, Integer, MAX_DEPTH, PrintError, Printed, Printer};
use crate::go::time::duration_text;
use crate::value::{Element, List, Map, Object, Value};

impl Argument for Value {
    fn is_nil(&self) -> bool {
        Self::is_nil(self)
    }

    fn is_string(&self) -> bool {
        self.string_bytes().is_some()
    }

    fn has_address(&self) -> bool {
        matches!(self.kind_name(), "slice" | "map" | "ptr")
    }

    fn type_name(&self) -> String {
        Self::type_name(self)
    }

    fn as_star(&self) -> Option<isize> {
        match self {
            Self::Int(number) | Self::Int64(number) | Self::Duration(number) => isize::try_from(*number).ok(),
            Self::Uint64(number) => isize::try_from(*number).ok(),
            Self::Uint8(number) => Some(isize::from(*number)),
            _ => None,
        }
    }

    fn print(&self, printer: &mut Printer, verb: char) -> Printed {
        let sharp_v = printer.flags.sharp_v;
        let mut walk = Walk { printer };
        match self {
            Self::List(list) if list.element() == Element::Byte && sharp_v && matches!(verb, 'v' | 'd') => {
                walk.go_bytes(list)
            }
            _ => walk.value(self, verb, 0),
        }
    }
}

/// Prints a value with what is in it.
struct Walk<'p> {
    printer: &'p mut Printer,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Printed {
        if depth > MAX_DEPTH {
            return Err(PrintError::TooDeep);
        }
        // Go prints a `[]byte` by itself without looking for methods.
        let bytes = depth == 0 && matches!(value, Value::List(list) if list.element() == Element::Byte);
        if !value.is_nil() && !bytes && self.methods(value, verb)? {
            return Ok(());
        }
        match value {
            Value::Nil if self.printer.flags.sharp_v => self.printer.push(b"interface {}(nil)"),
            Value::Nil => self.printer.push(b"<nil>"),
            Value::Bool(truth) if matches!(verb, 't' | 'v') => {
                self.printer.pad(if *truth { b"true" } else { b"false" }, true)
            }
            Value::Int(number) | Value::Int64(number) | Value::Duration(number) => {
                self.printer.integer(Integer::signed(*number), value, verb)
            }
            Value::Uint64(number) => self.printer.integer(Integer::unsigned(*number), value, verb),
            Value::Uint8(number) => self.printer.integer(Integer::unsigned(u64::from(*number)), value, verb),
            Value::Float(number) => self.printer.float(*number, value, verb),
            Value::Str(_) | Value::Bytes(_) if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') => {
                self.printer.string(value.string_bytes().unwrap_or_default(), verb)
            }
            Value::Bool(_) | Value::Str(_) | Value::Bytes(_) => self.printer.bad_verb(value, verb),
            Value::Time(_) => Err(PrintError::Unknown("time.Time")),
            Value::List(list) => self.list(list, verb, depth),
            Value::Map(map) => self.map(map, verb, depth),
            Value::AnyMap(map) => {
                let mut entries = map.entries();
                sort_entries(&mut entries)?;
                self.entries("map[interface {}]interface {}", &entries, verb, depth)
            }
            Value::MapPointer(_) if depth > 0 => Err(PrintError::Address),
            Value::MapPointer(map) => {
                self.printer.push(b"&")?;
                self.map(map, verb, depth + 1)
            }
            Value::Object(object) => self.object(object.as_ref(), verb, depth),
        }
    }

    /// Prints what a `String` method returns, if the type has one and the verb asks for text.
    fn methods(&mut self, value: &Value, verb: char) -> Result<bool, PrintError> {
        if !self.printer.calls_methods() {
            return Ok(false);
        }
        if verb == 'w' {
            self.printer.bad_verb(value, verb)?;
            return Ok(true);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') || self.printer.flags.sharp_v {
            return Ok(false);
        }
        let text = match value {
            Value::Duration(nanoseconds) => duration_text(*nanoseconds),
            Value::Time(time) => time.text(),
            Value::Object(object) => match object.display() {
                Some(text) => text,
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        self.printer.string(text.as_bytes(), verb)?;
        Ok(true)
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Printed {
        if list.element() == Element::Byte && matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.printer.string(&byte_slice(&Value::List(list.clone())).unwrap_or_default(), verb);
        }
        let (open, between, close) = if self.printer.flags.sharp_v {
            self.printer.push(format!("[]{}", list.element().type_name()).as_bytes())?;
            if list.is_nil() {
                return self.printer.push(b"(nil)");
            }
            ("{", ", ", "}")
        } else {
            ("[", " ", "]")
        };
        self.printer.push(open.as_bytes())?;
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.printer.push(between.as_bytes())?;
            }
            self.value(item, verb, depth + 1)?;
        }
        self.printer.push(close.as_bytes())
    }

    /// `%#v` of a `[]byte` that is printed by itself: Go spells the type and the items differently from one inside a list.
    fn go_bytes(&mut self, list: &List) -> Printed {
        if list.is_nil() {
            return self.printer.push(b"[]byte(nil)");
        }
        self.printer.push(b"[]byte{")?;
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.printer.push(b", ")?;
            }
            self.value(item, 'v', 1)?;
        }
        self.printer.push(b"}")
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) -> Printed {
        let type_name = format!("map[string]{}", map.element().type_name());
        if map.is_nil() && self.printer.flags.sharp_v {
            return self.printer.push(format!("{type_name}(nil)").as_bytes());
        }
        let entries: Vec<(Value, Value)> =
            map.entries().into_iter().map(|(key, value)| (Value::Str(key), value)).collect();
        self.entries(&type_name, &entries, verb, depth)
    }

    fn entries(&mut self, type_name: &str, entries: &[(Value, Value)], verb: char, depth: usize) -> Printed {
        let (between, close) = if self.printer.flags.sharp_v {
            self.printer.push(format!("{type_name}{{").as_bytes())?;
            (", ", "}")
        } else {
            self.printer.push(b"map[")?;
            (" ", "]")
        };
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.printer.push(between.as_bytes())?;
            }
            self.value(key, verb, depth + 1)?;
            self.printer.push(b":")?;
            self.value(value, verb, depth + 1)?;
        }
        self.printer.push(close.as_bytes())
    }

    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) -> Printed {
        let fields = object.fields();
        let pointer = object.kind_name() == "ptr";
        if pointer && depth > 0 {
            return Err(PrintError::Address);
        }
        if fields.is_empty() {
            return Err(PrintError::Unknown(object.type_name()));
        }
        if pointer {
            self.printer.push(b"&")?;
        }
        if self.printer.flags.sharp_v {
            self.printer.push(object.type_name().trim_start_matches('*').as_bytes())?;
        }
        self.printer.push(b"{")?;
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.printer.push(if self.printer.flags.sharp_v { b", " } else { b" " })?;
            }
            if self.printer.flags.plus_v || self.printer.flags.sharp_v {
                self.printer.push(format!("{name}:").as_bytes())?;
            }
            if value.is_nil() && self.printer.flags.sharp_v {
                // As everywhere, what is nil in a struct is taken for an `error`.
                self.printer.push(b"error(nil)")?;
            } else {
                self.value(value, verb, depth + 1)?;
            }
        }
        self.printer.push(b"}")
    }
}

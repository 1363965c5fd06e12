//! Pipelines, commands and fields.

use std::rc::Rc;

use super::call::Callee;
use super::slot::{Slot, behind_pointer};
use super::{At, Evaluated, State};
use crate::diagnostic::Refusal;
use crate::go::strconv::quote;
use crate::template::render::MissingKey;
use crate::template::syntax::{Command, Number, Operand, OperandKind, Pipeline};
use crate::value::{Element, Value};

impl<'t> State<'t, '_, '_> {
    pub(super) fn pipeline(&mut self, dot: &Slot, pipeline: &'t Pipeline) -> Evaluated<Slot> {
        self.at = At::Pipeline(pipeline);
        self.enter()?;
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(dot, command, last)?.unwrapped());
        }
        self.run.leave();
        let value = last.unwrap_or_else(Slot::invalid);
        for name in &pipeline.variables {
            if pipeline.assigns {
                self.assign(name, value.clone())?;
            } else {
                self.variables.push((Rc::clone(name), value.clone()));
            }
        }
        Ok(value)
    }

    /// `$x = value`: changes the innermost variable of that name.
    pub(super) fn assign(&mut self, name: &str, value: Slot) -> Evaluated<()> {
        match self.variables.iter_mut().rev().find(|(own, _)| &**own == name) {
            Some(variable) => {
                variable.1 = value;
                Ok(())
            }
            None => Err(self.fail(format!("undefined variable: {name}"))),
        }
    }

    fn variable(&mut self, name: &str) -> Evaluated<Slot> {
        match self.variables.iter().rev().find(|(own, _)| &**own == name) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(self.fail(format!("undefined variable: {name}"))),
        }
    }

    fn command(&mut self, dot: &Slot, command: &'t Command, last: Option<Slot>) -> Evaluated<Slot> {
        self.spend(1)?;
        let Some((first, arguments)) = command.operands.split_first() else {
            return Err(self.fail("empty command"));
        };
        match &first.kind {
            OperandKind::Field(_) | OperandKind::Chain(..) | OperandKind::Variable(..) => {
                self.place(dot, first, arguments, last)
            }
            OperandKind::Function(name) => {
                self.at = At::Operand(first);
                self.function(dot, At::Command(command), name, arguments, last)
            }
            OperandKind::Pipeline(pipeline) => {
                self.no_arguments(first, arguments, last.as_ref())?;
                self.pipeline(dot, pipeline)
            }
            kind => {
                self.at = At::Operand(first);
                self.no_arguments(first, arguments, last.as_ref())?;
                match kind {
                    OperandKind::Bool(truth) => Ok(Slot::concrete(Value::Bool(*truth))),
                    OperandKind::Dot => Ok(dot.clone()),
                    OperandKind::Number(number) => self.ideal(number),
                    OperandKind::Text { value, .. } => Ok(Slot::concrete(value.clone())),
                    _ => Err(self.fail("nil is not a command")),
                }
            }
        }
    }

    fn no_arguments(&mut self, first: &Operand, arguments: &[Operand], last: Option<&Slot>) -> Evaluated<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.fail(format!("can't give argument to non-function {first}")))
    }

    /// `.a.b`, `$x.a` or `(…).a`, perhaps with arguments for a method at its end.
    pub(super) fn place(
        &mut self,
        dot: &Slot,
        operand: &'t Operand,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Slot> {
        self.at = At::Operand(operand);
        let (start, names) = match &operand.kind {
            OperandKind::Field(names) => (dot.clone(), names),
            OperandKind::Variable(name, names) => {
                let value = self.variable(name)?;
                if names.is_empty() {
                    self.no_arguments(operand, arguments, last.as_ref())?;
                    return Ok(value);
                }
                (value, names)
            }
            OperandKind::Chain(start, names) => (self.start_of_chain(dot, start)?, names),
            _ => return Err(self.fail("not a field")),
        };
        let mut receiver = start;
        let Some((name, before)) = names.split_last() else { return Ok(receiver) };
        for name in before {
            receiver = self.field(dot, operand, name, receiver, &[], None)?;
        }
        self.field(dot, operand, name, receiver, arguments, last)
    }

    fn start_of_chain(&mut self, dot: &Slot, start: &'t Operand) -> Evaluated<Slot> {
        self.at = At::Operand(start);
        match &start.kind {
            OperandKind::Pipeline(pipeline) => self.pipeline(dot, pipeline),
            OperandKind::Function(name) => self.function(dot, At::Operand(start), name, &[], None),
            _ => Err(self.fail("not a chain")),
        }
    }

    /// The field, entry or method `name` of a value.
    fn field(
        &mut self,
        dot: &Slot,
        operand: &'t Operand,
        name: &str,
        receiver: Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Slot> {
        let missing_is_error = self.run.options.missing_key == MissingKey::Error;
        if !receiver.is_valid() {
            if missing_is_error {
                let name = quote(name.as_bytes(), false);
                return Err(self.fail(format!("nil data; no entry for key {name}")));
            }
            return Ok(Slot::invalid());
        }
        let type_name = receiver.type_name();
        if receiver.is_nil_interface() {
            return Err(self.fail(format!("nil pointer evaluating {type_name}.{name}")));
        }
        let has_arguments = !arguments.is_empty() || last.is_some();
        match behind_pointer(receiver.into_value()) {
            Value::Map(map) => {
                if has_arguments {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                match map.get(name) {
                    Some(value) => Ok(Slot::item(map.element(), value)),
                    None => self.missing_key(map.element(), name),
                }
            }
            Value::AnyMap(map) => {
                if has_arguments {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                match map.get(&Value::from(name)) {
                    Some(value) => Ok(Slot::any(value)),
                    None => self.missing_key(Element::Any, name),
                }
            }
            Value::Object(object) => {
                if has_arguments && object.fields().iter().any(|(own, _)| *own == name) {
                    return Err(self.fail(format!("{name} has arguments but cannot be invoked as function")));
                }
                let before = self.at;
                let arguments = self.untyped_arguments(dot, arguments, last)?;
                let member = object.member(name, &arguments);
                self.note_looked(At::Operand(operand));
                if !matches!(member, Some(Ok(_))) {
                    // Go finds out that there is no such method before it looks at the arguments.
                    self.at = before;
                }
                match member {
                    Some(Ok(value)) => Ok(Slot::member(value)),
                    Some(Err(message)) if message.starts_with("wrong number of args for ") => {
                        Err(self.fail(message))
                    }
                    Some(Err(message)) => {
                        self.at = At::Operand(operand);
                        Err(self.fail(format!("error calling {name}: {message}")))
                    }
                    None => Err(self.fail(format!("can't evaluate field {name} in type {type_name}"))),
                }
            }
            value @ (Value::Time(_) | Value::Duration(_)) => {
                if let Some(method) = self.run.registry.method(&value.type_name(), name) {
                    let callee = Callee::method(method, value);
                    return self.call(dot, At::Operand(operand), callee, arguments, last);
                }
                if is_go_method(&value, name) {
                    return Err(self.refuse(
                        Refusal::UnsupportedFunction,
                        format!("helmsum does not support the method `{name}` of {type_name}"),
                        Some("format it with `date`, or compute it outside of the template".into()),
                    ));
                }
                Err(self.fail(format!("can't evaluate field {name} in type {type_name}")))
            }
            _ => Err(self.fail(format!("can't evaluate field {name} in type {type_name}"))),
        }
    }

    fn missing_key(&mut self, element: Element, name: &str) -> Evaluated<Slot> {
        match self.run.options.missing_key {
            MissingKey::Error => {
                let name = quote(name.as_bytes(), false);
                Err(self.fail(format!("map has no entry for key {name}")))
            }
            MissingKey::Zero => Ok(zero_of(element)),
        }
    }

    /// A number without a type to fit: an integer unless it is written as a float.
    pub(super) fn ideal(&mut self, number: &Number) -> Evaluated<Slot> {
        let text = &*number.text;
        let hexadecimal = text.len() > 2
            && (text.starts_with("0x") || text.starts_with("0X"))
            && !text.contains(['p', 'P']);
        if !hexadecimal && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Ok(Slot::concrete(Value::Float(number.float)));
        }
        match number.int {
            Some(int) => Ok(Slot::concrete(Value::Int(int))),
            None => Err(self.fail(format!("{text} overflows int"))),
        }
    }
}

/// The zero value of an item that is missing.
pub(super) fn zero_of(element: Element) -> Slot {
    let value = match element {
        Element::Any | Element::DirEntry => Value::Nil,
        Element::String => Value::from(""),
        Element::Int => Value::Int(0),
        Element::Int64 => Value::Int64(0),
        Element::Float64 => Value::Float(0.0),
        Element::Bool => Value::Bool(false),
        Element::Byte => Value::Uint8(0),
        Element::Map => super::slot::nil_map(),
        Element::List => super::slot::nil_list(Element::Any),
    };
    Slot::item(element, value)
}

/// Whether Go's type has a method of that name, which templates could call.
fn is_go_method(value: &Value, name: &str) -> bool {
    let names: &[&str] = match value {
        Value::Duration(_) => &[
            "Abs",
            "Hours",
            "Microseconds",
            "Milliseconds",
            "Minutes",
            "Nanoseconds",
            "Round",
            "Seconds",
            "String",
            "Truncate",
        ],
        _ => &[
            "Add",
            "AddDate",
            "After",
            "AppendBinary",
            "AppendFormat",
            "AppendText",
            "Before",
            "Clock",
            "Compare",
            "Date",
            "Day",
            "Equal",
            "Format",
            "GoString",
            "GobEncode",
            "Hour",
            "ISOWeek",
            "In",
            "IsDST",
            "IsZero",
            "Local",
            "Location",
            "MarshalBinary",
            "MarshalJSON",
            "MarshalText",
            "Minute",
            "Month",
            "Nanosecond",
            "Round",
            "Second",
            "String",
            "Sub",
            "Truncate",
            "UTC",
            "Unix",
            "UnixMicro",
            "UnixMilli",
            "UnixNano",
            "Weekday",
            "Year",
            "YearDay",
            "Zone",
            "ZoneBounds",
        ],
    };
    names.contains(&name)
}

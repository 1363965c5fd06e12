//! Arguments, checked and converted to the parameter they are for.

use super::slot::{Slot, nil_list, nil_map};
use super::{At, Evaluated, State};
use crate::template::function::Parameter;
use crate::template::syntax::{Operand, OperandKind};
use crate::value::{Element, Value};

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A value of a type, as Go's functions declare it.
    Typed(Parameter),
    /// The value as reflection sees it: what Go's own `eq`, `index` and `len` take.
    Reflected,
}

impl Expected {
    const fn type_name(self) -> &'static str {
        match self {
            Self::Typed(parameter) => parameter.type_name(),
            Self::Reflected => "reflect.Value",
        }
    }

    /// What an untyped nil becomes, where that is allowed.
    fn nil(self) -> Option<Slot> {
        match self {
            Self::Typed(Parameter::Any) => Some(Slot::any(Value::Nil)),
            Self::Typed(Parameter::Map) => Some(Slot::concrete(nil_map())),
            Self::Typed(Parameter::List) => Some(Slot::concrete(nil_list(Element::Any))),
            Self::Typed(Parameter::Strings) => Some(Slot::concrete(nil_list(Element::String))),
            Self::Typed(_) => None,
            Self::Reflected => Some(Slot::invalid()),
        }
    }
}

/// Whether Go assigns the value to a parameter of that type without conversion.
fn assignable(value: &Value, parameter: Parameter) -> bool {
    match (value, parameter) {
        (_, Parameter::Any)
        | (Value::Str(_) | Value::Bytes(_), Parameter::String)
        | (Value::Bool(_), Parameter::Bool)
        | (Value::Int(_), Parameter::Int)
        | (Value::Int64(_), Parameter::Int64)
        | (Value::Float(_), Parameter::Float64)
        | (Value::Time(_), Parameter::Time) => true,
        (Value::Map(map), Parameter::Map) => map.element() == Element::Any,
        (Value::List(list), Parameter::List) => list.element() == Element::Any,
        (Value::List(list), Parameter::Strings) => list.element() == Element::String,
        _ => false,
    }
}

impl<'t> State<'t, '_, '_> {
    /// Evaluates an argument for a parameter.
    pub(super) fn argument(
        &mut self,
        dot: &Slot,
        expected: Expected,
        operand: &'t Operand,
    ) -> Evaluated<Slot> {
        self.spend(1)?;
        self.at = At::Operand(operand);
        match &operand.kind {
            OperandKind::Dot => self.validate(dot.clone(), expected),
            OperandKind::Nil => match expected.nil() {
                Some(nil) => Ok(nil),
                None => Err(self.fail(format!("cannot assign nil to {}", expected.type_name()))),
            },
            OperandKind::Field(_) | OperandKind::Variable(..) | OperandKind::Chain(..) => {
                let value = self.place(dot, operand, &[], None)?;
                self.validate(value, expected)
            }
            OperandKind::Pipeline(pipeline) => {
                let value = self.pipeline(dot, pipeline)?;
                self.validate(value, expected)
            }
            OperandKind::Function(name) => {
                let value = self.function(dot, At::Operand(operand), name, &[], None)?;
                self.validate(value, expected)
            }
            OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::Text { .. } => {
                self.literal(expected, operand)
            }
        }
    }

    fn literal(&mut self, expected: Expected, operand: &'t Operand) -> Evaluated<Slot> {
        let parameter = match expected {
            Expected::Reflected => Parameter::Any,
            Expected::Typed(parameter) => parameter,
        };
        let value = match (parameter, &operand.kind) {
            (Parameter::Any, OperandKind::Number(number)) => return self.ideal(number),
            (Parameter::Bool | Parameter::Any, OperandKind::Bool(truth)) => Value::Bool(*truth),
            (Parameter::String | Parameter::Any, OperandKind::Text { value, .. }) => value.clone(),
            (Parameter::Float64, OperandKind::Number(number)) => Value::Float(number.float),
            (Parameter::Int, OperandKind::Number(number)) if number.int.is_some() => {
                Value::Int(number.int.unwrap_or_default())
            }
            (Parameter::Int64, OperandKind::Number(number)) if number.int.is_some() => {
                Value::Int64(number.int.unwrap_or_default())
            }
            // Go cuts it to its size.
            (Parameter::Uint32, OperandKind::Number(number)) if number.uint.is_some() => {
                Value::Uint64(number.uint.unwrap_or_default() & u64::from(u32::MAX))
            }
            _ => {
                let message = match parameter {
                    Parameter::Bool => format!("expected bool; found {operand}"),
                    Parameter::String => format!("expected string; found {operand}"),
                    Parameter::Float64 => format!("expected float; found {operand}"),
                    Parameter::Uint32 => format!("expected unsigned integer; found {operand}"),
                    Parameter::Int | Parameter::Int64 => format!("expected integer; found {operand}"),
                    _ => format!("can't handle {operand} for arg of type {}", parameter.type_name()),
                };
                return Err(self.fail(message));
            }
        };
        Ok(Slot::concrete(value))
    }

    /// Checks a value against a parameter.
    pub(super) fn validate(&mut self, slot: Slot, expected: Expected) -> Evaluated<Slot> {
        if !slot.is_valid() {
            return match expected.nil() {
                Some(nil) => Ok(nil),
                None => Err(self.fail(format!("invalid value; expected {}", expected.type_name()))),
            };
        }
        let Expected::Typed(parameter) = expected else { return Ok(slot) };
        if parameter == Parameter::Any || (!slot.is_nil_interface() && assignable(slot.value(), parameter)) {
            return Ok(slot);
        }
        let type_name = if slot.is_nil_interface() { slot.type_name() } else { slot.value().type_name() };
        match slot.into_value() {
            Value::MapPointer(map) if parameter == Parameter::Map && map.element() == Element::Any => {
                Ok(Slot::concrete(Value::Map(map)))
            }
            _ => {
                let expected = parameter.type_name();
                Err(self.fail(format!("wrong type for value; expected {expected}; got {type_name}")))
            }
        }
    }

    /// Arguments of a method whose parameters are not known here.
    pub(super) fn untyped_arguments(
        &mut self,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Vec<Value>> {
        let any = Expected::Typed(Parameter::Any);
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for operand in arguments {
            values.push(self.argument(dot, any, operand)?.into_value());
        }
        if let Some(last) = last {
            values.push(self.validate(last, any)?.into_value());
        }
        Ok(values)
    }
}

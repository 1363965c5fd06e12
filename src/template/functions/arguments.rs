//! Reading checked arguments, and the results and failures that functions have in common.

use crate::diagnostic::Refusal;
use crate::template::function::{Call, Chance, Function, FunctionError, Parameter};
use crate::value::print::PrintError;
use crate::value::{Element, List, Map, Value};

/// What a function returns.
pub(super) type Outcome = Result<Value, FunctionError>;

/// The body of a function.
pub(super) type Body = fn(&mut dyn Call, &[Value]) -> Outcome;

/// The longest text and the longest list that one call may produce; longer ones are refused.
pub(super) const MAX_TEXT: usize = crate::go::fmt::MAX_TEXT;
/// See [`MAX_TEXT`].
pub(super) const MAX_ITEMS: usize = 10_000_000;

/// The deepest value that is walked; YAML ends at 10,000 levels, and a map that contains itself never ends.
pub(super) const MAX_DEPTH: usize = 10_100;

/// A function with a fixed number of arguments.
pub(super) const fn function(name: &'static str, parameters: &'static [Parameter], body: Body) -> Function {
    Function { name, parameters, variadic: None, body }
}

/// A function with any number of further arguments.
pub(super) const fn variadic(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Parameter,
    body: Body,
) -> Function {
    Function { name, parameters, variadic: Some(rest), body }
}

/// The bytes of a `string` argument.
pub(super) fn bytes(arguments: &[Value], at: usize) -> Result<&[u8], FunctionError> {
    arguments.get(at).and_then(Value::string_bytes).ok_or_else(|| unchecked(at, "string"))
}

/// A `string` argument that must be UTF-8 because helmsum has no byte-wise form of the function.
pub(super) fn text<'a>(function: &str, arguments: &'a [Value], at: usize) -> Result<&'a str, FunctionError> {
    std::str::from_utf8(bytes(arguments, at)?).map_err(|_| FunctionError::Refused {
        refusal: Refusal::NotUtf8,
        message: format!("argument {} of `{function}` is not valid UTF-8", at + 1),
        hint: Some("pass text, or do without the function".into()),
    })
}

/// An `int`, `int64` argument.
pub(super) fn integer(arguments: &[Value], at: usize) -> Result<i64, FunctionError> {
    match arguments.get(at) {
        Some(Value::Int(number) | Value::Int64(number)) => Ok(*number),
        _ => Err(unchecked(at, "int")),
    }
}

/// A `uint32` argument.
pub(super) fn unsigned(arguments: &[Value], at: usize) -> Result<u32, FunctionError> {
    match arguments.get(at) {
        Some(Value::Uint64(number)) => u32::try_from(*number).map_err(|_| unchecked(at, "uint32")),
        _ => Err(unchecked(at, "uint32")),
    }
}

/// A `float64` argument.
pub(super) fn float(arguments: &[Value], at: usize) -> Result<f64, FunctionError> {
    match arguments.get(at) {
        Some(Value::Float(number)) => Ok(*number),
        _ => Err(unchecked(at, "float64")),
    }
}

/// A `bool` argument.
pub(super) fn boolean(arguments: &[Value], at: usize) -> Result<bool, FunctionError> {
    match arguments.get(at) {
        Some(Value::Bool(truth)) => Ok(*truth),
        _ => Err(unchecked(at, "bool")),
    }
}

/// A `map[string]interface {}` argument, itself and not a copy. Go passes a nil map for an untyped nil.
pub(super) fn map(arguments: &[Value], at: usize) -> Result<Map, FunctionError> {
    match arguments.get(at) {
        Some(Value::Map(map) | Value::MapPointer(map)) => Ok(map.clone()),
        Some(Value::Nil) => Ok(Map::nil(Element::Any)),
        _ => Err(unchecked(at, "map[string]interface {}")),
    }
}

/// A `[]interface {}` argument. Go passes a nil slice for an untyped nil.
pub(super) fn list(arguments: &[Value], at: usize) -> Result<List, FunctionError> {
    match arguments.get(at) {
        Some(Value::List(list)) => Ok(list.clone()),
        Some(Value::Nil) => Ok(List::nil(Element::Any)),
        _ => Err(unchecked(at, "[]interface {}")),
    }
}

/// An argument of any type.
pub(super) fn any(arguments: &[Value], at: usize) -> Result<&Value, FunctionError> {
    arguments.get(at).ok_or_else(|| unchecked(at, "interface {}"))
}

/// The executor checks arguments before a call, so this is a defect of helmsum and says so.
fn unchecked(at: usize, type_name: &str) -> FunctionError {
    FunctionError::Refused {
        refusal: Refusal::Defect,
        message: format!("argument {} was not converted to {type_name} before the call", at + 1),
        hint: Some("this is a defect of helmsum: please report it with the template".into()),
    }
}

/// What Go says where a function uses the type of an untyped nil.
pub(super) fn nil_dereference() -> FunctionError {
    FunctionError::failed("runtime error: invalid memory address or nil pointer dereference")
}

/// A call that helmsum does not do.
pub(super) fn refused(
    refusal: Refusal,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> FunctionError {
    FunctionError::Refused { refusal, message: message.into(), hint: Some(hint.into()) }
}

/// A value that is nested too deep, usually because a map contains itself.
pub(super) fn too_deep() -> FunctionError {
    refused(
        Refusal::Limit,
        "the value is nested deeper than 10,000 levels, or contains itself",
        "look for a map that was `set` into itself",
    )
}

/// A result that is too large.
pub(super) fn too_large(function: &str) -> FunctionError {
    refused(
        Refusal::Limit,
        format!("the result of `{function}` is larger than helmsum takes (64 MiB of text, 10,000,000 items)"),
        "check the count that is passed to it",
    )
}

/// A value that cannot be printed.
pub(super) fn unprintable(error: PrintError) -> FunctionError {
    refused(error.refusal(), error.to_string(), "print a single field instead of the whole value")
}

/// Notes that the result differs between runs.
pub(super) fn note_unstable(call: &mut dyn Call, function: &str) {
    let (effects, place) = call.effects();
    effects.call_unstable(function, place);
}

/// A list whose order Go leaves to chance, watched for whether somebody looks at it.
pub(super) fn unordered(call: &mut dyn Call, function: &str, element: Element, items: Vec<Value>) -> Value {
    let (effects, place) = call.effects();
    let witness = effects.call_unordered(function, place);
    let items = match call.context().chance {
        Chance::Greatest => items.into_iter().rev().collect(),
        Chance::Real | Chance::Least => items,
    };
    Value::List(List::unordered(element, items, witness))
}

/// Notes that a map which existed before was changed.
pub(super) fn note_mutation(call: &mut dyn Call) {
    let (effects, place) = call.effects();
    effects.change(place);
}

/// A `string` result.
#[expect(clippy::unnecessary_wraps, reason = "functions end with it")]
pub(super) fn string(bytes: Vec<u8>) -> Outcome {
    Ok(Value::from_bytes(bytes))
}

//! Go's own functions.

use super::argument::Expected;
use super::compare::{equal, less};
use super::escape::{html, javascript};
use super::index::{index, length, slice};
use super::slot::{Slot, behind_pointer, is_true};
use crate::go::url::query_escape;
use crate::template::function::{FunctionError, Parameter};
use crate::value::Value;
use crate::value::print::{PrintError, sprint, sprintf, sprintln};

type Result = std::result::Result<Slot, FunctionError>;

/// The body of a function, which also gets the first argument as it is written where it is `call`.
type Body = fn(&[Slot], Option<&str>) -> Result;

/// One of Go's own functions.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) fixed: &'static [Expected],
    pub(super) variadic: Option<Expected>,
    pub(super) body: Body,
}

const REFLECTED: Expected = Expected::Reflected;
const ANY: Expected = Expected::Typed(Parameter::Any);
const STRING: Expected = Expected::Typed(Parameter::String);

/// Whether Go itself brings a function of that name.
pub(in crate::template) fn is_builtin(name: &str) -> bool {
    builtin(name).is_some()
}

pub(super) fn builtin(name: &str) -> Option<Builtin> {
    let one: &[Expected] = &[REFLECTED];
    let two: &[Expected] = &[REFLECTED, REFLECTED];
    let (name, fixed, variadic, body): (_, &'static [Expected], _, Body) = match name {
        // These two are evaluated by the caller, one argument at a time.
        "and" => ("and", one, Some(REFLECTED), |_, _| Ok(Slot::invalid())),
        "or" => ("or", one, Some(REFLECTED), |_, _| Ok(Slot::invalid())),
        "not" => ("not", one, None, |slots, _| Ok(truth(!is_true(value(slots, 0))))),
        "len" => ("len", one, None, |slots, _| length(slots)),
        "index" => ("index", one, Some(REFLECTED), |slots, _| index(slots)),
        "slice" => ("slice", one, Some(REFLECTED), |slots, _| slice(slots)),
        "call" => ("call", one, Some(REFLECTED), call),
        "html" => ("html", &[], Some(ANY), |slots, _| escaped(slots, html)),
        "js" => ("js", &[], Some(ANY), |slots, _| escaped(slots, javascript)),
        "urlquery" => ("urlquery", &[], Some(ANY), |slots, _| escaped(slots, query_escape)),
        "print" => ("print", &[], Some(ANY), |slots, _| printed(sprint(&values(slots)))),
        "println" => ("println", &[], Some(ANY), |slots, _| printed(sprintln(&values(slots)))),
        "printf" => ("printf", &[STRING], Some(ANY), |slots, _| {
            let format = value(slots, 0).string_bytes().unwrap_or_default().to_vec();
            printed(sprintf(&format, &values(slots)[1..]))
        }),
        "eq" => ("eq", one, Some(REFLECTED), |slots, _| equal(slots).map(truth)),
        "ne" => ("ne", two, None, |slots, _| Ok(truth(!equal(slots)?))),
        "lt" => ("lt", two, None, |slots, _| less(slots).map(truth)),
        "le" => ("le", two, None, |slots, _| Ok(truth(less(slots)? || equal(slots)?))),
        // Not `b < a`: with NaN Go finds both `gt` and `ge` true.
        "gt" => ("gt", two, None, |slots, _| Ok(truth(!(less(slots)? || equal(slots)?)))),
        "ge" => ("ge", two, None, |slots, _| Ok(truth(!less(slots)?))),
        _ => return None,
    };
    Some(Builtin { name, fixed, variadic, body })
}

const fn truth(truth: bool) -> Slot {
    Slot::concrete(Value::Bool(truth))
}

/// The value of an argument that the parameter list vouches for.
fn value(slots: &[Slot], at: usize) -> &Value {
    slots.get(at).map_or(&Value::Nil, Slot::value)
}

fn values(slots: &[Slot]) -> Vec<Value> {
    slots.iter().map(|slot| slot.value().clone()).collect()
}

/// A value that Go could print and helmsum cannot is refused, not guessed.
pub(super) fn unprintable(error: PrintError) -> FunctionError {
    FunctionError::Refused {
        refusal: error.refusal(),
        message: error.to_string(),
        hint: Some("print a single field instead of the whole value".into()),
    }
}

fn printed(text: std::result::Result<Vec<u8>, PrintError>) -> Result {
    text.map(|text| Slot::concrete(Value::from_bytes(text))).map_err(unprintable)
}

fn escaped(slots: &[Slot], escape: fn(&[u8]) -> Vec<u8>) -> Result {
    let text = match slots {
        [slot] if slot.value().string_bytes().is_some() => {
            slot.value().string_bytes().unwrap_or_default().to_vec()
        }
        _ => {
            let shown: Vec<Value> = slots
                .iter()
                .map(|slot| match slot.value() {
                    Value::Nil => Value::from("<no value>"),
                    value => behind_pointer(value.clone()),
                })
                .collect();
            sprint(&shown).map_err(unprintable)?
        }
    };
    Ok(Slot::concrete(Value::from_bytes(escape(&text))))
}

/// `call` needs a function as a value, and no value of ours is one.
fn call(slots: &[Slot], called: Option<&str>) -> Result {
    let value = value(slots, 0);
    if value.is_nil() {
        return Err(FunctionError::failed("call of nil"));
    }
    let type_name = value.type_name();
    let name = match (called, value.string_bytes()) {
        (Some(called), _) => called.to_owned(),
        (None, Some(text)) => String::from_utf8_lossy(text).into_owned(),
        (None, None) => format!("<{type_name} Value>"),
    };
    Err(FunctionError::failed(format!("non-function {name} of type {type_name}")))
}

//! Choosing between values, and stopping.

use super::arguments::{Outcome, any, boolean, bytes, function, variadic};
use super::convert::is_empty;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::Value;

use Parameter::{Any, Bool, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("default", &[Any], Any, default),
    function("empty", &[Any], |_, arguments| Ok(is_empty(any(arguments, 0)?).into())),
    variadic("coalesce", &[], Any, |_, arguments| {
        Ok(arguments.iter().find(|argument| !is_empty(argument)).cloned().unwrap_or_default())
    }),
    variadic("all", &[], Any, |_, arguments| Ok((!arguments.iter().any(is_empty)).into())),
    variadic("any", &[], Any, |_, arguments| Ok((!arguments.iter().all(is_empty)).into())),
    function("ternary", &[Any, Any, Bool], |_, arguments| {
        let at = usize::from(!boolean(arguments, 2)?);
        Ok(any(arguments, at)?.clone())
    }),
    function("fail", &[Text], |_, arguments| Err(message(bytes(arguments, 0)?))),
    function("required", &[Text, Any], required),
];

fn default(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match arguments.get(1) {
        Some(given) if !is_empty(given) => Ok(given.clone()),
        _ => Ok(any(arguments, 0)?.clone()),
    }
}

/// helmfile's `required`: nil and the empty string are missing, `0` and `false` are not.
fn required(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let value = any(arguments, 1)?;
    if value.is_nil() || value.as_str() == Some("") {
        return Err(message(bytes(arguments, 0)?));
    }
    Ok(value.clone())
}

fn message(text: &[u8]) -> FunctionError {
    FunctionError::failed(String::from_utf8_lossy(text))
}

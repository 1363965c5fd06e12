//! JSON, read and written.

use super::arguments::{Outcome, any, bytes, function, refused};
use crate::diagnostic::Refusal;
use crate::template::function::{Function, FunctionError, Parameter};
use crate::value::Value;
use crate::value::json::{JsonError, Style, decode, encode};

use Parameter::{Any, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fromJson", &[Text], |_, arguments| Ok(decode(bytes(arguments, 0)?).0)),
    function("mustFromJson", &[Text], |_, arguments| match decode(bytes(arguments, 0)?) {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(FunctionError::failed(error)),
    }),
    function("toJson", &[Any], |_, arguments| lenient(any(arguments, 0)?, Style::Compact)),
    function("toPrettyJson", &[Any], |_, arguments| lenient(any(arguments, 0)?, Style::Indented)),
    function("toRawJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Raw)),
    function("mustToJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Compact)),
    function("mustToPrettyJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Indented)),
    function("mustToRawJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Raw)),
];

/// A value that has no JSON form gives an empty string.
fn lenient(value: &Value, style: Style) -> Outcome {
    match strict(value, style) {
        Err(FunctionError::Failed(_)) => Ok("".into()),
        outcome => outcome,
    }
}

fn strict(value: &Value, style: Style) -> Outcome {
    encode(value, style).map(Value::from).map_err(|error| match error {
        JsonError::Number(_) | JsonError::Type(_) | JsonError::Year => {
            FunctionError::failed(error.to_string())
        }
        JsonError::Unknown(_) => refused(
            Refusal::UnsupportedTemplate,
            error.to_string(),
            "write the part that is needed, not the whole value",
        ),
        JsonError::TooDeep | JsonError::TooLarge => {
            refused(Refusal::Limit, error.to_string(), "write the part that is needed, not the whole value")
        }
    })
}

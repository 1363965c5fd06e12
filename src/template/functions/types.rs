//! Types and kinds of values.

use super::arguments::{Outcome, any, bytes, function};
use crate::template::function::{Call, Function, Parameter};
use crate::value::Value;

use Parameter::{Any, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("typeOf", &[Any], |_, arguments| Ok(any(arguments, 0)?.type_name().into())),
    function("kindOf", &[Any], |_, arguments| Ok(any(arguments, 0)?.kind_name().into())),
    function("typeIs", &[Text, Any], |_, arguments| {
        Ok((bytes(arguments, 0)? == any(arguments, 1)?.type_name().as_bytes()).into())
    }),
    function("typeIsLike", &[Text, Any], type_is_like),
    function("kindIs", &[Text, Any], |_, arguments| {
        Ok((bytes(arguments, 0)? == any(arguments, 1)?.kind_name().as_bytes()).into())
    }),
];

/// Whether the type is the one named or a pointer to it.
fn type_is_like(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let wanted = bytes(arguments, 0)?;
    let found = any(arguments, 1)?.type_name();
    let pointee = found.strip_prefix('*').unwrap_or(&found);
    Ok((wanted == found.as_bytes() || wanted == pointee.as_bytes()).into())
}

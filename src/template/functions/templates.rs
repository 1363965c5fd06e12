//! Templates inside templates: helmfile's `tpl` and `include`.

use super::arguments::{any, bytes, function, text};
use crate::template::function::{Function, FunctionError, Parameter};

use Parameter::{Any, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("tpl", &[Text, Any], |call, arguments| {
        call.render(text("tpl", arguments, 0)?, any(arguments, 1)?)
    }),
    function("include", &[Text, Any], |call, arguments| {
        let name = std::str::from_utf8(bytes(arguments, 0)?)
            .map_err(|_| FunctionError::failed("the name of a template is not valid UTF-8"))?;
        call.include(name, any(arguments, 1)?)
    }),
];

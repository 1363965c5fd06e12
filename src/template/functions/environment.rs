//! The process environment, as it was when the run started.

use super::arguments::{MAX_TEXT, Outcome, bytes, function, string, too_large};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::Value;

use Parameter::String as Text;

pub(super) const FUNCTIONS: &[Function] = &[
    function("env", &[Text], |call, arguments| {
        string(variable(call, bytes(arguments, 0)?).unwrap_or_default())
    }),
    function("expandenv", &[Text], expand),
    function("requiredEnv", &[Text], |call, arguments| {
        let name = bytes(arguments, 0)?;
        match variable(call, name) {
            Some(value) if !value.is_empty() => string(value),
            _ => Err(FunctionError::failed(format!(
                "required env var `{}` is not set",
                String::from_utf8_lossy(name)
            ))),
        }
    }),
];

fn variable(call: &dyn Call, name: &[u8]) -> Option<Vec<u8>> {
    let name = std::str::from_utf8(name).ok()?;
    call.context().environment.get(name).map(|value| value.as_bytes().to_vec())
}

/// `os.ExpandEnv`: `$NAME`, `${NAME}`, and one-character names such as `$1`. What is not set becomes nothing.
fn expand(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = bytes(arguments, 0)?;
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$').filter(|at| at + 1 < rest.len()) {
        result.extend_from_slice(&rest[..at]);
        let (name, size) = shell_name(&rest[at + 1..]);
        if name.is_empty() && size == 0 {
            // A dollar that starts no name stays; `${}` and `${` with a bad name vanish.
            result.push(b'$');
        } else if !name.is_empty() {
            result.extend(variable(call, name).unwrap_or_default());
        }
        if result.len() > MAX_TEXT {
            return Err(too_large("expandenv"));
        }
        rest = &rest[at + 1 + size..];
    }
    result.extend_from_slice(rest);
    string(result)
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9')
}

const fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The name after a `$` and how many bytes it takes.
fn shell_name(text: &[u8]) -> (&[u8], usize) {
    match text {
        [b'{', special, b'}', ..] if is_special(*special) => (&text[1..2], 3),
        [b'{', ..] => match text.iter().position(|byte| *byte == b'}') {
            Some(1) => (b"", 2),
            Some(end) => (&text[1..end], end + 1),
            None => (b"", 1),
        },
        [special, ..] if is_special(*special) => (&text[..1], 1),
        _ => {
            let end = text.iter().take_while(|byte| is_name(**byte)).count();
            (&text[..end], end)
        }
    }
}

//! Base 64 and base 32. Text that cannot be decoded gives Go's error message as the result, as sprig has it.

use data_encoding::{BASE32, BASE64};

use super::arguments::{Outcome, bytes, function, string};
use crate::go::encoding::{base32, base64};
use crate::template::function::{Call, Function, Parameter};
use crate::value::Value;

use Parameter::String as Text;

pub(super) const FUNCTIONS: &[Function] = &[
    function("b64enc", &[Text], |_, arguments| Ok(BASE64.encode(bytes(arguments, 0)?).into())),
    function("b64dec", &[Text], base64_decode),
    function("b32enc", &[Text], |_, arguments| Ok(BASE32.encode(bytes(arguments, 0)?).into())),
    function("b32dec", &[Text], base32_decode),
];

fn base64_decode(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match base64::decode(bytes(arguments, 0)?) {
        Ok(decoded) => string(decoded),
        Err(at) => Ok(format!("illegal base64 data at input byte {at}").into()),
    }
}

fn base32_decode(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match base32::decode(bytes(arguments, 0)?) {
        Ok(decoded) => string(decoded),
        Err(at) => Ok(format!("illegal base32 data at input byte {at}").into()),
    }
}

//! Base 64 and base 32. Text that cannot be decoded gives Go's error message as the result, as sprig has it.

use data_encoding::{BASE32, BASE64};

use super::arguments::{Outcome, bytes, function, string};
use crate::template::function::{Call, Function, Parameter};
use crate::value::{Value, base64};

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
    match base32(bytes(arguments, 0)?) {
        Ok(decoded) => string(decoded),
        Err(at) => Ok(format!("illegal base32 data at input byte {at}").into()),
    }
}

/// Decodes padded base 32 like [`base64::decode`]. Positions do not count newlines here.
fn base32(source: &[u8]) -> Result<Vec<u8>, usize> {
    let source: Vec<u8> = source.iter().copied().filter(|byte| !base64::is_newline(*byte)).collect();
    let length = source.len();
    let mut decoded = Vec::with_capacity(length / 8 * 5);
    let mut at = 0;
    let mut padded = false;
    while at < length && !padded {
        let mut group = [0_u8; 8];
        let mut count = 0;
        while count < 8 {
            let Some(byte) = source.get(at) else { return Err(at - count) };
            at += 1;
            let left = &source[at..];
            if *byte == b'=' && count >= 2 && left.len() < 8 {
                if left.len() + count < 7 {
                    return Err(length);
                }
                if let Some(wrong) = left.iter().take(7 - count).position(|byte| *byte != b'=') {
                    return Err(at + wrong - 1);
                }
                if matches!(count, 3 | 6) {
                    return Err(at - 1);
                }
                padded = true;
                break;
            }
            group[count] = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return Err(at - 1),
            };
            count += 1;
        }
        let bits = group.iter().fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit)).to_be_bytes();
        decoded.extend_from_slice(&bits[3..3 + count * 5 / 8]);
    }
    Ok(decoded)
}

//! Base 64 and base 32. Text that cannot be decoded gives Go's error message as the result, as sprig has it.

use data_encoding::{BASE32, BASE64};

use super::arguments::{Outcome, bytes, function, string};
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
    match base64(bytes(arguments, 0)?) {
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

const fn is_newline(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// The position of the first newline-free byte from `at` on.
fn skip_newlines(source: &[u8], at: usize) -> usize {
    at + source[at..].iter().take_while(|byte| is_newline(**byte)).count()
}

/// Decodes padded base 64 with newlines anywhere; the error is the position that Go reports. The unused bits of the last
/// character may be anything.
fn base64(source: &[u8]) -> Result<Vec<u8>, usize> {
    let mut decoded = Vec::with_capacity(source.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut group = [0_u8; 4];
        let mut count = 0;
        let mut padded = false;
        while count < 4 {
            let Some(byte) = source.get(at) else {
                return if count == 0 { Ok(decoded) } else { Err(at - count) };
            };
            at += 1;
            if let Some(bits) = base64_digit(*byte) {
                group[count] = bits;
                count += 1;
            } else if !is_newline(*byte) {
                if *byte != b'=' || count < 2 {
                    return Err(at - 1);
                }
                if count == 2 {
                    at = skip_newlines(source, at);
                    match source.get(at) {
                        None => return Err(source.len()),
                        Some(b'=') => at += 1,
                        Some(_) => return Err(at - 1),
                    }
                }
                at = skip_newlines(source, at);
                if at < source.len() {
                    return Err(at);
                }
                padded = true;
                break;
            }
        }
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)).to_be_bytes();
        decoded.extend_from_slice(&bits[1..count.max(1)]);
        if padded {
            return Ok(decoded);
        }
    }
}

fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Decodes padded base 32 like [`base64`]. Positions do not count newlines here.
fn base32(source: &[u8]) -> Result<Vec<u8>, usize> {
    let source: Vec<u8> = source.iter().copied().filter(|byte| !is_newline(*byte)).collect();
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

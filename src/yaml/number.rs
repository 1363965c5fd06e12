//! Numbers as go-yaml reads them: Go's `strconv` with base prefixes, underscores and YAML's own octal form.

use crate::go::strconv::{parse_float, parse_int, parse_uint};

/// A number with the Go type it becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    /// Above the largest `i64`.
    Uint(u64),
    Float(f64),
}

/// The number that a plain scalar is, if it starts with a digit or sign.
pub(super) fn parse(text: &str) -> Option<Number> {
    let plain: std::borrow::Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    let plain = &*plain;
    if let Some(number) = integer(plain, 0) {
        return Some(number);
    }
    if let Some(value) = float(plain) {
        return Some(Number::Float(value));
    }
    // go-yaml strips the prefix and parses what is left, so a sign may stand after the prefix.
    for (prefix, base) in [("0b", 2), ("0o", 8)] {
        if let Some(digits) = plain.strip_prefix(prefix) {
            return integer(digits, base);
        }
        if let Some(digits) = plain.strip_prefix('-').and_then(|rest| rest.strip_prefix(prefix)) {
            return parse_int(format!("-{digits}").as_bytes(), base).ok().map(Number::Int);
        }
    }
    None
}

/// `strconv.ParseInt(text, base, 64)`, then `ParseUint`.
fn integer(text: &str, base: u32) -> Option<Number> {
    let signed = parse_int(text.as_bytes(), base).map(Number::Int);
    signed.or_else(|_| parse_uint(text.as_bytes(), base).map(Number::Uint)).ok()
}

/// A decimal float in YAML's spelling. Go refuses what does not fit, and the text then stays a string.
fn float(text: &str) -> Option<f64> {
    if is_float(text.as_bytes()) { parse_float(text.as_bytes()).ok() } else { None }
}

/// A float that starts with a point. There go-yaml leaves everything to Go, which wants underscores between digits.
pub(super) fn fraction(text: &str) -> Option<f64> {
    parse_float(text.as_bytes()).ok()
}

/// `[-+]? ( \.[0-9]+ | [0-9]+(\.[0-9]*)? ) ([eE][-+]?[0-9]+)?`
fn is_float(text: &[u8]) -> bool {
    let text = strip_sign(text);
    let (whole, rest) = digits(text);
    let rest = match rest {
        [b'.', rest @ ..] => {
            let (fraction, rest) = digits(rest);
            if whole == 0 && fraction == 0 {
                return false;
            }
            rest
        }
        _ if whole == 0 => return false,
        _ => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => matches!(digits(strip_sign(exponent)), (1.., [])),
        _ => false,
    }
}

fn strip_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

/// How many digits the text starts with, and what follows them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}

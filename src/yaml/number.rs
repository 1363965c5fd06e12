//! Numbers as go-yaml reads them: Go's `strconv` with base prefixes, underscores and YAML's own octal form.

/// A number with the Go type it becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    /// Above what an `i64` holds.
    Uint(u64),
    Float(f64),
}

/// The number that a plain scalar is, if it starts with a digit or sign.
pub(super) fn parse(text: &str) -> Option<Number> {
    let plain: std::borrow::Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    let plain = &*plain;
    if let Some(number) = any_base(plain) {
        return Some(number);
    }
    if let Some(value) = float(plain) {
        return Some(Number::Float(value));
    }
    // go-yaml strips the prefix and parses what is left, so a sign may stand behind the prefix.
    for (prefix, radix) in [("0b", 2), ("0o", 8)] {
        if let Some(digits) = plain.strip_prefix(prefix) {
            return signed(digits, radix)
                .map(Number::Int)
                .or_else(|| unsigned(digits, radix).map(Number::Uint));
        }
        if let Some(digits) = plain.strip_prefix('-').and_then(|rest| rest.strip_prefix(prefix)) {
            return signed(&format!("-{digits}"), radix).map(Number::Int);
        }
    }
    None
}

/// `strconv.ParseInt(text, 0, 64)`, then `ParseUint`.
fn any_base(text: &str) -> Option<Number> {
    let (sign, magnitude) = match text.as_bytes().first()? {
        b'+' => ("", &text[1..]),
        b'-' => ("-", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, &magnitude[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &magnitude[2..]),
        [b'0', b'x' | b'X', _, ..] => (16, &magnitude[2..]),
        [b'0'] => return Some(Number::Int(0)),
        [b'0', ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    if !all_digits(digits, radix) {
        return None;
    }
    if let Ok(value) = i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        return Some(Number::Int(value));
    }
    let is_signed = text.starts_with(['+', '-']);
    if is_signed { None } else { u64::from_str_radix(digits, radix).ok().map(Number::Uint) }
}

/// `strconv.ParseInt` with a given base: a sign and digits.
fn signed(text: &str, radix: u32) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if all_digits(digits, radix) { i64::from_str_radix(text, radix).ok() } else { None }
}

fn unsigned(text: &str, radix: u32) -> Option<u64> {
    if all_digits(text, radix) { u64::from_str_radix(text, radix).ok() } else { None }
}

fn all_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|digit| digit.is_digit(radix))
}

/// A decimal float in YAML's spelling, as long as it is finite.
pub(super) fn float(text: &str) -> Option<f64> {
    if !is_float(text.as_bytes()) {
        return None;
    }
    // Go refuses what does not fit, and the text then stays a string.
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A float that starts with a point. There go-yaml leaves underscores to Go, which wants them between digits.
pub(super) fn fraction(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced =
        |(at, &byte): (usize, &u8)| byte == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)));
    if bytes.iter().enumerate().any(misplaced) { None } else { float(&text.replace('_', "")) }
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

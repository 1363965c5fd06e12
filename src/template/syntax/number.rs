//! Number constants. Their type follows from where they are used, so all forms that fit are kept.

use std::rc::Rc;

/// A number or character constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// As written.
    pub text: Rc<str>,
    /// Its value as an integer, if it is one.
    pub int: Option<i64>,
    /// Its value as an unsigned integer, if it is one.
    pub uint: Option<u64>,
    /// Its value as a float.
    pub float: f64,
}

impl Number {
    /// The number of a character constant.
    #[must_use]
    pub fn character(text: &str, code: u32) -> Self {
        Self {
            text: text.into(),
            int: Some(i64::from(code)),
            uint: Some(u64::from(code)),
            float: f64::from(code),
        }
    }

    /// Reads a number as Go's template parser does.
    ///
    /// # Errors
    ///
    /// Go's own words for a number that overflows or is malformed. An imaginary one is malformed here: see
    /// `is_imaginary`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let uint = parse_uint(text);
        let int = parse_int(text);
        let uint = uint.or(if int == Some(0) { Some(0) } else { None });
        let number = Self { text: text.into(), int, uint, float: 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
        if let Some(int) = int {
            return Ok(Self { float: int as f64, ..number });
        } else if let Some(uint) = uint {
            return Ok(Self { float: uint as f64, ..number });
        }
        let Some(float) = parse_float(text) else {
            return Err(format!("illegal number syntax: {text:?}"));
        };
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {text:?}"));
        }
        Ok(Self {
            int: whole(float),
            uint: whole(float).and_then(|int| u64::try_from(int).ok()).or_else(|| large(float)),
            float,
            ..number
        })
    }
}

/// Whether Go reads an imaginary number.
pub(super) fn is_imaginary(text: &str) -> bool {
    text.strip_suffix('i').is_some_and(|number| parse_float(number).is_some())
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;

/// The integer that a float is.
fn whole(float: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (float.fract() == 0.0 && (-TWO_63..TWO_63).contains(&float)).then_some(float as i64)
}

/// The integer above the signed range that a float is.
fn large(float: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    (float.fract() == 0.0 && (TWO_63..2.0 * TWO_63).contains(&float)).then_some(float as u64)
}

/// Go's `strconv.ParseUint` with base 0.
fn parse_uint(text: &str) -> Option<u64> {
    if text.contains('_') && !underscores_separate(text) {
        return None;
    }
    let (base, digits) = match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &text[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &text[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    };
    let digits: String = digits.chars().filter(|sign| *sign != '_').collect();
    if !digits.starts_with(|sign: char| sign.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(&digits, base).ok()
}

/// Go's `strconv.ParseInt` with base 0.
fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits)?;
    if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// Whether every underscore stands between digits, or between a base prefix and a digit.
fn underscores_separate(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let bytes = text.as_bytes();
    let (hexadecimal, rest) = match bytes {
        [b'0', b'x' | b'X', rest @ ..] => (true, rest),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let mut last = if rest.len() < bytes.len() { b'0' } else { b'^' };
    for byte in rest {
        last = match byte {
            b'0'..=b'9' => b'0',
            b'a'..=b'f' | b'A'..=b'F' if hexadecimal => b'0',
            b'_' if last == b'0' => b'_',
            b'_' => return false,
            _ if last == b'_' => return false,
            _ => b'!',
        };
    }
    last != b'_'
}

/// Go's `strconv.ParseFloat` for what the scanner lets through: no infinities, no names.
fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') && !underscores_separate(text) {
        return None;
    }
    let plain: String = text.chars().filter(|sign| *sign != '_').collect();
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let hexadecimal = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"));
    let magnitude = if let Some(digits) = hexadecimal {
        parse_hexadecimal(digits)?
    } else {
        let digits = |sign: char| sign.is_ascii_digit();
        if !unsigned.contains(digits) || unsigned.starts_with(['e', 'E']) {
            return None;
        }
        unsigned.parse::<f64>().ok()?
    };
    if magnitude.is_infinite() {
        return None;
    }
    Some(if plain.starts_with('-') { -magnitude } else { magnitude })
}

/// `1.8p3` after the `0x`. Refused where the result would have to be rounded: more than 13 digits, huge exponents.
fn parse_hexadecimal(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if all.is_empty() || significant.len() > 13 || exponent.is_empty() {
        return None;
    }
    let value = if significant.is_empty() { 0 } else { u64::from_str_radix(significant, 16).ok()? };
    let exponent: i32 = exponent.parse().ok()?;
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    if !(-1000..=1000).contains(&shift) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 52 bits")]
    let float = value as f64 * 2_f64.powi(shift);
    Some(float)
}

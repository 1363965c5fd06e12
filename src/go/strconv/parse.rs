//! Reading numbers and truth values.

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberError<T> {
    /// It is not spelled like one.
    Syntax,
    /// It does not fit; the nearest number that does, as Go returns it.
    Range(T),
}

/// `strconv.ParseInt(text, base, 64)`. Base 0 takes the base from the prefix and allows underscores.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError<i64>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let bound = if negative { i64::MIN } else { i64::MAX };
    match parse_uint(digits, base) {
        Ok(magnitude) if negative => 0_i64.checked_sub_unsigned(magnitude).ok_or(NumberError::Range(bound)),
        Ok(magnitude) => i64::try_from(magnitude).map_err(|_| NumberError::Range(bound)),
        Err(NumberError::Syntax) => Err(NumberError::Syntax),
        Err(NumberError::Range(_)) => Err(NumberError::Range(bound)),
    }
}

/// `strconv.ParseUint(text, base, 64)`, with the same bases.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumberError<u64>> {
    let (radix, digits) = match (base, text) {
        (0, [b'0', b'b' | b'B', _, ..]) => (2, &text[2..]),
        (0, [b'0', b'o' | b'O', _, ..]) => (8, &text[2..]),
        (0, [b'0', b'x' | b'X', _, ..]) => (16, &text[2..]),
        (0, [b'0', rest @ ..]) => (8, rest),
        (0, _) => (10, text),
        (base, _) => (base, text),
    };
    if text.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut number: u64 = 0;
    let mut underscores = false;
    for byte in digits {
        if base == 0 && *byte == b'_' {
            underscores = true;
            continue;
        }
        let digit = char::from(*byte).to_digit(radix).ok_or(NumberError::Syntax)?;
        number = number
            .checked_mul(radix.into())
            .and_then(|number| number.checked_add(digit.into()))
            .ok_or(NumberError::Range(u64::MAX))?;
    }
    if underscores && !underscores_allowed(text) {
        return Err(NumberError::Syntax);
    }
    Ok(number)
}

/// Whether underscores stand only between digits, or between a prefix and a digit.
fn underscores_allowed(text: &[u8]) -> bool {
    let text = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    let (mut digits, mut after_digit, hexadecimal) = match text {
        [b'0', prefix, rest @ ..] if matches!(prefix.to_ascii_lowercase(), b'b' | b'o' | b'x') => {
            (rest, true, prefix.eq_ignore_ascii_case(&b'x'))
        }
        _ => (text, false, false),
    };
    let mut after_underscore = false;
    while let [byte, rest @ ..] = digits {
        digits = rest;
        if byte.is_ascii_digit() || (hexadecimal && byte.is_ascii_hexdigit()) {
            after_digit = true;
            after_underscore = false;
        } else if *byte == b'_' {
            if !after_digit {
                return false;
            }
            after_digit = false;
            after_underscore = true;
        } else {
            if after_underscore {
                return false;
            }
            after_digit = false;
        }
    }
    !after_underscore
}

/// `strconv.ParseBool`; nothing for what Go refuses.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `strconv.ParseFloat(text, 64)`.
pub(crate) fn parse_float(text: &[u8]) -> Result<f64, NumberError<f64>> {
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Ok(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    if body.contains(&b'_') && !underscores_allowed(text) {
        return Err(NumberError::Syntax);
    }
    let body: Vec<u8> = body.iter().copied().filter(|byte| *byte != b'_').collect();
    let magnitude = match body.as_slice() {
        [b'0', b'x' | b'X', digits @ ..] => hexadecimal_float(digits)?,
        digits => decimal_float(digits)?,
    };
    if magnitude.is_infinite() { Err(NumberError::Range(sign * magnitude)) } else { Ok(sign * magnitude) }
}

/// Splits digits, an optional point and an optional exponent: digits before and after the point, and the exponent.
type Number<'a> = (&'a [u8], &'a [u8], Option<&'a [u8]>);

fn split_number(text: &[u8], is_digit: fn(&u8) -> bool, mark: u8) -> Option<Number<'_>> {
    let whole = text.iter().take_while(|byte| is_digit(byte)).count();
    let (whole, rest) = text.split_at(whole);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => rest.split_at(rest.iter().take_while(|byte| is_digit(byte)).count()),
        _ => (&rest[..0], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    match rest {
        [] => Some((whole, fraction, None)),
        [letter, exponent @ ..] if letter.eq_ignore_ascii_case(&mark) => {
            let digits = match exponent {
                [b'-' | b'+', digits @ ..] | digits => digits,
            };
            (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some((
                whole,
                fraction,
                Some(exponent),
            ))
        }
        _ => None,
    }
}

fn decimal_float(text: &[u8]) -> Result<f64, NumberError<f64>> {
    split_number(text, u8::is_ascii_digit, b'e').ok_or(NumberError::Syntax)?;
    let text = std::str::from_utf8(text).map_err(|_| NumberError::Syntax)?;
    text.parse().map_err(|_| NumberError::Syntax)
}

/// `h.hhhp±d`, rounded to the nearest float, ties to even.
fn hexadecimal_float(text: &[u8]) -> Result<f64, NumberError<f64>> {
    let (whole, fraction, exponent) =
        split_number(text, u8::is_ascii_hexdigit, b'p').ok_or(NumberError::Syntax)?;
    let exponent = exponent.ok_or(NumberError::Syntax)?;
    let exponent: i64 = std::str::from_utf8(exponent)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(if exponent.starts_with(b"-") { -1_000_000 } else { 1_000_000 });
    let mut mantissa: u64 = 0;
    let mut scale = exponent.clamp(-1_000_000, 1_000_000);
    let mut inexact = false;
    for (at, byte) in whole.iter().chain(fraction).enumerate() {
        let digit = char::from(*byte).to_digit(16).unwrap_or(0);
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            if at >= whole.len() {
                scale -= 4;
            }
        } else {
            inexact |= digit != 0;
            if at < whole.len() {
                scale += 4;
            }
        }
    }
    Ok(scale_float(mantissa, scale, inexact))
}

/// `mantissa × 2^scale`, rounded once; `inexact` tells that something below the mantissa was cut off.
fn scale_float(mantissa: u64, scale: i64, inexact: bool) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    // The value is 1.xxx × 2^exponent with 64 bits of mantissa; 53 stay, fewer below the smallest normal number.
    let exponent = scale - i64::from(shift) + 63;
    if exponent > 1023 {
        return f64::INFINITY;
    }
    let cut = if exponent < -1022 { 11 + (-1022 - exponent) } else { 11 };
    if cut > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa) << 64 | u128::from(inexact);
    let cut = u32::try_from(cut).unwrap_or(64) + 64;
    let kept = if cut >= 128 { 0 } else { wide >> cut };
    let rest = wide & (u128::MAX >> (128 - cut.min(128)));
    let half = 1_u128 << (cut - 1);
    let up = rest > half || (rest == half && kept & 1 == 1);
    let kept = u64::try_from(kept).unwrap_or(u64::MAX) + u64::from(up);
    // A normal number keeps its top bit in `kept`, which the biased exponent then counts; a carry does the right thing.
    let biased = u64::try_from((exponent + 1022).max(0)).unwrap_or(0);
    f64::from_bits((biased << 52) + kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_floats_round_to_the_nearest() {
        for (text, expected) in [
            ("0x1p0", 1.0),
            ("0x1.8p1", 3.0),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.8p-1075", 5e-324),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("-0x10p-4", -1.0),
        ] {
            assert_eq!(parse_float(text.as_bytes()), Ok(expected), "{text}");
        }
        assert_eq!(parse_float(b"0x1p1024"), Err(NumberError::Range(f64::INFINITY)));
        assert_eq!(parse_float(b"0x1"), Err(NumberError::Syntax));
    }
}

//! Spans of time as Go's `time.Duration` reads and rounds them.

use super::parse::quoted;

const SECOND: u64 = 1_000_000_000;

/// `time.ParseDuration`, in nanoseconds.
pub(super) fn parse(text: &[u8]) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quoted(text));
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, behind) = component(rest, text)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63).ok_or_else(invalid)?;
        rest = behind;
    }
    if negative {
        return Ok(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| invalid())
}

/// One number with its unit, and what follows.
fn component<'a>(text: &'a [u8], whole: &[u8]) -> Result<(u64, &'a [u8]), String> {
    let invalid = || format!("time: invalid duration {}", quoted(whole));
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut value: u64 = 0;
    for digit in &text[..digits] {
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .filter(|value| *value <= 1 << 63)
            .ok_or_else(invalid)?;
    }
    let mut rest = &text[digits..];
    let mut fraction = None;
    if let [b'.', behind @ ..] = rest {
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        fraction = (digits > 0).then(|| leading_fraction(&behind[..digits]));
        rest = &behind[digits..];
    }
    if digits == 0 && fraction.is_none() {
        return Err(invalid());
    }
    let size = rest.iter().take_while(|byte| **byte != b'.' && !byte.is_ascii_digit()).count();
    let (unit, rest) = rest.split_at(size);
    if unit.is_empty() {
        return Err(format!("time: missing unit in duration {}", quoted(whole)));
    }
    let unit = match unit {
        b"ns" => 1,
        b"us" | [0xc2, 0xb5, b's'] | [0xce, 0xbc, b's'] => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => 60 * SECOND,
        b"h" => 3_600 * SECOND,
        other => {
            return Err(format!("time: unknown unit {} in duration {}", quoted(other), quoted(whole)));
        }
    };
    if value > (1 << 63) / unit {
        return Err(invalid());
    }
    value *= unit;
    if let Some((part, scale)) = fraction.filter(|(part, _)| *part > 0) {
        value += scaled(part, unit, scale);
        if value > 1 << 63 {
            return Err(invalid());
        }
    }
    Ok((value, rest))
}

/// The digits behind a point as a number, and the power of ten it is to be divided by. Digits that do not fit are dropped.
fn leading_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut part, mut scale) = (0_u64, 1.0);
    for digit in digits {
        if part > ((1 << 63) - 1) / 10 {
            break;
        }
        let next = part * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        part = next;
        scale *= 10.0;
    }
    (part, scale)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes the fraction in floating point and cuts it off; it is less than an hour"
)]
fn scaled(part: u64, unit: u64, scale: f64) -> u64 {
    (part as f64 * (unit as f64 / scale)) as u64
}

/// `Duration.Round(time.Second)`: half a second is rounded away from zero.
pub(super) fn round_to_seconds(nanoseconds: i64) -> i64 {
    let second = SECOND.cast_signed();
    let rest = nanoseconds % second;
    if rest.abs() * 2 < second {
        return nanoseconds - rest;
    }
    nanoseconds.saturating_add(rest.signum() * second - rest)
}

/// sprig's `durationRound`: the largest unit that fits more than once, and how often.
pub(super) fn in_largest_unit(nanoseconds: i64) -> String {
    const HOUR: u64 = 3_600 * SECOND;
    let magnitude = nanoseconds.unsigned_abs();
    let units = [
        (365 * 24 * HOUR, "y"),
        (30 * 24 * HOUR, "mo"),
        (24 * HOUR, "d"),
        (HOUR, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    units
        .into_iter()
        .find(|(unit, _)| magnitude > *unit)
        .map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", magnitude / unit))
}

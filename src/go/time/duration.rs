//! `time.Duration`: reading, rounding and writing spans of time, in nanoseconds.

use std::fmt::Write as _;

use super::parse::quoted;

const SECOND: u64 = 1_000_000_000;

/// `time.ParseDuration`.
///
/// # Errors
///
/// Go's message.
pub(crate) fn parse_duration(text: &[u8]) -> Result<i64, String> {
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
        let (part, after) = component(rest, text)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
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
    if let [b'.', after @ ..] = rest {
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        fraction = (digits > 0).then(|| leading_fraction(&after[..digits]));
        rest = &after[digits..];
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

/// The digits after a point as a number, and the power of ten it is to be divided by. Digits that do not fit are dropped.
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
pub(crate) fn round_to_seconds(nanoseconds: i64) -> i64 {
    let second = SECOND.cast_signed();
    let rest = nanoseconds % second;
    if rest.abs() * 2 < second {
        return nanoseconds - rest;
    }
    nanoseconds.saturating_add(rest.signum() * second - rest)
}

/// `time.Duration.String`: `1h2m3.5s`, with `ms`, `µs` or `ns` below one second.
pub(crate) fn duration_text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    if total == 0 {
        return "0s".into();
    }
    if total < 1_000_000_000 {
        let (unit, size, name) = match total {
            0..1_000 => (0, 1, "ns"),
            1_000..1_000_000 => (3, 1_000, "µs"),
            _ => (6, 1_000_000, "ms"),
        };
        return format!("{sign}{}{name}", decimals(total / size, total % size, unit));
    }
    let seconds = total / 1_000_000_000;
    let mut text = sign.to_owned();
    if seconds >= 3600 {
        let _ = write!(text, "{}h", seconds / 3600);
    }
    if seconds >= 60 {
        let _ = write!(text, "{}m", seconds / 60 % 60);
    }
    text + &decimals(seconds % 60, total % 1_000_000_000, 9) + "s"
}

/// A whole part and a fraction of `places` digits, without trailing zeros.
fn decimals(whole: u64, fraction: u64, places: usize) -> String {
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{fraction:0places$}").trim_end_matches('0').to_owned()
}

//! Times and durations as their Go `String` methods spell them.

use std::fmt::Write;

use crate::value::Time;

/// `time.Time.String`: `2006-01-02 15:04:05.999999999 -0700 MST`, without the monotonic clock that Go adds to `now`.
pub(super) fn time_text(time: &Time) -> String {
    let civil = civil(time);
    let zone = if time.zone.is_empty() { offset(time.offset, "") } else { time.zone.to_string() };
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{} {} {zone}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        fraction(civil.subsec_nanosecond()),
        offset(time.offset, ""),
    )
}

/// RFC 3339 with as many fractional digits as needed, what `encoding/json` writes. Nothing for a year past 9999.
pub(in crate::value) fn rfc3339(time: &Time) -> Option<String> {
    let civil = civil(time);
    if !(0..=9999).contains(&civil.year()) || time.offset.abs() >= 24 * 3600 {
        return None;
    }
    let zone = if time.offset == 0 { "Z".to_owned() } else { offset(time.offset, ":") };
    Some(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{zone}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        fraction(civil.subsec_nanosecond()),
    ))
}

/// The date and time on the clock of the time's zone.
fn civil(time: &Time) -> jiff::civil::DateTime {
    let offset = jiff::tz::Offset::from_seconds(time.offset).unwrap_or(jiff::tz::Offset::UTC);
    offset.to_datetime(time.instant)
}

fn fraction(nanoseconds: i32) -> String {
    if nanoseconds == 0 {
        return String::new();
    }
    format!(".{nanoseconds:09}").trim_end_matches('0').to_owned()
}

/// `+0130` or, with a separator, `+01:30`; seconds are dropped, as in Go.
fn offset(seconds: i32, separator: &str) -> String {
    let minutes = seconds / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}

/// `time.Duration.String`: `1h2m3.5s`, with `ms`, `µs` or `ns` below one second.
pub(super) fn duration(nanoseconds: i64) -> String {
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

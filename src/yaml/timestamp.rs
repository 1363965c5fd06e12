//! Timestamps as go-yaml reads them: four layouts of Go's `time.Parse`, with what that function tolerates.

use crate::value::Time;

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// No timestamp.
    No,
    Time(Time),
    /// A timestamp of Go's that lies outside what is kept here: on the last days of the year 9999.
    OutOfRange,
}

/// The point in time that a scalar is, if it is one.
pub(super) fn parse(text: &str) -> Parsed {
    let bytes = text.as_bytes();
    // Four digits and a hyphen, or it is not even tried.
    if !matches!(bytes, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())) {
        return Parsed::No;
    }
    let Some((date, rest)) = date(bytes) else { return Parsed::No };
    let (clock, offset) = match rest {
        [] => (Clock::default(), None),
        [b'T' | b't', rest @ ..] => {
            let Some((clock, rest)) = clock(rest) else { return Parsed::No };
            let Some(offset) = zone(rest) else { return Parsed::No };
            (clock, offset)
        }
        [b' ', rest @ ..] => {
            let rest = &rest[rest.iter().take_while(|&&byte| byte == b' ').count()..];
            match clock(rest) {
                Some((clock, [])) => (clock, None),
                _ => return Parsed::No,
            }
        }
        _ => return Parsed::No,
    };
    instant(date, &clock, offset)
}

#[derive(Default)]
struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
}

/// `2006-1-2`
fn date(bytes: &[u8]) -> Option<(jiff::civil::Date, &[u8])> {
    let year = bytes[..4].iter().fold(0_i16, |year, digit| year * 10 + i16::from(digit - b'0'));
    let (month, rest) = one_or_two(&bytes[5..])?;
    let rest = rest.strip_prefix(b"-")?;
    let (day, rest) = one_or_two(rest)?;
    Some((jiff::civil::Date::new(year, month, day).ok()?, rest))
}

/// `15:4:5.999999999`
fn clock(bytes: &[u8]) -> Option<(Clock, &[u8])> {
    let (hour, rest) = one_or_two(bytes)?;
    let (minute, rest) = one_or_two(rest.strip_prefix(b":")?)?;
    let (second, rest) = one_or_two(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanosecond, rest) = fraction(rest);
    Some((Clock { hour, minute, second, nanosecond }, rest))
}

/// A point or comma and any number of digits, of which nine count. May be absent.
fn fraction(bytes: &[u8]) -> (i32, &[u8]) {
    let [b'.' | b',', rest @ ..] = bytes else { return (0, bytes) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return (0, bytes);
    }
    let digits = rest[..count].iter().copied().chain(std::iter::repeat(b'0')).take(9);
    (digits.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')), &rest[count..])
}

/// `Z` (nothing) or `±07:00` (seconds). Go lets 24 hours and 60 minutes pass.
fn zone(bytes: &[u8]) -> Option<Option<i32>> {
    match bytes {
        [b'Z'] => Some(None),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
            let number = |tens: u8, ones: u8| i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
            let (hours, minutes) = (number(*a, *b), number(*c, *d));
            if hours > 24 || minutes > 60 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            Some(Some(if *sign == b'-' { -seconds } else { seconds }))
        }
        _ => None,
    }
}

fn one_or_two(bytes: &[u8]) -> Option<(i8, &[u8])> {
    match bytes {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some(((a - b'0').cast_signed() * 10 + (b - b'0').cast_signed(), rest))
        }
        [a, rest @ ..] if a.is_ascii_digit() => Some(((a - b'0').cast_signed(), rest)),
        _ => None,
    }
}

fn instant(date: jiff::civil::Date, clock: &Clock, offset: Option<i32>) -> Parsed {
    let civil = date.at(clock.hour, clock.minute, clock.second, clock.nanosecond);
    let as_utc = jiff::tz::Offset::UTC.to_timestamp(civil);
    let shifted =
        as_utc.and_then(|at| at.checked_sub(jiff::SignedDuration::from_secs(i64::from(offset.unwrap_or(0)))));
    let Ok(instant) = shifted else { return Parsed::OutOfRange };
    Parsed::Time(match offset {
        None => Time::utc(instant),
        Some(offset) => Time { instant, offset, zone: local_name(instant, offset).into() },
    })
}

/// Go gives an offset that is the local one at that time the local zone's name, and none to any other.
fn local_name(instant: jiff::Timestamp, offset: i32) -> String {
    let zone = jiff::tz::TimeZone::system();
    let local = zone.to_offset_info(instant);
    if local.offset().seconds() == offset { local.abbreviation().to_owned() } else { String::new() }
}

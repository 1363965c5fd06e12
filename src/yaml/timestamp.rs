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
    let (clock, zone) = match rest {
        [] => (Clock::default(), Zone::Utc),
        [b'T' | b't', rest @ ..] => {
            let Some((clock, rest)) = clock(rest) else { return Parsed::No };
            let Some(zone) = zone(rest) else { return Parsed::No };
            (clock, zone)
        }
        [b' ', rest @ ..] => {
            let rest = &rest[rest.iter().take_while(|&&byte| byte == b' ').count()..];
            match clock(rest) {
                Some((clock, [])) => (clock, Zone::Utc),
                _ => return Parsed::No,
            }
        }
        _ => return Parsed::No,
    };
    instant(date, &clock, &zone)
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

/// What follows the time of day.
enum Zone {
    Utc,
    /// Seconds east of UTC.
    Offset(i32),
}

/// `Z` or `±07:00`. Go lets 24 hours and 60 minutes pass.
fn zone(bytes: &[u8]) -> Option<Zone> {
    match bytes {
        [b'Z'] => Some(Zone::Utc),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
            let number = |tens: u8, ones: u8| i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
            let (hours, minutes) = (number(*a, *b), number(*c, *d));
            if hours > 24 || minutes > 60 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            Some(Zone::Offset(if *sign == b'-' { -seconds } else { seconds }))
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

fn instant(date: jiff::civil::Date, clock: &Clock, zone: &Zone) -> Parsed {
    let civil = date.at(clock.hour, clock.minute, clock.second, clock.nanosecond);
    let seconds = match zone {
        Zone::Utc => 0,
        Zone::Offset(seconds) => *seconds,
    };
    let offset = jiff::tz::Offset::from_seconds(seconds);
    let Ok(instant) = offset.and_then(|offset| offset.to_timestamp(civil)) else { return Parsed::OutOfRange };
    Parsed::Time(match zone {
        Zone::Utc => Time::utc(instant),
        Zone::Offset(_) => Time { instant, offset: seconds, zone: local_name(instant, seconds).into() },
    })
}

/// Go gives an offset that is the local one at that time the local zone's name, and none to any other.
fn local_name(instant: jiff::Timestamp, offset: i32) -> String {
    let zone = jiff::tz::TimeZone::system();
    let local = zone.to_offset_info(instant);
    if local.offset().seconds() == offset { local.abbreviation().to_owned() } else { String::new() }
}

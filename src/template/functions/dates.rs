//! Dates, times and spans of time.

use camino::Utf8Path;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::arguments::{Outcome, any, bytes, function, note_unstable, refused, string};
use crate::diagnostic::Refusal;
use crate::go::strconv::{NumberError, parse_int};
use crate::go::time::{
    self, LARGEST_ZONE, Zone, ZoneArchive, duration_text, parse_duration, round_to_seconds,
};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::tree::{Tree as _, WorkTree};
use crate::value::{Time, Value};

use Parameter::{Any, String as Text, Time as Instant};

pub(super) const FUNCTIONS: &[Function] = &[
    function("now", &[], |call, _| {
        note_unstable(call, "now");
        Ok(Value::Time(local_zone(call).show(call.context().chance.now())))
    }),
    function("ago", &[Any], ago),
    function("date", &[Text, Any], |call, arguments| {
        formatted(call, "date", bytes(arguments, 0)?, any(arguments, 1)?, b"Local")
    }),
    function("dateInZone", &[Text, Any, Text], date_in_zone),
    function("date_in_zone", &[Text, Any, Text], date_in_zone),
    function("htmlDate", &[Any], |call, arguments| {
        formatted(call, "htmlDate", b"2006-01-02", any(arguments, 0)?, b"Local")
    }),
    function("htmlDateInZone", &[Any, Text], |call, arguments| {
        formatted(call, "htmlDateInZone", b"2006-01-02", any(arguments, 0)?, bytes(arguments, 1)?)
    }),
    function("dateModify", &[Text, Instant], date_modify),
    function("date_modify", &[Text, Instant], date_modify),
    function("mustDateModify", &[Text, Instant], must_date_modify),
    function("must_date_modify", &[Text, Instant], must_date_modify),
    function("toDate", &[Text, Text], |call, arguments| {
        Ok(Value::Time(parsed(call, arguments)?.unwrap_or_else(|_| zero_time())))
    }),
    function("mustToDate", &[Text, Text], |call, arguments| {
        parsed(call, arguments)?.map(Value::Time).map_err(FunctionError::failed)
    }),
    function("unixEpoch", &[Instant], |_, arguments| {
        Ok(time_at(arguments, 0)?.instant.as_second().to_string().into())
    }),
    function("duration", &[Any], seconds),
    function("durationRound", &[Any], duration_round),
];

/// The methods of `time.Time` that have plain results. Others are refused by the executor.
pub(super) const METHODS: &[Function] = &[
    function("Format", &[Instant, Text], |_, arguments| {
        string(time::format(time_at(arguments, 0)?, bytes(arguments, 1)?))
    }),
    function("String", &[Instant], |_, arguments| Ok(time_at(arguments, 0)?.text().into())),
    function("Unix", &[Instant], |_, arguments| Ok(Value::Int64(time_at(arguments, 0)?.instant.as_second()))),
    function("UnixMilli", &[Instant], |_, arguments| {
        Ok(Value::Int64(
            time_at(arguments, 0)?.instant.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(0),
        ))
    }),
    function("Year", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.year().into())),
    function("YearDay", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.day_of_year().into())),
    function("Day", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.day().into())),
    function("Hour", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.hour().into())),
    function("Minute", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.minute().into())),
    function("Second", &[Instant], |_, arguments| clock_part(arguments, |clock| clock.second().into())),
    function("Nanosecond", &[Instant], |_, arguments| {
        clock_part(arguments, |clock| clock.subsec_nanosecond().into())
    }),
    function("IsZero", &[Instant], |_, arguments| {
        Ok((time_at(arguments, 0)?.instant == zero_time().instant).into())
    }),
    function("UTC", &[Instant], |_, arguments| Ok(Value::Time(Time::utc(time_at(arguments, 0)?.instant)))),
    function("Local", &[Instant], |call, arguments| {
        Ok(Value::Time(local_zone(call).show(time_at(arguments, 0)?.instant)))
    }),
    function("After", &[Instant, Instant], |_, arguments| {
        Ok((time_at(arguments, 0)?.instant > time_at(arguments, 1)?.instant).into())
    }),
    function("Before", &[Instant, Instant], |_, arguments| {
        Ok((time_at(arguments, 0)?.instant < time_at(arguments, 1)?.instant).into())
    }),
    function("Equal", &[Instant, Instant], |_, arguments| {
        Ok((time_at(arguments, 0)?.instant == time_at(arguments, 1)?.instant).into())
    }),
];

fn clock_part(arguments: &[Value], part: fn(&DateTime) -> i64) -> Outcome {
    Ok(Value::Int(part(&time_at(arguments, 0)?.clock())))
}

/// Go's zero `time.Time`: the first of January of the year 1, UTC.
fn zero_time() -> Time {
    Time::utc(Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::MIN))
}

fn time_at(arguments: &[Value], at: usize) -> Result<&Time, FunctionError> {
    match any(arguments, at)? {
        Value::Time(time) => Ok(time),
        other => Err(refused(
            Refusal::Defect,
            format!("argument {} was not converted to time.Time before the call", at + 1),
            format!("it is a {}: please report this with the template", other.type_name()),
        )),
    }
}

/// The instant in an argument: a time or seconds since 1970. Anything else is now, as in sprig.
fn instant(call: &mut dyn Call, function: &str, value: &Value) -> Result<Timestamp, FunctionError> {
    match value {
        Value::Time(time) => Ok(time.instant),
        Value::Int(seconds) | Value::Int64(seconds) => {
            Timestamp::from_second(*seconds).map_err(|_| too_far())
        }
        _ => {
            note_unstable(call, function);
            Ok(call.context().chance.now())
        }
    }
}

fn too_far() -> FunctionError {
    refused(
        Refusal::UnsupportedTemplate,
        "a time outside of the years -9999 to 9999",
        "check the number of seconds",
    )
}

fn formatted(call: &mut dyn Call, function: &str, layout: &[u8], value: &Value, zone: &[u8]) -> Outcome {
    let instant = instant(call, function, value)?;
    string(time::format(&named_zone(call, zone)?.show(instant), layout))
}

/// The zone of the machine.
fn local_zone(call: &dyn Call) -> Zone {
    Zone::local(call.context().environment.get("TZ").map(String::as_str), &zone_file)
}

fn zone_file(path: &Utf8Path) -> Option<Vec<u8>> {
    WorkTree.read_at_most(path, LARGEST_ZONE).ok()
}

/// A zone by its name. One that is not known is UTC, without a word.
fn named_zone(call: &dyn Call, name: &[u8]) -> Result<Zone, FunctionError> {
    let Ok(name) = std::str::from_utf8(name) else { return Ok(Zone::utc()) };
    if name == "Local" {
        return Ok(local_zone(call));
    }
    let folder = call.context().environment.get("ZONEINFO").map_or("", String::as_str);
    match Zone::load(name, folder, &zone_file) {
        Ok(zone) => Ok(zone.unwrap_or(Zone::utc())),
        Err(ZoneArchive) => Err(refused(
            Refusal::UnsupportedTemplate,
            format!("the time zone `{name}` from the archive `{folder}`"),
            "unpack the archive and let ZONEINFO name the folder",
        )),
    }
}

fn date_in_zone(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    formatted(call, "dateInZone", bytes(arguments, 0)?, any(arguments, 1)?, bytes(arguments, 2)?)
}

fn parsed(call: &dyn Call, arguments: &[Value]) -> Result<Result<Time, String>, FunctionError> {
    let local = local_zone(call);
    let time = time::parse(bytes(arguments, 0)?, bytes(arguments, 1)?, &local, &local);
    Ok(time.map_err(|error| error.to_string()))
}

fn date_modify(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match parse_duration(bytes(arguments, 0)?) {
        Ok(span) => moved(call, time_at(arguments, 1)?, span),
        Err(_) => Ok(any(arguments, 1)?.clone()),
    }
}

fn must_date_modify(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let span = parse_duration(bytes(arguments, 0)?).map_err(FunctionError::failed)?;
    moved(call, time_at(arguments, 1)?, span)
}

/// The time so many nanoseconds later, on the same clock: one that shows local time follows the local zone.
fn moved(call: &dyn Call, time: &Time, nanoseconds: i64) -> Outcome {
    let instant = time.instant.checked_add(SignedDuration::from_nanos(nanoseconds)).map_err(|_| too_far())?;
    let local = local_zone(call);
    if local.show(time.instant) == *time {
        return Ok(Value::Time(local.show(instant)));
    }
    Ok(Value::Time(Time { instant, ..time.clone() }))
}

/// Nanoseconds from an instant to now; Go stops at what fits into 64 bits.
fn since(call: &dyn Call, instant: Timestamp) -> i64 {
    let span = call.context().chance.now().duration_since(instant).as_nanos();
    i64::try_from(span).unwrap_or(if span < 0 { i64::MIN } else { i64::MAX })
}

fn ago(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    note_unstable(call, "ago");
    let instant = instant(call, "ago", any(arguments, 0)?)?;
    Ok(duration_text(round_to_seconds(since(call, instant))).into())
}

/// sprig's `duration`: seconds from an `int64` or a string, none from anything else, an `int` too.
fn seconds(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let seconds = match any(arguments, 0)? {
        Value::Int64(seconds) => *seconds,
        value => match value.string_bytes().map(|text| parse_int(text, 10)) {
            Some(Ok(seconds) | Err(NumberError::Range(seconds))) => seconds,
            Some(Err(NumberError::Syntax)) | None => 0,
        },
    };
    Ok(duration_text(seconds.wrapping_mul(1_000_000_000)).into())
}

fn duration_round(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let nanoseconds = match any(arguments, 0)? {
        Value::Int64(nanoseconds) => *nanoseconds,
        Value::Time(time) => {
            note_unstable(call, "durationRound");
            since(call, time.instant)
        }
        value => value.string_bytes().map_or(0, |text| parse_duration(text).unwrap_or(0)),
    };
    Ok(in_largest_unit(nanoseconds).into())
}

/// sprig's `durationRound`: the largest unit that fits more than once, and how often.
fn in_largest_unit(nanoseconds: i64) -> String {
    const SECOND: u64 = 1_000_000_000;
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

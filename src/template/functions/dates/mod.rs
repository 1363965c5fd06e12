//! Dates, times and spans of time.

mod duration;
mod layout;
mod parse;
mod zone;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::arguments::{Outcome, any, bytes, function, note_unstable, refused, string, unprintable};
use super::strconv::{NumberError, parse_int};
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::print::display;
use crate::value::{Time, Value};
use zone::Zone;

use Parameter::{Any, String as Text, Time as Instant};

pub(super) const FUNCTIONS: &[Function] = &[
    function("now", &[], |call, _| {
        note_unstable(call, "now");
        Ok(Value::Time(Zone::local(call.context()).show(call.context().chance.now())))
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
        Ok(time(arguments, 0)?.instant.as_second().to_string().into())
    }),
    function("duration", &[Any], seconds),
    function("durationRound", &[Any], duration_round),
];

/// The methods of `time.Time` that have plain results. Others are refused by the executor.
pub(super) const METHODS: &[Function] = &[
    function("Format", &[Instant, Text], |_, arguments| {
        string(layout::format(time(arguments, 0)?, bytes(arguments, 1)?))
    }),
    function("String", &[Instant], |_, arguments| string(display(any(arguments, 0)?).map_err(unprintable)?)),
    function("Unix", &[Instant], |_, arguments| Ok(Value::Int64(time(arguments, 0)?.instant.as_second()))),
    function("UnixMilli", &[Instant], |_, arguments| {
        Ok(Value::Int64(
            time(arguments, 0)?.instant.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(0),
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
        Ok((time(arguments, 0)?.instant == zero_time().instant).into())
    }),
    function("UTC", &[Instant], |_, arguments| Ok(Value::Time(Time::utc(time(arguments, 0)?.instant)))),
    function("Local", &[Instant], |call, arguments| {
        Ok(Value::Time(Zone::local(call.context()).show(time(arguments, 0)?.instant)))
    }),
    function("After", &[Instant, Instant], |_, arguments| {
        Ok((time(arguments, 0)?.instant > time(arguments, 1)?.instant).into())
    }),
    function("Before", &[Instant, Instant], |_, arguments| {
        Ok((time(arguments, 0)?.instant < time(arguments, 1)?.instant).into())
    }),
    function("Equal", &[Instant, Instant], |_, arguments| {
        Ok((time(arguments, 0)?.instant == time(arguments, 1)?.instant).into())
    }),
];

fn clock_part(arguments: &[Value], part: fn(&DateTime) -> i64) -> Outcome {
    Ok(Value::Int(part(&layout::civil(time(arguments, 0)?))))
}

/// Go's zero `time.Time`: the first of January of the year 1, UTC.
fn zero_time() -> Time {
    Time::utc(Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::MIN))
}

fn time(arguments: &[Value], at: usize) -> Result<&Time, FunctionError> {
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
fn instant(call: &dyn Call, function: &str, value: &Value) -> Result<Timestamp, FunctionError> {
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

fn formatted(call: &dyn Call, function: &str, layout: &[u8], value: &Value, zone: &[u8]) -> Outcome {
    let instant = instant(call, function, value)?;
    let zone = match std::str::from_utf8(zone) {
        Ok(name) => Zone::load(call.context(), name)?,
        Err(_) => None,
    };
    // A zone that is not known is UTC, without a word.
    string(layout::format(&zone.unwrap_or(Zone::utc()).show(instant), layout))
}

fn date_in_zone(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    formatted(call, "dateInZone", bytes(arguments, 0)?, any(arguments, 1)?, bytes(arguments, 2)?)
}

fn parsed(call: &dyn Call, arguments: &[Value]) -> Result<Result<Time, String>, FunctionError> {
    let local = Zone::local(call.context());
    Ok(parse::parse(bytes(arguments, 0)?, bytes(arguments, 1)?, &local))
}

fn date_modify(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    match duration::parse(bytes(arguments, 0)?) {
        Ok(span) => moved(call, time(arguments, 1)?, span),
        Err(_) => Ok(any(arguments, 1)?.clone()),
    }
}

fn must_date_modify(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let span = duration::parse(bytes(arguments, 0)?).map_err(FunctionError::failed)?;
    moved(call, time(arguments, 1)?, span)
}

/// The time so many nanoseconds later, on the same clock: one that shows local time follows the local zone.
fn moved(call: &dyn Call, time: &Time, nanoseconds: i64) -> Outcome {
    let instant = time.instant.checked_add(SignedDuration::from_nanos(nanoseconds)).map_err(|_| too_far())?;
    let local = Zone::local(call.context());
    let shown = local.at(time.instant);
    if shown.offset == time.offset && *shown.name == *time.zone {
        return Ok(Value::Time(local.show(instant)));
    }
    Ok(Value::Time(Time { instant, ..time.clone() }))
}

/// Nanoseconds from an instant to now; Go stops at what fits into 64 bits.
fn since(call: &dyn Call, instant: Timestamp) -> i64 {
    let span = call.context().chance.now().duration_since(instant).as_nanos();
    i64::try_from(span).unwrap_or(if span < 0 { i64::MIN } else { i64::MAX })
}

fn duration_text(nanoseconds: i64) -> Outcome {
    string(display(&Value::Duration(nanoseconds)).map_err(unprintable)?)
}

fn ago(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    note_unstable(call, "ago");
    let instant = instant(call, "ago", any(arguments, 0)?)?;
    duration_text(duration::round_to_seconds(since(call, instant)))
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
    duration_text(seconds.wrapping_mul(1_000_000_000))
}

fn duration_round(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let nanoseconds = match any(arguments, 0)? {
        Value::Int64(nanoseconds) => *nanoseconds,
        Value::Time(time) => {
            note_unstable(call, "durationRound");
            since(call, time.instant)
        }
        value => value.string_bytes().map_or(0, |text| duration::parse(text).unwrap_or(0)),
    };
    Ok(duration::in_largest_unit(nanoseconds).into())
}

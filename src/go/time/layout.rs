//! Layouts, and `time.Time.Format`: a layout shows how the reference time, Mon Jan 2 15:04:05 -0700 2006, would be written.

use std::fmt::Write as _;

use jiff::civil::DateTime;

use super::Time;

/// A part of a layout that stands for a part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    /// `PM`, or `pm`.
    HalfDay {
        upper: bool,
    },
    ZoneName,
    Offset(OffsetForm),
    Fraction(FractionForm),
}

/// How an offset from UTC is written.
#[expect(clippy::struct_excessive_bools, reason = "Go has all ten combinations that make sense")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetForm {
    /// `Z` for UTC.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// How a fraction of a second is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FractionForm {
    pub(super) digits: usize,
    /// Zeros at the end are left out.
    pub(super) trimmed: bool,
    separator: u8,
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The elements that are recognised by their spelling alone, longer ones before those that they start with.
const SPELLINGS: &[(&[u8], Element)] = &[
    (b"January", Element::LongMonth),
    (b"Monday", Element::LongWeekday),
    (b"MST", Element::ZoneName),
    (b"01", Element::ZeroMonth),
    (b"02", Element::ZeroDay),
    (b"03", Element::ZeroHour12),
    (b"04", Element::ZeroMinute),
    (b"05", Element::ZeroSecond),
    (b"06", Element::Year),
    (b"002", Element::ZeroYearDay),
    (b"15", Element::Hour),
    (b"1", Element::NumberMonth),
    (b"2006", Element::LongYear),
    (b"2", Element::Day),
    (b"_2", Element::SpaceDay),
    (b"__2", Element::SpaceYearDay),
    (b"3", Element::Hour12),
    (b"4", Element::Minute),
    (b"5", Element::Second),
    (b"PM", Element::HalfDay { upper: true }),
    (b"pm", Element::HalfDay { upper: false }),
    (b"-070000", offset(false, false, true, true)),
    (b"-07:00:00", offset(false, true, true, true)),
    (b"-0700", offset(false, false, true, false)),
    (b"-07:00", offset(false, true, true, false)),
    (b"-07", offset(false, false, false, false)),
    (b"Z070000", offset(true, false, true, true)),
    (b"Z07:00:00", offset(true, true, true, true)),
    (b"Z0700", offset(true, false, true, false)),
    (b"Z07:00", offset(true, true, true, false)),
    (b"Z07", offset(true, false, false, false)),
];

#[expect(clippy::fn_params_excessive_bools, reason = "the fields of the form, in a table of forms")]
const fn offset(z: bool, colons: bool, minutes: bool, seconds: bool) -> Element {
    Element::Offset(OffsetForm { z, colons, minutes, seconds })
}

/// The first element of a layout: where it starts, what it is, where it ends.
pub(super) fn next_element(layout: &[u8]) -> Option<(usize, Element, usize)> {
    (0..layout.len()).find_map(|at| {
        let rest = &layout[at..];
        // An underscore before a year is only an underscore.
        if rest.starts_with(b"_2006") {
            return Some((at + 1, Element::LongYear, at + 5));
        }
        if let Some((spelling, element)) = SPELLINGS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            return Some((at, *element, at + spelling.len()));
        }
        for (spelling, element) in [(b"Jan", Element::Month), (b"Mon", Element::Weekday)] {
            if rest.starts_with(spelling) && !rest.get(3).is_some_and(u8::is_ascii_lowercase) {
                return Some((at, element, at + 3));
            }
        }
        let (form, size) = fraction(rest)?;
        Some((at, Element::Fraction(form), at + size))
    })
}

/// `.000` or `,999` that no further digit follows.
fn fraction(layout: &[u8]) -> Option<(FractionForm, usize)> {
    let [separator @ (b'.' | b','), digit @ (b'0' | b'9'), ..] = layout else { return None };
    let digits = layout[1..].iter().take_while(|byte| *byte == digit).count();
    if layout.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((FractionForm { digits, trimmed: *digit == b'9', separator: *separator }, 1 + digits))
}

/// `time.Time.Format`.
pub(crate) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let clock = time.clock();
    let mut text = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some((start, element, end)) = next_element(rest) {
        text.extend_from_slice(&rest[..start]);
        text.extend_from_slice(written(element, time, &clock).as_bytes());
        rest = &rest[end..];
    }
    text.extend_from_slice(rest);
    text
}

fn written(element: Element, time: &Time, clock: &DateTime) -> String {
    let month = MONTHS[usize::try_from(clock.month() - 1).unwrap_or(0)];
    let weekday = WEEKDAYS[usize::try_from(clock.weekday().to_sunday_zero_offset()).unwrap_or(0)];
    let hour12 = if clock.hour() % 12 == 0 { 12 } else { clock.hour() % 12 };
    match element {
        Element::LongMonth => month.into(),
        Element::Month => month[..3].into(),
        Element::NumberMonth => clock.month().to_string(),
        Element::ZeroMonth => format!("{:02}", clock.month()),
        Element::LongWeekday => weekday.into(),
        Element::Weekday => weekday[..3].into(),
        Element::Day => clock.day().to_string(),
        Element::SpaceDay => format!("{:2}", clock.day()),
        Element::ZeroDay => format!("{:02}", clock.day()),
        Element::SpaceYearDay => format!("{:3}", clock.day_of_year()),
        Element::ZeroYearDay => format!("{:03}", clock.day_of_year()),
        Element::Hour => format!("{:02}", clock.hour()),
        Element::Hour12 => hour12.to_string(),
        Element::ZeroHour12 => format!("{hour12:02}"),
        Element::Minute => clock.minute().to_string(),
        Element::ZeroMinute => format!("{:02}", clock.minute()),
        Element::Second => clock.second().to_string(),
        Element::ZeroSecond => format!("{:02}", clock.second()),
        Element::LongYear if clock.year() < 0 => format!("-{:04}", -clock.year()),
        Element::LongYear => format!("{:04}", clock.year()),
        Element::Year => format!("{:02}", clock.year().unsigned_abs() % 100),
        Element::HalfDay { upper } => match (clock.hour() >= 12, upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }
        .into(),
        Element::ZoneName if time.zone.is_empty() => {
            let form = OffsetForm { z: false, colons: false, minutes: true, seconds: false };
            offset_text(time.offset, form)
        }
        Element::ZoneName => time.zone.to_string(),
        Element::Offset(form) => offset_text(time.offset, form),
        Element::Fraction(form) => fraction_text(clock.subsec_nanosecond(), form),
    }
}

fn offset_text(seconds: i32, form: OffsetForm) -> String {
    if form.z && seconds == 0 {
        return "Z".into();
    }
    // The sign is that of the whole minutes, as in Go.
    let sign = if seconds / 60 < 0 { '-' } else { '+' };
    let minutes = (seconds / 60).unsigned_abs();
    let colon = if form.colons { ":" } else { "" };
    let mut text = format!("{sign}{:02}", minutes / 60);
    if form.minutes {
        let _ = write!(text, "{colon}{:02}", minutes % 60);
    }
    if form.seconds {
        let _ = write!(text, "{colon}{:02}", seconds.unsigned_abs() % 60);
    }
    text
}

fn fraction_text(nanoseconds: i32, form: FractionForm) -> String {
    if form.trimmed && nanoseconds == 0 {
        return String::new();
    }
    let mut digits = format!("{nanoseconds:09}");
    digits.truncate(form.digits);
    if form.trimmed {
        digits.truncate(digits.trim_end_matches('0').len());
        if digits.is_empty() {
            return digits;
        }
    }
    format!("{}{digits}", char::from(form.separator))
}

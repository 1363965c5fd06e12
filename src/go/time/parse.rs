//! Reading a time by a layout: `time.Parse` and `time.ParseInLocation`.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};

use super::Time;
use super::layout::{Element, MONTHS, OffsetForm, WEEKDAYS, next_element};
use super::zone::{Zone, instant_at};

/// How the package quotes in messages: everything beyond ASCII byte by byte.
pub(super) fn quoted(text: &[u8]) -> String {
    let mut result = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => {
                result.push('\\');
                result.push(char::from(*byte));
            }
            b' '..=0x7f => result.push(char::from(*byte)),
            _ => {
                let _ = write!(result, "\\x{byte:02x}");
            }
        }
    }
    result.push('"');
    result
}

/// Why a text is not the time that the layout shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    /// Go refuses it too: its message.
    #[error("{0}")]
    Go(String),
    /// Go reads it, but only instants in the years -9999 to 9999 are kept here.
    #[error("parsing time {}: the time is outside of the years -9999 to 9999", quoted(.0))]
    OutOfRange(Vec<u8>),
}

/// Why an element could not be read.
enum Wrong {
    /// The text does not look like it.
    Form,
    /// The number is too large; what kind of number it is.
    Range(&'static str),
}

use Wrong::{Form, Range};

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone: Option<String>,
}

/// Reads `value`. Without a zone of its own it is a time of `default`; an offset or abbreviation that `local` has at that
/// time is taken for `local`. `time.Parse` has UTC for the first, `time.ParseInLocation` has one zone for both.
///
/// # Errors
///
/// See [`ParseError`].
pub(crate) fn parse(layout: &[u8], value: &[u8], default: &Zone, local: &Zone) -> Result<Time, ParseError> {
    let mut fields = Fields::default();
    let mut layout_rest = layout;
    let mut rest = value;
    let unreadable = |text: &[u8], element: &[u8]| {
        let (value, layout) = (quoted(value), quoted(layout));
        let (text, element) = (quoted(text), quoted(element));
        ParseError::Go(format!("parsing time {value} as {layout}: cannot parse {text} as {element}"))
    };
    let failed = |message: &str| ParseError::Go(format!("parsing time {}: {message}", quoted(value)));
    loop {
        let found = next_element(layout_rest);
        let prefix = &layout_rest[..found.map_or(layout_rest.len(), |(start, ..)| start)];
        rest = skip(rest, prefix).map_err(|left| unreadable(left, prefix))?;
        let Some((start, element, end)) = found else { break };
        let spelling = &layout_rest[start..end];
        layout_rest = &layout_rest[end..];
        rest = fields.read(element, rest, layout_rest).map_err(|wrong| match wrong {
            Form => unreadable(rest, spelling),
            Range(what) => failed(&format!("{what} out of range")),
        })?;
    }
    if !rest.is_empty() {
        return Err(failed(&format!("extra text: {}", quoted(rest))));
    }
    let clock = fields.clock().map_err(failed)?;
    fields.time(clock, default, local).ok_or_else(|| ParseError::OutOfRange(value.to_vec()))
}

/// Skips the literal text of a layout, where a run of spaces stands for any run of spaces. The error is what is left.
fn skip<'a>(mut value: &'a [u8], mut prefix: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    while let Some((first, after)) = prefix.split_first() {
        if *first == b' ' {
            if value.first().is_some_and(|byte| *byte != b' ') {
                return Err(value);
            }
            prefix = prefix.without_leading_spaces();
            value = value.without_leading_spaces();
        } else {
            value = value.strip_prefix(&[*first]).ok_or(value)?;
            prefix = after;
        }
    }
    Ok(value)
}

/// Dropping spaces, and only spaces.
trait LeadingSpaces {
    fn without_leading_spaces(&self) -> &Self;
}

impl LeadingSpaces for [u8] {
    fn without_leading_spaces(&self) -> &Self {
        &self[self.iter().take_while(|byte| **byte == b' ').count()..]
    }
}

fn is_digit(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_digit)
}

/// One digit or two, only two where `fixed`.
fn number(text: &[u8], fixed: bool) -> Result<(i64, &[u8]), Wrong> {
    let size = usize::from(is_digit(text, 0)) + usize::from(is_digit(text, 0) && is_digit(text, 1));
    if size == 0 || (fixed && size == 1) {
        return Err(Form);
    }
    Ok((decimal(&text[..size]), &text[size..]))
}

fn decimal(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
}

/// Digits with an optional sign.
fn signed(text: &[u8]) -> Result<i64, Wrong> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Form);
    }
    let number = decimal(digits);
    Ok(if negative { -number } else { number })
}

/// Splits a name off that is in the table, whatever its letter case; its place in the table.
fn name<'a>(table: &[&str], short: bool, text: &'a [u8]) -> Result<(i64, &'a [u8]), Wrong> {
    for (at, full) in table.iter().enumerate() {
        let name = if short { &full[..3] } else { full };
        if let Some((start, rest)) = text.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name.as_bytes())
        {
            return Ok((i64::try_from(at).unwrap_or(0), rest));
        }
    }
    Err(Form)
}

fn within(number: i64, least: i64, most: i64, what: &'static str) -> Result<i64, Wrong> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(Range(what)) }
}

impl Fields {
    /// Reads one element and returns the text after it; `layout` is what follows the element.
    fn read<'a>(&mut self, element: Element, text: &'a [u8], layout: &[u8]) -> Result<&'a [u8], Wrong> {
        match element {
            Element::Year => {
                let (digits, rest) = text.split_at_checked(2).ok_or(Form)?;
                let year = signed(digits)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
                Ok(rest)
            }
            Element::LongYear => {
                let (digits, rest) = text.split_at_checked(4).filter(|_| is_digit(text, 0)).ok_or(Form)?;
                self.year = signed(digits)?;
                Ok(rest)
            }
            Element::Month | Element::LongMonth => {
                let (month, rest) = name(&MONTHS, element == Element::Month, text)?;
                self.month = Some(month + 1);
                Ok(rest)
            }
            Element::NumberMonth | Element::ZeroMonth => {
                let (month, rest) = number(text, element == Element::ZeroMonth)?;
                self.month = Some(within(month, 1, 12, "month")?);
                Ok(rest)
            }
            // Only checked for being a weekday, not for being the right one.
            Element::Weekday | Element::LongWeekday => {
                name(&WEEKDAYS, element == Element::Weekday, text).map(|(_, rest)| rest)
            }
            Element::Day | Element::SpaceDay | Element::ZeroDay => {
                let text = match text {
                    [b' ', rest @ ..] if element == Element::SpaceDay => rest,
                    text => text,
                };
                let (day, rest) = number(text, element == Element::ZeroDay)?;
                self.day = Some(day);
                Ok(rest)
            }
            Element::SpaceYearDay | Element::ZeroYearDay => self.read_year_day(element, text),
            Element::Offset(form) => self.read_offset(form, text),
            Element::ZoneName => self.read_zone(text),
            Element::Fraction(form) if form.trimmed => self.read_fraction(text, None),
            Element::Fraction(form) => self.read_fraction(text, Some(form.digits)),
            _ => self.read_time_of_day(element, text, layout),
        }
    }

    /// As [`Fields::read`], for the elements of the time of day.
    fn read_time_of_day<'a>(
        &mut self,
        element: Element,
        text: &'a [u8],
        layout: &[u8],
    ) -> Result<&'a [u8], Wrong> {
        match element {
            Element::Hour | Element::Hour12 | Element::ZeroHour12 => {
                let (hour, rest) = number(text, element == Element::ZeroHour12)?;
                self.hour = within(hour, 0, if element == Element::Hour { 23 } else { 12 }, "hour")?;
                Ok(rest)
            }
            Element::Minute | Element::ZeroMinute => {
                let (minute, rest) = number(text, element == Element::ZeroMinute)?;
                self.minute = within(minute, 0, 59, "minute")?;
                Ok(rest)
            }
            Element::Second | Element::ZeroSecond => {
                let (second, rest) = number(text, element == Element::ZeroSecond)?;
                self.second = within(second, 0, 59, "second")?;
                // A fraction is read where it stands, also when the layout has none.
                let in_layout = matches!(next_element(layout), Some((_, Element::Fraction(_), _)));
                if in_layout { Ok(rest) } else { self.read_fraction(rest, None) }
            }
            Element::HalfDay { upper } => {
                let (half, rest) = text.split_at_checked(2).ok_or(Form)?;
                self.afternoon = Some(match (half, upper) {
                    (b"PM", true) | (b"pm", false) => true,
                    (b"AM", true) | (b"am", false) => false,
                    _ => return Err(Form),
                });
                Ok(rest)
            }
            _ => Err(Form),
        }
    }

    fn read_year_day<'a>(&mut self, element: Element, text: &'a [u8]) -> Result<&'a [u8], Wrong> {
        let spaces = text.iter().take(2).take_while(|byte| **byte == b' ').count();
        let text = if element == Element::SpaceYearDay { &text[spaces..] } else { text };
        let size = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if size == 0 || (element == Element::ZeroYearDay && size != 3) {
            return Err(Form);
        }
        self.year_day = Some(decimal(&text[..size]));
        Ok(&text[size..])
    }

    /// Reads a fraction of exactly so many digits, or of any number of them if it is there at all.
    fn read_fraction<'a>(&mut self, text: &'a [u8], exact: Option<usize>) -> Result<&'a [u8], Wrong> {
        let has_point = matches!(text.first(), Some(b'.' | b','));
        let size = match exact {
            Some(digits) if text.len() > digits && has_point => digits,
            Some(_) => return Err(Form),
            None if has_point => text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
            None => 0,
        };
        if size == 0 && exact.is_none() {
            return Ok(text);
        }
        let digits = &text[1..=size];
        let kept = &digits[..size.min(9)];
        let number = signed(kept)?;
        if number < 0 {
            return Err(Range("fractional second"));
        }
        self.nanosecond = (kept.len()..9).fold(number, |number, _| number * 10);
        Ok(&text[1 + size..])
    }

    fn read_offset<'a>(&mut self, form: OffsetForm, text: &'a [u8]) -> Result<&'a [u8], Wrong> {
        if form.z
            && let [b'Z', rest @ ..] = text
        {
            self.utc = true;
            return Ok(rest);
        }
        let (sign, mut rest) = text.split_first().ok_or(Form)?;
        let mut parts = [0; 3];
        let count = 1 + usize::from(form.minutes) + usize::from(form.seconds);
        let mut form_is_right = true;
        for (at, part) in parts.iter_mut().take(count).enumerate() {
            if at > 0 && form.colons {
                rest = rest.strip_prefix(b":").ok_or(Form)?;
            }
            let digits;
            (digits, rest) = rest.split_at_checked(2).ok_or(Form)?;
            match number(digits, true) {
                Ok((number, _)) if form_is_right => *part = number,
                _ => form_is_right = false,
            }
        }
        let [hours, minutes, seconds] = parts;
        within(hours, 0, 24, "time zone offset hour")?;
        within(minutes, 0, 60, "time zone offset minute")?;
        within(seconds, 0, 60, "time zone offset second")?;
        let offset = i32::try_from((hours * 60 + minutes) * 60 + seconds).map_err(|_| Form)?;
        let offset = match sign {
            b'+' => offset,
            b'-' => -offset,
            _ => return Err(Form),
        };
        // Go marks a missing offset by this very number.
        self.offset = Some(offset).filter(|offset| *offset != -1);
        if form_is_right { Ok(rest) } else { Err(Form) }
    }

    fn read_zone<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], Wrong> {
        if let Some(rest) = text.strip_prefix(b"UTC") {
            self.utc = true;
            return Ok(rest);
        }
        let size = zone_name_size(text).ok_or(Form)?;
        self.zone = Some(String::from_utf8_lossy(&text[..size]).into_owned());
        Ok(&text[size..])
    }

    /// The date and time of day that was read.
    fn clock(&self) -> Result<DateTime, &'static str> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let year = i16::try_from(self.year).map_err(|_| "day out of range")?;
        let small = |number: i64| i8::try_from(number).unwrap_or(-1);
        let date = match self.year_day {
            None => Date::new(year, small(self.month.unwrap_or(1)), small(self.day.unwrap_or(1)))
                .map_err(|_| "day out of range")?,
            Some(year_day) => {
                let first = Date::constant(year, 1, 1);
                if year_day < 1 || year_day > i64::from(first.days_in_year()) {
                    return Err("day-of-year out of range");
                }
                let date = first
                    .checked_add(jiff::Span::new().days(year_day - 1))
                    .map_err(|_| "day-of-year out of range")?;
                if self.month.is_some_and(|month| month != i64::from(date.month())) {
                    return Err("day-of-year does not match month");
                }
                if self.day.is_some_and(|day| day != i64::from(date.day())) {
                    return Err("day-of-year does not match day");
                }
                date
            }
        };
        let nanosecond = i32::try_from(self.nanosecond).unwrap_or(0);
        Ok(date.at(small(hour), small(self.minute), small(self.second), nanosecond))
    }

    /// The time at which clocks show this, by the zone that was read, else by `default`.
    fn time(&self, clock: DateTime, default: &Zone, local: &Zone) -> Option<Time> {
        if self.utc {
            return instant_at(clock, 0).map(Time::utc);
        }
        if let Some(offset) = self.offset {
            let instant = instant_at(clock, offset)?;
            let shown = local.shown_at(instant);
            let is_local =
                shown.offset == offset && self.zone.as_ref().is_none_or(|name| *name == shown.name);
            let zone = if is_local { shown.name } else { self.zone.clone().unwrap_or_default() };
            return Some(Time { instant, offset, zone: zone.into() });
        }
        if let Some(name) = &self.zone {
            if let Some(offset) = local.offset_of(name, clock) {
                return Some(local.show(instant_at(clock, offset)?));
            }
            // An abbreviation that nobody knows is taken for UTC under another name.
            let hours = name.strip_prefix("GMT").map_or(0, |hours| signed(hours.as_bytes()).unwrap_or(0));
            let offset = i32::try_from(hours * 3600).unwrap_or(0);
            // Go does not move the clock here, only its name.
            return Some(Time { instant: instant_at(clock, 0)?, offset, zone: name.as_str().into() });
        }
        let first = default.shown_at(instant_at(clock, 0)?).offset;
        let offset = default.shown_at(instant_at(clock, first)?).offset;
        let offset = if first == 0 { 0 } else { offset };
        Some(default.show(instant_at(clock, offset)?))
    }
}

/// The length of an abbreviation of a zone at the start of a text: `CET`, `CEST`, `ChST`, `GMT+3`, `+03`.
fn zone_name_size(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_size(rest));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_size(text)).filter(|size| *size > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of a sign and a number of hours up to 23; 0 where there is none.
fn signed_hours_size(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    let size = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let in_range = size > 0
        && digits[..size]
            .iter()
            .fold(0_u64, |hours, digit| hours.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
            <= 23;
    if in_range { 1 + size } else { 0 }
}

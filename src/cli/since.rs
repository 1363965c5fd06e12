//! `--since DATE`

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// The forms that are taken, as an error shows them.
const FORMS: &str = "a date is `2026-12-24`, `2026-12-24T18:00`, `2026-12-24T17:00:00Z`, `2.weeks`, `3 days ago` or `yesterday`";

/// The years whose numbers git reads as those of a date.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2099;

/// The units of time that count back from now, in seconds.
const UNITS: [(&str, u64); 7] = [
    ("second", 1),
    ("minute", 60),
    ("hour", 3600),
    ("day", 86_400),
    ("week", 7 * 86_400),
    ("month", 30 * 86_400),
    ("year", 365 * 86_400),
];

/// Further back than that git finds no date.
const FURTHEST: u64 = 50 * 365 * 86_400;

/// A point in time, in a form that git reads as it is meant. What git does not understand it takes for now, or for something near it, and
/// says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Since(String);

impl Since {
    /// As git takes it.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        point(text).or_else(|| ago(text)).map(Self).ok_or_else(|| FORMS.to_owned())
    }
}

/// A day, from its first second on, or a time of one.
fn point(text: &str) -> Option<String> {
    // Of what jiff takes, the rest is unknown to git.
    let is_written_out =
        text.starts_with(|first: char| first.is_ascii_digit()) && text.get(4..5) == Some("-");
    if !is_written_out || text.contains(['[', 'W']) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        let year = Offset::UTC.to_datetime(time).year();
        return YEARS.contains(&year).then(|| time.to_string());
    }
    let time = if text.len() == "2026-12-24".len() {
        text.parse::<Date>().ok()?.at(0, 0, 0, 0)
    } else {
        text.parse::<DateTime>().ok()?
    };
    YEARS.contains(&time.year()).then(|| time.to_string())
}

/// `2.weeks`, `2 weeks 3 days ago`, `yesterday`.
fn ago(text: &str) -> Option<String> {
    if text == "yesterday" {
        return Some(text.to_owned());
    }
    let words: Vec<&str> = text.split([' ', '.']).filter(|word| !word.is_empty()).collect();
    let words = words.strip_suffix(&["ago"]).unwrap_or(&words);
    let mut total: u64 = 0;
    for pair in words.chunks(2) {
        let [number, unit] = pair else { return None };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (_, seconds) = UNITS.iter().find(|(name, _)| unit.strip_suffix('s').unwrap_or(unit) == *name)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
    }
    (!words.is_empty() && total <= FURTHEST).then(|| words.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        text.parse().map(|Since(text)| text)
    }

    #[test]
    fn dates_and_times_are_read() {
        for (text, read_as) in [
            ("2026-12-24", "2026-12-24T00:00:00"),
            ("2026-12-24T18:00", "2026-12-24T18:00:00"),
            ("2026-12-24 18:00:01", "2026-12-24T18:00:01"),
            ("2026-12-24T17:00:00Z", "2026-12-24T17:00:00Z"),
            ("2026-12-24T17:00:00+02:00", "2026-12-24T15:00:00Z"),
            ("2.weeks", "2.weeks"),
            ("1 day ago", "1.day"),
            ("2 weeks 3 days ago", "2.weeks.3.days"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(read_as), "{text}");
        }
    }

    #[test]
    fn what_git_would_take_for_something_else_is_refused() {
        for text in [
            "",
            "nonsense",
            "2020-99-99",
            "2020-02-31",
            "20201224",
            "2026-12",
            "2026",
            "v1.0",
            "2 wekes",
            "ago",
            "weeks",
            "2",
            "-2.weeks",
            "+2.weeks",
            "1969-12-31",
            "2100-01-01",
            "99999.years",
            "99999999999999999999.seconds",
            "2026-12-24T25:00",
            "2026-W01-1",
            "never",
            "2.weeks --all",
        ] {
            assert_eq!(read(text), Err(FORMS.to_owned()), "{text}");
        }
    }
}

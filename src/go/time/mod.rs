//! Go's `time`: points in time, layouts, spans and zones.

mod duration;
mod layout;
mod parse;
mod zone;

use std::rc::Rc;

use jiff::civil::DateTime;
use jiff::tz::Offset;

pub(crate) use duration::{duration_text, parse_duration, round_to_seconds};
pub(crate) use layout::format;
pub(crate) use parse::{ParseError, parse};
pub(crate) use zone::{LARGEST as LARGEST_ZONE, Zone, ZoneArchive};

/// A `time.Time`: an instant and the zone it is shown in. The monotonic part that Go keeps has no use here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// The instant.
    pub instant: jiff::Timestamp,
    /// Seconds east of UTC.
    pub offset: i32,
    /// The zone's abbreviation, for example `UTC`; empty for a bare offset.
    pub zone: Rc<str>,
}

impl Time {
    /// A time shown in UTC.
    #[must_use]
    pub fn utc(instant: jiff::Timestamp) -> Self {
        Self { instant, offset: 0, zone: "UTC".into() }
    }

    /// RFC 3339 with as many fractional digits as needed, what `encoding/json` writes. Nothing for a year past 9999 or an
    /// offset of a day or more.
    #[must_use]
    pub fn rfc3339(&self) -> Option<String> {
        let writable = (0..=9999).contains(&self.clock().year()) && self.offset.abs() < 24 * 3600;
        writable.then(|| self.formatted("2006-01-02T15:04:05.999999999Z07:00"))
    }

    /// `time.Time.String`, without the monotonic clock that Go adds to `now`.
    pub(crate) fn text(&self) -> String {
        self.formatted("2006-01-02 15:04:05.999999999 -0700 MST")
    }

    fn formatted(&self, layout: &str) -> String {
        String::from_utf8_lossy(&format(self, layout.as_bytes())).into_owned()
    }

    /// The date and time on the clock of the zone.
    pub(crate) fn clock(&self) -> DateTime {
        Offset::from_seconds(self.offset).unwrap_or(Offset::UTC).to_datetime(self.instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_the_fraction_they_have() {
        let instant = "2024-02-29T12:30:00.25Z".parse().expect("a timestamp");
        let time = Time { instant, offset: -5400, zone: "".into() };
        assert_eq!(time.rfc3339().as_deref(), Some("2024-02-29T11:00:00.25-01:30"));
        assert_eq!(time.text(), "2024-02-29 11:00:00.25 -0130 -0130");
        assert_eq!(Time::utc(instant).rfc3339().as_deref(), Some("2024-02-29T12:30:00.25Z"));
        let first = "0000-01-01T00:00:00Z".parse().expect("a timestamp");
        assert_eq!(Time { instant: first, ..time }.rfc3339(), None, "the year -1 on this clock");
    }
}

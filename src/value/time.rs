//! Points in time as Go's `time.Time` holds them.

use std::rc::Rc;

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

    /// RFC 3339 with as many fractional digits as needed. Nothing for a year past 9999 or an offset of a day or more.
    #[must_use]
    pub fn rfc3339(&self) -> Option<String> {
        super::print::time::rfc3339(self)
    }
}

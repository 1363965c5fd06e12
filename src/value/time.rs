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
}

//! Timestamps as go-yaml reads them: the first of four layouts that fits.

use std::sync::LazyLock;

use crate::go::time::{LARGEST_ZONE, ParseError, Zone, parse as parse_time};
use crate::tree::{Tree as _, WorkTree};
use crate::value::Time;

const LAYOUTS: [&str; 4] = [
    "2006-1-2T15:4:5.999999999Z07:00",
    "2006-1-2t15:4:5.999999999Z07:00",
    "2006-1-2 15:4:5.999999999",
    "2006-1-2",
];

/// Go gives an offset that is the local one at that time the local zone's name, and none to any other.
static LOCAL: LazyLock<Zone> = LazyLock::new(|| {
    Zone::local(std::env::var("TZ").ok().as_deref(), &|path| WorkTree.read_at_most(path, LARGEST_ZONE).ok())
});

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// Not a timestamp.
    No,
    Time(Time),
    /// A timestamp of Go's that lies outside what is kept here: on the last days of the year 9999.
    OutOfRange,
}

/// The point in time that a scalar is, if it is one.
pub(super) fn parse(text: &str) -> Parsed {
    let text = text.as_bytes();
    // Four digits and a hyphen, or it is not even tried.
    if !matches!(text, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())) {
        return Parsed::No;
    }
    for layout in LAYOUTS {
        match parse_time(layout.as_bytes(), text, &Zone::utc(), &LOCAL) {
            Ok(time) => return Parsed::Time(time),
            Err(ParseError::OutOfRange(_)) => return Parsed::OutOfRange,
            Err(ParseError::Go(_)) => {}
        }
    }
    Parsed::No
}

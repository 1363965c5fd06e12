//! Go's `encoding/json`, without the values: a writer that is told what comes next, and a reader that tells a [`Build`].

mod read;
mod write;

pub(crate) use read::{Build, decode};
pub(crate) use write::JsonError;
pub use write::Style;
pub(crate) use write::{Encoded, Writer};

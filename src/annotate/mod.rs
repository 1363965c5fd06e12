//! Checksums on the pod templates of manifests, whatever chart they come from.
//!
//! [`insert()`] adds annotations to a stream of manifests and leaves every other byte of it as it is. Where they go is found in the
//! parsed text, never by searching it, and what comes out is parsed again and compared, so that a text in a form that nobody thought of
//! is an error and not a wrong manifest.

mod before;
mod change;
mod compare;
mod computed;
mod copy;
mod insert;
mod judge;
mod key;
mod last_error;
mod problem;
mod release;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use before::{Filtered, filtered};
pub(crate) use computed::{Asked, Declaring, declaring};
pub(crate) use judge::{additions, judge, restarts};
pub(crate) use last_error::Subject;
pub(crate) use release::{annotate, key as annotation};
pub(crate) use stream::{Bridged, bridge};

use change::Change;
use insert::{Annotated, Refused, insert};

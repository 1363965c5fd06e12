//! Checksums on the pod templates of manifests, whatever chart they come from.
//!
//! [`insert()`] adds annotations to a stream of manifests and leaves every other byte of it as it is. Where they go is found in the
//! parsed text, never by searching it, and what comes out is parsed again and compared, so that a text in a form that nobody thought of
//! is an error and not a wrong manifest.

mod change;
mod compare;
mod computed;
mod copy;
mod insert;
mod key;
mod release;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use computed::declaring;
pub(crate) use release::annotate;
pub(crate) use stream::{Bridged, bridge};

use change::Change;
use insert::{Annotated, Refused, insert};

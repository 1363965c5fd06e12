//! What is kept between runs, so that helm does not have to render again what it has rendered before.
//!
//! Entries lie in a folder that only the user can enter, each in a file of its own under a name that says everything it depends on.
//! Nothing here is ever changed: an entry is written whole, read with its digest, and one that is damaged is as if it were not there.
//! A folder that cannot be used costs time and nothing else.

mod entry;
mod folder;
mod program;

pub(crate) use entry::{Key, KeyMaker};
pub(crate) use folder::Cache;
pub(crate) use program::executable;

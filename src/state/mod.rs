//! helmfile's state, read as helmfile reads it.

mod data;
mod decode;
mod discovery;
mod environment;
mod error;
mod layer;
mod location;
mod merge;
mod parts;
mod policy;
mod resolved;
mod selectors;
mod set_values;
mod spec;

pub use discovery::is_state_file_name;
pub use error::{Cause, Error};
pub use resolved::{EntryContent, EnvironmentObject, Hook, Release, Resolved, SetEntry, ValuesEntry, Visit};

//! helmfile's state, read as helmfile reads it.

mod resolved;

pub use resolved::{EntryContent, EnvironmentObject, Hook, Release, Resolved, SetEntry, ValuesEntry, Visit};

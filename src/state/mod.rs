//! helmfile's state, read as helmfile reads it.
//!
//! [`read`] takes a [`Request`] and gives the state as [`Resolved`]: a [`Visit`] for each state file that was read, with
//! its state values and its [`Release`]s after templating, merging and overriding. It reads files, runs what templates
//! `exec`, and nothing else: no helm (but for decrypting), no network. What helmsum would read differently than helmfile
//! is refused: a [`Diagnostic`](crate::diagnostic::Diagnostic) with a [`Refusal`](crate::diagnostic::Refusal).

mod chart_index;
mod data;
mod decode;
mod digest;
mod discovery;
mod entries;
mod environment;
mod environment_specs;
mod environments;
mod error;
mod fields;
mod forms;
mod helm;
mod helm_version;
mod inherit;
mod layer;
mod listed;
mod located;
mod location;
mod lock;
mod merge;
mod needs;
mod output;
mod parts;
mod patterns;
mod policy;
mod reader;
mod release;
mod remote;
mod render;
mod request;
mod resolved;
mod secrets;
mod selectors;
mod set_values;
mod spec;
mod unrendered;
mod values;
mod visit;

pub(crate) use chart_index::ChartIndexes;
pub(crate) use chart_index::Indexed;
pub(crate) use decode::Parsed;
pub(crate) use discovery::DEFAULT_NAMES;
pub use entries::{EntryKind, EntrySource};
pub(crate) use environments::{instead_of, where_unnamed};
pub(crate) use helm::{HelmOptions, Repository};
pub(crate) use helm_version::HelmVersions;
pub use listed::Listed;
pub(crate) use needs::{Needs, Position};
pub(crate) use output::to_yaml;
pub(crate) use remote::is_remote;
pub(crate) use render::rendered_later;
pub use request::Request;
pub(crate) use resolved::{EntryContent, EnvironmentObject, SetEntry, SetKind, ValuesEntry};
pub use resolved::{Hook, Release, Resolved, Visit};
pub(crate) use selectors::Selector;
pub use spec::keys;
pub use visit::read;
pub(crate) use visit::{environments, read_with_environments};

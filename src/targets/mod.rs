//! Targets: the values files that checksums are written to.
//!
//! A target is a fixed header, comments that say what the checksum is made of, and the values. Nothing in it depends on the
//! day, the machine or the version of helmsum: the same sources give the same bytes. Whether one is stale is decided by its
//! values alone; the comments only tell which file moved them.

mod block;
mod content;
mod directory;
mod draft;
mod error;
mod format;
mod location;
mod recorded;
mod side_by_side;
mod template;
#[cfg(test)]
mod tests;
mod write;

pub use crate::source::config::Shape;
pub use crate::source::{KeyPath, KeyPathError, KeyPaths};
pub use content::{Content, Section};
pub use error::TargetError;
pub use format::{Format, FormatError, Object};
pub use location::{Folder, Identity, Location, check_place};
pub use recorded::{Moved, Recorded, RecordedSource, same_values};
pub use side_by_side::write_groups;
pub use template::{ARGUMENT as RENDER_TEMPLATES, Renderer, Subject, Template, Worker, serve_templates};
pub use write::{Order, Writer, read};

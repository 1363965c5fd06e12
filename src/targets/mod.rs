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

pub(crate) use crate::source::config::Shape;
pub(crate) use crate::source::{KeyPath, KeyPaths};
pub(crate) use block::spelled;
pub(crate) use content::{Content, Section};
pub use error::TargetError;
pub(crate) use format::{Format, Object};
pub use location::check_place;
pub(crate) use location::{Folder, Identity};
pub(crate) use recorded::{Moved, Recorded, RecordedSource};
pub(crate) use side_by_side::write_groups;
pub(crate) use template::ARGUMENT as RENDER_TEMPLATES;
pub(crate) use template::{Renderer, Subject, Template, serve_templates};
pub(crate) use write::read;
pub use write::{Order, Writer};

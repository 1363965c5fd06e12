//! Reports of past restarts.

mod document;
mod human;

pub(crate) use document::{LogDocument, MovedSource};
pub(crate) use human::human as log;
pub(super) use human::{commit, sources};

use crate::history::History;
use crate::report::model::Report;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogView<'r> {
    pub(crate) report: &'r Report,
    pub(crate) history: &'r History,
    /// Whether only findings are wanted.
    pub(crate) quiet: bool,
}

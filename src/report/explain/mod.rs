//! Reports of why checksums are what they are, of what paths move, and of what codes mean.

mod document;
mod human;
mod page;
mod paths;
mod paths_document;
mod words;

pub(crate) use document::ExplainDocument;
pub(crate) use human::human as explain;

use crate::explain::Explanation;
use crate::report::model::Report;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExplainView<'r> {
    pub(crate) report: &'r Report,
    pub(crate) explanation: &'r Explanation,
    /// Whether only findings are wanted.
    pub(crate) quiet: bool,
}

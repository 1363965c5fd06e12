//! Comparisons of two revisions, as people and programs read them.

mod dangers;
mod document;
mod human;
mod markdown;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use document::DiffDocument;
pub(crate) use human::human as diff;
pub(crate) use markdown::markdown as diff_markdown;

use crate::cli::Flavour;
use crate::diff::Diff;
use crate::report::model::Report;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiffView<'r> {
    pub(crate) report: &'r Report,
    pub(crate) diff: &'r Diff,
    /// What was compared; nothing where that was not found out.
    pub(crate) compared: Option<&'r Compared>,
    /// Whether only findings are wanted.
    pub(crate) quiet: bool,
    /// What makes those restart that do not notice, where that was asked for and is known.
    pub(crate) fix: Option<&'r Fix>,
    /// Who reads Markdown.
    pub(crate) flavour: Flavour,
    /// The environment that was asked for, by which a comment is found again.
    pub(crate) environment: &'r str,
    /// The command that does it once more.
    pub(crate) command: &'r str,
}

/// What wires releases to what they do not notice.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    /// The releases that it wires.
    pub(crate) releases: Vec<String>,
    /// For `git apply`.
    pub(crate) patch: String,
}

/// What was compared.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    /// The abbreviated hash of the first commit.
    pub(crate) base: String,
    /// How it was found, where nobody named it: `merge base with origin/main`; else as it was named.
    pub(crate) how: Option<String>,
    /// The abbreviated hash of the second commit; nothing where it is the work tree.
    pub(crate) head: Option<String>,
    /// As it was named.
    pub(crate) head_name: Option<String>,
}

impl DiffView<'_> {
    /// Whether nothing could be compared.
    pub(crate) fn failed(&self) -> bool {
        self.compared.is_none() || self.report.errors() > 0
    }

    /// Whether several environments were read, so that releases are named with theirs.
    pub(crate) fn is_several(&self) -> bool {
        self.report.environments.len() > 1
    }

    /// Whether there is nothing to tell but how many releases stay as they are.
    pub(crate) fn is_empty(&self) -> bool {
        let diff = self.diff;
        diff.restarts.is_empty()
            && diff.unnoticed.is_empty()
            && diff.refused.is_empty()
            && diff.held.is_empty()
            && diff.first.is_empty()
            && diff.workloads.is_empty()
            && diff.gone.is_empty()
            && diff.new.is_empty()
            && diff.uncompared.is_empty()
            && self.report.diagnostics.is_empty()
    }
}

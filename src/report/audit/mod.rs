//! What `helmsum audit` says: findings, what was looked at, and why it kept quiet about the rest.
//!
//! Every number in it comes from one value, [`Counts`](counts::Counts), whoever reads it.

mod counts;
mod document;
mod human;
mod markdown;
mod proof;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use counts::Summary as AuditSummary;
pub(super) use counts::verdict;
pub(super) use document::Workload;
pub(crate) use document::{AuditDocument, ReadingEntry};
pub(crate) use human::human as audit;
pub(crate) use markdown::markdown as audit_markdown;

use super::model::Report;
use crate::audit::Audit;
use crate::proof::Proof;

/// An audit as it is shown: with what was said, and how long it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuditView<'r> {
    /// What was said.
    pub report: &'r Report,
    pub audit: &'r Audit,
    /// What came of the proof by mutation, where one was asked for.
    pub proof: Option<&'r Proof>,
    pub took: Duration,
    /// Whether every reading is listed.
    pub verbose: bool,
    /// Whether only findings are shown.
    pub quiet: bool,
}

//! What a run says, and how: to people, to programs, to pages and to GitHub Actions.

mod audit;
mod diff;
mod drawing;
mod effect;
mod explain;
mod github;
mod graph;
mod human;
mod init;
mod json;
mod log;
mod manual;
mod markdown;
mod model;
mod outcome;
mod rows;
mod sarif;
mod schema;
mod streams;

pub(crate) use audit::{AuditDocument, AuditSummary, AuditView, audit, audit_markdown};
pub(crate) use diff::{Compared, DiffDocument, DiffView, Fix, diff, diff_markdown};
pub use drawing::{Layout, draw};
pub(crate) use explain::{ExplainDocument, ExplainView, explain};
pub(crate) use github::{annotations, step_summary};
pub(crate) use graph::{GraphDocument, GraphView, dot, graph, mermaid};
pub(crate) use human::{View, WIDTH, WIDTH_IN_HOOK, WIDTHS, human};
pub(crate) use init::{after_patch, init};
pub(crate) use json::{Document, HashDocument, entries, print};
pub(crate) use log::{LogDocument, LogView, log};
pub(crate) use model::Report;
pub use outcome::Outcome;
pub(crate) use sarif::{SarifView, sarif};
pub use schema::schemas;
pub(crate) use streams::Colour;
pub use streams::{Stream, Streams};

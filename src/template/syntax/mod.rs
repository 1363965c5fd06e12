//! The syntax of Go templates.
//!
//! Scanner and parser accept and refuse exactly what Go 1.26's `text/template/parse` does, and report it in the same
//! words. The exceptions are refused, never read differently: complex numbers, names that are not UTF-8, and more than
//! [`MAX_NESTING`] blocks or parentheses inside each other.

mod number;
mod parse;
mod scan;
mod tree;

use crate::diagnostic::Refusal;
use std::rc::Rc;

pub(crate) use number::Number;
pub(crate) use tree::{
    Branch, Command, Invocation, List, Node, Operand, OperandKind, Pipeline, TemplateText, Tree,
};

/// The name that helmfile parses every text under, and that Go's messages show.
pub(crate) const PARSE_NAME: &str = parse::PARSE_NAME;

/// How many blocks and parentheses may stand inside each other.
pub(crate) const MAX_NESTING: usize = 1_000;

/// Whether a function exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Yes,
    /// helmfile does not have it either.
    No,
}

/// A text that is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SyntaxError {
    /// Go's message, with its `template: stringTemplate:LINE: ` in front.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it is a template to Go, only not to helmsum: why.
    pub refusal: Option<Refusal>,
    /// The byte of the text where parsing stopped.
    pub offset: usize,
}

/// Parses a text into its templates: the text itself under [`PARSE_NAME`], and those it defines.
///
/// # Errors
///
/// For the first mistake.
pub(crate) fn parse(
    source: &Rc<TemplateText>,
    known: &dyn Fn(&str) -> Known,
) -> Result<Vec<Tree>, SyntaxError> {
    parse::parse(source, known)
}

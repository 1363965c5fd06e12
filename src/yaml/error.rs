//! What can be wrong with a YAML text, and how it is said.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Refusal};
use crate::text::{Excerpt, Place};

/// Why a text or a value was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are no YAML text: not UTF-8, or a character that YAML does not allow.
    Input,
    /// The text is not well formed.
    Syntax,
    /// The text is well formed but cannot be put together: an unknown anchor, a merge of something that is not a map.
    Document,
    /// A value has another type than its place wants, or a key comes twice.
    Type,
    /// One of the [`Limits`](super::Limits) was passed.
    Limit,
    /// go-yaml may read this, but helmsum does not, because it cannot promise the same result.
    Unsupported,
    /// A value that has no YAML form.
    Encode,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong: lower case, no full stop. Type errors are worded as go-yaml words them, without the line.
    pub message: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The bytes to point at.
    pub span: Option<Range<usize>>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Issue {
    fn place(&self, file: &Utf8Path) -> Place {
        let length = self.span.as_ref().map(ExactSizeIterator::len);
        Place { file: file.to_owned(), line: self.line, column: self.column, length }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(out, "line {line}, column {column}: {}", self.message),
            (Some(line), None) => write!(out, "line {line}: {}", self.message),
            _ => out.write_str(&self.message),
        }
    }
}

/// An error of the YAML reader or writer: one issue, or for type errors all that were found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.joined())]
pub struct Error {
    kind: ErrorKind,
    issues: Vec<Issue>,
    go_text: Option<String>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let issue = Issue { message: message.into(), line: None, column: None, span: None, hint: None };
        Self { kind, issues: vec![issue], go_text: None }
    }

    pub(super) const fn of_issues(kind: ErrorKind, issues: Vec<Issue>) -> Self {
        Self { kind, issues, go_text: None }
    }

    /// The same error at a place; `line` and `column` count from 1.
    pub(super) fn at(mut self, line: usize, column: usize, span: Range<usize>) -> Self {
        let issue = &mut self.issues[0];
        (issue.line, issue.column, issue.span) = (Some(line), Some(column), Some(span));
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.issues[0].hint = Some(hint.into());
        self
    }

    pub(super) fn go_text(mut self, text: String) -> Self {
        self.go_text = Some(text);
        self
    }

    /// The same error where go-yaml may not notice the mistake.
    pub(super) fn into_unsupported(mut self, whereabouts: &str) -> Self {
        self.kind = ErrorKind::Unsupported;
        self.go_text = None;
        let issue = &mut self.issues[0];
        issue.message = format!("a mistake {whereabouts}: {}", issue.message);
        issue.hint.get_or_insert_with(|| "correct it, or remove what follows the first document".into());
        self
    }

    /// Why the text or value was refused.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The kind of refusal it is; nothing where go-yaml refuses the text too.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        match self.kind {
            ErrorKind::Limit => Some(Refusal::Limit),
            ErrorKind::Unsupported => Some(Refusal::UnsupportedYaml),
            _ => None,
        }
    }

    /// All that is wrong; never empty.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// The line of the first issue, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.issues.first().and_then(|issue| issue.line)
    }

    /// The column of the first issue in characters, from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.issues.first().and_then(|issue| issue.column)
    }

    /// The place of the first issue in the file that the text is from.
    #[must_use]
    pub fn place(&self, file: &Utf8Path) -> Place {
        self.issues.first().map_or_else(|| Place::file(file), |issue| issue.place(file))
    }

    /// Joins errors of one document into one, as go-yaml reports all type errors of a document at once.
    /// Nothing for an empty list; an error of another kind than [`ErrorKind::Type`] stands alone.
    #[must_use]
    pub fn join(errors: Vec<Self>) -> Option<Self> {
        let mut issues = Vec::new();
        for error in errors {
            if error.kind != ErrorKind::Type {
                return Some(error);
            }
            issues.extend(error.issues);
        }
        (!issues.is_empty()).then(|| Self::of_issues(ErrorKind::Type, issues))
    }

    /// The text that go-yaml prints for the same mistake, as far as it is known; else this error's own text.
    #[must_use]
    pub fn as_go(&self) -> String {
        if let Some(text) = &self.go_text {
            return text.clone();
        }
        if self.kind == ErrorKind::Type {
            let lines: Vec<String> = self
                .issues
                .iter()
                .map(|issue| match issue.line {
                    Some(line) => format!("line {line}: {}", issue.message),
                    None => issue.message.clone(),
                })
                .collect();
            return format!("yaml: unmarshal errors:\n  {}", lines.join("\n  "));
        }
        format!("yaml: {}", self.issues[0].message)
    }

    /// The error as the report shows it. `source` is the text that was parsed; with it the place is shown underlined.
    #[must_use]
    pub fn into_diagnostic(self, file: &Utf8Path, source: Option<&Arc<str>>) -> Diagnostic {
        let (refusal, place) = (self.refusal(), self.place(file));
        let more = self.issues.len() - 1;
        let first = self.issues.into_iter().next().unwrap_or_else(|| Issue {
            message: "invalid YAML".into(),
            line: None,
            column: None,
            span: None,
            hint: None,
        });
        let mut message = first.message;
        if more > 0 {
            message = format!("{message} (and {more} more)");
        }
        let mut problem = match refusal {
            Some(refusal) => Diagnostic::refused(refusal, message),
            None => Diagnostic::error(message),
        };
        let fallback = match refusal {
            Some(Refusal::Limit) => Some("make the text smaller or flatter, or split it"),
            Some(_) => Some("spell it another way, or put it in quotes"),
            None => None,
        };
        if let Some(hint) = first.hint.or_else(|| fallback.map(str::to_owned)) {
            problem = problem.hint(hint);
        }
        match (source, first.span) {
            (Some(source), Some(span)) => {
                let label = String::new();
                problem.excerpt(Excerpt { file: file.to_owned(), source: Arc::clone(source), span, label })
            }
            _ => problem.at(place),
        }
    }

    fn joined(&self) -> String {
        let lines: Vec<String> = self.issues.iter().map(ToString::to_string).collect();
        lines.join("; ")
    }
}

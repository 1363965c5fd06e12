//! Why a template cannot be used, as data that a process can hand to another.

use std::ops::Range;
use std::sync::Arc;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use tera::ErrorKind;

use super::data::VARIABLES;
use super::engine::{LONGEST, MOST, PATIENCE};
use super::offset;
use super::worker::MEMORY;
use crate::diagnostic::{Diagnostic, Mistake};
use crate::text::{Excerpt, Place, nearest};

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    /// tera says so, about these bytes of the template.
    Tera(String, Option<Range<usize>>),
    /// A part of tera that is not for targets, with the text to look for.
    Refused(String, String),
    /// The source is longer than any template of values.
    Long,
    /// It renders to more than any values have.
    Large,
    /// It does not end.
    Endless,
    /// It takes more memory than there is for it.
    Memory,
    /// There is no thread or process to render it in.
    NotStarted(String),
    /// tera has a defect, or the process that renders was ended by somebody else.
    Broken(String),
}

impl Fault {
    /// What tera says about a template.
    pub(super) fn of(error: &tera::Error, source: &str) -> Self {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                Self::Tera(in_our_style(report.message()), Some(report.span().range.clone()))
            }
            ErrorKind::Io(_) => Self::Large,
            kind => {
                let (message, span) = report(&kind.to_string(), source);
                Self::Tera(message, span)
            }
        }
    }

    /// A part of tera that is not for targets; `text` is how it is written.
    pub(super) fn refused(what: &str, text: &str) -> Self {
        Self::Refused(what.to_owned(), text.to_owned())
    }

    /// The fault as the report shows it, with its place in the template.
    pub(super) fn problem(&self, file: &Utf8Path, source: &Arc<str>) -> Diagnostic {
        const HINT: &str = "docs/targets.md lists what a template can use";
        let excerpt =
            |span| Excerpt { file: file.to_owned(), source: Arc::clone(source), span, label: String::new() };
        let whole =
            |message: String| Diagnostic::mistake(Mistake::TargetTemplate, message).at(Place::file(file));
        let pointed = |problem: Diagnostic, span: Option<Range<usize>>| match span {
            Some(span) => problem.excerpt(excerpt(span)),
            None => problem.at(Place::file(file)),
        };
        match self {
            Self::Tera(message, span) => {
                let meant = meant(message).map(|name| format!("did you mean `{name}`?"));
                let problem = Diagnostic::mistake(Mistake::TargetTemplate, message.clone()).hint(meant.unwrap_or_else(|| HINT.to_owned()));
                pointed(problem, span.clone())
            }
            Self::Refused(what, text) => {
                let message = format!("{what} cannot be used in the template of a target");
                let span = source.find(text.as_str()).map(|at| at..at + text.len());
                pointed(Diagnostic::mistake(Mistake::TargetTemplate, message).hint(HINT), span)
            }
            Self::Long => whole(format!("the template has more than {} KiB", LONGEST >> 10))
                .hint("a target contains a few digests; keep other values in other files"),
            Self::Large => whole(format!("the template renders to more than {} MiB", MOST >> 20))
                .hint("end its loops earlier"),
            Self::Endless => whole(format!("the template takes more than {} s", PATIENCE.as_secs()))
                .hint("it has loops within loops; a target has one line for each source"),
            Self::Memory => whole(format!("the template takes more than {} MiB of memory", MEMORY >> 20))
                .hint("it builds a text or a list that grows with every step; a target has one line for each source"),
            Self::NotStarted(message) => whole(format!("the template cannot be rendered: {message}"))
                .hint("helmsum renders templates in a separate process; allow one more (`ulimit -u`)"),
            Self::Broken(message) => whole(message.clone()).hint("simplify the template, or run it again"),
        }
    }
}

/// Message and span out of the report that tera makes of a mistake it finds after parsing:
/// `error: MESSAGE`, then ` --> NAME:LINE:COLUMN`.
fn report(text: &str, source: &str) -> (String, Option<std::ops::Range<usize>>) {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let message = in_our_style(first.strip_prefix("error: ").unwrap_or(first));
    let numbers = lines.next().and_then(|line| line.trim().strip_prefix("--> ")).and_then(|place| {
        let mut parts = place.rsplitn(3, ':');
        let column: usize = parts.next()?.parse().ok()?;
        let line: usize = parts.next()?.parse().ok()?;
        Some((line, column))
    });
    (message, numbers.map(|(line, column)| offset(source, Some(line), Some(column))))
}

/// The variable that a message about an unknown one may be about.
fn meant(message: &str) -> Option<&'static str> {
    let name = message.strip_prefix("variable `")?.strip_suffix("` is not defined")?;
    nearest(name, VARIABLES)
}

/// The first sentence, without the capital letter that it starts with.
fn in_our_style(message: &str) -> String {
    let message = message.split(". Available ").next().unwrap_or_default();
    let first_line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut characters = first_line.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

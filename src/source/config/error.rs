//! What can be wrong with `helmsum.yaml`.

use std::io;
use std::sync::{Arc, LazyLock};

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

use crate::diagnostic::{Diagnostic, Mistake};
use crate::text::{Excerpt, Place, nearest};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file, or a directory on the way to it, cannot be read.
    #[error("`{path}` cannot be read: {error}")]
    Unreadable {
        /// What could not be read.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is a directory, or something that would never end.
    #[error("`{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// It is larger than any configuration.
    #[error("`{0}` has more than 1 MiB")]
    TooLarge(Utf8PathBuf),
    /// It has another name than a configuration.
    #[error("`{0}` is not read: the configuration is called `helmsum.yaml`")]
    Misnamed(Utf8PathBuf),
    /// What it says has no meaning.
    #[error("{0}")]
    Invalid(Diagnostic),
}

impl ConfigError {
    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::mistake(Mistake::ConfigFile, self.to_string());
        match self {
            Self::Invalid(problem) => problem.clone(),
            Self::Misnamed(path) => {
                problem.at(Place::file(path)).hint("rename it, or move it away if it is another file")
            }
            Self::Unreadable { .. } => problem.hint("make it readable, or move it away"),
            Self::NotAFile(_) | Self::TooLarge(_) => {
                problem.hint("`helmsum.yaml` is read from here; move it away if it is another file")
            }
        }
    }

    pub(super) fn invalid(problem: Diagnostic) -> Self {
        Self::Invalid(problem)
    }
}

/// An error of the parser in our words: what, where, and what was probably meant.
pub(super) fn of_parser(error: &yaml_serde::Error, file: &Utf8Path, source: &Arc<str>) -> Diagnostic {
    static UNKNOWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"unknown (field|variant) `([^`]*)`, (?:expected (?:one of )?(.*)|there are no (?:fields|variants))$")
            .expect("the pattern is good")
    });
    let location = error.location();
    let mut message = error.to_string();
    if let Some(location) = &location {
        let suffix = format!(" at line {} column {}", location.line(), location.column());
        message.truncate(message.strip_suffix(&suffix).map_or(message.len(), str::len));
    }
    let problem = match UNKNOWN.captures(&message) {
        Some(found) => unknown(&found[1], &found[2], found.get(3).map_or("", |known| known.as_str())),
        None => Diagnostic::mistake(Mistake::ConfigSyntax, without_path(&message))
            .hint("docs/configuration.md lists every key and what it takes"),
    };
    let problem = problem.at(Place::file(file));
    match location {
        Some(location) => {
            let start = offset(source, location.line(), location.column());
            let length = source[start..].find(['\n', '\r']).unwrap_or(source.len() - start);
            let span = start..start + length;
            problem.excerpt(Excerpt {
                file: file.to_owned(),
                source: Arc::clone(source),
                span,
                label: String::new(),
            })
        }
        None => problem,
    }
}

/// The message without the path of keys that the parser puts in front, which the place says better.
fn without_path(message: &str) -> &str {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[A-Za-z][A-Za-z0-9_.-]*(?:\[\d+\])?(?:\.[A-Za-z0-9_-]+|\[\d+\])*: ")
            .expect("the pattern is good")
    });
    PATH.find(message).map_or(message, |path| &message[path.end()..])
}

fn unknown(kind: &str, word: &str, known: &str) -> Diagnostic {
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let (what, hint) = match (kind, word) {
        ("field", _) => ("key", "keys are"),
        _ => ("value", "values are"),
    };
    let hint = match nearest(word, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!(
            "{hint} {}",
            known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Diagnostic::mistake(Mistake::ConfigSyntax, format!("unknown {what} `{word}`")).hint(hint)
}

/// The offset of a line and column, both from 1, columns in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text[start..].char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| start + at)
}

//! Findings, notes and errors as documents list them.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Utf8Text, named};
use crate::diagnostic::{Code, Diagnostic, Kind, Level, Mistake, Refusal};

/// Something the user should know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingEntry {
    code: Code,
    level: Level,
    message: String,
    hint: Option<String>,
    /// `namespace/name`, or `name`.
    release: Option<String>,
    environment: Option<String>,
    file: Option<Utf8Text>,
    /// From 1.
    line: Option<usize>,
}

/// A note.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteEntry {
    message: String,
    hint: Option<String>,
    /// `namespace/name`, or `name`.
    release: Option<String>,
    environment: Option<String>,
    file: Option<Utf8Text>,
    /// From 1.
    line: Option<usize>,
}

/// The code of an error.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum ErrorCode {
    /// Why helmsum refuses what helmfile may take.
    Refusal(Refusal),
    /// What is wrong with something that was written for helmsum.
    Mistake(Mistake),
}

/// Something that went wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorEntry {
    /// Null where helmfile fails too, and where neither a state nor something written for helmsum is concerned.
    code: Option<ErrorCode>,
    message: String,
    hint: Option<String>,
    file: Option<Utf8Text>,
    /// From 1.
    line: Option<usize>,
    /// From 1, in characters.
    column: Option<usize>,
}

/// Diagnostics as documents list them.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    pub notes: Vec<NoteEntry>,
    /// What went wrong.
    pub errors: Vec<ErrorEntry>,
}

/// Sorts diagnostics into the lists of a document.
#[must_use]
pub(crate) fn entries(diagnostics: &[Diagnostic], directory: &Utf8Path) -> Entries {
    let mut entries = Entries::default();
    for diagnostic in diagnostics {
        match diagnostic.kind {
            Kind::Finding(code) => entries.findings.push(finding_entry(code, diagnostic, directory)),
            Kind::Note => entries.notes.push(note_entry(diagnostic, directory)),
            Kind::Refusal(refusal) => {
                entries.errors.push(error_entry(Some(ErrorCode::Refusal(refusal)), diagnostic, directory));
            }
            Kind::Mistake(mistake) => {
                entries.errors.push(error_entry(Some(ErrorCode::Mistake(mistake)), diagnostic, directory));
            }
            Kind::Error => entries.errors.push(error_entry(None, diagnostic, directory)),
        }
    }
    entries
}

fn file_and_line(diagnostic: &Diagnostic, directory: &Utf8Path) -> (Option<Utf8Text>, Option<usize>) {
    let place = diagnostic.place.as_ref();
    (place.map(|place| named(&place.file, directory)), place.and_then(|place| place.line))
}

fn finding_entry(code: Code, diagnostic: &Diagnostic, directory: &Utf8Path) -> FindingEntry {
    let (file, line) = file_and_line(diagnostic, directory);
    FindingEntry {
        code,
        level: diagnostic.level,
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
        release: diagnostic.release.clone(),
        environment: diagnostic.environment.clone(),
        file,
        line,
    }
}

fn note_entry(diagnostic: &Diagnostic, directory: &Utf8Path) -> NoteEntry {
    let (file, line) = file_and_line(diagnostic, directory);
    NoteEntry {
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
        release: diagnostic.release.clone(),
        environment: diagnostic.environment.clone(),
        file,
        line,
    }
}

fn error_entry(code: Option<ErrorCode>, diagnostic: &Diagnostic, directory: &Utf8Path) -> ErrorEntry {
    let (file, line) = file_and_line(diagnostic, directory);
    ErrorEntry {
        code,
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
        file,
        line,
        column: diagnostic.place.as_ref().and_then(|place| place.column),
    }
}

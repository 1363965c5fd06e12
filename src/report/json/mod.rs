//! Reports as JSON documents of format 1. The order of the keys is that of the fields.

mod release;
mod said;

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::model;
use crate::checksum::PathsChecksum;
use crate::diagnostic::{Diagnostic, Level};
use crate::plan::Status;
use crate::text::{Shown, relative};
use release::SourceEntry;
pub(crate) use release::{Changed, Declared, ReleaseEntry, RestartsEntry};
pub(crate) use said::{Entries, ErrorEntry, FindingEntry, NoteEntry, entries};

/// What `helmsum generate`, `check` and `list` print with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// Releases with sources or a target, and entries of `checksums:` in `helmsum.yaml`.
    releases: Vec<ReleaseEntry>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    pub notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
}

/// Counts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Summary {
    releases: usize,
    /// Targets that this run wrote.
    written: usize,
    /// Releases whose target is stale or missing.
    stale: usize,
    /// Findings at level `warn`.
    warnings: usize,
    /// Errors, and findings at level `deny`.
    errors: usize,
}

/// What `helmsum hash` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HashDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// Null where it could not be computed.
    checksum: Option<String>,
    sources: Vec<SourceEntry>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
}

/// A path, with `/` between its parts, relative to the working directory.
type Utf8Text = String;

impl Document {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(report: &model::Report, directory: &Utf8Path) -> Self {
        let Entries { findings, notes, errors } = entries(&report.diagnostics, directory);
        Self {
            format: 1,
            environments: report.environments.clone(),
            releases: report.releases.iter().map(|release| ReleaseEntry::of(release, directory)).collect(),
            findings,
            notes,
            errors,
            summary: Summary::of(report, &report.releases),
        }
    }
}

impl Summary {
    /// The counts of a report, of which these releases are listed.
    pub(crate) fn of<'r>(
        report: &model::Report,
        releases: impl IntoIterator<Item = &'r model::ReleaseRow>,
    ) -> Self {
        let mut summary = Self {
            releases: 0,
            written: 0,
            stale: 0,
            warnings: report.count(Level::Warn),
            errors: report.errors() + report.count(Level::Deny),
        };
        for model::ReleaseRow { target, .. } in releases {
            summary.releases += 1;
            summary.written += usize::from(target.written);
            summary.stale += usize::from(matches!(target.status, Status::Stale | Status::Missing));
        }
        summary
    }
}

impl HashDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(
        checksum: Option<&PathsChecksum>,
        diagnostics: &[Diagnostic],
        directory: &Utf8Path,
    ) -> Self {
        let Entries { findings, errors, .. } = entries(diagnostics, directory);
        let sources = checksum.map_or(&[][..], |checksum| &checksum.sources);
        Self {
            format: 1,
            checksum: checksum.map(|checksum| checksum.checksum.to_string()),
            sources: sources.iter().map(|(label, hashed)| SourceEntry::of_path(label, hashed)).collect(),
            findings,
            errors,
        }
    }
}

/// A document as it is printed: indented, and ending in a line break.
///
/// # Panics
///
/// Never: no document has a key that is not a string.
#[must_use]
pub(crate) fn print(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("documents have string keys only");
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        text.push('\n');
        return text;
    }
    // What would drive a terminal stands in strings alone, where JSON has an escape for it.
    let mut printed = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character != '\n' && Shown::hides(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(printed, "\\u{unit:04x}");
            }
        } else {
            printed.push(character);
        }
    }
    printed.push('\n');
    printed
}

fn named(path: &Utf8PathBuf, directory: &Utf8Path) -> Utf8Text {
    relative(path, directory).into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_cannot_drive_a_terminal_and_says_the_same() {
        let text = "a\u{85}\u{9b}\u{2028}\u{202e}\u{e0001}é\n\u{1b}";
        let printed = print(&[text]);
        assert_eq!(printed, "[\n  \"a\\u0085\\u009b\\u2028\\u202e\\udb40\\udc01é\\n\\u001b\"\n]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&printed).expect("JSON"), [text]);
    }
}

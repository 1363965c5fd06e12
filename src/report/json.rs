//! Reports as JSON documents of format 1. The order of the keys is that of the fields.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::effect::{Effect, effect};
use super::model;
use crate::audit::{Reached, Restarts};
use crate::checksum::PathsChecksum;
use crate::diagnostic::{Code, Diagnostic, Kind, Level, Mistake, Refusal};
use crate::plan::{How, Status};
use crate::text::{Shown, relative};

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
    /// What is neither wrong nor a finding, and would puzzle a reader who does not know it.
    /// What a reader may wonder about.
    pub notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
}

/// A release, or an entry of `checksums:` in `helmsum.yaml`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Release")]
struct ReleaseEntry {
    name: String,
    /// Empty without one.
    namespace: String,
    /// Empty where no state was read.
    environment: String,
    /// Empty without one.
    kube_context: String,
    /// The file that declares it.
    file: Utf8Text,
    sources: Vec<SourceEntry>,
    target: TargetEntry,
    /// What restarts when its checksum moves: with `--render`, of a release that has a checksum.
    #[serde(skip_serializing_if = "Option::is_none")]
    restarts: Option<RestartsEntry>,
}

/// What restarts when the checksum of a release moves.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Restarts")]
struct RestartsEntry {
    /// Why the release could not be rendered; null where it was.
    why_not: Option<String>,
    /// What to do about that.
    hint: Option<String>,
    /// The workloads whose pod templates the checksum reaches, in the order of the manifests.
    workloads: Vec<ReachedEntry>,
}

/// A workload whose pod template the checksum reaches.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Reached")]
struct ReachedEntry {
    api_version: String,
    kind: String,
    /// Empty without one.
    namespace: String,
    name: String,
    /// What a change of its pod template does.
    effect: Effect,
    /// Why it does not restart; null where it does.
    because: Option<String>,
}

/// One thing a checksum covers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
struct SourceEntry {
    /// What stands for it in the checksum.
    label: String,
    /// `path` for a directory, file or glob, else what stands before the colon of its declaration.
    kind: &'static str,
    /// The name given with `as`.
    name: Option<String>,
    /// As declared, after templating.
    path: String,
    /// Options as declared.
    options: serde_json::Map<String, serde_json::Value>,
    /// Where it was declared.
    declared: Option<Declared>,
    /// The release that renders it, that it is, or that turns its files into objects: `namespace/name`, or `name`.
    producer: Option<String>,
    /// The SHA-256 over its files, or with a key for secrets the HMAC-SHA-256; null where it could not be computed.
    digest: Option<String>,
    /// The size of its files together; null for secrets.
    bytes: Option<u64>,
    /// How many names in it do not count.
    excluded: usize,
    /// Its files, keys or parts; empty for secrets.
    files: Vec<File>,
    /// How it differs from what the target records.
    changed: Vec<Changed>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Declared {
    file: Utf8Text,
    /// From 1.
    line: Option<usize>,
}

/// A file of a source.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// Relative to the source.
    name: String,
    /// The SHA-256 of what is hashed of it.
    digest: String,
    bytes: u64,
}

/// A file that moved a checksum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changed {
    /// Relative to the source.
    name: String,
    how: How,
}

/// The values file a checksum goes to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Target")]
struct TargetEntry {
    /// Null where the release lists none.
    path: Option<Utf8Text>,
    /// Where in it the checksum is, the first key of several. Empty where a template decides.
    key: String,
    /// How it was found, before anything was written.
    status: Status,
    /// The checksum found in it.
    recorded: Option<String>,
    /// The checksum computed now.
    checksum: Option<String>,
    /// Whether this run wrote it.
    written: bool,
}

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

/// Counts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Summary {
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
        let releases: Vec<ReleaseEntry> =
            report.releases.iter().map(|release| release_entry(release, directory)).collect();
        let count = |wanted: fn(&TargetEntry) -> bool| {
            releases.iter().filter(|release| wanted(&release.target)).count()
        };
        let summary = Summary {
            releases: releases.len(),
            written: count(|target| target.written),
            stale: count(|target| matches!(target.status, Status::Stale | Status::Missing)),
            warnings: report.count(Level::Warn),
            errors: report.errors() + report.count(Level::Deny),
        };
        let Entries { findings, notes, errors } = entries(&report.diagnostics, directory);
        Self {
            format: 1,
            environments: report.environments.clone(),
            releases,
            findings,
            notes,
            errors,
            summary,
        }
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
            sources: sources
                .iter()
                .map(|(label, hashed)| SourceEntry {
                    label: label.clone(),
                    kind: "path",
                    name: None,
                    path: label.clone(),
                    options: serde_json::Map::new(),
                    declared: None,
                    producer: None,
                    digest: Some(hashed.digest.to_string()),
                    bytes: Some(hashed.bytes),
                    excluded: hashed.listing.left_out.len(),
                    files: hashed.files.iter().map(file_entry).collect(),
                    changed: Vec::new(),
                })
                .collect(),
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

fn release_entry(release: &model::ReleaseRow, directory: &Utf8Path) -> ReleaseEntry {
    ReleaseEntry {
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        environment: release.environment.clone(),
        kube_context: release.kube_context.clone(),
        file: named(&release.file, directory),
        sources: release.sources.iter().map(|source| source_entry(source, directory)).collect(),
        target: TargetEntry {
            path: release.target.path.as_ref().map(|path| named(path, directory)),
            key: release.target.key.clone(),
            status: release.target.status,
            recorded: release.target.recorded.clone(),
            checksum: release.target.checksum.map(|digest| digest.to_string()),
            written: release.target.written,
        },
        restarts: release.restarts.as_ref().map(restarts_entry),
    }
}

fn restarts_entry(restarts: &Restarts) -> RestartsEntry {
    match restarts {
        Restarts::Unknown(why, hint) => {
            RestartsEntry { why_not: Some(why.clone()), hint: hint.clone(), workloads: Vec::new() }
        }
        Restarts::Reached(reached) => RestartsEntry {
            why_not: None,
            hint: None,
            workloads: reached.iter().map(reached_entry).collect(),
        },
    }
}

fn reached_entry(reached: &Reached) -> ReachedEntry {
    let identity = &reached.identity;
    let (effect, because) = effect(&reached.moves);
    ReachedEntry {
        api_version: identity.api_version.clone(),
        kind: identity.kind.clone(),
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
        effect,
        because,
    }
}

fn source_entry(source: &model::SourceRow, directory: &Utf8Path) -> SourceEntry {
    let option = |(key, values): &(String, Vec<String>)| {
        let value = match &values[..] {
            [value] if key != "exclude" => value.clone().into(),
            several => several.to_vec().into(),
        };
        (key.clone(), value)
    };
    SourceEntry {
        label: source.label.clone(),
        kind: source.kind,
        name: source.name.clone(),
        path: source.path.clone(),
        options: source.options.iter().map(option).collect(),
        declared: source
            .declared
            .as_ref()
            .map(|place| Declared { file: named(&place.file, directory), line: place.line }),
        producer: source.producer.clone(),
        digest: source.digest.map(|digest| digest.to_string()),
        bytes: source.bytes,
        excluded: source.excluded,
        files: source.files.iter().map(file_entry).collect(),
        changed: source
            .changed
            .iter()
            .map(|change| Changed { name: change.name.clone(), how: change.how })
            .collect(),
    }
}

fn file_entry(file: &crate::checksum::HashedFile) -> File {
    File { name: file.name.clone(), digest: file.digest.to_string(), bytes: file.bytes }
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

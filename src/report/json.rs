//! Reports as JSON documents of format 1. The order of the keys is that of the fields.

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{self, How, Status};
use super::relative;
use crate::checksum::PathsChecksum;
use crate::finding::{Code, Finding, Level};
use crate::text::{Problem, Refusal};

/// What `helmsum generate`, `check` and `list` print with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// Releases with sources or a target, and entries of `checksums:` in `helmsum.yaml`.
    releases: Vec<Release>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
}

/// A release, or an entry of `checksums:` in `helmsum.yaml`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Release {
    name: String,
    /// Empty without one.
    namespace: String,
    /// Empty where no state was read.
    environment: String,
    /// Empty without one.
    kube_context: String,
    /// The file that declares it.
    file: Utf8Text,
    sources: Vec<Source>,
    target: Target,
}

/// One thing a checksum covers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Source {
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
struct Target {
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
struct FindingEntry {
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

/// Something that went wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorEntry {
    /// Why helmsum refuses what helmfile may take; null where helmfile fails too, and where no state is concerned.
    code: Option<Refusal>,
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
pub struct HashDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// Null where it could not be computed.
    checksum: Option<String>,
    sources: Vec<Source>,
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
    pub fn new(report: &model::Report, directory: &Utf8Path) -> Self {
        let releases: Vec<Release> =
            report.releases.iter().map(|release| release_entry(release, directory)).collect();
        let count =
            |wanted: fn(&Target) -> bool| releases.iter().filter(|release| wanted(&release.target)).count();
        let summary = Summary {
            releases: releases.len(),
            written: count(|target| target.written),
            stale: count(|target| matches!(target.status, Status::Stale | Status::Missing)),
            warnings: report.count(Level::Warn),
            errors: report.problems.len() + report.count(Level::Deny),
        };
        Self {
            format: 1,
            environments: report.environments.clone(),
            releases,
            findings: finding_entries(&report.findings, directory),
            errors: error_entries(&report.problems, directory),
            summary,
        }
    }
}

impl HashDocument {
    /// The document of a run.
    #[must_use]
    pub fn new(
        checksum: Option<&PathsChecksum>,
        findings: &[Finding],
        problems: &[Problem],
        directory: &Utf8Path,
    ) -> Self {
        let sources = checksum.map_or(&[][..], |checksum| &checksum.sources);
        Self {
            format: 1,
            checksum: checksum.map(|checksum| checksum.checksum.to_string()),
            sources: sources
                .iter()
                .map(|(label, hashed)| Source {
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
            findings: finding_entries(findings, directory),
            errors: error_entries(problems, directory),
        }
    }
}

/// A document as it is printed: indented, and ending in a line break.
///
/// # Panics
///
/// Never: no document has a key that is no string.
#[must_use]
pub fn print(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("documents have string keys only");
    text.push('\n');
    text
}

fn named(path: &Utf8PathBuf, directory: &Utf8Path) -> Utf8Text {
    relative(path, directory).into_string()
}

fn release_entry(release: &model::Release, directory: &Utf8Path) -> Release {
    Release {
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        environment: release.environment.clone(),
        kube_context: release.kube_context.clone(),
        file: named(&release.file, directory),
        sources: release.sources.iter().map(|source| source_entry(source, directory)).collect(),
        target: Target {
            path: release.target.path.as_ref().map(|path| named(path, directory)),
            key: release.target.key.clone(),
            status: release.target.status,
            recorded: release.target.recorded.clone(),
            checksum: release.target.checksum.map(|digest| digest.to_string()),
            written: release.target.written,
        },
    }
}

fn source_entry(source: &model::Source, directory: &Utf8Path) -> Source {
    let option = |(key, values): &(String, Vec<String>)| {
        let value = match &values[..] {
            [value] if key != "exclude" => value.clone().into(),
            several => several.to_vec().into(),
        };
        (key.clone(), value)
    };
    Source {
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

fn finding_entries(findings: &[Finding], directory: &Utf8Path) -> Vec<FindingEntry> {
    let entry = |finding: &Finding| FindingEntry {
        code: finding.code,
        level: finding.level,
        message: finding.message.clone(),
        hint: finding.hint.clone(),
        release: finding.release.clone(),
        environment: finding.environment.clone(),
        file: finding.file.as_ref().map(|file| named(file, directory)),
        line: finding.line,
    };
    findings.iter().map(entry).collect()
}

/// Problems as documents list them.
#[must_use]
pub fn error_entries(problems: &[Problem], directory: &Utf8Path) -> Vec<ErrorEntry> {
    let entry = |problem: &Problem| {
        let place = problem.place.as_ref();
        ErrorEntry {
            code: problem.refusal,
            message: problem.message.clone(),
            hint: problem.hint.clone(),
            file: place.map(|place| named(&place.file, directory)),
            line: place.and_then(|place| place.line),
            column: place.and_then(|place| place.column),
        }
    };
    problems.iter().map(entry).collect()
}

//! What `helmsum explain` prints with `--output json`.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::paths_document::PathEntry;
use super::{ExplainView, page};
use crate::diagnostic::Secrets;
use crate::explain::{
    Answer, ByHand, First, LastMoved, Moved, OfRelease, OfSource, Order, OutWhy, Page, Pods, Undeclared, Why,
};
use crate::history::Effect;
use crate::report::audit::ReadingEntry;
use crate::report::json::{
    Declared, Entries, ErrorEntry, FindingEntry, NoteEntry, ReleaseEntry, RestartsEntry, Summary, entries,
};
use crate::report::log::MovedSource;
use crate::report::model::ReleaseRow;

/// What `helmsum explain` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExplainDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// The releases that are explained, as `helmsum list` has them.
    releases: Vec<ReleaseEntry>,
    /// What there is to know about each of them, in the same order.
    explained: Vec<Explained>,
    /// Releases that were asked for and have no checksum.
    undeclared: Vec<UndeclaredEntry>,
    /// Paths that were asked for.
    paths: Vec<PathEntry>,
    /// Codes that were asked for.
    codes: Vec<CodeEntry>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
}

/// What there is to know about a release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Explained {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// Where it is declared.
    declared: Declared,
    /// The keys that its target sets, or the annotations that `helmsum annotate` adds.
    keys: Vec<String>,
    /// Where it declares `auto`.
    auto: Option<Declared>,
    /// Why its recorded checksum stays.
    hold: Option<HoldEntry>,
    /// What its sources give now; null where that is not known, or it has none.
    computed: Option<String>,
    /// The command that makes the checksum of the digests of several sources; null where there is one source.
    combination: Option<String>,
    /// Its sources, by their labels.
    sources: Vec<SourceExplained>,
    /// The commit that moved it last. Where no commit has the checksum yet, the one that moved what is committed.
    moved: Option<MovedEntry>,
    /// Why there is no such commit, none is known, or it moved another checksum.
    why_not_moved: Option<String>,
    /// What helm shows: with `--render`, of a release of a state.
    pods: Option<PodsEntry>,
}

/// Why a recorded checksum stays.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Hold")]
struct HoldEntry {
    reason: String,
    /// Its last day: `2026-12-24`.
    until: Option<String>,
    declared: Declared,
}

/// What there is to know about a source.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SourceExplained {
    /// What stands for it in the checksum.
    label: String,
    /// The names that do not count.
    left_out: Vec<OutEntry>,
    /// The line for a shell with coreutils that prints its digest, for the working directory.
    command: Option<String>,
    /// Why there is none.
    why_no_command: Option<String>,
    /// The releases that it belongs to.
    producers: Vec<ProducerEntry>,
}

/// A name that does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LeftOut")]
pub(super) struct OutEntry {
    /// Relative to the source; of a directory, nothing below it counts.
    name: String,
    why: OutKind,
    /// The pattern that leaves it out.
    pattern: Option<String>,
    /// Where that is, for one of a `.helmsumignore`.
    declared: Option<Declared>,
}

/// Why a name does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OutKind {
    /// Such names never count.
    Junk,
    /// `exclude=`, or a line of a `.helmsumignore`.
    Excluded,
    /// It is a target.
    Target,
    /// The pattern of the source does not find it.
    Unmatched,
}

/// A release that a source belongs to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Producer")]
struct ProducerEntry {
    release: String,
    /// What puts it before the release that declares the source.
    first_by: Order,
}

/// A commit that moved a checksum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Moved")]
struct MovedEntry {
    /// Its full hash.
    commit: String,
    /// The day of the commit, where its committer was: `2026-12-24`.
    date: String,
    author: String,
    /// The first line of its message.
    subject: String,
    effect: Effect,
    /// The checksum that it recorded; null where it removed it.
    checksum: Option<String>,
    /// The sources that moved it.
    sources: Vec<MovedSource>,
}

/// What helm shows of a release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Pods")]
struct PodsEntry {
    /// What restarts when its checksum moves; null where it has none.
    restarts: Option<RestartsEntry>,
    /// What its workloads read of other releases.
    readings: Vec<ReadingEntry>,
    /// Why it was not looked at.
    why_not: Option<String>,
}

/// A release without a checksum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Undeclared")]
struct UndeclaredEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    declared: Declared,
    /// Whether helmfile would deploy it.
    deployed: bool,
    /// Why it has none.
    why: String,
    /// What helm shows: with `--render`.
    pods: Option<PodsEntry>,
}

/// A code.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Code")]
struct CodeEntry {
    code: &'static str,
    kind: CodeKind,
    /// What the manual says, in Markdown.
    text: String,
}

/// What a code is of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CodeKind {
    Finding,
    /// Why helmsum refuses what helmfile may take.
    Refusal,
    /// What is wrong with something that was written for helmsum.
    Mistake,
}

impl ExplainDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(view: ExplainView<'_>, directory: &Utf8Path) -> Self {
        let Entries { findings, notes, errors } = entries(&view.report.diagnostics, directory);
        let rows = &view.report.releases;
        let answers = || view.explanation.answers.iter();
        let releases: Vec<&OfRelease> = answers()
            .filter_map(|answer| match answer {
                Answer::Release(release) => Some(&**release),
                _ => None,
            })
            .collect();
        let shown = || releases.iter().map(|release| &rows[release.index]);
        let converter = Converter { rows, directory };
        let mut document = Self {
            format: 1,
            environments: view.report.environments.clone(),
            releases: shown().map(|row| ReleaseEntry::of(row, directory)).collect(),
            explained: releases.iter().map(|release| converter.release(release)).collect(),
            undeclared: Vec::new(),
            paths: Vec::new(),
            codes: Vec::new(),
            findings,
            notes,
            errors,
            summary: Summary::of(view.report, shown()),
        };
        for answer in answers() {
            match answer {
                Answer::Release(_) => {}
                Answer::Undeclared(one) => document.undeclared.push(converter.undeclared(one)),
                Answer::Path(path) => document.paths.push(PathEntry::of(path, &converter)),
                Answer::Page(page) => document.codes.push(code(*page)),
            }
        }
        document
    }

    /// The same without secrets.
    #[must_use]
    pub(crate) fn masked(self, secrets: &Secrets) -> serde_json::Value {
        let mut document = serde_json::to_value(self).unwrap_or_default();
        mask(&mut document, secrets);
        document
    }
}

fn mask(value: &mut serde_json::Value, secrets: &Secrets) {
    match value {
        serde_json::Value::String(text) => *text = secrets.mask(text).into_owned(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mask(item, secrets)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| mask(field, secrets)),
        _ => {}
    }
}

fn code(page: Page) -> CodeEntry {
    let kind = match page {
        Page::Finding(_) => CodeKind::Finding,
        Page::Refusal(_) => CodeKind::Refusal,
        Page::Mistake(_) => CodeKind::Mistake,
    };
    CodeEntry { code: page.name(), kind, text: page::text(page) }
}

/// What answers are turned into entries with.
pub(super) struct Converter<'r> {
    /// The consumers by their positions.
    pub(super) rows: &'r [ReleaseRow],
    pub(super) directory: &'r Utf8Path,
}

impl Converter<'_> {
    fn release(&self, of: &OfRelease) -> Explained {
        let row = &self.rows[of.index];
        let place = |place| Declared::of(place, self.directory);
        let (moved, why_not_moved) = moved(&of.moved);
        let sources = row.sources.iter().zip(&of.sources);
        Explained {
            release: row.id(),
            environment: row.environment.clone(),
            declared: place(&of.declared),
            keys: of.keys.clone(),
            auto: of.auto.as_ref().map(place),
            hold: of.hold.as_ref().map(|hold| HoldEntry {
                reason: hold.reason.clone(),
                until: hold.until.map(|until| until.to_string()),
                declared: place(&hold.place),
            }),
            computed: of.computed.map(|digest| digest.to_string()),
            combination: of.combination.clone(),
            sources: sources.map(|(row, source)| self.source(&row.label, source)).collect(),
            moved,
            why_not_moved,
            pods: of.pods.as_ref().map(pods),
        }
    }

    fn source(&self, label: &str, of: &OfSource) -> SourceExplained {
        let (command, why_no_command) = match &of.by_hand {
            ByHand::Command(command) => (Some(command.clone()), None),
            ByHand::None(why) => (None, Some(why.clone())),
        };
        let producer = |first: &First| ProducerEntry { release: first.producer.clone(), first_by: first.by };
        SourceExplained {
            label: label.to_owned(),
            left_out: of.left_out.iter().map(|out| self.out(&out.name, &out.why)).collect(),
            command,
            why_no_command,
            producers: of.first.iter().map(producer).collect(),
        }
    }

    /// A name that does not count.
    pub(super) fn out(&self, name: &str, why: &OutWhy) -> OutEntry {
        let (why, pattern, declared) = match why {
            OutWhy::Junk => (OutKind::Junk, None, None),
            OutWhy::Target => (OutKind::Target, None, None),
            OutWhy::Unmatched => (OutKind::Unmatched, None, None),
            OutWhy::Option(pattern) => (OutKind::Excluded, Some(pattern), None),
            OutWhy::Line(pattern, place) => (OutKind::Excluded, Some(pattern), Some(place)),
        };
        let declared = declared.map(|place| Declared::of(place, self.directory));
        OutEntry { name: name.to_owned(), why, pattern: pattern.cloned(), declared }
    }

    fn undeclared(&self, one: &Undeclared) -> UndeclaredEntry {
        let (deployed, why) = match &one.why {
            Why::NoSources => (true, "it declares no sources, and lists no target".to_owned()),
            Why::NotDeployed(why) => (false, why.clone()),
        };
        UndeclaredEntry {
            release: one.id.clone(),
            environment: one.environment.clone(),
            declared: Declared::of(&one.declared, self.directory),
            deployed,
            why,
            pods: one.pods.as_ref().map(pods),
        }
    }
}

fn moved(moved: &LastMoved) -> (Option<MovedEntry>, Option<String>) {
    let why = match moved {
        LastMoved::At(moved) => return (Some(commit(moved)), None),
        LastMoved::Before(moved) => {
            return (Some(commit(moved)), Some("no commit has this checksum yet".to_owned()));
        }
        LastMoved::Uncommitted => "no commit has the target".to_owned(),
        LastMoved::Never => "no commit moved it".to_owned(),
        LastMoved::Unknown(why) => why.clone(),
        LastMoved::NoTarget => "it has no target".to_owned(),
    };
    (None, Some(why))
}

fn commit(Moved { commit, effect, checksum, sources }: &Moved) -> MovedEntry {
    MovedEntry {
        commit: commit.hash.clone(),
        date: commit.date.clone(),
        author: commit.author.clone(),
        subject: commit.subject.clone(),
        effect: *effect,
        checksum: checksum.clone(),
        sources: sources.iter().map(MovedSource::of).collect(),
    }
}

fn pods(pods: &Pods) -> PodsEntry {
    PodsEntry {
        restarts: pods.restarts.as_ref().map(RestartsEntry::of),
        readings: pods.readings.iter().map(ReadingEntry::of).collect(),
        why_not: pods.why_not.clone(),
    }
}

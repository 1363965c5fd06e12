//! Paths in what `helmsum explain` prints with `--output json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Converter, OutEntry};
use crate::explain::{Existing, MadeOfIt, OfPath, Reads, Through};
use crate::report::audit::ReadingEntry;
use crate::report::json::Declared;
use crate::text::relative;

/// A path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Path")]
pub(super) struct PathEntry {
    /// Relative to the working directory.
    path: String,
    existing: Existing,
    /// The releases whose target it is.
    target_of: Vec<NamedRelease>,
    /// The checksums that it moves.
    moves: Vec<MovesEntry>,
    /// The sources that it lies in and does not count for.
    left_out: Vec<UncountedEntry>,
    /// The sources of which nobody can say whether they contain it, since they cannot be read.
    unread: Vec<UnreadEntry>,
    /// Who is known to read it.
    read_by: Vec<ReaderEntry>,
    /// The objects that are made of it; null without `--render`, and where that cannot be seen: of charts, of state files, and of what does not
    /// exist.
    makes: Option<Vec<ObjectEntry>>,
    /// The releases of which that is not seen, since they cannot be rendered: with `--render`.
    not_rendered: Vec<String>,
}

/// A release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NamedRelease {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
}

/// A checksum that a path moves.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Moves")]
struct MovesEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// The label of the source.
    source: String,
    /// Where the source is declared.
    declared: Declared,
    /// Its name in the source, for a file.
    name: Option<String>,
    /// How many files of a directory count.
    files: Option<usize>,
    /// The release that reads it, where the source is that release, or an object of it.
    producer: Option<String>,
    /// Whether the checksum moves with every change, as far as is known.
    certain: bool,
}

/// A source that a path lies in and does not count for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Uncounted")]
struct UncountedEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// The label of the source.
    source: String,
    /// Where the source is declared.
    declared: Declared,
    left_out: OutEntry,
}

/// A source that a path lies in and that cannot be read.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Unread")]
struct UnreadEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// The label of the source.
    source: String,
    /// Where the source is declared.
    declared: Declared,
}

/// Who reads a path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reader")]
struct ReaderEntry {
    /// A release, or a state file.
    name: String,
    environment: String,
    how: Reads,
}

/// An object that is made of a path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Object")]
struct ObjectEntry {
    environment: String,
    kind: &'static str,
    /// Empty without one.
    namespace: String,
    name: String,
    /// Who reads it.
    readings: Vec<ReadingEntry>,
}

impl PathEntry {
    /// What is known of a path.
    pub(super) fn of(path: &OfPath, converter: &Converter<'_>) -> Self {
        let Converter { rows, directory } = converter;
        let named = |index: usize| (rows[index].id(), rows[index].environment.clone());
        let moves = path.restarting.iter().map(|one| {
            let (release, environment) = named(one.index);
            let (mut name, mut files, mut producer, mut certain) = (None, None, None, true);
            match &one.through {
                Through::Itself => {}
                Through::Name(own) => name = Some(own.clone()),
                Through::Files(count) => files = Some(*count),
                Through::Release(of) => producer = Some(of.clone()),
                Through::Object { producer: of, is_seen } => {
                    (producer, certain) = (Some(of.clone()), *is_seen);
                }
            }
            let declared = Declared::of(&one.declared, directory);
            MovesEntry {
                release,
                environment,
                source: one.label.clone(),
                declared,
                name,
                files,
                producer,
                certain,
            }
        });
        let left_out = path.uncounted.iter().map(|one| {
            let (release, environment) = named(one.index);
            UncountedEntry {
                release,
                environment,
                source: one.label.clone(),
                declared: Declared::of(&one.declared, directory),
                left_out: converter.out(&one.name, &one.why),
            }
        });
        let unread = path.unread.iter().map(|one| {
            let (release, environment) = named(one.index);
            let declared = Declared::of(&one.declared, directory);
            UnreadEntry { release, environment, source: one.label.clone(), declared }
        });
        let target_of = path.target_of.iter().map(|index| {
            let (release, environment) = named(*index);
            NamedRelease { release, environment }
        });
        let read_by = path.readers.iter().map(|reader| ReaderEntry {
            name: reader.name.clone(),
            environment: reader.environment.clone(),
            how: reader.how,
        });
        Self {
            path: relative(&path.path, directory).into_string(),
            existing: path.existing,
            target_of: target_of.collect(),
            moves: moves.collect(),
            left_out: left_out.collect(),
            unread: unread.collect(),
            read_by: read_by.collect(),
            not_rendered: path.unseen.iter().cloned().collect(),
            makes: path.made_of_it.as_ref().map(|all| all.iter().map(object).collect()),
        }
    }
}

fn object(object: &MadeOfIt) -> ObjectEntry {
    ObjectEntry {
        environment: object.environment.clone(),
        kind: object.kind.name(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        readings: object.readers.iter().map(ReadingEntry::of).collect(),
    }
}

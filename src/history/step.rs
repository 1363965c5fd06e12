//! What a commit did to a target.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::plan::{Change, How};
use crate::targets::{Format, Recorded, RecordedSource};

/// What a commit did to the target of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// `namespace/name`, or `name`; several where environments share the target.
    pub(crate) releases: Vec<String>,
    pub(crate) target: Utf8PathBuf,
    pub(crate) effect: Effect,
    /// The checksum that it recorded; nothing where there is none any more.
    pub(crate) checksum: Option<String>,
    /// The sources that moved it, by their labels.
    pub(crate) sources: Vec<StepSource>,
}

/// What that does to pods, once it is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// There was no checksum: pods restart once.
    First,
    /// Another checksum.
    Restarts,
    /// There is none any more.
    Gone,
}

/// A source that moved a checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepSource {
    /// What stands for it in the checksum.
    pub(crate) label: String,
    /// What happened to the source as a whole; nothing where it is declared before and after.
    pub(crate) how: Option<How>,
    /// The files that moved it, as far as the targets name them.
    pub(crate) changes: Vec<Change>,
}

impl Step {
    /// Does something to each name in it.
    pub(super) fn each_name(&mut self, mut change: impl FnMut(&mut String)) {
        self.releases.iter_mut().for_each(&mut change);
        for source in &mut self.sources {
            change(&mut source.label);
            source.changes.iter_mut().for_each(|file| change(&mut file.name));
        }
    }
}

/// The checksum that a target records.
pub(super) fn checksum(recorded: &Recorded, format: &Format) -> Option<String> {
    recorded.checksum(format).or_else(|| recorded.combined())
}

/// What lies between two contents of a target; nothing where the checksum is the same.
pub(super) fn between(
    before: Option<&Recorded>,
    after: Option<&Recorded>,
    format: &Format,
) -> Option<(Effect, Vec<StepSource>)> {
    match (
        before.and_then(|one| Some((one, checksum(one, format)?))),
        after.and_then(|one| Some((one, checksum(one, format)?))),
    ) {
        (None, None) => None,
        (None, Some(_)) => Some((Effect::First, Vec::new())),
        (Some(_), None) => Some((Effect::Gone, Vec::new())),
        (Some((_, before)), Some((_, after))) if before == after => None,
        (Some((before, _)), Some((after, _))) => Some((Effect::Restarts, sources(before, after))),
    }
}

/// The sources that differ.
fn sources(before: &Recorded, after: &Recorded) -> Vec<StepSource> {
    let labels: BTreeSet<&str> =
        before.sources.iter().chain(&after.sources).map(|source| source.label.as_str()).collect();
    let of = |label: &str| {
        let one = before.sources.iter().find(|source| source.label == label);
        let other = after.sources.iter().find(|source| source.label == label);
        let (how, changes) = match (one, other) {
            (Some(one), Some(other)) if one.digest == other.digest => return None,
            (Some(_), Some(other)) => (None, files(before, other)),
            (None, _) => (Some(How::Added), Vec::new()),
            (_, None) => (Some(How::Removed), Vec::new()),
        };
        Some(StepSource { label: label.to_owned(), how, changes })
    };
    labels.into_iter().filter_map(of).collect()
}

/// The files of a source that differ, as far as both targets name them.
fn files(before: &Recorded, after: &RecordedSource) -> Vec<Change> {
    let named = after.files.iter().map(|(name, digest)| (name.as_str(), *digest));
    let Some(mut moved) = before.moved(&after.label, named) else { return Vec::new() };
    let end = after.files.last().filter(|_| after.more).map(|(name, _)| name);
    moved.removed.retain(|name| end.is_none_or(|end| name <= end));
    Change::all(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::{Digest, HashedFile, Notes};
    use crate::targets::{Content, KeyPath, KeyPaths, Section, Subject};

    fn at(key: &str) -> Format {
        Format::Value(KeyPaths::one(KeyPath::of([key])))
    }

    /// A target with these sources, each with files and their contents.
    fn target(key: &str, sources: &[(&str, &[(&str, &str)])]) -> Recorded {
        let file = |(name, content): &(&str, &str)| HashedFile {
            name: (*name).into(),
            digest: Digest::of(content.as_bytes()),
            bytes: 1,
            notes: Notes::default(),
        };
        let files: Vec<Vec<HashedFile>> =
            sources.iter().map(|(_, files)| files.iter().map(file).collect()).collect();
        let section = |((label, contents), files): (&(&'static str, &[(&str, &str)]), _)| Section {
            label,
            name: None,
            kind: "path",
            object: None,
            digest: Digest::of(format!("{contents:?}").as_bytes()),
            files,
        };
        let sources: Vec<(&'static str, &[(&str, &str)])> = sources
            .iter()
            .map(|(label, files)| (if *label == "./a" { "./a" } else { "./b" }, *files))
            .collect();
        let sections: Vec<Section<'_>> =
            sources.iter().zip(&files).map(|(source, files)| section((source, files.as_slice()))).collect();
        let text = Content::new(&sections, &at(key), &Subject::default()).expect("it fits").text;
        Recorded::read(text.as_bytes())
    }

    #[test]
    fn files_that_moved_a_source_are_named() {
        let before = target("sum", &[("./a", &[("./x", "1"), ("./y", "1")])]);
        let after = target("sum", &[("./a", &[("./y", "2"), ("./z", "1")])]);
        let (effect, sources) = between(Some(&before), Some(&after), &at("sum")).expect("a step");
        assert_eq!(effect, Effect::Restarts);
        let changes: Vec<String> = sources[0]
            .changes
            .iter()
            .map(|change| format!("{} {}", change.how.word(), change.name))
            .collect();
        assert_eq!((sources[0].label.as_str(), sources[0].how), ("./a", None));
        assert_eq!(changes, ["removed ./x", "edited ./y", "added ./z"]);
    }

    #[test]
    fn sources_that_come_and_go_are_named() {
        let before = target("sum", &[("./a", &[("./x", "1")])]);
        let after = target("sum", &[("./b", &[("./x", "2")])]);
        let (_, sources) = between(Some(&before), Some(&after), &at("sum")).expect("a step");
        let named: Vec<_> = sources.iter().map(|source| (source.label.as_str(), source.how)).collect();
        assert_eq!(named, [("./a", Some(How::Removed)), ("./b", Some(How::Added))]);
    }

    #[test]
    fn another_place_for_the_same_checksum_restarts_nothing() {
        let files: &[(&str, &str)] = &[("./x", "1")];
        let (before, after) = (target("old", &[("./a", files)]), target("sum", &[("./a", files)]));
        assert_eq!(between(Some(&before), Some(&after), &at("sum")), None);
        assert_eq!(between(None, Some(&after), &at("sum")).map(|(effect, _)| effect), Some(Effect::First));
        assert_eq!(between(Some(&after), None, &at("sum")).map(|(effect, _)| effect), Some(Effect::Gone));
        assert_eq!(between(None, None, &at("sum")), None);
    }
}

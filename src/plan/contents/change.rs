//! What moved a checksum.

use super::source::SourceContents;
use crate::targets::{Moved, Recorded};

/// One file that moved a checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The file, relative to the source.
    pub name: String,
    /// What happened to it.
    pub how: How,
}

impl Change {
    /// All files that differ, in the order of their names.
    pub(crate) fn all(moved: Moved) -> Vec<Self> {
        let mut changes: Vec<Self> =
            [(moved.edited, How::Edited), (moved.added, How::Added), (moved.removed, How::Removed)]
                .into_iter()
                .flat_map(|(names, how)| names.into_iter().map(move |name| Self { name, how }))
                .collect();
        changes.sort_by(|one, other| one.name.cmp(&other.name));
        changes
    }
}

/// What happened to a file since its digest was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its bytes differ.
    Edited,
}

impl How {
    /// One word for it.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Edited => "edited",
        }
    }
}

/// How a source differs from what a target records.
pub(super) fn changes(source: &SourceContents, recorded: &Recorded) -> Vec<Change> {
    if source.is_concealed() {
        let before = recorded.sources.iter().find(|old| old.label == source.label);
        let digest = source.read.as_ref().map(|read| read.digest);
        let how = match before {
            None => Some(How::Added),
            Some(before) => (Some(before.digest) != digest).then_some(How::Edited),
        };
        return how.map(|how| Change { name: source.label.clone(), how }).into_iter().collect();
    }
    let files = source.files().iter().map(|file| (file.name.as_str(), file.digest));
    if let Some(moved) = recorded.moved(&source.label, files) {
        return Change::all(moved);
    }
    let mut names: Vec<&str> = source.files().iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    names.into_iter().map(|name| Change { name: name.to_owned(), how: How::Added }).collect()
}

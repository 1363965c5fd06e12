//! What came of wiring, as data.

use camino::Utf8PathBuf;

use super::draft::Draft;
use crate::reference::Identity;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Proposal {
    pub(crate) draft: Draft,
    pub(crate) outcomes: Vec<Outcome>,
    /// The root of the repository, where anything is missing.
    pub(crate) root: Utf8PathBuf,
}

impl Proposal {
    /// Whether nothing is left to be done by hand.
    pub(crate) fn is_complete(&self) -> bool {
        self.outcomes.iter().all(|outcome| matches!(outcome.verdict, Verdict::Wired { .. }))
    }
}

/// What came of one release.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    /// What its pods read: `secret:db of edge/platform`.
    pub(crate) reads: Vec<String>,
    pub(crate) verdict: Verdict,
}

/// Whether a release is wired.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It is, so.
    Wired {
        /// In words.
        how: String,
        /// What restarts.
        restarts: Vec<Identity>,
        /// Whether another content of the source was seen to do so, and not only another digest.
        is_seen: bool,
        /// What still has to be seen to by hand.
        notes: Vec<String>,
        /// Why nothing is strict yet; nothing where the hook is.
        lenient: Vec<String>,
    },
    /// These edits are not safe to make.
    Told {
        /// Of each way that was tried, the last one being the one that is told.
        why: Vec<String>,
        steps: Vec<Step>,
    },
    /// Nothing is proposed.
    Left { why: Vec<String> },
}

/// An edit in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) file: Utf8PathBuf,
    pub(crate) line: Option<usize>,
    /// Where in the file.
    pub(crate) place: String,
    pub(crate) lines: Vec<String>,
}

//! What a source of a consumer contains.

use super::change::Change;
use crate::checksum::{Digest, Hashed, HashedFile};
use crate::source::Source;

/// A source as it was read.
#[derive(Debug)]
pub(crate) struct SourceContents {
    /// What stands for it in the checksum.
    pub label: String,
    /// The source as it is declared.
    pub source: Source,
    /// What it contains; nothing where it could not be read, or must not count.
    pub read: Option<Read>,
    /// How it differs from what the target records.
    pub changed: Vec<Change>,
}

impl SourceContents {
    /// Whether nothing of it may be named but itself.
    #[must_use]
    pub(crate) fn is_concealed(&self) -> bool {
        self.read.as_ref().map_or_else(|| self.source.is_secret(), |read| read.bytes.is_none())
    }

    /// Its files that may be named.
    #[must_use]
    pub(crate) fn files(&self) -> &[HashedFile] {
        self.read.as_ref().map(|read| read.files.as_slice()).unwrap_or_default()
    }
}

/// What a source contains.
#[derive(Debug)]
pub(crate) struct Read {
    /// Its digest.
    pub digest: Digest,
    /// How many files there are.
    pub count: usize,
    /// Those that may be named.
    pub files: Vec<HashedFile>,
    /// What a release renders or is given, with what was seen in it. Never shown as it is.
    pub(crate) pieces: Vec<HashedFile>,
    /// Their size; nothing for secrets, whose length is nobody's business.
    pub bytes: Option<u64>,
    /// How many names were left out.
    pub excluded: usize,
    /// The release that it comes from, as `namespace/name` or `name`.
    pub producer: Option<String>,
}

/// Why a source that releases render was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It failed, or must not count, and so has the consumer no checksum.
    Failed,
    /// An `auto` found it, and nobody knows what will be in it: the others count.
    LeftOut,
}

impl Default for Read {
    fn default() -> Self {
        Self {
            digest: Digest::of_nothing(),
            count: 0,
            files: Vec::new(),
            pieces: Vec::new(),
            bytes: Some(0),
            excluded: 0,
            producer: None,
        }
    }
}

impl Read {
    pub(super) fn of(hashed: &Hashed, secret: bool) -> Self {
        Self {
            digest: hashed.digest,
            count: hashed.files.len(),
            files: if secret { Vec::new() } else { hashed.files.clone() },
            pieces: Vec::new(),
            bytes: (!secret).then_some(hashed.bytes),
            excluded: hashed.listing.left_out.len(),
            producer: None,
        }
    }
}

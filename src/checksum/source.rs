//! The digest of a source, and the checksum of paths.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::Hasher;
use super::file::{self, FileFault, FileOutcome, Method};
use super::{Digest, Key, Notes, Progress, Transform, combine};
use crate::diagnostic::Diagnostic;
use crate::source::{Left, LeftOut, ListError, ListRequest, Listing, Shape, Targets, list};
use crate::text::listed;
use crate::threads;
use crate::tree::Tree;

/// One file of a source: one line of what its digest is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedFile {
    /// Its name, relative to the source, with `./` in front.
    pub name: String,
    /// The digest of its bytes, or of what an option puts in their place.
    pub digest: Digest,
    /// How many bytes the file has.
    pub bytes: u64,
    /// What was seen in it.
    pub notes: Notes,
}

/// A source with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// The digest of the source.
    pub digest: Digest,
    /// Its files, in the order of their lines.
    pub files: Vec<HashedFile>,
    /// The bytes of all files together.
    pub bytes: u64,
    /// How it was listed, with what was left out: files that helmsum wrote, too.
    pub listing: Listing,
}

impl Hashed {
    /// The patterns of `exclude=` that leave nothing out.
    #[must_use]
    pub fn unused<'p>(&self, exclude: &'p [String]) -> Vec<&'p str> {
        if exclude.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        self.listing.unused(exclude, &names)
    }
}

/// Why there is no checksum.
#[derive(Debug, thiserror::Error)]
pub enum ChecksumError {
    /// The files could not be listed.
    #[error(transparent)]
    List(#[from] ListError),
    /// A file was written to while it was read, and again when it was read once more.
    #[error("`{0}` changes while it is read")]
    Moving(Utf8PathBuf),
    /// A file was replaced by something else after it was listed.
    #[error("`{0}` is no longer a regular file")]
    Replaced(Utf8PathBuf),
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file that `parse=yaml` cannot read, or `decrypt=sops` not decrypt.
    #[error("{}", .0.message)]
    Data(Diagnostic),
    /// `decrypt=sops`, and nothing to decrypt.
    #[error("`decrypt=sops`, but SOPS encrypted no file of `{0}`")]
    NotEncrypted(Utf8PathBuf),
    /// A path that does not exist.
    #[error("`{path}` does not exist; looked for `{tried}`")]
    Missing {
        /// The path as given.
        path: String,
        /// The absolute path.
        tried: Utf8PathBuf,
    },
    /// A path without a file that counts.
    #[error("`{path}` contains no file that counts{left_out}")]
    Empty {
        /// The path as given.
        path: String,
        /// What was left out, as a part of the sentence.
        left_out: String,
    },
    /// Two paths that would give the same line.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// An absolute path among several.
    #[error("the absolute path `{0}` cannot be one of several")]
    Absolute(String),
    /// Data of a rendered object whose digest was not kept.
    #[error("the digest of `{name}` is not known")]
    Unknown {
        /// The name of the datum, escaped.
        name: String,
    },
    /// A path that cannot stand in a checksum.
    #[error("the path `{path}` {fault}")]
    Name {
        /// The path, escaped.
        path: String,
        /// What is wrong with it.
        fault: crate::source::NameError,
    },
}

impl ChecksumError {
    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error(self.to_string());
        match self {
            Self::List(error) => error.diagnostic(),
            Self::Data(problem) => problem.clone(),
            Self::NotEncrypted(_) => problem.hint("encrypt it with `sops encrypt --in-place`, or drop `decrypt=sops`"),
            Self::Moving(_) | Self::Replaced(_) => problem.hint("run it again when nothing writes there"),
            Self::Unreadable { .. } => {
                problem.hint("everything that counts must be readable; leave the rest out with `exclude=`")
            }
            Self::Missing { path, .. } if crate::source::needs_state(path) => {
                problem.hint("only paths are hashed here; what else may be a source is declared for a release, in a values file or in `helmsum.yaml`")
            }
            Self::Missing { .. } => problem.hint("paths are relative to the working directory"),
            Self::Empty { .. } => problem.hint("the checksum of nothing never changes; name a path that contains files"),
            Self::Twice(_) => problem.hint("give every path once"),
            Self::Absolute(_) => problem.hint(
                "with several paths their names are part of the checksum, and an absolute one differs between machines",
            ),
            Self::Unknown { .. } => problem.hint("run it with `--no-cache`, and report it"),
            Self::Name { .. } => problem.hint("rename it, or name the directory above it"),
        }
    }
}

impl FileFault {
    /// The error of a file that has this fault.
    pub(super) fn at(self, path: Utf8PathBuf) -> ChecksumError {
        match self {
            Self::Moving => ChecksumError::Moving(path),
            Self::Special => ChecksumError::Replaced(path),
            Self::Data(problem) => ChecksumError::Data(problem),
            Self::Io(error) => ChecksumError::Unreadable { path, error },
        }
    }
}

/// Hashes the files of a listing, as `docs/checksum.md` says. A listing without files gives the SHA-256 of nothing.
///
/// Files are read in parallel, each in pieces; the order of the lines was fixed before.
///
/// # Errors
///
/// The first file in the order of names that cannot be read, or changes while it is read.
pub fn hash_listing(
    tree: &dyn Tree,
    listing: Listing,
    transform: Transform,
    progress: &Progress,
) -> Result<Hashed, ChecksumError> {
    hash_secret(tree, listing, transform, Surroundings { key: None, targets: &Targets::default() }, progress)
}

/// How many bytes are hashed in less time than it takes to start the threads that would help.
pub(crate) const LIGHT: u64 = 64 << 10;

/// What counts for all sources of a consumer.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The key, for a source of secrets.
    pub key: Option<&'a Key>,
    /// The targets that are known, which are part of no source.
    pub targets: &'a Targets,
}

/// Hashes the files of a listing with a key, where there is one: HMAC-SHA-256 takes the place of SHA-256 for the files and for
/// the lines.
///
/// # Errors
///
/// As [`hash_listing`].
pub(crate) fn hash_secret(
    tree: &dyn Tree,
    listing: Listing,
    transform: Transform,
    surroundings: Surroundings<'_>,
    progress: &Progress,
) -> Result<Hashed, ChecksumError> {
    let Surroundings { key, targets } = surroundings;
    let method = Method { transform, key, targets };
    let one = |name: &String| file::hash(tree, &listing.path_of(name), method, progress);
    let files = listing.files.iter().collect();
    let outcomes = if transform.decrypt {
        threads::map(files, one)
    } else {
        threads::map_light(
            files,
            one,
            (LIGHT, |outcome| match outcome {
                Ok(FileOutcome::Line { bytes, .. }) => *bytes,
                _ => 0,
            }),
        )
    };
    let mut hashed =
        Hashed { digest: Digest::of_nothing(), files: Vec::with_capacity(outcomes.len()), bytes: 0, listing };
    let mut lines = Hasher::new(key);
    for (name, outcome) in std::mem::take(&mut hashed.listing.files).into_iter().zip(outcomes) {
        match outcome {
            Ok(FileOutcome::Target) => hashed.listing.left_out.push(LeftOut { name, why: Left::Target }),
            Ok(FileOutcome::Line { digest, bytes, notes }) => {
                digest.absorb_line(&mut lines, &name);
                hashed.bytes += bytes;
                hashed.files.push(HashedFile { name, digest, bytes, notes });
            }
            Err(fault) => {
                return Err(fault.at(hashed.listing.path_of(&name)));
            }
        }
    }
    if transform.decrypt && !hashed.files.is_empty() && !hashed.files.iter().any(|file| file.notes.decrypted)
    {
        return Err(ChecksumError::NotEncrypted(match hashed.listing.shape {
            Shape::File => hashed.listing.path_of(&hashed.files[0].name),
            _ => hashed.listing.base,
        }));
    }
    hashed.listing.left_out.sort_unstable();
    hashed.digest = lines.finish();
    Ok(hashed)
}

/// The checksum of paths that were given by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathsChecksum {
    /// The checksum of all of them.
    pub checksum: Digest,
    /// Each path with its label, in the order given.
    pub sources: Vec<(String, Hashed)>,
}

/// The checksum of paths as sources without options, which needs no state: what `helmsum hash` prints. Paths are relative to
/// `directory`; directories, files and globs will do. A single path may be absolute, since its name is not hashed.
///
/// # Errors
///
/// Where a path is missing, contains no file that counts, comes twice, or cannot be hashed.
pub fn of_paths<P: AsRef<str>>(
    tree: &dyn Tree,
    directory: &Utf8Path,
    paths: &[P],
    progress: &Progress,
) -> Result<Option<PathsChecksum>, ChecksumError> {
    let mut sources: Vec<(String, Hashed)> = Vec::with_capacity(paths.len());
    for path in paths {
        let path = path.as_ref();
        if path.starts_with('/') && paths.len() > 1 {
            return Err(ChecksumError::Absolute(path.to_owned()));
        }
        crate::source::check(path).map_err(|fault| {
            let path = path.escape_debug().to_string();
            ChecksumError::Name { path, fault }
        })?;
        let label = crate::source::path_label(path);
        if sources.iter().any(|(other, _)| *other == label) {
            return Err(ChecksumError::Twice(path.to_owned()));
        }
        let listing =
            list(&ListRequest { tree, root: None, stay_inside: false, directory, path, exclude: &[] })?;
        if listing.shape == Shape::Missing {
            return Err(ChecksumError::Missing { path: path.to_owned(), tried: listing.base });
        }
        let hashed = hash_listing(tree, listing, Transform::RAW, progress)?;
        if hashed.files.is_empty() {
            let left_out = left_out_names(&hashed.listing.left_out);
            return Err(ChecksumError::Empty { path: path.to_owned(), left_out });
        }
        sources.push((label, hashed));
    }
    let digests: Vec<(&str, Digest)> =
        sources.iter().map(|(label, hashed)| (label.as_str(), hashed.digest)).collect();
    Ok(combine(&digests).map(|checksum| PathsChecksum { checksum, sources }))
}

/// How many names a message lists.
const SHOWN: usize = 5;

/// What was left out, as the end of a sentence: empty, or `; left out: …`.
pub(super) fn left_out_names(left_out: &[LeftOut]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let names: Vec<String> = left_out.iter().map(|left| format!("`{}`", left.name)).collect();
    format!("; left out: {}", listed(&names, SHOWN))
}

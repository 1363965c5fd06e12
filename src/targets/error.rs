//! Why a target is not written.

use std::io;

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;
use crate::text::Place;

/// Why a target is not written; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It is outside of the repository.
    #[error("the target `{path}` is outside of the repository `{root}`")]
    Outside {
        /// The target.
        path: Utf8PathBuf,
        /// The root of the repository.
        root: Utf8PathBuf,
    },
    /// It lies below `.git`, or is called so.
    #[error("the target `{0}` is in the `.git` of a repository")]
    Git(Utf8PathBuf),
    /// A symbolic link.
    #[error("the target `{0}` is a symbolic link")]
    Link(Utf8PathBuf),
    /// A directory, a FIFO, a device.
    #[error("the target `{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// A file that may not be written.
    #[error("the target `{0}` is read-only")]
    ReadOnly(Utf8PathBuf),
    /// A file that is there and cannot be read.
    #[error("the target `{path}` cannot be read: {error}")]
    Unreadable {
        /// The target.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file that is larger than any target.
    #[error("the target `{0}` is larger than 64 MiB")]
    TooLarge(Utf8PathBuf),
    /// Its directory was replaced while it was opened, again and again.
    #[error("the directory of the target `{0}` is replaced while it is written to")]
    Moving(Utf8PathBuf),
    /// A file that helmsum did not write.
    #[error("the target `{0}` was not written by helmsum")]
    Foreign(Utf8PathBuf),
    /// The system would not do it.
    #[error("cannot write the target `{path}`: {error}")]
    Io {
        /// The target.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl TargetError {
    /// The target.
    #[must_use]
    pub fn path(&self) -> &Utf8PathBuf {
        match self {
            Self::Outside { path, .. }
            | Self::Git(path)
            | Self::Unreadable { path, .. }
            | Self::TooLarge(path)
            | Self::Moving(path)
            | Self::Link(path)
            | Self::NotAFile(path)
            | Self::ReadOnly(path)
            | Self::Foreign(path)
            | Self::Io { path, .. } => path,
        }
    }

    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error(self.to_string()).at(Place::file(self.path().clone()));
        match self {
            Self::Outside { .. } => {
                problem.hint("list a file inside of the repository among the values of the release")
            }
            Self::Git(_) => {
                problem.hint("git keeps its files there; list another file among the values of the release")
            }
            Self::Unreadable { .. } => {
                problem.hint("what is in it could be lost: make it readable, or move it away")
            }
            Self::TooLarge(_) => problem.hint("helmsum did not write it: move it away, or list another file"),
            Self::Moving(_) => {
                problem.hint("it is as it was; run it again when nothing moves directories there")
            }
            Self::Link(_) => problem.hint("replace the link by a file, or list the file it leads to"),
            Self::NotAFile(_) => {
                problem.hint("move it away, or list another file among the values of the release")
            }
            Self::ReadOnly(_) => problem.hint("allow writing: `chmod u+w`"),
            Self::Foreign(_) => problem.hint("what is in it would be lost: move it to another values file"),
            Self::Io { error, .. }
                if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
            {
                problem.hint("it is as it was; make room and run it again")
            }
            Self::Io { .. } => problem.hint("it is as it was"),
        }
    }
}

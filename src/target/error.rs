//! Why a target is not written.

use std::io;

use camino::Utf8PathBuf;

use crate::text::{Place, Problem};

/// Why a target is not written; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It lies outside of the repository.
    #[error("the target `{path}` lies outside of the repository `{root}`")]
    Outside {
        /// The target.
        path: Utf8PathBuf,
        /// The root of the repository.
        root: Utf8PathBuf,
    },
    /// A symbolic link.
    #[error("the target `{0}` is a symbolic link")]
    Link(Utf8PathBuf),
    /// A directory, a FIFO, a device.
    #[error("the target `{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// A file that may not be written.
    #[error("the target `{0}` is read-only")]
    ReadOnly(Utf8PathBuf),
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
            | Self::Link(path)
            | Self::NotAFile(path)
            | Self::ReadOnly(path)
            | Self::Foreign(path)
            | Self::Io { path, .. } => path,
        }
    }

    /// The error as the report shows it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let problem = Problem::new(self.to_string()).at(Place::file(self.path().clone()));
        match self {
            Self::Outside { .. } => problem.hint("list a file inside of the repository among the values of the release"),
            Self::Link(_) => problem.hint("replace the link by a file, or list the file it leads to"),
            Self::NotAFile(_) => problem.hint("move it away, or list another file among the values of the release"),
            Self::ReadOnly(_) => problem.hint("allow writing: `chmod u+w`"),
            Self::Foreign(_) => problem.hint(
                "what is in it would be lost: move it to another values file, or run `helmsum generate --force`",
            ),
            Self::Io { error, .. } if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                problem.hint("it is as it was; make room and run it again")
            }
            Self::Io { .. } => problem.hint("it is as it was"),
        }
    }
}

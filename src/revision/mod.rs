//! The files of a commit, as a checkout of it would have them, and which commit somebody means.
//!
//! Everything comes from git's objects: nothing is checked out, the repository is not written to, nothing is fetched, and no program is
//! run that the repository names. What a commit does not decide, such as the files outside of the repository, is that of another tree.

mod attributes;
mod base;
mod commit;
mod files;
mod listing;
mod objects;
mod repository;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

#[cfg(test)]
pub(crate) use base::Base;
pub(crate) use base::default_base;
pub(crate) use commit::{Commit, commit};
pub(crate) use files::Revision;

use crate::diagnostic::Diagnostic;
use crate::tree::Tree;
use repository::Repository;

/// The tree of a commit of the repository around `directory`, which is absolute. What lies outside of it is as in `below`.
///
/// # Errors
///
/// Where there is no such repository, or git cannot be asked.
pub(crate) fn tree(
    directory: &Utf8Path,
    commit: &Commit,
    below: Arc<dyn Tree>,
) -> Result<Arc<Revision>, Diagnostic> {
    Revision::of(Repository::around(directory)?, commit, below).map(Arc::new)
}

/// The top of the work tree around `directory`, with every link resolved.
///
/// # Errors
///
/// Where there is no repository, or it has no work tree.
pub(crate) fn top(directory: &Utf8Path) -> Result<Utf8PathBuf, Diagnostic> {
    Ok(Repository::around(directory)?.top)
}

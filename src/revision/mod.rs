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

#[cfg(test)]
pub(crate) use base::Base;
pub(crate) use base::default_base;
pub(crate) use commit::{Commit, commit};
pub(crate) use files::Revision;
pub(crate) use repository::Repository;

use crate::diagnostic::Diagnostic;
use crate::tree::Tree;

/// The tree of a commit of a repository. What lies outside of that is as in `below`.
///
/// # Errors
///
/// Where git cannot be asked.
pub(crate) fn tree(
    repository: &Repository,
    commit: &Commit,
    below: Arc<dyn Tree>,
) -> Result<Arc<Revision>, Diagnostic> {
    Revision::of(repository.clone(), commit, below).map(Arc::new)
}

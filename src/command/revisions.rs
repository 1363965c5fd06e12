//! Reading a project as a commit has it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::diff::with_packages;
use crate::go::filepath::join_clean;
use crate::plan::{self, Reading};
use crate::revision::{self, Commit};
use crate::text::{Place, relative};
use crate::tree::{Kind, Recorded, Tree, WorkTree};

/// What a project is read with as a commit has it.
pub(super) struct AtCommit {
    pub(super) tree: Arc<Recorded>,
    pub(super) context: plan::Context,
    pub(super) reading: Reading,
}

impl AtCommit {
    /// For a commit of the repository whose work tree is at `root`.
    ///
    /// # Errors
    ///
    /// Where git has no answer.
    pub(super) fn of(
        context: &Context,
        reading: &Reading,
        root: &Utf8Path,
        commit: &Commit,
    ) -> Result<Self, Diagnostic> {
        let tree = revision::tree(root, commit, Arc::new(WorkTree))?;
        let tree = Arc::new(Recorded::new(with_packages(root, tree, &WorkTree)));
        Ok(Self {
            context: plan::Context { revision: Some(commit.id.clone()), ..context.plan.clone() },
            reading: reading.over(Arc::clone(&tree) as Arc<dyn Tree>),
            tree,
        })
    }
}

/// The errors among what was said of a project as a commit has it, but for those that are said already. Their places are told in words:
/// the line that stands there now may be another one.
pub(super) fn errors_of(
    found: &[Diagnostic],
    context: &Context,
    commit: &Commit,
    said: &[Diagnostic],
) -> Vec<Diagnostic> {
    let errors = found.iter().filter(|one| one.is_error());
    let new = errors.filter(|error| said.iter().all(|one| one.message != error.message));
    new.map(|error| at_commit(error, context, commit)).collect()
}

fn at_commit(problem: &Diagnostic, context: &Context, commit: &Commit) -> Diagnostic {
    let at = problem.place.as_ref().map(|place| {
        let shown = Place { file: relative(&place.file, &context.plan.directory), ..place.clone() };
        format!(", {shown}")
    });
    let message = format!("in {}{}: {}", commit.short, at.unwrap_or_default(), problem.message);
    let told = Diagnostic::error(message);
    match &problem.hint {
        Some(hint) => told.hint(hint.clone()),
        None => told,
    }
}

/// The directory that the repository is looked for around: that of the state file where one is named.
pub(super) fn around(context: &Context, reading: &Reading) -> Utf8PathBuf {
    let directory = &context.plan.directory;
    let Some(file) = reading.file() else { return directory.clone() };
    let path = join_clean(directory, file);
    let is_directory = WorkTree.stat(&path).is_ok_and(|stat| stat.kind == Kind::Directory);
    let around = if is_directory { Some(path.as_path()) } else { path.parent() };
    around.filter(|around| WorkTree.stat(around).is_ok()).unwrap_or(directory).to_owned()
}

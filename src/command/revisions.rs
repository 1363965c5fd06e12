//! Reading a project as a commit has it.

use std::sync::Arc;

use camino::Utf8PathBuf;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::diff::with_packages;
use crate::go::filepath::join_clean;
use crate::plan::{self, Reading};
use crate::revision::{self, Commit, Repository, Revision};
use crate::text::{Place, relative};
use crate::tree::{Kind, Recorded, Tree, WorkTree};

/// What a project is read with as a commit has it.
pub(super) struct AtCommit {
    pub(super) tree: Arc<Recorded>,
    pub(super) origin: Origin,
    pub(super) context: plan::Context,
    pub(super) reading: Reading,
}

/// Where a project comes from that was read as a commit has it.
pub(super) struct Origin {
    revision: Arc<Revision>,
    pub(super) commit: Commit,
}

impl AtCommit {
    /// For a commit of a repository.
    ///
    /// # Errors
    ///
    /// Where git has no answer.
    pub(super) fn of(
        context: &plan::Context,
        reading: &Reading,
        repository: &Repository,
        commit: &Commit,
    ) -> Result<Self, Diagnostic> {
        let revision = revision::tree(repository, commit, Arc::new(WorkTree))?;
        let with = with_packages(&repository.top, Arc::clone(&revision) as Arc<dyn Tree>, &WorkTree);
        let tree = Arc::new(Recorded::new(with));
        Ok(Self {
            context: plan::Context { revision: Some(commit.id.clone()), ..context.clone() },
            reading: reading.over(Arc::clone(&tree) as Arc<dyn Tree>),
            tree,
            origin: Origin { revision, commit: commit.clone() },
        })
    }
}

impl Origin {
    /// The errors that it gave, but for those that are `said` already: those of its plan, `found`, and for each file of which nobody can say
    /// what the commit has there, why. Places are told in words: the line that stands there now may be another one.
    pub(super) fn errors(
        &self,
        found: &[Diagnostic],
        context: &Context,
        said: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        let errors = found.iter().filter(|one| one.is_error());
        let new = errors.filter(|error| said.iter().all(|one| one.message != error.message));
        let mut errors: Vec<Diagnostic> = new.map(|error| at_commit(error, context, &self.commit)).collect();
        // Who looks for a file takes each of them for one that is not there.
        for (path, why) in self.revision.unknown() {
            let shown = relative(&path, &context.plan.directory);
            let message = format!("in {}, `{shown}` cannot be read: {why}", self.commit.short);
            if errors.iter().all(|error| !error.message.contains(&why)) {
                errors.push(Diagnostic::error(message));
            }
        }
        errors
    }
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

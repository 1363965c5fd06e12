//! The repository around a project.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::program::{GitError, git};

/// A repository with a work tree.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// The top of its work tree, with every link resolved.
    pub(crate) top: Utf8PathBuf,
    /// Its `.git`, or what stands for that in a linked work tree.
    pub(super) directory: Utf8PathBuf,
    /// The file with attributes that are no part of any commit.
    pub(super) attributes: Utf8PathBuf,
    /// Whether it lacks commits that others are based on.
    pub(super) is_shallow: bool,
}

impl Repository {
    /// The one around a directory, which is absolute.
    ///
    /// # Errors
    ///
    /// Where there is none, or it has no work tree.
    pub(crate) fn around(directory: &Utf8Path) -> Result<Self, Diagnostic> {
        let arguments = [
            "rev-parse",
            "--is-shallow-repository",
            "--absolute-git-dir",
            "--git-path",
            "info/attributes",
            "--show-toplevel",
        ];
        let finished = git(directory, &arguments, "", &[]).map_err(|error| absent(directory, &error))?;
        let output = String::from_utf8(finished.output)
            .map_err(|_| Diagnostic::error("the path of the git repository is not UTF-8"))?;
        let [is_shallow, own, attributes, top] = output.lines().collect::<Vec<_>>()[..] else {
            return Err(Diagnostic::error(format!(
                "the path of the git repository around `{directory}` has a line break"
            )));
        };
        Ok(Self {
            top: top.into(),
            directory: own.into(),
            attributes: directory.join(attributes),
            is_shallow: is_shallow == "true",
        })
    }

    /// What git answers at the top of the work tree.
    ///
    /// # Errors
    ///
    /// As [`git`].
    pub(super) fn ask(&self, arguments: &[&str], also: &[i32]) -> Result<Vec<u8>, GitError> {
        git(&self.top, arguments, "", also).map(|finished| finished.output)
    }

    /// As [`Repository::ask`], without the end of the line; nothing where git refuses.
    ///
    /// # Errors
    ///
    /// Where git cannot be asked.
    pub(super) fn word(&self, arguments: &[&str]) -> Result<Option<String>, Diagnostic> {
        match self.ask(arguments, &[]) {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output);
                Ok(Some(text.trim_end_matches('\n').to_owned()).filter(|text| !text.is_empty()))
            }
            Err(GitError::Refused(_)) => Ok(None),
            Err(error) => Err(self.problem(&error)),
        }
    }

    /// That git cannot be asked.
    pub(super) fn problem(&self, error: &GitError) -> Diagnostic {
        let problem = Diagnostic::error(format!("git in `{}`: {error}", self.top));
        match error {
            GitError::Missing(_) => problem.hint("install git: what a commit has is read with it"),
            GitError::Broken(_) | GitError::Refused(_) => problem,
        }
    }
}

/// That there is no repository to read commits of.
fn absent(directory: &Utf8Path, error: &GitError) -> Diagnostic {
    let here = "run it in a clone of the repository";
    match error {
        GitError::Missing(_) => {
            Diagnostic::error(format!("git: {error}")).hint("install git: what a commit has is read with it")
        }
        GitError::Refused(why) if why.starts_with("not a git repository") => Diagnostic::error(format!(
            "`{directory}` is not in a git repository, and only that has revisions"
        ))
        .hint(here),
        GitError::Refused(why) if why.contains("must be run in a work tree") => {
            Diagnostic::error(format!("`{directory}` is in a git repository without a work tree"))
                .hint("run it in a clone that has one, or in a `git worktree`")
        }
        GitError::Refused(why) if why.contains("dubious ownership") => Diagnostic::error(format!(
            "git in `{directory}`: {why}"
        ))
        .hint("if you trust it: `git config --global --add safe.directory` with the path of the repository"),
        GitError::Broken(_) | GitError::Refused(_) => {
            Diagnostic::error(format!("git in `{directory}`: {error}"))
        }
    }
}

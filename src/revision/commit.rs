//! The commit that a name means.

use super::repository::Repository;
use crate::diagnostic::Diagnostic;
use crate::text::nearest;

/// A commit of the repository around a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its full hash.
    pub(crate) id: String,
    /// A short hash that is not that of another commit.
    pub(crate) short: String,
    /// As somebody named it.
    pub(crate) named: String,
}

/// The commit that a name means, in any form that git takes.
///
/// # Errors
///
/// Where there is no such commit in the repository.
pub(crate) fn commit(repository: &Repository, name: &str) -> Result<Commit, Diagnostic> {
    // What is no name could be an option of git, and no name of git begins so.
    if name.is_empty() || name.starts_with('-') || name.contains('\0') {
        let message = if name.is_empty() {
            "the name of a commit is empty".to_owned()
        } else {
            format!("`{name}` is not the name of a commit")
        };
        return Err(
            Diagnostic::error(message).hint("name a commit, a branch or a tag, as `git log` takes it")
        );
    }
    let Some(object) = repository.word(&["rev-parse", "--quiet", "--verify", name])? else {
        return Err(unknown(repository, name, None)?);
    };
    // Of a tag, the commit that it leads to. A line of its own comes before.
    let told = repository.word(&["rev-list", "--max-count=1", "--no-walk", "--format=%H %h", &object])?;
    match told.as_deref().and_then(|told| told.lines().last()?.split_once(' ')) {
        Some((id, short)) => {
            Ok(Commit { id: id.to_owned(), short: short.to_owned(), named: name.to_owned() })
        }
        None => Err(unknown(repository, name, Some(&object))?),
    }
}

/// That no commit has this name, or that it is the name of something else.
fn unknown(repository: &Repository, name: &str, other: Option<&str>) -> Result<Diagnostic, Diagnostic> {
    if let Some(kind) = other.and_then(|other| repository.word(&["cat-file", "-t", other]).transpose()) {
        return Ok(Diagnostic::error(format!("`{name}` is not a commit but a {}", kind?))
            .hint("name a commit, a branch or a tag that leads to one"));
    }
    if name.contains("..") {
        return Ok(Diagnostic::error(format!("`{name}` is a range, and not one commit"))
            .hint("give its two ends, with a space between them"));
    }
    let problem =
        Diagnostic::error(format!("there is no commit `{name}` in the git repository `{}`", repository.top));
    if repository.word(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"])?.is_none() {
        return Ok(problem.hint("nothing is committed there yet: commit first"));
    }
    let listed = repository.word(&["for-each-ref", "--format=%(refname:lstrip=2)"])?.unwrap_or_default();
    let suffix = format!("/{name}");
    let remote = || listed.lines().find(|known| known.ends_with(&suffix));
    if let Some(meant) = remote().or_else(|| nearest(name, listed.lines())) {
        return Ok(problem.hint(format!("did you mean `{meant}`?")));
    }
    Ok(problem.hint(if repository.is_shallow {
        "this clone is shallow: get the rest with `git fetch --unshallow`; in a pipeline, check out with `fetch-depth: 0` (GitLab: `GIT_DEPTH: 0`)"
    } else {
        "if another clone has it, `git fetch` the branch or the tag that leads to it"
    }))
}

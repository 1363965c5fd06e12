//! What is compared with, where nobody says so.

use super::commit::{Commit, commit};
use super::repository::Repository;
use crate::diagnostic::Diagnostic;

/// A commit that was chosen, and why this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) commit: Commit,
    /// As a report says it: `merge base with origin/main`.
    pub(crate) how: String,
}

/// The variable in which GitHub names the branch that a pull request is for.
const OF_GITHUB: &str = "GITHUB_BASE_REF";

/// The variable in which GitLab names the commit that a merge request is compared with.
const OF_GITLAB: &str = "CI_MERGE_REQUEST_DIFF_BASE_SHA";

/// What a default branch is called, the likeliest first.
const DEFAULTS: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// The last commit that `HEAD` and the branch it is meant for have in common. That branch is the one of the pull request or merge request
/// in a pipeline, as `variable` tells, else the default branch.
///
/// # Errors
///
/// Where there is no such branch in the repository, or no commit in common.
pub(crate) fn default_base(
    repository: &Repository,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Base, Diagnostic> {
    let given = |name| variable(name).filter(|text| !text.is_empty());
    let (reference, shown) = if let Some(branch) = given(OF_GITHUB) {
        let candidates = [format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")];
        let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
        first_of(repository, &candidates)?.ok_or_else(|| {
            lacking(format!("this clone does not have the branch `{branch}`, which `{OF_GITHUB}` names"))
        })?
    } else if let Some(id) = given(OF_GITLAB) {
        if commit(repository, &id).is_err() {
            return Err(lacking(format!(
                "this clone does not have the commit `{id}`, which `{OF_GITLAB}` names"
            )));
        }
        (id, OF_GITLAB.to_owned())
    } else {
        let found = first_of(repository, &DEFAULTS)?;
        if found.is_none() {
            // That there is no commit at all says more.
            commit(repository, "HEAD")?;
        }
        found.ok_or_else(|| {
            Diagnostic::error(
                "there is no default branch to compare with: neither `origin/HEAD`, nor `main`, nor `master`",
            )
            .hint("name the commit to compare with, such as a branch or a tag")
        })?
    };
    match repository.word(&["merge-base", "HEAD", &reference])? {
        Some(id) => Ok(Base { commit: commit(repository, &id)?, how: format!("merge base with {shown}") }),
        None if repository.is_shallow => Err(lacking(format!(
            "this clone is shallow, and does not have the last commit that `HEAD` and `{shown}` have in common"
        ))),
        None => Err(Diagnostic::error(format!("`HEAD` and `{shown}` have no commit in common"))
            .hint("name the commit to compare with")),
    }
}

/// That a clone has too little, and how to get the rest.
fn lacking(message: String) -> Diagnostic {
    Diagnostic::error(message).hint(
        "check out all of the history: `fetch-depth: 0` for `actions/checkout`, `GIT_DEPTH: 0` for GitLab, `git fetch --unshallow` by hand",
    )
}

/// The first of these references that there is, and what it is called.
fn first_of(repository: &Repository, candidates: &[&str]) -> Result<Option<(String, String)>, Diagnostic> {
    let mut arguments = vec!["for-each-ref", "--format=%(refname) %(symref)"];
    arguments.extend(candidates);
    let listed = repository.word(&arguments)?.unwrap_or_default();
    let known: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let found = candidates.iter().find_map(|candidate| known.iter().find(|(name, _)| name == candidate));
    Ok(found.map(|(name, leads_to)| {
        let shown = if leads_to.is_empty() { name } else { leads_to };
        let shown =
            shown.trim_start_matches("refs/").trim_start_matches("remotes/").trim_start_matches("heads/");
        ((*name).to_owned(), shown.to_owned())
    }))
}

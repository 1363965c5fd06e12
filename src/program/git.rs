//! git, as helmsum starts it: it looks at a repository, runs nothing that this names, and fetches nothing.

use std::time::Duration;

use camino::Utf8Path;

use super::{Failure, Finished, LookupError, Program, own_path, own_variables};

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why git has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no git.
    #[error("{0}")]
    Missing(#[from] LookupError),
    /// It did not come to an end.
    #[error("{0}")]
    Broken(#[from] Failure),
    /// It failed, and this is the first line that it printed about that.
    #[error("{0}")]
    Refused(String),
}

/// What git answers in a directory; `input` is its standard input. An exit status other than 0 and those in `also` is an error.
///
/// # Errors
///
/// As [`GitError`] says.
pub(crate) fn git(
    directory: &Utf8Path,
    arguments: &[&str],
    input: impl Into<Vec<u8>>,
    also: &[i32],
) -> Result<Finished, GitError> {
    let finished = git_program(directory, arguments)?.input(input).with_errors().at_most(PATIENCE).run()?;
    let code = finished.status.code();
    if code == Some(0) || also.iter().any(|also| code == Some(*also)) {
        return Ok(finished);
    }
    Err(GitError::Refused(first_words(&String::from_utf8_lossy(&finished.errors))))
}

/// git with its arguments, which has not started yet.
///
/// # Errors
///
/// Where there is no git.
pub(crate) fn git_program(directory: &Utf8Path, arguments: &[&str]) -> Result<Program, LookupError> {
    // Variables of a hook that git runs name another repository or index. Those of the configuration are the user's.
    let variables = own_variables().filter(|(name, _)| {
        let name = name.as_encoded_bytes();
        !name.starts_with(b"GIT_") || name.starts_with(b"GIT_CONFIG_") || name == b"GIT_ATTR_NOSYSTEM"
    });
    let program = Program::find("git", own_path().as_deref())?
        // A program that the repository's own configuration names.
        .arguments(["-c", "core.fsmonitor="])
        .arguments(arguments.iter().copied())
        .variables(variables)
        .variables([("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0")])
        // What a partial clone lacks stays where it is, also where the configuration allows a protocol, and git is too old for the first.
        .variables([("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "")])
        .directory(directory);
    Ok(program)
}

/// The first line of what git says of a failure; what it warns of comes before that.
pub(crate) fn first_words(errors: &str) -> String {
    let mut lines = errors.lines();
    let first = lines.clone().next().unwrap_or_default();
    let fatal = lines.find_map(|line| line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")));
    fatal.unwrap_or(first).to_owned()
}

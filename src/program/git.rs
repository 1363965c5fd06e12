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
    // Variables of a hook that git runs name another repository or index. Those of the configuration are the user's.
    let variables = own_variables().filter(|(name, _)| {
        let name = name.as_encoded_bytes();
        !name.starts_with(b"GIT_") || name.starts_with(b"GIT_CONFIG_")
    });
    let finished = Program::find("git", own_path().as_deref())?
        // A program that the repository's own configuration names; and what a partial clone lacks stays where it is.
        .arguments(["-c", "core.fsmonitor=", "-c", "protocol.allow=never"])
        .arguments(arguments.iter().copied())
        .variables(variables)
        .variables([("LC_ALL", "C")])
        .directory(directory)
        .input(input)
        .with_errors()
        .at_most(PATIENCE)
        .run()?;
    let code = finished.status.code();
    if code == Some(0) || also.iter().any(|also| code == Some(*also)) {
        return Ok(finished);
    }
    let errors = String::from_utf8_lossy(&finished.errors);
    let first = errors.lines().next().unwrap_or_default();
    Err(GitError::Refused(first.strip_prefix("fatal: ").unwrap_or(first).to_owned()))
}

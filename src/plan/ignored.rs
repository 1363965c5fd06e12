//! What git ignores.

use std::process::{Command, Stdio};

use camino::Utf8Path;

/// Whether git ignores a file of the repository at `root`: it is no part of a commit, and each machine makes its own.
pub(crate) fn git_ignores(root: &Utf8Path, path: &Utf8Path) -> bool {
    let mut git = Command::new("git");
    // Variables of a hook that git runs name another repository or index.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
        git.env_remove(name);
    }
    let status = git
        // A program that the repository's own configuration names.
        .args(["-c", "core.fsmonitor=", "check-ignore", "--quiet", "--"])
        .arg(path)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

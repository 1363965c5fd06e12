//! Another post-renderer, which runs first.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;

use crate::diagnostic::{Diagnostic, Refusal};
use crate::program::{Failure, Program, own_path, own_variables};

/// The most bytes that it may print: more than any cluster keeps of a release.
const MOST: usize = 256 << 20;

/// What another post-renderer came to.
#[derive(Debug)]
pub(crate) struct Filtered {
    /// The manifests that it printed, or why there are none.
    pub(crate) manifests: Result<Vec<u8>, Diagnostic>,
    /// What it said on standard error.
    pub(crate) said: Vec<u8>,
}

/// Gives manifests to a program with its arguments, and takes what it prints. Without a program they stay as they are. `allowed` is
/// whether it may run.
pub(crate) fn filtered(program: &[OsString], manifests: Vec<u8>, allowed: bool) -> Filtered {
    let [name, arguments @ ..] = program else {
        return Filtered { manifests: Ok(manifests), said: Vec::new() };
    };
    let shown = name.to_string_lossy();
    let failed = |problem: Diagnostic| Filtered { manifests: Err(problem), said: Vec::new() };
    if !allowed {
        let message =
            format!("`{shown}` is to run before `helmsum annotate`, and `--no-exec` forbids running it");
        let problem = Diagnostic::refused(Refusal::NoExec, message);
        return failed(problem.hint("run without `--no-exec` if the program is to be trusted"));
    }
    let not_started = |error: &dyn std::fmt::Display| {
        let message =
            format!("`{shown}`, which is to run before `helmsum annotate`, cannot be started: {error}");
        failed(Diagnostic::error(message).hint("install it, or correct what stands after `--`"))
    };
    let found = match Program::find(name, own_path().as_deref()) {
        Ok(found) => found,
        Err(error) => return not_started(&error),
    };
    let found = found.arguments(arguments).variables(own_variables()).input(manifests);
    let finished = match found.with_errors().prints_at_most(MOST).run() {
        Ok(finished) => finished,
        Err(Failure::NotStarted(error)) => return not_started(&error),
        Err(failure) => {
            let message =
                format!("`{shown}`, which runs before `helmsum annotate`, gives no manifests: {failure}");
            return failed(Diagnostic::error(message));
        }
    };
    let status = finished.status;
    let manifests = if status.success() {
        Ok(finished.output)
    } else {
        let how = match (status.code(), status.signal()) {
            (Some(code), _) => format!("failed with exit code {code}"),
            (None, Some(signal)) => format!("was ended by signal {signal}"),
            (None, None) => "failed".to_owned(),
        };
        let message = format!("`{shown}`, which runs before `helmsum annotate`, {how}");
        Err(Diagnostic::error(message).hint("what it said stands above"))
    };
    Filtered { manifests, said: finished.errors }
}

//! Which helm helmfile works with (`pkg/helmexec/exec.go: GetHelmVersion`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use camino::Utf8PathBuf;
use regex::Regex;

use super::request::Request;
use super::resolved::Visit;
use crate::diagnostic::Diagnostic;
use crate::program::{Confidential, Placement, Program};

/// How long helm may take to say its version.
const PATIENCE: Duration = Duration::from_secs(60);

/// The major versions of the helm programs that a run has asked, by directory and name. Each is asked once.
#[derive(Clone, Debug, Default)]
pub struct HelmVersions(Rc<RefCell<BTreeMap<(Utf8PathBuf, String), u64>>>);

impl Visit {
    /// The major version of the program that helmfile calls for helm: `helm version --short` says it.
    ///
    /// # Errors
    ///
    /// Where the program cannot be started, fails, or names no version. helmfile gives up then, too.
    pub fn helm_major(&self, request: &Request) -> Result<u64, Diagnostic> {
        self.major_of_helm(&self.helm_binary, request)
    }

    /// The major version of a program that is a helm, asked in the same way.
    ///
    /// # Errors
    ///
    /// As [`Self::helm_major`].
    pub(crate) fn major_of_helm(&self, helm: &str, request: &Request) -> Result<u64, Diagnostic> {
        let key = (self.working_directory.clone(), helm.to_owned());
        if let Some(major) = request.helm_versions.0.borrow().get(&key) {
            return Ok(*major);
        }
        let failed = |error: &dyn std::fmt::Display| {
            Diagnostic::error(format!("`{helm}` cannot be asked for its version: {error}"))
                .hint("install helm, or name it with `--helm-binary`")
        };
        let mut files = Confidential::new(Placement::Folder);
        let directory = files.directory(&self.working_directory).map_err(|error| failed(&error))?;
        let output = Program::find(helm, request.path())
            .map_err(|error| failed(&error))?
            .arguments(["version", "--short"])
            .variables(request.variables.iter())
            .directory(directory)
            .at_most(PATIENCE)
            .run()
            .map_err(|failure| failed(&failure))?;
        let hint = "helmfile asks it the same, and stops where there is no answer";
        if !output.status.success() {
            let message = format!("`{helm} version --short` failed ({})", output.status);
            return Err(Diagnostic::error(message).hint(hint));
        }
        let Some(major) = major_of(&String::from_utf8_lossy(&output.output)) else {
            return Err(Diagnostic::error(format!("`{helm} version --short` names no version")).hint(hint));
        };
        request.helm_versions.0.borrow_mut().insert(key, major);
        Ok(major)
    }
}

/// The first number of the version in what helm prints (chartify's `util.go: FindSemVerInfo`): `v4.3.2`, `v3.22.0+g0000000`,
/// and without the `v` only at the beginning.
fn major_of(printed: &str) -> Option<u64> {
    let printed = printed.trim();
    let version = Regex::new("v([0-9]+)").expect("the pattern is good");
    let found = if printed.starts_with(|character: char| character.is_ascii_digit()) {
        version.captures(&format!("v{printed}"))?[1].parse()
    } else {
        version.captures(printed)?[1].parse()
    };
    found.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_what_helm_prints() {
        for (printed, expected) in [
            ("v4.3.2\n", Some(4)),
            ("v3.22.0+g0000000", Some(3)),
            ("4.0.0-rc.1", Some(4)),
            ("version: v10.1", Some(10)),
            ("WARNING: a file of 2 lines\nv3.22.0", Some(3)),
            ("helm", None),
            ("", None),
        ] {
            assert_eq!(major_of(printed), expected, "{printed}");
        }
    }
}

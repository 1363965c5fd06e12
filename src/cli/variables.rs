//! Environment variables, read once.
//!
//! Those of helmfile mean what they mean to helmfile (`pkg/envvar/const.go`, `pkg/config/global.go`): an empty one counts as
//! absent. What changes how a state is read is left to `state`, which gets all of them.

use std::ffi::OsString;

/// What helmsum sets for the programs it starts, so that a helmsum among them knows that it runs inside another.
pub(crate) const RUNNING: &str = "HELMSUM_RUNNING";

/// The variables that change what a run does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of its own")]
pub(crate) struct Variables {
    /// `HELMFILE_QUIET`, the default of `--quiet`.
    pub quiet: bool,
    /// `HELMFILE_DEBUG`, the default of `--debug`.
    pub debug: bool,
    /// `HELMFILE_NO_COLOR` or `NO_COLOR`, the default of `--no-color`.
    pub no_color: bool,
    /// `GITHUB_ACTIONS`: a workflow runs, so that findings are written as annotations too.
    pub github_actions: bool,
    /// `GITHUB_WORKSPACE`: the checkout, which paths in annotations are relative to.
    pub github_workspace: Option<String>,
    /// `GITHUB_STEP_SUMMARY`: the file that a workflow step appends its summary to.
    pub github_step_summary: Option<String>,
    /// `HELMSUM_KEY_FILE`: the file with the key that digests of secrets are made with.
    pub key_file: Option<String>,
    /// `HELMSUM_CACHE_DIR`: the folder for what helm has rendered, in the place of `helmsum` in the user's cache folder.
    pub cache_directory: Option<String>,
    /// `HELMSUM_CACHE`: `verify` has helm render all the same, and a difference is an error.
    pub cache: Option<String>,
    /// `HELMSUM_HELMFILE_PID`: the process of the helmfile whose hook runs this, where it is not found by its name.
    pub helmfile_process: Option<String>,
    /// `HELMSUM_RUNNING`: helmsum was started by something that helmsum runs.
    pub running: bool,
}

impl Variables {
    /// Those of this process.
    #[must_use]
    pub(crate) fn of_process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// Those that `lookup` knows.
    ///
    /// A variable that is not UTF-8 counts as absent, for what it names could not be shown.
    pub(crate) fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            lookup(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
        };
        let on = |name: &str| text(name).as_deref() == Some("true");
        Self {
            quiet: on("HELMFILE_QUIET"),
            debug: on("HELMFILE_DEBUG"),
            no_color: on("HELMFILE_NO_COLOR") || text("NO_COLOR").is_some(),
            github_actions: on("GITHUB_ACTIONS"),
            github_workspace: text("GITHUB_WORKSPACE"),
            github_step_summary: text("GITHUB_STEP_SUMMARY"),
            key_file: text("HELMSUM_KEY_FILE"),
            cache_directory: text("HELMSUM_CACHE_DIR"),
            cache: text("HELMSUM_CACHE"),
            helmfile_process: text("HELMSUM_HELMFILE_PID"),
            running: text(RUNNING).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let variables = Variables::from_lookup(|name| match name {
            "GITHUB_STEP_SUMMARY" => Some("".into()),
            "GITHUB_WORKSPACE" => Some("/r".into()),
            "HELMFILE_QUIET" | "NO_COLOR" => Some("1".into()),
            _ => None,
        });
        let expected =
            Variables { github_workspace: Some("/r".into()), no_color: true, ..Variables::default() };
        assert_eq!(variables, expected);
    }

    #[test]
    fn either_variable_takes_colours_away() {
        for (name, value, expected) in [
            ("HELMFILE_NO_COLOR", "true", true),
            ("HELMFILE_NO_COLOR", "yes", false),
            ("NO_COLOR", "x", true),
        ] {
            let variables = Variables::from_lookup(|asked| (asked == name).then(|| value.into()));
            assert_eq!(variables.no_color, expected, "{name}={value}");
        }
    }
}

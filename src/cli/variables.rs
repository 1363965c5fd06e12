//! Environment variables, read once.
//!
//! Those of helmfile mean what they mean to helmfile (`pkg/envvar/const.go`, `pkg/config/global.go`): an empty one counts as
//! absent.

use std::ffi::OsString;

/// The variables that change what a run does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of its own")]
pub struct Variables {
    /// `HELMFILE_FILE_PATH`, the default of `--file`.
    pub file: Option<String>,
    /// `HELMFILE_ENVIRONMENT`, the default of `--environment`.
    pub environment: Option<String>,
    /// `HELMFILE_NAMESPACE`, the default of `--namespace`.
    pub namespace: Option<String>,
    /// `HELMFILE_KUBE_CONTEXT`, the default of `--kube-context`.
    pub kube_context: Option<String>,
    /// `HELMFILE_HELM_BINARY`, the default of `--helm-binary`.
    pub helm_binary: Option<String>,
    /// `HELMFILE_QUIET`, the default of `--quiet`.
    pub quiet: bool,
    /// `HELMFILE_DEBUG`, the default of `--debug`.
    pub debug: bool,
    /// `HELMFILE_NO_COLOR` or `NO_COLOR`, the default of `--no-color`.
    pub no_color: bool,
    /// `GITHUB_ACTIONS`: a workflow runs, so that findings are written as annotations too.
    pub github_actions: bool,
    /// `GITHUB_STEP_SUMMARY`: the file that a workflow step appends its summary to.
    pub github_step_summary: Option<String>,
    /// `HELMSUM_RUNNING`: helmsum was started by something that helmsum runs.
    pub running: bool,
}

impl Variables {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// Those that `lookup` knows.
    ///
    /// A variable that is not UTF-8 counts as absent, for what it names could not be shown.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            lookup(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
        };
        let on = |name: &str| text(name).as_deref() == Some("true");
        Self {
            file: text("HELMFILE_FILE_PATH"),
            environment: text("HELMFILE_ENVIRONMENT"),
            namespace: text("HELMFILE_NAMESPACE"),
            kube_context: text("HELMFILE_KUBE_CONTEXT"),
            helm_binary: text("HELMFILE_HELM_BINARY"),
            quiet: on("HELMFILE_QUIET"),
            debug: on("HELMFILE_DEBUG"),
            no_color: on("HELMFILE_NO_COLOR") || text("NO_COLOR").is_some(),
            github_actions: on("GITHUB_ACTIONS"),
            github_step_summary: text("GITHUB_STEP_SUMMARY"),
            running: text("HELMSUM_RUNNING").is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let variables = Variables::from_lookup(|name| match name {
            "HELMFILE_FILE_PATH" => Some("".into()),
            "HELMFILE_ENVIRONMENT" => Some("prod".into()),
            "HELMFILE_QUIET" | "NO_COLOR" => Some("1".into()),
            _ => None,
        });
        let expected = Variables { environment: Some("prod".into()), no_color: true, ..Variables::default() };
        assert_eq!(variables, expected);
    }
}

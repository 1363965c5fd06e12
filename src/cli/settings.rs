//! What is meant: arguments and variables, with defaults filled in and words parsed.

use super::{OutputArgs, OutputFormat, StateArgs, Variables};
use crate::plan::{Environments, NotARelease, Request};
use crate::report::Colour;
use crate::state::Additions;

/// How a run reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Output {
    /// How the report looks.
    pub format: OutputFormat,
    /// Whether findings are written as annotations for GitHub Actions.
    pub annotations: bool,
    /// The checkout, which paths in annotations are relative to.
    pub workspace: Option<camino::Utf8PathBuf>,
    /// The file that gets a summary for GitHub Actions.
    pub step_summary: Option<String>,
    /// Colours, where the user said so.
    pub colour: Option<Colour>,
    /// Whether warnings count as denied.
    pub strict: bool,
    /// Only findings and errors.
    pub quiet: bool,
    /// What is read and why.
    pub debug: bool,
}

impl Output {
    /// Arguments over variables.
    #[must_use]
    pub(crate) fn resolve(typed: OutputArgs, variables: &Variables) -> Self {
        let format = typed.output.unwrap_or(OutputFormat::Human);
        Self {
            format,
            annotations: format == OutputFormat::Github || variables.github_actions,
            workspace: variables.github_workspace.clone().map(Into::into),
            step_summary: variables.github_step_summary.clone(),
            colour: match (typed.color, typed.no_color || variables.no_color) {
                (true, _) => Some(Colour::On),
                (false, true) => Some(Colour::Off),
                (false, false) => None,
            },
            strict: typed.strict,
            quiet: typed.quiet || variables.quiet,
            debug: typed.debug || variables.debug,
        }
    }
}

impl StateArgs {
    /// What arguments mean. An empty option counts as absent, as for helmfile.
    ///
    /// # Errors
    ///
    /// For a `--release` that names nothing, and for `--all-environments` together with what names one environment.
    pub(crate) fn request(self) -> Result<Request, SettingsError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let environment = given(self.environment);
        if self.all_environments && environment.is_some() {
            return Err(SettingsError::EnvironmentAndAll);
        }
        if self.all_environments && self.expect_environment.is_some() {
            return Err(SettingsError::ExpectationAndAll);
        }
        Ok(Request {
            file: given(self.file),
            environments: if self.all_environments {
                Environments::All
            } else {
                Environments::One(environment)
            },
            namespace: self.namespace,
            kube_context: self.kube_context,
            state_values_set: self.state_values_set,
            state_values_set_string: self.state_values_set_string,
            state_values_file: self.state_values_file,
            no_exec: self.no_exec,
            helm_binary: given(self.helm_binary),
            expect_environment: self.expect_environment,
            helmfile_command: given(self.helmfile_command),
            chart: given(self.chart),
            additions: Additions {
                set: self.set,
                values: self.values,
                args: given(self.args).unwrap_or_default(),
                template_args: given(self.template_args).unwrap_or_default(),
                kube_version: given(self.kube_version).unwrap_or_default(),
                post_renderer: given(self.post_renderer).unwrap_or_default(),
                post_renderer_args: self.post_renderer_args,
                skip_deps: self.skip_deps,
                ..Additions::default()
            },
            selectors: self.selector,
            releases: self.release.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
            allow_no_match: self.allow_no_matching_release,
        })
    }
}

/// Wrong usage that only shows once the options are looked at together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// A `--release` that names nothing.
    #[error(transparent)]
    Release(#[from] NotARelease),
    /// One environment and all of them.
    #[error("`--environment` and `--all-environments` exclude each other")]
    EnvironmentAndAll,
    /// One digest for several environments.
    #[error("`--expect-environment` and `--all-environments` exclude each other")]
    ExpectationAndAll,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_option_counts_as_absent() {
        let typed =
            StateArgs { environment: Some(String::new()), file: Some("x".into()), ..StateArgs::default() };
        let request = typed.request().expect("resolves");
        assert_eq!(request.environments, Environments::One(None));
        assert_eq!(request.file.as_deref(), Some("x"));
    }

    #[test]
    fn all_environments_exclude_one() {
        let all = StateArgs { all_environments: true, ..StateArgs::default() };
        let one = StateArgs { environment: Some("prod".into()), ..all.clone() };
        let proved = StateArgs { expect_environment: Some("e3".into()), ..all.clone() };
        assert_eq!(one.request(), Err(SettingsError::EnvironmentAndAll));
        assert_eq!(proved.request(), Err(SettingsError::ExpectationAndAll));
        assert_eq!(all.request().map(|request| request.environments), Ok(Environments::All));
    }

    #[test]
    fn only_commands_known_to_deploy_nothing_are_let_through() {
        let with = |command: &str| {
            let typed = StateArgs { helmfile_command: Some(command.into()), ..StateArgs::default() };
            typed.request().expect("resolves").deploys_nothing()
        };
        assert!(with("destroy") && with("list") && with("status"));
        assert!(!with("sync") && !with("template") && !with("unheard-of") && !with(""));
    }
}

//! What is meant: arguments and variables, with defaults filled in and words parsed.

use std::fmt;

use super::{OutputArgs, OutputFormat, StateArgs, Variables};
use crate::report::Colour;
use crate::state::Additions;

/// How a run reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Output {
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
    pub fn resolve(typed: &OutputArgs, variables: &Variables) -> Self {
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

/// Which state is meant, and which of its releases. What helmfile has variables for is filled in where the state is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The state file or directory.
    pub file: Option<String>,
    /// The environments.
    pub environments: Environments,
    /// The namespace of all releases. A hook that gives an empty one says that helmfile was given none.
    pub namespace: Option<String>,
    /// The kube context of all releases, empty as the namespace is.
    pub kube_context: Option<String>,
    /// `--state-values-set`, in order.
    pub state_values_set: Vec<String>,
    /// `--state-values-set-string`, in order.
    pub state_values_set_string: Vec<String>,
    /// `--state-values-file`, in order.
    pub state_values_file: Vec<String>,
    /// Whether no program of the project may run.
    pub no_exec: bool,
    /// The helm binary.
    pub helm_binary: Option<String>,
    /// What the environment's digest is expected to be. Given empty, it proves nothing, and so it stays.
    pub expect_environment: Option<String>,
    /// The helmfile command that runs this hook.
    pub helmfile_command: Option<String>,
    /// The chart of all releases.
    pub chart: Option<String>,
    /// What helmfile gives helm for every release beside what the state says.
    pub additions: Additions,
    /// `--selector`, in order, as typed.
    pub selectors: Vec<String>,
    /// `--release`, in order.
    pub releases: Vec<ReleaseFilter>,
    /// Whether nothing matching is fine.
    pub allow_no_match: bool,
}

/// The environments that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Environments {
    /// The one that was named, else the default one.
    One(Option<String>),
    /// All that the state defines.
    All,
}

impl Request {
    /// What arguments mean. An empty option counts as absent, as for helmfile.
    ///
    /// # Errors
    ///
    /// For a `--release` that names nothing, and for `--all-environments` together with what names one environment.
    pub fn resolve(typed: StateArgs) -> Result<Self, SettingsError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let environment = given(typed.environment);
        if typed.all_environments && environment.is_some() {
            return Err(SettingsError::EnvironmentAndAll);
        }
        if typed.all_environments && typed.expect_environment.is_some() {
            return Err(SettingsError::ExpectationAndAll);
        }
        Ok(Self {
            file: given(typed.file),
            environments: if typed.all_environments {
                Environments::All
            } else {
                Environments::One(environment)
            },
            namespace: typed.namespace,
            kube_context: typed.kube_context,
            state_values_set: typed.state_values_set,
            state_values_set_string: typed.state_values_set_string,
            state_values_file: typed.state_values_file,
            no_exec: typed.no_exec,
            helm_binary: given(typed.helm_binary),
            expect_environment: typed.expect_environment,
            helmfile_command: given(typed.helmfile_command),
            chart: given(typed.chart),
            additions: Additions {
                set: typed.set,
                values: typed.values,
                args: given(typed.args).unwrap_or_default(),
                template_args: given(typed.template_args).unwrap_or_default(),
                kube_version: given(typed.kube_version).unwrap_or_default(),
                post_renderer: given(typed.post_renderer).unwrap_or_default(),
                post_renderer_args: typed.post_renderer_args,
                skip_deps: typed.skip_deps,
                ..Additions::default()
            },
            selectors: typed.selector,
            releases: typed.release.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
            allow_no_match: typed.allow_no_matching_release,
        })
    }

    /// Whether a hook of helmfile's runs this.
    #[must_use]
    pub const fn in_hook(&self) -> bool {
        self.helmfile_command.is_some()
    }

    /// Whether the helmfile command that runs this hook deploys nothing, and reads no values files either, so that it must
    /// not fail over a checksum. What is not known is taken for a command that deploys.
    #[must_use]
    pub fn deploys_nothing(&self) -> bool {
        const HARMLESS: [&str; 7] = ["destroy", "delete", "status", "test", "list", "show-dag", "pull"];
        self.helmfile_command.as_deref().is_some_and(|command| HARMLESS.contains(&command))
    }
}

/// `[NS/]NAME`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFilter {
    /// The namespace, where one was given; an empty one means releases without a namespace.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ReleaseFilter {
    /// Whether a release of this namespace and name is meant.
    #[must_use]
    pub fn matches(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace.as_deref().is_none_or(|wanted| wanted == namespace)
    }
}

impl std::str::FromStr for ReleaseFilter {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let (namespace, name) = match text.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, text),
        };
        if name.is_empty() || namespace.as_ref().is_some_and(|namespace| namespace.contains('/')) {
            return Err(SettingsError::Release(text.to_owned()));
        }
        Ok(Self { namespace, name: name.to_owned() })
    }
}

impl fmt::Display for ReleaseFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(out, "{namespace}/")?;
        }
        out.write_str(&self.name)
    }
}

/// Wrong usage that only shows once the options are looked at together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A `--release` that names nothing.
    #[error("`--release {0}` is not `NAME` or `NAMESPACE/NAME`")]
    Release(String),
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
    fn an_empty_namespace_means_releases_without_one() {
        let filter: ReleaseFilter = "/web".parse().expect("parses");
        assert!(filter.matches("", "web"));
        assert!(!filter.matches("edge", "web"));
        let anywhere: ReleaseFilter = "web".parse().expect("parses");
        assert!(anywhere.matches("edge", "web"));
        for wrong in ["", "edge/", "a/b/c"] {
            assert_eq!(wrong.parse::<ReleaseFilter>(), Err(SettingsError::Release(wrong.into())));
        }
    }

    #[test]
    fn an_empty_option_counts_as_absent() {
        let typed =
            StateArgs { environment: Some(String::new()), file: Some("x".into()), ..StateArgs::default() };
        let request = Request::resolve(typed).expect("resolves");
        assert_eq!(request.environments, Environments::One(None));
        assert_eq!(request.file.as_deref(), Some("x"));
    }

    #[test]
    fn all_environments_exclude_one() {
        let all = StateArgs { all_environments: true, ..StateArgs::default() };
        let one = StateArgs { environment: Some("prod".into()), ..all.clone() };
        let proved = StateArgs { expect_environment: Some("e3".into()), ..all.clone() };
        assert_eq!(Request::resolve(one), Err(SettingsError::EnvironmentAndAll));
        assert_eq!(Request::resolve(proved), Err(SettingsError::ExpectationAndAll));
        assert_eq!(Request::resolve(all).map(|request| request.environments), Ok(Environments::All));
    }

    #[test]
    fn only_commands_known_to_deploy_nothing_are_let_through() {
        let with = |command: &str| {
            let typed = StateArgs { helmfile_command: Some(command.into()), ..StateArgs::default() };
            Request::resolve(typed).expect("resolves").deploys_nothing()
        };
        assert!(with("destroy") && with("list") && with("status"));
        assert!(!with("sync") && !with("template") && !with("unheard-of") && !with(""));
    }
}

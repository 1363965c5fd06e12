//! The options about a state: clap fills them, and whoever reads a state, renders a release or judges a hook has them as they are.
//!
//! They are accepted before and after the command. clap's own global options would drop what was given before as soon as
//! one is given after, so they are declared in both places and merged here: repeatable ones add up, of single ones the
//! one after the command wins.

use std::fmt;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use super::release::{NotARelease, ReleaseFilter};

const SELECTION: &str = "Selection";
const READING: &str = "Reading the state";
const RENDERING: &str = "Rendering, for sources `configmap:`, `secret:`, `object:` and `release:`";

/// Which state is read, how, and which of its releases count. What helmfile has variables for is filled in where the state is read.
#[derive(Args, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// The state file or directory [default: `HELMFILE_FILE_PATH`, else found]
    ///
    /// Without it, `helmfile.yaml`, `helmfile.yaml.gotmpl` or `helmfile.d` in the working directory.
    #[arg(short, long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath, help_heading = READING)]
    pub file: Option<String>,

    /// The environment [default: `HELMFILE_ENVIRONMENT`, else `default`]
    #[arg(short, long, value_name = "NAME", help_heading = READING)]
    pub environment: Option<String>,

    /// Read the state once for every environment it defines
    #[arg(long, help_heading = READING)]
    pub all_environments: bool,

    /// Namespace of all releases, as for helmfile [default: `HELMFILE_NAMESPACE`]
    ///
    /// A hook passes `{{ .Namespace }}`: that of helmfile's command line or of the state file, empty where there is none.
    #[arg(short, long, value_name = "NAME", help_heading = READING)]
    pub namespace: Option<String>,

    /// Kube context of all releases [default: `HELMFILE_KUBE_CONTEXT`]
    ///
    /// In a hook, an empty one says that helmfile is never given this option.
    #[arg(long, value_name = "NAME", help_heading = READING)]
    pub kube_context: Option<String>,

    /// Set state values, typed: `a.b=1,c=true` (repeatable)
    #[arg(long, value_name = "KEY=VALUE", help_heading = READING)]
    pub state_values_set: Vec<String>,

    /// Set state values, all of them strings (repeatable)
    #[arg(long, value_name = "KEY=VALUE", help_heading = READING)]
    pub state_values_set_string: Vec<String>,

    /// State values from a file (repeatable)
    #[arg(long, value_name = "PATH", help_heading = READING)]
    pub state_values_file: Vec<String>,

    /// Run no program of the project: no `exec`, no helm that the state names, no post-renderer, no `sops`
    #[arg(long, help_heading = READING)]
    pub no_exec: bool,

    /// The helm to run for releases [default: `HELMFILE_HELM_BINARY`, else that of the state]
    #[arg(short = 'b', long, value_name = "PATH", help_heading = READING)]
    pub helm_binary: Option<String>,

    /// The digest of the environment as helmfile read it
    ///
    /// For hooks: what helmsum read is compared with it, and a difference is refused. Where a state file is read through
    /// its parent, it also says which reading is meant.
    #[arg(long, value_name = "SHA256", help_heading = READING)]
    pub expect_environment: Option<String>,

    /// The helmfile command that runs this hook
    ///
    /// With one that deploys nothing (`destroy`, `status`, `test`, `list` …) what is found is shown, and the exit code
    /// is 0.
    #[arg(long, value_name = "COMMAND", help_heading = READING)]
    pub helmfile_command: Option<String>,

    /// As for helmfile: values that helm gets for every release (repeatable)
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true, help_heading = RENDERING)]
    pub set: Vec<String>,

    /// As for helmfile: a values file that helm gets for every release (repeatable)
    ///
    /// Relative to the state file; where several state files are read in one run, to the working directory.
    #[arg(long, value_name = "PATH", allow_hyphen_values = true, help_heading = RENDERING)]
    pub values: Vec<String>,

    /// As for helmfile: further options of helm, for every release
    ///
    /// What `helm template` does not know is left out.
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true, help_heading = RENDERING)]
    pub args: Option<String>,

    /// As for helmfile: further options of `helm template`, in place of `helmDefaults.templateArgs`
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true, help_heading = RENDERING)]
    pub template_args: Option<String>,

    /// As for helmfile: the version of Kubernetes that charts are rendered for
    #[arg(long, value_name = "VERSION", help_heading = RENDERING)]
    pub kube_version: Option<String>,

    /// As for helmfile: the chart of all releases
    #[arg(short = 'c', long, value_name = "CHART", help_heading = RENDERING)]
    pub chart: Option<String>,

    /// As for helmfile: the post renderer of releases that have none of their own
    #[arg(long, value_name = "PATH", help_heading = RENDERING)]
    pub post_renderer: Option<String>,

    /// As for helmfile: an argument of the post renderer (repeatable)
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true, help_heading = RENDERING)]
    pub post_renderer_args: Vec<String>,

    /// As for helmfile: use the dependencies in `charts/` as they are
    #[arg(long, help_heading = RENDERING)]
    pub skip_deps: bool,

    /// Have helm render anew what earlier runs have rendered
    ///
    /// What they rendered is else kept, without values of secrets, in `$HELMSUM_CACHE_DIR`, or in `helmsum` of the user's cache folder.
    #[arg(long, help_heading = RENDERING)]
    pub no_cache: bool,

    /// Only releases with these labels: `tier=edge,name!=x` (repeatable, any may match)
    #[arg(short = 'l', long, value_name = "KEY=VALUE", help_heading = SELECTION)]
    pub selector: Vec<String>,

    /// Only this release, or this entry of `checksums:` (repeatable)
    #[arg(long, value_name = "[NS/]NAME", help_heading = SELECTION)]
    pub release: Vec<ReleaseFilter>,

    /// Exit with 0 where nothing matched
    #[arg(long, help_heading = SELECTION)]
    pub allow_no_matching_release: bool,

    /// helmfile's `--sync-args`: options for `helm upgrade`. This and what follows is only taken from helmfile's own command line.
    #[arg(skip)]
    pub sync_args: Option<String>,

    /// helmfile's `--skip-schema-validation`.
    #[arg(skip)]
    pub skip_schema_validation: bool,

    /// helmfile's `--reuse-values`.
    #[arg(skip)]
    pub reuse_values: bool,

    /// helmfile's `--reset-values`, which wins over any `reuseValues`.
    #[arg(skip)]
    pub reset_values: bool,

    /// Whether helm runs this as the post-renderer of a release, so that helmfile has said what it says to a hook.
    #[arg(skip)]
    pub in_post_renderer: bool,

    /// What helmfile calls helm for.
    #[arg(skip)]
    pub purpose: Purpose,
}

/// What helmfile calls helm for, which decides what of the options in the state helm gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// It is not known: helmsum is run by hand, and helmfile comes later.
    #[default]
    Unknown,
    /// To print manifests: `helm template` gets `templateArgs`.
    Template,
    /// To deploy them, or to show what a deployment would change: `helm upgrade` gets `syncArgs`.
    Upgrade,
}

impl fmt::Debug for Options {
    /// Values may be secret, so none is told.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("file", &self.file)
            .field("environment", &self.environment)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The long name of an option about the state that was given before the command.
    pub(super) fn first_given(matches: &ArgMatches) -> Option<String> {
        let from_command_line = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        // Usually there is nothing at all before the command.
        if !matches.ids().any(|id| from_command_line(id.as_str())) {
            return None;
        }
        let about_state = Self::augment_args(clap::Command::new("state"));
        let is_given = |argument: &&clap::Arg| from_command_line(argument.get_id().as_str());
        Some(about_state.get_arguments().find(is_given)?.get_long()?.to_owned())
    }

    /// Whether a hook of helmfile's runs this.
    #[must_use]
    pub(crate) const fn in_hook(&self) -> bool {
        self.helmfile_command.is_some()
    }

    /// Whether helmfile has filled in these options, for a hook or a post-renderer.
    #[must_use]
    pub(crate) const fn are_told(&self) -> bool {
        self.in_hook() || self.in_post_renderer
    }

    /// Whether the helmfile command that runs this hook deploys nothing, and reads no values files either, so that it must
    /// not fail over a checksum. What is not known is taken for a command that deploys.
    #[must_use]
    pub(crate) fn deploys_nothing(&self) -> bool {
        const HARMLESS: [&str; 7] = ["destroy", "delete", "status", "test", "list", "show-dag", "pull"];
        self.helmfile_command.as_deref().is_some_and(|command| HARMLESS.contains(&command))
    }

    /// Looks at the options together.
    ///
    /// # Errors
    ///
    /// For a `--release` that names nothing, and for `--all-environments` together with what names one environment.
    pub(crate) fn check(&self) -> Result<(), Contradiction> {
        if self.all_environments && self.environment.is_some() {
            return Err(Contradiction::EnvironmentAndAll);
        }
        if self.all_environments && self.expect_environment.is_some() {
            return Err(Contradiction::ExpectationAndAll);
        }
        self.release.iter().try_for_each(ReleaseFilter::check).map_err(Contradiction::Release)
    }

    /// These, with those given after the command over them. An empty one counts as absent then, as for helmfile, but where that
    /// says something: an empty namespace or context is that of a helmfile that was given none, and an empty digest proves nothing.
    #[must_use]
    pub(super) fn merge(self, after: Self) -> Self {
        let single = |before: Option<String>, after: Option<String>| after.or(before);
        let filled = |before, after| single(before, after).filter(|text: &String| !text.is_empty());
        Self {
            file: filled(self.file, after.file),
            environment: filled(self.environment, after.environment),
            all_environments: self.all_environments || after.all_environments,
            namespace: single(self.namespace, after.namespace),
            kube_context: single(self.kube_context, after.kube_context),
            state_values_set: joined(self.state_values_set, after.state_values_set),
            state_values_set_string: joined(self.state_values_set_string, after.state_values_set_string),
            state_values_file: joined(self.state_values_file, after.state_values_file),
            no_exec: self.no_exec || after.no_exec,
            helm_binary: filled(self.helm_binary, after.helm_binary),
            expect_environment: single(self.expect_environment, after.expect_environment),
            helmfile_command: filled(self.helmfile_command, after.helmfile_command),
            set: joined(self.set, after.set),
            values: joined(self.values, after.values),
            args: filled(self.args, after.args),
            template_args: filled(self.template_args, after.template_args),
            kube_version: filled(self.kube_version, after.kube_version),
            chart: filled(self.chart, after.chart),
            post_renderer: filled(self.post_renderer, after.post_renderer),
            post_renderer_args: joined(self.post_renderer_args, after.post_renderer_args),
            skip_deps: self.skip_deps || after.skip_deps,
            no_cache: self.no_cache || after.no_cache,
            selector: joined(self.selector, after.selector),
            release: joined(self.release, after.release),
            allow_no_matching_release: self.allow_no_matching_release || after.allow_no_matching_release,
            // The command line has none of these.
            sync_args: self.sync_args,
            skip_schema_validation: self.skip_schema_validation,
            reuse_values: self.reuse_values,
            reset_values: self.reset_values,
            in_post_renderer: self.in_post_renderer,
            purpose: self.purpose,
        }
    }
}

fn joined<T>(mut before: Vec<T>, after: Vec<T>) -> Vec<T> {
    before.extend(after);
    before
}

/// Wrong usage that only shows once the options are looked at together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Contradiction {
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
        let before =
            Options { environment: Some("prod".into()), file: Some("x".into()), ..Options::default() };
        let after = Options {
            environment: Some(String::new()),
            namespace: Some(String::new()),
            ..Options::default()
        };
        let options = before.merge(after);
        assert_eq!(options.environment, None);
        assert_eq!(options.file.as_deref(), Some("x"));
        assert_eq!(options.namespace.as_deref(), Some(""));
    }

    #[test]
    fn all_environments_exclude_one() {
        let all = Options { all_environments: true, ..Options::default() };
        let one = Options { environment: Some("prod".into()), ..all.clone() };
        let proved = Options { expect_environment: Some("e3".into()), ..all.clone() };
        assert_eq!(one.check(), Err(Contradiction::EnvironmentAndAll));
        assert_eq!(proved.check(), Err(Contradiction::ExpectationAndAll));
        assert_eq!(all.check(), Ok(()));
    }

    #[test]
    fn only_commands_known_to_deploy_nothing_are_let_through() {
        let with = |command: &str| {
            Options { helmfile_command: Some(command.into()), ..Options::default() }.deploys_nothing()
        };
        assert!(with("destroy") && with("list") && with("status"));
        assert!(!with("sync") && !with("template") && !with("unheard-of") && !with(""));
    }
}

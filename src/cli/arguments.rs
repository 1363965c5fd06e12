//! Options that several commands share, as typed.
//!
//! They are accepted before and after the command. clap's own global options would drop what was given before as soon as
//! one is given after, so they are declared in both places and merged here: repeatable ones add up, of single ones the
//! one after the command wins.

use clap::{ArgAction, Args, ValueEnum};

const SELECTION: &str = "Selection";
const READING: &str = "Reading the state";
const RENDERING: &str = "Rendering, for sources `configmap:`, `secret:` and `release:`";
const OUTPUT: &str = "Output";

/// Which state is read, how, and which of its releases count.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct StateArgs {
    /// The state file or directory [default: `HELMFILE_FILE_PATH`, else found]
    ///
    /// Without it, `helmfile.yaml`, `helmfile.yaml.gotmpl` or `helmfile.d` in the working directory.
    #[arg(short, long, value_name = "PATH", help_heading = READING)]
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

    /// Only releases with these labels: `tier=edge,name!=x` (repeatable, any may match)
    #[arg(short = 'l', long, value_name = "KEY=VALUE", help_heading = SELECTION)]
    pub selector: Vec<String>,

    /// Only this release, or this entry of `checksums:` (repeatable)
    #[arg(long, value_name = "[NS/]NAME", help_heading = SELECTION)]
    pub release: Vec<String>,

    /// Exit with 0 where nothing matched
    #[arg(long, help_heading = SELECTION)]
    pub allow_no_matching_release: bool,
}

impl StateArgs {
    /// These, with those given after the command over them.
    #[must_use]
    pub(crate) fn merge(self, after: Self) -> Self {
        Self {
            file: after.file.or(self.file),
            environment: after.environment.or(self.environment),
            all_environments: self.all_environments || after.all_environments,
            namespace: after.namespace.or(self.namespace),
            kube_context: after.kube_context.or(self.kube_context),
            state_values_set: joined(self.state_values_set, after.state_values_set),
            state_values_set_string: joined(self.state_values_set_string, after.state_values_set_string),
            state_values_file: joined(self.state_values_file, after.state_values_file),
            no_exec: self.no_exec || after.no_exec,
            helm_binary: after.helm_binary.or(self.helm_binary),
            expect_environment: after.expect_environment.or(self.expect_environment),
            helmfile_command: after.helmfile_command.or(self.helmfile_command),
            set: joined(self.set, after.set),
            values: joined(self.values, after.values),
            args: after.args.or(self.args),
            template_args: after.template_args.or(self.template_args),
            kube_version: after.kube_version.or(self.kube_version),
            chart: after.chart.or(self.chart),
            post_renderer: after.post_renderer.or(self.post_renderer),
            post_renderer_args: joined(self.post_renderer_args, after.post_renderer_args),
            skip_deps: self.skip_deps || after.skip_deps,
            selector: joined(self.selector, after.selector),
            release: joined(self.release, after.release),
            allow_no_matching_release: self.allow_no_matching_release || after.allow_no_matching_release,
        }
    }

    /// The long name of an option that was given.
    #[must_use]
    pub(crate) fn first_given(&self) -> Option<&'static str> {
        let Self {
            file,
            environment,
            all_environments,
            namespace,
            kube_context,
            state_values_set,
            state_values_set_string,
            state_values_file,
            no_exec,
            helm_binary,
            expect_environment,
            helmfile_command,
            set,
            values,
            args,
            template_args,
            kube_version,
            chart,
            post_renderer,
            post_renderer_args,
            skip_deps,
            selector,
            release,
            allow_no_matching_release,
        } = self;
        [
            (file.is_some(), "file"),
            (environment.is_some(), "environment"),
            (*all_environments, "all-environments"),
            (namespace.is_some(), "namespace"),
            (kube_context.is_some(), "kube-context"),
            (!state_values_set.is_empty(), "state-values-set"),
            (!state_values_set_string.is_empty(), "state-values-set-string"),
            (!state_values_file.is_empty(), "state-values-file"),
            (*no_exec, "no-exec"),
            (helm_binary.is_some(), "helm-binary"),
            (expect_environment.is_some(), "expect-environment"),
            (helmfile_command.is_some(), "helmfile-command"),
            (!set.is_empty(), "set"),
            (!values.is_empty(), "values"),
            (args.is_some(), "args"),
            (template_args.is_some(), "template-args"),
            (kube_version.is_some(), "kube-version"),
            (chart.is_some(), "chart"),
            (post_renderer.is_some(), "post-renderer"),
            (!post_renderer_args.is_empty(), "post-renderer-args"),
            (*skip_deps, "skip-deps"),
            (!selector.is_empty(), "selector"),
            (!release.is_empty(), "release"),
            (*allow_no_matching_release, "allow-no-matching-release"),
        ]
        .into_iter()
        .find_map(|(given, name)| given.then_some(name))
    }
}

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Human,
    /// One JSON document; its schemas are in `docs/schema`
    Json,
    /// For people, with annotations and a summary for GitHub Actions
    Github,
}

/// What is said, and how.
#[derive(Args, Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct OutputArgs {
    /// How the report looks [default: human]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = OUTPUT)]
    pub output: Option<OutputFormat>,

    /// Deny every warning
    #[arg(long, help_heading = OUTPUT)]
    pub strict: bool,

    /// Colours even where nobody watches
    #[arg(long, overrides_with = "no_color", help_heading = OUTPUT)]
    pub color: bool,

    /// No colours [default: `NO_COLOR`, `HELMFILE_NO_COLOR`]
    #[arg(long, overrides_with = "color", help_heading = OUTPUT)]
    pub no_color: bool,

    /// Only findings and errors [default: `HELMFILE_QUIET`]
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    /// Say what is read and why [default: `HELMFILE_DEBUG`]
    #[arg(long, action = ArgAction::SetTrue, help_heading = OUTPUT)]
    pub debug: bool,
}

impl OutputArgs {
    /// These, with those given after the command over them.
    #[must_use]
    pub(crate) fn merge(self, after: Self) -> Self {
        let (color, no_color) = match (after.color, after.no_color) {
            (false, false) => (self.color, self.no_color),
            chosen => chosen,
        };
        Self {
            output: after.output.or(self.output),
            strict: self.strict || after.strict,
            color,
            no_color,
            quiet: self.quiet || after.quiet,
            debug: self.debug || after.debug,
        }
    }
}

fn joined(mut before: Vec<String>, after: Vec<String>) -> Vec<String> {
    before.extend(after);
    before
}

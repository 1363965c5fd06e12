//! What reading a state gives: visits and their releases, after templating, merging and overriding.

use std::cell::OnceCell;
use std::rc::Rc;

use camino::Utf8PathBuf;

use super::helm::{HelmOptions, Repository};
use super::located::Located;
use super::location::Base;
use super::needs::Needs;
use super::remote::Cache;
use crate::cli::ReleaseFilter;
use crate::template::effects::Effects;
use crate::text::Place;
use crate::value::{Map, Value};

/// One reading of a state file. A sub-helmfile listed twice with different values is visited twice.
#[derive(Debug)]
pub struct Visit {
    /// The state file, absolute.
    pub file: Utf8PathBuf,
    /// The directory that its relative paths are joined to: the state file's own, absolute.
    pub directory: Utf8PathBuf,
    /// The visit that listed this file under `helmfiles:`, as an index into [`Resolved::visits`].
    pub parent: Option<usize>,
    /// Visits with the same number here are of files that were found together, in one directory: helmfile deploys them at the same time,
    /// unless it runs with `--sequential-helmfiles`.
    pub(crate) found_with: usize,
    /// The name of the environment.
    pub environment: String,
    /// The environment as helmfile has it after the last part: values, defaults and command-line overrides unmerged.
    pub environment_object: EnvironmentObject,
    /// The merged state values, `.Values` of all templates from here on. Shared: a template may change it.
    pub values: Map,
    /// Namespace given on the command line or by the top-level key, else empty.
    pub namespace: String,
    /// Kube context given on the command line or by the top-level key, else empty.
    pub kube_context: String,
    /// Chart given on the command line or by the top-level key, else empty.
    pub chart: String,
    /// The releases in the order of the state, those that are not selected too.
    pub releases: Vec<Release>,
    /// Whether selectors apply, so that helmfile's `build` and `list` leave out what is not selected.
    pub filtered: bool,
    /// Global hooks.
    pub hooks: Vec<Hook>,
    /// Top-level `missingFileHandler`, as written.
    pub missing_file_handler: Option<String>,
    /// `repositories`, with those that are inherited.
    pub repositories: Vec<Repository>,
    /// The program that helmfile calls for helm: `--helm-binary`, `HELMFILE_HELM_BINARY`, `helmBinary`, else `helm`.
    pub helm_binary: String,
    /// `helmDefaults.kubeContext` after overrides, which helmfile puts before every command of helm, else empty.
    pub helm_kube_context: String,
    /// The directory that helmfile works in while it handles this state file, absolute: the state file's own, unless it was
    /// found together with others.
    pub working_directory: Utf8PathBuf,
    /// Files and directories that `helmfiles:` of this state leads to, absolute.
    pub helmfiles: Vec<Utf8PathBuf>,
    /// Bases that were read, absolute.
    pub bases: Vec<Utf8PathBuf>,
    /// Environment and state values files that were read, absolute.
    pub values_files: Vec<Utf8PathBuf>,
    /// What templates did while this state was read, those of its releases' fields too.
    pub effects: Effects,
    /// How paths of this state are resolved.
    pub(super) base: Base,
    /// Where helmfile keeps what it has downloaded.
    pub(super) cache: Cache,
}

/// The parts of helmfile's `environment.Environment` (`pkg/environment/environment.go`).
#[derive(Clone, Debug)]
pub struct EnvironmentObject {
    /// The name of the environment.
    pub name: String,
    /// The environment's `kubeContext`.
    pub kube_context: String,
    /// Environment values.
    pub values: Map,
    /// Top-level `values:`.
    pub defaults: Map,
    /// `--state-values-set` and its like.
    pub overrides: Map,
}

/// A release after templating and overriding.
#[derive(Debug)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Its namespace after overrides, else empty.
    pub namespace: String,
    /// Its namespace as declared, before `--namespace` or the top-level key took its place.
    pub declared_namespace: String,
    /// Its kube context after overrides and `helmDefaults`, else empty.
    pub kube_context: String,
    /// The chart.
    pub chart: String,
    /// The chart's version after the lock file, else empty.
    pub version: String,
    /// Labels, with the implicit `name`, `namespace` and `chart`.
    pub labels: std::collections::BTreeMap<String, String>,
    /// `installed`, where given.
    pub installed: Option<bool>,
    /// `condition` as after templating, else empty.
    pub condition: String,
    /// What the condition evaluates to.
    pub enabled: bool,
    /// Whether the selectors leave it.
    pub selected: bool,
    /// Normalised IDs of the releases it needs.
    pub needs: Vec<Located<String>>,
    /// Values in the order helm gets them.
    pub values: Vec<ValuesEntry>,
    /// Secrets, which come after all values.
    pub secrets: Vec<ValuesEntry>,
    /// `set` and `setTemplate`, then `setString`, then `env`: whatever sets single keys after all files.
    pub set: Vec<SetEntry>,
    /// Options of helm.
    pub helm: HelmOptions,
    /// `missingFileHandler` of the release, as written.
    pub missing_file_handler: Option<String>,
    /// `valuesPathPrefix`, else empty.
    pub values_path_prefix: String,
    /// Hooks of the release, unrendered.
    pub hooks: Vec<Hook>,
    /// Where it is declared. In what a template gives, the line is the one of the template that wrote it.
    pub place: Option<Place>,
}

impl Release {
    /// How helmsum names it in messages: `namespace/name`, or `name` without a namespace.
    #[must_use]
    pub fn id(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    /// Whether `--release` means it, in its namespace or in the one that the state gives it.
    #[must_use]
    pub(crate) fn is_meant_by(&self, filter: &ReleaseFilter) -> bool {
        let in_namespace = |namespace: &str| filter.matches(namespace, &self.name);
        in_namespace(&self.namespace) || in_namespace(&self.declared_namespace)
    }

    /// Whether helmfile would deploy it: selected or not, but not switched off by `installed` or `condition`.
    #[must_use]
    pub fn deployed(&self) -> bool {
        self.enabled && self.installed != Some(false)
    }
}

/// One entry of `values:` or `secrets:`.
#[derive(Clone, Debug)]
pub struct ValuesEntry {
    /// What it says.
    pub content: EntryContent,
    /// Where it is written. Nothing for what no file says as it stands, as where `--embed-values` puts values in its place.
    pub place: Option<Place>,
    /// Whether it comes from a release template (`inherit`) and not from the release itself.
    pub inherited: bool,
}

/// What an entry of `values:` or `secrets:` says.
#[derive(Clone, Debug)]
pub enum EntryContent {
    /// A path or URL, as after templating, without `valuesPathPrefix`.
    Path(String),
    Inline(Value),
    /// Anything else, which helmfile refuses when it generates values.
    Invalid(Value),
}

/// One item of `set`, `setString` or `env`.
#[derive(Clone, Debug)]
pub struct SetEntry {
    /// The key path, in helm's `--set` grammar.
    pub name: String,
    /// The raw item: `name`, `value`, `file` and `values`, as far as they are not empty.
    pub item: Value,
    /// Which list it is from.
    pub kind: SetKind,
}

/// The lists of a release that set single keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `setTemplate` and `set`
    Set,
    /// `setString`
    SetString,
    /// `env`
    Env,
}

/// A hook, unrendered.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Its name, else empty.
    pub name: String,
    /// The events it listens to.
    pub events: Vec<String>,
    /// The command.
    pub command: String,
    /// The arguments.
    pub args: Vec<String>,
    /// `showlogs`.
    pub show_logs: bool,
    /// Where its command is written; of a hook without one, where it starts.
    pub place: Option<Place>,
}

/// Everything that was read.
#[derive(Debug)]
pub struct Resolved {
    /// The name of the environment.
    pub environment: String,
    /// The visits, sub-helmfiles before the file that lists them.
    pub visits: Vec<Visit>,
    /// State files that were skipped because they do not define the environment, absolute.
    pub skipped: Vec<Utf8PathBuf>,
    /// The names of the environments that these state files and bases define, as far as they were come upon.
    pub environments: std::collections::BTreeSet<String>,
    /// Where helmfile looks for state files, as absolute patterns; see [`Resolved::state_patterns`].
    pub(super) patterns: Vec<Utf8PathBuf>,
    /// Where helmfile looks for state values in any environment, as absolute patterns.
    pub values_patterns: Vec<Rc<[ValuesPattern]>>,
    /// The releases by their names and needs, see [`Resolved::needs`].
    pub(super) needs: OnceCell<Needs>,
}

/// An entry of a list of state values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesPattern {
    /// What it finds, as an absolute pattern.
    pub pattern: Utf8PathBuf,
    /// Which list it is in, as messages name it.
    pub owner: String,
    /// The file that has the list.
    pub file: Utf8PathBuf,
}

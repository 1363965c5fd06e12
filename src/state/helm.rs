//! What decides what helm makes of a release, beside its chart and its values (`pkg/state/state.go: flagsForTemplate`,
//! `pkg/state/helmx.go: PrepareChartify`).

use super::spec::{self, HelmDefaults, ReleaseSpec, StateSpec};
use crate::cli::Options;
use crate::value::Value;

/// Options of helm for one release, its own ones and those of `helmDefaults` and the top level put together.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches of helm, each by itself")]
pub struct HelmOptions {
    /// `apiVersions` of the release, else of the state.
    pub api_versions: Vec<String>,
    /// `--kube-version`, else `kubeVersion` of the release, else of the state, else empty.
    pub kube_version: String,
    /// The context that helm is called with: of the release, the environment or `helmDefaults`, else empty.
    pub kube_context: String,
    /// `enableDNS`
    pub enable_dns: bool,
    /// `devel`
    pub devel: bool,
    /// `plainHttp`, that of the chart's repository too.
    pub plain_http: bool,
    /// `insecureSkipTLSVerify`, that of the chart's repository too.
    pub insecure_skip_tls_verify: bool,
    /// `skipSchemaValidation`
    pub skip_schema_validation: bool,
    /// `reuseValues`, which only an upgrade knows.
    pub reuse_values: bool,
    /// `skipCRDs`, which only an upgrade knows.
    pub skip_crds: bool,
    /// `--skip-deps` or `skipDeps`: whether helmfile leaves out `helm dependency build`.
    pub skip_deps: bool,
    /// `adopt`
    pub adopt: Vec<String>,
    /// `postRenderer` of the release, else `--post-renderer`, else that of `helmDefaults`, else empty.
    pub post_renderer: String,
    /// `postRendererArgs` of the release, rendered, else `--post-renderer-args`.
    pub post_renderer_args: Vec<String>,
    /// `helmDefaults.postRendererArgs`, unrendered: for a release that has none of its own.
    pub default_post_renderer_args: Vec<String>,
    /// `helmDefaults.args`: for every command of helm, after those of `--args`.
    pub args: Vec<String>,
    /// `--template-args`, else `helmDefaults.templateArgs`
    pub template_args: Vec<String>,
    /// `--sync-args`, else `helmDefaults.syncArgs`
    pub sync_args: Vec<String>,
    /// What makes helmfile write a chart of its own out of the release's.
    pub chartify: Chartify,
}

/// What makes helmfile write a chart of its own (`pkg/state/helmx.go: PrepareChartify`).
#[derive(Clone, Debug, Default)]
pub struct Chartify {
    /// `dependencies`
    pub dependencies: Vec<Dependency>,
    /// `jsonPatches`: paths and maps.
    pub json_patches: Vec<Value>,
    /// `strategicMergePatches`: paths and maps.
    pub strategic_merge_patches: Vec<Value>,
    /// `transformers`: paths and maps.
    pub transformers: Vec<Value>,
    /// `forceNamespace`, else empty.
    pub force_namespace: String,
}

/// A chart that helmfile adds to that of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its path, or name in a repository.
    pub chart: String,
    /// Its version, else empty.
    pub version: String,
    /// The name it goes by, else empty.
    pub alias: String,
}

/// A repository of charts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its name, which charts in it start with.
    pub name: String,
    /// Its URL, as written: it may contain credentials.
    pub url: String,
    /// Whether it is an OCI registry.
    pub oci: bool,
}

impl HelmOptions {
    /// The options of a release after overrides. `environment_context` is the `kubeContext` of the environment.
    pub(super) fn of(
        release: &ReleaseSpec,
        state: &StateSpec,
        environment_context: &str,
        added: &Options,
    ) -> Self {
        let defaults = &state.helm_defaults;
        let options = |given: &Option<String>, of_state: &[String]| match given {
            Some(given) => vec![given.clone()],
            None => of_state.to_vec(),
        };
        let repository = repository_of(state, &release.chart);
        let either = |own: &str, other: &str| if own.is_empty() { other.to_owned() } else { own.to_owned() };
        Self {
            api_versions: if release.api_versions.is_empty() {
                state.api_versions.clone()
            } else {
                release.api_versions.clone()
            },
            kube_version: either(
                added.kube_version.as_deref().unwrap_or_default(),
                &either(&release.kube_version, &state.kube_version),
            ),
            kube_context: either(&release.kube_context, &either(environment_context, &defaults.kube_context)),
            enable_dns: release.enable_dns.get().unwrap_or(defaults.enable_dns),
            devel: release.devel.get().unwrap_or(defaults.devel),
            plain_http: release.plain_http
                || defaults.plain_http
                || repository.is_some_and(|repository| repository.plain_http),
            insecure_skip_tls_verify: release.insecure_skip_tls_verify
                || defaults.insecure_skip_tls_verify
                || repository.is_some_and(|repository| repository.skip_tls_verify),
            skip_schema_validation: release.skip_schema_validation.get() == Some(true)
                || added.skip_schema_validation
                || defaults.skip_schema_validation.get() == Some(true),
            reuse_values: !added.reset_values
                && (added.reuse_values || release.reuse_values.get().unwrap_or(defaults.reuse_values)),
            skip_crds: defaults.skip_crds,
            skip_deps: added.skip_deps || release.skip_deps.get().unwrap_or(defaults.skip_deps),
            adopt: release.adopt.clone(),
            post_renderer: post_renderer(release, added, defaults),
            post_renderer_args: if release.post_renderer_args.is_empty() {
                added.post_renderer_args.clone()
            } else {
                release.post_renderer_args.clone()
            },
            default_post_renderer_args: defaults.post_renderer_args.clone(),
            args: defaults.args.clone(),
            template_args: options(&added.template_args, &defaults.template_args),
            sync_args: options(&added.sync_args, &defaults.sync_args),
            chartify: Chartify::of(release),
        }
    }
}

impl Chartify {
    fn of(release: &ReleaseSpec) -> Self {
        let dependency = |dependency: &spec::Dependency| Dependency {
            chart: dependency.chart.clone(),
            version: dependency.version.clone(),
            alias: dependency.alias.clone(),
        };
        Self {
            dependencies: release.dependencies.iter().map(dependency).collect(),
            json_patches: release.json_patches.clone(),
            strategic_merge_patches: release.strategic_merge_patches.clone(),
            transformers: release.transformers.clone(),
            force_namespace: release.force_namespace.clone(),
        }
    }

    /// The key that makes helmfile write a chart of its own, if there is one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        [
            ("dependencies", self.dependencies.is_empty()),
            ("jsonPatches", self.json_patches.is_empty()),
            ("strategicMergePatches", self.strategic_merge_patches.is_empty()),
            ("transformers", self.transformers.is_empty()),
            ("forceNamespace", self.force_namespace.is_empty()),
        ]
        .into_iter()
        .find_map(|(key, absent)| (!absent).then_some(key))
    }
}

fn post_renderer(release: &ReleaseSpec, added: &Options, defaults: &HelmDefaults) -> String {
    let own = release.post_renderer.get().filter(|program| !program.is_empty());
    let own = own.or_else(|| added.post_renderer.clone());
    own.or_else(|| defaults.post_renderer.get()).unwrap_or_default()
}

/// The declared repository that a chart is in (`GetRepositoryAndNameFromChartName`).
fn repository_of<'s>(state: &'s StateSpec, chart: &str) -> Option<&'s spec::Repository> {
    let (name, _) = chart.split_once('/')?;
    state.repositories.iter().find(|repository| repository.name == name)
}

/// The repositories of a state.
pub(super) fn repositories(state: &StateSpec) -> Vec<Repository> {
    let repository = |repository: &spec::Repository| Repository {
        name: repository.name.clone(),
        url: repository.url.clone(),
        oci: repository.oci,
    };
    state.repositories.iter().map(repository).collect()
}

//! What a state file may say: the fields of helmfile's Go structs (`pkg/state/state.go`), by their YAML keys.
//!
//! All of them are here, also those that nothing is done with: their types are checked as helmfile checks them, and what
//! templates and bases merge stays complete.

use std::collections::BTreeMap;

use super::decode::{Decode, Record};
use super::environment_specs::EnvironmentSpecs;
use super::forms::{DefaultInherits, HelmfileEntry, Inherits, NullableList, RenderedValues};
use super::layer::{Item, Layer, Merging, Pointer};
use super::located::Located;
use super::resolved::EnvironmentObject;
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::value::Value;

/// Defines a struct with its YAML keys, how it is decoded and how layers of it merge.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident ($label:literal) {
        $($field:ident: $kind:ty = $key:literal,)+
    } $(beside { $($(#[$side_meta:meta])* $side:ident: $side_kind:ty,)+ })? $(located $place:ident)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $kind,)+
            $($($(#[$side_meta])* pub(super) $side: $side_kind,)+)?
        }

        impl Record for $name {
            const LABEL: &'static str = $label;
            const KEYS: &'static [&'static str] = &[$($key),+];

            fn field(&mut self, key: &str) -> Option<&mut dyn Decode> {
                match key {
                    $($key => Some(&mut self.$field),)+
                    _ => None,
                }
            }

            $(fn locate(&mut self, place: Place) {
                self.$place = Some(place);
            })?
        }

        impl Layer for $name {
            fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
                $(self.$field.lay(&later.$field, how)?;)+
                Ok(())
            }

            fn is_empty(&self) -> bool {
                false
            }

            fn detach(&mut self) {
                $(self.$field.detach();)+
            }
        }
    };
}

record! {
    /// The top level of a state file.
    StateSpec ("the top level of a state file") {
        file_path: String = "filepath",
        helm_binary: String = "helmBinary",
        kustomize_binary: String = "kustomizeBinary",
        values: Vec<Located<Value>> = "values",
        environments: EnvironmentSpecs = "environments",
        bases: Vec<Located<String>> = "bases",
        helm_defaults: HelmDefaults = "helmDefaults",
        helmfiles: Vec<HelmfileEntry> = "helmfiles",
        kube_context: Located<String> = "kubeContext",
        namespace: Located<String> = "namespace",
        chart: Located<String> = "chart",
        repositories: Vec<Repository> = "repositories",
        common_labels: BTreeMap<String, String> = "commonLabels",
        releases: Vec<ReleaseSpec> = "releases",
        llm: Llm = "llm",
        api_versions: Vec<String> = "apiVersions",
        kube_version: String = "kubeVersion",
        hooks: Vec<HookSpec> = "hooks",
        templates: BTreeMap<String, ReleaseSpec> = "templates",
        default_inherit: DefaultInherits = "defaultInherit",
        missing_file_handler: Pointer<String> = "missingFileHandler",
        missing_file_handler_config: Pointer<MissingFileHandlerConfig> = "missingFileHandlerConfig",
        lock_file_path: String = "lockFilePath",
        rendered_values: RenderedValues = "renderedvalues",
    } beside {
        /// The environment as loaded; merged with the rest, but never written in a file.
        environment: Option<EnvironmentObject>,
    }
}

record! {
    /// An entry of `environments:`.
    EnvironmentSpec ("an environment") {
        values: Vec<Located<Value>> = "values",
        secrets: Vec<Located<String>> = "secrets",
        kube_context: String = "kubeContext",
        missing_file_handler: Pointer<String> = "missingFileHandler",
        missing_file_handler_config: Pointer<MissingFileHandlerConfig> = "missingFileHandlerConfig",
        merge_strategy: Located<String> = "mergeStrategy",
    }
}

record! {
    /// `missingFileHandlerConfig:`.
    MissingFileHandlerConfig ("`missingFileHandlerConfig`") {
        ignore_missing_git_branch: bool = "ignoreMissingGitBranch",
    }
}

record! {
    /// `helmDefaults:`. Most of it are flags for helm.
    HelmDefaults ("`helmDefaults`") {
        kube_context: String = "kubeContext",
        args: Vec<String> = "args",
        diff_args: Vec<String> = "diffArgs",
        sync_args: Vec<String> = "syncArgs",
        template_args: Vec<String> = "templateArgs",
        verify: bool = "verify",
        keyring: String = "keyring",
        enable_dns: bool = "enableDNS",
        skip_schema_validation: Pointer<bool> = "skipSchemaValidation",
        devel: bool = "devel",
        wait: bool = "wait",
        wait_retries: i64 = "waitRetries",
        wait_for_jobs: bool = "waitForJobs",
        timeout: i64 = "timeout",
        recreate_pods: bool = "recreatePods",
        force: bool = "force",
        atomic: bool = "atomic",
        rollback_on_failure: bool = "rollbackOnFailure",
        cleanup_on_fail: bool = "cleanupOnFail",
        force_conflicts: bool = "forceConflicts",
        history_max: Pointer<i64> = "historyMax",
        create_namespace: Pointer<bool> = "createNamespace",
        skip_crds: bool = "skipCRDs",
        skip_deps: bool = "skipDeps",
        skip_refresh: bool = "skipRefresh",
        resolve_oci_versions: Pointer<bool> = "resolveOCIVersions",
        reuse_values: bool = "reuseValues",
        post_renderer: Pointer<String> = "postRenderer",
        post_renderer_args: Vec<String> = "postRendererArgs",
        cascade: Pointer<String> = "cascade",
        suppress_output_line_regex: Vec<String> = "suppressOutputLineRegex",
        disable_auto_detected_kube_version_for_diff: Pointer<bool> = "disableAutoDetectedKubeVersionForDiff",
        disable_validation: Pointer<bool> = "disableValidation",
        disable_open_api_validation: Pointer<bool> = "disableOpenAPIValidation",
        insecure_skip_tls_verify: bool = "insecureSkipTLSVerify",
        plain_http: bool = "plainHttp",
        delete_wait: bool = "deleteWait",
        delete_timeout: i64 = "deleteTimeout",
        sync_release_labels: Pointer<bool> = "syncReleaseLabels",
        take_ownership: Pointer<bool> = "takeOwnership",
        server_side: Pointer<String> = "serverSide",
        track_mode: String = "trackMode",
        helm_stuck_grace: i64 = "helmStuckGrace",
    }
}

record! {
    /// An entry of `repositories:`.
    Repository ("a repository") {
        name: String = "name",
        url: String = "url",
        ca_file: String = "caFile",
        cert_file: String = "certFile",
        key_file: String = "keyFile",
        username: String = "username",
        password: String = "password",
        registry_config: String = "registryConfig",
        managed: String = "managed",
        oci: bool = "oci",
        verify: bool = "verify",
        keyring: String = "keyring",
        pass_credentials: bool = "passCredentials",
        skip_tls_verify: bool = "skipTLSVerify",
        plain_http: bool = "plainHttp",
    }
}

record! {
    /// A release, or a release template.
    ReleaseSpec ("a release") {
        chart: String = "chart",
        chart_path: String = "chartPath",
        directory: String = "directory",
        version: String = "version",
        verify: Pointer<bool> = "verify",
        keyring: String = "keyring",
        enable_dns: Pointer<bool> = "enableDNS",
        devel: Pointer<bool> = "devel",
        wait: Pointer<bool> = "wait",
        wait_retries: Pointer<i64> = "waitRetries",
        wait_for_jobs: Pointer<bool> = "waitForJobs",
        timeout: Pointer<i64> = "timeout",
        recreate_pods: Pointer<bool> = "recreatePods",
        force: Pointer<bool> = "force",
        installed: Pointer<bool> = "installed",
        update_strategy: Located<String> = "updateStrategy",
        atomic: Pointer<bool> = "atomic",
        rollback_on_failure: Pointer<bool> = "rollbackOnFailure",
        cleanup_on_fail: Pointer<bool> = "cleanupOnFail",
        force_conflicts: Pointer<bool> = "forceConflicts",
        history_max: Pointer<i64> = "historyMax",
        condition: Located<String> = "condition",
        create_namespace: Pointer<bool> = "createNamespace",
        reuse_values: Pointer<bool> = "reuseValues",
        disable_open_api_validation: Pointer<bool> = "disableOpenAPIValidation",
        disable_validation: Pointer<bool> = "disableValidation",
        disable_validation_on_install: Pointer<bool> = "disableValidationOnInstall",
        missing_file_handler: Pointer<String> = "missingFileHandler",
        missing_file_handler_config: Pointer<MissingFileHandlerConfig> = "missingFileHandlerConfig",
        needs: Vec<Located<String>> = "needs",
        hooks: Vec<HookSpec> = "hooks",
        unit_tests: Vec<String> = "unitTests",
        name: String = "name",
        description: String = "description",
        namespace: String = "namespace",
        labels: BTreeMap<String, String> = "labels",
        values: Vec<Item> = "values",
        secrets: Vec<Item> = "secrets",
        set: Vec<SetValue> = "set",
        set_string: Vec<SetValue> = "setString",
        values_template: Vec<Item> = "valuesTemplate",
        set_template: Vec<SetValue> = "setTemplate",
        api_versions: Vec<String> = "apiVersions",
        kube_version: String = "kubeVersion",
        env: Vec<SetValue> = "env",
        values_path_prefix: String = "valuesPathPrefix",
        kube_context: String = "kubeContext",
        insecure_skip_tls_verify: bool = "insecureSkipTLSVerify",
        plain_http: bool = "plainHttp",
        verify_template: Pointer<String> = "verifyTemplate",
        wait_template: Pointer<String> = "waitTemplate",
        installed_template: Pointer<String> = "installedTemplate",
        condition_template: Pointer<Located<String>> = "conditionTemplate",
        dependencies: Vec<Dependency> = "dependencies",
        json_patches: Vec<Value> = "jsonPatches",
        strategic_merge_patches: Vec<Value> = "strategicMergePatches",
        transformers: Vec<Value> = "transformers",
        adopt: Vec<String> = "adopt",
        force_go_getter: bool = "forceGoGetter",
        force_namespace: String = "forceNamespace",
        skip_deps: Pointer<bool> = "skipDeps",
        skip_refresh: Pointer<bool> = "skipRefresh",
        resolve_oci_versions: Pointer<bool> = "resolveOCIVersions",
        post_renderer: Pointer<String> = "postRenderer",
        skip_schema_validation: Pointer<bool> = "skipSchemaValidation",
        post_renderer_args: Vec<String> = "postRendererArgs",
        cascade: Pointer<String> = "cascade",
        suppress_output_line_regex: Vec<String> = "suppressOutputLineRegex",
        disable_auto_detected_kube_version_for_diff: Pointer<bool> = "disableAutoDetectedKubeVersionForDiff",
        inherit: Inherits = "inherit",
        suppress_diff: Pointer<bool> = "suppressDiff",
        delete_wait: Pointer<bool> = "deleteWait",
        delete_timeout: Pointer<i64> = "deleteTimeout",
        sync_release_labels: Pointer<bool> = "syncReleaseLabels",
        take_ownership: Pointer<bool> = "takeOwnership",
        server_side: Pointer<String> = "serverSide",
        track_mode: String = "trackMode",
        track_timeout: Pointer<i64> = "trackTimeout",
        track_logs: Pointer<bool> = "trackLogs",
        track_failed_logs: Pointer<bool> = "trackFailedLogs",
        helm_stuck_grace: Pointer<i64> = "helmStuckGrace",
        track_kinds: Vec<String> = "trackKinds",
        skip_kinds: Vec<String> = "skipKinds",
        track_resources: Vec<TrackResource> = "trackResources",
        kubedog_qps: Pointer<f64> = "kubedogQPS",
        kubedog_burst: Pointer<i64> = "kubedogBurst",
        track_fail_on_error: Pointer<bool> = "trackFailOnError",
    } beside {
        /// Where it is written.
        place: Option<Place>,
    } located place
}

record! {
    /// A hook.
    HookSpec ("a hook") {
        name: String = "name",
        events: Vec<String> = "events",
        command: Located<String> = "command",
        kubectl_apply: BTreeMap<String, String> = "kubectlApply",
        args: Vec<String> = "args",
        showlogs: bool = "showlogs",
    } beside {
        /// Where it is written.
        place: Option<Place>,
    } located place
}

record! {
    /// An item of `set`, `setString`, `setTemplate` or `env`.
    SetValue ("a `set` item") {
        name: String = "name",
        value: String = "value",
        file: String = "file",
        values: Vec<Value> = "values",
    }
}

record! {
    /// An item of `dependencies`.
    Dependency ("a dependency") {
        chart: String = "chart",
        version: String = "version",
        alias: String = "alias",
    }
}

record! {
    /// An item of `trackResources`.
    TrackResource ("a tracked resource") {
        kind: String = "kind",
        name: String = "name",
        namespace: String = "namespace",
    }
}

record! {
    /// `llm:`, for `helmfile doctor` alone.
    Llm ("`llm`") {
        base_url: String = "baseURL",
        api_key: String = "apiKey",
        model: String = "model",
        timeout: String = "timeout",
        max_tokens: i64 = "maxTokens",
        temperature: f64 = "temperature",
    }
}

record! {
    /// An item of `inherit`.
    Inherit ("an `inherit` item") {
        template: String = "template",
        except: Vec<String> = "except",
    }
}

record! {
    /// An entry of `helmfiles:` in its long form.
    HelmfileMap ("an entry of `helmfiles`") {
        path: String = "path",
        selectors: NullableList = "selectors",
        selectors_inherited: bool = "selectorsInherited",
        inherits: Vec<Located<String>> = "inherits",
        values: Vec<Located<Value>> = "values",
    }
}

/// The parts of a state file, each with how messages name it and the keys that it may have.
#[must_use]
pub fn keys() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        (StateSpec::LABEL, StateSpec::KEYS),
        (EnvironmentSpec::LABEL, EnvironmentSpec::KEYS),
        (MissingFileHandlerConfig::LABEL, MissingFileHandlerConfig::KEYS),
        (HelmDefaults::LABEL, HelmDefaults::KEYS),
        (Repository::LABEL, Repository::KEYS),
        (ReleaseSpec::LABEL, ReleaseSpec::KEYS),
        (HookSpec::LABEL, HookSpec::KEYS),
        (SetValue::LABEL, SetValue::KEYS),
        (Dependency::LABEL, Dependency::KEYS),
        (TrackResource::LABEL, TrackResource::KEYS),
        (Llm::LABEL, Llm::KEYS),
        (Inherit::LABEL, Inherit::KEYS),
        (HelmfileMap::LABEL, HelmfileMap::KEYS),
    ]
}

record! {
    /// A lock file.
    Lock ("a lock file") {
        version: String = "version",
        dependencies: Vec<LockedChart> = "dependencies",
        digest: String = "digest",
        generated: String = "generated",
    }
}

record! {
    /// A chart with its version in a lock file.
    LockedChart ("a locked chart") {
        name: String = "name",
        repository: String = "repository",
        version: String = "version",
    }
}

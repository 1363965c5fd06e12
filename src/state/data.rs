//! What templates of a state see (`pkg/state/types.go`, `pkg/state/state_exec_tmpl.go: createReleaseTemplateData`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::resolved::EnvironmentObject;
use crate::value::{Element, Fields, Map, Object, Value};

impl EnvironmentObject {
    /// `.Environment`. The maps are shared: a template that changes them changes this environment.
    #[must_use]
    pub fn template_value(&self) -> Value {
        Value::Object(Rc::new(Fields::new(
            "environment.Environment",
            vec![
                ("Name", Value::from(self.name.as_str())),
                ("KubeContext", Value::from(self.kube_context.as_str())),
                ("Values", self.values.clone().into()),
                ("Defaults", self.defaults.clone().into()),
                ("CLIOverrides", self.overrides.clone().into()),
            ],
        )))
    }
}

/// The data of a state file, a base or an environment values file. `values` becomes `.Values`.
pub(super) fn environment_data(environment: &EnvironmentObject, namespace: &str, values: &Map) -> Value {
    let fields = Fields::new(
        "*state.EnvironmentTemplateData",
        vec![
            ("Environment", environment.folded().template_value()),
            ("Namespace", Value::from(namespace)),
            ("Values", values.clone().into()),
            ("StateValues", Value::MapPointer(values.clone())),
        ],
    );
    Value::Object(Rc::new(StructPointer(fields)))
}

/// What a release template sees of its state.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateView<'a> {
    pub(super) environment: &'a EnvironmentObject,
    pub(super) values: &'a Map,
    pub(super) kube_context: &'a str,
    pub(super) namespace: &'a str,
    pub(super) chart: &'a str,
}

/// What a release template sees of its release.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReleaseView<'a> {
    pub(super) name: &'a str,
    pub(super) namespace: &'a str,
    pub(super) labels: &'a BTreeMap<String, String>,
    pub(super) chart: &'a str,
    pub(super) kube_context: &'a str,
    pub(super) version: &'a str,
}

/// The data of release fields and of release values files.
pub(super) fn release_data(state: StateView<'_>, release: ReleaseView<'_>) -> Value {
    // Where there are none, helmfile's copy of the release has lost its empty map on the way through YAML.
    let labels =
        if release.labels.is_empty() { Map::nil(Element::String) } else { Map::typed(Element::String) };
    for (key, value) in release.labels {
        labels.insert(key.as_str(), value.as_str());
    }
    let release = Fields::new(
        "state.releaseTemplateDataRelease",
        vec![
            ("Name", Value::from(release.name)),
            ("Namespace", Value::from(release.namespace)),
            ("Labels", labels.into()),
            ("Chart", Value::from(release.chart)),
            ("ChartVersion", Value::from(release.version)),
            ("KubeContext", Value::from(release.kube_context)),
        ],
    );
    Value::Object(Rc::new(Fields::new(
        "state.releaseTemplateData",
        vec![
            ("Environment", state.environment.template_value()),
            ("Release", Value::Object(Rc::new(release))),
            ("Values", state.values.clone().into()),
            ("StateValues", Value::MapPointer(state.values.clone())),
            ("KubeContext", Value::from(state.kube_context)),
            ("Namespace", Value::from(state.namespace)),
            ("Chart", Value::from(state.chart)),
        ],
    )))
}

/// A pointer to a struct, which only `typeOf` and `kindOf` tell from the struct.
#[derive(Debug)]
struct StructPointer(Fields);

impl Object for StructPointer {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn kind_name(&self) -> &'static str {
        "ptr"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        self.0.member(name, arguments)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.0.fields()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

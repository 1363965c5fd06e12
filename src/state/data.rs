//! What templates of a state see (`pkg/state/types.go`, `pkg/state/state_exec_tmpl.go: createReleaseTemplateData`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::resolved::EnvironmentObject;
use crate::template::effects::{CommandOption, Watch};
use crate::value::{Element, Fields, Map, Object, Value};

impl EnvironmentObject {
    /// `.Environment`. The maps are shared: a template that changes them changes this environment.
    #[must_use]
    pub fn template_value(&self) -> Value {
        let mut fields = self.fields();
        fields.push(("CLIOverrides", self.overrides.clone().into()));
        Value::Object(Rc::new(Fields::new("environment.Environment", fields)))
    }

    /// The environment as templates of a helmfile before 1.3.0 see it.
    pub(super) fn template_value_before_overrides(&self) -> Value {
        Value::Object(Rc::new(Fields::new("environment.Environment", self.fields())))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Name", Value::from(self.name.as_str())),
            ("KubeContext", Value::from(self.kube_context.as_str())),
            ("Values", self.values.clone().into()),
            ("Defaults", self.defaults.clone().into()),
        ]
    }
}

/// A struct with fields that options of helmfile's change: looking at one of them is noted.
#[derive(Debug)]
struct Told {
    fields: Fields,
    options: &'static [(&'static str, CommandOption)],
    watch: Watch,
}

impl Told {
    fn read(&self, name: Option<&str>) {
        let read = self.options.iter().filter(|(field, _)| name.is_none_or(|name| name == *field));
        read.for_each(|(_, option)| self.watch.look(*option));
    }
}

impl Object for Told {
    fn type_name(&self) -> &'static str {
        self.fields.type_name()
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        self.read(Some(name));
        self.fields.member(name, arguments)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        // Whoever prints or encodes a struct looks at all of it.
        self.read(None);
        self.fields.fields()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The data of an environment values file, which is told nothing of the command line. `values` becomes `.Values`.
pub(super) fn values_data(environment: &EnvironmentObject, values: &Map) -> Value {
    environment_data(environment, "", values, &[], &Watch::default())
}

/// The data of a state file or a base. `values` becomes `.Values`, `namespace` is that of the command line.
pub(super) fn state_data(
    environment: &EnvironmentObject,
    namespace: &str,
    values: &Map,
    watch: &Watch,
) -> Value {
    environment_data(environment, namespace, values, &[("Namespace", CommandOption::Namespace)], watch)
}

fn environment_data(
    environment: &EnvironmentObject,
    namespace: &str,
    values: &Map,
    options: &'static [(&'static str, CommandOption)],
    watch: &Watch,
) -> Value {
    let fields = Fields::new(
        "*state.EnvironmentTemplateData",
        vec![
            ("Environment", environment.folded().template_value()),
            ("Namespace", Value::from(namespace)),
            ("Values", values.clone().into()),
            ("StateValues", Value::MapPointer(values.clone())),
        ],
    );
    Value::Object(Rc::new(StructPointer(Told { fields, options, watch: watch.clone() })))
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

/// When templates of a release are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Its fields, which still have its own namespace. The context may be that of `helmDefaults`, which the option sets.
    Fields,
    /// Its values files, when namespace and context have been overridden, also among the labels.
    Files,
}

impl Moment {
    /// The fields of a release that options change.
    const fn options(self) -> &'static [(&'static str, CommandOption)] {
        match self {
            Self::Fields => &[("KubeContext", CommandOption::KubeContext)],
            Self::Files => &[
                ("Namespace", CommandOption::Namespace),
                ("Labels", CommandOption::Namespace),
                ("KubeContext", CommandOption::KubeContext),
            ],
        }
    }
}

/// The data of release fields and of release values files.
pub(super) fn release_data(
    state: StateView<'_>,
    release: ReleaseView<'_>,
    moment: Moment,
    watch: &Watch,
) -> Value {
    let told = |fields, options| Value::Object(Rc::new(Told { fields, options, watch: watch.clone() }));
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
    let fields = Fields::new(
        "state.releaseTemplateData",
        vec![
            ("Environment", state.environment.template_value()),
            ("Release", told(release, moment.options())),
            ("Values", state.values.clone().into()),
            ("StateValues", Value::MapPointer(state.values.clone())),
            ("KubeContext", Value::from(state.kube_context)),
            ("Namespace", Value::from(state.namespace)),
            ("Chart", Value::from(state.chart)),
        ],
    );
    let options = &[
        ("Namespace", CommandOption::Namespace),
        ("KubeContext", CommandOption::KubeContext),
        ("Chart", CommandOption::Chart),
    ];
    told(fields, options)
}

/// A pointer to a struct, which only `typeOf` and `kindOf` tell from the struct.
#[derive(Debug)]
struct StructPointer(Told);

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

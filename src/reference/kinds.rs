//! The table of custom resources, of injectors and of controllers that make objects: `kinds.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::pod::{Form, Kind, Reference};
use super::resource::Identity;
use super::spot::Spot;

/// What the table says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) kind: Vec<Custom>,
    pub(super) annotation: Vec<Injection>,
    pub(super) maker: Vec<Making>,
    pub(super) copier: Vec<Copying>,
}

/// A custom resource that owns pods.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Custom {
    pub(super) group: String,
    pub(super) kind: String,
    /// Where its pods are described.
    pub(super) pods: Vec<String>,
    pub(super) layout: Layout,
    /// Where their annotations go, from there.
    pub(super) annotations: String,
    pub(super) behaviour: Behaviour,
    /// Whether its pods run to an end.
    #[serde(default)]
    pub(super) runs: bool,
    /// Fields that keep pods from restarting where they are set.
    #[serde(default)]
    pub(super) still: Vec<String>,
    /// A field and the value with which pods restart although they else would not.
    pub(super) restarts_with: Option<(String, String)>,
    /// What an operator looks at by itself.
    #[serde(default)]
    pub(super) watches: Vec<Watched>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever looks after the table"))]
    pub(super) source: Source,
}

/// How a pod is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Layout {
    /// By a pod template.
    Template,
    /// By the fields of a pod spec, with those of the container of the operator beside them.
    Flat,
    /// By parts that stand beside each other.
    Parts,
}

/// What an operator does with a change of a pod template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Behaviour {
    Restarts,
    Reloads,
    Operator,
    Inert,
}

/// What an operator looks at among what its pods read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Watched {
    /// Variables.
    Env,
    /// All keys as variables.
    EnvFrom,
    /// Volumes that are one object.
    Volume,
    /// Variables of the first container from Secrets.
    FirstSecretEnv,
}

impl Watched {
    /// Whether a reference is of this form.
    pub(super) fn is(self, reference: &Reference) -> bool {
        match (self, &reference.form) {
            (Self::Env, Form::Variable(_)) | (Self::EnvFrom, Form::Variables) => true,
            (Self::Volume, Form::Whole(_) | Form::SubPath(_)) => {
                !reference.path.contains(".projected.sources[")
            }
            (Self::FirstSecretEnv, Form::Variable(_)) => {
                reference.kind == Kind::Secret && reference.path.contains(".containers[0].env[")
            }
            _ => false,
        }
    }
}

/// Where a line of the table was read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "for whoever looks after the table"))]
pub(super) struct Source {
    pub(super) repository: String,
    pub(super) file: String,
    pub(super) version: String,
    pub(super) date: String,
}

/// An annotation of a pod that names an object for an injector.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Injection {
    pub(super) key: String,
    pub(super) object: Kind,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever looks after the table"))]
    pub(super) source: Source,
}

/// A resource of which a controller makes an object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Making {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) object: Kind,
    /// Where its name is, the first one that is there.
    pub(super) name: Vec<String>,
    /// Whether it is made in other namespaces too.
    #[serde(default)]
    pub(super) everywhere: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever looks after the table"))]
    pub(super) source: Source,
}

/// An annotation of an object with which a controller copies it to other namespaces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Copying {
    pub(super) key: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever looks after the table"))]
    pub(super) source: Source,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("kinds.toml")).expect("the table can be read"));

/// The table.
pub(super) fn table() -> &'static Table {
    &TABLE
}

/// What is known of a custom resource.
pub(super) fn custom(identity: &Identity) -> Option<&'static Custom> {
    table().kind.iter().find(|known| identity.is(&known.group, &known.kind))
}

/// What a resource makes.
pub(super) fn making(identity: &Identity) -> Option<&'static Making> {
    table().maker.iter().find(|known| identity.is(&known.group, &known.kind))
}

/// What a path of the table leads to: keys with dots between them, `[]` for each item of a list.
pub(super) fn follow(root: &Spot, path: &str) -> Vec<Spot> {
    let mut found = vec![root.clone()];
    for step in path.split('.') {
        let (key, each) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
        found = found.iter().map(|spot| spot.key(key)).collect();
        if each {
            found = found.iter().flat_map(Spot::items).collect();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Moves, Need, Why, read};
    use super::*;
    use crate::rendered::Marker;

    const READS: &str =
        "{name: c, image: x, env: [{name: A, valueFrom: {secretKeyRef: {name: keys, key: k}}}]}";
    const MA: &str = "metadata.annotations";

    /// For each kind of the table: group, kind, `spec` with `POD` for a pod template that reads the Secret `keys` and `OWN` for the
    /// fields of a container that does, and where the annotations of its pods go.
    const SHAPES: &[(&str, &str, &str, &[&str])] = &[
        ("argoproj.io", "Rollout", "{template: POD}", &["spec.template."]),
        ("serving.knative.dev", "Service", "{template: POD}", &["spec.template."]),
        ("serving.knative.dev", "Configuration", "{template: POD}", &["spec.template."]),
        ("keda.sh", "ScaledJob", "{jobTargetRef: {template: POD}}", &["spec.jobTargetRef.template."]),
        ("postgresql.cnpg.io", "Pooler", "{template: POD}", &["spec.template."]),
        ("monitoring.coreos.com", "Prometheus", "{containers: [OWN]}", &["spec.podM"]),
        ("monitoring.coreos.com", "PrometheusAgent", "{initContainers: [OWN]}", &["spec.podM"]),
        ("monitoring.coreos.com", "Alertmanager", "{containers: [OWN]}", &["spec.podM"]),
        ("monitoring.coreos.com", "ThanosRuler", "{containers: [OWN]}", &["spec.podM"]),
        (
            "operator.victoriametrics.com",
            "VMAgent",
            "{extraEnvsFrom: [{secretRef: {name: keys}}]}",
            &["spec.podM"],
        ),
        ("operator.victoriametrics.com", "VMAlert", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VMAlertmanager", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VMAuth", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VMSingle", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VMAnomaly", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VLogs", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VLAgent", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VLSingle", "{containers: [OWN]}", &["spec.podM"]),
        ("operator.victoriametrics.com", "VTSingle", "{containers: [OWN]}", &["spec.podM"]),
        (
            "operator.victoriametrics.com",
            "VMCluster",
            "{vmselect: {containers: [OWN]}, vmstorage: {replicaCount: 1}}",
            &["spec.vmselect.podM", "spec.vmstorage.podM"],
        ),
        (
            "operator.victoriametrics.com",
            "VLCluster",
            "{vlinsert: {containers: [OWN]}}",
            &["spec.vlinsert.podM"],
        ),
        (
            "operator.victoriametrics.com",
            "VTCluster",
            "{storage: {containers: [OWN]}}",
            &["spec.storage.podM"],
        ),
        (
            "kafka.strimzi.io",
            "Kafka",
            "{kafka: {template: {pod: {}, kafkaContainer: OWN}}, entityOperator: {template: {pod: {}}}}",
            &["spec.kafka.template.pod.", "spec.entityOperator.template.pod."],
        ),
        (
            "kafka.strimzi.io",
            "KafkaNodePool",
            "{template: {pod: {}, kafkaContainer: OWN}}",
            &["spec.template.pod."],
        ),
        (
            "kafka.strimzi.io",
            "KafkaConnect",
            "{template: {pod: {}, connectContainer: OWN}}",
            &["spec.template.pod."],
        ),
        (
            "kafka.strimzi.io",
            "KafkaMirrorMaker2",
            "{template: {pod: {}, connectContainer: OWN}}",
            &["spec.template.pod."],
        ),
        (
            "kafka.strimzi.io",
            "KafkaBridge",
            "{template: {pod: {}, bridgeContainer: OWN}}",
            &["spec.template.pod."],
        ),
        ("opentelemetry.io", "OpenTelemetryCollector", "OWN", &["spec.podA"]),
        ("opentelemetry.io", "OpAMPBridge", "OWN", &["spec.podA"]),
        (
            "grafana.integreatly.org",
            "Grafana",
            "{deployment: {spec: {template: POD}}}",
            &["spec.deployment.spec.template."],
        ),
        (
            "k8s.keycloak.org",
            "Keycloak",
            "{unsupported: {podTemplate: POD}}",
            &["spec.unsupported.podTemplate."],
        ),
        (
            "ray.io",
            "RayCluster",
            "{headGroupSpec: {template: POD}, workerGroupSpecs: [{template: POD}, {template: POD}]}",
            &[
                "spec.headGroupSpec.template.",
                "spec.workerGroupSpecs[0].template.",
                "spec.workerGroupSpecs[1].template.",
            ],
        ),
        (
            "elasticsearch.k8s.elastic.co",
            "Elasticsearch",
            "{nodeSets: [{podTemplate: POD}, {name: no-template}]}",
            &["spec.nodeSets[0].podTemplate."],
        ),
        ("kibana.k8s.elastic.co", "Kibana", "{podTemplate: POD}", &["spec.podTemplate."]),
        ("apm.k8s.elastic.co", "ApmServer", "{podTemplate: POD}", &["spec.podTemplate."]),
        ("enterprisesearch.k8s.elastic.co", "EnterpriseSearch", "{podTemplate: POD}", &["spec.podTemplate."]),
        ("logstash.k8s.elastic.co", "Logstash", "{podTemplate: POD}", &["spec.podTemplate."]),
        ("maps.k8s.elastic.co", "ElasticMapsServer", "{podTemplate: POD}", &["spec.podTemplate."]),
        ("beat.k8s.elastic.co", "Beat", "{daemonSet: {podTemplate: POD}}", &["spec.daemonSet.podTemplate."]),
        (
            "agent.k8s.elastic.co",
            "Agent",
            "{statefulSet: {podTemplate: POD}}",
            &["spec.statefulSet.podTemplate."],
        ),
    ];

    fn manifest(group: &str, kind: &str, spec: &str) -> String {
        let spec = spec.replace("POD", "{spec: {containers: [OWN]}}").replace("OWN", READS);
        format!("apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n")
    }

    #[test]
    fn each_kind_says_where_the_annotations_of_its_pods_go() {
        for (group, kind, spec, places) in SHAPES {
            let text = manifest(group, kind, spec);
            let workloads = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests").workloads;
            assert_eq!(workloads.len(), 1, "{text}");
            let found: Vec<&str> =
                workloads[0].pods.iter().filter_map(|pod| pod.annotations_path.as_deref()).collect();
            let ends = |place: &&str| match place.strip_suffix("podM") {
                Some(start) => format!("{start}podMetadata.annotations"),
                None if place.ends_with("podA") => format!("{place}nnotations"),
                None => format!("{place}{MA}"),
            };
            assert_eq!(found, places.iter().map(ends).collect::<Vec<_>>(), "{text}");
            let names: Vec<&str> = workloads[0].references().map(|one| one.name.as_str()).collect();
            assert!(!names.is_empty() && names.iter().all(|name| *name == "keys"), "{text}: {names:?}");
        }
        for known in &table().kind {
            assert!(
                SHAPES.iter().any(|(group, kind, ..)| *group == known.group && *kind == known.kind),
                "{known:?}"
            );
        }
        assert_eq!(SHAPES.len(), table().kind.len());
    }

    #[test]
    fn an_operator_looks_only_at_what_its_line_says() {
        for known in &table().kind {
            assert_eq!(known.behaviour == Behaviour::Operator, !known.watches.is_empty(), "{known:?}");
        }
        let pod = "{spec: {containers: [{name: a, env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: k}}}, {name: B, valueFrom: {configMapKeyRef: {name: b, key: k}}}], envFrom: [{secretRef: {name: c}}], volumeMounts: [{name: d, mountPath: /d, subPath: d}, {name: e, mountPath: /e, subPath: e}]}, {name: b, env: [{name: A, valueFrom: {secretKeyRef: {name: f, key: k}}}]}], volumes: [{name: d, secret: {secretName: d}}, {name: e, projected: {sources: [{secret: {name: e}}]}}]}}";
        let fine = |group: &str, kind: &str, spec: &str| -> String {
            let text = manifest(group, kind, &spec.replace("POD", pod));
            let workload =
                read(text.as_bytes(), "", &Marker::new(b"")).expect("manifests").workloads.swap_remove(0);
            assert!(workload.references().all(|one| one.need.level() != crate::diagnostic::Level::Deny));
            let fine = workload.references().filter(|one| one.need == Need::Nothing(Why::Operator));
            fine.map(|one| one.name.as_str()).collect()
        };
        assert_eq!(
            fine("grafana.integreatly.org", "Grafana", "{deployment: {spec: {template: POD}}}"),
            "abcfd"
        );
        assert_eq!(fine("k8s.keycloak.org", "Keycloak", "{unsupported: {podTemplate: POD}}"), "a");
    }

    #[test]
    fn each_line_says_where_it_was_read() {
        let sources = table().kind.iter().map(|one| &one.source);
        let sources = sources.chain(table().annotation.iter().map(|one| &one.source));
        let sources = sources.chain(table().maker.iter().map(|one| &one.source));
        for source in sources.chain(table().copier.iter().map(|one| &one.source)) {
            assert_eq!(source.repository.matches('/').count(), 1, "{source:?}");
            assert!(source.file.contains('/') && source.version.len() >= 7, "{source:?}");
            assert_eq!(source.date.len(), "2026-01-01".len(), "{source:?}");
        }
    }

    fn moves(group: &str, kind: &str, spec: &str) -> Moves {
        read(manifest(group, kind, spec).as_bytes(), "", &Marker::new(b"")).expect("manifests").workloads[0]
            .moves
            .clone()
    }

    #[test]
    fn fields_keep_pods_from_restarting() {
        let inert = |why: &str| Moves::Inert(why.to_owned());
        let rollout = |spec: &str| moves("argoproj.io", "Rollout", spec);
        assert_eq!(rollout("{template: POD}"), Moves::Restarts);
        assert_eq!(rollout("{template: POD, paused: false}"), Moves::Restarts);
        assert_eq!(rollout("{template: POD, paused: true}"), inert("`spec.paused`"));
        assert_eq!(rollout("{workloadRef: {name: web}}"), inert("`spec.workloadRef`"));
        let ray = |spec: &str| moves("ray.io", "RayCluster", spec);
        assert_eq!(
            ray("{headGroupSpec: {template: POD}}"),
            inert("running pods of a RayCluster stay as they are")
        );
        assert_eq!(
            ray("{headGroupSpec: {template: POD}, upgradeStrategy: {type: Recreate}}"),
            Moves::Restarts
        );
        assert!(matches!(
            ray("{headGroupSpec: {template: POD}, upgradeStrategy: {type: None}}"),
            Moves::Inert(_)
        ));
    }
}

//! What owns pods.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::need::{Need, Why};
use super::pod::{self, Mention, Reference};
use super::resource::{Identity, Origin, Resource};
use super::spot::Spot;
use crate::value::Value;

/// A resource that owns pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// What it is called.
    pub identity: Identity,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is a hook or a test of helm's.
    pub is_hook: bool,
    /// What a change of its pod templates does.
    pub moves: Moves,
    /// How many pods it has.
    pub size: Size,
    /// Whether all pods stop before the first new one starts.
    pub is_recreated: bool,
    /// The annotations of the resource itself.
    pub annotations: BTreeMap<String, String>,
    /// Its pod templates: one, but for some custom resources.
    pub pods: Vec<Pod>,
}

impl Workload {
    /// The references of all its pods.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.pods.iter().flat_map(|pod| &pod.references)
    }

    /// Takes what is known of the whole workload into account for each of its references.
    pub(super) fn judge(&mut self) {
        let why = match self.moves {
            Moves::NextRun => Why::NextRun,
            _ => return,
        };
        for reference in self.pods.iter_mut().flat_map(|pod| &mut pod.references) {
            if !matches!(reference.need, Need::Nothing(_)) {
                reference.need = Need::Nothing(why.clone());
            }
        }
    }
}

/// A pod template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Where the pod spec is: `spec.template.spec`.
    pub path: String,
    /// Where its annotations go: `spec.template.metadata.annotations`. Nothing where that is not known.
    pub annotations_path: Option<String>,
    /// Its annotations. Values that are not text are not among them.
    pub annotations: BTreeMap<String, String>,
    /// The SHA-256 of the template, which does not depend on the order of keys. Of a custom resource without a template of this
    /// form, that of its `spec`.
    pub digest: String,
    /// The service account that its containers act as.
    pub service_account: String,
    /// What it reads.
    pub references: Vec<Reference>,
    /// Words in arguments, commands and variables that may be names of objects.
    pub mentions: Vec<Mention>,
}

/// What a change of a pod template does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Moves {
    /// Its pods restart.
    Restarts,
    /// Nothing now: the next run has it.
    NextRun,
    /// Nothing, for this reason.
    Inert(String),
    /// The operator takes it over into running pods, or restarts them, as it sees fit.
    Operator,
    /// Its pods restart; files that they mount are reloaded without.
    Reloads,
    /// That is not known: a custom resource without an entry in the table.
    Unknown,
}

/// How many pods a workload has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Size {
    /// So many.
    Count(u64),
    /// What a `HorizontalPodAutoscaler` decides between two limits.
    Range(u64, u64),
    /// One for every node.
    EveryNode,
    /// That cannot be told.
    Unknown,
}

/// The built-in kinds with their groups, and where their pod spec is.
const BUILT_IN: [(&str, &str, &[&str]); 8] = [
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("", "Pod", &[]),
];

/// The workload that a resource is, if it owns pods.
pub(super) fn workload(resource: &Resource) -> Option<Workload> {
    let identity = &resource.identity;
    let (_, _, keys) = BUILT_IN.iter().find(|(group, kind, _)| identity.is(group, kind))?;
    let template = resource.root.at(keys);
    let pods = vec![pod(resource, &template)];
    Some(Workload {
        identity: identity.clone(),
        origin: resource.origin.clone(),
        is_hook: resource.is_hook,
        moves: if resource.is_hook { Moves::NextRun } else { built_in_moves(resource) },
        size: size(resource),
        is_recreated: resource.root.at(&["spec", "strategy", "type"]).text() == Some("Recreate"),
        annotations: texts(&resource.root.at(&["metadata", "annotations"])),
        pods,
    })
}

/// What a change of the pod template of a built-in kind does.
fn built_in_moves(resource: &Resource) -> Moves {
    let spec = resource.root.key("spec");
    let inert = |why: &str| Moves::Inert(why.to_owned());
    match resource.identity.kind.as_str() {
        "Job" | "CronJob" | "Pod" => Moves::NextRun,
        "ReplicaSet" | "ReplicationController" => inert("it does not replace the pods that it has"),
        "Deployment" if spec.key("paused").is_true() => inert("`paused: true`"),
        "StatefulSet" | "DaemonSet" if spec.at(&["updateStrategy", "type"]).text() == Some("OnDelete") => {
            inert("`updateStrategy.type: OnDelete`")
        }
        "StatefulSet" => {
            let partition = spec.at(&["updateStrategy", "rollingUpdate", "partition"]).number();
            let replicas = spec.key("replicas").number().unwrap_or(1);
            if partition.is_some_and(|partition| partition > 0 && partition >= replicas) {
                inert("`updateStrategy.rollingUpdate.partition` leaves out every pod")
            } else {
                Moves::Restarts
            }
        }
        _ => Moves::Restarts,
    }
}

fn size(resource: &Resource) -> Size {
    let spec = resource.root.key("spec");
    match resource.identity.kind.as_str() {
        "DaemonSet" => Size::EveryNode,
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            match spec.key("replicas").value {
                Value::Nil => Size::Count(1),
                _ => spec.key("replicas").number().map_or(Size::Unknown, Size::Count),
            }
        }
        "Pod" => Size::Count(1),
        _ => Size::Unknown,
    }
}

/// A pod from its template.
pub(super) fn pod(resource: &Resource, template: &Spot) -> Pod {
    let spec = template.key("spec");
    let annotations = template.at(&["metadata", "annotations"]);
    let service_account = spec.text_of("serviceAccountName").or_else(|| spec.text_of("serviceAccount"));
    Pod {
        path: spec.path.to_string(),
        annotations_path: Some(annotations.path.to_string()),
        annotations: texts(&annotations),
        digest: digest(&template.value),
        service_account: service_account.unwrap_or_else(|| "default".to_owned()),
        references: pod::references(resource, &spec),
        mentions: pod::mentions(resource, &spec),
    }
}

/// The texts of a mapping.
pub(super) fn texts(mapping: &Spot) -> BTreeMap<String, String> {
    let text = |(key, spot): (Rc<str>, Spot)| Some((key.to_string(), spot.value.as_str()?.to_owned()));
    mapping.entries().into_iter().filter_map(text).collect()
}

/// The SHA-256 of a value, in hexadecimal digits. Keys that are null are as if they were not there.
pub(super) fn digest(value: &Value) -> String {
    let mut hasher = Sha256::new();
    feed(&mut hasher, value);
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}

/// Feeds a value so that no two different ones give the same bytes. As deep as it was decoded.
fn feed(hasher: &mut Sha256, value: &Value) {
    let mut text = |kind: u8, bytes: &[u8]| {
        hasher.update([kind]);
        hasher.update(bytes.len().to_be_bytes());
        hasher.update(bytes);
    };
    match value {
        Value::Nil => hasher.update(b"n"),
        Value::Bool(truth) => hasher.update(if *truth { b"t" } else { b"f" }),
        Value::Int(number) => text(b'i', number.to_string().as_bytes()),
        Value::Uint64(number) => text(b'i', number.to_string().as_bytes()),
        Value::Float(number) => text(b'd', &number.to_be_bytes()),
        Value::Str(string) => text(b's', string.as_bytes()),
        Value::List(list) => {
            hasher.update(b"[");
            list.iter().for_each(|item| feed(hasher, item));
            hasher.update(b"]");
        }
        Value::Map(map) => {
            hasher.update(b"{");
            for (key, value) in map.entries().iter().filter(|(_, value)| !value.is_nil()) {
                feed(hasher, &Value::Str(Rc::clone(key)));
                feed(hasher, value);
            }
            hasher.update(b"}");
        }
        // No manifest has another type.
        other => text(b'?', other.type_name().as_bytes()),
    }
}

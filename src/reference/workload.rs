//! What owns pods.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::described::{self, Described};
use super::kinds::{self, Behaviour, Custom};
use super::mention::{self, Mention};
use super::need::{Need, Why};
use super::pod::{self, Reference};
use super::reloader::{self, Controller, Reloader};
use super::resource::{Identity, Origin, Resource};
use super::spot::{Path, Spot, Step};
use crate::diagnostic::Level;
use crate::rendered::{Mark, Marker};
use crate::value::{Map, Value};

/// The annotation of helmsum's checksum; those of single sources have a name after it: `checksum/helmsum.tls`. `checksum/config` is often the
/// chart's own, and of two equal keys in one map one is lost.
pub(crate) const ANNOTATION: &str = "checksum/helmsum";

/// By namespace, the `ConfigMap`s with a Corefile that has `reload`.
pub(super) type Corefiles = BTreeMap<String, BTreeSet<String>>;

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
    /// The controllers that it asks, by annotations, to restart it.
    pub controllers: Vec<Controller>,
    /// Its pod templates: one, but for some custom resources.
    pub pods: Vec<Pod>,
}

impl Workload {
    /// The references of all its pods.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.pods.iter().flat_map(|pod| &pod.references)
    }

    /// The controllers that can restart a workload of this kind, and that its annotations, or those of its pod template, ask.
    fn asked_controllers(
        &self,
        own: &BTreeMap<String, String>,
        template: &BTreeMap<String, String>,
    ) -> Vec<Controller> {
        let restartable = [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet")];
        let built_in = restartable.iter().any(|(group, kind)| self.identity.is(group, kind));
        let is_rollout = self.identity.is("argoproj.io", "Rollout");
        let mut asked = reloader::controllers(own, template);
        asked.retain(|one| built_in || is_rollout && one.name == reloader::RELOADER);
        asked
    }

    /// Takes what is known of the whole workload, and of custom resources of its kind, into account for each of its references.
    fn judge(&mut self, known: Option<&Custom>) {
        let runs = known.is_some_and(|known| known.runs);
        let watched = |reference: &Reference| {
            known.is_some_and(|known| known.watches.iter().any(|one| one.is(reference)))
        };
        let Self { moves, controllers, pods, .. } = self;
        for Pod { references, reloaders, is_known, .. } in pods {
            for reference in references.iter_mut().filter(|one| !matches!(one.need, Need::Nothing(_))) {
                let controller = controllers.iter().find(|one| one.covers(reference.kind, &reference.name));
                let whole = reference.need == Need::Whole;
                let reloader = reloader::reloader_of(reloaders, reference).filter(|_| whole);
                let why = match moves {
                    Moves::NextRun => Some(Why::NextRun),
                    _ if runs => Some(Why::NextRun),
                    _ if controller.is_some() => controller.map(|one| Why::Controller(one.name.clone())),
                    Moves::Operator if *is_known && watched(reference) => Some(Why::Operator),
                    Moves::Reloads if *is_known && whole => Some(Why::Operator),
                    _ => reloader.map(|one| Why::Reloader(one.by.clone())),
                };
                if let Some(why) = why {
                    reference.need = Need::Nothing(why);
                } else if (!*is_known || *moves == Moves::Operator) && reference.need.level() == Level::Deny {
                    reference.need = Need::Custom;
                }
            }
        }
    }
}

/// A pod template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Where the pod spec is: `spec.template.spec`.
    pub path: String,
    /// Whether it is where pods of this kind are known to be described, and not only found by its structure.
    pub is_known: bool,
    /// Where its annotations go: `spec.template.metadata.annotations`. Nothing where that is not known.
    pub annotations_path: Option<String>,
    /// Its annotations. Those whose values are not text are not among them.
    pub annotations: BTreeMap<String, Annotation>,
    /// The SHA-256 of the template, which does not depend on the order of keys. Of a custom resource without a template of this
    /// form, that of its `spec`.
    pub digest: String,
    /// The same without the checksums of helmsum's among its annotations.
    pub bare_digest: String,
    /// The service account that its containers act as.
    pub service_account: String,
    /// The images of its containers.
    pub images: BTreeSet<String>,
    /// The programs in it that reload what they read.
    pub reloaders: Vec<Reloader>,
    /// What it reads.
    pub references: Vec<Reference>,
    /// Words in arguments, commands and variables that may be names of objects.
    pub mentions: Vec<Mention>,
}

/// Where among manifests the annotations of a pod go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// The number of the document, from 0.
    pub(crate) document: usize,
    /// The way from the top of the document to the mapping, which need not be there.
    pub(crate) steps: Vec<Step>,
}

impl Destination {
    fn of(resource: &Resource, path: &Path) -> Self {
        let steps = resource.way.steps().iter().chain(path.steps()).cloned().collect();
        Self { document: resource.document, steps }
    }
}

/// The value of an annotation, which may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The mark of the value.
    pub mark: Mark,
    /// Whether it looks like a digest: 32 hexadecimal digits or more, and nothing else.
    pub is_digest: bool,
}

impl Annotation {
    fn of(value: &str, marker: &Marker) -> Self {
        let is_digest = value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self { mark: marker.mark(value.as_bytes()), is_digest }
    }
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

/// Kinds that are no workloads, whatever is in them.
const NO_WORKLOADS: [&str; 2] = ["ConfigMap", "Secret"];

/// The workload that a resource is, if it owns pods.
pub(super) fn workload(
    resource: &Resource,
    corefiles: &Corefiles,
    marker: &Marker,
) -> Option<(Workload, Vec<Option<Destination>>)> {
    let identity = &resource.identity;
    let known = kinds::custom(identity);
    let mut pods: Vec<Described> = Vec::new();
    let moves;
    if let Some((_, _, keys)) = BUILT_IN.iter().find(|(group, kind, _)| identity.is(group, kind)) {
        let template = resource.root.at(keys);
        pods.push(Described::by_template(Some(&template), template.key("spec")));
        moves = built_in_moves(resource);
    } else if NO_WORKLOADS.contains(&identity.kind.as_str()) {
        return None;
    } else {
        pods.extend(known.into_iter().flat_map(|known| described(resource, known)));
        moves = known.map_or(Moves::Unknown, |known| custom_moves(resource, known));
        by_structure(&resource.root, &mut pods);
        if known.is_none() && pods.is_empty() {
            return None;
        }
    }
    let mut workload = Workload {
        identity: identity.clone(),
        origin: resource.origin.clone(),
        is_hook: resource.is_hook,
        moves: if resource.is_hook { Moves::NextRun } else { moves },
        size: size(resource),
        is_recreated: resource.root.at(&["spec", "strategy", "type"]).text() == Some("Recreate"),
        controllers: Vec::new(),
        pods: pods.iter().map(|described| pod(resource, described, corefiles, marker)).collect(),
    };
    let own = texts(&resource.root.at(&["metadata", "annotations"]));
    let template = pods.first().and_then(|pod| pod.annotations.as_ref()).map(texts).unwrap_or_default();
    workload.controllers = workload.asked_controllers(&own, &template);
    workload.judge(known);
    let destination = |pod: &Described| Some(Destination::of(resource, &pod.annotations.as_ref()?.path));
    Some((workload, pods.iter().map(destination).collect()))
}

/// The pods of a custom resource of the table.
fn described(resource: &Resource, known: &Custom) -> Vec<Described> {
    let mut found = Vec::new();
    for path in &known.pods {
        // Parts stand beside the pod.
        let (around, last) = match path.rsplit_once('.') {
            Some((around, last)) => (kinds::follow(&resource.root, around), last),
            None => (vec![resource.root.clone()], path.as_str()),
        };
        for around in around {
            for pod in kinds::follow(&around, last).into_iter().filter(Spot::is_map) {
                let annotations = kinds::follow(&pod, &known.annotations).into_iter().next();
                found.push(Described::by_layout(known.layout, &pod, &around, annotations));
            }
        }
    }
    found
}

/// Adds the pods of a custom resource that are there by structure: a list `containers` whose items have an `image`.
fn by_structure(root: &Spot, found: &mut Vec<Described>) {
    let known: Vec<Path> = found.iter().map(|pod| pod.spec.path.clone()).collect();
    let of_resource = root.entries().into_iter().filter(|(key, _)| !["metadata", "status"].contains(&&**key));
    let mut open: Vec<(Option<Spot>, Spot)> = of_resource.map(|(_, spot)| (None, spot)).rev().collect();
    while let Some((around, spot)) = open.pop() {
        if known.contains(&spot.path) {
            continue;
        }
        let has_image = |item: &Spot| item.key("image").text().is_some();
        if spot.key("containers").items().iter().any(has_image) {
            let template = around.filter(|_| spot.path.last_key() == Some("spec"));
            let mut pod = Described::by_template(template.as_ref(), spot);
            pod.is_known = false;
            found.push(pod);
            continue;
        }
        let is_list = !spot.is_map();
        let around = (!is_list).then(|| spot.clone());
        let inner = spot.items().into_iter().chain(spot.entries().into_iter().map(|(_, spot)| spot));
        let inner: Vec<Spot> =
            inner.filter(|spot| matches!(spot.value, Value::Map(_) | Value::List(_))).collect();
        open.extend(inner.into_iter().rev().map(|spot| (around.clone(), spot)));
    }
}

/// What a change of the pod template of a custom resource does.
fn custom_moves(resource: &Resource, known: &Custom) -> Moves {
    let is_set = |path: &&String| {
        let found = kinds::follow(&resource.root, path);
        found.iter().any(|spot| !matches!(spot.value, Value::Nil | Value::Bool(false)))
    };
    if let Some(path) = known.still.iter().find(is_set) {
        return Moves::Inert(format!("`{path}`"));
    }
    let is_told = |(path, value): &(String, String)| {
        kinds::follow(&resource.root, path).iter().any(|spot| spot.text() == Some(value))
    };
    match known.behaviour {
        Behaviour::Restarts => Moves::Restarts,
        Behaviour::Reloads => Moves::Reloads,
        Behaviour::Operator => Moves::Operator,
        Behaviour::Inert if known.restarts_with.as_ref().is_some_and(is_told) => Moves::Restarts,
        Behaviour::Inert => Moves::Inert(format!("running pods of a {} stay as they are", known.kind)),
    }
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
            let replicas = spec.key("replicas").number().unwrap_or(1);
            if partition(&spec).is_some_and(|partition| partition > 0 && partition >= replicas) {
                inert("`updateStrategy.rollingUpdate.partition` leaves out every pod")
            } else {
                Moves::Restarts
            }
        }
        _ => Moves::Restarts,
    }
}

/// Pods of a `StatefulSet` with a lower number keep their template.
fn partition(spec: &Spot) -> Option<u64> {
    spec.at(&["updateStrategy", "rollingUpdate", "partition"]).number()
}

/// How many pods a change of the template restarts; all of them where it restarts none.
fn size(resource: &Resource) -> Size {
    let spec = resource.root.key("spec");
    let replicas = spec.key("replicas");
    let count = replicas.number();
    match resource.identity.kind.as_str() {
        "DaemonSet" => Size::EveryNode,
        "Pod" => Size::Count(1),
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Rollout"
            if replicas.value.is_nil() =>
        {
            Size::Count(1)
        }
        "StatefulSet" => {
            let moved = |count: u64| {
                partition(&spec).filter(|partition| *partition < count).map_or(count, |kept| count - kept)
            };
            count.map_or(Size::Unknown, |count| Size::Count(moved(count)))
        }
        _ => count.map_or(Size::Unknown, Size::Count),
    }
}

fn pod(resource: &Resource, described: &Described, corefiles: &Corefiles, marker: &Marker) -> Pod {
    let none = BTreeSet::new();
    let corefiles = corefiles.get(&resource.identity.namespace).unwrap_or(&none);
    let account = described::service_account(&described.spec);
    let images = described.containers.iter().filter_map(|container| container.spot.text_of("image"));
    let annotations = described.annotations.as_ref().map(texts).unwrap_or_default();
    Pod {
        path: described.spec.path.to_string(),
        is_known: described.is_known,
        annotations_path: described.annotations.as_ref().map(|annotations| annotations.path.to_string()),
        annotations: annotations
            .into_iter()
            .map(|(key, value)| (key, Annotation::of(&value, marker)))
            .collect(),
        digest: digest(&described.whole.value),
        bare_digest: bare_digest(&described.whole.value),
        service_account: account.as_ref().and_then(Spot::text).unwrap_or("default").to_owned(),
        images: images.collect(),
        reloaders: reloader::reloaders(&described.containers, corefiles),
        references: pod::references(resource, described),
        mentions: mention::mentions(resource, described, marker),
    }
}

/// The texts of a mapping.
pub(super) fn texts(mapping: &Spot) -> BTreeMap<String, String> {
    let text = |(key, spot): (Rc<str>, Spot)| Some((key.to_string(), spot.value.as_str()?.to_owned()));
    mapping.entries().into_iter().filter_map(text).collect()
}

/// The SHA-256 of a value, in hexadecimal digits. Keys that are null are as if they were not there.
pub(super) fn digest(value: &Value) -> String {
    digest_of(value, |_, value| value.is_nil())
}

/// The same without helmsum's checksums, and without what has nothing but them.
fn bare_digest(value: &Value) -> String {
    fn is_nothing(key: &str, value: &Value) -> bool {
        let is_empty = |map: &Map| {
            let entries = map.entries();
            !entries.is_empty() && entries.iter().all(|(key, value)| is_nothing(key, value))
        };
        value.is_nil() || is_own_annotation(key) || matches!(value, Value::Map(map) if is_empty(map))
    }
    digest_of(value, is_nothing)
}

/// Whether an annotation is a checksum of helmsum's.
pub(crate) fn is_own_annotation(key: &str) -> bool {
    key.strip_prefix(ANNOTATION).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn digest_of(value: &Value, is_left_out: LeftOut) -> String {
    let mut hasher = Sha256::new();
    feed(&mut hasher, value, is_left_out);
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}

/// Whether an entry of a mapping is as if it were not there.
type LeftOut = fn(&str, &Value) -> bool;

/// Feeds a value so that no two different ones give the same bytes. As deep as it was decoded.
fn feed(hasher: &mut Sha256, value: &Value, is_left_out: LeftOut) {
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
            list.iter().for_each(|item| feed(hasher, item, is_left_out));
            hasher.update(b"]");
        }
        Value::Map(map) => {
            hasher.update(b"{");
            for (key, value) in map.entries().iter().filter(|(key, value)| !is_left_out(key, value)) {
                feed(hasher, &Value::Str(Rc::clone(key)), is_left_out);
                feed(hasher, value, is_left_out);
            }
            hasher.update(b"}");
        }
        // No manifest has another type.
        other => text(b'?', other.type_name().as_bytes()),
    }
}

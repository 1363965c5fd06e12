//! What the containers of a pod read.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::kinds::{self, Layout};
use super::need::{Need, Why};
use super::resource::Resource;
use super::spot::{Path, Spot};
use crate::rendered::{ObjectKind, is_object_name};

/// What kind of thing is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A `ConfigMap`.
    ConfigMap,
    /// A Secret.
    Secret,
    /// A `SecretProviderClass`, with which a driver fetches secrets.
    SecretProviderClass,
    /// A `ServiceAccount`.
    ServiceAccount,
    /// An OCI image.
    Image,
}

impl Kind {
    /// The kind as manifests name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::SecretProviderClass => "SecretProviderClass",
            Self::ServiceAccount => "ServiceAccount",
            Self::Image => "Image",
        }
    }
}

impl From<ObjectKind> for Kind {
    fn from(kind: ObjectKind) -> Self {
        match kind {
            ObjectKind::ConfigMap => Self::ConfigMap,
            ObjectKind::Secret => Self::Secret,
        }
    }
}

/// How something is read. Texts are names that the manifest gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Form {
    /// One key, as this variable: `env[].valueFrom`.
    Variable(String),
    /// Every key as a variable: `envFrom`.
    Variables,
    /// This volume, mounted with `subPath` or `subPathExpr` somewhere.
    SubPath(String),
    /// This volume, mounted whole.
    Whole(String),
    /// A source of this projected volume, mounted whole.
    Projected(String),
    /// What a driver needs to mount this volume.
    Driver(String),
    /// The class of this volume of the secrets store driver.
    Class(String),
    /// The image of this volume.
    Image(String),
    /// A secret to pull images with.
    Pull,
    /// The service account of the pod.
    Account,
    /// A secret of the service account of the pod.
    OfAccount,
    /// This annotation, for a program that changes pods when they are admitted.
    Annotation(String),
    /// A secret with a certificate, of a resource that is no pod.
    Certificate,
}

/// A reading of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// How it is read.
    pub form: Form,
    /// What is read.
    pub kind: Kind,
    /// The namespace of the object.
    pub namespace: String,
    /// The name of the object.
    pub name: String,
    /// The keys that are named; none where all count.
    pub keys: BTreeSet<String>,
    /// The containers that read it, in the order of the manifest, init containers first. None where it is the pod itself.
    pub containers: Vec<String>,
    /// Whether the pod starts without the object.
    pub is_optional: bool,
    /// Where it is in the manifest: `spec.template.spec.containers[0].env[2]`.
    pub path: String,
    /// The line of helm's output with the name, from 1.
    pub line: usize,
    /// What a change of the object needs.
    pub need: Need,
}

impl Reference {
    /// How it is read, in a few words: ``env DJANGO_SECRET_KEY of container backend``.
    #[must_use]
    pub fn how(&self) -> String {
        let named: Vec<&str> =
            self.containers.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let of = match named.as_slice() {
            [] => String::new(),
            [one] => format!(" of container {one}"),
            several => format!(" of containers {}", several.join(", ")),
        };
        match &self.form {
            Form::Variable(name) => format!("env {name}{of}"),
            Form::Variables => format!("envFrom{of}"),
            Form::SubPath(volume) => format!("volume {volume} with subPath{of}"),
            Form::Whole(volume) => format!("volume {volume}{of}"),
            Form::Projected(volume) => format!("projected volume {volume}{of}"),
            Form::Driver(volume) => format!("credentials of volume {volume}{of}"),
            Form::Class(volume) => format!("secretProviderClass of volume {volume}{of}"),
            Form::Image(volume) => format!("image of volume {volume}{of}"),
            Form::Pull => "imagePullSecrets".to_owned(),
            Form::Account => "serviceAccountName".to_owned(),
            Form::OfAccount => "secrets of the service account".to_owned(),
            Form::Annotation(key) => format!("annotation {key}"),
            Form::Certificate => "TLS".to_owned(),
        }
    }
}

/// A word that may be the name of an object. It may as well be a password that somebody wrote into a manifest: it is compared with
/// names, and never shown or kept where it is none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    /// The namespace before it, `NAMESPACE/NAME`, else that of the pod.
    pub namespace: String,
    /// The word.
    pub word: String,
    /// Where it stands.
    pub spoken: Spoken,
    /// The container.
    pub container: String,
    /// Where it is in the manifest.
    pub path: String,
    /// The line of helm's output, from 1.
    pub line: usize,
}

impl std::fmt::Debug for Mention {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Mention({:?} {} line {})", self.spoken, self.path, self.line)
    }
}

/// Where a word stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Spoken {
    /// In `args`.
    Argument,
    /// In `command`.
    Command,
    /// In the value of this variable.
    Variable(String),
}

/// A container of a pod.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) spot: Spot,
    /// Its name; empty for the one that an operator adds.
    pub(super) name: String,
    /// Whether it ends before the others start. One that is restarted always runs beside them.
    pub(super) is_init: bool,
}

/// A description of a pod, in whatever layout.
#[derive(Debug)]
pub(super) struct Described {
    /// The fields of the pod spec.
    pub(super) spec: Spot,
    /// What describes the pod with all its parts.
    pub(super) whole: Spot,
    pub(super) annotations: Option<Spot>,
    /// Init containers first.
    pub(super) containers: Vec<Container>,
    layout: Layout,
}

impl Described {
    /// A pod spec, in its template where it has one.
    pub(super) fn by_template(template: Option<&Spot>, spec: Spot) -> Self {
        Self {
            containers: containers(&spec, &["initContainers"], &["containers"]),
            whole: template.cloned().unwrap_or_else(|| spec.clone()),
            annotations: template.map(|template| template.at(&["metadata", "annotations"])),
            spec,
            layout: Layout::Template,
        }
    }

    /// A pod as the table of custom resources describes it. `around` is what it is a part of.
    pub(super) fn by_layout(layout: Layout, pod: &Spot, around: &Spot, annotations: Spot) -> Self {
        let spec = if layout == Layout::Template { pod.key("spec") } else { pod.clone() };
        let mut containers = match layout {
            Layout::Template => containers(&spec, &["initContainers"], &["containers"]),
            Layout::Flat => containers(&spec, &["initContainers"], &["containers", "additionalContainers"]),
            Layout::Parts => {
                let beside =
                    around.entries().into_iter().filter(|(_, spot)| spot.is_map() && spot.path != pod.path);
                beside.map(|(key, spot)| Container { spot, name: key.to_string(), is_init: false }).collect()
            }
        };
        if layout == Layout::Flat {
            containers.push(Container { spot: spec.clone(), name: String::new(), is_init: false });
        }
        let whole = if layout == Layout::Parts { around.clone() } else { pod.clone() };
        Self { spec, whole, annotations: Some(annotations), containers, layout }
    }
}

/// The containers in lists of a pod spec, init containers first. Containers for debugging are no part of a template.
fn containers(spec: &Spot, init: &[&str], others: &[&str]) -> Vec<Container> {
    let list = |key: &&str, init: bool| {
        spec.key(key).items().into_iter().filter(Spot::is_map).map(move |spot| Container {
            name: spot.text_of("name").unwrap_or_default(),
            is_init: init && spot.key("restartPolicy").text() != Some("Always"),
            spot,
        })
    };
    let init = init.iter().flat_map(|key| list(key, true));
    init.chain(others.iter().flat_map(|key| list(key, false))).collect()
}

/// What a pod reads.
pub(super) fn references(resource: &Resource, pod: &Described) -> Vec<Reference> {
    let mut reader = Reader { resource, found: Vec::new() };
    for container in &pod.containers {
        reader.variables(container);
    }
    reader.volumes(pod);
    if pod.layout == Layout::Flat {
        reader.lists(&pod.spec);
    }
    for secret in pod.spec.key("imagePullSecrets").items() {
        reader.add(Form::Pull, Kind::Secret, &secret.key("name"), &secret.path);
    }
    if let Some(account) = service_account(&pod.spec) {
        reader.add(Form::Account, Kind::ServiceAccount, &account, &account.path);
    }
    for injection in &kinds::table().annotation {
        let Some(annotations) = &pod.annotations else { break };
        let object = annotations.key(&injection.key);
        reader.add(Form::Annotation(injection.key.clone()), injection.object, &object, &object.path);
    }
    reader.found
}

/// The name of the service account in a pod spec, where it has one.
pub(super) fn service_account(spec: &Spot) -> Option<Spot> {
    let keys = ["serviceAccountName", "serviceAccount"];
    keys.into_iter().map(|key| spec.key(key)).find(|account| account.text().is_some())
}

/// The references of a resource that has no pods.
pub(super) fn live(resource: &Resource, names: Vec<(Form, Kind, Spot)>) -> Vec<Reference> {
    let mut reader = Reader { resource, found: Vec::new() };
    for (form, kind, name) in names {
        if let Some(reference) = reader.add(form, kind, &name, &name.path) {
            reference.need = Need::Nothing(Why::ReadLive);
        }
    }
    reader.found
}

/// Who mounts a volume.
#[derive(Debug, Default)]
struct Mounts {
    containers: Vec<String>,
    by_others_than_init: bool,
    with_sub_path: bool,
}

struct Reader<'r> {
    resource: &'r Resource,
    found: Vec<Reference>,
}

impl Reader<'_> {
    /// Adds a reference where the name is one.
    fn add(&mut self, form: Form, kind: Kind, name: &Spot, path: &Path) -> Option<&mut Reference> {
        let text = name.text()?;
        let need = match &form {
            Form::Variable(_) | Form::Variables => Need::Start,
            Form::SubPath(_) => Need::SubPath,
            Form::Whole(_) | Form::Projected(_) => Need::Whole,
            Form::Driver(_) | Form::Class(_) | Form::Annotation(_) => Need::Admission,
            Form::Image(_) => Need::Nothing(Why::InTemplate),
            Form::Pull | Form::Account | Form::OfAccount | Form::Certificate => Need::Nothing(Why::ReadLive),
        };
        self.found.push(Reference {
            form,
            kind,
            namespace: self.resource.identity.namespace.clone(),
            name: text.to_owned(),
            keys: BTreeSet::new(),
            containers: Vec::new(),
            is_optional: false,
            path: path.to_string(),
            line: self.resource.line(&name.path),
            need,
        });
        self.found.last_mut()
    }

    fn variables(&mut self, container: &Container) {
        let both = |one: &str, other: &str| {
            [one, other].into_iter().flat_map(|key| container.spot.key(key).items()).collect::<Vec<_>>()
        };
        for variable in both("env", "extraEnvs") {
            let from = variable.key("valueFrom");
            for (field, kind) in [("configMapKeyRef", Kind::ConfigMap), ("secretKeyRef", Kind::Secret)] {
                let object = from.key(field);
                let form = Form::Variable(variable.text_of("name").unwrap_or_default());
                if let Some(reference) = self.add(form, kind, &object.key("name"), &variable.path) {
                    reference.keys.extend(object.text_of("key"));
                    reference.containers.push(container.name.clone());
                    reference.is_optional = object.key("optional").is_true();
                }
            }
        }
        for all in both("envFrom", "extraEnvsFrom") {
            for (field, kind) in [("configMapRef", Kind::ConfigMap), ("secretRef", Kind::Secret)] {
                let object = all.key(field);
                if let Some(reference) = self.add(Form::Variables, kind, &object.key("name"), &all.path) {
                    reference.containers.push(container.name.clone());
                    reference.is_optional = object.key("optional").is_true();
                }
            }
        }
    }

    /// Names of objects that an operator mounts whole.
    fn lists(&mut self, spec: &Spot) {
        let texts = |key: &str| spec.key(key).items();
        let named = texts("configmaps").into_iter().map(|item| item.key("name"));
        let config_maps = texts("configMaps").into_iter().chain(named).map(|name| (Kind::ConfigMap, name));
        for (kind, name) in config_maps.chain(texts("secrets").into_iter().map(|name| (Kind::Secret, name))) {
            let form = Form::Whole(name.text().unwrap_or_default().to_owned());
            if let Some(reference) = self.add(form, kind, &name, &name.path) {
                reference.containers.push(String::new());
            }
        }
    }

    fn volumes(&mut self, pod: &Described) {
        let mut mounts: IndexMap<String, Mounts> = IndexMap::new();
        for container in &pod.containers {
            for mount in container.spot.key("volumeMounts").items() {
                let Some(volume) = mount.text_of("name") else { continue };
                let mounts = mounts.entry(volume).or_default();
                if mounts.containers.last() != Some(&container.name) {
                    mounts.containers.push(container.name.clone());
                }
                mounts.by_others_than_init |= !container.is_init;
                mounts.with_sub_path |=
                    ["subPath", "subPathExpr"].iter().any(|key| mount.key(key).text().is_some());
            }
        }
        // What an operator mounts is not told.
        let nobody = Mounts { by_others_than_init: pod.layout != Layout::Template, ..Mounts::default() };
        for volume in pod.spec.key("volumes").items() {
            let name = volume.text_of("name").unwrap_or_default();
            self.volume(&volume, &name, mounts.get(&name).unwrap_or(&nobody));
        }
    }

    fn volume(&mut self, volume: &Spot, name: &str, mounts: &Mounts) {
        let plain = if mounts.with_sub_path { Form::SubPath } else { Form::Whole };
        let (config_map, secret) = (volume.key("configMap"), volume.key("secret"));
        self.mounted(plain(name.to_owned()), Kind::ConfigMap, (&config_map, "name"), &volume.path, mounts);
        self.mounted(plain(name.to_owned()), Kind::Secret, (&secret, "secretName"), &volume.path, mounts);
        let projected = if mounts.with_sub_path { Form::SubPath } else { Form::Projected };
        for source in volume.at(&["projected", "sources"]).items() {
            for (field, kind) in [("configMap", Kind::ConfigMap), ("secret", Kind::Secret)] {
                let object = source.key(field);
                self.mounted(projected(name.to_owned()), kind, (&object, "name"), &source.path, mounts);
            }
        }
        for (keys, form, kind) in DRIVERS {
            let spot = volume.at(keys);
            if let Some(reference) = self.add(form(name.to_owned()), kind, &spot, &volume.path) {
                reference.containers.clone_from(&mounts.containers);
            }
        }
    }

    fn mounted(
        &mut self,
        form: Form,
        kind: Kind,
        (object, field): (&Spot, &str),
        path: &Path,
        mounts: &Mounts,
    ) {
        if let Some(reference) = self.add(form, kind, &object.key(field), path) {
            reference.keys =
                object.key("items").items().iter().filter_map(|item| item.text_of("key")).collect();
            reference.is_optional = object.key("optional").is_true();
            reference.containers.clone_from(&mounts.containers);
            if mounts.containers.is_empty() && !mounts.by_others_than_init {
                reference.need = Need::Nothing(Why::Unmounted);
            } else if !mounts.by_others_than_init && !mounts.with_sub_path {
                reference.need = Need::Init;
            }
        }
    }
}

/// What else a volume is made with: where the name stands.
type Driver = (&'static [&'static str], fn(String) -> Form, Kind);

const DRIVERS: [Driver; 10] = [
    (&["csi", "volumeAttributes", "secretProviderClass"], Form::Class, Kind::SecretProviderClass),
    (&["csi", "nodePublishSecretRef", "name"], Form::Driver, Kind::Secret),
    (&["azureFile", "secretName"], Form::Driver, Kind::Secret),
    (&["cephfs", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["flexVolume", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["iscsi", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["rbd", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["scaleIO", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["storageos", "secretRef", "name"], Form::Driver, Kind::Secret),
    (&["image", "reference"], Form::Image, Kind::Image),
];

/// The words in a pod spec that may be names of objects.
pub(super) fn mentions(resource: &Resource, pod: &Described) -> Vec<Mention> {
    let mut found = Vec::new();
    for container in &pod.containers {
        let spot = &container.spot;
        let texts = [("args", Spoken::Argument), ("command", Spoken::Command)].into_iter().flat_map(
            |(key, spoken)| spot.key(key).items().into_iter().map(move |item| (item, spoken.clone())),
        );
        let variables = spot.key("env").items().into_iter().map(|variable| {
            let spoken = Spoken::Variable(variable.text_of("name").unwrap_or_default());
            (variable.key("value"), spoken)
        });
        for (spot, spoken) in texts.chain(variables) {
            for (namespace, word) in spot.text().into_iter().flat_map(names) {
                found.push(Mention {
                    namespace: namespace.unwrap_or(&resource.identity.namespace).to_owned(),
                    word: word.to_owned(),
                    spoken: spoken.clone(),
                    container: container.name.clone(),
                    path: spot.path.to_string(),
                    line: resource.line(&spot.path),
                });
            }
        }
    }
    found
}

/// The words of a text that an object may be called, with a namespace before a `/`. A namespace that is a variable of the container
/// is that of the pod.
fn names(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let words = text.split(|c: char| c.is_whitespace() || "=,;\"'`".contains(c));
    words.filter_map(|word| {
        let (namespace, name) = match word.split_once('/') {
            Some((namespace, name)) if namespace.starts_with("$(") && namespace.ends_with(')') => {
                (None, name)
            }
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, word),
        };
        let good = is_object_name(name)
            && namespace.is_none_or(|namespace| is_object_name(namespace) && !namespace.contains('.'));
        (good && name.bytes().any(|byte| byte.is_ascii_lowercase())).then_some((namespace, name))
    })
}

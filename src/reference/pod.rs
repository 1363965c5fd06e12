//! What the containers of a pod read.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::described::{Container, Described, service_account};
use super::kinds::{self, Layout};
use super::need::{Need, Why};
use super::resource::Resource;
use super::spot::{Path, Spot};
use crate::rendered::ObjectKind;

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
    /// An object of any other kind, which no pod reads.
    Other,
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
            Self::Other => "object",
        }
    }
}

impl Kind {
    /// The object that it is, if it is one with data.
    #[must_use]
    pub(crate) const fn object(self) -> Option<ObjectKind> {
        match self {
            Self::ConfigMap => Some(ObjectKind::ConfigMap),
            Self::Secret => Some(ObjectKind::Secret),
            Self::Other => Some(ObjectKind::Other),
            Self::SecretProviderClass | Self::ServiceAccount | Self::Image => None,
        }
    }
}

impl From<ObjectKind> for Kind {
    fn from(kind: ObjectKind) -> Self {
        match kind {
            ObjectKind::ConfigMap => Self::ConfigMap,
            ObjectKind::Secret => Self::Secret,
            ObjectKind::Other => Self::Other,
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

impl Form {
    /// What a change of the object needs, by the form alone.
    pub(crate) const fn need(&self) -> Need {
        match self {
            Self::Variable(_) | Self::Variables => Need::Start,
            Self::SubPath(_) => Need::SubPath,
            Self::Whole(_) | Self::Projected(_) => Need::Whole,
            Self::Driver(_) | Self::Class(_) | Self::Annotation(_) => Need::Admission,
            Self::Image(_) => Need::Nothing(Why::InTemplate),
            Self::Pull | Self::Account | Self::OfAccount | Self::Certificate => Need::Nothing(Why::ReadLive),
        }
    }
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
    /// The object: its kind, its namespace and its name.
    pub(crate) const fn object(&self) -> (Kind, &str, &str) {
        (self.kind, self.namespace.as_str(), self.name.as_str())
    }

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
        let need = form.need();
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

//! Everything that the manifests of a release say about what pods read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::access::{Grant, grants};
use super::elsewhere::{Class, Elsewhere, Maker, class, elsewhere, maker};
use super::mention::{Mention, named};
use super::need::{Need, Why};
use super::operated::{Field, Operated, operated};
use super::pod::{Form, Kind, Reference};
use super::reloader::{RELOADER, WAVE, repository};
use super::resource::{Resource, resources};
use super::workload::{Corefiles, Destination, Moves, Pod, Size, Workload, workload};
use crate::rendered::{Datum, Marker, Object, ObjectKind, Unreadable, documents, objects_of, specified};

/// What the manifests of a release say. What is known of the data of objects is a `D`: its bytes, where nothing else is chosen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifests<D = Datum> {
    /// The `ConfigMap`s and `Secret`s.
    pub objects: Vec<Object<D>>,
    /// Each object with its `spec`, of whatever kind.
    pub specified: Vec<Object<D>>,
    /// Those of them that are annotated for Reloader.
    pub tagged: Vec<Tagged>,
    /// What owns pods, with what they read.
    pub workloads: Vec<Workload>,
    /// Resources without pods that read objects, all of them live.
    pub elsewhere: Vec<Elsewhere>,
    /// Custom resources with fields that may name objects, which their operators read.
    pub operated: Vec<Operated>,
    /// Resources of which controllers make objects.
    pub makers: Vec<Maker>,
    /// The `SecretProviderClass`es.
    pub classes: Vec<Class>,
    /// What the release lets service accounts read through the API.
    pub grants: Vec<Grant>,
    /// The controllers that restart pods, which the release installs: `Reloader` and `wave`.
    pub installs: BTreeSet<String>,
}

/// An object that is annotated for Reloader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagged {
    /// The kind of the object.
    pub kind: Kind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether workloads that search take it: `reloader.stakater.com/match`.
    pub is_matched: bool,
    /// Whether no change of it restarts anything: `reloader.stakater.com/ignore`.
    pub is_ignored: bool,
}

impl Tagged {
    /// The object: its kind, its namespace and its name.
    pub(crate) const fn object(&self) -> (Kind, &str, &str) {
        (self.kind, self.namespace.as_str(), self.name.as_str())
    }
}

/// Reads what helm prints for a release. `namespace` is that of the release; what may be secret and is only compared is kept as a mark
/// of `marker`.
///
/// # Errors
///
/// Where a manifest is not readable to Kubernetes. The error tells the line alone: a value may be secret.
pub fn read(manifests: &[u8], namespace: &str, marker: &Marker) -> Result<Manifests, Unreadable> {
    read_with_destinations(manifests, namespace, marker).map(|(manifests, _)| manifests)
}

/// For each workload, where the annotations of each of its pods go.
pub(crate) type Destinations = Vec<Vec<Option<Destination>>>;

/// As [`read`], with where the annotations of each pod of each workload go, where that is known.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_with_destinations(
    manifests: &[u8],
    namespace: &str,
    marker: &Marker,
) -> Result<(Manifests, Destinations), Unreadable> {
    let mut objects = Vec::new();
    let mut with_spec = Vec::new();
    let mut all = Vec::new();
    for document in documents(manifests)? {
        let document = document?;
        objects.extend(objects_of(&document, namespace));
        with_spec.extend(specified(&document, namespace));
        all.extend(resources(&document, namespace));
    }
    let corefiles = corefiles(&objects);
    let (mut workloads, destinations): (Vec<Workload>, Vec<_>) =
        all.iter().filter_map(|one| workload(one, &corefiles, marker)).unzip();
    for resource in &all {
        scale(resource, &mut workloads);
    }
    let elsewhere: Vec<Elsewhere> = all.iter().filter_map(elsewhere).collect();
    add_secrets_of_accounts(&elsewhere, &mut workloads);
    let manifests = Manifests {
        objects,
        specified: with_spec,
        tagged: all.iter().filter_map(tagged).collect(),
        installs: installed(&workloads),
        workloads,
        elsewhere,
        operated: all.iter().filter_map(|one| operated(one, marker)).collect(),
        makers: all.iter().filter_map(maker).collect(),
        classes: all.iter().filter_map(class).collect(),
        grants: grants(&all),
    };
    Ok((manifests, destinations))
}

impl<D> Manifests<D> {
    /// The same with something else of the data of objects.
    pub(crate) fn with_data<E>(self, mut of: impl FnMut(D) -> E) -> Manifests<E> {
        let Self {
            objects,
            specified,
            tagged,
            workloads,
            elsewhere,
            operated,
            makers,
            classes,
            grants,
            installs,
        } = self;
        let mut each = |objects: Vec<Object<D>>| -> Vec<Object<E>> {
            objects.into_iter().map(|object| object.with_data(&mut of)).collect()
        };
        let (objects, specified) = (each(objects), each(specified));
        Manifests {
            objects,
            specified,
            tagged,
            workloads,
            elsewhere,
            operated,
            makers,
            classes,
            grants,
            installs,
        }
    }

    /// The objects that sources may name, each of whatever kind.
    pub(crate) fn nameable(&self) -> impl Iterator<Item = &Object<D>> {
        self.objects.iter().chain(&self.specified)
    }

    /// Where a pod names an object in an argument, a command or a variable and reads it in no other way.
    ///
    /// `marker` is the one that the manifests were read with.
    pub fn mentions<'m>(
        &'m self,
        marker: &Marker,
        kind: ObjectKind,
        namespace: &'m str,
        name: &'m str,
    ) -> impl Iterator<Item = (&'m Workload, &'m Pod, &'m Mention, Need)> + use<'m, D> {
        let kind = Kind::from(kind);
        let word = named(marker, namespace, name);
        let pods =
            self.workloads.iter().flat_map(|workload| workload.pods.iter().map(move |pod| (workload, pod)));
        let reads = move |pod: &Pod| {
            let is_it = |one: &Reference| one.kind == kind && one.namespace == namespace && one.name == name;
            pod.references.iter().any(is_it)
        };
        pods.filter(move |(_, pod)| !reads(pod)).flat_map(move |(workload, pod)| {
            let is_it = move |one: &&Mention| one.word == word;
            pod.mentions.iter().filter(is_it).map(move |mention| {
                let account = (workload.identity.namespace.as_str(), pod.service_account.as_str());
                let is_allowed = self.grants.iter().any(|one| one.allows(account, (kind, namespace, name)));
                let need = match workload.moves {
                    _ if is_allowed => Need::Nothing(Why::ThroughApi),
                    Moves::NextRun => Need::Nothing(Why::NextRun),
                    _ => Need::Named,
                };
                (workload, pod, mention, need)
            })
        })
    }

    /// Where a field of a custom resource names an object. `marker` is the one that the manifests were read with.
    pub fn named_by_operated(
        &self,
        marker: &Marker,
        kind: ObjectKind,
        namespace: &str,
        name: &str,
    ) -> impl Iterator<Item = (&Operated, &Field)> {
        let (kind, word) = (Kind::from(kind), named(marker, namespace, name));
        let all = self.operated.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
        all.filter(move |(_, field)| field.kind == kind && field.word == word)
    }
}

/// The `ConfigMap`s with a Corefile in which `reload` stands, by namespace.
fn corefiles(objects: &[Object]) -> Corefiles {
    let mut found: Corefiles = BTreeMap::new();
    for object in objects.iter().filter(|object| object.kind == ObjectKind::ConfigMap) {
        let reloads = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .lines()
                .any(|line| line.split_ascii_whitespace().next() == Some("reload"))
        };
        if object.data.iter().any(|datum| datum.name == "data/Corefile" && reloads(&datum.bytes)) {
            found.entry(object.namespace.clone()).or_default().insert(object.name.clone());
        }
    }
    found
}

/// Gives the workload that an autoscaler is for the range that it has.
fn scale(resource: &Resource, workloads: &mut [Workload]) {
    if !resource.identity.is("autoscaling", "HorizontalPodAutoscaler") {
        return;
    }
    let spec = resource.root.key("spec");
    let target = spec.key("scaleTargetRef");
    let (Some(kind), Some(name)) = (target.text_of("kind"), target.text_of("name")) else { return };
    let Some(most) = spec.key("maxReplicas").number() else { return };
    let least = spec.key("minReplicas").number().unwrap_or(1);
    for workload in workloads {
        let own = &workload.identity;
        let is_it = own.kind == kind && own.name == name && own.namespace == resource.identity.namespace;
        // An autoscaler leaves a workload alone that was scaled to nothing.
        if is_it && workload.size != Size::Count(0) {
            workload.size = Size::Range(least, most);
        }
    }
}

/// Gives pods the secrets of their service accounts, where those are among the manifests.
fn add_secrets_of_accounts(elsewhere: &[Elsewhere], workloads: &mut [Workload]) {
    let accounts: BTreeMap<(&str, &str), &Elsewhere> = elsewhere
        .iter()
        .filter(|one| one.identity.is("", "ServiceAccount"))
        .map(|one| ((one.identity.namespace.as_str(), one.identity.name.as_str()), one))
        .collect();
    for workload in workloads {
        for pod in &mut workload.pods {
            let account = (workload.identity.namespace.as_str(), pod.service_account.as_str());
            let secrets = accounts.get(&account).into_iter().flat_map(|account| &account.references);
            pod.references.extend(secrets.map(|one| Reference { form: Form::OfAccount, ..one.clone() }));
        }
    }
}

fn tagged(resource: &Resource) -> Option<Tagged> {
    let kind = match resource.identity.kind.as_str() {
        "ConfigMap" => Kind::ConfigMap,
        "Secret" => Kind::Secret,
        _ => return None,
    };
    let annotations = resource.root.at(&["metadata", "annotations"]);
    let is_true = |key: &str| annotations.key(key).text() == Some("true");
    let (is_matched, is_ignored) =
        (is_true("reloader.stakater.com/match"), is_true("reloader.stakater.com/ignore"));
    (is_matched || is_ignored).then(|| Tagged {
        kind,
        namespace: resource.identity.namespace.clone(),
        name: resource.identity.name.clone(),
        is_matched,
        is_ignored,
    })
}

/// The controllers that restart pods, by the images of the workloads.
fn installed(workloads: &[Workload]) -> BTreeSet<String> {
    let images = workloads.iter().flat_map(|workload| &workload.pods).flat_map(|pod| &pod.images);
    let controller = |image: &String| {
        let image = repository(image);
        let name = image.rsplit('/').next()?;
        if name == "reloader" {
            return Some(RELOADER.to_owned());
        }
        (name == "wave" && (image.contains("wave-k8s") || image.contains("pusher"))).then(|| WAVE.to_owned())
    };
    images.filter_map(controller).collect()
}

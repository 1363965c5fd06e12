//! Which releases make which objects.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::reference::Kind;
use crate::rendered::ObjectKind;

/// The objects of a run by what they are called in their cluster.
pub(super) struct Makers {
    objects: BTreeMap<Key, Vec<usize>>,
    /// What controllers make, with the resource that they make it of.
    controlled: BTreeMap<Key, Controlled>,
}

/// A resource of which a controller makes an object.
#[derive(Clone, Debug)]
pub(super) struct Controlled {
    /// How messages name it: `ExternalSecret db of apps/platform`.
    pub(super) resource: String,
    /// The position of its release.
    pub(super) maker: usize,
    /// What a source names it by.
    pub(super) object: (ObjectKind, String),
}

/// The environment, the kube context, the kind, the namespace and the name.
type Key = (usize, String, ObjectKind, String, String);

/// The namespace that something without one is deployed to: helm renders `.Release.Namespace` as `default` where none is given.
pub(super) const fn settled(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

impl Makers {
    pub(super) fn of(subjects: &[Subject<'_>]) -> Self {
        let mut makers: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut controlled = BTreeMap::new();
        for (index, subject) in subjects.iter().enumerate() {
            let Ok(manifests) = &subject.manifests else { continue };
            let (environment, cluster) = subject.cluster();
            for object in &manifests.objects {
                let key = (
                    environment,
                    cluster.to_owned(),
                    object.kind,
                    settled(&object.namespace).to_owned(),
                    object.name.clone(),
                );
                let known = makers.entry(key).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
            for maker in &manifests.makers {
                let Some(kind) = maker.kind.object() else { continue };
                let resource =
                    format!("{} {} of {}", maker.identity.kind, maker.identity.name, subject.release.id());
                let identity = &maker.identity;
                // Of an object that is copied, its data count.
                let object = match (identity.group(), identity.kind.as_str()) {
                    (Some(""), "ConfigMap") => (ObjectKind::ConfigMap, identity.name.clone()),
                    (Some(""), "Secret") => (ObjectKind::Secret, identity.name.clone()),
                    (_, kind) => (ObjectKind::Other, format!("{kind}/{}", identity.name)),
                };
                let made = Controlled { resource, maker: index, object };
                for name in &maker.names {
                    let namespace = if maker.is_everywhere { "" } else { settled(&maker.identity.namespace) };
                    let key = (environment, cluster.to_owned(), kind, namespace.to_owned(), name.clone());
                    controlled.entry(key).or_insert_with(|| made.clone());
                }
            }
        }
        Self { objects: makers, controlled }
    }

    /// The resource of which a controller makes an object that a release names.
    pub(super) fn controlled(
        &self,
        reader: &Subject<'_>,
        (kind, namespace, name): (Kind, &str, &str),
    ) -> Option<&Controlled> {
        let (environment, cluster) = reader.cluster();
        let kind = kind.object()?;
        let of = |namespace: &str| {
            let key = (environment, cluster.to_owned(), kind, namespace.to_owned(), name.to_owned());
            self.controlled.get(&key)
        };
        of(settled(namespace)).or_else(|| of(""))
    }

    /// The releases that make an object which a release names, by their positions. Of several, the one that it needs.
    pub(super) fn find(
        &self,
        subjects: &[Subject<'_>],
        reader: &Subject<'_>,
        (kind, namespace, name): (Kind, &str, &str),
    ) -> Vec<usize> {
        let Some(kind) = kind.object() else { return Vec::new() };
        let (environment, cluster) = reader.cluster();
        let key = (environment, cluster.to_owned(), kind, settled(namespace).to_owned(), name.to_owned());
        let found = self.objects.get(&key).map(Vec::as_slice).unwrap_or_default();
        if found.len() < 2 {
            return found.to_vec();
        }
        let needs = reader.environment.resolved.needs();
        let needed = |index: &&usize| {
            let maker = &subjects[**index];
            maker.at == reader.at
                || (maker.at.visit == reader.at.visit
                    && needs.waits_for((reader.at.visit, reader.at.release), maker.at.release))
        };
        match found.iter().filter(needed).copied().collect::<Vec<_>>() {
            one if one.len() == 1 => one,
            _ => found.to_vec(),
        }
    }

    /// The objects that other releases make where a release could read them, with the positions of those releases.
    pub(super) fn near<'m>(
        &'m self,
        reader: &'m Subject<'_>,
    ) -> impl Iterator<Item = (ObjectKind, &'m str, usize)> {
        let namespace = settled(&reader.release.namespace);
        let found = self.around(reader).filter(move |(_, own, ..)| *own == namespace);
        found.flat_map(|(kind, _, name, makers)| makers.iter().map(move |index| (kind, name, *index)))
    }

    /// The objects of the cluster that a release is deployed to, by kind, namespace and name, with the positions of the releases that
    /// make them.
    pub(super) fn around<'m>(
        &'m self,
        reader: &'m Subject<'_>,
    ) -> impl Iterator<Item = (ObjectKind, &'m str, &'m str, &'m [usize])> {
        let (environment, cluster) = reader.cluster();
        let found = self
            .objects
            .iter()
            .filter(move |((of, context, ..), _)| *of == environment && context == cluster);
        found.map(|((_, _, kind, namespace, name), makers)| {
            (*kind, namespace.as_str(), name.as_str(), makers.as_slice())
        })
    }

    /// The objects that controllers make where a release could read them, with the resources that they make them of.
    pub(super) fn controlled_near<'m>(
        &'m self,
        reader: &'m Subject<'_>,
    ) -> impl Iterator<Item = (ObjectKind, &'m str, &'m str)> {
        let (environment, cluster) = reader.cluster();
        let namespace = settled(&reader.release.namespace);
        let found = self.controlled.iter().filter(move |((of, context, _, own, _), _)| {
            *of == environment && context == cluster && (own == namespace || own.is_empty())
        });
        // What is there anyhow is not copied there.
        let is_there = move |kind: ObjectKind, name: &str| {
            let key = (environment, cluster.to_owned(), kind, namespace.to_owned(), name.to_owned());
            self.objects.contains_key(&key)
        };
        let found = found.filter(move |((_, _, kind, _, name), _)| !is_there(*kind, name));
        found.map(|((_, _, kind, _, name), made)| (*kind, name.as_str(), made.resource.as_str()))
    }
}

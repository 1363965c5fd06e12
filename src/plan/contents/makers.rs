//! Which releases make which objects, and which of these the pods of a release read.

use std::collections::BTreeMap;

use super::kept::Rendered;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::reference::{Kind, Need, RELOADER, Reference, Tagged, Why, Workload};
use crate::rendered::ObjectKind;
use crate::state::Release;

/// A release that helmfile would deploy, with what it renders where that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deployed<'r> {
    pub(crate) at: ReleaseAt,
    pub(crate) environment: &'r Environment,
    pub(crate) manifests: Option<&'r Rendered>,
}

/// The objects of a run by what they are called in their cluster.
pub(crate) struct Makers<'r> {
    releases: Vec<Deployed<'r>>,
    objects: BTreeMap<Key, Vec<usize>>,
    /// What controllers make, with the resource that they make it of.
    controlled: BTreeMap<Key, Controlled>,
}

/// A resource of which a controller makes an object.
#[derive(Clone, Debug)]
pub(crate) struct Controlled {
    /// How messages name it: `ExternalSecret db of apps/platform`.
    pub(crate) resource: String,
    /// The position of its release.
    pub(crate) maker: usize,
    /// What a source names it by.
    pub(crate) object: (ObjectKind, String),
}

/// The environment, the kube context, the kind, the namespace and the name.
type Key = (usize, String, ObjectKind, String, String);

/// The namespace that something without one is deployed to: helm renders `.Release.Namespace` as `default` where none is given.
pub(crate) const fn settled(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// An object that a workload reads, in whatever ways.
#[derive(Clone, Debug)]
pub(crate) struct Read<'r> {
    /// The ways, the gravest first. There is one.
    pub(crate) references: Vec<&'r Reference>,
    /// What a change of the object needs.
    pub(crate) need: Need,
    /// The releases that make it, by their positions. Of several, the one that the release of the workload needs.
    pub(crate) makers: Vec<usize>,
}

impl<'r> Deployed<'r> {
    pub(crate) fn release(&self) -> &'r Release {
        release(&self.environment.resolved, self.at)
    }

    /// The kube context that it is deployed to, with the environment.
    fn cluster(&self) -> (usize, &'r str) {
        (self.at.environment, &self.release().kube_context)
    }
}

impl<'r> Makers<'r> {
    /// The objects of some releases, whose positions stay.
    pub(crate) fn of(releases: Vec<Deployed<'r>>) -> Self {
        let mut makers: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut controlled = BTreeMap::new();
        for (index, deployed) in releases.iter().enumerate() {
            let Some(manifests) = deployed.manifests else { continue };
            let (environment, cluster) = deployed.cluster();
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
                    format!("{} {} of {}", maker.identity.kind, maker.identity.name, deployed.release().id());
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
        Self { releases, objects: makers, controlled }
    }

    /// The release at a position.
    pub(crate) fn release(&self, index: usize) -> Deployed<'r> {
        self.releases[index]
    }

    /// Whether a release is one of some, by their positions.
    pub(crate) fn has(&self, at: ReleaseAt, makers: &[usize]) -> bool {
        makers.iter().any(|index| self.releases[*index].at == at)
    }

    /// The objects that a workload of a release reads, in the order of its manifest.
    pub(crate) fn read_by<'w>(&self, reader: Deployed<'_>, workload: &'w Workload) -> Vec<Read<'w>> {
        let of = |references: Vec<&'w Reference>| {
            let gravest = references.first()?;
            let makers = self.find(reader, gravest.object());
            let manifests = makers.iter().filter_map(|index| self.releases[*index].manifests);
            let mut tagged = manifests.flat_map(|manifests| &manifests.tagged);
            let need = match tagged.find(|one| one.object() == gravest.object()) {
                Some(tagged) => with_controllers(workload, gravest, tagged),
                None => gravest.need.clone(),
            };
            Some(Read { references, need, makers })
        };
        grouped(workload.references()).into_iter().filter_map(of).collect()
    }

    /// The resource of which a controller makes an object that a release names.
    pub(crate) fn controlled(
        &self,
        reader: Deployed<'_>,
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
    pub(crate) fn find(
        &self,
        reader: Deployed<'_>,
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
            let maker = &self.releases[**index];
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
    pub(crate) fn near<'m>(
        &'m self,
        reader: Deployed<'m>,
    ) -> impl Iterator<Item = (ObjectKind, &'m str, usize)> {
        let namespace = settled(&reader.release().namespace);
        let found = self.around(reader).filter(move |(_, own, ..)| *own == namespace);
        found.flat_map(|(kind, _, name, makers)| makers.iter().map(move |index| (kind, name, *index)))
    }

    /// The objects of the cluster that a release is deployed to, by kind, namespace and name, with the positions of the releases that
    /// make them.
    pub(crate) fn around<'m>(
        &'m self,
        reader: Deployed<'m>,
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
    pub(crate) fn controlled_near<'m>(
        &'m self,
        reader: Deployed<'m>,
    ) -> impl Iterator<Item = (ObjectKind, &'m str, &'m str)> {
        let (environment, cluster) = reader.cluster();
        let namespace = settled(&reader.release().namespace);
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

/// References to objects, those to the same one together, the gravest first.
pub(crate) fn grouped<'r>(references: impl Iterator<Item = &'r Reference>) -> Vec<Vec<&'r Reference>> {
    let mut groups: Vec<Vec<&Reference>> = Vec::new();
    for reference in references.filter(|one| one.kind.object().is_some()) {
        let is_same = |group: &&mut Vec<&Reference>| {
            group.first().is_some_and(|first| first.object() == reference.object())
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(reference),
            None => groups.push(vec![reference]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|reference| std::cmp::Reverse(reference.need.level()));
    }
    groups
}

/// What a change of an object needs whose annotations ask Reloader to look at it or to leave it alone.
fn with_controllers(workload: &Workload, reference: &Reference, tagged: &Tagged) -> Need {
    match &reference.need {
        Need::Nothing(Why::Controller(name)) if tagged.is_ignored && name == RELOADER => {
            reference.form.need()
        }
        Need::Nothing(_) => reference.need.clone(),
        _ if tagged.is_matched
            && !tagged.is_ignored
            && workload.controllers.iter().any(|one| one.searches) =>
        {
            Need::Nothing(Why::Controller(RELOADER.to_owned()))
        }
        need => need.clone(),
    }
}

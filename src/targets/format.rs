//! How a checksum reaches the chart.

use std::collections::BTreeSet;

use super::block::{Block, Entry};
use super::content::Section;
use super::template::{Subject, Template};
use super::{KeyPath, KeyPaths};
use crate::checksum::Digest;
use crate::diagnostic::Diagnostic;
use crate::reference::ANNOTATION;
use crate::rendered::is_object_name;
use crate::source::config::Shape;
use crate::text::nearest;

/// How a checksum reaches the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// At keys of the values, for a chart of one's own: `configChecksum: "…"`, and `configChecksums: {NAME: "…"}` with named
    /// sources.
    Value(KeyPaths),
    /// As annotations at these keys, for a chart that offers nothing else.
    PodAnnotations(KeyPaths, Shape),
    /// By the names of Secrets and `ConfigMaps` below these keys, for a chart with an allow-list.
    RolloutChecksums {
        /// The blocks: `checksums.secrets.NAME` and `checksums.configMaps.NAME` are below each of them.
        keys: KeyPaths,
        /// Names of sources that become Secrets, where the source does not say so by itself.
        secrets: BTreeSet<String>,
    },
    /// As a template of the user says.
    Template(Template),
}

/// Where an existing target of a format has its checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    At(KeyPath),
    /// In a list: the value of an annotation.
    Among(KeyPath, Shape),
    /// Nowhere among the values. The comments have what it is made of.
    InComments,
}

impl Format {
    /// The keys that a target of this format sets, for sources whose digests need not be known.
    #[must_use]
    pub(crate) fn keys(&self, sections: &[Section<'_>], subject: &Subject) -> Vec<KeyPath> {
        let names = || sections.iter().filter_map(|section| section.name);
        match self {
            Self::Value(keys) => keys.iter().flat_map(|key| [key.clone(), several(key)]).collect(),
            Self::PodAnnotations(keys, Shape::Map) => {
                let of_names = names().map(annotation);
                let annotations: Vec<String> = [ANNOTATION.to_owned()].into_iter().chain(of_names).collect();
                keys.iter().flat_map(|key| annotations.iter().map(|name| key.below(name))).collect()
            }
            // helm replaces lists whole.
            Self::PodAnnotations(keys, Shape::List | Shape::NameValue) => keys.iter().cloned().collect(),
            Self::RolloutChecksums { keys, secrets } => {
                let objects = sections.iter().filter_map(|section| object(section, secrets).ok());
                let objects: Vec<(Group, &str)> = objects.collect();
                let below = |key: &KeyPath| -> Vec<KeyPath> {
                    objects.iter().map(|(group, name)| group.below(key).below(*name)).collect()
                };
                keys.iter().flat_map(below).collect()
            }
            Self::Template(template) => template.keys(sections, subject),
        }
    }

    /// The keys among [`Self::keys`] that these sources give something to.
    #[must_use]
    pub(crate) fn written_keys(&self, sections: &[Section<'_>], subject: &Subject) -> Vec<KeyPath> {
        match self {
            Self::Value(keys) if sections.iter().all(|section| section.name.is_none()) => {
                keys.iter().cloned().collect()
            }
            _ => self.keys(sections, subject),
        }
    }

    /// Where the checksum is, as reports name it; nothing where a template decides.
    #[must_use]
    pub(crate) fn key(&self) -> Option<KeyPath> {
        match self {
            Self::Value(keys) | Self::PodAnnotations(keys, Shape::List | Shape::NameValue) => {
                Some(keys.first().clone())
            }
            Self::PodAnnotations(keys, Shape::Map) => Some(keys.first().below(ANNOTATION)),
            Self::RolloutChecksums { keys, .. } => Some(keys.first().below("checksums")),
            Self::Template(_) => None,
        }
    }

    /// Whether what a target sets depends on which sources there are, those without a name too.
    #[must_use]
    pub(crate) const fn names_all_sources(&self) -> bool {
        match self {
            Self::RolloutChecksums { .. } | Self::Template(_) => true,
            Self::Value(_) | Self::PodAnnotations(..) => false,
        }
    }

    pub(super) fn spot(&self) -> Spot {
        match self {
            Self::Value(keys) => Spot::At(keys.first().clone()),
            Self::PodAnnotations(keys, Shape::Map) => Spot::At(keys.first().below(ANNOTATION)),
            Self::PodAnnotations(keys, shape) => Spot::Among(keys.first().clone(), *shape),
            Self::RolloutChecksums { .. } | Self::Template(_) => Spot::InComments,
        }
    }

    /// The values of a target, below its comments. The sections are in the order of their labels, and there is one.
    pub(super) fn values(
        &self,
        sections: &[Section<'_>],
        checksum: Digest,
        subject: &Subject,
    ) -> Result<String, FormatError> {
        let mut named: Vec<(&str, Digest)> =
            sections.iter().filter_map(|section| Some((section.name?, section.digest))).collect();
        named.sort_unstable();
        let mut block = Block::default();
        match self {
            Self::Template(template) => {
                return template.values(sections, checksum, subject).map_err(FormatError::Template);
            }
            Self::Value(keys) => {
                for key in keys {
                    set(&mut block, key, checksum.into())?;
                    for (name, digest) in &named {
                        set(&mut block, &several(key).below(*name), (*digest).into())?;
                    }
                }
            }
            Self::PodAnnotations(keys, shape) => {
                let annotations = annotations(checksum, &named)?;
                for key in keys {
                    annotate(&mut block, key, *shape, &annotations)?;
                }
            }
            Self::RolloutChecksums { keys, secrets } => {
                let objects = objects(sections, secrets)?;
                for key in keys {
                    for (group, name, digest) in &objects {
                        set(&mut block, &group.below(key).below(*name), (*digest).into())?;
                    }
                }
            }
        }
        Ok(block.to_string())
    }
}

fn set(block: &mut Block, key: &KeyPath, entry: Entry) -> Result<(), FormatError> {
    block.set(key, entry).map_err(|()| FormatError::Overlap(key.clone()))
}

/// The map of named sources beside the checksum of all.
fn several(key: &KeyPath) -> KeyPath {
    key.beside(format!("{}s", key.last()))
}

fn annotation(name: &str) -> String {
    format!("{ANNOTATION}.{name}")
}

fn annotations(checksum: Digest, named: &[(&str, Digest)]) -> Result<Vec<(String, Digest)>, FormatError> {
    /// Kubernetes takes 63 characters after the slash.
    const ROOM: usize = 63 - "helmsum.".len();
    let mut annotations = vec![(ANNOTATION.to_owned(), checksum)];
    for (name, digest) in named {
        if name.len() > ROOM {
            return Err(FormatError::LongName((*name).to_owned()));
        }
        annotations.push((annotation(name), *digest));
    }
    Ok(annotations)
}

fn annotate(
    block: &mut Block,
    key: &KeyPath,
    shape: Shape,
    annotations: &[(String, Digest)],
) -> Result<(), FormatError> {
    let item = |(name, digest): &(String, Digest)| match shape {
        Shape::NameValue => Block::of([("name", Entry::Text(name.clone())), ("value", Entry::from(*digest))]),
        Shape::Map | Shape::List => Block::of([(name.as_str(), Entry::from(*digest))]),
    };
    if shape != Shape::Map {
        return set(block, key, Entry::List(annotations.iter().map(item).collect()));
    }
    annotations.iter().try_for_each(|(name, digest)| set(block, &key.below(name), (*digest).into()))
}

/// An object of Kubernetes that a source stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// Whether it is a Secret, and no `ConfigMap`.
    pub secret: bool,
    /// Its name; nothing where the source has to name it.
    pub name: Option<&'a str>,
}

/// The two lists of a chart with an allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Secrets,
    ConfigMaps,
}

impl Group {
    fn below(self, key: &KeyPath) -> KeyPath {
        key.below("checksums").below(self.key())
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::ConfigMaps => "configMaps",
        }
    }
}

/// The object that a source stands for: what it is by itself, else what its name says.
fn object<'a>(section: &Section<'a>, secrets: &BTreeSet<String>) -> Result<(Group, &'a str), FormatError> {
    let own = section.object.unwrap_or(Object { secret: false, name: None });
    let Some(name) = own.name.or(section.name) else {
        return Err(FormatError::Unnamed(section.label.to_owned()));
    };
    if !is_object_name(name) {
        return Err(FormatError::NoObject(name.to_owned()));
    }
    let secret = own.secret || (section.object.is_none() && secrets.contains(name));
    Ok((if secret { Group::Secrets } else { Group::ConfigMaps }, name))
}

/// The digests of all objects, Secrets first, in the order of their names.
fn objects<'a>(
    sections: &[Section<'a>],
    secrets: &BTreeSet<String>,
) -> Result<Vec<(Group, &'a str, Digest)>, FormatError> {
    let mut objects: Vec<(Group, &str, Digest)> = Vec::new();
    for section in sections {
        let (group, name) = object(section, secrets)?;
        if objects.iter().any(|(other, known, _)| (*other, *known) == (group, name)) {
            return Err(FormatError::SameObject(group.key(), name.to_owned()));
        }
        objects.push((group, name, section.digest));
    }
    let open = sections.iter().filter(|section| section.object.is_none_or(|object| object.secret));
    let names: Vec<&str> = open.filter_map(|section| section.name).collect();
    if let Some(unknown) = secrets.iter().find(|name| !names.contains(&name.as_str())) {
        let meant = nearest(unknown, names).map(str::to_owned);
        return Err(FormatError::UnknownSecret(unknown.clone(), meant));
    }
    objects.sort_unstable();
    Ok(objects)
}

/// What a format cannot express.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum FormatError {
    /// Kubernetes takes 63 characters after the slash of an annotation.
    #[error(
        "the source name `{0}` makes an annotation longer than Kubernetes takes: `checksum/helmsum.NAME` has room for 55 characters"
    )]
    LongName(String),
    /// A source without a name, where names are all there is.
    #[error("the source `{0}` has no name, which the format `rollout-checksums` puts its digest under")]
    Unnamed(String),
    /// A name that no Secret or `ConfigMap` can have.
    #[error("the source name `{0}` is not a name that a Secret or ConfigMap can have")]
    NoObject(String),
    /// Two sources for one object.
    #[error("two sources stand for `{0}.{1}`")]
    SameObject(&'static str, String),
    /// A name among the Secrets that no source has, and the one that may be meant.
    #[error("`secrets` names `{0}`, but no source that could be a Secret has that name")]
    UnknownSecret(String, Option<String>),
    /// Two things at one key.
    #[error("the key `{0}` is taken by another part of the target")]
    Overlap(KeyPath),
    /// A template of the user that fails.
    #[error("{}", .0.message)]
    Template(Diagnostic),
}

impl FormatError {
    /// The error as the report shows it, without the place of the source.
    #[must_use]
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error(self.to_string());
        match self {
            Self::LongName(_) => problem.hint("give it a shorter name"),
            Self::Unnamed(_) => {
                problem.hint("add `as NAME` with the name of the Secret or ConfigMap that is made of it")
            }
            Self::NoObject(_) => problem.hint(
                "name the object as Kubernetes has it: lower-case letters, digits, `-` and `.`, as in `as gateway-apis`",
            ),
            Self::SameObject(..) => problem.hint("give one of them another name, or drop it"),
            Self::UnknownSecret(_, Some(meant)) => problem.hint(format!("did you mean `{meant}`?")),
            Self::UnknownSecret(_, None) => {
                problem.hint("list names that sources have by `as NAME`; `secret:` sources need not be listed")
            }
            Self::Overlap(_) => problem.hint("choose another `key`"),
            Self::Template(problem) => problem.clone(),
        }
    }

    /// The label or name of the source to blame, if it is one.
    #[must_use]
    pub(crate) fn source(&self) -> Option<&str> {
        match self {
            Self::LongName(name) | Self::Unnamed(name) | Self::NoObject(name) | Self::SameObject(_, name) => {
                Some(name)
            }
            Self::UnknownSecret(..) | Self::Overlap(_) | Self::Template(_) => None,
        }
    }
}

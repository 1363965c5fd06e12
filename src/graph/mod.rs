//! Which releases depend on what of which others, and whether helmfile deploys those first.

mod edges;
mod links;
mod order;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use edges::{Edge, Reason};
pub(crate) use links::{Declared, Effect, Link, Reader, declared, of_contents, read};
use order::Files;

use crate::diagnostic::Secrets;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};

/// The releases of a run, in the order in which helmfile deploys them, with what they depend on of each other.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// The state files with releases that are shown, in the order in which helmfile comes to them.
    pub(crate) files: Vec<StateFile>,
    /// The releases that are shown, in the order of their files and waves.
    pub(crate) nodes: Vec<Node>,
    /// What they depend on, those of one release together.
    pub(crate) edges: Vec<Edge>,
    /// Whether releases were rendered, so that what their pods read is known.
    pub(crate) is_rendered: bool,
    /// Whether files of one directory are deployed one after the other.
    pub(crate) in_turn: bool,
    /// Sources that name no release, so that only rendering could tell whose they are.
    pub(crate) unnamed: Vec<String>,
    /// Sources that name a release which is not deployed.
    pub(crate) unknown: Vec<String>,
}

/// A state file with releases that are shown, once for each time that it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateFile {
    pub(crate) environment: String,
    pub(crate) file: Utf8PathBuf,
    /// The directories whose files are deployed at the same time, this one, or what leads to it, among them.
    pub(crate) beside: Vec<Utf8PathBuf>,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) at: ReleaseAt,
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    pub(crate) namespace: String,
    /// Empty without one.
    pub(crate) kube_context: String,
    /// The position of its state file.
    pub(crate) file: usize,
    /// In which wave it is deployed, from 1. Files that are deployed at the same time have waves with the same numbers.
    pub(crate) wave: usize,
}

/// What a graph is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Making<'g> {
    pub(crate) environments: &'g [Environment],
    /// The directory that files are named from.
    pub(crate) directory: &'g Utf8Path,
    /// Whether helmfile runs with `--sequential-helmfiles`.
    pub(crate) in_turn: bool,
    /// Whether releases were rendered.
    pub(crate) is_rendered: bool,
}

impl Graph {
    /// The graph of the releases that are asked for, and of those that they depend on.
    pub(crate) fn of(making: Making<'_>, declared: Declared) -> Self {
        let Declared { links, unnamed, unknown } = declared;
        let mut shown: BTreeSet<ReleaseAt> = BTreeSet::new();
        for (environment, read) in making.environments.iter().enumerate() {
            for visited in &read.visited {
                let selected = visited.candidates.iter().filter(|candidate| candidate.selected);
                let visit = visited.index;
                shown.extend(selected.map(|one| ReleaseAt { environment, visit, release: one.index }));
            }
        }
        shown.extend(links.iter().flat_map(|link| [link.producer, link.consumer]));
        let Files { files, nodes } = order::files(making, &shown);
        let edges = edges::of(making, &nodes, links);
        let Making { is_rendered, in_turn, .. } = making;
        Self { files, nodes, edges, is_rendered, in_turn, unnamed, unknown }
    }

    /// The same without secrets that names are made from.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        for node in &mut self.nodes {
            mask(&mut node.id);
            mask(&mut node.namespace);
            mask(&mut node.kube_context);
        }
        self.unnamed.iter_mut().chain(&mut self.unknown).for_each(mask);
        for edge in &mut self.edges {
            edge.hint.iter_mut().for_each(mask);
            mask(&mut edge.why);
            for link in &mut edge.links {
                mask(&mut link.object);
                for reader in &mut link.readers {
                    reader.workload.each_name(mask);
                    mask(&mut reader.how);
                    reader.verdict.each_text(mask);
                }
            }
        }
        self
    }

    /// The releases that depend on something of each other.
    pub(crate) fn connected(&self) -> BTreeSet<usize> {
        self.edges.iter().flat_map(|edge| [edge.producer, edge.consumer]).collect()
    }

    /// The edges to what a release depends on.
    pub(crate) fn edges_of(&self, consumer: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.consumer == consumer)
    }
}

/// How messages name a release.
fn id(environments: &[Environment], at: ReleaseAt) -> String {
    release(&environments[at.environment].resolved, at).id()
}

//! What `helmsum graph` prints with `--output json`.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::{GraphView, Summary, effect};
use crate::graph::{Edge, Effect, Graph, Link, Reader, Reason};
use crate::report::audit::{Workload, verdict};
use crate::report::json::{Entries, ErrorEntry, FindingEntry, NoteEntry, entries};
use crate::text::relative;

/// What `helmsum graph` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GraphDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// Whether releases were rendered. Where they were not, only what is declared is here.
    rendered: bool,
    /// Whether files of one directory are deployed one after the other, as with helmfile's `--sequential-helmfiles`.
    sequential: bool,
    /// The state files with releases, in the order in which helmfile comes to them.
    files: Vec<FileEntry>,
    /// What releases depend on of each other.
    edges: Vec<EdgeEntry>,
    /// Sources that name no release, which only rendering could tell.
    unnamed: Vec<String>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
}

/// A state file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "GraphFile")]
struct FileEntry {
    /// Relative to the working directory.
    file: String,
    environment: String,
    /// The directories whose files are deployed at the same time, this one, or what leads to it, among them.
    at_once: Vec<String>,
    waves: Vec<WaveEntry>,
}

/// Releases that helmfile deploys at the same time, as far as `--concurrency` lets it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Wave")]
struct WaveEntry {
    /// From 1, over all state files. Files that are deployed at the same time have waves with the same numbers, which do not wait for
    /// each other.
    wave: usize,
    /// `namespace/name`, or `name`.
    releases: Vec<String>,
}

/// A release that an edge begins or ends at.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "GraphRelease")]
struct End {
    /// `namespace/name`, or `name`.
    release: String,
    /// Empty without one.
    kube_context: String,
    /// The state file that declares it, relative to the working directory.
    file: String,
    wave: usize,
}

/// What a release depends on of another one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Edge")]
struct EdgeEntry {
    environment: String,
    /// Whose it is.
    producer: End,
    /// Who depends on it.
    consumer: End,
    /// Whether helmfile deploys the producer first.
    first: bool,
    /// What puts it there, or why nothing does.
    reason: Reason,
    /// The same in words.
    why: String,
    /// What to do, where nothing says that the producer comes first.
    hint: Option<String>,
    objects: Vec<ObjectEntry>,
}

/// Something of a release that another one depends on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "GraphObject")]
struct ObjectEntry {
    /// As a source names it: `secret:redis-auth`.
    object: String,
    /// Whether a source of the consumer is this very object.
    declared: bool,
    /// What a change of it does: the gravest of what it does to its readers.
    effect: Effect,
    /// The same in words.
    verdict: String,
    /// The workloads of the consumer that read it, as far as they were seen.
    readers: Vec<ReaderEntry>,
}

/// A workload that reads an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "GraphReader")]
struct ReaderEntry {
    workload: Workload,
    /// How it is read, by the gravest of the ways.
    how: String,
    effect: Effect,
    /// The same in words.
    verdict: String,
}

impl GraphDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(view: GraphView<'_>, directory: &Utf8Path) -> Self {
        let Entries { findings, notes, errors } = entries(&view.report.diagnostics, directory);
        let graph = view.graph;
        Self {
            format: 1,
            environments: view.report.environments.clone(),
            rendered: graph.is_rendered,
            sequential: graph.in_turn,
            files: (0..graph.files.len()).map(|index| file(graph, index, directory)).collect(),
            edges: graph.edges.iter().map(|one| edge(graph, one, directory)).collect(),
            unnamed: graph.unnamed.clone(),
            findings,
            notes,
            errors,
            summary: Summary::of(graph),
        }
    }
}

fn file(graph: &Graph, index: usize, directory: &Utf8Path) -> FileEntry {
    let file = &graph.files[index];
    let named = |path: &camino::Utf8PathBuf| relative(path, directory).into_string();
    let nodes: Vec<_> = graph.nodes.iter().filter(|node| node.file == index).collect();
    let waves = nodes.chunk_by(|one, other| one.wave == other.wave).filter_map(|wave| {
        let number = wave.first()?.wave;
        Some(WaveEntry { wave: number, releases: wave.iter().map(|node| node.id.clone()).collect() })
    });
    FileEntry {
        file: named(&file.file),
        environment: file.environment.clone(),
        at_once: file.beside.iter().map(named).collect(),
        waves: waves.collect(),
    }
}

fn edge(graph: &Graph, edge: &Edge, directory: &Utf8Path) -> EdgeEntry {
    let end = |index: usize| {
        let node = &graph.nodes[index];
        End {
            release: node.id.clone(),
            kube_context: node.kube_context.clone(),
            file: relative(&graph.files[node.file].file, directory).into_string(),
            wave: node.wave,
        }
    };
    EdgeEntry {
        environment: graph.files[graph.nodes[edge.consumer].file].environment.clone(),
        producer: end(edge.producer),
        consumer: end(edge.consumer),
        first: edge.reason.is_first(),
        reason: edge.reason,
        why: edge.why.clone(),
        hint: edge.hint.clone(),
        objects: edge.links.iter().map(object).collect(),
    }
}

fn object(link: &Link) -> ObjectEntry {
    ObjectEntry {
        object: link.object.clone(),
        declared: link.is_declared,
        effect: link.effect(),
        verdict: effect(link),
        readers: link.readers.iter().map(reader).collect(),
    }
}

fn reader(reader: &Reader) -> ReaderEntry {
    ReaderEntry {
        workload: Workload::of(&reader.workload),
        how: reader.how.clone(),
        effect: reader.effect,
        verdict: verdict(&reader.verdict),
    }
}

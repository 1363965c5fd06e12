//! Checksums of the sources of a release on its pod templates.

use std::collections::{BTreeMap, BTreeSet};

use super::key::of_label;
use super::problem::Problem;
use super::{Annotated, Change, Refused, insert};
use crate::checksum::Digest;
use crate::reference::ANNOTATION;
use crate::reference::{Identity, Manifests, Moves, Need, Pod, Why, Workload, read_with_destinations};
use crate::rendered::{Marker, ObjectKind, Unreadable};
use crate::source::{On, Source, What};
use crate::text::listed;

/// A source of the release, with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    /// The source as it is declared.
    pub(crate) source: Source,
    /// Its digest.
    pub(crate) digest: Digest,
    /// The objects that it stands for, that the release makes which it names, or that are made of its files. Nothing where that is not
    /// known.
    pub(crate) objects: Option<BTreeSet<Meant>>,
}

/// An object that a source is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Meant {
    pub(crate) kind: ObjectKind,
    /// The namespace that it is in, empty where neither its manifest nor its release names one; nothing where it is that of its readers.
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

impl Meant {
    /// Whether a reader in a namespace means it by this name. helm deploys to `default` what names no namespace.
    fn is(&self, kind: ObjectKind, namespace: &str, name: &str) -> bool {
        let settled = |namespace: &str| if namespace.is_empty() { "default" } else { namespace }.to_owned();
        let is_near = self.namespace.as_deref().is_none_or(|own| settled(own) == settled(namespace));
        self.kind == kind && self.name == name && is_near
    }
}

/// Puts the digest of each source on the pod templates of the workloads that read it. `namespace` is that of the release.
///
/// # Errors
///
/// Where nobody knows who reads a source, two sources would have one annotation, and as [`insert()`].
pub(crate) fn annotate(
    manifests: &[u8],
    namespace: &str,
    sources: &[Computed],
) -> Result<Annotated, Vec<Problem>> {
    // Nothing is compared by marks.
    let read = read_with_destinations(manifests, namespace, &Marker::new(b""));
    let (read, destinations) =
        read.map_err(|Unreadable { line }| vec![Problem::refused(&Refused::Unreadable { line }, &[])])?;
    let candidates = candidates(&read);
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut keys: BTreeMap<String, &Source> = BTreeMap::new();
    for (number, computed) in sources.iter().enumerate() {
        let key = key(&computed.source, sources.len());
        if let Some(first) = keys.insert(key.clone(), &computed.source) {
            problems.push(same_key(&key, first, &computed.source).of(number));
        }
        match readers(computed, &candidates) {
            Ok(pods) => {
                for At { workload, pod } in pods {
                    let destination = destinations.get(workload).and_then(|pods| pods.get(pod)?.as_ref());
                    let Some(destination) = destination else { continue };
                    let change = changes.entry(destination.document).or_default();
                    change.add(&destination.steps, &key, &computed.digest.to_string());
                }
            }
            Err(problem) => problems.push(problem.of(number)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    insert(manifests, &changes).map_err(|refused| vec![Problem::refused(&refused, &read.workloads)])
}

/// The workloads that get the digest of a source at least, in the order of the manifests. Sources of which nobody knows who reads them
/// reach none.
pub(super) fn reached<'m, D>(manifests: &'m Manifests<D>, sources: &[Computed]) -> Vec<&'m Workload> {
    let candidates = candidates(manifests);
    let pods = sources.iter().flat_map(|computed| readers(computed, &candidates).unwrap_or_default());
    let reached: BTreeSet<usize> = pods.map(|at| at.workload).collect();
    reached.into_iter().map(|index| &manifests.workloads[index]).collect()
}

/// What is put on pods, by workload and annotation.
pub(crate) type Additions = BTreeMap<Identity, BTreeMap<String, String>>;

/// What [`annotate`] puts on the pods of each workload. Sources of which nobody knows who reads them reach none.
pub(super) fn added<D>(manifests: &Manifests<D>, sources: &[Computed]) -> Additions {
    let candidates = candidates(manifests);
    let mut added = Additions::new();
    for computed in sources {
        let key = key(&computed.source, sources.len());
        for at in readers(computed, &candidates).unwrap_or_default() {
            let identity = manifests.workloads[at.workload].identity.clone();
            added.entry(identity).or_default().insert(key.clone(), computed.digest.to_string());
        }
    }
    added
}

/// The annotation of a source, one of so many.
pub(crate) fn key(source: &Source, of: usize) -> String {
    if of == 1 {
        return ANNOTATION.to_owned();
    }
    match (&source.name, &source.what) {
        (Some(name), _) => of_label(name),
        (None, What::Object(kind, name)) => of_label(&format!("{}.{name}", kind.word())),
        (None, What::Path(_) | What::Release(_) | What::Digest(_)) => of_label(&source.label()),
    }
}

/// A pod by the position of its workload and its own in that.
#[derive(Clone, Copy, Debug)]
struct At {
    workload: usize,
    pod: usize,
}

/// A workload that may get annotations, with those of its pods of which it is known where they go.
struct Candidate<'m> {
    workload: &'m Workload,
    pods: Vec<(At, &'m Pod)>,
}

/// What is not left alone: hooks, and what runs to an end.
fn candidates<D>(manifests: &Manifests<D>) -> Vec<Candidate<'_>> {
    let all = manifests.workloads.iter().enumerate();
    all.filter(|(_, workload)| workload.moves != Moves::NextRun)
        .map(|(index, workload)| {
            let pods = workload.pods.iter().enumerate().filter(|(_, pod)| pod.annotations_path.is_some());
            let pods = pods.map(|(pod, own)| (At { workload: index, pod }, own)).collect();
            Candidate { workload, pods }
        })
        .filter(|candidate| !candidate.pods.is_empty())
        .collect()
}

/// The pods that a source is for.
fn readers(computed: &Computed, candidates: &[Candidate<'_>]) -> Result<Vec<At>, Problem> {
    let source = &computed.source;
    let mut found = Vec::new();
    if !source.options.on.is_empty() {
        for on in &source.options.on {
            let meant = candidates.iter().filter(|one| {
                let identity = &one.workload.identity;
                on.names(&identity.kind, &identity.name)
            });
            let pods: Vec<At> = meant.flat_map(|one| one.pods.iter().map(|(at, _)| *at)).collect();
            if pods.is_empty() {
                return Err(unmatched(source, on, candidates));
            }
            found.extend(pods);
        }
        return Ok(found);
    }
    let Some(objects) = &computed.objects else { return Err(unknown(source, candidates)) };
    let all = candidates.iter().flat_map(|one| &one.pods);
    found.extend(all.filter(|(_, pod)| reads(pod, objects)).map(|(at, _)| *at));
    if found.is_empty() { Err(unread(source, objects, candidates)) } else { Ok(found) }
}

/// Whether a pod reads one of these objects in a way that a restart is for. Who declares an object wants one, whatever else reloads it.
fn reads(pod: &Pod, objects: &BTreeSet<Meant>) -> bool {
    pod.references.iter().any(|reference| {
        let is_read = match &reference.need {
            Need::Nothing(Why::Reloader(_) | Why::Controller(_) | Why::Operator) => true,
            Need::Nothing(_) | Need::Named => false,
            _ => true,
        };
        let is_meant = |kind| objects.iter().any(|one| one.is(kind, &reference.namespace, &reference.name));
        is_read && reference.kind.object().is_some_and(is_meant)
    })
}

/// How many workloads or objects a message names.
const NAMED: usize = 8;

const WAYS_OUT: &str = "name them with `on=KIND/NAME`, which may be repeated, or `on=*` for all";

fn unknown(source: &Source, candidates: &[Candidate<'_>]) -> Problem {
    let message = format!("nobody knows which workloads read `{}`{}", source.text, there_are(candidates));
    let hint = match source.what {
        What::Path(_) => format!(
            "name the release that makes an object of it with `from=[NAMESPACE/]RELEASE`; or {WAYS_OUT}"
        ),
        _ => WAYS_OUT.to_owned(),
    };
    Problem::unknown_reader(message, hint)
}

fn unread(source: &Source, objects: &BTreeSet<Meant>, candidates: &[Candidate<'_>]) -> Problem {
    let called = |one: &Meant| format!("{} `{}`", one.kind.name(), one.name);
    let names: Vec<String> = objects.iter().map(called).collect();
    let what = match (&source.what, &names[..]) {
        (What::Object(..), _) => names.concat(),
        (_, []) => format!("`{}`, whose release makes no ConfigMap and no Secret", source.text),
        (_, [one]) => format!("{one}, which `{}` stands for", source.text),
        (_, several) => format!("one of {}, which `{}` stands for", listed(several, NAMED), source.text),
    };
    let message = format!("no workload reads {what}{}", there_are(candidates));
    Problem::unknown_reader(message, format!("{WAYS_OUT}; else remove the source"))
}

fn unmatched(source: &Source, on: &On, candidates: &[Candidate<'_>]) -> Problem {
    let message = format!("`on={on}` of `{}` names no workload{}", source.text, there_are(candidates));
    let hint = "name one that the release renders; Jobs, CronJobs, Pods and hooks are left alone".to_owned();
    Problem::unknown_reader(message, hint)
}

fn there_are(candidates: &[Candidate<'_>]) -> String {
    let name = |one: &Candidate<'_>| {
        let identity = &one.workload.identity;
        format!("`{}/{}`", identity.kind, identity.name)
    };
    let names: Vec<String> = candidates.iter().map(name).collect();
    if names.is_empty() {
        "; the release has none".to_owned()
    } else {
        format!("; there are {}", listed(&names, NAMED))
    }
}

fn same_key(key: &str, first: &Source, second: &Source) -> Problem {
    let message = format!("`{}` and `{}` would both be the annotation `{key}`", first.text, second.text);
    Problem::error(message, "give one of them another name with `as NAME`".to_owned())
}

//! Checksums of the sources of a release on its pod templates.

use std::collections::{BTreeMap, BTreeSet};

use super::key::of_label;
use super::stream::said;
use super::{Annotated, Change, insert};
use crate::checksum::Digest;
use crate::diagnostic::{Code, Diagnostic};
use crate::reference::{Destination, Manifests, Moves, Need, Pod, Why, Workload, read_with_destinations};
use crate::rendered::{Marker, ObjectKind, Unreadable};
use crate::source::{On, Source, What};
use crate::targets::ANNOTATION;
use crate::text::{counted, listed};

/// A source of the release, with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    /// The source as it is declared.
    pub(crate) source: Source,
    /// Its digest.
    pub(crate) digest: Digest,
    /// The objects that it stands for, or that the release makes which it names. Nothing where that is not known.
    pub(crate) objects: Option<BTreeSet<(ObjectKind, String)>>,
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
) -> Result<Annotated, Vec<Diagnostic>> {
    // Nothing is compared by marks.
    let read = read_with_destinations(manifests, namespace, &Marker::new(b""));
    let (read, destinations) =
        read.map_err(|Unreadable { line }| vec![said(&super::Refused::Unreadable { line })])?;
    let workloads = candidates(&read, &destinations);
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut keys: BTreeMap<String, &Source> = BTreeMap::new();
    for computed in sources {
        let key = key(&computed.source, sources.len());
        if let Some(first) = keys.insert(key.clone(), &computed.source) {
            problems.push(same_key(&key, first, &computed.source));
        }
        match readers(computed, &workloads) {
            Ok(pods) => {
                for (_, destination) in pods {
                    let change = changes.entry(destination.document).or_default();
                    change.add(&destination.steps, &key, &computed.digest.to_string());
                }
            }
            Err(problem) => problems.push(problem.at(computed.source.place.clone())),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    insert(manifests, &changes).map_err(|refused| vec![said(&refused)])
}

/// The annotation of a source.
fn key(source: &Source, of: usize) -> String {
    if of == 1 {
        return ANNOTATION.to_owned();
    }
    match (&source.name, &source.what) {
        (Some(name), _) => of_label(name),
        (None, What::Object(kind, name)) => of_label(&format!("{}.{name}", kind.word())),
        (None, What::Path(_) | What::Release(_) | What::Digest(_)) => of_label(&source.label()),
    }
}

/// A workload that may get annotations, with each of its pods and where those go.
type Candidate<'m> = (&'m Workload, Vec<(&'m Pod, &'m Destination)>);

/// What is not left alone: hooks, and what runs to an end.
fn candidates<'m>(
    manifests: &'m Manifests,
    destinations: &'m [Vec<Option<Destination>>],
) -> Vec<Candidate<'m>> {
    let with_destinations = |(workload, destinations): (&'m Workload, &'m Vec<Option<Destination>>)| {
        let pods = workload.pods.iter().zip(destinations);
        let pods: Vec<_> = pods.filter_map(|(pod, destination)| Some((pod, destination.as_ref()?))).collect();
        (workload, pods)
    };
    let all = manifests.workloads.iter().zip(destinations);
    all.filter(|(workload, _)| workload.moves != Moves::NextRun)
        .map(with_destinations)
        .filter(|(_, pods)| !pods.is_empty())
        .collect()
}

/// The pods that a source is for.
fn readers<'m>(
    computed: &Computed,
    workloads: &[Candidate<'m>],
) -> Result<Vec<(&'m Pod, &'m Destination)>, Diagnostic> {
    let source = &computed.source;
    let mut found = Vec::new();
    if !source.options.on.is_empty() {
        for on in &source.options.on {
            let meant = workloads
                .iter()
                .filter(|(workload, _)| on.names(&workload.identity.kind, &workload.identity.name));
            let pods: Vec<_> = meant.flat_map(|(_, pods)| pods.iter().copied()).collect();
            if pods.is_empty() {
                return Err(unmatched(source, on, workloads));
            }
            found.extend(pods);
        }
        return Ok(found);
    }
    let Some(objects) = &computed.objects else { return Err(unknown(source, workloads)) };
    let all = workloads.iter().flat_map(|(_, pods)| pods.iter().copied());
    found.extend(all.filter(|(pod, _)| reads(pod, objects)));
    if found.is_empty() { Err(unread(source, objects, workloads)) } else { Ok(found) }
}

/// Whether a pod reads one of these objects in a way that a restart is for. Who declares an object wants one, whatever else reloads it.
fn reads(pod: &Pod, objects: &BTreeSet<(ObjectKind, String)>) -> bool {
    pod.references.iter().any(|reference| {
        let is_read = match &reference.need {
            Need::Nothing(Why::Reloader(_) | Why::Controller(_) | Why::Operator) => true,
            Need::Nothing(_) | Need::Named => false,
            _ => true,
        };
        let object = reference.kind.object().map(|kind| (kind, reference.name.clone()));
        is_read && object.is_some_and(|object| objects.contains(&object))
    })
}

const WAYS_OUT: &str = "name them with `on=KIND/NAME`, which may be repeated, or `on=*` for all";

fn unknown(source: &Source, workloads: &[Candidate<'_>]) -> Diagnostic {
    let message = format!("nobody knows which workloads read `{}`{}", source.text, there_are(workloads));
    let hint = match source.what {
        What::Path(_) => format!(
            "name the release that makes an object of it with `from=[NAMESPACE/]RELEASE`; or {WAYS_OUT}"
        ),
        _ => WAYS_OUT.to_owned(),
    };
    Diagnostic::finding(Code::UnknownReader, message).hint(hint)
}

fn unread(
    source: &Source,
    objects: &BTreeSet<(ObjectKind, String)>,
    workloads: &[Candidate<'_>],
) -> Diagnostic {
    let message = match source.what {
        What::Object(kind, ref name) => {
            format!("no workload reads {} `{name}`{}", kind.name(), there_are(workloads))
        }
        _ => format!(
            "no workload reads one of the {} that `{}` stands for{}",
            counted(objects.len(), "object"),
            source.text,
            there_are(workloads)
        ),
    };
    Diagnostic::finding(Code::UnknownReader, message).hint(format!("{WAYS_OUT}; else remove the source"))
}

fn unmatched(source: &Source, on: &On, workloads: &[Candidate<'_>]) -> Diagnostic {
    let message = format!("`on={on}` of `{}` names no workload{}", source.text, there_are(workloads));
    Diagnostic::finding(Code::UnknownReader, message)
        .hint("name one that the release renders; Jobs, CronJobs, Pods and hooks are left alone")
}

fn there_are(workloads: &[Candidate<'_>]) -> String {
    let name =
        |(workload, _): &Candidate<'_>| format!("`{}/{}`", workload.identity.kind, workload.identity.name);
    let names: Vec<String> = workloads.iter().map(name).collect();
    if names.is_empty() {
        "; the release has none".to_owned()
    } else {
        format!("; there are {}", listed(&names, 8))
    }
}

fn same_key(key: &str, first: &Source, second: &Source) -> Diagnostic {
    let message = format!("`{}` and `{}` would both be the annotation `{key}`", first.text, second.text);
    Diagnostic::error(message).hint("give one of them another name with `as NAME`").at(second.place.clone())
}

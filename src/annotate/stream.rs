//! References that are bridged inside a stream of manifests.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::key::of_label;
use super::problem::Problem;
use super::{Annotated, Change, Refused, insert};
use crate::checksum::{Digest, Fingerprint, Key, hash_data};
use crate::diagnostic::{Diagnostic, Level};
use crate::reference::{Identity, Reference, read_with_destinations};
use crate::rendered::{Datum, Marker, Object, ObjectKind, Unreadable};

/// A stream of manifests with checksums of the objects that are in it.
#[derive(Debug)]
pub(crate) struct Bridged {
    /// The manifests.
    pub(crate) annotated: Annotated,
    /// The Secrets whose digests are in it.
    pub(crate) secrets: BTreeSet<String>,
}

/// What an object is called.
type Called<'o> = (ObjectKind, &'o str, &'o str);

/// Puts the digest of each `ConfigMap` and Secret of a stream on the pod templates in it that read it and do not restart by
/// themselves. `namespace` is that of manifests without one; digests of Secrets are made with `key`, where there is one.
///
/// # Errors
///
/// As [`insert()`], and where something that is read is in the stream twice with different data.
pub(crate) fn bridge(manifests: &[u8], namespace: &str, key: Option<&Key>) -> Result<Bridged, Diagnostic> {
    // Nothing is compared by marks.
    let read = read_with_destinations(manifests, namespace, &Marker::new(b""));
    let (read, destinations) = read.map_err(|Unreadable { line }| said(&Refused::Unreadable { line }))?;
    let mut objects = Objects { known: BTreeMap::new(), key };
    for object in &read.objects {
        let called = (object.kind, object.namespace.as_str(), object.name.as_str());
        objects.known.entry(called).or_default().0.push(object);
    }
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    let mut secrets = BTreeSet::new();
    for (workload, destinations) in read.workloads.iter().zip(&destinations) {
        if workload.is_hook {
            continue;
        }
        for (pod, destination) in workload.pods.iter().zip(destinations) {
            let Some(destination) = destination else { continue };
            for reference in pod.references.iter().filter(|one| one.need.level() != Level::Allow) {
                let Some(kind) = reference.kind.object() else { continue };
                let Some(digest) = objects.read((kind, reference), &workload.identity)? else { continue };
                let label = format!("{}.{}", kind.word(), reference.name);
                let change = changes.entry(destination.document).or_default();
                change.add(&destination.steps, &of_label(&label), &digest.to_string());
                if kind == ObjectKind::Secret {
                    secrets.insert(reference.name.clone());
                }
            }
        }
    }
    let annotated = insert(manifests, &changes).map_err(|refused| said(&refused))?;
    Ok(Bridged { annotated, secrets })
}

/// The objects of a stream.
struct Objects<'o> {
    /// Those of one name, with their digest once it was asked for.
    known: BTreeMap<Called<'o>, (Vec<&'o Object>, OnceCell<Digest>)>,
    key: Option<&'o Key>,
}

impl Objects<'_> {
    /// The digest of the object that is read; nothing where it is not in the stream.
    fn read(
        &self,
        (kind, reference): (ObjectKind, &Reference),
        reader: &Identity,
    ) -> Result<Option<Digest>, Diagnostic> {
        let called = (kind, reference.namespace.as_str(), reference.name.as_str());
        let Some((objects, known)) = self.known.get(&called) else { return Ok(None) };
        if let Some(digest) = known.get() {
            return Ok(Some(*digest));
        }
        let mut digests = BTreeMap::new();
        for object in objects {
            digests.entry(self.digest(object)?).or_insert(object.line);
        }
        if digests.len() > 1 {
            let lines: Vec<String> = digests.values().map(|line| format!("line {line}")).collect();
            let message = format!(
                "{} `{}` is in the input with different data, in {}; {} `{}` reads it",
                kind.name(),
                reference.name,
                lines.join(" and "),
                reader.kind,
                reader.name
            );
            return Err(Diagnostic::error(message)
                .hint("give manifests of several namespaces their `metadata.namespace`, or annotate the releases one by one"));
        }
        Ok(digests.into_keys().next().map(|digest| *known.get_or_init(|| digest)))
    }

    fn digest(&self, object: &Object) -> Result<Digest, Diagnostic> {
        let key = self.key.filter(|_| object.kind == ObjectKind::Secret);
        let keys: BTreeMap<String, Key> = key.map(|key| (key.id(), key.clone())).into_iter().collect();
        let marker = Marker::new(b"");
        let fingerprint = |datum: &Datum| Fingerprint::of(datum.clone(), &marker, &keys);
        let data: Vec<Fingerprint> = object.data.iter().map(fingerprint).collect();
        hash_data(&data, key).map(|hashed| hashed.digest).map_err(|error| error.diagnostic())
    }
}

/// Why a stream has no annotations.
fn said(refused: &Refused) -> Diagnostic {
    Problem::refused(refused, &[]).of_input(&[])
}

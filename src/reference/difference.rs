//! Where two renderings of a release differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::manifests::Manifests;
use super::resource::{Identity, resources};
use super::spot::Spot;
use super::workload::Workload;
use crate::rendered::{Unreadable, documents};
use crate::value::Value;

/// A value that one rendering has otherwise than another, or alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// The resource that it is in.
    pub(crate) identity: Identity,
    /// Where: `metadata.annotations["checksum/config"]`. Empty where the whole resource comes and goes.
    pub(crate) path: String,
}

/// How deep values are compared one by one; those further down are compared as a whole.
const DEPTH: usize = 64;

/// Where the resources of two outputs of helm differ, in the order of the resources. `namespace` is that of the release.
///
/// # Errors
///
/// Where a manifest is not readable to Kubernetes.
pub(crate) fn differences(one: &[u8], other: &[u8], namespace: &str) -> Result<Vec<Difference>, Unreadable> {
    let (one, mut other) = (by_identity(one, namespace)?, by_identity(other, namespace)?);
    let mut found = Vec::new();
    for (identity, root) in one {
        match other.remove(&identity) {
            Some(theirs) => compare(&identity, &root, &theirs, 0, &mut found),
            None => found.push(Difference { identity, path: String::new() }),
        }
    }
    found.extend(other.into_keys().map(|identity| Difference { identity, path: String::new() }));
    Ok(found)
}

/// The workloads of one rendering whose pod templates another one has otherwise, or not at all.
pub(crate) fn moved_workloads<D>(one: &Manifests<D>, other: &Manifests<D>) -> BTreeSet<Identity> {
    let digests = |manifests: &Manifests<D>| -> BTreeMap<Identity, Vec<String>> {
        let of = |workload: &Workload| {
            let digests = workload.pods.iter().map(|pod| pod.digest.clone()).collect();
            (workload.identity.clone(), digests)
        };
        manifests.workloads.iter().map(of).collect()
    };
    let others = digests(other);
    let moved = digests(one)
        .into_iter()
        .filter(|(identity, digests)| others.get(identity).is_none_or(|others| others != digests));
    moved.map(|(identity, _)| identity).collect()
}

fn by_identity(manifests: &[u8], namespace: &str) -> Result<BTreeMap<Identity, Spot>, Unreadable> {
    let mut all = BTreeMap::new();
    for document in documents(manifests)? {
        let found = resources(&document?, namespace);
        all.extend(found.into_iter().map(|resource| (resource.identity, resource.root)));
    }
    Ok(all)
}

fn compare(identity: &Identity, one: &Spot, other: &Spot, depth: usize, found: &mut Vec<Difference>) {
    let differs = |found: &mut Vec<Difference>| {
        found.push(Difference { identity: identity.clone(), path: one.path.to_string() });
    };
    match (&one.value, &other.value) {
        (Value::Map(ours), Value::Map(theirs)) if depth < DEPTH => {
            for (key, spot) in one.entries() {
                compare(identity, &spot, &other.key(&key), depth + 1, found);
            }
            let more = theirs.keys().into_iter().filter(|key| !ours.contains_key(key));
            for key in more {
                let spot = one.key(&key);
                found.push(Difference { identity: identity.clone(), path: spot.path.to_string() });
            }
        }
        (Value::List(_), Value::List(_)) if depth < DEPTH => {
            let (ours, theirs) = (one.items(), other.items());
            if ours.len() == theirs.len() {
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    compare(identity, ours, theirs, depth + 1, found);
                }
            } else {
                differs(found);
            }
        }
        (ours, theirs) if !ours.deep_equal(theirs) => differs(found),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::differences;

    fn paths(one: &str, other: &str) -> Vec<String> {
        let found = differences(one.as_bytes(), other.as_bytes(), "edge").expect("manifests");
        found
            .into_iter()
            .map(|one| format!("{} {}: {}", one.identity.kind, one.identity.name, one.path))
            .collect()
    }

    #[test]
    fn values_that_differ_are_found_where_they_are() {
        let manifest = |digest: &str, args: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, annotations: {{checksum/x: \"{digest}\"}}}}\n\
                 spec: {{template: {{spec: {{containers: [{{name: a, args: {args}}}]}}}}}}\n"
            )
        };
        assert_eq!(paths(&manifest("1", "[a]"), &manifest("1", "[a]")), Vec::<String>::new());
        assert_eq!(
            paths(&manifest("1", "[a]"), &manifest("2", "[b]")),
            [
                "Deployment web: metadata.annotations[\"checksum/x\"]",
                "Deployment web: spec.template.spec.containers[0].args[0]"
            ]
        );
        assert_eq!(
            paths(&manifest("1", "[a]"), &manifest("1", "[a, b]")),
            ["Deployment web: spec.template.spec.containers[0].args"]
        );
        assert_eq!(paths(&manifest("1", "[a]"), ""), ["Deployment web: "]);
    }
}

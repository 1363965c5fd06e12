//! The annotations of pod templates that are checksums.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::{Identity, Manifests};

/// Annotations of pod templates whose values look like digests, whoever makes them: by the workload and their key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checksums(BTreeMap<(Identity, String), String>);

impl Checksums {
    pub(super) fn of(manifests: &Manifests) -> Self {
        let mut found = Self::default();
        for workload in &manifests.workloads {
            for (key, value) in workload.pods.iter().flat_map(|pod| &pod.annotations) {
                let is_digest = value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                if is_digest || key.contains("checksum") {
                    found.0.insert((workload.identity.clone(), key.clone()), value.clone());
                }
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are others in another rendering, or not there.
    pub(super) fn moved(&self, other: &Self) -> Vec<(Identity, String)> {
        let differing = self.0.iter().filter(|(key, value)| other.0.get(key) != Some(value));
        differing.map(|(key, _)| key.clone()).collect()
    }

    /// The value of one.
    pub(super) fn get(&self, key: &(Identity, String)) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The files of the chart that they are rendered from, as helm names them.
    pub(super) fn sources(&self, manifests: &Manifests) -> BTreeSet<String> {
        let has = |identity: &Identity| self.0.keys().any(|(own, _)| own == identity);
        let workloads = manifests.workloads.iter().filter(|workload| has(&workload.identity));
        workloads.filter_map(|workload| workload.origin.source.clone()).collect()
    }
}

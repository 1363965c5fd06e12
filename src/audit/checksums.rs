//! The annotations of pod templates that are checksums.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::contents::kept::Rendered;
use crate::reference::Identity;
use crate::rendered::Mark;

/// Annotations of pod templates whose values look like digests, whoever makes them: by the workload and their key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checksums(BTreeMap<(Identity, String), Mark>);

impl Checksums {
    pub(super) fn of(manifests: &Rendered) -> Self {
        let mut found = Self::default();
        for workload in &manifests.workloads {
            for (key, value) in workload.pods.iter().flat_map(|pod| &pod.annotations) {
                if value.is_digest || key.contains("checksum") {
                    found.0.insert((workload.identity.clone(), key.clone()), value.mark);
                }
            }
        }
        found
    }

    /// Those with another value than one of these.
    pub(super) fn without(mut self, written: &BTreeSet<Mark>) -> Self {
        self.0.retain(|_, mark| !written.contains(mark));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are others in another rendering, or not there.
    pub(super) fn moved(&self, other: &Self) -> Vec<(Identity, String)> {
        let differing = self.0.iter().filter(|(key, value)| other.0.get(key) != Some(value));
        differing.map(|(key, _)| key.clone()).collect()
    }

    /// The mark of the value of one.
    pub(super) fn get(&self, key: &(Identity, String)) -> Option<Mark> {
        self.0.get(key).copied()
    }

    /// The files of the chart that they are rendered from, as helm names them.
    pub(super) fn sources(&self, manifests: &Rendered) -> BTreeSet<String> {
        let has = |identity: &Identity| self.0.keys().any(|(own, _)| own == identity);
        let workloads = manifests.workloads.iter().filter(|workload| has(&workload.identity));
        workloads.filter_map(|workload| workload.origin.source.clone()).collect()
    }
}

//! Where the checksum of a release arrives.

use std::collections::{BTreeMap, BTreeSet};

use super::subject::Subject;
use crate::plan::contents::kept::Rendered;
use crate::reference::{Identity, Moves, Workload};

/// The workloads whose pod templates another checksum changes.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    reached: BTreeSet<Identity>,
}

impl Arrival {
    /// What differs between two renderings of a release.
    pub(super) fn between(one: &Rendered, other: &Rendered) -> Self {
        let digests = |manifests: &Rendered| -> BTreeMap<Identity, Vec<String>> {
            let of = |workload: &Workload| {
                let digests = workload.pods.iter().map(|pod| pod.digest.clone()).collect();
                (workload.identity.clone(), digests)
            };
            manifests.workloads.iter().map(of).collect()
        };
        let others = digests(other);
        let reached = digests(one)
            .into_iter()
            .filter(|(identity, digests)| others.get(identity).is_none_or(|others| others != digests));
        Self { reached: reached.map(|(identity, _)| identity).collect() }
    }

    /// Whether it arrives at no pod template.
    pub(super) fn is_nowhere(&self) -> bool {
        self.reached.is_empty()
    }

    /// Whether it arrives at a workload.
    pub(super) fn reaches(&self, workload: &Workload) -> bool {
        self.reached.contains(&workload.identity)
    }

    /// The workloads of a release whose pods it restarts.
    pub(super) fn restarting(&self, subject: &Subject<'_>) -> Vec<Identity> {
        let Ok(manifests) = &subject.manifests else { return Vec::new() };
        let restarting = manifests.workloads.iter().filter(|workload| {
            self.reaches(workload)
                && matches!(
                    workload.moves,
                    Moves::Restarts | Moves::Reloads | Moves::Operator | Moves::Unknown
                )
        });
        restarting.map(|workload| workload.identity.clone()).collect()
    }
}

//! Where the checksum of a release arrives.

use std::collections::BTreeSet;

use super::subject::Subject;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::pairs::Other;
use crate::reference::{Identity, Moves, Workload, moved_workloads};

/// The workloads whose pod templates another checksum changes.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    reached: BTreeSet<Identity>,
}

impl Arrival {
    /// What another checksum changes of what a release renders; nothing where that is not known.
    pub(super) fn of(manifests: &Rendered, with_stand_in: &Other) -> Option<Self> {
        let reached = match with_stand_in {
            Other::Certain => manifests.workloads.iter().map(|workload| workload.identity.clone()).collect(),
            Other::Rendered(other) => moved_workloads(manifests, other),
            Other::Failed(_) | Other::Nothing => return None,
        };
        Some(Self { reached })
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

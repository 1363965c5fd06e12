//! Whether the pods of a release are others on the second side.

use std::collections::{BTreeMap, BTreeSet};

use super::result::MovedWorkload;
use super::side::{SideConsumer, SideRelease};
use super::uncompared::bare;
use crate::reference::{Identity, Moves, moved_workloads};

/// What of a release differs.
#[derive(Clone, Debug)]
pub(crate) enum Moved {
    /// No pod template, as far as that was looked at.
    Nothing,
    /// The pod templates of these workloads, which both sides have.
    Pods(Vec<MovedWorkload>),
    /// That is not known, for this reason, and something that may move them differs.
    Unknown(String),
}

/// What of a release differs between two sides.
pub(crate) fn moved(base: &SideRelease, head: &SideRelease) -> Moved {
    let (Some(before), Some(after)) = (base.rendered(), head.rendered()) else {
        return without_rendering(base, head);
    };
    let templates = moved_workloads(after, before);
    let is_there: BTreeSet<&Identity> = base.workloads().map(|one| &one.identity).collect();
    let none = BTreeMap::new();
    let moved = head.workloads().filter(|workload| {
        let identity = &workload.identity;
        let added = |side: &'_ SideRelease| side.additions.get(identity).unwrap_or(&none).clone();
        is_there.contains(identity) && (templates.contains(identity) || added(base) != added(head))
    });
    // What runs to an end takes it over the next time, and nothing restarts.
    let moved: Vec<MovedWorkload> =
        moved.filter(|workload| workload.moves != Moves::NextRun).map(MovedWorkload::from).collect();
    if moved.is_empty() { Moved::Nothing } else { Moved::Pods(moved) }
}

/// What may differ where one side is not rendered.
fn without_rendering(base: &SideRelease, head: &SideRelease) -> Moved {
    let differs = match (base.consumer(), head.consumer()) {
        (Some(before), Some(after)) => before.differs(after),
        (before, after) => [before, after].into_iter().flatten().any(SideConsumer::has_checksum),
    };
    let why = |side: &SideRelease| match &side.manifests {
        Some(Err(problem)) => Some(bare(&problem.message, &side.named.release).to_owned()),
        _ => None,
    };
    let why = why(head).or_else(|| why(base));
    match (differs, why) {
        (false, _) => Moved::Nothing,
        (true, Some(why)) => Moved::Unknown(why),
        (true, None) => Moved::Unknown("nothing was rendered".to_owned()),
    }
}

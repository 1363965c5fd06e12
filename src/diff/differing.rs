//! Whether the pods of a release are others on the second side.

use std::collections::BTreeMap;

use super::result::MovedWorkload;
use super::side::{SideConsumer, SideRelease};
use super::uncompared::bare;
use crate::reference::{Identity, Moves, Pod, Workload, is_own_annotation};
use crate::rendered::Mark;

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
    if base.rendered().is_none() || head.rendered().is_none() {
        return without_rendering(base, head);
    }
    let before: BTreeMap<&Identity, &Workload> =
        base.workloads().map(|workload| (&workload.identity, workload)).collect();
    let moved = head.workloads().filter(|workload| {
        let other = before.get(&workload.identity);
        other.is_some_and(|other| templates(base, other) != templates(head, workload))
    });
    // What runs to an end takes it over the next time, and nothing restarts.
    let moved: Vec<MovedWorkload> =
        moved.filter(|workload| workload.moves != Moves::NextRun).map(MovedWorkload::from).collect();
    if moved.is_empty() { Moved::Nothing } else { Moved::Pods(moved) }
}

/// The pod templates of a workload as they are deployed: without helmsum's checksums, and these, whoever puts them there.
fn templates<'s>(side: &'s SideRelease, workload: &'s Workload) -> Vec<(&'s str, BTreeMap<&'s str, Mark>)> {
    let template = |pod: &'s Pod| {
        let has = pod.annotations.iter().filter(|(key, _)| is_own_annotation(key));
        let added = side.additions.get(&workload.identity).filter(|_| pod.annotations_path.is_some());
        let added = added.into_iter().flatten().map(|(key, mark)| (key.as_str(), *mark));
        let own = has.map(|(key, annotation)| (key.as_str(), annotation.mark)).chain(added).collect();
        (pod.bare_digest.as_str(), own)
    };
    workload.pods.iter().map(template).collect()
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

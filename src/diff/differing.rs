//! Whether the pods of a release are others on the second side.

use std::collections::{BTreeMap, BTreeSet};

use super::result::{MovedWorkload, OtherWorkloads};
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

/// The workloads of a release that the other side does not have; nothing where one of them is not rendered, or both have the same. What runs
/// to an end may have another name each time.
pub(crate) fn other_workloads(base: &SideRelease, head: &SideRelease) -> Option<OtherWorkloads> {
    base.rendered().and(head.rendered())?;
    let of = |side: &SideRelease| -> BTreeSet<Identity> {
        let lasting = side.workloads().filter(|workload| workload.moves != Moves::NextRun);
        lasting.map(|workload| workload.identity.clone()).collect()
    };
    let (before, after) = (of(base), of(head));
    let new: Vec<Identity> = after.difference(&before).cloned().collect();
    let gone: Vec<Identity> = before.difference(&after).cloned().collect();
    let differs = !new.is_empty() || !gone.is_empty();
    differs.then(|| OtherWorkloads { named: head.named.clone(), new, gone })
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

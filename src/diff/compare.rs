//! Two sides beside each other.

use std::collections::{BTreeMap, BTreeSet};

use super::changed_files::ChangedFile;
use super::differing::{Moved, moved, other_workloads};
use super::held::waiting;
use super::inputs::{own, unreached};
use super::restarts::{Restart, restart};
use super::result::{Diff, Gone, Lost, Named, Restarting, Workloads};
use super::side::{Looked, Side, SideConsumer, SideRelease};
use super::sources::changes;
use super::{refused, uncompared, unnoticed};
use crate::plan::Made;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;

/// A release that both sides may have.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'s> {
    pub(crate) base: Option<&'s SideRelease>,
    pub(crate) head: Option<&'s SideRelease>,
}

/// The first side, and what is known of the whole comparison.
pub(crate) struct Comparison<'s> {
    pub(crate) base: &'s Side,
    /// How the second side is looked at.
    pub(crate) head: Looked<'s>,
    /// The files that differ.
    pub(crate) changed: &'s [ChangedFile],
}

/// Compares the first side with the second one, which a plan was made of.
pub(crate) fn compare(
    comparison: &Comparison<'_>,
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
) -> (Findings, Diff) {
    let base = comparison.base;
    let head = Side::of(made, rendering, comparison.head);
    let mut diff = Diff { renders: comparison.head.question.renders, ..Diff::default() };
    let mut findings = Findings::default();
    let pairs = pairs(base, &head);
    let sides = Sides { base, head: &head, changed: comparison.changed };
    for pair in &pairs {
        sort_in(*pair, sides, made, rendering, &mut diff);
    }
    entries(base, &head, &mut diff);
    diff.unnoticed = unnoticed::find(&pairs, sides, rendering);
    let holding: BTreeSet<Named> = diff.held.iter().map(|one| one.named.clone()).collect();
    diff.unnoticed.retain(|one| !holding.contains(&one.named));
    // Some workloads of a release may restart while others do not notice.
    let told: BTreeSet<&Named> = diff
        .restarts
        .iter()
        .chain(&diff.first)
        .map(|one| &one.named)
        .chain(diff.gone.iter().map(|one| &one.named))
        .chain(diff.workloads.iter().map(|one| &one.named))
        .collect();
    let not_unchanged: BTreeSet<&Named> =
        diff.unnoticed.iter().map(|one| &one.named).filter(|named| !told.contains(named)).collect();
    diff.unchanged = diff.unchanged.saturating_sub(not_unchanged.len());
    diff.refused = refused::find(&pairs, rendering);
    diff.restarts.sort_by_key(|one| !one.workloads.is_recreated());
    diff.unreached = unreached(sides);
    refused::say(&diff.refused, &head, made, &mut findings);
    unnoticed::say(&diff.unnoticed, &head, made, &mut findings);
    uncompared::say(&diff.uncompared, &head, made, &mut findings);
    (findings, diff)
}

/// Both sides.
#[derive(Clone, Copy)]
pub(super) struct Sides<'s> {
    pub(super) base: &'s Side,
    pub(super) head: &'s Side,
    pub(super) changed: &'s [ChangedFile],
}

/// Puts a release where it belongs.
fn sort_in(
    pair: Pair<'_>,
    sides: Sides<'_>,
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
    diff: &mut Diff,
) {
    let (base, head) = match (pair.base, pair.head) {
        (Some(base), Some(head)) if head.is_selected => (base, head),
        (Some(base), None) if base.is_selected => {
            return diff.gone.push(Gone { named: base.named.clone(), what: Lost::Release });
        }
        (None, Some(head)) if head.is_selected => {
            if head.consumer().is_some_and(|consumer| consumer.is_stale) {
                diff.stale.push(head.named.release.clone());
            }
            return diff.new.push(head.named.clone());
        }
        _ => return,
    };
    let consumers = (base.consumer(), head.consumer());
    if let Some(consumer) = consumers.1 {
        if consumer.is_stale {
            diff.stale.push(head.named.release.clone());
        }
        let waits = waiting(head, base, consumer, made);
        let is_held = waits.is_some();
        diff.held.extend(waits);
        if is_held && !matches!(moved(base, head), Moved::Pods(_)) {
            return;
        }
    }
    if let Some(uncompared) = uncompared::of(base, head) {
        return diff.uncompared.push(uncompared);
    }
    let other = other_workloads(base, head);
    let is_same = other.is_none();
    diff.workloads.extend(other);
    let moved = moved(base, head);
    let workloads = match &moved {
        Moved::Nothing => None,
        Moved::Pods(workloads) => Some(Workloads::Known(workloads.clone())),
        Moved::Unknown(why) => Some(Workloads::Unknown(why.clone())),
    };
    match (restart(consumers, &moved), workloads) {
        (Restart::None, _) | (_, None) => diff.unchanged += usize::from(is_same),
        (Restart::Gone, Some(workloads)) => {
            diff.gone.push(Gone { named: head.named.clone(), what: Lost::Checksum(workloads) });
        }
        (kind, Some(workloads)) => {
            let sources = match consumers {
                (Some(base), Some(head)) if base.differs(head) => changes(&base.sources, &head.sources),
                _ => Vec::new(),
            };
            let own = own((base, head), &moved, sides.changed, made, rendering);
            let one = Restarting { named: head.named.clone(), workloads, sources, own };
            if kind == Restart::First { diff.first.push(one) } else { diff.restarts.push(one) }
        }
    }
}

/// Compares the entries of `checksums:`, of which nobody knows whose pods read what is written.
fn entries(base: &Side, head: &Side, diff: &mut Diff) {
    let known: BTreeMap<&Named, &SideConsumer> =
        base.entries.iter().map(|(named, consumer)| (named, consumer)).collect();
    for (named, consumer) in &head.entries {
        let workloads =
            || Workloads::Unknown("an entry of `checksums:`, which belongs to no release".to_owned());
        let restarting =
            |sources| Restarting { named: named.clone(), workloads: workloads(), sources, own: None };
        if consumer.is_stale {
            diff.stale.push(named.release.clone());
        }
        match known.get(named) {
            None => diff.first.push(restarting(Vec::new())),
            Some(before) if let Some(why) = uncompared::of_consumers(before, consumer, named) => {
                diff.uncompared.push(why);
            }
            Some(before) if before.differs(consumer) => {
                diff.restarts.push(restarting(changes(&before.sources, &consumer.sources)));
            }
            Some(_) => diff.unchanged += 1,
        }
    }
    let now: BTreeSet<&Named> = head.entries.iter().map(|(named, _)| named).collect();
    for (named, _) in base.entries.iter().filter(|(named, _)| !now.contains(named)) {
        diff.gone.push(Gone { named: named.clone(), what: Lost::Release });
    }
}

/// The releases of both sides: first those of the second one in their order, then those that it lacks. Of several with one name, those
/// of the same state file belong together, and the others in their order.
pub(crate) fn pairs<'s>(base: &'s Side, head: &'s Side) -> Vec<Pair<'s>> {
    type Key<'k> = (&'k Named, &'k str);
    fn key(release: &SideRelease) -> Key<'_> {
        (&release.named, &release.kube_context)
    }
    let mut left: BTreeMap<Key<'_>, Vec<&SideRelease>> = BTreeMap::new();
    for release in &base.releases {
        left.entry(key(release)).or_default().push(release);
    }
    let mut found: Vec<Pair<'s>> =
        head.releases.iter().map(|head| Pair { base: None, head: Some(head) }).collect();
    for same_file in [true, false] {
        for pair in &mut found {
            let Some(head) = pair.head.filter(|_| pair.base.is_none()) else { continue };
            let Some(candidates) = left.get_mut(&key(head)) else { continue };
            let at = candidates.iter().position(|base| !same_file || base.file == head.file);
            pair.base = at.map(|at| candidates.remove(at));
        }
    }
    let gone: BTreeSet<*const SideRelease> =
        left.values().flatten().map(|one| std::ptr::from_ref(*one)).collect();
    let lost = base.releases.iter().filter(|one| gone.contains(&std::ptr::from_ref(*one)));
    found.extend(lost.map(|base| Pair { base: Some(base), head: None }));
    found
}

impl SideRelease {
    /// What is known of it as a consumer.
    pub(crate) fn consumer(&self) -> Option<&SideConsumer> {
        self.consumer.as_ref().map(|(_, consumer)| consumer)
    }
}

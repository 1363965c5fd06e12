//! Workloads that keep old data: what they read changes, and their pods do not.

use std::collections::BTreeMap;

use super::compare::{Pair, Sides};
use super::differing::{Moved, moved};
use super::result::{Unnoticed, WhoseObject};
use super::side::{Side, SideRead, SideRelease};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::plan::{How, Made};
use crate::reference::Identity;
use crate::text::{listed, shell_word};

/// How many releases a message names.
const NAMED: usize = 3;

/// Every workload that reads an object whose data differ, and whose pod template is the same on both sides.
pub(super) fn find(pairs: &[Pair<'_>], sides: Sides<'_>, rendering: &mut Rendering<'_>) -> Vec<Unnoticed> {
    let mut found = Vec::new();
    for Pair { base, head } in pairs {
        let (Some(base), Some(head)) = (base, head) else { continue };
        if !head.is_selected || base.foreign.is_some() || head.foreign.is_some() {
            continue;
        }
        if base.rendered().is_none() || head.rendered().is_none() {
            continue;
        }
        let moves: Vec<Identity> = match moved(base, head) {
            Moved::Pods(workloads) => workloads.into_iter().map(|one| one.identity).collect(),
            Moved::Nothing | Moved::Unknown(_) => Vec::new(),
        };
        let before: BTreeMap<_, &SideRead> = base.reads.iter().map(|read| (read.key(), read)).collect();
        for read in head.reads.iter().filter(|read| !moves.contains(&read.workload)) {
            let Some(old) = before.get(&read.key()) else { continue };
            let Some(change) = change(old, read) else { continue };
            let object = (read.kind, read.name.clone());
            if head.accepted.contains(&object) || !is_certain((old, read), sides, rendering) {
                continue;
            }
            found.push(unnoticed(head, read, old, change, sides));
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.level));
    found
}

/// What happened to an object; nothing where it is the same, or no release makes it on either side.
fn change(old: &SideRead, read: &SideRead) -> Option<How> {
    match (old.data.is_empty(), read.data.is_empty()) {
        (true, true) => None,
        (true, false) => Some(How::Added),
        (false, true) => Some(How::Removed),
        (false, false) => old.differs(read).then_some(How::Edited),
    }
}

/// Whether the change comes from the repository: all that may make the object was looked at on both sides, and nothing else than the state
/// decides its data.
fn is_certain((old, read): (&SideRead, &SideRead), sides: Sides<'_>, rendering: &mut Rendering<'_>) -> bool {
    // What one side does not render may make it there.
    let is_seen = |maker: &SideRelease, other: &Side| {
        let there = other.releases.iter().filter(|one| one.named == maker.named);
        there.into_iter().all(|one| one.rendered().is_some() && one.foreign.is_none())
    };
    let of_base = old.makers.iter().map(|index| &sides.base.releases[*index]);
    let of_head = read.makers.iter().map(|index| &sides.head.releases[*index]);
    if !of_base.clone().all(|maker| maker.foreign.is_none() && is_seen(maker, sides.head))
        || !of_head.clone().all(|maker| maker.foreign.is_none() && is_seen(maker, sides.base))
    {
        return false;
    }
    // Data that are left to chance, to the clock or to the cluster differ from one rendering to the next.
    of_head.map(|maker| maker.at).collect::<Vec<_>>().into_iter().all(|at| {
        let wanted = std::iter::once((read.kind, read.name.clone())).collect();
        rendering.influences(at, &wanted).is_ok_and(|influences| influences.is_empty())
    })
}

fn unnoticed(
    head: &SideRelease,
    read: &SideRead,
    old: &SideRead,
    change: How,
    sides: Sides<'_>,
) -> Unnoticed {
    let of_head = read.makers.iter().map(|index| &sides.head.releases[*index]);
    let of_base = old.makers.iter().map(|index| &sides.base.releases[*index]);
    let mut makers: Vec<String> = Vec::new();
    let mut is_own = false;
    for maker in of_head.chain(of_base) {
        if maker.named == head.named {
            is_own = true;
        } else if !makers.contains(&maker.named.release) {
            makers.push(maker.named.release.clone());
        }
    }
    let whose = if makers.is_empty() || is_own { WhoseObject::Own } else { WhoseObject::Others(makers) };
    let fix = fix(head, read, whose == WhoseObject::Own);
    Unnoticed {
        named: head.named.clone(),
        workload: read.workload.clone(),
        kind: read.shown_kind.name(),
        namespace: read.namespace.clone(),
        name: read.name.clone(),
        how: read.how.clone(),
        change,
        whose,
        level: read.need.level(),
        fix,
        place: head.place.clone(),
    }
}

/// What makes the pods of a release restart for an object from now on: for one of its own, a line of the chart.
pub(crate) fn fix(release: &SideRelease, read: &SideRead, is_own: bool) -> String {
    if !is_own {
        return format!("`helmsum init {}`", shell_word(&release.named.release));
    }
    let objects = release.rendered().into_iter().flat_map(|manifests| &manifests.objects);
    let mut own = objects.filter(|object| object.kind == read.kind && object.name == read.name);
    let source = own.find_map(|object| object.source.as_deref());
    let workload = release.workloads().find(|workload| workload.identity == read.workload);
    let is_same_file = source.is_some() && workload.and_then(|one| one.origin.source.as_deref()) == source;
    // A template that includes itself is one that helm does not render.
    let file = source.filter(|_| !is_same_file).and_then(|source| source.split_once("/templates/"));
    let file = file.map_or("FILE", |(_, file)| file);
    let first = if is_same_file { "move it to a template file of its own, and " } else { "" };
    format!(
        "{first}hash it on the pod template of the chart: `checksum/{}: {{{{ include (print $.Template.BasePath \"/{file}\") . | sha256sum }}}}`",
        read.name
    )
}

/// Says of each workload what it does not notice.
pub(super) fn say(unnoticed: &[Unnoticed], head: &Side, made: &Made<'_>, findings: &mut Findings) {
    for one in unnoticed {
        let by = match &one.whose {
            WhoseObject::Own => "of its own release".to_owned(),
            WhoseObject::Others(makers) => format!("of {}", listed(makers, NAMED)),
        };
        let message = format!(
            "{} `{}` ({}) keeps the old {} `{}` {by}: its data change, and the pods do not restart ({})",
            one.workload.kind, one.workload.name, one.named.release, one.kind, one.name, one.how
        );
        let finding = Diagnostic::finding(Code::UnnoticedChange, message)
            .level(one.level)
            .hint(one.fix.clone())
            .or_at_known(one.place.as_ref())
            .release(one.named.release.clone());
        head.say(&one.named, finding, made, findings);
    }
}

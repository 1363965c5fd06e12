//! What people and pages are told alike.

use std::collections::BTreeSet;

use super::{Compared, DiffView};
use crate::diff::{
    Fate, FileChange, Lost, MovedWorkload, Named, OtherWorkloads, Own, SourceChange, Unnoticed, WhoseObject,
};
use crate::plan::How;
use crate::reference::{Identity, Moves, Size};
use crate::text::{counted, listed};

/// How many releases a line names.
pub(super) const NAMED: usize = 5;

impl Compared {
    /// What was compared, in words.
    pub(super) fn told(&self) -> String {
        let how = self.how.as_ref().map(|how| format!(" ({how})")).unwrap_or_default();
        let head = match (&self.head, &self.head_name) {
            (Some(head), Some(name)) if !name.starts_with(head.as_str()) => format!("{head} ({name})"),
            (Some(head), _) => head.clone(),
            (None, _) => "the work tree".to_owned(),
        };
        format!("{}{how} and {head}", self.base)
    }
}

/// A release as it is named.
pub(super) fn release(named: &Named, view: DiffView<'_>) -> String {
    if view.is_several() && !named.environment.is_empty() {
        format!("{} ({})", named.release, named.environment)
    } else {
        named.release.clone()
    }
}

/// How many pods a workload has.
fn size(size: &Size) -> String {
    match size {
        Size::Count(0) => "none (replicas 0)".to_owned(),
        Size::Count(count) => format!("×{count}"),
        Size::Range(least, most) => format!("{least}..{most} (HPA)"),
        Size::EveryNode => "every node".to_owned(),
        Size::Unknown => String::new(),
    }
}

/// What happens to the pods of a workload, after its name.
pub(super) fn happens(one: &MovedWorkload) -> String {
    let size = size(&one.size);
    let text = if size.is_empty() { size } else { format!(" {size}") };
    match &one.moves {
        Moves::Inert(why) => format!("{text}, does not restart: {why}"),
        Moves::Operator => format!("{text}, as its operator sees fit"),
        Moves::Reloads if !one.is_recreated => format!("{text}, files that it mounts are reloaded without"),
        Moves::Unknown => format!("{text}, if its operator does so"),
        _ if one.is_recreated => format!("{text}, Recreate: all at once"),
        _ => text,
    }
}

/// What happened to a file.
pub(super) fn file(change: &FileChange) -> String {
    match &change.from {
        Some(from) => format!("{from} -> {}", change.name),
        None => change.name.clone(),
    }
}

/// What happened to a source as a whole, after its label.
pub(super) fn fared(change: &SourceChange) -> String {
    match change.how {
        Some(How::Added) => "a new source".to_owned(),
        Some(How::Removed) => "no longer a source".to_owned(),
        Some(How::Edited) | None => match change.count {
            Some(count) if change.files.len() < count => {
                format!("{} of {}", change.files.len(), counted(count, "file"))
            }
            _ => String::new(),
        },
    }
}

/// What happened to a source in a few words, after its label.
pub(super) fn briefly(source: &SourceChange) -> String {
    let fates = [Fate::Edited, Fate::Added, Fate::Removed, Fate::Renamed];
    let counts = fates.map(|fate| (fate, source.files.iter().filter(|file| file.fate == fate).count()));
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(fate, count)| format!("{count} {}", fate.word()))
        .collect();
    match (source.how, &source.files[..]) {
        (Some(How::Added), _) => " is a new source".to_owned(),
        (Some(How::Removed), _) => " is no longer a source".to_owned(),
        (_, []) => String::new(),
        (_, [only]) if only.name == "." || only.name == source.label => format!(" {}", only.fate.word()),
        _ => format!(": {}", counts.join(", ")),
    }
}

/// What moves pods beside the checksum.
pub(super) const OWN: &str = "own chart or values";

/// Whether its own files that moved it are known.
pub(super) fn own(own: &Own) -> &[FileChange] {
    &own.files
}

/// What a workload does not notice: between its name and that of the object.
pub(super) fn keeps(one: &Unnoticed) -> &'static str {
    match one.change {
        How::Added => "has no use yet of the new",
        How::Removed => "still has what was in the removed",
        How::Edited => "keeps the old",
    }
}

/// Who changed it: these releases; none where its own did.
pub(super) fn makers(one: &Unnoticed) -> &[String] {
    match &one.whose {
        WhoseObject::Own => &[],
        WhoseObject::Others(makers) => makers,
    }
}

/// What is not known where nothing was rendered.
pub(super) const NOT_RENDERED: &str =
    "nothing was rendered: what else moves pods, and what does not notice, is not known";

/// What is lost.
pub(super) fn lost(what: &Lost) -> &'static str {
    match what {
        Lost::Release => "no longer deployed",
        Lost::Checksum(_) => "no longer has a checksum, and restarts once",
    }
}

/// Workloads that come and go: `new: Deployment a; gone: Deployment b`.
pub(super) fn other_workloads(one: &OtherWorkloads) -> String {
    let is_ambiguous = |identity: &Identity| {
        let all = one.new.iter().chain(&one.gone);
        all.filter(|other| (&other.kind, &other.name) == (&identity.kind, &identity.name)).count() > 1
    };
    let named = |identity: &Identity| {
        let namespace =
            if is_ambiguous(identity) { format!("{}/", identity.namespace) } else { String::new() };
        format!("{} {namespace}{}", identity.kind, identity.name)
    };
    let told = |word: &str, all: &[Identity]| {
        let all: Vec<String> = all.iter().map(named).collect();
        (!all.is_empty()).then(|| format!("{word}: {}", listed(&all, NAMED)))
    };
    [told("new", &one.new), told("gone", &one.gone)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The answer in short parts.
pub(super) fn answer(view: DiffView<'_>) -> Vec<String> {
    let diff = view.diff;
    let restarting = diff.restarting().count();
    let staying = diff.restarts.len() + diff.first.len() - restarting;
    let mut parts = Vec::new();
    let many = |count: usize, one: &str, several: &str| {
        let verb = if count == 1 { one } else { several };
        format!("{} {verb}", counted(count, "release"))
    };
    if restarting > 0 {
        let perhaps = if diff.renders { "" } else { " if the checksum reaches the pods" };
        parts.push(format!("{}{perhaps}", many(restarting, "restarts", "restart")));
    }
    if staying > 0 {
        parts.push(many(staying, "changes and does not restart", "change and do not restart"));
    }
    if !diff.workloads.is_empty() {
        parts.push(many(diff.workloads.len(), "has other workloads", "have other workloads"));
    }
    if !diff.unnoticed.is_empty() {
        let releases: BTreeSet<&Named> = diff.unnoticed.iter().map(|one| &one.named).collect();
        parts.push(many(releases.len(), "does not notice its change", "do not notice their change"));
    }
    if !diff.refused.is_empty() {
        let releases: BTreeSet<&Named> = diff.refused.iter().map(|one| &one.named).collect();
        parts.push(many(releases.len(), "cannot be deployed", "cannot be deployed"));
    }
    if !diff.held.is_empty() {
        parts.push(format!("{} held", diff.held.len()));
    }
    if !diff.new.is_empty() {
        parts.push(format!("{} new", diff.new.len()));
    }
    if !diff.gone.is_empty() {
        parts.push(format!("{} gone", diff.gone.len()));
    }
    if !diff.uncompared.is_empty() {
        parts.push(format!("{} not compared", diff.uncompared.len()));
    }
    if parts.is_empty() {
        parts.push(if diff.renders { "nothing restarts" } else { "no checksum changes" }.to_owned());
    }
    parts
}

/// Why nothing could be compared; nothing where it was.
pub(super) fn failure(view: DiffView<'_>) -> Option<String> {
    if !view.failed() && !view.report.nothing_matched {
        return None;
    }
    let said = view.report.said();
    let why = said.iter().find(|one| one.is_error()).or(said.first());
    let why = why.map_or_else(|| "nothing matched".to_owned(), |one| one.message.clone());
    Some(format!("could not compare: {why}"))
}

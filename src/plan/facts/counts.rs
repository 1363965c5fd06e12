//! How much of a state was found, and what it means when nothing is left.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::reading::Reading;
use crate::plan::rules::unmatched_entry::Entries;
use crate::plan::{Aim, Context, Plan};
use crate::state;
use crate::text::counted;

/// How many releases there are, over all environments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// State files that were read.
    pub(crate) visits: usize,
    /// State files that do not define the environment.
    pub(crate) skipped: usize,
    pub(crate) releases: usize,
    /// Releases that selectors, conditions and `--release` leave.
    pub(crate) matched: usize,
    /// Releases that are called as `--release` says, but are in another namespace.
    pub(crate) namesakes: BTreeSet<String>,
    /// The environments that state files define.
    pub(crate) environments: BTreeSet<String>,
}

impl Counts {
    /// Whether there is any state file.
    pub(crate) const fn reads_any(&self) -> bool {
        self.visits > 0 || self.skipped > 0
    }

    /// Whether every state file was read that there is.
    pub(crate) const fn reads_all(&self) -> bool {
        self.visits > 0 && self.skipped == 0
    }

    /// What to do where nobody named an environment and there are only named ones.
    fn unnamed(&self, reading: &Reading) -> Option<String> {
        let named = reading.options.all_environments || reading.request(None).names_environment();
        state::where_unnamed(&self.environments).filter(|_| !named)
    }
}

/// Says what it means when nothing is left; `declares_nothing` is whether there is no consumer.
pub(crate) fn judge(
    counts: &Counts,
    (context, reading): (&Context, &Reading),
    entries: &Entries,
    declares_nothing: bool,
    plan: &mut Plan,
) {
    let options = &reading.options;
    let filtered = !options.release.is_empty() || !options.selector.is_empty();
    let environments: Vec<String> = plan.environments.iter().map(|name| format!("`{name}`")).collect();
    if !counts.reads_any() {
        // Without a state there may be entries of `checksums:`.
        if declares_nothing && reading.options.release.is_empty() {
            let note = Diagnostic::note("there is no state file to read");
            plan.sink.take_settled(note.hint(
                "helmfile reads the files `*.yaml` and `*.yaml.gotmpl` of a directory, and not those of its folders; name a state \
                 file with `--file`",
            ));
            plan.nothing_matched = true;
        }
    } else if counts.visits == 0 && counts.skipped > 0 {
        let note = Diagnostic::note(format!(
            "no state file defines the environment {} ({} skipped)",
            environments.join(", "),
            counted(counts.skipped, "file")
        ));
        let name = plan.environments.first().map_or("", String::as_str);
        let hint = state::instead_of(name, &counts.environments);
        plan.sink.take_settled(with_hint(note, hint));
        plan.nothing_matched = true;
    } else if counts.releases == 0 && declares_nothing {
        plan.sink
            .take_settled(with_hint(Diagnostic::note("the state has no releases"), counts.unnamed(reading)));
    } else if filtered && counts.matched == 0 && declares_nothing {
        let note = Diagnostic::note(format!("none of {} is selected", counted(counts.releases, "release")));
        let meant = options.release.iter().filter(|_| counts.namesakes.is_empty());
        let meant: Vec<String> = meant.map(|filter| entries.near(filter.as_ref(), filter.name())).collect();
        let hint = Some(meant.join("; ")).filter(|hint| !hint.is_empty());
        plan.sink.take_settled(with_hint(note, hint.or_else(|| counts.unnamed(reading))));
        if !counts.namesakes.is_empty() {
            let asked: Vec<String> = options.release.iter().map(|filter| format!("`{filter}`")).collect();
            let there: Vec<String> = counts.namesakes.iter().map(|id| format!("`{id}`")).collect();
            let hook = if options.in_hook() && options.namespace.is_none() {
                "; if helmfile was given another namespace, the hook needs `--namespace={{ .Namespace }}`"
            } else {
                ""
            };
            plan.note(format!("there is no {}, but there is {}{hook}", asked.join(", "), there.join(", ")));
        }
        plan.nothing_matched = true;
    } else if declares_nothing && context.aim != Aim::Explain {
        let number = if filtered { counts.matched } else { counts.releases };
        let note = Diagnostic::note(format!("none of {} declares sources", counted(number, "release")));
        plan.sink.take_settled(with_hint(note, counts.unnamed(reading)));
    } else if let Some(unnamed) = counts.unnamed(reading) {
        plan.note(unnamed);
    }
}

fn with_hint(note: Diagnostic, hint: Option<String>) -> Diagnostic {
    match hint {
        Some(hint) => note.hint(hint),
        None => note,
    }
}

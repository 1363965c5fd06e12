//! The consumers in a state: which releases are looked at, and what is found around them.

use std::collections::BTreeSet;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Plan;
use super::consumer::Draft;
use super::draft::{Drafting, Looked};
use super::hooks::hook_misuse;
use super::settings::{Configurations, Settings};
use super::unread::unread_directives;
use super::values::ValuesFiles;
use super::verify::verify;
use super::wiring::{self, Wired};
use crate::command::Context;
use crate::command::reading::Reading;
use crate::finding::{Code, Finding, Level};
use crate::report::counted;
use crate::state::{Release, Request, Resolved, Visit};
use crate::template;
use crate::text::Problem;
use crate::tree::Tree;

/// How many releases there are, over all environments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// State files that were read.
    visits: usize,
    /// State files that do not define the environment.
    skipped: usize,
    /// Releases.
    releases: usize,
    /// Releases that selectors, conditions and `--release` leave.
    matched: usize,
}

/// One environment of a state.
pub(super) struct Survey<'a, 'c> {
    pub(super) context: &'a Context,
    pub(super) reading: &'a Reading,
    pub(super) request: &'a Request,
    pub(super) resolved: &'a Resolved,
    pub(super) configurations: &'a mut Configurations<'c>,
}

/// A release that helmfile would deploy.
pub(super) struct Candidate<'a> {
    pub(super) release: &'a Release,
    /// The targets among its values.
    pub(super) targets: Vec<Wired>,
    /// The target that the configuration names.
    pub(super) named: Option<Utf8PathBuf>,
    /// Whether it is reported and written.
    pub(super) selected: bool,
}

/// A visit that counts.
struct Visited<'a> {
    index: usize,
    visit: &'a Visit,
    settings: Rc<Settings>,
    candidates: Vec<Candidate<'a>>,
}

impl<'a> Survey<'a, '_> {
    /// Drafts the consumers, and adds what is found around them.
    pub(super) fn run(&mut self, plan: &mut Plan, drafts: &mut Vec<Draft>, counts: &mut Counts) {
        counts.visits += self.resolved.visits.len();
        counts.skipped += self.resolved.skipped.len();
        let Some(proved) = self.proved(plan) else { return };
        let mut visited = Vec::new();
        for file in &self.resolved.skipped {
            plan.trace
                .push(format!("skipped `{file}`, which does not define `{}`", self.resolved.environment));
        }
        for (index, visit) in self.resolved.visits.iter().enumerate() {
            plan.trace.push(traced(visit, proved[index]));
            counts.releases += visit.releases.len();
            if proved[index] {
                visited.extend(self.enter(index, visit, plan, counts));
            }
        }
        let selected: BTreeSet<Utf8PathBuf> = visited
            .iter()
            .flat_map(|visited| &visited.candidates)
            .filter(|candidate| candidate.selected)
            .flat_map(|candidate| candidate.targets.iter().map(|target| target.path.clone()))
            .collect();
        let files = ValuesFiles::new(self.request, template::functions::registry());
        for visited in &visited {
            self.walk(visited, &selected, &files, plan, drafts);
        }
        let mut wired = vec![false; self.resolved.visits.len()];
        for visited in &visited {
            wired[visited.index] = visited.candidates.iter().any(|candidate| !candidate.targets.is_empty());
        }
        for visited in &visited {
            let line = |file: &Utf8Path| line_of_helmsum(&*self.request.tree, file);
            remark(&visited.settings, hook_misuse(self.resolved, visited.index, &wired, line), plan);
        }
        self.unstable(&visited, plan);
    }

    /// Which visits count: those that the digest of `--expect-environment` belongs to. Nothing where it belongs to none.
    fn proved(&mut self, plan: &mut Plan) -> Option<Vec<bool>> {
        let all = vec![true; self.resolved.visits.len()];
        let Some(expected) = &self.reading.request.expect_environment else { return Some(all) };
        let Some(last) = self.resolved.visits.last() else { return Some(all) };
        let finding = match verify(self.resolved, expected) {
            Ok(proved) => return Some(proved),
            Err(finding) => finding,
        };
        let levels = match self.configurations.near(&last.directory) {
            Ok(settings) => settings.levels.clone(),
            Err(problem) => {
                add_problem(plan, *problem);
                self.context.levels.clone()
            }
        };
        let settled = levels.settle(finding);
        let denied = settled.as_ref().is_some_and(|finding| finding.level == Level::Deny);
        plan.findings.extend(settled);
        (!denied).then_some(all)
    }

    /// Finds the releases of a visit with their targets.
    fn enter(
        &mut self,
        index: usize,
        visit: &'a Visit,
        plan: &mut Plan,
        counts: &mut Counts,
    ) -> Option<Visited<'a>> {
        let settings = match self.configurations.near(&visit.directory) {
            Ok(settings) => settings,
            Err(problem) => {
                add_problem(plan, *problem);
                return None;
            }
        };
        let filters = &self.reading.request.releases;
        let mut candidates = Vec::new();
        for release in &visit.releases {
            let named = filters.is_empty()
                || filters.iter().any(|filter| {
                    filter.matches(&release.namespace, &release.name)
                        || filter.matches(&release.declared_namespace, &release.name)
                });
            let matched = named && release.selected && release.enabled;
            counts.matched += usize::from(matched);
            if release.deployed() {
                // Entries that contradict each other are reported where the release is drafted.
                let named = settings.target_of(release).unwrap_or_default();
                let targets = wiring::targets(visit, release, &settings.targets, named.as_deref());
                candidates.push(Candidate { release, targets, named, selected: matched });
            }
        }
        Some(Visited { index, visit, settings, candidates })
    }

    /// Drafts the consumers of a visit. Releases that are not selected are drafted too where they share a target with one
    /// that is: what they want of it counts, whatever the selector.
    fn walk(
        &self,
        visited: &Visited<'_>,
        selected: &BTreeSet<Utf8PathBuf>,
        files: &ValuesFiles<'_>,
        plan: &mut Plan,
        drafts: &mut Vec<Draft>,
    ) {
        let Visited { index, visit, settings, candidates } = visited;
        let mut drafting = Drafting::new(self.context, self.request, self.resolved, *index, settings, files);
        let mut read = BTreeSet::new();
        let first = drafts.len();
        for candidate in candidates {
            let shares = candidate.targets.iter().any(|target| selected.contains(&target.path));
            let looked = if candidate.selected || shares { Looked::Wanted } else { Looked::ForItsTemplates };
            let (draft, own) = drafting.draft(candidate, looked);
            read.extend(own);
            drafts.extend(draft);
        }
        drafting.deny_mutations(&mut drafts[first..]);
        for note in drafting.notes {
            if !plan.notes.contains(&note) {
                plan.notes.push(note);
            }
        }
        remark(settings, unread_directives(&*self.request.tree, visit, files, &read), plan);
    }

    /// The finding unstable-template: functions whose result differs between two readings.
    fn unstable(&self, visited: &[Visited<'_>], plan: &mut Plan) {
        let Some(visited) = visited.last() else { return };
        let effects = self.request.effects.borrow();
        let findings = effects.unstable.iter().map(|(function, template)| {
            Finding::new(
                Code::UnstableTemplate,
                format!("`{function}` was called while the state was read; every reading gives another result"),
            )
            .hint("helmfile reads something else than helmsum; keep random values and the clock out of the state")
            .at(template.as_str(), None)
        });
        remark(&visited.settings, findings.collect(), plan);
    }
}

/// What was read of a visit, for `--debug`.
fn traced(visit: &Visit, proved: bool) -> String {
    let list = |title: &str, files: &[Utf8PathBuf]| {
        let names: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
        if names.is_empty() { String::new() } else { format!("; {title}: {}", names.join(", ")) }
    };
    let passed_over = if proved { "" } else { "; another environment than expected, so it is passed over" };
    format!(
        "read `{}` in environment `{}`: {}{}{}{passed_over}",
        visit.file,
        visit.environment,
        counted(visit.releases.len(), "release"),
        list("bases", &visit.bases),
        list("values", &visit.values_files)
    )
}

/// Adds findings that belong to no release, each once.
fn remark(settings: &Settings, findings: Vec<Finding>, plan: &mut Plan) {
    for finding in findings.into_iter().filter_map(|finding| settings.levels.settle(finding)) {
        if !plan.findings.contains(&finding) {
            plan.findings.push(finding);
        }
    }
}

/// Adds a problem once.
pub(super) fn add_problem(plan: &mut Plan, problem: Problem) {
    let same = |other: &Problem| other.message == problem.message && other.place == problem.place;
    if !plan.problems.iter().any(same) {
        plan.problems.push(problem);
    }
}

/// The line of a state file that runs helmsum.
fn line_of_helmsum(tree: &dyn Tree, file: &Utf8Path) -> Option<usize> {
    let bytes = tree.read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let runs = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        line.starts_with("command:") && line.contains("helmsum")
    };
    text.lines().position(runs).map(|at| at + 1)
}

/// Says what it means when nothing is left.
pub(super) fn judge(counts: Counts, reading: &Reading, plan: &mut Plan, drafts: &[Draft]) {
    let request = &reading.request;
    let filtered = !request.releases.is_empty() || !request.selectors.is_empty();
    let environments: Vec<String> = plan.environments.iter().map(|name| format!("`{name}`")).collect();
    if counts.visits == 0 && counts.skipped > 0 {
        plan.notes.push(format!(
            "no state file defines the environment {} ({} skipped)",
            environments.join(", "),
            counted(counts.skipped, "file")
        ));
        plan.nothing_matched = true;
    } else if counts.releases == 0 && drafts.is_empty() {
        plan.notes.push("the state has no releases".into());
    } else if filtered && counts.matched == 0 && drafts.is_empty() {
        plan.notes.push(format!("none of {} is selected", counted(counts.releases, "release")));
        plan.nothing_matched = true;
    } else if drafts.is_empty() && plan.problems.is_empty() {
        plan.notes.push(format!("none of {} declares sources", counted(counts.releases, "release")));
    }
}

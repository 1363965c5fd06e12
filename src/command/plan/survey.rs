//! The consumers in a state: which releases are looked at, and what is found around them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Plan;
use super::consumer::Draft;
use super::coverage::{ConsumerAt, uncovered};
use super::doubts::{Told, doubts};
use super::draft::{Drafting, Looked, Material};
use super::elsewhere::Elsewhere;
use super::hooks::{foreign_hook, hook_misuse, rival_hook};
use super::locations::{Locations, Same};
use super::misplaced::Misplaced;
use super::producers::ReleaseAt;
use super::settings::{Configurations, Settings};
use super::shared::shared_targets;
use super::unmatched::Entries;
use super::unread::unread_directives;
use super::values::{Programs, ValuesFiles};
use super::verify::{Expected, verify};
use super::wiring::{self, Wired};
use crate::command::Context;
use crate::command::reading::Reading;
use crate::diagnostic::{Diagnostic, Level, Levels};
use crate::report::counted;
use crate::source::Targets;
use crate::state::{Release, Request, Resolved, Visit};
use crate::template;

/// How many releases there are, over all environments.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// State files that were read.
    visits: usize,
    /// State files that do not define the environment.
    skipped: usize,
    /// Releases.
    releases: usize,
    /// Releases that selectors, conditions and `--release` leave.
    matched: usize,
    /// Releases that are called as `--release` says, but are in another namespace.
    namesakes: BTreeSet<String>,
}

impl Counts {
    /// Whether every state file was read that there is.
    pub(super) const fn reads_all(&self) -> bool {
        self.visits > 0 && self.skipped == 0
    }
}

/// One environment of a state.
pub(super) struct Survey<'a, 'c> {
    pub(super) context: &'a Context,
    pub(super) reading: &'a Reading,
    pub(super) request: &'a Request,
    pub(super) resolved: &'a Resolved,
    /// Which of the environments that are read this is.
    pub(super) environment: usize,
    pub(super) configurations: &'a mut Configurations<'c>,
    /// Where targets are.
    pub(super) locations: &'a Locations,
    /// The targets of the run, those that are found here included.
    pub(super) known: &'a mut Targets,
}

/// A release that helmfile would deploy.
pub(super) struct Candidate<'a> {
    pub(super) release: &'a Release,
    /// Which release of the visit it is.
    pub(super) index: usize,
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
    /// Whether a denied finding about the state keeps all targets as they are.
    held: bool,
}

impl<'a> Survey<'a, '_> {
    /// Drafts the consumers, and adds what is found around them. Returns the values templates that changed `.Values`.
    pub(super) fn run(
        &mut self,
        plan: &mut Plan,
        drafts: &mut Vec<Draft>,
        counts: &mut Counts,
        entries: &mut Entries,
    ) -> Changing {
        entries.see(self.reading, self.resolved, |directory| self.configurations.near(directory).ok());
        counts.visits += self.resolved.visits.len();
        counts.skipped += self.resolved.skipped.len();
        let Some(proved) = self.proved(plan) else { return Changing::new() };
        let held = self.held(&proved, plan);
        let mut visited = Vec::new();
        for file in &self.resolved.skipped {
            plan.trace
                .push(format!("skipped `{file}`, which does not define `{}`", self.resolved.environment));
        }
        for visit in &self.resolved.visits {
            self.note_targets(visit);
        }
        for (index, visit) in self.resolved.visits.iter().enumerate() {
            plan.trace.push(traced(visit, proved[index]));
            counts.releases += visit.releases.len();
            if proved[index] {
                let entered = self.enter(index, visit, plan, counts);
                visited.extend(entered.map(|visited| Visited { held: held[index], ..visited }));
            }
        }
        let selected: BTreeSet<Same> = visited
            .iter()
            .flat_map(|visited| &visited.candidates)
            .filter(|candidate| candidate.selected)
            .flat_map(|candidate| candidate.targets.iter().map(|target| target.same.clone()))
            .collect();
        let files = ValuesFiles::new(self.request, template::functions::registry());
        let elsewhere = Elsewhere::new(self.request);
        let misplaced = Misplaced::new(&*self.request.tree, self.resolved, self.locations);
        let first = drafts.len();
        let mut walks: BTreeMap<usize, Walk<'_>> = BTreeMap::new();
        for visited in &visited {
            let mut walk = self.walk(visited, (&files, &elsewhere, &misplaced));
            walk.draft_all(visited, &selected, drafts);
            walks.insert(visited.index, walk);
        }
        self.draft_producers(&visited, &mut walks, (&files, &elsewhere, &misplaced), plan, drafts, first);
        for draft in &mut drafts[first..] {
            // What a doubtful state gives is doubtful, too.
            draft.held |= draft.producers.values().flatten().any(|at| held[at.visit]);
        }
        for (index, walk) in &mut walks {
            walk.drafting.deny_mutations(&mut drafts[first..]);
            for note in std::mem::take(&mut walk.drafting.notes) {
                if !plan.notes.contains(&note) {
                    plan.notes.push(note);
                }
            }
            let findings = std::mem::take(&mut walk.drafting.findings);
            if let Some(visited) = visited.iter().find(|visited| visited.index == *index) {
                let unread = unread_directives(&*self.request.tree, visited.visit, &files, &walk.read);
                remark(&visited.settings, findings, plan);
                remark(&visited.settings, unread, plan);
                let directory = &visited.visit.directory;
                let tree = &*self.request.tree;
                let misplaced = entries.misplaced(tree, &walk.read, directory, &self.context.directory);
                remark(&visited.settings, misplaced, plan);
            }
        }
        self.judge_hooks(&visited, plan);
        shared_targets(self, &files, &mut drafts[first..]);
        walks.into_iter().map(|(index, walk)| (index, walk.drafting.into_changing())).collect()
    }

    /// Judges the hooks that run helmsum, and whether they come in time for each consumer.
    fn judge_hooks(&mut self, visited: &[Visited<'a>], plan: &mut Plan) {
        let tree = &*self.request.tree;
        for visited in visited {
            remark(&visited.settings, hook_misuse(self.resolved, visited.index), plan);
        }
        // helmfile deploys those of other environments than the hook's own, too. What is wrong with them is for their own hooks.
        let mut aside = Vec::new();
        for (index, visit) in self.resolved.visits.iter().enumerate() {
            if visited.iter().all(|visited| visited.index != index) {
                aside.extend(self.enter(index, visit, &mut Plan::default(), &mut Counts::default()));
            }
        }
        let all = || visited.iter().chain(&aside);
        let consumers: Vec<ConsumerAt<'_>> = all()
            .flat_map(|visited| visited.candidates.iter().map(move |candidate| (visited.index, candidate)))
            .filter(|(_, candidate)| candidate.selected)
            .filter_map(|(visit, candidate)| {
                let target = &candidate.targets.first()?.path;
                Some(ConsumerAt { visit, release: candidate.index, target })
            })
            .collect();
        for (visit, finding) in uncovered(tree, self.resolved, &consumers, &self.context.directory) {
            let settings = all().find(|visited| visited.index == visit).map(|visited| &visited.settings);
            if let Some(settings) = settings {
                remark(settings, vec![finding], plan);
            }
        }
    }

    /// The drafting of a visit, before anything was drafted.
    fn walk<'w>(&self, visited: &Visited<'a>, (files, elsewhere, misplaced): Finders<'w>) -> Walk<'w>
    where
        'a: 'w,
    {
        let drafting = Drafting::new(Material {
            context: self.context,
            request: self.request,
            resolved: self.resolved,
            environment: self.environment,
            index: visited.index,
            settings: Rc::clone(&visited.settings),
            files,
            elsewhere,
            misplaced,
            locations: self.locations,
            told: Told::of(self.reading),
            programs: match &self.reading.request {
                request if request.in_hook() && !request.deploys_nothing() => Programs::AsTheStateSays,
                _ => Programs::Withheld,
            },
        });
        Walk { drafting, read: BTreeSet::new() }
    }

    /// Drafts the producers of what was drafted since `first`, and theirs: whatever the selector, what they are given counts.
    fn draft_producers<'w>(
        &mut self,
        visited: &[Visited<'a>],
        walks: &mut BTreeMap<usize, Walk<'w>>,
        finders: Finders<'w>,
        plan: &mut Plan,
        drafts: &mut Vec<Draft>,
        first: usize,
    ) where
        'a: 'w,
    {
        let mut drafted: BTreeSet<ReleaseAt> = drafts[first..].iter().filter_map(|draft| draft.at).collect();
        let mut aside: BTreeMap<usize, Option<Visited<'a>>> = BTreeMap::new();
        let mut next = first;
        while next < drafts.len() {
            let producers: Vec<ReleaseAt> = drafts[next].producers.values().flatten().copied().collect();
            next += 1;
            for at in producers.into_iter().filter(|at| drafted.insert(*at)) {
                let found = match visited.iter().find(|visited| visited.index == at.visit) {
                    Some(visited) => Some(visited),
                    // Another environment than expected: only what it gives counts.
                    None => aside
                        .entry(at.visit)
                        .or_insert_with(|| {
                            let visit = &self.resolved.visits[at.visit];
                            self.enter(at.visit, visit, plan, &mut Counts::default())
                        })
                        .as_ref(),
                };
                let Some(found) = found else { continue };
                let candidate = found.candidates.iter().find(|candidate| candidate.index == at.release);
                let Some(candidate) = candidate else { continue };
                let walk = walks.entry(at.visit).or_insert_with(|| self.walk(found, finders));
                let draft = walk.draft(candidate, Looked::Wanted);
                drafts.extend(draft.map(|draft| Draft { selected: false, ..draft }));
            }
        }
    }

    /// Which visits count: those that helmfile means, by what it hands over to a hook. Nothing where that fits none.
    fn proved(&mut self, plan: &mut Plan) -> Option<Vec<bool>> {
        let all = vec![true; self.resolved.visits.len()];
        let expected = Expected {
            digest: self.reading.request.expect_environment.as_deref(),
            namespace: self.reading.namespace_of_hook(),
        };
        let Some(last) = self.resolved.visits.last() else { return Some(all) };
        let finding = match verify(self.reading, self.request, self.resolved, expected) {
            Ok(proved) => return Some(proved),
            Err(finding) => finding,
        };
        let settled = self.levels_near(&last.directory, plan).settle(finding);
        let denied = settled.as_ref().is_some_and(|finding| finding.level == Level::Deny);
        plan.findings.extend(settled);
        (!denied).then_some(all)
    }

    /// Which visits are to be left as they are, because of what is found about the reading of their state files: the hook that
    /// runs this is of another file, or templates there, or in a file above, could not be read as helmfile reads them.
    fn held(&mut self, proved: &[bool], plan: &mut Plan) -> Vec<bool> {
        let visits = &self.resolved.visits;
        let mut held = vec![false; visits.len()];
        if self.reading.request.in_hook() {
            let directory = self.reading.directory();
            let file = self.reading.request.file.as_deref();
            let tree = &*self.request.tree;
            let finding = foreign_hook(tree, self.resolved, directory, file)
                .or_else(|| rival_hook(tree, self.resolved, directory, file));
            let settled = finding.and_then(|finding| self.levels_near(directory, plan).settle(finding));
            held.fill(settled.as_ref().is_some_and(|finding| finding.level == Level::Deny));
            plan.findings.extend(settled);
        }
        let mut concerned = proved.to_vec();
        // Parents come after their sub-helmfiles.
        for (index, visit) in visits.iter().enumerate() {
            if let Some(parent) = visit.parent.filter(|_| concerned[index]) {
                concerned[parent] = true;
            }
        }
        let told = Told::of(self.reading);
        for (index, visit) in visits.iter().enumerate().rev().filter(|(index, _)| concerned[*index]) {
            let levels = self.levels_near(&visit.directory, plan);
            let found = doubts(&visit.effects, visit, told);
            let settled: Vec<Diagnostic> =
                found.into_iter().filter_map(|finding| levels.settle(finding)).collect();
            held[index] |= settled.iter().any(|finding| finding.level == Level::Deny)
                || visit.parent.is_some_and(|parent| held[parent]);
            add_findings(settled, plan);
        }
        held
    }

    fn levels_near(&mut self, directory: &Utf8Path, plan: &mut Plan) -> Levels {
        match self.configurations.near(directory) {
            Ok(settings) => settings.levels.clone(),
            Err(problem) => {
                add_problem(plan, problem);
                self.context.levels.clone()
            }
        }
    }

    /// Takes note of all targets that a visit and its configuration list, those of releases that are not deployed too.
    fn note_targets(&mut self, visit: &Visit) {
        // A configuration that cannot be read is reported where the visit is entered.
        let Ok(settings) = self.configurations.near(&visit.directory) else { return };
        self.known.add_patterns(&settings.targets);
        let tree = &*self.request.tree;
        for path in settings.named_targets() {
            self.known.add(tree, self.locations.real(path));
        }
        for release in &visit.releases {
            for target in wiring::targets(visit, release, &settings.targets, None, self.locations) {
                self.known.add(tree, self.locations.real(&target.path));
            }
        }
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
                add_problem(plan, problem);
                return None;
            }
        };
        let filters = &self.reading.request.releases;
        let mut candidates = Vec::new();
        for (position, release) in visit.releases.iter().enumerate() {
            let named = filters.is_empty()
                || filters.iter().any(|filter| {
                    filter.matches(&release.namespace, &release.name)
                        || filter.matches(&release.declared_namespace, &release.name)
                });
            if !named && filters.iter().any(|filter| filter.name == release.name) {
                counts.namesakes.insert(release.id());
            }
            let matched = named && release.selected && release.enabled;
            counts.matched += usize::from(matched);
            if release.deployed() {
                // Entries that contradict each other are reported where the release is drafted.
                let named = settings.target_of(release).unwrap_or_default();
                let targets =
                    wiring::targets(visit, release, &settings.targets, named.as_deref(), self.locations);
                candidates.push(Candidate { release, index: position, targets, named, selected: matched });
            }
        }
        Some(Visited { index, visit, settings, candidates, held: false })
    }
}

/// Values templates that changed `.Values`, by visit: the release and the file.
pub(super) type Changing = BTreeMap<usize, Vec<(String, Utf8PathBuf)>>;

/// What looks around for all visits of an environment: values files, other environments, and what a target could be taken for.
type Finders<'w> = (&'w ValuesFiles<'w>, &'w Elsewhere<'w>, &'w Misplaced<'w>);

/// The drafting of a visit, with the values files that were found so far.
struct Walk<'w> {
    drafting: Drafting<'w>,
    read: BTreeSet<Utf8PathBuf>,
}

impl Walk<'_> {
    /// Drafts the consumers of a visit. Releases that are not selected are drafted too where they share a target with one
    /// that is: what they want of it counts, whatever the selector.
    fn draft_all(&mut self, visited: &Visited<'_>, selected: &BTreeSet<Same>, drafts: &mut Vec<Draft>) {
        for candidate in &visited.candidates {
            let shares = candidate.targets.iter().any(|target| selected.contains(&target.same));
            let looked = if candidate.selected || shares { Looked::Wanted } else { Looked::ForItsTemplates };
            let draft = self.draft(candidate, looked);
            drafts.extend(draft.map(|draft| Draft { held: visited.held, ..draft }));
        }
    }

    fn draft(&mut self, candidate: &Candidate<'_>, looked: Looked) -> Option<Draft> {
        let (draft, own) = self.drafting.draft(candidate, looked);
        self.read.extend(own);
        draft
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
fn remark(settings: &Settings, findings: Vec<Diagnostic>, plan: &mut Plan) {
    add_findings(findings.into_iter().filter_map(|finding| settings.levels.settle(finding)), plan);
}

fn add_findings(settled: impl IntoIterator<Item = Diagnostic>, plan: &mut Plan) {
    for finding in settled {
        if !plan.findings.contains(&finding) {
            plan.findings.push(finding);
        }
    }
}

/// Adds a problem once.
pub(super) fn add_problem(plan: &mut Plan, problem: Diagnostic) {
    let same = |other: &Diagnostic| other.message == problem.message && other.place == problem.place;
    if !plan.problems.iter().any(same) {
        plan.problems.push(problem);
    }
}

/// Says what it means when nothing is left.
pub(super) fn judge(counts: &Counts, reading: &Reading, plan: &mut Plan, drafts: &[Draft]) {
    let request = &reading.request;
    let filtered = !request.releases.is_empty() || !request.selectors.is_empty();
    let environments: Vec<String> = plan.environments.iter().map(|name| format!("`{name}`")).collect();
    if counts.visits == 0 && counts.skipped > 0 {
        plan.notes.push(Diagnostic::note(format!(
            "no state file defines the environment {} ({} skipped)",
            environments.join(", "),
            counted(counts.skipped, "file")
        )));
        plan.nothing_matched = true;
    } else if counts.releases == 0 && drafts.is_empty() {
        plan.notes.push(Diagnostic::note("the state has no releases"));
    } else if filtered && counts.matched == 0 && drafts.is_empty() {
        plan.notes
            .push(Diagnostic::note(format!("none of {} is selected", counted(counts.releases, "release"))));
        if !counts.namesakes.is_empty() {
            let asked: Vec<String> = request.releases.iter().map(|filter| format!("`{filter}`")).collect();
            let there: Vec<String> = counts.namesakes.iter().map(|id| format!("`{id}`")).collect();
            let hook = if request.in_hook() && request.namespace.is_none() {
                "; if helmfile was given another namespace, the hook needs `--namespace={{ .Namespace }}`"
            } else {
                ""
            };
            plan.notes.push(Diagnostic::note(format!(
                "there is no {}, but there is {}{hook}",
                asked.join(", "),
                there.join(", ")
            )));
        }
        plan.nothing_matched = true;
    } else if drafts.iter().all(|draft| !draft.selected) && plan.problems.is_empty() {
        let number = if filtered { counts.matched } else { counts.releases };
        plan.notes.push(Diagnostic::note(format!("none of {} declares sources", counted(number, "release"))));
    }
}

//! The consumers in a state: which releases are looked at, and what is found around them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Levels, Scope};
use crate::plan::Context;
use crate::plan::Plan;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::counts::Counts;
use crate::plan::facts::declared::{Finding, Looked, Material};
use crate::plan::facts::environment::{Candidate, Visited};
use crate::plan::facts::hook_calls::HookCalls;
use crate::plan::facts::locations::{Locations, Same};
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::settings::Configurations;
use crate::plan::facts::targets;
use crate::plan::facts::values_files::ValuesFiles;
use crate::plan::reading::Reading;
use crate::plan::rules::hook_misuse::{foreign_hook, rival_hook};
use crate::plan::rules::template_effects::{Told, doubts};
use crate::plan::rules::unmatched_entry::Entries;
use crate::plan::rules::unverified_state::{Expected, verify};
use crate::source::{Accepted, Targets};
use crate::state::{Request, Resolved, Visit};
use crate::text::counted;

/// One environment of a state.
pub(crate) struct Survey<'a, 'c> {
    pub(crate) context: &'a Context,
    pub(crate) reading: &'a Reading,
    pub(crate) request: &'a Request,
    pub(crate) resolved: &'a Resolved,
    /// The values files of its releases.
    pub(crate) files: &'a ValuesFiles,
    /// How hooks run helmsum.
    pub(crate) calls: &'a HookCalls,
    /// Which of the environments that are read this is.
    pub(crate) environment: usize,
    pub(crate) configurations: &'a Configurations<'c>,
    pub(crate) locations: &'a Locations,
    /// The targets of the run, those that are found here included.
    pub(crate) known: &'a mut Targets,
}

impl<'a> Survey<'a, '_> {
    /// Finds the consumers, and adds what is found around them.
    pub(crate) fn run(
        &mut self,
        plan: &mut Plan,
        consumers: &mut Vec<Consumer>,
        counts: &mut Counts,
        entries: &mut Entries,
    ) -> Found {
        entries.see(self.reading, self.resolved, |directory| self.configurations.near(directory).ok());
        counts.visits += self.resolved.visits.len();
        counts.skipped += self.resolved.skipped.len();
        counts.environments.extend(self.resolved.environments.iter().cloned());
        let Some(proved) = self.proved(plan) else { return Found::default() };
        let held = self.held(&proved, plan);
        for file in &self.resolved.skipped {
            plan.trace
                .push(format!("skipped `{file}`, which does not define `{}`", self.resolved.environment));
        }
        for visit in &self.resolved.visits {
            self.note_targets(visit);
        }
        let mut visited = Vec::new();
        for (index, visit) in self.resolved.visits.iter().enumerate() {
            plan.trace.push(traced(visit, proved[index]));
            counts.releases += visit.releases.len();
            if proved[index] {
                let entered = self.enter(index, visit, plan, counts);
                visited.extend(entered.map(|visited| Visited { held: held[index], ..visited }));
            }
        }
        let first = consumers.len();
        let mut walks = self.find_consumers(&visited, consumers);
        self.find_producers(&visited, &mut walks, plan, consumers, first);
        for consumer in &mut consumers[first..] {
            // What a doubtful state gives is doubtful, too.
            consumer.blocked |= consumer.producers.values().flatten().any(|at| held[at.visit]);
        }
        let (mut changing, mut accepted) = (BTreeMap::new(), Vec::new());
        for (index, mut walk) in walks {
            accepted.append(&mut walk.finding.accepted);
            let own = |consumer: &&mut Consumer| consumer.at.is_some_and(|at| at.visit == index);
            walk.finding.deny_mutations(consumers[first..].iter_mut().filter(own));
            for note in walk.finding.notes.iter().cloned() {
                plan.sink.take(note, self.scope(&self.context.levels));
            }
            if let Some(visited) = visited.iter_mut().find(|visited| visited.index == index) {
                for finding in walk.finding.findings.iter().cloned() {
                    plan.sink.take(finding, self.scope(&visited.settings.levels));
                }
                visited.read = walk.read;
            }
            changing.insert(index, walk.finding.into_changing());
        }
        let aside = self.aside(&visited);
        Found { changing, visited, aside, accepted }
    }

    /// Finds the consumers of the visits that count. Releases that are not selected are looked at where they share a target with
    /// one that is.
    fn find_consumers(
        &self,
        visited: &[Visited],
        consumers: &mut Vec<Consumer>,
    ) -> BTreeMap<usize, Walk<'a>> {
        let selected: BTreeSet<Same> = visited
            .iter()
            .flat_map(|visited| &visited.candidates)
            .filter(|candidate| candidate.selected)
            .flat_map(|candidate| candidate.targets.iter().map(|target| target.same.clone()))
            .collect();
        let mut walks = BTreeMap::new();
        for visited in visited {
            let mut walk = self.walk(visited);
            walk.find_all(visited, &selected, consumers);
            walks.insert(visited.index, walk);
        }
        walks
    }

    /// The visits that do not count here. helmfile deploys those of other environments than the hook's own, too; what is wrong with
    /// them is for their own hooks.
    fn aside(&mut self, visited: &[Visited]) -> Vec<Visited> {
        let counted: BTreeSet<usize> = visited.iter().map(|visited| visited.index).collect();
        let others = self.resolved.visits.iter().enumerate().filter(|(index, _)| !counted.contains(index));
        let (mut unsaid, mut uncounted) = (Plan::new(self.reading), Counts::default());
        others.filter_map(|(index, visit)| self.enter(index, visit, &mut unsaid, &mut uncounted)).collect()
    }

    /// A visit before anything was found in it.
    fn walk(&self, visited: &Visited) -> Walk<'a> {
        let finding = Finding::new(Material {
            context: self.context,
            request: self.request,
            resolved: self.resolved,
            environment: self.environment,
            index: visited.index,
            settings: Rc::clone(&visited.settings),
            files: self.files,
            locations: self.locations,
            told: Told::of(self.reading),
            programs: self.reading.programs(),
        });
        Walk { finding, read: BTreeSet::new() }
    }

    /// Finds the producers of what was found since `first`, and theirs: whatever the selector, what they are given counts.
    fn find_producers(
        &self,
        visited: &[Visited],
        walks: &mut BTreeMap<usize, Walk<'a>>,
        plan: &mut Plan,
        consumers: &mut Vec<Consumer>,
        first: usize,
    ) {
        let mut known: BTreeSet<ReleaseAt> =
            consumers[first..].iter().filter_map(|consumer| consumer.at).collect();
        let mut aside: BTreeMap<usize, Option<Visited>> = BTreeMap::new();
        let with_targets = OnceCell::new();
        let mut next = first;
        while next < consumers.len() {
            let mut producers: Vec<ReleaseAt> =
                consumers[next].producers.values().flatten().copied().collect();
            if consumers[next].auto.is_some() {
                // Any of them may make what its pods read, with what is about to be in its target.
                producers.extend(with_targets.get_or_init(|| self.with_targets()));
            }
            next += 1;
            for at in producers.into_iter().filter(|at| known.insert(*at)) {
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
                let walk = walks.entry(at.visit).or_insert_with(|| self.walk(found));
                let consumer = walk.find(candidate, Looked::Wanted);
                consumers.extend(consumer.map(|consumer| Consumer { selected: false, ..consumer }));
            }
        }
    }

    /// The releases that list a target.
    fn with_targets(&self) -> Vec<ReleaseAt> {
        let visits = self.resolved.visits.iter().enumerate();
        let with_target = |(index, visit): (usize, &'a Visit)| {
            let settings = self.configurations.near(&visit.directory).ok()?;
            let listed = visit.releases.iter().enumerate().filter(move |(_, release)| {
                let named = settings.target_of(release).unwrap_or_default();
                let targets =
                    targets::targets(visit, release, &settings.targets, named.as_deref(), self.locations);
                release.deployed() && !targets.is_empty()
            });
            let at = |release| ReleaseAt { environment: self.environment, visit: index, release };
            Some(listed.map(move |(release, _)| at(release)).collect::<Vec<_>>())
        };
        visits.filter_map(with_target).flatten().collect()
    }

    /// Which visits count: those that helmfile means, by what it hands over to a hook. Nothing where that fits none.
    fn proved(&self, plan: &mut Plan) -> Option<Vec<bool>> {
        let all = vec![true; self.resolved.visits.len()];
        let expected = Expected {
            digest: self.reading.options.expect_environment.as_deref(),
            namespace: self.reading.namespace_of_hook(),
        };
        let Some(last) = self.resolved.visits.last() else { return Some(all) };
        let finding = match verify(self.reading, self.request, self.resolved, expected) {
            Ok(proved) => return Some(proved),
            Err(finding) => finding,
        };
        let levels = self.levels_near(&last.directory, plan);
        let denied = levels.denies(&finding);
        plan.sink.take(finding, self.scope(&levels));
        (!denied).then_some(all)
    }

    /// Which visits are to be left as they are, because of what is found about the reading of their state files: the hook that
    /// runs this is of another file, or templates there, or in a file above, could not be read as helmfile reads them.
    fn held(&self, proved: &[bool], plan: &mut Plan) -> Vec<bool> {
        let visits = &self.resolved.visits;
        let mut held = vec![false; visits.len()];
        if self.reading.options.in_hook() {
            let directory = self.reading.directory();
            let file = self.reading.options.file.as_deref();
            let tree = &*self.request.tree;
            let finding = foreign_hook(tree, self.resolved, self.calls, directory, file)
                .or_else(|| rival_hook(tree, self.resolved, directory, file));
            if let Some(finding) = finding {
                let levels = self.levels_near(directory, plan);
                held.fill(levels.denies(&finding));
                plan.sink.take(finding, self.scope(&levels));
            }
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
            held[index] |= found.iter().any(|finding| levels.denies(finding))
                || visit.parent.is_some_and(|parent| held[parent]);
            for finding in found {
                plan.sink.take(finding, self.scope(&levels));
            }
        }
        held
    }

    /// Where findings about a part of this environment belong.
    fn scope<'s>(&'s self, levels: &'s Levels) -> Scope<'s> {
        Scope { levels, environment: Some(&self.resolved.environment) }
    }

    fn levels_near(&self, directory: &Utf8Path, plan: &mut Plan) -> Levels {
        match self.configurations.near(directory) {
            Ok(settings) => settings.levels.clone(),
            Err(problem) => {
                self.refuse_configuration(problem, plan);
                self.context.levels.clone()
            }
        }
    }

    /// Says why a configuration cannot be used. That is so whatever the environment, so it is said once for all of them, and for
    /// the entries of `checksums:`.
    fn refuse_configuration(&self, problem: Diagnostic, plan: &mut Plan) {
        plan.sink.take(problem, Scope { levels: &self.context.levels, environment: None });
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
            for target in targets::targets(visit, release, &settings.targets, None, self.locations) {
                self.known.add(tree, self.locations.real(&target.path));
            }
        }
    }

    /// Finds the releases of a visit with their targets.
    fn enter(&self, index: usize, visit: &Visit, plan: &mut Plan, counts: &mut Counts) -> Option<Visited> {
        let settings = match self.configurations.near(&visit.directory) {
            Ok(settings) => settings,
            Err(problem) => {
                self.refuse_configuration(problem, plan);
                return None;
            }
        };
        let filters = &self.reading.options.release;
        let mut candidates = Vec::new();
        for (position, release) in visit.releases.iter().enumerate() {
            let named = filters.is_empty() || filters.iter().any(|filter| release.is_meant_by(filter));
            if !named && filters.iter().any(|filter| filter.name() == release.name) {
                counts.namesakes.insert(release.id());
            }
            let matched = named && release.selected && release.enabled;
            counts.matched += usize::from(matched);
            if release.deployed() {
                // Entries that contradict each other are reported where the release is drafted.
                let named = settings.target_of(release).unwrap_or_default();
                let targets =
                    targets::targets(visit, release, &settings.targets, named.as_deref(), self.locations);
                candidates.push(Candidate { index: position, targets, named, selected: matched });
            }
        }
        Some(Visited { index, settings, candidates, read: BTreeSet::new(), held: false })
    }
}

/// What was found in one environment.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Values templates that changed `.Values`, by visit: the release and the file.
    pub(crate) changing: BTreeMap<usize, Vec<(String, Utf8PathBuf)>>,
    /// The visits that count.
    pub(crate) visited: Vec<Visited>,
    pub(crate) aside: Vec<Visited>,
    /// What releases accept in their values files, with which release.
    pub(crate) accepted: Vec<(ReleaseAt, Accepted)>,
}

/// A visit in which consumers are found, with the values files that were found so far.
struct Walk<'w> {
    finding: Finding<'w>,
    read: BTreeSet<Utf8PathBuf>,
}

impl Walk<'_> {
    /// Finds the consumers of a visit. Releases that are not selected are looked at too where they share a target with one that is:
    /// what they want of it counts, whatever the selector.
    fn find_all(&mut self, visited: &Visited, selected: &BTreeSet<Same>, consumers: &mut Vec<Consumer>) {
        for candidate in &visited.candidates {
            let shares = candidate.targets.iter().any(|target| selected.contains(&target.same));
            let looked = if candidate.selected || shares { Looked::Wanted } else { Looked::ForItsTemplates };
            let consumer = self.find(candidate, looked);
            let asked = |consumer| Consumer { blocked: visited.held, is_asked: true, ..consumer };
            consumers.extend(consumer.map(asked));
        }
    }

    fn find(&mut self, candidate: &Candidate, looked: Looked) -> Option<Consumer> {
        let (consumer, own) = self.finding.find(candidate, looked);
        self.read.extend(own);
        consumer
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

//! The finding hook-misuse, for a consumer whose target no hook writes before helmfile reads its values.
//!
//! helmfile handles sub-helmfiles whole before the file that lists them, one entry of `helmfiles:` after the other, and the files
//! of a directory side by side. Of each file the global `prepare` hooks run first, then those of its releases, and only then
//! are values read (`pkg/app/app.go: visitStatesWithContext`, `pkg/app/run.go: WithPreparedCharts`).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::ReleaseFilter;
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::{clean, join_clean};
use crate::plan::facts::hook_calls::{Call, HookCalls, is_helmsum, may_run_helmsum};
use crate::plan::facts::words::is_open;
use crate::plan::rules::hook_misuse::{at_hook, is_named_by, named};
use crate::plan::rules::project::{Findings, Project};
use crate::state::{Hook, Release, Resolved, Selector, Visit};
use crate::text::{Place, listed, relative};
use crate::tree::{Kind, Tree};

/// How many releases a message names.
const MOST_NAMES: usize = 3;

/// A consumer, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ConsumerAt<'a> {
    visit: usize,
    /// Which release of it.
    release: usize,
    target: &'a Utf8Path,
}

/// A hook that runs helmsum so that it writes targets, or stops where they are out of date.
#[expect(clippy::struct_excessive_bools, reason = "each is about something of its own")]
struct Caller<'a> {
    visit: usize,
    /// The release that has it; nothing for a hook of the state file.
    release: Option<usize>,
    hook: &'a Hook,
    /// Whether it is told the namespace, and by whom, and the digest of its own environment: by these it knows which visit is meant.
    tells_namespace: bool,
    tells_digest: bool,
    on_prepare: bool,
    /// The state file or directory that helmsum is to read; nothing where that is not known, or is the hook's own.
    file: Option<Utf8PathBuf>,
    /// Whether that is neither its own state file nor one above.
    names_other: bool,
    named: Named,
    /// The releases that it leaves, any of them; empty for all.
    selectors: Vec<Selector>,
}

/// The releases that `--release` leaves.
#[derive(PartialEq, Eq)]
enum Named {
    All,
    /// The one that has the hook.
    Own,
    /// Those of these names.
    These(Vec<ReleaseFilter>),
}

/// What a hook does for a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    /// It writes the target in time.
    Serves,
    /// It writes it, but helmfile may have read the values by then.
    Late,
    /// It does not write it.
    None,
}

/// Looks at the consumers of all environments that helmfile deploys in one run.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for environment in project.environments {
        let all = environment.visited.iter().chain(&environment.aside);
        let consumers: Vec<ConsumerAt<'_>> = all
            .flat_map(|visited| visited.candidates.iter().map(move |candidate| (visited.index, candidate)))
            .filter(|(_, candidate)| candidate.selected)
            .filter_map(|(visit, candidate)| {
                let target = &candidate.targets.first()?.path;
                Some(ConsumerAt { visit, release: candidate.index, target })
            })
            .collect();
        let (tree, resolved) = (&*environment.request.tree, &environment.resolved);
        let judge = Judge::new(tree, resolved, &environment.calls);
        for (visit, finding) in uncovered(judge, &consumers, &project.context.directory) {
            findings.about_visit(environment, visit, finding);
        }
    }
}

/// The findings about consumers that no hook serves, by visit. None where no hook runs helmsum: then something else does.
fn uncovered(
    mut judge: Judge<'_>,
    consumers: &[ConsumerAt<'_>],
    directory: &Utf8Path,
) -> Vec<(usize, Diagnostic)> {
    let resolved = judge.resolved;
    if judge.callers.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<(usize, Option<usize>), Vec<ConsumerAt<'_>>> = BTreeMap::new();
    for consumer in consumers {
        let mut late = None;
        if judge.is_unserved(*consumer, &mut late) {
            found.entry((consumer.visit, late)).or_default().push(*consumer);
        }
    }
    let finding = |((visit, late), consumers): ((usize, Option<usize>), Vec<ConsumerAt<'_>>)| {
        let finding = match late {
            Some(caller) => late_finding(resolved, &judge.callers[caller], &consumers, directory),
            None => none_finding(resolved, &judge.callers, &consumers, directory),
        };
        (visit, finding)
    };
    found.into_iter().map(finding).collect()
}

/// The hooks of a state, with what was found out about them.
struct Judge<'a> {
    tree: &'a dyn Tree,
    resolved: &'a Resolved,
    callers: Vec<Caller<'a>>,
    /// Hooks of a release, by visit and release.
    of_release: BTreeMap<(usize, usize), Vec<usize>>,
    /// Hooks that may serve other releases than the one that has them, those of a visit.
    of_visit: BTreeMap<usize, Vec<usize>>,
    /// Whether a hook makes helmsum read a visit, and mean it.
    reads: BTreeMap<(usize, usize), bool>,
    /// The digests of environments, by visit.
    digests: BTreeMap<usize, String>,
}

impl<'a> Judge<'a> {
    fn new(tree: &'a dyn Tree, resolved: &'a Resolved, calls: &HookCalls) -> Self {
        let mut callers = Vec::new();
        let (mut of_release, mut of_visit) = (BTreeMap::new(), BTreeMap::new());
        for (index, visit) in resolved.visits.iter().enumerate() {
            let global = visit.hooks.iter().map(|hook| (None, hook));
            let releases = visit.releases.iter().enumerate();
            let own =
                releases.flat_map(|(at, release)| release.hooks.iter().map(move |hook| (Some(at), hook)));
            for (release, hook) in global.chain(own) {
                for caller in Caller::of((tree, resolved, calls), index, release, hook) {
                    if let Some(release) = release {
                        of_release.entry((index, release)).or_insert_with(Vec::new).push(callers.len());
                    }
                    if caller.named != Named::Own {
                        of_visit.entry(index).or_insert_with(Vec::new).push(callers.len());
                    }
                    callers.push(caller);
                }
            }
        }
        let (reads, digests) = (BTreeMap::new(), BTreeMap::new());
        Self { tree, resolved, callers, of_release, of_visit, reads, digests }
    }

    /// Whether no hook serves a consumer; then `late` is a hook that comes too late, if there is one.
    fn is_unserved(&mut self, consumer: ConsumerAt<'_>, late: &mut Option<usize>) -> bool {
        let own = self.of_release.get(&(consumer.visit, consumer.release));
        let near = self.of_visit.get(&consumer.visit);
        let others = self.of_visit.iter().filter(|(visit, _)| **visit != consumer.visit);
        let nearest_first: Vec<usize> = own
            .into_iter()
            .chain(near)
            .chain(others.map(|(_, callers)| callers))
            .flatten()
            .copied()
            .collect();
        for caller in nearest_first {
            match self.service(caller, consumer) {
                Service::Serves => return false,
                Service::Late => *late = late.or(Some(caller)),
                Service::None => {}
            }
        }
        true
    }

    fn service(&mut self, index: usize, consumer: ConsumerAt<'_>) -> Service {
        let caller = &self.callers[index];
        let own = caller.visit == consumer.visit && caller.release.is_none_or(|own| own == consumer.release);
        if own && (!caller.on_prepare || caller.names_other) {
            // That is a finding by itself.
            return Service::Serves;
        }
        let release = &self.resolved.visits[consumer.visit].releases[consumer.release];
        if !caller.on_prepare || !caller.names(release, consumer) || !self.reads(index, consumer.visit) {
            return Service::None;
        }
        if self.runs_before(&self.callers[index], consumer) { Service::Serves } else { Service::Late }
    }

    /// Whether a hook makes helmsum read a visit, and mean it.
    fn reads(&mut self, index: usize, visit: usize) -> bool {
        if let Some(known) = self.reads.get(&(index, visit)) {
            return *known;
        }
        let caller = &self.callers[index];
        let visits = &self.resolved.visits;
        let in_reach = match &caller.file {
            Some(file) => {
                chain(self.resolved, visit).any(|above| is_named_by(self.tree, &visits[above], file))
            }
            None => chain(self.resolved, visit).any(|above| above == caller.visit),
        };
        let reads = in_reach && self.means(index, visit);
        self.reads.insert((index, visit), reads);
        reads
    }

    /// Whether what a hook is told of its own environment is what helmsum finds for a visit: by this it knows which is meant.
    fn means(&mut self, index: usize, visit: usize) -> bool {
        let own = self.callers[index].visit;
        let Caller { tells_namespace: namespace, tells_digest: digest, .. } = self.callers[index];
        let visits = &self.resolved.visits;
        (!namespace || visits[own].namespace == visits[visit].namespace)
            && (own == visit || !digest || self.digest(own) == self.digest(visit))
    }

    fn digest(&mut self, visit: usize) -> String {
        let object = &self.resolved.visits[visit].environment_object;
        self.digests.entry(visit).or_insert_with(|| object.digest()).clone()
    }

    /// Whether a hook has run by the time that helmfile reads the values of a consumer.
    fn runs_before(&self, caller: &Caller<'_>, consumer: ConsumerAt<'_>) -> bool {
        let visit = &self.resolved.visits[caller.visit];
        if let Some(release) = caller.release.map(|release| &visit.releases[release]) {
            let in_visit = caller.visit == consumer.visit;
            let is_own = in_visit && caller.release == Some(consumer.release);
            // helmfile runs it for releases that it deploys. Where it makes a chart, it reads the values at once.
            let alone = || in_visit && is_chartified(self.tree, visit, &visit.releases[consumer.release]);
            if !is_own && (!release.selected || !release.deployed() || alone()) {
                return false;
            }
        }
        visit_is_before(self.resolved, caller.visit, consumer.visit)
    }
}

impl<'a> Caller<'a> {
    /// The calls of a hook that write targets, or stop where they are out of date.
    fn of(
        (tree, resolved, calls): (&dyn Tree, &Resolved, &HookCalls),
        visit: usize,
        release: Option<usize>,
        hook: &'a Hook,
    ) -> Vec<Self> {
        let on_prepare = hook.events.iter().any(|event| event == "prepare");
        let bare = || Self {
            visit,
            release,
            hook,
            tells_namespace: false,
            tells_digest: false,
            on_prepare,
            file: None,
            names_other: false,
            named: Named::All,
            selectors: Vec::new(),
        };
        let calls = calls.of(hook);
        if calls.is_empty() && may_run_helmsum(hook) && !is_helmsum(&hook.command) {
            // A script that is told helmfile's command, or that is named so.
            return vec![bare()];
        }
        let caller = |call: &Call| {
            let Some(options) = call.options() else { return bare() };
            let file = call.file().map(|file| join_clean(&resolved.visits[visit].directory, file));
            let names_other = file.as_ref().is_some_and(|file| {
                !chain(resolved, visit).any(|above| is_named_by(tree, &resolved.visits[above], file))
            });
            let is_told = |value: &Option<String>| value.as_deref().is_some_and(is_open);
            Self {
                tells_namespace: is_told(&options.namespace) && is_told(&options.helmfile_command),
                tells_digest: is_told(&options.expect_environment),
                file,
                names_other,
                named: Named::of(&options.release, release),
                selectors: selectors(&options.selector),
                ..bare()
            }
        };
        calls.iter().filter(|call| call.guards()).map(caller).collect()
    }

    /// Whether its selector and `--release` leave a release.
    fn names(&self, release: &Release, consumer: ConsumerAt<'_>) -> bool {
        let named = match &self.named {
            Named::All => true,
            Named::Own => self.visit == consumer.visit && self.release == Some(consumer.release),
            Named::These(filters) => filters.iter().any(|filter| release.is_meant_by(filter)),
        };
        let selected = |selector: &Selector| selector.matches(&release.labels);
        named && (self.selectors.is_empty() || self.selectors.iter().any(selected))
    }
}

impl Named {
    /// What `--release` leaves, in a hook of this release.
    fn of(given: &[ReleaseFilter], own: Option<usize>) -> Self {
        match given {
            [] => Self::All,
            [one] if is_open(one.as_ref()) && own.is_some() => Self::Own,
            several if several.iter().any(|filter| is_open(filter.as_ref())) => Self::All,
            several => Self::These(several.to_vec()),
        }
    }
}

/// The selectors of a hook; none where one of them is known only when it runs, or selects nothing for it cannot be read.
fn selectors(given: &[String]) -> Vec<Selector> {
    let selector = |text: &String| Selector::parse(text).ok().filter(|_| !is_open(text));
    given.iter().map(selector).collect::<Option<_>>().unwrap_or_default()
}

/// A visit and those above it.
fn chain(resolved: &Resolved, visit: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(visit), |visit| resolved.visits[*visit].parent)
}

/// Whether helmfile is done with the hooks of one visit before it reads values of another one.
fn visit_is_before(resolved: &Resolved, one: usize, other: usize) -> bool {
    if chain(resolved, one).any(|above| above == other) {
        return true;
    }
    let above: Vec<usize> = chain(resolved, other).collect();
    let mut below = one;
    for parent in chain(resolved, one).skip(1) {
        if let Some(at) = above.iter().position(|visit| *visit == parent) {
            // `one` lists `other`, so that it comes later.
            let Some(beside) = at.checked_sub(1).map(|at| above[at]) else { return false };
            return below < beside && !are_parallel(resolved, parent, below, beside);
        }
        below = parent;
    }
    false
}

/// Whether two files that one state lists are of one directory that it names, so that helmfile handles them side by side.
fn are_parallel(resolved: &Resolved, parent: usize, one: usize, other: usize) -> bool {
    let of = |visit: usize| {
        let directory = resolved.visits[visit].file.parent()?;
        resolved.visits[parent].helmfiles.iter().find(|entry| clean(entry.as_str()) == directory)
    };
    of(one).is_some() && of(one) == of(other)
}

/// Whether helmfile makes a chart of a release's own (`pkg/state/helmx.go: PrepareChartify`).
fn is_chartified(tree: &dyn Tree, visit: &Visit, release: &Release) -> bool {
    let kind = |path: &Utf8Path| tree.stat(path).ok().map(|stat| stat.kind);
    let chart = join_clean(&visit.directory, &release.chart);
    release.helm.chartify.key().is_some()
        || (kind(&chart) == Some(Kind::Directory) && kind(&chart.join("Chart.yaml")) != Some(Kind::File))
}

fn names_of(resolved: &Resolved, consumers: &[ConsumerAt<'_>]) -> String {
    let id = |consumer: &ConsumerAt<'_>| {
        format!("`{}`", resolved.visits[consumer.visit].releases[consumer.release].id())
    };
    let names: Vec<String> = consumers.iter().map(id).collect();
    let noun = if names.len() == 1 { "release" } else { "releases" };
    format!("{noun} {}", listed(&names, MOST_NAMES))
}

fn of_release(finding: Diagnostic, resolved: &Resolved, consumers: &[ConsumerAt<'_>]) -> Diagnostic {
    match consumers {
        [one] => finding.release(resolved.visits[one.visit].releases[one.release].id()),
        _ => finding,
    }
}

fn late_finding(
    resolved: &Resolved,
    caller: &Caller<'_>,
    consumers: &[ConsumerAt<'_>],
    directory: &Utf8Path,
) -> Diagnostic {
    let (visit, other) = (&resolved.visits[caller.visit], &resolved.visits[consumers[0].visit]);
    let of_release_with_hook = caller.release.map(|release| visit.releases[release].id());
    let hook = named(caller.hook, of_release_with_hook.as_deref());
    let shown = |visit: &Visit| relative(&visit.file, directory);
    let below = chain(resolved, consumers[0].visit).skip(1).any(|above| above == caller.visit);
    let why = if below {
        "sub-helmfiles are deployed before the file that lists them".to_owned()
    } else if let Some(owner) = caller.release.map(|release| &visit.releases[release])
        && !(owner.selected && owner.deployed())
    {
        format!("it runs only where release `{}` is deployed", owner.id())
    } else if caller.visit == consumers[0].visit {
        "helmfile may read its values before this hook has run".to_owned()
    } else {
        format!("helmfile may read its values before it runs the hooks of `{}`", shown(visit))
    };
    let message =
        format!("{hook} comes too late for {} of `{}`: {why}", names_of(resolved, consumers), shown(other));
    let hint = if caller.visit == consumers[0].visit {
        "put the hook under the top-level `hooks:` of the state file, or give it to each release".to_owned()
    } else {
        format!("give `{}` the hook too; a base can have it for several state files", shown(other))
    };
    let finding = of_release(Diagnostic::finding(Code::HookMisuse, message).hint(hint), resolved, consumers);
    at_hook(finding, caller.hook, visit)
}

fn none_finding(
    resolved: &Resolved,
    callers: &[Caller<'_>],
    consumers: &[ConsumerAt<'_>],
    directory: &Utf8Path,
) -> Diagnostic {
    let visit = &resolved.visits[consumers[0].visit];
    let file = relative(&visit.file, directory);
    let message = match consumers {
        [one] => format!(
            "{} of `{file}`: no hook writes its target `{}`",
            names_of(resolved, consumers),
            relative(one.target, directory)
        ),
        _ => format!("{} of `{file}`: no hook writes their targets", names_of(resolved, consumers)),
    };
    let own = callers.iter().any(|caller| caller.visit == consumers[0].visit);
    let hint = if own {
        format!(
            "put the hook under the top-level `hooks:` of `{file}`, without `--release` and `--selector`: then it runs for all"
        )
    } else {
        let other = callers.first().map(|caller| relative(&resolved.visits[caller.visit].file, directory));
        let other = other.unwrap_or_default();
        format!("give `{file}` a hook like that of `{other}`; a base can have it for several state files")
    };
    let finding = of_release(Diagnostic::finding(Code::HookMisuse, message).hint(hint), resolved, consumers);
    match &visit.releases[consumers[0].release].place {
        Some(place) => finding.at(place.clone()),
        None => finding.at(Place::file(visit.file.clone())),
    }
}

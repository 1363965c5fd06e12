//! Which of the ways to wire a release is kept: the first that does what it is for.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::around::{self, Around};
use super::draft::Draft;
use super::drafting::{Drafting, Subject};
use super::outcome::{Outcome, Proposal, Step, Verdict};
use super::proof::{self, By, Seen};
use super::ways::{Way, readers, ways};
use crate::audit::{Gap, Gaps, Wired};
use crate::cli::{ReleaseFilter, Via};
use crate::diagnostic::{Code, Diagnostic, Levels};
use crate::plan::contents::rendering::Rendering;
use crate::plan::ignored::ignored_of;
use crate::plan::rules::missing_need::Order;
use crate::plan::rules::project::Findings;
use crate::plan::{self, Aim, Made, Plan, Progress, Reading};
use crate::reference::Identity;
use crate::text::relative;
use crate::tree::Overlay;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'p> {
    pub(crate) context: &'p plan::Context,
    pub(crate) reading: &'p Reading,
    pub(crate) progress: &'p Progress,
    pub(crate) via: Option<Via>,
    /// Paths that the one release depends on, absolute.
    pub(crate) paths: Vec<Utf8PathBuf>,
    /// The base that the hook goes to, absolute.
    pub(crate) hook_in: Option<Utf8PathBuf>,
}

/// Wires what is missing.
pub(crate) fn propose(asked: &Asked<'_>, gaps: &Gaps) -> Proposal {
    let open = open(asked, gaps);
    if open.is_empty() {
        return Proposal::default();
    }
    let now = denied_in(asked, asked.reading);
    let mut denied = Denied { staying: now.clone(), now };
    let proposal = wire(asked, &open, &denied);
    if denied.now.is_empty() || proposal.draft.is_empty() {
        return proposal;
    }
    // All edits together may settle what was found.
    let after = denied_in(asked, &asked.reading.over(proposal.draft.over(&asked.reading.tree)));
    denied.staying.retain(|one| after.contains(one));
    if denied.staying == denied.now { proposal } else { wire(asked, &open, &denied) }
}

/// The gaps that are to be wired, each with the paths that its release is to declare, absolute.
fn open<'g>(asked: &Asked<'_>, gaps: &'g Gaps) -> Vec<(&'g Gap, Vec<Utf8PathBuf>)> {
    let mut open = Vec::new();
    let mut known = BTreeSet::new();
    for gap in &gaps.found {
        // A state file that is read twice has its releases twice.
        if !known.insert((&gap.state, &gap.id)) {
            continue;
        }
        let paths: Vec<Utf8PathBuf> =
            asked.paths.iter().filter(|path| !gap.declared.contains(*path)).cloned().collect();
        if !gap.missing.is_empty() || gap.is_inert || gap.wired == Wired::No || !paths.is_empty() {
            open.push((gap, paths));
        }
    }
    open
}

/// Wires one gap after the other.
fn wire(asked: &Asked<'_>, open: &[(&Gap, Vec<Utf8PathBuf>)], denied: &Denied) -> Proposal {
    let mut proposal = Proposal::default();
    for (gap, paths) in open {
        proposal.root.clone_from(&gap.root);
        let wiring = Wiring { asked, gap, paths, base: &proposal.draft, denied };
        let (verdict, draft) = wiring.best();
        let objects =
            gap.missing.iter().map(|one| format!("{} of {}", one.object(), one.makers.join(" and ")));
        let paths = paths.iter().map(|path| relative(path, &asked.context.directory).to_string());
        let reads = objects.chain(paths).collect();
        proposal.outcomes.push(Outcome { id: gap.id.clone(), reads, verdict });
        if let Some(draft) = draft {
            proposal.draft = draft;
        }
    }
    proposal
}

/// What `--strict` denies of the project.
struct Denied {
    /// As it is.
    now: BTreeSet<String>,
    /// As it is, and also once the edits are made.
    staying: BTreeSet<String>,
}

/// What `--strict` denies of the project as this reads it.
fn denied_in(asked: &Asked<'_>, reading: &Reading) -> BTreeSet<String> {
    let plan = plan::make(&strict(asked.context, Aim::Show), reading, asked.progress);
    let of_run = plan.sink.said().iter().filter(|one| one.is_denied());
    let of_consumers = plan.consumers.iter().flat_map(|contents| contents.consumer.denied());
    of_run.chain(of_consumers).map(|one| one.message.clone()).collect()
}

/// How a strict hook judges.
fn strict(context: &plan::Context, aim: Aim) -> plan::Context {
    let levels = Levels { strict: true, ..context.levels.clone() };
    plan::Context { levels, aim, ..context.clone() }
}

/// A release that is to be wired.
struct Wiring<'w, 'p> {
    asked: &'w Asked<'p>,
    gap: &'w Gap,
    /// Paths that it is to declare, absolute.
    paths: &'w [Utf8PathBuf],
    base: &'w Draft,
    denied: &'w Denied,
}

/// A way that does what it is for.
struct Kept {
    draft: Draft,
    verdict: Verdict,
}

/// What keeps a way from being kept.
enum Failed {
    /// It does not do what it is for.
    Left(String),
    /// Something is found about the sources where they are declared.
    Denied(String),
    /// An edit of it is not safe.
    Told(String, Vec<Step>),
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self::Left(why)
    }
}

impl Wiring<'_, '_> {
    /// The first way that does what it is for, with its edits.
    fn best(&self) -> (Verdict, Option<Draft>) {
        let ways = match ways(self.gap, self.asked.via, !self.paths.is_empty()) {
            Ok(ways) => ways,
            Err(why) => return (Verdict::Left { why: vec![why] }, None),
        };
        let mut why = Vec::new();
        for way in ways {
            // What is wrong with a values template, one with a clock for one, is not with a source in the configuration.
            let places = if self.gap.own_values.is_some() { &[false, true][..] } else { &[true] };
            for in_configuration in places {
                let failed = match self.attempt(&way, *in_configuration) {
                    Ok(Kept { draft, verdict }) => return (verdict, Some(draft)),
                    Err(Failed::Told(reason, steps)) => {
                        why.push(reason);
                        return (Verdict::Told { why, steps }, None);
                    }
                    Err(Failed::Denied(reason)) if !in_configuration => {
                        why.push(format!("{}: {reason}", way.words()));
                        continue;
                    }
                    Err(Failed::Left(reason) | Failed::Denied(reason)) => reason,
                };
                why.push(format!("{}: {failed}", way.words()));
                break;
            }
        }
        (Verdict::Left { why }, None)
    }

    /// Drafts a way, and proves it.
    fn attempt(&self, way: &Way, in_configuration: bool) -> Result<Kept, Failed> {
        let subject = Subject {
            gap: self.gap,
            tree: &*self.asked.reading.tree,
            paths: self.paths,
            hook_in: self.asked.hook_in.as_deref(),
            renders_all: self.asked.reading.request(None).renders_all(),
            in_configuration,
        };
        let (mut drafting, around) = self.declared(&subject, way)?;
        let Some(around) = around else {
            let why = "its sources cannot be read".to_owned();
            return Err(if drafting.unsafe_one.is_some() { told(way, drafting) } else { Failed::Left(why) });
        };
        if *way == Way::Annotate {
            if let Some(other) = &around.post_renderer {
                return Err(Failed::Left(format!("it has the post-renderer `{other}`")));
            }
            around.annotate.clone()?;
        }
        let mut lenient = lenient(&around);
        if let Some(why) = lenient.first().filter(|_| around.has_strict_hook) {
            return Err(Failed::Left(format!("its hook is strict, and {why}")));
        }
        // A hook that fails anyhow is nothing to begin with.
        lenient.extend(self.denied.staying.iter().next().cloned());
        subject.add_to_state(&mut drafting, (way, &around), lenient.is_empty())?;
        if *way == Way::Chart {
            subject.add_to_chart(&mut drafting)?;
        }
        if drafting.unsafe_one.is_some() {
            return Err(told(way, drafting));
        }
        let draft = drafting.draft;
        check_kept_by_git(&draft, &self.gap.root)?;
        let (restarts, is_seen) = self.prove(way, &draft)?;
        let restarts = restarts.into_iter().collect();
        let verdict = Verdict::Wired { how: way.words(), restarts, is_seen, notes: notes(&around), lenient };
        Ok(Kept { draft, verdict })
    }

    /// Drafts the sources, and reads the release with them. Of path sources, with the release that reads their files, where there is one.
    fn declared(&self, subject: &Subject<'_>, way: &Way) -> Result<(Drafting, Option<Around>), Failed> {
        let mut from = None;
        loop {
            let drafting = subject.declare(self.base, way, from.as_deref())?;
            let aim = if *way == Way::Annotate { Aim::Annotate } else { Aim::Show };
            let (plan, mut found) = self.run(&drafting.draft, None, aim, around::around);
            let around = found.remove(&self.gap.id);
            if drafting.unsafe_one.is_some() {
                // It is told, with what else there is to do as far as that is known without the source.
                return Ok((drafting, around));
            }
            let denied = around.iter().flat_map(|around| &around.denied);
            if let Some(problem) = self.problem(&plan, denied) {
                return Err(Failed::Denied(problem));
            }
            let Some(found) = &around else { return Ok((drafting, around)) };
            let reader = found.unnamed.values().find_map(|readers| match &readers[..] {
                [one] => Some(one.clone()),
                _ => None,
            });
            if from.is_some() || self.paths.is_empty() || reader.is_none() {
                return Ok((drafting, around));
            }
            from = reader;
        }
    }

    /// The first thing that a strict hook would stop at, and did not before.
    fn problem<'d>(
        &self,
        plan: &'d Plan,
        of_release: impl Iterator<Item = &'d Diagnostic>,
    ) -> Option<String> {
        // These are settled otherwise: by the target and its file, a hook that is not strict, and an order that is told.
        let settled =
            [Code::UnwiredRelease, Code::HiddenMissingFile, Code::GuessableSecret, Code::MissingNeed];
        let is_open = |one: &&Diagnostic| one.code().is_none_or(|code| !settled.contains(&code));
        let of_run = plan.sink.said().iter().filter(|one| one.is_denied());
        let mut all = of_release.chain(of_run).filter(is_open);
        all.find(|one| !self.denied.now.contains(&one.message)).map(|one| one.message.clone())
    }

    /// Makes a plan of this release with a draft in place, and another content of one file, as a strict hook judges it.
    fn run<T>(
        &self,
        draft: &Draft,
        other: Option<&(Utf8PathBuf, Vec<u8>)>,
        aim: Aim,
        then: impl FnOnce(Made<'_>, &mut Rendering<'_>) -> (Findings, T),
    ) -> (Plan, T) {
        let mut tree = draft.over(&self.asked.reading.tree);
        if let Some((file, bytes)) = other {
            let mut overlay = Overlay::new(Arc::clone(&tree));
            overlay.insert(file, bytes.clone());
            tree = Arc::new(overlay);
        }
        let mut reading = self.asked.reading.over(tree);
        reading.options.release = vec![ReleaseFilter::from(self.gap.id.clone())];
        plan::make_and(&strict(self.asked.context, aim), &reading, self.asked.progress, then)
    }

    /// Sees that another content of each source restarts the readers and no others, and that nothing else of the release changes.
    fn prove(&self, way: &Way, draft: &Draft) -> Result<(BTreeSet<Identity>, bool), Failed> {
        let gap = self.gap;
        let readers = readers(gap);
        let seen = self.see(way, draft, None)?;
        let after = seen.manifests.as_ref().map_err(|problem| problem.message.clone())?;
        let first = self.differs(&gap.manifests, after)?;
        if gap.wired == Wired::No {
            proof::check(&first, &readers)?;
        }
        let mut others: Vec<(Utf8PathBuf, Vec<u8>)> =
            gap.missing.iter().filter_map(|one| one.moved_by.clone()).collect();
        let mut is_seen = others.len() == gap.missing.len();
        for file in seen.files.iter().filter(|_| !self.paths.is_empty()) {
            let mut bytes = self.asked.reading.tree.read(file).map_err(|error| error.to_string())?;
            bytes.push(b'\n');
            others.push((file.clone(), bytes));
        }
        let mut restarts = BTreeSet::new();
        for other in &others {
            // A release that names things by what is in the file may not be found then.
            let Ok(Seen { manifests: Ok(other), digests, .. }) = self.see(way, draft, Some(other)) else {
                is_seen = false;
                continue;
            };
            if digests == seen.digests {
                return Err(Failed::Left(
                    "another content of the source does not move the checksum".to_owned(),
                ));
            }
            let moved = self.differs(after, &other)?;
            proof::check(&moved, &readers)?;
            restarts.extend(moved);
        }
        if let Some(other) = &seen.with_stand_in {
            let other = other.as_ref().map_err(|problem| problem.message.clone())?;
            let moved = self.differs(after, other)?;
            proof::check(&moved, &readers)?;
            restarts.extend(moved);
        }
        if *way == Way::Chart {
            self.check_others(draft)?;
        }
        if restarts.is_empty() {
            restarts = first;
        }
        Ok((restarts, is_seen && !others.is_empty()))
    }

    /// Renders the release with a draft, and another content of one file.
    fn see(&self, way: &Way, draft: &Draft, other: Option<&(Utf8PathBuf, Vec<u8>)>) -> Result<Seen, Failed> {
        let gap = self.gap;
        let is_annotated = *way == Way::Annotate || gap.wired == Wired::Annotated;
        let by = if is_annotated { By::Annotate(&gap.manifests) } else { By::Target };
        let aim = if is_annotated { Aim::Annotate } else { Aim::Show };
        let (plan, seen) =
            self.run(draft, other, aim, |made, rendering| proof::see(made, rendering, &gap.id, by));
        let denied = seen.iter().flat_map(|seen| &seen.denied);
        match self.problem(&plan, denied) {
            Some(problem) => Err(Failed::Denied(problem)),
            None => seen.ok_or_else(|| Failed::Left("the release is not found with it".to_owned())),
        }
    }

    /// Sees that other releases of the same chart render as before.
    fn check_others(&self, draft: &Draft) -> Result<(), String> {
        let chart = self.gap.templates.values().next().and_then(|file| file.parent()?.parent());
        let Some(chart) = chart else { return Ok(()) };
        let outputs = |draft: &Draft| {
            let mut reading = self.asked.reading.over(draft.over(&self.asked.reading.tree));
            (reading.options.release, reading.options.selector) = (Vec::new(), Vec::new());
            let context = plan::Context { aim: Aim::Show, ..self.asked.context.clone() };
            let of_chart =
                |made: Made<'_>, rendering: &mut Rendering<'_>| proof::outputs(made, rendering, chart);
            plan::make_and(&context, &reading, self.asked.progress, of_chart).1
        };
        let (before, after) = (outputs(self.base), outputs(draft));
        let is_other = |id: &&String| **id != self.gap.id && before.get(*id) != after.get(*id);
        match before.keys().find(is_other) {
            Some(other) => Err(format!("release `{other}` of the same chart would change too")),
            None => Ok(()),
        }
    }

    fn differs(&self, one: &[u8], other: &[u8]) -> Result<BTreeSet<Identity>, String> {
        let noise = &self.gap.noise;
        proof::moved((one, other), &self.gap.namespace, noise)
            .map_err(|what| format!("more than annotations of pods would change: {what}"))
    }
}

fn told(way: &Way, drafting: Drafting) -> Failed {
    let Drafting { steps, unsafe_one, .. } = drafting;
    Failed::Told(format!("{}: {}", way.words(), unsafe_one.unwrap_or_default()), steps)
}

/// Refuses files that git ignores: what is put into them stays on this machine.
fn check_kept_by_git(draft: &Draft, root: &Utf8Path) -> Result<(), String> {
    let files: Vec<&Utf8Path> = draft.files().map(|(file, _)| file).collect();
    let ignored = ignored_of(files.iter().map(|file| (root, *file)));
    match files.into_iter().find(|file| ignored.contains(&(root, *file))) {
        Some(file) => Err(format!("git ignores `{}`", relative(file, root))),
        None => Ok(()),
    }
}

/// What a strict hook would stop at, once the release is wired.
fn lenient(around: &Around) -> Vec<String> {
    let mut why: Vec<String> = Vec::new();
    why.extend(around.guessable.iter().map(|finding| format!("{finding} (docs/secrets.md)")));
    if !notes(around).is_empty() {
        why.push("the order of releases is not settled".to_owned());
    }
    why
}

/// What the state does not settle by itself.
fn notes(around: &Around) -> Vec<String> {
    let otherwise = around.order.iter().filter_map(|order| match order {
        Order::Otherwise(what) => Some(what.clone()),
        Order::Need(_) => None,
    });
    otherwise.collect()
}

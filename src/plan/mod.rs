//! What a run would write, computed without writing, in three passes: `facts` are what the state and the configuration declare,
//! `contents` what that contains and what is recorded, `rules` what there is to say about both. Between the first two, `auto` finds
//! the sources that somebody declared without naming them. `generate` carries a plan out; `check` and `list` only show it.

mod again;
mod auto;
pub(crate) mod contents;
pub(crate) mod facts;
mod helmfile;
pub(crate) mod history;
pub(crate) mod ignored;
pub(crate) mod precedence;
mod progress;
mod reading;
pub(crate) mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use camino::Utf8PathBuf;

pub(crate) use again::Again;
pub(crate) use contents::change::{Change, How};
pub(crate) use contents::consumer::{Contents, Status};
pub(crate) use contents::source::SourceContents;
pub(crate) use facts::consumer::Consumer;
pub(crate) use helmfile::Helmfile;
pub(crate) use progress::Progress;
pub(crate) use reading::{Elsewhere, Reading};

pub(crate) use contents::kept::{Keeping, Turn};

use contents::hashing::{self, Job, SourceOutcome};
use contents::kept::Kept;
use contents::rendering::Rendering;
use contents::{Finishing, compute, conflicts};
use facts::environment::Environment;
use facts::locations::Locations;
use facts::readings::{Read, readings};
use facts::settings::Configurations;
use facts::{checksums, counts, survey};
use rules::Rule;
use rules::project::{Findings, Project};
use rules::target_place::TargetPlaces;
use rules::template_effects::Told;
use rules::unmatched_entry::{Entries, Excludes};
use rules::unverified_state::command_line;

use crate::diagnostic::{Code, Diagnostic, Levels, Scope, Sink};
use crate::source::Targets;
use crate::source::config::FILE_NAME;
use crate::targets::Renderer;
use crate::template;
use crate::text::{Bytes, Place, counted, relative};

/// What a plan is made with beside a state.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The working directory.
    pub directory: Utf8PathBuf,
    /// The levels of findings as far as the command line chooses them.
    pub levels: Levels,
    /// The key file that `HELMSUM_KEY_FILE` names, absolute.
    pub key_file: Option<Utf8PathBuf>,
    /// Where renderings are kept between runs.
    pub keeping: Keeping,
    /// Whether targets that helmsum did not write may be replaced.
    pub force: bool,
    /// Where templates of targets are rendered.
    pub renderer: Renderer,
    /// What is done with the plan.
    pub aim: Aim,
    /// The command that writes what is out of date.
    pub again: Again,
    /// The commit that the project is read from, where it is not the work tree.
    pub revision: Option<String>,
}

/// What is done with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Targets are written.
    Write,
    /// A target that is out of date is a finding.
    Check,
    /// Its checksums go on pod templates, and no target is needed.
    Annotate,
    /// It is only shown.
    Show,
    /// It is only shown, and releases without sources are shown too.
    Explain,
}

/// What a run would do.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The environments that were read.
    pub environments: Vec<String>,
    /// Releases with sources or a target, and entries of `checksums:`.
    pub consumers: Vec<Contents>,
    /// What there is to say outside of single releases.
    pub sink: Sink,
    /// What was read, for whoever asks with `--debug`.
    pub trace: Vec<String>,
    /// Whether selectors, `--release` or the environment left nothing.
    pub nothing_matched: bool,
    /// The command that writes what is out of date, in words.
    pub again: String,
}

impl Plan {
    pub(crate) fn new(reading: &Reading) -> Self {
        Self {
            environments: Vec::new(),
            consumers: Vec::new(),
            sink: Sink::new(reading.secrets.clone()),
            trace: Vec::new(),
            nothing_matched: false,
            again: String::new(),
        }
    }

    /// Takes what rules found.
    fn say(&mut self, findings: Findings, configurations: &Configurations<'_>) {
        for (index, diagnostic) in findings.of_consumers {
            self.consumers[index].consumer.say(diagnostic);
        }
        for (directory, environment, diagnostic) in findings.near {
            let levels = configurations.levels_near(&directory);
            self.sink.take(diagnostic, Scope { levels: &levels, environment: environment.as_deref() });
        }
    }

    /// Adds a note about the run.
    pub(crate) fn note(&mut self, message: impl Into<String>) {
        self.sink.take_settled(Diagnostic::note(message));
    }
}

/// Makes the plan of a run. How far it is can be read from `progress` meanwhile.
#[must_use]
pub(crate) fn make(context: &Context, reading: &Reading, progress: &Progress) -> Plan {
    make_and(context, reading, progress, |_, _| (Findings::default(), ())).0
}

/// As [`make`], and looks at facts and contents with `then`, which may render more, before they go. What it finds becomes a part
/// of the plan.
pub(crate) fn make_and<T>(
    context: &Context,
    reading: &Reading,
    progress: &Progress,
    then: impl FnOnce(Made<'_>, &mut Rendering<'_>) -> (Findings, T),
) -> (Plan, T) {
    let configurations = Configurations::new(Arc::clone(&reading.tree), context, &reading.options);
    let mut plan = Plan::new(reading);
    let locations = Locations::default();
    let mut known = Targets::default();
    let Facts { mut consumers, environments, counts, entries } =
        facts((context, reading), &configurations, &locations, &mut known, &mut plan);
    let kept = Kept::new(context.keeping.clone());
    let mut rendering = Rendering::new(
        &environments,
        template::functions::registry(),
        Told::of(reading),
        configurations.files(),
        &known,
        kept,
    );
    auto::expand(&mut consumers, (&environments, reading), &mut rendering, progress);
    let jobs: Vec<Job> =
        consumers.iter().flat_map(Consumer::jobs).collect::<BTreeSet<_>>().into_iter().collect();
    let started = Instant::now();
    let outcomes = hashing::hash_all(&*reading.tree, &jobs, &known, &progress.hashing);
    plan.trace.push(traced(&outcomes, started));
    let hashed = jobs.iter().zip(&outcomes).collect();
    let started = Instant::now();
    plan.consumers = contents((context, reading), consumers, &hashed, &mut rendering, progress);
    conflicts::settle(&mut plan, &context.directory);
    let places: Vec<TargetPlaces<'_>> = environments
        .iter()
        .map(|read| TargetPlaces::new(&*read.request.tree, &read.resolved, &locations))
        .collect();
    let is_complete = !plan.sink.has_errors() && counts.reads_all();
    let project = Project {
        context,
        reading,
        configurations: &configurations,
        locations: &locations,
        environments: &environments,
        places: &places,
        consumers: &[],
        entries: &entries,
        is_complete,
    };
    let judge = |rules: &[Rule], plan: &mut Plan| {
        let mut findings = Findings::default();
        for rule in rules {
            rule(&Project { consumers: &plan.consumers, ..project }, &mut findings);
        }
        plan.say(findings, &configurations);
    };
    judge(rules::RULES, &mut plan);
    if !plan.sink.has_failed() {
        let declares_nothing = plan.consumers.is_empty();
        counts::judge(&counts, (context, reading), &entries, declares_nothing, &mut plan);
    }
    for contents in &mut plan.consumers {
        contents.settle(context.force);
    }
    judge(rules::ON_STATUS, &mut plan);
    if context.aim == Aim::Check {
        judge(rules::OF_CHECK, &mut plan);
    }
    let (findings, answer) = {
        let project = Project { consumers: &plan.consumers, ..project };
        then(Made { project, hashed: &hashed, progress }, &mut rendering)
    };
    let rendered = rendering.trace();
    plan.trace.extend(rendered.map(|line| format!("{line} in {} ms", started.elapsed().as_millis())));
    plan.say(findings, &configurations);
    plan.consumers.iter_mut().for_each(Contents::reconsider);
    plan.again = reading.secrets.mask(&context.again.to_string()).into_owned();
    (plan, answer)
}

/// What is declared, before anything is hashed or rendered.
#[derive(Debug)]
pub(crate) struct Declared {
    /// What there is to say beside single consumers.
    pub(crate) plan: Plan,
    pub(crate) consumers: Vec<Consumer>,
    /// The environments that were read.
    pub(crate) environments: Vec<Environment>,
}

/// What is declared, and nothing hashed or rendered.
#[must_use]
pub(crate) fn declared(context: &Context, reading: &Reading) -> Declared {
    let configurations = Configurations::new(Arc::clone(&reading.tree), context, &reading.options);
    let mut plan = Plan::new(reading);
    let locations = Locations::default();
    let mut known = Targets::default();
    let Facts { consumers, environments, counts, entries } =
        facts((context, reading), &configurations, &locations, &mut known, &mut plan);
    if !plan.sink.has_failed() {
        counts::judge(&counts, (context, reading), &entries, consumers.is_empty(), &mut plan);
    }
    Declared { plan, consumers, environments }
}

/// Facts and contents of a run, for what looks at them after the rules.
#[derive(Clone, Copy)]
pub(crate) struct Made<'p> {
    /// What the rules looked at.
    pub(crate) project: Project<'p>,
    /// The hashed path sources.
    pub(crate) hashed: &'p BTreeMap<&'p Job, &'p SourceOutcome>,
    pub(crate) progress: &'p Progress,
}

/// What is declared: the first pass.
#[derive(Debug, Default)]
struct Facts {
    consumers: Vec<Consumer>,
    environments: Vec<Environment>,
    counts: counts::Counts,
    entries: Entries,
}

/// Finds out what is declared, and notes the targets among it.
fn facts(
    (context, reading): (&Context, &Reading),
    configurations: &Configurations<'_>,
    locations: &Locations,
    known: &mut Targets,
    plan: &mut Plan,
) -> Facts {
    let tree = &*reading.tree;
    let mut facts = Facts::default();
    let mut targets = Found { locations, known };
    facts.consumers = checksums::consumers(tree, context, reading, configurations, &mut targets, plan);
    if checksums::reads_state(tree, reading, &facts.consumers, &context.directory) {
        survey_all(context, reading, configurations, &mut targets, plan, &mut facts);
        if let Some(known) = &reading.helmfile {
            let levels = configurations.levels_near(&context.directory);
            command_line::judge(known, &levels, &mut facts.consumers, plan);
        }
    }
    for path in facts.consumers.iter().filter_map(|consumer| consumer.target.as_deref()) {
        targets.known.add(tree, locations.real(path));
    }
    facts
}

/// What that contains: the second pass.
fn contents(
    (context, reading): (&Context, &Reading),
    consumers: Vec<Consumer>,
    hashed: &BTreeMap<&Job, &SourceOutcome>,
    rendering: &mut Rendering<'_>,
    progress: &Progress,
) -> Vec<Contents> {
    let mut excludes = Excludes::new(reading);
    for consumer in &consumers {
        excludes.note(consumer, hashed);
    }
    let finishing =
        Finishing { tree: &*reading.tree, hashed, context, force: context.force, excludes: &excludes };
    compute(consumers, rendering, finishing, progress)
}

/// What was hashed, for `--debug`.
fn traced(outcomes: &[hashing::SourceOutcome], started: Instant) -> String {
    let (files, bytes) = outcomes
        .iter()
        .flatten()
        .fold((0, 0), |(files, bytes), hashed| (files + hashed.files.len(), bytes + hashed.bytes));
    format!(
        "hashed {} with {} and {} in {} ms",
        counted(outcomes.len(), "source"),
        counted(files, "file"),
        Bytes(bytes),
        started.elapsed().as_millis()
    )
}

/// The targets of a run, as far as they have been found.
pub(crate) struct Found<'a> {
    locations: &'a Locations,
    known: &'a mut Targets,
}

/// Reads the state of every environment that is asked for, and finds the consumers in it.
fn survey_all(
    context: &Context,
    reading: &Reading,
    configurations: &Configurations<'_>,
    targets: &mut Found<'_>,
    plan: &mut Plan,
    facts: &mut Facts,
) {
    let readings = match readings(reading) {
        Ok(readings) => readings,
        Err(error) => return plan.sink.take_settled(error),
    };
    for Read { request, result, .. } in readings {
        plan.environments.push(request.environment_name().to_owned());
        match result {
            Ok(resolved) => {
                let mut read = Environment::new(request, resolved);
                let mut survey = survey::Survey {
                    context,
                    reading,
                    request: &read.request,
                    resolved: &read.resolved,
                    files: &read.files,
                    calls: &read.calls,
                    environment: facts.environments.len(),
                    configurations,
                    locations: targets.locations,
                    known: targets.known,
                };
                let found = survey.run(plan, &mut facts.consumers, &mut facts.counts, &mut facts.entries);
                (read.changing, read.visited, read.aside) = (found.changing, found.visited, found.aside);
                read.accepted = found.accepted;
                facts.environments.push(read);
            }
            Err(error) => {
                let levels = if error.is_error() {
                    context.levels.clone()
                } else {
                    configurations.levels_near(&context.directory)
                };
                let scope =
                    Scope { levels: &levels, environment: plan.environments.last().map(String::as_str) };
                let finding = error.place.as_ref().and_then(|place| configuration_is_state(place, context));
                for diagnostic in [Some(error), finding].into_iter().flatten() {
                    plan.sink.take(diagnostic, scope);
                }
            }
        }
    }
}

/// The finding target-is-state for a configuration that was read as a state file. It has other keys, so reading it fails.
fn configuration_is_state(place: &Place, context: &Context) -> Option<Diagnostic> {
    (place.file.file_name() == Some(FILE_NAME)).then(|| {
        let shown = relative(&place.file, &context.directory);
        Diagnostic::finding(Code::TargetIsState, format!("helmfile would load `{shown}` as a state file"))
            .hint("put it into the directory above: helmfile loads every file of this one")
            .at(Place::file(place.file.clone()))
    })
}

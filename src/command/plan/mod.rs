//! What a run would write, computed without writing: `generate` carries a plan out, `check` and `list` only show it.

mod command_line;
mod compute;
mod conflicts;
mod consumer;
mod coverage;
mod doubts;
mod draft;
mod elsewhere;
mod found;
mod graph;
mod hooks;
mod locations;
mod misplaced;
mod needs;
mod parents;
mod producers;
mod rendering;
mod secrecy;
mod settings;
mod shadow;
mod shared;
mod sources;
mod stateless;
mod survey;
mod unmatched;
mod unread;
mod values;
mod verify;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::Context;
use super::hashing::{self, Job};
use super::reading::Reading;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::report::{Bytes, Streams, counted, relative};
use crate::source::Targets;
use crate::source::config::FILE_NAME;
use crate::state;
use crate::template;
use crate::text::Place;
use crate::tree::{Tree, WorkTree};

use compute::Finishing;
pub(super) use consumer::Consumer;
use consumer::Draft;
use locations::Locations;
use rendering::{Environment, Rendering};
use settings::Configurations;
use unmatched::{Entries, Excludes};

/// What a run would do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The environments that were read.
    pub(super) environments: Vec<String>,
    /// Releases with sources or a target, and entries of `checksums:`.
    pub(super) consumers: Vec<Consumer>,
    /// What was found outside of single releases, at settled levels.
    pub(super) findings: Vec<Diagnostic>,
    /// What went wrong outside of single releases.
    pub(super) problems: Vec<Diagnostic>,
    /// What would puzzle a reader who is not told.
    pub(super) notes: Vec<Diagnostic>,
    /// What was read, for whoever asks with `--debug`.
    pub(super) trace: Vec<String>,
    /// Whether selectors, `--release` or the environment left nothing.
    pub(super) nothing_matched: bool,
}

/// How a plan is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    /// Whether targets that helmsum did not write may be replaced.
    pub(super) force: bool,
}

/// Makes the plan of a run.
///
/// # Errors
///
/// Where the progress line cannot be written.
pub(super) fn plan(
    context: &Context,
    reading: &Reading,
    purpose: Purpose,
    streams: &mut Streams,
) -> io::Result<Plan> {
    let tree: Arc<dyn Tree> = Arc::new(WorkTree);
    let mut configurations = Configurations::new(Arc::clone(&tree), context);
    let mut plan = Plan::default();
    let mut environments = Vec::new();
    let locations = Locations::default();
    let mut known = Targets::default();
    let mut targets = Found { locations: &locations, known: &mut known };
    let mut drafts =
        stateless::drafts(&*tree, context, reading, &mut configurations, &mut targets, &mut plan);
    if stateless::reads_state(&*tree, reading, &drafts, &context.directory) {
        survey_all(
            context,
            reading,
            &mut configurations,
            &mut targets,
            &mut plan,
            &mut drafts,
            &mut environments,
        );
        if let Some(known) = &reading.helmfile {
            let near = configurations.near(&context.directory);
            let levels = near.map_or_else(|_| context.levels.clone(), |settings| settings.levels.clone());
            command_line::judge(known, &levels, &mut drafts, &mut plan);
        }
    }
    for path in drafts.iter().filter_map(|draft| draft.row.target.path.as_deref()) {
        known.add(&*tree, locations.real(path));
    }
    let jobs: Vec<Job> = drafts.iter().flat_map(Draft::jobs).collect::<BTreeSet<_>>().into_iter().collect();
    let started = Instant::now();
    let outcomes = hashing::hash_all(&*tree, &jobs, &known, &mut streams.err)?;
    let (files, bytes) = outcomes
        .iter()
        .flatten()
        .fold((0, 0), |(files, bytes), hashed| (files + hashed.files.len(), bytes + hashed.bytes));
    plan.trace.push(format!(
        "hashed {} with {} and {} in {} ms",
        counted(jobs.len(), "source"),
        counted(files, "file"),
        Bytes(bytes),
        started.elapsed().as_millis()
    ));
    let hashed = jobs.iter().zip(&outcomes).collect();
    let started = Instant::now();
    let mut rendering = Rendering::new(
        &environments,
        template::functions::registry(),
        doubts::Told::of(reading),
        configurations.files(),
        &known,
    );
    let mut excludes = Excludes::new(reading);
    for draft in &drafts {
        draft.note_excludes(&hashed, &mut excludes);
    }
    let finishing = Finishing { tree: &*tree, hashed: &hashed, context, purpose, excludes: &excludes };
    plan.consumers = compute::compute(drafts, &mut rendering, finishing, &mut streams.err)?;
    let trace = rendering.trace();
    plan.trace.extend(trace.map(|line| format!("{line} in {} ms", started.elapsed().as_millis())));
    conflicts::settle(&mut plan, &context.directory);
    Ok(plan)
}

/// The targets of a run, as far as they have been found.
struct Found<'a> {
    locations: &'a Locations,
    known: &'a mut Targets,
}

/// Reads the state of every environment that is asked for, and drafts the consumers in it.
fn survey_all(
    context: &Context,
    reading: &Reading,
    configurations: &mut Configurations<'_>,
    targets: &mut Found<'_>,
    plan: &mut Plan,
    drafts: &mut Vec<Draft>,
    environments: &mut Vec<Environment>,
) {
    let mut counts = survey::Counts::default();
    let mut entries = Entries::default();
    for environment in names_of_environments(reading, plan) {
        let request = reading.request(environment.as_deref());
        plan.environments.push(request.environment_name().to_owned());
        let (request, result) = match reading.namespace_of_hook() {
            None => {
                let result = state::read(&request);
                (request, result)
            }
            Some(namespace) => match verify::read_for_hook(request, namespace) {
                Ok(read) => read,
                Err(finding) => {
                    let near = configurations.near(&context.directory);
                    let levels =
                        near.map_or_else(|_| context.levels.clone(), |settings| settings.levels.clone());
                    plan.findings.extend(levels.settle(finding));
                    continue;
                }
            },
        };
        match result {
            Ok(resolved) => {
                let mut read = Environment { request, resolved, changing: BTreeMap::new() };
                let mut survey = survey::Survey {
                    context,
                    reading,
                    request: &read.request,
                    resolved: &read.resolved,
                    environment: environments.len(),
                    configurations,
                    locations: targets.locations,
                    known: targets.known,
                };
                read.changing = survey.run(plan, drafts, &mut counts, &mut entries);
                environments.push(read);
            }
            Err(error) => {
                let problem = error;
                let finding = problem.place.as_ref().and_then(|place| configuration_is_state(place, context));
                plan.findings.extend(finding.and_then(|finding| context.levels.settle(finding)));
                survey::add_problem(plan, problem);
            }
        }
    }
    if plan.problems.is_empty() && !plan.findings.iter().any(|finding| finding.level == Level::Deny) {
        survey::judge(&counts, reading, plan, drafts);
    }
    if plan.problems.is_empty() && counts.reads_all() {
        let tree = WorkTree;
        let requests: Vec<&state::Request> = environments.iter().map(|read| &read.request).collect();
        let found = entries.about_entries(reading, &tree, &requests);
        let settled = found.into_iter().filter_map(|(settings, finding)| settings.levels.settle(finding));
        plan.findings.extend(settled);
        let levels = configurations
            .near(&context.directory)
            .map_or_else(|_| context.levels.clone(), |settings| settings.levels.clone());
        let options = entries.about_options(reading);
        plan.findings.extend(options.into_iter().filter_map(|finding| levels.settle(finding)));
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

/// The names of the environments to read; nothing for the one that was named or is the default.
fn names_of_environments(reading: &Reading, plan: &mut Plan) -> Vec<Option<String>> {
    use crate::cli::Environments;
    if matches!(reading.request.environments, Environments::One(_)) {
        return vec![None];
    }
    // Which environments there are can depend on the environment, so reading goes on until no new name turns up.
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut read: BTreeSet<String> = BTreeSet::new();
    let mut next = "default".to_owned();
    loop {
        match state::environments(&reading.request(Some(&next))) {
            Ok(found) => names.extend(found),
            Err(error) if names.is_empty() => {
                plan.problems.push(error);
                return Vec::new();
            }
            // It is read once more, and reported then.
            Err(_) => {}
        }
        read.insert(next.clone());
        match names.difference(&read).next() {
            Some(name) => next.clone_from(name),
            None => break,
        }
    }
    if names.is_empty() {
        names.insert("default".into());
    }
    names.into_iter().map(Some).collect()
}

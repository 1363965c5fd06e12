//! What a release that declares its sources still lacks, read with the draft in place.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::state_file::Spot;
use crate::cli::Options;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::hook_calls::Call;
use crate::plan::rules::missing_need::{Order, missing_order, producers_of_files};
use crate::plan::rules::project::{Findings, ReleaseCase};
use crate::plan::rules::unwired_release::unwired;
use crate::rendered::has_post_renderer;
use crate::state::{self, Release, Request, Visit};
use crate::text::relative;

/// A release with its sources.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// Where its state file has it; nothing where another file has.
    pub(super) spot: Option<Spot>,
    /// The target that it may list, as an entry of its `values`; nothing where it lists one.
    pub(super) target: Option<String>,
    /// What is missing for it to be deployed after the releases that its sources belong to.
    pub(super) order: Vec<Order>,
    /// The post-renderer of somebody else that it has.
    pub(super) post_renderer: Option<String>,
    /// Why `helmsum annotate` cannot be proposed for it.
    pub(super) annotate: Result<(), String>,
    /// Whether a hook before it runs helmsum.
    pub(super) has_hook: bool,
    /// Whether that one takes warnings for errors.
    pub(super) has_strict_hook: bool,
    /// The warning that anybody could guess a secret from its digest, where that is so.
    pub(super) guessable: Option<String>,
    /// What its sources are, by the texts of these: the releases that read the files of those that name none.
    pub(super) unnamed: BTreeMap<String, Vec<String>>,
    /// The state file that a hook has helmsum read, as the hook's folder has it.
    pub(super) hook_file: String,
    /// The bases of its state file, absolute.
    pub(super) bases: Vec<Utf8PathBuf>,
    /// The names of the state files that have the same base, by the base.
    pub(super) sharing: BTreeMap<Utf8PathBuf, BTreeSet<String>>,
    /// What was found about it that keeps its target from being written.
    pub(super) denied: Vec<Diagnostic>,
}

/// Looks at the releases that declare sources, by their ids.
pub(super) fn around(made: Made<'_>, _: &mut Rendering<'_>) -> (Findings, BTreeMap<String, Around>) {
    let targets: BTreeMap<usize, String> =
        unwired(&made.project).iter().map(|one| (one.case.index, one.entry())).collect();
    let of = |case: ReleaseCase<'_>| {
        let (visit, release) = (case.visit, case.release);
        let own = release.place.as_ref().filter(|place| place.file == visit.file);
        let spot =
            own.and_then(|place| place.line).map(|line| Spot { line, is_shared: is_shared(visit, release) });
        let renderer = release.helm.post_renderer.as_str();
        let unnamed = case.contents.sources.iter().filter(|source| source.source.producer().is_none());
        let unnamed = unnamed.map(|source| {
            let names = producers_of_files(&case, source).iter().map(ToString::to_string).collect();
            (source.source.text.clone(), names)
        });
        let around = Around {
            spot,
            target: targets.get(&case.index).cloned(),
            order: missing_order(&made.project, &case),
            post_renderer: Some(renderer.to_owned()).filter(|name| !name.is_empty()),
            annotate: may_annotate(&case.environment.request, visit),
            has_hook: hooks(case.environment, visit, release).next().is_some(),
            has_strict_hook: hooks(case.environment, visit, release).any(|is_strict| is_strict),
            guessable: guessable(case.consumer),
            unnamed: unnamed.collect(),
            hook_file: hook_file(&case),
            bases: visit.bases.clone(),
            sharing: sharing(case.environment),
            denied: case.consumer.denied().cloned().collect(),
        };
        (release.id(), around)
    };
    (Findings::default(), made.project.releases().map(of).collect())
}

/// The plugin of Helm 4 that runs helmsum as a post-renderer.
const PLUGIN: &str = "helmsum";

/// Whether helm can give manifests to helmsum. Helm 4 takes plugins alone for that, and one of its form makes a Helm 3 that looks into the
/// same folder refuse all of its own.
fn may_annotate(request: &Request, visit: &Visit) -> Result<(), String> {
    if visit.helm_major(request).map_err(|problem| problem.message.clone())? < 4
        || has_post_renderer(request, &visit.working_directory, PLUGIN)
    {
        return Ok(());
    }
    let page = "docs/annotate.md";
    Err(match helm_3(request, visit) {
        Some(program) => format!(
            "Helm 4 needs the plugin `{PLUGIN}`, which is not installed, and `{program}` is a Helm 3, which a plugin of that form in \
             the same folder makes refuse all others: see {page}"
        ),
        None => format!("Helm 4 needs the plugin `{PLUGIN}`, which is not installed: see {page}"),
    })
}

/// A Helm 3 in `PATH`.
fn helm_3(request: &Request, visit: &Visit) -> Option<String> {
    let path = request.path()?;
    let programs = std::env::split_paths(path)
        .flat_map(|folder| ["helm", "helm3"].map(|name| folder.join(name)))
        .filter(|program| program.is_file());
    programs
        .filter_map(|program| program.to_str().map(str::to_owned))
        .find(|program| visit.major_of_helm(program, request).is_ok_and(|version| version < 4))
}

/// The warning that anybody could guess a secret from its digest.
fn guessable(consumer: &Consumer) -> Option<String> {
    let found = consumer.diagnostics.iter().find(|one| one.code() == Some(Code::GuessableSecret));
    found.map(|one| one.message.clone())
}

/// Whether another release of a state file is written on the same line.
fn is_shared(visit: &Visit, release: &Release) -> bool {
    let line = release.place.as_ref().map(|place| (&place.file, place.line));
    let same = visit
        .releases
        .iter()
        .filter(|other| other.place.as_ref().map(|place| (&place.file, place.line)) == line);
    same.count() > 1
}

/// The names of the state files that have a base, by the base.
fn sharing(environment: &Environment) -> BTreeMap<Utf8PathBuf, BTreeSet<String>> {
    let mut sharing: BTreeMap<Utf8PathBuf, BTreeSet<String>> = BTreeMap::new();
    for visit in &environment.resolved.visits {
        let name = visit.file.file_name().unwrap_or_default();
        for base in &visit.bases {
            sharing.entry(base.clone()).or_default().insert(name.to_owned());
        }
    }
    sharing
}

/// The hooks that run helmsum before the values of a release are read, those of its state file and its own: whether each is strict.
fn hooks<'h>(
    environment: &'h Environment,
    visit: &'h Visit,
    release: &'h Release,
) -> impl Iterator<Item = bool> + 'h {
    let hooks = visit.hooks.iter().chain(&release.hooks);
    let on_prepare = hooks.filter(|hook| hook.events.iter().any(|event| event == "prepare"));
    on_prepare.flat_map(|hook| {
        let calls = environment.calls.of(hook);
        calls.iter().filter(|call| call.guards()).map(Call::is_strict).collect::<Vec<_>>()
    })
}

/// The state file that a hook is to name. A sub-helmfile that is another one when it is read alone, since its parent gives it values, is
/// read from the top.
fn hook_file(case: &ReleaseCase<'_>) -> String {
    let (environment, visit) = (case.environment, case.visit);
    let own = || visit.file.file_name().unwrap_or_default().to_owned();
    if visit.parent.is_none() || is_alike_alone(&environment.request, visit) {
        return own();
    }
    let mut top = visit;
    while let Some(parent) = top.parent {
        top = &environment.resolved.visits[parent];
    }
    relative(&top.file, &visit.directory).to_string()
}

/// Whether a state file has the same environment when it is read by itself.
fn is_alike_alone(request: &Request, visit: &Visit) -> bool {
    let options = Options { file: Some(visit.file.to_string()), ..request.options.clone() };
    let alone = Request { options, ..request.clone() };
    let digest = visit.environment_object.digest();
    state::read(&alone).is_ok_and(|resolved| {
        resolved.visits.iter().any(|one| one.file == visit.file && one.environment_object.digest() == digest)
    })
}

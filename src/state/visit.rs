//! From state file to state file (`pkg/app/app.go: visitStatesWithContext, processNestedHelmfiles`).

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::data::StateView;
use super::discovery::{self, Found};
use super::environments::unnamed;
use super::error::WITHOUT_STATE;
use super::fields::through_yaml;
use super::helm;
use super::inherit::Inherited;
use super::located::Located;
use super::location::Base;
use super::lock;
use super::merge::cast_keys;
use super::patterns;
use super::reader::{Reader, Target, Trace};
use super::release;
use super::remote::{Cache, Use};
use super::render::Templates;
use super::request::Request;
use super::resolved::{EnvironmentObject, Resolved, Visit};
use super::selectors::all_conflict;
use super::set_values;
use super::spec::StateSpec;
use super::values::ValuesList;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::template::functions;
use crate::text::Place;
use crate::value::{Map, Value};

/// How deep sub-helmfiles may nest.
const MAX_DEPTH: usize = 64;
/// How many state files one run may visit.
const MAX_VISITS: usize = 10_000;

/// Reads the state that `request` asks for: all state files with their sub-helmfiles.
///
/// # Errors
///
/// Where helmfile refuses the state, or helmsum cannot read it as helmfile does; [`Diagnostic::refusal`] tells which.
pub fn read(request: &Request) -> Result<Resolved, Diagnostic> {
    read_with_environments(request).0
}

/// As [`read`]. With it come the names of the environments that the state defines, with the sub-helmfiles that are read in the
/// environment of the request: a state that cannot be read in it still tells those it defines before the error.
pub(crate) fn read_with_environments(request: &Request) -> (Result<Resolved, Diagnostic>, BTreeSet<String>) {
    let reader = reader(request);
    let result = read_with(&reader);
    let names = reader.environments.take();
    let result =
        result.map_err(|error| if request.names_environment() { error } else { unnamed(error, &names) });
    (result, names)
}

/// The names of the environments that a state defines.
///
/// # Errors
///
/// As [`read`], where no environment is known.
pub(crate) fn environments(request: &Request) -> Result<BTreeSet<String>, Diagnostic> {
    let (result, names) = read_with_environments(request);
    if names.is_empty() { result.map(|_| names) } else { Ok(names) }
}

fn reader(request: &Request) -> Reader<'_> {
    Reader {
        request,
        environment: request.environment_name(),
        templates: Templates::new(functions::registry()),
        cache: Cache::of(request),
        standard_input: RefCell::new(request.standard_input.clone()),
        environments: RefCell::default(),
        read: Cell::default(),
    }
}

fn read_with(reader: &Reader<'_>) -> Result<Resolved, Diagnostic> {
    let request = reader.request;
    if request.variable("HELMFILE_GO_YAML_V3") == Some("false") {
        return Err(Diagnostic::refused(Refusal::OldYaml, "`HELMFILE_GO_YAML_V3=false` makes helmfile read YAML in an older way, which helmsum does not know")
            .hint("unset the variable"));
    }
    let sets =
        set_values::parse(&request.options.state_values_set, &request.options.state_values_set_string)?;
    let Value::Map(sets) = through_yaml(&sets.into())? else {
        return Err(Diagnostic::error("no state values"));
    };
    let argument = request.option(request.options.file.as_deref(), "HELMFILE_FILE_PATH");
    let mut found = discovery::find(&*request.tree, &request.directory, argument, &reader.cache, Use::State)?;
    let mut walk = Walk {
        reader,
        chain: Vec::new(),
        lookups: 0,
        resolved: Resolved {
            environment: reader.environment.to_owned(),
            visits: Vec::new(),
            skipped: Vec::new(),
            environments: BTreeSet::new(),
            patterns: patterns::of_argument(&request.directory, argument, &found),
            values_patterns: Vec::new(),
            needs: OnceCell::new(),
        },
    };
    // Relative to the state file where helmfile changes into its directory, else to where it was started.
    let base = match &found.files[..] {
        [(_, base)] => base.clone(),
        _ => Base::inside(request.directory.clone()),
    };
    let working = elsewhere(request, &mut found);
    let values = request.options.state_values_file.iter().map(|file| Value::from(file.as_str()));
    let options = Options {
        selectors: request.options.selector.iter().cloned().map(Located::nowhere).collect(),
        values: values.map(Located::nowhere).collect(),
        base,
        sets,
        inherited: Inherited::default(),
        working: working.unwrap_or_else(|| request.directory.clone()),
        entry: None,
    };
    walk.visit_all(found, &options)?;
    walk.resolved.environments.clone_from(&reader.environments.borrow());
    Ok(walk.resolved)
}

/// Where helmfile works, if it is known not to work in the directory of the state file that is read by itself: it then reads
/// others beside it, and puts the directory before relative paths. Only a hook knows it, and of the directory it runs in.
fn elsewhere(request: &Request, found: &mut Found) -> Option<Utf8PathBuf> {
    let [(_, base)] = &mut found.files[..] else { return None };
    let tree = &*request.tree;
    let works = request.helmfile_directory.as_ref()?;
    let here = tree.resolve(&request.directory).ok()?;
    let elsewhere = base.directory() == here && tree.resolve(works).ok()? != here;
    elsewhere.then(|| {
        *base = Base::prefix(request.directory.clone());
        works.clone()
    })
}

/// What a state file is read with.
#[derive(Debug)]
struct Options {
    selectors: Vec<Located<String>>,
    /// Values laid over those of the file, and what their paths are relative to.
    values: Vec<Located<Value>>,
    base: Base,
    /// Values set on the command line.
    sets: Map,
    inherited: Inherited,
    /// The directory that helmfile works in when it comes to the file.
    working: Utf8PathBuf,
    /// The entry of `helmfiles:` that leads to the file; nothing for what the command line names.
    entry: Option<Place>,
}

struct Walk<'r> {
    reader: &'r Reader<'r>,
    /// The files from the first one to the one that is being read.
    chain: Vec<Utf8PathBuf>,
    /// How often files were looked for.
    lookups: usize,
    resolved: Resolved,
}

impl Walk<'_> {
    /// Visits files in order and returns their visits.
    fn visit_all(&mut self, found: Found, options: &Options) -> Result<Vec<usize>, Diagnostic> {
        let mut visits = Vec::new();
        self.lookups += 1;
        let found_with = self.lookups;
        for (file, base) in found.files {
            if self.chain.contains(&file) {
                let chain: Vec<&str> = self.chain.iter().map(|file| file.as_str()).collect();
                return Err(Diagnostic::refused(
                    Refusal::HelmfileCircle,
                    format!("state files list each other in a cycle: {} -> {file}", chain.join(" -> ")),
                )
                .or_at_known(options.entry.as_ref())
                .hint("helmfile would read them without end: remove one of the entries"));
            }
            if self.chain.len() >= MAX_DEPTH {
                return Err(Diagnostic::refused(
                    Refusal::Limit,
                    format!("state files nest more than {MAX_DEPTH} levels deep"),
                )
                .or_at(Place::file(file))
                .hint(format!(
                    "let fewer files list each other, or use a file further down; {WITHOUT_STATE}"
                )));
            }
            if self.resolved.visits.len() >= MAX_VISITS {
                return Err(Diagnostic::refused(
                    Refusal::Limit,
                    format!("more than {MAX_VISITS} state files"),
                )
                .or_at(Place::file(file))
                .hint(format!("name a smaller part of the project with `--file`; {WITHOUT_STATE}")));
            }
            self.chain.push(file.clone());
            let visit = self.visit(file, base, options);
            self.chain.pop();
            let visit = visit?;
            if let Some(index) = visit {
                self.resolved.visits[index].found_with = found_with;
                visits.push(index);
            }
        }
        Ok(visits)
    }

    fn visit(
        &mut self,
        file: Utf8PathBuf,
        base: Base,
        options: &Options,
    ) -> Result<Option<usize>, Diagnostic> {
        let mut trace = Trace::default();
        let reader = self.reader;
        let overrides = self.overrides(options, &file, &mut trace)?;
        let inherited = options.inherited.copy();
        let target = Target { file: &file, base: &base, is_base: false };
        let loaded = reader.load(target, inherited.environment.as_ref(), overrides.as_ref(), &mut trace)?;
        self.resolved.values_patterns.append(&mut trace.values_patterns);
        let Some(mut state) = loaded else {
            self.resolved.skipped.push(file);
            return Ok(None);
        };
        inherited.fill(&mut state)?;
        override_state(&mut state, reader.request)?;
        self.resolved.patterns.append(&mut trace.patterns);
        let children = self.visit_helmfiles(&state, &file, &base, options)?;
        let visit = finish(reader, state, file, base, options, trace)?;
        let index = self.resolved.visits.len();
        self.resolved.visits.push(visit);
        for child in children {
            self.resolved.visits[child].parent = Some(index);
        }
        Ok(Some(index))
    }

    /// Values given from outside of the file, as an environment (`desiredStateLoader.Load`).
    fn overrides(
        &self,
        options: &Options,
        file: &Utf8Path,
        trace: &mut Trace,
    ) -> Result<Option<EnvironmentObject>, Diagnostic> {
        if options.values.is_empty() && options.sets.is_empty() {
            return Ok(None);
        }
        let mut overrides = EnvironmentObject::bare(self.reader.environment);
        overrides.values = Map::new();
        overrides.overrides = Map::new();
        if !options.values.is_empty() {
            let paths = options.values.iter().filter_map(|entry| entry.as_str());
            let owner = "what is handed over as state values";
            trace.values_patterns.push(patterns::of_values(paths, &options.base, owner, file).into());
            let copied = |entry: &Located<Value>| {
                through_yaml(entry).map(|value| entry.with(value)).map_err(|error| entry.blame(error))
            };
            let entries = options.values.iter().map(copied).collect::<Result<Vec<_>, _>>()?;
            let list = ValuesList {
                entries: &entries,
                base: &options.base,
                handler: None,
                strategy: &Located::default(),
            };
            let context = EnvironmentObject::new(self.reader.environment);
            overrides.values = self.reader.load_values(list, Some(&context), trace)?;
        }
        if !options.sets.is_empty() {
            overrides.overrides = cast_keys(&options.sets)?;
        }
        Ok(Some(overrides))
    }

    /// Visits what a state lists under `helmfiles:`.
    fn visit_helmfiles(
        &mut self,
        state: &StateSpec,
        file: &Utf8Path,
        base: &Base,
        options: &Options,
    ) -> Result<Vec<usize>, Diagnostic> {
        let request = self.reader.request;
        let mut children = Vec::new();
        for entry in &state.helmfiles {
            let selectors = entry.selectors.as_deref().unwrap_or_default();
            if !entry.selectors_inherited && all_conflict(&request.options.selector, selectors) {
                continue;
            }
            let inherits_selectors =
                (entry.selectors.is_none() && !request.explicit_selectors()) || entry.selectors_inherited;
            let options = Options {
                selectors: if inherits_selectors { options.selectors.clone() } else { selectors.to_vec() },
                values: entry.values.clone(),
                base: Base::prefix(file.parent().unwrap_or(base.directory()).to_owned()),
                sets: Map::new(),
                inherited: Inherited::take(state, &entry.inherits),
                working: base.working_directory(&options.working).to_owned(),
                entry: entry.place.clone(),
            };
            let found = discovery::find(
                &*request.tree,
                base.directory(),
                Some(&entry.path),
                &self.reader.cache,
                Use::Helmfile,
            )
            .map_err(|error| error.or_at_known(entry.place.as_ref()))?;
            let visits = self.visit_all(found, &options);
            children.extend(visits.map_err(|error| error.through(entry.place.as_ref()))?);
        }
        Ok(children)
    }
}

/// Puts context, namespace and chart from the command line into the state, where it has none itself.
fn override_state(state: &mut StateSpec, request: &Request) -> Result<(), Diagnostic> {
    let kube_context = request.option(request.options.kube_context.as_deref(), "HELMFILE_KUBE_CONTEXT");
    let namespace = request.option(request.options.namespace.as_deref(), "HELMFILE_NAMESPACE");
    let chart = request.options.chart.as_deref().filter(|chart| !chart.is_empty());
    if let Some(kube_context) = kube_context {
        kube_context.clone_into(&mut state.helm_defaults.kube_context);
    }
    for (key, option, given, own) in [
        ("kubeContext", "--kube-context", kube_context, &mut state.kube_context),
        ("namespace", "--namespace", namespace, &mut state.namespace),
        ("chart", "--chart", chart, &mut state.chart),
    ] {
        let Some(given) = given else { continue };
        if !own.is_empty() {
            let message = format!("`{key}: {}` and `{option}` cannot both be given", **own);
            return Err(own.blame(Diagnostic::error(message)));
        }
        *own = Located::nowhere(given.to_owned());
    }
    Ok(())
}

/// A loaded state whose sub-helmfiles were visited, as a visit.
fn finish(
    reader: &Reader<'_>,
    state: StateSpec,
    file: Utf8PathBuf,
    base: Base,
    options: &Options,
    mut trace: Trace,
) -> Result<Visit, Diagnostic> {
    let environment = state.environment.clone().unwrap_or_else(|| EnvironmentObject::new(reader.environment));
    let values = state.rendered_values.0.clone();
    let view = StateView {
        environment: &environment,
        values: &values,
        kube_context: &state.kube_context,
        namespace: &state.namespace,
        chart: &state.chart,
    };
    let selectors = (&*options.selectors, &mut trace.effects);
    let mut releases = reader.releases(&state, view, &file, base.directory(), selectors)?;
    let filtered = !options.selectors.is_empty();
    lock::resolve(reader.request, &state, &file, &base, filtered, &mut releases)
        .map_err(|error| error.or_at(Place::file(&file)))?;
    let working_directory = base.working_directory(&options.working).to_owned();
    if !releases.is_empty() {
        reader.request.directories.note(&working_directory);
    }
    Ok(Visit {
        directory: base.directory().to_owned(),
        repositories: helm::repositories(&state),
        helm_binary: reader.request.helm_binary(&state.helm_binary).to_owned(),
        helm_kube_context: state.helm_defaults.kube_context,
        working_directory,
        base,
        cache: reader.cache.clone(),
        file,
        parent: None,
        found_with: 0,
        environment: reader.environment.to_owned(),
        environment_object: environment,
        values,
        namespace: state.namespace.value,
        kube_context: state.kube_context.value,
        chart: state.chart.value,
        releases,
        filtered,
        hooks: state.hooks.into_iter().map(release::hook).collect(),
        missing_file_handler: state.missing_file_handler.get(),
        helmfiles: state.helmfiles.into_iter().map(|entry| entry.path.into()).collect(),
        bases: trace.bases,
        values_files: trace.values_files,
        effects: trace.effects,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::state::reader::MOST_TEXT;
    use crate::tree::WorkTree;

    #[test]
    fn what_one_run_reads_has_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(folder.path()).unwrap();
        let file = directory.join("base.yaml");
        fs_err::write(&file, "values: []\n").unwrap();
        let request = Request::new(Arc::new(WorkTree), directory, BTreeMap::new());
        let reader = reader(&request);
        reader.read.set(MOST_TEXT - 11);
        assert_eq!(reader.read_text(&file).unwrap(), "values: []\n");
        let error = reader.read_text(&file).unwrap_err();
        assert!(error.to_string().contains("more than 512 MiB"), "{error}");
    }
}

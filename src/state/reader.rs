//! One state file: its parts, its bases and its values
//! (`pkg/app/desired_state_file_loader.go`, `pkg/state/create.go`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::decode::{self, Lines, Source};
use super::error::{WITHOUT_STATE, standard_input, unreadable};
use super::forms::{HelmfileEntry, RenderedValues};
use super::layer::{Layer, Merging};
use super::located::Located;
use super::location::Base;
use super::parts;
use super::patterns;
use super::policy;
use super::remote::{Cache, Use, is_remote};
use super::render::Templates;
use super::request::Request;
use super::resolved::{EnvironmentObject, ValuesPattern};
use super::spec::StateSpec;
use super::values::ValuesList;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::filepath::join_clean;
use crate::template::effects::Effects;
use crate::text::Place;
use crate::tree::{Kind, open_and_wait, read_to_end};
use crate::yaml::Limits;

/// How many bytes of state files, bases and values files one run may read, each file as often as it is read.
pub(super) const MOST_TEXT: u64 = 512 << 20;

/// What all files of a run have in common.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    pub(super) request: &'r Request,
    /// The name of the environment.
    pub(super) environment: &'r str,
    pub(super) templates: Templates,
    pub(super) cache: Cache,
    /// What stands on standard input, until it is read.
    pub(super) standard_input: RefCell<Option<Result<Arc<[u8]>, String>>>,
    /// The names of all environments that have been come upon.
    pub(super) environments: RefCell<BTreeSet<String>>,
    /// How many bytes have been read so far.
    pub(super) read: Cell<u64>,
}

/// What was read on the way to a state.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// Bases, absolute.
    pub(super) bases: Vec<Utf8PathBuf>,
    /// Values files, absolute.
    pub(super) values_files: Vec<Utf8PathBuf>,
    /// Where sub-helmfiles are looked for, as absolute patterns.
    pub(super) patterns: Vec<Utf8PathBuf>,
    /// Where state values are looked for, in any environment.
    pub(super) values_patterns: Vec<Rc<[ValuesPattern]>>,
    /// What templates did.
    pub(super) effects: Effects,
}

/// A file to load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    /// Its path, absolute.
    pub(super) file: &'a Utf8Path,
    /// What relative paths in it are relative to: for a base, the directory of the file that lists it.
    pub(super) base: &'a Base,
    /// Whether it is a base.
    pub(super) is_base: bool,
}

impl Reader<'_> {
    /// Loads a state file or a base. Nothing where the file does not define the environment, so that helmfile skips it.
    ///
    /// `inherited` is the environment to start from, `overrides` lies over the values of every part before its own are
    /// loaded.
    ///
    /// # Errors
    ///
    /// Where helmfile refuses the file, or helmsum cannot read it as helmfile does.
    pub(super) fn load(
        &self,
        target: Target<'_>,
        inherited: Option<&EnvironmentObject>,
        overrides: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<Option<StateSpec>, Diagnostic> {
        let file = target.file;
        let text: Arc<str> = self.read_text(file)?.replace("\r\n", "\n").into();
        policy::check(file, &text)?;
        let given = inherited.is_some() || overrides.is_some();
        let mut environment = inherited.cloned();
        let mut merged: Option<StateSpec> = None;
        for part in parts::split(&text) {
            let source = if self.is_template(file) {
                let fresh = || EnvironmentObject::bare(self.environment);
                let environment =
                    EnvironmentObject::merge_optional(environment.as_ref(), overrides).unwrap_or_else(fresh);
                self.render_part(target, &text, part, &environment, &mut trace.effects)?
            } else {
                Source { file: file.to_owned(), text: part.text.into(), lines: Lines::From(part.line) }
            };
            let context = EnvironmentObject::merge_optional(environment.as_ref(), overrides);
            let part = self
                .load_part(target, &Rc::new(source), context.as_ref(), trace)
                .map_err(|error| error.or_at(Place::file(file)))?;
            let state = match merged.take() {
                None => part,
                Some(state) => next_part(state, part)?,
            };
            environment.clone_from(&state.environment);
            self.note_environments(&state);
            let defined = state.environments.has_none() || state.environments.has(self.environment);
            if !target.is_base && self.environment != "default" && !defined {
                return Ok(None);
            }
            merged = Some(state);
        }
        let state = merged.unwrap_or_default();
        if !target.is_base && state.environments.has_none() && !given && self.environment != "default" {
            return Ok(None);
        }
        check_loaded(target, &state)?;
        Ok(Some(state))
    }

    /// Notes which environments a part defines.
    fn note_environments(&self, state: &StateSpec) {
        let mut known = self.environments.borrow_mut();
        for name in state.environments.names() {
            if !known.contains(name) {
                known.insert(name.to_owned());
            }
        }
    }

    fn is_template(&self, file: &Utf8Path) -> bool {
        file.as_str().ends_with(".gotmpl") || self.request.renders_all()
    }

    /// Decodes a part, merges its bases into it, and loads its values in the context of what came before.
    fn load_part(
        &self,
        target: Target<'_>,
        source: &Rc<Source>,
        context: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<StateSpec, Diagnostic> {
        let mut state = StateSpec::default();
        let (parsed, secrets) = (&self.request.parsed, &self.request.secrets);
        for document in decode::documents::<StateSpec>(source, self.environment, parsed, secrets)? {
            state.lay(&document, Merging::Join)?;
        }
        if target.is_base {
            if let Some(base) = state.bases.first() {
                let error = Diagnostic::error(format!("the base `{}` has `bases` itself", target.file));
                return Err(base.blame(error).hint("list all bases in the state file"));
            }
        } else {
            state = self.merge_bases(target, state, context, trace)?;
        }
        note_values(target, &state, trace);
        let environment = self.load_environment(target, &state, context, trace)?;
        state.rendered_values = RenderedValues(
            environment.merged_values().map_err(|error| error.or_at(Place::file(target.file)))?,
        );
        state.environment = Some(environment);
        state.helmfiles = self.expand_helmfiles(target, &state, trace)?;
        Ok(state)
    }

    /// Lays the bases of a part on top of each other, and the part on top of them (`loadBases`).
    fn merge_bases(
        &self,
        target: Target<'_>,
        state: StateSpec,
        context: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<StateSpec, Diagnostic> {
        let mut layers = Vec::new();
        for base in &state.bases {
            let file = self.base_file(target, base).map_err(|error| base.blame(error))?;
            if let Err(error) = self.request.tree.stat(&file) {
                return Err(base.blame(Diagnostic::error(format!("cannot read the base `{file}`: {error}"))));
            }
            trace.bases.push(file.clone());
            let target = Target { file: &file, base: target.base, is_base: true };
            layers.extend(self.load(target, context, None, trace).map_err(|error| base.blame(error))?);
        }
        layers.push(state);
        let mut layers = layers.into_iter();
        let mut merged = layers.next().unwrap_or_default();
        for mut layer in layers {
            merged.environments.extend(std::mem::take(&mut layer.environments));
            merged.lay(&layer, Merging::Join)?;
            if let (Some(earlier), Some(later)) = (&mut merged.environment, &layer.environment) {
                earlier.lay(later, Merging::Join)?;
            }
        }
        Ok(merged)
    }

    /// Where a base lies: beside the state file, or in the cache (`Remote.Locate`).
    fn base_file(&self, target: Target<'_>, base: &str) -> Result<Utf8PathBuf, Diagnostic> {
        self.cache.note_credentials(base);
        let local =
            if base.starts_with('/') { base.into() } else { join_clean(target.base.directory(), base) };
        if base == "-" {
            return Err(standard_input(&local));
        }
        let exists = self.request.tree.stat(&local).is_ok();
        if !exists && (is_remote(base) || base.contains("://")) {
            return self.cache.locate(&*self.request.tree, base, Use::Base);
        }
        Ok(local)
    }

    /// The environment after a part (`LoadEnvValues`).
    fn load_environment(
        &self,
        target: Target<'_>,
        state: &StateSpec,
        context: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<EnvironmentObject, Diagnostic> {
        let mut environment = EnvironmentObject::new(self.environment);
        if let Some(spec) = state.environments.get(self.environment) {
            let inner = EnvironmentObject::merge_optional(context, None);
            let handler = spec.missing_file_handler.get();
            let list = ValuesList {
                entries: &spec.values,
                base: target.base,
                handler: handler.as_deref(),
                strategy: &spec.merge_strategy,
            };
            let secrets = self.load_secrets(target, state, &spec, trace)?;
            environment.values = self.load_values(list, inner.as_ref(), trace)?;
            environment.values.lay(&secrets, Merging::Replace)?;
            environment.kube_context.clone_from(&spec.kube_context);
        }
        if let Some(context) = context {
            environment = environment.under(context);
        }
        let list = ValuesList {
            entries: &state.values,
            base: target.base,
            handler: None,
            strategy: &Located::default(),
        };
        let defaults = self.load_values(list, context, trace)?;
        environment.defaults.lay(&defaults, Merging::Replace)?;
        Ok(environment)
    }

    /// The entries of `helmfiles:` with their patterns expanded (`ExpandedHelmfiles`).
    fn expand_helmfiles(
        &self,
        target: Target<'_>,
        state: &StateSpec,
        trace: &mut Trace,
    ) -> Result<Vec<HelmfileEntry>, Diagnostic> {
        let mut entries = Vec::new();
        for entry in &state.helmfiles {
            if is_remote(&entry.path) {
                entries.push(entry.clone());
                continue;
            }
            trace.patterns.extend(patterns::of_entry(target.base.pattern(&entry.path)));
            let place = entry.place.as_ref();
            let paths = target
                .base
                .expand(&*self.request.tree, &entry.path)
                .map_err(|error| error.or_at_known(place))?;
            let handler = state.missing_file_handler.get();
            if paths.is_empty() && handler.is_none_or(|handler| handler == "Error") {
                return Err(Diagnostic::error(format!("nothing matches `{}` in `helmfiles`", entry.path))
                    .or_at_known(place)
                    .hint(format!("helmfile looks for `{}`", target.base.join(&entry.path))));
            }
            entries
                .extend(paths.into_iter().map(|path| HelmfileEntry { path: path.into(), ..entry.clone() }));
        }
        Ok(entries)
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be read or is not UTF-8.
    pub(super) fn read_text(&self, file: &Utf8Path) -> Result<String, Diagnostic> {
        let bytes = if file.file_name() == Some("-") {
            let input = self.standard_input.take().filter(|_| file.parent() == Some(&self.request.directory));
            let input = input.ok_or_else(|| standard_input(file))?;
            input.map_err(|error| Diagnostic::error(format!("cannot read standard input: {error}")))?.to_vec()
        } else {
            self.read_bytes(file)?
        };
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let (line, _) = crate::text::position(&String::from_utf8_lossy(error.as_bytes()), valid);
            Diagnostic::error(format!("`{file}` is not UTF-8"))
                .at(Place::line(file, line))
                .hint("save the file as UTF-8")
        })
    }

    /// The bytes of a file, unless they are too many to be taken for YAML.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is too long, or is a pipe, socket or device. One that the shell hands over (`/dev/fd/63`) is
    /// read.
    pub(super) fn read_bytes(&self, file: &Utf8Path) -> Result<Vec<u8>, Diagnostic> {
        let failed = |error: io::Error| unreadable(file, &error);
        let stat = self.request.tree.stat(file).ok();
        if stat.is_some_and(|stat| stat.kind == Kind::Special) && !file.starts_with("/dev") {
            let message = format!("`{file}` is a pipe, a socket or a device");
            return Err(Diagnostic::refused(Refusal::SpecialFile, message)
                .or_at(Place::file(file))
                .hint("reading it may never end: put the content into a file"));
        }
        let most = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX);
        let too_long = || {
            Diagnostic::refused(Refusal::Limit, format!("`{file}` is longer than {} MiB", most >> 20))
                .or_at(Place::file(file))
                .hint("split it, or leave out what the state does not need")
        };
        if stat.is_some_and(|stat| stat.size > most) {
            return Err(too_long());
        }
        let handed_over = stat.is_some_and(|stat| stat.kind == Kind::Special);
        let opened: Box<dyn Read> = if handed_over {
            Box::new(open_and_wait(file).map_err(failed)?)
        } else {
            Box::new(self.request.tree.open(file).map_err(failed)?)
        };
        // What has no size, such as a pipe, has to end as well.
        let bytes = read_to_end(opened, stat.map_or(0, |stat| stat.size), most).map_err(failed)?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > most {
            return Err(too_long());
        }
        self.read.set(self.read.get().saturating_add(length));
        if self.read.get() > MOST_TEXT {
            let message = format!("more than {} MiB of state files, bases and values files", MOST_TEXT >> 20);
            return Err(Diagnostic::refused(Refusal::Limit, message).or_at(Place::file(file)).hint(format!(
                "files count as often as they are read: list each base once; {WITHOUT_STATE}"
            )));
        }
        Ok(bytes)
    }
}

/// Notes where the state values of a part are looked for, in whatever environment.
fn note_values(target: Target<'_>, state: &StateSpec, trace: &mut Trace) {
    let Target { file, base, .. } = target;
    trace.values_patterns.extend(state.environments.values_patterns(base, file));
    let values = state.values.iter().filter_map(|entry| entry.as_str());
    trace.values_patterns.push(patterns::of_values(values, base, "the top-level `values`", file).into());
}

/// Merges the next part into what the parts before it gave.
fn next_part(mut state: StateSpec, part: StateSpec) -> Result<StateSpec, Diagnostic> {
    state.lay(&part, Merging::Replace)?;
    // The state values are those of the last part, not merged ones.
    state.rendered_values = part.rendered_values;
    if let (Some(earlier), Some(later)) = (&mut state.environment, &part.environment) {
        earlier.lay(later, Merging::Replace)?;
    }
    Ok(state)
}

/// What helmfile checks of a whole file.
fn check_loaded(target: Target<'_>, state: &StateSpec) -> Result<(), Diagnostic> {
    let own = if target.is_base {
        target.file.to_owned()
    } else {
        target.base.directory().join(target.file.file_name().unwrap_or_default())
    };
    if let Some(entry) =
        state.helmfiles.iter().find(|entry| entry.path == own || entry.path == target.base.directory())
    {
        return Err(Diagnostic::error(format!("`{}` lists itself under `helmfiles`", target.file))
            .at(entry.place.clone().unwrap_or_else(|| Place::file(target.file))));
    }
    for release in &state.releases {
        if !["", "reinstallIfForbidden"].contains(&release.update_strategy.as_str()) {
            return Err(release.update_strategy.blame(Diagnostic::error(format!(
                "`updateStrategy` of release `{}` is `{}`, and helmfile knows only `reinstallIfForbidden`",
                release.name, *release.update_strategy
            ))));
        }
    }
    Ok(())
}

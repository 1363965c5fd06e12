//! A release that another one depends on.

use std::cell::RefCell;
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Refusal};
use crate::state::{Release, Request, Visit};
use crate::template::effects::Effects;
use crate::template::function::Registry;
use crate::template::{self, MissingKey, Options};
use crate::text::Place;
use crate::tree::Kind;
use crate::vals::{Resolver, Unresolved};
use crate::value::Value;

/// The largest file that is read whole.
const LARGEST: u64 = 64 << 20;

/// A release that another one depends on, in the state it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Producer<'a> {
    /// What the state was read with; its tree is what files are read from.
    pub request: &'a Request,
    /// The reading of the state file that has the release.
    pub visit: &'a Visit,
    /// The release.
    pub release: &'a Release,
}

/// What the templates of a release are rendered with, and what they did beside giving texts.
#[derive(Debug)]
pub struct Templates<'r> {
    registry: &'r Registry,
    /// What they did, so far.
    pub effects: Effects,
    /// Whether what they give is shown.
    pub(super) shows: bool,
}

impl<'r> Templates<'r> {
    /// Templates that may call these functions.
    #[must_use]
    pub fn new(registry: &'r Registry) -> Self {
        Self { registry, effects: Effects::default(), shows: false }
    }

    /// The same, where what they give is shown: no reference to a secret is resolved then.
    #[must_use]
    pub(crate) const fn shown(mut self) -> Self {
        self.shows = true;
        self
    }
}

impl Producer<'_> {
    /// Where the release is declared.
    pub(super) fn place(&self) -> Place {
        self.release.place.clone().unwrap_or_else(|| Place::file(&self.visit.file))
    }

    /// A problem of the release, at the place where it is declared.
    pub(super) fn problem(&self, message: &str) -> Diagnostic {
        Diagnostic::error(format!("release `{}`: {message}", self.release.id())).at(self.place())
    }

    /// What helmsum does not do, though helmfile may.
    pub(super) fn refused(&self, refusal: Refusal, message: &str) -> Diagnostic {
        self.problem(message).as_refusal(refusal)
    }

    /// An error of the state, as a problem of the release where it does not say so yet.
    pub(super) fn state_problem(&self, error: Diagnostic) -> Diagnostic {
        error.or_at(self.place())
    }

    /// A file of the release that cannot be read.
    pub(super) fn unreadable(&self, path: &Utf8Path, error: &std::io::Error) -> Diagnostic {
        self.problem(&format!("`{path}` cannot be read: {error}")).at(Place::file(path))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is not a regular file, or has more than 64 MiB.
    pub(super) fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Diagnostic> {
        self.readable(path)?;
        self.request.tree.read(path).map_err(|error| self.unreadable(path, &error))
    }

    /// The same for a copy that helm is given.
    ///
    /// # Errors
    ///
    /// As [`Producer::read`].
    pub(super) fn read_for_helm(&self, path: &Utf8Path) -> Result<Vec<u8>, Diagnostic> {
        self.readable(path)?;
        self.request.tree.read_aside(path).map_err(|error| self.unreadable(path, &error))
    }

    fn readable(&self, path: &Utf8Path) -> Result<(), Diagnostic> {
        let failed = |error| self.unreadable(path, &error);
        let stat = self.request.tree.stat(path).map_err(failed)?;
        if stat.kind == Kind::Special {
            let message = format!("`{path}` is a pipe, a socket or a device");
            let problem = self.refused(Refusal::SpecialFile, &message).at(Place::file(path));
            return Err(problem.hint("reading it may never end: put the content into a file"));
        }
        if stat.size > LARGEST {
            let message = format!("`{path}` has more than {} MiB", LARGEST >> 20);
            let problem = self.refused(Refusal::Limit, &message).at(Place::file(path));
            return Err(problem.hint("make it smaller"));
        }
        Ok(())
    }

    /// Resolves references of the release, and names the files that were read for them.
    pub(super) fn resolve<T>(
        &self,
        shows: bool,
        what: impl FnOnce(&Resolver<'_>) -> Result<T, Unresolved>,
    ) -> (Result<T, Unresolved>, BTreeSet<Utf8PathBuf>) {
        let resolver = Resolver {
            tree: &*self.request.tree,
            directory: Some(&self.visit.working_directory),
            variables: &self.request.variables,
            programs: !self.request.options.no_exec,
            shows,
            secrets: &self.request.secrets,
            decrypted: &self.request.decrypted,
            directories: &self.request.directories,
            documents: RefCell::default(),
            files: RefCell::default(),
        };
        let outcome = what(&resolver);
        (outcome, resolver.files.into_inner())
    }

    /// A reference in what the release is given that is not resolved.
    pub(super) fn unresolved(&self, what: &str, unresolved: Unresolved) -> Diagnostic {
        let problem = self.problem(&format!("{what} has a reference: {unresolved}")).hint(unresolved.hint);
        match unresolved.refusal {
            Some(refusal) => problem.as_refusal(refusal),
            None => problem,
        }
    }

    /// Renders a template of the release that stands in `file`, with relative paths relative to `base`.
    pub(super) fn render(
        &self,
        file: &Utf8Path,
        base: &Utf8Path,
        text: &str,
        data: &Value,
        templates: &mut Templates<'_>,
    ) -> Result<Vec<u8>, Diagnostic> {
        self.render_with(file, base, text, data, templates, MissingKey::Error)
    }

    /// As [`Producer::render`], with a rule for missing keys.
    pub(super) fn render_with(
        &self,
        file: &Utf8Path,
        base: &Utf8Path,
        text: &str,
        data: &Value,
        templates: &mut Templates<'_>,
        missing_key: MissingKey,
    ) -> Result<Vec<u8>, Diagnostic> {
        let context = self.request.context(base, Some(&self.visit.working_directory));
        let options = Options { missing_key, ..Options::default() };
        let rendered = template::render(file, text, data, &context, templates.registry, &options)?;
        templates.effects.extend(rendered.effects);
        Ok(rendered.bytes)
    }
}

//! A release that another one depends on.

use camino::Utf8Path;

use crate::state::{self, Release, Request, Visit};
use crate::template::function::Registry;
use crate::template::{self, MissingKey, Options};
use crate::text::{Place, Problem};
use crate::value::Value;

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

impl Producer<'_> {
    /// Where the release is declared.
    pub(super) fn place(&self) -> Place {
        self.release.place.clone().unwrap_or_else(|| Place::file(&self.visit.file))
    }

    /// A problem of the release, at the place where it is declared.
    pub(super) fn problem(&self, message: &str) -> Problem {
        Problem::new(format!("release `{}`: {message}", self.release.id())).at(self.place())
    }

    /// An error of the state, as a problem of the release where it does not say so yet.
    pub(super) fn state_problem(&self, error: state::Error) -> Box<Problem> {
        let problem = error.into_problem();
        let place = problem.place.clone().unwrap_or_else(|| self.place());
        Box::new(problem.at(place))
    }

    /// A file of the release that cannot be read.
    pub(super) fn unreadable(&self, path: &Utf8Path, error: &std::io::Error) -> Box<Problem> {
        Box::new(self.problem(&format!("`{path}` cannot be read: {error}")).at(Place::file(path)))
    }

    /// The bytes of a file.
    pub(super) fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Box<Problem>> {
        self.request.tree.read(path).map_err(|error| self.unreadable(path, &error))
    }

    /// Renders a template of the release that stands in `file`, with relative paths relative to `base`.
    pub(super) fn render(
        &self,
        file: &Utf8Path,
        base: &Utf8Path,
        text: &str,
        data: &Value,
        registry: &Registry,
    ) -> Result<Vec<u8>, Box<Problem>> {
        self.render_with(file, base, text, data, registry, MissingKey::Error)
    }

    /// As [`Producer::render`], with a rule for missing keys.
    pub(super) fn render_with(
        &self,
        file: &Utf8Path,
        base: &Utf8Path,
        text: &str,
        data: &Value,
        registry: &Registry,
        missing_key: MissingKey,
    ) -> Result<Vec<u8>, Box<Problem>> {
        let context = self.request.context(base);
        let options = Options { missing_key, ..Options::default() };
        template::render(file, text, data, &context, registry, &options)
            .map_err(|error| Box::new(error.problem()))
    }
}

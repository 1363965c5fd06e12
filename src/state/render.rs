//! Templates of a state: its parts, its values files and the fields of its releases.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;

use super::data::state_data;
use super::decode::{Lines, Source};
use super::parts::Part;
use super::reader::{Reader, Target};
use super::resolved::EnvironmentObject;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::program;
use crate::template::effects::Effects;
use crate::template::function::{Context, Registry};
use crate::template::{self, Options, Rendered};
use crate::text::{Excerpt, Place};
use crate::tree::glob;
use crate::value::Value;

/// What to do about a result that is not text.
const TEXT: &str = "helmsum takes states that are text: keep binary content out of templates";

/// The functions that templates may call, and what is known of their helper files.
#[derive(Debug, Default)]
pub(super) struct Templates {
    registry: Registry,
    /// Whether a directory has `_*.tpl` files. Asked for every field of every release, and paths are slow to compare.
    ///
    /// With how many programs had been started then, which may write some.
    helpers: RefCell<BTreeMap<String, (u64, bool)>>,
}

impl Templates {
    /// Templates with these functions.
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry, helpers: RefCell::default() }
    }
}

impl Reader<'_> {
    /// Renders a part of a state file.
    ///
    /// # Errors
    ///
    /// Where the template fails, or gives no UTF-8.
    pub(super) fn render_part(
        &self,
        target: Target<'_>,
        text: &Arc<str>,
        part: Part<'_>,
        environment: &EnvironmentObject,
        effects: &mut Effects,
    ) -> Result<Source, Diagnostic> {
        let values = environment.merged_values().map_err(|error| error.or_at(Place::file(target.file)))?;
        let namespace = self.request.option(self.request.options.namespace.as_deref(), "HELMFILE_NAMESPACE");
        let data = state_data(environment, namespace.unwrap_or_default(), &values, &self.request.watch);
        let rendered = self
            .render(target.file, target.base.directory(), target.base.entered(), part.text, &data)
            .map_err(|error| {
                // The excerpt shows the part; its place is in the file.
                let of_part = error.excerpt.clone().filter(|excerpt| *excerpt.source == *part.text);
                let error = match of_part {
                    Some(excerpt) => error.excerpt(Excerpt {
                        source: Arc::clone(text),
                        span: excerpt.span.start + part.offset..excerpt.span.end + part.offset,
                        ..excerpt
                    }),
                    None => error,
                };
                error.or_at(Place::file(target.file))
            })?;
        let lines = rendered.source_lines().into_iter().map(|line| line + part.line - 1).collect();
        effects.extend(rendered.effects.in_part(target.file, part.line));
        source(target.file, rendered.bytes, lines)
    }

    /// Reads and renders a values file. Relative paths in it are relative to its own directory.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, the template fails, or gives no UTF-8.
    pub(super) fn render_file(
        &self,
        file: &Utf8Path,
        data: &Value,
        effects: &mut Effects,
    ) -> Result<Source, Diagnostic> {
        let text = self.read_text(file)?;
        let directory = file.parent().unwrap_or(file);
        let rendered = self
            .render(file, directory, None, &text, data)
            .map_err(|error| error.or_at(Place::file(file)))?;
        let lines = rendered.source_lines();
        effects.extend(rendered.effects);
        source(file, rendered.bytes, lines)
    }

    /// Whether rendering a field of a release in a directory gives what it says, whatever there is to see.
    ///
    /// # Errors
    ///
    /// Where the directory cannot be read.
    pub(super) fn is_plain(&self, directory: &Utf8Path, text: &str) -> Result<bool, Diagnostic> {
        Ok(!text.contains("{{") && !self.has_helpers(directory)?)
    }

    /// Renders a field of the release that stands at a place.
    ///
    /// # Errors
    ///
    /// Where the template fails, or gives no UTF-8.
    pub(super) fn render_text(
        &self,
        directory: &Utf8Path,
        text: &str,
        data: &Value,
        (place, effects): (&Place, &mut Effects),
    ) -> Result<String, Diagnostic> {
        let name = directory.join("release");
        let context = Context { place: Some(place.clone()), ..self.request.context(directory, None) };
        let rendered =
            template::render(&name, text, data, &context, &self.templates.registry, &Options::default())
                .map_err(|error| {
                    // There is no such file to show.
                    let shown = error.excerpt.as_ref().is_none_or(|excerpt| excerpt.file != name);
                    if shown { error } else { error.without_place() }
                })?;
        effects.extend(rendered.effects);
        let rendered = String::from_utf8(rendered.bytes).map_err(|_| {
            Diagnostic::refused(Refusal::NotUtf8, format!("`{text}` gives something that is not UTF-8"))
                .hint(TEXT)
        })?;
        self.request.secrets.hide_credentials(&rendered);
        Ok(rendered)
    }

    fn render(
        &self,
        file: &Utf8Path,
        directory: &Utf8Path,
        working: Option<&Utf8Path>,
        text: &str,
        data: &Value,
    ) -> Result<Rendered, Diagnostic> {
        let context = self.request.context(directory, working);
        template::render_traced(file, text, data, &context, &self.templates.registry, &Options::default())
    }

    /// Whether a directory has files that are added to every template there. Even a text without actions needs them: where
    /// it is empty, what they have outside of `define` takes its place.
    fn has_helpers(&self, directory: &Utf8Path) -> Result<bool, Diagnostic> {
        let started = program::started();
        if let Some(&(then, known)) = self.templates.helpers.borrow().get(directory.as_str())
            && then == started
        {
            return Ok(known);
        }
        let has_helpers = if let Some(known) = self.templates.registry.has_helpers(directory) {
            known
        } else {
            let pattern = directory.join("_*.tpl");
            let found = glob(&*self.request.tree, &pattern)
                .map_err(|error| Diagnostic::error(format!("`{pattern}`: {error}")))?;
            !found.is_empty()
        };
        self.templates.helpers.borrow_mut().insert(directory.to_string(), (started, has_helpers));
        Ok(has_helpers)
    }
}

/// A template that is rendered after the state file, as it has to be written there: a file that is a template itself needs it in
/// back-ticks, since there is no release yet where the file is rendered.
#[must_use]
pub(crate) fn rendered_later(file: &Utf8Path, template: &str) -> String {
    if file.extension() == Some("gotmpl") { format!("{{{{`{template}`}}}}") } else { template.to_owned() }
}

fn source(file: &Utf8Path, bytes: Vec<u8>, lines: Vec<usize>) -> Result<Source, Diagnostic> {
    let text = String::from_utf8(bytes).map_err(|_| {
        Diagnostic::refused(Refusal::NotUtf8, "the template gives something that is not UTF-8")
            .or_at(Place::file(file))
            .hint(TEXT)
    })?;
    Ok(Source { file: file.to_owned(), text: text.into(), lines: Lines::Rendered(lines) })
}

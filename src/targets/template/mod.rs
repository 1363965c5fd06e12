//! Targets that a template of the user makes: tera, with digests as its data and nothing else to read.
//!
//! What comes out depends on the data alone: a template reads no file and asks no clock, and what tera takes from a hash
//! map in the order of the day is refused. Two things are proved for every target: that each source moves the values, and
//! that YAML takes no digest for a number, whatever digits it has.

mod data;
mod engine;
mod fault;
mod positions;
mod proof;
mod serve;
#[cfg(test)]
mod tests;
mod worker;

use std::ops::Range;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use data::Subject;
pub(crate) use serve::serve_templates;
pub(crate) use worker::{ARGUMENT, Renderer};

use super::KeyPath;
use super::content::Section;
use crate::checksum::{Digest, combine};
use crate::diagnostic::{Diagnostic, Mistake};
use crate::text::{Excerpt, Place};
use crate::value::Value;
use crate::yaml::{self, Kind, Limits, Node};
use data::Data;
use engine::Engine;

/// A template of the user.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    file: Utf8PathBuf,
    source: Arc<str>,
    engine: Engine,
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file && self.source == other.source
    }
}

impl Eq for Template {}

/// What a template renders to.
struct Rendered {
    text: String,
    node: Node,
    value: Value,
}

impl Template {
    /// Reads a template, to be rendered by `renderer`; `file` is what messages point at.
    ///
    /// # Errors
    ///
    /// For a text that tera does not take, and for what a target cannot be made of.
    pub(crate) fn parse(file: &Utf8Path, source: &str, renderer: Renderer) -> Result<Self, Diagnostic> {
        let source: Arc<str> = source.into();
        let engine = Engine::new(&source, renderer).map_err(|fault| fault.problem(file, &source))?;
        Ok(Self { file: file.to_owned(), source, engine })
    }

    /// The values of a target. There is at least one section.
    ///
    /// # Errors
    ///
    /// Where the template fails, renders to no map of values, leaves a digest without quotes, or leaves a source out.
    pub(super) fn values(
        &self,
        sections: &[Section<'_>],
        checksum: Digest,
        subject: &Subject,
    ) -> Result<String, Diagnostic> {
        let data = Data::new(sections, checksum, subject);
        let rendered = self.render(&data)?;
        if let Some(span) = self.unquoted(&rendered, sections, subject) {
            let problem = Diagnostic::mistake(Mistake::TargetTemplate,
                "a digest stands here without quotes, and one that happens to have no letters is read as a number",
            )
            .hint("put double quotes around it: `\"{{ checksum }}\"`");
            return Err(self.point(problem, &data, &rendered.text, span));
        }
        for (at, section) in sections.iter().enumerate() {
            if !self.moves(&rendered, sections, at, subject) {
                let message = format!(
                    "the values do not change with `{}`: its changes would roll nothing",
                    section.label
                );
                let problem = Diagnostic::mistake(Mistake::TargetTemplate, message).at(Place::file(self.file.clone())).hint(
                    "put `checksum`, which covers all sources, or the `digest` of each source into the values",
                );
                return Err(problem);
            }
        }
        let Rendered { mut text, .. } = rendered;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    }

    /// The keys whose values come from digests. The digests of the sections need not be true. Nothing for a template that
    /// fails.
    pub(super) fn keys(&self, sections: &[Section<'_>], subject: &Subject) -> Vec<KeyPath> {
        let value = |sections: &[Section<'_>]| {
            let checksum = checksum_of(sections)?;
            Some(self.render(&Data::new(sections, checksum, subject)).ok()?.value)
        };
        let others: Vec<Section<'_>> = sections.iter().map(|section| proof::other(section, 0)).collect();
        match (value(sections), value(&others)) {
            (Some(one), Some(other)) => proof::differences(&one, &other),
            _ => Vec::new(),
        }
    }

    fn render(&self, data: &Data<'_>) -> Result<Rendered, Diagnostic> {
        let text = self.engine.render(data).map_err(|fault| fault.problem(&self.file, &self.source))?;
        let pointed = |message: &str, span: Range<usize>| {
            let problem = Diagnostic::mistake(Mistake::TargetTemplate, message)
                .hint("a target contains the values of a release: one YAML map, as in `configChecksum: \"{{ checksum }}\"`");
            self.point(problem, data, &text, span)
        };
        let told = |error: &yaml::Error| {
            let issue = &error.issues()[0];
            let span = issue.span.clone().unwrap_or_else(|| offset(&text, issue.line, issue.column));
            pointed(&format!("what the template renders to is not YAML: {}", issue.message), span)
        };
        let documents = yaml::parse(text.as_bytes(), &Limits::default()).map_err(|error| told(&error))?;
        let node = match &documents[..] {
            [] => return Err(pointed("the template renders to nothing", 0..0)),
            [node] => node.clone(),
            [_, second, ..] => {
                return Err(pointed(
                    "the template renders to more than one document, of which helm reads one",
                    second.span(),
                ));
            }
        };
        let value = node.decode().map_err(|error| told(&error))?;
        if node.kind() != Kind::Mapping || !matches!(value, Value::Map(_)) {
            return Err(pointed(
                "the template renders to something else than a map with string keys",
                node.span(),
            ));
        }
        Ok(Rendered { text, node, value })
    }

    /// A problem that points at the part of the template that rendered to `span` of `text`.
    fn point(&self, problem: Diagnostic, data: &Data<'_>, text: &str, span: Range<usize>) -> Diagnostic {
        let Some(own) = positions::origin(&self.engine, &self.source, data, text, &span) else {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            let message = format!("{} (line {line} of what it renders to)", problem.message);
            return problem.message(message).at(Place::file(self.file.clone()));
        };
        let (file, source) = (self.file.clone(), Arc::clone(&self.source));
        problem.excerpt(Excerpt { file, source, span: own, label: String::new() })
    }

    /// The part of a rendered text that a digest of digits alone would turn into a number.
    fn unquoted(
        &self,
        rendered: &Rendered,
        sections: &[Section<'_>],
        subject: &Subject,
    ) -> Option<Range<usize>> {
        let digits: Vec<Section<'_>> = sections.iter().map(proof::of_digits).collect();
        let checksum = proof::digits(checksum_of(sections)?);
        // With numbers for keys it may be no map of values any more.
        let text = self.engine.render(&Data::new(&digits, checksum, subject)).ok()?;
        let documents = yaml::parse(text.as_bytes(), &Limits::default()).ok()?;
        proof::number_among(&rendered.node, documents.first()?)
    }

    /// Whether another digest of one section gives other values. Three are tried, since a template may look at a part.
    fn moves(&self, rendered: &Rendered, sections: &[Section<'_>], at: usize, subject: &Subject) -> bool {
        (0..3).any(|attempt| {
            let mut others = sections.to_vec();
            others[at] = proof::other(&sections[at], attempt);
            let Some(checksum) = checksum_of(&others) else { return true };
            // A template that fails over another digest does not let it pass unseen.
            self.render(&Data::new(&others, checksum, subject))
                .map_or(true, |other| !other.value.deep_equal(&rendered.value))
        })
    }
}

fn checksum_of(sections: &[Section<'_>]) -> Option<Digest> {
    let digests: Vec<(&str, Digest)> =
        sections.iter().map(|section| (section.label, section.digest)).collect();
    combine(&digests)
}

/// The place of a line and a column, both from 1, the latter in characters.
fn offset(text: &str, line: Option<usize>, column: Option<usize>) -> Range<usize> {
    let start: usize =
        text.split_inclusive('\n').take(line.unwrap_or(1).saturating_sub(1)).map(str::len).sum();
    let rest = &text[start.min(text.len())..];
    let at = rest.char_indices().nth(column.unwrap_or(1).saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    start + at..start + at
}

//! Rendering a text, and finding out which part of it wrote what.

use std::sync::Arc;

use camino::Utf8Path;

use super::effects::Effects;
use super::execute::{Run, Segment};
use super::function::{Context, Registry};
use super::set;
use crate::diagnostic::Diagnostic;
use crate::value::Value;

/// What a field of a map that is not there gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKey {
    /// An error: what helmfile asks for.
    Error,
    /// The zero value of the map's items, so `<no value>` for most maps.
    Zero,
}

/// How a text is rendered, and when that is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What a missing key gives.
    pub missing_key: MissingKey,
    /// How many nodes, commands and arguments may be evaluated, those of `tpl` and `include` too. Functions that work long take more
    /// than one.
    pub steps: u64,
    /// How much memory the process may have while functions make more of it, in bytes. Where that cannot be told: how much all that they
    /// return may take, kept or not.
    pub memory: u64,
    /// How many bytes one template may write.
    pub output: usize,
    /// How many templates may run inside each other, through `template`, `include` and `tpl`.
    pub nesting: usize,
    /// How many blocks, pipelines and templates may be open inside each other: what bounds the stack.
    pub depth: usize,
}

impl Default for Options {
    /// Missing keys are errors, a thousand million steps, 3 GiB of memory, 64 MiB of output, 1,000 templates inside each other.
    ///
    /// A step takes helmsum less time than helmfile: what helmfile renders within a minute has fewer.
    fn default() -> Self {
        Self {
            missing_key: MissingKey::Error,
            steps: 1_000_000_000,
            memory: 3 << 30,
            output: 64 << 20,
            nesting: 1_000,
            depth: 10_000,
        }
    }
}

/// Renders a text as helmfile does (`pkg/tmpl/context_tmpl.go: RenderTemplateToBuffer`): together with the `_*.tpl` files of
/// the context's directory. `name` is the file that messages point at. Text of such a file outside of its `define`s is
/// what an empty text renders to.
///
/// The result is a string; its bytes are UTF-8 unless a function has brought others in.
///
/// # Errors
///
/// Before anything runs: a text or helper that is not a template, or that names a function which does not exist or is not
/// supported. Then whatever fails while it runs, and the limits of `options`.
pub fn render(
    name: &Utf8Path,
    text: &str,
    data: &Value,
    context: &Context,
    registry: &Registry,
    options: &Options,
) -> Result<Rendered, Diagnostic> {
    rendered(name, text, data, context, registry, options, false)
}

/// As [`render`], and remembers which part of the text wrote which part of the result.
///
/// # Errors
///
/// As [`render`].
pub(crate) fn render_traced(
    name: &Utf8Path,
    text: &str,
    data: &Value,
    context: &Context,
    registry: &Registry,
    options: &Options,
) -> Result<Rendered, Diagnostic> {
    rendered(name, text, data, context, registry, options, true)
}

fn rendered(
    name: &Utf8Path,
    text: &str,
    data: &Value,
    context: &Context,
    registry: &Registry,
    options: &Options,
    traced: bool,
) -> Result<Rendered, Diagnostic> {
    let text: Arc<str> = text.into();
    let (set, source) = set::load(name, &text, context, registry)?;
    let mut run = Run::new(context, registry, options);
    let (bytes, segments) = run.execute(&set, &source, data, traced)?;
    Ok(Rendered { bytes, effects: run.effects, segments, source: text })
}

/// A rendered text that knows where it comes from.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The result.
    pub bytes: Vec<u8>,
    /// What the template did beside.
    pub effects: Effects,
    segments: Vec<Segment>,
    source: Arc<str>,
}

impl Rendered {
    /// The byte of the template that wrote the byte at `output`: itself for plain text, else the action. What other
    /// texts write (helper files, `include`, `tpl`) comes from the action that called them.
    #[must_use]
    pub(crate) fn source_offset(&self, output: usize) -> usize {
        let Some(segment) = self.segments.partition_point(|segment| segment.output <= output).checked_sub(1)
        else {
            return 0;
        };
        let segment = self.segments[segment];
        let offset =
            if segment.literal { segment.source + (output - segment.output) } else { segment.source };
        offset.min(self.source.len())
    }

    /// For every line of the result, the line of the template that its first byte comes from. Lines count from 1; a
    /// final line break starts no line.
    #[must_use]
    pub(crate) fn source_lines(&self) -> Vec<usize> {
        let breaks: Vec<usize> =
            self.source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        let starts = std::iter::once(0)
            .chain(self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
            .filter(|start| *start < self.bytes.len());
        starts
            .map(|start| {
                let offset = self.source_offset(start);
                breaks.partition_point(|line_break| *line_break < offset) + 1
            })
            .collect()
    }
}

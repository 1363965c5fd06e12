//! Brings a report to whoever asked for it.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Context;
use crate::cli::OutputFormat;
use crate::plan::{Plan, Reading};
use crate::report::{self, Document, Report, Stream, Streams, View};
use crate::text::Shown;

/// Shows a report: findings and the table on standard output, errors on standard error, and to GitHub Actions what it
/// takes. With JSON, standard output stays one document. `forgiven` are errors that do not stop a hook: of a hook that succeeds,
/// helmfile shows only the standard output.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn show(
    report: &Report,
    view: View,
    forgiven: bool,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<()> {
    let output = &context.output;
    if output.format == OutputFormat::Json {
        let document = Document::new(report, &context.plan.directory);
        streams.out.raw(report::print(&document).as_bytes())?;
        annotate(report, context, streams)?;
    } else {
        let text = report::human(report, view, output.quiet, context.layout(&streams.out));
        streams.out.styled(&text)?;
        annotate(report, context, streams)?;
        let stream = if forgiven { &mut streams.out } else { &mut streams.err };
        errors(report, context, stream)?;
    }
    summarise(|| report::step_summary(report, view, &context.plan.directory), context, streams)
}

/// Shows the errors of a report to people.
///
/// # Errors
///
/// Where the stream does not take what is written to it.
pub(super) fn errors(report: &Report, context: &Context, stream: &mut Stream) -> io::Result<()> {
    let layout = context.layout(stream);
    for error in report.said().iter().filter(|diagnostic| diagnostic.is_error()) {
        stream.styled(&report::draw(error, layout))?;
    }
    Ok(())
}

/// Shows everything that a report says, beside a document that has no place for it.
///
/// # Errors
///
/// Where the stream does not take what is written to it.
pub(super) fn said(report: &Report, context: &Context, stream: &mut Stream) -> io::Result<()> {
    let layout = context.layout(stream);
    for diagnostic in report.findings_and_notes(context.output.quiet) {
        stream.styled(&report::draw(&diagnostic, layout))?;
    }
    errors(report, context, stream)
}

/// Says what was read, to whoever asked for it with `--debug`.
///
/// # Errors
///
/// Where standard error does not take it.
pub(super) fn trace(
    plan: &Plan,
    context: &Context,
    reading: &Reading,
    streams: &mut Streams,
) -> io::Result<()> {
    for line in plan.trace.iter().filter(|_| context.output.debug) {
        streams.err.styled(&format!("debug: {}\n", Shown(&reading.secrets.mask(line))))?;
    }
    Ok(())
}

/// Gives GitHub Actions the findings of a report: beside a document, on standard error.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn annotate(report: &Report, context: &Context, streams: &mut Streams) -> io::Result<()> {
    let output = &context.output;
    if !output.annotations {
        return Ok(());
    }
    let workspace = output.workspace.as_ref().map_or(&context.plan.directory, |workspace| workspace);
    let annotations = report::annotations(report, workspace);
    let stream = if output.format.is_document() { &mut streams.err } else { &mut streams.out };
    stream.raw(annotations.as_bytes())
}

/// Appends to the summary of a step, where there is one and `text` is not empty. Several steps and hooks may write to it, each a piece of
/// its own.
///
/// # Errors
///
/// Where standard error does not take that this failed.
pub(super) fn summarise(
    text: impl FnOnce() -> String,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<()> {
    use std::io::Write as _;
    let output = &context.output;
    let Some(file) = output.step_summary.as_ref().filter(|_| output.annotations) else { return Ok(()) };
    let text = text();
    if text.is_empty() {
        return Ok(());
    }
    let path: Utf8PathBuf = context.plan.directory.join(Utf8Path::new(file));
    let appended = fs_err::OpenOptions::new()
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut summary| summary.write_all(text.as_bytes()));
    match appended {
        Ok(()) => Ok(()),
        // The report itself has been shown.
        Err(error) => streams.err.styled(&format!("warning: the step summary was not written: {error}\n")),
    }
}

//! `helmsum log`: which commits moved which checksums.

use std::io;

use camino::Utf8PathBuf;

use super::{Context, show, source_of, verdict};
use crate::cli::OutputFormat;
use crate::diagnostic::Diagnostic;
use crate::history::{self, History, Question};
use crate::plan::{self, Declared, Plan, Reading};
use crate::report::{self, LogDocument, LogView, Outcome, Report, Streams};
use crate::text::{listed, relative};

/// How many targets a note names.
const NAMED: usize = 5;

/// Reads the past of the releases that are asked for.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    question: &Question,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let Declared { mut plan, consumers, .. } = plan::declared(&context.plan, reading);
    show::trace(&plan, context, reading, streams)?;
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    let mut found = History::default();
    if !plan.sink.has_failed() {
        match history::history(&consumers, question) {
            Ok(history) => found = history.masked(&reading.secrets),
            Err(problem) => plan.sink.take_settled(problem),
        }
    }
    explain(&mut plan, &found, context);
    let mut report = Report::of(plan, source_of);
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    let view = LogView { report: &report, history: &found, quiet: context.output.quiet };
    if context.output.format == OutputFormat::Json {
        let document = LogDocument::new(view, &context.plan.directory);
        streams.out.raw(report::print(&document).as_bytes())?;
        show::annotate(&report, context, streams)?;
    } else {
        streams.out.styled(&report::log(view, context.layout(&streams.out)))?;
        show::annotate(&report, context, streams)?;
        show::errors(&report, context, &mut streams.err)?;
    }
    Ok(outcome)
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, streams: &mut Streams) -> io::Result<()> {
    let (report, history) = (Report::default(), History::default());
    let view = LogView { report: &report, history: &history, quiet: true };
    streams.out.raw(report::print(&LogDocument::new(view, &context.plan.directory)).as_bytes())
}

/// Says what the past of these releases cannot tell.
fn explain(plan: &mut Plan, history: &History, context: &Context) {
    if !history.uncommitted.is_empty() {
        let name = |(release, target): &(String, Utf8PathBuf)| {
            format!("`{}` of `{release}`", relative(target, &context.plan.directory))
        };
        let names: Vec<String> = history.uncommitted.iter().map(name).collect();
        let message = format!("no commit has {}: what it was before is not known", listed(&names, NAMED));
        plan.sink.take_settled(
            Diagnostic::note(message)
                .hint("commit the targets, so that a change of one can be seen in its history"),
        );
    }
    if let Some(end) = &history.ends_at {
        let message = format!("this clone ends at commit {end:.12}: what was before that is not known");
        plan.sink.take_settled(Diagnostic::note(message).hint(
            "fetch the rest with `git fetch --unshallow`; in a workflow, check out with `fetch-depth: 0`",
        ));
    }
}

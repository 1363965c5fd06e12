//! `helmsum audit`: what pods read of other releases, and whether they restart when it changes.

use std::io;
use std::time::Instant;

use super::{Context, show, source_of, verdict, waiting};
use crate::audit::{self, Audit};
use crate::cli::OutputFormat;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{self, Plan, Reading};
use crate::report::{self, AuditDocument, AuditView, Outcome, Report, Streams};
use crate::text::counted;

/// Looks at the whole state and says what was found.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    verbose: bool,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let started = Instant::now();
    let progress = plan::Progress::default();
    let make = || plan::make_and(&context.plan, reading, &progress, audit::audit);
    let (mut plan, audit) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    show::trace(&plan, context, reading, streams)?;
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    blind(&mut plan, &audit);
    let mut report = Report::of(plan, source_of);
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    if !nothing_matched {
        report.diagnostics.retain(is_of_audit);
    }
    for name in &audit.not_installed {
        let message =
            format!("workloads ask `{name}` to restart them, and no release that was looked at installs it");
        report.diagnostics.push(Diagnostic::note(message));
    }
    let audit = audit.masked(&reading.secrets);
    let view = AuditView {
        report: &report,
        audit: &audit,
        took: started.elapsed(),
        verbose,
        quiet: context.output.quiet,
    };
    if context.output.format == OutputFormat::Json {
        let document = AuditDocument::new(&report, &audit, &context.plan.directory);
        streams.out.raw(report::print(&document).as_bytes())?;
    } else {
        let text = report::audit(view, context.layout(&streams.out));
        streams.out.styled(&text)?;
        show::errors(&report, context, &mut streams.err)?;
    }
    show::annotate(&report, context, streams)?;
    Ok(outcome)
}

/// Whether an audit says it: the rest is for `generate` and `check`, unless it makes the run fail.
fn is_of_audit(diagnostic: &Diagnostic) -> bool {
    let own = |code: Code| code.is_of_audit() || code == Code::UnmatchedEntry;
    diagnostic.is_denied() || diagnostic.code().is_some_and(own)
}

/// Looking at nothing proves nothing.
fn blind(plan: &mut Plan, audit: &Audit) {
    if audit.releases.is_empty() || audit.releases.iter().any(|release| release.why_not.is_none()) {
        return;
    }
    let message = format!("none of {} could be looked at", counted(audit.releases.len(), "release"));
    let hint = "do what the finding says about them, and run it again";
    plan.sink.take_settled(Diagnostic::error(message).hint(hint));
}

//! `helmsum audit`: what pods read of other releases, and whether they restart when it changes.

use std::io;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::{Context, show, source_of, verdict, waiting};
use crate::audit::{self, Audit};
use crate::cli::OutputFormat;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{self, Plan, Reading};
use crate::report::{self, AuditDocument, AuditSummary, AuditView, Outcome, Report, SarifView, Streams};
use crate::source::config::locate;
use crate::text::counted;
use crate::tree::WorkTree;

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
    say(view, outcome, context, streams)?;
    Ok(outcome)
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, streams: &mut Streams) -> io::Result<()> {
    let (report, audit) = (Report::default(), Audit::default());
    let took = Duration::ZERO;
    let view = AuditView { report: &report, audit: &audit, took, verbose: false, quiet: true };
    document(view, Outcome::Clean, context, streams)
}

/// Shows the audit to whoever asked for it, and to GitHub Actions what it takes.
fn say(view: AuditView<'_>, outcome: Outcome, context: &Context, streams: &mut Streams) -> io::Result<()> {
    let directory = &context.plan.directory;
    if context.output.format.is_document() {
        document(view, outcome, context, streams)?;
        show::annotate(view.report, context, streams)?;
    } else {
        let text = report::audit(view, context.layout(&streams.out));
        streams.out.styled(&text)?;
        show::annotate(view.report, context, streams)?;
        show::errors(view.report, context, &mut streams.err)?;
    }
    // As for all commands: a step with nothing to say has no summary.
    let is_worth_it = !view.report.diagnostics.is_empty();
    let text = || if is_worth_it { report::audit_markdown(view, directory) } else { String::new() };
    show::summarise(text, context, streams)
}

/// Prints one document.
fn document(
    view: AuditView<'_>,
    outcome: Outcome,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<()> {
    let directory = &context.plan.directory;
    let text = match context.output.format {
        OutputFormat::Json => report::print(&AuditDocument::new(view.report, view.audit, directory)),
        OutputFormat::Sarif => {
            let root = root(context);
            let fallback = view.audit.releases.first().map(|release| release.file.as_path());
            let exit_code = outcome.code();
            let log = SarifView { report: view.report, root: &root, fallback, exit_code };
            report::print(&report::sarif(log, &AuditSummary::of(view.audit, &view.report.said())))
        }
        OutputFormat::Markdown => report::audit_markdown(view, directory),
        // For people, who are told by whoever calls this.
        OutputFormat::Human | OutputFormat::Github => return Ok(()),
    };
    streams.out.raw(text.as_bytes())
}

/// The root of the checkout: that of the workflow, else of the repository around the working directory.
fn root(context: &Context) -> Utf8PathBuf {
    let directory = &context.plan.directory;
    let within = |root: &Utf8PathBuf| directory.starts_with(root);
    if let Some(workspace) = context.output.workspace.as_ref().filter(|root| within(root)) {
        return workspace.clone();
    }
    // What is wrong with its configuration has been said.
    locate(&WorkTree, directory).map_or_else(|_| directory.clone(), |home| home.root)
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
    let hint = match &audit.fetch {
        Some(command) => format!("run `{command}`, and this once more"),
        None => "do what the finding says about them, and run it again".to_owned(),
    };
    plan.sink.take_settled(Diagnostic::error(message).hint(hint));
}

//! `helmsum audit`: what pods read of other releases, and whether they restart when it changes.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::revisions::{AtCommit, around};
use super::{Context, show, source_of, verdict, waiting};
use crate::audit::{self, Audit};
use crate::cli::{AuditArgs, OutputFormat};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{self, Plan, Reading};
use crate::proof;
use crate::report::{self, AuditDocument, AuditSummary, AuditView, Outcome, Report, SarifView, Streams};
use crate::revision::{self, Repository};
use crate::source::config::locate;
use crate::text::counted;
use crate::threads;
use crate::tree::WorkTree;

/// Looks at the whole state and says what was found.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    arguments: &AuditArgs,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let started = Instant::now();
    if let Some(jobs) = arguments.jobs {
        threads::at_most(jobs.get().into());
    }
    let progress = plan::Progress::default();
    let make = || {
        let (mut plan, (audit, proof)) =
            plan::make_and(&context.plan, reading, &progress, |made, rendering| {
                let (mut findings, audit) = audit::audit(made, rendering);
                let proof = arguments.prove.then(|| {
                    let (more, proof) = proof::prove(made, rendering);
                    findings.extend(more);
                    proof
                });
                (findings, (audit, proof))
            });
        let known = arguments.since.as_ref().map(|since| {
            Known::of(since, (context, reading), plan.sink.said(), &progress).unwrap_or_else(|problems| {
                for problem in problems {
                    plan.sink.take_settled(problem);
                }
                Known::default()
            })
        });
        (plan, audit, known, proof)
    };
    let (mut plan, audit, known, proof) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    show::trace(&plan, context, reading, streams)?;
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    let is_blind = blind(&mut plan, &audit);
    let mut report = Report::of(plan, source_of);
    if is_blind {
        once(&mut report, &audit);
    }
    if !nothing_matched {
        report.diagnostics.retain(is_of_audit);
    }
    if let Some(known) = known {
        known.leave_out(&mut report);
    }
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    for name in &audit.not_installed {
        let message =
            format!("workloads ask `{name}` to restart them, and no release that was looked at installs it");
        report.diagnostics.push(Diagnostic::note(message));
    }
    let audit = audit.masked(&reading.secrets);
    let proof = proof.map(|proof| proof.masked(&reading.secrets));
    let view = AuditView {
        report: &report,
        audit: &audit,
        proof: proof.as_ref(),
        took: started.elapsed(),
        verbose: arguments.verbose,
        quiet: context.output.quiet,
    };
    say(view, outcome, context, streams)?;
    Ok(outcome)
}

/// What was found in an earlier revision.
#[derive(Default)]
struct Known {
    /// The abbreviated hash of the commit.
    commit: String,
    findings: BTreeSet<(Code, Option<String>, Option<String>, String)>,
}

impl Known {
    /// Audits the project as a commit has it. `said` is what was said of the project as it is.
    ///
    /// # Errors
    ///
    /// Where there is no such commit, or the project cannot be read as it was.
    fn of(
        since: &str,
        (context, reading): (&Context, &Reading),
        said: &[Diagnostic],
        progress: &plan::Progress,
    ) -> Result<Self, Vec<Diagnostic>> {
        let directory = around(context, reading);
        let found = Repository::around(&directory).and_then(|repository| {
            let commit = revision::commit(&repository, since)?;
            Ok((AtCommit::of(&context.plan, reading, &repository, &commit)?, commit))
        });
        let (before, commit) = found.map_err(|problem| vec![problem])?;
        if !before.reading.has_state() {
            return Ok(Self { commit: commit.short, ..Self::default() });
        }
        let (plan, _) = plan::make_and(&before.context, &before.reading, progress, audit::audit);
        let report = Report::of(plan, |_| None);
        let errors = before.origin.errors(&report.diagnostics, context, said);
        if !errors.is_empty() {
            return Err(errors);
        }
        let findings = report.diagnostics.iter().filter_map(key).collect();
        Ok(Self { commit: commit.short, findings })
    }

    /// Leaves out what was found then, and says how much that is.
    fn leave_out(&self, report: &mut Report) {
        let before = report.diagnostics.len();
        report.diagnostics.retain(|one| key(one).is_none_or(|key| !self.findings.contains(&key)));
        let left_out = before - report.diagnostics.len();
        if left_out > 0 {
            let (verb, them) = if left_out == 1 { ("is", "it") } else { ("are", "them") };
            let findings = counted(left_out, "finding");
            let message = format!("{findings} {verb} not shown, since {} has {them}, too", self.commit);
            report.diagnostics.push(Diagnostic::note(message));
        }
    }
}

/// What tells a finding from others, wherever its line has gone.
fn key(one: &Diagnostic) -> Option<(Code, Option<String>, Option<String>, String)> {
    Some((one.code()?, one.release.clone(), one.environment.clone(), one.message.clone()))
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, streams: &mut Streams) -> io::Result<()> {
    let (report, audit) = (Report::default(), Audit::default());
    let took = Duration::ZERO;
    let view = AuditView { report: &report, audit: &audit, proof: None, took, verbose: false, quiet: true };
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
        OutputFormat::Json => report::print(&AuditDocument::new(view, directory)),
        OutputFormat::Sarif => {
            let root = root(context);
            let fallback = view.audit.releases.first().map(|release| release.file.as_path());
            let exit_code = outcome.code();
            let log = SarifView { report: view.report, root: &root, fallback, exit_code };
            report::print(&report::sarif(log, &AuditSummary::of(view.audit, &view.report.said())))
        }
        OutputFormat::Markdown => report::audit_markdown(view, directory),
        // For people, who are told by whoever calls this, or of another command.
        OutputFormat::Human | OutputFormat::Github | OutputFormat::Mermaid | OutputFormat::Dot => {
            return Ok(());
        }
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

/// Looking at nothing proves nothing. Gives whether that is so.
fn blind(plan: &mut Plan, audit: &Audit) -> bool {
    if audit.releases.is_empty() || audit.releases.iter().any(|release| release.why_not.is_none()) {
        return false;
    }
    let message = format!("none of {} could be looked at", counted(audit.releases.len(), "release"));
    let hint = match &audit.fetch {
        Some(command) => format!("run `{command}`, and this once more"),
        None => "do what the finding says about them, and run it again".to_owned(),
    };
    plan.sink.take_settled(Diagnostic::error(message).hint(hint));
    true
}

/// Leaves out the errors about sources whose cause the finding about the releases has.
fn once(report: &mut Report, audit: &Audit) {
    let causes: Vec<&str> = audit
        .releases
        .iter()
        .filter_map(|release| Some(release.why_not.as_ref()?.message.as_str()))
        .collect();
    let repeats = |one: &Diagnostic| causes.iter().any(|cause| one.message.ends_with(&format!(": {cause}")));
    report.diagnostics.retain(|one| one.code().is_some() || !one.is_error() || !repeats(one));
}

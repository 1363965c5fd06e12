//! `helmsum diff`: what a change of the repository restarts, and what does not notice it.

use std::io;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::revisions::{AtCommit, around};
use super::{Context, fix, show, source_of, verdict, waiting};
use crate::cli::{DiffArgs, OutputFormat};
use crate::diagnostic::{Code, Diagnostic};
use crate::diff::{ChangedFile, Comparison, Diff, Looked, Question, Side, Stand, changed_files, compare};
use crate::plan::rules::project::Findings;
use crate::plan::{self, Plan, Progress, Reading};
use crate::report::{self, Compared, DiffDocument, DiffView, Outcome, Report, Streams};
use crate::revision::{self, Commit};
use crate::text::shell_word;
use crate::tree::{Recorded, Tree, WorkTree};

/// The two sides that were asked for.
struct Revisions {
    base: Commit,
    /// How the base was found, where nobody named it.
    how: Option<String>,
    /// Nothing where it is the work tree.
    head: Option<Commit>,
    changed: Vec<ChangedFile>,
    /// The top of the work tree.
    root: Utf8PathBuf,
}

/// Compares, and says what came of it.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    arguments: &DiffArgs,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let progress = Progress::default();
    let found = revisions(context, reading, arguments);
    let (mut plan, diff, compared) = match found {
        Ok(revisions) => {
            let compared = Compared::from(&revisions);
            let make = || compared_plans(context, reading, arguments, &revisions, &progress);
            let (plan, diff) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
            (plan, diff, Some(compared))
        }
        Err(problem) => {
            let mut plan = Plan::new(reading);
            plan.sink.take_settled(problem);
            (plan, Diff::default(), None)
        }
    };
    show::trace(&plan, context, reading, streams)?;
    let failed = plan.sink.has_failed();
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    if compared.is_some() && !failed && !diff.renders && !arguments.no_render {
        plan.note("helm is not in PATH, so nothing was rendered");
    }
    let mut report = Report::of(plan, source_of);
    report.nothing_matched = nothing_matched;
    if !nothing_matched {
        report.diagnostics.retain(is_of_diff);
    }
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    let diff = diff.masked(&reading.secrets);
    let wants_fix = report.errors() == 0 && wants_fix(context, reading, arguments);
    let make = || wants_fix.then(|| fix::of(&diff, context, reading, &progress)).flatten();
    let fix = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    let command = reading.secrets.mask(&command(context, arguments)).into_owned();
    let view = DiffView {
        report: &report,
        diff: &diff,
        compared: compared.as_ref(),
        quiet: context.output.quiet,
        fix: fix.as_ref(),
        flavour: arguments.flavour,
        environment: asked_for(reading),
        command: &command,
    };
    if !(arguments.only_changes && view.is_empty()) {
        say(view, context, streams)?;
    }
    let restarts = !diff.restarts.is_empty() || !diff.first.is_empty();
    let change = if arguments.detailed_exitcode && restarts { Outcome::Changed } else { Outcome::Clean };
    Ok(outcome.worse(change))
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, arguments: &DiffArgs, streams: &mut Streams) -> io::Result<()> {
    let (report, diff) = (Report::default(), Diff::default());
    let view = DiffView {
        report: &report,
        diff: &diff,
        compared: None,
        quiet: true,
        fix: None,
        flavour: arguments.flavour,
        environment: "",
        command: "",
    };
    document(view, context, streams)
}

/// Shows the comparison to whoever asked for it, and to GitHub Actions what it takes.
fn say(view: DiffView<'_>, context: &Context, streams: &mut Streams) -> io::Result<()> {
    if context.output.format.is_document() {
        document(view, context, streams)?;
        show::annotate(view.report, context, streams)?;
    } else {
        streams.out.styled(&report::diff(view, context.layout(&streams.out)))?;
        show::annotate(view.report, context, streams)?;
        show::errors(view.report, context, &mut streams.err)?;
    }
    let text =
        || if view.is_empty() { String::new() } else { report::diff_markdown(view, &context.plan.directory) };
    show::summarise(text, context, streams)
}

fn document(view: DiffView<'_>, context: &Context, streams: &mut Streams) -> io::Result<()> {
    let directory = &context.plan.directory;
    let text = match context.output.format {
        OutputFormat::Json => report::print(&DiffDocument::new(view, directory)),
        _ => report::diff_markdown(view, directory),
    };
    streams.out.raw(text.as_bytes())
}

/// Whether a comparison says it: the rest is for `generate` and `check`, unless it makes the run fail.
fn is_of_diff(diagnostic: &Diagnostic) -> bool {
    diagnostic.is_denied() || diagnostic.code().is_none_or(Code::is_of_diff)
}

/// Which commits are meant, and which files differ between them.
///
/// # Errors
///
/// Where git has no answer, or there is no such commit.
fn revisions(context: &Context, reading: &Reading, arguments: &DiffArgs) -> Result<Revisions, Diagnostic> {
    let directory = &around(context, reading);
    let (base, how) = if let Some(name) = &arguments.base {
        (revision::commit(directory, name)?, None)
    } else {
        let base = revision::default_base(directory, &|name| reading.variable(name).map(str::to_owned))?;
        (base.commit, Some(base.how))
    };
    let head = arguments.head.as_ref().map(|name| revision::commit(directory, name)).transpose()?;
    let root = revision::top(directory)?;
    let changed = changed_files(&root, &base.id, head.as_ref().map(|head| head.id.as_str()))
        .map_err(|error| Diagnostic::error(format!("git cannot say which files differ: {error}")))?;
    Ok(Revisions { base, how, head, changed, root })
}

/// Makes the plan of each side, and compares.
fn compared_plans(
    context: &Context,
    reading: &Reading,
    arguments: &DiffArgs,
    revisions: &Revisions,
    progress: &Progress,
) -> (Plan, Diff) {
    let renders = !arguments.no_render && reading.has_helm();
    let question = Question { renders, trusts_programs: arguments.exec_on_base };
    let failed = |problem: Diagnostic| {
        let mut plan = Plan::new(reading);
        plan.sink.take_settled(problem);
        (plan, Diff::default())
    };
    let of_commit = |commit: &Commit| AtCommit::of(context, reading, &revisions.root, commit);
    let of_base = match of_commit(&revisions.base) {
        Ok(base) => base,
        Err(problem) => return failed(problem),
    };
    let looked = Looked { question, stand: Stand::Commit, tree: Some(&of_base.tree) };
    let (base_plan, base) =
        plan::make_and(&of_base.context, &of_base.reading, progress, |made, rendering| {
            (Findings::default(), Side::of(&made, rendering, looked))
        });
    let of_head = match revisions.head.as_ref().map(of_commit).transpose() {
        Ok(head) => head,
        Err(problem) => return failed(problem),
    };
    let of_disk = Arc::new(Recorded::new(Arc::new(WorkTree)));
    let disk_reading = reading.over(Arc::clone(&of_disk) as Arc<dyn Tree>);
    let (head_context, head_reading, tree) = match &of_head {
        Some(head) => (&head.context, &head.reading, &head.tree),
        None => (&context.plan, &disk_reading, &of_disk),
    };
    let stand = if of_head.is_some() { Stand::Commit } else { Stand::WorkTree };
    let looked = Looked { question, stand, tree: Some(tree) };
    let comparison = Comparison { base: &base, head: looked, changed: &revisions.changed };
    let (mut plan, diff) = plan::make_and(head_context, head_reading, progress, |made, rendering| {
        compare(&comparison, &made, rendering)
    });
    let said = plan.sink.said().to_vec();
    // Its own errors are in its plan.
    for problem in of_head.iter().flat_map(|head| head.errors(&[], context, &said)) {
        plan.sink.take_settled(problem);
    }
    if !of_base.reading.has_state() && head_reading.has_state() {
        plan.note(format!("{} has no such state file, so everything is new", revisions.base.short));
        return (plan, diff);
    }
    // What the first side cannot tell makes the comparison worthless.
    for problem in of_base.errors(&base_plan.sink.finish(|_| None), context, &said) {
        plan.sink.take_settled(problem);
    }
    (plan, diff)
}

/// Whether the fix is drafted: for pages, over the work tree, of one environment.
fn wants_fix(context: &Context, reading: &Reading, arguments: &DiffArgs) -> bool {
    context.output.format == OutputFormat::Markdown
        && arguments.head.is_none()
        && !reading.options.all_environments
}

/// The environment that was asked for.
fn asked_for(reading: &Reading) -> &str {
    match &reading.options.environment {
        _ if reading.options.all_environments => "all",
        Some(environment) => environment,
        None => reading.variable("HELMFILE_ENVIRONMENT").unwrap_or("default"),
    }
}

impl From<&Revisions> for Compared {
    fn from(revisions: &Revisions) -> Self {
        let named = |commit: &Commit| Some(commit.named.clone()).filter(|name| !commit.id.starts_with(name));
        Self {
            base: revisions.base.short.clone(),
            how: revisions.how.clone().or_else(|| named(&revisions.base)),
            head: revisions.head.as_ref().map(|head| head.short.clone()),
            head_name: revisions.head.as_ref().and_then(named),
        }
    }
}

/// The command that compares once more.
fn command(context: &Context, arguments: &DiffArgs) -> String {
    let words = arguments.base.iter().chain(&arguments.head).map(|word| format!(" {}", shell_word(word)));
    format!("helmsum diff{}{}", words.collect::<String>(), context.plan.again.options())
}

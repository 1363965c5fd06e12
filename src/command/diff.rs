//! `helmsum diff`: what a change of the repository restarts, and what does not notice it.

use std::io;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::revisions::{AtCommit, Origin, around};
use super::{Context, fix, show, source_of, verdict, waiting};
use crate::cli::{DiffArgs, OutputFormat};
use crate::diagnostic::{Code, Diagnostic, Noted};
use crate::diff::{
    ChangedFile, Comparison, Diff, Fate, Looked, Question, ReadFrom, Side, Stand, changed_files, compare,
};
use crate::go::filepath::join_clean;
use crate::plan::rules::project::Findings;
use crate::plan::{self, Elsewhere, Plan, Progress, Reading, Turn};
use crate::program::GitError;
use crate::report::{self, Compared, DiffDocument, DiffView, Outcome, Report, Streams};
use crate::revision::{self, Commit, Repository};
use crate::text::{relative, shell_word};
use crate::threads::{self, Begun};
use crate::tree::{Kind, Recorded, Tree, WorkTree};

/// The two sides that were asked for.
struct Revisions {
    base: Commit,
    /// How the base was found, where nobody named it.
    how: Option<String>,
    /// Nothing where it is the work tree.
    head: Option<Commit>,
    repository: Repository,
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
        flavour: arguments.flavour.unwrap_or_default(),
        environment: asked_for(reading),
        command: &command,
    };
    if !(arguments.only_changes && view.is_empty()) {
        say(view, context, streams)?;
    }
    let restarts = diff.restarting().next().is_some();
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
        flavour: arguments.flavour.unwrap_or_default(),
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

/// Which commits are meant.
///
/// # Errors
///
/// Where git has no answer, or there is no such commit.
fn revisions(context: &Context, reading: &Reading, arguments: &DiffArgs) -> Result<Revisions, Diagnostic> {
    let repository = Repository::around(&around(context, reading))?;
    let (base, how) = if let Some(name) = &arguments.base {
        (revision::commit(&repository, name)?, None)
    } else {
        let base = revision::default_base(&repository, &|name| reading.variable(name).map(str::to_owned))?;
        (base.commit, Some(base.how))
    };
    let head = arguments.head.as_ref().map(|name| revision::commit(&repository, name)).transpose()?;
    Ok(Revisions { base, how, head, repository })
}

/// The state file that a side has which lacks the one that was named: under the name that this had before it was moved, or as a template
/// where this is none, and the other way round.
fn state_before(reading: &Reading, changed: &[ChangedFile]) -> Option<String> {
    let named = join_clean(reading.directory(), reading.file()?);
    let moved = changed.iter().filter(|file| file.path == named).flat_map(ChangedFile::paths);
    let other = match named.as_str().strip_suffix(TEMPLATE) {
        Some(plain) => plain.to_owned(),
        None => format!("{named}{TEMPLATE}"),
    };
    let is_there = |file: &Utf8PathBuf| reading.tree.stat(file).is_ok_and(|stat| stat.kind == Kind::File);
    moved.chain([other.into()]).find(is_there).map(Utf8PathBuf::into_string)
}

/// How the name of a state file ends that is a template.
const TEMPLATE: &str = ".gotmpl";

/// The first side, as another thread hands it over.
struct Base {
    side: Side,
    changed: Vec<ChangedFile>,
    /// What its plan says.
    said: Vec<Diagnostic>,
    has_state: bool,
    /// The state file that it has in the place of the one that was named.
    instead: Option<String>,
    origin: Origin,
    secrets: Noted,
}

/// What the first side is made with, on whatever thread.
struct BaseAsked<'d> {
    context: plan::Context,
    elsewhere: Elsewhere,
    revisions: &'d Revisions,
    question: Question,
    progress: &'d Progress,
}

impl BaseAsked<'_> {
    /// Makes the first side.
    ///
    /// # Errors
    ///
    /// Where git has no answer.
    fn made(self, changed: Begun<'_, Result<Vec<ChangedFile>, GitError>>) -> Result<Base, Diagnostic> {
        let Revisions { base, repository, .. } = self.revisions;
        let reading = self.elsewhere.arrive();
        let mut at = AtCommit::of(&self.context, &reading, repository, base)?;
        let mut changed = changed;
        let mut instead = None;
        if !at.reading.has_state() {
            let known = changed.end();
            instead = state_before(&at.reading, known.as_deref().unwrap_or_default());
            if let Some(file) = &instead {
                at.reading.options.file = Some(file.clone());
            }
            changed = Begun::Done(known);
        }
        let question = self.question;
        let (plan, side) = plan::make_and(&at.context, &at.reading, self.progress, |made, rendering| {
            let side = changed.end().map(|changed| {
                let read = Some(ReadFrom { tree: &at.tree, changed: &changed, lacks: Fate::Added });
                let side = Side::of(&made, rendering, Looked { question, stand: Stand::Commit, read });
                (side, changed)
            });
            (Findings::default(), side)
        });
        let (side, changed) =
            side.map_err(|error| Diagnostic::error(format!("git cannot say which files differ: {error}")))?;
        Ok(Base {
            side,
            changed,
            said: plan.sink.finish(|_| None),
            has_state: at.reading.has_state(),
            instead,
            origin: at.origin,
            secrets: reading.secrets.noted(),
        })
    }
}

/// Ends the turn of who renders first, whatever becomes of it.
struct Turning(Turn);

impl Drop for Turning {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Makes the plan of each side, and compares. They are read side by side. What helm renders for both is rendered once: for the first one.
fn compared_plans(
    context: &Context,
    reading: &Reading,
    arguments: &DiffArgs,
    revisions: &Revisions,
    progress: &Progress,
) -> (Plan, Diff) {
    let renders = !arguments.no_render && reading.has_helm();
    let question = Question { renders, trusts_programs: arguments.exec_on_base };
    let Revisions { base, head, repository, .. } = revisions;
    let asked = BaseAsked {
        context: context.plan.clone(),
        elsewhere: reading.elsewhere(),
        revisions,
        question,
        progress,
    };
    let turn = Turn::default();
    std::thread::scope(|scope| {
        let changed = threads::begin(scope, || {
            changed_files(&repository.top, &base.id, head.as_ref().map(|head| head.id.as_str()))
        });
        let turning = Turning(turn.clone());
        let of_base = threads::begin(scope, move || {
            let _turning = turning;
            asked.made(changed)
        });
        with_head(context, reading, revisions, (question, progress), (of_base, turn))
    })
}

/// Makes the plan of the second side, and compares it with the first one.
fn with_head(
    context: &Context,
    reading: &Reading,
    revisions: &Revisions,
    (question, progress): (Question, &Progress),
    (of_base, turn): (Begun<'_, Result<Base, Diagnostic>>, Turn),
) -> (Plan, Diff) {
    let failed = |problem: Diagnostic| {
        let mut plan = Plan::new(reading);
        plan.sink.take_settled(problem);
        (plan, Diff::default())
    };
    let mut own = context.plan.clone();
    // Without a cache, nobody gets what the other one renders.
    own.keeping.after = own.keeping.folder.as_ref().map(|_| turn);
    let of_head = revisions
        .head
        .as_ref()
        .map(|commit| AtCommit::of(&own, reading, &revisions.repository, commit))
        .transpose();
    let of_head = match of_head {
        Ok(head) => head,
        Err(problem) => return failed(problem),
    };
    let of_disk = Arc::new(Recorded::new(Arc::new(WorkTree)));
    let disk_reading = reading.over(Arc::clone(&of_disk) as Arc<dyn Tree>);
    let (head_context, head_reading, tree) = match &of_head {
        Some(head) => (&head.context, &head.reading, &head.tree),
        None => (&own, &disk_reading, &of_disk),
    };
    let stand = if of_head.is_some() { Stand::Commit } else { Stand::WorkTree };
    let (plan, compared) = plan::make_and(head_context, head_reading, progress, |made, rendering| {
        let base = match of_base.end() {
            Ok(base) => base,
            Err(problem) => return (Findings::default(), Err(problem)),
        };
        let read = Some(ReadFrom { tree, changed: &base.changed, lacks: Fate::Removed });
        let looked = Looked { question, stand, read };
        let comparison = Comparison { base: &base.side, head: looked, changed: &base.changed };
        let (findings, diff) = compare(&comparison, &made, rendering);
        (findings, Ok((diff, base)))
    });
    match compared {
        Ok((diff, base)) => {
            let origin = of_head.as_ref().map(|head| &head.origin);
            let plan = with_errors(plan, (origin, head_reading.has_state()), base, (context, reading));
            (plan, diff)
        }
        Err(problem) => failed(problem),
    }
}

/// Adds to the plan of the second side what is to be said of the first one.
fn with_errors(
    mut plan: Plan,
    (of_head, head_has_state): (Option<&Origin>, bool),
    base: Base,
    (context, reading): (&Context, &Reading),
) -> Plan {
    reading.secrets.learn(base.secrets);
    let short = &base.origin.commit.short;
    let said = plan.sink.said().to_vec();
    // Its own errors are in its plan.
    for problem in of_head.iter().flat_map(|head| head.errors(&[], context, &said)) {
        plan.sink.take_settled(problem);
    }
    if let Some((named, file)) = reading.file().zip(base.instead) {
        let shown = relative(file.as_str().into(), &context.plan.directory);
        plan.note(format!("{short} has `{shown}` in the place of `{named}`"));
    }
    if !base.has_state && head_has_state {
        plan.note(format!("{short} has no such state file, so everything is new"));
        return plan;
    }
    // What the first side cannot tell makes the comparison worthless.
    for problem in base.origin.errors(&base.said, context, &said) {
        plan.sink.take_settled(problem);
    }
    plan
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

//! `helmsum init`: wires releases to what their pods read.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Context, generate, show, source_of, verdict, waiting};
use crate::audit;
use crate::cli::{InitArgs, Options, ReleaseFilter};
use crate::diagnostic::{Diagnostic, Levels};
use crate::go::filepath::join_clean;
use crate::init::{self, Asked, Draft, Outcome as Of, Proposal, Verdict};
use crate::plan::rules::unmatched_entry::near;
use crate::plan::{self, Aim, Reading};
use crate::program::git;
use crate::report::{self, Outcome, Report, Streams, View};
use crate::state::{self, Resolved};
use crate::targets::{Order, Writer};
use crate::text::{relative, shell_word};

/// Looks at what is missing, and prints a patch with it, or makes the edits.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    arguments: &InitArgs,
    options: Options,
    read: impl Fn(Options) -> Reading,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    if options.all_environments {
        let problem = Diagnostic::error(
            "`helmsum init` reads one environment, since releases of several share their files",
        )
        .hint("name one with `--environment`, and run it once for each that has something missing");
        return refused(&problem, context, streams);
    }
    let words = match words(&arguments.words, &read(options.clone()), &context.plan.directory) {
        Ok(words) => words,
        Err(problem) => return refused(&problem, context, streams),
    };
    let mut options = options;
    options.release.extend(words.releases.iter().cloned().map(ReleaseFilter::from));
    let reading = read(options);
    let progress = plan::Progress::default();
    let is_named = !words.paths.is_empty();
    let make = || {
        plan::make_and(&context.plan, &reading, &progress, |made, rendering| {
            audit::gaps(made, rendering, is_named)
        })
    };
    let (plan, gaps) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    show::trace(&plan, context, &reading, streams)?;
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    let mut report = Report::of(plan, source_of);
    report.nothing_matched = nothing_matched;
    report.diagnostics.retain(|one| one.is_error() || nothing_matched);
    if let Some(word) = arguments.words.first().filter(|_| nothing_matched)
        && let Err(problem) = named(word, &reading, &context.plan.directory)
    {
        return refused(&problem, context, streams);
    }
    if nothing_matched || !report.diagnostics.is_empty() {
        show::said(&report, context, &mut streams.err)?;
        return Ok(verdict::of(&report, nothing_matched));
    }
    let asked = Asked {
        context: &context.plan,
        reading: &reading,
        progress: &progress,
        via: arguments.via,
        paths: words.paths,
        hook_in: arguments.hook_in.as_deref().map(|path| join_clean(&context.plan.directory, path)),
    };
    let propose = || init::propose(&asked, &gaps);
    let proposal = waiting::watched(&mut streams.err, || progress.to_string(), propose)?;
    let layout = context.layout(&streams.err);
    let text = report::init(&proposal, &gaps, layout);
    let text = reading.secrets.mask(&text).into_owned();
    streams.err.styled(&text)?;
    let outcome = if proposal.is_complete() { Outcome::Clean } else { Outcome::Changed };
    let outcome = if gaps.looked_at_nothing() { Outcome::Failed } else { outcome };
    if proposal.draft.is_empty() {
        return Ok(outcome);
    }
    if arguments.apply {
        return Ok(apply(context, &reading, (&proposal, arguments.force), streams)?.worse(outcome));
    }
    streams.out.raw(init::patch(&proposal.draft, &proposal.root).as_bytes())?;
    streams.err.styled(&report::after_patch(&proposal, &context.plan.again, layout))?;
    Ok(outcome)
}

/// What the words of the command line name.
#[derive(Debug, Default)]
struct Words {
    releases: Vec<String>,
    /// Absolute.
    paths: Vec<Utf8PathBuf>,
}

/// Tells releases from paths: a word that is no release of the state is a path.
fn words(words: &[String], reading: &Reading, directory: &Utf8Path) -> Result<Words, Diagnostic> {
    let Some((first, rest)) = words.split_first() else { return Ok(Words::default()) };
    let mut found = Words { releases: vec![first.clone()], paths: Vec::new() };
    if is_plainly_path(first) {
        return Err(without_release(first));
    }
    if rest.is_empty() {
        return Ok(found);
    }
    let resolved = named(first, reading, directory)?;
    let is_release = |word: &str| is_release(&resolved, word);
    for word in rest {
        let is_path = is_plainly_path(word) || !is_release(word);
        if !is_path {
            found.releases.push(word.clone());
            continue;
        }
        let path = join_clean(directory, word);
        reading.tree.stat(&path).map_err(|error| {
            Diagnostic::error(format!(
                "`{word}` is neither a release of the state nor a file that can be read: {error}"
            ))
            .hint("`helmsum state` lists the releases; a path is relative to the working directory")
        })?;
        found.paths.push(path);
    }
    if !found.paths.is_empty() && found.releases.len() > 1 {
        let message = "paths are for one release, and several are named";
        return Err(Diagnostic::error(message).hint("run it once for each release"));
    }
    Ok(found)
}

/// The state, where a word is a release of it.
///
/// # Errors
///
/// Where it is none, or the state cannot be read.
fn named(word: &str, reading: &Reading, directory: &Utf8Path) -> Result<Resolved, Diagnostic> {
    let resolved = state::read(&reading.request(None))?;
    if is_release(&resolved, word) {
        return Ok(resolved);
    }
    if reading.tree.stat(&join_clean(directory, word)).is_ok() {
        return Err(without_release(word));
    }
    let releases = resolved.visits.iter().flat_map(|visit| &visit.releases);
    let releases = releases.map(|release| (release.id(), release.name.clone())).collect();
    let filter = ReleaseFilter::from(word.to_owned());
    let problem = Diagnostic::error(format!("`{word}` is no release and no path"));
    Err(problem.hint(near(&releases, word, filter.name())).masked(&reading.secrets))
}

fn is_release(resolved: &Resolved, word: &str) -> bool {
    let filter = ReleaseFilter::from(word.to_owned());
    resolved.visits.iter().flat_map(|visit| &visit.releases).any(|release| release.is_meant_by(&filter))
}

/// Whether a word can be nothing but a path.
fn is_plainly_path(word: &str) -> bool {
    word.starts_with(['.', '/'])
}

fn without_release(path: &str) -> Diagnostic {
    Diagnostic::error(format!("`{path}` is a path, and a path needs a release before it"))
        .hint(format!("name the release that depends on it: `helmsum init RELEASE {}`", shell_word(path)))
}

fn refused(problem: &Diagnostic, context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let layout = context.layout(&streams.err);
    streams.err.styled(&report::draw(problem, layout))?;
    Ok(Outcome::Failed)
}

/// Makes the edits, writes the targets, and checks them.
fn apply(
    context: &Context,
    reading: &Reading,
    (proposal, force): (&Proposal, bool),
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let draft = &proposal.draft;
    if let Err(problem) = check_committed(draft, &proposal.root, force) {
        return refused(&problem, context, streams);
    }
    let writer = Writer::default();
    for (file, drafted) in draft.files() {
        let order = Order { path: file, root: &proposal.root, bytes: &drafted.after, force: true };
        if let Err(error) = writer.write(order) {
            return refused(&error.diagnostic(), context, streams);
        }
        let verb = if drafted.before.is_some() { "edited" } else { "made  " };
        streams.err.styled(&format!("{verb}    {}\n", relative(file, &context.plan.directory)))?;
    }
    let wired = proposal.outcomes.iter().filter(|one| matches!(one.verdict, Verdict::Wired { .. }));
    let mut own = reading.clone();
    own.options.release = wired.map(|one| ReleaseFilter::from(one.id.clone())).collect();
    let progress = plan::Progress::default();
    let is_lenient = |one: &Of| matches!(&one.verdict, Verdict::Wired { lenient, .. } if !lenient.is_empty());
    let strict = !proposal.outcomes.iter().any(is_lenient);
    let levels = Levels { strict, ..context.plan.levels.clone() };
    let writing = plan::Context { aim: Aim::Write, ..context.plan.clone() };
    let mut made = plan::make(&writing, &own, &progress);
    generate::carry_out(&mut made, false);
    let written = Report::of(made, source_of);
    let checking = plan::Context { aim: Aim::Check, levels, ..context.plan.clone() };
    let checked = Report::of(plan::make(&checking, &own, &progress), source_of);
    show::show(&written, View::Generate, false, context, streams)?;
    let outcome = verdict::of(&written, false).worse(verdict::of(&checked, false));
    if outcome == Outcome::Clean {
        let again = &context.plan.again;
        let again = if strict { again.with("strict") } else { again.clone() };
        streams.err.styled(&format!("{} passes\n", again.command("check", &[])))?;
    } else {
        show::show(&checked, View::Check, false, context, streams)?;
    }
    Ok(outcome)
}

/// Refuses files with changes that are in no commit: an edit among them could not be told from these.
fn check_committed(draft: &Draft, root: &Utf8Path, force: bool) -> Result<(), Diagnostic> {
    if force {
        return Ok(());
    }
    let edited: Vec<&Utf8Path> =
        draft.files().filter(|(_, drafted)| drafted.before.is_some()).map(|(file, _)| file).collect();
    let mut arguments = vec!["status", "--porcelain", "-z", "--no-renames", "--"];
    arguments.extend(edited.iter().map(|file| file.as_str()));
    // Without a repository there is nothing to compare with.
    let Ok(finished) = git(root, &arguments, "", &[]) else { return Ok(()) };
    let changed: BTreeSet<String> = finished
        .output
        .split(|byte| *byte == 0)
        .filter(|entry| entry.len() > 3)
        .map(|entry| String::from_utf8_lossy(&entry[3..]).into_owned())
        .collect();
    let names: Vec<String> = changed.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return Ok(());
    }
    let verb = if names.len() == 1 { "has" } else { "have" };
    Err(Diagnostic::error(format!("{} {verb} changes that are not committed", names.join(", ")))
        .hint("commit or stash them, or give `--force`"))
}

//! `helmsum explain`: why a checksum is what it is, what a path moves, and what a code means.

use std::collections::BTreeSet;
use std::io;

use super::{Context, show, source_of, verdict, waiting};
use crate::cli::{ExplainArgs, Options, OutputFormat, ReleaseFilter};
use crate::diagnostic::{Diagnostic, Secrets};
use crate::explain::{self, Answer, Explanation, Page, Topic, Words};
use crate::go::filepath::join_clean;
use crate::plan::{self, Aim, Plan, Reading};
use crate::report::{self, ExplainDocument, ExplainView, Outcome, Report, Streams};

/// Answers what the words ask.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: Context,
    arguments: &ExplainArgs,
    options: Options,
    read: impl Fn(Options) -> Reading,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let Words { topics, problems } = topics(&context, arguments, &options, &read);
    if topics.iter().all(|topic| matches!(topic, Topic::Page(_))) {
        return without_state(&context, &topics, problems, streams);
    }
    let options = narrowed(options, &topics);
    let again = plan::Again::of(&options);
    let names_releases = topics.iter().any(|topic| matches!(topic, Topic::Release(_)));
    let aim = if names_releases { Aim::Explain } else { Aim::Show };
    let context = Context { plan: plan::Context { aim, again, ..context.plan }, ..context };
    let reading = read(options);
    let progress = plan::Progress::default();
    let make = || {
        plan::make_and(&context.plan, &reading, &progress, |made, rendering| {
            explain::explain(made, rendering, &topics, arguments.render)
        })
    };
    let (mut plan, explanation) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    show::trace(&plan, &context, &reading, streams)?;
    let is_failed = plan.sink.has_failed();
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    only_about(&mut plan, &explanation);
    for problem in problems {
        plan.sink.take_settled(problem);
    }
    if !is_failed && !plan.nothing_matched {
        for word in &explanation.unanswered {
            plan.sink.take_settled(unanswered(word, &reading.options));
        }
    }
    let mut report = Report::of(plan, source_of);
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    let view = ExplainView { report: &report, explanation: &explanation, quiet: context.output.quiet };
    show_view(view, &reading.secrets, &context, streams)?;
    Ok(outcome)
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, streams: &mut Streams) -> io::Result<()> {
    let (report, explanation) = (Report::default(), Explanation::default());
    let view = ExplainView { report: &report, explanation: &explanation, quiet: true };
    streams.out.raw(report::print(&ExplainDocument::new(view, &context.plan.directory)).as_bytes())
}

/// Answers with the manual alone.
fn without_state(
    context: &Context,
    topics: &[Topic],
    problems: Vec<Diagnostic>,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let page = |topic: &Topic| match topic {
        Topic::Page(page) => Some(Answer::Page(*page)),
        Topic::All | Topic::Release(_) | Topic::Path(_) => None,
    };
    let explanation =
        Explanation { answers: topics.iter().filter_map(page).collect(), unanswered: Vec::new() };
    let report = Report { diagnostics: problems, ..Report::default() };
    let view = ExplainView { report: &report, explanation: &explanation, quiet: context.output.quiet };
    show_view(view, &Secrets::default(), context, streams)?;
    Ok(verdict::of(&report, false))
}

fn show_view(
    view: ExplainView<'_>,
    secrets: &Secrets,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<()> {
    if context.output.format == OutputFormat::Json {
        let document = ExplainDocument::new(view, &context.plan.directory);
        streams.out.raw(report::print(&document.masked(secrets)).as_bytes())?;
        return show::annotate(view.report, context, streams);
    }
    let text = report::explain(view, context.layout(&streams.out));
    streams.out.styled(&secrets.mask(&text))?;
    show::annotate(view.report, context, streams)?;
    show::errors(view.report, context, &mut streams.err)
}

/// What is asked: by options, which leave no doubt, and by words.
fn topics(
    context: &Context,
    arguments: &ExplainArgs,
    options: &Options,
    read: impl Fn(Options) -> Reading,
) -> Words {
    let directory = &context.plan.directory;
    let mut asked = Words::default();
    asked.topics.extend(options.release.iter().cloned().map(Topic::Release));
    asked.topics.extend(arguments.path.iter().map(|path| Topic::Path(join_clean(directory, path))));
    for code in &arguments.code {
        match Page::named(code) {
            Ok(page) => asked.topics.push(Topic::Page(page)),
            Err(problem) => asked.problems.push(problem),
        }
    }
    let is_path = |word: &String| word.starts_with(['.', '/']);
    if arguments.words.iter().all(is_path) {
        // Nothing has to be read to know it.
        asked.topics.extend(arguments.words.iter().map(|word| Topic::Path(join_clean(directory, word))));
    } else {
        let reading = read(Options { release: Vec::new(), ..options.clone() });
        let declared = plan::declared(&context.plan, &reading);
        let found = explain::words(&arguments.words, &declared, &*reading.tree, directory);
        asked.topics.extend(found.topics);
        let masked = found.problems.into_iter().map(|problem| problem.masked(&reading.secrets));
        asked.problems.extend(masked);
    }
    if asked.topics.is_empty() && asked.problems.is_empty() {
        asked.topics.push(Topic::All);
    }
    asked
}

/// The options with which no more is read and rendered than what is asked for: of releases alone these, of a path everything that could
/// depend on it.
fn narrowed(options: Options, topics: &[Topic]) -> Options {
    let mut release: Vec<ReleaseFilter> = Vec::new();
    for topic in topics {
        match topic {
            Topic::Release(filter) => release.push(filter.clone()),
            Topic::Page(_) => {}
            Topic::All | Topic::Path(_) => return Options { release: Vec::new(), ..options },
        }
    }
    Options { release, ..options }
}

/// Leaves out what was found about consumers that are not explained.
fn only_about(plan: &mut Plan, explanation: &Explanation) {
    let mut about = BTreeSet::new();
    for answer in &explanation.answers {
        match answer {
            Answer::Release(release) => {
                about.insert(release.index);
            }
            Answer::Path(path) => {
                about.extend(path.restarting.iter().map(|one| one.index));
                about.extend(path.uncounted.iter().map(|one| one.index));
                about.extend(path.unread.iter().map(|one| one.index));
            }
            Answer::Undeclared(_) | Answer::Page(_) => {}
        }
    }
    for (index, contents) in plan.consumers.iter_mut().enumerate() {
        if !about.contains(&index) {
            contents.consumer.diagnostics.clear();
        }
    }
}

/// That a release which is asked for is not there, or left out.
fn unanswered(word: &str, options: &Options) -> Diagnostic {
    if options.selector.is_empty() {
        let problem = Diagnostic::error(format!("there is no release `{word}`"));
        return problem.hint("`helmsum state` lists them, after templating");
    }
    Diagnostic::error(format!("there is no release `{word}` among those that the selector leaves"))
        .hint("name it without `--selector`")
}

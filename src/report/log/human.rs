//! Past restarts as people read them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::LogView;
use crate::diagnostic::Diagnostic;
use crate::history::{Commit, Effect, Past, Step, StepSource};
use crate::report::drawing::{Layout, draw, wrapped};
use crate::report::human::{WIDTH, changes};
use crate::text::{Shown, counted};

/// The words for what happens to pods are as wide as the longest one.
const WORD: usize = 8;

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn human(view: LogView<'_>, layout: Layout<'_>) -> String {
    let mut text = String::new();
    if !view.quiet {
        view.history.commits.iter().for_each(|past| draw_commit(&mut text, past));
    }
    for said in view.report.findings_and_notes(view.quiet) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&draw(&said, layout));
    }
    let is_known = !view.report.nothing_matched && !view.report.diagnostics.iter().any(Diagnostic::is_error);
    if !view.quiet && is_known {
        let width = layout.width.unwrap_or(WIDTH);
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", wrapped(&summary(view), width, width));
    }
    text
}

fn summary(view: LogView<'_>) -> String {
    let commits = &view.history.commits;
    let with = |effect: Effect| {
        commits.iter().flat_map(|past| &past.steps).filter(|step| step.effect == effect).count()
    };
    if commits.is_empty() {
        return "no commit moved a checksum".to_owned();
    }
    let kinds =
        [(Effect::Restarts, "restart"), (Effect::First, "first checksum"), (Effect::Gone, "lost checksum")];
    let kinds = kinds.map(|(effect, noun)| (with(effect), noun)).into_iter().filter(|(count, _)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(count, noun)| counted(count, noun)).collect();
    format!("{} in {}", kinds.join(", "), counted(commits.len(), "commit"))
}

fn draw_commit(text: &mut String, past: &Past) {
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}", commit(&past.commit));
    past.steps.iter().for_each(|step| draw_step(text, step));
}

fn draw_step(text: &mut String, step: &Step) {
    let (word, style) = match step.effect {
        Effect::Restarts => ("restarts", Style::new()),
        Effect::First => ("first", AnsiColor::Green.on_default()),
        Effect::Gone => ("gone", AnsiColor::Red.on_default()),
    };
    let releases: Vec<String> = step.releases.iter().map(|name| Shown(name).to_string()).collect();
    let _ =
        writeln!(text, "  {style}{word}{style:#}{}  {}", " ".repeat(WORD - word.len()), releases.join(", "));
    let indent = " ".repeat(WORD + 4);
    for line in sources(&step.sources) {
        let _ = writeln!(text, "{indent}{line}");
    }
}

/// A commit on a line.
pub(crate) fn commit(commit: &Commit) -> String {
    let yellow = AnsiColor::Yellow.on_default();
    format!(
        "{yellow}{}{yellow:#}  {}  {}  {}",
        Shown(&commit.short),
        Shown(&commit.date),
        Shown(&commit.author),
        Shown(&commit.subject)
    )
}

/// The sources that moved a checksum, with their files, as lines.
pub(crate) fn sources(sources: &[StepSource]) -> Vec<String> {
    let mut lines = Vec::new();
    for source in sources {
        let how = source.how.map(|how| format!("  {}", how.word())).unwrap_or_default();
        lines.push(format!("{}{how}", Shown(&source.label)));
        lines.extend(changes(&source.changes).into_iter().map(|change| format!("  {change}")));
    }
    lines
}

//! Reports for people: one line for each release, aligned, in eighty columns as far as names allow, and what needs a second
//! look below.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::drawing::{Layout, draw, wrapped};
use super::model::{ReleaseRow, Report};
use crate::diagnostic::{Code, Diagnostic, Kind, Level};
use crate::plan::Status;
use crate::text::counted;
use table::Table;
pub(crate) use table::{changes, restarting, size, title, word};

/// How wide a report is where nobody says how wide it may be.
pub(crate) const WIDTH: usize = 80;

/// Between these, a report is as wide as the terminal: longer lines are hard to read, and shorter ones say nothing.
pub(crate) const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// How wide a report is in a hook: helmfile starts each line with `hook[prepare] logs | `.
pub(crate) const WIDTH_IN_HOOK: usize = WIDTH - 21;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Generate,
    /// What would be written.
    DryRun,
    /// What is out of date, and why. What is as it should be is only counted.
    Check,
    /// The same with what is as it should be.
    CheckAll,
    /// What a hook of helmfile's writes: people have seen the rest before.
    Hook,
    List,
}

/// The report, with escape sequences: what goes to standard output. Errors are not in it. `quiet` leaves only findings.
#[must_use]
pub(crate) fn human(report: &Report, view: View, quiet: bool, layout: Layout<'_>) -> String {
    let mut text = String::new();
    if !quiet {
        text.push_str(&Table { report, view, layout }.draw());
    }
    let in_table = |diagnostic: &Diagnostic| !quiet && is_in_table(diagnostic);
    let shown = |diagnostic: &Diagnostic| match diagnostic.kind {
        Kind::Finding(_) => !in_table(diagnostic),
        Kind::Note => !quiet,
        Kind::Refusal(_) | Kind::Mistake(_) | Kind::Error => false,
    };
    let mut gap = "";
    let said: Vec<Diagnostic> = report.said().into_iter().filter(shown).collect();
    for diagnostic in &said {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&draw(diagnostic, layout));
        gap = "\n";
    }
    if let Some(more) = more(&said, layout) {
        text.push('\n');
        text.push_str(&more);
    }
    if !quiet && !report.releases.is_empty() {
        let width = layout.width.unwrap_or(WIDTH);
        let _ = writeln!(text, "{gap}{}", wrapped(&summary(report, view), width, width));
    }
    text
}

/// How many codes a command names.
const CODES: usize = 3;

/// The command that tells more about what was found, on a terminal.
#[must_use]
pub(crate) fn more(said: &[Diagnostic], layout: Layout<'_>) -> Option<String> {
    let mut codes: Vec<&str> = said.iter().filter_map(Diagnostic::code).map(Code::name).collect();
    let mut known = BTreeSet::new();
    codes.retain(|code| known.insert(*code));
    if codes.is_empty() || layout.width.is_none() {
        return None;
    }
    let words: Vec<&str> = codes.into_iter().take(CODES).collect();
    Some(format!("more about it: `helmsum explain {}`\n", words.join(" ")))
}

/// Whether the table of releases says it already: a target that is out of date.
fn is_in_table(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code(), Some(Code::StaleChecksum | Code::MissingChecksum))
}

/// One line that counts.
#[must_use]
pub(crate) fn summary(report: &Report, view: View) -> String {
    let count = |wanted: &dyn Fn(&ReleaseRow) -> bool| {
        report.releases.iter().filter(|release| wanted(release)).count()
    };
    let with = |status: Status| count(&|release| !release.target.written && release.target.status == status);
    let states = [
        (count(&|release| release.target.written), "written"),
        (with(Status::Current), "current"),
        (with(Status::Held), "held"),
        (with(Status::Stale), "stale"),
        (with(Status::Missing), "missing"),
        (with(Status::Unwired), "without a target"),
        (with(Status::Annotated), "annotated"),
        (with(Status::Foreign), "foreign"),
        (with(Status::Denied), "denied"),
    ];
    let states: Vec<String> = states
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let mut text = counted(report.releases.len(), "release");
    if !states.is_empty() {
        let _ = write!(text, ": {}", states.join(", "));
    }
    // A target that is out of date is counted above.
    let said = report.said();
    let grave = said.iter().filter(|diagnostic| diagnostic.is_denied() && !is_in_table(diagnostic)).count();
    let warnings = said.iter().filter(|diagnostic| diagnostic.level == Level::Warn).count();
    let shown = [(warnings, "warning"), (grave, "error")];
    for (number, noun) in shown.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(text, "; {}", counted(number, noun));
    }
    if !matches!(view, View::Generate | View::Hook) && with(Status::Stale) + with(Status::Missing) > 0 {
        let _ = write!(text, "; run {}", report.again);
    }
    text
}

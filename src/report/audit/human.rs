//! An audit as people read it on a terminal.

use std::fmt::Write as _;

use super::AuditView;
use super::counts::{Counts, found, verdict};
use super::proof::{proved, standing};
use crate::audit::Reading;
use crate::proof::Proof;
use crate::report::drawing::{Layout, draw, wrapped};
use crate::report::human::{WIDTH, more};
use crate::text::{Shown, counted};

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn human(view: AuditView<'_>, layout: Layout<'_>) -> String {
    let width = layout.width.unwrap_or(WIDTH);
    let paragraph = |lines: Vec<String>| {
        lines.into_iter().map(|line| wrapped(&line, width, width) + "\n").collect::<String>()
    };
    let counts = Counts::of(view.audit);
    let mut parts: Vec<String> = Vec::new();
    // Whoever has no chart at hand needs one command, and nothing else.
    if counts.is_blind() && !view.quiet {
        parts.push(paragraph(opening(view, &counts)));
    }
    let said = view.report.findings_and_notes(view.quiet);
    parts.extend(said.iter().map(|one| draw(one, layout)));
    parts.extend(more(&said, layout));
    if view.verbose && !view.quiet && !view.audit.readings.is_empty() {
        parts.push(listed(&view.audit.readings, layout));
        parts.extend(view.proof.map(|proof| proofs(proof, layout)).filter(|text| !text.is_empty()));
    }
    if !view.quiet {
        parts.push(paragraph(closing(view, &counts)));
    }
    parts.join("\n")
}

/// Every reading, those of a release together.
fn listed(readings: &[Reading], layout: Layout<'_>) -> String {
    let mut text = String::new();
    let mut last = None;
    for reading in readings {
        let head = (&reading.environment, &reading.release);
        if last != Some(head) {
            let _ = writeln!(text, "{}", Shown(&reading.release));
            last = Some(head);
        }
        let line = format!(
            "{} {} reads {} {} ({}): {}",
            reading.workload.kind,
            reading.workload.name,
            reading.kind.name(),
            reading.name,
            reading.how,
            verdict(&reading.verdict),
        );
        let line = Shown(&line).to_string();
        let _ = writeln!(text, "  {}", layout.message(&line, 2, 4).replace('\n', "\n    "));
    }
    text
}

/// What is proved of every reading.
fn proofs(proof: &Proof, layout: Layout<'_>) -> String {
    let one = |line: String| layout.message(&Shown(&line).to_string(), 0, 4).replace('\n', "\n    ");
    let lines: Vec<String> = proof.readings.iter().map(|reading| one(standing(reading))).collect();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

/// That nothing was looked at, and what to do about it.
fn opening(view: AuditView<'_>, counts: &Counts) -> Vec<String> {
    let nothing = format!("nothing was looked at: {}", counts.unseen().unwrap_or_default());
    let fetch = view.audit.fetch.as_ref();
    [nothing]
        .into_iter()
        .chain(fetch.map(|command| format!("fetch the charts: `{}`", Shown(command))))
        .collect()
}

/// What was looked at, and why nothing is said about the rest.
fn closing(view: AuditView<'_>, counts: &Counts) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} looked at in {}.{} s: {}",
        counts.looked,
        counted(counts.releases, "release"),
        view.took.as_secs(),
        view.took.subsec_millis() / 100,
        found(view.report),
    )];
    // Where nothing was looked at, it stands above.
    if let Some(unseen) = counts.unseen().filter(|_| !counts.is_blind()) {
        lines.push(format!("{} not looked at: {unseen}", counts.lacking + counts.failed));
    }
    lines.extend(
        view.audit
            .fetch
            .as_ref()
            .filter(|_| !counts.is_blind())
            .map(|command| format!("fetch the charts: `{}`", Shown(command))),
    );
    if let Some(reasons) = counts.reasons() {
        lines.push(format!("{}: {reasons}", counted(counts.readings, "reading")));
    }
    lines.extend(view.proof.map(proved));
    lines
}

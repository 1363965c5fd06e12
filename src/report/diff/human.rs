//! A comparison as people read it on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::DiffView;
use super::words::{
    NAMED, NOT_RENDERED, OWN, answer, fared, file, happens, keeps, lost, makers, other_workloads, own,
    release,
};
use crate::diagnostic::Code;
use crate::diff::{Fate, FileChange, Lost, MovedWorkload, Restarting, SourceChange, Unnoticed, Workloads};
use crate::report::drawing::{Layout, draw, wrapped};
use crate::report::human::{WIDTH, more};
use crate::text::{Shown, counted, listed};

/// The words for what happens are as wide as the longest one.
const WORD: usize = 9;

/// How wide the names of releases may get before what follows goes to the next line.
const WIDEST: usize = 32;

/// How many files are listed of a source, or of a release's own.
const FILES: usize = 12;

/// One line after another, with a word and a name before the first one of a release.
struct Table {
    text: String,
    /// How wide the names are.
    width: usize,
    /// How wide all of it may be.
    room: usize,
}

impl Table {
    /// A release, with what stands beside it and below it.
    fn row(&mut self, (word, style): (&str, Style), name: &str, lines: &[String]) {
        let name = Shown(name).to_string();
        let gap = " ".repeat(WORD - word.width());
        let _ = write!(self.text, "{style}{word}{style:#}{gap}  {name}");
        let indent = " ".repeat(WORD + 2);
        let rest = self.room.saturating_sub(indent.len());
        let beside = rest.saturating_sub(self.width + 2);
        let mut lines = lines.iter();
        let mut below: Vec<String> = Vec::new();
        if name.width() <= self.width
            && let Some(first) = lines.next()
        {
            let text = wrapped(first, beside, rest);
            let mut parts = text.lines();
            let gap = " ".repeat(self.width - name.width());
            let _ = write!(self.text, "{gap}  {}", parts.next().unwrap_or_default());
            below.extend(parts.map(str::to_owned));
        }
        self.text.push('\n');
        for line in lines {
            // The name of a file stays whole.
            if line.starts_with(' ') {
                below.push(line.clone());
            } else {
                below.extend(wrapped(line, rest, rest).lines().map(str::to_owned));
            }
        }
        for line in below {
            let _ = writeln!(self.text, "{indent}{line}");
        }
    }
}

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn human(view: DiffView<'_>, layout: Layout<'_>) -> String {
    let width = layout.width.unwrap_or(WIDTH);
    let mut parts: Vec<String> = Vec::new();
    let is_told = !view.quiet && !view.failed() && !view.report.nothing_matched;
    if let Some(compared) = view.compared.filter(|_| is_told) {
        let head = format!("compared {}; the cluster is not asked", Shown(&compared.told()));
        let mut top = wrapped(&head, width, width) + "\n";
        top.push_str(&stale(view, width));
        top.push_str(&table(view, width));
        parts.push(top);
    }
    let findings = view.report.findings_and_notes(view.quiet);
    // The table says it.
    let findings = findings.iter().filter(|one| view.quiet || !one.code().is_some_and(Code::is_of_diff));
    parts.extend(findings.map(|one| draw(one, layout)));
    parts.extend(more(&view.report.findings_and_notes(view.quiet), layout));
    if is_told {
        parts.push(wrapped(&summary(view), width, width) + "\n");
    }
    parts.join("\n")
}

/// That targets are out of date, which is said first.
fn stale(view: DiffView<'_>, width: usize) -> String {
    if view.diff.stale.is_empty() {
        return String::new();
    }
    let yellow = AnsiColor::Yellow.on_default();
    let what = if view.diff.stale.len() == 1 { "target is" } else { "targets are" };
    let rest = format!(
        "{} {what} out of date: {}; run {}",
        view.diff.stale.len(),
        listed(&view.diff.stale, NAMED),
        view.report.again
    );
    let text = wrapped(&Shown(&rest).to_string(), width, width);
    format!("{yellow}{text}{yellow:#}\n")
}

fn table(view: DiffView<'_>, room: usize) -> String {
    let diff = view.diff;
    let red = AnsiColor::Red.on_default().bold();
    let names = diff
        .restarts
        .iter()
        .chain(&diff.first)
        .map(|one| &one.named)
        .chain(diff.unnoticed.iter().map(|one| &one.named))
        .chain(diff.refused.iter().map(|one| &one.named))
        .chain(diff.held.iter().map(|one| &one.named))
        .chain(diff.gone.iter().map(|one| &one.named))
        .chain(diff.workloads.iter().map(|one| &one.named))
        .chain(&diff.new)
        .chain(diff.uncompared.iter().map(|one| &one.named));
    let widths = names.map(|named| Shown(&release(named, view)).to_string().width());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
    let mut table = Table { text: String::new(), width, room };
    for one in &diff.restarts {
        let word = if one.restarts() { "restarts" } else { "stays" };
        table.row((word, AnsiColor::Yellow.on_default()), &release(&one.named, view), &restarting(one));
    }
    for one in &diff.unnoticed {
        let lines = [
            Shown(&unnoticed(one)).to_string(),
            Shown(&format!("{}; fix: {}", changed_by(one), one.fix.replace('`', ""))).to_string(),
        ];
        table.row(("unnoticed", red), &release(&one.named, view), &lines);
    }
    for one in &diff.refused {
        let what = format!("{} {} is immutable, and {}", one.kind, one.name, one.change.words());
        let lines = [
            Shown(&format!("{what}: the deployment fails")).to_string(),
            Shown(&format!("fix: {}", one.fix().replace('`', ""))).to_string(),
        ];
        table.row(("refused", red), &release(&one.named, view), &lines);
    }
    for one in &diff.held {
        let until = one.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
        let since = one.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
        let first = format!("\"{}\"{until}{since}", one.reason);
        let mut lines = vec![Shown(&first).to_string()];
        lines.extend(sources(&one.sources));
        table.row(("held", AnsiColor::Cyan.on_default()), &release(&one.named, view), &lines);
    }
    for one in &diff.first {
        let mut lines = restarting(one);
        lines.push(
            if one.restarts() { "its first checksum: restarts once" } else { "its first checksum" }
                .to_owned(),
        );
        table.row(("first", AnsiColor::Green.on_default()), &release(&one.named, view), &lines);
    }
    for one in &diff.workloads {
        let lines = [Shown(&other_workloads(one)).to_string()];
        table.row(("workloads", AnsiColor::Yellow.on_default()), &release(&one.named, view), &lines);
    }
    for one in &diff.new {
        table.row(("new", AnsiColor::Green.on_default()), &release(one, view), &[]);
    }
    for one in &diff.gone {
        let mut lines = vec![lost(&one.what).to_owned()];
        if let Lost::Checksum(all) = &one.what {
            lines.extend(workloads(all));
        }
        table.row(("gone", AnsiColor::Red.on_default()), &release(&one.named, view), &lines);
    }
    for one in &diff.uncompared {
        let mut lines = vec![format!("not compared: {}", Shown(&one.why))];
        lines.extend(one.hint.iter().map(|hint| Shown(hint).to_string()));
        table.row(("unknown", AnsiColor::Yellow.on_default()), &release(&one.named, view), &lines);
    }
    table.text
}

/// What a workload does not notice.
fn unnoticed(one: &Unnoticed) -> String {
    format!("{} {} {} {} {}", one.workload.kind, one.workload.name, keeps(one), one.kind, one.name)
}

/// Who changed it.
fn changed_by(one: &Unnoticed) -> String {
    match makers(one) {
        [] => "changed by the release itself".to_owned(),
        makers => format!("changed by {}", listed(makers, NAMED)),
    }
}

/// A release whose pods restart: its workloads, and why.
fn restarting(one: &Restarting) -> Vec<String> {
    let mut lines = workloads(&one.workloads);
    lines.extend(sources(&one.sources));
    if let Some(files) = one.own.as_ref().map(own) {
        lines.push(OWN.to_owned());
        lines.extend(changes(files));
    }
    lines
}

fn workloads(workloads: &Workloads) -> Vec<String> {
    match workloads {
        Workloads::Known(all) => {
            let told = |one: &MovedWorkload| {
                let text = format!("{} {}{}", one.identity.kind, one.identity.name, happens(one));
                Shown(&text).to_string()
            };
            all.iter().map(told).collect()
        }
        Workloads::Unknown(why) => vec![format!("which pods is not known: {}", Shown(why))],
    }
}

fn sources(all: &[SourceChange]) -> Vec<String> {
    let of = |one: &SourceChange| {
        let text = format!("{}  {}", one.label, fared(one));
        let mut lines = vec![Shown(text.trim_end()).to_string()];
        lines.extend(changes(&one.files));
        lines
    };
    all.iter().flat_map(of).collect()
}

fn changes(files: &[FileChange]) -> Vec<String> {
    let one = |change: &FileChange| {
        let style = match change.fate {
            Fate::Added => AnsiColor::Green.on_default(),
            Fate::Removed => AnsiColor::Red.on_default(),
            Fate::Edited | Fate::Renamed => AnsiColor::Yellow.on_default(),
        };
        format!("  {style}{:<7}{style:#}  {}", change.fate.word(), Shown(&file(change)))
    };
    let mut lines: Vec<String> = files.iter().take(FILES).map(one).collect();
    if files.len() > FILES {
        lines.push(format!("  and {} more", counted(files.len() - FILES, "file")));
    }
    lines
}

/// What it comes to.
fn summary(view: DiffView<'_>) -> String {
    let diff = view.diff;
    let mut parts = vec![answer(view).join(", ")];
    parts.push(format!("{} unchanged", diff.unchanged));
    if !diff.renders {
        parts.push(NOT_RENDERED.to_owned());
    }
    let unreached: Vec<String> =
        diff.unreached.iter().map(|file| format!("`{}`", Shown(file.as_str()))).collect();
    match unreached.len() {
        0 => {}
        1 => parts.push(format!("1 changed file reaches no release: {}", unreached.concat())),
        several => {
            parts.push(format!("{several} changed files reach no release: {}", listed(&unreached, NAMED)));
        }
    }
    parts.join("; ")
}

//! A comparison as a comment on a pull request: the answer first, then dangers, then what restarts and why.

use camino::Utf8Path;

use super::DiffView;
use super::words::{OWN, answer, because, changed_by, failure, file, keeps, lost, release, source, workload};
use crate::cli::Flavour;
use crate::diagnostic::Diagnostic;
use crate::diff::{FileChange, Lost, Restarting, SourceChange, Workloads};
use crate::report::markdown::{Bounded, Markdown, Section};
use crate::text::{Place, counted, relative};

/// How many workloads or reasons a cell names.
const NAMED: usize = 4;

/// How many files are listed of a source.
const FILES: usize = 50;

/// The document. No name can add an element to it, and it is no longer than a comment on GitHub may be: details are left out first, then
/// rows; the title and the dangers stay.
#[must_use]
pub(crate) fn markdown(view: DiffView<'_>, directory: &Utf8Path) -> String {
    let mut document = Bounded::new(head(view));
    if failure(view).is_some() {
        return document.section(errors(view, directory)).section(reproduce(view)).into_string();
    }
    document = document.section(dangers(view));
    if !view.quiet {
        document = document.section(stale(view));
    }
    document = document.section(findings(view, directory));
    if !view.quiet {
        for section in
            [restarts(view), held(view), others(view), details(view), unreached(view), reproduce(view)]
        {
            document = document.section(section);
        }
    }
    document.into_string()
}

/// The marker by which the comment is found again, and the answer.
fn head(view: DiffView<'_>) -> Markdown {
    let title = match failure(view) {
        Some(failure) => failure,
        None => answer(view).join(" · "),
    };
    let head = match view.flavour {
        Flavour::Plain => Markdown::default(),
        Flavour::Github | Flavour::Gitlab => {
            Markdown::new("<!-- helmsum:diff:").then(&Markdown::word(view.environment)).markup(" -->\n")
        }
    };
    head.markup("## ").text(&title).markup("\n")
}

fn one_line(line: Markdown) -> Section {
    Section { open: Markdown::default(), items: vec![line], close: "", what: ["line", "lines"] }
}

/// What keeps old data, each with what brings the restart about.
fn dangers(view: DiffView<'_>) -> Section {
    let item = |one: &crate::diff::Unnoticed| {
        Markdown::new("- ")
            .code(&release(&one.named, view))
            .markup(": ")
            .text(&keeps_as_code(one))
            .markup("\n  - ")
            .text(&changed_by(one))
            .markup(", read as ")
            .text(&one.how)
            .markup("\n  - fix: ")
            .text(&one.fix)
            .markup("\n")
    };
    Section {
        open: Markdown::new("\n### Does not notice its change\n\n"),
        items: view.diff.unnoticed.iter().map(item).collect(),
        close: "",
        what: ["workload that does not notice its change", "workloads that do not notice their change"],
    }
}

fn keeps_as_code(one: &crate::diff::Unnoticed) -> String {
    let code = |name: &str| format!("`{name}`");
    keeps(one)
        .replacen(&format!(" {} ", one.workload.name), &format!(" {} ", code(&one.workload.name)), 1)
        .trim_end_matches(one.name.as_str())
        .to_owned()
        + &code(&one.name)
}

/// Targets that are out of date.
fn stale(view: DiffView<'_>) -> Section {
    let items = match view.diff.stale.len() {
        0 => Vec::new(),
        count => {
            let verb = if count == 1 { "is" } else { "are" };
            let line = format!("{} {verb} out of date: run {}", counted(count, "target"), view.report.again);
            vec![Markdown::new("\n").text(&line).markup("\n")]
        }
    };
    Section { open: Markdown::default(), items, close: "", what: ["line", "lines"] }
}

/// Findings that stand in no other part.
fn findings(view: DiffView<'_>, directory: &Utf8Path) -> Section {
    let said = view.report.said();
    let own = said.iter().filter(|one| one.code().is_some_and(|code| !code.is_of_diff()));
    Section {
        open: Markdown::new("\n### Findings\n\n"),
        items: own.map(|one| said_of(one, directory)).collect(),
        close: "",
        what: ["finding", "findings"],
    }
}

fn errors(view: DiffView<'_>, directory: &Utf8Path) -> Section {
    let said = view.report.said();
    Section {
        open: Markdown::new("\n"),
        items: said.iter().map(|one| said_of(one, directory)).collect(),
        close: "",
        what: ["message", "messages"],
    }
}

fn said_of(one: &Diagnostic, directory: &Utf8Path) -> Markdown {
    let mut item = Markdown::new("- ").text(&one.message).markup("\n");
    if let Some(place) = &one.place {
        let place = Place { file: relative(&place.file, directory), ..place.clone() };
        item = item.markup("  - where: ").code(&place.to_string()).markup("\n");
    }
    match &one.hint {
        Some(hint) => item.markup("  - fix: ").text(hint).markup("\n"),
        None => item,
    }
}

/// What restarts, on which pods, because of what.
fn restarts(view: DiffView<'_>) -> Section {
    let first = view.diff.first.iter().map(|one| (one, true));
    let rows = view.diff.restarts.iter().map(|one| (one, false)).chain(first);
    let row = |(one, is_first): (&Restarting, bool)| {
        let mut reasons = because(one);
        if is_first {
            reasons.push("its first checksum".to_owned());
        }
        Markdown::new("| ")
            .code(&release(&one.named, view))
            .markup(" | ")
            .text(&pods(&one.workloads))
            .markup(" | ")
            .text(&shortened(&reasons, "reason"))
            .markup(" |\n")
    };
    Section {
        open: Markdown::new("\n| restarts | pods | because |\n|---|---|---|\n"),
        items: rows.map(row).collect(),
        close: "",
        what: ["release", "releases"],
    }
}

/// Some of what is listed, and how much there is beside it.
fn shortened(all: &[String], noun: &str) -> String {
    let mut text = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    if all.len() > NAMED {
        text = format!("{text}; and {} more", counted(all.len() - NAMED, noun));
    }
    text
}

fn pods(workloads: &Workloads) -> String {
    match workloads {
        Workloads::Known(all) => shortened(&all.iter().map(workload).collect::<Vec<_>>(), "workload"),
        Workloads::Unknown(why) => format!("not known: {why}"),
    }
}

fn held(view: DiffView<'_>) -> Section {
    let row = |one: &crate::diff::Waiting| {
        let since = one.since.clone().unwrap_or_default();
        let mut row = Markdown::new("| ").code(&release(&one.named, view)).markup(" | ").text(&one.reason);
        row = row.markup(" | ").code(&since).markup(" | ");
        row.text(&one.until.clone().unwrap_or_default()).markup(" |\n")
    };
    Section {
        open: Markdown::new("\n| held | why | since | until |\n|---|---|---|---|\n"),
        items: view.diff.held.iter().map(row).collect(),
        close: "",
        what: ["release that is held", "releases that are held"],
    }
}

/// What comes, goes, and is not compared.
fn others(view: DiffView<'_>) -> Section {
    let row = |name: &str, what: &str| Markdown::new("| ").code(name).markup(" | ").text(what).markup(" |\n");
    let diff = view.diff;
    let mut items: Vec<Markdown> = diff
        .uncompared
        .iter()
        .map(|one| row(&release(&one.named, view), &format!("not compared: {}", one.why)))
        .collect();
    items.extend(diff.new.iter().map(|one| row(&release(one, view), "new")));
    items.extend(diff.gone.iter().map(|one| {
        let what = match &one.what {
            Lost::Release => lost(&one.what),
            Lost::Checksum(workloads) => format!("{}: {}", lost(&one.what), pods(workloads)),
        };
        row(&release(&one.named, view), &what)
    }));
    Section {
        open: Markdown::new("\n| release | |\n|---|---|\n"),
        items,
        close: "",
        what: ["release", "releases"],
    }
}

/// Which files moved what, folded where the reader can.
fn details(view: DiffView<'_>) -> Section {
    let all = view.diff.restarts.iter().chain(&view.diff.first);
    let with_files = all
        .filter(|one| !one.sources.is_empty() || one.own.as_ref().is_some_and(|own| !own.files.is_empty()));
    let item = |one: &Restarting| {
        let mut item = Markdown::new("- ").code(&release(&one.named, view)).markup("\n");
        for change in &one.sources {
            item = listed_source(item, change);
        }
        if let Some(own) = one.own.as_ref().filter(|own| !own.files.is_empty()) {
            item = files(item.markup("  - ").text(OWN).markup("\n"), &own.files);
        }
        item
    };
    let (open, close) = match view.flavour {
        Flavour::Plain => ("\n### Files\n\n", ""),
        Flavour::Github | Flavour::Gitlab => ("\n<details>\n<summary>Files</summary>\n\n", "\n</details>\n"),
    };
    Section {
        open: Markdown::new(open),
        items: with_files.map(item).collect(),
        close,
        what: ["release with its files", "releases with their files"],
    }
}

fn listed_source(item: Markdown, change: &SourceChange) -> Markdown {
    let name = source(change);
    let (label, rest) = name.split_at(change.label.len().min(name.len()));
    files(item.markup("  - ").code(label).text(rest).markup("\n"), &change.files)
}

fn files(mut item: Markdown, changes: &[FileChange]) -> Markdown {
    for change in changes.iter().take(FILES) {
        item = item.markup("    - ").text(change.fate.word()).markup(" ").code(&file(change)).markup("\n");
    }
    if changes.len() > FILES {
        let more = format!("and {} more", counted(changes.len() - FILES, "file"));
        item = item.markup("    - ").text(&more).markup("\n");
    }
    item
}

fn unreached(view: DiffView<'_>) -> Section {
    let files = view.diff.unreached.iter().map(|file| Markdown::new("- ").code(file.as_str()).markup("\n"));
    let noun = if view.diff.unreached.len() == 1 { "changed file reaches" } else { "changed files reach" };
    let title = format!("{} {noun} no release", view.diff.unreached.len());
    let (open, close) = match view.flavour {
        Flavour::Plain => (Markdown::new("\n").text(&title).markup(":\n\n"), ""),
        Flavour::Github | Flavour::Gitlab => {
            (Markdown::new("\n<details>\n<summary>").text(&title).markup("</summary>\n\n"), "\n</details>\n")
        }
    };
    Section { open, items: files.collect(), close, what: ["file", "files"] }
}

/// What was compared, and the command that does it once more.
fn reproduce(view: DiffView<'_>) -> Section {
    let mut line = Markdown::new("\n");
    if let Some(compared) = view.compared.filter(|_| failure(view).is_none()) {
        line = line.text(&format!("Compared {}", compared.told()));
        line = line.text(&format!("; {} unchanged; the cluster was not asked. ", view.diff.unchanged));
    }
    one_line(line.markup("Once more: ").code(view.command).markup("\n"))
}

//! A comparison as a comment on a pull request: the answer first, then dangers, then what restarts and why.

use camino::Utf8Path;

use super::DiffView;
use super::dangers::{self, names};
use super::words::{
    NOT_RENDERED, OWN, answer, briefly, failure, fared, file, happens, lost, other_workloads, own, release,
};
use crate::cli::Flavour;
use crate::diagnostic::{Code, Diagnostic, Kind};
use crate::diff::{FileChange, Lost, MovedWorkload, Named, Restarting, SourceChange, Waiting, Workloads};
use crate::report::markdown::{Bounded, Markdown, Section, shortened};
use crate::text::{Place, counted, relative};

/// How many workloads or reasons a cell names.
const NAMED: usize = 4;

/// How many files are listed of a source.
const FILES: usize = 50;

/// How much of a title is kept, in characters.
const TITLE: usize = 300;

/// How much of a message or a hint is kept, in characters.
const MESSAGE: usize = 2_000;

/// The longest command that is shown, in characters.
const COMMAND: usize = 2_000;

/// The document. No name can add an element to it, and it is no longer than a comment on GitHub may be: details are left out first, then
/// rows, and of dangers the fix; the title and the last lines stay.
#[must_use]
pub(crate) fn markdown(view: DiffView<'_>, directory: &Utf8Path) -> String {
    let mut document = Bounded::new(head(view));
    if failure(view).is_some() {
        return document.ending(reproduce(view)).section(errors(view, directory)).into_string();
    }
    if !view.quiet {
        document = document.ending(reproduce(view));
    }
    document = dangers::add(document, view).section(findings(view, directory));
    if !view.quiet {
        for section in [
            stale(view),
            restarts(view),
            held(view),
            others(view),
            notes(view),
            details(view),
            unreached(view),
        ] {
            document = document.section(section);
        }
    }
    document.into_string()
}

/// The marker by which the comment is found again, and the answer.
fn head(view: DiffView<'_>) -> Markdown {
    let title = match failure(view) {
        Some(failure) => shortened(&failure, TITLE),
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

/// Paragraphs of one line each.
fn lines(items: Vec<Markdown>) -> Section {
    Section { open: Markdown::default(), items, close: "", what: ["line", "lines"] }
}

/// Targets that are out of date.
fn stale(view: DiffView<'_>) -> Section {
    let stale = &view.diff.stale;
    let verb = if stale.len() == 1 { " is" } else { " are" };
    let line = || {
        Markdown::new("\n")
            .text(&counted(stale.len(), "target"))
            .markup(verb)
            .markup(" out of date: ")
            .then(&names(stale))
            .markup("; run ")
            .text(&view.report.again)
            .markup("\n")
    };
    lines(if stale.is_empty() { Vec::new() } else { vec![line()] })
}

/// Findings that stand in no other part.
fn findings(view: DiffView<'_>, directory: &Utf8Path) -> Section {
    let said = view.report.said();
    let is_danger = |code: Code| matches!(code, Code::UnnoticedChange | Code::ImmutableChange);
    let is_elsewhere = |code: Code| is_danger(code) || code.is_of_diff() && !view.quiet;
    let own = said.iter().filter(|one| one.code().is_some_and(|code| !is_elsewhere(code)));
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
    let mut item = Markdown::new("- ").text(&shortened(&one.message, MESSAGE)).markup("\n");
    if let Some(place) = &one.place {
        let place = Place { file: relative(&place.file, directory), ..place.clone() };
        item = item.markup("  - where: ").code(&place.to_string()).markup("\n");
    }
    match &one.hint {
        Some(hint) => item.markup("  - fix: ").text(&shortened(hint, MESSAGE)).markup("\n"),
        None => item,
    }
}

/// What restarts, on which pods, because of what.
fn restarts(view: DiffView<'_>) -> Section {
    let first = view.diff.first.iter().map(|one| (one, true));
    let rows = view.diff.restarts.iter().map(|one| (one, false)).chain(first);
    let row = |(one, is_first): (&Restarting, bool)| {
        Markdown::new("| ")
            .code(&release(&one.named, view))
            .markup(" | ")
            .then(&pods(&one.workloads))
            .markup(" | ")
            .then(&because(one, is_first))
            .markup(" |\n")
    };
    Section {
        open: Markdown::new("\n| restarts | pods | because |\n|---|---|---|\n"),
        items: rows.map(row).collect(),
        close: "",
        what: ["release that restarts", "releases that restart"],
    }
}

/// Why the pods of a release restart, in a few words.
fn because(one: &Restarting, is_first: bool) -> Markdown {
    let of_source = |source: &SourceChange| Markdown::default().code(&source.label).text(&briefly(source));
    let first = is_first.then(|| Markdown::new("its first checksum"));
    let own = one.own.as_ref().map(|_| Markdown::new(OWN));
    let reasons: Vec<Markdown> =
        first.into_iter().chain(one.sources.iter().map(of_source)).chain(own).collect();
    some(&reasons, "reason")
}

/// The first of some pieces, and how many more there are.
fn some(all: &[Markdown], noun: &str) -> Markdown {
    let mut list = Markdown::default();
    for (index, piece) in all.iter().take(NAMED).enumerate() {
        list = list.markup(if index > 0 { "; " } else { "" }).then(piece);
    }
    match all.len().saturating_sub(NAMED) {
        0 => list,
        more => list.markup("; and ").text(&counted(more, &format!("more {noun}"))),
    }
}

fn pods(workloads: &Workloads) -> Markdown {
    let told = |one: &MovedWorkload| {
        let name = Markdown::default().text(&one.identity.kind).markup(" ").code(&one.identity.name);
        name.text(&happens(one))
    };
    match workloads {
        Workloads::Known(all) => some(&all.iter().map(told).collect::<Vec<_>>(), "workload"),
        Workloads::Unknown(why) => Markdown::new("not known: ").text(why),
    }
}

fn held(view: DiffView<'_>) -> Section {
    let row = |one: &Waiting| {
        let mut row = Markdown::new("| ").code(&release(&one.named, view)).markup(" | ").text(&one.reason);
        if let Some(since) = &one.since {
            row = row.markup("; since ").code(since);
        }
        if let Some(until) = &one.until {
            row = row.markup("; until ").text(until);
        }
        row.markup(" |\n")
    };
    Section {
        open: Markdown::new("\n| held | because |\n|---|---|\n"),
        items: view.diff.held.iter().map(row).collect(),
        close: "",
        what: ["release that is held", "releases that are held"],
    }
}

/// What comes, goes, and is not compared.
fn others(view: DiffView<'_>) -> Section {
    let row = |named: &Named, what: Markdown| {
        Markdown::new("| ").code(&release(named, view)).markup(" | ").then(&what).markup(" |\n")
    };
    let diff = view.diff;
    let uncompared = diff.uncompared.iter().map(|one| {
        let why = Markdown::new("not compared: ").text(&one.why);
        let hint = one.hint.as_ref().map(|hint| Markdown::new("; ").text(hint));
        row(&one.named, why.then(&hint.unwrap_or_default()))
    });
    let new = diff.new.iter().map(|one| row(one, Markdown::new("new")));
    let workloads =
        diff.workloads.iter().map(|one| row(&one.named, Markdown::default().text(&other_workloads(one))));
    let gone = diff.gone.iter().map(|one| {
        let what = Markdown::new(lost(&one.what));
        let what = match &one.what {
            Lost::Release => what,
            Lost::Checksum(workloads) => what.markup(": ").then(&pods(workloads)),
        };
        row(&one.named, what)
    });
    Section {
        open: Markdown::new("\n| other releases | |\n|---|---|\n"),
        items: uncompared.chain(workloads).chain(new).chain(gone).collect(),
        close: "",
        what: ["other release", "other releases"],
    }
}

/// What a reader may wonder about.
fn notes(view: DiffView<'_>) -> Section {
    let said = view.report.said();
    let notes = said.iter().filter(|one| one.kind == Kind::Note);
    lines(
        notes
            .map(|one| Markdown::new("\nNote: ").text(&shortened(&one.message, MESSAGE)).markup("\n"))
            .collect(),
    )
}

/// Which files moved what, or would, folded where the reader can.
fn details(view: DiffView<'_>) -> Section {
    let all = view.diff.restarts.iter().chain(&view.diff.first);
    let moving = all.map(|one| (&one.named, &one.sources[..], one.own.as_ref().map_or(&[][..], own)));
    let waiting = view.diff.held.iter().map(|one| (&one.named, &one.sources[..], &[][..]));
    let item = |(named, sources, own): (&Named, &[SourceChange], &[FileChange])| {
        let mut item = Markdown::new("- ").code(&release(named, view)).markup("\n");
        for source in sources {
            item = item.markup("  - ").code(&source.label);
            let fared = fared(source);
            item = if fared.is_empty() { item } else { item.markup(", ").text(&fared) };
            item = files(item.markup("\n"), &source.files);
        }
        if own.is_empty() { item } else { files(item.markup("  - ").markup(OWN).markup("\n"), own) }
    };
    let told = moving.chain(waiting).filter(|(_, sources, own)| !sources.is_empty() || !own.is_empty());
    let (open, close) = match view.flavour {
        Flavour::Plain => ("\n### Files\n\n", ""),
        Flavour::Github | Flavour::Gitlab => ("\n<details>\n<summary>Files</summary>\n\n", "\n</details>\n"),
    };
    Section {
        open: Markdown::new(open),
        items: told.map(item).collect(),
        close,
        what: ["release with its files", "releases with their files"],
    }
}

fn files(mut item: Markdown, changes: &[FileChange]) -> Markdown {
    for change in changes.iter().take(FILES) {
        item = item.markup("    - ").markup(change.fate.word()).markup(" ").code(&file(change)).markup("\n");
    }
    match changes.len().saturating_sub(FILES) {
        0 => item,
        more => item.markup("    - and ").text(&counted(more, "more file")).markup("\n"),
    }
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
fn reproduce(view: DiffView<'_>) -> Markdown {
    let mut line = Markdown::default();
    if let Some(compared) = view.compared.filter(|_| failure(view).is_none()) {
        let told = shortened(&compared.told(), MESSAGE);
        line = line.markup("\nCompared ").text(&told);
        line = line.text(&format!("; {} unchanged; the cluster was not asked", view.diff.unchanged));
        if !view.diff.renders {
            line = line.markup("; ").markup(NOT_RENDERED);
        }
        line = line.markup("\n");
    }
    // Half of a command is none.
    if view.command.chars().count() > COMMAND {
        return line;
    }
    line.markup("\nOnce more: ").code(view.command).markup("\n")
}

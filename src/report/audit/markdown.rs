//! An audit as a document for a pull request or the summary of a job: the answer first, then what is wrong, then what was looked at.

use camino::Utf8Path;

use super::AuditView;
use super::counts::{Counts, found, verdict};
use super::proof::proved;
use crate::audit::{Audited, Reading};
use crate::diagnostic::{Diagnostic, Level};
use crate::report::manual::{Explained, plain};
use crate::report::markdown::{Bounded, Markdown, Section, shortened};
use crate::text::{Place, counted, relative};

/// How much of a message is kept, in characters, where there is no room for all of them.
const SHORT: usize = 500;

/// How much of a line of a file is shown, in characters.
const LINE: usize = 200;

/// The document. No name can add an element to it, and it is no longer than a comment on GitHub may be: the readings are left out first,
/// then releases, then what is no error, and of errors the line and the fix.
#[must_use]
pub(crate) fn markdown(view: AuditView<'_>, directory: &Utf8Path) -> String {
    let counts = Counts::of(view.audit);
    let title = Markdown::new("<!-- helmsum:audit -->\n## helmsum audit: ").text(&title(view, &counts));
    let mut document = Bounded::new(title.markup("\n"));
    if !view.quiet {
        document = document.section(lines(view, &counts));
    }
    let said = view.report.said();
    let (denied, rest): (Vec<&Diagnostic>, Vec<&Diagnostic>) = said.iter().partition(|one| one.is_denied());
    let mut dangers = findings(&denied, Form::Full, directory);
    if !document.takes(&dangers) {
        dangers = findings(&denied, Form::Short, directory);
    }
    let rest: Vec<&Diagnostic> = rest.into_iter().filter(|one| one.code().is_some() || !view.quiet).collect();
    for section in dangers.into_iter().chain(findings(&rest, Form::Full, directory)) {
        document = document.section(section);
    }
    if !view.quiet {
        document = document.section(releases(view)).section(readings(view, &counts));
    }
    document.into_string()
}

/// The answer in a line.
fn title(view: AuditView<'_>, counts: &Counts) -> String {
    let found = found(view.report);
    if view.report.nothing_matched {
        "nothing matched".to_owned()
    } else if counts.is_blind() && counts.failed == 0 {
        "nothing was looked at, no chart is at hand".to_owned()
    } else if counts.is_blind() {
        "nothing was looked at".to_owned()
    } else if counts.releases == 0 {
        found
    } else {
        format!("{found} in {} of {}", counts.looked, counted(counts.releases, "release"))
    }
}

/// What was looked at, and why nothing is said about the rest.
fn lines(view: AuditView<'_>, counts: &Counts) -> Section {
    let mut items = Vec::new();
    if let Some(fetch) = &view.audit.fetch {
        items.push(Markdown::new("\nThis fetches the charts: ").code(fetch).markup("\n"));
    }
    let looked = format!("{} of {} looked at", counts.looked, counted(counts.releases, "release"));
    let unseen = counts.unseen().map(|why| format!("; {} not: {why}", counts.lacking + counts.failed));
    items.push(Markdown::new("\n").text(&format!("{looked}{}", unseen.unwrap_or_default())).markup("\n"));
    if let Some(proof) = view.proof {
        items.push(Markdown::new("\n").text(&proved(proof)).markup("\n"));
    }
    if let Some(reasons) = counts.reasons() {
        let reasons = format!("{}: {reasons}", counted(counts.readings, "reading"));
        items.push(Markdown::new("\n").text(&reasons).markup("\n"));
    }
    Section { open: Markdown::default(), items, close: "", what: ["line", "lines"] }
}

/// How much is said of a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// What, where, why, and the fix.
    Full,
    /// What and where.
    Short,
}

/// Findings, errors and notes, those of a code together.
fn findings(said: &[&Diagnostic], form: Form, directory: &Utf8Path) -> Vec<Section> {
    let mut groups: Vec<(Level, Option<&str>, Section)> = Vec::new();
    for one in said {
        let (level, code) = (one.level, one.kind.code());
        let item = item(one, form, directory);
        match groups.iter_mut().find(|(known, of, _)| (*known, *of) == (level, code)) {
            Some((_, _, section)) => section.items.push(item),
            None => groups.push((level, code, Section { items: vec![item], ..heading(one, form) })),
        }
    }
    groups.into_iter().map(|(_, _, section)| section).collect()
}

fn heading(one: &Diagnostic, form: Form) -> Section {
    let (word, what) = match one.level {
        Level::Deny => ("\n### error", ["error", "errors"]),
        Level::Warn => ("\n### warning", ["warning", "warnings"]),
        Level::Note | Level::Allow => ("\n### note", ["note", "notes"]),
    };
    let mut open = Markdown::new(word);
    if let Some(code) = one.kind.code() {
        open = open.markup(": ").code(code);
    }
    open = open.markup("\n\n");
    if let (Some(code), Form::Full) = (one.code(), form) {
        open = open.text(&plain(Explained::of(code).why)).markup("\n\n");
    }
    Section { open, items: Vec::new(), close: "", what }
}

fn item(one: &Diagnostic, form: Form, directory: &Utf8Path) -> Markdown {
    let message = if form == Form::Full { one.message.clone() } else { shortened(&one.message, SHORT) };
    let mut item = Markdown::new("- ").text(&message).markup("\n");
    if let Some(place) = &one.place {
        let place = Place { file: relative(&place.file, directory), ..place.clone() };
        item = item.markup("  - where: ").code(&place.to_string());
        let line = one.excerpt.as_ref().and_then(|excerpt| excerpt.lines().lines().next()).map(str::trim);
        if let Some(line) = line.filter(|line| !line.is_empty() && form == Form::Full) {
            item = item.markup(": ").code(&shortened(line, LINE));
        }
        item = item.markup("\n");
    }
    match one.hint.as_ref().filter(|_| form == Form::Full) {
        Some(hint) => item.markup("  - fix: ").text(hint).markup("\n"),
        None => item,
    }
}

/// Every release with what came of it.
fn releases(view: AuditView<'_>) -> Section {
    let several = view.report.environments.len() > 1;
    let open = Markdown::new("\n### What was looked at\n\n").markup(if several {
        "| release | environment | looked at | readings |\n|---|---|---|---|\n"
    } else {
        "| release | looked at | readings |\n|---|---|---|\n"
    });
    let row = |release: &Audited| {
        let is_of = |reading: &&Reading| {
            (&reading.release, &reading.environment) == (&release.id, &release.environment)
        };
        let counts = Counts::count([release], view.audit.readings.iter().filter(is_of));
        let mut row = Markdown::new("| ").code(&release.id).markup(" | ");
        if several {
            row = row.code(&release.environment).markup(" | ");
        }
        let looked = match &release.why_not {
            None => "yes".to_owned(),
            Some(why) => format!("no: {}", shortened(&why.message, LINE)),
        };
        row.text(&looked).markup(" | ").text(&counts.reasons().unwrap_or_default()).markup(" |\n")
    };
    let items = view.audit.releases.iter().map(row).collect();
    Section { open, items, close: "", what: ["release", "releases"] }
}

/// Every reading with what there is to say about it, folded.
fn readings(view: AuditView<'_>, counts: &Counts) -> Section {
    let several = view.report.environments.len() > 1;
    let open = Markdown::new("\n<details>\n<summary>").text(&counted(counts.readings, "reading"));
    let open = open.markup("</summary>\n\n").markup(if several {
        "| release | environment | workload | reads | how | |\n|---|---|---|---|---|---|\n"
    } else {
        "| release | workload | reads | how | |\n|---|---|---|---|---|\n"
    });
    let row = |reading: &Reading| {
        let mut row = Markdown::new("| ").code(&reading.release).markup(" | ");
        if several {
            row = row.code(&reading.environment).markup(" | ");
        }
        row.text(&reading.workload.kind)
            .markup(" ")
            .code(&reading.workload.name)
            .markup(" | ")
            .text(reading.kind.name())
            .markup(" ")
            .code(&reading.name)
            .markup(" | ")
            .text(&reading.how)
            .markup(" | ")
            .text(&verdict(&reading.verdict))
            .markup(" |\n")
    };
    let items = view.audit.readings.iter().map(row).collect();
    Section { open, items, close: "\n</details>\n", what: ["reading", "readings"] }
}

//! What cannot be deployed, and what keeps old data, as parts of a comment.

use super::words::{NAMED, keeps, makers, release};
use super::{DiffView, Fix};
use crate::cli::Flavour;
use crate::diff::{Refused, Unnoticed};
use crate::report::markdown::{Bounded, Markdown, Section};

/// Adds what Kubernetes refuses, and every workload that keeps old data with what brings the restart about: with less about each where there is no room for all.
pub(super) fn add(document: Bounded, view: DiffView<'_>) -> Bounded {
    let document = document.section(refused(view));
    let mut full = vec![section(view, full)];
    full.extend(view.fix.and_then(|fix| patch(fix, view)));
    if !document.takes(&full) {
        full.truncate(1);
    }
    if !document.takes(&full) {
        full = vec![section(view, short)];
    }
    full.into_iter().fold(document, Bounded::section)
}

/// The fix as a patch, folded where the reader can; nothing where it cannot be shown as it is.
fn patch(fix: &Fix, view: DiffView<'_>) -> Option<Section> {
    let title = |open: Markdown| {
        let open =
            open.markup("It wires ").then(&names(&fix.releases)).markup(": give it to ").code("git apply");
        open.markup(", then run ").text(&view.report.again).markup(":\n\n")
    };
    let (open, close) = match view.flavour {
        Flavour::Plain => ("\n### The fix as a patch\n\n", ""),
        Flavour::Github | Flavour::Gitlab => {
            ("\n<details>\n<summary>The fix as a patch</summary>\n\n", "\n</details>\n")
        }
    };
    let open = title(Markdown::new(open));
    let items = vec![Markdown::default().lines("diff", &fix.patch)?];
    Some(Section { open, items, close, what: ["patch", "patches"] })
}

/// What Kubernetes does not let change.
fn refused(view: DiffView<'_>) -> Section {
    let item = |one: &Refused| {
        Markdown::new("- ")
            .code(&release(&one.named, view))
            .markup(": ")
            .markup(one.kind)
            .markup(" ")
            .code(&one.name)
            .markup(" is immutable, and ")
            .markup(one.change.words())
            .markup("\n  - fix: ")
            .text(&one.fix())
            .markup("\n")
    };
    Section {
        open: Markdown::new("\n### Cannot be deployed\n\n"),
        items: view.diff.refused.iter().map(item).collect(),
        close: "",
        what: ["object that cannot change", "objects that cannot change"],
    }
}

fn section(view: DiffView<'_>, form: fn(&Unnoticed, DiffView<'_>) -> Markdown) -> Section {
    let unnoticed = &view.diff.unnoticed;
    let heading = match unnoticed[..] {
        [_] => "\n### Does not notice its change\n\n",
        _ => "\n### Do not notice their change\n\n",
    };
    Section {
        open: Markdown::new(heading),
        items: unnoticed.iter().map(|one| form(one, view)).collect(),
        close: "",
        what: ["workload that does not notice its change", "workloads that do not notice their change"],
    }
}

/// Which workload keeps which object.
fn short(one: &Unnoticed, view: DiffView<'_>) -> Markdown {
    Markdown::new("- ")
        .code(&release(&one.named, view))
        .markup(": ")
        .text(&one.workload.kind)
        .markup(" ")
        .code(&one.workload.name)
        .markup(" ")
        .markup(keeps(one))
        .markup(" ")
        .markup(one.kind)
        .markup(" ")
        .code(&one.name)
        .markup("\n")
}

/// The same with who changed it, how it is read, and the fix.
fn full(one: &Unnoticed, view: DiffView<'_>) -> Markdown {
    let by = match makers(one) {
        [] => Markdown::new("the release itself"),
        makers => names(makers),
    };
    short(one, view)
        .markup("  - changed by ")
        .then(&by)
        .markup("; read as ")
        .text(&one.how)
        .markup("\n  - fix: ")
        .text(&one.fix)
        .markup("\n")
}

/// The first of some names, and how many more there are.
pub(super) fn names(all: &[String]) -> Markdown {
    let mut list = Markdown::default();
    for (index, name) in all.iter().take(NAMED).enumerate() {
        list = list.markup(if index > 0 { ", " } else { "" }).code(name);
    }
    match all.len().saturating_sub(NAMED) {
        0 => list,
        more => list.markup(" and ").text(&format!("{more} more")),
    }
}

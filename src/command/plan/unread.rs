//! The finding unread-directive: directives where nobody reads them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::values::ValuesFiles;
use crate::finding::{Code, Finding};
use crate::source;
use crate::state::{EntryContent, EntryKind, EntrySource, Visit};
use crate::text::join_clean;
use crate::tree::Tree;

/// Looks for directives in everything around the values files of a visit. `read` are the values files of its releases.
pub(super) fn unread_directives(
    tree: &dyn Tree,
    visit: &Visit,
    files: &ValuesFiles<'_>,
    read: &BTreeSet<Utf8PathBuf>,
) -> Vec<Finding> {
    let mut looked_at: BTreeSet<Utf8PathBuf> = read.clone();
    let mut findings = Vec::new();
    let mut look = |file: &Utf8Path, title: &str| {
        if looked_at.insert(file.to_owned())
            && let Ok(bytes) = tree.read(file)
        {
            findings.extend(source::unread(&bytes).into_iter().map(|line| finding(file, line, title)));
        }
    };
    look(&visit.file, "a state file");
    for base in &visit.bases {
        look(base, "a base");
    }
    for file in &visit.values_files {
        look(file, "state values");
    }
    for release in visit.releases.iter().filter(|release| release.deployed()) {
        let chart = &release.chart;
        if chart.starts_with('.') || chart.starts_with('/') {
            look(&join_clean(&visit.directory, chart).join("values.yaml"), "the values of a chart");
        }
        for entry in &release.secrets {
            if matches!(entry.content, EntryContent::Path(_))
                && let Ok(EntrySource::File(file)) =
                    visit.resolve_entry(tree, release, EntryKind::Secrets, entry)
            {
                look(&file, "`secrets`");
            }
        }
    }
    for file in read {
        let raw = files.raw(file);
        if let Some(text) = raw.text().filter(|_| raw.template && raw.may_declare) {
            let lines = source::in_template_comments(text);
            findings.extend(lines.into_iter().map(|line| finding(file, line, "a template comment")));
        }
    }
    findings
}

fn finding(file: &Utf8Path, line: usize, title: &str) -> Finding {
    Finding::new(Code::UnreadDirective, format!("a directive in {title} is read by nobody"))
        .hint(
            "move it to a file that the release lists under `values`, or write the comment without the colon",
        )
        .at(file, Some(line))
}

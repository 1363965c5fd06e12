//! The finding unread-directive: directives where nobody reads them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::join_clean;
use crate::plan::facts::values_files::ValuesFiles;
use crate::source;
use crate::state::{EntryContent, EntryKind, EntrySource, Visit};
use crate::template::{Defined, defined};
use crate::text::{Place, position};
use crate::tree::{Tree, glob};
use crate::value::Value;

/// Looks around the values files of every visit.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (environment, visited) in project.visits() {
        let visit = &environment.resolved.visits[visited.index];
        let tree = &*environment.request.tree;
        for finding in unread_directives(tree, visit, &environment.files, &visited.read) {
            findings.about_visit(environment, visited.index, finding);
        }
    }
}

/// Looks for directives in everything around the values files of a visit. `read` are the values files of its releases.
fn unread_directives(
    tree: &dyn Tree,
    visit: &Visit,
    files: &ValuesFiles,
    read: &BTreeSet<Utf8PathBuf>,
) -> Vec<Diagnostic> {
    let mut looked_at: BTreeSet<Utf8PathBuf> = read.clone();
    let mut findings = Vec::new();
    let mut look = |file: &Utf8Path, title: &str| {
        if looked_at.insert(file.to_owned())
            && let Ok(bytes) = tree.read_aside(file)
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
    for release in visit.releases.iter().filter(|release| release.deployed()) {
        let chartify = &release.helm.chartify;
        let lists = [&chartify.json_patches, &chartify.strategic_merge_patches, &chartify.transformers];
        for patch in lists.into_iter().flatten() {
            if let Value::Str(path) = patch
                && let Ok(EntrySource::File(file)) = visit.resolve_patch(tree, release, path)
            {
                look(&file, "a patch");
            }
        }
    }
    let mut folders: BTreeSet<&Utf8Path> = read.iter().filter_map(|file| file.parent()).collect();
    folders.insert(&visit.directory);
    for folder in folders {
        findings.extend(in_helpers(tree, folder, files, read));
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

/// Directives in the helpers of a folder that no values template there brings in, nor may bring in: a name that a template
/// computes could be any.
fn in_helpers(
    tree: &dyn Tree,
    folder: &Utf8Path,
    files: &ValuesFiles,
    read: &BTreeSet<Utf8PathBuf>,
) -> Vec<Diagnostic> {
    let mut helpers = Vec::new();
    for file in glob(tree, &folder.join("_*.tpl")).unwrap_or_default() {
        let text = tree.read_aside(&file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        // Where one is not a template, nothing in the folder can be rendered.
        let Some(text) = text else { continue };
        let Ok(defined) = defined(&text) else { continue };
        helpers.push((file, text, defined));
    }
    let declaring = |(_, text, _): &(Utf8PathBuf, String, Vec<Defined>)| source::may_declare(text.as_bytes());
    if !helpers.iter().any(declaring) {
        return Vec::new();
    }
    let mut open: Vec<Defined> = Vec::new();
    for file in read.iter().filter(|file| file.parent() == Some(folder)) {
        let raw = files.raw(file);
        if let Some(text) = raw.text().filter(|_| raw.template) {
            open.extend(defined(text).unwrap_or_default());
        }
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut any = false;
    while let Some(template) = open.pop() {
        any |= template.names_any;
        for name in template.named {
            let all = helpers.iter().flat_map(|(_, _, defined)| defined);
            let called: Vec<Defined> = all.filter(|one| one.name.as_ref() == Some(&name)).cloned().collect();
            if reached.insert(name) {
                open.extend(called);
            }
        }
    }
    let mut findings = Vec::new();
    for (file, text, defined) in &helpers {
        let unread = defined.iter().filter(|one| match &one.name {
            Some(name) => !any && !reached.contains(name),
            None => true,
        });
        let mut lines: Vec<usize> = unread
            .flat_map(|one| &one.texts)
            .flat_map(|(offset, piece)| {
                let first = position(text, *offset).0;
                source::lines_like_directives(piece).into_iter().map(move |line| first + line - 1)
            })
            .collect();
        lines.extend(source::in_template_comments(text));
        lines.sort_unstable();
        lines.dedup();
        let title = "a helper that no values file includes";
        findings.extend(lines.into_iter().map(|line| finding(file, line, title)));
    }
    findings
}

fn finding(file: &Utf8Path, line: usize, title: &str) -> Diagnostic {
    Diagnostic::finding(Code::UnreadDirective, format!("a directive in {title} is never read"))
        .hint(
            "move it to a file that the release lists under `values`, or use other words if it is not meant as a directive",
        )
        .at(Place::line(file, line))
}

//! The files of a local chart, as helm loads them (helm's `pkg/chart/loader/directory.go: LoadDir`,
//! `internal/sympath/walk.go`): links followed, `.helmignore` honoured.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::ignore::{self, Rules};
use super::producer::Producer;
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::tree::Kind;

/// How many names are looked at before a chart is taken for a mistake, such as a link to `/`.
const MOST_NAMES: usize = 200_000;

/// How deep directories may nest; links in a cycle reach it.
const DEEPEST: usize = 100;

/// The files of a directory by their names below it, with their absolute paths.
pub(super) type Files = BTreeMap<String, Utf8PathBuf>;

/// The files that helm loads from a chart's directory.
///
/// # Errors
///
/// Where helm would fail: rules it refuses, a dangling link, something that is not a regular file. And for links in a cycle, and
/// names that cannot be lines of a checksum.
pub(super) fn chart_files(producer: &Producer<'_>, chart: &Utf8Path) -> Result<Files, Diagnostic> {
    let path = chart.join(ignore::FILE);
    let rules = if producer.request.tree.stat(&path).is_ok() {
        Rules::parse(&producer.read(&path)?).map_err(|(line, message)| {
            producer.problem(&message).at(Place::line(&path, line)).hint("helm cannot load the chart either")
        })?
    } else {
        Rules::of_none()
    };
    let files = all_files(producer, chart, Some(&rules))?;
    if !files.contains_key("Chart.yaml") {
        let message = format!("`{path}` leaves out `Chart.yaml`, without which helm loads no chart");
        return Err(producer.problem(&message).at(Place::file(&path)));
    }
    Ok(files)
}

/// The files of a directory that is not a chart.
///
/// # Errors
///
/// As [`chart_files`], but for rules.
pub(super) fn plain_files(producer: &Producer<'_>, directory: &Utf8Path) -> Result<Files, Diagnostic> {
    all_files(producer, directory, None)
}

fn all_files(
    producer: &Producer<'_>,
    directory: &Utf8Path,
    rules: Option<&Rules>,
) -> Result<Files, Diagnostic> {
    let mut walk = Walk { producer, rules, files: Files::new(), names: 0 };
    walk.directory(directory, "", 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    producer: &'a Producer<'a>,
    rules: Option<&'a Rules>,
    files: Files,
    names: usize,
}

impl Walk<'_> {
    fn fail<T>(&self, path: &Utf8Path, message: &str) -> Result<T, Diagnostic> {
        Err(self.producer.problem(message).at(Place::file(path)))
    }

    fn directory(&mut self, path: &Utf8Path, below: &str, depth: usize) -> Result<(), Diagnostic> {
        if depth > DEEPEST {
            return self.fail(
                path,
                &format!("`{path}` nests more than {DEEPEST} directories, or has a cycle of links"),
            );
        }
        let entries = self.producer.request.tree.entries(path);
        let entries = entries.map_err(|error| self.producer.unreadable(path, &error))?;
        self.names += entries.len();
        if self.names > MOST_NAMES {
            return self.fail(path, &format!("the chart has more than {MOST_NAMES} files"));
        }
        for entry in entries {
            let Some(name) = entry.name.to_str() else {
                let shown = entry.name.to_string_lossy().into_owned();
                return self.fail(path, &format!("the name of `{shown}` is not UTF-8"));
            };
            let child = path.join(name);
            let name = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            self.entry(&child, name, entry.kind, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Utf8Path, name: String, kind: Kind, depth: usize) -> Result<(), Diagnostic> {
        let kind = if kind == Kind::Link {
            // helm follows a link before it looks at the rules.
            match self.producer.request.tree.stat(path) {
                Ok(stat) => stat.kind,
                Err(error) => return Err(self.producer.unreadable(path, &error)),
            }
        } else {
            kind
        };
        if self.rules.is_some_and(|rules| rules.ignores(&name, kind == Kind::Directory)) {
            return Ok(());
        }
        match kind {
            Kind::Directory => self.directory(path, &name, depth + 1),
            Kind::File if is_odd(&name) => self.fail(
                path,
                &format!("`{}` has a name that cannot be a line of a checksum", name.escape_debug()),
            ),
            Kind::File => {
                self.files.insert(name, path.to_owned());
                Ok(())
            }
            Kind::Link | Kind::Special => {
                self.fail(path, &format!("`{path}` is not a regular file, and helm refuses a chart with it"))
            }
        }
    }
}

/// Whether a name contains something that could make two lines of one, or a value of a comment.
fn is_odd(name: &str) -> bool {
    name.chars().any(|character| {
        character == '\\'
            || character.is_control()
            || matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    })
}

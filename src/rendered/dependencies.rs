//! The dependencies of a local chart: what `helm dependency build`, which helmfile runs before it uses the chart, makes of
//! them (helm's `pkg/downloader/manager.go`).
//!
//! What it downloads is told by the lock file, and what it packs from `file://` directories by what is in them. The packages
//! that it leaves in `charts/` say the same once more, but differ from run to run, so they do not count.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::chart::without_credentials;
use super::files::{Files, chart_files};
use super::options;
use super::piece::{Content, Piece};
use super::producer::Producer;
use super::reach::{Reach, is_read_by_helm};
use crate::diagnostic::Diagnostic;
use crate::go::filepath::join_clean;
use crate::state::Listed;
use crate::text::Place;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// A dependency that a chart declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// The name of the chart.
    pub(super) name: String,
    /// Where it comes from: a URL, the name of a repository, `file://…`, or nothing for what is in `charts/`.
    pub(super) repository: String,
    /// Its version, or what is allowed.
    pub(super) version: String,
}

impl Declared {
    /// The directory that it is packed from.
    pub(super) fn directory(&self, chart: &Utf8Path) -> Option<Utf8PathBuf> {
        self.repository.strip_prefix("file://").map(|path| join_clean(chart, path))
    }

    /// Whether `helm dependency build` has left this package, or would replace it.
    pub(super) fn is_package(&self, name: &str) -> bool {
        let version = name
            .strip_prefix("charts/")
            .and_then(|name| name.strip_prefix(self.name.as_str()))
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rest| rest.strip_suffix(".tgz"));
        version.is_some_and(|version| {
            let version = version.strip_prefix('v').unwrap_or(version);
            version.starts_with(|character: char| character.is_ascii_digit()) && !version.contains('/')
        })
    }
}

/// Whether helmfile or helm packs the dependencies of a local chart before it is used, whatever lies in its `charts`.
pub(super) fn are_built(producer: &Producer<'_>) -> bool {
    !producer.release.helm.skip_deps || options::update_dependencies(producer)
}

/// The dependencies that a chart declares in `Chart.yaml` or, of old, in `requirements.yaml`.
///
/// # Errors
///
/// Where helm could not read these files.
pub(super) fn declared(producer: &Producer<'_>, files: &Files) -> Result<Vec<Declared>, Diagnostic> {
    let mut found = Vec::new();
    for name in ["Chart.yaml", "requirements.yaml"] {
        let Some(path) = files.get(name) else { continue };
        found.extend(listed(producer, path)?);
    }
    Ok(found)
}

/// The dependencies with the versions that the lock file of a chart has for them.
///
/// # Errors
///
/// Where helm could not read the file.
pub(super) fn locked_versions(producer: &Producer<'_>, files: &Files) -> Result<Vec<Declared>, Diagnostic> {
    let path = files.get("Chart.lock").or_else(|| files.get("requirements.lock"));
    path.map_or(Ok(Vec::new()), |path| listed(producer, path))
}

/// What a lock file says of dependencies that are downloaded.
fn locked(producer: &Producer<'_>, path: &Utf8Path) -> Result<Option<Value>, Diagnostic> {
    let entries = listed(producer, path)?;
    let remote = entries.into_iter().filter(|entry| !entry.repository.starts_with("file://"));
    let entries: Vec<Value> = remote
        .map(|entry| {
            let fields = [
                ("name", entry.name),
                ("repository", without_credentials(&entry.repository)),
                ("version", entry.version),
            ];
            Value::from(fields.into_iter().collect::<Map>())
        })
        .collect();
    Ok((!entries.is_empty()).then(|| Value::from(entries)))
}

fn listed(producer: &Producer<'_>, path: &Utf8Path) -> Result<Vec<Declared>, Diagnostic> {
    let bytes = producer.read(path)?;
    let unreadable = |error: yaml::Error| {
        let message = format!("`{path}` cannot be read: {error}");
        producer.problem(&message).at(error.place(path)).hint("helm cannot load the chart either")
    };
    let nodes = yaml::parse(&bytes, &Limits::default()).map_err(unreadable)?;
    let Some(node) = nodes.first() else { return Ok(Vec::new()) };
    let Value::Map(map) = node.decode_as_helm().map_err(unreadable)? else { return Ok(Vec::new()) };
    let Some(Value::List(list)) = map.get("dependencies") else { return Ok(Vec::new()) };
    let entry = |value: &Value| {
        let Value::Map(map) = value else { return None };
        let text = |key| match map.get(key) {
            Some(Value::Str(text)) => text.to_string(),
            // A field of text takes these as helm writes them: `name: off` is the chart `false`.
            Some(Value::Bool(value)) => value.to_string(),
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Float(number)) => crate::go::strconv::format_float(number, 'g', None),
            _ => String::new(),
        };
        Some(Declared { name: text("name"), repository: text("repository"), version: text("version") })
    };
    Ok(list.iter().filter_map(entry).collect())
}

/// What decides which files in the folder of a chart are a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folder<'a> {
    /// The files that the state lists for something else.
    pub(super) listed: &'a Listed,
    /// What the release is given beside its chart. A chart may render its values as templates.
    pub(super) given: &'a [Piece],
}

/// The pieces of a chart's directory. `builds` tells whether helmfile builds its dependencies.
///
/// # Errors
///
/// Where helm could not load the chart, or a `file://` dependency is not there.
pub(super) fn pieces(
    producer: &Producer<'_>,
    chart: &Utf8Path,
    title: &str,
    builds: bool,
    folder: Folder<'_>,
) -> Result<Vec<Piece>, Diagnostic> {
    let files = chart_files(producer, chart)?;
    let declared = if builds { declared(producer, &files)? } else { Vec::new() };
    let mut charts = vec![(title.to_owned(), files)];
    for entry in &declared {
        let Some(directory) = entry.directory(chart) else { continue };
        if !is_chart(producer, &directory) {
            return Err(missing(producer, chart, entry, &directory));
        }
        charts.push((format!("{title}-dependency/{}", entry.name), chart_files(producer, &directory)?));
    }
    leave_out_listed(producer, &mut charts, folder)?;
    let mut pieces = Vec::new();
    for (index, (title, files)) in charts.iter().enumerate() {
        let is_dependency = index > 0;
        for (name, path) in files {
            let is_package = |entry: &Declared| !entry.repository.is_empty() && entry.is_package(name);
            if !is_dependency && declared.iter().any(is_package) {
                continue;
            }
            if !is_dependency && ["Chart.lock", "requirements.lock"].contains(&name.as_str()) {
                if let Some(data) = locked(producer, path)? {
                    pieces.push(Piece::data(format!("{title}/{name}"), &data));
                }
                continue;
            }
            pieces.push(Piece::new(format!("{title}/{name}"), Content::File(path.clone())));
        }
    }
    // A dependency that is declared twice, under two aliases, is the same directory.
    pieces.sort();
    pieces.dedup();
    Ok(pieces)
}

/// Leaves out what the state lists for something else, unless helm or a template reads it as a part of the chart: it counts
/// through what the release is given. Templates of packaged dependencies are not looked into, for whether they are there
/// depends on what was run before.
fn leave_out_listed(
    producer: &Producer<'_>,
    charts: &mut [(String, Files)],
    folder: Folder<'_>,
) -> Result<(), Diagnostic> {
    let tree = &*producer.request.tree;
    let listed: Vec<BTreeSet<String>> = charts
        .iter()
        .map(|(_, files)| {
            let others = files.iter().filter(|(name, _)| !is_read_by_helm(name));
            others.filter(|(_, path)| folder.listed.has(tree, path)).map(|(name, _)| name.clone()).collect()
        })
        .collect();
    if listed.iter().all(BTreeSet::is_empty) {
        return Ok(());
    }
    let mut reach = Reach::default();
    for piece in folder.given {
        if let Content::Bytes(bytes) = &piece.content {
            reach.add(bytes);
        }
    }
    for (_, files) in charts.iter() {
        for (name, path) in files {
            let is_template = name.starts_with("templates/") || name.starts_with("charts/");
            if (is_template && path.extension() != Some("tgz")) || name == "values.yaml" {
                reach.add(&producer.read(path)?);
            }
        }
    }
    for ((_, files), listed) in charts.iter_mut().zip(&listed) {
        files.retain(|name, _| !listed.contains(name) || reach.reads(name));
    }
    Ok(())
}

/// Whether a directory has a `Chart.yaml`.
pub(super) fn is_chart(producer: &Producer<'_>, directory: &Utf8Path) -> bool {
    producer.request.tree.stat(&directory.join("Chart.yaml")).is_ok()
}

/// The problem of a `file://` dependency that is not there.
pub(super) fn missing(
    producer: &Producer<'_>,
    chart: &Utf8Path,
    entry: &Declared,
    directory: &Utf8Path,
) -> Diagnostic {
    let message = format!("its chart depends on `{}`, and there is no chart in `{directory}`", entry.name);
    producer
        .problem(&message)
        .at(Place::file(chart.join("Chart.yaml")))
        .hint("`repository: file://…` is relative to the directory of the chart")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_a_dependency_are_told_from_those_of_others() {
        let entry =
            Declared { name: "lib".into(), repository: "file://../lib".into(), version: "1.0.0".into() };
        for (name, expected) in [
            ("charts/lib-1.0.0.tgz", true),
            ("charts/lib-v1.0.0-rc.1.tgz", true),
            ("charts/lib-extra-1.0.0.tgz", false),
            ("charts/lib/Chart.yaml", false),
            ("charts/lib-1.0.0/a.tgz", false),
            ("templates/lib-1.0.0.tgz", false),
        ] {
            assert_eq!(entry.is_package(name), expected, "{name}");
        }
        assert_eq!(entry.directory("/r/charts/web".into()).as_deref(), Some("/r/charts/lib".into()));
    }
}

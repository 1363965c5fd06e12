//! The plugin that Helm 4 runs as post renderer (helm's `internal/plugin/loader.go`).

use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};

use super::files::plain_files;
use super::piece::{Content, Piece};
use super::producer::Producer;
use crate::diagnostic::Diagnostic;
use crate::go::filepath::join_clean;
use crate::state::Request;
use crate::value::Map;
use crate::yaml::{self, Limits};

/// The pieces of the plugin with this name, where it lies in the project: one elsewhere differs between machines without a
/// difference in what it does. It counts whichever helm is installed, which is not asked for that.
///
/// # Errors
///
/// Where a folder of plugins, or one of its files, cannot be read.
pub(super) fn pieces(producer: &Producer<'_>, name: &str) -> Result<Vec<Piece>, Diagnostic> {
    let tree = &*producer.request.tree;
    let is_repository = |folder: &&Utf8Path| tree.stat(&folder.join(".git")).is_ok();
    let project =
        producer.visit.directory.ancestors().find(is_repository).unwrap_or(&producer.visit.directory);
    for directory in producer.request.homes().helm_plugins() {
        let directory = join_clean(&producer.visit.working_directory, directory.as_str());
        if !directory.starts_with(project) {
            continue;
        }
        let entries = match tree.entries(&directory) {
            Ok(entries) => entries,
            Err(error) if is_absence(error.kind()) => continue,
            Err(error) => return Err(producer.unreadable(&directory, &error)),
        };
        let mut plugins: Vec<Utf8PathBuf> =
            entries.into_iter().filter_map(|entry| Some(directory.join(entry.name.to_str()?))).collect();
        plugins.sort_unstable();
        for plugin in plugins {
            let Some(described) = description(producer, &plugin)? else { continue };
            let is = |key, text| described.get(key).is_some_and(|value| value.as_str() == Some(text));
            if is("name", name) && is("type", "postrenderer/v1") {
                return files(producer, &plugin);
            }
        }
    }
    Ok(Vec::new())
}

/// Whether a plugin of this name is installed that Helm 4 can run as a post-renderer. `directory` is the one that helm works in.
pub(crate) fn has_post_renderer(request: &Request, directory: &Utf8Path, name: &str) -> bool {
    let tree = &*request.tree;
    let folders = request.homes().helm_plugins();
    let folders = folders.iter().map(|folder| join_clean(directory, folder.as_str()));
    let plugins = folders.flat_map(|folder| {
        let entries = tree.entries(&folder).unwrap_or_default();
        entries
            .into_iter()
            .filter_map(move |entry| Some(folder.join(entry.name.to_str()?)))
            .collect::<Vec<_>>()
    });
    let mut described = plugins.filter_map(|plugin| {
        let text = tree.read(&plugin.join("plugin.yaml")).ok()?;
        yaml::parse_first(&text, &Limits::default()).ok()??.decode_map().ok()?
    });
    described.any(|plugin| {
        let is = |key, text| plugin.get(key).is_some_and(|value| value.as_str() == Some(text));
        is("name", name) && is("type", "postrenderer/v1")
    })
}

fn files(producer: &Producer<'_>, plugin: &Utf8Path) -> Result<Vec<Piece>, Diagnostic> {
    // `helm plugin install` may leave a clone.
    let files = plain_files(producer, plugin)?.into_iter().filter(|(file, _)| !file.starts_with(".git/"));
    let piece = |(file, path)| Piece::new(format!("post-renderer/plugin/{file}"), Content::File(path));
    Ok(files.map(piece).collect())
}

/// What a plugin says of itself; nothing where there is no plugin, or one that helm cannot load either.
fn description(producer: &Producer<'_>, plugin: &Utf8Path) -> Result<Option<Map>, Diagnostic> {
    let path = plugin.join("plugin.yaml");
    match producer.request.tree.read(&path) {
        Ok(text) => {
            let node = yaml::parse_first(&text, &Limits::default()).ok().flatten();
            Ok(node.and_then(|node| node.decode_map().ok()).flatten())
        }
        Err(error) if is_absence(error.kind()) => Ok(None),
        Err(error) => Err(producer.unreadable(&path, &error)),
    }
}

fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

//! What makes helmfile write a chart of its own out of a release's: patches, further charts, and directories without a
//! `Chart.yaml` (`pkg/state/helmx.go: PrepareChartify`, chartify's `chartify.go`).

use camino::Utf8Path;

use super::chart::{Chart, Remote, local_path, repository_of, without_credentials};
use super::dependencies::{self, Folder};
use super::files::plain_files;
use super::piece::{Content, Piece, data_line};
use super::producer::{Producer, Templates};
use super::values::{is_template, rendered, values};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::state::{EntryKind, EntrySource};
use crate::template::MissingKey;
use crate::text::Place;
use crate::tree::Kind;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// The pieces of everything that is patched in, or added.
///
/// # Errors
///
/// Where helmfile could not read one of the files, or helmsum does not.
pub(super) fn pieces(
    producer: &Producer<'_>,
    folder: Folder<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<Piece>, Diagnostic> {
    let chartify = &producer.release.helm.chartify;
    let mut pieces = Vec::new();
    let lists = [
        ("json-patches", &chartify.json_patches),
        ("strategic-merge-patches", &chartify.strategic_merge_patches),
        ("transformers", &chartify.transformers),
    ];
    for (title, list) in lists {
        let mut given = 0;
        for entry in list {
            if let Some(content) = patch(producer, entry, templates)? {
                pieces.push(Piece::bytes(format!("{title}/{given}"), content));
                given += 1;
            }
        }
    }
    if !chartify.force_namespace.is_empty() {
        pieces.push(Piece::data("force-namespace", &Value::from(chartify.force_namespace.as_str())));
    }
    for (index, dependency) in chartify.dependencies.iter().enumerate() {
        let title = format!("dependencies/{index}");
        let fields: Map = [
            ("alias", dependency.alias.as_str()),
            ("chart", &without_credentials(&dependency.chart)),
            ("version", &dependency.version),
        ]
        .into_iter()
        .collect();
        if let Some(repository) = repository_of(producer, &dependency.chart) {
            fields.insert("repository", without_credentials(&repository.url));
        }
        pieces.push(Piece::data(title.clone(), &fields.into()));
        let directory = local_path(producer, &dependency.chart);
        if producer.request.tree.stat(&directory).is_ok_and(|stat| stat.kind == Kind::Directory) {
            let title = format!("{title}/chart");
            pieces.extend(dependencies::pieces(producer, &directory, &title, false, folder)?);
        }
    }
    Ok(pieces)
}

/// A patch as data, once as go-yaml and once as helm reads it: who of them is asked differs, and no change may hide.
fn patch(
    producer: &Producer<'_>,
    entry: &Value,
    templates: &mut Templates<'_>,
) -> Result<Option<Vec<u8>>, Diagnostic> {
    let bytes = match entry {
        Value::Map(_) | Value::AnyMap(_) => yaml::encode(entry)
            .map_err(|error| producer.problem(&format!("a patch cannot be written: {error}")))?
            .into_bytes(),
        Value::Str(path) => match patch_file(producer, path, templates)? {
            Some(bytes) => bytes,
            None => return Ok(None),
        },
        other => {
            let message = format!("a patch is a {} and neither a path nor a map", other.type_name());
            return Err(producer.problem(&message));
        }
    };
    let mut lines = Vec::new();
    let mut read = || -> Result<(), yaml::Error> {
        for node in yaml::parse(&bytes, &Limits::default())? {
            lines.extend(data_line(&node.decode()?));
            lines.extend(data_line(&node.decode_as_helm()?));
        }
        Ok(())
    };
    // What is not YAML is what it is: kustomize has its own say on it.
    Ok(Some(if read().is_ok() { lines } else { bytes }))
}

/// The text of a patch file as helmfile writes it: its templates see the values of the release too.
fn patch_file(
    producer: &Producer<'_>,
    path: &str,
    templates: &mut Templates<'_>,
) -> Result<Option<Vec<u8>>, Diagnostic> {
    let source = producer
        .visit
        .resolve_patch(&*producer.request.tree, producer.release, path)
        .map_err(|error| producer.state_problem(error))?;
    let file = match source {
        EntrySource::File(file) => file,
        EntrySource::Hidden(_) => return Ok(None),
        EntrySource::Inline(_) | EntrySource::Remote(_) | EntrySource::Reference(_) => {
            let message = format!("its patch `{path}` is downloaded, and helmsum does not do that");
            let problem = producer.refused(Refusal::RemoteValues, &message);
            return Err(problem.hint("fetch it into the repository"));
        }
    };
    let text = producer.read(&file)?;
    let data = if is_template(&file) {
        let mut texts = Vec::new();
        for given in values(producer, templates)? {
            if given.kind == EntryKind::Values {
                texts.push(given.bytes);
            }
        }
        let data = producer.visit.patch_data(producer.release, &texts, &producer.request.watch);
        data.map_err(|error| producer.state_problem(error))?
    } else {
        Value::Nil
    };
    rendered(producer, &file, text, EntryKind::Values, &|| data.clone(), templates).map(Some)
}

/// The pieces of a directory that helmfile makes a chart of: manifests, templates of manifests, or a kustomization.
///
/// # Errors
///
/// Where a file cannot be read, a template fails, or a kustomization leads out of the directory.
pub(super) fn manifests(
    producer: &Producer<'_>,
    directory: &Utf8Path,
    templates: &mut Templates<'_>,
) -> Result<Vec<Piece>, Diagnostic> {
    let files = plain_files(producer, directory)?;
    let is_kustomization = files.contains_key("kustomization.yaml");
    let mut pieces = Vec::with_capacity(files.len());
    for (name, path) in files {
        if is_kustomization && path.file_stem() == Some("kustomization") {
            check_kustomization(producer, &path)?;
        }
        let title = format!("chart/{name}");
        pieces.push(if !is_kustomization && is_template(&path) {
            Piece::bytes(title, manifest(producer, directory, &path, templates)?)
        } else {
            Piece::new(title, Content::File(path))
        });
    }
    Ok(pieces)
}

/// A manifest's template, rendered as chartify does it: without helper files, and a missing key is not an error.
fn manifest(
    producer: &Producer<'_>,
    directory: &Utf8Path,
    path: &Utf8Path,
    templates: &mut Templates<'_>,
) -> Result<Vec<u8>, Diagnostic> {
    let entries = producer
        .request
        .tree
        .entries(directory)
        .map_err(|error| producer.problem(&format!("its chart `{directory}` cannot be read: {error}")))?;
    let helpers = entries.into_iter().any(|entry| {
        let name = entry.name.to_string_lossy();
        name.starts_with('_') && name.ends_with(".tpl")
    });
    if helpers {
        let message =
            format!("`{path}` is rendered without the `_*.tpl` files beside it, which helmsum cannot do");
        return Err(producer
            .refused(Refusal::UnsupportedChart, &message)
            .at(Place::file(path))
            .hint("put the helpers into another directory"));
    }
    let text = String::from_utf8(producer.read(path)?).map_err(|_| {
        let message = format!("`{path}` is not UTF-8");
        producer.refused(Refusal::NotUtf8, &message).at(Place::file(path)).hint("templates are text")
    })?;
    let data = producer.visit.release_data(producer.release, &producer.request.watch);
    producer.render_with(path, directory, &text, &data, templates, MissingKey::Zero)
}

/// A kustomization may take in files from anywhere; only what is in its directory is hashed.
fn check_kustomization(producer: &Producer<'_>, path: &Utf8Path) -> Result<(), Diagnostic> {
    let bytes = producer.read(path)?;
    let refused = |what: &str| {
        let message = format!("`{path}` {what}, and helmsum hashes only what is in its directory");
        producer
            .refused(Refusal::UnsupportedChart, &message)
            .at(Place::file(path))
            .hint("declare the directories it takes files from as separate sources")
    };
    let nodes = yaml::parse(&bytes, &Limits::default()).map_err(|_| refused("is not YAML"))?;
    let mut open: Vec<yaml::Node> = nodes;
    while let Some(node) = open.pop() {
        if let Some(text) = node.text()
            && (text.starts_with("../") || text == ".." || text.starts_with('/') || text.contains("://"))
            && !text.contains('\n')
        {
            return Err(refused(&format!("refers to `{text}`")));
        }
        open.extend(node.children());
        open.extend(node.pairs().into_iter().map(|(_, value)| value));
    }
    Ok(())
}

/// A chart that is elsewhere, as data.
pub(super) fn remote(chart: &Remote) -> Piece {
    let fields: Map =
        [("name", chart.name.as_str()), ("version", chart.version.as_str())].into_iter().collect();
    if let Some(repository) = &chart.repository {
        fields.insert("repository", repository.as_str());
    }
    Piece::data("chart", &fields.into())
}

/// Why helmfile would write a chart of its own, where it would.
pub(super) fn reason(producer: &Producer<'_>, chart: &Chart) -> Option<String> {
    match (producer.release.helm.chartify.key(), chart) {
        (Some(key), _) => Some(format!("it has `{key}`")),
        (None, Chart::Manifests(_)) => Some("its chart has no `Chart.yaml`".into()),
        _ => None,
    }
}

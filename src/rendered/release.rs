//! What `release:` hashes: everything that helm is given for a release.

use std::borrow::Cow;

use super::arguments::post_renderer_arguments;
use super::chart::Chart;
use super::chartify;
use super::dependencies::{self, Folder};
use super::piece::{Content, Piece, data_line};
use super::producer::Producer;
use super::set;
use super::values::values;
use crate::state::{EntryKind, Listed};
use crate::template::function::Registry;
use crate::text::Problem;
use crate::tree::Kind;
use crate::value::{Map, Value};

/// Everything that helm is given for a release, as named contents. Needs no helm. Files in the folder of the chart that the
/// state lists for something else, as `listed` tells, are no part of the chart unless its templates can read them.
///
/// | name | content |
/// |---|---|
/// | `release` | name and namespace, as data |
/// | `chart/FILE` | the files of a local chart that helm loads; of its lock, what is downloaded, as data |
/// | `chart-dependency/NAME/FILE` | the files of a dependency that is packed from a directory |
/// | `chart` | of a chart elsewhere: name, repository without credentials and version, as data; of a package: its bytes |
/// | `values/0`, `values/1`, … | values files and maps that are not empty, in order, as data |
/// | `secrets/0`, … | the same for secrets, decrypted |
/// | `set/0`, … | `set`, `setString` and `env` as options of helm; of files, their content |
/// | `post-renderer`, `post-renderer/program` | the post renderer with its arguments as data, and its file if it is one of the project |
/// | `options` | options of helm that change what it makes of all that, as data |
/// | `json-patches/0`, `strategic-merge-patches/0`, `transformers/0`, … | patches, as data |
/// | `dependencies/0`, `dependencies/0/chart/FILE`, `force-namespace` | what helmfile adds by itself |
///
/// # Errors
///
/// As [`values`](super::values()), and where the chart is missing or helm could not load it.
pub fn release_pieces(
    producer: &Producer<'_>,
    registry: &Registry,
    listed: &Listed,
) -> Result<Vec<Piece>, Box<Problem>> {
    let release = producer.release;
    let chart = Chart::of(producer)?;
    let identity: Map =
        [("name", release.name.as_str()), ("namespace", &release.namespace)].into_iter().collect();
    let mut pieces = vec![Piece::data("release", &identity.into())];
    pieces.extend(values_pieces(producer, registry)?);
    pieces.extend(set_pieces(producer)?);
    let folder = Folder { listed, given: &pieces.clone() };
    pieces.extend(chart_pieces(producer, chart, folder, registry)?);
    pieces.extend(post_renderer_pieces(producer, registry)?);
    pieces.extend(options_piece(producer));
    pieces.extend(chartify::pieces(producer, folder, registry)?);
    for piece in &mut pieces {
        piece.secret |= holds_secret(producer, &piece.content);
    }
    Ok(pieces)
}

/// Whether a content repeats a value that was decrypted, such as one of the environment's secrets.
fn holds_secret(producer: &Producer<'_>, content: &Content) -> bool {
    let Content::Bytes(bytes) = content else { return false };
    let text = String::from_utf8_lossy(bytes);
    matches!(producer.request.secrets.mask(&text), Cow::Owned(_))
}

fn chart_pieces(
    producer: &Producer<'_>,
    chart: Chart,
    folder: Folder<'_>,
    registry: &Registry,
) -> Result<Vec<Piece>, Box<Problem>> {
    Ok(match chart {
        Chart::Directory(local) => {
            let builds = !producer.release.helm.skip_deps;
            dependencies::pieces(producer, &local.path, "chart", builds, folder)?
        }
        Chart::Manifests(directory) => chartify::manifests(producer, &directory, registry)?,
        Chart::Archive(local) => vec![Piece::new("chart", Content::File(local.path))],
        Chart::Repository(remote) | Chart::Oci(remote) | Chart::Url(remote) => {
            vec![chartify::remote(&remote)]
        }
    })
}

fn values_pieces(producer: &Producer<'_>, registry: &Registry) -> Result<Vec<Piece>, Box<Problem>> {
    let mut pieces = Vec::new();
    let mut counts = [0, 0];
    for given in values(producer, registry)? {
        let data = given.data()?;
        if data.is_empty() {
            continue;
        }
        let secret = given.kind == EntryKind::Secrets;
        let count = &mut counts[usize::from(secret)];
        let title = if secret { "secrets" } else { "values" };
        pieces.push(Piece {
            name: format!("{title}/{count}"),
            content: Content::Bytes(data_line(&data.into())),
            secret,
        });
        *count += 1;
    }
    Ok(pieces)
}

fn set_pieces(producer: &Producer<'_>) -> Result<Vec<Piece>, Box<Problem>> {
    let mut pieces = Vec::new();
    for (index, flag) in set::flags(producer)?.into_iter().enumerate() {
        let name = format!("set/{index}");
        let content = match flag.file {
            // Where the file lies does not matter to helm.
            Some((key, path)) => {
                let mut content = data_line(&Value::from(vec![flag.flag.into(), key.into()]));
                content.extend(producer.read(&path)?);
                content
            }
            None => data_line(&Value::from(vec![flag.flag.into(), flag.argument.into()])),
        };
        pieces.push(Piece::bytes(name, content));
    }
    Ok(pieces)
}

fn post_renderer_pieces(producer: &Producer<'_>, registry: &Registry) -> Result<Vec<Piece>, Box<Problem>> {
    let program = &producer.release.helm.post_renderer;
    if program.is_empty() {
        return Ok(Vec::new());
    }
    let mut line = vec![Value::from(program.as_str())];
    line.extend(post_renderer_arguments(producer, registry)?.into_iter().map(Value::from));
    let mut pieces = vec![Piece::data("post-renderer", &Value::from(line))];
    // A program of the system differs between machines without a difference in what it does.
    let path = crate::text::join_clean(&producer.visit.working_directory, program);
    let own = program.contains('/') && !program.starts_with('/');
    if own {
        match producer.request.tree.stat(&path) {
            Ok(stat) if stat.kind == Kind::File => {
                pieces.push(Piece::new("post-renderer/program", Content::File(path)));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("its post-renderer `{path}` cannot be read: {error}");
                return Err(Box::new(producer.problem(&message)));
            }
        }
    }
    Ok(pieces)
}

/// Options of helm that are not at their defaults.
fn options_piece(producer: &Producer<'_>) -> Option<Piece> {
    let helm = &producer.release.helm;
    let options = Map::new();
    let texts =
        |list: &[String]| Value::from(list.iter().map(|text| Value::from(text.as_str())).collect::<Vec<_>>());
    for (key, list) in
        [("apiVersions", &helm.api_versions), ("args", &helm.args), ("templateArgs", &helm.template_args)]
    {
        if !list.is_empty() {
            options.insert(key, texts(list));
        }
    }
    if !helm.kube_version.is_empty() {
        options.insert("kubeVersion", helm.kube_version.as_str());
    }
    for (key, on) in [
        ("devel", helm.devel),
        ("enableDNS", helm.enable_dns),
        ("reuseValues", helm.reuse_values),
        ("skipCRDs", helm.skip_crds),
    ] {
        if on {
            options.insert(key, true);
        }
    }
    (!options.is_empty()).then(|| Piece::data("options", &options.into()))
}

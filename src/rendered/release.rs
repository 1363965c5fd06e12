//! What `release:` hashes: everything that helm is given for a release.

use super::arguments::{post_renderer_arguments, post_renderer_plugin};
use super::chart::Chart;
use super::chartify;
use super::dependencies::{self, Folder};
use super::options::{self, Given};
use super::piece::{Content, Piece, data_line};
use super::plugin;
use super::post_renderer::{is_annotated, program_before};
use super::producer::{Producer, Templates};
use super::set;
use super::values::{added, values, values_at};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::state::{EntryKind, Listed};
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
/// | `values/0`, `values/1`, … | values files and maps that are not empty, in order, as data: a line for each document |
/// | `secrets/0`, … | the same for secrets, decrypted |
/// | `set/0`, … | `set`, `setString` and `env` as options of helm; of files, their content |
/// | `command-line/values/0`, `command-line/set/0`, … | what helmfile's command line adds: files as data, and `--set` |
/// | `args/values/0`, … | files that `args`, `syncArgs` and `templateArgs` name, as data |
/// | `post-renderer`, `post-renderer/program` | the post renderer with its arguments as data, and its file if it is one of the project; of `helmsum annotate`, the program that it runs first |
/// | `post-renderer/plugin/FILE` | the files of the plugin that it is for Helm 4, where they lie in the project |
/// | `options` | options of helm that change what it makes of all that, as data |
/// | `json-patches/0`, `strategic-merge-patches/0`, `transformers/0`, … | patches, as data |
/// | `dependencies/0`, `dependencies/0/chart/FILE`, `force-namespace` | what helmfile adds by itself |
///
/// # Errors
///
/// As [`values`](super::values()), and where the chart is missing or helm could not load it.
pub fn release_pieces(
    producer: &Producer<'_>,
    templates: &mut Templates<'_>,
    listed: &Listed,
) -> Result<Vec<Piece>, Diagnostic> {
    let release = producer.release;
    let chart = Chart::of(producer)?;
    let identity: Map =
        [("name", release.name.as_str()), ("namespace", &release.namespace)].into_iter().collect();
    let mut pieces = vec![Piece::data("release", &identity.into())];
    pieces.extend(values_pieces(producer, templates)?);
    pieces.extend(set_pieces(producer)?);
    pieces.extend(added_pieces(producer)?);
    pieces.extend(named_pieces(producer)?);
    let folder = Folder { listed, given: &pieces.clone() };
    pieces.extend(chart_pieces(producer, chart, folder, templates)?);
    pieces.extend(post_renderer_pieces(producer, templates)?);
    pieces.extend(options_piece(producer));
    pieces.extend(chartify::pieces(producer, folder, templates)?);
    for piece in &mut pieces {
        piece.secret |= holds_secret(producer, &piece.content);
    }
    Ok(pieces)
}

/// Whether a content repeats a value that was decrypted, such as one of the environment's secrets.
fn holds_secret(producer: &Producer<'_>, content: &Content) -> bool {
    let Content::Bytes(bytes) = content else { return false };
    let text = String::from_utf8_lossy(bytes);
    producer.request.secrets.is_in(&text)
}

fn chart_pieces(
    producer: &Producer<'_>,
    chart: Chart,
    folder: Folder<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<Piece>, Diagnostic> {
    Ok(match chart {
        Chart::Directory(local) => {
            let builds = dependencies::are_built(producer);
            dependencies::pieces(producer, &local.path, "chart", builds, folder)?
        }
        Chart::Manifests(directory) => chartify::manifests(producer, &directory, templates)?,
        Chart::Archive(local) => vec![Piece::new("chart", Content::File(local.path))],
        Chart::Repository(remote) | Chart::Oci(remote) | Chart::Url(remote) => {
            vec![chartify::remote(&remote)]
        }
    })
}

fn values_pieces(producer: &Producer<'_>, templates: &mut Templates<'_>) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut counts = [0, 0];
    for given in values(producer, templates)? {
        let lines = given.lines()?;
        if lines.is_empty() {
            continue;
        }
        let secret = given.kind == EntryKind::Secrets;
        let count = &mut counts[usize::from(secret)];
        let title = if secret { "secrets" } else { "values" };
        pieces.push(Piece { name: format!("{title}/{count}"), content: Content::Bytes(lines), secret });
        *count += 1;
    }
    Ok(pieces)
}

fn set_pieces(producer: &Producer<'_>) -> Result<Vec<Piece>, Diagnostic> {
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

/// What the command line of helmfile adds.
fn added_pieces(producer: &Producer<'_>) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    for (index, given) in added(producer)?.into_iter().enumerate() {
        pieces.push(Piece::bytes(format!("command-line/values/{index}"), given.lines()?));
    }
    for (index, set) in producer.request.options.set.iter().enumerate() {
        pieces.push(Piece::data(format!("command-line/set/{index}"), &Value::from(set.as_str())));
    }
    Ok(pieces)
}

/// The options that are written as texts, by the key that options of the release have them under. Those of both kinds of
/// commands count: which one comes is not known.
fn options_in_texts(producer: &Producer<'_>) -> [(&'static str, Vec<Given>); 3] {
    let helm = &producer.release.helm;
    [
        ("args", options::args(producer)),
        ("syncArgs", options::given(&helm.sync_args)),
        ("templateArgs", options::given(&helm.template_args)),
    ]
}

/// The files that options in texts name, which helm reads where helmfile works.
fn named_pieces(producer: &Producer<'_>) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    let options = options_in_texts(producer).into_iter().flat_map(|(_, options)| options);
    for option in options {
        let value = option.value.unwrap_or_default();
        if option.name == "set-file" {
            let message = "it is given `--set-file` in a text of options, and helmsum does not read the file that is in it";
            let problem = producer.refused(Refusal::UnsupportedChart, message);
            return Err(problem.hint("put it into `set` of the release, as `file`"));
        }
        if option.name != "values" {
            continue;
        }
        // helm reads a list of files (`pflag.StringSlice`).
        for path in value.split(',') {
            if path == "-" || path.contains("://") || path.contains('"') {
                let message = format!(
                    "it is given `--values {path}` in a text of options, which is not a file that helmsum reads"
                );
                let problem = producer.refused(Refusal::RemoteValues, &message);
                return Err(problem.hint("put it into `values` of the release"));
            }
            let given = values_at(producer, path, pieces.len())?;
            let name = format!("args/values/{}", pieces.len());
            pieces.push(Piece::bytes(name, given.lines()?));
        }
    }
    Ok(pieces)
}

fn post_renderer_pieces(
    producer: &Producer<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<Piece>, Diagnostic> {
    let helm = &producer.release.helm;
    if helm.post_renderer.is_empty() {
        return Ok(Vec::new());
    }
    let arguments = post_renderer_arguments(producer, templates)?;
    // What helmsum adds by itself follows from sources, and its arguments name folders of this machine.
    let annotates = is_annotated(helm);
    let line = if annotates {
        program_before(&arguments).to_vec()
    } else {
        [vec![helm.post_renderer.clone()], arguments].concat()
    };
    let Some(program) = line.first().map(String::as_str) else { return Ok(Vec::new()) };
    let words: Vec<Value> = line.iter().map(|word| Value::from(word.as_str())).collect();
    let mut pieces = vec![Piece::data("post-renderer", &Value::from(words))];
    // A program of the system differs between machines without a difference in what it does.
    let path = crate::go::filepath::join_clean(&producer.visit.working_directory, program);
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
                return Err(producer.problem(&message));
            }
        }
    }
    if !annotates {
        pieces.extend(plugin::pieces(producer, post_renderer_plugin(program))?);
    }
    Ok(pieces)
}

/// Options of helm that are not at their defaults.
fn options_piece(producer: &Producer<'_>) -> Option<Piece> {
    let helm = &producer.release.helm;
    let options = Map::new();
    let texts =
        |list: &[String]| Value::from(list.iter().map(|text| Value::from(text.as_str())).collect::<Vec<_>>());
    if !helm.api_versions.is_empty() {
        options.insert("apiVersions", texts(&helm.api_versions));
    }
    for (key, list) in options_in_texts(producer) {
        // Those about waiting and connections decide nothing of what is made.
        let words: Vec<String> =
            list.into_iter().filter(Given::renders).flat_map(|option| option.words).collect();
        if !words.is_empty() {
            options.insert(key, texts(&words));
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

//! The finding shadowed-checksum: something else of the release sets the key that the checksum goes to.

use camino::Utf8Path;

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::facts::targets::Wired;
use crate::plan::facts::values_files::Programs;
use crate::source::KeyPath;
use crate::state::{EntryContent, EntryKind, EntrySource, SetEntry};
use crate::text::Place;
use crate::value::Value;
use crate::yaml::{self, Limits};

/// Something of a release that sets values, named as a message names it.
#[derive(Debug)]
struct Layer {
    /// What it is: ``the values file `x.yaml` ``.
    title: String,
    /// Its values: of a file, those of every document. Helm 4 merges them, Helm 3 reads the first.
    values: Vec<Value>,
    /// Whether helm reads it after the target, so that it wins.
    later: bool,
}

impl Layer {
    /// The layer of a file that helm reads, unless it is no YAML: helm then fails by itself.
    fn of_file(title: String, text: &[u8], later: bool) -> Option<Self> {
        let documents = yaml::parse(text, &Limits::default()).ok()?;
        let values =
            documents.iter().map(|document| document.decode().ok()).collect::<Option<Vec<Value>>>()?;
        Some(Self { title, values, later })
    }
}

/// Looks at everything that sets values of a consumer beside its target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let ([target], false) = (&case.consumer.wiring.targets[..], case.contents.sources.is_empty()) else {
            continue;
        };
        let keys = case.contents.keys();
        let layers = layers(project, &case, target, &keys);
        for finding in shadowed_checksum(&case.release.id(), &keys, &layers, &case.release.set) {
            findings.about_consumer(case.index, finding.at(Place::file(&target.path)));
        }
    }
}

/// Everything else that sets values of a release.
fn layers(project: &Project<'_>, case: &ReleaseCase<'_>, target: &Wired, keys: &[KeyPath]) -> Vec<Layer> {
    let release = case.release;
    let files = &case.environment.files;
    let mut layers = Vec::new();
    for (index, entry) in release.values.iter().enumerate() {
        let later = index > target.index;
        if let EntryContent::Inline(values) = &entry.content {
            layers.push(Layer { title: "an inline map".into(), values: vec![values.clone()], later });
        } else if let Some((_, file)) =
            case.consumer.wiring.files.iter().find(|(position, _)| *position == index)
        {
            let title = format!("`{}`", project.shown(file));
            layers.extend(file_layer(project, case, file, title, later, keys));
        }
    }
    for entry in &release.secrets {
        let secret =
            case.visit.resolve_entry(&*case.environment.request.tree, release, EntryKind::Secrets, entry);
        if let Ok(EntrySource::File(file)) = secret
            && let Ok(bytes) = &files.raw(&file).bytes
        {
            // SOPS leaves the keys as they are.
            let title = format!("the secrets file `{}`", project.shown(&file));
            layers.extend(Layer::of_file(title, bytes, true));
        }
    }
    layers
}

/// A values file as helm reads it. A template is rendered for this only if it mentions where a key starts: what it sets
/// there, even to nothing, takes the place of the key.
fn file_layer(
    project: &Project<'_>,
    case: &ReleaseCase<'_>,
    file: &Utf8Path,
    title: String,
    later: bool,
    keys: &[KeyPath],
) -> Option<Layer> {
    let files = &case.environment.files;
    let raw = files.raw(file);
    if !raw.template {
        return Layer::of_file(title, raw.bytes.as_deref().ok()?, later);
    }
    let text = raw.text()?;
    let mentioned = keys.iter().any(|key| text.contains(key.first()));
    if !mentioned || raw.may_mutate {
        return None;
    }
    // Where it fails, helmfile says so.
    let programs = if raw.may_declare { Programs::AsTheStateSays } else { project.reading.programs() };
    let rendered = files.render(case.visit, case.release, file, &raw, programs).ok()?;
    Layer::of_file(title, &rendered.bytes, later)
}

/// Whether anything else sets one of the keys of a target.
fn shadowed_checksum(release: &str, keys: &[KeyPath], layers: &[Layer], set: &[SetEntry]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for layer in layers {
        let set_by_layer = |key: &&KeyPath| layer.values.iter().any(|values| sets(values, key.keys()));
        let Some(key) = keys.iter().find(set_by_layer) else { continue };
        findings.push(if layer.later {
            Diagnostic::finding(
                Code::ShadowedChecksum,
                format!("release `{release}`: {} comes after the target, sets `{key}` and wins", layer.title),
            )
            .hint("remove the key there, or list the target after it")
        } else {
            Diagnostic::finding(
                Code::ShadowedChecksum,
                format!(
                    "release `{release}`: {} sets `{key}`, but the target comes after it and wins",
                    layer.title
                ),
            )
            .hint("remove the key there")
        });
    }
    for entry in set {
        let path = set_path(&entry.name);
        if let Some(key) = keys.iter().find(|key| overlaps(&path, key.keys())) {
            let message =
                format!("release `{release}`: `set` of `{}` wins over the target's `{key}`", entry.name);
            findings
                .push(Diagnostic::finding(Code::ShadowedChecksum, message).hint("remove that `set` entry"));
        }
    }
    findings
}

/// Whether values hold something at a key, or at one above it something that is no map, which then replaces or hides it.
fn sets(values: &Value, keys: &[String]) -> bool {
    let Some((first, rest)) = keys.split_first() else { return true };
    match values {
        Value::Map(map) => map.get(first).is_some_and(|value| match value {
            Value::Map(_) => rest.is_empty() || sets(&value, rest),
            _ => true,
        }),
        _ => false,
    }
}

fn overlaps(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// The keys of a name in helm's `--set` grammar (`pkg/strvals`): dots nest, a backslash keeps them, `[0]` is an index.
fn set_path(name: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut signs = name.chars();
    while let Some(sign) = signs.next() {
        let last = keys.last_mut();
        match (sign, last) {
            ('\\', Some(key)) => key.extend(signs.next()),
            ('.', _) => keys.push(String::new()),
            ('[', _) => break,
            (sign, Some(key)) => key.push(sign),
            (_, None) => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::SetKind;

    fn layer(text: &str, later: bool) -> Layer {
        Layer::of_file("`x.yaml`".into(), text.as_bytes(), later).expect("a document")
    }

    fn messages(text: &str, set: &str) -> usize {
        let keys = ["gateway.configChecksum".parse().expect("a path")];
        let entry = SetEntry { name: set.into(), item: Value::Nil, kind: SetKind::Set };
        let set = if set.is_empty() { Vec::new() } else { vec![entry] };
        shadowed_checksum("web", &keys, &[layer(text, true)], &set).len()
    }

    #[test]
    fn the_same_key_and_what_replaces_a_key_above_are_found() {
        assert_eq!(messages("gateway: {configChecksum: \"\"}", ""), 1);
        assert_eq!(messages("gateway: {configChecksum: null}", ""), 1);
        assert_eq!(messages("gateway: null", ""), 1, "helm deletes the map");
        assert_eq!(messages("gateway: {replicas: 1}", ""), 0);
        assert_eq!(messages("configChecksum: x", ""), 0);
        assert_eq!(messages("a: 1\n---\ngateway: {configChecksum: x}", ""), 1, "Helm 4 merges all documents");
    }

    #[test]
    fn set_is_read_in_the_grammar_of_helm() {
        assert_eq!(messages("a: 1", "gateway.configChecksum"), 1);
        assert_eq!(messages("a: 1", "gateway"), 1);
        assert_eq!(messages("a: 1", "gateway.replicas"), 0);
        assert_eq!(messages("a: 1", "gateway\\.configChecksum"), 0);
        assert_eq!(set_path("a\\.b.c[0].d"), ["a.b", "c"]);
    }
}

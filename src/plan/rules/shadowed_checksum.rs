//! The finding shadowed-checksum: something else of the release sets the key that the checksum goes to.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::KeyPath;
use crate::state::SetEntry;
use crate::value::Value;
use crate::yaml::{self, Limits};

/// Something of a release that sets values, named as a message names it.
#[derive(Debug)]
pub(crate) struct Layer {
    /// What it is: ``the values file `x.yaml` ``.
    pub(crate) title: String,
    /// Its values: of a file, those of every document. Helm 4 merges them, Helm 3 reads the first.
    pub(crate) values: Vec<Value>,
    /// Whether helm reads it after the target, so that it wins.
    pub(crate) later: bool,
}

impl Layer {
    /// The layer of a file that helm reads, unless it is no YAML: helm then fails by itself.
    pub(crate) fn of_file(title: String, text: &[u8], later: bool) -> Option<Self> {
        let documents = yaml::parse(text, &Limits::default()).ok()?;
        let values =
            documents.iter().map(|document| document.decode().ok()).collect::<Option<Vec<Value>>>()?;
        Some(Self { title, values, later })
    }
}

/// Whether anything else sets one of the keys of a target.
pub(crate) fn shadowed_checksum(
    release: &str,
    keys: &[KeyPath],
    layers: &[Layer],
    set: &[SetEntry],
) -> Vec<Diagnostic> {
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

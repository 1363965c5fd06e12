//! The objects of any kind among what helm renders, with their `spec`.

use super::object::{Datum, Document, Object, ObjectKind, is_hook, items_of};
use super::piece::data_line;
use crate::value::Value;
use crate::yaml::Node;

/// The name of the one datum of such an object.
const SPEC: &str = "spec";

/// What the items of a list take from it, where they have none of their own.
#[derive(Clone, Copy)]
struct Around<'a> {
    /// The namespace of the release.
    namespace: &'a str,
    source: Option<&'a str>,
    api_version: &'a str,
    kind: &'a str,
}

/// The objects of one document, which may be a list of any kind: each [`ObjectKind::Other`], with its `spec` as the one datum where it
/// has one. `namespace` is that of the release. What has no kind or no name is none.
pub(crate) fn specified(document: &Document, namespace: &str) -> Vec<Object> {
    let around = Around { namespace, source: document.source.as_deref(), api_version: "", kind: "" };
    let mut found = Vec::new();
    collect(&document.value, &document.node, around, &mut found);
    found
}

fn collect(manifest: &Value, node: &Node, around: Around<'_>, found: &mut Vec<Object>) {
    let Value::Map(manifest) = manifest else { return };
    let text = |value: Option<Value>| match value {
        Some(Value::Str(text)) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    };
    let api_version = text(manifest.get("apiVersion")).unwrap_or_else(|| around.api_version.to_owned());
    let kind = text(manifest.get("kind")).unwrap_or_else(|| around.kind.to_owned());
    // A list of any kind is taken apart before it is applied.
    if let (Some(kind), Some(items)) = (kind.strip_suffix("List"), items_of(manifest, node)) {
        let around = Around { api_version: &api_version, kind, ..around };
        for (item, node) in items {
            collect(&item, &node, around, found);
        }
        return;
    }
    let Some(Value::Map(metadata)) = &manifest.get("metadata") else { return };
    let Some(name) = text(metadata.get("name")).filter(|_| !kind.is_empty()) else { return };
    let data = match manifest.get(SPEC) {
        None | Some(Value::Nil) => Vec::new(),
        Some(spec) => vec![Datum { name: SPEC.to_owned(), bytes: data_line(&spec), secret: false }],
    };
    found.push(Object {
        kind: ObjectKind::Other,
        api_version,
        namespace: text(metadata.get("namespace")).unwrap_or_else(|| around.namespace.to_owned()),
        name: format!("{kind}/{name}"),
        source: around.source.map(str::to_owned),
        line: node.line(),
        is_hook: is_hook(metadata),
        is_immutable: false,
        data,
    });
}

#[cfg(test)]
mod tests {
    use super::super::object::documents;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let documents = documents(text.as_bytes()).expect("manifests").map(|one| one.expect("a document"));
        let objects = documents.flat_map(|document| specified(&document, "edge")).collect::<Vec<_>>();
        let line = |one: &Object| {
            let data: Vec<String> = one
                .data
                .iter()
                .map(|one| format!("{}={}", one.name, String::from_utf8_lossy(&one.bytes)))
                .collect();
            format!("{} {}/{}: {}", one.api_version, one.namespace, one.name, data.concat())
        };
        objects.iter().map(line).collect()
    }

    #[test]
    fn each_kind_of_object_is_found_with_its_spec() {
        let text = "\
---
# Source: vault/templates/db.yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, labels: {chart: vault-1}}
spec:
  target: {name: db}
  data: [{secretKey: b, remoteRef: {key: a}}]
  refreshInterval: 1h
---
apiVersion: v1
kind: List
items:
- {apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: web, namespace: apps}, spec: {}}
---
apiVersion: example.org/v1
kind: ThingList
items:
- {metadata: {name: one}, spec: {on: yes, size: 010, b: [1.50, null]}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {a: marker}
---
apiVersion: example.org/v1
kind: Nothing
metadata: {name: none}
spec: null
---
{apiVersion: v1, kind: Pod, metadata: {generateName: p-}, spec: {}}
";
        assert_eq!(
            found(text),
            [
                "external-secrets.io/v1 edge/ExternalSecret/db: spec={\"data\":[{\"remoteRef\":{\"key\":\"a\"},\"secretKey\":\"b\"}],\"refreshInterval\":\"1h\",\"target\":{\"name\":\"db\"}}\n",
                "cert-manager.io/v1 apps/Certificate/web: spec={}\n",
                "example.org/v1 edge/Thing/one: spec={\"b\":[1.5,null],\"size\":8,\"true\":true}\n",
                "v1 edge/Secret/s: ",
                "example.org/v1 edge/Nothing/none: ",
            ]
        );
    }
}

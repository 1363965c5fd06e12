//! The `ConfigMap`s and `Secret`s among what helm renders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::piece::data_line;
use super::specified::specified;
use crate::go::encoding::base64;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits, Node};

/// The kinds of objects that sources name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ObjectKind {
    /// `ConfigMap`
    ConfigMap,
    /// `Secret`
    Secret,
    /// Any kind, of which the `spec` counts.
    Other,
}

impl ObjectKind {
    /// The kind as manifests name it; of [any other](Self::Other) the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Other => "object",
        }
    }

    /// The kind as a source names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmap",
            Self::Secret => "secret",
            Self::Other => "object",
        }
    }
}

/// A `ConfigMap` or `Secret` that a release renders, or an object of any kind with its `spec`. What is known of its data is a `D`: its bytes, where nothing else is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object<D = Datum> {
    /// What it is.
    pub kind: ObjectKind,
    /// Its `apiVersion`: the group of its API, `/` and the version, or the version alone; may be empty.
    pub api_version: String,
    /// Its namespace: its own, else that of the release, else empty.
    pub namespace: String,
    /// Its name; `KIND/NAME` where its kind is [any other](ObjectKind::Other).
    pub name: String,
    /// The file that it comes from, as helm names it: the names of the chart and its subcharts with `templates/FILE`. Nothing where
    /// a post renderer does not keep what helm says.
    pub source: Option<String>,
    /// The line of the output where it starts, from 1.
    pub line: usize,
    /// Whether it is a hook of helm's, by its annotation.
    pub is_hook: bool,
    /// Whether Kubernetes refuses to change its data: `immutable: true`.
    pub is_immutable: bool,
    /// Its data, by the names `data/KEY`, `binaryData/KEY` and `stringData/KEY`. What is base64 in the manifest is decoded. Of
    /// [any other](ObjectKind::Other) kind it is `spec` alone, as a line of compact JSON with sorted keys; nothing without one.
    pub data: Vec<D>,
}

impl<D> Object<D> {
    /// The same with something else of its data.
    pub(crate) fn with_data<E>(self, of: impl FnMut(D) -> E) -> Object<E> {
        let Self { kind, api_version, namespace, name, source, line, is_hook, is_immutable, data } = self;
        let data = data.into_iter().map(of).collect();
        Object { kind, api_version, namespace, name, source, line, is_hook, is_immutable, data }
    }
}

/// What stands under a key of an object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Datum {
    /// `data/KEY`, `binaryData/KEY`, `stringData/KEY` or `spec`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is of a Secret, so that not even its digest should be shown.
    pub secret: bool,
}

impl fmt::Debug for Datum {
    /// Bytes may be secret, so only their number is told.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Datum({}: {} bytes)", self.name, self.bytes.len())
    }
}

/// Why the output of helm could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line of the output, from 1.
    pub line: Option<usize>,
}

/// A document of a list of manifests.
#[derive(Debug)]
pub(crate) struct Document {
    /// What Kubernetes is given.
    pub(crate) value: Value,
    /// The same with its places in the output.
    pub(crate) node: Node,
    /// The file that it comes from, as helm names it, where helm says so.
    pub(crate) source: Option<String>,
    /// Its number among the documents, from 0.
    pub(crate) index: usize,
}

/// The documents of a list of manifests, in their order. Each is made when it is asked for.
///
/// # Errors
///
/// As [`objects`], for the whole text or for one document.
pub(crate) fn documents(
    manifests: &[u8],
) -> Result<impl Iterator<Item = Result<Document, Unreadable>>, Unreadable> {
    let unreadable = |error: yaml::Error| Unreadable { line: error.line() };
    let sources = sources(manifests);
    let nodes = yaml::parse(manifests, &Limits::default()).map_err(unreadable)?;
    Ok(nodes.into_iter().enumerate().map(move |(index, node)| {
        let value = node.decode_as_helm().map_err(unreadable)?;
        let source = sources.range(..=node.line()).next_back().and_then(|(_, source)| source.clone());
        Ok(Document { value, node, source, index })
    }))
}

/// The objects that sources may name in a list of manifests, those in a `List` too: `ConfigMap`s and `Secret`s, and each object of
/// [any kind](ObjectKind::Other). `namespace` is that of the release.
///
/// # Errors
///
/// Where a manifest is not readable to Kubernetes. The error tells the line alone: a value may be secret.
pub(super) fn objects(manifests: &[u8], namespace: &str) -> Result<Vec<Object>, Unreadable> {
    let mut objects = Vec::new();
    for document in documents(manifests)? {
        let document = document?;
        objects.extend(objects_of(&document, namespace));
        objects.extend(specified(&document, namespace));
    }
    Ok(objects)
}

/// The `ConfigMap`s and `Secret`s of one document, which may be a `List`. `namespace` is that of the release.
pub(crate) fn objects_of(document: &Document, namespace: &str) -> Vec<Object> {
    let mut objects = Vec::new();
    let around = Around { namespace, source: document.source.as_deref() };
    collect(&document.value, &document.node, around, &mut objects);
    objects
}

/// What an object takes from where it stands.
#[derive(Clone, Copy)]
struct Around<'a> {
    /// The namespace of the release.
    namespace: &'a str,
    source: Option<&'a str>,
}

/// The file that each document comes from, by the line where it starts: helm writes it as a comment of its own, the first of the
/// document (`pkg/action/action.go: renderResources`, `cmd/helm/template.go`).
fn sources(manifests: &[u8]) -> BTreeMap<usize, Option<String>> {
    let text = String::from_utf8_lossy(manifests);
    let mut sources = BTreeMap::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        // At the start of a line it ends a document wherever it stands, in a scalar too.
        if line == "---" || line.starts_with("--- ") {
            let source = lines.peek().and_then(|(_, next)| next.strip_prefix("# Source: "));
            sources.insert(index + 1, source.map(|source| source.trim_end().to_owned()));
        }
    }
    sources
}

fn collect(manifest: &Value, node: &Node, around: Around<'_>, objects: &mut Vec<Object>) {
    let Value::Map(manifest) = manifest else { return };
    let version = manifest.get("apiVersion").unwrap_or_default();
    let kind = manifest.get("kind").unwrap_or_default();
    if version.as_str() != Some("v1") {
        return;
    }
    let kind = match kind.as_str() {
        Some("ConfigMap") => ObjectKind::ConfigMap,
        Some("Secret") => ObjectKind::Secret,
        Some("List" | "ConfigMapList" | "SecretList") => {
            for (item, node) in items_of(manifest, node).into_iter().flatten() {
                collect(&item, &node, around, objects);
            }
            return;
        }
        _ => return,
    };
    let Some(Value::Map(metadata)) = &manifest.get("metadata") else { return };
    let text = |key: &str| match metadata.get(key) {
        Some(Value::Str(text)) => Some(text.to_string()),
        _ => None,
    };
    let Some(name) = text("name") else { return };
    let own = text("namespace").filter(|own| !own.is_empty());
    objects.push(Object {
        kind,
        api_version: "v1".to_owned(),
        namespace: own.unwrap_or_else(|| around.namespace.to_owned()),
        name,
        source: around.source.map(str::to_owned),
        line: node.line(),
        is_hook: is_hook(metadata),
        is_immutable: matches!(manifest.get("immutable"), Some(Value::Bool(true))),
        data: data(manifest, kind),
    });
}

/// The items of a list of manifests, each with its node, or that of the list where it has none of its own; nothing where there is no list.
pub(crate) fn items_of(list: &Map, node: &Node) -> Option<Vec<(Value, Node)>> {
    let Some(Value::List(items)) = list.get("items") else { return None };
    let nodes = node.value_of("items");
    let own = |index| nodes.as_ref().and_then(|nodes| nodes.item(index)).unwrap_or_else(|| node.clone());
    Some(items.iter().enumerate().map(|(index, item)| (item.clone(), own(index))).collect())
}

/// Whether helm takes an object for a hook, which is not a part of the release (`pkg/releaseutil/manifest_sorter.go`).
pub(crate) fn is_hook(metadata: &Map) -> bool {
    matches!(metadata.get("annotations"), Some(Value::Map(annotations)) if annotations.contains_key("helm.sh/hook"))
}

fn data(manifest: &Map, kind: ObjectKind) -> Vec<Datum> {
    let mut pieces = Vec::new();
    for (title, encoded) in
        [("binaryData", true), ("data", kind == ObjectKind::Secret), ("stringData", false)]
    {
        let Some(Value::Map(map)) = manifest.get(title) else { continue };
        for (key, value) in map.entries() {
            let bytes = match &value {
                Value::Str(text) if encoded => {
                    base64::decode(text.as_bytes()).unwrap_or_else(|_| text.as_bytes().to_vec())
                }
                Value::Str(text) => text.as_bytes().to_vec(),
                // Kubernetes refuses anything but null.
                other => data_line(other),
            };
            pieces.push(Datum { name: format!("{title}/{key}"), bytes, secret: kind == ObjectKind::Secret });
        }
    }
    pieces
}

/// What Kubernetes takes for the name of a ConfigMap or Secret: parts of lower-case letters, digits and `-`, joined by dots, a
/// letter or digit at both ends of each, at most 253 characters (`k8s.io/apimachinery/pkg/util/validation: IsDNS1123Subdomain`).
pub(crate) fn is_object_name(text: &str) -> bool {
    let good = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(good)
            && bytes.last().is_some_and(good)
            && bytes.iter().all(|byte| good(byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// A key of an object that differs between two renderings of the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unstable {
    /// The kind of the object.
    pub kind: ObjectKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of the pieces that differ, such as `data/password`; none where the whole object comes and goes.
    pub keys: BTreeSet<String>,
}

/// What is known of a datum, and what it is compared by.
pub trait Compared {
    /// What is the same where the data are the same.
    type By: PartialEq + ?Sized;

    /// The name of the datum.
    fn name(&self) -> &str;

    /// What it is compared by.
    fn by(&self) -> &Self::By;
}

impl Compared for Datum {
    type By = [u8];

    fn name(&self) -> &str {
        &self.name
    }

    fn by(&self) -> &[u8] {
        &self.bytes
    }
}

type ObjectIdentity<'o> = (ObjectKind, &'o str, &'o str);

/// What differs between two renderings: such data is random or depends on the clock, and would move a checksum each time.
#[must_use]
pub fn unstable<D: Compared>(one: &[Object<D>], other: &[Object<D>]) -> Vec<Unstable> {
    fn by_identity<D>(objects: &[Object<D>]) -> BTreeMap<ObjectIdentity<'_>, Vec<&Object<D>>> {
        let mut map: BTreeMap<ObjectIdentity<'_>, Vec<&Object<D>>> = BTreeMap::new();
        for object in objects {
            let identity = (object.kind, object.namespace.as_str(), object.name.as_str());
            map.entry(identity).or_default().push(object);
        }
        map
    }
    let (one, other) = (by_identity(one), by_identity(other));
    let identities: BTreeSet<&ObjectIdentity<'_>> = one.keys().chain(other.keys()).collect();
    let differing = identities.into_iter().filter_map(|identity| {
        let (kind, namespace, name) = *identity;
        let found = |keys| Unstable { kind, namespace: namespace.into(), name: name.into(), keys };
        let (Some(a), Some(b)) = (one.get(identity), other.get(identity)) else {
            return Some(found(BTreeSet::new()));
        };
        if a.len() != b.len() {
            return Some(found(BTreeSet::new()));
        }
        let keys: BTreeSet<String> = a.iter().zip(b).flat_map(|(a, b)| differing_keys(a, b)).collect();
        (!keys.is_empty()).then(|| found(keys))
    });
    differing.collect()
}

fn differing_keys<D: Compared>(a: &Object<D>, b: &Object<D>) -> BTreeSet<String> {
    fn by_name<D: Compared>(object: &Object<D>) -> BTreeMap<&str, &D::By> {
        object.data.iter().map(|datum| (datum.name(), datum.by())).collect()
    }
    let (one, other) = (by_name(a), by_name(b));
    let names: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
    names.into_iter().filter(|name| one.get(name) != other.get(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFESTS: &str = "\
---
# Source: web/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {chart: web-1.0.0}}
data: {z: \"1\", a: |\n  text\n  }
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: s, namespace: other}
  data: {k: aGVsbG8=}
  stringData: {t: yes and no}
- apiVersion: v1
  kind: Service
  metadata: {name: x}
---
apiVersion: example.org/v1
kind: ConfigMap
metadata: {name: not-ours}
";

    /// The `ConfigMap`s and `Secret`s.
    fn of_data(manifests: &[u8], namespace: &str) -> Vec<Object> {
        let mut objects = objects(manifests, namespace).expect("manifests");
        objects.retain(|object| object.kind != ObjectKind::Other);
        objects
    }

    fn shown(objects: &[Object]) -> Vec<String> {
        let text = |datum: &Datum| format!("{}={}", datum.name, String::from_utf8_lossy(&datum.bytes));
        let object = |object: &Object| {
            let data: Vec<String> = object.data.iter().map(text).collect();
            format!("{} {}/{}: {}", object.kind.name(), object.namespace, object.name, data.join(" "))
        };
        objects.iter().map(object).collect()
    }

    #[test]
    fn base64_with_line_breaks_is_decoded() {
        for (encoded, decoded) in [
            ("|\n    aGVs\n    bG8=\n", "hello"),
            ("\"aGVs\\r\\nbG8=\\n\"\n", "hello"),
            ("aGVsbG8=\n", "hello"),
            // Kubernetes refuses both.
            ("aGVs bG8=\n", "aGVs bG8="),
            ("aGVsbG8\n", "aGVsbG8"),
        ] {
            let secret =
                format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ndata:\n  k: {encoded}");
            let config = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\nbinaryData:\n  k: {encoded}"
            );
            let found = of_data(format!("{secret}---\n{config}").as_bytes(), "");
            let shown = shown(&found);
            assert_eq!(
                shown,
                [format!("Secret /s: data/k={decoded}"), format!("ConfigMap /c: binaryData/k={decoded}")]
            );
        }
    }

    #[test]
    fn configmaps_and_secrets_are_found_with_their_data() {
        let text =
            MANIFESTS.replace("data: {z: \"1\", a: |\n  text\n  }", "data:\n  z: \"1\"\n  a: |\n    text");
        let objects = of_data(text.as_bytes(), "edge");
        assert_eq!(
            shown(&objects),
            [
                "ConfigMap edge/a: data/a=text\n data/z=1",
                "Secret other/s: data/k=hello stringData/t=yes and no"
            ]
        );
        assert!(objects[1].data.iter().all(|datum| datum.secret));
        assert_eq!(objects[0].source.as_deref(), Some("web/templates/a.yaml"));
        assert_eq!((objects[1].source.as_deref(), objects[1].is_hook), (None, false));
    }

    #[test]
    fn a_source_is_what_helm_says_and_nothing_that_looks_like_it() {
        let text = "---\n# Source: web/templates/a.yaml\n# Source: web/templates/b.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {helm.sh/hook: pre-install}}\ndata:\n  x: |\n    ---\n    # Source: web/templates/c.yaml\n---\n# Source: web/templates/d.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n";
        let objects = of_data(text.as_bytes(), "");
        let sources: Vec<_> =
            objects.iter().map(|object| (object.source.as_deref(), object.is_hook)).collect();
        assert_eq!(sources, [(Some("web/templates/a.yaml"), true), (Some("web/templates/d.yaml"), false)]);
    }

    #[test]
    fn an_error_tells_a_line_and_no_value() {
        let error = objects(b"a: 1\nkey: [marker\n", "").expect_err("no YAML");
        assert!(!format!("{error:?}").contains("marker"), "{error:?}");
        assert!(error.line.is_some());
    }

    #[test]
    fn keys_that_differ_between_two_renderings_are_named() {
        let render = |password: &str, extra: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {password}, user: a}}\n{extra}"
            );
            of_data(text.as_bytes(), "")
        };
        assert_eq!(unstable(&render("x", ""), &render("x", "")), []);
        let found = unstable(&render("x", ""), &render("y", ""));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].keys.iter().collect::<Vec<_>>(), ["stringData/password"]);
        let more = render("x", "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n");
        let found = unstable(&render("x", ""), &more);
        assert_eq!((found.len(), found[0].name.as_str(), found[0].keys.is_empty()), (1, "c", true));
    }
}

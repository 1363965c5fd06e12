//! The resources of a list of manifests, those in a `List` too.

use serde::{Deserialize, Serialize};

use super::spot::{Path, Spot};
use crate::rendered::{Document, is_hook, items_of};
use crate::value::Value;
use crate::yaml::Node;

/// What a resource is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// `apps/v1`; may be empty.
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Its own namespace, else that of the release, else empty.
    pub namespace: String,
    /// Its name; empty where it has none, as with `generateName`.
    pub name: String,
}

impl Identity {
    /// The group of its API, empty for the core one, which has one version. Nothing where there is no such API.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match self.api_version.split_once('/') {
            Some((group, _)) => Some(group),
            None => (self.api_version == "v1").then_some(""),
        }
    }

    /// Changes each text that a secret may have been made a part of: the namespace and the name.
    pub(crate) fn each_name(&mut self, mut change: impl FnMut(&mut String)) {
        change(&mut self.namespace);
        change(&mut self.name);
    }

    /// Whether it is of this kind, in any version of the group.
    #[must_use]
    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group() == Some(group)
    }
}

/// Where a resource comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The file of the chart, as helm names it in `# Source:`, where it says so.
    pub source: Option<String>,
    /// The line of helm's output where the resource starts, from 1.
    pub line: usize,
}

/// A resource among the manifests.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) identity: Identity,
    pub(super) origin: Origin,
    pub(super) is_hook: bool,
    pub(super) root: Spot,
    /// The number of the document that it is in, from 0.
    pub(super) document: usize,
    /// The way to it in its document: none but for what is in a list.
    pub(super) way: Path,
    node: Node,
}

impl Resource {
    /// The line of the output that a value is on.
    pub(super) fn line(&self, path: &Path) -> usize {
        path.line(&self.node)
    }
}

/// What an item of a list takes from it, where it has none of its own.
#[derive(Clone, Copy, Default)]
struct Inherited<'l> {
    api_version: &'l str,
    kind: &'l str,
}

/// The resources of a document. `namespace` is that of the release.
pub(super) fn resources(document: &Document, namespace: &str) -> Vec<Resource> {
    let mut found = Vec::new();
    let whole = (&document.value, &document.node, &Path::default());
    collect(document, whole, Inherited::default(), namespace, &mut found);
    found
}

fn collect(
    document: &Document,
    (value, node, way): (&Value, &Node, &Path),
    inherited: Inherited<'_>,
    namespace: &str,
    found: &mut Vec<Resource>,
) {
    let root = Spot::root(value.clone());
    let Value::Map(fields) = value else { return };
    let kind = root.text_of("kind").unwrap_or_else(|| inherited.kind.to_owned());
    let api_version = root.text_of("apiVersion").unwrap_or_else(|| inherited.api_version.to_owned());
    // A list of any kind is taken apart before it is applied.
    if let (Some(item_kind), Some(items)) = (kind.strip_suffix("List"), items_of(fields, node)) {
        let inherited = Inherited { api_version: &api_version, kind: item_kind };
        for (index, (item, node)) in items.iter().enumerate() {
            let way = way.item_of("items", index);
            collect(document, (item, node, &way), inherited, namespace, found);
        }
        return;
    }
    // Definitions say nothing here, and are the largest of all.
    if kind.is_empty() || kind == "CustomResourceDefinition" {
        return;
    }
    let metadata = root.key("metadata");
    found.push(Resource {
        identity: Identity {
            api_version,
            kind,
            namespace: metadata.text_of("namespace").unwrap_or_else(|| namespace.to_owned()),
            name: metadata.text_of("name").unwrap_or_default(),
        },
        origin: Origin { source: document.source.clone(), line: node.line() },
        is_hook: matches!(&metadata.value, Value::Map(metadata) if is_hook(metadata)),
        root,
        document: document.index,
        way: way.clone(),
        node: node.clone(),
    });
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use crate::rendered::Marker;

    /// Reads on a thread with the stack that those of the pool have.
    fn on_a_thread(text: String) -> Option<usize> {
        let work = move || {
            read(text.as_bytes(), "edge", &Marker::new(b"")).ok().map(|manifests| manifests.workloads.len())
        };
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread");
        thread.join().expect("the stack is enough")
    }

    #[test]
    fn lists_in_lists_and_deep_values_are_not_too_deep_for_a_thread() {
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: x}]}}";
        let list = "{apiVersion: v1, kind: List, items: [";
        let deep = |depth: usize| format!("{}{pod}{}\n", list.repeat(depth), "]}".repeat(depth));
        assert_eq!(on_a_thread(deep(400)), Some(1));
        assert_eq!(on_a_thread(deep(2_000)), None, "helm reads no such thing");
        let nested = |depth: usize| {
            let value = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            format!(
                "apiVersion: example.org/v1\nkind: Machine\nspec: {{deep: {value}, containers: [{{image: x}}]}}\n"
            )
        };
        assert_eq!(on_a_thread(nested(900)), Some(1));
        let template = nested(900).replace("spec: {", "spec: {a: {b: {spec: {").replace("}]}\n", "}]}}}}\n");
        assert_eq!(on_a_thread(template), Some(1));
    }
}

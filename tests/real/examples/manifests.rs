//! Rendered manifests as data, and what an edit changes in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Every value in a set of manifests by its place: `ConfigMap/routes/data/orders.yaml`.
pub(crate) type Places = BTreeMap<String, Value>;

/// The values in rendered manifests.
///
/// Two manifests with one kind and name would be one place, so they are refused.
pub(crate) fn places(manifests: &str) -> Places {
    let mut places = Places::new();
    for text in manifests.split("\n---\n") {
        let manifest: Value =
            yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{error} in:\n{text}"));
        if manifest.is_null() {
            continue;
        }
        let name = |place: &Value| place.as_str().expect("a manifest has kind and name").to_owned();
        let object = format!("{}/{}", name(&manifest["kind"]), name(&manifest["metadata"]["name"]));
        assert!(!places.keys().any(|place| place.starts_with(&format!("{object}/"))), "{object} comes twice");
        collect(&object, &manifest, &mut places);
    }
    places
}

fn collect(place: &str, value: &Value, places: &mut Places) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                collect(&format!("{place}/{key}"), value, places);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{place}/{index}"), item, places);
            }
        }
        _ => {
            places.insert(place.to_owned(), value.clone());
        }
    }
}

/// The places that are new, gone or contain another value.
pub(crate) fn moved(before: &Places, after: &Places) -> BTreeSet<String> {
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter().filter(|place| before.get(*place) != after.get(*place)).cloned().collect()
}

/// The place of an annotation on a pod template.
pub(crate) fn annotation(workload: &str, key: &str) -> String {
    format!("{workload}/spec/template/metadata/annotations/{key}")
}

//! The resolved state as a document: what `helmfile build` shows, without running anything.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Number, Value as Json};

use super::json::{ErrorEntry, error_entries};
use super::relative;
use crate::state::{EntryContent, Release, Resolved, ValuesEntry, Visit};
use crate::text::Problem;
use crate::value::Value;

/// What `helmsum state` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The name of the environment.
    environment: String,
    /// The state files in the order they are read, sub-helmfiles before the file that lists them.
    documents: Vec<Document>,
    /// What went wrong; only there if something did, and then `documents` is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorEntry>,
}

/// One reading of a state file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    /// Relative to the working directory.
    file: String,
    /// The merged state values.
    values: Map<String, Json>,
    releases: Vec<ReleaseEntry>,
}

/// A release after templating and overriding. Paths are as after templating, not resolved.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReleaseEntry {
    name: String,
    /// Empty without one.
    namespace: String,
    /// Empty without one.
    kube_context: String,
    chart: String,
    /// Empty without one.
    version: String,
    labels: std::collections::BTreeMap<String, String>,
    installed: bool,
    /// Empty without one.
    condition: String,
    /// As helmfile normalises them: `[context/][namespace/]name`.
    needs: Vec<String>,
    /// Paths as strings, inline values as maps.
    values: Vec<Json>,
    /// Paths as strings, inline values as maps.
    secrets: Vec<Json>,
    /// Null without one.
    missing_file_handler: Option<String>,
    /// Empty without one.
    values_path_prefix: String,
}

impl StateDocument {
    /// The document of a state. `only_selected` as helmfile does it: with selectors, what they leave and what conditions
    /// switch on; without, everything.
    #[must_use]
    pub fn new(environment: &str, resolved: &Resolved, only_selected: bool, directory: &Utf8Path) -> Self {
        let document = |visit: &Visit| Document {
            file: relative(&visit.file, directory).into_string(),
            values: match json(&visit.values.clone().into()) {
                Json::Object(values) => values,
                _ => Map::new(),
            },
            releases: visit
                .releases
                .iter()
                .filter(|release| !only_selected || release.selected && release.enabled)
                .map(release_entry)
                .collect(),
        };
        Self {
            format: 1,
            environment: environment.to_owned(),
            documents: resolved.visits.iter().map(document).collect(),
            errors: Vec::new(),
        }
    }

    /// The document of a state that could not be read.
    #[must_use]
    pub fn failed(environment: &str, problems: &[Problem], directory: &Utf8Path) -> Self {
        Self {
            format: 1,
            environment: environment.to_owned(),
            documents: Vec::new(),
            errors: error_entries(problems, directory),
        }
    }
}

fn release_entry(release: &Release) -> ReleaseEntry {
    ReleaseEntry {
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        kube_context: release.kube_context.clone(),
        chart: release.chart.clone(),
        version: release.version.clone(),
        labels: release.labels.clone(),
        installed: release.installed != Some(false),
        condition: release.condition.clone(),
        needs: release.needs.clone(),
        values: release.values.iter().map(values_entry).collect(),
        secrets: release.secrets.iter().map(values_entry).collect(),
        missing_file_handler: release.missing_file_handler.clone(),
        values_path_prefix: release.values_path_prefix.clone(),
    }
}

fn values_entry(entry: &ValuesEntry) -> Json {
    match &entry.content {
        EntryContent::Path(path) => path.clone().into(),
        EntryContent::Inline(value) | EntryContent::Invalid(value) => json(value),
    }
}

/// A value as the documents show it: timestamps as RFC 3339, binary data as base64, what JSON has no numbers for as YAML
/// spells it.
fn json(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => (*number).into(),
        Value::Uint64(number) => (*number).into(),
        Value::Uint8(number) => (*number).into(),
        Value::Float(number) => match Number::from_f64(*number) {
            Some(number) => number.into(),
            None if number.is_nan() => ".nan".into(),
            None if *number > 0.0 => ".inf".into(),
            None => "-.inf".into(),
        },
        Value::Str(text) => text.to_string().into(),
        Value::Bytes(bytes) => data_encoding::BASE64.encode(bytes).into(),
        Value::Time(time) => time.rfc3339().into(),
        Value::List(list) => list.iter().map(json).collect::<Vec<_>>().into(),
        Value::Map(map) | Value::MapPointer(map) => {
            object(map.entries().into_iter().map(|(key, value)| (key.to_string(), value)))
        }
        Value::AnyMap(map) => object(map.entries().into_iter().map(|(key, value)| (key_text(&key), value))),
        Value::Object(object) => object.type_name().into(),
    }
}

fn object(entries: impl Iterator<Item = (String, Value)>) -> Json {
    Json::Object(entries.map(|(key, value)| (key, json(&value))).collect())
}

fn key_text(key: &Value) -> String {
    match json(key) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

//! A resolved state as JSON and as YAML, for other programs and for people.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map as Json, Value as JsonValue};

use super::resolved::{EntryContent, Release, Resolved, ValuesEntry, Visit};
use crate::go::strconv::format_float;
use crate::value::{Value, json as go_json};
use crate::yaml;

impl Resolved {
    /// The state as `helmsum state --output json` prints it, with paths relative to `directory`. Where selectors apply to
    /// a state file, what they do not select is left out, as in `helmfile build`.
    #[must_use]
    pub fn to_json(&self, directory: &Utf8Path) -> JsonValue {
        let documents = self.visits.iter().map(|visit| document(visit, directory)).collect();
        object([
            ("format", 1.into()),
            ("environment", self.environment.as_str().into()),
            ("documents", JsonValue::Array(documents)),
        ])
    }
}

/// An object. The macro `json!` would copy each value, with all that is in it, once for every object around it.
fn object<const N: usize>(fields: [(&str, JsonValue); N]) -> JsonValue {
    JsonValue::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The documents of [`Resolved::to_json`] as YAML, one for each state file.
///
/// # Errors
///
/// None in practice: everything in the JSON has a YAML form.
pub(crate) fn to_yaml(state: &JsonValue) -> Result<String, yaml_serde::Error> {
    let mut text = String::new();
    for document in state["documents"].as_array().into_iter().flatten() {
        text.push_str("---\n");
        text.push_str(&yaml_serde::to_string(document)?);
    }
    Ok(text)
}

fn document(visit: &Visit, directory: &Utf8Path) -> JsonValue {
    let shown = visit.releases.iter().filter(|release| release.selected || !visit.filtered);
    object([
        ("file", relative(&visit.file, directory).as_str().into()),
        ("values", to_json(&visit.values.clone().into())),
        ("releases", shown.map(release).collect()),
    ])
}

fn release(release: &Release) -> JsonValue {
    let labels = release.labels.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
    object([
        ("name", release.name.as_str().into()),
        ("namespace", release.namespace.as_str().into()),
        ("kubeContext", release.kube_context.as_str().into()),
        ("chart", release.chart.as_str().into()),
        ("version", release.version.as_str().into()),
        ("labels", JsonValue::Object(labels.collect())),
        ("installed", release.installed.unwrap_or(true).into()),
        ("condition", release.condition.as_str().into()),
        ("needs", release.needs.iter().map(|need| need.as_str()).collect()),
        ("values", release.values.iter().map(entry).collect()),
        ("secrets", release.secrets.iter().map(entry).collect()),
        ("missingFileHandler", release.missing_file_handler.as_deref().unwrap_or_default().into()),
        ("valuesPathPrefix", release.values_path_prefix.as_str().into()),
    ])
}

fn entry(entry: &ValuesEntry) -> JsonValue {
    match &entry.content {
        EntryContent::Path(path) => path.as_str().into(),
        EntryContent::Inline(value) | EntryContent::Invalid(value) => to_json(value),
    }
}

/// A path below `directory` without it, any other with as many `..` as it takes.
fn relative(path: &Utf8Path, directory: &Utf8Path) -> Utf8PathBuf {
    let mut above = Utf8PathBuf::new();
    for ancestor in directory.ancestors() {
        if let Ok(rest) = path.strip_prefix(ancestor) {
            return above.join(rest);
        }
        above.push("..");
    }
    path.to_owned()
}

/// A value as JSON: points in time as RFC 3339, bytes as base64, numbers that JSON does not have as Go prints them.
fn to_json(value: &Value) -> JsonValue {
    match value {
        Value::Nil => JsonValue::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) | Value::Int64(value) | Value::Duration(value) => (*value).into(),
        Value::Uint64(value) => (*value).into(),
        Value::Uint8(value) => (*value).into(),
        Value::Float(value) => serde_json::Number::from_f64(*value)
            .map_or_else(|| format_float(*value, 'g', None).into(), JsonValue::Number),
        Value::Str(text) => text.to_string().into(),
        Value::Bytes(bytes) => data_encoding::BASE64.encode(bytes).into(),
        Value::List(list) => list.iter().map(to_json).collect(),
        Value::Map(map) | Value::MapPointer(map) => {
            let entries = map.entries().into_iter().map(|(key, value)| (key.to_string(), to_json(&value)));
            JsonValue::Object(entries.collect::<Json<_, _>>())
        }
        Value::AnyMap(map) => {
            let mut entries: Vec<(String, JsonValue)> =
                map.entries().iter().map(|(key, value)| (key_text(key), to_json(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            JsonValue::Object(entries.into_iter().collect())
        }
        Value::Time(_) | Value::Object(_) => go_json::encode(value, go_json::Style::Raw)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or(JsonValue::Null),
    }
}

/// A key that is not text, as helmfile writes it and helm reads it: a point in time as RFC 3339, nil as `null`.
fn key_text(key: &Value) -> String {
    match key {
        Value::Str(text) => text.to_string(),
        other => yaml::encode(other).map_or_else(|_| other.type_name(), |text| text.trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_where_the_user_stands() {
        for (path, directory, expected) in [
            ("/r/helmfile.yaml", "/r", "helmfile.yaml"),
            ("/r/helmfile.yaml", "/r/sub/x", "../../helmfile.yaml"),
            ("/r/a/helmfile.yaml", "/r/b", "../a/helmfile.yaml"),
        ] {
            assert_eq!(relative(path.into(), directory.into()), expected);
        }
    }

    #[test]
    fn keys_are_told_as_helm_reads_them() {
        let time = crate::value::Time::utc("2024-01-01T00:00:00Z".parse().unwrap());
        for (key, text) in [
            (Value::Time(time), "2024-01-01T00:00:00Z"),
            (Value::Nil, "null"),
            (Value::Float(1e21), "1e+21"),
            (Value::Bool(true), "true"),
            (Value::from("on"), "on"),
        ] {
            assert_eq!(key_text(&key), text);
        }
    }

    #[test]
    fn what_json_lacks_is_text() {
        assert_eq!(to_json(&Value::Float(f64::NAN)), "NaN");
        assert_eq!(to_json(&Value::Float(f64::INFINITY)), "+Inf");
        assert_eq!(to_json(&Value::from_bytes(vec![0xff])), "/w==");
        let time = crate::value::Time::utc("2024-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(to_json(&Value::Time(time)), "2024-01-01T00:00:00Z");
    }
}

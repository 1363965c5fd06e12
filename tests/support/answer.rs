//! What helmfile and helmsum say about a state, in one shape: the documents of `helmfile build` with the fields that both
//! have, the rows of `helmfile list`, and the digests that hooks were told.

use camino::Utf8Path;
use helmsum::internals::state::{Hook, Release, Resolved, Visit};
use serde_json::{Value, json};

/// A document of `helmfile build`, read from `source`, in the shape of helmsum's.
pub(crate) fn document(source: &str, state: &Value, root: &Utf8Path) -> Value {
    let path = state["filepath"].as_str().filter(|path| path.starts_with('/')).unwrap_or(source);
    let file = Utf8Path::new(path).strip_prefix(root).expect("a file of the case");
    json!({
        "file": file,
        "values": state["renderedvalues"],
        "releases": state["releases"].as_array().into_iter().flatten().map(release).collect::<Vec<_>>(),
    })
}

fn release(release: &Value) -> Value {
    let or = |key: &str, other: Value| if release[key].is_null() { other } else { release[key].clone() };
    let text = |key: &str| or(key, json!(""));
    json!({
        "name": text("name"),
        "namespace": text("namespace"),
        "kubeContext": text("kubeContext"),
        "chart": text("chart"),
        "version": text("version"),
        "labels": or("labels", json!({})),
        "installed": or("installed", json!(true)),
        "condition": text("condition"),
        "needs": or("needs", json!([])),
        "values": or("values", json!([])),
        "secrets": or("secrets", json!([])),
        "missingFileHandler": text("missingFileHandler"),
        "valuesPathPrefix": text("valuesPathPrefix"),
    })
}

/// The digests that a hook of helmfile printed as `digest HEX`, sorted.
pub(crate) fn digests(log: &str) -> Vec<&str> {
    let mut digests: Vec<&str> =
        log.lines().filter_map(|line| line.strip_prefix("hook[prepare] logs | digest ")).collect();
    digests.sort_unstable();
    digests
}

/// The rows of `helmfile list --output json`. Where two have one name, helmfile puts either first.
pub(crate) fn rows(printed: &[u8]) -> Value {
    let rows: Value = serde_json::from_slice(printed).unwrap_or_else(|_| json!([]));
    let text = |row: &Value, key: &str| row[key].as_str().expect("a text").to_owned();
    let mut rows: Vec<_> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            (text(row, "namespace"), text(row, "name"), row["enabled"] == true, row["installed"] == true)
        })
        .collect();
    rows.sort();
    json!(rows)
}

/// What helmsum says, with rows and digests where `expected` has them.
pub(crate) fn of_helmsum(root: &Utf8Path, resolved: &Resolved, expected: &Value) -> Value {
    let mut answer = json!({ "documents": resolved.to_json(root)["documents"] });
    for document in answer["documents"].as_array_mut().into_iter().flatten() {
        // helmfile names a linked file by where it really is.
        let file = root.join(document["file"].as_str().expect("a path"));
        let file = file.canonicalize_utf8().unwrap_or(file); // `-` is no file
        document["file"] = json!(file.strip_prefix(root).expect("a file of the case"));
    }
    if !expected["digests"].is_null() {
        let told = |hook: &Hook| hook.args.iter().any(|argument| argument.contains("sha256sum"));
        let mut digests: Vec<String> = resolved
            .visits
            .iter()
            .flat_map(|visit| {
                visit.hooks.iter().filter(|hook| told(hook)).map(|_| visit.environment_object.digest())
            })
            .collect();
        digests.sort_unstable();
        answer["digests"] = json!(digests);
    }
    if !expected["list"].is_null() {
        let listed = |visit: &Visit, release: &Release| release.selected || !visit.filtered;
        let releases = resolved
            .visits
            .iter()
            .flat_map(|visit| visit.releases.iter().filter(move |release| listed(visit, release)));
        let mut rows: Vec<_> = releases
            .map(|release| {
                (&release.namespace, &release.name, release.enabled, release.installed != Some(false))
            })
            .collect();
        rows.sort_unstable();
        answer["list"] = json!(rows);
    }
    answer
}

/// How helmsum's answer differs from helmfile's, as a patch.
pub(crate) fn difference(helmfile: &Value, helmsum: &Value) -> Option<String> {
    let [expected, found] = [even(helmfile), even(helmsum)];
    let print = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    (expected != found).then(|| {
        let (expected, found) = (print(&expected), print(&found));
        let difference = similar::TextDiff::from_lines(&expected, &found);
        difference.unified_diff().header("helmfile", "helmsum").to_string()
    })
}

/// The same with one spelling for equal numbers, for helmfile prints 1.0 as 1, and with sorted keys.
fn even(value: &Value) -> Value {
    /// Up to here every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it is a whole number that fits")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
                json!(float as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(even).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), even(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

//! Which keys of a chart reach pods: a marker at each of them, and where it is rendered.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Case;
use crate::checksum::Digest;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::reference::Identity;
use crate::source::KeyPath;
use crate::targets::Format;

/// The annotation of the marker for a key.
const MARKER: &str = "helmsum.audit/marker-";

/// Workloads by a key whose value is on their pods.
pub(super) type Reached = Vec<(String, BTreeSet<Identity>)>;

/// Of keys at which a chart may take annotations, those that reach pod templates, with the workloads of these.
pub(super) fn reached_by(case: &mut Case<'_, '_>, keys: &[Vec<String>]) -> Reached {
    let is_plain = |key: &&Vec<String>| {
        key.iter().all(|part| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'))
    };
    let keys: Vec<&Vec<String>> = keys.iter().filter(is_plain).collect();
    if keys.is_empty() {
        return Reached::new();
    }
    let mut values = serde_json::Map::new();
    for (number, key) in keys.iter().enumerate() {
        mark(&mut values, key, (format!("{MARKER}{number}"), "x"));
    }
    let Some(rendered) = rendered(case, values) else { return Reached::new() };
    let mut found: BTreeMap<usize, BTreeSet<Identity>> = BTreeMap::new();
    for workload in &rendered.workloads {
        for key in workload.pods.iter().flat_map(|pod| pod.annotations.keys()) {
            if let Some(number) = key.strip_prefix(MARKER).and_then(|number| number.parse().ok()) {
                found.entry(number).or_default().insert(workload.identity.clone());
            }
        }
    }
    let found =
        found.into_iter().filter_map(|(number, workloads)| Some((keys.get(number)?.join("."), workloads)));
    found.collect()
}

/// The key that the checksum of the release goes to if nothing else is said, with the workloads whose pods its chart puts it on.
pub(super) fn usual(case: &mut Case<'_, '_>) -> Option<(KeyPath, BTreeSet<Identity>)> {
    let settings = case.made.project.configurations.near(&case.subject.visit.directory).ok()?;
    let Ok(Format::Value(keys)) = settings.format_of(case.subject.release) else { return None };
    let (1, key) = (keys.iter().len(), keys.first().clone()) else { return None };
    let digest = Digest::of(MARKER.as_bytes()).to_string();
    let mut values = serde_json::Map::new();
    let (last, above) = key.keys().split_last()?;
    mark(&mut values, above, (last.clone(), &digest));
    // A chart that refuses the key reaches nobody with it.
    let Some(rendered) = rendered(case, values) else { return Some((key, BTreeSet::new())) };
    let marked = case.rendering.kept.marker().mark(digest.as_bytes());
    let has_it = |one: &&crate::reference::Workload| {
        one.pods.iter().flat_map(|pod| pod.annotations.values()).any(|annotation| annotation.mark == marked)
    };
    let workloads = rendered.workloads.iter().filter(has_it).map(|one| one.identity.clone()).collect();
    Some((key, workloads))
}

/// What the release renders with more values.
fn rendered(case: &mut Case<'_, '_>, values: serde_json::Map<String, serde_json::Value>) -> Option<Rendered> {
    let text = serde_json::Value::Object(values).to_string().into_bytes();
    let look = Look { values: Some(text), ..Look::plain(case.subject.at) };
    case.rendering.manifests(&[look], case.made.progress).into_iter().next()?.ok()
}

/// Puts the marker of a key into values.
fn mark(
    values: &mut serde_json::Map<String, serde_json::Value>,
    key: &[String],
    (name, text): (String, &str),
) {
    let Some((first, rest)) = key.split_first() else {
        values.insert(name, text.into());
        return;
    };
    let below = values.entry(first.clone()).or_insert_with(|| serde_json::Map::new().into());
    if let serde_json::Value::Object(below) = below {
        mark(below, rest, (name, text));
    }
}

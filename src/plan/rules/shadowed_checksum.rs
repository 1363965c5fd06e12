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
    /// The layer of a file that helm reads, unless it is not YAML: helm then fails by itself.
    fn of_file(title: String, text: &[u8], later: bool) -> Option<Self> {
        let documents = yaml::parse(text, &Limits::default()).ok()?;
        let values =
            documents.iter().map(|document| document.decode().ok()).collect::<Option<Vec<Value>>>()?;
        Some(Self { title, values, later })
    }

    fn finding(&self, release: &str, key: &KeyPath, clash: &Clash) -> Diagnostic {
        let title = &self.title;
        let (said, hint) = match (clash, self.later) {
            (Clash::NoMap(above, what), true) => (
                format!("{title} comes after the target, has {what} at `{above}` and wins"),
                "remove the key there, or list the target after it",
            ),
            (Clash::NoMap(above, what), false) => (
                format!(
                    "{title} has {what} at `{above}`, and the target comes after it with a map, which takes its place"
                ),
                "move what is there into a template for the target, `format: {template: FILE}` in `helmsum.yaml`, or remove the key \
                 there",
            ),
            (_, true) => (
                format!("{title} comes after the target, sets `{key}` and wins"),
                "remove the key there, or list the target after it",
            ),
            (_, false) => (
                format!("{title} sets `{key}`, but the target comes after it and wins"),
                "remove the key there",
            ),
        };
        Diagnostic::finding(Code::ShadowedChecksum, format!("release `{release}`: {said}")).hint(hint)
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
        // What helm reads before the target takes nothing from it by being null (`pkg/cli/values/options.go: mergeMaps`).
        let counts = |clash: &Clash| layer.later || *clash != Clash::Null;
        let clash = |key: &KeyPath| layer.values.iter().filter_map(|values| clash(values, key)).find(counts);
        let first = keys.iter().find_map(|key| Some((key, clash(key)?)));
        findings.extend(first.map(|(key, clash)| layer.finding(release, key, &clash)));
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

/// What stands in the way of a key among values.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Clash {
    /// Null at the key or above it: where helm reads it later, it takes away what was there.
    Null,
    /// A value at the key.
    Value,
    /// Something above the key that is not a map, and what it is.
    NoMap(KeyPath, &'static str),
}

/// What stands in the way of a key, if anything does.
fn clash(values: &Value, key: &KeyPath) -> Option<Clash> {
    let mut values = values.clone();
    for (depth, name) in key.keys().iter().enumerate() {
        let Value::Map(map) = &values else { return None };
        let value = map.get(name)?;
        let is_last = depth + 1 == key.keys().len();
        match value {
            value if value.is_nil() => return Some(Clash::Null),
            _ if is_last => return Some(Clash::Value),
            Value::Map(_) => values = value,
            value => return Some(Clash::NoMap(key.up_to(depth), what_is(&value))),
        }
    }
    None
}

/// A value that is neither a map nor null, as messages name its kind.
fn what_is(value: &Value) -> &'static str {
    match value {
        Value::Str(_) => "a string",
        Value::List(_) => "a list",
        Value::Bool(_) => "true or false",
        _ => "a number",
    }
}

fn overlaps(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// The keys of a name in helm's `--set` grammar (`pkg/strvals`): dots nest, a backslash keeps them, `[0]` is an index.
fn set_path(name: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        let last = keys.last_mut();
        match (character, last) {
            ('\\', Some(key)) => key.extend(characters.next()),
            ('.', _) => keys.push(String::new()),
            ('[', _) => break,
            (character, Some(key)) => key.push(character),
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
        found(text, set, true).len()
    }

    fn found(text: &str, set: &str, later: bool) -> Vec<Diagnostic> {
        let keys = ["gateway.configChecksum".parse().expect("a path")];
        let entry = SetEntry { name: set.into(), item: Value::Nil, kind: SetKind::Set };
        let set = if set.is_empty() { Vec::new() } else { vec![entry] };
        shadowed_checksum("web", &keys, &[layer(text, later)], &set)
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
    fn what_is_null_before_the_target_takes_nothing_from_it() {
        for text in
            ["gateway: null", "gateway:", "gateway: # {configChecksum: x}", "gateway: {configChecksum: null}"]
        {
            assert_eq!(found(text, "", false), [], "{text}");
        }
        let before = found("gateway: {configChecksum: x}", "", false);
        assert!(
            before[0].message.contains("`x.yaml` sets `gateway.configChecksum`, but the target comes after")
        );
    }

    #[test]
    fn what_is_not_a_map_above_the_key_is_named() {
        for (text, what) in
            [("gateway: \"a: b\"", "a string"), ("gateway: [a]", "a list"), ("gateway: 1", "a number")]
        {
            let before = found(text, "", false);
            assert!(
                before[0].message.contains(&format!("has {what} at `gateway`, and the target")),
                "{}",
                before[0]
            );
            assert!(
                before[0].hint.as_deref().is_some_and(|hint| hint.contains("`format: {template: FILE}`"))
            );
            let after = found(text, "", true);
            assert!(after[0].message.ends_with(&format!("has {what} at `gateway` and wins")), "{}", after[0]);
        }
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

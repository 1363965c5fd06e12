//! The published schema of `helmsum.yaml` says what its parser takes.

use helmsum::internals::source::config::{Config, schema};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[test]
fn the_published_schema_is_up_to_date() {
    let mut text = serde_json::to_string_pretty(&schema()).expect("schemas are JSON");
    text.push('\n');
    crate::support::repo::same_as_published("docs/schema/helmsum.yaml.schema.json", &text);
}

fn faults(document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Nothing here is refused for what no schema can say: sources that are not directives, names that come twice.
fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("value"),
        json!("pod-annotations"),
        json!("rollout-checksums"),
        json!("a"),
        json!("a/b"),
        json!("/a"),
        json!("/a/b"),
        json!("a=b"),
        json!("a!=b,c=d"),
        json!("a b"),
        json!("a."),
        json!("a.\"b.c\""),
        json!("\"a\""),
        json!("\"a\"b"),
        json!("-a"),
        json!(""),
        json!("a\n"),
        json!("ü"),
        json!("a\\b"),
        json!("a[0].b"),
        json!("\"a[0]\".b"),
        json!("$.a"),
        json!("Values.a"),
        json!("Values"),
        json!("Valuesa.Values"),
        json!(" a"),
        json!("a .b"),
        json!("*.yaml"),
        json!("deny"),
        json!("x".repeat(63)),
        json!("x".repeat(64)),
        json!(true),
        json!(1),
        json!(null),
        json!([]),
        json!(["a"]),
        json!(["./a", "b"]),
        json!([1]),
        json!({}),
        json!({"crlf": "deny"}),
        json!({"crlf": "error"}),
        json!({"clrf": "deny"}),
        json!({"template": "a"}),
        json!({"template": "/a"}),
        json!({"template": null}),
        json!({"template": "a", "pod-annotations": "map"}),
        json!({"pod-annotations": "list"}),
        json!({"pod-annotations": "name-value"}),
        json!({"pod-annotations": null}),
        json!({"pod-annotations": "lists"}),
        json!({"rollout-checksums": {}}),
        json!({"rollout-checksums": null}),
        json!({"rollout-checksums": {"secrets": ["a"]}}),
        json!({"rollout-checksums": {"secrets": ["-a"]}}),
        json!({"rollout-checksums": {"secrets": null}}),
        json!({"rollout-checksums": {"secret": []}}),
        json!({"value": "a"}),
        json!(["a", "a"]),
        json!(["a", "a.b"]),
        json!(["a.b", "\"a\".c"]),
        json!(["a", null]),
    ])
}

fn map(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::btree_map(prop::sample::select(keys), value(), 0..5).prop_map(|entries| {
        Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
    })
}

/// Entries that are mostly right, so that the rest of the document gets a chance.
fn good(kind: &'static str) -> impl Strategy<Value = Value> {
    let release =
        prop_oneof![Just(json!({"release": "a/b"})), Just(json!({"selector": "a=b", "sources": ["x"]}))];
    let checksum = Just(json!({"name": "a", "sources": ["x"], "target": "y"}));
    let base = if kind == "releases" { release.boxed() } else { checksum.boxed() };
    let more = prop::option::of((
        prop::sample::select(vec!["key", "format", "target", "sources", "name", "release", "selector", "x"]),
        value(),
    ));
    (base, more).prop_map(|(mut base, more)| {
        if let Some((key, value)) = more {
            base[key] = value;
        }
        base
    })
}

fn entries(kind: &'static str) -> impl Strategy<Value = Value> {
    let keys = &["release", "selector", "name", "sources", "target", "key", "format", "more"];
    let entry = prop_oneof![1 => map(keys).boxed(), 3 => good(kind).boxed()];
    prop_oneof![4 => entry.prop_map(|entry| json!([entry])), 1 => value()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_parser_agree(
        mut document in map(&["key", "format", "targets", "levels", "root", "keys"]),
        releases in prop::option::of(entries("releases")),
        checksums in prop::option::of(entries("checksums")),
    ) {
        for (key, entries) in [("releases", releases), ("checksums", checksums)] {
            if let Some(entries) = entries {
                document[key] = entries;
            }
        }
        let faults = faults(&document);
        let text = document.to_string();
        match Config::parse("/repo/helmsum.yaml".into(), &text) {
            Ok(_) => prop_assert!(faults.is_empty(), "the parser takes {text}, but {faults:?}"),
            Err(error) => {
                let said = error.to_string();
                let beyond = ["absolute", "ends in the name of an annotation", "cannot be used with", "which is inside", "twice"].iter().any(|part| said.contains(part));
                prop_assert!(beyond || !faults.is_empty(), "the schema takes {text}, but {said}");
            }
        }
    }
}

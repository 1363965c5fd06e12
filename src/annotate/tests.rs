//! Annotations in manifests of every form.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::insert::Edit;
use super::{Annotated, Change, Refused, insert};
use crate::reference::Step;
use crate::yaml::{Limits, parse};

/// The steps of a path with dots, numbers for items.
fn steps(path: &str) -> Vec<Step> {
    let step = |part: &str| part.parse().map_or_else(|_| Step::Key(part.into()), Step::Index);
    path.split('.').map(step).collect()
}

const TEMPLATE: &str = "spec.template.metadata.annotations";

/// Changes that add `x/sum: "1"` in a document.
fn changes(at: &[(usize, &str)]) -> BTreeMap<usize, Change> {
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    for (document, path) in at {
        changes.entry(*document).or_default().add(&steps(path), "x/sum", "1");
    }
    changes
}

/// What was put in taken out again.
fn undone(source: &[u8], annotated: &Annotated) -> Vec<u8> {
    let (mut out, mut rest, mut at) = (Vec::new(), annotated.bytes.as_slice(), 0);
    for Edit { span, text } in &annotated.edits {
        let (kept, after) = rest.split_at(span.start - at);
        out.extend_from_slice(kept);
        assert!(after.starts_with(text.as_bytes()), "{text:?} is in the output");
        rest = &after[text.len()..];
        out.extend_from_slice(&source[span.clone()]);
        at = span.end;
    }
    out.extend_from_slice(rest);
    out
}

#[track_caller]
fn annotated(source: &str, changes: &BTreeMap<usize, Change>) -> String {
    let annotated = insert(source.as_bytes(), changes).unwrap_or_else(|error| panic!("{error}: {source}"));
    assert_eq!(undone(source.as_bytes(), &annotated), source.as_bytes());
    let again = insert(&annotated.bytes, changes).expect("what came out goes in");
    assert_eq!(again.bytes, annotated.bytes, "the second time changes nothing");
    assert_eq!(again.edits, []);
    String::from_utf8(annotated.bytes).expect("text")
}

/// What becomes of a manifest whose pod template gets `x/sum: "1"`.
#[track_caller]
fn with_sum(source: &str) -> String {
    annotated(source, &changes(&[(0, TEMPLATE)]))
}

#[test]
fn annotations_go_where_the_others_are() {
    for (before, after) in [
        // Block style.
        (
            "spec:\n  template:\n    metadata:\n      annotations:\n        a: b # first\n      labels: {}\n",
            "spec:\n  template:\n    metadata:\n      annotations:\n        x/sum: \"1\"\n        a: b # first\n      labels: {}\n",
        ),
        // After comments, with quoted keys.
        (
            "spec:\n  \"template\":\n    'metadata':\n      \"annotations\":\n        # first\n        \"a\": b\n",
            "spec:\n  \"template\":\n    'metadata':\n      \"annotations\":\n        # first\n        x/sum: \"1\"\n        \"a\": b\n",
        ),
        // Flow style.
        (
            "spec: {template: {metadata: {annotations: {a: b}}}}\n",
            "spec: {template: {metadata: {annotations: {\"x/sum\": \"1\", a: b}}}}\n",
        ),
        // JSON.
        (
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}}}\n",
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"x/sum\": \"1\", \"a\":\"b\"}}}}}\n",
        ),
        (
            "{\n\t\"spec\": {\n\t\t\"template\": {\n\t\t\t\"spec\": {}\n\t\t}\n\t}\n}",
            "{\n\t\"spec\": {\n\t\t\"template\": {\n\t\t\t\"metadata\": {\"annotations\": {\"x/sum\": \"1\"}}, \"spec\": {}\n\t\t}\n\t}\n}",
        ),
        // None yet.
        (
            "spec:\n  template:\n    metadata:\n      annotations: {}\n",
            "spec:\n  template:\n    metadata:\n      annotations: {\"x/sum\": \"1\"}\n",
        ),
        (
            "spec:\n  template:\n    metadata:\n      annotations: { # none\n      }\n",
            "spec:\n  template:\n    metadata:\n      annotations: { # none\n      \"x/sum\": \"1\"}\n",
        ),
        (
            "spec:\n  template:\n    metadata:\n      labels: {a: b}\n    spec: {}\n",
            "spec:\n  template:\n    metadata:\n      annotations:\n        x/sum: \"1\"\n      labels: {a: b}\n    spec: {}\n",
        ),
        (
            "spec:\n  template:\n    # the pod\n    spec: {}\n",
            "spec:\n  template:\n    # the pod\n    metadata:\n      annotations:\n        x/sum: \"1\"\n    spec: {}\n",
        ),
        (
            "spec: {template: {metadata: {}}}\n",
            "spec: {template: {metadata: {\"annotations\": {\"x/sum\": \"1\"}}}}\n",
        ),
    ] {
        assert_eq!(with_sum(before), after);
    }
}

#[test]
fn an_explicit_null_is_replaced_and_an_empty_value_filled() {
    for (before, after) in [
        ("annotations:\n", "annotations: {\"x/sum\": \"1\"}\n"),
        ("annotations: # none\n", "annotations: {\"x/sum\": \"1\"} # none\n"),
        ("annotations:", "annotations: {\"x/sum\": \"1\"}"),
        ("annotations: null # none\n", "annotations: {\"x/sum\": \"1\"} # none\n"),
        ("annotations: ~\n", "annotations: {\"x/sum\": \"1\"}\n"),
        ("annotations: !!null\n", "annotations: {\"x/sum\": \"1\"}\n"),
        ("? annotations\n:\nlabels: {}\n", "? annotations\n: {\"x/sum\": \"1\"}\nlabels: {}\n"),
        ("{annotations: }\n", "{annotations:  {\"x/sum\": \"1\"}}\n"),
        ("{annotations}\n", "{annotations: {\"x/sum\": \"1\"}}\n"),
        ("{annotations: null}\n", "{annotations: {\"x/sum\": \"1\"}}\n"),
    ] {
        assert_eq!(annotated(before, &changes(&[(0, "annotations")])), after);
    }
    let deeper = annotated("spec:\n  template: null\n", &changes(&[(0, TEMPLATE)]));
    assert_eq!(deeper, "spec:\n  template: {\"metadata\": {\"annotations\": {\"x/sum\": \"1\"}}}\n");
}

#[test]
fn an_alias_in_the_way_becomes_a_copy_and_what_it_names_stays() {
    // At the annotations, in the metadata, and at the pod template.
    let shared = "metadata: &meta\n  labels: {app: web}\n  annotations: &own\n    a: \"yes\"\n    b: 'it''s'\nspec:\n  template:\n";
    for (before, after) in [
        (
            "    metadata: {annotations: *own}\n",
            "    metadata: {annotations: {a: \"yes\", b: \"it's\", \"x/sum\": \"1\"}}\n",
        ),
        (
            "    metadata: *meta\n    spec: {}\n",
            "    metadata: {labels: {app: web}, annotations: {a: \"yes\", b: \"it's\", \"x/sum\": \"1\"}}\n    spec: {}\n",
        ),
    ] {
        assert_eq!(with_sum(&format!("{shared}{before}")), format!("{shared}{after}"));
    }
    let template = "shape: &shape\n  spec:\n    containers:\n    - {name: a, args: [--x, 1.50, 0x10, on, 2001-12-14T21:59:43Z, a b]}\nspec:\n  template: *shape\n";
    let copied = "{spec: {containers: [{name: a, args: [--x, 1.50, 0x10, on, 2001-12-14T21:59:43Z, \"a b\"]}]}, \"metadata\": {\"annotations\": {\"x/sum\": \"1\"}}}";
    assert_eq!(with_sum(template), template.replace("*shape", copied));
}

#[test]
fn annotations_do_not_spread_through_an_anchor() {
    let before = "spec:\n  template: &t\n    metadata: &m\n      annotations: &a\n        k: |\n          one\n          two: three\nb: [*t, *m , *a]\nc:\n  <<: *m\n";
    let after = "spec:\n  template: &t\n    metadata: &m\n      annotations: &a\n        x/sum: \"1\"\n        k: |\n          one\n          two: three\nb: [{metadata: {annotations: {k: \"one\\ntwo: three\\n\"}}}, {annotations: {k: \"one\\ntwo: three\\n\"}} , {k: \"one\\ntwo: three\\n\"}]\nc:\n  <<: {annotations: {k: \"one\\ntwo: three\\n\"}}\n";
    assert_eq!(with_sum(before), after);
    // A null with an anchor.
    assert_eq!(
        annotated("annotations: &n null\nother: *n\n", &changes(&[(0, "annotations")])),
        "annotations: {\"x/sum\": \"1\"}\nother: null\n"
    );
    // What is not changed stays an alias.
    let before = "x: &x {a: b}\ny: *x\nannotations: {}\n";
    assert_eq!(
        annotated(before, &changes(&[(0, "annotations")])),
        before.replace("annotations: {}", "annotations: {\"x/sum\": \"1\"}")
    );
}

#[test]
fn what_a_merge_key_brings_in_is_copied_and_stays_behind_it() {
    let base = "base: &base {annotations: {a: b}, labels: {app: web}}\nspec:\n  template:\n    metadata:\n";
    let before = format!("{base}      <<: *base # shared\n      name: web\n");
    let after = format!(
        "{base}      <<: *base\n      annotations: {{a: b, \"x/sum\": \"1\"}} # shared\n      name: web\n"
    );
    assert_eq!(with_sum(&before), after);
    let flow = "base: &b {a: b}\nannotations: {<<: *b, c: d}\n";
    assert_eq!(
        annotated(flow, &changes(&[(0, "annotations")])),
        "base: &b {a: b}\nannotations: {<<: *b, \"x/sum\": \"1\", c: d}\n"
    );
    // Own ones win over those before them.
    let own = format!("{base}      <<: *base\n      annotations: {{}}\n");
    assert_eq!(with_sum(&own), own.replace("annotations: {}", "annotations: {\"x/sum\": \"1\"}"));
    // Readers differ in what this means.
    let both = format!("{base}      annotations: {{}}\n      <<: *base\n");
    let refused = insert(both.as_bytes(), &changes(&[(0, TEMPLATE)]));
    assert_eq!(refused, Err(Refused::Ambiguous { key: "annotations".into(), line: 6 }));
}

#[test]
fn line_breaks_marks_and_ends_of_files_stay() {
    let windows = "spec:\r\n  template:\r\n    spec: {}\r\n";
    assert_eq!(
        with_sum(windows),
        "spec:\r\n  template:\r\n    metadata:\r\n      annotations:\r\n        x/sum: \"1\"\r\n    spec: {}\r\n"
    );
    assert_eq!(
        with_sum("\u{feff}spec:\n  template:\n    spec: {}"),
        "\u{feff}spec:\n  template:\n    metadata:\n      annotations:\n        x/sum: \"1\"\n    spec: {}"
    );
    for untouched in ["", "\n", "# nothing\n", "---\n# Source: a\n---\n", "a: 1"] {
        assert_eq!(annotated(untouched, &BTreeMap::new()), untouched);
    }
}

#[test]
fn documents_are_counted_and_what_looks_like_one_is_not() {
    let stream = "# Source: none\n---\n# Source: a\nkind: ConfigMap\ndata:\n  x: |\n    ---\n    spec:\n      template: {}\n--- # second\nspec:\n  template:\n    spec: {}\n---\n# nothing\n---\nspec: {template: {spec: {}}}\n";
    let found = annotated(stream, &changes(&[(1, TEMPLATE), (3, TEMPLATE)]));
    let expected = stream
        .replace(
            "  template:\n    spec: {}",
            "  template:\n    metadata:\n      annotations:\n        x/sum: \"1\"\n    spec: {}",
        )
        .replace(
            "spec: {template: {spec: {}}}",
            "spec: {template: {\"metadata\": {\"annotations\": {\"x/sum\": \"1\"}}, spec: {}}}",
        );
    assert_eq!(found, expected);
}

#[test]
fn items_of_a_list_are_changed_each_for_itself() {
    let list = "kind: List\nitems:\n- &first\n  kind: Deployment\n  spec:\n    template:\n      spec: {}\n-   spec:\n      template: {}\n- *first\n- null\n";
    let items =
        changes(&[(0, "items.0.spec.template.annotations"), (0, "items.1.spec.template.annotations")]);
    assert_eq!(
        annotated(list, &items),
        "kind: List\nitems:\n- &first\n  kind: Deployment\n  spec:\n    template:\n      annotations:\n        x/sum: \"1\"\n      spec: {}\n-   spec:\n      template: {\"annotations\": {\"x/sum\": \"1\"}}\n- {kind: Deployment, spec: {template: {spec: {}}}}\n- null\n"
    );
    let compact = "items:\n- spec:\n  - a: 1\n    b: 2\n";
    assert_eq!(
        annotated(compact, &changes(&[(0, "items.0.annotations")])),
        "items:\n- annotations:\n    x/sum: \"1\"\n  spec:\n  - a: 1\n    b: 2\n"
    );
}

#[test]
fn several_annotations_are_one_insertion() {
    let mut change = Change::default();
    for (key, value) in [("no", "4"), ("x/b", "2"), ("x/a", "1 \"\u{e4}\"\n"), ("odd key", "3")] {
        change.add(&steps("annotations"), key, value);
    }
    let changes = BTreeMap::from([(0, change)]);
    let block = insert(b"annotations:\n  k: v\n", &changes).expect("a manifest");
    assert_eq!(block.edits.len(), 1);
    assert_eq!(
        String::from_utf8(block.bytes).expect("text"),
        "annotations:\n  \"no\": \"4\"\n  \"odd key\": \"3\"\n  x/a: \"1 \\\"\u{e4}\\\"\\n\"\n  x/b: \"2\"\n  k: v\n"
    );
}

#[test]
fn what_is_there_is_kept_and_another_value_is_refused() {
    let there = "spec:\n  template:\n    metadata:\n      annotations:\n        x/sum: '1'\n";
    assert_eq!(with_sum(there), there);
    let merged = "base: &b {x/sum: \"1\"}\nannotations: {<<: *b}\n";
    assert_eq!(annotated(merged, &changes(&[(0, "annotations")])), merged);
    for other in ["2", "1", "null", "[]"] {
        let text = format!("spec:\n  template:\n    metadata:\n      annotations:\n        x/sum: {other}\n");
        let refused = insert(text.as_bytes(), &changes(&[(0, TEMPLATE)]));
        assert_eq!(refused, Err(Refused::Taken { key: "x/sum".into(), line: 5 }), "{other}");
    }
}

#[test]
fn what_cannot_have_annotations_is_refused_with_its_line() {
    for (text, refused) in [
        ("spec:\n  template: web\n", Refused::NotAMapping { line: 2 }),
        ("spec:\n  template:\n    metadata: []\n", Refused::NotAMapping { line: 3 }),
        ("spec:\n  template: {metadata: {annotations: x}}\n", Refused::NotAMapping { line: 2 }),
        ("spec:\n  template: {a: b\n", Refused::Unreadable { line: Some(3) }),
        ("null: x\nspec: {template: {}}\n", Refused::Unreadable { line: Some(1) }),
    ] {
        assert_eq!(insert(text.as_bytes(), &changes(&[(0, TEMPLATE)])), Err(refused), "{text}");
    }
    let missing = insert(b"a: 1\n", &changes(&[(1, TEMPLATE)]));
    assert_eq!(missing, Err(Refused::Form { line: None }));
}

#[test]
fn a_large_stream_takes_time_by_its_length() {
    let one = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web\n";
    let count = 2_000;
    let stream = one.repeat(count);
    let all: Vec<(usize, &str)> = (0..count).map(|index| (index, TEMPLATE)).collect();
    let annotated = insert(stream.as_bytes(), &changes(&all)).expect("manifests");
    assert_eq!(annotated.edits.len(), count);
}

/// A mapping in the making: its text in some style, with the way to where annotations go.
fn manifest() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        "[a-z]{1,5}",
        Just("yes".to_owned()),
        Just("0x1f".to_owned()),
        Just("\"a: b\"".to_owned()),
        Just("'it''s'".to_owned()),
        Just("1.50".to_owned()),
        Just("~".to_owned()),
        Just("2001-12-14".to_owned()),
    ];
    let filler = prop_oneof![
        scalar.prop_map(|scalar| format!(" {scalar}")),
        Just(" |\n        ---\n        spec: {}\n".to_owned()),
        Just(" >-\n        folded\n        text".to_owned()),
        Just("\n        - a: 1\n          b: [2, {c: d}]\n        - x".to_owned()),
        Just(" &own {q: [r, 's']}".to_owned()),
        Just(" # nothing".to_owned()),
        Just(" !!str 5".to_owned()),
    ];
    let annotations = prop_oneof![
        Just(String::new()),
        Just("      annotations:\n".to_owned()),
        Just("      annotations: null # c\n".to_owned()),
        Just("      annotations: {}\n".to_owned()),
        Just("      annotations: &an {a: b}\n".to_owned()),
        Just("      \"annotations\":\n        # c\n        a: b\n".to_owned()),
        Just("      annotations: *shared\n".to_owned()),
        Just("      <<: *meta\n".to_owned()),
        Just("      annotations:\n        <<: *shared\n        k: v\n".to_owned()),
        Just("      annotations: {<<: [*shared, *shared]}\n".to_owned()),
    ];
    let field = |name: &'static str, filler: BoxedStrategy<String>| {
        prop::option::of(filler).prop_map(move |text| {
            text.map(|text| format!("      {name}:{}\n", text.trim_end_matches('\n'))).unwrap_or_default()
        })
    };
    let parts = (
        field("labels", filler.clone().boxed()),
        annotations,
        field("name", filler.clone().boxed()),
        prop_oneof![Just(""), Just(" &t"), Just(" # t")],
        prop_oneof![Just(""), Just("other: *t\n"), Just("other: [*t , {<<: *t}]\n")],
        prop::bool::ANY,
        prop::bool::ANY,
        filler,
    );
    parts.prop_map(|(labels, annotations, name, anchor, other, windows, cut, end)| {
        let metadata = format!("{labels}{annotations}{name}");
        let metadata =
            if metadata.is_empty() { String::new() } else { format!("    metadata:\n{metadata}") };
        let other = if anchor == " &t" { other } else { "" };
        let mut text = format!(
            "---\n# Source: a\nshared: &shared {{s: \"1\"}}\nmeta: &meta\n  annotations: {{m: n}}\nspec:\n  template:{anchor}\n{metadata}    spec:\n      containers: []\n{other}end:{}\n",
            end.trim_end_matches('\n').replace("        ", "  ")
        );
        if cut {
            text.pop();
        }
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, ..ProptestConfig::default() })]

    #[test]
    fn taking_the_insertions_out_gives_the_input(one in manifest(), other in manifest()) {
        let text = format!("{one}\n{other}");
        prop_assume!(parse(text.as_bytes(), &Limits::default()).is_ok());
        let changes = changes(&[(0, TEMPLATE), (1, TEMPLATE), (1, "metadata.annotations")]);
        // `insert` compares the data itself.
        let annotated = insert(text.as_bytes(), &changes);
        let annotated = annotated.unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(undone(text.as_bytes(), &annotated), text.as_bytes());
        let of_nothing = |edit: &Edit| {
            let replaced = &text[edit.span.clone()];
            replaced.is_empty() || replaced == "null" || replaced.starts_with('*')
        };
        prop_assert!(annotated.edits.iter().all(of_nothing), "{:?}", annotated.edits);
        let again = insert(&annotated.bytes, &changes).expect("what came out goes in");
        prop_assert_eq!(again.bytes, annotated.bytes);
    }
}

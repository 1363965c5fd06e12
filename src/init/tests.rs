//! Edits of whatever is written: every other byte stays, and what comes out says what it should.

use std::fmt::Write as _;

use camino::Utf8Path;
use proptest::prelude::*;

use super::draft::{Draft, Insertion};
use super::patch::patch;
use super::sheet::{Sheet, Unsafe};
use super::state_file::{Additions, Spot, add, add_hook};
use crate::program::git;
use crate::tree::WorkTree;
use crate::value::Value;
use crate::yaml::{Limits, parse};

fn additions() -> Additions {
    Additions { target: Some("web.checksum.yaml".into()), needs: vec!["apps/db".into()], block: Vec::new() }
}

/// A text with what is put in.
fn with(text: &str, mut texts: Vec<Insertion>) -> String {
    texts.sort_by_key(|one| one.at);
    let mut after = text.to_owned();
    for one in texts.into_iter().rev() {
        after.insert_str(one.at, &one.text);
    }
    after
}

fn wired(text: &str, line: usize) -> Result<String, Unsafe> {
    let sheet = Sheet::read(text.as_bytes(), text.contains("{{"))?;
    let mut texts = add(&sheet, Spot { line, is_shared: false }, &additions())?;
    texts.push(add_hook(&sheet, &["name: helmsum".to_owned(), "args: [check]".to_owned()])?);
    Ok(with(text, texts))
}

/// The data of a state file.
fn data(text: &str) -> Option<Vec<Value>> {
    parse(text.as_bytes(), &Limits::default()).ok()?.iter().map(|node| node.decode().ok()).collect()
}

/// A copy with the additions, made in the data.
fn expected(value: &Value) -> Option<String> {
    let Value::Map(root) = value.deep_copy() else { return None };
    let Some(Value::List(releases)) = root.get("releases") else { return None };
    let Some(Value::Map(release)) = releases.iter().next().cloned() else { return None };
    for (key, item) in [("values", "web.checksum.yaml"), ("needs", "apps/db")] {
        let list = match release.get(key) {
            Some(Value::List(list)) => list.iter().cloned().collect(),
            Some(Value::Nil) | None => Vec::new(),
            _ => return None,
        };
        let list: Vec<Value> = list.into_iter().chain([Value::from(item)]).collect();
        release.insert(key, Value::from(list));
    }
    let hook: crate::value::Map =
        [("name", Value::from("helmsum")), ("args", Value::from(vec![Value::from("check")]))]
            .into_iter()
            .collect();
    let hooks: Vec<Value> = match root.get("hooks") {
        Some(Value::List(list)) => list.iter().cloned().collect(),
        _ => Vec::new(),
    };
    root.insert("hooks", Value::from(hooks.into_iter().chain([hook.into()]).collect::<Vec<_>>()));
    let mut text = String::new();
    spell(&Value::Map(root), &mut text);
    Some(text)
}

/// The data as one text, with sorted keys.
fn spell(value: &Value, text: &mut String) {
    match value {
        Value::Map(map) => {
            let mut entries: Vec<_> = map.entries().into_iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            text.push('{');
            for (key, value) in entries {
                let _ = write!(text, "{key:?}:");
                spell(&value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::List(list) => {
            text.push('[');
            for value in list {
                spell(value, text);
                text.push(',');
            }
            text.push(']');
        }
        other => {
            let _ = write!(text, "{other:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, ..ProptestConfig::default() })]

    #[test]
    fn a_state_file_is_edited_right_or_not_at_all(
        head in prop::sample::select(vec!["", "# first\n", "---\n", "environments: {default: {values: [a.yaml]}}\n", "hooks: []\n", "hooks:\n- name: a\n  args: [b]\n"]),
        dash in prop::sample::select(vec!["- ", "  - ", "    - ", "-   "]),
        values in prop::sample::select(vec![
            None, Some("values:"), Some("values: []"), Some("values: [a.yaml, b.yaml]"), Some("values: [a.yaml,\n      # c\n      b.yaml, ]"),
            Some("values:\n  - a.yaml"), Some("values:\n- a.yaml # b"), Some("values:\n    - a: 1\n      b: |\n        x\n\n        y\n"),
            Some("values:\n  - a: 1\n\n  # more\n"), Some("values: &v [a.yaml]"), Some("values: ~"), Some("values:\n  - |+\n    a\n\n"),
            Some("values:\n  -\ta.yaml"), Some("values:\n  - \"a\\\n    b\""), Some("values: a"),
        ]),
        needs in prop::sample::select(vec![None, Some("needs: [c]"), Some("needs:\n  - c # d"), Some("needs:")]),
        last in prop::sample::select(vec!["", "labels: {a: b}", "labels:\n  a: >-\n    b\n    c\n", "version: 1 # c"]),
        tail in prop::sample::select(vec!["", "\n", "# end", "# end\n", "\n\n", "commonLabels: {a: b}\n", "commonLabels:\n  a: |\n    b"]),
        crlf in any::<bool>(),
    ) {
        let indentation = " ".repeat(dash.len());
        let keys: Vec<&str> = ["name: web", "chart: ./web"].into_iter().chain(values).chain(needs).chain([last]).filter(|key| !key.is_empty()).collect();
        let mut text = format!("{head}releases:\n");
        let line = text.matches('\n').count() + 1;
        for (number, key) in keys.iter().enumerate() {
            let key = key.trim_end_matches('\n').replace('\n', &format!("\n{indentation}"));
            let _ = writeln!(text, "{}{key}", if number == 0 { dash } else { &indentation });
        }
        text.push_str(tail);
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let Some(before) = data(&text) else { return Ok(()) };
        let Ok(after) = wired(&text, line) else { return Ok(()) };
        let mut rest = after.chars();
        prop_assert!(text.chars().all(|one| rest.any(|other| other == one)), "{text:?} {after:?}");
        prop_assert!(!crlf || !after.replace("\r\n", "").contains('\n'), "{after:?}");
        prop_assert_eq!(after.ends_with('\n'), text.ends_with('\n') , "{:?}", after);
        let now = data(&after);
        let mut spelled = String::new();
        if let Some(now) = now.as_ref().and_then(|now| now.last()) {
            spell(now, &mut spelled);
        }
        prop_assert_eq!(Some(spelled), before.last().and_then(expected), "{}\n{}", text, after);
    }
}

#[test]
fn usual_forms_are_edited() {
    for (text, line) in [
        ("releases:\n  - name: web\n    values:\n      - a.yaml\n", 2),
        ("releases:\n- name: web\n  values: [a.yaml]", 2),
        ("releases: [{name: web, values: []}]\n", 1),
        (
            "releases:\n  - name: {{ .x }}\n    values:\n      {{- range .y }}\n      - {{ . }}\n      {{- end }}\n",
            2,
        ),
    ] {
        assert!(wired(text, line).is_ok(), "{text}");
    }
}

/// A text of lines, with one end of lines and perhaps none at the last.
fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "a: 1",
        "",
        "- b",
        "  c: \"é\"",
        "\t",
        "@@ -1 +1 @@",
        "--- a/x",
        "\\ No",
        " ",
    ]);
    (prop::collection::vec(line, 0..12), any::<bool>(), any::<bool>()).prop_map(|(lines, crlf, open)| {
        let end = if crlf { "\r\n" } else { "\n" };
        let text: String = lines.iter().flat_map(|line| [*line, end]).collect();
        if open { text.trim_end_matches(['\r', '\n']).to_owned() } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn git_makes_of_a_patch_what_was_drafted(
        files in prop::collection::btree_map(
            prop::sample::select(vec!["a.yaml", "b c.yaml", "d/é.yaml", "e\"f.yaml", "g\\h.yaml", "d/i\tj.yaml", "k/l/m.yaml"]),
            (prop::option::of(text()), prop::collection::vec((0..400_usize, prop::sample::select(vec!["x\n", "y", "\nz", "w\r\n"])), 1..4)),
            1..4,
        )
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        let tree = WorkTree;
        if git(&root, &["init", "--quiet"], "", &[]).is_err() {
            return Ok(());
        }
        let mut draft = Draft::default();
        for (name, (before, texts)) in &files {
            let file = root.join(name);
            if let Some(before) = before {
                fs_err::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs_err::write(&file, before).expect("a file");
            }
            let length = before.as_deref().unwrap_or_default().len();
            let is_start = |at: &usize| before.as_deref().unwrap_or_default().is_char_boundary(*at);
            let texts = texts.iter().map(|(at, text)| Insertion { at: (at % (length + 1)..=length).find(is_start).unwrap_or(length), text: (*text).to_owned() });
            draft.insert(&tree, &file, texts.collect()).expect("a draft");
        }
        let patch = patch(&draft, &root);
        git(&root, &["apply", "--whitespace=nowarn", "-"], patch.clone(), &[]).map_err(|error| TestCaseError::fail(format!("{error}\n{patch}")))?;
        for (file, drafted) in draft.files() {
            prop_assert_eq!(fs_err::read(file).expect("a file"), drafted.after.clone(), "{}", patch);
        }
    }
}

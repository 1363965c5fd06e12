//! What `parse=yaml` makes of plain scalars, against what real readers of YAML make of them.
//!
//! `tests/vectors/go/yaml` and `tests/vectors/python/plain.py` write the vectors.

use std::collections::BTreeMap;

use camino::Utf8Path;
use helmsum::internals::checksum::{Digest, Progress, Transform, hash_listing};
use helmsum::internals::source::{ListRequest, list};
use helmsum::internals::tree::WorkTree;
use serde_json::{Value as Json, json};

fn vectors(name: &str) -> Vec<Json> {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs_err::read_to_string(path).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

/// The digest of a file with this text under `parse=yaml`.
fn digest(text: &str) -> Digest {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = Utf8Path::from_path(folder.path()).expect("UTF-8");
    fs_err::write(directory.join("a.yaml"), text).expect("a file");
    let request = ListRequest {
        tree: &WorkTree,
        root: None,
        stay_inside: false,
        directory,
        path: "a.yaml",
        exclude: &[],
    };
    let transform = Transform { yaml: true, ..Transform::RAW };
    let hashed = hash_listing(&WorkTree, list(&request).expect("a listing"), transform, &Progress::default());
    hashed.unwrap_or_else(|error| panic!("{text:?}: {error}")).files[0].digest
}

/// Every plain scalar with what each reader makes of it: the type and the value, `null`, or that it is an error.
fn readings() -> Vec<(String, BTreeMap<String, Json>)> {
    let (go, python) = (vectors("yaml/plain-go"), vectors("yaml/plain-python"));
    assert_eq!(go.len(), python.len());
    let readers = |vector: &Json| vector["readers"].as_object().expect("readers").clone();
    go.iter()
        .zip(&python)
        .map(|(go, python)| {
            assert_eq!(go["text"], python["text"]);
            let text = go["text"].as_str().expect("a text").to_owned();
            (text, readers(go).into_iter().chain(readers(python)).collect())
        })
        .collect()
}

fn plain(text: &str) -> Digest {
    digest(&format!("a: {text}\n"))
}

fn quoted(text: &str) -> Digest {
    digest(&format!("a: {}\n", json!(text)))
}

#[test]
fn plain_scalars_that_differ_never_have_one_digest() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (text, _) in readings() {
        if let Some(other) = seen.insert(plain(&text).to_string(), text.clone()) {
            panic!("`{text}` and `{other}` have one digest");
        }
    }
    assert!(seen.len() > 250);
}

#[test]
fn a_plain_scalar_has_the_digest_of_a_quoted_one_only_where_every_reader_takes_it_for_a_string() {
    let mut strings = 0;
    for (text, readers) in readings() {
        if plain(&text) != quoted(&text) {
            continue;
        }
        strings += 1;
        for (reader, read) in readers {
            // Asked for a boolean, the reader finds none in a string.
            let expected = if reader.ends_with(", bool") { json!("error") } else { json!(["string", text]) };
            assert_eq!(read, expected, "`{text}` to {reader}");
        }
    }
    assert!(strings > 50, "{strings} strings");
}

#[test]
fn a_plain_scalar_that_nobody_takes_for_a_number_or_a_word_has_the_digest_of_a_quoted_one() {
    for text in ["abc", "./apis", "v1.10", "500m", "100Mi", "3-alpine", "yes no", "deadbeef", "~/x", "a=b"] {
        assert_eq!(plain(text), quoted(text), "{text}");
    }
}

#[test]
fn data_of_files_never_moves() {
    let vectors = vectors("checksum/data-1");
    assert!(vectors.len() >= 30);
    for case in vectors {
        let text = case["text"].as_str().expect("a text");
        let lines = case["lines"].as_str().expect("lines");
        assert_eq!(digest(text), Digest::of(lines.as_bytes()), "{}: {lines}", case["why"]);
        assert_eq!(digest(text).to_string(), case["digest"], "{}", case["why"]);
    }
}

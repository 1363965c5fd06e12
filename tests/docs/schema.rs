//! The published schemas are those of the types that are printed, and what is printed keeps to them.

use crate::support::repo::{Repo, schema};

#[test]
fn the_published_schemas_are_up_to_date() {
    for (command, schema) in helmsum::internals::report::schemas() {
        let mut text = serde_json::to_string_pretty(&schema).expect("schemas are JSON");
        text.push('\n');
        crate::support::repo::same_as_published(&format!("docs/schema/{command}.schema.json"), &text);
    }
}

#[test]
fn what_hash_prints_keeps_to_its_schema() {
    for path in ["a", "gone"] {
        let repo = Repo::new().file("a", "1\r\n").helmsum(["hash", "--output", "json", path]);
        assert_eq!(schema("hash", &repo.json()), Vec::<String>::new());
    }
}

#[test]
fn a_schema_refuses_what_it_does_not_know() {
    let repo = Repo::new().file("a", "1").helmsum(["hash", "--output", "json", "a"]);
    let mut document = repo.json();
    document["more"] = true.into();
    assert_ne!(schema("hash", &document), Vec::<String>::new());
}

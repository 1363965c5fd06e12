//! YAML, read and written as go-yaml v3 does it for helmfile (`pkg/yaml/yaml.go`).
//!
//! [`parse`] makes trees of [`Node`]s out of a text, with places, anchors resolved and limits checked. A node is then
//! decoded: into a [`Value`](crate::value::Value) as go-yaml decodes into `interface {}` ([`Node::decode`]), into a
//! string map ([`Node::decode_map`]), or piece by piece into typed fields ([`Node::decode_bool`],
//! [`Node::struct_entries`], …), where YAML 1.1 words are booleans and any scalar is a string. [`encode()`] writes a value
//! as helmfile's `toYaml` does.
//!
//! The syntax comes from a port of libyaml, as go-yaml's does. Where the two are known to differ, the text is refused
//! by name ([`ErrorKind::Unsupported`]).

mod comments;
mod compose;
mod decode;
mod encode;
mod error;
mod expansion;
mod input;
mod key;
mod merge;
mod node;
mod number;
mod tag;
mod timestamp;
mod tree;
mod typed;
mod unicode;

pub use comments::comments;
pub use encode::encode;
pub use error::{Error, ErrorKind, Issue};
pub use node::{Entry, Kind, Node};
pub use tree::Style;

use std::rc::Rc;

use tree::Place;

/// What a text may cost before it is refused.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nested collections, with those behind aliases. go-yaml allows 10,000.
    pub depth: usize,
    /// Keys, scalars, collections and aliases of all documents.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, depth: 10_000, nodes: 5_000_000 }
    }
}

/// Reads all documents of a text, in order. Nothing but blanks and comments is no document; `---` alone is one that
/// holds null. Anchors of one document can be used in the ones after it.
///
/// go-yaml's `Unmarshal` looks at the first document only, so it does not notice mistakes in later ones. Here they are
/// errors.
///
/// # Errors
///
/// The text is no YAML, passes a limit, or holds one of the few things that are read differently by go-yaml.
pub fn parse(source: &[u8], limits: &Limits) -> Result<Vec<Node>, Error> {
    let input = input::Input::check(source, limits)?;
    let (tree, roots) = compose::compose(&input, limits)?;
    let tree = Rc::new(tree);
    Ok(roots.into_iter().map(|id| Node::new(&Place { tree: Rc::clone(&tree), id })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(source: &str) -> Node {
        parse(source.as_bytes(), &Limits::default()).expect("the text is YAML").remove(0)
    }

    #[test]
    fn a_block_scalar_at_the_end_of_a_text_without_a_line_break_keeps_none() {
        for (source, text) in [
            ("a: |\n  x", "x"),
            ("a: |\n  x\n", "x\n"),
            ("a: |+\n  x", "x"),
            ("a: |-\n  x", "x"),
            ("a: |\n  x\n  ", "x\n"),
            ("a: |+\n  x\n  ", "x\n"),
            ("a: |\n  x\n    ", "x\n  "),
            ("a: >\n  x\n  y", "x y"),
            ("a: |", ""),
        ] {
            let pairs = first(source).pairs();
            assert_eq!(pairs[0].1.text(), Some(text), "{source:?}");
        }
    }

    #[test]
    fn a_tag_before_a_comma_is_refused_and_text_with_such_a_comma_is_kept() {
        for source in
            ["[!a, b]", "[!, b]", "{a: !<b>, c: d}", "[!!str, a]", "['x'!a, b]", "- [a,\n  !b,\n c]\n"]
        {
            let error = parse(source.as_bytes(), &Limits::default()).expect_err("a tag ends in a comma");
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{source}");
        }
        for (source, text) in [
            ("hello!, world", "hello!, world"),
            ("'x !y, z'", "x !y, z"),
            ("|\n  [!a, b\n  !<c>, d\n", "[!a, b\n!<c>, d\n"),
            ("'[ !a, b'", "[ !a, b"),
            ("\"[ !a, b\"", "[ !a, b"),
            ("x # [ !a, b", "x"),
        ] {
            assert_eq!(first(source).text(), Some(text));
        }
    }

    #[test]
    fn a_mistake_before_a_tag_and_a_comma_ends_the_search_for_it() {
        for source in ["a: !1'\n[!a,b]", "- &a b\n- *a\n[!<a>, 1b]\n", "'x\n[!a,b]"] {
            assert!(parse(source.as_bytes(), &Limits::default()).is_err(), "{source}");
        }
    }

    #[test]
    fn anchors_are_seen_by_later_documents() {
        let documents = parse(b"a: &x 1\n---\nb: *x\n", &Limits::default()).expect("the text is YAML");
        let map = documents[1].decode_map().expect("the document decodes").expect("it is a map");
        assert!(matches!(map.get("b"), Some(crate::value::Value::Int(1))));
    }

    #[test]
    fn an_error_knows_its_place() {
        let error = parse("ä: 1\nb: [".as_bytes(), &Limits::default()).expect_err("a bracket is open");
        assert_eq!(error.kind(), ErrorKind::Syntax);
        assert!(error.line().is_some() && error.column().is_some());
        let node = first("a: 1\nb: 2\na: 3\n");
        let error = node.decode().expect_err("a key comes twice");
        assert_eq!((error.line(), error.column()), (Some(3), Some(1)));
        assert_eq!(
            error.as_go(),
            "yaml: unmarshal errors:\n  line 3: mapping key \"a\" already defined at line 1"
        );
    }

    #[test]
    fn merged_entries_come_after_own_ones_and_never_replace_them() {
        let node = first("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n");
        let entries = node.pairs()[1].1.struct_entries("T").expect("it decodes").expect("it is a map");
        let keys: Vec<_> =
            entries.iter().map(|entry| (&*entry.key, entry.value.text().unwrap_or(""))).collect();
        assert_eq!(keys, [("y", "3"), ("x", "1")]);
    }
}

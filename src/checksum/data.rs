//! `parse=yaml`: what a YAML or JSON file says in place of how it says it.

use std::sync::Arc;

use camino::Utf8Path;

use crate::text::{Place, Problem};
use crate::value::json::{self, JsonError, Style};
use crate::yaml::{self, Limits, Node};

/// How large a file may be to be read as data.
pub(super) const LARGEST: u64 = 16 << 20;

/// The stack that reading data needs: its levels are walked by recursion.
pub(super) const STACK: usize = 64 << 20;

/// How deep data may be nested.
const DEPTH: usize = 1_000;

/// The data of a file: for each document one line of compact JSON, keys sorted by bytes, as sprig's `toRawJson` writes it.
///
/// # Errors
///
/// Where the text is no YAML, a key comes twice or is no string, or a number has no JSON form.
pub(super) fn lines(path: &Utf8Path, content: &[u8]) -> Result<String, Problem> {
    let limits = Limits { bytes: content.len(), depth: DEPTH, ..Limits::default() };
    let source: Arc<str> = String::from_utf8_lossy(content).into();
    let told = |error: yaml::Error| {
        let problem = error.into_problem(path, Some(&source));
        match problem.hint {
            Some(_) => problem,
            None => problem.hint("correct it, or drop `parse=yaml` to hash the bytes"),
        }
    };
    let mut lines = String::new();
    for document in yaml::parse(content, &limits).map_err(told)? {
        let value = document.decode().map_err(told)?;
        lines.push_str(&json::encode(&value, Style::Raw).map_err(|error| no_json(path, &document, &error))?);
        lines.push('\n');
    }
    Ok(lines)
}

/// A document that JSON cannot hold.
fn no_json(path: &Utf8Path, document: &Node, error: &JsonError) -> Problem {
    let place = Place::line(path, document.line());
    match error {
        JsonError::Type(_) => {
            Problem::new("the document that starts here has a key that is no string, which JSON cannot hold")
                .at(place)
                .hint("quote the key, or drop `parse=yaml` to hash the bytes")
        }
        error => Problem::new(format!("the document that starts here cannot be written as JSON: {error}"))
            .at(place)
            .hint("write the value as a string, or drop `parse=yaml` to hash the bytes"),
    }
}

/// The problem of a file that is too large to be read as data.
pub(super) fn too_large(path: &Utf8Path) -> Problem {
    Problem::new(format!("`{path}` has more than {} MiB, too much to be read as data", LARGEST >> 20))
        .hint("drop `parse=yaml` to hash the bytes, or leave the file out with `exclude=`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(content: &str) -> Result<String, Problem> {
        lines("/repo/a.yaml".into(), content.as_bytes())
    }

    #[test]
    fn what_a_file_says_is_one_line_for_each_document() {
        for (content, json) in [
            ("b: 1\na: 2\n", "{\"a\":2,\"b\":1}\n"),
            ("{\"b\": 1, \"a\": [1.0, 1e3, true, null]}", "{\"a\":[1,1000,true,null],\"b\":1}\n"),
            ("# only a comment\n", ""),
            ("", ""),
            ("---\n", "null\n"),
            ("a: <&>\n---\n- \"ü\\u2028\"\n", "{\"a\":\"<&>\"}\n[\"ü\\u2028\"]\n"),
            ("a: yes\nb: 010\nc: 0o10\nd: 1_000\n", "{\"a\":\"yes\",\"b\":8,\"c\":8,\"d\":1000}\n"),
            ("x: &x {b: 1}\ny: {<<: *x, a: 2}\n", "{\"x\":{\"b\":1},\"y\":{\"a\":2,\"b\":1}}\n"),
            ("a: 2001-12-14\n", "{\"a\":\"2001-12-14T00:00:00Z\"}\n"),
            ("a: |\n  x\n", "{\"a\":\"x\\n\"}\n"),
        ] {
            assert_eq!(data(content).expect(content), json, "{content}");
        }
    }

    #[test]
    fn comments_order_and_style_do_not_matter() {
        let one = data("# a\nb: 'x'\na: [1, 2]\n").expect("good");
        let other = data("{a: [1,   2], # c\n b: x}").expect("good");
        assert_eq!(one, other);
    }

    #[test]
    fn what_has_no_single_meaning_is_an_error_with_its_place() {
        for (content, said, line) in [
            ("a: 1\nb: [\n", "", 3),
            ("a: 1\nb: 2\na: 3\n", "already defined", 3),
            ("a: 1\n---\n1: 2\n", "a key that is no string", 3),
            ("a: {1: 2}\n", "a key that is no string", 1),
            ("a: .nan\n", "cannot be written as JSON", 1),
            ("a: \u{1}\n", "control character", 1),
        ] {
            let problem = data(content).expect_err(content);
            assert!(problem.message.contains(said), "{}", problem.message);
            assert_eq!(problem.place.as_ref().and_then(|place| place.line), Some(line), "{content}");
            assert!(problem.hint.is_some());
        }
        assert!(lines("/a.json".into(), b"\xff").is_err());
        assert!(data(&"[".repeat(1_001)).is_err());
    }
}

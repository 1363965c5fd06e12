//! `parse=yaml`: what a YAML or JSON file says in place of how it says it, as `docs/checksum.md` specifies it.
//!
//! Two files with one digest say the same to every reader of YAML; the reverse need not hold.

use std::sync::Arc;

use camino::Utf8Path;

use super::plain::{self, Plain};
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::value::Value;
use crate::value::json;
use crate::yaml::{self, Kind, Limits, Node, Style};

/// How large a file may be to be read as data.
pub(super) const LARGEST: u64 = 16 << 20;

/// How deep data may be nested.
const DEPTH: usize = 1_000;

/// How long the data of a file may be when it is written out. Aliases repeat what they stand for.
const LONGEST: usize = 64 << 20;

/// The hint of everything that has no data.
const HINT: &str = "correct it, or drop `parse=yaml` to hash the bytes";

/// The data of a file: for each document one line of compact JSON, keys sorted by bytes, with marks for what JSON does not have.
///
/// # Errors
///
/// Where the text is not YAML, a key comes twice or is not a string, or there is too much of it.
pub(super) fn lines(path: &Utf8Path, content: &[u8]) -> Result<String, Diagnostic> {
    if let Some(text) = old_breaks(content) {
        return Ok(format!("{OPEN}{}\n", quoted(text)));
    }
    let limits = Limits { bytes: content.len(), depth: DEPTH, ..Limits::default() };
    let source: Arc<str> = String::from_utf8_lossy(content).into();
    let described = |error: yaml::Error| {
        let problem = error.into_diagnostic(path, Some(&source));
        match problem.hint {
            Some(_) => problem,
            None => problem.hint(HINT),
        }
    };
    let mut lines = Lines { out: String::new() };
    for document in yaml::parse(content, &limits).map_err(described)? {
        if document.is_versioned() {
            lines.out.push_str(VERSIONED);
        }
        lines.value(&document).map_err(|fault| match fault {
            Fault::Yaml(error) => described(error),
            Fault::TooLong => too_long(path, &document),
        })?;
        lines.out.push('\n');
    }
    Ok(lines.out)
}

/// The text of a file with characters that break lines in YAML 1.1 and do not in 1.2: it has one structure to some readers and
/// another to others.
fn old_breaks(content: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(content).ok()?;
    text.contains(['\u{85}', '\u{2028}', '\u{2029}']).then_some(text)
}

/// Stands before a scalar that is not the same to all readers.
const OPEN: char = '~';

/// Stands before a tag.
const TAGGED: char = '!';

/// Stands before a document with the line `%YAML 1.1`, by which some readers change their rules.
const VERSIONED: &str = "%";

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    json::encode(&Value::from(text), json::Style::Raw).unwrap_or_default()
}

enum Fault {
    Yaml(yaml::Error),
    TooLong,
}

struct Lines {
    out: String,
}

impl Lines {
    /// Writes a value. The depth of its recursion is that of the data, which has a limit.
    fn value(&mut self, node: &Node) -> Result<(), Fault> {
        if self.out.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        if let Some(tag) = node.written_tag() {
            self.out.push(TAGGED);
            self.out.push_str(&quoted(&tag));
        }
        match node.kind() {
            Kind::Scalar => self.scalar(node),
            Kind::Sequence => {
                self.out.push('[');
                for (at, item) in node.children().iter().enumerate() {
                    self.separate(at);
                    self.value(item)?;
                }
                self.out.push(']');
            }
            Kind::Mapping => {
                self.out.push('{');
                for (at, (key, value)) in entries(node)?.iter().enumerate() {
                    self.separate(at);
                    self.value(key)?;
                    self.out.push(':');
                    self.value(value)?;
                }
                self.out.push('}');
            }
        }
        Ok(())
    }

    fn scalar(&mut self, node: &Node) {
        let text = node.text().unwrap_or_default();
        let plain = if node.style() == Some(Style::Plain) { plain::of(text) } else { Plain::Text };
        match plain {
            Plain::Json => self.out.push_str(text),
            Plain::Text => self.out.push_str(&quoted(text)),
            Plain::Open => {
                self.out.push(OPEN);
                self.out.push_str(&quoted(text));
            }
        }
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.out.push(',');
        }
    }
}

/// The entries of a mapping as they are written, sorted by the bytes of their keys. `<<` is a key like any other: some readers merge
/// what it has, and some do not.
fn entries(mapping: &Node) -> Result<Vec<(Node, Node)>, Fault> {
    let mut entries = mapping.pairs();
    if let Some((key, _)) = entries.iter().find(|(key, _)| !is_string(key)) {
        return Err(Fault::Yaml(key.error("this key is not a string, and JSON has no other keys")));
    }
    // Stable, so that of two equal keys the first one comes first.
    entries.sort_by(|(one, _), (other, _)| one.text().cmp(&other.text()));
    for pair in entries.windows(2) {
        let [(one, _), (other, _)] = pair else { continue };
        if one.text() == other.text() {
            let text = quoted(other.text().unwrap_or_default());
            let message = format!("mapping key {text} already defined at line {}", one.line());
            return Err(Fault::Yaml(other.error(&message)));
        }
    }
    Ok(entries)
}

/// Whether a key is a string to go-yaml, or `<<`.
fn is_string(key: &Node) -> bool {
    key.kind() == Kind::Scalar && matches!(key.tag().as_str(), "!!str" | "!!merge")
}

/// The problem of a file whose aliases make too much of it.
fn too_long(path: &Utf8Path, document: &Node) -> Diagnostic {
    Diagnostic::error(format!(
        "the document that starts here has more than {} MiB of data with its aliases replaced",
        LONGEST >> 20
    ))
    .at(Place::line(path, document.line()))
    .hint(HINT)
}

/// The problem of a file that is too large to be read as data.
pub(super) fn too_large(path: &Utf8Path) -> Diagnostic {
    Diagnostic::error(format!("`{path}` has more than {} MiB, too much to be read as data", LARGEST >> 20))
        .hint("drop `parse=yaml` to hash the bytes, or leave the file out with `exclude=`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(content: &str) -> Result<String, Diagnostic> {
        lines("/repo/a.yaml".into(), content.as_bytes())
    }

    #[test]
    fn what_a_file_says_is_one_line_for_each_document() {
        for (content, json) in [
            ("b: 1\na: 2\n", "{\"a\":2,\"b\":1}\n"),
            ("{\"b\": 1, \"a\": [1.5, -7, true, null, []]}", "{\"a\":[1.5,-7,true,null,[]],\"b\":1}\n"),
            ("# only a comment\n", ""),
            ("", ""),
            ("---\n", "~\"\"\n"),
            ("a: <&>\n---\n- \"ü\\u2028\"\n", "{\"a\":\"<&>\"}\n[\"ü\\u2028\"]\n"),
            ("a: |\n  x\nb: >\n  y\n", "{\"a\":\"x\\n\",\"b\":\"y\\n\"}\n"),
            ("x: &x {b: 1}\nz: [*x, *x]\n", "{\"x\":{\"b\":1},\"z\":[{\"b\":1},{\"b\":1}]}\n"),
        ] {
            assert_eq!(data(content).expect(content), json, "{content}");
        }
    }

    #[test]
    fn a_plain_scalar_that_readers_type_differently_counts_as_written() {
        for (content, json) in [
            (
                "a: yes\nb: 010\nc: 0o10\nd: 1_000\n",
                "{\"a\":~\"yes\",\"b\":~\"010\",\"c\":~\"0o10\",\"d\":~\"1_000\"}\n",
            ),
            ("[1.10, 1.1, \"1.1\", 1.0]", "[~\"1.10\",1.1,\"1.1\",~\"1.0\"]\n"),
            (
                "[2001-12-14, .nan, 1e3, ~, Null, True]",
                "[~\"2001-12-14\",~\".nan\",~\"1e3\",~\"~\",~\"Null\",~\"True\"]\n",
            ),
            (
                "[18446744073709551616, 18446744073709551617]",
                "[~\"18446744073709551616\",~\"18446744073709551617\"]\n",
            ),
            ("on: 1\n'off': 2\n", "{\"off\":2,~\"on\":1}\n"),
            ("x: &x {b: 1}\nz: {<<: *x, a: 2}\n", "{\"x\":{\"b\":1},\"z\":{~\"<<\":{\"b\":1},\"a\":2}}\n"),
        ] {
            assert_eq!(data(content).expect(content), json, "{content}");
        }
    }

    #[test]
    fn tags_count() {
        for (content, json) in [
            ("[!Ref b, !GetAtt b, b]", "[!\"!Ref\"\"b\",!\"!GetAtt\"\"b\",\"b\"]\n"),
            ("[!!binary YQ==, a, YQ==]", "[!\"tag:yaml.org,2002:binary\"\"YQ==\",\"a\",\"YQ==\"]\n"),
            (
                "[!!str 1, !!int \"1\", ! 1]",
                "[!\"tag:yaml.org,2002:str\"1,!\"tag:yaml.org,2002:int\"\"1\",!\"!\"1]\n",
            ),
            ("!a {b: !c [1]}", "!\"!a\"{\"b\":!\"!c\"[1]}\n"),
            ("!<!!int> 1", "!\"!!int\"1\n"),
            ("%TAG ! tag:example.com,2000:\n---\n!x 1", "!\"tag:example.com,2000:x\"1\n"),
            ("!!str a: !x\n", "{!\"tag:yaml.org,2002:str\"\"a\":!\"!x\"~\"\"}\n"),
        ] {
            assert_eq!(data(content).expect(content), json, "{content}");
        }
    }

    #[test]
    fn what_changes_the_rules_of_some_readers_counts() {
        assert_eq!(data("%YAML 1.1\n---\nyes\n--- a").expect("YAML"), "%~\"yes\"\n\"a\"\n");
        // One key in YAML 1.2, and two in 1.1.
        assert_eq!(data("a: 1\u{85}b: 2\n").expect("text"), "~\"a: 1\u{85}b: 2\\n\"\n");
        assert_eq!(data("[\"\u{2028}\"]").expect("text"), "~\"[\\\"\\u2028\\\"]\"\n");
    }

    #[test]
    fn comments_order_and_style_do_not_matter() {
        let one = data("# a\nb: 'x'\na: [1, 2]\nc: \"10.0.0.0/8\"\n").expect("good");
        let other = data("{a: [1,   2], # c\n b: x,\n \"c\": 10.0.0.0/8}").expect("good");
        assert_eq!(one, other);
    }

    #[test]
    fn what_has_no_single_meaning_is_an_error_with_its_place() {
        for (content, said, line) in [
            ("a: 1\nb: [\n", "", 3),
            ("a: 1\nb: 2\na: 3\n", "already defined at line 1", 3),
            ("yes: 1\n'yes': 3\n", "already defined at line 1", 2),
            ("? &k a\n: 1\n? *k\n: 3\n", "already defined at line 1", 1),
            ("a: 1\n---\n1: 2\n", "key is not a string", 3),
            ("a: {1: 2}\n", "key is not a string", 1),
            ("a:\n  ~: 2\n", "key is not a string", 2),
            ("a:\n  !x b: 2\n", "key is not a string", 2),
            ("? [a]\n: 1\n", "key is not a string", 1),
            ("a: \u{1}\n", "control character", 1),
        ] {
            let problem = data(content).expect_err(content);
            assert!(problem.message.contains(said), "{content}: {}", problem.message);
            assert_eq!(problem.place.as_ref().and_then(|place| place.line), Some(line), "{content}");
            assert!(problem.hint.is_some());
        }
        assert!(lines("/a.json".into(), b"\xff").is_err());
        assert!(data(&"[".repeat(1_001)).is_err());
    }

    #[test]
    fn aliases_that_make_too_much_of_a_file_are_an_error() {
        let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 70].join(","));
        let problem = data(&text).expect_err("it is too long");
        assert!(problem.message.contains("64 MiB"), "{}", problem.message);
    }
}

//! The scalars of a YAML file, each with the file as it is where this one is changed a little.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use crate::audit::{ends_in_value, other_than};
use crate::value::Value;
use crate::yaml::{self, Kind, Limits, Node, Style};

/// A scalar of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The way to it: `config.colour`, `hosts[0]`.
    pub(super) key: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// The file with another scalar in its place.
    pub(super) changed: Vec<u8>,
}

/// How many scalars of a file are changed, the first ones.
const MOST: usize = 4_000;

/// The scalars of the mapping that a file contains, those below `within` where it is not empty. None where it is no YAML, a template for one.
pub(super) fn leaves(source: &[u8], within: Option<&dyn Fn(&str) -> bool>) -> Vec<Leaf> {
    let Ok(nodes) = yaml::parse(source, &Limits::default()) else { return Vec::new() };
    let mut found = Vec::new();
    for node in &nodes {
        collect(node, &mut String::new(), source, within, &mut found);
    }
    // What has several names through aliases is one scalar.
    let mut known = BTreeSet::new();
    found.retain(|leaf| known.insert(leaf.changed.clone()));
    found
}

/// The lines of a text that end in a value, each with the text as it is where that is changed a little: of a template, and of what only templates
/// read. Lines with actions are left as they are.
pub(super) fn lines(source: &[u8], most: usize) -> Vec<Leaf> {
    let all: Vec<&[u8]> = source.split_inclusive(|byte| *byte == b'\n').collect();
    let is_text =
        |line: &&(usize, &&[u8])| ends_in_value(line.1) && !line.1.windows(2).any(|two| two == b"{{");
    let meant = all.iter().enumerate().collect::<Vec<_>>();
    let changed = meant.iter().filter(is_text).rev().take(most).filter_map(|(index, line)| {
        let mut own = line.to_vec();
        let last = own.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric())?;
        *last = other_than(*last);
        let changed = [all[..*index].concat(), own, all[index + 1..].concat()].concat();
        Some(Leaf { key: String::new(), line: index + 1, changed })
    });
    let mut found: Vec<Leaf> = changed.collect();
    found.reverse();
    found
}

fn collect(
    node: &Node,
    key: &mut String,
    source: &[u8],
    within: Option<&dyn Fn(&str) -> bool>,
    found: &mut Vec<Leaf>,
) {
    let length = key.len();
    match node.kind() {
        Kind::Mapping => {
            for (name, value) in node.pairs() {
                let Some(text) = name.text() else { continue };
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(text);
                collect(&value, key, source, within, found);
                key.truncate(length);
            }
        }
        Kind::Sequence => {
            for (index, item) in node.children().iter().enumerate() {
                let _ = write!(key, "[{index}]");
                collect(item, key, source, within, found);
                key.truncate(length);
            }
        }
        Kind::Scalar => {
            let is_meant = within.is_none_or(|within| within(key));
            if is_meant && found.len() < MOST {
                found.extend(changed(node, key, source));
            }
        }
    }
}

/// The scalar with another value; nothing where it has none that could be another, or it is not found in the source as it is read.
fn changed(node: &Node, key: &str, source: &[u8]) -> Option<Leaf> {
    let span = node.span();
    let text = source.get(span.clone())?;
    let other = other(node, text)?;
    let Range { start, end } = span;
    let changed = [&source[..start], &other, &source[end..]].concat();
    // What was an alias, an anchor or a part of something else would be read otherwise.
    (yaml::parse(&changed, &Limits::default()).is_ok()).then(|| Leaf {
        key: key.to_owned(),
        line: node.line(),
        changed,
    })
}

fn other(node: &Node, text: &[u8]) -> Option<Vec<u8>> {
    let value = node.decode_as_helm().ok()?;
    match (node.style(), value) {
        (_, Value::Bool(truth)) => Some(if truth { &b"false"[..] } else { b"true" }.to_vec()),
        (Some(Style::Plain), Value::Int(number)) => Some((number.wrapping_add(1)).to_string().into_bytes()),
        (Some(Style::Plain), Value::Float(number)) => Some((number + 1.0).to_string().into_bytes()),
        (_, Value::Str(_)) => {
            // A letter or digit of it, so that whatever it is stays that mostly.
            let mut text = text.to_vec();
            let last = text.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric())?;
            *last = other_than(*last);
            Some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<String> {
        let one = |leaf: Leaf| {
            let changed = String::from_utf8(leaf.changed).expect("UTF-8");
            let line = changed.lines().nth(leaf.line - 1).expect("its line").trim().to_owned();
            format!("{} {line}", leaf.key)
        };
        leaves(source.as_bytes(), None).into_iter().map(one).collect()
    }

    #[test]
    fn each_scalar_is_changed_by_itself() {
        assert_eq!(
            told("a: red\nb:\n  c: 3\n  d: [true, \"x\"]\ne: ''\nf: null\ng: |\n  one\n  two\nh: 1.5\n"),
            [
                "a a: rea",
                "b.c c: 4",
                "b.d[0] d: [false, \"x\"]",
                "b.d[1] d: [true, \"a\"]",
                "g g: |",
                "h h: 2.5"
            ]
        );
    }

    #[test]
    fn templates_and_what_is_no_yaml_have_none() {
        assert_eq!(told("a: {{ .Values.x }}\n"), Vec::<String>::new());
        assert_eq!(told("a: [\n"), Vec::<String>::new());
    }

    #[test]
    fn only_what_is_asked_for_is_changed() {
        let within = |key: &str| key.contains(".values[");
        let source = b"releases:\n- name: a\n  values:\n  - x: 1\n";
        let found = leaves(source, Some(&within));
        assert_eq!(
            found.iter().map(|leaf| leaf.key.as_str()).collect::<Vec<_>>(),
            ["releases[0].values[0].x"]
        );
    }
}

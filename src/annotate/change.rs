//! What is to be added to a document.

use std::collections::BTreeMap;

use super::insert::Refused;
use crate::reference::Step;
use crate::yaml::{Kind, Node, Style};

/// How many `<<` in one another are followed.
const MERGES: usize = 16;

/// Annotations to add, by the way to the mappings that they go to, which need not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(super) below: BTreeMap<Step, Self>,
    pub(super) annotations: BTreeMap<String, String>,
}

impl Change {
    /// Asks for an annotation in the mapping that these steps lead to.
    pub(crate) fn add(&mut self, steps: &[Step], key: &str, value: &str) {
        match steps {
            [] => {
                self.annotations.insert(key.to_owned(), value.to_owned());
            }
            [first, rest @ ..] => self.below.entry(first.clone()).or_default().add(rest, key, value),
        }
    }

    /// What of it a value lacks; nothing where it has all of it.
    pub(super) fn missing(&self, node: Option<&Node>) -> Result<Option<Self>, Refused> {
        let node = node.filter(|node| !node.is_null());
        let mut missing = Self::default();
        for (key, value) in &self.annotations {
            match child(node, &Step::Key(key.as_str().into()))? {
                None => {
                    missing.annotations.insert(key.clone(), value.clone());
                }
                Some(own) if is_text(&own, value) => {}
                Some(own) => return Err(Refused::Taken { key: key.clone(), line: own.line() }),
            }
        }
        for (step, change) in &self.below {
            if let Some(rest) = change.missing(child(node, step)?.as_ref())? {
                missing.below.insert(step.clone(), rest);
            }
        }
        let is_empty = missing.annotations.is_empty() && missing.below.is_empty();
        Ok((!is_empty).then_some(missing))
    }
}

/// Whether helm reads this text from a value.
fn is_text(node: &Node, text: &str) -> bool {
    node.decode_as_helm().is_ok_and(|value| value.as_str() == Some(text))
}

/// What a step leads to.
fn child(node: Option<&Node>, step: &Step) -> Result<Option<Node>, Refused> {
    let Some(node) = node else { return Ok(None) };
    match (step, node.kind()) {
        (Step::Key(key), Kind::Mapping) => Ok(value_of(node, key, 0)),
        (Step::Index(index), Kind::Sequence) => Ok(node.item(*index)),
        _ => Err(Refused::NotAMapping { line: node.line() }),
    }
}

/// The value that helm takes for a key of a mapping: the last one, those that `<<` brings in included.
pub(super) fn value_of(mapping: &Node, key: &str, merges: usize) -> Option<Node> {
    mapping.pairs().into_iter().rev().find_map(|(name, value)| {
        if is_merge(&name) { merged(&value, key, merges) } else { is_key(&name, key).then_some(value) }
    })
}

/// What the value of a `<<` brings in for a key.
pub(super) fn merged(value: &Node, key: &str, merges: usize) -> Option<Node> {
    if merges == MERGES {
        return None;
    }
    let sources = if value.kind() == Kind::Sequence { value.children() } else { vec![value.clone()] };
    sources.iter().find_map(|source| value_of(source, key, merges + 1))
}

/// Whether a key of a mapping is this one.
pub(super) fn is_key(name: &Node, key: &str) -> bool {
    name.text() == Some(key)
}

/// Whether a key of a mapping is a `<<` that merges.
pub(super) fn is_merge(name: &Node) -> bool {
    match name.written_tag() {
        None => name.text() == Some("<<") && name.style() == Some(Style::Plain),
        Some(tag) => name.text() == Some("<<") && tag == "tag:yaml.org,2002:merge",
    }
}

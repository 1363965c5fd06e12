//! Values of a manifest with the way to them.

use std::fmt;
use std::rc::Rc;

use crate::value::Value;
use crate::yaml::{Node, Style};

/// A step from a value to one in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// To what a key of a mapping stands for.
    Key(Rc<str>),
    /// To an item of a list, from 0.
    Index(usize),
}

/// The way from a resource to a value in it. Shown as `spec.template.spec.containers[0].env[2]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

impl Path {
    /// The steps, from the top.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The way to an item of a list in a value that this leads to.
    pub(super) fn item_of(&self, key: &str, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.extend([Step::Key(key.into()), Step::Index(index)]);
        Self(steps)
    }

    /// The key of the last step, where that is one.
    pub(super) fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The line of the output that the value is on, which is the last one on the way that can be found.
    pub(super) fn line(&self, root: &Node) -> usize {
        let mut node = root.clone();
        for step in &self.0 {
            let next = match step {
                Step::Key(key) => entry(&node, key, 0),
                Step::Index(index) => node.item(*index),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.line()
    }
}

/// How many `<<` in one another are followed for the sake of a line.
const MERGES: usize = 16;

/// The value that helm takes for a key of a mapping: the last one, those that `<<` brings in included.
fn entry(mapping: &Node, key: &str, merges: usize) -> Option<Node> {
    mapping.pairs().into_iter().rev().find_map(|(name, value)| {
        if name.text() == Some("<<") && name.style() == Some(Style::Plain) {
            let mut sources = value.children();
            if sources.is_empty() {
                sources.push(value);
            }
            return sources.iter().filter(|_| merges < MERGES).find_map(|one| entry(one, key, merges + 1));
        }
        (name.text() == Some(key)).then_some(value)
    })
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '/', '[', ' ']) => write!(out, "[{key:?}]")?,
                Step::Key(key) if position == 0 => out.write_str(key)?,
                Step::Key(key) => write!(out, ".{key}")?,
                Step::Index(index) => write!(out, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A value of a resource and the way to it. What is not there, or of another type than asked for, is null, empty or nothing: as
/// the Kubernetes API refuses it, no pod has it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) value: Value,
    pub(super) path: Path,
}

impl Spot {
    /// A whole resource.
    pub(super) fn root(value: Value) -> Self {
        Self { value, path: Path::default() }
    }

    /// What a key of a mapping stands for.
    pub(super) fn key(&self, key: &str) -> Self {
        let value = match &self.value {
            Value::Map(map) => map.get(key).unwrap_or_default(),
            _ => Value::Nil,
        };
        let mut path = self.path.clone();
        path.0.push(Step::Key(key.into()));
        Self { value, path }
    }

    /// What keys lead to, one after the other.
    pub(super) fn at(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |spot, key| spot.key(key))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let Value::List(list) = &self.value else { return Vec::new() };
        let item = |(index, value): (usize, &Value)| {
            let mut path = self.path.clone();
            path.0.push(Step::Index(index));
            Self { value: value.clone(), path }
        };
        list.iter().enumerate().map(item).collect()
    }

    /// The keys of a mapping with what they stand for, in the order of their bytes.
    pub(super) fn entries(&self) -> Vec<(Rc<str>, Self)> {
        let Value::Map(map) = &self.value else { return Vec::new() };
        map.keys().into_iter().map(|key| (Rc::clone(&key), self.key(&key))).collect()
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<&str> {
        self.value.as_str().filter(|text| !text.is_empty())
    }

    /// The text of a key, where there is one that is not empty.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.key(key).text().map(str::to_owned)
    }

    /// A whole number that is not negative.
    pub(super) fn number(&self) -> Option<u64> {
        match self.value {
            Value::Int(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.value, Value::Bool(true))
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }
}

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
mod helm;
mod input;
mod key;
mod merge;
mod node;
mod number;
mod tag;
mod timestamp;
mod tree;
mod typed;
mod written;

pub(crate) use comments::comments;
pub use encode::encode;
pub use error::{Error, ErrorKind};
pub(crate) use node::Kind;
pub use node::Node;
pub(crate) use tree::Style;
pub(crate) use written::Written;

use std::rc::Rc;

use compose::Extent;
use tree::Place;

/// What a text may cost before it is refused.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nested collections, with those after aliases. go-yaml allows 10,000.
    pub depth: usize,
    /// Keys, scalars, collections and aliases of all documents.
    pub nodes: usize,
    /// The sum of the open flow collections over all values, for the parser looks at each of them every time. Ten
    /// thousand lists in one another come to a hundred million.
    pub flow_work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, depth: 10_000, nodes: 3_000_000, flow_work: 110_000_000 }
    }
}

/// Reads all documents of a text, in order. Nothing but spaces and comments is not a document; `---` alone is one that
/// contains null. Anchors of one document can be used in the ones after it.
///
/// # Errors
///
/// The text is not YAML, passes a limit, or contains one of the few things that are read differently by go-yaml.
pub fn parse(source: &[u8], limits: &Limits) -> Result<Vec<Node>, Error> {
    let input = input::Input::check(source, limits)?;
    let (tree, roots) = compose::compose(&input, limits, Extent::All)?;
    let tree = Rc::new(tree);
    Ok(roots.into_iter().map(|id| Node::new(&Place { tree: Rc::clone(&tree), id })).collect())
}

/// As [`parse`], for whoever edits the text: what is written as an alias stays one.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn parse_written(source: &[u8], limits: &Limits) -> Result<Vec<Written>, Error> {
    let input = input::Input::check(source, limits)?;
    let (tree, roots) = compose::compose(&input, limits, Extent::All)?;
    let tree = Rc::new(tree);
    Ok(roots.into_iter().map(|id| Written::new(Place { tree: Rc::clone(&tree), id })).collect())
}

/// Reads the first document of a text, as go-yaml's `Unmarshal` does: mistakes after it are not noticed. Nothing for a text
/// without documents.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn parse_first(source: &[u8], limits: &Limits) -> Result<Option<Node>, Error> {
    let input = input::Input::check(source, limits)?;
    let (tree, roots) = compose::compose(&input, limits, Extent::First)?;
    let tree = Rc::new(tree);
    Ok(roots.first().map(|&id| Node::new(&Place { tree, id })))
}

#[cfg(test)]
mod tests;

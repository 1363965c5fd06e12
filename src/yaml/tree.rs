//! The nodes of a document as they are kept: flat, children by number, so that dropping needs no stack.

use std::ops::Range;
use std::rc::Rc;

use super::tag::{self, Tag};

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// The number of a node in its tree.
pub(super) type Id = u32;

/// All nodes of all documents of a text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Data>,
}

/// A node: what it is, its tag, and where it is.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is about something of its own")]
pub(super) struct Data {
    pub(super) content: Content,
    /// The tag that was written, other than `!`; in short form where it is a standard one.
    pub(super) tag: Option<Rc<str>>,
    /// Whether the tag `!` was written, which go-yaml v3 ignores and v2 does not.
    pub(super) bare_tag: bool,
    /// Whether the tag was written with the prefix of the standard ones, as `!!` is by default.
    pub(super) standard_tag: bool,
    /// Whether `%YAML` stands before the document of which this is the root.
    pub(super) versioned: bool,
    /// Whether it is a collection that is written as `[…]` or `{…}`.
    pub(super) is_flow: bool,
    /// From 1.
    pub(super) line: u32,
    /// In characters, from 1.
    pub(super) column: u32,
    /// Bytes of the source.
    pub(super) span: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar {
        text: Rc<str>,
        style: Style,
    },
    Sequence(Vec<Id>),
    /// Keys and values in turn.
    Mapping(Vec<Id>),
    /// What it points at may be in an earlier document, and is not an alias itself.
    Alias {
        anchor: Rc<str>,
        target: Id,
    },
}

/// A node in its tree.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) tree: Rc<Tree>,
    pub(super) id: Id,
}

impl Tree {
    pub(super) fn get(&self, id: Id) -> &Data {
        &self.nodes[id as usize]
    }

    /// The numbers of all aliases, in the order of the text.
    pub(super) fn aliases(&self) -> impl Iterator<Item = Id> {
        let ids = self.nodes.iter().zip(0..);
        ids.filter(|(data, _)| matches!(data.content, Content::Alias { .. })).map(|(_, id)| id)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut Data {
        &mut self.nodes[id as usize]
    }

    /// Adds a node, unless there are as many as a number can name.
    pub(super) fn push(&mut self, data: Data) -> Option<Id> {
        let id = Id::try_from(self.nodes.len()).ok()?;
        self.nodes.push(data);
        Some(id)
    }
}

impl Place {
    pub(super) fn data(&self) -> &Data {
        self.tree.get(self.id)
    }

    /// Another node of the same tree.
    pub(super) fn sibling(&self, id: Id) -> Self {
        Self { tree: Rc::clone(&self.tree), id }
    }

    /// This node, or what it is an alias of.
    pub(super) fn resolved(&self) -> Self {
        match &self.data().content {
            Content::Alias { target, .. } => self.sibling(*target),
            _ => self.clone(),
        }
    }

    /// Children of a collection, none of anything else.
    pub(super) fn children(&self) -> &[Id] {
        match &self.data().content {
            Content::Sequence(children) | Content::Mapping(children) => children,
            _ => &[],
        }
    }

    /// go-yaml's `ShortTag`: the type that the node says or seems to be.
    pub(super) fn short_tag(&self) -> Tag {
        let resolved = self.resolved();
        let data = resolved.data();
        match (&data.tag, &data.content) {
            (Some(written), _) => Tag::from_written(written),
            (None, Content::Mapping(_)) => Tag::Map,
            (None, Content::Sequence(_)) => Tag::Seq,
            (None, Content::Scalar { text, style: Style::Plain }) => {
                if &**text == "<<" {
                    Tag::Merge
                } else {
                    tag::of_plain(text)
                }
            }
            (None, Content::Scalar { .. } | Content::Alias { .. }) => Tag::Str,
        }
    }

    /// Whether this is the key `<<` that merges, itself and not through an alias.
    pub(super) fn is_merge_key(&self) -> bool {
        let data = self.data();
        match &data.content {
            Content::Scalar { text, style } if &**text == "<<" => match &data.tag {
                Some(written) => &**written == "!!merge",
                None => *style == Style::Plain,
            },
            _ => false,
        }
    }
}

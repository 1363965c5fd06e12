//! Values as they are written, for edits of a text: an alias is an alias.

use std::ops::Range;

use super::node::Node;
use super::tree::{Content, Place};

/// A value in a parsed text, cheap to clone. Other than a [`Node`], it may be an alias.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    place: Place,
}

impl Written {
    pub(super) const fn new(place: Place) -> Self {
        Self { place }
    }

    /// The value, or what it is an alias of.
    pub(crate) fn node(&self) -> Node {
        Node::new(&self.place)
    }

    /// What tells it from all other values of the text.
    pub(crate) const fn number(&self) -> u32 {
        self.place.id
    }

    /// What it is an alias of, where it is one.
    pub(crate) fn aliased(&self) -> Option<Self> {
        match self.place.data().content {
            Content::Alias { target, .. } => Some(Self::new(self.place.sibling(target))),
            _ => None,
        }
    }

    /// Every alias of the whole text, in its order.
    pub(crate) fn aliases(&self) -> Vec<Self> {
        self.place.tree.aliases().map(|id| Self::new(self.place.sibling(id))).collect()
    }

    /// Whether it is a list or map that is written as `[…]` or `{…}`.
    pub(crate) fn is_flow(&self) -> bool {
        self.place.data().is_flow
    }

    /// The bytes of the text that it covers, from its anchor or tag on. That of a list or map which is not written as `[…]` or `{…}`
    /// ends where the next value begins.
    pub(crate) fn span(&self) -> Range<usize> {
        self.place.data().span.clone()
    }

    /// The line on which it starts, from 1.
    pub(crate) fn line(&self) -> usize {
        self.place.data().line as usize
    }

    /// The column in which it starts, in characters from 1.
    pub(crate) fn column(&self) -> usize {
        self.place.data().column as usize
    }

    /// Keys and values of a mapping, with `<<` as a key like any other; none for anything else.
    pub(crate) fn pairs(&self) -> Vec<(Self, Self)> {
        let Content::Mapping(children) = &self.place.data().content else { return Vec::new() };
        let written = |id: u32| Self::new(self.place.sibling(id));
        children.chunks_exact(2).map(|pair| (written(pair[0]), written(pair[1]))).collect()
    }

    /// One item of a sequence.
    pub(crate) fn item(&self, index: usize) -> Option<Self> {
        let Content::Sequence(items) = &self.place.data().content else { return None };
        items.get(index).map(|&id| Self::new(self.place.sibling(id)))
    }

    /// The items of a sequence; none for anything else.
    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = Self> {
        let ids = match &self.place.data().content {
            Content::Sequence(items) => items.as_slice(),
            _ => &[],
        };
        ids.iter().map(|&id| Self::new(self.place.sibling(id)))
    }

    /// Whether it is the key `<<` that merges.
    pub(crate) fn is_merge_key(&self) -> bool {
        self.place.is_merge_key()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, parse_written};
    use super::*;

    fn root(text: &str) -> Written {
        parse_written(text.as_bytes(), &Limits::default()).expect("YAML").remove(0)
    }

    #[test]
    fn an_alias_stays_one_and_knows_its_value() {
        let text = "a: &x {b: 1}\nc: *x\n<<: *x\n";
        let root = root(text);
        let pairs = root.pairs();
        let (anchored, alias) = (&pairs[0].1, &pairs[1].1);
        assert!(anchored.aliased().is_none());
        assert_eq!(alias.aliased().map(|target| target.number()), Some(anchored.number()));
        assert_eq!(&text[alias.span()], "*x");
        assert_eq!(alias.node().span(), anchored.span());
        assert_eq!(root.aliases().iter().map(Written::line).collect::<Vec<_>>(), [2, 3]);
        assert!(pairs[2].0.is_merge_key() && !pairs[0].0.is_merge_key());
    }

    #[test]
    fn flow_collections_are_told_from_others() {
        let root = root("a: {}\nb:\n- [1]\nc: x\n");
        let flow: Vec<bool> = root.pairs().iter().map(|(_, value)| value.is_flow()).collect();
        assert_eq!((root.is_flow(), flow), (false, vec![true, false, false]));
        assert!(root.pairs()[1].1.item(0).is_some_and(|item| item.is_flow()));
    }
}

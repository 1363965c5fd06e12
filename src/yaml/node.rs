//! Nodes as other modules see them.

use std::ops::Range;
use std::rc::Rc;

use camino::Utf8Path;

use super::decode;
use super::error::{Error, ErrorKind, Issue};
use super::helm;
use super::merge::{self, Found, KeyType};
use super::tag::{self, Tag};
use super::tree::{Content, Place, Style};
use crate::text;
use crate::value::{Map, Value};

/// The three forms of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Sequence,
    Mapping,
}

/// A value in a parsed text, cheap to clone. Never an alias: where one was written, this is what it stands for.
///
/// In go-yaml's terms, decoding null leaves a field as it is (a pointer, map, slice or interface becomes nil), so the
/// typed methods return nothing for it. All errors carry the place of the value.
#[derive(Clone, Debug)]
pub struct Node {
    place: Place,
}

/// A key of a mapping and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as a string.
    pub key: Rc<str>,
    /// The value.
    pub value: Node,
    /// The key itself; may be an alias.
    at: Place,
    pub(super) mapping: usize,
}

impl Node {
    pub(super) fn new(place: &Place) -> Self {
        Self { place: place.resolved() }
    }

    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// Which form the node has.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.place.data().content {
            Content::Sequence(_) => Kind::Sequence,
            Content::Mapping(_) => Kind::Mapping,
            Content::Scalar { .. } | Content::Alias { .. } => Kind::Scalar,
        }
    }

    /// The line on which the node starts, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.place.data().line as usize
    }

    /// The column in which the node starts, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.place.data().column as usize
    }

    /// Where the node is in the file that the text is from.
    #[must_use]
    pub fn place_in(&self, file: &Utf8Path) -> text::Place {
        text::Place {
            file: file.to_owned(),
            line: Some(self.line()),
            column: Some(self.column()),
            length: Some(self.span().len()),
        }
    }

    /// The bytes of the source that the node covers, from its anchor or tag on.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.data().span.clone()
    }

    /// What a scalar says, without its quotes and before any typing: `0x10` for `0x10`. Nothing for a collection.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.place.data().content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written. Nothing for a collection.
    #[must_use]
    pub fn style(&self) -> Option<Style> {
        match &self.place.data().content {
            Content::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// The tag in short form, the written one or the one that the value has by itself: `!!str`, `!!int`, `!mine`.
    #[must_use]
    pub fn tag(&self) -> String {
        match &self.place.data().tag {
            Some(written) => written.to_string(),
            None => self.place.short_tag().name().to_owned(),
        }
    }

    /// The tag that was written, in long form: `tag:yaml.org,2002:int` for `!!int`, `!` for a bare one. Nothing where none was.
    #[must_use]
    pub fn written_tag(&self) -> Option<String> {
        let data = self.place.data();
        match &data.tag {
            Some(written) if data.standard_tag => Some(tag::long(written)),
            Some(written) => Some(written.to_string()),
            None => data.bare_tag.then(|| "!".to_owned()),
        }
    }

    /// Whether the line `%YAML 1.1` stands before the document of which this is the root.
    #[must_use]
    pub fn is_versioned(&self) -> bool {
        self.place.data().versioned
    }

    /// Whether the value is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Scalar && self.place.short_tag() == Tag::Null
    }

    /// The items of a sequence as they are written, none for anything else.
    #[must_use]
    pub fn children(&self) -> Vec<Self> {
        match &self.place.data().content {
            Content::Sequence(items) => items.iter().map(|&id| Self::new(&self.place.sibling(id))).collect(),
            _ => Vec::new(),
        }
    }

    /// One item of a sequence, without a look at the others.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<Self> {
        match &self.place.data().content {
            Content::Sequence(items) => items.get(index).map(|&id| Self::new(&self.place.sibling(id))),
            _ => None,
        }
    }

    /// The value of the first key of a mapping that is written so.
    #[must_use]
    pub fn value_of(&self, key: &str) -> Option<Self> {
        let Content::Mapping(children) = &self.place.data().content else { return None };
        let node = |id: u32| Self::new(&self.place.sibling(id));
        let found = children.chunks_exact(2).find(|pair| node(pair[0]).text() == Some(key));
        found.map(|pair| node(pair[1]))
    }

    /// Keys and values of a mapping as they are written, with `<<` as a key like any other; none for anything else.
    #[must_use]
    pub fn pairs(&self) -> Vec<(Self, Self)> {
        let pair =
            |ids: &[u32]| (Self::new(&self.place.sibling(ids[0])), Self::new(&self.place.sibling(ids[1])));
        match &self.place.data().content {
            Content::Mapping(children) => children.chunks_exact(2).map(pair).collect(),
            _ => Vec::new(),
        }
    }

    /// The value as go-yaml decodes it into `interface {}`: `map[string]interface {}` where all keys are strings, else
    /// `map[interface {}]interface {}`; YAML 1.1 words stay strings. Maps after an alias are made anew each time.
    ///
    /// # Errors
    ///
    /// A key comes twice or is not a scalar, a `<<` merges no map, a tag does not fit its value.
    pub fn decode(&self) -> Result<Value, Error> {
        decode::any(&self.place)
    }

    /// The value as go-yaml decodes it into `map[string]interface {}`: at the top level, keys of any scalar type become
    /// strings, and an entry whose key is null is dropped. Nothing for null, which leaves Go's map as it was.
    ///
    /// # Errors
    ///
    /// As [`Node::decode`], and the value is not a mapping.
    pub fn decode_map(&self) -> Result<Option<Map>, Error> {
        match self.kind() {
            Kind::Scalar if self.check_null()? => Ok(None),
            Kind::Mapping => match decode::string_map(&self.place)? {
                Value::Map(map) => Ok(Some(map)),
                _ => Ok(None),
            },
            Kind::Scalar | Kind::Sequence => Err(self.mismatch("map[string]interface {}")),
        }
    }

    /// The value as helm reads it from a values file or a manifest: as `sigs.k8s.io/yaml` does, where YAML 1.1 words are
    /// booleans in values and keys, all keys become strings, and dates stay text.
    ///
    /// # Errors
    ///
    /// A key that is null, a list or a map, two keys of different types that become one, a number without a JSON form, a tag
    /// that does not fit its value, and more than 1,000 levels.
    pub fn decode_as_helm(&self) -> Result<Value, Error> {
        helm::value(&self.place, 0)
    }

    /// The value as go-yaml decodes it into `[]interface {}`. Nothing for null.
    ///
    /// # Errors
    ///
    /// As [`Node::decode`], and the value is not a sequence.
    pub fn decode_list(&self) -> Result<Option<Vec<Value>>, Error> {
        let Some(items) = self.items("[]interface {}")? else { return Ok(None) };
        let mut values = Vec::with_capacity(items.len());
        let mut errors = Vec::new();
        for item in items {
            match item.decode() {
                Ok(value) => values.push(value),
                Err(error) => errors.push(error),
            }
        }
        Error::join(errors).map_or(Ok(Some(values)), Err)
    }

    /// The items of a sequence, for a field that is a slice. Nothing for null. `into` is the Go type of the field, for
    /// the message. Mind that go-yaml drops null items of a slice of strings, numbers or structs, and keeps them as nil
    /// in one of pointers, maps, slices or interfaces.
    ///
    /// # Errors
    ///
    /// The value is not a sequence.
    pub fn items(&self, into: &str) -> Result<Option<Vec<Self>>, Error> {
        match self.kind() {
            Kind::Scalar if self.check_null()? => Ok(None),
            Kind::Sequence => Ok(Some(self.children())),
            Kind::Scalar | Kind::Mapping => Err(self.mismatch(into)),
        }
    }

    /// The entries of a mapping for a struct, with what `<<` brings in: own keys first, then merged ones that are not
    /// among them. No key comes twice. Nothing for null. `into` is the Go type, for the message.
    ///
    /// # Errors
    ///
    /// The value is not a mapping, or one as in [`Node::decode`].
    pub fn struct_entries(&self, into: &str) -> Result<Option<Vec<Entry>>, Error> {
        let Some(entries) = self.map_entries(into)? else { return Ok(None) };
        let mut seen = indexmap::IndexSet::new();
        let again = |entry: &&Entry| !seen.insert((entry.mapping, Rc::clone(&entry.key)));
        let errors = entries
            .iter()
            .filter(again)
            .map(|entry| entry.error(&format!("field {} already set in type {into}", entry.key)))
            .collect();
        Error::join(errors).map_or(Ok(Some(entries)), Err)
    }

    /// The entries of a mapping for a `map[string]…`, with what `<<` brings in. A key may come more than once: the last
    /// one counts. Nothing for null. `into` is the Go type, for the message.
    ///
    /// # Errors
    ///
    /// The value is not a mapping, or one as in [`Node::decode`].
    pub fn map_entries(&self, into: &str) -> Result<Option<Vec<Entry>>, Error> {
        match self.kind() {
            Kind::Mapping => {}
            Kind::Scalar if self.check_null()? => return Ok(None),
            Kind::Scalar | Kind::Sequence => return Err(self.mismatch(into)),
        }
        let entries = merge::entries(&self.place, KeyType::Text)?;
        if !entries.issues.is_empty() {
            return Err(Error::of_issues(ErrorKind::Type, entries.issues));
        }
        let entry = |found: Found| {
            let key = merge::key_text(&found)?;
            Ok(Entry { key, value: Self::new(&found.value), at: found.at, mapping: found.mapping })
        };
        entries.list.into_iter().map(entry).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// The error of a value whose type does not fit, in go-yaml's words. `into` is the Go type of the field. Of a mapping
    /// with a key that comes twice, that is reported instead.
    #[must_use]
    pub fn mismatch(&self, into: &str) -> Error {
        let duplicates = merge::duplicates(&self.place);
        if !duplicates.is_empty() {
            return Error::of_issues(ErrorKind::Type, duplicates);
        }
        Error::of_issues(ErrorKind::Type, vec![decode::mismatch(&self.place, into)])
    }

    /// An error at this value.
    #[must_use]
    pub fn error(&self, message: &str) -> Error {
        Error::of_issues(ErrorKind::Type, vec![issue(&self.place, message)])
    }

    /// Whether a scalar is null. go-yaml resolves a scalar before it compares types, so a tag that does not fit, such
    /// as `!!null x`, is noticed here.
    fn check_null(&self) -> Result<bool, Error> {
        decode::scalar(&self.place).map(|value| value.is_nil())
    }
}

impl Entry {
    /// The line of the key, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.at.data().line as usize
    }

    /// The column of the key, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.at.data().column as usize
    }

    /// The bytes of the key.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.at.data().span.clone()
    }

    /// An error at the key.
    #[must_use]
    pub fn error(&self, message: &str) -> Error {
        Error::of_issues(ErrorKind::Type, vec![issue(&self.at, message)])
    }

    /// The error of a key that is not a field of a struct, in go-yaml's words. `into` is the Go type of the struct.
    #[must_use]
    pub fn unknown_field(&self, into: &str) -> Error {
        self.error(&format!("field {} not found in type {into}", self.key))
    }
}

fn issue(place: &Place, message: &str) -> Issue {
    let data = place.data();
    Issue {
        message: message.to_owned(),
        line: Some(data.line as usize),
        column: Some(data.column as usize),
        span: Some(data.span.clone()),
        hint: None,
    }
}

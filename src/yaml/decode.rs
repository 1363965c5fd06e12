//! Nodes to values, as go-yaml decodes into `interface {}` and `map[string]interface {}`.

use std::rc::Rc;

use indexmap::IndexMap;

use super::error::{Error, ErrorKind, Issue};
use super::key::Key;
use super::merge::{self, Found, KeyType};
use super::tag::{self, Mismatch, Scalar, Tag};
use super::tree::{Content, Place, Style};
use crate::go::encoding::base64;
use crate::value::{AnyMap, Map, Value};

/// Decodes a node into `interface {}`.
pub(super) fn any(place: &Place) -> Result<Value, Error> {
    Decoder::default().run(place, None)
}

/// Decodes a mapping into `map[string]interface {}`: keys become strings, at this level only.
pub(super) fn string_map(place: &Place) -> Result<Value, Error> {
    Decoder::default().run(place, Some(KeyType::Text))
}

#[derive(Default)]
struct Decoder {
    open: Vec<Frame>,
    issues: Vec<Issue>,
}

/// A collection that is being filled.
enum Frame {
    List { rest: std::vec::IntoIter<Place>, items: Vec<Value> },
    Map { rest: std::vec::IntoIter<Found>, key: Option<Rc<str>>, map: Map },
    AnyMap { rest: std::vec::IntoIter<Found>, key: Option<Value>, map: Pairs },
}

/// Entries of a map with keys of any type, while it is filled.
#[derive(Default)]
struct Pairs {
    list: Vec<(Value, Value)>,
    index: IndexMap<Key, usize>,
}

impl Pairs {
    fn insert(&mut self, key: Value, value: Value) {
        let Some(id) = Key::of(&key) else {
            self.list.push((key, value));
            return;
        };
        match self.index.entry(id) {
            indexmap::map::Entry::Occupied(entry) => self.list[*entry.get()] = (key, value),
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert(self.list.len());
                self.list.push((key, value));
            }
        }
    }
}

impl Decoder {
    fn run(mut self, root: &Place, keys: Option<KeyType>) -> Result<Value, Error> {
        let mut done = self.enter(root, keys)?;
        loop {
            if let Some(value) = done.take() {
                match self.open.last_mut() {
                    None => return self.finish(value),
                    Some(Frame::List { items, .. }) => items.push(value),
                    Some(Frame::Map { key, map, .. }) => {
                        if let Some(key) = key.take() {
                            map.insert(key, value);
                        }
                    }
                    Some(Frame::AnyMap { key, map, .. }) => {
                        if let Some(key) = key.take() {
                            map.insert(key, value);
                        }
                    }
                }
            }
            done = self.step()?;
        }
    }

    /// Starts the next child of the innermost collection, or completes the collection.
    fn step(&mut self) -> Result<Option<Value>, Error> {
        let next = match self.open.last_mut() {
            None => return Ok(Some(Value::Nil)),
            Some(Frame::List { rest, .. }) => rest.next(),
            Some(Frame::Map { rest, key, .. }) => match rest.next() {
                Some(found) => {
                    *key = Some(merge::key_text(&found)?);
                    Some(found.value)
                }
                None => None,
            },
            Some(Frame::AnyMap { rest, key, .. }) => rest.next().map(|found| {
                *key = Some(found.key);
                found.value
            }),
        };
        match next {
            Some(child) => self.enter(&child, None),
            None => Ok(self.open.pop().map(|frame| match frame {
                Frame::List { items, .. } => Value::from(items),
                Frame::Map { map, .. } => Value::Map(map),
                Frame::AnyMap { map, .. } => Value::AnyMap(AnyMap::from_entries(map.list)),
            })),
        }
    }

    /// Decodes a scalar at once, or opens a collection.
    fn enter(&mut self, place: &Place, keys: Option<KeyType>) -> Result<Option<Value>, Error> {
        let place = place.resolved();
        match &place.data().content {
            Content::Scalar { .. } | Content::Alias { .. } => return scalar(&place).map(Some),
            Content::Sequence(children) => {
                let rest: Vec<Place> = children.iter().map(|&id| place.sibling(id)).collect();
                let items = Vec::with_capacity(rest.len());
                self.open.push(Frame::List { rest: rest.into_iter(), items });
            }
            Content::Mapping(_) => {
                let keys = keys.unwrap_or_else(|| key_type(&place));
                let entries = merge::entries(&place, keys)?;
                self.issues.extend(entries.issues);
                let rest = entries.list.into_iter();
                self.open.push(match keys {
                    KeyType::Text => Frame::Map { rest, key: None, map: Map::new() },
                    KeyType::Any => Frame::AnyMap { rest, key: None, map: Pairs::default() },
                });
            }
        }
        Ok(None)
    }

    fn finish(self, value: Value) -> Result<Value, Error> {
        if self.issues.is_empty() { Ok(value) } else { Err(Error::of_issues(ErrorKind::Type, self.issues)) }
    }
}

/// A mapping becomes a string map if all its own keys are strings or `<<`.
fn key_type(mapping: &Place) -> KeyType {
    let is_text = |&id| matches!(mapping.sibling(id).short_tag(), Tag::Str | Tag::Merge);
    if mapping.children().iter().step_by(2).all(is_text) { KeyType::Text } else { KeyType::Any }
}

/// The meaning of a scalar and its type, the latter as error messages name it.
pub(super) fn resolve(place: &Place) -> Result<Scalar, Error> {
    let data = place.data();
    let Content::Scalar { text, style } = &data.content else { return Ok(Scalar::Text) };
    let resolved = match &data.tag {
        Some(written) => tag::resolve_tagged(text, Tag::from_written(written)),
        None if *style == Style::Plain => tag::resolve_plain(text),
        None => Ok(Scalar::Text),
    };
    resolved.map_err(|mismatch| match mismatch {
        Mismatch::Tag(found, wanted) => {
            let message = format!("cannot decode {} `{text}` as a {}", found.name(), wanted.name());
            error_at(place, ErrorKind::Document, &message)
        }
        Mismatch::TimeOutOfRange => {
            let message = format!("the timestamp `{text}` is too far in the future");
            error_at(place, ErrorKind::Unsupported, &message).hint("put it in quotes, if it is meant as text")
        }
    })
}

/// A scalar as `interface {}`.
pub(super) fn scalar(place: &Place) -> Result<Value, Error> {
    Ok(match resolve(place)? {
        Scalar::Null => Value::Nil,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Int(value),
        Scalar::Uint(value) => Value::Uint64(value),
        Scalar::Float(value) => Value::Float(value),
        Scalar::Time(value) => Value::Time(value),
        Scalar::Text => text_of(place)?,
    })
}

/// A scalar as `string`: its text, whatever it means. Nothing for null.
pub(super) fn text(place: &Place) -> Result<Option<Value>, Error> {
    Ok(match resolve(place)? {
        Scalar::Null => None,
        _ => Some(text_of(place)?),
    })
}

/// The text of a scalar, decoded if its tag is `!!binary`.
fn text_of(place: &Place) -> Result<Value, Error> {
    let data = place.data();
    let Content::Scalar { text, .. } = &data.content else { return Ok(Value::Nil) };
    if data.tag.as_deref() != Some("!!binary") {
        return Ok(Value::Str(Rc::clone(text)));
    }
    match base64::decode(text.as_bytes()) {
        Ok(bytes) => Ok(Value::from_bytes(bytes)),
        Err(_) => Err(error_at(place, ErrorKind::Document, "!!binary value contains invalid base64 data")),
    }
}

/// The issue of a value that does not fit its place, in go-yaml's words. `into` is the Go type, for example `bool`.
pub(super) fn mismatch(place: &Place, into: &str) -> Issue {
    let place = place.resolved();
    let data = place.data();
    let tag = match &data.tag {
        Some(written) => written.to_string(),
        None => place.short_tag().name().to_owned(),
    };
    let text = match &data.content {
        Content::Scalar { text, .. } => &**text,
        _ => "",
    };
    let shown = if matches!(&*tag, "!!seq" | "!!map") {
        text.to_owned()
    } else if text.len() > 10 {
        format!(" `{}...`", String::from_utf8_lossy(&text.as_bytes()[..7]))
    } else {
        format!(" `{text}`")
    };
    Issue {
        message: format!("cannot unmarshal {tag}{shown} into {into}"),
        line: Some(data.line as usize),
        column: Some(data.column as usize),
        span: Some(data.span.clone()),
        hint: None,
    }
}

/// An error at a node.
pub(super) fn error_at(place: &Place, kind: ErrorKind, message: &str) -> Error {
    let data = place.data();
    Error::new(kind, message).at(data.line as usize, data.column as usize, data.span.clone())
}

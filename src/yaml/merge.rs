//! The entries of a mapping with those that `<<` brings in, in the order and with the precedence of go-yaml.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::decode;
use super::error::{Error, ErrorKind, Issue};
use super::key::Key;
use super::tree::{Content, Place};
use crate::value::Value;

/// What keys are decoded into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyType {
    /// `string`: any scalar becomes its text, entries with the key null are dropped.
    Text,
    /// `interface {}`
    Any,
}

/// Entries in the order in which go-yaml stores them: a later one with the same key replaces an earlier one.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Found>,
    /// Type errors; where there are any, go-yaml refuses the document in the end.
    pub(super) issues: Vec<Issue>,
}

/// An entry: its key as a value, where the key is, and the node of its value.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) key: Value,
    pub(super) at: Place,
    pub(super) value: Place,
    /// How many mappings were opened before the one that contains it: entries with the same number are siblings.
    pub(super) mapping: usize,
}

/// Collects the entries of `mapping`, which has to be one.
pub(super) fn entries(mapping: &Place, keys: KeyType) -> Result<Entries, Error> {
    let mut result = Entries::default();
    let mut set: Option<IndexSet<Key>> = None;
    let mut pending = vec![mapping.clone()];
    let mut opened = 0;
    while let Some(mapping) = pending.pop() {
        opened += 1;
        let issues = duplicates(&mapping);
        if !issues.is_empty() {
            result.issues.extend(issues);
            continue;
        }
        let mut merge = None;
        for pair in mapping.children().chunks_exact(2) {
            let (key, value) = (mapping.sibling(pair[0]), mapping.sibling(pair[1]));
            if key.is_merge_key() {
                merge = Some(value);
                continue;
            }
            let Some(decoded) = decode_key(&key, keys, &mut result.issues)? else { continue };
            if let Some(set) = &mut set
                && Key::of(&decoded).is_some_and(|key| !set.insert(key))
            {
                continue;
            }
            result.list.push(Found { key: decoded, at: key, value, mapping: opened });
        }
        if let Some(merge) = merge {
            if set.is_none() {
                set = Some(own_keys(&mapping)?);
            }
            let sources = merged(&merge)?;
            pending.extend(sources.into_iter().rev());
        }
    }
    Ok(result)
}

/// Keys that come twice in one mapping. go-yaml compares what is written, not what it means: `1` and `"1"` are the
/// same, `1` and `0x1` are not, and any two mappings are. None for anything but a mapping.
pub(super) fn duplicates(mapping: &Place) -> Vec<Issue> {
    /// So many pairs of one mapping are reported.
    const REPORTED: usize = 100;
    /// So many keys at most are compared each with each.
    const FEW: usize = 16;
    if !matches!(mapping.data().content, Content::Mapping(_)) {
        return Vec::new();
    }
    let keys: Vec<_> = mapping.children().iter().step_by(2).map(|&id| mapping.tree.get(id)).collect();
    let written: Vec<(u8, &str)> = keys
        .iter()
        .map(|key| match &key.content {
            Content::Scalar { text, .. } => (0, &**text),
            Content::Alias { anchor, .. } => (1, &**anchor),
            Content::Sequence(_) => (2, ""),
            Content::Mapping(_) => (3, ""),
        })
        .collect();
    // A few keys are compared sooner than hashed.
    if keys.len() <= FEW && written.iter().enumerate().all(|(at, key)| !written[..at].contains(key)) {
        return Vec::new();
    }
    let mut seen: IndexMap<(u8, &str), Vec<usize>> = IndexMap::new();
    for (index, key) in written.into_iter().enumerate() {
        seen.entry(key).or_default().push(index);
    }
    if seen.len() == keys.len() {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for ((_, text), indexes) in &seen {
        for (nth, &first) in indexes.iter().enumerate() {
            pairs.extend(indexes[nth + 1..].iter().take(REPORTED).map(|&second| (first, second, *text)));
            if pairs.len() > REPORTED {
                break;
            }
        }
    }
    pairs.sort_unstable();
    pairs.truncate(REPORTED);
    let issue = |(first, second, text): (usize, usize, &str)| {
        let (first, second) = (keys[first], keys[second]);
        let message = format!(
            "mapping key {} already defined at line {}",
            crate::go::strconv::quote(text.as_bytes(), false),
            first.line
        );
        Issue {
            message,
            line: Some(second.line as usize),
            column: Some(second.column as usize),
            span: Some(second.span.clone()),
            hint: None,
        }
    };
    pairs.into_iter().map(issue).collect()
}

fn decode_key(key: &Place, keys: KeyType, issues: &mut Vec<Issue>) -> Result<Option<Value>, Error> {
    let target = key.resolved();
    let data = target.data();
    if !matches!(data.content, Content::Scalar { .. }) {
        return match keys {
            KeyType::Any => {
                let message = "invalid map key: a key must be a scalar, not a list or a map";
                Err(decode::error_at(&target, ErrorKind::Document, message))
            }
            KeyType::Text => {
                issues.push(decode::mismatch(&target, "string"));
                Ok(None)
            }
        };
    }
    match keys {
        KeyType::Any => decode::scalar(&target).map(Some),
        KeyType::Text => decode::text(&target),
    }
}

/// The keys of a mapping with a merge, as `interface {}`. They hide merged ones.
fn own_keys(mapping: &Place) -> Result<IndexSet<Key>, Error> {
    let mut set = IndexSet::new();
    for &id in mapping.children().iter().step_by(2) {
        let key = mapping.sibling(id).resolved();
        if !matches!(key.data().content, Content::Scalar { .. }) {
            let message = "a list or a map cannot be a key in a mapping with `<<`";
            return Err(decode::error_at(&key, ErrorKind::Document, message));
        }
        set.extend(Key::of(&decode::scalar(&key)?));
    }
    Ok(set)
}

/// The mappings that the value of a `<<` brings in.
fn merged(merge: &Place) -> Result<Vec<Place>, Error> {
    let mapping = |place: &Place| {
        let target = place.resolved();
        if matches!(target.data().content, Content::Mapping(_)) {
            Ok(target)
        } else {
            let message = "map merge requires map or sequence of maps as the value";
            Err(decode::error_at(place, ErrorKind::Document, message))
        }
    };
    match &merge.data().content {
        Content::Sequence(items) => items.iter().map(|&id| mapping(&merge.sibling(id))).collect(),
        _ => Ok(vec![mapping(merge)?]),
    }
}

/// A key as a string, where keys were decoded as [`KeyType::Text`].
pub(super) fn key_text(found: &Found) -> Result<Rc<str>, Error> {
    if let Value::Str(text) = &found.key {
        return Ok(Rc::clone(text));
    }
    Err(decode::error_at(&found.at, ErrorKind::Unsupported, "a binary key that is not UTF-8"))
}

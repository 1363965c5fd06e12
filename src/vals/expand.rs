//! References in texts and in maps of values (`pkg/expansion`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::decrypted::Decrypted;
use super::noted::note_value;
use super::pattern::{find, has_reference, prefixes};
use super::references::Directories;
use super::unresolved::Unresolved;
use crate::diagnostic::{Refusal, Secrets};
use crate::tree::Tree;
use crate::value::{Element, List, Map, Value, print};
use crate::yaml::{self, Limits, Node};

/// How deep references may be nested.
const MAX_NESTING: usize = 10;

/// How deep maps and lists may be nested.
const MAX_DEPTH: usize = 10_100;

/// Resolves references, with all that decides what they give.
pub(crate) struct Resolver<'a> {
    /// What files are read from.
    pub(crate) tree: &'a dyn Tree,
    /// Where helmfile works, which paths are relative to; nothing where that is not known.
    pub(crate) directory: Option<&'a Utf8Path>,
    /// The process environment.
    pub(crate) variables: &'a BTreeMap<String, String>,
    /// Whether `sops` may be started.
    pub(crate) programs: bool,
    /// Whether what is resolved would be shown, which no secret may be.
    pub(crate) shows: bool,
    /// Where what is resolved is noted.
    pub(crate) secrets: &'a Secrets,
    /// What was decrypted before.
    pub(crate) decrypted: &'a Decrypted,
    /// Where helmfile works in the run.
    pub(crate) directories: &'a Directories,
    /// Documents that were parsed, by the references to them without their fragments.
    pub(crate) documents: RefCell<BTreeMap<Vec<u8>, Map>>,
    /// The files that were read.
    pub(crate) files: RefCell<BTreeSet<Utf8PathBuf>>,
}

impl Resolver<'_> {
    /// A text with its references resolved. One that is nothing but a reference becomes what that gives, of any type.
    ///
    /// # Errors
    ///
    /// As [`Unresolved`] says.
    pub(crate) fn in_text(&self, text: &[u8]) -> Result<Value, Unresolved> {
        let text = self.with_nested(text.to_vec())?;
        match find(&text) {
            None => Ok(Value::from_bytes(text)),
            Some(found) if found.whole == (0..text.len()) => {
                let url = text.get(found.url).unwrap_or_default();
                let value = self.look_up(url)?;
                settled(url, &value)?;
                Ok(value)
            }
            Some(_) => self.around(text).map(Value::from_bytes),
        }
    }

    /// A text that has more than a reference.
    fn around(&self, text: Vec<u8>) -> Result<Vec<u8>, Unresolved> {
        let text = self.with_nested(text)?;
        let (mut rest, mut result) = (text.as_slice(), Vec::new());
        let mut last: &[u8] = b"";
        while let Some(found) = find(rest) {
            let url = rest.get(found.url).unwrap_or_default();
            let value = self.look_up(url)?;
            settled(url, &value)?;
            result.extend_from_slice(rest.get(..found.whole.start).unwrap_or_default());
            result.extend(printed(url, &value)?);
            rest = rest.get(found.whole.end..).unwrap_or_default();
            last = url;
        }
        result.extend_from_slice(rest);
        settled(last, &Value::from_bytes(result.clone()))?;
        Ok(result)
    }

    /// A text whose references have no references in them any longer, the innermost first.
    fn with_nested(&self, mut text: Vec<u8>) -> Result<Vec<u8>, Unresolved> {
        for _ in 0..MAX_NESTING {
            let Some(resolved) = self.with_innermost(&text)? else { return Ok(text) };
            text = resolved;
        }
        let url = find(&text).and_then(|found| text.get(found.url)).unwrap_or(b"").to_vec();
        let said = format!("has references in it, more than {MAX_NESTING} deep");
        Err(Unresolved::failed(&url, said, "nest them less deep; helmfile refuses it too"))
    }

    fn with_innermost(&self, text: &[u8]) -> Result<Option<Vec<u8>>, Unresolved> {
        let positions: Vec<_> = prefixes(text).collect();
        for pair in positions.windows(2).rev() {
            let [outer, inner] = pair else { continue };
            let between = text.get(outer.end..inner.start).unwrap_or_default();
            if between.iter().any(|byte| b" \n\r\t\",".contains(byte)) {
                continue;
            }
            let after = text.get(inner.start..).unwrap_or_default();
            let Some(found) = find(after) else { continue };
            let url = after.get(found.url).unwrap_or_default();
            let value = self.look_up(url)?;
            if matches!(
                value,
                Value::Nil | Value::List(_) | Value::Map(_) | Value::AnyMap(_) | Value::Time(_)
            ) {
                let said = "stands in another reference, and gives neither a text, a number nor a boolean";
                return Err(Unresolved::failed(url, said, "correct what it names; helmfile refuses it too"));
            }
            let start = inner.start + found.whole.start;
            let end = inner.start + found.whole.end;
            let mut result = text.get(..start).unwrap_or_default().to_vec();
            result.extend(printed(url, &value)?);
            result.extend_from_slice(text.get(end..).unwrap_or_default());
            return Ok(Some(result));
        }
        Ok(None)
    }

    /// A map in which references are resolved in place, as vals does it; and whether anything but a value of the map changed.
    ///
    /// # Errors
    ///
    /// As [`Unresolved`] says.
    pub(crate) fn in_map(&self, map: &Map) -> Result<bool, Unresolved> {
        let mut changed = false;
        self.walk_map(map, &mut changed, 0)?;
        Ok(changed)
    }

    fn walk_map(&self, map: &Map, changed: &mut bool, depth: usize) -> Result<(), Unresolved> {
        let mut merged: Option<Map> = None;
        for (key, value) in map.entries() {
            let below = matches!(&value, Value::AnyMap(_))
                || matches!(&value, Value::Map(map) if map.element() == Element::Any);
            if below
                && has_reference(key.as_bytes())
                && let Some(document) = self.in_key(&key)?
            {
                if merged.replace(document).is_some() {
                    let said = "is one of two keys of a map, which vals merges in any order";
                    let hint = "write the values themselves; a key as a reference is no more than a merge";
                    return Err(Unresolved::refused(Refusal::UnpredictableResult, &url_of(&key), said, hint));
                }
                map.remove(&key);
                *changed = true;
                continue;
            }
            let walked = self.walk(&value, changed, depth + 1)?;
            map.insert(key, walked);
        }
        for (key, value) in merged.iter().flat_map(Map::entries) {
            map.insert(key, value);
        }
        Ok(())
    }

    /// The map that takes the place of a key which is a reference, and of its value.
    fn in_key(&self, key: &str) -> Result<Option<Map>, Unresolved> {
        let resolved = self.in_text(key.as_bytes())?;
        let Some(text) = resolved.string_bytes().filter(|text| *text != key.as_bytes()) else {
            return Ok(None);
        };
        let url = url_of(key);
        let read =
            || yaml::parse_first(text, &Limits::default())?.as_ref().map_or(Ok(None), Node::decode_map);
        let map = read().map_err(|_| {
            let said = "stands as a key, and gives no YAML map that could take its place";
            Unresolved::failed(&url, said, "correct what it names; helmfile refuses it too")
        })?;
        let map = map.unwrap_or_default();
        settled(&url, &Value::Map(map.clone()))?;
        note_value(self.secrets, &Value::Map(map.clone()));
        Ok(Some(map))
    }

    fn walk(&self, value: &Value, changed: &mut bool, depth: usize) -> Result<Value, Unresolved> {
        if depth > MAX_DEPTH {
            let said = "is looked for in values that are nested too deep, or contain themselves";
            let hint = "look for a map that was `set` into itself";
            return Err(Unresolved::refused(Refusal::Limit, b"", said, hint));
        }
        match value {
            Value::Str(_) | Value::Bytes(_) => {
                let text = value.string_bytes().unwrap_or_default();
                if !has_reference(text) {
                    return Ok(value.clone());
                }
                *changed = true;
                self.in_text(text)
            }
            Value::Map(map) if map.element() == Element::Any => {
                self.walk_map(map, changed, depth)?;
                Ok(value.clone())
            }
            Value::AnyMap(entries) => {
                *changed = true;
                let map = Map::new();
                for (own, value) in entries.entries() {
                    let key = String::from_utf8(printed(b"", &own)?).map_err(|_| {
                        let hint = "rename the key";
                        Unresolved::refused(
                            Refusal::NotUtf8,
                            b"",
                            "is looked for below a key that is not UTF-8",
                            hint,
                        )
                    })?;
                    map.insert(key, value);
                }
                self.walk_map(&map, changed, depth)?;
                Ok(Value::Map(map))
            }
            Value::List(list) if matches!(list.element(), Element::Any | Element::String) => {
                *changed |= list.element() == Element::String || list.is_nil();
                let items =
                    list.iter().map(|item| self.walk(item, changed, depth + 1)).collect::<Result<_, _>>()?;
                Ok(Value::List(List::new(items)))
            }
            _ => Ok(value.clone()),
        }
    }
}

/// The first reference of a text.
fn url_of(text: &str) -> Vec<u8> {
    find(text.as_bytes()).and_then(|found| text.as_bytes().get(found.url)).unwrap_or_default().to_vec()
}

/// A value as `%v` prints it.
fn printed(url: &[u8], value: &Value) -> Result<Vec<u8>, Unresolved> {
    print::display(value).map_err(|error| {
        Unresolved::refused(
            error.refusal(),
            url,
            format!("gives a value that is not printed: {error}"),
            "name a part of it",
        )
    })
}

/// Refuses a value that has references again: whether those are resolved depends on how often helmfile looks.
fn settled(url: &[u8], value: &Value) -> Result<(), Unresolved> {
    let mut open = vec![value.clone()];
    while let Some(value) = open.pop() {
        match &value {
            Value::List(list) => open.extend(list.iter().cloned()),
            Value::Map(map) => {
                for (key, value) in map.entries() {
                    open.extend([Value::Str(key), value]);
                }
            }
            Value::AnyMap(map) => {
                for (key, value) in map.entries() {
                    open.extend([key, value]);
                }
            }
            text if text.string_bytes().is_some_and(has_reference) => {
                let said = "gives a reference again, which helmfile resolves in some of its commands and not in others";
                let hint = "have the reference name the last of them";
                return Err(Unresolved::refused(Refusal::AmbiguousCommand, url, said, hint));
            }
            _ => {}
        }
    }
    Ok(())
}

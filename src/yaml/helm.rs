//! Nodes to values as helm reads values files and manifests: `sigs.k8s.io/yaml` 1.6, which is go-yaml v2 and then JSON.
//!
//! Other than go-yaml v3, it takes YAML 1.1 words for booleans (`y: yes` is `true: true`), leaves dates as text, lets the
//! later of two equal keys win, and a `<<` win over what stands before it. Every number is a float to helm, so a float
//! without a fraction is kept as the integer that it equals.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::decode;
use super::error::{Error, ErrorKind};
use super::tag::{self, Scalar, Tag};
use super::tree::{Content, Place, Style};
use crate::value::{List, Map, Value};

/// How deep values may be nested: they are walked by recursion, on threads with small stacks too.
const DEPTH: usize = 1_000;

/// The largest integer up to which floats contain every one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value of a node.
pub(super) fn value(place: &Place, depth: usize) -> Result<Value, Error> {
    let place = place.resolved();
    if depth > DEPTH {
        let message = format!("values are nested more than {DEPTH} levels deep");
        return Err(decode::error_at(&place, ErrorKind::Limit, &message));
    }
    match &place.data().content {
        Content::Scalar { .. } | Content::Alias { .. } => scalar(&place),
        Content::Sequence(items) => {
            let item = |id: &u32| value(&place.sibling(*id), depth + 1);
            Ok(Value::List(List::new(items.iter().map(item).collect::<Result<_, _>>()?)))
        }
        Content::Mapping(_) => {
            let mut keys = Keys { map: Map::new(), originals: BTreeMap::new() };
            keys.fill(&place, depth)?;
            Ok(Value::Map(keys.map))
        }
    }
}

fn scalar(place: &Place) -> Result<Value, Error> {
    let data = place.data();
    let Content::Scalar { text, style } = &data.content else { return Ok(Value::Nil) };
    if data.bare_tag {
        return Ok(Value::Str(Rc::clone(text)));
    }
    let tag = data.tag.as_deref().map(Tag::from_written);
    let is_bool = match tag {
        None => *style == Style::Plain,
        Some(tag) => tag == Tag::Bool,
    };
    if is_bool && let Some(value) = tag::old_bool(text) {
        return Ok(Value::Bool(value));
    }
    match decode::resolve(place)? {
        Scalar::Time(_) => Ok(Value::Str(Rc::clone(text))),
        Scalar::Int(_) | Scalar::Uint(_) if has_inner_sign(text) => Ok(Value::Str(Rc::clone(text))),
        Scalar::Float(value) if value.is_finite() => Ok(number(value)),
        Scalar::Float(_) => {
            let message = format!("`{text}` is a number that helm cannot read");
            Err(decode::error_at(place, ErrorKind::Type, &message))
        }
        _ => match decode::scalar(place)? {
            Value::Bytes(_) => {
                let message = "binary data that is not UTF-8, which helm garbles";
                Err(decode::error_at(place, ErrorKind::Unsupported, message))
            }
            value => Ok(value),
        },
    }
}

/// Whether a number is octal with its sign after the prefix, such as `0o-17`: to go-yaml v2 that is text.
fn has_inner_sign(text: &str) -> bool {
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix("0o").or_else(|| plain.strip_prefix("-0o"));
    digits.is_some_and(|digits| digits.starts_with(['+', '-']))
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked, and there is no fraction")]
fn number(value: f64) -> Value {
    let integer = value.fract() == 0.0 && value.abs() < EXACT && !(value == 0.0 && value.is_sign_negative());
    if integer { Value::Int(value as i64) } else { Value::Float(value) }
}

/// A mapping that is being filled.
struct Keys {
    map: Map,
    /// The keys as they were before they became strings: two that become the same are in no certain order.
    originals: BTreeMap<Rc<str>, &'static str>,
}

impl Keys {
    fn fill(&mut self, mapping: &Place, depth: usize) -> Result<(), Error> {
        if depth > DEPTH {
            let message = "mappings are merged too deep";
            return Err(decode::error_at(mapping, ErrorKind::Limit, message));
        }
        for pair in mapping.children().chunks_exact(2) {
            let (key, content) = (mapping.sibling(pair[0]), mapping.sibling(pair[1]));
            if key.data().bare_tag
                && matches!(&key.data().content, Content::Scalar { text, .. } if &**text == "<<")
            {
                let message = "a key `! <<`, which helm takes for a merge";
                return Err(decode::error_at(&key, ErrorKind::Unsupported, message));
            }
            if key.is_merge_key() {
                for source in sources(&content)? {
                    self.fill(&source, depth + 1)?;
                }
                continue;
            }
            let (text, kind) = key_text(&key.resolved())?;
            let value = value(&content, depth + 1)?;
            let known = *self.originals.entry(Rc::clone(&text)).or_insert(kind);
            if known != kind {
                let message =
                    format!("there are two keys `{text}`, one of which is a {known} and one a {kind}");
                return Err(decode::error_at(&key, ErrorKind::Unsupported, &message));
            }
            self.map.insert(text, value);
        }
        Ok(())
    }
}

/// The mappings that a `<<` brings in, the one that wins last.
fn sources(merge: &Place) -> Result<Vec<Place>, Error> {
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
        Content::Sequence(items) => items.iter().rev().map(|&id| mapping(&merge.sibling(id))).collect(),
        _ => Ok(vec![mapping(merge)?]),
    }
}

/// A key as the string that becomes of it, and its type.
fn key_text(key: &Place) -> Result<(Rc<str>, &'static str), Error> {
    let refused = |what: &str| {
        let message = format!("a key is {what}, which helm cannot read");
        Err(decode::error_at(key, ErrorKind::Type, &message))
    };
    if !matches!(key.data().content, Content::Scalar { .. }) {
        return refused("a list or a map");
    }
    // A number that equals an integer is still a float as a key, though it is written alike.
    if let Scalar::Float(value) = decode::resolve(key)?
        && !key.data().bare_tag
    {
        if value.is_nan() || value == 0.0 {
            return refused("a number that does not equal itself, or has two signs");
        }
        return Ok((float_key(value).into(), "float"));
    }
    Ok(match scalar(key)? {
        Value::Str(text) => (text, "string"),
        Value::Int(value) => (value.to_string().into(), "integer"),
        Value::Bool(value) => (value.to_string().into(), "boolean"),
        Value::Nil => return refused("null"),
        other => return refused(&format!("a {}", other.type_name())),
    })
}

/// A float as the key it becomes: Go's `FormatFloat(…, 'g', -1, 32)`.
fn float_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "Go converts the same way")]
    let single = value as f32;
    if single.is_infinite() {
        return if single > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    // The shortest text of the single, which is the shortest of the double nearest to it too.
    let shortest = format!("{single:e}").parse().unwrap_or(value);
    crate::go::strconv::format_float(shortest, 'g', None)
}

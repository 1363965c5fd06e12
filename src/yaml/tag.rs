//! What a scalar means: go-yaml's rules for plain scalars and for scalars with a tag.

use super::number::{self, Number};
use super::timestamp;
use crate::value::Time;

const STANDARD: &str = "tag:yaml.org,2002:";

/// The types that go-yaml tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Str,
    Int,
    Float,
    Timestamp,
    Binary,
    Merge,
    Seq,
    Map,
    /// Any other tag that was written. Such a scalar is its text, whatever the text looks like.
    Other,
}

impl Tag {
    /// The tag of a node that has one; `written` is in short form.
    pub(super) fn from_written(written: &str) -> Self {
        match written {
            "!!null" => Self::Null,
            "!!bool" => Self::Bool,
            "!!str" => Self::Str,
            "!!int" => Self::Int,
            "!!float" => Self::Float,
            "!!timestamp" => Self::Timestamp,
            "!!binary" => Self::Binary,
            "!!merge" => Self::Merge,
            "!!seq" => Self::Seq,
            "!!map" => Self::Map,
            _ => Self::Other,
        }
    }

    /// The short form, as error messages have it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool => "!!bool",
            Self::Str => "!!str",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            Self::Merge => "!!merge",
            Self::Seq => "!!seq",
            Self::Map => "!!map",
            Self::Other => "!",
        }
    }
}

/// A tag in short form: `!!int` for `tag:yaml.org,2002:int`.
pub(super) fn short(tag: &str) -> String {
    match tag.strip_prefix(STANDARD) {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    }
}

/// Whether a tag in long form is a standard one.
pub(super) fn is_standard(tag: &str) -> bool {
    tag.starts_with(STANDARD)
}

/// A standard tag in long form, from its short one.
pub(super) fn long(short: &str) -> String {
    format!("{STANDARD}{}", short.strip_prefix("!!").unwrap_or(short))
}

/// What a scalar stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Time(Time),
    Text,
}

impl Scalar {
    const fn tag(&self) -> Tag {
        match self {
            Self::Null => Tag::Null,
            Self::Bool(_) => Tag::Bool,
            Self::Int(_) | Self::Uint(_) => Tag::Int,
            Self::Float(_) => Tag::Float,
            Self::Time(_) => Tag::Timestamp,
            Self::Text => Tag::Str,
        }
    }
}

/// Why a tag does not fit its scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// The text is of the first type, the tag says the second.
    Tag(Tag, Tag),
    /// A point in time that lies too far from now to be kept.
    TimeOutOfRange,
}

/// The type of a plain scalar without a tag.
pub(super) fn of_plain(text: &str) -> Tag {
    // A time out of range is still a time.
    resolve_plain(text).map_or(Tag::Timestamp, |scalar| scalar.tag())
}

/// The meaning of a plain scalar without a tag.
pub(super) fn resolve_plain(text: &str) -> Result<Scalar, Mismatch> {
    resolve(text, None)
}

/// The meaning of a scalar with a tag, which may be in any style.
pub(super) fn resolve_tagged(text: &str, tag: Tag) -> Result<Scalar, Mismatch> {
    match tag {
        Tag::Str | Tag::Binary | Tag::Merge | Tag::Seq | Tag::Map | Tag::Other => return Ok(Scalar::Text),
        Tag::Null | Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => {}
    }
    let scalar = resolve(text, Some(tag))?;
    match scalar {
        Scalar::Int(value) if tag == Tag::Float => {
            #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
            let value = value as f64;
            Ok(Scalar::Float(value))
        }
        scalar if scalar.tag() == tag => Ok(scalar),
        scalar => Err(Mismatch::Tag(scalar.tag(), tag)),
    }
}

fn resolve(text: &str, tag: Option<Tag>) -> Result<Scalar, Mismatch> {
    let Some(&first) = text.as_bytes().first() else { return Ok(Scalar::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => Ok(word(text)),
        b'.' => Ok(match text {
            ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
            _ => number::fraction(text).map_or(Scalar::Text, Scalar::Float),
        }),
        b'+' | b'-' | b'0'..=b'9' => {
            match text {
                "+.inf" | "+.Inf" | "+.INF" => return Ok(Scalar::Float(f64::INFINITY)),
                "-.inf" | "-.Inf" | "-.INF" => return Ok(Scalar::Float(f64::NEG_INFINITY)),
                _ => {}
            }
            if matches!(tag, None | Some(Tag::Timestamp)) {
                match timestamp::parse(text) {
                    timestamp::Parsed::No => {}
                    timestamp::Parsed::Time(time) => return Ok(Scalar::Time(time)),
                    timestamp::Parsed::OutOfRange => return Err(Mismatch::TimeOutOfRange),
                }
            }
            Ok(match number::parse(text) {
                Some(Number::Int(value)) => Scalar::Int(value),
                Some(Number::Uint(value)) => Scalar::Uint(value),
                Some(Number::Float(value)) => Scalar::Float(value),
                None => Scalar::Text,
            })
        }
        _ => Ok(Scalar::Text),
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::Text,
    }
}

/// The words that YAML 1.1 takes as booleans and 1.2 does not. They count only where a boolean is wanted.
pub(super) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

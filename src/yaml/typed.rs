//! Values for typed fields: what go-yaml stores in a `bool`, an `int`, a `string` and collections of strings.

use std::collections::BTreeMap;

use super::decode;
use super::error::{Error, ErrorKind};
use super::node::{Kind, Node};
use super::tag::{self, Scalar};
use crate::value::Value;

/// 2^63 as a float.
const BEYOND_INT: f64 = 9_223_372_036_854_775_808.0;

impl Node {
    /// A `bool`: `true` and `false` unquoted, and YAML 1.1's `yes`, `no`, `on`, `off`, `y`, `n`, quoted or not. Nothing
    /// for null.
    ///
    /// # Errors
    ///
    /// Anything else, `"false"` in quotes too.
    pub fn decode_bool(&self) -> Result<Option<bool>, Error> {
        if self.kind() != Kind::Scalar {
            return Err(self.mismatch("bool"));
        }
        let old = || match decode::text(self.place()) {
            Ok(Some(text)) => {
                text.as_str().and_then(tag::old_bool).map(Some).ok_or_else(|| self.mismatch("bool"))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match decode::resolve(self.place())? {
            Scalar::Null => Ok(None),
            Scalar::Bool(value) => Ok(Some(value)),
            Scalar::Text => old(),
            _ => Err(self.mismatch("bool")),
        }
    }

    /// An `int`. A float is cut off, as Go does: `1.5` is 1. Nothing for null.
    ///
    /// # Errors
    ///
    /// No number, one in quotes, or one that does not fit.
    pub fn decode_int(&self) -> Result<Option<i64>, Error> {
        if self.kind() != Kind::Scalar {
            return Err(self.mismatch("int"));
        }
        match decode::resolve(self.place())? {
            Scalar::Null => Ok(None),
            Scalar::Int(value) => Ok(Some(value)),
            Scalar::Float(value) if value > BEYOND_INT || value.is_nan() => Err(self.mismatch("int")),
            Scalar::Float(value) if !(-BEYOND_INT..BEYOND_INT).contains(&value) => {
                let message = "a float far outside the integers, where processors disagree about the result";
                Err(decode::error_at(self.place(), ErrorKind::Unsupported, message))
            }
            #[expect(clippy::cast_possible_truncation, reason = "Go cuts the fraction off")]
            Scalar::Float(value) => Ok(Some(value as i64)),
            // Binary text is decoded before its type is looked at.
            Scalar::Text => decode::text(self.place()).and_then(|_| Err(self.mismatch("int"))),
            _ => Err(self.mismatch("int")),
        }
    }

    /// A `string`: what any scalar says (`1.10`, `true`, `2024-01-01`), decoded if it is `!!binary`. Nothing for null.
    ///
    /// # Errors
    ///
    /// A list or a map, a tag that does not fit its value, bytes that are not UTF-8.
    pub fn decode_string(&self) -> Result<Option<String>, Error> {
        if self.kind() != Kind::Scalar {
            return Err(self.mismatch("string"));
        }
        match decode::text(self.place())? {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text.to_string())),
            Some(_) => {
                let message = "a binary value that is not UTF-8, where text is wanted";
                Err(decode::error_at(self.place(), ErrorKind::Unsupported, message))
            }
        }
    }

    /// A `[]string`, whose null items go-yaml drops. Nothing for null.
    ///
    /// # Errors
    ///
    /// No list, or an item as in [`Node::decode_string`].
    pub fn decode_strings(&self) -> Result<Option<Vec<String>>, Error> {
        let Some(items) = self.items("[]string")? else { return Ok(None) };
        let mut strings = Vec::with_capacity(items.len());
        let mut errors = Vec::new();
        for item in items {
            match item.decode_string() {
                Ok(text) => strings.extend(text),
                Err(error) => errors.push(error),
            }
        }
        Error::join(errors).map_or(Ok(Some(strings)), Err)
    }

    /// A `map[string]string`. A null value is the empty string, unless `<<` brings it in for a key that is there
    /// already. Nothing for null.
    ///
    /// # Errors
    ///
    /// No map, or a value as in [`Node::decode_string`].
    pub fn decode_string_map(&self) -> Result<Option<BTreeMap<String, String>>, Error> {
        let Some(entries) = self.map_entries("map[string]string")? else { return Ok(None) };
        let mut map = BTreeMap::new();
        let mut errors = Vec::new();
        for entry in entries {
            let key = entry.key.to_string();
            match entry.value.decode_string() {
                Ok(Some(text)) => {
                    map.insert(key, text);
                }
                Ok(None) if entry.mapping == 1 => {
                    map.insert(key, String::new());
                }
                Ok(None) => {
                    map.entry(key).or_default();
                }
                Err(error) => errors.push(error),
            }
        }
        Error::join(errors).map_or(Ok(Some(map)), Err)
    }
}

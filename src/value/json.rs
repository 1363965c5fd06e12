//! Values as Go's `encoding/json` writes them: keys sorted by their bytes, floats in the shortest form.

use std::fmt::Write;

use super::print::{MAX_DEPTH, MAX_TEXT, byte_slice, format_float, runes, time::rfc3339};
use super::{Element, List, Map, Value};

/// How the text is laid out and escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `json.Marshal`, sprig's `toJson`: no white space; `<`, `>` and `&` are escaped.
    Compact,
    /// `json.MarshalIndent` with two blanks, sprig's `toPrettyJson`; `<`, `>` and `&` are escaped.
    Indented,
    /// As compact, but with `<`, `>` and `&` as they are: sprig's `toRawJson`.
    Raw,
}

/// Why a value has no JSON form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// JSON has no such numbers.
    #[error("json: unsupported value: {0}")]
    Number(String),
    /// A map with keys that are no strings.
    #[error("json: unsupported type: {0}")]
    Type(String),
    /// A year that RFC 3339 cannot spell.
    #[error(
        "json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]"
    )]
    Year,
    /// It is nested too deep, usually because a map holds itself.
    #[error("json: the value is nested deeper than 10,000 levels, or holds itself")]
    TooDeep,
    /// It is too large.
    #[error("json: the text is larger than 64 MiB")]
    TooLarge,
    /// The inside of this type is not known here.
    #[error("helmsum cannot write a value of type `{0}` as JSON")]
    Unknown(&'static str),
}

/// Encodes a value. There is no line break at the end.
///
/// Lists and maps that are nil give `null`, a `[]byte` gives base64, bytes that are not UTF-8 give U+FFFD, a struct gives
/// an object with its fields in order.
///
/// # Errors
///
/// See [`JsonError`].
pub fn encode(value: &Value, style: Style) -> Result<String, JsonError> {
    let mut encoder = Encoder { out: String::new(), style };
    encoder.value(value, 0)?;
    Ok(encoder.out)
}

struct Encoder {
    out: String,
    style: Style,
}

type Encoded = Result<(), JsonError>;

impl Encoder {
    fn value(&mut self, value: &Value, depth: usize) -> Encoded {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        if self.out.len() > MAX_TEXT {
            return Err(JsonError::TooLarge);
        }
        match value {
            Value::Nil => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Int(number) | Value::Int64(number) | Value::Duration(number) => {
                self.out.push_str(&number.to_string());
            }
            Value::Uint64(number) => self.out.push_str(&number.to_string()),
            Value::Uint8(number) => self.out.push_str(&number.to_string()),
            Value::Float(number) => self.float(*number)?,
            Value::Str(text) => self.string(text.as_bytes()),
            Value::Bytes(bytes) => self.string(bytes),
            Value::Time(time) => {
                let text = rfc3339(time).ok_or(JsonError::Year)?;
                self.string(text.as_bytes());
            }
            Value::List(list) => self.list(list, depth)?,
            Value::Map(map) | Value::MapPointer(map) => self.map(map, depth)?,
            Value::AnyMap(_) => return Err(JsonError::Type(value.type_name())),
            Value::Object(object) => {
                if let Some(text) = object.text() {
                    self.string(text.as_bytes());
                } else {
                    let fields = object.fields();
                    if fields.is_empty() {
                        return Err(JsonError::Unknown(object.type_name()));
                    }
                    self.entries(fields.len(), fields.iter().map(|(name, value)| (*name, value)), depth)?;
                }
            }
        }
        Ok(())
    }

    fn float(&mut self, number: f64) -> Encoded {
        if !number.is_finite() {
            return Err(JsonError::Number(format_float(number, 'g', None)));
        }
        let magnitude = number.abs();
        if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
            // One digit is enough for a negative exponent.
            self.out.push_str(&format_float(number, 'e', None).replace("e-0", "e-"));
        } else {
            self.out.push_str(&format_float(number, 'f', None));
        }
        Ok(())
    }

    fn list(&mut self, list: &List, depth: usize) -> Encoded {
        if list.is_nil() {
            self.out.push_str("null");
            return Ok(());
        }
        if list.element() == Element::Byte {
            let bytes = byte_slice(&Value::List(list.clone())).unwrap_or_default();
            self.string(data_encoding::BASE64.encode(&bytes).as_bytes());
            return Ok(());
        }
        if list.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.out.push('[');
        for (at, item) in list.iter().enumerate() {
            self.separate(at, depth + 1);
            self.value(item, depth + 1)?;
        }
        self.close(depth);
        self.out.push(']');
        Ok(())
    }

    fn map(&mut self, map: &Map, depth: usize) -> Encoded {
        if map.is_nil() {
            self.out.push_str("null");
            return Ok(());
        }
        let entries = map.entries();
        self.entries(entries.len(), entries.iter().map(|(key, value)| (&**key, value)), depth)
    }

    fn entries<'a>(
        &mut self,
        count: usize,
        entries: impl Iterator<Item = (&'a str, &'a Value)>,
        depth: usize,
    ) -> Encoded {
        if count == 0 {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push('{');
        for (at, (key, value)) in entries.enumerate() {
            self.separate(at, depth + 1);
            self.string(key.as_bytes());
            self.out.push_str(if self.style == Style::Indented { ": " } else { ":" });
            self.value(value, depth + 1)?;
        }
        self.close(depth);
        self.out.push('}');
        Ok(())
    }

    fn separate(&mut self, at: usize, depth: usize) {
        if at > 0 {
            self.out.push(',');
        }
        self.new_line(depth);
    }

    fn close(&mut self, depth: usize) {
        self.new_line(depth);
    }

    fn new_line(&mut self, depth: usize) {
        if self.style == Style::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push('"');
        for rune in runes(text) {
            match rune {
                Err(_) => self.out.push_str("\\ufffd"),
                Ok('"') => self.out.push_str("\\\""),
                Ok('\\') => self.out.push_str("\\\\"),
                Ok('\n') => self.out.push_str("\\n"),
                Ok('\r') => self.out.push_str("\\r"),
                Ok('\t') => self.out.push_str("\\t"),
                Ok('\x08') => self.out.push_str("\\b"),
                Ok('\x0c') => self.out.push_str("\\f"),
                Ok(sign @ ('\0'..='\x1f' | '\u{2028}' | '\u{2029}')) => self.escape(sign),
                Ok(sign @ ('<' | '>' | '&')) if self.style != Style::Raw => self.escape(sign),
                Ok(sign) => self.out.push(sign),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, sign: char) {
        let _ = write!(self.out, "\\u{:04x}", u32::from(sign));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_styles_differ_in_layout_and_in_what_they_escape() {
        let map: Map = [("b", Value::from("<&>")), ("a", Value::from(vec![Value::Float(1e21), Value::Nil]))]
            .into_iter()
            .collect();
        let value = Value::Map(map);
        assert_eq!(
            encode(&value, Style::Compact).as_deref(),
            Ok("{\"a\":[1e+21,null],\"b\":\"\\u003c\\u0026\\u003e\"}")
        );
        assert_eq!(encode(&value, Style::Raw).as_deref(), Ok("{\"a\":[1e+21,null],\"b\":\"<&>\"}"));
        assert_eq!(
            encode(&value, Style::Indented).as_deref(),
            Ok("{\n  \"a\": [\n    1e+21,\n    null\n  ],\n  \"b\": \"\\u003c\\u0026\\u003e\"\n}")
        );
    }
}

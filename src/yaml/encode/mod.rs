//! Values as YAML text, byte for byte as helmfile's `toYaml` and its own encoder write it: go-yaml v3 with an indent of 2.

mod order;
mod scalar;
mod writer;

use data_encoding::BASE64;

use super::error::{Error, ErrorKind};
use super::tag::{self, Tag};
use crate::go::fmt::MAX_TEXT;
use crate::go::strconv::format_float;
use crate::value::{Map, Object, Time, Value, print};
use scalar::{Style, Text};
use writer::Writer;

/// The deepest value that is written. YAML ends at 10,000 levels, and a map that contains itself never ends.
const MAX_DEPTH: usize = 10_100;

/// Characters of base64 on one line.
const BASE64_LINE: usize = 70;

/// Writes a value as helmfile's `toYaml` does. The text always ends with a line break.
///
/// Maps are sorted by go-yaml's natural order, structs keep the order of their fields, whose names are lower-cased.
/// Strings that would be read as something else are quoted. A string that is not UTF-8 becomes `!!binary`.
///
/// # Errors
///
/// The value is nested too deep (a map may contain itself), its text is longer than 64 MiB, or it contains a point in time
/// whose zone or year cannot be written.
pub fn encode(value: &Value) -> Result<String, Error> {
    let mut encoder = Encoder { writer: Writer::default(), open: Vec::new() };
    encoder.node(value)?;
    while let Some(frame) = encoder.open.last_mut() {
        let indent = frame.indent;
        match &mut frame.rest {
            Rest::Items(items) => match items.next() {
                Some(item) => {
                    encoder.writer.break_line(indent);
                    encoder.writer.indicator("-", true, true);
                    encoder.node(&item)?;
                }
                None => drop(encoder.open.pop()),
            },
            Rest::Entries(entries) => match entries.next() {
                Some((key, value)) => encoder.entry(indent, &key, &value)?,
                None => drop(encoder.open.pop()),
            },
        }
        if encoder.writer.len() > MAX_TEXT {
            return Err(Error::new(ErrorKind::Limit, "the value is longer than 64 MiB as YAML"));
        }
    }
    encoder.writer.break_line(0);
    Ok(encoder.writer.finish())
}

struct Encoder {
    writer: Writer,
    open: Vec<Frame>,
}

/// A collection that is being written.
struct Frame {
    indent: usize,
    rest: Rest,
}

enum Rest {
    Items(std::vec::IntoIter<Value>),
    Entries(std::vec::IntoIter<(Value, Value)>),
}

impl Encoder {
    fn entry(&mut self, indent: usize, key: &Value, value: &Value) -> Result<(), Error> {
        self.writer.break_line(indent);
        let Some(text) = text(key)? else {
            return Err(Error::new(
                ErrorKind::Encode,
                format!("a key of type `{}` has no YAML form", key.type_name()),
            ));
        };
        if text.is_simple_key() {
            self.writer.scalar(&text, self.child_indent(), true);
            self.writer.indicator(":", false, false);
        } else {
            self.writer.indicator("?", true, true);
            self.writer.scalar(&text, self.child_indent(), false);
            self.writer.break_line(indent);
            self.writer.indicator(":", true, true);
        }
        self.node(value)
    }

    /// Writes a scalar or an empty collection, or opens a collection.
    fn node(&mut self, value: &Value) -> Result<(), Error> {
        if let Some(text) = text(value)? {
            let indent = if self.open.is_empty() { 2 } else { self.child_indent() };
            self.writer.scalar(&text, indent, false);
            return Ok(());
        }
        let (rest, empty) = match value {
            Value::List(list) if list.is_empty() => return self.empty("[", "]"),
            Value::List(list) => (Rest::Items(list.as_slice().to_vec().into_iter()), false),
            Value::Map(map) | Value::MapPointer(map) => (Rest::Entries(sorted(map)), map.is_empty()),
            Value::AnyMap(map) => {
                let mut entries = order::sort(map.entries());
                for (key, value) in &mut entries {
                    // go-yaml looks the value up by its key, and NaN is found by nobody.
                    if matches!(key, Value::Float(key) if key.is_nan()) {
                        *value = Value::Nil;
                    }
                }
                (Rest::Entries(entries.into_iter()), map.is_empty())
            }
            Value::Object(object) => {
                let fields = fields(&**object);
                let empty = fields.is_empty();
                (Rest::Entries(fields.into_iter()), empty)
            }
            _ => return Err(unwritable(value)),
        };
        if empty {
            return self.empty("{", "}");
        }
        if self.open.len() >= MAX_DEPTH {
            let message = "the value is nested deeper than 10,000 levels, or contains itself";
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let indent = if self.open.is_empty() { 0 } else { self.child_indent() };
        self.open.push(Frame { indent, rest });
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "the last step of a function that can fail")]
    fn empty(&mut self, opening: &str, closing: &str) -> Result<(), Error> {
        self.writer.indicator(opening, true, false);
        self.writer.indicator(closing, false, false);
        Ok(())
    }

    /// The indent of what is inside the innermost open collection.
    fn child_indent(&self) -> usize {
        self.open.last().map_or(0, |frame| frame.indent + 2)
    }
}

fn sorted(map: &Map) -> std::vec::IntoIter<(Value, Value)> {
    let entries = map.entries().into_iter().map(|(key, value)| (Value::Str(key), value)).collect();
    order::sort(entries).into_iter()
}

/// The fields of a struct under the names that go-yaml gives them without tags: lower case.
fn fields(object: &dyn Object) -> Vec<(Value, Value)> {
    let entry = |(name, value): (&'static str, Value)| (Value::from(name.to_lowercase()), value);
    object.fields().into_iter().map(entry).collect()
}

/// What a scalar is written as, or nothing for a collection.
fn text(value: &Value) -> Result<Option<Text>, Error> {
    let plain = |text: String| Text::new(text, None, Style::Plain);
    Ok(Some(match value {
        Value::Nil => plain("null".into()),
        Value::Bool(value) => plain(value.to_string()),
        Value::Int(value) | Value::Int64(value) => plain(value.to_string()),
        Value::Uint64(value) => plain(value.to_string()),
        Value::Uint8(value) => plain(value.to_string()),
        Value::Float(value) => plain(float(*value)),
        Value::Str(value) => string(value),
        Value::Bytes(bytes) => binary(bytes),
        Value::Time(time) => plain(time_text(time)?),
        Value::Duration(_) => match print::display(value) {
            Ok(text) => string(&String::from_utf8_lossy(&text)),
            Err(_) => return Err(unwritable(value)),
        },
        Value::Object(object) => match object.text() {
            Some(text) => string(&text),
            None => return Ok(None),
        },
        Value::List(_) | Value::Map(_) | Value::AnyMap(_) | Value::MapPointer(_) => return Ok(None),
    }))
}

fn float(value: f64) -> String {
    let text = format_float(value, 'g', None);
    match text.as_str() {
        "+Inf" => ".inf".into(),
        "-Inf" => "-.inf".into(),
        "NaN" => ".nan".into(),
        _ => text,
    }
}

fn time_text(time: &Time) -> Result<String, Error> {
    let message = "a point in time whose year or zone cannot be written";
    time.rfc3339().ok_or_else(|| Error::new(ErrorKind::Encode, message))
}

fn string(value: &str) -> Text {
    let style = if value.contains('\n') {
        Style::Literal
    } else if tag::of_plain(value) == Tag::Str && !is_base_60(value) && tag::old_bool(value).is_none() {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    Text::new(value.to_owned(), None, style)
}

/// Bytes that are no text. go-yaml breaks the digits into lines when there is more than one.
fn binary(bytes: &[u8]) -> Text {
    let digits = BASE64.encode(bytes);
    if digits.len() < BASE64_LINE {
        return Text::new(digits, Some("!!binary"), Style::Plain);
    }
    let mut lines = String::with_capacity(digits.len() + digits.len() / BASE64_LINE + 1);
    for line in digits.as_bytes().chunks(BASE64_LINE) {
        lines.extend(line.iter().copied().map(char::from));
        lines.push('\n');
    }
    Text::new(lines, Some("!!binary"), Style::Literal)
}

/// `12:30:45`: a number in base 60 to YAML 1.1, `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (text, fraction) = text.split_once('.').map_or((text, ""), |(text, fraction)| (text, fraction));
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let is_first = first.starts_with(|digit: char| digit.is_ascii_digit())
        && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut count = 0;
    let are_sixtieths = parts.all(|part| {
        count += 1;
        matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    is_first
        && count > 0
        && are_sixtieths
        && fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

fn unwritable(value: &Value) -> Error {
    Error::new(ErrorKind::Encode, format!("a value of type `{}` has no YAML form", value.type_name()))
}

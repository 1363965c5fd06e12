//! Values as Go's `encoding/json` writes and reads them: keys sorted by their bytes, numbers read as `float64`.

use super::print::byte_slice;
use super::{Element, List, Map, Value};
use crate::go::fmt::{MAX_DEPTH, MAX_TEXT};
use crate::go::json::{Build, Encoded, Writer};

pub(crate) use crate::go::json::JsonError;
pub use crate::go::json::Style;

/// Encodes a value. There is no line break at the end.
///
/// Lists and maps that are nil give `null`, a `[]byte` gives base64, bytes that are not UTF-8 give U+FFFD, a struct gives
/// an object with its fields in order.
///
/// # Errors
///
/// See [`JsonError`].
pub fn encode(value: &Value, style: Style) -> Result<String, JsonError> {
    let mut writer = Writer::new(style);
    write_value(&mut writer, value, 0)?;
    Ok(writer.finish())
}

fn write_value(writer: &mut Writer, value: &Value, depth: usize) -> Encoded {
    if depth > MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    if writer.len() > MAX_TEXT {
        return Err(JsonError::TooLarge);
    }
    match value {
        Value::Nil => writer.plain("null"),
        Value::Bool(truth) => writer.plain(truth),
        Value::Int(number) | Value::Int64(number) | Value::Duration(number) => writer.plain(number),
        Value::Uint64(number) => writer.plain(number),
        Value::Uint8(number) => writer.plain(number),
        Value::Float(number) => writer.float(*number)?,
        Value::Str(text) => writer.string(text.as_bytes()),
        Value::Bytes(bytes) => writer.string(bytes),
        Value::Time(time) => writer.string(time.rfc3339().ok_or(JsonError::Year)?.as_bytes()),
        Value::List(list) => write_list(writer, list, depth)?,
        Value::Map(map) | Value::MapPointer(map) if map.is_nil() => writer.plain("null"),
        Value::Map(map) | Value::MapPointer(map) => {
            write_entries(writer, map.entries().iter().map(|(key, value)| (&**key, value)), depth)?;
        }
        Value::AnyMap(_) => return Err(JsonError::Type(value.type_name())),
        Value::Object(object) => {
            if let Some(text) = object.text() {
                writer.string(text.as_bytes());
                return Ok(());
            }
            let fields = object.fields();
            if fields.is_empty() {
                return Err(JsonError::Unknown(object.type_name()));
            }
            write_entries(writer, fields.iter().map(|(name, value)| (*name, value)), depth)?;
        }
    }
    Ok(())
}

fn write_list(writer: &mut Writer, list: &List, depth: usize) -> Encoded {
    if list.is_nil() {
        writer.plain("null");
        return Ok(());
    }
    if list.element() == Element::Byte {
        let bytes = byte_slice(&Value::List(list.clone())).unwrap_or_default();
        writer.string(data_encoding::BASE64.encode(&bytes).as_bytes());
        return Ok(());
    }
    writer.open('[');
    for item in list {
        writer.item();
        write_value(writer, item, depth + 1)?;
    }
    writer.close(']');
    Ok(())
}

fn write_entries<'a>(
    writer: &mut Writer,
    entries: impl Iterator<Item = (&'a str, &'a Value)>,
    depth: usize,
) -> Encoded {
    writer.open('{');
    for (key, value) in entries {
        writer.key(key);
        write_value(writer, value, depth + 1)?;
    }
    writer.close('}');
    Ok(())
}

/// Decodes a text. A syntax error leaves nil; a number that is too large leaves nil in its place. The second part is Go's
/// message about either.
pub(crate) fn decode(text: &[u8]) -> (Value, Option<String>) {
    crate::go::json::decode(text)
}

impl Build for Value {
    type Map = Map;

    fn null() -> Self {
        Self::Nil
    }

    fn truth(truth: bool) -> Self {
        Self::Bool(truth)
    }

    fn number(number: f64) -> Self {
        Self::Float(number)
    }

    fn string(text: String) -> Self {
        text.into()
    }

    fn list(items: Vec<Self>) -> Self {
        items.into()
    }

    fn insert(map: &mut Map, key: String, value: Self) {
        map.insert(key, value);
    }

    fn map(map: Map) -> Self {
        map.into()
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

//! Strings: trimming, cutting, replacing, splitting, quoting and padding. Go's strings are bytes, and so are these.

use super::arguments::{
    MAX_ITEMS, MAX_TEXT, Outcome, any, bytes, function, integer, string, too_large, unprintable, variadic,
};
use super::convert::{strings_of, strslice, strval};
use crate::go::strings::map_runes;
use crate::go::unicode::{runes, to_lower, to_upper};
use crate::go::{strconv, strings};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::print::{self};
use crate::value::{Element, List, Map, Value};

use Parameter::{Any, Int, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("hello", &[], |_, _| Ok("Hello!".into())),
    function("trim", &[Text], |_, arguments| {
        string(strings::trim(bytes(arguments, 0)?, char::is_whitespace))
    }),
    function("trimAll", &[Text, Text], trim_all),
    function("trimall", &[Text, Text], trim_all),
    function("trimSuffix", &[Text, Text], |_, arguments| {
        let text = bytes(arguments, 1)?;
        string(text.strip_suffix(bytes(arguments, 0)?).unwrap_or(text).to_vec())
    }),
    function("trimPrefix", &[Text, Text], |_, arguments| {
        let text = bytes(arguments, 1)?;
        string(text.strip_prefix(bytes(arguments, 0)?).unwrap_or(text).to_vec())
    }),
    function("upper", &[Text], |_, arguments| string(map_runes(bytes(arguments, 0)?, to_upper))),
    function("lower", &[Text], |_, arguments| string(map_runes(bytes(arguments, 0)?, to_lower))),
    function("title", &[Text], |_, arguments| string(strings::title(bytes(arguments, 0)?))),
    function("trunc", &[Int, Text], truncate),
    function("substr", &[Int, Int, Text], substring),
    function("repeat", &[Int, Text], |_, arguments| {
        repeated("repeat", bytes(arguments, 1)?, integer(arguments, 0)?).and_then(string)
    }),
    function("contains", &[Text, Text], |_, arguments| {
        Ok(strings::index(bytes(arguments, 1)?, bytes(arguments, 0)?).is_some().into())
    }),
    function("hasPrefix", &[Text, Text], |_, arguments| {
        Ok(bytes(arguments, 1)?.starts_with(bytes(arguments, 0)?).into())
    }),
    function("hasSuffix", &[Text, Text], |_, arguments| {
        Ok(bytes(arguments, 1)?.ends_with(bytes(arguments, 0)?).into())
    }),
    variadic("quote", &[], Any, quote),
    variadic("squote", &[], Any, single_quote),
    variadic("cat", &[], Any, cat),
    function("indent", &[Int, Text], |_, arguments| {
        indented("indent", b"", integer(arguments, 0)?, bytes(arguments, 1)?)
    }),
    function("nindent", &[Int, Text], |_, arguments| {
        indented("nindent", b"\n", integer(arguments, 0)?, bytes(arguments, 1)?)
    }),
    function("replace", &[Text, Text, Text], |_, arguments| {
        replace("replace", bytes(arguments, 2)?, bytes(arguments, 0)?, bytes(arguments, 1)?).and_then(string)
    }),
    function("plural", &[Text, Text, Int], |_, arguments| {
        let at = usize::from(integer(arguments, 2)? != 1);
        Ok(any(arguments, at)?.clone())
    }),
    function("toString", &[Any], |_, arguments| string(strval(any(arguments, 0)?)?)),
    function("toStrings", &[Any], |_, arguments| to_strings(any(arguments, 0)?)),
    function("join", &[Text, Any], join),
    function("split", &[Text, Text], |_, arguments| {
        Ok(numbered(&split(bytes(arguments, 1)?, bytes(arguments, 0)?, -1)))
    }),
    function("splitn", &[Text, Int, Text], |_, arguments| {
        Ok(numbered(&split(bytes(arguments, 2)?, bytes(arguments, 0)?, integer(arguments, 1)?)))
    }),
    function("splitList", &[Text, Text], |_, arguments| {
        let parts = split(bytes(arguments, 1)?, bytes(arguments, 0)?, -1);
        let parts = parts.into_iter().map(|part| Value::from_bytes(part.to_vec())).collect();
        Ok(Value::List(List::typed(Element::String, parts)))
    }),
];

fn trim_all(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let cut: Vec<char> =
        runes(bytes(arguments, 0)?).map(|rune| rune.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    string(strings::trim(bytes(arguments, 1)?, |character| cut.contains(&character)))
}

fn truncate(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let (count, text) = (integer(arguments, 0)?, bytes(arguments, 1)?);
    let length = signed(text.len());
    let kept = if count < 0 && length.wrapping_add(count) > 0 {
        &text[text.len() - usize::try_from(count.unsigned_abs()).unwrap_or(0)..]
    } else if count >= 0 && length > count {
        &text[..usize::try_from(count).unwrap_or(0)]
    } else {
        text
    };
    string(kept.to_vec())
}

fn substring(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let (start, end, text) = (integer(arguments, 0)?, integer(arguments, 1)?, bytes(arguments, 2)?);
    let length = signed(text.len());
    let out_of_bounds =
        |range: String| FunctionError::failed(format!("runtime error: slice bounds out of range {range}"));
    let (start, end) = if start < 0 {
        if end < 0 {
            return Err(out_of_bounds(format!("[:{end}]")));
        }
        if end > length {
            return Err(out_of_bounds(format!("[:{end}] with length {length}")));
        }
        (0, end)
    } else if end < 0 || end > length {
        (start, length)
    } else {
        (start, end)
    };
    if start > end {
        return Err(out_of_bounds(format!("[{start}:{end}]")));
    }
    let at = |index: i64| usize::try_from(index).unwrap_or(0);
    string(text[at(start)..at(end)].to_vec())
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// `strings.Repeat`.
pub(super) fn repeated(function: &str, text: &[u8], count: i64) -> Result<Vec<u8>, FunctionError> {
    let count =
        usize::try_from(count).map_err(|_| FunctionError::failed("strings: negative Repeat count"))?;
    if text.len().checked_mul(count).is_none_or(|size| size > MAX_TEXT) {
        return Err(too_large(function));
    }
    Ok(text.repeat(count))
}

fn quote(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut quoted = Vec::new();
    for argument in arguments.iter().filter(|argument| !argument.is_nil()) {
        quoted.push(strconv::quote(&strval(argument)?, false));
    }
    Ok(quoted.join(" ").into())
}

fn single_quote(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut quoted = Vec::new();
    for argument in arguments.iter().filter(|argument| !argument.is_nil()) {
        let text = print::display(argument).map_err(unprintable)?;
        quoted.push([b"'", text.as_slice(), b"'"].concat());
    }
    string(quoted.join(&b' '))
}

fn cat(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut words = Vec::new();
    for argument in arguments.iter().filter(|argument| !argument.is_nil()) {
        words.push(print::display(argument).map_err(unprintable)?);
    }
    string(words.join(&b' '))
}

fn indented(function: &str, before: &[u8], count: i64, text: &[u8]) -> Outcome {
    let pad = repeated(function, b" ", count)?;
    let mut result = [before, pad.as_slice()].concat();
    result.extend(replace(function, text, b"\n", &[b"\n", pad.as_slice()].concat())?);
    string(result)
}

/// `strings.ReplaceAll`.
pub(super) fn replace(function: &str, text: &[u8], old: &[u8], new: &[u8]) -> Result<Vec<u8>, FunctionError> {
    strings::replace_all(text, old, new, MAX_TEXT).ok_or_else(|| too_large(function))
}

/// `strings.SplitN`: at most `limit` parts, all of them where it is negative.
pub(super) fn split<'a>(text: &'a [u8], separator: &[u8], limit: i64) -> Vec<&'a [u8]> {
    strings::split(text, separator, usize::try_from(limit).unwrap_or(usize::MAX), MAX_ITEMS)
}

/// The parts as the map `_0`, `_1` … that sprig's `split` returns.
fn numbered(parts: &[&[u8]]) -> Value {
    let map = Map::typed(Element::String);
    for (at, part) in parts.iter().enumerate() {
        map.insert(format!("_{at}"), Value::from_bytes(part.to_vec()));
    }
    Value::Map(map)
}

/// sprig's `toStrings`; a `[]string` is returned itself.
pub(super) fn to_strings(value: &Value) -> Outcome {
    match value {
        Value::List(list) if list.element() == Element::String => Ok(value.clone()),
        Value::List(list) => {
            Ok(Value::List(list.derived(Element::String, strings_of(list.unordered_slice())?)))
        }
        other => Ok(Value::List(List::typed(Element::String, strslice(other)?))),
    }
}

fn join(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let separator = bytes(arguments, 0)?;
    let value = any(arguments, 1)?;
    let items = match value {
        Value::List(list) if list.element() == Element::String => list.as_slice().to_vec(),
        other => strslice(other)?,
    };
    let mut joined = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            joined.extend_from_slice(separator);
        }
        joined.extend_from_slice(item.string_bytes().unwrap_or_default());
        if joined.len() > MAX_TEXT {
            return Err(too_large("join"));
        }
    }
    string(joined)
}

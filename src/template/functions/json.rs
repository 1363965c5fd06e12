//! JSON, read and written as Go's `encoding/json` does it. Numbers are read as `float64`.

use super::arguments::{Outcome, any, bytes, function, refused};
use super::strconv::parse_float;
use crate::diagnostic::Refusal;
use crate::template::function::{Function, FunctionError, Parameter};
use crate::value::json::{JsonError, Style, encode};
use crate::value::print::{quote, runes};
use crate::value::{Map, Value};

use Parameter::{Any, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fromJson", &[Text], |_, arguments| Ok(decode(bytes(arguments, 0)?).0)),
    function("mustFromJson", &[Text], |_, arguments| match decode(bytes(arguments, 0)?) {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(FunctionError::failed(error)),
    }),
    function("toJson", &[Any], |_, arguments| lenient(any(arguments, 0)?, Style::Compact)),
    function("toPrettyJson", &[Any], |_, arguments| lenient(any(arguments, 0)?, Style::Indented)),
    function("toRawJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Raw)),
    function("mustToJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Compact)),
    function("mustToPrettyJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Indented)),
    function("mustToRawJson", &[Any], |_, arguments| strict(any(arguments, 0)?, Style::Raw)),
];

/// A value that has no JSON form gives an empty string.
fn lenient(value: &Value, style: Style) -> Outcome {
    match strict(value, style) {
        Err(FunctionError::Failed(_)) => Ok("".into()),
        outcome => outcome,
    }
}

fn strict(value: &Value, style: Style) -> Outcome {
    encode(value, style).map(Value::from).map_err(|error| match error {
        JsonError::Number(_) | JsonError::Type(_) | JsonError::Year => {
            FunctionError::failed(error.to_string())
        }
        JsonError::Unknown(_) => refused(
            Refusal::UnsupportedTemplate,
            error.to_string(),
            "write the part that is needed, not the whole value",
        ),
        JsonError::TooDeep | JsonError::TooLarge => {
            refused(Refusal::Limit, error.to_string(), "write the part that is needed, not the whole value")
        }
    })
}

/// The deepest nesting that Go reads.
const MAX_NESTING: usize = 10_000;

/// Decodes a text. A syntax error leaves nothing; a number that is too large leaves nil in its place.
fn decode(text: &[u8]) -> (Value, Option<String>) {
    let mut decoder = Decoder { text, at: 0, too_large: None };
    match decoder.document() {
        Ok(value) => (value, decoder.too_large),
        Err(error) => (Value::Nil, Some(error)),
    }
}

struct Decoder<'a> {
    text: &'a [u8],
    at: usize,
    too_large: Option<String>,
}

/// A list or map that is being read.
enum Open {
    List(Vec<Value>),
    Map(Map, String),
}

impl Decoder<'_> {
    fn document(&mut self) -> Result<Value, String> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let Some(mut value) = self.begin(&mut open)? else { continue };
            loop {
                value = match open.pop() {
                    None => {
                        self.skip_blanks();
                        return if self.at == self.text.len() {
                            Ok(value)
                        } else {
                            Err(self.unexpected("after top-level value"))
                        };
                    }
                    Some(Open::List(mut items)) => {
                        items.push(value);
                        match self.next_of(b',', b']', "after array element")? {
                            b',' => {
                                open.push(Open::List(items));
                                break;
                            }
                            _ => Value::from(items),
                        }
                    }
                    Some(Open::Map(map, key)) => {
                        map.insert(key, value);
                        match self.next_of(b',', b'}', "after object key:value pair")? {
                            b',' => {
                                let key = self.key()?;
                                open.push(Open::Map(map, key));
                                break;
                            }
                            _ => map.into(),
                        }
                    }
                };
            }
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection and returns nothing.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>, String> {
        self.skip_blanks();
        let first_of_list =
            matches!(open.last(), Some(Open::List(items)) if items.is_empty()) && self.peek() == Some(b']');
        if first_of_list {
            self.at += 1;
            open.pop();
            return Ok(Some(Value::from(Vec::new())));
        }
        match self.peek() {
            Some(b'[' | b'{') if open.len() >= MAX_NESTING => Err(self.unexpected("exceeded max depth")),
            Some(b'[') => {
                self.at += 1;
                open.push(Open::List(Vec::new()));
                Ok(None)
            }
            Some(b'{') => {
                self.at += 1;
                self.skip_blanks();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(Map::new().into()));
                }
                let key = self.key()?;
                open.push(Open::Map(Map::new(), key));
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(text.into())),
            Some(b't') => self.literal("true", Value::Bool(true)).map(Some),
            Some(b'f') => self.literal("false", Value::Bool(false)).map(Some),
            Some(b'n') => self.literal("null", Value::Nil).map(Some),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// What Go says about the byte at hand, or about the end where a blank would be fine.
    fn unexpected(&self, context: &str) -> String {
        match self.peek() {
            Some(byte) => invalid_character(byte, context),
            None => "unexpected end of JSON input".into(),
        }
    }

    /// As [`Decoder::unexpected`] inside a word or number, where Go takes the end for a blank.
    fn broken_off(&self, context: &str) -> String {
        invalid_character(self.peek().unwrap_or(b' '), context)
    }

    /// The next byte but blanks, which must be one of two.
    fn next_of(&mut self, separator: u8, end: u8, context: &str) -> Result<u8, String> {
        self.skip_blanks();
        match self.peek() {
            Some(byte) if byte == separator || byte == end => {
                self.at += 1;
                Ok(byte)
            }
            _ => Err(self.unexpected(context)),
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<String, String> {
        self.skip_blanks();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        self.next_of(b':', b':', "after object key")?;
        Ok(key)
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, String> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let expected = char::from(expected);
                return Err(self.broken_off(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.broken_off(context));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        Ok(parse_float(text).map_or_else(
            |_| {
                let text = String::from_utf8_lossy(text);
                self.too_large.get_or_insert_with(|| {
                    format!("json: cannot unmarshal number {text} into Go value of type float64")
                });
                Value::Nil
            },
            Value::Float,
        ))
    }

    /// A string, from its first quote on. Bytes that are not UTF-8 and lone surrogates become U+FFFD.
    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            text.extend(
                runes(&self.text[start..self.at]).map(|rune| rune.unwrap_or(char::REPLACEMENT_CHARACTER)),
            );
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let sign = self.escape()?;
                    text.push(sign);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let sign = match self.peek() {
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.broken_off("in string escape code")),
        };
        self.at += 1;
        Ok(sign)
    }

    /// The four digits of `\uXXXX`, and a second escape where the two are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, String> {
        let first = self.code_unit()?;
        if let Some(sign) = char::from_u32(first.into()) {
            return Ok(sign);
        }
        let before = self.at;
        if first < 0xdc00 && self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            // A broken second escape is reported when the text goes on there.
            if let Ok(second) = self.code_unit()
                && let Some(Ok(sign)) = char::decode_utf16([first, second]).next()
            {
                return Ok(sign);
            }
        }
        self.at = before;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn code_unit(&mut self) -> Result<u16, String> {
        let mut unit = 0_u16;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit.and_then(|digit| u16::try_from(digit).ok()) else {
                return Err(self.broken_off("in \\u hexadecimal character escape"));
            };
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

fn invalid_character(byte: u8, context: &str) -> String {
    let shown = match byte {
        b'\'' => "\\'".to_owned(),
        b'"' => "\"".to_owned(),
        _ => {
            let mut buffer = [0; 4];
            let quoted = quote(char::from(byte).encode_utf8(&mut buffer).as_bytes(), false);
            quoted[1..quoted.len() - 1].to_owned()
        }
    };
    format!("invalid character '{shown}' {context}")
}

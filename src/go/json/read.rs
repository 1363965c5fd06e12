//! Reading JSON as `json.Unmarshal` does.

use crate::go::strconv::{parse_float, quote};
use crate::go::unicode::runes;

/// The deepest nesting that Go reads.
const MAX_NESTING: usize = 10_000;

/// What a text is read into.
pub(crate) trait Build: Sized {
    /// A map that is being read.
    type Map: Default;

    fn null() -> Self;
    fn truth(truth: bool) -> Self;
    fn number(number: f64) -> Self;
    fn string(text: String) -> Self;
    fn list(items: Vec<Self>) -> Self;

    /// Sets a key; a later entry replaces an earlier one.
    fn insert(map: &mut Self::Map, key: String, value: Self);

    fn map(map: Self::Map) -> Self;
}

/// `json.Unmarshal` into an `interface {}`. A syntax error leaves nothing; a number that is too large leaves nil in its
/// place. The second part is Go's message about either.
pub(crate) fn decode<V: Build>(text: &[u8]) -> (V, Option<String>) {
    let mut decoder = Decoder { text, at: 0, too_large: None };
    match decoder.document() {
        Ok(value) => (value, decoder.too_large),
        Err(error) => (V::null(), Some(error)),
    }
}

struct Decoder<'a> {
    text: &'a [u8],
    at: usize,
    too_large: Option<String>,
}

/// A list or map that is being read.
enum Open<V: Build> {
    List(Vec<V>),
    Map(V::Map, String),
}

impl Decoder<'_> {
    fn document<V: Build>(&mut self) -> Result<V, String> {
        let mut open: Vec<Open<V>> = Vec::new();
        loop {
            let Some(mut value) = self.begin(&mut open)? else { continue };
            loop {
                value = match open.pop() {
                    None => {
                        self.skip_spaces();
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
                            _ => V::list(items),
                        }
                    }
                    Some(Open::Map(mut map, key)) => {
                        V::insert(&mut map, key, value);
                        match self.next_of(b',', b'}', "after object key:value pair")? {
                            b',' => {
                                let key = self.key()?;
                                open.push(Open::Map(map, key));
                                break;
                            }
                            _ => V::map(map),
                        }
                    }
                };
            }
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection and returns nothing.
    fn begin<V: Build>(&mut self, open: &mut Vec<Open<V>>) -> Result<Option<V>, String> {
        self.skip_spaces();
        let first_of_list =
            matches!(open.last(), Some(Open::List(items)) if items.is_empty()) && self.peek() == Some(b']');
        if first_of_list {
            self.at += 1;
            open.pop();
            return Ok(Some(V::list(Vec::new())));
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
                self.skip_spaces();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(V::map(V::Map::default())));
                }
                let key = self.key()?;
                open.push(Open::Map(V::Map::default(), key));
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(V::string(text))),
            Some(b't') => self.literal("true", V::truth(true)).map(Some),
            Some(b'f') => self.literal("false", V::truth(false)).map(Some),
            Some(b'n') => self.literal("null", V::null()).map(Some),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// What Go says about the byte at hand, or about the end where a space would be fine.
    fn unexpected(&self, context: &str) -> String {
        match self.peek() {
            Some(byte) => invalid_character(byte, context),
            None => "unexpected end of JSON input".into(),
        }
    }

    /// As [`Decoder::unexpected`] inside a word or number, where Go takes the end for a space.
    fn broken_off(&self, context: &str) -> String {
        invalid_character(self.peek().unwrap_or(b' '), context)
    }

    /// The next byte but spaces, which must be one of two.
    fn next_of(&mut self, separator: u8, end: u8, context: &str) -> Result<u8, String> {
        self.skip_spaces();
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
        self.skip_spaces();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        self.next_of(b':', b':', "after object key")?;
        Ok(key)
    }

    fn literal<V>(&mut self, word: &str, value: V) -> Result<V, String> {
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

    fn number<V: Build>(&mut self) -> Result<V, String> {
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
                V::null()
            },
            V::number,
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
                    let character = self.escape()?;
                    text.push(character);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let character = match self.peek() {
            Some(character @ (b'"' | b'\\' | b'/')) => char::from(character),
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
        Ok(character)
    }

    /// The four digits of `\uXXXX`, and a second escape where the two are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, String> {
        let first = self.code_unit()?;
        if let Some(character) = char::from_u32(first.into()) {
            return Ok(character);
        }
        let before = self.at;
        if first < 0xdc00 && self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            // A broken second escape is reported when the text goes on there.
            if let Ok(second) = self.code_unit()
                && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
            {
                return Ok(character);
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

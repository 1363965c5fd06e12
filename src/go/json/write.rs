//! Writing JSON as `json.Marshal` does.

use std::fmt::Write;

use crate::go::strconv::format_float;
use crate::go::unicode::runes;

/// How the text is laid out and escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `json.Marshal`, sprig's `toJson`: no space between; `<`, `>` and `&` are escaped.
    Compact,
    /// `json.MarshalIndent` with two spaces, sprig's `toPrettyJson`; `<`, `>` and `&` are escaped.
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
    /// A map with keys that are not strings.
    #[error("json: unsupported type: {0}")]
    Type(String),
    /// A year that RFC 3339 cannot spell.
    #[error(
        "json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]"
    )]
    Year,
    /// It is nested too deep, usually because a map contains itself.
    #[error("json: the value is nested deeper than 10,000 levels, or contains itself")]
    TooDeep,
    /// It is too large.
    #[error("json: the text is larger than 64 MiB")]
    TooLarge,
    /// The inside of this type is not known here.
    #[error("helmsum cannot write a value of type `{0}` as JSON")]
    Unknown(&'static str),
}

/// What writing returns: the text is in the writer.
pub(crate) type Encoded = Result<(), JsonError>;

/// Collects the text of one value. Lists and maps are opened, told of every item, and closed.
pub(crate) struct Writer {
    out: String,
    style: Style,
    depth: usize,
    /// Whether nothing was written since the last bracket opened.
    is_first: bool,
}

impl Writer {
    /// A writer of one value in this style.
    pub(crate) const fn new(style: Style) -> Self {
        Self { out: String::new(), style, depth: 0, is_first: true }
    }

    /// The text that was written. There is no line break at the end.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// The size of the text so far, in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.out.len()
    }

    /// Writes what needs no escape: `null`, a truth value, an integer.
    pub(crate) fn plain(&mut self, word: impl std::fmt::Display) {
        let _ = write!(self.out, "{word}");
    }

    /// Opens a list or map by its bracket.
    pub(crate) fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.is_first = true;
    }

    /// Goes to the next item of the list that is open.
    pub(crate) fn item(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(',');
        }
        self.new_line();
    }

    /// Goes to the next entry of the map that is open, and writes its key.
    pub(crate) fn key(&mut self, key: &str) {
        self.item();
        self.string(key.as_bytes());
        self.out.push_str(if self.style == Style::Indented { ": " } else { ":" });
    }

    /// Closes a list or map by its bracket.
    pub(crate) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !std::mem::take(&mut self.is_first) {
            self.new_line();
        }
        self.out.push(bracket);
    }

    /// A float in the shortest form that reads back.
    ///
    /// # Errors
    ///
    /// [`JsonError::Number`] for infinities and NaN.
    pub(crate) fn float(&mut self, number: f64) -> Encoded {
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

    fn new_line(&mut self) {
        if self.style == Style::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }

    /// A string. Bytes that are not UTF-8 give U+FFFD.
    pub(crate) fn string(&mut self, text: &[u8]) {
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
                Ok(character @ ('\0'..='\x1f' | '\u{2028}' | '\u{2029}')) => self.escape(character),
                Ok(character @ ('<' | '>' | '&')) if self.style != Style::Raw => self.escape(character),
                Ok(character) => self.out.push(character),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, character: char) {
        let _ = write!(self.out, "\\u{:04x}", u32::from(character));
    }
}

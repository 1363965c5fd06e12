//! Strings and characters as Go's `strconv.Quote` spells them.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

/// Letters, marks, numbers, punctuation, symbols, and the ASCII space: Go's `strconv.IsPrint`, which knows Unicode 15.0.
static PRINTABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[[\p{L}\p{M}\p{N}\p{P}\p{S} ]&&\p{age=15.0}]$").ok());

/// Go's `strconv.IsPrint`.
#[must_use]
pub fn is_printable(sign: char) -> bool {
    if sign.is_ascii() {
        return (' '..='~').contains(&sign);
    }
    let mut buffer = [0; 4];
    PRINTABLE.as_ref().is_some_and(|class| class.is_match(sign.encode_utf8(&mut buffer)))
}

/// Splits bytes as Go ranges over a string: characters, and single bytes that are not UTF-8.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = Result<char, u8>> + '_ {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars().map(Ok).chain(chunk.invalid().iter().copied().map(Err)))
}

/// `strconv.Quote`, or `strconv.QuoteToASCII` with `ascii`.
#[must_use]
pub fn quote(text: &[u8], ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for rune in runes(text) {
        match rune {
            Ok(sign) => escape(&mut out, sign, '"', ascii),
            Err(byte) => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

/// `strconv.QuoteRune`, or `strconv.QuoteRuneToASCII` with `ascii`.
#[must_use]
pub fn quote_rune(sign: char, ascii: bool) -> String {
    let mut out = String::from('\'');
    escape(&mut out, sign, '\'', ascii);
    out.push('\'');
    out
}

fn escape(out: &mut String, sign: char, quote: char, ascii: bool) {
    match sign {
        '\\' => out.push_str("\\\\"),
        _ if sign == quote => {
            out.push('\\');
            out.push(sign);
        }
        _ if (sign.is_ascii() || !ascii) && is_printable(sign) => out.push(sign),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        _ => {
            let code = u32::from(sign);
            if code < 0x20 || code == 0x7f {
                let _ = write!(out, "\\x{code:02x}");
            } else if code < 0x1_0000 {
                let _ = write!(out, "\\u{code:04x}");
            } else {
                let _ = write!(out, "\\U{code:08x}");
            }
        }
    }
}

/// `strconv.CanBackquote`: one line without control characters but tab, without back quote and byte order mark.
pub(super) fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|rune| {
        rune.is_ok_and(|sign| {
            sign != '\u{feff}' && sign != '`' && sign != '\x7f' && (sign == '\t' || u32::from(sign) >= 0x20)
        })
    })
}

//! Quoted strings and characters: `strconv.Quote` and its kin.

use std::fmt::Write;

use crate::go::unicode::{is_printable, runes};

/// `strconv.Quote`, or `strconv.QuoteToASCII` with `ascii`.
pub(crate) fn quote(text: &[u8], ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for rune in runes(text) {
        match rune {
            Ok(character) => escape(&mut out, character, '"', ascii),
            Err(byte) => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

/// `strconv.QuoteRune`, or `strconv.QuoteRuneToASCII` with `ascii`.
pub(crate) fn quote_rune(character: char, ascii: bool) -> String {
    let mut out = String::from('\'');
    escape(&mut out, character, '\'', ascii);
    out.push('\'');
    out
}

fn escape(out: &mut String, character: char, quote: char, ascii: bool) {
    match character {
        '\\' => out.push_str("\\\\"),
        _ if character == quote => {
            out.push('\\');
            out.push(character);
        }
        _ if (character.is_ascii() || !ascii) && is_printable(character) => out.push(character),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        _ => {
            let code = u32::from(character);
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
pub(crate) fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|rune| {
        rune.is_ok_and(|character| {
            character != '\u{feff}'
                && character != '`'
                && character != '\x7f'
                && (character == '\t' || u32::from(character) >= 0x20)
        })
    })
}

//! `html`, `js` and `urlquery`.

use crate::value::print::{is_printable, runes};

/// Escapes the signs that have a meaning in HTML.
pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(*byte),
        }
    }
    out
}

/// Escapes what may not stand in a JavaScript string.
pub(super) fn javascript(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for rune in runes(text) {
        match rune {
            Ok(sign @ ('\\' | '\'' | '"')) => out.extend_from_slice(format!("\\{sign}").as_bytes()),
            Ok(sign @ ('<' | '>' | '&' | '=' | '\0'..='\x1f')) => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(sign)).as_bytes());
            }
            Ok(sign) if !sign.is_ascii() && !is_printable(sign) => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(sign)).as_bytes());
            }
            Ok(sign) => out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(byte) => out.push(byte),
        }
    }
    out
}

/// Go's `url.QueryEscape`.
pub(super) fn query(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            _ if byte.is_ascii_alphanumeric() => out.push(*byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}

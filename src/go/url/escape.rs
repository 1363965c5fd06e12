//! What may stand where in a URL, and how everything else is written.

use crate::go::strconv::quote;

/// Which part of a URL is escaped: the parts allow different characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
    Query,
}

/// How Go quotes what it complains about.
pub(super) fn quoted(text: &[u8]) -> String {
    quote(text, false)
}

/// Whether the byte may stand in this part as it is.
fn is_plain(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return true;
    }
    match part {
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Part::Path => b"$&+,/:;=@".contains(&byte),
        Part::User => b"$&+,;=".contains(&byte),
        Part::Fragment => b"$&+,/:;=?@!()*".contains(&byte),
        Part::Query => false,
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Replaces `%XX`, after checking that the part allows what it finds.
pub(super) fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if *byte == b'%' {
            let digits =
                (tail.first().copied().and_then(hex_digit), tail.get(1).copied().and_then(hex_digit));
            let (Some(high), Some(low)) = digits else {
                return Err(format!("invalid URL escape {}", quoted(&rest[..rest.len().min(3)])));
            };
            let decoded = high << 4 | low;
            let allowed = match part {
                Part::Host => high >= 8 || decoded == b'%',
                Part::Zone => decoded == b'%' || decoded == b' ' || is_plain(decoded, Part::Host),
                _ => true,
            };
            if !allowed {
                return Err(format!("invalid URL escape {}", quoted(&rest[..3])));
            }
            result.push(decoded);
            rest = &tail[2..];
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !is_plain(*byte, part) {
            return Err(format!("invalid character {} in host name", quoted(&[*byte])));
        }
        result.push(if part == Part::Query && *byte == b'+' { b' ' } else { *byte });
        rest = tail;
    }
    Ok(result)
}

/// Writes what the part does not allow as `%XX`.
pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    for byte in text {
        if is_plain(*byte, part) {
            result.push(*byte);
        } else if part == Part::Query && *byte == b' ' {
            result.push(b'+');
        } else {
            result.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    result
}

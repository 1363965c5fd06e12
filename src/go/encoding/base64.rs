//! Base 64 as `base64.StdEncoding` reads it: in templates, after the tag `!!binary`, and in Secrets, which the API server
//! decodes.

use super::is_newline;

/// The position of the first newline-free byte from `at` on.
fn skip_newlines(source: &[u8], at: usize) -> usize {
    at + source[at..].iter().take_while(|byte| is_newline(**byte)).count()
}

/// Decodes padded base 64 with line breaks anywhere. The unused bits of the last character may be anything.
///
/// # Errors
///
/// The position that Go reports, in bytes from 0.
pub(crate) fn decode(source: &[u8]) -> Result<Vec<u8>, usize> {
    let mut decoded = Vec::with_capacity(source.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut group = [0_u8; 4];
        let mut count = 0;
        let mut padded = false;
        while count < 4 {
            let Some(byte) = source.get(at) else {
                return if count == 0 { Ok(decoded) } else { Err(at - count) };
            };
            at += 1;
            if let Some(bits) = digit_of(*byte) {
                group[count] = bits;
                count += 1;
            } else if !is_newline(*byte) {
                if *byte != b'=' || count < 2 {
                    return Err(at - 1);
                }
                if count == 2 {
                    at = skip_newlines(source, at);
                    match source.get(at) {
                        None => return Err(source.len()),
                        Some(b'=') => at += 1,
                        Some(_) => return Err(at - 1),
                    }
                }
                at = skip_newlines(source, at);
                if at < source.len() {
                    return Err(at);
                }
                padded = true;
                break;
            }
        }
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)).to_be_bytes();
        decoded.extend_from_slice(&bits[1..count.max(1)]);
        if padded {
            return Ok(decoded);
        }
    }
}

fn digit_of(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_passed_over_and_other_spaces_are_not() {
        assert_eq!(decode(b"aGVs\nbG8=\r\n").as_deref(), Ok(&b"hello"[..]));
        assert_eq!(decode(b"aGVs bG8="), Err(4));
        assert_eq!(decode(b"aGVsbG8"), Err(4));
        assert_eq!(
            decode(b"YR==").as_deref(),
            Ok(&b"a"[..]),
            "the bits that fill the last digit may be anything"
        );
    }
}

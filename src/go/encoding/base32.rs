//! Base 32 as `base32.StdEncoding` reads it.

use super::is_newline;

/// Decodes padded base 32 like [`super::base64::decode`]. Positions do not count newlines here.
///
/// # Errors
///
/// The position that Go reports, in bytes from 0.
pub(crate) fn decode(source: &[u8]) -> Result<Vec<u8>, usize> {
    let source: Vec<u8> = source.iter().copied().filter(|byte| !is_newline(*byte)).collect();
    let length = source.len();
    let mut decoded = Vec::with_capacity(length / 8 * 5);
    let mut at = 0;
    let mut padded = false;
    while at < length && !padded {
        let mut group = [0_u8; 8];
        let mut count = 0;
        while count < 8 {
            let Some(byte) = source.get(at) else { return Err(at - count) };
            at += 1;
            let left = &source[at..];
            if *byte == b'=' && count >= 2 && left.len() < 8 {
                if left.len() + count < 7 {
                    return Err(length);
                }
                if let Some(wrong) = left.iter().take(7 - count).position(|byte| *byte != b'=') {
                    return Err(at + wrong - 1);
                }
                if matches!(count, 3 | 6) {
                    return Err(at - 1);
                }
                padded = true;
                break;
            }
            group[count] = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return Err(at - 1),
            };
            count += 1;
        }
        let bits = group.iter().fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit)).to_be_bytes();
        decoded.extend_from_slice(&bits[3..3 + count * 5 / 8]);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_passed_over_and_positions_do_not_count_them() {
        assert_eq!(decode(b"NBSW\nY3DP\r\n").as_deref(), Ok(&b"hello"[..]));
        assert_eq!(decode(b"NB\nSW!3DP"), Err(4));
        assert_eq!(decode(b"MY======").as_deref(), Ok(&b"f"[..]));
    }
}

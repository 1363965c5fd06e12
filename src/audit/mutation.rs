//! A file with another content, to see what depends on it.

/// The same bytes but for one, which stays a letter or digit, so that what was JSON or YAML mostly still is. Where no byte is one,
/// there is one more.
pub(super) fn changed(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let Some(last) = changed.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric()) else {
        changed.push(b'0');
        return changed;
    };
    *last = match *last {
        b'0' => b'1',
        b'a' => b'b',
        b'A' => b'B',
        digit if digit.is_ascii_digit() => b'0',
        letter if letter.is_ascii_lowercase() => b'a',
        _ => b'A',
    };
    changed
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn one_byte_differs_and_the_kind_of_character_stays() {
        for (bytes, expected) in [
            ("a: 1\n", "a: 0\n"),
            ("a: 0\n", "a: 1\n"),
            ("x: [word]\n", "x: [wora]\n"),
            ("A\n", "B\n"),
            ("\n---\n", "\n---\n0"),
            ("", "0"),
        ] {
            assert_eq!(changed(bytes.as_bytes()), expected.as_bytes(), "{bytes:?}");
        }
    }
}

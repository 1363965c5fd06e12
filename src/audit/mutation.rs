//! A file with another content, to see what depends on it.

/// The same bytes but for one, which stays a letter or digit, so that what was JSON or YAML mostly still is. Nothing where no
/// byte is one.
pub(super) fn changed(bytes: &[u8]) -> Option<Vec<u8>> {
    let last = bytes.iter().rposition(u8::is_ascii_alphanumeric)?;
    let mut changed = bytes.to_vec();
    changed[last] = match changed[last] {
        b'0' => b'1',
        b'a' => b'b',
        b'A' => b'B',
        digit if digit.is_ascii_digit() => b'0',
        letter if letter.is_ascii_lowercase() => b'a',
        _ => b'A',
    };
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn one_byte_differs_and_the_kind_of_character_stays() {
        for (bytes, expected) in [
            ("a: 1\n", Some("a: 0\n")),
            ("a: 0\n", Some("a: 1\n")),
            ("x: [word]\n", Some("x: [wora]\n")),
            ("A\n", Some("B\n")),
            ("\n---\n", None),
        ] {
            assert_eq!(changed(bytes.as_bytes()).as_deref(), expected.map(str::as_bytes), "{bytes:?}");
        }
    }
}

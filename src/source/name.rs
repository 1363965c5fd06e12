//! Which names may stand in a checksum.

use std::ffi::OsStr;
use std::fmt::Write as _;

/// Why a name cannot stand in a checksum: it would end its line, or be read as something else, in a shell, a terminal or a
/// YAML comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The bytes are not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A backslash, which `sha256sum` escapes and Windows takes for a separator.
    #[error("contains a backslash")]
    Backslash,
    #[error("contains the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// A character that YAML takes for a line break or refuses.
    #[error("contains U+{:04X}, which YAML does not take as a part of a line", u32::from(*.0))]
    Break(char),
}

/// Checks the text of a name or a label.
///
/// # Errors
///
/// Where it contains a backslash, a control character, U+2028, U+2029, U+FFFE or U+FFFF.
pub(crate) fn check(name: &str) -> Result<(), NameError> {
    for character in name.chars() {
        match character {
            '\\' => return Err(NameError::Backslash),
            '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => return Err(NameError::Break(character)),
            character if character.is_control() => return Err(NameError::Control(character)),
            _ => {}
        }
    }
    Ok(())
}

/// Checks a name as the file system has it.
///
/// # Errors
///
/// As [`check`], and where it is not UTF-8.
pub(crate) fn check_os(name: &OsStr) -> Result<&str, NameError> {
    let name = name.to_str().ok_or(NameError::NotUtf8)?;
    check(name).map(|()| name)
}

/// A name as a message may show it: nothing in it moves a cursor, hides or ends a line.
#[must_use]
pub(crate) fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' | '"' => text.push(character),
                character => text.extend(character.escape_debug()),
            }
        }
        for byte in chunk.invalid() {
            // Writing into a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn ordinary_names_in_any_language_pass() {
        for name in [
            "a",
            "./a b.yaml",
            "größe",
            "日本語",
            "it's",
            "say \"hi\"",
            "#x#",
            "\u{feff}",
            "\u{200b}",
            "🙂",
            "$(x)",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_that_could_end_their_line_are_refused() {
        for (name, error) in [
            ("a\\b", NameError::Backslash),
            ("a\nb", NameError::Control('\n')),
            ("a\rb", NameError::Control('\r')),
            ("a\tb", NameError::Control('\t')),
            ("\u{1b}[2J", NameError::Control('\u{1b}')),
            ("a\u{7f}", NameError::Control('\u{7f}')),
            ("a\u{85}b", NameError::Control('\u{85}')),
            ("a\u{2028}b", NameError::Break('\u{2028}')),
            ("a\u{2029}b", NameError::Break('\u{2029}')),
            ("a\u{fffe}b", NameError::Break('\u{fffe}')),
            ("a\u{ffff}b", NameError::Break('\u{ffff}')),
        ] {
            assert_eq!(check(name), Err(error));
        }
        assert_eq!(check_os(OsStr::from_bytes(b"a\xff")), Err(NameError::NotUtf8));
        assert_eq!(check_os(OsStr::from_bytes("ü".as_bytes())), Ok("ü"));
    }

    #[test]
    fn messages_show_odd_names_without_obeying_them() {
        assert_eq!(shown(OsStr::from_bytes(b"a\xffb\n\x1b[2J")), "a\\xffb\\n\\u{1b}[2J");
        assert_eq!(shown(OsStr::from_bytes("it's ü\u{2028}".as_bytes())), "it's ü\\u{2028}");
    }
}

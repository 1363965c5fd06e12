//! General categories of characters. Those of ASCII are answered without the tables of the crate `regex`, which know later
//! versions of Unicode than Go: what is younger than 15.0 is left out.

use std::sync::LazyLock;

use regex::Regex;

type Class = LazyLock<Option<Regex>>;

static UPPER: Class = LazyLock::new(|| class(r"\p{Lu}"));
static LOWER: Class = LazyLock::new(|| class(r"\p{Ll}"));
static TITLE: Class = LazyLock::new(|| class(r"\p{Lt}"));
static LETTER: Class = LazyLock::new(|| class(r"\p{L}"));
static DIGIT: Class = LazyLock::new(|| class(r"\p{Nd}"));
static NUMBER: Class = LazyLock::new(|| class(r"\p{N}"));
static PUNCTUATION: Class = LazyLock::new(|| class(r"\p{P}"));
static PRINTABLE: Class = LazyLock::new(|| class(r"[\p{L}\p{M}\p{N}\p{P}\p{S} ]"));

fn class(class: &str) -> Option<Regex> {
    Regex::new(&format!(r"^[{class}&&\p{{age=15.0}}]$")).ok()
}

fn matches(class: &Class, character: char) -> bool {
    class.as_ref().is_some_and(|class| class.is_match(character.encode_utf8(&mut [0; 4])))
}

/// `unicode.IsUpper`: category Lu.
pub(crate) fn is_upper(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_uppercase() } else { matches(&UPPER, character) }
}

/// `unicode.IsLower`: category Ll.
pub(crate) fn is_lower(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_lowercase() } else { matches(&LOWER, character) }
}

/// `unicode.IsTitle`: category Lt.
pub(crate) fn is_title(character: char) -> bool {
    !character.is_ascii() && matches(&TITLE, character)
}

/// `unicode.IsLetter`: category L.
pub(crate) fn is_letter(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_alphabetic() } else { matches(&LETTER, character) }
}

/// `unicode.IsDigit`: category Nd.
pub(crate) fn is_digit(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { matches(&DIGIT, character) }
}

/// `unicode.IsNumber`: category N.
pub(crate) fn is_number(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { matches(&NUMBER, character) }
}

/// `unicode.IsPunct`: category P, so `$`, `+` and other symbols are none.
pub(crate) fn is_punctuation(character: char) -> bool {
    matches(&PUNCTUATION, character)
}

/// `strconv.IsPrint`, which is `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space.
pub(crate) fn is_printable(character: char) -> bool {
    if character.is_ascii() { (' '..='~').contains(&character) } else { matches(&PRINTABLE, character) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_answered_as_the_tables_would() {
        for byte in 0..0x80_u8 {
            let character = char::from(byte);
            for (answer, class) in [
                (is_upper(character), &UPPER),
                (is_lower(character), &LOWER),
                (is_title(character), &TITLE),
                (is_letter(character), &LETTER),
                (is_digit(character), &DIGIT),
                (is_number(character), &NUMBER),
                (is_printable(character), &PRINTABLE),
            ] {
                assert_eq!(answer, matches(class, character), "{character:?}");
            }
        }
    }

    #[test]
    fn characters_younger_than_unicode_15_are_in_no_category() {
        assert!(is_letter('\u{31350}'), "from Unicode 15.0");
        assert!(!is_letter('\u{2ebf0}') && !is_printable('\u{2ebf0}'), "from Unicode 15.1");
    }
}

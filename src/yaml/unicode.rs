//! Unicode categories that Go's `unicode` package asks for. ASCII is answered without the tables.

use std::sync::LazyLock;

use regex::Regex;

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{L}$").ok());
static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").ok());

fn is(class: Option<&Regex>, character: char) -> bool {
    class.is_some_and(|class| class.is_match(character.encode_utf8(&mut [0; 4])))
}

/// `unicode.IsLetter`
pub(super) fn is_letter(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_alphabetic() } else { is(LETTER.as_ref(), character) }
}

/// `unicode.IsDigit`
pub(super) fn is_digit(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { is(DIGIT.as_ref(), character) }
}

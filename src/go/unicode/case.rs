//! Upper, lower and title case of single characters: always one character to one character, so `ß` stays `ß`. Rust's own
//! mappings follow newer versions of Unicode and may give several characters.

use super::case_tables::{LOWER, UPPER};

/// Characters at equal distances whose mapping adds the same number.
pub(super) struct Run {
    first: u32,
    last: u32,
    step: u32,
    delta: i32,
}

/// The runs of the tables, one on a line.
pub(super) const fn run(first: u32, last: u32, step: u32, delta: i32) -> Run {
    Run { first, last, step, delta }
}

/// `unicode.ToUpper`.
pub(crate) fn to_upper(character: char) -> char {
    if character.is_ascii() { character.to_ascii_uppercase() } else { mapped(UPPER, character) }
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(character: char) -> char {
    if character.is_ascii() { character.to_ascii_lowercase() } else { mapped(LOWER, character) }
}

/// `unicode.ToTitle`: upper case but for the digraphs, and for Georgian letters, which have no title case.
pub(crate) fn to_title(character: char) -> char {
    match character {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => character,
        character => to_upper(character),
    }
}

fn mapped(runs: &[Run], character: char) -> char {
    let code = u32::from(character);
    let next = runs.partition_point(|run| run.first <= code);
    let Some(run) = next.checked_sub(1).and_then(|at| runs.get(at)) else { return character };
    if code > run.last || (code - run.first) % run.step != 0 {
        return character;
    }
    code.checked_add_signed(run.delta).and_then(char::from_u32).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_is_mapped_to_one_character() {
        for (character, upper, lower, title) in [
            ('a', 'A', 'a', 'A'),
            ('ß', 'ß', 'ß', 'ß'),
            ('ǆ', 'Ǆ', 'ǆ', 'ǅ'),
            ('ა', 'Ა', 'ა', 'ა'),
            ('İ', 'İ', 'i', 'İ'),
            ('Ā', 'Ā', 'ā', 'Ā'),
            ('界', '界', '界', '界'),
            ('𞤀', '𞤀', '𞤢', '𞤀'),
        ] {
            let mapped = (to_upper(character), to_lower(character), to_title(character));
            assert_eq!(mapped, (upper, lower, title), "{character}");
        }
    }
}

//! Words in texts: letter case of names, wrapping, abbreviating. The rules are those of `huandu/xstrings` and
//! `Masterminds/goutils`, oddities included.

use super::arguments::{MAX_TEXT, Outcome, bytes, function, integer, string, text, too_large};
use crate::go::strings::map_runes;
use crate::go::unicode::{
    is_letter, is_lower, is_number, is_punctuation, is_title, is_upper, to_lower, to_title, to_upper,
};
use crate::template::function::{Call, Function, Parameter};
use crate::value::Value;

use Parameter::{Int, String as Text};

pub(super) const FUNCTIONS: &[Function] =
    &[
        function("abbrev", &[Int, Text], |_, arguments| {
            let (width, text) = (integer(arguments, 0)?, bytes(arguments, 1)?);
            string(if width < 4 { text.to_vec() } else { abbreviated(text, 0, width) })
        }),
        function("abbrevboth", &[Int, Int, Text], |_, arguments| {
            let (left, right, text) = (integer(arguments, 0)?, integer(arguments, 1)?, bytes(arguments, 2)?);
            let whole = right < 4 || (left > 0 && right < 7);
            string(if whole { text.to_vec() } else { abbreviated(text, left, right) })
        }),
        function("untitle", &[Text], |_, arguments| {
            let mut first = true;
            string(map_runes(bytes(arguments, 0)?, |character| {
                if character.is_whitespace() {
                    first = true;
                    character
                } else if std::mem::take(&mut first) {
                    to_lower(character)
                } else {
                    character
                }
            }))
        }),
        function("swapcase", &[Text], swap_case),
        function("nospace", &[Text], without_spaces),
        function("initials", &[Text], initials),
        function("camelcase", &[Text], |_, arguments| Ok(pascal(text("camelcase", arguments, 0)?).into())),
        function("snakecase", &[Text], |_, arguments| {
            Ok(separated(text("snakecase", arguments, 0)?, '_').into())
        }),
        function("kebabcase", &[Text], |_, arguments| {
            Ok(separated(text("kebabcase", arguments, 0)?, '-').into())
        }),
        function("wrap", &[Int, Text], |_, arguments| {
            wrapped("wrap", bytes(arguments, 1)?, integer(arguments, 0)?, b"\n", false)
        }),
        function("wrapWith", &[Int, Text, Text], |_, arguments| {
            let separator = bytes(arguments, 1)?;
            let separator = if separator.is_empty() { b"\n" } else { separator };
            wrapped("wrapWith", bytes(arguments, 2)?, integer(arguments, 0)?, separator, true)
        }),
    ];

/// At most `width` bytes of the text around the byte at `offset`, with `...` where something is left out.
fn abbreviated(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if length <= width {
        return text.to_vec();
    }
    let at = |index: i64| usize::try_from(index).unwrap_or(0);
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return [&text[..at(width - 3)], b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + width - 3 < length {
        return [b"...", abbreviated(&text[at(offset)..], 0, width - 3).as_slice()].concat();
    }
    [b"...", &text[at(length - (width - 3))..]].concat()
}

fn swap_case(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut after_space = true;
    string(map_runes(bytes(arguments, 0)?, |character| {
        if is_upper(character) || is_title(character) {
            after_space = false;
            to_lower(character)
        } else if is_lower(character) {
            if std::mem::take(&mut after_space) { to_title(character) } else { to_upper(character) }
        } else {
            after_space = character.is_whitespace();
            character
        }
    }))
}

/// goutils takes every byte for a character of its own, so whatever is not ASCII is garbled once a space is removed.
fn without_spaces(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = bytes(arguments, 0)?;
    if !text.iter().any(|byte| char::from(*byte).is_whitespace()) {
        return string(text.to_vec());
    }
    let kept: String =
        text.iter().map(|byte| char::from(*byte)).filter(|character| !character.is_whitespace()).collect();
    Ok(kept.into())
}

/// The first byte of every word, as a character of its own like in [`without_spaces`].
fn initials(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut first = true;
    let mut result = String::new();
    for character in bytes(arguments, 0)?.iter().map(|byte| char::from(*byte)) {
        if character.is_whitespace() {
            first = true;
        } else if std::mem::take(&mut first) {
            result.push(character);
        }
    }
    Ok(result.into())
}

fn is_connector(character: char) -> bool {
    character == '-' || character == '_' || character.is_whitespace()
}

/// A letter of a script that makes words of letters: the common Chinese characters do not count.
fn is_alphabet(character: char) -> bool {
    is_letter(character)
        && !matches!(character, '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}

/// `xstrings.ToPascalCase`.
fn pascal(text: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars();
    // Connectors at the start stay. A text of nothing else gets its last one twice.
    let mut current = loop {
        match characters.next() {
            None => {
                result.extend(text.chars().next_back());
                return result;
            }
            Some(character) if is_connector(character) => result.push(character),
            Some(character) => break character,
        }
    };
    let mut upper_run = is_upper(current);
    current = to_upper(current);
    for next in characters {
        let previous = std::mem::replace(&mut current, next);
        if is_connector(current) && is_connector(previous) {
            result.push(previous);
        } else if is_connector(previous) {
            upper_run = is_upper(current);
            current = to_upper(current);
        } else {
            if upper_run {
                if is_upper(current) {
                    current = to_lower(current);
                } else {
                    upper_run = false;
                }
            }
            result.push(previous);
        }
    }
    result.push(current);
    result
}

/// What a word of [`next_word`] consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

impl Word {
    const fn is_alphanumeric(self) -> bool {
        matches!(self, Self::Letters | Self::Number)
    }
}

/// `xstrings.ToSnakeCase` and `ToKebabCase`.
fn separated(text: &str, connector: char) -> String {
    let mut result = String::new();
    if text.is_empty() {
        return result;
    }
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut result, kind, word, connector);
        }
        let (previous, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match previous {
            Word::Number => {
                while kind.is_alphanumeric() {
                    push_lower(&mut result, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
                    result.push(connector);
                }
            }
            Word::Connector => push_lower(&mut result, previous, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    result.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                // A number belongs to the word before it, unless lower case letters follow.
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind == Word::Letters {
                    result.push(connector);
                    push_lower(&mut result, Word::Number, number, connector);
                    while kind.is_alphanumeric() {
                        push_lower(&mut result, kind, word, connector);
                        (kind, word, rest) = next_word(rest);
                    }
                    if !matches!(kind, Word::Invalid | Word::Connector | Word::Punctuation) {
                        result.push(connector);
                    }
                } else {
                    push_lower(&mut result, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        result.push(connector);
                    }
                }
            }
        }
    }
    push_lower(&mut result, kind, word, connector);
    result
}

fn push_lower(result: &mut String, kind: Word, word: &str, connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        result.push_str(word);
        return;
    }
    for character in word.chars() {
        result.push(if is_connector(character) {
            connector
        } else if is_upper(character) {
            to_lower(character)
        } else {
            character
        });
    }
}

/// The next character that is not U+FFFD, or `previous` where there is none, and the bytes up to its end.
fn next_valid(text: &str, previous: char) -> (char, usize) {
    let mut size = 0;
    for character in text.chars() {
        size += character.len_utf8();
        if character != char::REPLACEMENT_CHARACTER {
            return (character, size);
        }
    }
    (previous, size)
}

/// Goes on from `offset` as long as the characters belong; returns where they end.
fn run_end(
    text: &str,
    mut offset: usize,
    first: char,
    belongs: impl Fn(char) -> bool,
) -> (usize, char, usize) {
    let (mut character, mut size) = (first, 0);
    while offset < text.len() {
        let (next, next_size) = next_valid(&text[offset..], character);
        character = next;
        if !belongs(next) {
            break;
        }
        size = next_size;
        offset += size;
    }
    (offset, character, size)
}

/// Splits the first word off: its kind, the word, the rest.
fn next_word(text: &str) -> (Word, &str, &str) {
    if text.is_empty() {
        return (Word::Invalid, "", "");
    }
    let is_lower_letter = |character| is_alphabet(character) && !is_upper(character);
    let (first, size) = next_valid(text, char::REPLACEMENT_CHARACTER);
    let (kind, end) = if first == char::REPLACEMENT_CHARACTER {
        (Word::Invalid, size)
    } else if is_connector(first) {
        (Word::Connector, run_end(text, size, first, is_connector).0)
    } else if is_punctuation(first) {
        (Word::Punctuation, run_end(text, size, first, is_punctuation).0)
    } else if is_upper(first) {
        (Word::Upper, upper_end(text, size, first))
    } else if is_alphabet(first) {
        (Word::Letters, run_end(text, size, first, is_lower_letter).0)
    } else if is_number(first) {
        (Word::Number, run_end(text, size, first, is_number).0)
    } else {
        let belongs = |character| {
            !(is_connector(character)
                || is_alphabet(character)
                || is_number(character)
                || is_punctuation(character))
        };
        (Word::Other, run_end(text, size, first, belongs).0)
    };
    (kind, &text[..end], &text[end..])
}

/// The end of a word that starts in upper case: `Word`, or `HTTP` of `HTTPStatus`.
fn upper_end(text: &str, start: usize, first: char) -> usize {
    if start >= text.len() {
        return start;
    }
    let (second, size) = next_valid(&text[start..], first);
    if is_upper(second) {
        let (end, last, last_size) = run_end(text, start + size, second, is_upper);
        let last_size = if last_size == 0 { size } else { last_size };
        // The last upper case letter starts the word that follows.
        if end < text.len() && is_alphabet(last) { end - last_size } else { end }
    } else if is_alphabet(second) {
        run_end(text, start + size, second, |character| is_alphabet(character) && !is_upper(character)).0
    } else {
        start
    }
}

/// Breaks lines at spaces so that they contain at most `width` bytes. A longer word is cut, or else kept whole.
fn wrapped(function: &str, text: &[u8], width: i64, separator: &[u8], cut_words: bool) -> Outcome {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if let [b' ', behind @ ..] = rest {
            rest = behind;
            continue;
        }
        let (end, next) = match rest[..=width].iter().rposition(|byte| *byte == b' ') {
            Some(blank) => (blank, blank + 1),
            None if cut_words => (width, width),
            None => match rest[width..].iter().position(|byte| *byte == b' ') {
                Some(blank) => (width + blank, width + blank + 1),
                None => break,
            },
        };
        result.extend_from_slice(&rest[..end]);
        result.extend_from_slice(separator);
        rest = &rest[next..];
        if result.len() > MAX_TEXT {
            return Err(too_large(function));
        }
    }
    result.extend_from_slice(rest);
    string(result)
}

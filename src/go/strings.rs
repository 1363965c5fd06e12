//! Go's `strings`, on bytes as Go's strings are.

use super::unicode::{is_digit, is_letter, runes, to_title};

/// `strings.Map`: every character mapped; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn map_runes(text: &[u8], mut mapping: impl FnMut(char) -> char) -> Vec<u8> {
    runes(text)
        .map(|rune| mapping(rune.unwrap_or(char::REPLACEMENT_CHARACTER)))
        .collect::<String>()
        .into_bytes()
}

/// `strings.TrimFunc`: the text without the characters at both ends that `cut` names. Bytes that are not UTF-8 count as U+FFFD.
pub(crate) fn trim(text: &[u8], cut: impl Fn(char) -> bool) -> Vec<u8> {
    let mut at = 0;
    let mut kept: Option<(usize, usize)> = None;
    for rune in runes(text) {
        let (character, size) =
            rune.map_or((char::REPLACEMENT_CHARACTER, 1), |character| (character, character.len_utf8()));
        if !cut(character) {
            kept = Some((kept.map_or(at, |(start, _)| start), at + size));
        }
        at += size;
    }
    kept.map_or_else(Vec::new, |(start, end)| text[start..end].to_vec())
}

/// `strings.Title`: the first letter of every word in title case.
pub(crate) fn title(text: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    map_runes(text, |character| {
        let mapped = if separates_words(previous) { to_title(character) } else { character };
        previous = character;
        mapped
    })
}

fn separates_words(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_alphanumeric() && character != '_';
    }
    !is_letter(character) && !is_digit(character) && character.is_whitespace()
}

/// `strings.Index`: where `part` first stands in `text`, in bytes.
pub(crate) fn index(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else { return Some(0) };
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| byte == first) {
        if text[from + at + 1..].starts_with(rest) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// `strings.ReplaceAll`: an empty `old` is found before every character and at the end. Nothing where the result gets
/// larger than `limit` bytes.
pub(crate) fn replace_all(text: &[u8], old: &[u8], new: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut result = Vec::with_capacity(text.len());
    let parts = if old.is_empty() { runes_apart(text) } else { split(text, old, usize::MAX, usize::MAX) };
    for (at, part) in parts.iter().enumerate() {
        if at > 0 || old.is_empty() {
            result.extend_from_slice(new);
        }
        result.extend_from_slice(part);
        if result.len() > limit {
            return None;
        }
    }
    if old.is_empty() {
        result.extend_from_slice(new);
    }
    Some(result)
}

/// The single characters of a text.
fn runes_apart(text: &[u8]) -> Vec<&[u8]> {
    let mut at = 0;
    runes(text)
        .map(|rune| {
            let start = at;
            at += rune.map_or(1, char::len_utf8);
            &text[start..at]
        })
        .collect()
}

/// `strings.SplitN`: at most `limit` parts, and at most `most` where a separator is looked for. An empty separator splits
/// characters.
pub(crate) fn split<'a>(text: &'a [u8], separator: &[u8], limit: usize, most: usize) -> Vec<&'a [u8]> {
    if limit == 0 {
        return Vec::new();
    }
    if separator.is_empty() {
        let mut parts = runes_apart(text);
        if parts.len() > limit {
            let start: usize = parts[..limit - 1].iter().map(|part| part.len()).sum();
            parts.truncate(limit - 1);
            parts.push(&text[start..]);
        }
        return parts;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < limit.min(most)
        && let Some(at) = index(rest, separator)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_part_stands_between_all_characters() {
        assert_eq!(split("aéb".as_bytes(), b"", 2, 9), ["a".as_bytes(), "éb".as_bytes()]);
        assert_eq!(replace_all("aé".as_bytes(), b"", b"-", 9).as_deref(), Some("-a-é-".as_bytes()));
        assert_eq!(replace_all(b"aaa", b"a", b"bb", 5), None, "six bytes");
    }

    #[test]
    fn words_start_after_spaces_and_punctuation() {
        assert_eq!(title("ǆa_b-c é\u{3000}d".as_bytes()), "ǅa_b-C É\u{3000}D".as_bytes());
    }
}

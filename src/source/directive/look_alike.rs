//! Comments that look like directives to whoever reads the file.
//!
//! They are compared folded: in lower case, without spaces, format characters and zero-width characters of any kind, and
//! with every colon alike. So a no-break space, which a keyboard of Apple types with Option and the space bar, hides nothing.

use std::ops::Range;

/// The part of a text that looks like the beginning of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LookAlike {
    /// From its `#`, or from `helmsum` where that stands further back, to its colon.
    pub(super) span: Range<usize>,
    /// A character in it that looks like another one, or like nothing at all.
    pub(super) odd: Option<char>,
}

pub(super) const WORD: &str = "helmsum";

/// What may stand around the first word of a comment.
const DECORATION: &[char] = &['-', '*', '+', '"', '\'', '/', '#'];

/// What may stand before the colon of a SOURCE.
const KINDS: [&str; 5] = ["release", "configmap", "secret", "sha256", "object"];

/// SOURCEs that are a word of their own.
const WORDS: [&str; 2] = ["auto", "accept"];

/// What a comment has that looks like a directive. The comment starts with its `#`.
pub(super) fn look_alike(comment: &str) -> Option<LookAlike> {
    let folded = Folded::new(comment)?;
    let range = folded.first_word(0).or_else(|| folded.anywhere(0))?;
    Some(folded.look_alike(&range))
}

/// What a line has that looks like a directive, wherever a comment in it may start.
pub(super) fn in_line(line: &str) -> Option<LookAlike> {
    let folded = Folded::new(line)?;
    let first = folded.hashes().next()?;
    let range =
        folded.hashes().find_map(|hash| folded.first_word(hash)).or_else(|| folded.anywhere(first))?;
    Some(folded.look_alike(&range))
}

/// As [`in_line`], for a line that is a comment already, whether it has a `#` or not.
pub(super) fn in_line_of_comment(line: &str) -> Option<LookAlike> {
    let folded = Folded::new(line)?;
    let range = folded.hashes().find_map(|hash| folded.first_word(hash)).or_else(|| folded.anywhere(0))?;
    Some(folded.look_alike(&range))
}

/// Whether a line of a text has what looks like a directive, wherever comments in it may start.
pub(super) fn in_text(text: &[u8]) -> bool {
    // Most files do not even have the letters.
    text.split(|byte| *byte == b'\n')
        .any(|line| line.contains(&b'#') && in_line(&String::from_utf8_lossy(line)).is_some())
}

/// Whether a character does not count: white space, or nothing that could be seen.
pub(super) fn is_skipped(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

/// Whether a character is a control or format character, or one that is drawn as nothing
/// (`Default_Ignorable_Code_Point` of Unicode).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// A character as it is compared.
fn fold(character: char) -> char {
    match character {
        '：' | '\u{fe55}' | '\u{fe13}' | '\u{a789}' | '\u{2236}' => ':',
        '＝' | '\u{fe66}' => '=',
        character => character.to_lowercase().next().unwrap_or(character),
    }
}

/// A character that counts.
#[derive(Clone, Copy, Debug)]
struct Character {
    folded: char,
    at: usize,
    /// Whether white space stands before it.
    apart: bool,
}

/// The characters of a text that count.
#[derive(Debug)]
struct Folded<'t> {
    text: &'t str,
    characters: Vec<Character>,
}

impl<'t> Folded<'t> {
    /// Nothing for a text without the word.
    fn new(text: &'t str) -> Option<Self> {
        mentions(text).then(|| {
            let mut apart = false;
            let mut characters = Vec::new();
            for (at, character) in text.char_indices() {
                if is_skipped(character) {
                    apart |= character.is_whitespace();
                } else {
                    characters.push(Character { folded: fold(character), at, apart });
                    apart = false;
                }
            }
            Self { text, characters }
        })
    }

    fn get(&self, at: usize) -> Option<Character> {
        self.characters.get(at).copied()
    }

    /// The position after a word, if it stands here.
    fn behind(&self, word: &str, at: usize) -> Option<usize> {
        let mut end = at;
        for letter in word.chars() {
            if self.get(end)?.folded != letter {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// Every `#` from which a comment could start otherwise than from one before it.
    fn hashes(&self) -> impl Iterator<Item = usize> {
        let mut follows_one = false;
        (0..self.characters.len()).filter(move |at| {
            let character = self.characters[*at];
            let first = character.folded == '#' && !follows_one;
            follows_one = first || follows_one && character.is_decoration();
            first
        })
    }

    /// The beginning of what looks like a directive because of the first word of a comment, which starts here.
    fn first_word(&self, comment: usize) -> Option<Range<usize>> {
        let mut at = comment;
        loop {
            if self.get(at)?.is_decoration() {
                at += 1;
            } else if let Some(end) = ["todo", "fixme"].iter().find_map(|word| self.behind(word, at)) {
                at = if self.get(end)?.folded == ':' { end + 1 } else { end };
                if !self.get(at).is_some_and(|next| next.apart || next.is_decoration()) {
                    return None;
                }
            } else {
                break;
            }
        }
        let end = self.behind(WORD, at)?;
        let mut closed = end;
        while self.get(closed).is_some_and(|character| character.is_decoration() && !character.apart) {
            closed += 1;
        }
        if self.get(closed)?.is_colon() {
            return Some(comment..closed + 1);
        }
        // A quote directly after the word closes one before it.
        let opens =
            |at: usize| self.get(at).is_some_and(|character| character.apart || character.folded != '"');
        [end, closed].into_iter().find(|at| opens(*at) && self.is_source(*at)).map(|at| comment..at)
    }

    /// The beginning of what looks like a directive anywhere after a position.
    fn anywhere(&self, from: usize) -> Option<Range<usize>> {
        (from..self.characters.len()).find_map(|at| {
            let end = self.behind(WORD, at)?;
            let directly = !self.characters[at].apart;
            let another = at.checked_sub(1).is_some_and(|before| {
                let before = self.characters[before].folded;
                directly && (matches!(before, '/' | '.' | '-') || before.is_alphanumeric())
            });
            (!another && self.get(end)?.is_colon() && self.is_source(end + 1)).then_some(at..end + 1)
        })
    }

    /// Whether what stands here can only be a SOURCE.
    fn is_source(&self, at: usize) -> bool {
        let ends = |end: usize| self.get(end).is_none_or(|character| character.apart);
        ["./", "../", "\""].iter().any(|path| self.behind(path, at).is_some())
            || KINDS
                .iter()
                .filter_map(|kind| self.behind(kind, at))
                .any(|end| self.get(end).is_some_and(|character| character.folded == ':'))
            || WORDS.iter().filter_map(|word| self.behind(word, at)).any(ends)
    }

    fn look_alike(&self, range: &Range<usize>) -> LookAlike {
        let start = self.characters[range.start].at;
        let last = self.characters[range.end - 1].at;
        let end = last + self.text[last..].chars().next().map_or(0, char::len_utf8);
        // What is odd about the space after it counts as well.
        let next = self.get(range.end).map_or(self.text.len(), |character| character.at);
        let odd = |character: &char| {
            !character.is_ascii()
                && (is_skipped(*character)
                    || fold(*character) != *character && matches!(fold(*character), ':' | '='))
        };
        LookAlike { span: start..end, odd: self.text[start..next].chars().find(odd) }
    }
}

impl Character {
    fn is_decoration(self) -> bool {
        DECORATION.contains(&self.folded)
    }

    const fn is_colon(self) -> bool {
        matches!(self.folded, ':' | '=')
    }
}

/// Whether a text has the word somewhere. Its first letter comes only once in it, so no beginning has to be tried again.
fn mentions(text: &str) -> bool {
    let mut seen = 0;
    for character in text.chars() {
        let wanted = char::from(WORD.as_bytes()[seen]);
        if character.eq_ignore_ascii_case(&wanted) {
            seen += 1;
            if seen == WORD.len() {
                return true;
            }
        } else if character.eq_ignore_ascii_case(&'h') {
            seen = 1;
        } else if seen > 0 && !is_skipped(character) {
            seen = 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn what_is_invisible_is_what_unicode_says() {
        let unicode = Regex::new(r"^[\p{Cc}\p{Cf}\p{White_Space}\p{Default_Ignorable_Code_Point}\x{2800}]$")
            .expect("good");
        for character in '\u{0}'..=char::MAX {
            let known = unicode.is_match(character.encode_utf8(&mut [0; 4]));
            assert_eq!(is_skipped(character), known, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn the_part_that_looks_like_it_is_pointed_at() {
        for (comment, span, odd) in [
            ("# Helmsum: ./a", 0..10, None),
            ("# \"helmsum\": ./a", 0..12, None),
            ("# helmsum ./a", 0..9, None),
            ("# see helmsum=./a", 6..14, None),
            ("#\u{a0}helmsum: ./a", 0..11, Some('\u{a0}')),
            ("# helmsum\u{ff1a}./a", 0..12, Some('\u{ff1a}')),
            ("# helm\u{200b}sum: ./a", 0..13, Some('\u{200b}')),
        ] {
            let look = look_alike(comment).expect(comment);
            assert_eq!((look.span, look.odd), (span, odd), "{comment}");
        }
    }

    #[test]
    fn a_comment_may_start_at_any_number_sign_of_a_line() {
        assert!(in_line("a: \"#\" # helmsum ./a").is_some());
        assert!(in_line("a: '# b' ## TODO helmsum = x").is_some());
        assert!(in_line("helmsum: ./a").is_none());
        assert!(in_line("helmsum: ./a # and more").is_none());
        assert!(in_line_of_comment("{{/* helmsum: ./a */}}").is_some());
        assert!(in_line_of_comment("{{/* helmsum: writes it */}}").is_none());
        assert!(!in_text(b"# helm\n# sum: ./a\n"), "what is on two lines is not one word");
        assert!(in_text(b"\xff\n# helm sum: ./a"));
    }

    #[test]
    fn a_line_of_a_megabyte_is_read_once() {
        let hostile = ["#h", "# ", "a#", "helmsum", "#helmsum"].map(|piece| piece.repeat(200_000));
        let started = std::time::Instant::now();
        for line in &hostile {
            in_line(line);
            look_alike(line);
        }
        assert!(started.elapsed().as_secs() < 60, "it is quadratic");
    }
}

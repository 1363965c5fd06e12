//! Names and sizes as a person may see them.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

/// A text as it may be shown: nothing in it moves a cursor, changes a direction or hides. Line breaks are kept where
/// `{:#}` asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a>(pub &'a str);

impl Shown<'_> {
    /// Whether a character is written out instead of being shown.
    #[must_use]
    pub(crate) fn hides(character: char) -> bool {
        is_hidden(character)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character == '\n' && out.alternate() || !is_hidden(character) {
                out.write_char(character)?;
            } else {
                write!(out, "\\u{{{:x}}}", u32::from(character))?;
            }
        }
        Ok(())
    }
}

/// What a terminal gets of a text that was styled: this decides for everything that is written, whoever made it. Colours, line
/// breaks and tabs stay; anything else that moves a cursor, changes a direction or hides is written out.
#[must_use]
pub(crate) fn for_terminal(text: &str) -> Cow<'_, str> {
    // Most is plain ASCII, which is seen without taking characters apart.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let is_foreign = |character: char| is_hidden(character) && !matches!(character, '\n' | '\t');
    let Some(first) = text.find(is_foreign) else { return Cow::Borrowed(text) };
    let mut result = text[..first].to_owned();
    let mut rest = &text[first..];
    while let Some(character) = rest.chars().next() {
        let length = colour(rest).unwrap_or_else(|| character.len_utf8());
        let (piece, tail) = rest.split_at(length);
        if length == character.len_utf8() && is_foreign(character) {
            let _ = write!(result, "{}", Shown(piece));
        } else {
            result.push_str(piece);
        }
        rest = tail;
    }
    Cow::Owned(result)
}

/// How long the escape sequence is that a text starts with, if it changes the colour and nothing else.
fn colour(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|character: char| !character.is_ascii_digit() && character != ';')?;
    rest[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

/// The lines of a file as they may be shown, and where a part of them is in that. Tabs and line breaks stay.
#[must_use]
pub(crate) fn shown_lines(lines: &str, span: Range<usize>) -> (String, Range<usize>) {
    let mut result = String::with_capacity(lines.len());
    let mut start = 0;
    let mut end = None;
    for (at, character) in lines.char_indices() {
        if at <= span.start {
            start = result.len();
        }
        if at == span.end {
            end = Some(result.len());
        }
        match character {
            '\n' | '\t' => result.push(character),
            // A part of the line break.
            '\r' if lines[at + 1..].starts_with('\n') => {}
            character => {
                let _ = write!(result, "{}", Shown(character.encode_utf8(&mut [0; 4])));
            }
        }
    }
    if span.start >= lines.len() {
        start = result.len();
    }
    let end = end.unwrap_or(result.len()).max(start);
    (result, start..end)
}

fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// The first of some names, as a message lists them, and how many more there are.
pub(crate) fn listed<N: AsRef<str>>(names: &[N], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number of bytes in the unit that keeps it short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
        if self.0 < 1024 {
            return out.pad(&format!("{} B", self.0));
        }
        // In tenths of a unit, so that no rounding through floats is needed.
        let mut tenths = self.0.saturating_mul(10) / 1024;
        let mut unit = 0;
        while tenths >= 10_240 && unit + 1 < UNITS.len() {
            tenths /= 1024;
            unit += 1;
        }
        out.pad(&format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]))
    }
}

/// A number with its noun: `1 file`, `2 files`. For nouns whose plural takes an `s`.
#[must_use]
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A word as a shell takes it.
#[must_use]
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=,@%+".contains(&byte);
    if word.bytes().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A path as a report names it: relative to `directory`, with `..` where it lies beside it.
#[must_use]
pub(crate) fn relative(path: &Utf8Path, directory: &Utf8Path) -> Utf8PathBuf {
    if path.is_relative() {
        return path.to_owned();
    }
    let mut ours = path.components();
    let mut theirs = directory.components();
    loop {
        let (rest, base) = (ours.clone(), theirs.clone());
        match (ours.next(), theirs.next()) {
            (Some(one), Some(other)) if one == other => {}
            _ => {
                let up = base.map(|_| "..");
                let joined: Utf8PathBuf = up.chain(rest.map(|part| part.as_str())).collect();
                return if joined.as_str().is_empty() { ".".into() } else { joined };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_move_the_cursor_or_turn_around() {
        assert_eq!(Shown("\u{1b}[2Jx\r\n").to_string(), "\\u{1b}[2Jx\\u{d}\\u{a}");
        assert_eq!(Shown("invoice\u{202e}fdp.exe").to_string(), "invoice\\u{202e}fdp.exe");
        assert_eq!(Shown("größe 日本").to_string(), "größe 日本");
        assert_eq!(format!("{:#}", Shown("a\nb\r")), "a\nb\\u{d}");
    }

    #[test]
    fn a_terminal_gets_colours_and_nothing_that_moves_its_cursor() {
        for (text, expected) in [
            ("\u{1b}[1;31mred\u{1b}[0m\tand\n", "\u{1b}[1;31mred\u{1b}[0m\tand\n"),
            ("\u{1b}[2J\u{1b}]0;x\u{7}", "\\u{1b}[2J\\u{1b}]0;x\\u{7}"),
            ("a\u{85}b\u{9b}31mc\u{2028}d\r\n", "a\\u{85}b\\u{9b}31mc\\u{2028}d\\u{d}\n"),
            ("\u{1b}", "\\u{1b}"),
            ("\u{1b}[1", "\\u{1b}[1"),
            ("größe 日本", "größe 日本"),
        ] {
            assert_eq!(for_terminal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_part_of_a_line_is_found_in_the_line_as_it_is_shown() {
        for (line, part, expected) in [
            ("a\u{85}: bad", "bad", "a\\u{85}: bad"),
            ("a\u{9b}\u{2028}: \tbad\r\nnext", "bad", "a\\u{9b}\\u{2028}: \tbad\nnext"),
            ("é: b\u{85}d", "b\u{85}d", "é: b\\u{85}d"),
            ("bad", "bad", "bad"),
        ] {
            let start = line.find(part).expect("a part");
            let (shown, span) = shown_lines(line, start..start + part.len());
            assert_eq!((shown.as_str(), &shown[span]), (expected, &*Shown(part).to_string()), "{line:?}");
        }
        assert_eq!(shown_lines("", 0..0), (String::new(), 0..0));
        assert_eq!(shown_lines("a\u{85}", 3..3), ("a\\u{85}".to_owned(), 7..7));
        assert_eq!(shown_lines("ab", 1..1), ("ab".to_owned(), 1..1));
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1023.9 KiB"),
            (1_048_576, "1.0 MiB"),
            (u64::MAX, "1638.3 PiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn paths_are_named_from_where_the_reader_stands() {
        for (path, expected) in [
            ("/r/a/x", "x"),
            ("/r/b/x", "../b/x"),
            ("/r/a", "."),
            ("/r", ".."),
            ("/s", "../../s"),
            ("x", "x"),
        ] {
            assert_eq!(relative(path.into(), "/r/a".into()), expected, "{path}");
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (word, shell) in [
            ("", ""),
            ("env/prod.yaml", "env/prod.yaml"),
            ("tier!=edge", "'tier!=edge'"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(shell_word(word), shell);
        }
    }
}

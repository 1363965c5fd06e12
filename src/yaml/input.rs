//! The bytes before the parser sees them: what YAML does not allow, and what the parser would stumble over.

use std::borrow::Cow;
use std::io::{BufRead, Read, Result as IoResult};

use super::Limits;
use super::error::{Error, ErrorKind};
use crate::text::position;

/// More `%TAG` lines than this are refused: the parser compares each with all before it.
const TAG_DIRECTIVES: usize = 1_000;

/// How much the parser gets at once. Small, for it keeps four bytes for each character.
const CHUNK: usize = 8 * 1024;

/// A checked text, ready for the parser.
#[derive(Debug)]
pub(super) struct Input<'a> {
    /// What the parser gets: the source without its byte order mark, with stand-ins for some commas.
    text: Cow<'a, str>,
    /// The character that stands for a comma.
    stand_in: Option<char>,
    /// Where stand-ins start in `text`, ascending.
    stand_ins: Vec<usize>,
    /// Bytes of the byte order mark that were cut off.
    skipped: usize,
    /// Whether a line break has to be added at the end.
    unfinished: bool,
}

impl<'a> Input<'a> {
    pub(super) fn check(source: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        if source.len() > limits.bytes {
            let message =
                format!("the text has {} bytes, more than the {} that are read", source.len(), limits.bytes);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        if source.starts_with(b"\xff\xfe") || source.starts_with(b"\xfe\xff") {
            return Err(Error::new(ErrorKind::Unsupported, "the text is UTF-16")
                .at(1, 1, 0..2)
                .hint("save the file as UTF-8"));
        }
        let text = std::str::from_utf8(source).map_err(|error| not_utf8(source, error.valid_up_to()))?;
        let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let text = &text[skipped..];
        check_characters(text, skipped)?;
        check_directives(text)?;

        let mut input = Self {
            text: Cow::Borrowed(text),
            stand_in: None,
            stand_ins: Vec::new(),
            skipped,
            unfinished: !text.is_empty() && !text.ends_with(is_break),
        };
        let commas = commas_after_tags(text);
        if !commas.is_empty() {
            input.replace_commas(&commas)?;
        }
        Ok(input)
    }

    /// Puts another character in the place of commas that follow a tag. There the parser has an unfinished place and
    /// panics, if the tag is in a flow collection; with another character it reports an error. Everywhere else, in
    /// quotes, comments and text, the character is one like a comma, and [`Input::restore`] brings the comma back.
    fn replace_commas(&mut self, commas: &[usize]) -> Result<(), Error> {
        // Two bytes in UTF-8, printable, and neither a blank nor a line break.
        let free = ('\u{a1}'..='\u{7ff}').find(|&candidate| !self.text.contains(candidate));
        let Some(stand_in) = free else {
            return Err(Error::new(ErrorKind::Unsupported, "the text has too many different characters"));
        };
        let mut text = String::with_capacity(self.text.len() + commas.len());
        let mut copied = 0;
        for &comma in commas {
            text.push_str(&self.text[copied..comma]);
            self.stand_ins.push(text.len());
            text.push(stand_in);
            copied = comma + 1;
        }
        text.push_str(&self.text[copied..]);
        self.text = Cow::Owned(text);
        self.stand_in = Some(stand_in);
        Ok(())
    }

    /// The offset in the source of an offset that the parser reports.
    pub(super) fn offset(&self, parsed: u64) -> usize {
        let parsed = usize::try_from(parsed).unwrap_or(usize::MAX).min(self.text.len());
        let before = self.stand_ins.partition_point(|&at| at < parsed);
        parsed - before + self.skipped
    }

    /// The text that the parser saw between two of its offsets.
    pub(super) fn slice(&self, start: u64, end: u64) -> &str {
        let clamp = |offset: u64| {
            crate::text::floor_boundary(&self.text, usize::try_from(offset).unwrap_or(usize::MAX))
        };
        let (start, end) = (clamp(start), clamp(end));
        &self.text[start..end.max(start)]
    }

    /// Whether a comma was replaced between two of the parser's offsets.
    pub(super) fn has_stand_in(&self, start: u64, end: u64) -> bool {
        self.stand_in.is_some_and(|stand_in| self.slice(start, end).contains(stand_in))
    }

    /// A scalar with its commas back.
    pub(super) fn restore(&self, text: String) -> String {
        match self.stand_in {
            Some(stand_in) if text.contains(stand_in) => text.replace(stand_in, ","),
            _ => text,
        }
    }

    /// Whether a line break was added, and the parser's offset behind it.
    pub(super) fn added_break(&self) -> Option<u64> {
        self.unfinished.then_some(self.text.len() as u64 + 1)
    }

    /// The last line of the text, when a line break was added to it.
    pub(super) fn last_line(&self) -> &str {
        self.text.rsplit(is_break).next().unwrap_or_default()
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { rest: &self.text, unfinished: self.unfinished }
    }
}

/// Hands the text to the parser in small pieces that end at characters, then the added line break.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a str,
    unfinished: bool,
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        if self.rest.is_empty() {
            return Ok(if self.unfinished { b"\n" } else { b"" });
        }
        let mut end = CHUNK.min(self.rest.len());
        while !self.rest.is_char_boundary(end) {
            end -= 1;
        }
        Ok(&self.rest.as_bytes()[..end])
    }

    fn consume(&mut self, amount: usize) {
        if self.rest.is_empty() {
            self.unfinished &= amount == 0;
        } else {
            self.rest = self.rest.get(amount..).unwrap_or_default();
        }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(out.len());
        out[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// What YAML 1.1 takes as a line break.
pub(super) const fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn not_utf8(source: &[u8], offset: usize) -> Error {
    let before = String::from_utf8_lossy(&source[..offset]);
    let (line, column) = position(&before, before.len());
    let byte = source.get(offset).copied().unwrap_or_default();
    Error::new(ErrorKind::Input, format!("byte 0x{byte:02x} at offset {offset} is not UTF-8"))
        .at(line, column, offset..offset + 1)
        .hint("save the file as UTF-8")
}

fn check_characters(text: &str, skipped: usize) -> Result<(), Error> {
    let wrong = text.char_indices().find(|&(_, character)| !is_allowed(character));
    let Some((offset, character)) = wrong else { return Ok(()) };
    let (line, column) = position(text, offset);
    let span = offset + skipped..offset + skipped + character.len_utf8();
    Err(if character == '\u{feff}' {
        Error::new(ErrorKind::Unsupported, "a byte order mark that is not at the start of the text")
            .hint("remove it: files were joined, or an editor has left it behind")
    } else {
        let message = format!("control character U+{:04X} is not allowed in YAML", u32::from(character));
        Error::new(ErrorKind::Input, message)
            .go_text("yaml: control characters are not allowed".into())
            .hint("remove it, or write it as an escape in double quotes")
    }
    .at(line, column, span))
}

const fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

fn check_directives(text: &str) -> Result<(), Error> {
    if text.contains("%TAG")
        && text.split(is_break).filter(|line| line.starts_with("%TAG")).count() > TAG_DIRECTIVES
    {
        let message = format!("the text has more than {TAG_DIRECTIVES} `%TAG` directives");
        return Err(Error::new(ErrorKind::Limit, message));
    }
    Ok(())
}

/// Offsets of commas right behind something that may be a tag.
fn commas_after_tags(text: &str) -> Vec<usize> {
    let mut commas = Vec::new();
    if !text.contains('!') {
        return commas;
    }
    let bytes = text.as_bytes();
    let (mut short, mut verbatim) = (false, false);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'!' => short = true,
            b',' => {
                let closes = at > 0 && bytes[at - 1] == b'>' && verbatim;
                if short || closes {
                    commas.push(at);
                }
                short = false; // a comma ends the short form, but may be part of the verbatim one
            }
            b'<' if at > 0 && bytes[at - 1] == b'!' => (short, verbatim) = (false, true),
            b'[' | b']' => short = false,
            b'>' => short = false,
            _ if is_uri(byte) => {}
            _ => (short, verbatim) = (false, false),
        }
    }
    commas
}

/// Characters of a tag, without the comma and the brackets.
const fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'-'
                | b';'
                | b'/'
                | b'?'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b'.'
                | b'%'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
        )
}

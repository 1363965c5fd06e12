//! The bytes before the parser sees them: what YAML does not allow, and what the parser would stumble over.

use std::io::{BufRead, Read, Result as IoResult};

use libyaml_safer::{Encoding, Scanner};

use super::Limits;
use super::error::{Error, ErrorKind};
use crate::text::{floor_boundary, position};

/// More `%TAG` lines than this are refused: the parser compares each with all before it.
const TAG_DIRECTIVES: usize = 1_000;

/// How much the parser gets at once. Small, for it keeps four bytes for each character.
const CHUNK: usize = 8 * 1024;

/// How much may be read again to look at commas after words with `!`.
const TAG_WORK: usize = 16 * 1024 * 1024;

/// A checked text, ready for the parser.
#[derive(Debug)]
pub(super) struct Input<'a> {
    /// What the parser gets: the source without its byte order mark.
    text: &'a str,
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
            return Err(Error::new(ErrorKind::Limit, message).at(1, 1, 0..0));
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
        check_tags(text, skipped)?;
        let unfinished = !text.is_empty() && !text.ends_with(is_break);
        Ok(Self { text, skipped, unfinished })
    }

    /// The offset in the source of an offset that the parser reports.
    pub(super) fn offset(&self, parsed: u64) -> usize {
        usize::try_from(parsed).unwrap_or(usize::MAX).min(self.text.len()) + self.skipped
    }

    /// The text between two of the parser's offsets.
    pub(super) fn slice(&self, start: u64, end: u64) -> &str {
        let clamp = |offset: u64| floor_boundary(self.text, usize::try_from(offset).unwrap_or(usize::MAX));
        let (start, end) = (clamp(start), clamp(end));
        &self.text[start..end.max(start)]
    }

    /// The text from one of the parser's offsets on.
    pub(super) fn rest(&self, start: u64) -> &str {
        &self.text[floor_boundary(self.text, usize::try_from(start).unwrap_or(usize::MAX))..]
    }

    /// Whether a line break was added, and the parser's offset after it.
    pub(super) fn added_break(&self) -> Option<u64> {
        self.unfinished.then_some(self.text.len() as u64 + 1)
    }

    /// The last line of the text, when a line break was added to it.
    pub(super) fn last_line(&self) -> &str {
        self.text.rsplit(is_break).next().unwrap_or_default()
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { rest: self.text, ending: if self.unfinished { "\n" } else { "" } }
    }
}

/// Hands the text to the parser in small pieces that end at characters, then an ending.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a str,
    ending: &'static str,
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        if self.rest.is_empty() {
            self.rest = std::mem::take(&mut self.ending);
        }
        let end = floor_boundary(self.rest, CHUNK);
        Ok(&self.rest.as_bytes()[..end])
    }

    fn consume(&mut self, amount: usize) {
        self.rest = self.rest.get(amount..).unwrap_or_default();
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
    // Most is plain ASCII, which is seen without taking characters apart.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')) {
        return Ok(());
    }
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
    let directives = || text.split(is_break).filter(|line| line.starts_with("%TAG")).count();
    if memchr::memchr(b'%', text.as_bytes()).is_some() && directives() > TAG_DIRECTIVES {
        let message = format!("the text has more than {TAG_DIRECTIVES} `%TAG` directives");
        return Err(Error::new(ErrorKind::Limit, message).at(1, 1, 0..0));
    }
    Ok(())
}

/// Refuses tags that end in a comma. go-yaml takes the comma as part of the tag; the parser has an unfinished place
/// there, and panics.
fn check_tags(text: &str, skipped: usize) -> Result<(), Error> {
    let mut work = 0;
    for comma in commas_behind_tags(text) {
        work += comma;
        let (kind, message) = if work > TAG_WORK {
            (ErrorKind::Limit, "too many commas after words with `!` to look at them all")
        } else if ends_in_tag(&text[..comma]) {
            (ErrorKind::Unsupported, "a tag right before a comma")
        } else {
            continue;
        };
        let (line, column) = position(text, comma);
        return Err(Error::new(kind, message)
            .at(line, column, comma + skipped..comma + skipped + 1)
            .hint("put a space before the comma, or the word with `!` in quotes"));
    }
    Ok(())
}

/// Whether a text ends in the middle of a tag, or right after one: then the character that is put there is an error.
fn ends_in_tag(text: &str) -> bool {
    let mut scanner = Scanner::new();
    scanner.set_input(Reader { rest: text, ending: "|\n" });
    scanner.set_encoding(Encoding::Utf8);
    // The scanner reports an error for ever; the first one is looked at.
    let Some(error) = scanner.find_map(Result::err) else { return false };
    error.context() == Some("while scanning a tag")
        && error.problem_mark().is_some_and(|mark| mark.index == text.len() as u64)
}

/// Offsets of commas right after what may be a tag in a flow collection.
fn commas_behind_tags(text: &str) -> Vec<usize> {
    let mut commas = Vec::new();
    if memchr::memchr(b'!', text.as_bytes()).is_none() {
        return commas;
    }
    let Some(flow) = text.find(['[', '{']) else { return commas };
    let bytes = text.as_bytes();
    // Whether the characters before are those of a tag, in the form `!x` and in the form `!<x>`.
    let (mut short, mut verbatim) = (false, false);
    for at in flow + 1..bytes.len() {
        let byte = bytes[at];
        if byte == b',' {
            if short || verbatim && bytes[at - 1] == b'>' {
                commas.push(at);
            }
            short = false;
        } else if byte == b'!' && may_precede_token(text, at) {
            (short, verbatim) = (true, true);
        } else if !is_uri(byte) {
            short = false;
            verbatim &= matches!(byte, b'<' | b'>' | b'[' | b']');
        }
    }
    commas
}

/// Whether a token can start at `at`: after a space, an indicator or a quote.
fn may_precede_token(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    before.is_none_or(|before| {
        is_break(before)
            || matches!(before, ' ' | '\t' | '[' | ']' | '{' | '}' | ',' | ':' | '?' | '"' | '\'')
    })
}

/// Characters of a tag, without the comma and the brackets.
const fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || is_uri_character(byte)
}

const fn is_uri_character(byte: u8) -> bool {
    matches!(
        byte,
        b';' | b'/'
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

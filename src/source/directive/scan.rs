//! Finds the directives of a values file.

use std::ops::Range;
use std::sync::Arc;

use camino::Utf8Path;
use memchr::memchr_iter;

use super::Declared;
use super::accept;
use super::fault::{At, Cure, DirectiveError, Fault};
use super::look_alike::{self, LookAlike, look_alike};
use super::parse::{Render, parse};
use crate::source::name::{self, NameError};
use crate::template::Rendered;
use crate::text::{Place, floor_boundary, position};
use crate::yaml::{self, Limits};

/// Whether a values file itself says something that is or looks like a directive. A template that does not may still bring
/// one in, see [`crate::template::may_print_comments`].
#[must_use]
pub(crate) fn may_declare(raw: &[u8]) -> bool {
    mentions(raw) || look_alike::in_text(raw)
}

/// Whether `helmsum` and a colon are somewhere in a text, with nothing but spaces between them. Every run looks into every values
/// file, and looking at the colons takes less than it takes to compile a regular expression.
fn mentions(raw: &[u8]) -> bool {
    memchr_iter(b':', raw).any(|colon| {
        let end = raw[..colon].iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1);
        let start = end.saturating_sub(look_alike::WORD.len());
        raw[start..end].eq_ignore_ascii_case(look_alike::WORD.as_bytes())
    })
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Where a comment that is a directive has its sources: after its colon.
fn after_mark(comment: &str) -> Option<usize> {
    let word = comment.strip_prefix('#')?.trim_start_matches([' ', '\t']);
    let rest = word.strip_prefix(look_alike::WORD)?.strip_prefix(':')?;
    Some(comment.len() - rest.len())
}

/// What a plain values file declares, in the order of the file. `directory` of each source is the file's own.
///
/// # Errors
///
/// For a directive that cannot be read, for what looks like one and is none, and for a text with either that is not YAML.
pub fn in_plain(file: &Utf8Path, text: &[u8], render: &mut Render<'_>) -> Result<Declared, DirectiveError> {
    if !look_alike::in_text(text) {
        return Ok(Declared::default());
    }
    let source: Arc<str> = String::from_utf8_lossy(text).into();
    let read = || {
        let mut declared = Declared::default();
        for comment in comments(text)? {
            if let Some(rest) = directive(&source, comment)? {
                let (line, _) = position(&source, rest.start);
                let (words, place) = (&source[rest.clone()], Place::line(file, line));
                let added = match &mut *render {
                    Render::Words(render) => {
                        let mut of_file = |word: &str, at: usize| render(word, rest.start + at);
                        add(words, place, &mut Render::Words(&mut of_file), &mut declared)
                    }
                    render => add(words, place, render, &mut declared),
                };
                added.map_err(|at| at.moved(rest.start))?;
            }
        }
        Ok(declared)
    };
    let result: Result<_, At> = { read }();
    result.map_err(|at| DirectiveError::new(at, file.to_owned(), source.clone()))
}

/// What a values template declares: `rendered` is scanned, and lines are those of `raw`, its text.
///
/// # Errors
///
/// As [`in_plain`]; and for a directive from which template marks took a line break, or in which `{{` is left.
pub(crate) fn in_rendered(
    file: &Utf8Path,
    raw: &str,
    rendered: &Rendered,
) -> Result<Declared, DirectiveError> {
    if !look_alike::in_text(&rendered.bytes) {
        return Ok(Declared::default());
    }
    let origin = Origin { raw, rendered };
    let read = || {
        let mut declared = Declared::default();
        // What is not UTF-8 is not YAML either, and no offset in it could be trusted.
        let Ok(text) = std::str::from_utf8(&rendered.bytes) else {
            return comments(&rendered.bytes).map(|_| declared);
        };
        origin.check_lost(text)?;
        let comments = comments(&rendered.bytes).map_err(|at| origin.joined_line(text).unwrap_or(at))?;
        for comment in comments {
            let whole = comment.clone();
            let rest = directive(text, comment).map_err(|at| origin.joined(text, &whole).unwrap_or(at))?;
            if let Some(rest) = rest {
                if let Some(at) = origin.joined(text, &(whole.start..rest.end)) {
                    return Err(at);
                }
                let place = Place::line(file, origin.line(whole.start));
                add(&text[rest.clone()], place, &mut Render::Done, &mut declared)
                    .map_err(|at| at.moved(rest.start))?;
            }
        }
        Ok(declared)
    };
    let result: Result<_, At> = { read }();
    result.map_err(|at| {
        let span = origin.span(&at.span);
        DirectiveError::new(At { span, ..at }, file.to_owned(), raw.into())
    })
}

/// Reads what stands after `helmsum:` and adds it to what the file declares.
fn add(words: &str, place: Place, render: &mut Render<'_>, declared: &mut Declared) -> Result<(), At> {
    if accept::is_accept(words) {
        declared.accepted.push(accept::parse(words, place, render)?);
    } else {
        let parsed = parse(words, render)?;
        let directory = directory_of(&place.file).to_owned();
        declared.add(parsed, &directory, place);
    }
    Ok(())
}

pub(super) fn directory_of(file: &Utf8Path) -> &Utf8Path {
    file.parent().unwrap_or(file)
}

fn comments(text: &[u8]) -> Result<Vec<Range<usize>>, At> {
    yaml::comments(text, &Limits::default()).map_err(|error| {
        let span = error.issues().first().and_then(|issue| issue.span.clone()).unwrap_or(0..0);
        Fault::NotYaml(error).at(span)
    })
}

/// The part of a directive after its colon, or nothing for a comment that is none.
fn directive(text: &str, comment: Range<usize>) -> Result<Option<Range<usize>>, At> {
    let body = &text[comment.clone()];
    let Some(LookAlike { span, odd }) = look_alike(body) else { return Ok(None) };
    let look = comment.start + span.start..comment.start + span.end;
    let alone = starts_line(text, comment.start);
    let Some(mark) = after_mark(body).filter(|_| alone) else {
        let fault = match odd {
            Some(odd) => Fault::OddCharacter(odd),
            None if alone => Fault::LooksLike,
            None => Fault::NotAlone,
        };
        return Err(fault.at(look));
    };
    let behind = comment.start + mark;
    // To the end of the line as everybody but YAML sees it: what YAML takes for a line break is refused.
    let line_end = text[behind..].find('\n').map_or(text.len(), |length| behind + length);
    let line = &text[behind..line_end];
    let line = line.strip_suffix('\r').unwrap_or(line);
    check_characters(line).map_err(|at| at.moved(behind))?;
    let rest = line.trim_matches([' ', '\t']);
    if rest.is_empty() {
        return Err(Fault::NoSource.at(look));
    }
    if !line.starts_with([' ', '\t']) {
        return Err(odd.map_or(Fault::NoSpace, Fault::OddCharacter).at(look));
    }
    let start = behind + (line.len() - line.trim_start_matches([' ', '\t']).len());
    Ok(Some(start..start + rest.len()))
}

/// Refuses what could end a line for some reader of the file, or hide from all of them.
pub(super) fn check_characters(line: &str) -> Result<(), At> {
    for (at, character) in line.char_indices() {
        let error = match name::check(character.encode_utf8(&mut [0; 4])) {
            Ok(()) | Err(NameError::Backslash) => continue,
            Err(_) if character == '\t' => continue,
            Err(error) => error,
        };
        return Err(Fault::Character(error, Cure::Remove).at(at..at + character.len_utf8()));
    }
    Ok(())
}

/// Whether nothing but spaces stands before `at` on its line; a byte order mark does not count.
fn starts_line(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |line_break| line_break + 1);
    let before = &text[start..at];
    let before = if start == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
    before.bytes().all(is_blank)
}

/// Where rendered text comes from.
struct Origin<'a> {
    raw: &'a str,
    rendered: &'a Rendered,
}

impl Origin<'_> {
    /// The byte of the template that wrote the byte at `at`.
    fn offset(&self, at: usize) -> usize {
        floor_boundary(self.raw, self.rendered.source_offset(at))
    }

    /// The line of the template that wrote the byte at `at`.
    fn line(&self, at: usize) -> usize {
        position(self.raw, self.offset(at)).0
    }

    /// The part of the template that a part of the result comes from, at most to the end of its line.
    fn span(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.offset(span.start);
        let line_end = self.raw[start..].find('\n').map_or(self.raw.len(), |length| start + length);
        let last = self.offset(span.end.saturating_sub(1).max(span.start));
        let end = if (start..line_end).contains(&last) { last + 1 } else { line_end };
        start..end.max(start)
    }

    /// The fault of a line of the result that comes from more than one line of the template.
    fn joined(&self, text: &str, span: &Range<usize>) -> Option<At> {
        let start = text[..span.start].rfind('\n').map_or(0, |line_break| line_break + 1);
        let (first, last) = (self.line(start), self.line(span.end.saturating_sub(1).max(start)));
        (first != last).then(|| Fault::Swallowed(first.min(last), first.max(last)).at(span.clone()))
    }

    /// The fault of the first line that looks like a directive and comes from more than one line of the template. What it took the
    /// place of may be what the YAML lacks.
    fn joined_line(&self, text: &str) -> Option<At> {
        let mut start = 0;
        text.split_inclusive('\n').find_map(|line| {
            let at = start;
            start += line.len();
            let comment = line.trim_start_matches([' ', '\t']);
            let span = at + (line.len() - comment.len())..at + line.trim_end().len();
            look_alike(comment.trim_end()).filter(|_| comment.starts_with('#'))?;
            self.joined(text, &span)
        })
    }

    /// Finds a directive that starts a line of the template, but not of the result: what is before it may have made it a part
    /// of a value, a comment, or no YAML at all.
    fn check_lost(&self, text: &str) -> Result<(), At> {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let lost: Vec<usize> = if look_alike::in_line(line).is_some() {
                let hashes = line.match_indices('#').map(|(at, _)| start + at);
                hashes.filter(|at| self.was_alone(*at) && !starts_line(text, *at)).collect()
            } else {
                Vec::new()
            };
            let ends = lost.iter().skip(1).copied().chain([start + line.len()]);
            for (at, end) in lost.iter().copied().zip(ends) {
                if let Some(look) = look_alike(&text[at..end]) {
                    let (before, line) = (self.line(at.saturating_sub(1)), self.line(at));
                    let span = at + look.span.start..at + look.span.end;
                    return Err(Fault::Swallowed(before.min(line), line).at(span));
                }
            }
            start += line.len();
        }
        Ok(())
    }

    /// Whether a `#` of the result starts a line of the template.
    fn was_alone(&self, at: usize) -> bool {
        let origin = self.offset(at);
        self.raw[origin..].starts_with('#') && starts_line(self.raw, origin)
    }
}

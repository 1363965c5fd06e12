//! Which part of a template a part of the rendered text comes from.
//!
//! tera does not say. So a second text is rendered from the template with marks in it: before the first character of each line
//! of text and before each expression. Where it differs from the first one in anything but the marks, nothing is claimed.

use std::fmt::Write as _;
use std::ops::Range;

use super::data::Data;
use super::engine::Engine;

/// Around the number of a mark. Both are for private use, so no text has them.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The part of the template that a part of the text comes from which `engine` rendered.
pub(super) fn origin(
    engine: &Engine,
    source: &str,
    data: &Data<'_>,
    rendered: &str,
    span: &Range<usize>,
) -> Option<Range<usize>> {
    let Marked { source: marked, parts } = mark(source)?;
    let text = engine.with_source(&marked.into()).ok()?.render(data).ok()?;
    let (plain, places) = without_marks(&text)?;
    if plain != rendered {
        return None;
    }
    let at = places.partition_point(|(offset, _)| *offset <= span.start).checked_sub(1)?;
    let (offset, number) = places[at];
    Some(match parts.get(number)? {
        Part::Expression(own) => own.clone(),
        Part::Text(start) => {
            let first = (start + (span.start - offset)).min(source.len());
            let line = source[first..].find('\n').unwrap_or(source.len() - first);
            first..first + (span.end - span.start).clamp(1, line.max(1))
        }
    })
}

/// A template with marks.
struct Marked {
    source: String,
    parts: Vec<Part>,
}

/// What a mark stands before.
enum Part {
    /// Text that starts here.
    Text(usize),
    /// An expression, from its opening to its closing brackets.
    Expression(Range<usize>),
}

/// Puts the marks in. Nothing for a template that contains one already, or that ends within a tag.
fn mark(source: &str) -> Option<Marked> {
    if source.contains([OPEN, CLOSE]) {
        return None;
    }
    let mut marked = Marked { source: String::new(), parts: Vec::new() };
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let next = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min();
        let text = next.unwrap_or(rest.len());
        marked.text(&rest[..text], at);
        at += text;
        let Some(tag) = source.get(at..at + 2) else { break };
        let end = match tag {
            "{#" => at + source[at..].find("#}")? + 2,
            "{{" => tag_end(source, at + 2, "}}")?,
            _ => tag_end(source, at + 2, "%}")?,
        };
        let end = if tag == "{%" && is_raw(&source[at..end]) { raw_end(source, end)? } else { end };
        if tag == "{{" {
            marked.expression(&source[at..end], at);
        }
        marked.source.push_str(&source[at..end]);
        at = end;
    }
    Some(marked)
}

impl Marked {
    fn text(&mut self, text: &str, start: usize) {
        let mut offset = start;
        for line in text.split_inclusive('\n') {
            let blank = line.len() - line.trim_start().len();
            let (before, rest) = line.split_at(blank);
            self.source.push_str(before);
            if !rest.is_empty() {
                // Writing into a string cannot fail.
                let _ = write!(self.source, "{OPEN}{}{CLOSE}", self.parts.len());
                self.parts.push(Part::Text(offset + blank));
                self.source.push_str(rest);
            }
            offset += line.len();
        }
    }

    /// An expression of its own before the other, which takes spaces away where the other does.
    fn expression(&mut self, tag: &str, start: usize) {
        let dash = if tag.starts_with("{{-") { "-" } else { "" };
        let _ = write!(self.source, "{{{{{dash} \"{OPEN}{}{CLOSE}\" }}}}", self.parts.len());
        self.parts.push(Part::Expression(start..start + tag.len()));
    }
}

/// The end of a tag, whose strings may contain anything.
fn tag_end(source: &str, start: usize, close: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = start;
    let mut quote = None;
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', Some(_)) => at += 1,
            (character, Some(open)) if character == open => quote = None,
            (character @ (b'"' | b'\'' | b'`'), None) => quote = Some(character),
            (_, None) if bytes[at..].starts_with(close.as_bytes()) => return Some(at + close.len()),
            _ => {}
        }
        at += 1;
    }
    None
}

fn is_raw(tag: &str) -> bool {
    tag.trim_matches(['{', '%', '-', '}', ' ']).trim() == "raw"
}

/// The end of a `raw` block, after its closing tag.
fn raw_end(source: &str, start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += source[at..].find("{%")? + 2;
        let end = at + source[at..].find("%}")? + 2;
        if source[at..end].trim_matches(['%', '-', '}', ' ']).trim() == "endraw" {
            return Some(end);
        }
    }
}

/// The text without its marks, and where each of them stood.
fn without_marks(text: &str) -> Option<(String, Vec<(usize, usize)>)> {
    let mut plain = String::with_capacity(text.len());
    let mut places = Vec::new();
    let mut parts = text.split(OPEN);
    plain.push_str(parts.next()?);
    for part in parts {
        let (number, rest) = part.split_once(CLOSE)?;
        places.push((plain.len(), number.parse().ok()?));
        plain.push_str(rest);
    }
    Some((plain, places))
}

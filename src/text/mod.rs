//! Places in files, pieces of their text, and paths.

mod shown;
mod spelling;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;

pub(crate) use shown::{Bytes, Shown, counted, for_terminal, listed, relative, shell_word, shown_lines};
pub(crate) use spelling::nearest;

/// A place in a file that the reader of a message can open. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: Utf8PathBuf,
    /// The line, where one is known.
    pub line: Option<usize>,
    /// The column, where one is known.
    pub column: Option<usize>,
    /// How many bytes from the column on are meant, where that is known: else the rest of the line.
    pub length: Option<usize>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<Utf8PathBuf>) -> Self {
        Self { file: file.into(), line: None, column: None, length: None }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: impl Into<Utf8PathBuf>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line), column: None, length: None }
    }

    /// The place of a byte offset in the text of a file.
    #[must_use]
    pub fn offset(file: impl Into<Utf8PathBuf>, text: &str, offset: usize) -> Self {
        let (line, column) = position(text, offset);
        Self { file: file.into(), line: Some(line), column: Some(column), length: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
            if let Some(column) = self.column {
                write!(out, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Line and column, both from 1, of a byte offset; an offset past the end or inside a character is moved back.
#[must_use]
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let end = floor_boundary(text, offset);
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The nearest character boundary at or before `offset`.
#[must_use]
pub(crate) fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// A piece of source text with the part to point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file the text comes from.
    pub file: Utf8PathBuf,
    /// The whole text of the file.
    pub source: Arc<str>,
    /// The bytes to underline; clamped to the text when drawn.
    pub span: Range<usize>,
    /// What to write beside the underline; may be empty.
    pub label: String,
}

impl Excerpt {
    /// What stands at a place in the text of its file: the line, from the column where one is known, as far as the place reaches,
    /// without the spaces around it. Nothing where the text has no such line, or nothing stands on it.
    #[must_use]
    pub fn of(place: &Place, text: &Arc<str>) -> Option<Self> {
        let before = place.line?.checked_sub(1)?;
        let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
        let line = text.get(start..)?.lines().next()?;
        let column = place.column.unwrap_or(1).saturating_sub(1);
        let skipped = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let rest = &line[skipped..];
        let length = place.column.and(place.length).unwrap_or(rest.len());
        let rest = &rest[..floor_boundary(rest, length)];
        let indent = rest.len() - rest.trim_start().len();
        let span = start + skipped + indent..start + skipped + rest.trim_end().len();
        (span.start < span.end).then(|| Self {
            file: place.file.clone(),
            source: Arc::clone(text),
            span,
            label: String::new(),
        })
    }

    /// The lines that the underlined part is on.
    #[must_use]
    pub fn lines(&self) -> &str {
        let start = floor_boundary(&self.source, self.span.start);
        let end = floor_boundary(&self.source, self.span.end).max(start);
        let first = self.source[..start].rfind('\n').map_or(0, |at| at + 1);
        let last = self.source[end..].find('\n').map_or(self.source.len(), |at| end + at);
        &self.source[first..last]
    }

    /// The place where the underlined part starts.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::offset(self.file.clone(), &self.source, self.span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "aé\nbc";
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, 3), (1, 3));
        assert_eq!(position(text, 2), (1, 2), "an offset inside a character moves back");
        assert_eq!(position(text, 4), (2, 1));
        assert_eq!(position(text, 99), (2, 3));
    }

    #[test]
    fn a_line_is_shown_from_its_column_to_its_end() {
        let text: Arc<str> = "a: 1\n  é: 2 \r\n\nlast".into();
        let shown = |line, column| {
            let place = Place { file: "f".into(), line, column, length: None };
            Excerpt::of(&place, &text).map(|excerpt| text[excerpt.span].to_owned())
        };
        assert_eq!(shown(Some(2), None).as_deref(), Some("é: 2"));
        assert_eq!(shown(Some(2), Some(6)).as_deref(), Some("2"));
        assert_eq!(shown(Some(4), None).as_deref(), Some("last"));
        for (line, column) in
            [(None, None), (Some(0), None), (Some(3), None), (Some(9), None), (Some(1), Some(99))]
        {
            assert_eq!(shown(line, column), None, "{line:?} {column:?}");
        }
    }

    #[test]
    fn a_place_shows_what_it_reaches_and_no_more_than_its_line() {
        let text: Arc<str> = "a: {b: é1, c: d}\nlast".into();
        let shown = |column, length| {
            let place = Place { file: "f".into(), line: Some(1), column, length: Some(length) };
            Excerpt::of(&place, &text).map(|excerpt| text[excerpt.span].to_owned())
        };
        assert_eq!(shown(Some(8), 3).as_deref(), Some("é1"));
        assert_eq!(shown(Some(15), 1).as_deref(), Some("d"));
        assert_eq!(shown(Some(15), 99).as_deref(), Some("d}"));
        assert_eq!(shown(None, 1).as_deref(), Some("a: {b: é1, c: d}"), "a line is meant as a whole");
        assert_eq!(shown(Some(8), 1), None, "half a character");
    }
}

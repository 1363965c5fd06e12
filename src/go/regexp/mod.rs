//! Go's `regexp`: its syntax, and its way of finding all matches, on top of the crate `regex`.

mod class;
mod escape;
mod expand;
mod syntax;

use super::strconv::{can_backquote, quote};
use expand::expand_into;

/// How much memory a compiled expression may take. Go has no such limit but one on repetitions.
const MAX_COMPILED: usize = 64 << 20;

/// The deepest nesting of a translated expression; Go allows 1,000 levels, each of which the translation may double.
const MAX_NESTING: u32 = 5_000;

/// Why an expression was not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompileError {
    /// Go refuses it too: its message.
    Go(String),
    /// It contains what has no translation: what that is.
    Unsupported(String),
    /// It takes more than 64 MiB.
    TooLarge,
}

/// An expression that was compiled.
#[derive(Debug)]
pub(crate) struct Regexp {
    regex: regex::Regex,
    /// The names of the groups, the whole match first.
    names: Vec<Option<String>>,
    is_empty: bool,
}

impl Regexp {
    /// `regexp.Compile`.
    ///
    /// # Errors
    ///
    /// See [`CompileError`].
    pub(crate) fn compile(expression: &str) -> Result<Self, CompileError> {
        let translated = syntax::translate(expression).map_err(|error| match error {
            syntax::SyntaxError::Go { code, part } => {
                CompileError::Go(format!("error parsing regexp: {code}: `{part}`"))
            }
            syntax::SyntaxError::Unsupported(what) => CompileError::Unsupported(what),
        })?;
        let regex = regex::RegexBuilder::new(&translated.expression)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .nest_limit(MAX_NESTING)
            .build()
            .map_err(|_| CompileError::TooLarge)?;
        Ok(Self { regex, names: translated.names, is_empty: expression.is_empty() })
    }

    /// `Regexp.MatchString`: whether any part of the text matches.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// `Regexp.FindString`: the first match.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.regex.find(text).map(|found| found.as_str())
    }

    /// `Regexp.FindAllString`; nothing where nothing matches.
    pub(crate) fn find_all<'t>(&self, text: &'t str, limit: i64) -> Option<Vec<&'t str>> {
        let found: Vec<&str> =
            self.matches(text, limit).into_iter().map(|(start, end)| &text[start..end]).collect();
        (!found.is_empty()).then_some(found)
    }

    /// `Regexp.Split`; nothing where no part is asked for.
    pub(crate) fn split<'t>(&self, text: &'t str, limit: i64) -> Option<Vec<&'t str>> {
        if limit == 0 {
            return None;
        }
        if !self.is_empty && text.is_empty() {
            return Some(vec![""]);
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (match_start, match_end) in self.matches(text, limit) {
            if parts.len() + 1 >= most {
                break;
            }
            end = match_start;
            if match_end != 0 {
                parts.push(&text[begin..end]);
            }
            begin = match_end;
        }
        if end != text.len() {
            parts.push(&text[begin..]);
        }
        Some(parts)
    }

    /// `Regexp.ReplaceAllString` with `expand`, else `ReplaceAllLiteralString`. Nothing where the result gets larger than
    /// `limit` bytes.
    pub(crate) fn replace_all(
        &self,
        text: &str,
        replacement: &str,
        expand: bool,
        limit: usize,
    ) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut last_end = 0;
        let mut from = 0;
        let mut groups = self.regex.capture_locations();
        while from <= text.len() {
            let Some(found) = self.regex.captures_read_at(&mut groups, text, from) else { break };
            let (start, end) = (found.start(), found.end());
            result.push_str(&text[last_end..start]);
            // Not for an empty match right after another match.
            if end > last_end || start == 0 {
                if expand {
                    expand_into(&mut result, &self.names, replacement, |group| {
                        groups.get(group).map(|(start, end)| &text[start..end])
                    });
                } else {
                    result.push_str(replacement);
                }
            }
            if result.len() > limit {
                return None;
            }
            last_end = end;
            let width = width(text, from);
            from = if from + width > end {
                from + width
            } else if from + 1 > end {
                from + 1
            } else {
                end
            };
        }
        result.push_str(&text[last_end..]);
        Some(result)
    }

    /// All matches from left to right, `limit` at most if it is not negative. An empty match right after another match
    /// does not count.
    fn matches(&self, text: &str, limit: i64) -> Vec<(usize, usize)> {
        let limit = usize::try_from(limit).unwrap_or(text.len() + 1);
        let mut found = Vec::new();
        let mut from = 0;
        let mut previous_end = None;
        while found.len() < limit && from <= text.len() {
            let Some(part) = self.regex.find_at(text, from) else { break };
            let (start, end) = (part.start(), part.end());
            let accepted = end != from || Some(start) != previous_end;
            from = if end == from {
                match width(text, from) {
                    0 => text.len() + 1,
                    width => from + width,
                }
            } else {
                end
            };
            previous_end = Some(end);
            if accepted {
                found.push((start, end));
            }
        }
        found
    }
}

/// The size of the character at a position; 0 at the end.
fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// `regexp.QuoteMeta`: the text as an expression that matches it alone.
pub(crate) fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    for byte in text {
        if b"\\.+*?()|[]{}^$".contains(byte) {
            result.push(b'\\');
        }
        result.push(*byte);
    }
    result
}

/// How messages show an expression: in back quotes, or as a Go string where it has some.
pub(crate) fn shown(expression: &str) -> String {
    if can_backquote(expression.as_bytes()) {
        format!("`{expression}`")
    } else {
        quote(expression.as_bytes(), false)
    }
}

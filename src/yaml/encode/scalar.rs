//! In which styles a text can be written.

use super::writer::{is_break, is_printable};

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// A scalar with its tag and what is possible for it.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) tag: Option<&'static str>,
    wanted: Style,
    found: Findings,
}

/// What go-yaml looks for in a text before it decides on a style.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings about one text")]
struct Findings {
    indicators: bool,
    line_breaks: bool,
    special: bool,
    tabs: bool,
    /// Blanks or breaks at an end.
    unstable_ends: bool,
    trailing_space: bool,
    break_space: bool,
    space_break: bool,
}

impl Text {
    pub(super) fn new(value: String, tag: Option<&'static str>, wanted: Style) -> Self {
        let found = Findings::in_text(&value);
        Self { value, tag, wanted, found }
    }

    /// Whether this can be a key without a `?` before it.
    pub(super) fn is_simple_key(&self) -> bool {
        !self.found.line_breaks && self.value.len() + self.tag.map_or(0, str::len) <= 128
    }

    /// The style that it is written in.
    pub(super) fn style(&self, simple_key: bool) -> Style {
        let mut style = self.wanted;
        if simple_key && self.found.line_breaks {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain && (!self.found.allow_plain() || self.value.is_empty() && simple_key) {
            style = Style::SingleQuoted;
        }
        if style == Style::SingleQuoted && !self.found.allow_single_quoted() {
            style = Style::DoubleQuoted;
        }
        if style == Style::Literal && (!self.found.allow_block() || simple_key) {
            style = Style::DoubleQuoted;
        }
        style
    }
}

impl Findings {
    const fn allow_plain(&self) -> bool {
        self.allow_single_quoted() && !self.indicators && !self.line_breaks && !self.unstable_ends
    }

    const fn allow_single_quoted(&self) -> bool {
        !self.special && !self.tabs && !self.break_space && !self.space_break
    }

    const fn allow_block(&self) -> bool {
        !self.special && !self.space_break && !self.trailing_space
    }

    fn in_text(text: &str) -> Self {
        let mut found =
            Self { indicators: text.starts_with("---") || text.starts_with("..."), ..Self::default() };
        let mut behind_blank = true;
        let mut previous = None;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|&(_, next)| next);
            let before_blank = next.is_none_or(|next| matches!(next, ' ' | '\t'));
            found.indicators |= is_indicator(character, at == 0, behind_blank, before_blank);
            if character == '\t' {
                found.tabs = true;
            } else if !is_printable(character) {
                found.special = true;
            }
            if character == ' ' {
                found.unstable_ends |= at == 0 || next.is_none();
                found.trailing_space |= next.is_none();
                found.break_space |= previous.is_some_and(is_break);
            } else if is_break(character) {
                found.line_breaks = true;
                found.unstable_ends |= at == 0 || next.is_none();
                found.space_break |= previous == Some(' ');
            }
            behind_blank = matches!(character, ' ' | '\t') || is_break(character);
            previous = Some(character);
        }
        found
    }
}

/// Whether a character would mean something in an unquoted scalar outside flow collections.
const fn is_indicator(character: char, first: bool, behind_blank: bool, before_blank: bool) -> bool {
    if first {
        match character {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => true,
            '?' | ':' | '-' => before_blank,
            _ => false,
        }
    } else {
        match character {
            ':' => before_blank,
            '#' => behind_blank,
            _ => false,
        }
    }
}

//! Characters and indentation: how go-yaml's emitter places what it writes.

use std::fmt::Write as _;

use super::scalar::{Style, Text};

/// The text so far, and what its last characters were.
#[derive(Debug)]
pub(super) struct Writer {
    out: String,
    /// Characters on the last line.
    column: usize,
    /// Whether the last thing written separates.
    whitespace: bool,
    /// Whether the last line contains nothing but indentation and indicators that count as such.
    indention: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Self { out: String::new(), column: 0, whitespace: true, indention: true }
    }
}

impl Writer {
    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    /// Copies a line break; those of Unicode stay as they are.
    fn put_break(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
        self.indention = true;
    }

    /// Goes to the given indentation, on a new line if something else is on this one.
    pub(super) fn break_line(&mut self, indent: usize) {
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
    }

    /// Writes an indicator, separated from what is before it if `separated`. One that is `indentation` lets what
    /// follows stay on its line.
    pub(super) fn indicator(&mut self, indicator: &str, separated: bool, indentation: bool) {
        if separated && !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(indicator);
        self.column += indicator.chars().count();
        self.whitespace = false;
        self.indention &= indentation;
    }

    /// Writes a scalar. `indent` is that of lines inside it.
    pub(super) fn scalar(&mut self, text: &Text, indent: usize, simple_key: bool) {
        if let Some(tag) = text.tag {
            self.indicator(tag, true, false);
        }
        match text.style(simple_key) {
            Style::Plain => self.plain(&text.value),
            Style::SingleQuoted => self.single_quoted(&text.value, indent),
            Style::DoubleQuoted => self.double_quoted(&text.value),
            Style::Literal => self.literal(&text.value, indent),
        }
    }

    fn plain(&mut self, value: &str) {
        if value.is_empty() {
            self.indention = false;
            return;
        }
        self.indicator(value, true, false);
    }

    fn single_quoted(&mut self, value: &str, indent: usize) {
        self.indicator("'", true, false);
        let mut after_break = false;
        for character in value.chars() {
            if is_break(character) {
                self.put_break(character);
                after_break = true;
                continue;
            }
            if character != ' ' {
                if std::mem::take(&mut after_break) {
                    self.break_line(indent);
                }
                self.indention = false;
            }
            if character == '\'' {
                self.put('\'');
            }
            self.put(character);
        }
        self.indicator("'", false, false);
    }

    fn double_quoted(&mut self, value: &str) {
        self.indicator("\"", true, false);
        // go-yaml looks for a byte order mark at the start of the text for each of its characters.
        let escape_all = value.starts_with('\u{feff}');
        for character in value.chars() {
            let escaped = escape_all
                || !is_printable(character)
                || is_break(character)
                || matches!(character, '"' | '\\');
            if escaped { self.escape(character) } else { self.put(character) }
        }
        self.indicator("\"", false, false);
    }

    fn escape(&mut self, character: char) {
        let code = u32::from(character);
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let before = self.out.len();
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(self.out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
                    _ => write!(self.out, "\\U{code:08X}"),
                };
                self.column += self.out.len() - before;
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn literal(&mut self, value: &str, indent: usize) {
        self.indicator("|", true, false);
        if value.starts_with(|first| first == ' ' || is_break(first)) {
            self.indicator("2", false, false);
        }
        let mut from_end = value.chars().rev();
        match (from_end.next().is_some_and(is_break), from_end.next().map(is_break)) {
            (false, _) => self.indicator("-", false, false),
            (true, None | Some(true)) => self.indicator("+", false, false),
            (true, Some(false)) => {}
        }
        self.put_break('\n');
        self.whitespace = true;
        let mut after_break = true;
        for character in value.chars() {
            if is_break(character) {
                self.put_break(character);
                after_break = true;
                continue;
            }
            if std::mem::take(&mut after_break) {
                self.break_line(indent);
            }
            self.put(character);
            self.indention = false;
        }
    }
}

/// What YAML 1.1 takes as a line break.
pub(super) const fn is_break(character: char) -> bool {
    crate::yaml::input::is_break(character)
}

/// What go-yaml writes as it is. It escapes everything above U+FFFF.
pub(super) const fn is_printable(character: char) -> bool {
    matches!(character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

//! Escapes and classes in brackets.

use super::class::{self, Part};
use super::syntax::{Parsed, Parser, SyntaxError};

impl<'p> Parser<'p> {
    /// What a backslash stands for outside of brackets.
    pub(super) fn backslash(&mut self) -> Parsed<'p> {
        let start = self.rest;
        match start[1..].chars().next() {
            Some('A') => self.push_escape(r"\A"),
            Some('z') => self.push_escape(r"\z"),
            Some('b') => self.push_escape(r"(?-u:\b)"),
            Some('B') => self.push_escape(r"(?-u:\B)"),
            Some('C') => return Err(SyntaxError::Go { code: "invalid escape sequence", part: &start[..2] }),
            Some('Q') => {
                let (quoted, rest) = start[2..].split_once(r"\E").unwrap_or((&start[2..], ""));
                for character in quoted.chars() {
                    self.literal(character);
                }
                self.rest = rest;
            }
            _ => {
                if let Some(parts) = self.class_escape()? {
                    self.push(class::written(&parts, false, self.flags.fold));
                } else {
                    let code = self.escape()?;
                    self.code_point(code);
                }
            }
        }
        Ok(())
    }

    fn push_escape(&mut self, text: &str) {
        self.advance(2);
        self.push(text);
    }

    /// `\pL`, `\P{Greek}`, `\d` … at the start of the rest, inside or outside of brackets.
    fn class_escape(&mut self) -> Parsed<'p, Option<Vec<Part>>> {
        let start = self.rest;
        let mut characters = start.chars();
        if characters.next() != Some('\\') {
            return Ok(None);
        }
        match characters.next() {
            Some(character @ ('p' | 'P')) => {
                let name = match characters.next() {
                    Some('{') => {
                        let Some(end) = start.find('}') else {
                            return Err(SyntaxError::Go {
                                code: "invalid character class range",
                                part: start,
                            });
                        };
                        self.advance(end + 1);
                        &start[3..end]
                    }
                    Some(letter) => {
                        self.advance(2 + letter.len_utf8());
                        &start[2..2 + letter.len_utf8()]
                    }
                    // Go reads the end as a broken character here.
                    None => return Err(SyntaxError::Unsupported(format!("the unfinished class `{start}`"))),
                };
                class::unicode(name, character == 'P').map(Some)
            }
            Some(character) => {
                let parts = class::perl(character);
                if parts.is_some() {
                    self.advance(2);
                }
                Ok(parts)
            }
            None => Ok(None),
        }
    }

    /// An escaped character at the start of the rest.
    fn escape(&mut self) -> Parsed<'p, u32> {
        let start = self.rest;
        self.advance(1);
        let Some(character) = self.next() else {
            return Err(SyntaxError::Go { code: "trailing backslash at end of expression", part: "" });
        };
        let simple = match character {
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(0x0a),
            'r' => Some(0x0d),
            't' => Some(0x09),
            'v' => Some(0x0b),
            character if character.is_ascii() && !character.is_ascii_alphanumeric() => {
                Some(u32::from(character))
            }
            _ => None,
        };
        if let Some(code) = simple {
            return Ok(code);
        }
        let is_octal =
            |character: Option<char>| character.is_some_and(|character| ('0'..='7').contains(&character));
        let code = match character {
            '0' => Some(self.octal(0)),
            // A single digit would refer to a group, which neither side supports.
            '1'..='7' if is_octal(self.rest.chars().next()) => {
                Some(self.octal(character.to_digit(8).unwrap_or(0)))
            }
            'x' => self.hexadecimal(),
            _ => None,
        };
        let part = &start[..start.len() - self.rest.len()];
        code.ok_or(SyntaxError::Go { code: "invalid escape sequence", part })
    }

    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.advance(character.len_utf8());
        Some(character)
    }

    /// Up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|character| character.to_digit(8)) else {
                break;
            };
            code = code * 8 + digit;
            self.advance(1);
        }
        code
    }

    /// `41` or `{1F600}` after `\x`.
    fn hexadecimal(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let mut code = 0;
        let mut count = 0;
        loop {
            match self.next()? {
                '}' => return (count > 0).then_some(code),
                character => {
                    code = code * 16 + character.to_digit(16)?;
                    count += 1;
                    if code > 0x0010_ffff {
                        return None;
                    }
                }
            }
        }
    }

    /// A class in brackets.
    pub(super) fn bracketed(&mut self) -> Parsed<'p> {
        let start = self.rest;
        self.advance(1);
        let negated = self.rest.starts_with('^');
        if negated {
            self.advance(1);
        }
        let mut parts = Vec::new();
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest[2..].find(":]")
            {
                let whole = &self.rest[..end + 4];
                let named = class::posix(&self.rest[2..end + 2]);
                parts.extend(
                    named.ok_or(SyntaxError::Go { code: "invalid character class range", part: whole })?,
                );
                self.advance(end + 4);
                continue;
            }
            if let Some(class) = self.class_escape()? {
                parts.extend(class);
                continue;
            }
            let range = self.rest;
            let low = self.class_character(start)?;
            let mut high = low;
            if self.rest.starts_with('-') && self.rest.len() >= 2 && !self.rest[1..].starts_with(']') {
                self.advance(1);
                high = self.class_character(start)?;
                if high < low {
                    let part = &range[..range.len() - self.rest.len()];
                    return Err(SyntaxError::Go { code: "invalid character class range", part });
                }
            }
            parts.push(Part::Range(low, high));
        }
        self.advance(1);
        self.push(class::written(&parts, negated, self.flags.fold));
        Ok(())
    }

    fn class_character(&mut self, start: &'p str) -> Parsed<'p, u32> {
        if self.rest.starts_with('\\') {
            return self.escape();
        }
        match self.next() {
            Some(character) => Ok(u32::from(character)),
            None => Err(SyntaxError::Go { code: "missing closing ]", part: start }),
        }
    }
}

//! Splits a template into tokens, as Go's `text/template/parse` does: the same places where spaces count, the same characters
//! that may follow a name.

use crate::go::strconv::quote;
use crate::go::unicode::{is_digit, is_letter, is_printable};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Assign,
    Declare,
    Pipe,
    Quoted,
    RawQuoted,
    Variable,
    Character,
    Field,
    Dot,
    Number,
    Complex,
    Identifier,
    Bool,
    Nil,
    LeftParenthesis,
    RightParenthesis,
    /// A printable ASCII character without a meaning of its own, such as a comma.
    Symbol,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
    /// What follows cannot be split; the text is the message.
    Error,
    End_,
}

impl Kind {
    const fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }
}

/// A token and where it starts.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    /// The text it covers, or the message of an error.
    pub(super) text: String,
}

impl Token {
    /// How Go's messages show it.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::End_ => "EOF".into(),
            Kind::Error => self.text.clone(),
            kind if kind.is_keyword() => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                let start: String = self.text.chars().take(10).collect();
                format!("{}...", quote(start.as_bytes(), false))
            }
            _ => quote(self.text.as_bytes(), false),
        }
    }
}

/// What names are made of.
fn is_word(character: char) -> bool {
    character == '_' || is_letter(character) || is_digit(character)
}

const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn is_space_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| is_space(char::from(*byte)))
}

const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// All tokens of a text. The last one is the end, or an error after which nothing was looked at.
pub(super) fn scan(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { text, position: 0, start: 0, depth: 0, tokens: Vec::new() };
    if let Err(message) = scanner.text() {
        let start = scanner.start;
        scanner.tokens.push(Token { kind: Kind::Error, start, text: message });
    }
    let start = scanner.start;
    scanner.tokens.push(Token { kind: Kind::End_, start, text: String::new() });
    scanner.tokens
}

struct Scanner<'t> {
    text: &'t str,
    position: usize,
    start: usize,
    /// Open parentheses.
    depth: usize,
    tokens: Vec<Token>,
}

type Scanned = Result<(), String>;

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    fn emit(&mut self, kind: Kind) {
        let text = self.text[self.start..self.position].to_owned();
        self.tokens.push(Token { kind, start: self.start, text });
        self.start = self.position;
    }

    /// Text and actions to the end.
    fn text(&mut self) -> Scanned {
        while let Some(length) = self.rest().find(LEFT) {
            let action = self.position + length;
            let trimmed = self.trims_left(action + LEFT.len());
            let body = &self.text[self.position..action];
            let kept = if trimmed { body.trim_end_matches(is_space).len() } else { body.len() };
            self.position += kept;
            if kept > 0 {
                self.emit(Kind::Text);
            }
            self.position = action;
            self.start = action;
            self.action()?;
        }
        self.position = self.text.len();
        if self.position > self.start {
            self.emit(Kind::Text);
        }
        Ok(())
    }

    /// Whether a `-` and a space stand behind the left delimiter.
    fn trims_left(&self, behind: usize) -> bool {
        let bytes = &self.text.as_bytes()[behind..];
        bytes.first() == Some(&b'-') && is_space_byte(bytes.get(1))
    }

    /// Whether a right delimiter stands here, and whether it trims what follows.
    fn at_right(&self) -> Option<bool> {
        if self.trims_right(self.position) {
            Some(true)
        } else if self.rest().starts_with(RIGHT) {
            Some(false)
        } else {
            None
        }
    }

    fn trims_right(&self, at: usize) -> bool {
        let bytes = &self.text.as_bytes()[at..];
        is_space_byte(bytes.first())
            && bytes.get(1) == Some(&b'-')
            && bytes[2..].starts_with(RIGHT.as_bytes())
    }

    fn action(&mut self) -> Scanned {
        let trims = self.trims_left(self.position + LEFT.len());
        let marker = if trims { 2 } else { 0 };
        if self.text[self.position + LEFT.len() + marker..].starts_with("/*") {
            self.position += LEFT.len() + marker;
            self.start = self.position;
            return self.comment();
        }
        self.position += LEFT.len();
        self.emit(Kind::LeftDelimiter);
        self.position += marker;
        self.start = self.position;
        self.depth = 0;
        loop {
            if let Some(trims) = self.at_right() {
                if self.depth > 0 {
                    return Err("unclosed left paren".into());
                }
                self.right(trims);
                return Ok(());
            }
            if self.inside()? {
                return Ok(());
            }
        }
    }

    fn comment(&mut self) -> Scanned {
        let Some(length) = self.rest()[2..].find("*/") else {
            return Err("unclosed comment".into());
        };
        self.position += 2 + length + 2;
        let Some(trims) = self.at_right() else {
            return Err("comment ends before closing delimiter".into());
        };
        self.position += if trims { 2 } else { 0 } + RIGHT.len();
        if trims {
            self.skip_blanks();
        }
        self.start = self.position;
        Ok(())
    }

    fn right(&mut self, trims: bool) {
        if trims {
            self.position += 2;
            self.start = self.position;
        }
        self.position += RIGHT.len();
        self.emit(Kind::RightDelimiter);
        if trims {
            self.skip_blanks();
            self.start = self.position;
        }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches(is_space).len();
    }

    /// One token inside an action; true when it was its end.
    fn inside(&mut self) -> Result<bool, String> {
        let Some(character) = self.next() else { return Err("unclosed action".into()) };
        match character {
            _ if is_space(character) => return Ok(self.space()),
            '=' => self.emit(Kind::Assign),
            ':' if self.next() == Some('=') => self.emit(Kind::Declare),
            ':' => return Err("expected :=".into()),
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::Quoted, "unterminated quoted string")?,
            '\'' => self.quoted('\'', Kind::Character, "unterminated character constant")?,
            '`' => self.raw_quoted()?,
            '$' => self.name(Kind::Variable, Kind::Variable)?,
            '.' if self.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                self.name(Kind::Field, Kind::Dot)?;
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.position -= 1;
                self.number()?;
            }
            _ if is_word(character) => self.identifier()?,
            '(' => {
                self.depth += 1;
                self.emit(Kind::LeftParenthesis);
            }
            ')' => {
                let Some(depth) = self.depth.checked_sub(1) else {
                    return Err("unexpected right paren".into());
                };
                self.depth = depth;
                self.emit(Kind::RightParenthesis);
            }
            ' '..='~' => self.emit(Kind::Symbol),
            _ => return Err(format!("unrecognized character in action: {}", code_point(character))),
        }
        Ok(false)
    }

    /// Blanks, of which the last one may belong to a closing ` -}}`; true when that closed the action.
    fn space(&mut self) -> bool {
        self.skip_blanks();
        let last = self.position - 1;
        if self.trims_right(last) {
            self.position = last;
            if last == self.start {
                // With an open parenthesis too: Go looks for the delimiter before it counts them.
                self.right(true);
                return true;
            }
        }
        self.emit(Kind::Space);
        false
    }

    fn quoted(&mut self, quote: char, kind: Kind, message: &str) -> Scanned {
        loop {
            let mut character = self.next();
            if character == Some('\\') {
                character = self.next();
                if character.is_some_and(|character| character != '\n') {
                    continue;
                }
            }
            match character {
                None | Some('\n') => return Err(message.into()),
                Some(character) if character == quote => break,
                Some(_) => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    fn raw_quoted(&mut self) -> Scanned {
        let Some(length) = self.rest().find('`') else {
            return Err("unterminated raw quoted string".into());
        };
        self.position += length + 1;
        self.emit(Kind::RawQuoted);
        Ok(())
    }

    /// What follows a `.` or `$`.
    fn name(&mut self, kind: Kind, bare: Kind) -> Scanned {
        if self.at_terminator() {
            self.emit(bare);
            return Ok(());
        }
        self.word()?;
        self.emit(kind);
        Ok(())
    }

    fn word(&mut self) -> Scanned {
        while self.peek().is_some_and(is_word) {
            self.next();
        }
        if self.at_terminator() {
            return Ok(());
        }
        Err(format!("bad character {}", self.peek().map_or_else(String::new, code_point)))
    }

    fn identifier(&mut self) -> Scanned {
        self.word()?;
        let kind = match &self.text[self.start..self.position] {
            "block" => Kind::Block,
            "break" => Kind::Break,
            "continue" => Kind::Continue,
            "define" => Kind::Define,
            "else" => Kind::Else,
            "end" => Kind::End,
            "if" => Kind::If,
            "range" => Kind::Range,
            "nil" => Kind::Nil,
            "template" => Kind::Template,
            "with" => Kind::With,
            "true" | "false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.emit(kind);
        Ok(())
    }

    /// Whether a name may end here.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(character) => is_space(character) || self.rest().starts_with(RIGHT),
        }
    }

    fn number(&mut self) -> Scanned {
        let good = self.scan_number();
        let mut kind = Kind::Number;
        let mut fine = good;
        if good && matches!(self.peek(), Some('+' | '-')) {
            kind = Kind::Complex;
            fine = self.scan_number() && self.text[..self.position].ends_with('i');
        }
        if !fine {
            let text = &self.text[self.start..self.position];
            return Err(format!("bad number syntax: {}", quote(text.as_bytes(), false)));
        }
        self.emit(kind);
        Ok(())
    }

    fn accept(&mut self, characters: &str) -> bool {
        let found = self.peek().is_some_and(|character| characters.contains(character));
        if found {
            self.position += 1;
        }
        found
    }

    fn accept_run(&mut self, characters: &str) {
        while self.accept(characters) {}
    }

    fn scan_number(&mut self) -> bool {
        let decimal = "0123456789_";
        let mut digits = decimal;
        self.accept("+-");
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if !exponent.is_empty() && self.accept(exponent) {
            self.accept("+-");
            self.accept_run(decimal);
        }
        self.accept("i");
        if self.peek().is_some_and(is_word) {
            self.next();
            return false;
        }
        true
    }
}

/// Go's `%#U`.
fn code_point(character: char) -> String {
    let code = u32::from(character);
    if is_printable(character) { format!("U+{code:04X} '{character}'") } else { format!("U+{code:04X}") }
}

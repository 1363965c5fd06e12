//! Variables in a text, as the library envsubst 1.4.3 puts their values there, which is not what a shell does.
//!
//! Its scanner keeps state that shows in odd texts, so both of its steps are followed closely: a text becomes items, and items become
//! text.

use std::collections::BTreeMap;

use crate::go::unicode::{is_digit, is_letter};

/// Why a text is not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `}` is missing.
    Unclosed,
    /// envsubst never ends on it, and helmfile with it.
    Endless,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Plus,
    Dash,
    Equals,
    ColonEquals,
    ColonDash,
    ColonPlus,
    Variable,
    Left,
    Right,
    End,
}

/// The text with the values of its variables.
pub(super) fn substitute(text: &str, variables: &BTreeMap<String, String>) -> Result<String, Fault> {
    let (items, unclosed) = Scanner::scan(text);
    let mut items = items.into_iter().peekable();
    let mut result = String::new();
    while let Some((kind, text)) = items.next() {
        match kind {
            Kind::Variable => {
                let name = text.strip_prefix('$').unwrap_or(text);
                result.push_str(variables.get(name).map_or("", String::as_str));
            }
            Kind::Left if items.peek().is_some_and(|(kind, _)| *kind == Kind::Variable) => {
                let name = items.next().map_or("", |(_, name)| name);
                result.push_str(&in_braces(name, &mut items, unclosed, variables)?);
            }
            Kind::End => break,
            _ => result.push_str(text),
        }
    }
    if unclosed { Err(Fault::Unclosed) } else { Ok(result) }
}

type Items<'t> = std::iter::Peekable<std::vec::IntoIter<(Kind, &'t str)>>;

/// What `${NAME…}` stands for, from after its name.
fn in_braces(
    name: &str,
    items: &mut Items<'_>,
    unclosed: bool,
    variables: &BTreeMap<String, String>,
) -> Result<String, Fault> {
    let mut operator = None;
    let mut other: Option<String> = None;
    loop {
        let Some((kind, text)) = items.next() else {
            return Err(if unclosed { Fault::Unclosed } else { Fault::Endless });
        };
        match kind {
            Kind::Right => break,
            Kind::End => return Err(Fault::Endless),
            Kind::Variable => {
                let name = text.strip_prefix('$').unwrap_or(text);
                other = Some(variables.get(name).cloned().unwrap_or_default());
            }
            Kind::Text => {
                let mut whole = text.to_owned();
                while let Some((_, more)) =
                    items.next_if(|(kind, _)| !matches!(kind, Kind::Right | Kind::End))
                {
                    whole.push_str(more);
                }
                other = Some(whole);
            }
            Kind::Left
            | Kind::Plus
            | Kind::Dash
            | Kind::Equals
            | Kind::ColonEquals
            | Kind::ColonDash
            | Kind::ColonPlus => {
                operator = Some(kind);
            }
        }
    }
    let value = variables.get(name);
    let plain = || value.cloned().unwrap_or_default();
    let (Some(operator), Some(other)) = (operator, other) else { return Ok(plain()) };
    Ok(match operator {
        Kind::ColonDash | Kind::ColonEquals => {
            value.filter(|value| !value.is_empty()).cloned().unwrap_or(other)
        }
        Kind::Plus | Kind::ColonPlus => value.map(|_| other).unwrap_or_default(),
        _ => value.cloned().unwrap_or(other),
    })
}

/// What comes next in a text.
#[derive(Clone, Copy)]
enum State {
    Text,
    Variable,
    Operator,
    Substitution,
    Done,
}

struct Scanner<'t> {
    text: &'t str,
    items: Vec<(Kind, &'t str)>,
    /// Where the next character is.
    at: usize,
    /// Where the item begins that is being read.
    start: usize,
    /// Where the last item began.
    last: usize,
    depth: i64,
    unclosed: bool,
}

impl<'t> Scanner<'t> {
    /// The items of a text, and whether a brace is not closed, which ends them.
    fn scan(text: &'t str) -> (Vec<(Kind, &'t str)>, bool) {
        let mut scanner =
            Self { text, items: Vec::new(), at: 0, start: 0, last: 0, depth: 0, unclosed: false };
        let mut state = State::Text;
        loop {
            state = match state {
                State::Text => scanner.text(),
                State::Variable => scanner.variable(),
                State::Operator => scanner.operator(),
                State::Substitution => scanner.substitution(),
                State::Done => return (scanner.items, scanner.unclosed),
            };
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn emit(&mut self, kind: Kind) {
        self.items.push((kind, self.text.get(self.start..self.at).unwrap_or_default()));
        self.last = self.start;
        self.start = self.at;
    }

    fn unclosed(&mut self) -> State {
        self.unclosed = true;
        State::Done
    }

    fn text(&mut self) -> State {
        while let Some(next) = self.next() {
            if next != '$' {
                continue;
            }
            self.at -= 1;
            if self.at > self.start {
                self.emit(Kind::Text);
            }
            self.at += 1;
            match self.peek() {
                Some('$') => {
                    self.start = self.at;
                    self.next();
                    self.emit(Kind::Text);
                }
                Some('{') => {
                    self.next();
                    self.depth += 1;
                    self.emit(Kind::Left);
                    return State::Operator;
                }
                Some(next) if is_of_name(next) => return State::Variable,
                _ => {}
            }
        }
        if self.at > self.start {
            self.emit(Kind::Text);
        }
        self.emit(Kind::End);
        State::Done
    }

    fn variable(&mut self) -> State {
        while self.peek().is_some_and(is_of_name) {
            self.next();
        }
        if matches!(self.text.get(self.start..self.at), Some("_" | "$_")) {
            return State::Text;
        }
        self.emit(Kind::Variable);
        if self.depth > 0 { State::Operator } else { State::Text }
    }

    fn is_after_brace(&self) -> bool {
        self.text.get(self.last..).is_some_and(|rest| rest.starts_with("${"))
    }

    fn close(&mut self) -> State {
        self.depth -= 1;
        self.emit(Kind::Right);
        State::Text
    }

    fn operator(&mut self) -> State {
        match self.next() {
            Some('}') => return self.close(),
            None | Some('\r' | '\n') => return self.unclosed(),
            Some(next) if is_of_name(next) && self.is_after_brace() => return State::Variable,
            Some('+') => self.emit(Kind::Plus),
            Some('-') => self.emit(Kind::Dash),
            Some('=') => self.emit(Kind::Equals),
            Some(':') => match self.next() {
                Some('-') => self.emit(Kind::ColonDash),
                Some('=') => self.emit(Kind::ColonEquals),
                Some('+') => self.emit(Kind::ColonPlus),
                _ => {}
            },
            Some(_) => {}
        }
        State::Substitution
    }

    fn substitution(&mut self) -> State {
        match self.next() {
            Some('}') => self.close(),
            None | Some('\r' | '\n') => self.unclosed(),
            Some('$') => State::Variable,
            Some(next) if is_of_name(next) && self.is_after_brace() => State::Variable,
            Some(_) => {
                self.emit(Kind::Text);
                State::Substitution
            }
        }
    }
}

fn is_of_name(character: char) -> bool {
    character == '_' || is_letter(character) || is_digit(character)
}

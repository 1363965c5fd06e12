//! Translates Go's syntax (RE2) into that of the crate `regex`, and finds the mistakes that Go finds.
//!
//! The two disagree in what `\d`, `\s` and `\b` mean beyond ASCII, in escapes, in brackets inside classes, in `{` as a
//! literal and in flags. The translation spells everything out, so that nothing is left to disagree about.

use super::class::NOTHING;

/// Why there is no translation.
#[derive(Debug)]
pub(super) enum SyntaxError<'p> {
    /// Go refuses the expression: its words, and the part that it shows.
    Go { code: &'static str, part: &'p str },
    /// Go takes it, and it is not translated: what that is.
    Unsupported(String),
}

/// What an expression is translated into.
pub(super) struct Translated {
    /// In the syntax of the crate `regex`.
    pub(super) expression: String,
    /// The names of the groups, the whole match first.
    pub(super) names: Vec<Option<String>>,
}

#[expect(clippy::struct_excessive_bools, reason = "the four flags of Go's syntax")]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`: upper and lower case are the same.
    pub(super) fold: bool,
    multi_line: bool,
    dot_all: bool,
    ungreedy: bool,
}

/// A finished piece of the expression that a repetition may follow.
#[derive(Debug, Default)]
struct Atom {
    text: String,
    /// The product of the nested repetition counts, of which Go allows 1,000.
    repeats: u64,
    depth: usize,
}

/// A group that is open; the first one is the whole expression.
#[derive(Debug, Default)]
struct Group {
    open: &'static str,
    /// The flags outside of it.
    flags: Flags,
    /// The alternatives before the last bar.
    done: Vec<String>,
    /// The atoms of the alternative at hand.
    atoms: Vec<Atom>,
    repeats: u64,
    depth: usize,
}

/// What Go allows: counts, nested counts, and nesting.
const MAX_REPEAT: u64 = 1_000;
const MAX_DEPTH: usize = 1_000;

/// Translates an expression of Go's.
///
/// # Errors
///
/// See [`SyntaxError`].
pub(super) fn translate(pattern: &str) -> Result<Translated, SyntaxError<'_>> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        groups: vec![Group::default()],
        names: vec![None],
    };
    parser.run()?;
    if parser.groups.len() > 1 {
        return Err(SyntaxError::Go { code: "missing closing )", part: pattern });
    }
    let expression = parser.groups.pop().map(|mut group| group.close().text).unwrap_or_default();
    Ok(Translated { expression, names: parser.names })
}

pub(super) struct Parser<'p> {
    whole: &'p str,
    /// What is not read yet.
    pub(super) rest: &'p str,
    pub(super) flags: Flags,
    groups: Vec<Group>,
    names: Vec<Option<String>>,
}

impl Group {
    fn end_alternative(&mut self) {
        let atoms = std::mem::take(&mut self.atoms);
        self.repeats = atoms.iter().map(|atom| atom.repeats).fold(self.repeats, u64::max);
        self.depth = atoms.iter().map(|atom| atom.depth).fold(self.depth, usize::max);
        self.done.push(atoms.into_iter().map(|atom| atom.text).collect());
    }

    fn close(&mut self) -> Atom {
        self.end_alternative();
        let body = self.done.join("|");
        let text = if self.open.is_empty() { body } else { format!("{}{body})", self.open) };
        Atom { text, repeats: self.repeats, depth: self.depth + 1 }
    }
}

pub(super) type Parsed<'p, T = ()> = Result<T, SyntaxError<'p>>;

impl<'p> Parser<'p> {
    fn run(&mut self) -> Parsed<'p> {
        let mut last_repeat: Option<&'p str> = None;
        while let Some(character) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeated = false;
            match character {
                '(' if self.rest.starts_with("(?") => self.flags_or_group()?,
                '(' => {
                    self.advance(1);
                    self.names.push(None);
                    self.open("(");
                }
                '|' => {
                    self.advance(1);
                    self.group().end_alternative();
                }
                ')' => self.close_group()?,
                '^' => {
                    self.advance(1);
                    self.push(if self.flags.multi_line { "(?m:^)" } else { r"\A" });
                }
                '$' => {
                    self.advance(1);
                    self.push(if self.flags.multi_line { "(?m:$)" } else { r"\z" });
                }
                '.' => {
                    self.advance(1);
                    self.push(if self.flags.dot_all { "(?s:.)" } else { r"[^\n]" });
                }
                '[' => self.bracketed()?,
                '*' | '+' | '?' => {
                    self.advance(1);
                    self.repeat(&character.to_string(), None, before, last_repeat)?;
                    repeated = true;
                }
                '{' => repeated = self.braces(before, last_repeat)?,
                '\\' => self.backslash()?,
                character => {
                    self.advance(character.len_utf8());
                    self.literal(character);
                }
            }
            last_repeat = repeated.then_some(before);
        }
        Ok(())
    }

    /// A repetition in braces, or a brace that is literal text; whether it was the former.
    fn braces(&mut self, before: &'p str, last_repeat: Option<&'p str>) -> Parsed<'p, bool> {
        let Some((least, most, rest)) = counts(before) else {
            self.advance(1);
            self.literal('{');
            return Ok(false);
        };
        self.rest = rest;
        let too_large = |count: Option<u64>| count.is_some_and(|count| count > MAX_REPEAT);
        if least > MAX_REPEAT || too_large(most) || most.is_some_and(|most| most < least) {
            let part = &before[..before.len() - rest.len()];
            return Err(SyntaxError::Go { code: "invalid repeat count", part });
        }
        let counted = match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.repeat(&counted, Some((least, most)), before, last_repeat)?;
        Ok(true)
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.rest = &self.rest[count..];
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn open(&mut self, open: &'static str) {
        self.groups.push(Group { open, flags: self.flags, ..Group::default() });
    }

    fn close_group(&mut self) -> Parsed<'p> {
        if self.groups.len() < 2 {
            return Err(SyntaxError::Go { code: "unexpected )", part: self.whole });
        }
        self.advance(1);
        if let Some(mut group) = self.groups.pop() {
            self.flags = group.flags;
            let atom = group.close();
            self.push_atom(atom)?;
        }
        Ok(())
    }

    pub(super) fn push(&mut self, text: impl Into<String>) {
        self.group().atoms.push(Atom { text: text.into(), repeats: 0, depth: 0 });
    }

    fn push_atom(&mut self, atom: Atom) -> Parsed<'p> {
        if atom.depth > MAX_DEPTH {
            return Err(SyntaxError::Go { code: "expression nests too deeply", part: self.whole });
        }
        self.group().atoms.push(atom);
        Ok(())
    }

    pub(super) fn literal(&mut self, character: char) {
        self.code_point(u32::from(character));
    }

    /// A character by its number, which may be that of a surrogate: those never match.
    pub(super) fn code_point(&mut self, code: u32) {
        let text = match char::from_u32(code) {
            None => NOTHING.to_owned(),
            Some(_) if self.flags.fold => format!(r"(?i:\x{{{code:X}}})"),
            Some(_) => format!(r"\x{{{code:X}}}"),
        };
        self.push(text);
    }

    /// Applies a repetition to the last atom. `before` starts at the operator, `self.rest` after it.
    fn repeat(
        &mut self,
        operator: &str,
        counts: Option<(u64, Option<u64>)>,
        before: &'p str,
        last_repeat: Option<&'p str>,
    ) -> Parsed<'p> {
        let mut greedy = !self.flags.ungreedy;
        if self.rest.starts_with('?') {
            self.advance(1);
            greedy = !greedy;
        }
        let up_to_here = |start: &'p str| &start[..start.len() - self.rest.len()];
        if let Some(start) = last_repeat {
            return Err(SyntaxError::Go {
                code: "invalid nested repetition operator",
                part: up_to_here(start),
            });
        }
        let part = up_to_here(before);
        let Some(atom) = self.group().atoms.pop() else {
            return Err(SyntaxError::Go { code: "missing argument to repetition operator", part });
        };
        let mut repeats = atom.repeats;
        if let Some((least, most)) = counts {
            repeats = match most.unwrap_or(least) {
                0 if most == Some(0) => 0,
                0 => repeats,
                count => count.saturating_mul(repeats.max(1)),
            };
            if (least >= 2 || most.is_some_and(|most| most >= 2)) && repeats > MAX_REPEAT {
                return Err(SyntaxError::Go { code: "invalid repeat count", part });
            }
        }
        let lazy = if greedy { "" } else { "?" };
        let text = format!("(?:{}){operator}{lazy}", atom.text);
        self.push_atom(Atom { text, repeats, depth: atom.depth + 1 })
    }

    /// `(?P<name>`, `(?<name>`, `(?flags:` or `(?flags)`.
    fn flags_or_group(&mut self) -> Parsed<'p> {
        let start = self.rest;
        let named = if start.starts_with("(?P<") && start.len() > 4 {
            Some(4)
        } else if start.starts_with("(?<") && start.len() > 3 {
            Some(3)
        } else {
            None
        };
        if let Some(name_at) = named {
            let Some(end) = start.find('>') else {
                return Err(SyntaxError::Go { code: "invalid named capture", part: start });
            };
            let name = &start[name_at..end];
            if name.is_empty() || !name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
                return Err(SyntaxError::Go { code: "invalid named capture", part: &start[..=end] });
            }
            self.names.push(Some(name.to_owned()));
            self.open("(");
            self.rest = &start[end + 1..];
            return Ok(());
        }
        self.advance(2);
        let mut flags = self.flags;
        let (mut on, mut seen) = (true, false);
        while let Some(character) = self.rest.chars().next() {
            self.advance(character.len_utf8());
            match character {
                'i' => flags.fold = on,
                'm' => flags.multi_line = on,
                's' => flags.dot_all = on,
                'U' => flags.ungreedy = on,
                '-' if on => {
                    on = false;
                    seen = false;
                    continue;
                }
                ':' | ')' if on || seen => {
                    if character == ':' {
                        self.open("(?:");
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            seen = true;
        }
        let part = &start[..start.len() - self.rest.len()];
        Err(SyntaxError::Go { code: "invalid or unsupported Perl syntax", part })
    }
}

/// `{2}`, `{2,}` or `{2,5}` at the start of a text: the counts, and what follows. Anything else is literal text.
fn counts(text: &str) -> Option<(u64, Option<u64>, &str)> {
    let (least, rest) = count(text.strip_prefix('{')?)?;
    let Some(rest) = rest.strip_prefix(',') else {
        return rest.strip_prefix('}').map(|rest| (least, Some(least), rest));
    };
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((least, None, rest));
    }
    let (most, rest) = count(rest)?;
    rest.strip_prefix('}').map(|rest| (least, Some(most), rest))
}

/// A number without leading zeros.
fn count(text: &str) -> Option<(u64, &str)> {
    let size = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(size);
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(u64::MAX), rest))
}

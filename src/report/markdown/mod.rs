//! Markdown in which names are nothing but text, for comments, summaries and pages on GitHub, GitLab and elsewhere.
//!
//! What is written here is either markup of helmsum's own, which is `&'static str`, or text of the project, which is escaped: no name
//! can add an element. That a text has no line breaks and never stands where a block may start with it is a part of that.

#[cfg(test)]
pub(super) mod tests;

use std::fmt::Write as _;

use crate::text::Shown;

/// How many characters a comment on GitHub may have.
pub(crate) const LONGEST: usize = 65_536;

/// How many characters are kept for what says how much is left out.
const RESERVE: usize = 1_000;

/// A piece of Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markdown(String);

impl Markdown {
    /// A piece that starts with this markup.
    #[must_use]
    pub(crate) fn new(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// The same with markup after it.
    #[must_use]
    pub(crate) fn markup(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// The same with a text after it, such as a message: code between back-ticks stays code, all else is text.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        for piece in pieces(text) {
            match piece {
                Piece::Code(code) => self = self.code(code),
                Piece::Text(text) => self.words(text),
            }
        }
        self
    }

    /// The same with a name after it, as code: nothing in it is taken for a mention, a link or a reference.
    #[must_use]
    pub(crate) fn code(mut self, name: &str) -> Self {
        // A table takes a bar for the end of the cell, in code too, and what escapes it shows elsewhere.
        for (index, part) in Shown(name).to_string().split('|').enumerate() {
            if index > 0 {
                self.0.push_str("&#124;");
            }
            self.span(part);
        }
        self
    }

    /// The same with lines after it as they are, in a block that colours them as this language does; nothing where a character in them
    /// moves a cursor, changes a direction or hides.
    #[must_use]
    pub(crate) fn lines(mut self, language: &'static str, lines: &str) -> Option<Self> {
        if lines.chars().any(|character| Shown::hides(character) && !matches!(character, '\n' | '\t')) {
            return None;
        }
        let longest = runs(lines).into_iter().map(|(_, length)| length).max().unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        let end = if lines.ends_with('\n') { "" } else { "\n" };
        let _ = writeln!(self.0, "{fence}{language}\n{lines}{end}{fence}");
        Some(self)
    }

    /// A piece that is one word of ASCII letters, digits, `.`, `_` and `+`, as it is; whatever else is in it becomes `_`.
    #[must_use]
    pub(crate) fn word(word: &str) -> Self {
        let plain = |one: char| if one.is_ascii_alphanumeric() || "._+".contains(one) { one } else { '_' };
        Self(word.chars().map(plain).collect())
    }

    /// The same with another piece after it.
    #[must_use]
    pub(crate) fn then(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// How many characters it has.
    fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// The text as it is written.
    #[must_use]
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Code without a bar in it, within more back-ticks than it has in a row.
    fn span(&mut self, code: &str) {
        if code.is_empty() {
            return;
        }
        let mut run = 0;
        let mut longest = 0;
        for character in code.chars() {
            run = if character == '`' { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        // The next back-ticks would be taken for more of the same.
        if self.0.ends_with('`') {
            self.0.push(' ');
        }
        let fence = "`".repeat(longest + 1);
        let is_padded = code.starts_with('`')
            || code.ends_with('`')
            || (code.starts_with(' ') && code.ends_with(' ') && !code.trim().is_empty());
        let padding = if is_padded { " " } else { "" };
        let _ = write!(self.0, "{fence}{padding}{code}{padding}{fence}");
    }

    /// Text without code. A word that a page may link, a mention for one, becomes code.
    fn words(&mut self, text: &str) {
        for (index, word) in text.split([' ', '\n']).enumerate() {
            // Several in a row would be taken for code, or for a line break.
            if index > 0 && !self.0.ends_with([' ', '\n']) {
                self.0.push(' ');
            }
            if is_linked(word) {
                *self = std::mem::take(self).code(word);
                continue;
            }
            let shown = Shown(word).to_string();
            let digits = shown.chars().take_while(char::is_ascii_digit).count();
            for (at, character) in shown.chars().enumerate() {
                match character {
                    '<' => self.0.push_str("&lt;"),
                    '>' => self.0.push_str("&gt;"),
                    '&' => self.0.push_str("&amp;"),
                    '`' => self.0.push_str("&#96;"),
                    '|' => self.0.push_str("&#124;"),
                    '\\' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' => self.0.extend(['\\', character]),
                    // The start of a list or of a heading.
                    '-' | '+' | '=' if at == 0 => self.0.extend(['\\', character]),
                    '.' | ')' if at > 0 && at == digits => self.0.extend(['\\', character]),
                    character => self.0.push(character),
                }
            }
        }
    }
}

/// Whether GitHub or GitLab may make a link, a mention, an emoji or a formula of a word.
fn is_linked(word: &str) -> bool {
    let in_word = |mark: char| {
        let mut rest = word;
        while let Some(at) = rest.find(mark) {
            rest = &rest[at + mark.len_utf8()..];
            if rest.starts_with(|character: char| character.is_alphanumeric() || "\"'{(".contains(character))
            {
                return true;
            }
        }
        false
    };
    let lower = word.to_ascii_lowercase();
    let is_commit = (7..=40).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit());
    is_commit
        || word.contains(['@', '#', '$', '^', '~'])
        || word.matches(':').count() > 1
        || lower.contains("://")
        || lower.contains("www.")
        || lower.contains("gh-")
        || ['!', '%', '&'].into_iter().any(in_word)
}

/// A part of a message.
enum Piece<'t> {
    Code(&'t str),
    Text(&'t str),
}

/// The code in a message and what is between. A run of back-ticks ends the code that as long a run began; one without its partner is
/// text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let runs: Vec<(usize, usize)> = runs(text);
    let mut pieces = Vec::new();
    let (mut at, mut index) = (0, 0);
    while index < runs.len() {
        let (start, length) = runs[index];
        let partner = (index + 1..runs.len()).find(|other| runs[*other].1 == length);
        let Some(partner) = partner else {
            index += 1;
            continue;
        };
        let end = runs[partner].0;
        pieces.push(Piece::Text(&text[at..start]));
        let code = &text[start + length..end];
        // What was put there so that the code may start with a back-tick.
        let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
        pieces.push(Piece::Code(inner.filter(|_| length > 1 && !code.trim().is_empty()).unwrap_or(code)));
        at = end + length;
        index = partner + 1;
    }
    pieces.push(Piece::Text(&text[at..]));
    pieces
}

/// Where back-ticks start, and how many there are in a row.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}

/// A document that is no longer than a comment may be. What is added first stays; of what is added last, some is left out, and how much is
/// said.
#[derive(Debug)]
pub(crate) struct Bounded {
    document: Markdown,
    left: usize,
    end: Markdown,
}

/// A part of a document with items that may be left out.
#[derive(Debug)]
pub(crate) struct Section {
    /// What stands before the first item.
    pub(crate) open: Markdown,
    pub(crate) items: Vec<Markdown>,
    /// What stands after the last one.
    pub(crate) close: &'static str,
    /// What the items are, in one and in many.
    pub(crate) what: [&'static str; 2],
}

impl Section {
    fn length(&self) -> usize {
        let items: usize = self.items.iter().map(Markdown::length).sum();
        self.open.length() + items + self.close.len()
    }
}

impl Bounded {
    /// A document that starts with something that is never left out.
    #[must_use]
    pub(crate) fn new(head: Markdown) -> Self {
        let left = LONGEST.saturating_sub(head.length() + RESERVE);
        Self { document: head, left, end: Markdown::default() }
    }

    /// The same with something at its end that is never left out.
    #[must_use]
    pub(crate) fn ending(self, end: Markdown) -> Self {
        let left = self.left.saturating_sub(end.length());
        Self { left, end, ..self }
    }

    /// Whether there is room for all of these sections.
    #[must_use]
    pub(crate) fn takes(&self, sections: &[Section]) -> bool {
        sections.iter().map(Section::length).sum::<usize>() <= self.left
    }

    /// The same with as much of a section as there is room for.
    #[must_use]
    pub(crate) fn section(mut self, section: Section) -> Self {
        let Section { open, items, close, what } = section;
        if items.is_empty() {
            return self;
        }
        let mut room = self.left.saturating_sub(open.length() + close.len());
        let fitting = items
            .iter()
            .take_while(|item| {
                let fits = item.length() <= room;
                room = if fits { room - item.length() } else { 0 };
                fits
            })
            .count();
        if fitting > 0 {
            self.document = items[..fitting].iter().fold(self.document.then(&open), Markdown::then);
            self.document = self.document.markup(close);
            self.left = room;
        }
        let missing = items.len() - fitting;
        if missing > 0 {
            let noun = what[usize::from(missing > 1)];
            let and = if fitting > 0 { "and " } else { "" };
            self.document =
                self.document.markup("\n").text(&format!("{and}{missing} more {noun}")).markup("\n");
        }
        self
    }

    /// The document.
    #[must_use]
    pub(crate) fn into_string(self) -> String {
        self.document.then(&self.end).into_string()
    }
}

/// The text, cut off where it has more characters.
#[must_use]
pub(crate) fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

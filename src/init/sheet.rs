//! A text of YAML, or a template of one, and where something can be put into it.
//!
//! The actions of a template are covered by letters or spaces, byte by byte, so that the rest of it reads as YAML and every position is
//! one of the text. What cannot be read so is not edited. Nothing goes in under another condition than what it belongs to, into what an
//! anchor gives to others, or where an action takes line breaks away.

use std::ops::Range;

use super::actions::{Action, Role, actions};
use super::draft::Insertion;
use crate::yaml::{self, Kind, Limits, Style, Written};

/// Why something is not put in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsafe {
    #[error("the file is not UTF-8")]
    NotText,
    #[error("with its templates left out, the file does not read as YAML")]
    Unreadable,
    #[error("it is under a condition of its own (line {0})")]
    Conditional(usize),
    #[error("an anchor gives it to others (line {0})")]
    Shared(usize),
    #[error("it comes from an anchor (line {0})")]
    Merged(usize),
    #[error("it is not a list (line {0})")]
    NotAList(usize),
    #[error("line {0} is not indented with spaces alone")]
    Indentation(usize),
    #[error("an action takes the line break away (line {0})")]
    Trimmed(usize),
    #[error("the text in line {0} has no line break at its end")]
    Open(usize),
    #[error("line {0} says something else of it")]
    Otherwise(usize),
    #[error("several releases come from line {0}")]
    Several(usize),
    #[error("line {0} is not where the file itself has it")]
    Elsewhere(usize),
    #[error("it is written in braces or brackets (line {0})")]
    Flow(usize),
}

/// A text with the values in it.
pub(super) struct Sheet<'t> {
    text: &'t str,
    /// The same length, without templates.
    cover: String,
    actions: Vec<Action>,
    documents: Vec<Written>,
}

/// The blocks of a template that a position is in, from the outermost on, each by where it begins.
pub(super) type Frame = Vec<usize>;

impl<'t> Sheet<'t> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Where it does not read as YAML, with templates left out of a template.
    pub(super) fn read(bytes: &'t [u8], is_template: bool) -> Result<Self, Unsafe> {
        let mut sheet = Self::text(bytes, is_template)?;
        let documents = yaml::parse_written(sheet.cover.as_bytes(), &Limits::default());
        sheet.documents = documents.map_err(|_| Unsafe::Unreadable)?;
        Ok(sheet)
    }

    /// Takes a text for comments alone, whose values are of no interest.
    ///
    /// # Errors
    ///
    /// Where it is not UTF-8, or an action does not end.
    pub(super) fn text(bytes: &'t [u8], is_template: bool) -> Result<Self, Unsafe> {
        let text = std::str::from_utf8(bytes).map_err(|_| Unsafe::NotText)?;
        let actions = if is_template { actions(text).ok_or(Unsafe::Unreadable)? } else { Vec::new() };
        Ok(Self { text, cover: covered(text, &actions), actions, documents: Vec::new() })
    }

    /// The documents of the text.
    pub(super) fn documents(&self) -> &[Written] {
        &self.documents
    }

    /// How lines end.
    pub(super) fn line_break(&self) -> &'static str {
        let first = self.text.find('\n').filter(|at| *at > 0 && self.text.as_bytes()[at - 1] == b'\r');
        if first.is_some() { "\r\n" } else { "\n" }
    }

    /// The text of a scalar in the template, where no action is a part of it.
    pub(super) fn literal(&self, scalar: &Written) -> Option<String> {
        let span = scalar.span();
        let is_clear = !self.actions.iter().any(|one| one.span.start < span.end && span.start < one.span.end);
        is_clear.then(|| scalar.node().text().map(str::to_owned)).flatten()
    }

    /// The value of a key of a mapping, with the key.
    pub(super) fn entry(&self, mapping: &Written, key: &str) -> Option<(Written, Written)> {
        let is_it = |(own, _): &(Written, Written)| self.literal(own).as_deref() == Some(key);
        mapping.pairs().into_iter().find(is_it)
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, mapping: &Written, path: &[&str]) -> Option<Written> {
        path.iter().try_fold(mapping.clone(), |value, key| Some(self.entry(&value, key)?.1))
    }

    /// The blocks that a position is in.
    pub(super) fn frame(&self, at: usize) -> Frame {
        let mut frame = Frame::new();
        for action in self.actions.iter().take_while(|action| action.span.start < at) {
            match action.role {
                Role::Opens => frame.push(action.span.start),
                Role::Closes => drop(frame.pop()),
                Role::Turns => {
                    frame.pop();
                    frame.push(action.span.start);
                }
                Role::Plain => {}
            }
        }
        frame
    }

    /// The line of a position, from 1.
    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Where the line after that of a position begins.
    fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |length| at + length + 1)
    }

    /// Where a value ends, its last part that is not empty.
    fn end(&self, value: &Written) -> Option<usize> {
        let span = value.span();
        let node = value.node();
        if value.aliased().is_some() || value.is_flow() {
            return Some(span.end);
        }
        match node.kind() {
            Kind::Mapping => {
                let (key, value) = value.pairs().pop()?;
                self.end(&value).or_else(|| self.end(&key))
            }
            Kind::Sequence => self.end(&last_part(value)?),
            Kind::Scalar if span.is_empty() => None,
            Kind::Scalar if matches!(node.style(), Some(Style::Literal | Style::Folded)) => {
                let header = self.text[span.start..].lines().next().unwrap_or_default();
                let trimmed = span.start + self.text[span.clone()].trim_end().len();
                // Empty lines at its end are a part of one that keeps them.
                let keeps = header.contains('+') && span.end > trimmed;
                Some(if keeps { span.end - 1 } else { trimmed })
            }
            Kind::Scalar => Some(span.end),
        }
    }

    /// The spaces before the column of a value on its line, which has nothing before it there but dashes.
    fn indentation(&self, value: &Written) -> Result<String, Unsafe> {
        let start = value.span().start;
        let line_start = self.line_start(start);
        let before = &self.text[line_start..start];
        if before.bytes().all(|byte| byte == b' ' || byte == b'-') {
            Ok(" ".repeat(before.len()))
        } else {
            Err(Unsafe::Indentation(self.line(start)))
        }
    }

    /// Refuses a value that an alias gives to others, or that is in such a one.
    fn check_alone(value: &Written) -> Result<(), Unsafe> {
        let at = value.span().start;
        let shared = value.aliases().into_iter().find(|alias| {
            alias
                .aliased()
                .is_some_and(|target| target.span().contains(&at) || target.number() == value.number())
        });
        shared.map_or(Ok(()), |alias| Err(Unsafe::Shared(alias.line())))
    }

    /// The line from a position on that is in the blocks of what something belongs to, with only the ends of others before it.
    fn settled(&self, mut at: usize, frame: &Frame) -> Result<usize, Unsafe> {
        let first = at;
        while self.frame(at) != *frame {
            let next = self.next_line(at);
            let covered = self.cover[at..next].trim();
            if next == at || !(covered.is_empty() || covered.starts_with('#')) {
                return Err(Unsafe::Conditional(self.line(first.saturating_sub(1))));
            }
            at = next;
        }
        self.check_untrimmed(at)?;
        if at == self.text.len() && self.ends_in_open_text() {
            return Err(Unsafe::Open(self.line(at)));
        }
        Ok(at)
    }

    /// Whether the last line of the text is that of a block of text (`|`, `>`), and not ended: a line after it would end it, and give it
    /// a line break.
    fn ends_in_open_text(&self) -> bool {
        let below = |value: &Written| {
            let is_block = value.aliased().is_none() && !value.is_flow();
            last_part(value).filter(|_| is_block)
        };
        let leaf = std::iter::successors(self.documents.last().cloned(), below).last();
        let is_block =
            leaf.is_some_and(|leaf| matches!(leaf.node().style(), Some(Style::Literal | Style::Folded)));
        is_block && !self.text.ends_with('\n')
    }

    /// Lines that are put in after the line of a position, and after actions alone on theirs: these print more of the same.
    fn lines_after(&self, end: usize, frame: &Frame, lines: &[String]) -> Result<Insertion, Unsafe> {
        let mut at = self.next_line(end);
        let prints =
            |action: &Action| action.role == Role::Plain && !self.text[action.span.clone()].contains("/*");
        while at < self.text.len() {
            let next = self.next_line(at);
            let here = || self.actions.iter().filter(|action| (at..next).contains(&action.span.start));
            if !self.cover[at..next].trim().is_empty() || here().next().is_none() || !here().all(prints) {
                break;
            }
            at = next;
        }
        let at = self.settled(at, frame)?;
        Ok(self.lines_at(at, lines))
    }

    /// Lines that are put in where a line begins, or at the end of the text.
    pub(super) fn lines_at(&self, at: usize, lines: &[String]) -> Insertion {
        let end = self.line_break();
        let is_open = at == self.text.len() && at > 0 && !self.text.ends_with('\n');
        let text = if is_open {
            lines.iter().flat_map(|line| [end, line]).collect()
        } else {
            lines.iter().flat_map(|line| [line, end]).collect()
        };
        Insertion { at, text }
    }

    /// Adds an item to a list. `lines` are those of the item, the first one after its dash; `flow` is the item for a list in brackets.
    ///
    /// # Errors
    ///
    /// Where that is not safe.
    pub(super) fn add_item(
        &self,
        list: &Written,
        frame: &Frame,
        (lines, flow): (&[String], &str),
    ) -> Result<Insertion, Unsafe> {
        Self::check_alone(list)?;
        if list.aliased().is_some() {
            return Err(Unsafe::Merged(list.line()));
        }
        if list.node().kind() != Kind::Sequence {
            return Err(Unsafe::NotAList(list.line()));
        }
        if list.is_flow() {
            return self.add_in_flow(list, frame, flow);
        }
        let (Some(end), Some(first)) = (self.end(list), list.item(0)) else {
            return Err(Unsafe::NotAList(list.line()));
        };
        let start = list.span().start;
        let start = if self.text[start..].starts_with('-') { start } else { self.dash_before(&first)? };
        let before = &self.text[self.line_start(start)..start];
        if !before.bytes().all(|byte| byte == b' ') {
            return Err(Unsafe::Indentation(self.line(start)));
        }
        let lines: Vec<String> = super::item(lines).iter().map(|line| format!("{before}{line}")).collect();
        self.lines_after(end, frame, &lines)
    }

    /// The dash of an item.
    fn dash_before(&self, item: &Written) -> Result<usize, Unsafe> {
        let start = item.span().start;
        let line_start = self.line_start(start);
        let dash = self.text[line_start..start].find('-').map(|at| line_start + at);
        dash.ok_or_else(|| Unsafe::Indentation(self.line(start)))
    }

    fn add_in_flow(&self, list: &Written, frame: &Frame, text: &str) -> Result<Insertion, Unsafe> {
        let span = list.span();
        if self.frame(span.start) != *frame || self.frame(span.end) != *frame {
            return Err(Unsafe::Conditional(list.line()));
        }
        let Some(part) = last_part(list) else {
            return Ok(Insertion { at: span.end - 1, text: text.to_owned() });
        };
        let end = self.end(&part).ok_or_else(|| Unsafe::NotAList(part.line()))?;
        if self.frame(end) != *frame {
            return Err(Unsafe::Conditional(part.line()));
        }
        Ok(Insertion { at: end, text: format!(", {text}") })
    }

    /// Adds keys to a mapping, after all that it has. `lines` are those of the keys; `flow` is the same for a mapping in braces.
    ///
    /// # Errors
    ///
    /// Where that is not safe.
    pub(super) fn add_keys(
        &self,
        mapping: &Written,
        frame: &Frame,
        (lines, flow): (&[String], &str),
    ) -> Result<Insertion, Unsafe> {
        Self::check_alone(mapping)?;
        if mapping.is_flow() {
            return self.add_in_flow(mapping, frame, flow);
        }
        let Some((key, _)) = mapping.pairs().into_iter().next() else {
            return Err(Unsafe::NotAList(mapping.line()));
        };
        let end = self.end(mapping).ok_or_else(|| Unsafe::NotAList(mapping.line()))?;
        let indentation = self.indentation(&key)?;
        let lines: Vec<String> = lines.iter().map(|line| format!("{indentation}{line}")).collect();
        self.lines_after(end, frame, &lines)
    }

    /// Adds keys to a mapping before all that it has.
    ///
    /// # Errors
    ///
    /// Where that is not safe.
    pub(super) fn add_first_keys(
        &self,
        mapping: &Written,
        frame: &Frame,
        lines: &[String],
    ) -> Result<Insertion, Unsafe> {
        Self::check_alone(mapping)?;
        let Some((key, _)) = mapping.pairs().into_iter().next().filter(|_| !mapping.is_flow()) else {
            return Err(Unsafe::NotAList(mapping.line()));
        };
        let indentation = self.indentation(&key)?;
        let start = self.line_start(key.span().start);
        if self.text[start..key.span().start].contains('-') {
            return Err(Unsafe::Indentation(self.line(start)));
        }
        let at = self.before(start, frame)?;
        let lines: Vec<String> = lines.iter().map(|line| format!("{indentation}{line}")).collect();
        Ok(self.lines_at(at, &lines))
    }

    /// The start of a line, or of one before it with only the beginnings of blocks and comments between, that is in these blocks.
    fn before(&self, mut at: usize, frame: &Frame) -> Result<usize, Unsafe> {
        let first = at;
        while self.frame(at) != *frame {
            let Some(end) = at.checked_sub(1) else { return Err(Unsafe::Conditional(self.line(first))) };
            let start = self.line_start(end);
            let covered = self.cover[start..end].trim();
            if !(covered.is_empty() || covered.starts_with('#')) {
                return Err(Unsafe::Conditional(self.line(first)));
            }
            at = start;
        }
        self.check_untrimmed(at).map(|()| at)
    }

    /// Refuses a position whose line break is taken away by an action before it.
    fn check_untrimmed(&self, at: usize) -> Result<(), Unsafe> {
        let before = self.text[..at].trim_end().len();
        let trims = self.actions.iter().any(|action| action.trims_right && action.span.end == before);
        if trims { Err(Unsafe::Trimmed(self.line(before))) } else { Ok(()) }
    }

    /// Adds lines below a key that has no value: a list or a mapping begins with them. `lines` are indented by two spaces more than the
    /// key.
    ///
    /// # Errors
    ///
    /// Where that is not safe.
    pub(super) fn fill(&self, key: &Written, frame: &Frame, lines: &[String]) -> Result<Insertion, Unsafe> {
        Self::check_alone(key)?;
        let indentation = self.indentation(key)?;
        let lines: Vec<String> = lines.iter().map(|line| format!("{indentation}  {line}")).collect();
        self.lines_after(key.span().end, frame, &lines)
    }

    /// Adds lines at the end of the text.
    ///
    /// # Errors
    ///
    /// Where that is not safe.
    pub(super) fn append(&self, lines: &[String]) -> Result<Insertion, Unsafe> {
        let at = self.settled(self.text.len(), &Frame::new())?;
        Ok(self.lines_at(at, lines))
    }

    /// Adds comments after the last of those that begin like `after`, else before all else, else where no action takes their line breaks.
    ///
    /// # Errors
    ///
    /// Where there is no such place.
    pub(super) fn comment(&self, after: &str, lines: &[String]) -> Result<Insertion, Unsafe> {
        let mut places = Vec::new();
        let mut at = 0;
        let mut is_head = true;
        for line in self.text.split_inclusive('\n') {
            let covered = self.cover[at..at + line.len()].trim_start_matches('\u{feff}').trim();
            if is_head {
                let mark = if at == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                places.push(at + mark);
            }
            is_head &= covered.is_empty() || covered.starts_with('#');
            at += line.len();
            // One that is indented may be the text of a value.
            if line.starts_with(after) && line.ends_with('\n') && self.frame(at).is_empty() {
                places.insert(0, at);
            }
        }
        if self.text.is_empty() || self.text.ends_with('\n') {
            places.push(self.text.len());
        }
        let mut first = None;
        for at in places {
            match self.comment_at(at) {
                Ok(()) => return Ok(self.lines_at(at, lines)),
                Err(why) => first = first.or(Some(why)),
            }
        }
        Err(first.unwrap_or(Unsafe::Unreadable))
    }

    /// Whether a comment may be put in at a position.
    fn comment_at(&self, at: usize) -> Result<(), Unsafe> {
        if !self.frame(at).is_empty() {
            return Err(Unsafe::Conditional(self.line(at)));
        }
        let next = self.text.len() - self.text[at..].trim_start().len();
        if self.actions.iter().any(|action| action.trims_left && action.span.start == next) {
            return Err(Unsafe::Trimmed(self.line(next)));
        }
        self.settled(at, &Frame::new()).map(|_| ())
    }
}

/// The last value of a mapping or item of a sequence.
fn last_part(value: &Written) -> Option<Written> {
    match value.node().kind() {
        Kind::Mapping => value.pairs().pop().map(|(_, value)| value),
        Kind::Sequence => value.items().next_back(),
        Kind::Scalar => None,
    }
}

/// A text with letters in the place of actions that stand beside something else on their line, and spaces in that of all others.
fn covered(text: &str, actions: &[Action]) -> String {
    let mut cover = text.as_bytes().to_vec();
    for action in actions {
        fill(&mut cover, action.span.clone(), b' ');
    }
    let blank = String::from_utf8_lossy(&cover).into_owned();
    for action in actions {
        let start = blank[..action.span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = blank[action.span.end..].find('\n').map_or(blank.len(), |at| at + action.span.end);
        if !blank[start..end].trim().is_empty() {
            fill(&mut cover, action.span.clone(), b'x');
        }
    }
    String::from_utf8(cover).unwrap_or(blank)
}

fn fill(cover: &mut [u8], span: Range<usize>, with: u8) {
    for byte in &mut cover[span] {
        if !matches!(*byte, b'\n' | b'\r') {
            *byte = with;
        }
    }
}

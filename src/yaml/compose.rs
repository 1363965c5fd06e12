//! From parser events to trees: anchors, tags, limits.

use std::ops::Range;

use indexmap::IndexMap;
use libyaml_safer::{Encoding, Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

use super::error::{Error, ErrorKind};
use super::input::{Input, Reader, is_break};
use super::tag;
use super::tree::{Content, Data, Id, Style, Tree};
use super::{Limits, expansion};

/// How much of a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    /// The first document; what follows it may be anything.
    First,
}

/// The nodes of a text, and the roots of its documents.
pub(super) fn compose(input: &Input<'_>, limits: &Limits, extent: Extent) -> Result<(Tree, Vec<Id>), Error> {
    let mut parser = Parser::new();
    parser.set_input(input.reader());
    // Left to itself, the parser takes any text that starts with a byte of a byte order mark for one.
    parser.set_encoding(Encoding::Utf8);
    let mut composer = Composer::new(input, limits);
    loop {
        let event = parser.parse().map_err(|error| syntax_error(&error, input))?;
        let ends_document = matches!(event.data, EventData::DocumentEnd { .. });
        if composer.take(event)? {
            return Ok((composer.tree, composer.roots));
        }
        if ends_document && extent == Extent::First {
            look_ahead(&mut parser, input)?;
            return Ok((composer.tree, composer.roots));
        }
    }
}

/// go-yaml's scanner is some tokens ahead of its parser, so it may notice a mistake right after a document. How many
/// depends on the tokens; what is wrong in the first few events is refused.
fn look_ahead(parser: &mut Parser<Reader<'_>>, input: &Input<'_>) -> Result<(), Error> {
    for _ in 0..4 {
        match parser.parse() {
            Ok(Event { data: EventData::StreamEnd, .. }) => break,
            Ok(_) => {}
            Err(error) if error.kind() == libyaml_safer::ErrorKind::Scanner => {
                let error = syntax_error(&error, input);
                return Err(error.into_unsupported("after the first document"));
            }
            // Its parser does not run ahead.
            Err(_) => break,
        }
    }
    Ok(())
}

struct Composer<'a> {
    input: &'a Input<'a>,
    limits: &'a Limits,
    tree: Tree,
    roots: Vec<Id>,
    /// Whether the current document has an alias.
    has_aliases: bool,
    /// Whether `%YAML` stands before this document.
    versioned: bool,
    open: Vec<Open>,
    /// Where each anchor was last set. Later documents see the anchors of earlier ones.
    anchors: IndexMap<String, Id>,
    nodes: usize,
    flow_depth: u64,
    flow_work: u64,
}

/// A collection whose end has not come.
struct Open {
    id: Id,
    flow: bool,
}

impl<'a> Composer<'a> {
    fn new(input: &'a Input<'a>, limits: &'a Limits) -> Self {
        Self {
            input,
            limits,
            tree: Tree::default(),
            roots: Vec::new(),
            has_aliases: false,
            versioned: false,
            open: Vec::new(),
            anchors: IndexMap::new(),
            nodes: 0,
            flow_depth: 0,
            flow_work: 0,
        }
    }

    /// Takes one event and says whether it was the last.
    fn take(&mut self, event: Event) -> Result<bool, Error> {
        let (start, end) = (event.start_mark, event.end_mark);
        self.flow_work += self.flow_depth;
        if self.flow_work > self.limits.flow_work {
            let message = "the text has too much in deeply nested flow collections";
            return Err(self.error(ErrorKind::Limit, message, start, end));
        }
        match event.data {
            EventData::StreamEnd => return Ok(true),
            EventData::DocumentStart { version_directive: Some(version), .. }
                if (version.major, version.minor) != (1, 1) =>
            {
                let error = self.error(ErrorKind::Syntax, "found incompatible YAML document", start, end);
                return Err(error.hint("go-yaml takes `%YAML 1.1` only; leave the line out"));
            }
            EventData::DocumentStart { version_directive, .. } => {
                self.versioned = version_directive.is_some();
            }
            EventData::StreamStart { .. } => {}
            EventData::DocumentEnd { .. } => {
                let has_aliases = std::mem::take(&mut self.has_aliases);
                if let Some(&root) = self.roots.last().filter(|_| has_aliases) {
                    expansion::check(&self.tree, root, self.limits)?;
                }
            }
            EventData::Alias { anchor } => self.alias(&anchor, start, end)?,
            EventData::Scalar { anchor, tag, value, style, .. } => {
                self.scalar(anchor, tag.as_deref(), value, style, start, end)?;
            }
            EventData::SequenceStart { anchor, tag, style, .. } => {
                let flow = style == SequenceStyle::Flow;
                self.begin(Content::Sequence(Vec::new()), flow, anchor, tag.as_deref(), start, end)?;
            }
            EventData::MappingStart { anchor, tag, style, .. } => {
                let flow = style == MappingStyle::Flow;
                self.begin(Content::Mapping(Vec::new()), flow, anchor, tag.as_deref(), start, end)?;
            }
            EventData::SequenceEnd | EventData::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.flow_depth -= u64::from(open.flow);
                    let end = self.input.offset(end.index);
                    let span = &mut self.tree.get_mut(open.id).span;
                    span.end = end.max(span.start);
                }
            }
        }
        Ok(false)
    }

    fn begin(
        &mut self,
        content: Content,
        flow: bool,
        anchor: Option<String>,
        tag: Option<&str>,
        start: Mark,
        end: Mark,
    ) -> Result<(), Error> {
        if tag.is_some_and(|tag| tag::short(tag) == "!!null") {
            let message = "a list or map with the tag `!!null`";
            return Err(self.error(ErrorKind::Unsupported, message, start, end).hint("remove the tag"));
        }
        let id = self.add(content, tag, start, end)?;
        self.tree.get_mut(id).is_flow = flow;
        self.anchor(anchor, id);
        if self.open.len() >= self.limits.depth {
            let message = format!("nested more than {} levels deep", self.limits.depth);
            return Err(self.error(ErrorKind::Limit, &message, start, end));
        }
        self.open.push(Open { id, flow });
        self.flow_depth += u64::from(flow);
        Ok(())
    }

    fn scalar(
        &mut self,
        anchor: Option<String>,
        tag: Option<&str>,
        value: String,
        style: ScalarStyle,
        start: Mark,
        end: Mark,
    ) -> Result<(), Error> {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            _ => Style::Plain,
        };
        if style == Style::Plain && self.flow_depth > 0 {
            self.check_flow_scalar(&value, start, end)?;
        }
        if style == Style::DoubleQuoted {
            self.check_escapes(start, end)?;
        }
        let mut value = value;
        if matches!(style, Style::Literal | Style::Folded) && self.input.added_break() == Some(end.index) {
            self.take_back_break(&mut value, start, end)?;
        }
        let id = self.add(Content::Scalar { text: value.into(), style }, tag, start, end)?;
        self.anchor(anchor, id);
        Ok(())
    }

    /// go-yaml ends a plain scalar in a flow collection at a `?`; this parser does not.
    fn check_flow_scalar(&self, value: &str, start: Mark, end: Mark) -> Result<(), Error> {
        if value.contains('?') {
            let message = "a `?` in an unquoted scalar inside `[…]` or `{…}`";
            return Err(self
                .error(ErrorKind::Unsupported, message, start, end)
                .hint("put the scalar in quotes"));
        }
        Ok(())
    }

    /// go-yaml does not know the escape `\/`; this parser does.
    fn check_escapes(&self, start: Mark, end: Mark) -> Result<(), Error> {
        let source = self.input.slice(start.index, end.index);
        if !source.contains("\\/") {
            return Ok(());
        }
        let mut escaped = false;
        for character in source.chars() {
            if escaped && character == '/' {
                let error = self.error(ErrorKind::Syntax, "found unknown escape character", start, end);
                return Err(error.hint("write `/` without a backslash"));
            }
            escaped = character == '\\' && !escaped;
        }
        Ok(())
    }

    /// Removes the line break that was added to the text from a block scalar that took it as its own.
    fn take_back_break(&self, value: &mut String, start: Mark, end: Mark) -> Result<(), Error> {
        let source = self.block_source(start, end);
        let header = header(source);
        if header.contains('-') {
            return Ok(());
        }
        let last = self.input.last_line();
        let is_content = if last.bytes().any(|byte| byte != b' ') {
            true
        } else if header.contains(|digit: char| digit.is_ascii_digit()) {
            let message =
                "a block scalar with an indentation number at the end of a text that ends in spaces";
            return Err(self
                .error(ErrorKind::Unsupported, message, start, end)
                .hint("end the text with a line break"));
        } else {
            last.len() > block_indent(source)
        };
        // A line without content counts only for `+`.
        if (is_content || header.contains('+')) && value.ends_with('\n') {
            value.pop();
        }
        Ok(())
    }

    /// The source of a block scalar from its `|` or `>`, without the anchor, tag and comments before it.
    fn block_source(&self, start: Mark, end: Mark) -> &str {
        let mut rest = self.input.slice(start.index, end.index);
        let is_blank = |character| matches!(character, ' ' | '\t') || is_break(character);
        while !rest.starts_with(['|', '>']) {
            // Neither an anchor nor a tag can contain a space.
            let length = if rest.starts_with('#') { rest.find(is_break) } else { rest.find(is_blank) };
            let Some(length) = length else { return "" };
            rest = rest[length..].trim_start_matches(is_blank);
        }
        rest
    }

    fn alias(&mut self, anchor: &str, start: Mark, end: Mark) -> Result<(), Error> {
        let Some(&target) = self.anchors.get(anchor) else {
            let message = format!("unknown anchor '{anchor}' referenced");
            return Err(self.error(ErrorKind::Document, &message, start, end));
        };
        self.has_aliases = true;
        self.add(Content::Alias { anchor: anchor.into(), target }, None, start, end)?;
        Ok(())
    }

    fn anchor(&mut self, anchor: Option<String>, id: Id) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
    }

    fn add(&mut self, content: Content, tag: Option<&str>, start: Mark, end: Mark) -> Result<Id, Error> {
        self.nodes += 1;
        let data = Data {
            content,
            tag: tag.filter(|tag| !matches!(*tag, "" | "!")).map(|tag| tag::short(tag).into()),
            bare_tag: tag == Some("!"),
            standard_tag: tag.is_some_and(tag::is_standard),
            versioned: self.open.is_empty() && self.versioned,
            is_flow: false,
            line: count(start.line),
            column: count(start.column),
            span: self.span(start, end),
        };
        let id = if self.nodes > self.limits.nodes { None } else { self.tree.push(data) };
        let Some(id) = id else {
            let message = format!("the text has more than {} values", self.limits.nodes);
            return Err(self.error(ErrorKind::Limit, &message, start, end));
        };
        match self.open.last() {
            None => self.roots.push(id),
            Some(parent) => {
                if let Content::Sequence(children) | Content::Mapping(children) =
                    &mut self.tree.get_mut(parent.id).content
                {
                    children.push(id);
                }
            }
        }
        Ok(id)
    }

    fn span(&self, start: Mark, end: Mark) -> Range<usize> {
        let start = self.input.offset(start.index);
        start..self.input.offset(end.index).max(start)
    }

    fn error(&self, kind: ErrorKind, message: &str, start: Mark, end: Mark) -> Error {
        Error::new(kind, message).at(
            count(start.line) as usize,
            count(start.column) as usize,
            self.span(start, end),
        )
    }
}

/// The indicators after `|` or `>`.
fn header(source: &str) -> &str {
    let length = source.bytes().skip(1).take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    source.get(1..=length).unwrap_or_default()
}

/// The indentation that the parser finds for a block scalar without an indentation number.
fn block_indent(source: &str) -> usize {
    let mut indent = 0;
    for line in source.split(is_break).skip(1) {
        let blanks = line.bytes().take_while(|&byte| byte == b' ').count();
        indent = indent.max(blanks);
        if blanks < line.len() {
            break;
        }
    }
    indent
}

/// Lines and columns of the parser count from 0.
fn count(from_zero: u64) -> u32 {
    u32::try_from(from_zero).map_or(u32::MAX, |number| number.saturating_add(1))
}

pub(super) fn syntax_error(error: &libyaml_safer::Error, input: &Input<'_>) -> Error {
    let problem = error.problem();
    let mark = error.problem_mark().unwrap_or_default();
    let message = match (error.context(), error.context_mark()) {
        (Some(context), Some(from)) if from.line < mark.line => {
            format!("{problem} {context} that starts in line {}", from.line + 1)
        }
        (Some(context), _) => format!("{problem} {context}"),
        _ => problem.to_owned(),
    };
    let at = input.offset(mark.index);
    let found = input.slice(mark.index, mark.index + 1).chars().next();
    let mut result = Error::new(ErrorKind::Syntax, message)
        .at(count(mark.line) as usize, count(mark.column) as usize, at..at + found.map_or(0, char::len_utf8))
        .go_text(go_text(error));
    if found == Some('\t') && is_comment_after_tab(input, mark.index) {
        // go-yaml passes over some of these, when they follow another comment.
        return Error::new(ErrorKind::Unsupported, "a tab before a comment on a separate line")
            .at(count(mark.line) as usize, count(mark.column) as usize, at..at + 1)
            .hint("indent the comment with spaces");
    }
    if found == Some('\t') || problem.contains("tab character") {
        result = result.hint("YAML is indented with spaces, never with tabs");
    }
    result
}

/// Whether a line contains nothing but spaces and a comment from this character on.
fn is_comment_after_tab(input: &Input<'_>, from: u64) -> bool {
    input.rest(from).trim_start_matches([' ', '\t']).starts_with('#')
}

/// The text of go-yaml's parser for the same problem. It counts lines from 0, except for problems of the scanner.
fn go_text(error: &libyaml_safer::Error) -> String {
    let from_scanner = u64::from(error.kind() == libyaml_safer::ErrorKind::Scanner);
    let line = [error.context_mark(), error.problem_mark()]
        .into_iter()
        .flatten()
        .map(|mark| mark.line)
        .find(|&line| line != 0)
        .map(|line| line + from_scanner);
    match line {
        Some(line) => format!("yaml: line {line}: {}", error.problem()),
        None => format!("yaml: {}", error.problem()),
    }
}

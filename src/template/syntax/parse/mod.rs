//! Builds the tree. What it accepts, and in which words it complains, is Go's `text/template/parse`.

mod pipeline;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use super::scan::{Kind, Token, scan};
use super::tree::{Branch, Invocation, List, Node, TemplateText, Tree};
use super::{Known, MAX_NESTING, SyntaxError};
use crate::diagnostic::Refusal;
use crate::go::strconv::{quote, unquote};

/// The name that helmfile parses every text under.
pub(super) const PARSE_NAME: &str = "stringTemplate";

type Parsed<T> = Result<T, SyntaxError>;

/// How a list of nodes ended.
enum Terminator {
    End,
    Else,
}

impl Terminator {
    const fn shown(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

enum Item {
    Node(Node),
    Terminator(Terminator),
}

/// What belongs to the template that is being parsed, and starts anew in a `define` or `block`.
struct Frame {
    variables: Vec<Rc<str>>,
    /// Open `range`s.
    ranges: usize,
    /// The last token that this template has looked at, whose line Go reports.
    latest: Option<usize>,
    /// The token that opened the current action.
    action: Option<usize>,
}

impl Frame {
    fn new() -> Self {
        Self { variables: vec!["$".into()], ranges: 0, latest: None, action: None }
    }
}

pub(super) struct Parser<'a> {
    source: &'a Rc<TemplateText>,
    known: &'a dyn Fn(&str) -> Known,
    tokens: Vec<Token>,
    next: usize,
    frame: Frame,
    nesting: usize,
    trees: BTreeMap<Rc<str>, Tree>,
}

/// Parses a text into its templates: the text itself under [`PARSE_NAME`], and whatever it defines.
pub(super) fn parse(source: &Rc<TemplateText>, known: &dyn Fn(&str) -> Known) -> Parsed<Vec<Tree>> {
    let mut parser = Parser {
        source,
        known,
        tokens: scan(&source.text),
        next: 0,
        frame: Frame::new(),
        nesting: 0,
        trees: BTreeMap::new(),
    };
    let root = parser.text()?;
    parser.add(PARSE_NAME.into(), root)?;
    Ok(parser.trees.into_values().collect())
}

impl Parser<'_> {
    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len());
        token
    }

    fn peek(&mut self) -> &Token {
        let at = self.next.min(self.tokens.len() - 1);
        self.frame.latest = self.frame.latest.max(Some(at));
        &self.tokens[at]
    }

    fn skip_space(&mut self) {
        if self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn advance_solid(&mut self) -> Token {
        self.skip_space();
        self.advance()
    }

    fn peek_solid(&mut self) -> &Token {
        self.skip_space();
        self.peek()
    }

    fn line(&self, token: Option<usize>) -> usize {
        let Some(token) = token.and_then(|at| self.tokens.get(at)) else { return 0 };
        self.source.text[..token.start].matches('\n').count() + 1
    }

    fn error(&self, message: impl AsRef<str>) -> SyntaxError {
        let message = message.as_ref();
        let line = self.line(self.frame.latest);
        SyntaxError {
            message: format!("template: {PARSE_NAME}:{line}: {message}"),
            hint: None,
            refusal: None,
            offset: self.frame.latest.map_or(0, |at| self.tokens[at].start),
        }
    }

    /// An error that Go does not report.
    fn refuse(&self, refusal: Refusal, message: impl AsRef<str>, hint: &str) -> SyntaxError {
        SyntaxError { hint: Some(hint.to_owned()), refusal: Some(refusal), ..self.error(message) }
    }

    fn unexpected(&self, token: &Token, context: &str) -> SyntaxError {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", token.shown()));
        }
        let mut message = token.text.clone();
        let action = self.line(self.frame.action);
        let line = self.source.text[..token.start].matches('\n').count() + 1;
        if self.frame.action.is_some() && action != line {
            let inside = if message.ends_with(" action") { "" } else { " in action" };
            let _ = write!(message, "{inside} started at {PARSE_NAME}:{action}");
        }
        SyntaxError { offset: token.start, ..self.error(message) }
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token> {
        let token = self.advance_solid();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    fn enter(&mut self) -> Parsed<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.refuse(
                Refusal::Limit,
                format!("blocks and parentheses are nested more than {MAX_NESTING} deep"),
                "move inner parts into separate templates with `define`",
            ));
        }
        Ok(())
    }

    /// A whole text with its definitions.
    fn text(&mut self) -> Parsed<List> {
        let mut root = List::default();
        loop {
            match self.peek().kind {
                Kind::End_ => return Ok(root),
                Kind::LeftDelimiter => {
                    let left = self.next;
                    self.next += 1;
                    if self.advance_solid().kind == Kind::Define {
                        self.define()?;
                        continue;
                    }
                    self.next = left;
                }
                _ => {}
            }
            match self.item()? {
                Item::Node(node) => root.nodes.push(node),
                Item::Terminator(end) => return Err(self.error(format!("unexpected {}", end.shown()))),
            }
        }
    }

    fn define(&mut self) -> Parsed<()> {
        let context = "define clause";
        let outer = std::mem::replace(&mut self.frame, Frame::new());
        let token = self.advance_solid();
        let name = self.template_name(&token, context)?;
        self.expect(Kind::RightDelimiter, context)?;
        let (body, end) = self.list()?;
        if let Terminator::Else = end {
            return Err(self.error(format!("unexpected {} in {context}", end.shown())));
        }
        self.add(name, body)?;
        self.frame = outer;
        Ok(())
    }

    /// Keeps a finished template: an empty one gives way, two others of one name are an error.
    fn add(&mut self, name: Rc<str>, root: List) -> Parsed<()> {
        let tree = Tree { name: Rc::clone(&name), source: Rc::clone(self.source), root };
        let replaceable = self.trees.get(&name).is_none_or(Tree::is_empty);
        if replaceable {
            self.trees.insert(name, tree);
        } else if !tree.is_empty() {
            let name = quote(name.as_bytes(), false);
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    fn template_name(&mut self, token: &Token, context: &str) -> Parsed<Rc<str>> {
        if !matches!(token.kind, Kind::Quoted | Kind::RawQuoted) {
            return Err(self.unexpected(token, context));
        }
        let name = unquote(&token.text).ok_or_else(|| self.error("invalid syntax"))?;
        match String::from_utf8(name) {
            Ok(name) => Ok(name.into()),
            Err(_) => Err(self.refuse(
                Refusal::NotUtf8,
                "helmsum does not support template names that are not UTF-8",
                "give the template another name",
            )),
        }
    }

    /// Nodes up to an `end` or `else`.
    fn list(&mut self) -> Parsed<(List, Terminator)> {
        let mut list = List::default();
        while self.peek_solid().kind != Kind::End_ {
            match self.item()? {
                Item::Node(node) => list.nodes.push(node),
                Item::Terminator(end) => return Ok((list, end)),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn item(&mut self) -> Parsed<Item> {
        let at = self.next;
        let token = self.advance_solid();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text { offset: token.start, text: token.text.into() })),
            Kind::LeftDelimiter => {
                self.frame.action = Some(at);
                let item = self.action()?;
                self.frame.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        self.skip_space();
        let start = self.next;
        let token = self.advance();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.leave_range("break", Node::Break)?,
            Kind::Continue => self.leave_range("continue", Node::Continue)?,
            Kind::Else => {
                if !matches!(self.peek_solid().kind, Kind::If | Kind::With) {
                    self.expect(Kind::RightDelimiter, "else")?;
                }
                return Ok(Item::Terminator(Terminator::Else));
            }
            Kind::End => {
                self.expect(Kind::RightDelimiter, "end")?;
                return Ok(Item::Terminator(Terminator::End));
            }
            Kind::If => Node::If(self.branch("if")?),
            Kind::Range => Node::Range(self.branch("range")?),
            Kind::With => Node::With(self.branch("with")?),
            Kind::Template => self.invocation()?,
            _ => {
                self.next = start;
                Node::Action(self.pipeline("command", Kind::RightDelimiter)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn leave_range(&mut self, word: &str, node: Node) -> Parsed<Node> {
        self.expect(Kind::RightDelimiter, &format!("{{{{{word}}}}}"))?;
        if self.frame.ranges == 0 {
            return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(node)
    }

    fn branch(&mut self, word: &str) -> Parsed<Branch> {
        self.enter()?;
        let scope = self.frame.variables.len();
        let pipeline = self.pipeline(word, Kind::RightDelimiter)?;
        let is_range = usize::from(word == "range");
        self.frame.ranges += is_range;
        let (body, end) = self.list()?;
        self.frame.ranges -= is_range;
        let otherwise = match end {
            Terminator::End => None,
            Terminator::Else => Some(self.otherwise(word)?),
        };
        self.frame.variables.truncate(scope);
        self.nesting -= 1;
        Ok(Branch { pipeline, body, otherwise })
    }

    /// What follows an `else`; the `if` or `with` of an `else if` shares its `end`.
    fn otherwise(&mut self, word: &str) -> Parsed<List> {
        let node = match (word, self.peek().kind) {
            ("if", Kind::If) => {
                self.next += 1;
                Node::If(self.branch("if")?)
            }
            ("with", Kind::With) => {
                self.next += 1;
                Node::With(self.branch("with")?)
            }
            _ => {
                let (list, end) = self.list()?;
                return match end {
                    Terminator::End => Ok(list),
                    Terminator::Else => Err(self.error(format!("expected end; found {}", end.shown()))),
                };
            }
        };
        Ok(List { nodes: vec![node] })
    }

    fn block(&mut self) -> Parsed<Node> {
        self.enter()?;
        let context = "block clause";
        let token = self.advance_solid();
        let name = self.template_name(&token, context)?;
        let pipeline = self.pipeline(context, Kind::RightDelimiter)?;
        let outer = std::mem::replace(&mut self.frame, Frame::new());
        let (body, end) = self.list()?;
        let inner = std::mem::replace(&mut self.frame, outer);
        if let Terminator::Else = end {
            return Err(self.error(format!("unexpected {} in {context}", end.shown())));
        }
        let outer = std::mem::replace(&mut self.frame, inner);
        self.add(Rc::clone(&name), body)?;
        self.frame = outer;
        self.nesting -= 1;
        Ok(Node::Template(Invocation { offset: token.start, name, pipeline: Some(pipeline) }))
    }

    fn invocation(&mut self) -> Parsed<Node> {
        let context = "template clause";
        let token = self.advance_solid();
        let name = self.template_name(&token, context)?;
        let pipeline = if self.peek_solid().kind == Kind::RightDelimiter {
            self.next += 1;
            None
        } else {
            Some(self.pipeline(context, Kind::RightDelimiter)?)
        };
        Ok(Node::Template(Invocation { offset: token.start, name, pipeline }))
    }
}

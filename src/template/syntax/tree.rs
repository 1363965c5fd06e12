//! The syntax tree of a template. Offsets are bytes from the start of the text; those of operands are where Go reports
//! errors, which for `.a.b` is the dot before `b`.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::number::Number;
use crate::value::Value;

/// A text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct TemplateText {
    /// The file it comes from, or the name that messages give it.
    pub name: Utf8PathBuf,
    /// The whole text.
    pub text: Arc<str>,
}

/// One template of a text: the text itself, a `define` or a `block`.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The name it is called by.
    pub name: Rc<str>,
    /// The text that offsets point into.
    pub source: Rc<TemplateText>,
    /// What it does.
    pub root: List,
}

impl Tree {
    /// Whether there is nothing but white space and comments in it: such a template replaces no other one.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.root.nodes.iter().all(|node| matches!(node, Node::Text { text, .. } if is_blank(text)))
    }
}

/// Whether Go's `bytes.TrimSpace` leaves nothing.
fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        matches!(
            character,
            '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'
                ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
    })
}

#[derive(Debug, Default)]
pub(crate) struct List {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// One piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text between actions, as left by `{{-` and `-}}`.
    Text { offset: usize, text: Rc<str> },
    /// A pipeline whose value is printed unless it declares variables.
    Action(Pipeline),
    /// `if`
    If(Branch),
    /// `with`
    With(Branch),
    /// `range`
    Range(Branch),
    /// `template`, or the call that a `block` is.
    Template(Invocation),
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// `if`, `with` and `range`.
#[derive(Debug)]
pub(crate) struct Branch {
    /// What is asked or walked over.
    pub pipeline: Pipeline,
    /// The body.
    pub body: List,
    /// The part after `else`.
    pub otherwise: Option<List>,
}

/// `{{template "name" pipeline}}`
#[derive(Debug)]
pub(crate) struct Invocation {
    /// Where the name stands.
    pub offset: usize,
    /// The template's name.
    pub name: Rc<str>,
    /// What becomes its dot.
    pub pipeline: Option<Pipeline>,
}

/// Commands, each of which gets the value of the one before as its last argument.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// Where it starts.
    pub offset: usize,
    /// Variables that take the value, with their `$`.
    pub variables: Vec<Rc<str>>,
    /// Whether they exist already: `=` and not `:=`.
    pub assigns: bool,
    /// The commands; never empty.
    pub commands: Vec<Command>,
}

/// A function, method or value, and arguments.
#[derive(Debug)]
pub(crate) struct Command {
    /// Where it starts.
    pub offset: usize,
    /// Where its last operand ends.
    pub end: usize,
    /// What is called, and its arguments; never empty.
    pub operands: Vec<Operand>,
}

/// A value in a command.
#[derive(Debug)]
pub(crate) struct Operand {
    /// Where errors about it point.
    pub offset: usize,
    /// What it is.
    pub kind: OperandKind,
}

/// What a value in a command is.
#[derive(Debug)]
pub(crate) enum OperandKind {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A number or a character.
    Number(Number),
    Text {
        /// As written, with its quotes.
        quoted: Rc<str>,
        value: Value,
    },
    /// `.a.b`
    Field(Vec<Rc<str>>),
    /// `$x.a.b`
    Variable(Rc<str>, Vec<Rc<str>>),
    /// The name of a function.
    Function(Rc<str>),
    /// A pipeline in parentheses.
    Pipeline(Box<Pipeline>),
    /// Fields of a function's or pipeline's value: `(…).a.b`
    Chain(Box<Operand>, Vec<Rc<str>>),
}

impl fmt::Display for Pipeline {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            write!(out, "{} {} ", self.variables.join(", "), if self.assigns { "=" } else { ":=" })?;
        }
        for (at, command) in self.commands.iter().enumerate() {
            if at > 0 {
                out.write_str(" | ")?;
            }
            command.fmt(out)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, operand) in self.operands.iter().enumerate() {
            if at > 0 {
                out.write_str(" ")?;
            }
            match &operand.kind {
                OperandKind::Pipeline(pipeline) => write!(out, "({pipeline})")?,
                _ => operand.fmt(out)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    /// The text that Go shows between `<` and `>` in an error.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Dot => out.write_str("."),
            OperandKind::Nil => out.write_str("nil"),
            OperandKind::Bool(truth) => truth.fmt(out),
            OperandKind::Number(number) => out.write_str(&number.text),
            OperandKind::Text { quoted, .. } => out.write_str(quoted),
            OperandKind::Field(names) => fields(out, names),
            OperandKind::Variable(name, names) => {
                out.write_str(name)?;
                fields(out, names)
            }
            OperandKind::Function(name) => out.write_str(name),
            OperandKind::Pipeline(pipeline) => pipeline.fmt(out),
            OperandKind::Chain(start, names) => {
                match &start.kind {
                    OperandKind::Pipeline(pipeline) => write!(out, "({pipeline})")?,
                    _ => start.fmt(out)?,
                }
                fields(out, names)
            }
        }
    }
}

fn fields(out: &mut fmt::Formatter<'_>, names: &[Rc<str>]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(out, ".{name}"))
}

impl fmt::Display for Invocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{{{{template {}", crate::go::strconv::quote(self.name.as_bytes(), false))?;
        if let Some(pipeline) = &self.pipeline {
            write!(out, " {pipeline}")?;
        }
        out.write_str("}}")
    }
}

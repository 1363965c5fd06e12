//! Pipelines, commands and operands.

use std::rc::Rc;

use super::super::Known;
use super::super::number::{Number, is_imaginary};
use super::super::scan::{Kind, Token};
use super::super::tree::{Command, Operand, OperandKind, Pipeline};
use super::{Parsed, Parser, SyntaxError};
use crate::diagnostic::Refusal;
use crate::go::strconv::{quote, unquote, unquote_character};
use crate::value::Value;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipeline> {
        let offset = self.peek_solid().start;
        let mut pipeline = Pipeline { offset, variables: Vec::new(), assigns: false, commands: Vec::new() };
        self.declarations(context, &mut pipeline)?;
        loop {
            let token = self.peek_solid().clone();
            match token.kind {
                kind if kind == end => {
                    self.next += 1;
                    break;
                }
                Kind::Bool
                | Kind::Character
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawQuoted
                | Kind::Quoted
                | Kind::Variable
                | Kind::LeftParenthesis => pipeline.commands.push(self.command()?),
                _ => {
                    self.next += 1;
                    return Err(self.unexpected(&token, context));
                }
            }
        }
        self.check_pipeline(&pipeline, context)?;
        Ok(pipeline)
    }

    /// `$x :=`, `$x =`, and in a `range` also `$i, $x :=`.
    fn declarations(&mut self, context: &str, pipeline: &mut Pipeline) -> Parsed<()> {
        while self.peek_solid().kind == Kind::Variable {
            let start = self.next;
            let name: Rc<str> = self.advance().text.into();
            let token = self.peek_solid().clone();
            let is_comma = token.kind == Kind::Symbol && token.text == ",";
            if !is_comma && !matches!(token.kind, Kind::Assign | Kind::Declare) {
                self.next = start;
                return Ok(());
            }
            self.next += 1;
            pipeline.variables.push(Rc::clone(&name));
            self.frame.variables.push(name);
            if !is_comma {
                pipeline.assigns = token.kind == Kind::Assign;
                return Ok(());
            }
            if context != "range" || pipeline.variables.len() > 1 {
                return Err(self.error(format!("too many declarations in {context}")));
            }
            if !matches!(
                self.peek_solid().kind,
                Kind::Variable | Kind::RightDelimiter | Kind::RightParenthesis
            ) {
                return Err(self.error("range can only initialize variables"));
            }
        }
        Ok(())
    }

    fn check_pipeline(&self, pipeline: &Pipeline, context: &str) -> Parsed<()> {
        if pipeline.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (at, command) in pipeline.commands.iter().enumerate().skip(1) {
            if matches!(
                command.operands.first().map(|operand| &operand.kind),
                Some(
                    OperandKind::Bool(_)
                        | OperandKind::Dot
                        | OperandKind::Nil
                        | OperandKind::Number(_)
                        | OperandKind::Text { .. }
                )
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", at + 1)));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let offset = self.peek_solid().start;
        let mut end = offset;
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            let before = self.next;
            operands.extend(self.operand()?);
            if self.next > before {
                end = self.last_end();
            }
            let token = self.peek().clone();
            match token.kind {
                Kind::Space => self.next += 1,
                Kind::RightDelimiter | Kind::RightParenthesis => break,
                Kind::Pipe => {
                    self.next += 1;
                    break;
                }
                _ => {
                    self.next += 1;
                    return Err(self.unexpected(&token, "operand"));
                }
            }
        }
        if operands.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(Command { offset, end, operands })
    }

    /// Where the token before the next one ends.
    fn last_end(&self) -> usize {
        let last = self.next.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.start + token.text.len())
    }

    /// A term with the fields that follow it without a space.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let offset = self.peek().start;
        let mut names: Vec<Rc<str>> = Vec::new();
        while self.peek().kind == Kind::Field {
            names.push(self.advance().text[1..].into());
        }
        let kind = match term.kind {
            OperandKind::Field(mut first) => {
                first.append(&mut names);
                OperandKind::Field(first)
            }
            OperandKind::Variable(name, _) => OperandKind::Variable(name, names),
            OperandKind::Function(_) | OperandKind::Pipeline(_) => OperandKind::Chain(Box::new(term), names),
            _ => {
                let shown = quote(term.to_string().as_bytes(), false);
                return Err(self.error(format!("unexpected . after term {shown}")));
            }
        };
        Ok(Some(Operand { offset, kind }))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.peek_solid().clone();
        let offset = token.start;
        self.next += 1;
        let kind = match token.kind {
            Kind::Identifier => {
                self.check_function(&token.text)?;
                OperandKind::Function(token.text.into())
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable => {
                let name: Rc<str> = token.text.into();
                if !self.frame.variables.contains(&name) {
                    let name = quote(name.as_bytes(), false);
                    return Err(self.error(format!("undefined variable {name}")));
                }
                OperandKind::Variable(name, Vec::new())
            }
            Kind::Field => OperandKind::Field(vec![token.text[1..].into()]),
            Kind::Bool => OperandKind::Bool(token.text == "true"),
            Kind::Character => {
                let code = unquote_character(&token.text).map_err(|message| self.error(message))?;
                OperandKind::Number(Number::character(&token.text, code))
            }
            Kind::Number if is_imaginary(&token.text) => return Err(self.complex_number(&token)),
            Kind::Number => {
                OperandKind::Number(Number::parse(&token.text).map_err(|message| self.error(message))?)
            }
            Kind::Complex => return Err(self.complex_number(&token)),
            Kind::LeftParenthesis => {
                self.enter()?;
                let pipeline = self.pipeline("parenthesized pipeline", Kind::RightParenthesis)?;
                self.nesting -= 1;
                OperandKind::Pipeline(Box::new(pipeline))
            }
            Kind::Quoted | Kind::RawQuoted => {
                let value = unquote(&token.text).ok_or_else(|| self.error("invalid syntax"))?;
                OperandKind::Text { quoted: token.text.into(), value: Value::from_bytes(value) }
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        // Parentheses are reported at what is inside of them.
        let offset = match &kind {
            OperandKind::Pipeline(pipeline) => pipeline.offset,
            _ => offset,
        };
        Ok(Some(Operand { offset, kind }))
    }

    fn complex_number(&self, token: &Token) -> SyntaxError {
        self.refuse(
            Refusal::UnsupportedTemplate,
            format!("helmsum does not support complex numbers: {}", token.text),
            "put it in quotes if it is a string",
        )
    }

    fn check_function(&self, name: &str) -> Parsed<()> {
        match (self.known)(name) {
            Known::Yes => Ok(()),
            Known::No => Err(self.error(format!("function {} not defined", quote(name.as_bytes(), false)))),
        }
    }
}

//! Walking over a template's syntax.

use std::rc::Rc;

use crate::template::syntax::{Command, Invocation, List, Node, Operand, OperandKind, Pipeline};

/// Something in a template, with what is around it.
pub(super) enum Seen<'t> {
    /// A command; whether it gets the value of the one before.
    Command(&'t Command, bool),
    Operand(&'t Operand),
    /// A call of a template.
    Call(&'t Invocation),
}

/// Walks over everything in a list.
pub(super) fn walk<'t>(list: &'t List, visit: &mut dyn FnMut(Seen<'t>)) {
    for node in &list.nodes {
        match node {
            Node::Text { .. } | Node::Break | Node::Continue => {}
            Node::Action(pipeline) => walk_pipeline(pipeline, visit),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                walk_pipeline(&branch.pipeline, visit);
                walk(&branch.body, visit);
                if let Some(otherwise) = &branch.otherwise {
                    walk(otherwise, visit);
                }
            }
            Node::Template(invocation) => {
                visit(Seen::Call(invocation));
                if let Some(pipeline) = &invocation.pipeline {
                    walk_pipeline(pipeline, visit);
                }
            }
        }
    }
}

fn walk_pipeline<'t>(pipeline: &'t Pipeline, visit: &mut dyn FnMut(Seen<'t>)) {
    for (at, command) in pipeline.commands.iter().enumerate() {
        visit(Seen::Command(command, at > 0));
        for operand in &command.operands {
            walk_operand(operand, visit);
        }
    }
}

pub(super) fn walk_operand<'t>(operand: &'t Operand, visit: &mut dyn FnMut(Seen<'t>)) {
    visit(Seen::Operand(operand));
    match &operand.kind {
        OperandKind::Pipeline(pipeline) => walk_pipeline(pipeline, visit),
        OperandKind::Chain(start, _) => walk_operand(start, visit),
        _ => {}
    }
}

/// The function that a command calls.
pub(super) fn function(command: &Command) -> Option<&str> {
    match &command.operands.first()?.kind {
        OperandKind::Function(name) => Some(name),
        _ => None,
    }
}

/// The names of a value's fields, from the outermost.
pub(super) fn fields(operand: &Operand) -> &[Rc<str>] {
    match &operand.kind {
        OperandKind::Field(names) | OperandKind::Variable(_, names) | OperandKind::Chain(_, names) => names,
        _ => &[],
    }
}

/// The text of a literal.
pub(super) fn literal(operand: &Operand) -> Option<String> {
    match &operand.kind {
        OperandKind::Text { value, .. } => {
            value.string_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        }
        _ => None,
    }
}

/// Every pipeline that gives variables a value; a loop gives them another each time.
pub(super) fn assignments<'t>(list: &'t List, visit: &mut dyn FnMut(&'t Pipeline)) {
    for node in &list.nodes {
        match node {
            Node::Action(pipeline) => visit(pipeline),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                visit(&branch.pipeline);
                assignments(&branch.body, visit);
                if let Some(otherwise) = &branch.otherwise {
                    assignments(otherwise, visit);
                }
            }
            _ => {}
        }
    }
}

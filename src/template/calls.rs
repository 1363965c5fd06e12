//! Which functions a template names, without running it.

use std::collections::BTreeSet;
use std::rc::Rc;

use camino::Utf8Path;

use super::syntax::{self, Command, Known, List, Node, OperandKind, Pipeline, SyntaxError, TemplateText};

/// The names of all functions that a text names, in its `define`s too, whether they would be called or not.
///
/// Text that is handed to `tpl` is a string like any other and is not looked into; neither are helper files.
///
/// # Errors
///
/// For a text that is not a template. Functions need not exist.
pub(crate) fn calls(text: &str) -> Result<BTreeSet<String>, SyntaxError> {
    let source = Rc::new(TemplateText { name: Utf8Path::new("").to_owned(), text: text.into() });
    let trees = syntax::parse(&source, &|_| Known::Yes)?;
    let mut names = BTreeSet::new();
    for tree in &trees {
        in_list(&tree.root, &mut names);
    }
    Ok(names)
}

fn in_list(list: &List, names: &mut BTreeSet<String>) {
    for node in &list.nodes {
        match node {
            Node::Text { .. } | Node::Break | Node::Continue => {}
            Node::Action(pipeline) => in_pipeline(pipeline, names),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                in_pipeline(&branch.pipeline, names);
                in_list(&branch.body, names);
                if let Some(otherwise) = &branch.otherwise {
                    in_list(otherwise, names);
                }
            }
            Node::Template(invocation) => {
                if let Some(pipeline) = &invocation.pipeline {
                    in_pipeline(pipeline, names);
                }
            }
        }
    }
}

fn in_pipeline(pipeline: &Pipeline, names: &mut BTreeSet<String>) {
    for Command { operands, .. } in &pipeline.commands {
        for operand in operands {
            in_operand(&operand.kind, names);
        }
    }
}

fn in_operand(operand: &OperandKind, names: &mut BTreeSet<String>) {
    match operand {
        OperandKind::Function(name) => {
            names.insert(name.to_string());
        }
        OperandKind::Pipeline(pipeline) => in_pipeline(pipeline, names),
        OperandKind::Chain(start, _) => in_operand(&start.kind, names),
        _ => {}
    }
}

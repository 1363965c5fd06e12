//! What the variables of a template have: maps of their own, or something that was looked up.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::walk::{Seen, assignments, function, walk_operand};
use crate::template::syntax::{Command, List, Operand, OperandKind};

/// Functions that make a map which nobody else has.
const NEW_MAPS: [&str; 9] =
    ["dict", "deepCopy", "mustDeepCopy", "fromYaml", "fromJson", "mustFromJson", "omit", "pick", "tuple"];

/// Functions that change their first argument.
pub(super) const CHANGING: [&str; 6] =
    ["set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"];

/// The variables of a template that only ever are maps of its own.
pub(super) fn maps_of_its_own(list: &List) -> BTreeSet<Rc<str>> {
    let mut own = BTreeSet::new();
    let mut other = BTreeSet::new();
    assignments(list, &mut |pipeline| {
        let new = pipeline.commands.last().is_some_and(is_new);
        for name in &pipeline.variables {
            if new {
                own.insert(Rc::clone(name))
            } else {
                other.insert(Rc::clone(name))
            };
        }
    });
    &own - &other
}

fn is_new(command: &Command) -> bool {
    match function(command) {
        Some(name) if NEW_MAPS.contains(&name) => true,
        // They return what they change.
        Some(name) if CHANGING.contains(&name) => {
            command.operands.get(1).is_some_and(|first| is_new_operand(first, &BTreeSet::new()))
        }
        _ => false,
    }
}

pub(super) fn is_new_operand(operand: &Operand, own: &BTreeSet<Rc<str>>) -> bool {
    match &operand.kind {
        OperandKind::Pipeline(pipeline) => pipeline.commands.last().is_some_and(is_new),
        OperandKind::Variable(name, fields) => fields.is_empty() && own.contains(name),
        _ => false,
    }
}

/// The variables of a template that may have something of what was looked up.
pub(super) fn looked_up(list: &List) -> BTreeSet<Rc<str>> {
    let mut found: BTreeSet<Rc<str>> = BTreeSet::new();
    loop {
        let mut more = found.clone();
        assignments(list, &mut |pipeline| {
            if pipeline.commands.iter().any(|command| is_looked_up(command, &found)) {
                more.extend(pipeline.variables.iter().cloned());
            }
        });
        if more == found {
            return found;
        }
        found = more;
    }
}

/// Whether a command, or a value in it, has something of what was looked up.
pub(super) fn is_looked_up(command: &Command, variables: &BTreeSet<Rc<str>>) -> bool {
    let mut found = false;
    for operand in &command.operands {
        walk_operand(operand, &mut |seen| {
            found |= match seen {
                Seen::Operand(operand) => match &operand.kind {
                    OperandKind::Function(name) => &**name == "lookup",
                    OperandKind::Variable(name, _) => variables.contains(name),
                    _ => false,
                },
                _ => false,
            };
        });
    }
    found
}

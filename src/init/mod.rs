//! What wires a release to what its pods read, as edits of the project.
//!
//! For what an audit found missing, the ways are tried in their order: a key of the chart that reaches just the pods that read the object, a
//! line of a local chart, `helmsum annotate`. Each is drafted over the project, read and rendered with it, and kept only where another
//! content of the source is seen to restart these pods and no others. What cannot be edited safely is told instead.

mod actions;
mod around;
mod chart;
mod configuration;
mod draft;
mod drafting;
mod hook;
mod outcome;
mod patch;
mod proof;
mod sheet;
mod state_file;
#[cfg(test)]
mod tests;
mod ways;
mod wiring;

pub(crate) use draft::Draft;
pub(crate) use outcome::{Outcome, Proposal, Step, Verdict};
pub(crate) use patch::patch;
pub(crate) use wiring::{Asked, propose};

/// Lines as an item of a list.
fn item(lines: &[String]) -> Vec<String> {
    let one = |(number, line): (usize, &String)| format!("{} {line}", if number == 0 { "-" } else { " " });
    lines.iter().enumerate().map(one).collect()
}

/// Lines as an item of a list that is indented by two spaces.
fn listed(lines: &[String]) -> Vec<String> {
    item(lines).iter().map(|line| format!("  {line}")).collect()
}

/// A text in double quotes, as YAML and directives read it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

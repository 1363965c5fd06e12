//! A graph as Graphviz draws it.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::Order;
use super::drawn::Drawing;
use crate::graph::Graph;

/// The drawing for Graphviz.
#[must_use]
pub(crate) fn dot(graph: &Graph, directory: &Utf8Path) -> String {
    let drawing = Drawing::of(graph, directory);
    let mut text = "digraph helmsum {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    if !drawing.notes.is_empty() {
        let _ = writeln!(text, "  label={};", quoted(&drawing.notes));
    }
    for (number, frame) in drawing.frames.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{number} {{");
        let _ = writeln!(text, "    label={};", quoted(std::slice::from_ref(&frame.title)));
        for (number, lines) in &frame.boxes {
            let _ = writeln!(text, "    n{number} [label={}];", quoted(lines));
        }
        text.push_str("  }\n");
    }
    for arrow in &drawing.arrows {
        let style = match arrow.order {
            Order::None => ", style=dashed, color=red, fontcolor=red",
            Order::Chance => ", style=dashed",
            Order::Said => "",
        };
        let _ = writeln!(text, "  n{} -> n{} [label={}{style}];", arrow.from, arrow.to, quoted(&arrow.lines));
    }
    text.push_str("}\n");
    text
}

/// Lines as one string of the language. A label knows escapes with a backslash, and entities.
fn quoted(lines: &[String]) -> String {
    let escaped = |line: &String| line.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    let lines: Vec<String> = lines.iter().map(escaped).collect();
    format!("\"{}\"", lines.join("\\n"))
}

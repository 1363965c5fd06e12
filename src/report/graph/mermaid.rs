//! A graph as Mermaid draws it, within its limits.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::Order;
use super::drawn::Drawing;
use crate::graph::Graph;
use crate::text::counted;

/// With more arrows than this Mermaid draws nothing (`maxEdges`).
const MOST_ARROWS: usize = 500;

/// With more characters than this, of UTF-16, Mermaid draws nothing (`maxTextSize`).
const MOST_CHARACTERS: usize = 50_000;

/// The drawing for Mermaid: of releases, or of namespaces where these are too many.
#[must_use]
pub(crate) fn mermaid(graph: &Graph, directory: &Utf8Path) -> String {
    let whole = Drawing::of(graph, directory);
    if whole.arrows.len() <= MOST_ARROWS {
        let text = written(&whole);
        if fits(&text) {
            return text;
        }
    }
    let mut grouped = Drawing::by_namespace(graph);
    let edges = counted(graph.edges.len(), "edge");
    grouped
        .notes
        .insert(0, format!("grouped by namespace: {edges} between releases are more than Mermaid draws"));
    let mut most = MOST_ARROWS;
    loop {
        let text = written(&grouped.clone().cut(most));
        if fits(&text) || most == 0 {
            return text;
        }
        most /= 2;
    }
}

fn fits(text: &str) -> bool {
    text.encode_utf16().count() <= MOST_CHARACTERS
}

fn written(drawing: &Drawing) -> String {
    let mut text = "flowchart LR\n".to_owned();
    if !drawing.notes.is_empty() {
        let _ = writeln!(text, "  notes[{}]:::note", quoted(&drawing.notes));
    }
    for (number, frame) in drawing.frames.iter().enumerate() {
        // A frame without a title still has to have one.
        let title = if frame.title.is_empty() { " " } else { &frame.title };
        let _ = writeln!(text, "  subgraph f{number}[{}]", quoted(&[title.to_owned()]));
        for (number, lines) in &frame.boxes {
            let _ = writeln!(text, "    n{number}[{}]", quoted(lines));
        }
        text.push_str("  end\n");
    }
    let mut open = Vec::new();
    for (number, arrow) in drawing.arrows.iter().enumerate() {
        let line = if arrow.order == Order::Said { "-->" } else { "-.->" };
        let _ = writeln!(text, "  n{} {line}|{}| n{}", arrow.from, quoted(&arrow.lines), arrow.to);
        if arrow.order == Order::None {
            open.push(number.to_string());
        }
    }
    if !open.is_empty() {
        let _ = writeln!(text, "  linkStyle {} stroke:#c00,color:#c00", open.join(","));
    }
    if !drawing.notes.is_empty() {
        text.push_str("  classDef note stroke:none,fill:none\n");
    }
    text
}

/// Lines as one string of the language. Whatever could mean something in it, in Markdown or in HTML is written by its number.
fn quoted(lines: &[String]) -> String {
    let mut text = "\"".to_owned();
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            text.push_str("<br/>");
        }
        for character in line.chars() {
            let is_plain =
                !character.is_ascii() || character.is_ascii_alphanumeric() || " ./:-,".contains(character);
            if is_plain {
                text.push(character);
            } else {
                let _ = write!(text, "#{};", u32::from(character));
            }
        }
    }
    text.push('"');
    text
}

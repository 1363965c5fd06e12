//! A graph as people read it on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{GraphView, Order, Summary, effect};
use crate::diagnostic::Diagnostic;
use crate::graph::{Edge, Effect, Graph, Link, StateFile};
use crate::report::drawing::{Layout, draw, wrapped};
use crate::report::human::WIDTH;
use crate::text::{Shown, counted, relative};

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn human(view: GraphView<'_>, layout: Layout<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !view.quiet {
        let files = 0..view.graph.files.len();
        parts.extend(files.map(|file| draw_file(view.graph, file, layout)));
    }
    parts.extend(view.report.findings_and_notes(view.quiet).iter().map(|one| draw(one, layout)));
    let is_known = !view.report.nothing_matched && !view.report.diagnostics.iter().any(Diagnostic::is_error);
    if !view.quiet && is_known {
        let width = layout.width.unwrap_or(WIDTH);
        parts.push(wrapped(&summary(view.graph), width, width) + "\n");
    }
    parts.join("\n")
}

fn summary(graph: &Graph) -> String {
    let counts = Summary::of(graph);
    let releases = counted(counts.releases, "release");
    if counts.edges == 0 {
        let seen = if graph.is_rendered { "depends on" } else { "declares anything of" };
        return format!("{releases}, and none {seen} another one");
    }
    let orders =
        [(counts.ordered, "ordered"), (counts.by_chance, "by chance"), (counts.not_ordered, "not ordered")];
    let orders = orders.into_iter().filter(|(count, _)| *count > 0);
    let orders: Vec<String> = orders.map(|(count, word)| format!("{count} {word}")).collect();
    let restart = match counts.without_restart {
        0 => String::new(),
        some => format!("; {some} with pods that nothing restarts"),
    };
    format!("{releases}, {}: {}{restart}", counted(counts.edges, "edge"), orders.join(", "))
}

/// A state file with its waves.
fn draw_file(graph: &Graph, file: usize, layout: Layout<'_>) -> String {
    let bold = Style::new().bold();
    let StateFile { environment, file: path, beside } = &graph.files[file];
    let mut text = format!("{bold}{}{bold:#}", Shown(relative(path, layout.directory).as_str()));
    if graph.files.iter().any(|other| other.environment != *environment) {
        let _ = write!(text, " in {}", Shown(environment));
    }
    let directories = beside.iter().map(|directory| relative(directory, layout.directory));
    let directories: Vec<String> = directories.map(|path| Shown(path.as_str()).to_string()).collect();
    if !directories.is_empty() {
        let _ = write!(text, ", at the same time as other files of {}", directories.join(" and of "));
    }
    text.push('\n');
    let nodes: Vec<usize> = (0..graph.nodes.len()).filter(|node| graph.nodes[*node].file == file).collect();
    for wave in nodes.chunk_by(|one, other| graph.nodes[*one].wave == graph.nodes[*other].wave) {
        draw_wave(&mut text, graph, wave, layout);
    }
    text
}

/// The releases of a wave, and below them what they depend on.
fn draw_wave(text: &mut String, graph: &Graph, wave: &[usize], layout: Layout<'_>) {
    let title = format!("  wave {}  ", wave.first().map_or(0, |node| graph.nodes[*node].wave));
    let indent = " ".repeat(title.len());
    let names: Vec<String> = wave.iter().map(|node| Shown(&graph.nodes[*node].id).to_string()).collect();
    let names = layout.message(&names.join(", "), title.len(), title.len());
    let _ = writeln!(text, "{title}{}", names.replace('\n', &format!("\n{indent}")));
    for node in wave {
        for edge in graph.edges_of(*node) {
            // One release alone needs not be named again.
            let name =
                if wave.len() > 1 { format!("{} ", Shown(&graph.nodes[*node].id)) } else { String::new() };
            draw_edge(text, (graph, edge), &name, (title.len(), layout));
        }
    }
}

fn draw_edge(
    text: &mut String,
    (graph, edge): (&Graph, &Edge),
    name: &str,
    (indent, layout): (usize, Layout<'_>),
) {
    let producer = Shown(&graph.nodes[edge.producer].id).to_string();
    let (yellow, red) = (AnsiColor::Yellow.on_default(), AnsiColor::Red.on_default().bold());
    let spaces = " ".repeat(indent);
    let by = match edge.reason {
        crate::graph::Reason::Needs => "which it needs",
        _ => "which is deployed before",
    };
    let _ = match Order::of(edge) {
        Order::Said => writeln!(text, "{spaces}{name}after {producer}, {by}"),
        Order::Chance => writeln!(text, "{spaces}{name}after {producer} {yellow}by chance{yellow:#}"),
        Order::None => writeln!(text, "{spaces}{name}{red}not after{red:#} {producer}"),
    };
    for link in &edge.links {
        draw_link(text, link, indent + 2);
    }
    if Order::of(edge) != Order::Said {
        paragraph(text, ("", &edge.why), indent + 2, layout);
    }
    if let Some(hint) = &edge.hint {
        paragraph(text, ("help: ", hint), indent + 2, layout);
    }
}

/// What is depended on, and what a change of it does.
fn draw_link(text: &mut String, link: &Link, indent: usize) {
    let style = match link.effect() {
        Effect::Stays => AnsiColor::Red.on_default(),
        Effect::Restarts => AnsiColor::Green.on_default(),
        Effect::Accepted | Effect::Live | Effect::Named | Effect::Declared => Style::new(),
    };
    let _ = writeln!(
        text,
        "{}{}  {style}{}{style:#}",
        " ".repeat(indent),
        Shown(&link.object),
        Shown(&effect(link))
    );
}

/// A paragraph below an edge.
fn paragraph(text: &mut String, (title, message): (&str, &str), indent: usize, layout: Layout<'_>) {
    let rest = indent + title.len();
    let message = layout.message(message, rest, rest).replace('\n', &format!("\n{}", " ".repeat(rest)));
    let bold = Style::new().bold();
    let title = if title.is_empty() { String::new() } else { format!("{bold}{title}{bold:#}") };
    let _ = writeln!(text, "{}{title}{message}", " ".repeat(indent));
}

//! What is drawn of a graph: boxes in frames, and arrows between them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::Order;
use crate::graph::{Edge, Effect, Graph};
use crate::text::{Shown, counted, relative};

/// How many objects an arrow names.
const NAMED: usize = 3;

/// How many characters of a name are drawn.
const LONGEST: usize = 80;

/// A drawing. Every text in it is one line that is safe to show, and has still to be escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Drawing {
    /// What it does not show.
    pub(super) notes: Vec<String>,
    pub(super) frames: Vec<Frame>,
    /// From what is depended on to what depends on it.
    pub(super) arrows: Vec<Arrow>,
}

/// Boxes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) title: String,
    /// Each with its number and its lines.
    pub(super) boxes: Vec<(usize, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) lines: Vec<String>,
    pub(super) order: Order,
}

impl Drawing {
    /// Releases in frames that are their state files. Those that have to do with no other one are left out.
    pub(super) fn of(graph: &Graph, directory: &Utf8Path) -> Self {
        let connected = graph.connected();
        let mut frames: Vec<Frame> = Vec::new();
        let mut last = None;
        for index in &connected {
            let node = &graph.nodes[*index];
            let file = &graph.files[node.file];
            if last != Some(node.file) {
                let title = relative(&file.file, directory).into_string();
                frames.push(Frame {
                    title: in_environment(graph, title, &file.environment),
                    boxes: Vec::new(),
                });
                last = Some(node.file);
            }
            if let Some(frame) = frames.last_mut() {
                frame.boxes.push((*index, vec![line(&node.id), format!("wave {}", node.wave)]));
            }
        }
        let arrows = graph.edges.iter().map(arrow).collect();
        Self { notes: notes(graph, connected.len()), frames, arrows }
    }

    /// Namespaces instead of releases.
    pub(super) fn by_namespace(graph: &Graph) -> Self {
        let place = |index: usize| {
            let node = &graph.nodes[index];
            let environment = graph.files[node.file].environment.as_str();
            (environment, node.kube_context.as_str(), node.namespace.as_str())
        };
        let connected = graph.connected();
        let mut releases: BTreeMap<_, usize> = BTreeMap::new();
        for index in &connected {
            *releases.entry(place(*index)).or_default() += 1;
        }
        let numbers: BTreeMap<_, usize> =
            releases.keys().enumerate().map(|(number, key)| (*key, number)).collect();
        let mut frames: Vec<Frame> = Vec::new();
        let mut last = None;
        for (key @ (environment, context, namespace), count) in &releases {
            if last != Some((environment, context)) {
                let title =
                    if context.is_empty() { String::new() } else { format!("kube context {context}") };
                frames.push(Frame { title: in_environment(graph, title, environment), boxes: Vec::new() });
                last = Some((environment, context));
            }
            let name = if namespace.is_empty() { "no namespace" } else { namespace };
            if let Some(frame) = frames.last_mut() {
                frame.boxes.push((numbers[key], vec![line(name), counted(*count, "release")]));
            }
        }
        let mut pairs: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
        for edge in &graph.edges {
            let pair = (numbers[&place(edge.producer)], numbers[&place(edge.consumer)]);
            let (all, open) = pairs.entry(pair).or_default();
            *all += 1;
            *open += usize::from(Order::of(edge) == Order::None);
        }
        let arrows = pairs.into_iter().map(|((from, to), (all, open))| {
            let mut lines = vec![counted(all, "edge")];
            lines.extend((open > 0).then(|| format!("{open} not ordered")));
            Arrow { from, to, lines, order: if open > 0 { Order::None } else { Order::Said } }
        });
        Self { notes: notes(graph, connected.len()), frames, arrows: arrows.collect() }
    }

    /// The same with so many arrows at most, those that are not ordered first, and the boxes that they need.
    pub(super) fn cut(mut self, most: usize) -> Self {
        let more = self.arrows.len().saturating_sub(most);
        if more == 0 {
            return self;
        }
        self.arrows.sort_by_key(|arrow| arrow.order);
        self.arrows.truncate(most);
        let ends: BTreeSet<usize> = self.arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]).collect();
        for frame in &mut self.frames {
            frame.boxes.retain(|(number, _)| ends.contains(number));
        }
        self.frames.retain(|frame| !frame.boxes.is_empty());
        self.notes.push(format!("{} not drawn", counted(more, "more arrow")));
        self
    }
}

fn arrow(edge: &Edge) -> Arrow {
    let mut lines: Vec<String> = edge.links.iter().take(NAMED).map(|link| line(&link.object)).collect();
    let more = edge.links.len().saturating_sub(NAMED);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    let order = Order::of(edge);
    lines.extend(order.word().map(str::to_owned));
    lines.extend((edge.effect() == Effect::Stays).then(|| "nothing restarts it".to_owned()));
    Arrow { from: edge.producer, to: edge.consumer, lines, order }
}

/// What a drawing leaves out.
fn notes(graph: &Graph, connected: usize) -> Vec<String> {
    let alone = graph.nodes.len() - connected;
    let mut notes = Vec::new();
    if graph.edges.is_empty() {
        notes.push("no release depends on another one".to_owned());
    } else if alone > 0 {
        let verb = if alone == 1 { "has" } else { "have" };
        notes.push(format!("{} that {verb} to do with no other one", counted(alone, "release")));
    }
    if !graph.is_rendered {
        notes.push("only what is declared: nothing was rendered".to_owned());
    }
    notes
}

/// A title with its environment, where there are several.
fn in_environment(graph: &Graph, title: String, environment: &str) -> String {
    let title = if graph.files.iter().any(|other| other.environment != environment) {
        format!("{title} in {environment}")
    } else {
        title
    };
    line(title.trim())
}

/// A name as one line that is safe to show, and not too long.
fn line(name: &str) -> String {
    let shown = Shown(name).to_string();
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

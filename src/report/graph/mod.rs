//! What `helmsum graph` says: to people, to programs, and as drawings for Mermaid and Graphviz.

mod document;
mod dot;
mod drawn;
mod human;
mod mermaid;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use document::GraphDocument;
pub(crate) use dot::dot;
pub(crate) use human::human as graph;
pub(crate) use mermaid::mermaid;

use super::audit::verdict;
use super::model::Report;
use crate::audit::Verdict;
use crate::graph::{Edge, Effect, Graph, Link};

/// A graph as it is shown, with what was said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GraphView<'r> {
    /// What was said.
    pub(crate) report: &'r Report,
    pub(crate) graph: &'r Graph,
    /// Whether only findings are shown.
    pub(crate) quiet: bool,
}

/// How sure it is that a producer is deployed before its consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    /// Nothing puts it first.
    None,
    /// It comes first, but nothing says so.
    Chance,
    /// The state says so.
    Said,
}

impl Order {
    const fn of(edge: &Edge) -> Self {
        match (edge.reason.is_said(), edge.reason.is_first()) {
            (true, _) => Self::Said,
            (false, true) => Self::Chance,
            (false, false) => Self::None,
        }
    }

    /// What a drawing says about it; nothing where all is well.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::None => Some("not ordered"),
            Self::Chance => Some("first by chance"),
            Self::Said => None,
        }
    }
}

/// Counts. Each edge is in exactly one of those from `ordered` to `notOrdered`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "GraphSummary")]
pub(crate) struct Summary {
    releases: usize,
    edges: usize,
    /// Those whose producer the state puts first.
    ordered: usize,
    /// Those whose producer comes first although nothing says so.
    by_chance: usize,
    not_ordered: usize,
    /// Those with pods that have to restart when something changes, and that nothing restarts.
    without_restart: usize,
}

impl Summary {
    fn of(graph: &Graph) -> Self {
        let with = |order: Order| graph.edges.iter().filter(|edge| Order::of(edge) == order).count();
        Self {
            releases: graph.nodes.len(),
            edges: graph.edges.len(),
            ordered: with(Order::Said),
            by_chance: with(Order::Chance),
            not_ordered: with(Order::None),
            without_restart: graph.edges.iter().filter(|edge| edge.effect() == Effect::Stays).count(),
        }
    }
}

/// What a change of something does, in words.
fn effect(link: &Link) -> String {
    let gravest = link.readers.iter().min_by_key(|reader| reader.effect);
    let Some(reader) = gravest else { return "declared".to_owned() };
    match &reader.verdict {
        Verdict::Covered(source) if *source == link.object => "restarts".to_owned(),
        Verdict::Covered(source) => format!("restarts, by {source}"),
        other => verdict(other),
    }
}

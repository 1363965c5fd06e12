//! From what releases depend on to edges between them, each with what puts the producer first.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::links::{Effect, Link, Reader};
use super::{Making, Node, id};
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::precedence::{Between, Deploying, Precedence, between};
use crate::plan::rules::missing_need::{addition, need};
use crate::text::relative;

/// What a release depends on of another one.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    /// The position of the release that it belongs to.
    pub(crate) producer: usize,
    /// The position of the release that depends on it.
    pub(crate) consumer: usize,
    /// Each once.
    pub(crate) links: Vec<Link>,
    pub(crate) reason: Reason,
    /// What there is to say about the order.
    pub(crate) why: String,
    /// What to do, where nothing says that the producer comes first.
    pub(crate) hint: Option<String>,
}

/// What puts a producer before its consumer, or why nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reason {
    /// The consumer needs it, or one of its needs does.
    Needs,
    /// Its state file is deployed before that of the consumer.
    File,
    /// Nothing says so: it happens to be in an earlier wave of their state file.
    Wave,
    /// Nothing: it is in the same state file, and the consumer does not need it.
    Unneeded,
    /// It comes after the consumer, which it needs.
    Reversed,
    /// It comes after the consumer, in a state file that is deployed later.
    Later,
    /// Nothing: their state files are deployed at the same time.
    Together,
}

impl Reason {
    /// Whether the producer is deployed first.
    pub(crate) const fn is_first(self) -> bool {
        matches!(self, Self::Needs | Self::File | Self::Wave)
    }

    /// Whether the state says so.
    pub(crate) const fn is_said(self) -> bool {
        matches!(self, Self::Needs | Self::File)
    }

    const fn of(precedence: Precedence) -> Self {
        match precedence {
            Precedence::Needed => Self::Needs,
            Precedence::File => Self::File,
            Precedence::Wave => Self::Wave,
            Precedence::Unneeded => Self::Unneeded,
            Precedence::Needing => Self::Reversed,
            Precedence::Elsewhere(Between::Beside { .. }) => Self::Together,
            Precedence::Elsewhere(_) => Self::Later,
        }
    }
}

impl Edge {
    /// What a change does, by the gravest of what it does.
    pub(crate) fn effect(&self) -> Effect {
        self.links.iter().map(Link::effect).min().unwrap_or(Effect::Declared)
    }
}

/// The edges of a graph, in the order of its nodes.
pub(super) fn of(making: Making<'_>, nodes: &[Node], links: Vec<Link>) -> Vec<Edge> {
    let positions: BTreeMap<ReleaseAt, usize> =
        nodes.iter().enumerate().map(|(index, node)| (node.at, index)).collect();
    let mut pairs: BTreeMap<(usize, usize), Vec<Link>> = BTreeMap::new();
    for link in links {
        let (Some(consumer), Some(producer)) = (positions.get(&link.consumer), positions.get(&link.producer))
        else {
            continue;
        };
        add(pairs.entry((*consumer, *producer)).or_default(), link);
    }
    let deploying: Vec<Deploying<'_>> =
        making.environments.iter().map(|read| Deploying::of(&read.resolved, making.in_turn)).collect();
    let edge = |((consumer, producer), mut links): ((usize, usize), Vec<Link>)| {
        links.sort_by(|one, other| (one.effect(), &one.object).cmp(&(other.effect(), &other.object)));
        let ends = (nodes[producer].at, nodes[consumer].at);
        let order = &deploying[ends.0.environment];
        let position = |at: ReleaseAt| (at.visit, at.release);
        let precedence = order.precedence(position(ends.0), position(ends.1));
        let Said { why, hint } = said(making, ends, precedence);
        Edge { producer, consumer, links, reason: Reason::of(precedence), why, hint }
    };
    pairs.into_iter().map(edge).collect()
}

/// Adds a link to those between the same releases.
fn add(links: &mut Vec<Link>, link: Link) {
    match links.iter_mut().find(|known| known.object == link.object) {
        Some(known) => {
            known.is_declared |= link.is_declared;
            let is_new = |reader: &Reader| !known.readers.contains(reader);
            let more: Vec<Reader> = link.readers.into_iter().filter(is_new).collect();
            known.readers.extend(more);
        }
        None => links.push(link),
    }
}

/// What there is to say about the order of two releases.
struct Said {
    why: String,
    hint: Option<String>,
}

fn said(making: Making<'_>, (producer, consumer): (ReleaseAt, ReleaseAt), precedence: Precedence) -> Said {
    let environments = making.environments;
    let resolved = &environments[consumer.environment].resolved;
    let (maker, reader) = (id(environments, producer), id(environments, consumer));
    let file = |visit: usize| -> Utf8PathBuf { relative(&resolved.visits[visit].file, making.directory) };
    let need = || {
        let reader = release(resolved, consumer);
        addition(reader, &need(reader, release(resolved, producer)))
    };
    let (why, hint) = match precedence {
        Precedence::Needed => (format!("`{reader}` needs it, or one of its needs does"), None),
        Precedence::File => {
            (format!("`{}` is deployed before `{}`", file(producer.visit), file(consumer.visit)), None)
        }
        Precedence::Wave => {
            (format!("`{reader}` does not need it, and only happens to be in a later wave"), Some(need()))
        }
        Precedence::Unneeded => (format!("`{reader}` does not need it"), Some(need())),
        Precedence::Needing => (
            format!("it is deployed after `{reader}`, which it needs"),
            Some(format!(
                "helmfile refuses releases that need each other: take that need of `{maker}` away, and {}",
                need()
            )),
        ),
        Precedence::Elsewhere(open) => {
            let why = format!(
                "`needs` cannot cross state files, and `{}` is deployed {}",
                file(producer.visit),
                when(open, &file(consumer.visit))
            );
            let mut hint = open.hint(&maker, file);
            if !making.in_turn && between(resolved, producer.visit, consumer.visit, true).is_none() {
                hint += ", or run helmfile with `--sequential-helmfiles`";
            }
            (why, Some(hint))
        }
    };
    Said { why, hint }
}

/// When the first of two state files is deployed, `other` being the second.
fn when(open: Between, other: &camino::Utf8Path) -> String {
    match open {
        Between::Above { .. } => format!("after its sub-helmfile `{other}`"),
        Between::Listed { .. } | Between::InTurn { .. } => format!("after `{other}`"),
        Between::Beside { .. } => format!("at the same time as `{other}`"),
    }
}

//! What decides the data of an object and is not a function of the state: the cluster, the clock, chance.
//!
//! The data of a rendered object may be hashed only if an upgrade deploys the same. So [`influences`] asks in two steps:
//! 1. Of the templates that the object's file can reach (`reach`), none calls `lookup`, `now`, `randAlphaNum` and the
//!    like: then all is well, and it has cost nothing but reading. Most charts have a library that could, and do not.
//! 2. Else helm renders the release once more (`trial`), with other answers of the cluster or of the clock, and the data
//!    is compared. Where it moves, or that rendering fails, the object is doubtful.

pub(super) mod chart;
mod cluster;
mod data;
mod given;
mod hashes;
mod judged;
mod lookups;
mod offer;
mod parts;
mod reach;
mod rewrite;
mod trial;
mod uses;
mod variables;
mod walk;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::object::{Object, ObjectKind, Unstable};
use super::template::Templating;

pub(crate) use cluster::Objects;
pub(super) use hashes::Hashes;
pub(crate) use judged::Judged;
pub(crate) use lookups::{Cluster, manifests_in};
pub(super) use trial::judge;

/// Templates may nest a thousand blocks and parentheses.
const STACK: usize = 256 << 20;

/// What decides data beside the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Decider {
    /// What is in the cluster, or what helm knows of it: whether the release is there, its number, the cluster's version.
    Cluster,
    /// The clock, random numbers, the order of a map.
    Chance,
}

/// A way by which something else than the state decides data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Way {
    /// What is asked, as templates spell it, such as `lookup`.
    pub what: String,
    /// Where: the file of the chart with the line. Nothing where no file says it.
    pub place: Option<String>,
}

/// An object that something else than the state decides, or may decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Influence {
    /// The kind of the object.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// What decides.
    pub decider: Decider,
    /// How, as far as that is known.
    pub ways: Vec<Way>,
    /// What moved.
    pub moved: Moved,
}

/// What moved when the release was rendered with another answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moved {
    /// These pieces, such as `data/password`.
    Keys(BTreeSet<String>),
    /// The object came or went.
    Whole,
    /// That cannot be told, for this reason.
    Untold(String),
}

/// The objects that a question is about, by kind and name.
pub(crate) type Wanted = BTreeSet<(ObjectKind, String)>;

/// The objects among those of a release that something else than the state decides, and how often helm was called for it.
///
/// `objects` are what helm rendered of `templating`; only those in `wanted` are judged.
#[must_use]
pub(crate) fn influences(
    templating: &Templating,
    objects: &[Object],
    wanted: &Wanted,
) -> (Vec<Influence>, usize) {
    judge(templating, objects, wanted)
}

/// What moved of an object, if anything did.
fn moved(unstable: &[Unstable], kind: ObjectKind, name: &str) -> Option<Moved> {
    let one = unstable.iter().find(|one| one.kind == kind && one.name == name)?;
    Some(if one.keys.is_empty() { Moved::Whole } else { Moved::Keys(one.keys.clone()) })
}

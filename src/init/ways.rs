//! The ways there are to bring a checksum to pods.

use std::collections::{BTreeMap, BTreeSet};

use super::proof::Readers;
use crate::audit::{Gap, Wired};
use crate::cli::Via;
use crate::reference::{Identity, Moves};

/// A way to wire a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It is wired; a source is missing.
    Known,
    /// The usual key of a target, which the chart puts on these pods.
    Usual,
    /// Keys of the chart that take annotations.
    Keys(Vec<String>),
    /// A line of the chart.
    Chart,
    /// `helmsum annotate`.
    Annotate,
}

impl Way {
    /// How it is, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Known => "as it is wired already".to_owned(),
            Self::Usual => "by the key that its chart has for it".to_owned(),
            Self::Keys(keys) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                format!("by {} of its chart", keys.join(" and "))
            }
            Self::Chart => "by a line of its chart".to_owned(),
            Self::Annotate => "by `helmsum annotate`".to_owned(),
        }
    }
}

/// The workloads of a release that have to restart.
pub(super) fn readers(gap: &Gap) -> Readers {
    let known: BTreeSet<Identity> = gap.missing.iter().flat_map(|one| one.readers.clone()).collect();
    if !known.is_empty() {
        return Readers::These(known);
    }
    let restarting = gap.workloads.iter().filter(|(_, moves)| *moves != Moves::NextRun);
    Readers::Any(restarting.map(|(identity, _)| identity.clone()).collect())
}

/// The ways to try, in their order: `via` is the one that is wanted, and `has_paths` whether there are more path sources.
///
/// # Errors
///
/// Why there is none.
pub(super) fn ways(gap: &Gap, via: Option<Via>, has_paths: bool) -> Result<Vec<Way>, String> {
    if gap.wired == Wired::Annotated {
        return Ok(vec![Way::Known]);
    }
    let readers = readers(gap);
    let is_whole = gap.missing.iter().all(|one| readers == Readers::These(one.readers.clone()));
    if readers == Readers::Any(BTreeSet::new()) {
        return Err("it has no pods that a change of it restarts".to_owned());
    }
    let mut ways = Vec::new();
    let wants = |one| via.is_none_or(|wanted| wanted == one);
    let has_new = has_paths || gap.missing.iter().any(|one| !one.is_declared);
    if gap.wired == Wired::Target && has_new && !gap.is_inert {
        ways.push(Way::Known);
    }
    // One checksum for all sources restarts all workloads that it is on.
    if wants(Via::Key) && is_whole {
        ways.extend(by_key(gap, &readers));
    }
    if wants(Via::Annotate) && gap.wired == Wired::No {
        ways.push(Way::Annotate);
    }
    if wants(Via::Target) && is_whole && gap.wired != Wired::Annotated {
        ways.push(Way::Chart);
    }
    if ways.is_empty() {
        return Err(if is_whole {
            "no key of its chart reaches just the pods that read it".to_owned()
        } else {
            "its workloads read different objects, which one checksum does not tell apart".to_owned()
        });
    }
    Ok(ways)
}

/// The keys of the chart that reach the readers and nobody else, the most likely first.
fn by_key(gap: &Gap, readers: &Readers) -> Vec<Way> {
    const MOST: usize = 4;
    let fits = |reached: &BTreeSet<Identity>| readers.are(reached);
    let mut ways = Vec::new();
    if gap.usual_key.as_ref().is_some_and(|key| fits(&key.reaches)) {
        ways.push(Way::Usual);
    }
    let reached_by: BTreeMap<&str, &BTreeSet<Identity>> =
        gap.keys.iter().map(|(key, reached)| (key.as_str(), reached)).collect();
    let chosen: BTreeSet<Identity> = gap
        .chosen_keys
        .iter()
        .filter_map(|key| reached_by.get(key.as_str()))
        .flat_map(|reached| (*reached).clone())
        .collect();
    if fits(&chosen) {
        ways.push(Way::Keys(gap.chosen_keys.clone()));
    }
    let mut exact: Vec<&str> =
        gap.keys.iter().filter(|(_, reached)| fits(reached)).map(|(key, _)| key.as_str()).collect();
    // Those for all that a release makes put annotations on more than pods.
    exact.sort_by_key(|key| (!key.to_lowercase().contains("pod"), key.contains("ommon"), key.len(), *key));
    ways.extend(exact.iter().take(MOST).map(|key| Way::Keys(vec![(*key).to_owned()])));
    if let (true, Readers::These(readers)) = (exact.is_empty(), readers) {
        ways.extend(together(&gap.keys, readers).map(Way::Keys));
    }
    ways.dedup();
    ways
}

/// Keys that reach just these workloads together: the fewest that one after the other reach the most of what is left.
fn together(keys: &[(String, BTreeSet<Identity>)], readers: &BTreeSet<Identity>) -> Option<Vec<String>> {
    let mut left = readers.clone();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let fitting = keys.iter().filter(|(_, reached)| reached.is_subset(readers));
        let (key, reached) = fitting.max_by_key(|(key, reached)| {
            (reached.intersection(&left).count(), std::cmp::Reverse(key.len()))
        })?;
        if reached.is_disjoint(&left) {
            return None;
        }
        left = left.difference(reached).cloned().collect();
        chosen.push(key.clone());
    }
    Some(chosen)
}

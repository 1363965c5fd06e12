//! The releases that are shown, as helmfile comes to them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::{Making, Node, StateFile};
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::precedence::Deploying;
use crate::state::Resolved;

/// State files and releases.
pub(super) struct Files {
    pub(super) files: Vec<StateFile>,
    pub(super) nodes: Vec<Node>,
}

/// The releases of a set with their state files.
pub(super) fn files(making: Making<'_>, shown: &BTreeSet<ReleaseAt>) -> Files {
    let mut found = Files { files: Vec::new(), nodes: Vec::new() };
    for (environment, read) in making.environments.iter().enumerate() {
        let resolved = &read.resolved;
        let deploying = Deploying::of(resolved, making.in_turn);
        let starts = deploying.starts();
        let groups = if making.in_turn { BTreeMap::new() } else { groups(resolved) };
        for (visit, start) in starts.iter().enumerate() {
            let first = found.nodes.len();
            for (number, wave) in deploying.waves(visit).into_iter().enumerate() {
                for at in wave {
                    let at = ReleaseAt { environment, visit, release: at };
                    if !shown.contains(&at) {
                        continue;
                    }
                    let release = release(resolved, at);
                    found.nodes.push(Node {
                        at,
                        id: release.id(),
                        namespace: release.namespace.clone(),
                        kube_context: release.kube_context.clone(),
                        file: found.files.len(),
                        wave: start + number + 1,
                    });
                }
            }
            if found.nodes.len() > first {
                found.files.push(StateFile {
                    environment: resolved.environment.clone(),
                    file: resolved.visits[visit].file.clone(),
                    beside: beside(resolved, visit, &groups),
                });
            }
        }
    }
    found
}

/// The directories of state files that were found together with others, by the number of their group.
fn groups(resolved: &Resolved) -> BTreeMap<usize, Utf8PathBuf> {
    let mut sizes: BTreeMap<usize, (usize, Utf8PathBuf)> = BTreeMap::new();
    for visit in &resolved.visits {
        let directory = visit.file.parent().unwrap_or(&visit.file).to_owned();
        sizes.entry(visit.found_with).or_insert((0, directory)).0 += 1;
    }
    sizes
        .into_iter()
        .filter(|(_, (size, _))| *size > 1)
        .map(|(group, (_, directory))| (group, directory))
        .collect()
}

/// The directories whose files are deployed at the same time, a visit or what leads to it among them, the outermost first.
fn beside(resolved: &Resolved, visit: usize, groups: &BTreeMap<usize, Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let up = std::iter::successors(Some(visit), |index| resolved.visits[*index].parent);
    let mut found: Vec<Utf8PathBuf> =
        up.filter_map(|index| groups.get(&resolved.visits[index].found_with).cloned()).collect();
    found.reverse();
    found
}

//! The releases of a state by their names, and which of them wait for which: gathered once, however often it is asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::resolved::{Release, Resolved, Visit};

/// A release of a state: its visit, and its position there.
pub(crate) type Position = (usize, usize);

/// Finds releases by their names and by what needs them.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// By name, in the order of the state.
    by_name: BTreeMap<String, Vec<Position>>,
    /// By visit and position, the positions in this visit of the releases that the one there needs, in ascending order.
    needed: Vec<Vec<BTreeSet<usize>>>,
    /// The same the other way round: those that need it.
    needing: Vec<Vec<Vec<usize>>>,
    /// The releases that wait for one, as far as somebody has asked.
    waiting: RefCell<BTreeMap<Position, Rc<BTreeSet<usize>>>>,
}

impl Needs {
    pub(super) fn of(visits: &[Visit]) -> Self {
        let mut by_name: BTreeMap<String, Vec<Position>> = BTreeMap::new();
        for (visit, read) in visits.iter().enumerate() {
            for (at, release) in read.releases.iter().enumerate() {
                by_name.entry(release.name.clone()).or_default().push((visit, at));
            }
        }
        let mut needs = Self { by_name, ..Self::default() };
        for (visit, read) in visits.iter().enumerate() {
            let counts: Vec<bool> =
                (0..read.releases.len()).map(|at| needs.counts_in(visit, &read.releases, at)).collect();
            let needed_by = |(at, release): (usize, &Release)| {
                let mut needed =
                    if counts[at] { needs.found_in(visit, &read.releases, release) } else { BTreeSet::new() };
                needed.retain(|other| counts[*other]);
                needed
            };
            let needed: Vec<BTreeSet<usize>> = read.releases.iter().enumerate().map(needed_by).collect();
            let mut needing = vec![Vec::new(); needed.len()];
            for (at, needed) in needed.iter().enumerate() {
                for other in needed {
                    needing[*other].push(at);
                }
            }
            needs.needed.push(needed);
            needs.needing.push(needing);
        }
        needs
    }

    fn found_in(&self, visit: usize, releases: &[Release], release: &Release) -> BTreeSet<usize> {
        let found = release.needs.iter().flat_map(|need| {
            let name = need.rsplit('/').next().unwrap_or_default();
            let namesakes = self.named_in(visit, name);
            namesakes.filter(|at| releases[*at].is_named_by(need))
        });
        found.collect()
    }

    /// Whether helmfile looks at the needs of a release: of several with the same name, namespace and context, it leaves out those that
    /// are not selected, a false condition among the reasons.
    fn counts_in(&self, visit: usize, releases: &[Release], at: usize) -> bool {
        let release = &releases[at];
        let is_twin = |other: &usize| {
            let other = &releases[*other];
            (&other.namespace, &other.kube_context) == (&release.namespace, &release.kube_context)
        };
        release.selected || self.named_in(visit, &release.name).filter(is_twin).count() == 1
    }

    /// The releases of a name, in the order of the state.
    pub(crate) fn named(&self, name: &str) -> &[Position] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The positions of the releases of a visit that have a name, in the order of the state.
    pub(crate) fn named_in(&self, visit: usize, name: &str) -> impl Iterator<Item = usize> {
        let all = self.named(name);
        let start = all.partition_point(|(other, _)| *other < visit);
        all[start..].iter().take_while(move |(other, _)| *other == visit).map(|(_, at)| *at)
    }

    /// The positions of the releases of the same visit that a release needs by itself, in the order of the state.
    pub(crate) fn needed_by(&self, (visit, at): Position) -> &BTreeSet<usize> {
        &self.needed[visit][at]
    }

    /// Whether a release needs another one of its visit, or one of its needs does. One in a cycle waits for itself.
    pub(crate) fn waits_for(&self, (visit, at): Position, other: usize) -> bool {
        self.needed[visit][at].contains(&other) || self.waiting_for((visit, other)).contains(&at)
    }

    /// The releases that a release has to be deployed before.
    fn waiting_for(&self, position: Position) -> Rc<BTreeSet<usize>> {
        if let Some(known) = self.waiting.borrow().get(&position) {
            return Rc::clone(known);
        }
        let needing = &self.needing[position.0];
        let mut waiting = BTreeSet::new();
        let mut open = vec![position.1];
        while let Some(at) = open.pop() {
            open.extend(needing[at].iter().copied().filter(|other| waiting.insert(*other)));
        }
        let waiting = Rc::new(waiting);
        self.waiting.borrow_mut().insert(position, Rc::clone(&waiting));
        waiting
    }
}

impl Resolved {
    /// The releases by their names and needs, gathered when this is asked for the first time.
    pub(crate) fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| Needs::of(&self.visits))
    }
}

impl Release {
    /// Whether a need, `[context/][namespace/]name`, names this release.
    pub(crate) fn is_named_by(&self, need: &str) -> bool {
        let mut parts = need.rsplitn(3, '/');
        let name = parts.next().unwrap_or_default();
        let namespace = parts.next().unwrap_or_default();
        let context = parts.next();
        name == self.name
            && namespace == self.namespace
            && context.is_none_or(|context| context == self.kube_context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::{Request, read};
    use crate::tree::WorkTree;

    /// The state of releases by these names, each with its needs.
    fn state(releases: &[(&str, &str, &str)]) -> Resolved {
        let folder = tempfile::tempdir().expect("a folder");
        let entries = releases.iter().map(|(name, namespace, needs)| {
            format!("- {{name: {name}, namespace: {namespace}, chart: ./c, needs: [{needs}]}}\n")
        });
        let text = format!("releases:\n{}", entries.collect::<String>());
        fs_err::write(folder.path().join("helmfile.yaml"), text).expect("a state file");
        let directory = camino::Utf8Path::from_path(folder.path()).expect("UTF-8").to_owned();
        read(&Request::new(Arc::new(WorkTree), directory, BTreeMap::new())).expect("a state")
    }

    /// Whether a release needs another one, looking through all of them each time.
    fn searched(releases: &[Release], from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for (other, release) in releases.iter().enumerate() {
                let needed = releases[at].needs.iter().any(|need| release.is_named_by(need));
                if needed && seen.insert(other) {
                    open.push(other);
                }
            }
        }
        seen.contains(&to)
    }

    #[test]
    fn needs_of_needs_are_found_as_if_all_releases_were_searched() {
        let resolved = state(&[
            ("a", "one", "one/b, two/a"),
            ("b", "one", "one/c"),
            ("c", "one", ""),
            ("a", "two", "one/d"),
            ("d", "one", "one/e"),
            ("e", "one", "one/d"),
            ("f", "one", "one/a"),
        ]);
        let releases = &resolved.visits[0].releases;
        let needs = resolved.needs();
        for from in 0..releases.len() {
            for to in 0..releases.len() {
                assert_eq!(needs.waits_for((0, from), to), searched(releases, from, to), "{from} {to}");
            }
        }
        assert_eq!(needs.needed_by((0, 0)).iter().copied().collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn releases_are_found_by_name_in_the_order_of_the_state() {
        let resolved = state(&[("a", "one", ""), ("b", "one", ""), ("a", "two", "")]);
        assert_eq!(resolved.needs().named("a"), [(0, 0), (0, 2)]);
        assert_eq!(resolved.needs().named_in(0, "a").collect::<Vec<_>>(), [0, 2]);
        assert_eq!(resolved.needs().named("c"), []);
        assert_eq!(resolved.needs().named_in(0, "c").count(), 0);
    }
}

//! Which releases helmfile deploys before which others.
//!
//! It takes state files one after the other, sub-helmfiles before the file that lists them, but the files of one directory at the same
//! time, unless it is told otherwise. The releases of one state file it deploys in waves: first those that need none, then those that
//! need no more than these, and so on; a wave starts when the one before is done.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::contents::graph;
use crate::state::{Needs, Position, Resolved};

/// Whether a release is deployed before another one, and what decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precedence {
    /// The other one needs it, or one of its needs does.
    Needed,
    /// helmfile is done with its state file before it comes to that of the other one.
    File,
    /// Nothing says so, but it happens to be in an earlier wave of their state file.
    Wave,
    /// It is not: it is in the same state file, and the other one does not need it.
    Unneeded,
    /// It is not: it needs the other one.
    Needing,
    /// It is not: its state file is not done when helmfile comes to that of the other one.
    Elsewhere(Between),
}

/// Why a visit is not done before another one starts, both by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// It is that of the state file `above`, which lists `listed`, the other one or what leads to it.
    Above { above: usize, listed: usize },
    /// The state file `above` lists both, or what leads to them: `late` after `early`.
    Listed { above: usize, late: usize, early: usize },
    /// Both, or what leads to them, are files of one directory, which are deployed at the same time.
    Beside { one: usize, other: usize },
    /// The same where helmfile takes these in the order of their names: `late` after `early`.
    InTurn { late: usize, early: usize },
}

impl Between {
    /// When the first of the two is deployed.
    pub(crate) const fn when(self) -> &'static str {
        match self {
            Self::Above { .. } => "after its sub-helmfiles",
            Self::Listed { .. } | Self::InTurn { .. } => "later",
            Self::Beside { .. } => "at the same time",
        }
    }

    /// What to do for the release `producer` to be deployed first. `file` has the name of a visit's state file.
    pub(crate) fn hint(self, producer: &str, file: impl Fn(usize) -> Utf8PathBuf) -> String {
        match self {
            Self::Above { above, listed } => format!(
                "move release `{producer}` to a sub-helmfile that `{}` lists under `helmfiles` before `{}`",
                file(above),
                file(listed)
            ),
            Self::Listed { above, late, early } => format!(
                "list `{}` before `{}` under `helmfiles` of `{}`",
                file(late),
                file(early),
                file(above)
            ),
            Self::Beside { one, other } => format!(
                "let one state file list both under `helmfiles`, `{}` before `{}`, instead of a directory that is read as a whole",
                file(one),
                file(other)
            ),
            Self::InTurn { late, early } => format!(
                "rename `{}` or `{}`: with `--sequential-helmfiles` helmfile takes the files of a directory in the order of their names",
                file(late),
                file(early)
            ),
        }
    }
}

/// The order in which helmfile deploys a state.
#[derive(Debug)]
pub(crate) struct Deploying<'r> {
    resolved: &'r Resolved,
    /// Whether files of one directory are deployed one after the other.
    in_turn: bool,
    /// By visit and release, its wave among all releases of the visit; nothing for one that needs itself.
    waves: Vec<Vec<Option<usize>>>,
}

impl<'r> Deploying<'r> {
    /// The order of a state. `in_turn` is whether helmfile runs with `--sequential-helmfiles`.
    pub(crate) fn of(resolved: &'r Resolved, in_turn: bool) -> Self {
        let visits = resolved.visits.iter().enumerate();
        let waves = visits.map(|(visit, read)| waves(resolved.needs(), visit, read.releases.len())).collect();
        Self { resolved, in_turn, waves }
    }

    /// The releases of a visit that helmfile deploys, by their waves. Those that need themselves, which helmfile refuses, are the last.
    pub(crate) fn waves(&self, visit: usize) -> Vec<Vec<usize>> {
        let releases = &self.resolved.visits[visit].releases;
        let wave = |at: &usize| self.waves[visit][*at].unwrap_or(usize::MAX);
        let mut deployed: Vec<usize> = (0..releases.len()).filter(|at| releases[*at].deployed()).collect();
        deployed.sort_by_key(wave);
        deployed.chunk_by(|one, other| wave(one) == wave(other)).map(<[usize]>::to_vec).collect()
    }

    /// Whether one release is deployed before another one.
    pub(crate) fn precedence(&self, one: Position, other: Position) -> Precedence {
        if one.0 != other.0 {
            return match between(self.resolved, one.0, other.0, self.in_turn) {
                None => Precedence::File,
                Some(between) => Precedence::Elsewhere(between),
            };
        }
        let needs = self.resolved.needs();
        let (is_needed, needs_it) = (needs.waits_for(other, one.1), needs.waits_for(one, other.1));
        match (is_needed, needs_it) {
            (true, false) => Precedence::Needed,
            (_, true) => Precedence::Needing,
            (false, false) => match (self.waves[one.0][one.1], self.waves[other.0][other.1]) {
                (Some(earlier), Some(later)) if earlier < later => Precedence::Wave,
                _ => Precedence::Unneeded,
            },
        }
    }

    /// For each visit, how many waves are deployed before its own: of all that helmfile is done with when it comes there, those that
    /// take the most.
    pub(crate) fn starts(&self) -> Vec<usize> {
        let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (index, visit) in self.resolved.visits.iter().enumerate() {
            children.entry(visit.parent).or_default().push(index);
        }
        let mut starts = vec![0; self.resolved.visits.len()];
        self.start(None, 0, &children, &mut starts);
        starts
    }

    /// Notes when what a visit lists starts, the first of it after so many waves, and says after how many all of it is done.
    fn start(
        &self,
        above: Option<usize>,
        begin: usize,
        children: &BTreeMap<Option<usize>, Vec<usize>>,
        starts: &mut [usize],
    ) -> usize {
        let listed = children.get(&above).map(Vec::as_slice).unwrap_or_default();
        let found_with = |index: usize| self.resolved.visits[index].found_with;
        let mut end = begin;
        for together in listed.chunk_by(|one, other| found_with(*one) == found_with(*other)) {
            let begin = end;
            for index in together {
                let begin = if self.in_turn { end } else { begin };
                starts[*index] = self.start(Some(*index), begin, children, starts);
                end = end.max(starts[*index] + self.waves(*index).len());
            }
        }
        end
    }
}

/// The waves of a visit, of all its releases: those that are not deployed count, too, as helmfile has it.
fn waves(needs: &Needs, visit: usize, releases: usize) -> Vec<Option<usize>> {
    let edges: Vec<BTreeSet<usize>> = (0..releases).map(|at| needs.needed_by((visit, at)).clone()).collect();
    let mut waves = vec![None; releases];
    for (number, wave) in graph::order(&edges).waves.into_iter().enumerate() {
        for at in wave {
            waves[at] = Some(number);
        }
    }
    waves
}

/// Why one visit is not done before another one starts; nothing where it is. `in_turn` is whether files of one directory are deployed
/// one after the other.
pub(crate) fn between(resolved: &Resolved, one: usize, other: usize, in_turn: bool) -> Option<Between> {
    let line = |index: usize| {
        let up = std::iter::successors(Some(index), |index| resolved.visits[*index].parent);
        up.collect::<Vec<_>>()
    };
    let (ones, others) = (line(one), line(other));
    let common = ones.iter().enumerate().find_map(|(at, above)| {
        others.iter().position(|index| index == above).map(|own| (Some(*above), at, own))
    });
    let (above, at, own) = common.unwrap_or((None, ones.len(), others.len()));
    // What leads to each of the two, where they part.
    let part = |line: &[usize], at: usize| at.checked_sub(1).map(|below| line[below]);
    let (late, early) = match (part(&ones, at), part(&others, own)) {
        (Some(late), Some(early)) => (late, early),
        (None, Some(listed)) => return above.map(|above| Between::Above { above, listed }),
        // The other one lists it.
        (_, None) => return None,
    };
    let is_together = resolved.visits[late].found_with == resolved.visits[early].found_with;
    match above {
        _ if is_together && !in_turn => Some(Between::Beside { one: late, other: early }),
        _ if late < early => None,
        Some(above) if !is_together => Some(Between::Listed { above, late, early }),
        _ => Some(Between::InTurn { late, early }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::{Request, read};
    use crate::tree::WorkTree;

    /// The state of some files.
    fn state(files: &[(&str, &str)]) -> Resolved {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = camino::Utf8Path::from_path(folder.path()).expect("UTF-8").to_owned();
        for (name, text) in files {
            let path = directory.join(name);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs_err::write(path, text).expect("a file");
        }
        read(&Request::new(Arc::new(WorkTree), directory, BTreeMap::new())).expect("a state")
    }

    fn position(resolved: &Resolved, name: &str) -> Position {
        resolved.needs().named(name)[0]
    }

    fn precedence(resolved: &Resolved, in_turn: bool, one: &str, other: &str) -> Precedence {
        Deploying::of(resolved, in_turn).precedence(position(resolved, one), position(resolved, other))
    }

    const ONE_FILE: &str = "\
releases:
  - {name: c, chart: ./c, needs: [b]}
  - {name: b, chart: ./c, needs: [a], installed: false}
  - {name: a, chart: ./c}
  - {name: y, chart: ./c, needs: [x]}
  - {name: x, chart: ./c}
";

    #[test]
    fn releases_of_one_file_are_deployed_in_waves() {
        let resolved = state(&[("helmfile.yaml", ONE_FILE)]);
        let names = |wave: Vec<usize>| -> Vec<&str> {
            wave.into_iter().map(|at| resolved.visits[0].releases[at].name.as_str()).collect()
        };
        let waves: Vec<Vec<&str>> = Deploying::of(&resolved, false).waves(0).into_iter().map(names).collect();
        assert_eq!(waves, [vec!["a", "x"], vec!["y"], vec!["c"]]);
        let between = |one: &str, other: &str| precedence(&resolved, false, one, other);
        assert_eq!(between("a", "c"), Precedence::Needed);
        assert_eq!(between("c", "a"), Precedence::Needing);
        assert_eq!(between("a", "y"), Precedence::Wave);
        assert_eq!(between("y", "c"), Precedence::Wave);
        assert_eq!((between("y", "a"), between("a", "x")), (Precedence::Unneeded, Precedence::Unneeded));
    }

    #[test]
    fn releases_that_need_each_other_are_in_no_order() {
        let resolved = state(&[(
            "helmfile.yaml",
            "releases:\n  - {name: a, chart: ./c, needs: [b]}\n  - {name: b, chart: ./c, needs: [a]}\n",
        )]);
        assert_eq!(precedence(&resolved, false, "a", "b"), Precedence::Needing);
        assert_eq!(Deploying::of(&resolved, false).waves(0), [[0, 1]]);
    }

    #[test]
    fn waves_are_numbered_over_all_files() {
        let one = |name: &str| format!("releases:\n  - {{name: {name}, chart: ./c}}\n");
        let two = |name: &str| format!("{}  - {{name: {name}-2, chart: ./c, needs: [{name}]}}\n", one(name));
        let root = format!("helmfiles: [first.yaml, both]\n{}", one("root"));
        let resolved = state(&[
            ("helmfile.yaml", &root),
            ("first.yaml", &two("first")),
            ("both/a.yaml", &two("a")),
            ("both/b.yaml", &one("b")),
        ]);
        let starts = |in_turn: bool| -> Vec<usize> {
            let starts = Deploying::of(&resolved, in_turn).starts();
            ["first", "a", "b", "root"].map(|name| starts[position(&resolved, name).0]).to_vec()
        };
        assert_eq!(starts(false), [0, 2, 2, 4]);
        assert_eq!(starts(true), [0, 2, 4, 5]);
        let between = |in_turn: bool, one: &str, other: &str| precedence(&resolved, in_turn, one, other);
        assert_eq!(
            (between(false, "first", "b"), between(false, "a", "root")),
            (Precedence::File, Precedence::File)
        );
        assert!(matches!(between(false, "a", "b"), Precedence::Elsewhere(Between::Beside { .. })));
        assert_eq!(between(true, "a", "b"), Precedence::File);
        assert!(matches!(between(true, "b", "a"), Precedence::Elsewhere(Between::InTurn { .. })));
        assert!(matches!(between(false, "b", "first"), Precedence::Elsewhere(Between::Listed { .. })));
        assert!(matches!(between(false, "root", "first"), Precedence::Elsewhere(Between::Above { .. })));
    }
}

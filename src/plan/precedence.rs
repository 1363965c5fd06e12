//! Which state files helmfile deploys before which others.
//!
//! It takes state files one after the other, sub-helmfiles before the file that lists them, but the files of one directory at the same
//! time, unless it is told otherwise.

use camino::Utf8PathBuf;

use crate::state::Resolved;

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

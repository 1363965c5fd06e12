//! What the two programs make of one project.

use helmsum::internals::state;

use crate::helmfile::{Helmfile, Outcome};
use crate::support::answer;
use crate::support::case::Case;

/// How the two compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both read the same.
    Equal,
    /// Both refuse it; why helmfile does.
    BothRefuse(String),
    /// helmsum says that it does not read this; why.
    Unsupported(String),
    /// helmfile hangs, overflows its stack, wants something of the network, or has another answer for each of its commands.
    NoAnswer,
    /// They read it differently; the patch from helmfile's to helmsum's answer.
    Differs(String),
    /// helmsum reads what helmfile refuses; why helmfile does.
    Accepts(String),
    /// helmsum finds fault with what helmfile reads; which.
    FindsFault(String),
    /// helmsum panicked.
    Panics,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Differs(difference) => write!(out, "differs:\n{difference}"),
            Self::Accepts(why) => write!(out, "helmsum reads it, and helmfile says: {why}"),
            Self::FindsFault(what) => write!(out, "helmfile reads it, and helmsum says: {what}"),
            other => write!(out, "{other:?}"),
        }
    }
}

impl Verdict {
    /// Whether it is a defect of helmsum.
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Self::Differs(_) | Self::Accepts(_) | Self::FindsFault(_) | Self::Panics)
    }

    /// Whether both are wrong in the same way.
    pub(crate) fn resembles(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Asks both programs.
pub(crate) fn judge(case: &Case, helmfile: &mut Helmfile) -> Verdict {
    let folder = tempfile::tempdir().expect("a folder");
    let root = case.lay_out(folder.path());
    let expected = helmfile.ask(case, &root);
    let request = case.request(&root, helmfile.path());
    let Ok(found) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| state::read(&request))) else {
        return Verdict::Panics;
    };
    match (expected, found) {
        (Outcome::NoAnswer, _) => Verdict::NoAnswer,
        (_, Err(error)) if error.refusal().is_some() => Verdict::Unsupported(error.to_string()),
        (Outcome::Refuses(why), Err(_)) => Verdict::BothRefuse(why),
        // `build` and `list` refuse two releases of one name although a condition switches one of them off; the commands that
        // deploy take them, and so does helmsum.
        (Outcome::Refuses(why), Ok(resolved))
            if why.contains("duplicate release \"")
                && resolved
                    .visits
                    .iter()
                    .flat_map(|visit| &visit.releases)
                    .any(|release| !release.enabled) =>
        {
            Verdict::NoAnswer
        }
        (Outcome::Refuses(why), Ok(_)) => Verdict::Accepts(why),
        (Outcome::Reads(_), Err(error)) => Verdict::FindsFault(error.to_string()),
        (Outcome::Reads(expected), Ok(resolved)) => {
            let found = answer::of_helmsum(&root, &resolved, &expected);
            answer::difference(&expected, &found).map_or(Verdict::Equal, Verdict::Differs)
        }
    }
}

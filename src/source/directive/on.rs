//! Workloads that a source is for.

use std::fmt;

use crate::rendered::is_object_name;

/// What `on=` names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// `*`: every workload of the release.
    All,
    /// `KIND/NAME`: one.
    Workload {
        /// Its kind, as manifests have it: `Deployment`.
        kind: String,
        /// Its name.
        name: String,
    },
}

impl On {
    /// Reads the value of `on=`; nothing where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        let (kind, name) = text.split_once('/')?;
        let is_kind = kind.starts_with(|first: char| first.is_ascii_uppercase())
            && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_kind && is_object_name(name))
            .then(|| Self::Workload { kind: kind.to_owned(), name: name.to_owned() })
    }

    /// Whether it names a workload.
    #[must_use]
    pub(crate) fn names(&self, kind: &str, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Workload { kind: own_kind, name: own_name } => own_kind == kind && own_name == name,
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => out.write_str("*"),
            Self::Workload { kind, name } => write!(out, "{kind}/{name}"),
        }
    }
}

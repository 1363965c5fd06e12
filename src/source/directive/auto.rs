//! The directive that declares every object of another release that the pods of a release read.

use std::fmt;

use super::fault::Fault;
use crate::diagnostic::{Diagnostic, Mistake};
use crate::go::filepath::matches;
use crate::rendered::ObjectKind;
use crate::text::Place;

/// The SOURCE of such a directive.
pub(super) const AUTO: &str = "auto";

/// `auto`: every object of another release that the pods of a release read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auto {
    /// What is left out, in the order given.
    pub exclude: Vec<ObjectPattern>,
    /// Where it is declared.
    pub place: Place,
}

/// What `exclude=` of an `auto` leaves out: objects of a kind by their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectPattern {
    kind: ObjectKind,
    /// As `filepath.Match` of Go reads it.
    name: String,
}

impl ObjectPattern {
    /// Reads the value of `exclude=`: `configmap:NAME` or `secret:NAME`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::BadObjectPattern(text.to_owned());
        let (word, name) = text.split_once(':').ok_or_else(bad)?;
        let kind = [ObjectKind::ConfigMap, ObjectKind::Secret].into_iter().find(|kind| kind.word() == word);
        let is_pattern = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.*?[]^".contains(&byte))
            && matches(name, "").is_ok();
        kind.filter(|_| is_pattern).map(|kind| Self { kind, name: name.to_owned() }).ok_or_else(bad)
    }

    /// Whether an object is left out.
    #[must_use]
    pub fn matches(&self, kind: ObjectKind, name: &str) -> bool {
        // It was checked when it was read.
        self.kind == kind && matches(&self.name, name).unwrap_or(false)
    }
}

impl fmt::Display for ObjectPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind.word(), self.name)
    }
}

/// Settles what a release declares: the same `auto` counts once.
///
/// # Errors
///
/// Where two leave out other objects.
pub(crate) fn settle_auto(declared: Vec<Auto>) -> Result<Option<Auto>, Diagnostic> {
    let mut declared = declared.into_iter();
    let Some(first) = declared.next() else { return Ok(None) };
    let sorted = |auto: &Auto| {
        let mut patterns = auto.exclude.clone();
        patterns.sort();
        patterns.dedup();
        patterns
    };
    match declared.find(|other| sorted(other) != sorted(&first)) {
        None => Ok(Some(first)),
        Some(other) => {
            let message = format!("`auto` leaves out other objects here than at {}", first.place);
            Err(Diagnostic::mistake(Mistake::SourceClash, message)
                .at(other.place)
                .hint("declare it once, with all that it leaves out"))
        }
    }
}

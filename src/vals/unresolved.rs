//! Why a reference is not resolved.

use std::fmt;

use crate::diagnostic::{Diagnostic, Refusal};

/// A reference that is not resolved, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// Where helmfile may resolve it.
    pub(crate) refusal: Option<Refusal>,
    /// The reference without its prefix, to find its place by; no message shows it.
    pub(crate) url: Vec<u8>,
    /// What is wrong: a sentence that begins with the kind of reference.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: String,
}

/// What serves where helmsum cannot read a secret.
pub(super) const DIGEST_INSTEAD: &str =
    "let a template read it with `exec`, or declare its digest with `# helmsum: sha256:…`";

impl fmt::Display for Unresolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Unresolved {
    /// One that helmfile cannot resolve either.
    pub(super) fn failed(url: &[u8], what: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self { refusal: None, url: url.into(), message: shown(url, what), hint: hint.into() }
    }

    /// One that helmfile may resolve.
    pub(super) fn refused(
        refusal: Refusal,
        url: &[u8],
        what: impl fmt::Display,
        hint: impl Into<String>,
    ) -> Self {
        Self { refusal: Some(refusal), ..Self::failed(url, what, hint) }
    }

    /// As another part of the program says it.
    pub(super) fn because(url: &[u8], problem: &Diagnostic) -> Self {
        let hint = problem.hint.clone().unwrap_or_else(|| DIGEST_INSTEAD.to_owned());
        Self {
            refusal: problem.refusal(),
            ..Self::failed(url, format!("is not resolved: {}", problem.message), hint)
        }
    }
}

/// The kind of a reference and what is said of it. What follows the scheme is nobody's business.
fn shown(url: &[u8], what: impl fmt::Display) -> String {
    let scheme = url.split(|byte| *byte == b':').next().unwrap_or_default();
    format!("`ref+{}://…` {what}", String::from_utf8_lossy(scheme))
}

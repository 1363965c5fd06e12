//! Why manifests do not get their annotations.

use serde::{Deserialize, Serialize};

use super::Refused;
use super::release::Computed;
use crate::diagnostic::{Code, Diagnostic};
use crate::reference::Workload;

/// Why the manifests of a release do not get their annotations, as plain data, so that it can be kept with a rendering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problem {
    /// The code of a finding; nothing for an error.
    code: Option<Code>,
    message: String,
    hint: String,
    /// The position of the source that it is about.
    source: Option<usize>,
    /// The line of the manifests, from 1.
    line: Option<usize>,
    /// The workload that the line is in: its kind, its name, and the file of the chart, as helm names it.
    workload: Option<(String, String, Option<String>)>,
}

impl Problem {
    /// An error with what to do about it.
    pub(super) const fn error(message: String, hint: String) -> Self {
        Self { code: None, message, hint, source: None, line: None, workload: None }
    }

    /// The finding that the workloads are not known which a source is for.
    pub(super) fn unknown_reader(message: String, hint: String) -> Self {
        Self { code: Some(Code::UnknownReader), ..Self::error(message, hint) }
    }

    /// What keeps annotations out of the manifests that have these workloads.
    pub(super) fn refused(refused: &Refused, workloads: &[Workload]) -> Self {
        let line = refused.line();
        // Resources come in the order of their lines.
        let started = |line: usize| workloads.iter().rev().find(|workload| workload.origin.line <= line);
        let workload = line.and_then(started).map(|workload| {
            let identity = &workload.identity;
            (identity.kind.clone(), identity.name.clone(), workload.origin.source.clone())
        });
        let code = matches!(refused, Refused::Taken { .. }).then_some(Code::DoubleWired);
        Self { code, line, workload, ..Self::error(refused.to_string(), hint(refused).to_owned()) }
    }

    /// The same about the source at a position.
    pub(super) const fn of(mut self, source: usize) -> Self {
        self.source = Some(source);
        self
    }

    /// What is said of manifests that come on standard input.
    pub(crate) fn of_input(&self, sources: &[Computed]) -> Diagnostic {
        let line = self.line.map(|line| format!(", in line {line} of the input")).unwrap_or_default();
        self.diagnostic(&line, sources)
    }

    /// What is said of manifests that helm renders later.
    pub(super) fn of_rendering(&self, sources: &[Computed]) -> Diagnostic {
        let of = |(kind, name, file): &(String, String, Option<String>)| {
            let file = file.as_ref().map(|file| format!(" of `{file}`")).unwrap_or_default();
            format!(", in {kind} `{name}`{file}")
        };
        self.diagnostic(&self.workload.as_ref().map(of).unwrap_or_default(), sources)
    }

    fn diagnostic(&self, whereabouts: &str, sources: &[Computed]) -> Diagnostic {
        let message = format!("{}{whereabouts}", self.message);
        let said = match self.code {
            Some(code) => Diagnostic::finding(code, message),
            None => Diagnostic::error(message),
        };
        let source = self.source.and_then(|source| sources.get(source));
        said.hint(&self.hint).or_at_known(source.map(|computed| &computed.source.place))
    }
}

/// What to do where there are no annotations.
const fn hint(refused: &Refused) -> &'static str {
    match refused {
        Refused::Taken { .. } => {
            "something else sets it, such as a target that the release still lists: remove one of the two"
        }
        Refused::Unreadable { .. } => "the input has to be manifests that Kubernetes reads",
        Refused::NotAMapping { .. } => "Kubernetes refuses this manifest too",
        Refused::Ambiguous { .. } => "write `<<` before the keys of its mapping",
        Refused::Form { .. } => "please report it, with the manifest",
    }
}

//! Everything a run has to say, before it is decided how. Paths are absolute here; each renderer names them relative to
//! the working directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::rows;
use crate::audit::Restarts;
use crate::checksum::{Digest, HashedFile};
use crate::diagnostic::{Diagnostic, Kind, Level};
use crate::plan::{Change, Contents, Plan, Status};
use crate::text::Place;

/// What a run found and did.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The environments that were read.
    pub environments: Vec<String>,
    /// Consumers, and releases that list a target without declaring sources, in the order of the state.
    pub releases: Vec<ReleaseRow>,
    /// What there is to say, at settled levels, the gravest first.
    pub diagnostics: Vec<Diagnostic>,
    /// The command that writes what is out of date, in words.
    pub again: String,
    /// Whether the run fails because nothing matched, which a note says.
    pub nothing_matched: bool,
}

impl Report {
    /// The report of a plan, as far as it was carried out. `source` has the text of a file, to show a line of it.
    #[must_use]
    pub(crate) fn of(plan: Plan, source: impl Fn(&Utf8Path) -> Option<Arc<str>>) -> Self {
        let Plan { environments, consumers, mut sink, again, .. } = plan;
        let releases = consumers.iter().map(rows::release).collect();
        for contents in consumers {
            let Contents { consumer, .. } = contents;
            for diagnostic in &consumer.diagnostics {
                sink.take(diagnostic.clone(), consumer.scope());
            }
        }
        Self { environments, releases, diagnostics: sink.finish(source), again, nothing_matched: false }
    }

    /// Findings at this level.
    #[must_use]
    pub(crate) fn count(&self, level: Level) -> usize {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code().is_some() && diagnostic.level == level)
            .count()
    }

    /// How many errors there are.
    #[must_use]
    pub(crate) fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
    }

    /// The diagnostics as people see them. Of several environments, those that they share stand there once, and the message names
    /// the environments.
    #[must_use]
    pub(crate) fn said(&self) -> Vec<Diagnostic> {
        self.shared().iter().map(Shared::said).collect()
    }

    /// Those of them that are no errors: findings, and notes unless the run is to be `quiet`.
    #[must_use]
    pub(crate) fn findings_and_notes(&self, quiet: bool) -> Vec<Diagnostic> {
        let is_one =
            |one: &Diagnostic| matches!(one.kind, Kind::Finding(_)) || (one.kind == Kind::Note && !quiet);
        self.said().into_iter().filter(is_one).collect()
    }

    /// The diagnostics, each with the environments that share it, where there are several.
    #[must_use]
    pub(crate) fn shared(&self) -> Vec<Shared<'_>> {
        if self.environments.len() < 2 {
            let alone = |one: &Diagnostic| Shared { diagnostic: one.clone(), environments: Vec::new() };
            return self.diagnostics.iter().map(alone).collect();
        }
        let mut shared: Vec<Shared<'_>> = Vec::new();
        // By message: of those that say the same, which are alike is compared.
        let mut known: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for diagnostic in &self.diagnostics {
            let alike = known.entry(&diagnostic.message).or_default();
            let bare = diagnostic.clone().without_environment();
            let index = alike.iter().copied().find(|index| shared[*index].diagnostic == bare);
            let index = index.unwrap_or_else(|| {
                shared.push(Shared { diagnostic: bare, environments: Vec::new() });
                alike.push(shared.len() - 1);
                shared.len() - 1
            });
            shared[index].environments.extend(diagnostic.environment.as_deref());
        }
        shared
    }
}

/// A diagnostic that several environments may share.
#[derive(Clone, Debug)]
pub(crate) struct Shared<'r> {
    /// Without an environment, where several were read.
    pub diagnostic: Diagnostic,
    /// The environments that have it; none where one alone was read, or it is about none.
    pub environments: Vec<&'r str>,
}

impl Shared<'_> {
    /// The diagnostic with its environments in the message.
    #[must_use]
    pub(crate) fn said(&self) -> Diagnostic {
        in_environments(self.diagnostic.clone(), &self.environments)
    }
}

fn in_environments(diagnostic: Diagnostic, environments: &[&str]) -> Diagnostic {
    let named = match environments {
        [] => return diagnostic,
        [one] => format!("environment `{one}`"),
        [..] => format!("environments `{}`", environments.join("`, `")),
    };
    let message = format!("{} ({named})", diagnostic.message);
    diagnostic.message(message)
}

/// A release, or an entry of `checksums:` in `helmsum.yaml`.
#[derive(Clone, Debug)]
pub(crate) struct ReleaseRow {
    /// Its name.
    pub name: String,
    /// Its namespace, else empty.
    pub namespace: String,
    /// The environment it was read in; empty where no state was read.
    pub environment: String,
    /// Its kube context, else empty.
    pub kube_context: String,
    /// The state file or `helmsum.yaml` that declares it.
    pub file: Utf8PathBuf,
    /// Its sources in the order of their labels.
    pub sources: Vec<SourceRow>,
    /// Whether there are none because they could not be read.
    pub unread: bool,
    /// Its target.
    pub target: TargetRow,
    /// What restarts when its checksum moves, where that was asked for and it has one.
    pub restarts: Option<Restarts>,
}

impl ReleaseRow {
    /// `namespace/name`, or `name` without a namespace.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }
}

impl ReleaseRow {
    /// Whether there is the same to say of both but for the environment.
    #[must_use]
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let source = |one: &SourceRow| {
            (
                one.label.clone(),
                one.digest,
                one.count,
                one.changed.clone(),
                one.producer.clone(),
                one.declared.clone(),
            )
        };
        let target = |one: &TargetRow| (one.path.clone(), one.status, one.written, one.checksum);
        (&self.kube_context, &self.file, self.unread) == (&other.kube_context, &other.file, other.unread)
            && target(&self.target) == target(&other.target)
            && self.restarts == other.restarts
            && self.sources.iter().map(source).eq(other.sources.iter().map(source))
    }
}

/// A source of a release.
#[derive(Clone, Debug)]
pub(crate) struct SourceRow {
    /// What stands for it in the checksum.
    pub label: String,
    /// Its kind.
    pub kind: &'static str,
    /// The name given with `as`.
    pub name: Option<String>,
    /// The path as declared, after templating.
    pub path: String,
    /// Options as declared; a repeated one contains several values.
    pub options: Vec<(String, Vec<String>)>,
    /// Where it was declared; nothing for a path given on the command line.
    pub declared: Option<Place>,
    /// Its digest, unless it could not be hashed.
    pub digest: Option<Digest>,
    /// The bytes of all its files; nothing for a secret, whose length is nobody's business.
    pub bytes: Option<u64>,
    /// How many names were left out.
    pub excluded: usize,
    /// The release that renders it or that it is, as `namespace/name` or `name`.
    pub producer: Option<String>,
    /// How many files or keys it has.
    pub count: usize,
    /// Its files or keys; none for a secret.
    pub files: Vec<HashedFile>,
    /// How it differs from what the target records.
    pub changed: Vec<Change>,
}

/// The values file that a release's checksum goes to.
#[derive(Clone, Debug)]
pub(crate) struct TargetRow {
    /// The file, where the release lists one.
    pub path: Option<Utf8PathBuf>,
    /// Where in it the checksum is.
    pub key: String,
    /// How it was found, before anything was written.
    pub status: Status,
    /// The checksum found in it.
    pub recorded: Option<String>,
    /// The checksum as computed.
    pub checksum: Option<Digest>,
    /// Whether it was written.
    pub written: bool,
}

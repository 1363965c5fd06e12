//! A consumer as it is declared, before anything is hashed.

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::checksum::Transform;
use crate::diagnostic::{Code, Diagnostic, Level, Levels, Scope};
use crate::plan::contents::hashing::Job;
use crate::plan::facts::locations::Same;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::secret_key::SecretKey;
use crate::plan::facts::targets::Wired;
use crate::rendered::ObjectKind;
use crate::source::config::Hold;
use crate::source::{Auto, Source, What};
use crate::targets::{Format, Object, Subject};

/// A release with sources or a target, or an entry of `checksums:` in `helmsum.yaml`.
#[derive(Debug)]
pub(crate) struct Consumer {
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
    /// The values file that its checksum goes to, where there is exactly one.
    pub target: Option<Utf8PathBuf>,
    /// What makes its target the same one as another.
    pub(crate) same: Option<Same>,
    /// The sources, each label once.
    pub(crate) sources: Vec<Source>,
    /// What it declares beside them: what its pods read of other releases, which are sources, too, once they are found.
    pub(crate) auto: Option<Auto>,
    /// Whether it is reported and written; if not, it is only compared with others that have its target.
    pub(crate) selected: bool,
    /// Whether it is selected, or compared with one that is. Others are there since their targets may be a part of what they render.
    pub(crate) is_asked: bool,
    /// How messages name it.
    pub(crate) owner: String,
    /// Which release it is, for those of a state.
    pub(crate) at: Option<ReleaseAt>,
    /// The releases that the sources of these labels are rendered by.
    pub(crate) producers: BTreeMap<String, Vec<ReleaseAt>>,
    /// How the checksum is put into the target.
    pub(crate) format: Format,
    /// What templates of targets are told.
    pub(crate) subject: Subject,
    /// What of its names and labels is made from a secret, and goes neither into a target nor into a report.
    pub(crate) secret_names: Vec<String>,
    /// The root of the repository.
    pub(crate) root: Utf8PathBuf,
    /// The directory of the state file.
    pub(crate) state: Utf8PathBuf,
    /// The levels of its findings.
    pub(crate) levels: Levels,
    /// How digests of its secrets are made.
    pub(crate) secret_key: Rc<SecretKey>,
    /// Whether a denied finding about the whole state keeps its target as it is.
    pub(crate) blocked: bool,
    /// Why its recorded checksum stays as it is, where `helmsum.yaml` says so.
    pub(crate) hold: Option<Hold>,
    /// How a release of a state is wired.
    pub(crate) wiring: Wiring,
    /// What was found about it, at levels of its own.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What was found among the values of a release. Nothing for an entry of `checksums:`.
#[derive(Debug, Default)]
pub(crate) struct Wiring {
    /// The targets among them.
    pub(crate) targets: Vec<Wired>,
    /// The target that the configuration names.
    pub(crate) named: Option<Utf8PathBuf>,
    /// Files that exist, with their position among the entries.
    pub(crate) files: Vec<(usize, Utf8PathBuf)>,
    /// Whether helm gives its manifests to `helmsum annotate`.
    pub(crate) is_annotated: bool,
    /// Templates that may bring directives in and could not be rendered, and why.
    pub(crate) unsearched: Vec<(Utf8PathBuf, Diagnostic)>,
}

impl Consumer {
    /// `namespace/name`, or `name` without a namespace.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    /// By what its diagnostics are settled.
    #[must_use]
    pub(crate) fn scope(&self) -> Scope<'_> {
        let environment = Some(self.environment.as_str()).filter(|name| !name.is_empty());
        Scope { levels: &self.levels, environment }
    }

    /// Adds a finding or an error about it, which then names the release.
    pub(crate) fn say(&mut self, diagnostic: Diagnostic) {
        let id = self.id();
        self.diagnostics.push(if diagnostic.code().is_some() { diagnostic.release(id) } else { diagnostic });
    }

    /// Whether anything found so far keeps its target as it was.
    pub(crate) fn is_denied(&self) -> bool {
        self.blocked || self.denied().next().is_some()
    }

    /// What was found about it that keeps its target as it was.
    pub(crate) fn denied(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| self.levels.denies(diagnostic))
    }

    /// How a path source is hashed; nothing for one that is not read from files, or must not be.
    pub(crate) fn job(&self, source: &Source) -> Option<Job> {
        if self.secret_key.forbids(source).is_some() {
            return None;
        }
        match &source.what {
            What::Path(path) => Some(Job {
                root: self.root.clone(),
                stay_inside: self.levels.level_of(Code::OutsideSource, Level::Deny) == Level::Deny,
                directory: source.directory.clone(),
                path: path.clone(),
                exclude: source.options.exclude.clone(),
                transform: Transform::of(&source.options),
                key: self.secret_key.key().filter(|_| source.is_secret()).cloned(),
            }),
            What::Release(_) | What::Object(..) | What::Digest(_) => None,
        }
    }

    /// What has to be hashed.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.sources.iter().filter_map(|source| self.job(source)).collect()
    }

    /// The releases that a source may be rendered by.
    pub(crate) fn producers_of(&self, source: &Source) -> &[ReleaseAt] {
        self.producers.get(&source.label()).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn target_path(&self) -> Option<&Utf8Path> {
        self.target.as_deref()
    }
}

/// The `ConfigMap` or Secret that a source stands for by itself. Files and digests have none: a name or the configuration puts them among
/// Secrets or `ConfigMaps`, unless they are encrypted.
pub(crate) fn object_of(source: &Source) -> Option<Object<'_>> {
    match &source.what {
        // Only a controller knows what it makes of it.
        What::Object(ObjectKind::Other, _) => None,
        What::Object(kind, name) => Some(Object { secret: *kind == ObjectKind::Secret, name: Some(name) }),
        What::Path(_) | What::Release(_) | What::Digest(_) => {
            source.is_secret().then_some(Object { secret: true, name: None })
        }
    }
}

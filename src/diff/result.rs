//! What came of a comparison.

use camino::Utf8PathBuf;

use crate::diagnostic::{Level, Secrets};
use crate::plan::How;
use crate::reference::{Identity, Moves, Size};
use crate::text::Place;

/// What lies between two sides.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    /// Releases whose pods restart, those first of which all pods stop at once.
    pub(crate) restarts: Vec<Restarting>,
    /// Workloads that keep old data, those first that cannot notice.
    pub(crate) unnoticed: Vec<Unnoticed>,
    /// Objects that Kubernetes does not let change, so that deployments fail.
    pub(crate) refused: Vec<Refused>,
    /// Releases whose checksum stays although their sources have moved.
    pub(crate) held: Vec<Waiting>,
    /// Releases that are deployed with other workloads than before.
    pub(crate) workloads: Vec<OtherWorkloads>,
    /// Releases that have a checksum from now on, and restart once.
    pub(crate) first: Vec<Restarting>,
    /// Releases, or checksums, that are no longer there.
    pub(crate) gone: Vec<Gone>,
    /// Releases that are deployed for the first time.
    pub(crate) new: Vec<Named>,
    /// Releases that are not compared.
    pub(crate) uncompared: Vec<Uncompared>,
    /// How many releases stay as they are.
    pub(crate) unchanged: usize,
    /// Changed files that reach no release, relative to the root of the repository.
    pub(crate) unreached: Vec<Utf8PathBuf>,
    /// Whether it was looked at what helm renders.
    pub(crate) renders: bool,
    /// Releases of the second side whose targets are out of date.
    pub(crate) stale: Vec<String>,
}

/// A release, or an entry of `checksums:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    /// `namespace/name`, or `name`.
    pub(crate) release: String,
    /// The environment that it was read in; empty where no state was read.
    pub(crate) environment: String,
}

/// A release whose pods restart.
#[derive(Clone, Debug)]
pub(crate) struct Restarting {
    pub(crate) named: Named,
    pub(crate) workloads: Workloads,
    /// The sources that moved its checksum.
    pub(crate) sources: Vec<SourceChange>,
    /// What of its own changes, where that moves its pods, too.
    pub(crate) own: Option<Own>,
}

/// A release that has workloads which the other side does not have: what has another kind, name or namespace is another one.
#[derive(Clone, Debug)]
pub(crate) struct OtherWorkloads {
    pub(crate) named: Named,
    /// Those that only the second side has, whose pods start.
    pub(crate) new: Vec<Identity>,
    /// Those that only the first side has, whose pods stop.
    pub(crate) gone: Vec<Identity>,
}

/// Which workloads move.
#[derive(Clone, Debug)]
pub(crate) enum Workloads {
    /// These, in the order of the manifests.
    Known(Vec<MovedWorkload>),
    /// That is not known, for this reason.
    Unknown(String),
}

/// A workload whose pod template is another one.
#[derive(Clone, Debug)]
pub(crate) struct MovedWorkload {
    pub(crate) identity: Identity,
    /// What that does.
    pub(crate) moves: Moves,
    pub(crate) size: Size,
    /// Whether all pods stop before the first new one starts.
    pub(crate) is_recreated: bool,
}

/// What of a release's own changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// Its files that differ, as far as they are known, relative to the root of the repository.
    pub(crate) files: Vec<FileChange>,
}

/// A source with what differs in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceChange {
    pub(crate) label: String,
    /// What happened to the source as a whole; nothing where both sides declare it.
    pub(crate) how: Option<How>,
    /// Its files that differ; none of what is secret.
    pub(crate) files: Vec<FileChange>,
    /// How many files it has on the second side; nothing of what is secret, or gone.
    pub(crate) count: Option<usize>,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// What it is called now, or was called before it went.
    pub(crate) name: String,
    /// What it was called before, where the same content has another name now.
    pub(crate) from: Option<String>,
    pub(crate) fate: Fate,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its bytes differ.
    Edited,
    /// Its content has another name now.
    Renamed,
}

impl Fate {
    /// One word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Edited => "edited",
            Self::Renamed => "renamed",
        }
    }
}

/// Whose object it is that a workload reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WhoseObject {
    /// Its own release makes it.
    Own,
    /// These other releases make it.
    Others(Vec<String>),
}

/// A workload that reads an object whose data change, and whose pods stay.
#[derive(Clone, Debug)]
pub(crate) struct Unnoticed {
    pub(crate) named: Named,
    pub(crate) workload: Identity,
    /// `ConfigMap` or `Secret`.
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// How it is read: `env TOKEN of container app`.
    pub(crate) how: String,
    /// What happened to the object.
    pub(crate) change: How,
    pub(crate) whose: WhoseObject,
    /// How bad that is, before somebody chose another level.
    pub(crate) level: Level,
    /// What brings the restart about from now on.
    pub(crate) fix: String,
    /// Where the release is declared.
    pub(crate) place: Option<Place>,
}

/// An object that Kubernetes does not let change.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) named: Named,
    /// `ConfigMap` or `Secret`.
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) change: RefusedChange,
    /// Where the release is declared.
    pub(crate) place: Option<Place>,
}

/// What Kubernetes refuses to change of an immutable object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RefusedChange {
    /// Its data.
    Data,
    /// That it is immutable.
    Immutable,
}

impl RefusedChange {
    /// What happens, after the name of the object.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Data => "its data change",
            Self::Immutable => "is to be so no longer",
        }
    }
}

/// A release whose checksum stays.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) named: Named,
    /// Why, as `hold:` says.
    pub(crate) reason: String,
    /// The last day on which nothing is said against it.
    pub(crate) until: Option<String>,
    /// The abbreviated hash of the commit since which something waits; nothing where it is not committed, or not known.
    pub(crate) since: Option<String>,
    /// What waits.
    pub(crate) sources: Vec<SourceChange>,
}

/// Something that is no longer there.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) named: Named,
    pub(crate) what: Lost,
}

/// What is no longer there.
#[derive(Clone, Debug)]
pub(crate) enum Lost {
    /// The release.
    Release,
    /// Its checksum; its pods restart once, where that was on them.
    Checksum(Workloads),
}

/// A release that is not compared.
#[derive(Clone, Debug)]
pub(crate) struct Uncompared {
    pub(crate) named: Named,
    /// One sentence, without the name of the release.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    pub(crate) place: Option<Place>,
}

impl Restarting {
    /// Whether pods restart, as far as that is known: a workload may be paused, or have none.
    pub(crate) fn restarts(&self) -> bool {
        match &self.workloads {
            Workloads::Known(all) => all.iter().any(|one| one.restarts() && one.size != Size::Count(0)),
            Workloads::Unknown(_) => true,
        }
    }
}

impl Workloads {
    /// Whether all pods of one stop at once.
    pub(crate) fn is_recreated(&self) -> bool {
        matches!(self, Self::Known(all) if all.iter().any(|one| one.is_recreated && one.restarts()))
    }

    fn masked(&mut self, mask: &impl Fn(&mut String)) {
        match self {
            Self::Known(all) => all.iter_mut().for_each(|one| one.identity.each_name(mask)),
            Self::Unknown(why) => mask(why),
        }
    }
}

impl MovedWorkload {
    /// Whether its pods restart, as far as that is known.
    pub(crate) fn restarts(&self) -> bool {
        !matches!(self.moves, Moves::NextRun | Moves::Inert(_))
    }
}

impl Diff {
    /// The releases whose pods restart, for the first time with a checksum or not.
    pub(crate) fn restarting(&self) -> impl Iterator<Item = &Restarting> {
        self.restarts.iter().chain(&self.first).filter(|one| one.restarts())
    }

    /// The same without secrets that names are made from.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        let named = |one: &mut Named| mask(&mut one.release);
        let file = |file: &mut FileChange| {
            mask(&mut file.name);
            file.from.iter_mut().for_each(mask);
        };
        let sources = |all: &mut Vec<SourceChange>| {
            for source in all {
                mask(&mut source.label);
                source.files.iter_mut().for_each(file);
            }
        };
        for one in self.restarts.iter_mut().chain(&mut self.first) {
            named(&mut one.named);
            one.workloads.masked(&mask);
            sources(&mut one.sources);
            one.own.iter_mut().flat_map(|own| &mut own.files).for_each(file);
        }
        for one in &mut self.unnoticed {
            named(&mut one.named);
            one.workload.each_name(mask);
            [&mut one.namespace, &mut one.name, &mut one.how, &mut one.fix].into_iter().for_each(mask);
            if let WhoseObject::Others(makers) = &mut one.whose {
                makers.iter_mut().for_each(mask);
            }
        }
        for one in &mut self.refused {
            named(&mut one.named);
            [&mut one.namespace, &mut one.name].into_iter().for_each(mask);
        }
        for one in &mut self.held {
            named(&mut one.named);
            mask(&mut one.reason);
            sources(&mut one.sources);
        }
        for one in &mut self.gone {
            named(&mut one.named);
            if let Lost::Checksum(workloads) = &mut one.what {
                workloads.masked(&mask);
            }
        }
        self.new.iter_mut().for_each(named);
        for one in &mut self.workloads {
            named(&mut one.named);
            one.new.iter_mut().chain(&mut one.gone).for_each(|identity| identity.each_name(mask));
        }
        for one in &mut self.uncompared {
            named(&mut one.named);
            mask(&mut one.why);
            one.hint.iter_mut().for_each(mask);
        }
        self.stale.iter_mut().for_each(mask);
        self
    }
}

//! One side of a comparison, as data that outlive the plan they come from.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::changed_files::ChangedFile;
use super::result::{Fate, MovedWorkload, Named};
use super::sources::SideSource;
use super::uncompared::{Foreign, bare, of_ignored_files, of_programs};
use crate::annotate::additions;
use crate::audit::Inputs;
use crate::checksum::{Digest, Fingerprint};
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::{Deployed, Makers, settled};
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::{Contents, Made, SourceContents, Status};
use crate::reference::{Identity, Kind, Need, Reference, Workload};
use crate::rendered::{Mark, Object, ObjectKind};
use crate::source::config::Hold;
use crate::text::Place;
use crate::tree::Recorded;

/// What is asked of both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    /// Whether it is looked at what helm renders.
    pub(crate) renders: bool,
    /// Whether what programs answer on a side that is not the work tree is taken for right.
    pub(crate) trusts_programs: bool,
}

/// How one side is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looked<'s> {
    pub(crate) question: Question,
    /// What it is.
    pub(crate) stand: Stand,
    /// What it is read from, where it matters which files were read.
    pub(crate) read: Option<ReadFrom<'s>>,
}

/// What a side is read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadFrom<'s> {
    pub(crate) tree: &'s Recorded,
    /// The files that differ from the other side.
    pub(crate) changed: &'s [ChangedFile],
    /// What happened to those of them that this side does not have.
    pub(crate) lacks: Fate,
}

/// What a side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The work tree.
    WorkTree,
    /// A commit.
    Commit,
    /// The work tree, or that with other contents, of which nobody asks whether a commit has it.
    Trial,
}

/// What there is on one side.
#[derive(Debug, Default)]
pub(crate) struct Side {
    pub(crate) releases: Vec<SideRelease>,
    /// Entries of `checksums:`.
    pub(crate) entries: Vec<(Named, SideConsumer)>,
    /// The files that were read, as they were asked for; where that does not tell of every changed one, also with links resolved, and those
    /// that helm reads of charts. Absolute, and as text, since paths compare part by part.
    files: BTreeSet<String>,
}

/// A release that helmfile would deploy.
#[derive(Debug)]
pub(crate) struct SideRelease {
    pub(crate) at: ReleaseAt,
    pub(crate) named: Named,
    /// The kube context and the state file, which tell releases of one name apart.
    pub(crate) kube_context: String,
    pub(crate) file: Utf8PathBuf,
    pub(crate) place: Option<Place>,
    /// Whether it is asked for.
    pub(crate) is_selected: bool,
    /// Its place among the consumers, with what is known of it, where it is one.
    pub(crate) consumer: Option<(usize, SideConsumer)>,
    /// What it renders, or why that is not known; nothing where nothing is rendered.
    pub(crate) manifests: Option<Answer<Rendered>>,
    /// What `helmsum annotate` puts on its pods, by workload and annotation.
    pub(crate) additions: BTreeMap<Identity, BTreeMap<String, Mark>>,
    /// What is not what this side has, if anything of it is read.
    pub(super) foreign: Option<Foreign>,
    /// What helm is given for it, where it is not rendered.
    pub(crate) given: Option<Answer<BTreeMap<String, Digest>>>,
    /// What its workloads read that needs a restart, or might.
    pub(crate) reads: Vec<SideRead>,
    /// Objects of which a change is accepted.
    pub(crate) accepted: BTreeSet<(ObjectKind, String)>,
}

/// What is known of a consumer.
#[derive(Clone, Debug)]
pub(crate) struct SideConsumer {
    /// Its checksum; nothing where it has none, or that is not known.
    pub(crate) checksum: Option<Digest>,
    pub(super) sources: Vec<SideSource>,
    /// Why one of them could not be read, and the checksum is not known; nothing where all were read.
    pub(super) unread: Option<String>,
    pub(crate) target: Option<Utf8PathBuf>,
    /// What its target should contain.
    pub(crate) content: Option<String>,
    pub(crate) hold: Option<Hold>,
    /// Whether it keeps what is recorded although its sources have moved.
    pub(crate) waits: bool,
    pub(crate) is_annotated: bool,
    pub(crate) is_stale: bool,
}

/// An object that a workload reads.
#[derive(Clone, Debug)]
pub(crate) struct SideRead {
    pub(crate) workload: Identity,
    pub(crate) kind: ObjectKind,
    pub(crate) shown_kind: Kind,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) need: Need,
    pub(crate) how: String,
    /// The releases that make it, by their positions.
    pub(crate) makers: Vec<usize>,
    /// Its data, of each maker, by key.
    pub(crate) data: BTreeSet<BTreeMap<String, Mark>>,
    /// The keys that are read; none where all of them are.
    pub(crate) keys: BTreeSet<String>,
}

impl SideRead {
    /// What it is, and who reads it.
    pub(crate) fn key(&self) -> (&Identity, ObjectKind, &str, &str) {
        (&self.workload, self.kind, settled(&self.namespace), &self.name)
    }

    /// Whether another side has other data in what is read of it.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        if self.keys.is_empty() || other.keys.is_empty() {
            return self.data != other.data;
        }
        let is_read = |key: &String| self.keys.contains(key) || other.keys.contains(key);
        let read = |side: &Self| -> BTreeSet<Vec<(String, Mark)>> {
            let of = |data: &BTreeMap<String, Mark>| {
                data.iter().filter(|(key, _)| is_read(key)).map(|(key, mark)| (key.clone(), *mark)).collect()
            };
            side.data.iter().map(of).collect()
        };
        read(self) != read(other)
    }
}

impl Side {
    /// Everything that helmfile would deploy, with what is declared beside it.
    pub(crate) fn of(made: &Made<'_>, rendering: &mut Rendering<'_>, looked: Looked<'_>) -> Self {
        let Looked { question, stand, read } = looked;
        let mut side = Self::default();
        let mut consumers: BTreeMap<ReleaseAt, (usize, &Contents)> = BTreeMap::new();
        for (index, contents) in made.project.consumers.iter().enumerate() {
            match contents.consumer.at {
                Some(at) => drop(consumers.insert(at, (index, contents))),
                None => side.entries.push((named(contents), SideConsumer::of(contents))),
            }
        }
        for (index, environment) in made.project.environments.iter().enumerate() {
            for visited in &environment.visited {
                for candidate in &visited.candidates {
                    let at = ReleaseAt { environment: index, visit: visited.index, release: candidate.index };
                    let consumer =
                        consumers.get(&at).map(|(index, contents)| (*index, SideConsumer::of(contents)));
                    side.releases.push(SideRelease {
                        consumer,
                        ..SideRelease::of(environment, at, candidate.selected)
                    });
                }
            }
        }
        if question.renders {
            side.render(made, rendering);
        }
        match stand {
            Stand::WorkTree => {
                let mut ignored = of_ignored_files(made, rendering, &side.releases);
                for release in &mut side.releases {
                    release.foreign = ignored.remove(&release.at);
                }
            }
            Stand::Commit => {
                for release in &mut side.releases {
                    release.foreign = of_programs(made, rendering, release.at, question);
                }
            }
            Stand::Trial => {}
        }
        if let Some(read) = read {
            side.note_files(made, rendering, read);
        }
        side
    }

    /// Notes the files that were read. What links lead to, and which files helm reads of charts, takes longer than all else, and matters
    /// for what was not read by its name.
    fn note_files(&mut self, made: &Made<'_>, rendering: &Rendering<'_>, read: ReadFrom<'_>) {
        self.files = read.tree.asked();
        let mut here = read.changed.iter().filter(|file| file.fate != read.lacks);
        if here.all(|file| file.paths().any(|path| self.has_read(&path))) {
            return;
        }
        for release in &self.releases {
            let inputs = Inputs::of(made.project.locations, rendering, release.at).all();
            self.files.extend(inputs.into_iter().map(Utf8PathBuf::into_string));
        }
        // Templates of values may have read more by now.
        self.files.extend(read.tree.opened());
    }

    /// Whether a file was read, or another one through it: it may be a link, or a submodule.
    pub(super) fn has_read(&self, path: &Utf8Path) -> bool {
        let below = format!("{path}/");
        self.files.contains(path.as_str())
            || self.files.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    }

    fn render(&mut self, made: &Made<'_>, rendering: &mut Rendering<'_>) {
        let looks: Vec<Look> = self.releases.iter().map(|release| Look::plain(release.at)).collect();
        let answers = rendering.manifests(&looks, made.progress);
        let mut additions = additions(made, rendering);
        for (release, answer) in self.releases.iter_mut().zip(answers) {
            if answer.is_err() {
                release.given = Some(rendering.given_digests(release.at));
            }
            release.manifests = Some(answer);
            let marks = |added: BTreeMap<String, String>| -> BTreeMap<String, Mark> {
                let marker = rendering.kept.marker();
                added.into_iter().map(|(key, digest)| (key, marker.mark(digest.as_bytes()))).collect()
            };
            let consumer = release.consumer.as_ref().map(|(index, _)| *index);
            let added = consumer.and_then(|index| additions.remove(&index)).unwrap_or_default();
            release.additions = added.into_iter().map(|(identity, own)| (identity, marks(own))).collect();
        }
        let deployed = self.releases.iter().map(|release| Deployed {
            at: release.at,
            environment: &made.project.environments[release.at.environment],
            manifests: release.manifests.as_ref().and_then(|answer| answer.as_ref().ok()),
        });
        let makers = Makers::of(deployed.collect());
        let reads: Vec<Vec<SideRead>> = (0..self.releases.len()).map(|index| reads(&makers, index)).collect();
        for (release, reads) in self.releases.iter_mut().zip(reads) {
            release.reads = reads;
        }
    }
}

/// What the pods of a release read that needs a restart, or might.
fn reads(makers: &Makers<'_>, index: usize) -> Vec<SideRead> {
    let reader = makers.release(index);
    let workloads = reader.manifests.iter().flat_map(|manifests| &manifests.workloads);
    let mut found = Vec::new();
    for workload in workloads.filter(|workload| !workload.is_hook) {
        for read in makers.read_by(reader, workload) {
            let Some(first) = read.references.first() else { continue };
            let Some(kind) = first.kind.object() else { continue };
            if matches!(read.need, Need::Nothing(_)) {
                continue;
            }
            let of_maker = |maker: &usize| {
                let manifests = makers.release(*maker).manifests;
                let objects = manifests.into_iter().flat_map(|manifests| &manifests.objects);
                let is_it = |object: &&Object<Fingerprint>| {
                    object.kind == kind
                        && object.name == first.name
                        && settled(&object.namespace) == settled(&first.namespace)
                };
                objects.filter(is_it).map(|object| data(&object.data)).collect::<Vec<_>>()
            };
            found.push(SideRead {
                workload: workload.identity.clone(),
                kind,
                shown_kind: first.kind,
                namespace: first.namespace.clone(),
                name: first.name.clone(),
                how: first.how(),
                data: read.makers.iter().flat_map(of_maker).collect(),
                keys: keys(&read.references),
                need: read.need,
                makers: read.makers,
            });
        }
    }
    found
}

/// The keys that references name which need a restart, or might; none where one of them reads all.
fn keys(references: &[&Reference]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for reference in references.iter().filter(|one| !matches!(one.need, Need::Nothing(_))) {
        if reference.keys.is_empty() {
            return BTreeSet::new();
        }
        found.extend(reference.keys.iter().cloned());
    }
    found
}

/// Data by their keys: whether a Secret has one in `data` or in `stringData` is the same to whoever reads it.
fn data(data: &[Fingerprint]) -> BTreeMap<String, Mark> {
    let of = |datum: &Fingerprint| {
        let key = datum.name.split_once('/').map_or(datum.name.as_str(), |(_, key)| key);
        (key.to_owned(), datum.mark)
    };
    data.iter().map(of).collect()
}

fn named(contents: &Contents) -> Named {
    Named { release: contents.consumer.id(), environment: contents.consumer.environment.clone() }
}

impl SideRelease {
    fn of(environment: &Environment, at: ReleaseAt, is_selected: bool) -> Self {
        let resolved = &environment.resolved;
        let (visit, release) = (&resolved.visits[at.visit], release(resolved, at));
        let accepted = environment.accepted.iter().filter(|(of, _)| *of == at);
        Self {
            at,
            named: Named { release: release.id(), environment: resolved.environment.clone() },
            kube_context: release.kube_context.clone(),
            file: visit.file.clone(),
            place: release.place.clone(),
            is_selected,
            consumer: None,
            manifests: None,
            additions: BTreeMap::new(),
            foreign: None,
            given: None,
            reads: Vec::new(),
            accepted: accepted.map(|(_, one)| (one.kind, one.name.clone())).collect(),
        }
    }

    /// What it renders.
    pub(crate) fn rendered(&self) -> Option<&Rendered> {
        self.manifests.as_ref()?.as_ref().ok()
    }

    /// Its workloads, but for hooks.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = &Workload> {
        let manifests = self.rendered().into_iter();
        manifests.flat_map(|manifests| &manifests.workloads).filter(|workload| !workload.is_hook)
    }
}

impl SideConsumer {
    fn of(contents: &Contents) -> Self {
        let source = |source: &SourceContents| SideSource {
            label: source.label.clone(),
            digest: source.read.as_ref().map(|read| read.digest),
            files: if source.is_concealed() {
                Vec::new()
            } else {
                source.files().iter().map(|file| (file.name.clone(), file.digest)).collect()
            },
        };
        let content = contents.content.as_ref();
        let consumer = &contents.consumer;
        let unread = contents.sources.iter().find(|source| source.read.is_none()).map(|source| {
            let told =
                consumer.denied().next().map(|problem| bare(&problem.message, &consumer.id()).to_owned());
            told.unwrap_or_else(|| format!("`{}` cannot be read", source.label))
        });
        Self {
            unread,
            checksum: content.and_then(|content| content.checksum),
            sources: contents.sources.iter().map(source).collect(),
            target: contents.consumer.target.clone(),
            content: content.map(|content| content.text.clone()),
            hold: contents.consumer.hold.clone(),
            waits: contents.waits(),
            is_annotated: contents.consumer.wiring.is_annotated,
            is_stale: matches!(contents.status, Status::Stale | Status::Missing),
        }
    }

    /// Whether it has a checksum that goes to pods, as far as that is declared.
    pub(crate) fn has_checksum(&self) -> bool {
        !self.sources.is_empty() && (self.is_annotated || self.target.is_some())
    }

    /// Whether the checksum that pods get differs from that of another side.
    pub(crate) fn differs(&self, base: &Self) -> bool {
        self.checksum != base.checksum
    }
}

impl From<&Workload> for MovedWorkload {
    fn from(workload: &Workload) -> Self {
        Self {
            identity: workload.identity.clone(),
            moves: workload.moves.clone(),
            size: workload.size.clone(),
            is_recreated: workload.is_recreated,
        }
    }
}

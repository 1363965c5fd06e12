//! What there is to know about a path: whose target it is, which checksums it moves, and who reads it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::pods::{Looked, MadeOfIt};
use super::source::{OutWhy, fates, name_in, shown};
use crate::audit::{Called, made_of};
use crate::plan::contents::makers::settled;
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, is_named_by};
use crate::plan::{Contents, Made, SourceContents};
use crate::rendered::{ObjectKind, Producer, chart_inputs};
use crate::source::{Fate, Glob, Left, Listing, ProducerName, Shape, What};
use crate::state::EntryContent;
use crate::text::Place;
use crate::tree::Kind;

/// What there is to know about a path.
#[derive(Debug)]
pub(crate) struct OfPath {
    /// Absolute.
    pub(crate) path: Utf8PathBuf,
    pub(crate) existing: Existing,
    /// The consumers whose target it is, by their positions.
    pub(crate) target_of: Vec<usize>,
    /// The sources that contain it.
    pub(crate) restarting: Vec<Restarting>,
    /// The sources that it lies in and does not count for.
    pub(crate) uncounted: Vec<Uncounted>,
    /// The sources of which nobody can say whether they contain it, since they cannot be read.
    pub(crate) unread: Vec<UnreadSource>,
    /// Who is known to read it.
    pub(crate) readers: Vec<Reader>,
    /// The objects that are made of it: with `--render`, as far as that can be seen.
    pub(crate) made_of_it: Option<Vec<MadeOfIt>>,
    /// The releases of which that is not seen, since they cannot be rendered: with `--render`.
    pub(crate) unseen: BTreeSet<String>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Existing {
    File,
    Directory,
    /// Nothing, or nothing that can be looked at.
    Nothing,
}

/// A source that contains a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restarting {
    /// The position of the consumer.
    pub(crate) index: usize,
    pub(crate) label: String,
    /// Where the source is declared.
    pub(crate) declared: Place,
    pub(crate) through: Through,
}

/// How a source contains a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Through {
    /// It is the source, and missing.
    Itself,
    /// By this name.
    Name(String),
    /// As a directory, with so many files that count.
    Files(usize),
    /// It is given to helm for this release, which is the source.
    Release(String),
    /// This release reads it, and an object of it is the source. Whether the object is another one with another content was seen in what
    /// helm renders, or is not known.
    Object { producer: String, is_seen: bool },
}

/// A source that a path lies in and does not count for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uncounted {
    /// The position of the consumer.
    pub(crate) index: usize,
    pub(crate) label: String,
    /// Where the source is declared.
    pub(crate) declared: Place,
    /// What is left out: the name, or that of a directory above it.
    pub(crate) name: String,
    pub(crate) why: OutWhy,
}

/// A source that a path lies in and that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadSource {
    /// The position of the consumer.
    pub(crate) index: usize,
    pub(crate) label: String,
    /// Where the source is declared.
    pub(crate) declared: Place,
}

/// Who reads a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reader {
    /// `namespace/name`, or `name`. Of a state file its path.
    pub(crate) name: String,
    pub(crate) environment: String,
    pub(crate) how: Reads,
}

/// How a path is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reads {
    /// The release has it among its values.
    Values,
    /// A values template of the release reads it.
    Template,
    /// It is a part of the chart of the release.
    Chart,
    /// It is a state file, or one reads it.
    State,
}

/// Whether a release has a file among its values or secrets.
fn has_among_values(environment: &Environment, who: &ProducerName, file: &Utf8Path) -> bool {
    environment.visited.iter().any(|visited| {
        let visit = &environment.resolved.visits[visited.index];
        visit.releases.iter().filter(|release| is_named_by(release, who)).any(|release| {
            release.values.iter().chain(&release.secrets).any(|entry| match &entry.content {
                EntryContent::Path(path) => {
                    visit.entry_path(&release.values_path_prefix, path).as_deref() == Some(file)
                }
                EntryContent::Inline(_) | EntryContent::Invalid(_) => false,
            })
        })
    })
}

/// What there is to know about an absolute path.
pub(super) fn of_path(
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
    looked: Option<&Looked>,
    path: &Utf8Path,
) -> OfPath {
    let tree = &*made.project.reading.tree;
    let existing = match tree.stat(path).map(|stat| stat.kind) {
        Ok(Kind::Directory) => Existing::Directory,
        Ok(_) => Existing::File,
        Err(_) => Existing::Nothing,
    };
    let real = tree.resolve(path).unwrap_or_else(|_| made.project.locations.real(path));
    let mut asked = Asked { made, path, real, existing, files: BTreeSet::new() };
    let mut restarting = Vec::new();
    let mut uncounted = Vec::new();
    let mut unread = Vec::new();
    for (index, contents) in made.project.consumers.iter().enumerate() {
        for source in &contents.sources {
            if asked.lies_in_unread(contents, source) {
                let (label, declared) = (source.label.clone(), source.source.place.clone());
                unread.push(UnreadSource { index, label, declared });
            }
            match asked.of_files(index, contents, source) {
                Some(Ok(one)) => restarting.push(one),
                Some(Err(one)) => uncounted.push(one),
                None => {}
            }
        }
    }
    let mut readers = asked.readers();
    let made_of_it = looked.and_then(|looked| {
        let called = asked.made_of_it(rendering)?;
        Some(called.into_iter().map(|(environment, one)| with_readers(looked, &environment, one)).collect())
    });
    if looked.is_some() {
        readers.extend(asked.rendered_readers(rendering));
    }
    // What charts and states are made of is changed by nobody here, so nothing can be seen of it.
    let is_changed = |reader: &Reader| matches!(reader.how, Reads::Values | Reads::Template);
    let made_of_it =
        made_of_it.filter(|objects: &Vec<MadeOfIt>| !objects.is_empty() || readers.iter().all(is_changed));
    restarting.extend(asked.of_producers(&readers, made_of_it.as_deref()));
    restarting.sort_by_key(|one| one.index);
    let readers = readers.into_iter().collect();
    OfPath {
        target_of: asked.targets(),
        path: path.to_owned(),
        existing,
        restarting,
        uncounted,
        unread,
        readers,
        made_of_it,
        unseen: looked.map(Looked::unseen).unwrap_or_default(),
    }
}

struct Asked<'m, 'p> {
    made: &'m Made<'p>,
    path: &'m Utf8Path,
    /// With links resolved, as far as there is something.
    real: Utf8PathBuf,
    existing: Existing,
    /// The files that it stands for, links resolved.
    files: BTreeSet<Utf8PathBuf>,
}

impl Asked<'_, '_> {
    /// The consumers whose target it is.
    fn targets(&self) -> Vec<usize> {
        let locations = self.made.project.locations;
        let same = locations.same(self.path);
        let is_target = |contents: &Contents| {
            contents
                .consumer
                .target_path()
                .is_some_and(|target| target == self.path || locations.same(target) == same)
        };
        let consumers = self.made.project.consumers.iter().enumerate();
        consumers.filter(|(_, contents)| is_target(contents)).map(|(index, _)| index).collect()
    }

    /// Whether it lies in a path source that cannot be read, or is above one.
    fn lies_in_unread(&self, contents: &Contents, source: &SourceContents) -> bool {
        let Some(job) = contents.consumer.job(&source.source) else { return false };
        let Some(path) = source.source.path() else { return false };
        let base = Glob::split(path.as_str()).map_or_else(|_| path.clone(), |(base, _)| base.into());
        let is_near = |own: &Utf8Path| own.starts_with(&base) || base.starts_with(own);
        let is_unread = self.made.hashed.get(&job).is_some_and(|outcome| outcome.is_err());
        is_unread && (is_near(self.path) || is_near(&self.real))
    }

    /// Whether a path source contains it, or why it does not count there; nothing where it lies elsewhere.
    fn of_files(
        &mut self,
        index: usize,
        contents: &Contents,
        source: &SourceContents,
    ) -> Option<Result<Restarting, Uncounted>> {
        let job = contents.consumer.job(&source.source)?;
        let hashed = self.made.hashed.get(&job)?.as_ref().ok()?;
        let tree = &*self.made.project.reading.tree;
        let listing = &hashed.listing;
        let mut own = Vec::new();
        for file in &hashed.files {
            let path = listing.path_of(&file.name);
            let real = tree.resolve(&path).unwrap_or_else(|_| path.clone());
            if path.starts_with(self.path) || real.starts_with(&self.real) {
                self.files.insert(real);
                own.push(file.name.clone());
            }
        }
        let (label, declared) = (source.label.clone(), source.source.place.clone());
        let through = match (own.len(), own.pop()) {
            (1, Some(name)) if self.existing != Existing::Directory => Some(Through::Name(name)),
            (count, Some(_)) => Some(Through::Files(count)),
            (_, None) => None,
        };
        if let Some(through) = through {
            return Some(Ok(Restarting { index, label, declared, through }));
        }
        let fate = self.fate(source, listing)?;
        Some(fate.map_or_else(
            |(name, why)| {
                Err(Uncounted { index, label: label.clone(), declared: declared.clone(), name, why })
            },
            |through| Ok(Restarting { index, label: label.clone(), declared: declared.clone(), through }),
        ))
    }

    /// What becomes of it in a source that does not have it; nothing where it lies elsewhere.
    fn fate(&self, source: &SourceContents, listing: &Listing) -> Option<Result<Through, (String, OutWhy)>> {
        if listing.shape == Shape::File {
            return None;
        }
        if self.path == listing.base && listing.shape == Shape::Missing {
            return Some(Ok(Through::Itself));
        }
        let name = name_in(listing, self.path)?;
        let is_target = listing.left_out.iter().any(|left| left.why == Left::Target && left.name == name);
        if is_target {
            return Some(Err((name, OutWhy::Target)));
        }
        match fates(self.made, &source.source, listing).of(&name) {
            // A directory of which no file counts is no part of anything.
            Fate::Counts if self.existing == Existing::Directory => None,
            // What is there and is not listed is a link that leads out, or was made meanwhile.
            Fate::Counts if self.existing == Existing::File => None,
            Fate::Counts => Some(Ok(Through::Name(name))),
            Fate::LeftOut(name, because) => Some(Err((name, because.into()))),
            Fate::Unmatched => Some(Err((name, OutWhy::Unmatched))),
        }
    }

    /// Who is seen to read it where values templates are rendered.
    fn rendered_readers(&self, rendering: &Rendering<'_>) -> Vec<Reader> {
        let locations = self.made.project.locations;
        let is_it =
            |file: &Utf8PathBuf| file.starts_with(self.path) || locations.real(file).starts_with(&self.real);
        let reading = rendering.files_read.iter().filter(|(_, files)| files.iter().any(is_it));
        let reader = |at: &ReleaseAt| Reader {
            name: self.id(*at),
            environment: self.made.project.environments[at.environment].resolved.environment.clone(),
            how: Reads::Template,
        };
        reading.map(|(at, _)| reader(at)).collect()
    }

    /// Who is known to read it.
    fn readers(&mut self) -> BTreeSet<Reader> {
        let mut found = BTreeSet::new();
        for environment in self.made.project.environments {
            let name = environment.resolved.environment.clone();
            let reader = |who: String, how: Reads| Reader { name: who, environment: name.clone(), how };
            for spelt in BTreeSet::from([self.path, &self.real]) {
                for (file, readers) in environment.files.readers_below(spelt) {
                    self.files.insert(self.made.project.locations.real(&file));
                    let how = |who: &ProducerName| {
                        if has_among_values(environment, who, &file) {
                            Reads::Values
                        } else {
                            Reads::Template
                        }
                    };
                    found.extend(readers.iter().map(|who| reader(shown(who), how(who))));
                }
            }
            for (who, how) in self.of_state(environment) {
                found.insert(reader(who, how));
            }
        }
        if self.existing == Existing::File {
            self.files.insert(self.real.clone());
        }
        found
    }

    /// The state files that are or read it, and the releases whose charts it is a part of.
    fn of_state(&self, environment: &Environment) -> Vec<(String, Reads)> {
        let is_it = |file: &Utf8Path| file.starts_with(self.path) || file.starts_with(&self.real);
        let mut found = Vec::new();
        for visited in &environment.visited {
            let visit = &environment.resolved.visits[visited.index];
            let read = [&visit.file].into_iter().chain(&visit.bases).chain(&visit.values_files);
            if read.chain(visit.effects.files.keys()).any(|file| is_it(file)) {
                found.push((self.made.project.shown(&visit.file).into_string(), Reads::State));
            }
            for candidate in &visited.candidates {
                let release = &visit.releases[candidate.index];
                let producer = Producer { request: &environment.request, visit, release };
                let Ok(Some(inputs)) = chart_inputs(&producer) else { continue };
                let is_near = is_it(&inputs.directory) || self.path.starts_with(&inputs.directory);
                if is_near && inputs.helm.iter().chain(&inputs.data).any(|file| is_it(file)) {
                    found.push((release.id(), Reads::Chart));
                }
            }
        }
        found
    }

    /// The sources that are releases which read it, or objects of such.
    fn of_producers(&self, readers: &BTreeSet<Reader>, made_of_it: Option<&[MadeOfIt]>) -> Vec<Restarting> {
        let mut found = Vec::new();
        for (index, contents) in self.made.project.consumers.iter().enumerate() {
            for source in &contents.sources {
                let through = self.through(contents, source, readers, made_of_it);
                let (label, declared) = (source.label.clone(), source.source.place.clone());
                found.extend(through.map(|through| Restarting { index, label, declared, through }));
            }
        }
        found
    }

    /// How a source that is a release, or an object of one, contains it.
    fn through(
        &self,
        contents: &Contents,
        source: &SourceContents,
        readers: &BTreeSet<Reader>,
        made_of_it: Option<&[MadeOfIt]>,
    ) -> Option<Through> {
        let environment = &contents.consumer.environment;
        let known = source.read.as_ref().and_then(|read| read.producer.clone());
        let producers: Vec<String> = match known {
            Some(known) => vec![known],
            // It could not be rendered, or not read.
            None => contents.consumer.producers_of(&source.source).iter().map(|at| self.id(*at)).collect(),
        };
        let is_own = |reader: &&Reader| {
            producers.contains(&reader.name)
                && reader.environment == *environment
                && reader.how != Reads::State
        };
        let own: Vec<&Reader> = readers.iter().filter(is_own).collect();
        let reader = own.first().map(|reader| reader.name.clone());
        match &source.source.what {
            What::Release(_) => reader.map(Through::Release),
            What::Object(kind, name) => {
                let is_it = |one: &MadeOfIt| {
                    one.environment == *environment && one.kind == *kind && one.name == *name
                };
                if made_of_it.is_some_and(|objects| objects.iter().any(is_it)) {
                    let producer = reader.or_else(|| producers.first().cloned())?;
                    return Some(Through::Object { producer, is_seen: true });
                }
                let is_rendered = made_of_it.is_some() && *kind != ObjectKind::Other && source.read.is_some();
                let of_chart = own.iter().any(|reader| reader.how == Reads::Chart);
                let producer = reader.filter(|_| !is_rendered || of_chart)?;
                Some(Through::Object { producer, is_seen: false })
            }
            What::Path(_) | What::Digest(_) => None,
        }
    }

    /// The name of a release.
    fn id(&self, at: ReleaseAt) -> String {
        self.made.project.environments[at.environment].resolved.visits[at.visit].releases[at.release].id()
    }

    /// The objects that are others where its files are, each with its environment; nothing where there is no file.
    fn made_of_it(&self, rendering: &mut Rendering<'_>) -> Option<BTreeSet<(String, Called)>> {
        if self.files.is_empty() {
            return None;
        }
        let mut clusters: BTreeMap<(usize, String), ReleaseAt> = BTreeMap::new();
        for (number, environment) in self.made.project.environments.iter().enumerate() {
            for visited in &environment.visited {
                for candidate in &visited.candidates {
                    let release = &environment.resolved.visits[visited.index].releases[candidate.index];
                    let at =
                        ReleaseAt { environment: number, visit: visited.index, release: candidate.index };
                    clusters.entry((number, release.kube_context.clone())).or_insert(at);
                }
            }
        }
        let mut inputs = BTreeMap::new();
        let mut found = BTreeSet::new();
        for ((number, _), at) in clusters {
            let environment = &self.made.project.environments[number].resolved.environment;
            let objects = made_of(self.made, rendering, &mut inputs, (at, &self.files));
            found.extend(objects.into_iter().map(|one| (environment.clone(), one)));
        }
        Some(found)
    }
}

/// An object with those who read it.
fn with_readers(looked: &Looked, environment: &str, (kind, namespace, name): Called) -> MadeOfIt {
    let readers = looked.readers(environment, |reading| {
        reading.kind.object() == Some(kind)
            && reading.name == name
            && settled(&reading.namespace) == settled(&namespace)
    });
    MadeOfIt { environment: environment.to_owned(), kind, namespace, name, readers }
}

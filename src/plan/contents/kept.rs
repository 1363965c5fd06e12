//! Renderings that are kept between runs.
//!
//! What helm renders for a release is a function of what it is given and of the helm that is called, as long as no template asks for
//! the time, random numbers and the like. So it is kept under a key of all that: as fingerprints and marks, never as manifests, and
//! never the value of a Secret. A wrong hit would be a restart that does not happen: where anything is in doubt, helm is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use camino::Utf8PathBuf;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rendering::Answer;
use crate::cache::{self, Cache, KeyMaker};
use crate::checksum::{Fingerprint, Key};
use crate::diagnostic::Diagnostic;
use crate::reference::{self, Manifests, Workload};
use crate::rendered::{self, Cluster, Influence, Judged, Mark, Marker, ObjectKind, Swap, Templating, Wanted};

/// What helm renders for a release, as far as anything asks for it.
pub(crate) type Rendered = Manifests<Fingerprint>;

/// What tells helm programs from others, by path and working directory; nothing where that is not known.
type Helms = BTreeMap<(PathBuf, Utf8PathBuf), Option<Vec<u8>>>;

/// Where renderings are kept between runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeping {
    /// The folder; nothing where they are not kept.
    pub(crate) folder: Option<Utf8PathBuf>,
    /// Whether helm is asked all the same, and a difference is an error.
    pub(crate) verifies: bool,
    /// Who renders first, so that what they have kept is not rendered again.
    pub(crate) after: Option<Turn>,
}

/// A run that renders before another one of this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn(Arc<(Mutex<bool>, Condvar)>);

impl Turn {
    /// Says that it is over.
    pub(crate) fn end(&self) {
        let (is_over, ended) = &*self.0;
        *is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        ended.notify_all();
    }

    fn wait(&self) {
        let (is_over, ended) = &*self.0;
        let mut is_over = is_over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_over {
            is_over = ended.wait(is_over).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What is known of renderings of earlier runs.
#[derive(Debug)]
pub(crate) struct Kept {
    keeping: Keeping,
    /// The cache, from when something is rendered.
    opened: OnceLock<Opened>,
    /// The keys that digests of secrets are made with, by their ids.
    keys: BTreeMap<String, Key>,
    /// The digest of this program, whose other versions may look for something else.
    own: OnceLock<Option<String>>,
    /// What is known of the helm programs that were asked for, by path and working directory.
    helms: Mutex<Helms>,
    /// What is known of all renderings of charts, by what that depends on.
    judged: Mutex<BTreeMap<cache::Key, Arc<Judged>>>,
}

/// A call of helm, with what is found out about it once.
#[derive(Debug)]
pub(crate) struct Call {
    templating: Templating,
    /// What its answer depends on; nothing where that is not known, or nothing is kept.
    key: Option<KeyMaker>,
    /// How another call differs from it, where there is one that is compared with it.
    swap: Option<Swap>,
}

impl Call {
    /// The error where its rendering is not what was certain without it.
    pub(crate) fn is_otherwise(&self) -> Diagnostic {
        self.templating
            .problem("what its templates tell of it with another checksum is not what helm renders")
            .hint("report it, with the chart")
    }

    /// The same beside another call.
    #[must_use]
    pub(crate) fn beside(self, other: &Self) -> Self {
        Self { swap: self.templating.swap(&other.templating), ..self }
    }
}

#[derive(Debug)]
struct Opened {
    cache: Option<Cache>,
    marker: Marker,
    /// Why there is no cache where there should be one.
    unusable: Option<String>,
}

/// Something that may be kept, once it is known that no secret of the state is in it.
#[derive(Debug)]
pub(crate) struct Pending {
    key: cache::Key,
    bytes: Vec<u8>,
}

/// An answer, with what it took.
#[derive(Debug)]
pub(crate) struct Outcome<T> {
    pub(crate) answer: Answer<T>,
    /// How often helm was called.
    pub(crate) calls: usize,
    /// Whether it was kept by another run.
    pub(crate) was_kept: bool,
    pub(crate) pending: Vec<Pending>,
}

impl<T> Outcome<T> {
    fn known(answer: T) -> Self {
        Self { was_kept: true, ..Self::of_run(answer) }
    }

    /// What is known from something else in this run.
    pub(crate) const fn of_run(answer: T) -> Self {
        Self { answer: Ok(answer), calls: 0, was_kept: false, pending: Vec::new() }
    }

    const fn failed(problem: Diagnostic, calls: usize) -> Self {
        Self { answer: Err(problem), calls, was_kept: false, pending: Vec::new() }
    }
}

impl Kept {
    /// Nothing looked at yet.
    pub(crate) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            opened: OnceLock::new(),
            keys: BTreeMap::new(),
            own: OnceLock::new(),
            helms: Mutex::default(),
            judged: Mutex::default(),
        }
    }

    /// Waits until it is this run's turn to render. Not on a thread of the pool, which others need for theirs.
    pub(crate) fn wait(&self) {
        self.keeping.after.iter().for_each(Turn::wait);
    }

    /// A call of helm.
    pub(crate) fn call(&self, templating: Templating) -> Call {
        Call { key: self.key(&templating), templating, swap: None }
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| {
            let (cache, unusable) = match self.keeping.folder.as_deref().map(Cache::open) {
                Some(Ok(cache)) => (Some(cache), None),
                Some(Err(unusable)) => (None, Some(unusable.to_string())),
                None => (None, None),
            };
            // Without a cache, marks are only compared within the run.
            let key: &[u8] = cache.as_ref().map_or(b"one run", |cache| cache.key());
            Opened { marker: Marker::new(key), cache, unusable }
        })
    }

    fn cache(&self) -> Option<&Cache> {
        self.opened().cache.as_ref()
    }

    /// What marks are made with.
    pub(crate) fn marker(&self) -> &Marker {
        &self.opened().marker
    }

    /// Why nothing is kept where something should be, once that has shown.
    pub(crate) fn unusable(&self) -> Option<&str> {
        self.opened.get()?.unusable.as_deref()
    }

    /// Notes a key that digests of secrets are made with. Before anything is rendered.
    pub(crate) fn add_key(&mut self, key: &Key) {
        self.keys.insert(key.id(), key.clone());
    }

    /// Keeps what is to be kept.
    pub(crate) fn keep(&self, pending: Vec<Pending>, is_secret: impl Fn(&str) -> bool) {
        let Some(cache) = self.cache() else { return };
        for Pending { key, bytes } in pending {
            if !is_secret(&String::from_utf8_lossy(&bytes)) {
                cache.store(key, &bytes);
            }
        }
    }

    /// What helm renders, where it asks no cluster, or this one.
    pub(crate) fn manifests(&self, call: &Call, cluster: Option<&Cluster>) -> Outcome<Rendered> {
        let title = match cluster {
            Some(cluster) => format!("manifests in {cluster:?}"),
            None => MANIFESTS.to_owned(),
        };
        let key = call.key.clone().map(|key| titled(key, &title));
        let templating = &call.templating;
        self.remembered(key, &[call], || {
            let output = match cluster {
                Some(cluster) => rendered::manifests_in(templating, cluster)?,
                None => rendered::manifests(templating)?,
            };
            Ok(self.fingerprinted(self.read(templating, &output)?))
        })
    }

    /// What is kept under a key, else what is made by calling helm once for each of these, which is kept from then on.
    fn remembered<T: Serialize + DeserializeOwned>(
        &self,
        key: Option<cache::Key>,
        calls: &[&Call],
        answer: impl FnOnce() -> Answer<T>,
    ) -> Outcome<T> {
        let known: Option<T> = key.and_then(|key| self.load(key));
        if !self.keeping.verifies
            && let Some(known) = known
        {
            return Outcome::known(known);
        }
        let made = match answer() {
            Ok(made) => made,
            Err(problem) => return Outcome::failed(problem, calls.len()),
        };
        if known.is_some_and(|known| serialized(&known) != serialized(&made)) {
            return Outcome::failed(self.differs(&calls[0].templating), calls.len());
        }
        let key = key.filter(|_| calls.iter().all(|call| self.judged(call).is_repeatable));
        let pending = pending_of(key, &made).into_iter().collect();
        Outcome { answer: Ok(made), calls: calls.len(), was_kept: false, pending }
    }

    /// What helm renders, and which of the objects that are asked for something else than the state decides. `hashes_secrets` says
    /// whether digests of secrets without a key are needed, which are never kept.
    pub(crate) fn with_influences(
        &self,
        call: &Call,
        wanted: Option<&Wanted>,
        hashes_secrets: bool,
    ) -> Outcome<(Rendered, Vec<Influence>)> {
        let (base, templating) = (call.key.clone(), &call.templating);
        let of_manifests = base.clone().map(|key| titled(key, MANIFESTS));
        let of_influences = base.map(|key| titled(key, &influences_title(wanted)));
        let known: Option<Rendered> = of_manifests.and_then(|key| self.load(key));
        let known = known.filter(|known| {
            !hashes_secrets || known.objects.iter().flat_map(|one| &one.data).all(Fingerprint::has_plain)
        });
        let influences: Option<Vec<Influence>> = match wanted {
            Some(_) => of_influences.and_then(|key| self.load(key)),
            None => Some(Vec::new()),
        };
        let known = known.zip(influences);
        if !self.keeping.verifies
            && let Some(known) = known
        {
            return Outcome::known(known);
        }
        let mut raw = match self.raw(templating) {
            Ok(raw) => raw,
            Err(problem) => return Outcome::failed(problem, 1),
        };
        let of_data = raw.objects.len();
        raw.objects.append(&mut raw.specified);
        let (influences, calls) =
            wanted.map(|wanted| rendered::influences(templating, &raw.objects, wanted)).unwrap_or_default();
        raw.specified = raw.objects.split_off(of_data);
        let rendered = self.fingerprinted(raw);
        if let Some(known) = known
            && (serialized(&known.0) != serialized(&rendered)
                || serialized(&known.1) != serialized(&influences))
        {
            return Outcome::failed(self.differs(templating), calls + 1);
        }
        let mut pending = Vec::new();
        if of_manifests.is_some() && self.judged(call).is_repeatable {
            pending.extend(pending_of(of_manifests, &rendered));
            if wanted.is_some() {
                pending.extend(pending_of(of_influences, &influences));
            }
        }
        Outcome { answer: Ok((rendered, influences)), calls: calls + 1, was_kept: false, pending }
    }

    /// Something that is made of what helm prints for a call; `title` says what.
    pub(crate) fn of_one<T: Serialize + DeserializeOwned>(
        &self,
        call: &Call,
        title: &str,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Outcome<T> {
        let key = call.key.clone().map(|key| titled(key, title));
        self.remembered(key, &[call], || Ok(read(&rendered::manifests(&call.templating)?)))
    }

    /// Something that is made of what helm prints for two calls; `title` says what.
    pub(crate) fn of_both<T: Serialize + DeserializeOwned>(
        &self,
        [one, other]: [&Call; 2],
        title: &str,
        read: impl FnOnce(&Templating, [&[u8]; 2]) -> T,
    ) -> Outcome<T> {
        let key = one.key.clone().zip(other.key.clone());
        let key = key.map(|(one, other)| titled(both(one, other), title));
        self.remembered(key, &[one, other], || {
            let (first, second) =
                (rendered::manifests(&one.templating)?, rendered::manifests(&other.templating)?);
            Ok(read(&one.templating, [&first, &second]))
        })
    }

    /// Whether helm renders the same in any cluster, each time and in an upgrade too, of all that comes from these files of the chart.
    pub(crate) fn is_settled(&self, call: &Call, sources: &BTreeSet<String>) -> Outcome<bool> {
        let names = sources.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let key = call.key.clone().map(|key| titled(key, &format!("is settled {names}")));
        self.concluded(key, || {
            let judged = self.judged(call);
            let is_settled = |source: &String| judged.is_settled_in_clusters(source);
            (!sources.is_empty() && sources.iter().all(is_settled), true)
        })
    }

    /// Whether it is certain that another call of helm succeeds which differs from one in digests of a values file alone, and that all pods
    /// differ then that this one has `rendered`: each workload has such a digest as an annotation of a pod, and it can have come from nowhere
    /// else. `others` are digests that a template may make by itself.
    pub(crate) fn all_differ(
        &self,
        [one, other]: [&Call; 2],
        rendered: &Rendered,
        others: &BTreeSet<String>,
    ) -> Outcome<bool> {
        let names = others.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let key = one.key.clone().zip(other.key.clone());
        let key = key.map(|(one, other)| titled(both(one, other), &format!("all differ {names}")));
        self.concluded(key, || {
            let Some(swap) = &one.swap else { return (false, true) };
            let judged = self.judged(one);
            let only_there = swap.digests.difference(others).filter(|digest| !judged.hashes.may_have(digest));
            let marks: Vec<Mark> = only_there.map(|digest| self.marker().mark(digest.as_bytes())).collect();
            let differs = |workload: &Workload| {
                let mut annotations = workload.pods.iter().flat_map(|pod| pod.annotations.values());
                annotations.any(|annotation| marks.contains(&annotation.mark))
                    && workload
                        .origin
                        .source
                        .as_deref()
                        .is_some_and(|source| judged.is_settled(source) && judged.has_values(source))
            };
            (judged.only_prints && rendered.workloads.iter().all(differs), judged.is_repeatable)
        })
    }

    /// The marks of the digests by which a call differs from the one beside it: those that helmsum writes.
    pub(crate) fn written_in(&self, call: &Call) -> BTreeSet<Mark> {
        let digests = call.swap.iter().flat_map(|swap| &swap.digests);
        digests.map(|digest| self.marker().mark(digest.as_bytes())).collect()
    }

    /// What is kept under a key, else what follows without helm; and whether it follows each time, so that it is kept from then on.
    fn concluded(&self, key: Option<cache::Key>, conclude: impl FnOnce() -> (bool, bool)) -> Outcome<bool> {
        if let Some(known) = key.and_then(|key| self.load(key)).filter(|_| !self.keeping.verifies) {
            return Outcome::known(known);
        }
        let (concluded, always) = conclude();
        let pending = pending_of(key.filter(|_| always), &concluded).into_iter().collect();
        Outcome { pending, ..Outcome::of_run(concluded) }
    }

    /// What is known of all renderings of the chart of a call, and of those that differ in the values that another call swaps. It is found
    /// out once.
    fn judged(&self, call: &Call) -> Arc<Judged> {
        let none = BTreeSet::new();
        let keys = call.swap.as_ref().map_or(&none, |swap| &swap.keys);
        let by = call.templating.judged_by(keys);
        let known = || self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(judged) = known().get(&by) {
            return Arc::clone(judged);
        }
        let judged = Arc::new(call.templating.judged(keys));
        known().insert(by, Arc::clone(&judged));
        judged
    }

    fn raw(&self, templating: &Templating) -> Answer<Manifests> {
        let output = rendered::manifests(templating)?;
        self.read(templating, &output)
    }

    fn read(&self, templating: &Templating, output: &[u8]) -> Answer<Manifests> {
        reference::read(output, templating.namespace(), self.marker())
            .map_err(|unreadable| templating.unreadable(&unreadable))
    }

    fn fingerprinted(&self, raw: Manifests) -> Rendered {
        raw.with_data(|datum| Fingerprint::of(datum, self.marker(), &self.keys))
    }

    fn load<T: DeserializeOwned>(&self, key: cache::Key) -> Option<T> {
        serde_json::from_slice(&self.cache()?.load(key)?).ok()
    }

    /// What a rendering depends on; nothing where that is not known, or nothing is kept.
    fn key(&self, templating: &Templating) -> Option<KeyMaker> {
        let cache = self.cache()?;
        let own = self.own.get_or_init(|| cache::executable(&std::env::current_exe().ok()?, cache).ok());
        let helm = self.helm(templating, cache)?;
        let mut key = templating.key().ok()?;
        key.feed("helmsum", own.as_ref()?.as_bytes());
        key.feed("helm", &helm);
        self.keys.keys().for_each(|id| key.feed("key", id.as_bytes()));
        key.feed("cache", cache.key());
        Some(key)
    }

    /// What tells the helm that is called from others. Each is looked at once in a run.
    fn helm(&self, templating: &Templating, cache: &Cache) -> Option<Vec<u8>> {
        let path = templating.program()?;
        let mut helms = self.helms.lock().unwrap_or_else(PoisonError::into_inner);
        let known = helms.entry((path.clone(), templating.directory().to_owned()));
        known.or_insert_with(|| helm(&path, templating, cache)).clone()
    }

    /// Whether helm renders what is known all the same.
    pub(crate) const fn verifies(&self) -> bool {
        self.keeping.verifies
    }

    fn differs(&self, templating: &Templating) -> Diagnostic {
        let folder = self.cache().map(ToString::to_string).unwrap_or_default();
        templating
            .problem(&format!("what the cache in `{folder}` has of it is not what helm renders now"))
            .hint(format!(
                "run with `--no-cache`, or remove `{folder}`; and report it, with how that came about"
            ))
    }
}

/// What tells a helm from others: its content, and where that is only a way to one of several, also the version that answers.
fn helm(path: &std::path::Path, templating: &Templating, cache: &Cache) -> Option<Vec<u8>> {
    let path = path.canonicalize().ok()?;
    let mut known = cache::executable(&path, cache).ok()?.into_bytes();
    let is_called_helm = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"helm"));
    let mut start = [0; 2];
    let file =
        std::fs::File::open(&path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    if !is_called_helm || file.is_err() || start == *b"#!" {
        known.extend(templating.version()?);
    }
    Some(known)
}

/// The title of what helm renders without any cluster.
const MANIFESTS: &str = "manifests";

/// A key of two calls.
fn both(one: KeyMaker, other: KeyMaker) -> KeyMaker {
    let mut key = KeyMaker::default();
    key.feed("one", one.finish().as_bytes());
    key.feed("other", other.finish().as_bytes());
    key
}

fn titled(mut key: KeyMaker, title: &str) -> cache::Key {
    key.feed("what", title.as_bytes());
    key.finish()
}

fn influences_title(wanted: Option<&Wanted>) -> String {
    let names = wanted.into_iter().flatten();
    let names: Vec<String> =
        names.map(|(kind, name): &(ObjectKind, String)| format!("{} {name}", kind.word())).collect();
    format!("influences {}", names.join("\n"))
}

fn serialized<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}

fn pending_of<T: Serialize>(key: Option<cache::Key>, value: &T) -> Option<Pending> {
    Some(Pending { key: key?, bytes: serialized(value)? })
}

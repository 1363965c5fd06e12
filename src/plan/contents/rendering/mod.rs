//! What producers give, each asked once however many consumers it has.

mod asking;
mod given;

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::kept::{self, Kept};
use crate::cache;
use crate::checksum::Fingerprint;
use crate::diagnostic::Diagnostic;
use crate::plan::contents::chance::{Shaky, differing};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::progress::Progress;
use crate::plan::rules::template_effects::Told;
use crate::rendered::{self, Influence, Object, ObjectKind, Origin, Piece, Templates, Templating, Unstable};
use crate::source::{Source, Targets, What};
use crate::state::{Listed, Release, Request, Resolved};
use crate::template::effects::CommandOption;
use crate::template::function::Registry;
use crate::text::Place;
use crate::text::counted;
use crate::threads;
use crate::tree::{Overlay, Tree};
use crate::value::Map;

/// What a release is rendered with in the place of its own target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OwnTarget {
    /// What helmsum is about to write.
    Computed,
    /// A stand-in, since what is rendered is needed for the target itself. The second one shows whether it matters.
    StandIn(u8),
}

/// What asking a producer gave.
pub(crate) type Answer<T> = Result<T, Diagnostic>;

/// The values that a release is given, each list with where it comes from.
pub(crate) type Given = Rc<[(Origin, Map)]>;

/// What a source needs of a rendered producer.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// All that it renders.
    pub(super) manifests: kept::Rendered,
    /// What tells its call of helm from others.
    pub(super) call: cache::Key,
    /// Which of the objects that are asked for something else than the state decides.
    pub(crate) influences: Vec<Influence>,
    /// What differs between its renderings with values of one chance and of another; nothing where its values are not left to it.
    pub(crate) shaken: Answer<Vec<Unstable>>,
}

/// Two answers, of one chance and of another, where they differ.
type Shaken<T> = Option<Answer<[T; 2]>>;

/// A call of helm that is to be made.
struct Call {
    templating: Templating,
    shaken: Shaken<Templating>,
}

/// The calls that are to be made, by what they are for.
type Calls = BTreeMap<(ReleaseAt, OwnTarget), Call>;

/// The producers of a run.
pub(crate) struct Rendering<'e> {
    pub(super) environments: &'e [Environment],
    registry: Registry,
    /// What a hook knows of helmfile's command line, where one runs this.
    told: Option<Told>,
    /// The targets as they are about to be written, for each environment.
    targets: Vec<Overlay>,
    /// The same for whoever only reads, by the number of the environment: they are many, and so are the targets.
    shared: RefCell<BTreeMap<usize, Arc<dyn Tree>>>,
    /// Releases whose own target could not be computed.
    unknown: BTreeSet<ReleaseAt>,
    pub(super) rendered: BTreeMap<(ReleaseAt, OwnTarget), Answer<Rendered>>,
    pieces: BTreeMap<ReleaseAt, Answer<Vec<Piece>>>,
    /// The names of the pieces that are left to chance.
    shaken_pieces: BTreeMap<ReleaseAt, Answer<BTreeSet<String>>>,
    /// The objects that sources name, by the releases that may have them.
    named: BTreeMap<ReleaseAt, rendered::Wanted>,
    /// The states of the environments as two chances would have them.
    shaken: BTreeMap<usize, [Answer<(Request, Resolved)>; 2]>,
    shaky: BTreeMap<ReleaseAt, Vec<Shaky>>,
    /// Files of helmsum's own: configurations, and targets that they name.
    settings: Vec<Utf8PathBuf>,
    /// The files that the state of each environment lists.
    listed: BTreeMap<usize, Rc<Listed>>,
    /// How often helm was called.
    pub(super) calls: usize,
    /// The releases that were rendered, or found.
    pub(super) asked: BTreeSet<ReleaseAt>,
    /// How many answers needed no call of helm.
    pub(super) known_before: usize,
    /// What earlier runs rendered.
    pub(crate) kept: Kept,
    /// The releases of which a secret is hashed without a key.
    hashed_plain: BTreeSet<ReleaseAt>,
    /// The targets of the run, which no source contains.
    pub(crate) known: &'e Targets,
    /// The files that templates of a release read, by their absolute path.
    pub(crate) files_read: BTreeMap<ReleaseAt, BTreeSet<Utf8PathBuf>>,
    /// The programs that templates of a release's values started, with where the first call is.
    pub(crate) programs: BTreeMap<ReleaseAt, BTreeMap<String, Place>>,
    /// The values that releases are given, as far as they were asked for.
    pub(super) values: RefCell<BTreeMap<ReleaseAt, Given>>,
    /// For whom it was said why something cannot be rendered, by the message.
    blamed: RefCell<BTreeMap<String, String>>,
}

/// A source that somebody waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'s> {
    pub(crate) consumer: ReleaseAt,
    /// Its target, and a content that parses like the one to come.
    pub(crate) target: Option<(&'s Utf8Path, [&'s str; 2])>,
    pub(crate) source: &'s Source,
    /// The releases that it may come from.
    pub(crate) producers: &'s [ReleaseAt],
}

impl<'e> Rendering<'e> {
    /// Nothing rendered yet. `settings` are files of helmsum's own.
    pub(crate) fn new(
        environments: &'e [Environment],
        registry: Registry,
        told: Option<Told>,
        settings: Vec<Utf8PathBuf>,
        known: &'e Targets,
        kept: Kept,
    ) -> Self {
        let targets = environments.iter().map(|read| Overlay::new(Arc::clone(&read.request.tree))).collect();
        Self {
            environments,
            registry,
            told,
            targets,
            shared: RefCell::default(),
            unknown: BTreeSet::new(),
            rendered: BTreeMap::new(),
            pieces: BTreeMap::new(),
            shaken_pieces: BTreeMap::new(),
            named: BTreeMap::new(),
            shaken: BTreeMap::new(),
            shaky: BTreeMap::new(),
            settings,
            listed: BTreeMap::new(),
            calls: 0,
            asked: BTreeSet::new(),
            known_before: 0,
            kept,
            hashed_plain: BTreeSet::new(),
            known,
            files_read: BTreeMap::new(),
            programs: BTreeMap::new(),
            values: RefCell::default(),
            blamed: RefCell::default(),
        }
    }

    /// Why a source of `owner` cannot be rendered: in full for the first who asks, since a release that fails has many consumers.
    pub(crate) fn blame(&self, problem: Diagnostic, owner: &str) -> Diagnostic {
        match self.blamed.borrow_mut().entry(problem.to_string()) {
            Entry::Vacant(first) => {
                first.insert(owner.to_owned());
                problem
            }
            Entry::Occupied(first) if first.get() == owner => problem,
            Entry::Occupied(first) => {
                let message = format!("it cannot be read, for the reason that is given for {}", first.get());
                let short = Diagnostic::error(message).hint("correct what is wrong there first");
                match problem.refusal() {
                    Some(refusal) => short.as_refusal(refusal),
                    None => short,
                }
            }
        }
    }

    /// The functions that templates may call.
    pub(super) const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The environment that a release was read in.
    pub(crate) fn environment(&self, at: ReleaseAt) -> &Environment {
        &self.environments[at.environment]
    }

    /// Notes that a source names an object, which a release may have, and whether it is a secret that is hashed without a key. Before
    /// anything is rendered.
    pub(crate) fn name(&mut self, at: ReleaseAt, kind: ObjectKind, name: &str, hashes_plain: bool) {
        if hashes_plain {
            self.hashed_plain.insert(at);
        }
        self.named.entry(at).or_default().insert((kind, name.to_owned()));
    }

    /// The release at a position.
    pub(crate) fn release(&self, at: ReleaseAt) -> &'e Release {
        release(&self.environments[at.environment].resolved, at)
    }

    /// What is about to be written to the target of a release, in the place of what is on disk; nothing where that is not known.
    pub(crate) fn settle(&mut self, at: ReleaseAt, target: &Utf8Path, content: Option<&str>) {
        self.shared.get_mut().remove(&at.environment);
        match content {
            Some(content) => self.targets[at.environment].insert(target, content.as_bytes()),
            None => {
                self.unknown.insert(at);
            }
        }
    }

    /// Whether a release is not rendered only because its own checksum is not known, for a reason that is told of what it depends on.
    pub(crate) fn lacks_checksum(&self, at: ReleaseAt) -> bool {
        self.unknown.contains(&at)
    }

    /// The project of an environment with the targets as they are about to be written.
    pub(super) fn with_targets(&self, environment: usize) -> Arc<dyn Tree> {
        let mut shared = self.shared.borrow_mut();
        let tree = shared.entry(environment).or_insert_with(|| Arc::new(self.targets[environment].clone()));
        Arc::clone(tree)
    }

    /// A line about what was rendered, for `--debug`.
    pub(crate) fn trace(&self) -> Option<String> {
        let unusable =
            self.kept.unusable().map(|why| format!("; nothing is kept: {why}")).unwrap_or_default();
        let cached = match self.known_before {
            0 => String::new(),
            known => format!(", {known} from the cache"),
        };
        (self.calls + self.known_before > 0).then(|| {
            format!(
                "rendered {} with {} of helm{cached}{unusable}",
                counted(self.asked.len(), "release"),
                counted(self.calls, "call")
            )
        })
    }

    /// Asks all producers that these sources wait for and that were not asked yet, in parallel.
    pub(crate) fn prepare(&mut self, wanted: &[Wanted<'_>], progress: &Progress) {
        let trees: Vec<Arc<dyn Tree>> = (0..self.targets.len()).map(|one| self.with_targets(one)).collect();
        let mut calls = BTreeMap::new();
        for source in wanted {
            for at in source.producers {
                match source.source.what {
                    What::Release(_) => self.collect(*at, &trees),
                    _ if *at == source.consumer => self.stand_in(source, 0, &mut calls),
                    _ => self.call(*at, OwnTarget::Computed, &trees[at.environment], &mut calls),
                }
            }
        }
        self.render(calls, progress);
        let mut calls = BTreeMap::new();
        for source in wanted.iter().filter(|source| source.producers.contains(&source.consumer)) {
            // Only what is taken from the consumer itself could depend on its own target.
            if self.found(source.consumer, source).is_some_and(|found| !found.is_empty()) {
                self.stand_in(source, 1, &mut calls);
            }
        }
        self.render(calls, progress);
    }

    /// Prepares the rendering of a consumer itself.
    fn stand_in(&mut self, wanted: &Wanted<'_>, number: u8, calls: &mut Calls) {
        let at = wanted.consumer;
        let mut targets = Overlay::new(self.with_targets(at.environment));
        if let Some((path, contents)) = wanted.target {
            targets.insert(path, contents[usize::from(number)].as_bytes());
        }
        let tree: Arc<dyn Tree> = Arc::new(targets);
        self.call(at, OwnTarget::StandIn(number), &tree, calls);
    }

    /// Prepares a call of helm, unless there was one already.
    fn call(&mut self, at: ReleaseAt, target: OwnTarget, tree: &Arc<dyn Tree>, calls: &mut Calls) {
        if self.rendered.contains_key(&(at, target)) || calls.contains_key(&(at, target)) {
            return;
        }
        let templating = |producer: &rendered::Producer<'_>, templates: &mut Templates<'_>| {
            // helm is given it, and any template of the chart may look at it.
            let place = producer.release.place.clone().unwrap_or_else(|| Place::file(&producer.visit.file));
            templates.effects.read_option(CommandOption::Namespace, place);
            rendered::templating(producer, templates)
        };
        match self.ask(at, tree, templating) {
            Ok((templating, shaken)) => {
                calls.insert((at, target), Call { templating, shaken });
            }
            Err(problem) => {
                self.rendered.insert((at, target), Err(problem));
            }
        }
    }

    /// Collects what helm would be given for a release.
    pub(super) fn collect(&mut self, at: ReleaseAt, trees: &[Arc<dyn Tree>]) {
        if !self.pieces.contains_key(&at) {
            let listed = self.listed(at.environment);
            let answer = self.ask(at, &trees[at.environment], |producer, templates| {
                rendered::release_pieces(producer, templates, &listed)
            });
            let pieces = answer.map(|(pieces, shaken)| {
                if let Some(shaken) = shaken {
                    self.shaken_pieces.insert(at, shaken.map(|[one, other]| differing(&one, &other)));
                }
                pieces
            });
            self.pieces.insert(at, pieces);
        }
    }

    /// The files that the state of an environment lists.
    fn listed(&mut self, environment: usize) -> Rc<Listed> {
        let Environment { request, resolved, .. } = &self.environments[environment];
        let of = || {
            let mut listed = Listed::of(&*request.tree, resolved);
            for file in &self.settings {
                listed.add(&*request.tree, file);
            }
            Rc::new(listed)
        };
        Rc::clone(self.listed.entry(environment).or_insert_with(of))
    }

    /// Calls helm, and once more where that could give something else.
    fn render(&mut self, calls: Calls, progress: &Progress) {
        self.kept.wait();
        progress.begin_rendering(calls.len());
        let answers: Vec<_> = {
            let (kept, named, hashed_plain) = (&self.kept, &self.named, &self.hashed_plain);
            let one = |(key, call): ((ReleaseAt, OwnTarget), Call)| {
                let wanted = named.get(&key.0).filter(|_| key.1 != OwnTarget::StandIn(1));
                let hashes_secrets = hashed_plain.contains(&key.0);
                let by = call.templating.in_run();
                let mut outcome = kept.with_influences(&kept.call(call.templating), wanted, hashes_secrets);
                let shaken =
                    call.shaken.filter(|_| outcome.answer.is_ok()).map_or(Ok(Vec::new()), |shaken| {
                        let [one, other] = shaken?;
                        outcome.calls += 2;
                        Ok(rendered::unstable(&rendered::template(&one)?, &rendered::template(&other)?))
                    });
                progress.rendered_one();
                (key, by, outcome, shaken)
            };
            threads::map(calls.into_iter().collect(), one)
        };
        for (key, call, outcome, shaken) in answers {
            let answer = self.took(key.0, outcome);
            let answer =
                answer.map(|(manifests, influences)| Rendered { manifests, call, influences, shaken });
            self.rendered.insert(key, answer);
        }
    }

    fn answer(&self, at: ReleaseAt, wanted: &Wanted<'_>) -> Option<&Answer<Rendered>> {
        let target = if at == wanted.consumer { OwnTarget::StandIn(0) } else { OwnTarget::Computed };
        self.rendered.get(&(at, target))
    }

    /// The objects of a producer that a source means; nothing where it could not be rendered.
    pub(crate) fn found(&self, at: ReleaseAt, wanted: &Wanted<'_>) -> Option<Vec<&Object<Fingerprint>>> {
        let rendered = self.answer(at, wanted)?.as_ref().ok()?;
        let objects = rendered.manifests.nameable();
        Some(objects.filter(|object| is_object_meant(&wanted.source.what, object)).collect())
    }

    /// A rendered producer.
    ///
    /// # Errors
    ///
    /// Why it could not be rendered.
    pub(crate) fn rendered(&self, at: ReleaseAt, wanted: &Wanted<'_>) -> Answer<&Rendered> {
        match self.answer(at, wanted) {
            Some(answer) => answer.as_ref().map_err(Clone::clone),
            None => Err(Diagnostic::error(format!("release `{}` was not rendered", self.release(at).id()))),
        }
    }

    /// What differs where the consumer itself is rendered with another checksum.
    pub(crate) fn circular(&self, wanted: &Wanted<'_>) -> Answer<Vec<Unstable>> {
        let both = [0, 1].map(|number| self.rendered.get(&(wanted.consumer, OwnTarget::StandIn(number))));
        match both {
            [Some(Ok(one)), Some(Ok(other))] => {
                let (one, other) = (&one.manifests, &other.manifests);
                let mut found = rendered::unstable(&one.objects, &other.objects);
                found.extend(rendered::unstable(&one.specified, &other.specified));
                Ok(found)
            }
            [_, Some(Err(problem))] => Err(problem.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// Everything that helm would be given for a release.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub(crate) fn pieces(&self, at: ReleaseAt) -> Answer<&[Piece]> {
        match self.pieces.get(&at) {
            Some(answer) => answer.as_deref().map_err(Clone::clone),
            None => Err(Diagnostic::error(format!("release `{}` was not read", self.release(at).id()))),
        }
    }

    /// Where files of pieces are read from.
    pub(crate) fn tree(&self, at: ReleaseAt) -> &Overlay {
        &self.targets[at.environment]
    }

    /// The names of the pieces of a release that are left to chance.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub(crate) fn shaken_pieces(&self, at: ReleaseAt) -> Answer<BTreeSet<String>> {
        self.shaken_pieces.get(&at).cloned().unwrap_or_else(|| Ok(BTreeSet::new()))
    }

    /// What makes the answers of a producer differ from time to time.
    pub(crate) fn shaky(&self, at: ReleaseAt) -> &[Shaky] {
        self.shaky.get(&at).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Whether a source means an object.
pub(crate) fn is_object_meant(what: &What, object: &Object<Fingerprint>) -> bool {
    matches!(what, What::Object(kind, name) if *kind == object.kind && *name == object.name)
}

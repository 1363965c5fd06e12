//! What the `auto` of one release finds.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use camino::Utf8Path;

use super::Used;
use super::beside::unread_state;
use super::renderings::{Renderings, look};
use crate::diagnostic::Diagnostic;
use crate::plan::Progress;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::{Deployed, Makers, Read, settled};
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::secret_names::InClear;
use crate::plan::rules::incomplete_auto::{self, LeftOut, Why};
use crate::reference::{Need, Reference, Workload};
use crate::rendered::ObjectKind;
use crate::source::{self, Auto, ProducerName, Source, What};
use crate::text::{Place, relative};

/// How often a release is rendered whose target names what is found, until that stays the same.
const MOST_ROUNDS: usize = 4;

/// With what an `auto` is expanded.
pub(super) struct Finder<'f> {
    pub(super) environments: &'f [Environment],
    /// The working directory.
    pub(super) directory: &'f Utf8Path,
    pub(super) renderings: &'f Renderings,
    pub(super) makers: &'f Makers<'f>,
    pub(super) used: &'f mut Used,
}

/// What was found, each object once.
#[derive(Debug, Default)]
struct Found {
    /// The objects that can be sources, with the releases that make them.
    objects: BTreeMap<(ObjectKind, String), ReleaseAt>,
    left_out: Vec<LeftOut>,
}

impl Finder<'_> {
    /// Gives a consumer the sources that its `auto` finds, and says what is left out.
    pub(super) fn expand(
        &mut self,
        consumer: &mut Consumer,
        rendering: &mut Rendering<'_>,
        progress: &Progress,
    ) {
        let (Some(auto), Some(at)) = (consumer.auto.clone(), consumer.at) else { return };
        let mut rendered = self.renderings.get(at).cloned();
        let mut before: Option<Vec<Source>> = None;
        for _ in 0..MOST_ROUNDS {
            let manifests = match &rendered {
                Some(Ok(manifests)) => manifests,
                Some(Err(problem)) => return unknown(consumer, &auto, rendering, problem),
                // Nobody asked for what depends on this one.
                None => return,
            };
            let found = self.find(consumer, at, &auto, manifests);
            let sources = self.sources(&found, &auto);
            let is_settled = !consumer.format.names_all_sources() || before.as_ref() == Some(&sources);
            if is_settled {
                return self.add(consumer, &auto, (sources, found), at);
            }
            let again = look(at, Some(consumer), &sources);
            rendered = rendering.manifests(&[again], progress).pop();
            before = Some(sources);
        }
        let message = format!("{}: what its pods read depends on the names in its target", consumer.owner);
        consumer.say(
            Diagnostic::error(message)
                .at(auto.place)
                .hint("declare the objects one by one, as in `# helmsum: configmap:NAME from=RELEASE`"),
        );
    }

    /// What the pods of a release read of other releases.
    fn find(&mut self, consumer: &Consumer, at: ReleaseAt, auto: &Auto, manifests: &Rendered) -> Found {
        let environment = &self.environments[at.environment];
        let reader = Deployed { at, environment, manifests: Some(manifests) };
        let mut found = Found::default();
        for workload in &manifests.workloads {
            for read in self.makers.read_by(reader, workload) {
                let first = read.references[0];
                let Some(kind) = first.kind.object().filter(|kind| *kind != ObjectKind::Other) else {
                    continue;
                };
                let is_live = matches!(read.need, Need::Nothing(_) | Need::Named);
                if is_live || self.makers.has(at, &read.makers) || self.is_excluded(auto, (kind, &first.name))
                {
                    continue;
                }
                let mut accepted = environment.accepted.iter().filter(|(of, _)| *of == at);
                if accepted.any(|(_, one)| one.kind == kind && one.name == first.name) {
                    continue;
                }
                match self.maker_of(consumer, reader, (kind, &read)) {
                    Ok(Some(maker)) => self.add_object(&mut found, (kind, &read), workload, maker),
                    Ok(None) => {}
                    Err(why) => found.leave_out((kind, &read), workload, why),
                }
            }
        }
        found
    }

    /// Whether a pattern leaves an object out. Each that does is noted.
    fn is_excluded(&mut self, auto: &Auto, (kind, name): (ObjectKind, &str)) -> bool {
        let matching: Vec<_> = auto.exclude.iter().filter(|one| one.matches(kind, name)).cloned().collect();
        let is_excluded = !matching.is_empty();
        self.used.extend(matching.into_iter().map(|pattern| (auto.place.clone(), pattern)));
        is_excluded
    }

    /// The release that makes what is read; nothing where the consumer declares that already.
    fn maker_of(
        &self,
        consumer: &Consumer,
        reader: Deployed<'_>,
        (kind, read): (ObjectKind, &Read<'_>),
    ) -> Result<Option<ReleaseAt>, Why> {
        let object = (kind, read.references[0].name.as_str());
        let declares = |index: &usize| declares(consumer, self.makers.release(*index).at, object);
        match read.makers[..] {
            [] => self.elsewhere(consumer, reader, read.references[0]).map_or(Ok(None), Err),
            // Who declares one of several has said which one is meant.
            _ if read.makers.iter().any(declares) => Ok(None),
            [maker] => {
                let maker = self.makers.release(maker);
                match cannot_be_named(maker, reader, read.references[0]) {
                    Some(why) => Err(why),
                    None => Ok(Some(maker.at)),
                }
            }
            ref several => Err(Why::SeveralMakers(several.iter().map(|index| self.id(*index)).collect())),
        }
    }

    /// Why an object is left out that no release makes; nothing where the consumer declares what it is made of.
    fn elsewhere(&self, consumer: &Consumer, reader: Deployed<'_>, reference: &Reference) -> Option<Why> {
        if let Some(made) = self.makers.controlled(reader, reference.object()) {
            let maker = self.makers.release(made.maker).at;
            let (kind, name) = &made.object;
            if declares_release(consumer, maker) || declares(consumer, maker, (*kind, name)) {
                return None;
            }
            let source = format!("{}:{name} from={}", kind.word(), self.id(made.maker));
            return Some(Why::Controlled { resource: made.resource.clone(), source });
        }
        let failed = self.renderings.failed(self.environments, reader.at);
        let failed = failed.map(|(at, problem)| {
            let deployed = Deployed { at, ..reader };
            (deployed.release().id(), problem.clone())
        });
        let unread = unread_state(reader.environment, reader.at, &consumer.root);
        let unread = unread.map(|file| relative(&file, self.directory));
        Some(Why::Unmade { failed: failed.collect(), unread })
    }

    fn id(&self, maker: usize) -> String {
        self.makers.release(maker).release().id()
    }

    /// Adds an object. Of two with one name in different namespaces, a source can only mean one.
    fn add_object(
        &self,
        found: &mut Found,
        (kind, read): (ObjectKind, &Read<'_>),
        workload: &Workload,
        maker: ReleaseAt,
    ) {
        match found.objects.entry((kind, read.references[0].name.clone())) {
            Entry::Vacant(object) => {
                object.insert(maker);
            }
            Entry::Occupied(object) if *object.get() == maker => {}
            Entry::Occupied(object) => {
                let ids = [*object.get(), maker].map(|at| {
                    Deployed { at, environment: &self.environments[at.environment], manifests: None }
                        .release()
                        .id()
                });
                found.leave_out((kind, read), workload, Why::SeveralMakers(ids.into()));
            }
        }
    }

    /// The objects as sources, in the order of their labels.
    fn sources(&self, found: &Found, auto: &Auto) -> Vec<Source> {
        let one = |((kind, name), at): (&(ObjectKind, String), &ReleaseAt)| {
            let environment = &self.environments[at.environment];
            made_by(Deployed { at: *at, environment, manifests: None }, (*kind, name), &auto.place)
        };
        found.objects.iter().map(one).collect()
    }

    /// Adds what was found to a consumer.
    fn add(
        &self,
        consumer: &mut Consumer,
        auto: &Auto,
        (mut sources, found): (Vec<Source>, Found),
        at: ReleaseAt,
    ) {
        let environment = &self.environments[at.environment];
        let release = Deployed { at, environment, manifests: None }.release();
        let Found { objects, left_out } = found;
        for finding in incomplete_auto::left_out(&consumer.owner, &left_out) {
            consumer.say(finding.at(auto.place.clone()));
        }
        let in_clear = InClear {
            files: &environment.files,
            resolved: &environment.resolved,
            values: &consumer.wiring.files,
        };
        let mut problems = Vec::new();
        in_clear.check_sources(release, &mut sources, &mut problems);
        for source in &sources {
            let What::Object(kind, name) = &source.what else { continue };
            let Some(maker) = objects.get(&(*kind, name.clone())) else { continue };
            consumer.producers.insert(source.label(), vec![*maker]);
            // What a doubtful state gives is doubtful, too.
            let mut visited = environment.visited.iter().filter(|visited| visited.index == maker.visit);
            consumer.blocked |= visited.any(|visited| visited.held);
        }
        let declared = std::mem::take(&mut consumer.sources);
        match source::collect(declared.iter().cloned().chain(sources).collect()) {
            Ok(all) => consumer.sources = all,
            Err(clash) => {
                consumer.sources = declared;
                problems.push(clash.diagnostic());
            }
        }
        for problem in problems {
            consumer.say(problem);
        }
    }
}

impl Found {
    fn leave_out(&mut self, (kind, read): (ObjectKind, &Read<'_>), workload: &Workload, why: Why) {
        let first = read.references[0];
        let object = format!("{}:{}", kind.word(), first.name);
        if self.left_out.iter().any(|one| one.object == object) {
            return;
        }
        let read_by =
            format!("{} `{}` reads ({})", workload.identity.kind, workload.identity.name, first.how());
        self.left_out.push(LeftOut { object, read_by, why });
    }
}

/// Whether a consumer declares an object of a release by itself.
fn declares(consumer: &Consumer, at: ReleaseAt, (kind, name): (ObjectKind, &str)) -> bool {
    let is_it =
        |source: &Source| matches!(&source.what, What::Object(of, named) if *of == kind && named == name);
    consumer.sources.iter().any(|source| is_it(source) && consumer.producers_of(source).contains(&at))
}

/// Whether a consumer declares all of a release.
fn declares_release(consumer: &Consumer, at: ReleaseAt) -> bool {
    let mut releases = consumer.sources.iter().filter(|source| matches!(source.what, What::Release(_)));
    releases.any(|source| consumer.producers_of(source).contains(&at))
}

/// Why no source can stand for an object that a release makes, where none can.
fn cannot_be_named(maker: Deployed<'_>, reader: Deployed<'_>, reference: &Reference) -> Option<Why> {
    let objects = maker.manifests.map(|manifests| manifests.objects.as_slice()).unwrap_or_default();
    let kind = reference.kind.object()?;
    let alike = || objects.iter().filter(|one| one.kind == kind && one.name == reference.name);
    let is_there = |namespace: &str| settled(namespace) == settled(&reference.namespace);
    if alike().any(|one| one.is_hook && is_there(&one.namespace)) {
        return Some(Why::Hook(maker.release().id()));
    }
    // A source means the one in the namespace of the release.
    (alike().count() > 1 && !is_there(&reader.release().namespace))
        .then(|| Why::SeveralNamespaces(maker.release().id()))
}

/// An object of a release, as a source.
pub(super) fn made_by(maker: Deployed<'_>, object: (ObjectKind, &str), place: &Place) -> Source {
    let release = maker.release();
    let namespace = Some(release.namespace.clone()).filter(|namespace| !namespace.is_empty());
    Source::found(object, ProducerName { namespace, release: release.name.clone() }, place)
}

/// Says that nobody knows what the pods of a consumer read.
fn unknown(consumer: &mut Consumer, auto: &Auto, rendering: &Rendering<'_>, problem: &Diagnostic) {
    let problem = rendering.blame(problem.clone(), &consumer.owner);
    // It starts with the name of the release by itself.
    let own = format!("{}: ", consumer.owner);
    let message = problem.message.strip_prefix(&own).unwrap_or(&problem.message).to_owned();
    let problem =
        problem.message(message).context("`auto`: what its pods read is not known").context(&consumer.owner);
    consumer.say(problem.or_at(auto.place.clone()));
}

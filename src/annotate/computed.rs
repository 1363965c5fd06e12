//! What is known of the sources of a release.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::release::{Computed, Meant};
use crate::audit::{Inputs, made_of};
use crate::diagnostic::Diagnostic;
use crate::plan::Made;
use crate::plan::contents::consumer::Contents;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::contents::source::SourceContents;
use crate::plan::facts::environment::{Environment, Visited};
use crate::plan::facts::producers::{ReleaseAt, named};
use crate::plan::rules::project::Findings;
use crate::source::What;

/// A release that declares sources.
#[derive(Debug)]
pub(crate) struct Declaring {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    /// Its namespace, else empty.
    pub(crate) namespace: String,
    /// Its kube context, else empty.
    pub(crate) kube_context: String,
    /// Its sources; nothing of one that could not be read, which the plan says.
    pub(crate) sources: Vec<Answer<Computed>>,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The kube contexts of the releases that were asked for.
    pub(crate) kube_contexts: BTreeSet<String>,
    /// Those of them that declare sources.
    pub(crate) declaring: Vec<Declaring>,
}

/// The releases that were asked for, with what is known of the sources that they declare. A release that a source names is rendered,
/// where that tells which objects the source stands for.
pub(crate) fn declaring(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Asked) {
    let of_visit = |(environment, visited): (&Environment, &Visited)| -> Vec<String> {
        let releases = &environment.resolved.visits[visited.index].releases;
        let selected = visited.candidates.iter().filter(|candidate| candidate.selected);
        selected.map(|candidate| releases[candidate.index].kube_context.clone()).collect()
    };
    let kube_contexts = made.project.visits().flat_map(of_visit).collect();
    let mut known = Known::default();
    let consumers = made.project.consumers.iter();
    let asked: Vec<&Contents> =
        consumers.filter(|contents| contents.consumer.selected && !contents.sources.is_empty()).collect();
    known.render(&made, &asked, rendering);
    let declaring = asked.into_iter().filter_map(|contents| {
        Some(Declaring {
            id: contents.consumer.id(),
            namespace: contents.consumer.namespace.clone(),
            kube_context: contents.consumer.kube_context.clone(),
            sources: known.computed(&made, contents, rendering)?,
        })
    });
    // What is wrong with sources and readers is said where the manifests are known.
    (Findings::default(), Asked { kube_contexts, declaring: declaring.collect() })
}

/// What is found out once in a run about the objects that sources stand for.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The objects of releases that sources name.
    made: BTreeMap<ReleaseAt, Answer<BTreeSet<Meant>>>,
    /// The files that releases are made of.
    inputs: BTreeMap<ReleaseAt, Inputs>,
}

impl Known {
    /// Renders the releases that sources of these consumers name, side by side.
    pub(super) fn render(&mut self, made: &Made<'_>, consumers: &[&Contents], rendering: &mut Rendering<'_>) {
        let mut asked = BTreeSet::new();
        for contents in consumers {
            let Some(at) = contents.consumer.at else { continue };
            for source in contents.sources.iter().filter(|source| source.read.is_some()) {
                asked.extend(producer(source, at, rendering).and_then(Result::ok));
            }
        }
        let asked: Vec<ReleaseAt> = asked.into_iter().filter(|at| !self.made.contains_key(at)).collect();
        let looks: Vec<Look> = asked.iter().map(|at| Look::plain(*at)).collect();
        for (at, answer) in asked.into_iter().zip(rendering.manifests(&looks, made.progress)) {
            let objects = answer.map(|manifests| {
                let objects = manifests.objects.into_iter();
                let meant = objects.map(|object| Meant {
                    kind: object.kind,
                    namespace: Some(object.namespace),
                    name: object.name,
                });
                meant.collect()
            });
            self.made.insert(at, objects);
        }
    }

    /// What is known of the sources of a consumer, which [`Known::render`] was given, but for those that could not be read. Nothing of
    /// one that is no release.
    pub(super) fn computed(
        &mut self,
        made: &Made<'_>,
        contents: &Contents,
        rendering: &mut Rendering<'_>,
    ) -> Option<Vec<Answer<Computed>>> {
        let at = contents.consumer.at?;
        let readable = contents.sources.iter().filter_map(|source| Some((source, source.read.as_ref()?)));
        let computed = readable.map(|(source, read)| {
            let about = |problem: Diagnostic| {
                let problem = problem.context(format!("`{}`", source.source.text));
                problem.context(&contents.consumer.owner).or_at(source.source.place.clone())
            };
            let objects = self.objects(made, (contents, at), source, rendering).map_err(about)?;
            Ok(Computed { source: source.source.clone(), digest: read.digest, objects })
        });
        Some(computed.collect())
    }

    /// The objects that a source is about; nothing where that is not known, or not asked for.
    fn objects(
        &mut self,
        made: &Made<'_>,
        (contents, at): (&Contents, ReleaseAt),
        source: &SourceContents,
        rendering: &mut Rendering<'_>,
    ) -> Answer<Option<BTreeSet<Meant>>> {
        let declared = &source.source;
        if !declared.options.on.is_empty() {
            return Ok(None);
        }
        if let What::Object(kind, name) = &declared.what {
            let meant = Meant { kind: *kind, namespace: None, name: name.clone() };
            return Ok(Some(BTreeSet::from([meant])));
        }
        if let Some(producer) = producer(source, at, rendering) {
            let lost = || Err(Diagnostic::error("it was not rendered"));
            return self.made.get(&producer?).cloned().unwrap_or_else(lost).map(Some);
        }
        let files = files_of(made, contents, source);
        let found = if files.is_empty() {
            Vec::new()
        } else {
            made_of(made, rendering, &mut self.inputs, (at, &files))
        };
        let meant =
            found.into_iter().map(|(kind, namespace, name)| Meant { kind, namespace: Some(namespace), name });
        Ok(Some(meant.collect()).filter(|objects: &BTreeSet<Meant>| !objects.is_empty()))
    }
}

/// The release that a path or `release:` names.
fn producer(
    source: &SourceContents,
    consumer: ReleaseAt,
    rendering: &Rendering<'_>,
) -> Option<Answer<ReleaseAt>> {
    let declared = &source.source;
    if !declared.options.on.is_empty() || !matches!(declared.what, What::Path(_) | What::Release(_)) {
        return None;
    }
    Some(named(&rendering.environment(consumer).resolved, consumer, declared.producer()?))
}

/// The files of a path source, links resolved.
fn files_of(made: &Made<'_>, contents: &Contents, source: &SourceContents) -> BTreeSet<Utf8PathBuf> {
    let job = contents.consumer.job(&source.source);
    let hashed = job.and_then(|job| made.hashed.get(&job).and_then(|outcome| outcome.as_ref().ok()));
    let Some(hashed) = hashed else { return BTreeSet::new() };
    let real = |name: &str| made.project.locations.real(&hashed.listing.path_of(name));
    hashed.files.iter().map(|file| real(&file.name)).collect()
}

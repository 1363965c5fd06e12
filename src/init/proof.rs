//! That a wiring does what it is for: another content of the source restarts the pods that read it, and no others.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::annotate;
use crate::audit::stand_in;
use crate::diagnostic::Diagnostic;
use crate::plan::Made;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::project::{Findings, ReleaseCase};
use crate::reference::{self, Difference, Identity, differences};
use crate::rendered::{Marker, Producer, chart_inputs};

/// A release as it is rendered with its checksum.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What helm prints.
    pub(super) manifests: Answer<Vec<u8>>,
    /// The same with other digests; nothing where it has no target.
    pub(super) with_stand_in: Option<Answer<Vec<u8>>>,
    /// The checksums of its sources.
    pub(super) digests: Vec<String>,
    /// A file of each path source.
    pub(super) files: Vec<Utf8PathBuf>,
    /// What keeps its target from being written.
    pub(super) denied: Vec<Diagnostic>,
}

/// How a release gets its checksum.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'m> {
    /// Through a target.
    Target,
    /// By `helmsum annotate`, which gets these manifests.
    Annotate(&'m [u8]),
}

/// Renders a release with its checksum, and with another one; nothing where it has none.
pub(super) fn see(
    made: Made<'_>,
    rendering: &mut Rendering<'_>,
    id: &str,
    by: By<'_>,
) -> (Findings, Option<Seen>) {
    let case = made.project.releases().find(|case| case.release.id() == id);
    let seen = case.and_then(|case| match by {
        By::Target => {
            let at = case.consumer.at?;
            let manifests = rendering.output(&Look::plain(at));
            let with_stand_in = stand_in(at, case.contents).map(|look| rendering.output(&look));
            Some(seen(&made, &case, (manifests, with_stand_in)))
        }
        By::Annotate(manifests) => {
            let (_, asked) = annotate::declaring(made, rendering);
            let own = asked.declaring.into_iter().find(|one| one.id == id)?;
            Some(seen(&made, &case, (annotated(manifests, own), None)))
        }
    });
    (Findings::default(), seen)
}

/// What helm prints for the releases of a chart in a directory, by their ids; nothing of those that it cannot render.
pub(super) fn outputs(
    made: Made<'_>,
    rendering: &mut Rendering<'_>,
    chart: &Utf8Path,
) -> (Findings, BTreeMap<String, Vec<u8>>) {
    let mut found = BTreeMap::new();
    for (number, environment) in made.project.environments.iter().enumerate() {
        for visited in &environment.visited {
            let visit = &environment.resolved.visits[visited.index];
            for candidate in &visited.candidates {
                let release = &visit.releases[candidate.index];
                let producer = Producer { request: &environment.request, visit, release };
                let own = chart_inputs(&producer).ok().flatten();
                if own.is_some_and(|own| own.directory == chart) {
                    let at =
                        ReleaseAt { environment: number, visit: visited.index, release: candidate.index };
                    found
                        .extend(rendering.output(&Look::plain(at)).ok().map(|output| (release.id(), output)));
                }
            }
        }
    }
    (Findings::default(), found)
}

fn annotated(manifests: &[u8], declaring: annotate::Declaring) -> Answer<Vec<u8>> {
    let sources = declaring.sources.into_iter().collect::<Answer<Vec<_>>>()?;
    let annotated = annotate::annotate(manifests, &declaring.namespace, &sources);
    annotated.map(|annotated| annotated.bytes).map_err(|problems| {
        let first = problems.first().map(|problem| problem.of_input(&sources));
        first.unwrap_or_else(|| Diagnostic::error("it cannot be annotated"))
    })
}

fn seen(
    made: &Made<'_>,
    case: &ReleaseCase<'_>,
    (manifests, with_stand_in): (Answer<Vec<u8>>, Option<Answer<Vec<u8>>>),
) -> Seen {
    let sources = &case.contents.sources;
    let digests = sources.iter().filter_map(|source| Some(source.read.as_ref()?.digest.to_string()));
    let files = sources.iter().filter_map(|source| {
        let job = case.consumer.job(&source.source)?;
        let hashed = made.hashed.get(&job)?.as_ref().ok()?;
        Some(hashed.listing.path_of(&hashed.files.first()?.name))
    });
    Seen {
        manifests,
        with_stand_in,
        digests: digests.collect(),
        files: files.collect(),
        denied: case.consumer.denied().cloned().collect(),
    }
}

/// The workloads in whose pod templates two renderings of a release differ, where nothing else of it differs, nor anything of these but
/// annotations. `noise` is what differs each time.
///
/// # Errors
///
/// What else differs, in words.
pub(super) fn moved(
    (one, other): (&[u8], &[u8]),
    namespace: &str,
    noise: &BTreeSet<Difference>,
) -> Result<BTreeSet<Identity>, String> {
    let unreadable = |_| "the manifests cannot be read".to_owned();
    let found = differences(one, other, namespace).map_err(unreadable)?;
    let read = reference::read(other, namespace, &Marker::new(b"")).map_err(unreadable)?;
    let places: Vec<(&Identity, &str)> = read
        .workloads
        .iter()
        .flat_map(|workload| workload.pods.iter().map(|pod| (&workload.identity, pod)))
        .filter_map(|(identity, pod)| Some((identity, pod.annotations_path.as_deref()?)))
        .collect();
    let mut moved = BTreeSet::new();
    for difference in found.into_iter().filter(|one| !noise.contains(one)) {
        let is_annotation = places.iter().any(|(identity, path)| {
            let rest = difference.path.strip_prefix(path);
            **identity == difference.identity
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        if !is_annotation {
            let Difference { identity, path } = difference;
            let path = if path.is_empty() { String::new() } else { format!("`{path}` of ") };
            return Err(format!("{path}{} `{}`", identity.kind, identity.name));
        }
        moved.insert(difference.identity);
    }
    Ok(moved)
}

/// Whether exactly these workloads moved; where it is not known which should, any of those that may restart, and no others.
///
/// # Errors
///
/// Which are missing, or move without need.
pub(super) fn check(moved: &BTreeSet<Identity>, readers: &Readers) -> Result<(), String> {
    let named = |one: &Identity| format!("{} `{}`", one.kind, one.name);
    let (missing, more, what) = match readers {
        Readers::These(readers) => {
            (readers.difference(moved).next(), moved.difference(readers).next(), "which does not read it")
        }
        Readers::Any(candidates) if moved.is_empty() => {
            return Err(if candidates.is_empty() {
                "the release has no pods that a change of it restarts".to_owned()
            } else {
                "the checksum reaches no pods".to_owned()
            });
        }
        Readers::Any(candidates) => (None, moved.difference(candidates).next(), "which runs to an end"),
    };
    match (missing, more) {
        (Some(missing), _) => Err(format!("the checksum does not reach {}", named(missing))),
        (_, Some(more)) => Err(format!("it would change {} too, {what}", named(more))),
        (None, None) => Ok(()),
    }
}

/// The workloads that read a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// They are known.
    These(BTreeSet<Identity>),
    /// They are not: some of these, which a change of their pod templates restarts.
    Any(BTreeSet<Identity>),
}

impl Readers {
    /// Whether just these workloads may get a checksum.
    pub(super) fn are(&self, workloads: &BTreeSet<Identity>) -> bool {
        match self {
            Self::These(readers) => workloads == readers,
            Self::Any(candidates) => !workloads.is_empty() && workloads.is_subset(candidates),
        }
    }
}

//! What there is to know about a release, or an entry of `checksums:`.

use crate::checksum::{Digest, combination, combine};
use crate::cli::ReleaseFilter;
use crate::diagnostic::Diagnostic;
use crate::history::{Commit, Effect, History, StepSource};
use crate::plan::rules::project::ReleaseCase;
use crate::plan::{Consumer, Contents, Made};
use crate::source::config::Hold;
use crate::state::Release;
use crate::text::Place;

use super::pods::Pods;
use super::source::{OfSource, of_source};

/// What there is to know about a consumer, beside what every report has of it.
#[derive(Debug)]
pub(crate) struct OfRelease {
    /// Its position among the consumers.
    pub(crate) index: usize,
    /// Where it is declared.
    pub(crate) declared: Place,
    /// Whether it is an entry of `checksums:`.
    pub(crate) is_entry: bool,
    /// Whether it lists a target.
    pub(crate) has_target: bool,
    /// The keys that its target sets; or the annotations that `helmsum annotate` adds.
    pub(crate) keys: Vec<String>,
    /// Where it declares `auto`.
    pub(crate) auto: Option<Place>,
    /// Why its recorded checksum stays.
    pub(crate) hold: Option<Hold>,
    /// What its sources give now; nothing where that is not known, or it has none.
    pub(crate) computed: Option<Digest>,
    /// The command that makes the checksum of the digests of several sources.
    pub(crate) combination: Option<String>,
    /// In the order of the labels.
    pub(crate) sources: Vec<OfSource>,
    pub(crate) moved: LastMoved,
    /// With `--render`.
    pub(crate) pods: Option<Pods>,
}

/// Which commit moved a checksum last.
#[derive(Clone, Debug)]
pub(crate) enum LastMoved {
    /// This one.
    At(Box<Moved>),
    /// No commit has the checksum that is shown; this one moved what is committed.
    Before(Box<Moved>),
    /// No commit has the target.
    Uncommitted,
    /// No commit moved it.
    Never,
    /// That is not known, for this reason.
    Unknown(String),
    /// There is no target that could be in a commit.
    NoTarget,
}

/// A commit that moved a checksum.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    pub(crate) commit: Commit,
    pub(crate) effect: Effect,
    /// The checksum that it recorded; nothing where it removed it.
    pub(crate) checksum: Option<String>,
    pub(crate) sources: Vec<StepSource>,
}

/// A release that has nothing that could be explained.
#[derive(Debug)]
pub(crate) struct Undeclared {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    pub(crate) environment: String,
    pub(crate) declared: Place,
    pub(crate) why: Why,
    /// With `--render`.
    pub(crate) pods: Option<Pods>,
}

/// Why a release has nothing that could be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It declares no sources, and lists no target.
    NoSources,
    /// helmfile does not deploy it, for this reason.
    NotDeployed(String),
}

/// The consumers that a filter means.
pub(super) fn meant_by(made: &Made<'_>, filter: &ReleaseFilter) -> Vec<usize> {
    let is_meant = |contents: &Contents| match contents.consumer.at {
        Some(at) => {
            let visits = &made.project.environments[at.environment].resolved.visits;
            visits[at.visit].releases[at.release].is_meant_by(filter)
        }
        None => filter.matches("", &contents.consumer.name),
    };
    let consumers = made.project.consumers.iter().enumerate();
    consumers.filter(|(_, contents)| is_meant(contents)).map(|(index, _)| index).collect()
}

/// The releases that a filter means and that are no consumers, as far as selectors leave them.
pub(super) fn undeclared(made: &Made<'_>, filter: &ReleaseFilter) -> Vec<Undeclared> {
    let mut found = Vec::new();
    for (index, environment) in made.project.environments.iter().enumerate() {
        for visited in &environment.visited {
            let visit = &environment.resolved.visits[visited.index];
            for (position, release) in visit.releases.iter().enumerate() {
                if !release.is_meant_by(filter) {
                    continue;
                }
                let is_it = |contents: &&Contents| {
                    let at = contents.consumer.at;
                    at.is_some_and(|at| {
                        (at.environment, at.visit, at.release) == (index, visited.index, position)
                    })
                };
                let candidate = visited.candidates.iter().find(|candidate| candidate.index == position);
                let why = match candidate {
                    None => Why::NotDeployed(not_deployed(release)),
                    Some(candidate) if !candidate.selected => continue,
                    Some(_) if made.project.consumers.iter().any(|one| is_it(&one)) => continue,
                    Some(_) => Why::NoSources,
                };
                found.push(Undeclared {
                    id: release.id(),
                    environment: environment.resolved.environment.clone(),
                    declared: release.place.clone().unwrap_or_else(|| Place::file(&visit.file)),
                    why,
                    pods: None,
                });
            }
        }
    }
    found
}

fn not_deployed(release: &Release) -> String {
    if release.enabled {
        "it says `installed: false`".to_owned()
    } else {
        format!("its `condition: {}` is false", release.condition)
    }
}

/// What there is to know about a consumer.
pub(super) fn of_release(made: &Made<'_>, index: usize) -> OfRelease {
    let contents = &made.project.consumers[index];
    let consumer = &contents.consumer;
    let case = made.project.releases().find(|case| case.index == index);
    let sources = contents.sources.iter();
    let digests: Option<Vec<(&str, Digest)>> =
        sources.map(|source| Some((source.label.as_str(), source.read.as_ref()?.digest))).collect();
    let digests = digests.unwrap_or_default();
    let is_target = consumer.target.is_some();
    let keys = if is_target {
        contents.written_keys().iter().map(ToString::to_string).collect()
    } else if consumer.wiring.is_annotated {
        let of = |source: &crate::plan::SourceContents| {
            crate::annotate::annotation(&source.source, contents.sources.len())
        };
        contents.sources.iter().map(of).collect()
    } else {
        Vec::new()
    };
    OfRelease {
        index,
        declared: declared(made, consumer, case.as_ref()),
        is_entry: consumer.at.is_none(),
        has_target: is_target,
        keys,
        auto: consumer.auto.as_ref().map(|auto| auto.place.clone()),
        hold: consumer.hold.clone(),
        computed: combine(&digests),
        combination: (digests.len() > 1).then(|| combination(&digests)),
        sources: contents.sources.iter().map(|one| of_source(made, consumer, case.as_ref(), one)).collect(),
        moved: LastMoved::NoTarget,
        pods: None,
    }
}

/// Where a consumer is declared.
fn declared(made: &Made<'_>, consumer: &Consumer, case: Option<&ReleaseCase<'_>>) -> Place {
    let of_release = case.and_then(|case| case.release.place.clone());
    let of_entry = || {
        let settings = made.project.configurations.near(&consumer.state).ok()?;
        let rules = &settings.config.as_ref()?.checksums;
        Some(rules.iter().find(|rule| rule.name == consumer.name)?.place.clone())
    };
    of_release.or_else(of_entry).unwrap_or_else(|| Place::file(&consumer.file))
}

impl LastMoved {
    /// What the past says of the target of a consumer. `shown` is the checksum that is explained, where there is one.
    pub(super) fn of(
        consumer: &Consumer,
        history: Result<&History, &Diagnostic>,
        shown: Option<&str>,
    ) -> Self {
        let history = match history {
            Ok(history) => history,
            Err(problem) => return Self::Unknown(problem.message.clone()),
        };
        let Some(target) = consumer.target_path() else { return Self::NoTarget };
        let step = history.commits.iter().find_map(|past| {
            let step = past.steps.iter().find(|step| step.target == target)?;
            Some(Moved {
                commit: past.commit.clone(),
                effect: step.effect,
                checksum: step.checksum.clone(),
                sources: step.sources.clone(),
            })
        });
        if let Some(moved) = step.map(Box::new) {
            let is_shown = shown.is_none_or(|shown| moved.checksum.as_deref() == Some(shown));
            return if is_shown { Self::At(moved) } else { Self::Before(moved) };
        }
        if !target.starts_with(&consumer.root) || history.uncommitted.iter().any(|(_, path)| path == target) {
            return Self::Uncommitted;
        }
        match &history.ends_at {
            Some(end) => Self::Unknown(format!("this clone ends at commit {end:.12}")),
            None => Self::Never,
        }
    }
}

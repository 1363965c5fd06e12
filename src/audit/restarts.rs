//! What restarts where the checksum of a release moves, for a list of releases.

use std::collections::BTreeMap;

use super::arrival::Arrival;
use super::subject::{plain, swapped};
use crate::diagnostic::{Diagnostic, Secrets};
use crate::plan::Made;
use crate::plan::contents::pairs::{Both, Other, Pair};
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::reference::{Identity, Moves, Workload};
use crate::state::Release;

/// Where the checksum of a release arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Restarts {
    /// At the pods of these workloads, in the order of the manifests.
    Reached(Vec<Reached>),
    /// That is not known, for this reason and with what to do about it.
    Unknown(String, Option<String>),
}

/// A workload whose pod template another checksum changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) identity: Identity,
    /// What that does.
    pub(crate) moves: Moves,
}

impl Reached {
    /// A workload that a checksum reaches.
    pub(crate) fn of(workload: &Workload) -> Self {
        Self { identity: workload.identity.clone(), moves: workload.moves.clone() }
    }
}

impl Restarts {
    /// What is not known since a release is not rendered.
    pub(crate) fn unknown(problem: &Diagnostic, release: &Release) -> Self {
        Self::Unknown(plain(&problem.message, release).to_owned(), problem.hint.clone())
    }

    /// The same without secrets that names or messages are made from.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        match &mut self {
            Self::Reached(reached) => reached.iter_mut().for_each(|one| one.identity.each_name(mask)),
            Self::Unknown(why, hint) => {
                mask(why);
                hint.iter_mut().for_each(mask);
            }
        }
        self
    }
}

/// Where the checksums of all consumers arrive that have one, by their positions.
pub(crate) fn restarts(
    made: Made<'_>,
    rendering: &mut Rendering<'_>,
) -> (Findings, BTreeMap<usize, Restarts>) {
    let mut asked = Vec::new();
    let mut pairs = Vec::new();
    for (index, contents) in made.project.consumers.iter().enumerate() {
        let Some(at) = contents.consumer.at else { continue };
        let Some(swapped) = swapped(at, contents) else { continue };
        asked.push(index);
        pairs.push(Pair { at, swapped: Some(swapped), in_cluster: None });
    }
    let mut found = BTreeMap::new();
    let renderings = rendering.pairs(&pairs, made.progress);
    for ((index, pair), Both { one, swapped, .. }) in asked.into_iter().zip(&pairs).zip(renderings) {
        let unknown = |problem: &Diagnostic| Restarts::unknown(problem, rendering.release(pair.at));
        let restarts = match (&one, &swapped) {
            (Err(problem), _) | (_, Other::Failed(problem)) => unknown(problem),
            (Ok(one), swapped) => {
                let Some(arrival) = Arrival::of(one, swapped) else { continue };
                let reached = one.workloads.iter().filter(|workload| arrival.reaches(workload));
                Restarts::Reached(reached.map(Reached::of).collect())
            }
        };
        found.insert(index, restarts);
    }
    (Findings::default(), found)
}

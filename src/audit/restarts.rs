//! What restarts where the checksum of a release moves, for a list of releases.

use std::collections::BTreeMap;

use super::arrival::Arrival;
use super::subject::{plain, stand_in};
use crate::diagnostic::{Diagnostic, Secrets};
use crate::plan::Made;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::reference::{Identity, Moves};

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

impl Restarts {
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

/// Where the checksums of all consumers arrive, by their positions: those that have one, rendered with it and with another.
pub(crate) fn restarts(
    made: Made<'_>,
    rendering: &mut Rendering<'_>,
) -> (Findings, BTreeMap<usize, Restarts>) {
    let mut asked = Vec::new();
    let mut looks = Vec::new();
    for (index, contents) in made.project.consumers.iter().enumerate() {
        let Some(at) = contents.consumer.at else { continue };
        let Some(other) = stand_in(at, contents) else { continue };
        asked.push((index, at));
        looks.extend([Look::plain(at), other]);
    }
    let answers = rendering.manifests(&looks, made.progress);
    let mut found = BTreeMap::new();
    for ((index, at), pair) in asked.into_iter().zip(answers.chunks(2)) {
        let unknown = |problem: &Diagnostic| {
            let message = plain(&problem.message, rendering.release(at));
            Restarts::Unknown(message.to_owned(), problem.hint.clone())
        };
        let restarts = match pair {
            [Ok(one), Ok(other)] => {
                let arrival = Arrival::between(one, other);
                let reached = one.workloads.iter().filter(|workload| arrival.reaches(workload));
                let reached = reached.map(|workload| Reached {
                    identity: workload.identity.clone(),
                    moves: workload.moves.clone(),
                });
                Restarts::Reached(reached.collect())
            }
            [Err(problem), _] | [_, Err(problem)] => unknown(problem),
            _ => continue,
        };
        found.insert(index, restarts);
    }
    (Findings::default(), found)
}

//! What rules look at, and where they put what they find.

use camino::{Utf8Path, Utf8PathBuf};

use super::target_place::TargetPlaces;
use super::unmatched_entry::Entries;
use crate::diagnostic::Diagnostic;
use crate::plan::Context;
use crate::plan::contents::consumer::Contents;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::environment::{Environment, Visited};
use crate::plan::facts::locations::Locations;
use crate::plan::facts::settings::Configurations;
use crate::plan::reading::Reading;
use crate::state::{Release, Visit};
use crate::text::relative;

/// Facts and contents of a run.
#[derive(Clone, Copy)]
pub(crate) struct Project<'p> {
    pub(crate) context: &'p Context,
    pub(crate) reading: &'p Reading,
    pub(crate) configurations: &'p Configurations<'p>,
    pub(crate) locations: &'p Locations,
    /// The environments that were read.
    pub(crate) environments: &'p [Environment],
    /// For each of them, what could take a target for something else.
    pub(crate) places: &'p [TargetPlaces<'p>],
    /// The consumers that are reported, with their contents.
    pub(crate) consumers: &'p [Contents],
    /// The entries of configurations, and what answers to them.
    pub(crate) entries: &'p Entries,
    /// Whether everything was read that the configurations could be about.
    pub(crate) is_complete: bool,
}

/// A consumer that is a release of a state.
#[derive(Clone, Copy)]
pub(crate) struct ReleaseCase<'p> {
    /// Which of the consumers it is.
    pub(crate) index: usize,
    pub(crate) contents: &'p Contents,
    pub(crate) consumer: &'p Consumer,
    pub(crate) environment: &'p Environment,
    pub(crate) places: &'p TargetPlaces<'p>,
    pub(crate) visit: &'p Visit,
    /// Which visit of the state it is.
    pub(crate) at_visit: usize,
    pub(crate) release: &'p Release,
}

impl<'p> Project<'p> {
    /// The consumers that are releases of a state.
    pub(crate) fn releases(&self) -> impl Iterator<Item = ReleaseCase<'p>> {
        let (environments, places) = (self.environments, self.places);
        self.consumers.iter().enumerate().filter_map(move |(index, contents)| {
            let at = contents.consumer.at?;
            let environment = &environments[at.environment];
            let visit = &environment.resolved.visits[at.visit];
            Some(ReleaseCase {
                index,
                contents,
                consumer: &contents.consumer,
                environment,
                places: &places[at.environment],
                visit,
                at_visit: at.visit,
                release: &visit.releases[at.release],
            })
        })
    }

    /// The visits of state files that count, each with its environment.
    pub(crate) fn visits(&self) -> impl Iterator<Item = (&'p Environment, &'p Visited)> {
        let environments = self.environments;
        environments
            .iter()
            .flat_map(|environment| environment.visited.iter().map(move |visited| (environment, visited)))
    }

    /// A path as a message names it.
    pub(crate) fn shown(&self, path: &Utf8Path) -> Utf8PathBuf {
        relative(path, &self.context.directory)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// About single consumers, by their position.
    pub(crate) of_consumers: Vec<(usize, Diagnostic)>,
    /// About anything else, with the directory whose configuration says how bad it is, and the environment.
    pub(crate) near: Vec<(Utf8PathBuf, Option<String>, Diagnostic)>,
}

impl Findings {
    /// Adds what else was found.
    pub(crate) fn extend(&mut self, other: Self) {
        self.of_consumers.extend(other.of_consumers);
        self.near.extend(other.near);
    }

    /// Adds what is about a consumer.
    pub(crate) fn about_consumer(&mut self, index: usize, diagnostic: Diagnostic) {
        self.of_consumers.push((index, diagnostic));
    }

    /// Adds what is about a visit of a state file.
    pub(crate) fn about_visit(&mut self, environment: &Environment, visit: usize, diagnostic: Diagnostic) {
        let directory = environment.resolved.visits[visit].directory.clone();
        self.near.push((directory, Some(environment.resolved.environment.clone()), diagnostic));
    }

    /// Adds what is about the whole run, judged by the configuration near a directory.
    pub(crate) fn about_run(&mut self, directory: &Utf8Path, diagnostic: Diagnostic) {
        self.near.push((directory.to_owned(), None, diagnostic));
    }
}

//! The environments of a state that are asked for, each read once.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Refusal};
use crate::plan::reading::Reading;
use crate::plan::rules::unverified_state::read_for_hook;
use crate::state::{self, Request, Resolved};

/// What one environment was read with, and what came of it.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) request: Request,
    /// The state, the error, or the finding that keeps it from being used.
    pub(crate) result: Result<Resolved, Diagnostic>,
    /// The environments that the state defines, as far as they were come upon.
    pub(crate) environments: BTreeSet<String>,
}

impl Read {
    /// Reads what is asked for.
    pub(crate) fn of(request: Request) -> Self {
        let (result, environments) = state::read_with_environments(&request);
        Self { request, result, environments }
    }

    fn environment(reading: &Reading, request: Request) -> Self {
        match reading.namespace_of_hook() {
            Some(namespace) => read_for_hook(reading, request, namespace),
            None => Self::of(request),
        }
    }

    /// Reads the default environment, of which it is not known whether the state defines it. Nothing is run as long as that is not
    /// known; nothing comes of it where the state defines others alone, and a program would have to run.
    fn default_environment(reading: &Reading, names: &mut BTreeSet<String>) -> Option<Self> {
        let request = reading.request(Some(DEFAULT));
        let mut careful = request.clone();
        careful.options.no_exec = true;
        let mut read = Self::environment(reading, careful);
        names.extend(read.environments.iter().cloned());
        let is_withheld = |error: &Diagnostic| error.refusal() == Some(Refusal::NoExec);
        if request.options.no_exec || !read.result.as_ref().is_err_and(is_withheld) {
            read.request.options.no_exec = request.options.no_exec;
            return Some(read);
        }
        (names.is_empty() || names.contains(DEFAULT)).then(|| {
            let read = Self::environment(reading, request);
            names.extend(read.environments.iter().cloned());
            read
        })
    }
}

/// The environment that helmfile reads where none is named.
const DEFAULT: &str = "default";

/// Reads every environment that is asked for.
///
/// # Errors
///
/// Where not even one environment is known.
pub(crate) fn readings(reading: &Reading) -> Result<Vec<Read>, Diagnostic> {
    if !reading.options.all_environments {
        return Ok(vec![Read::environment(reading, reading.request(None))]);
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut read: BTreeMap<String, Read> = BTreeMap::new();
    if let Some(found) = Read::default_environment(reading, &mut names) {
        match found.result {
            Err(error) if names.is_empty() && error.is_error() => return Err(error),
            _ => read.insert(DEFAULT.to_owned(), found),
        };
    }
    // Which environments there are can depend on the environment, so reading goes on until no new name turns up.
    while let Some(name) = names.iter().find(|name| !read.contains_key(*name)).cloned() {
        let found = Read::environment(reading, reading.request(Some(&name)));
        names.extend(found.environments.iter().cloned());
        read.insert(name, found);
    }
    // What is read for its names alone is none of the environments.
    let is_asked_for = |(name, _): &(String, Read)| names.is_empty() || names.contains(name);
    Ok(read.into_iter().filter(is_asked_for).map(|(_, read)| read).collect())
}

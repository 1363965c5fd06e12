//! One environment of a state with what was found in it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::Utf8PathBuf;

use super::hook_calls::HookCalls;
use super::other_environments::OtherEnvironments;
use super::producers::ReleaseAt;
use super::settings::Settings;
use super::targets::Wired;
use super::values_files::ValuesFiles;
use crate::source::Accepted;
use crate::state::{Request, Resolved};
use crate::template::functions::registry;

/// One environment of a state, kept until everything that depends on it is rendered and judged.
#[derive(Debug)]
pub(crate) struct Environment {
    /// What it was read with.
    pub(crate) request: Request,
    pub(crate) resolved: Resolved,
    /// The values files of its releases.
    pub(crate) files: ValuesFiles,
    /// How hooks run helmsum.
    pub(crate) calls: HookCalls,
    /// What releases declare in the environments beside it.
    pub(crate) others: OtherEnvironments,
    /// Values templates that changed `.Values`, by visit: the release and the file.
    pub(crate) changing: BTreeMap<usize, Vec<(String, Utf8PathBuf)>>,
    /// The visits that count.
    pub(crate) visited: Vec<Visited>,
    /// Visits of other environments than the one that a hook is told. helmfile deploys them, too.
    pub(crate) aside: Vec<Visited>,
    /// What releases accept in their values files, with which release.
    pub(crate) accepted: Vec<(ReleaseAt, Accepted)>,
}

impl Environment {
    /// What was read, before anything was found in it.
    pub(crate) fn new(request: Request, resolved: Resolved) -> Self {
        Self {
            files: ValuesFiles::new(request.clone(), registry()),
            calls: HookCalls::default(),
            others: OtherEnvironments::new(request.clone()),
            request,
            resolved,
            changing: BTreeMap::new(),
            visited: Vec::new(),
            aside: Vec::new(),
            accepted: Vec::new(),
        }
    }
}

/// A visit of a state file with what was found in it.
#[derive(Debug)]
pub(crate) struct Visited {
    /// Which visit of the state it is.
    pub(crate) index: usize,
    /// What the configuration near its state file says.
    pub(crate) settings: Rc<Settings>,
    /// Its releases that helmfile would deploy.
    pub(crate) candidates: Vec<Candidate>,
    /// The values files of its releases.
    pub(crate) read: BTreeSet<Utf8PathBuf>,
    /// Whether a denied finding about the state keeps all targets as they are.
    pub(crate) held: bool,
}

/// A release that helmfile would deploy.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Which release of the visit it is.
    pub(crate) index: usize,
    /// The targets among its values.
    pub(crate) targets: Vec<Wired>,
    /// The target that the configuration names.
    pub(crate) named: Option<Utf8PathBuf>,
    /// Whether it is reported and written.
    pub(crate) selected: bool,
}

//! Releases that declare sources in another environment than the one that is read.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::plan::facts::values_files::declares;
use crate::state::{self, EntryKind, EntrySource, Release, Request, Visit};

/// Knows the releases that declare sources in other environments. They are read when somebody asks, without running
/// anything: an environment whose templates or secrets need a program is passed over.
#[derive(Debug)]
pub(crate) struct OtherEnvironments {
    request: Request,
    found: OnceCell<BTreeSet<(Utf8PathBuf, String)>>,
}

impl OtherEnvironments {
    /// In the environments beside that of the request.
    pub(crate) const fn new(request: Request) -> Self {
        Self { request, found: OnceCell::new() }
    }

    /// Whether a release of that name, in the same state file, declares sources in another environment.
    pub(crate) fn declares(&self, visit: &Visit, release: &Release) -> bool {
        let found = self.found.get_or_init(|| self.read());
        found.contains(&(visit.file.clone(), release.name.clone()))
    }

    fn read(&self) -> BTreeSet<(Utf8PathBuf, String)> {
        let mut request = self.request.clone();
        request.options.no_exec = true;
        let own = request.environment_name().to_owned();
        let mut found = BTreeSet::new();
        for name in state::environments(&request).unwrap_or_default().into_iter().filter(|name| *name != own)
        {
            request.options.environment = Some(name);
            let Ok(resolved) = state::read(&request) else { continue };
            for visit in &resolved.visits {
                let declaring =
                    visit.releases.iter().filter(|release| declares_any(&request, visit, release));
                found.extend(declaring.map(|release| (visit.file.clone(), release.name.clone())));
            }
        }
        found
    }
}

fn declares_any(request: &Request, visit: &Visit, release: &Release) -> bool {
    release.deployed()
        && release.values.iter().any(|entry| {
            match visit.resolve_entry(&*request.tree, release, EntryKind::Values, entry) {
                Ok(EntrySource::File(file)) => request.tree.read(&file).is_ok_and(|text| declares(&text)),
                _ => false,
            }
        })
}

//! Where helmfile would load a file as a state, if one were put there.

use camino::{Utf8Path, Utf8PathBuf};

use super::discovery::Found;
use super::location::{Base, escape};
use super::remote::is_remote;
use super::resolved::{Resolved, ValuesPattern, Visit};

/// What the argument of a run makes helmfile load, as absolute patterns.
pub(super) fn of_argument(directory: &Utf8Path, argument: Option<&str>, found: &Found) -> Vec<Utf8PathBuf> {
    let escaped = |path: &Utf8Path| Utf8PathBuf::from(escape(path.as_str()));
    let mut patterns: Vec<Utf8PathBuf> = found.files.iter().map(|(file, _)| escaped(file)).collect();
    if let Some(directory) = &found.directory {
        patterns.extend(of_directory(&escaped(directory)));
    }
    if argument.is_none() {
        let directory = escaped(directory);
        patterns.extend(["helmfile.yaml", "helmfile.yaml.gotmpl"].map(|name| directory.join(name)));
        patterns.extend(of_directory(&directory.join("helmfile.d")));
    }
    patterns
}

/// What a pattern in `helmfiles:` makes helmfile load: what it matches, and in directories all state files.
pub(super) fn of_entry(pattern: Utf8PathBuf) -> Vec<Utf8PathBuf> {
    let mut patterns = of_directory(&pattern);
    patterns.push(pattern);
    patterns
}

fn of_directory(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    ["*.y*ml", "*.y*ml.gotmpl"].map(|name| directory.join(name)).into()
}

impl Resolved {
    /// Where helmfile would load a file as a state file or a base in this run, as absolute patterns.
    #[must_use]
    pub fn state_patterns(&self) -> Vec<Utf8PathBuf> {
        let bases = self.visits.iter().flat_map(|visit| &visit.bases);
        let bases = bases.map(|base| Utf8PathBuf::from(escape(base.as_str())));
        self.patterns.iter().cloned().chain(bases).collect()
    }
}

impl Visit {
    /// helmfile's cache, absolute; nothing where it has no fixed place.
    #[must_use]
    pub fn cache(&self) -> Option<&Utf8Path> {
        self.cache.home()
    }
}

/// The patterns in a list of state values.
pub(super) fn of_values<'v>(
    entries: impl IntoIterator<Item = &'v str>,
    base: &Base,
    owner: &str,
    file: &Utf8Path,
) -> Vec<ValuesPattern> {
    let local = entries.into_iter().filter(|path| !is_remote(path));
    let pattern = |path: &str| ValuesPattern {
        pattern: base.pattern(path),
        owner: owner.to_owned(),
        file: file.to_owned(),
    };
    local.map(pattern).collect()
}

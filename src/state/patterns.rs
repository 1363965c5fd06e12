//! Where helmfile would load a file as a state, if one were put there.

use camino::{Utf8Path, Utf8PathBuf};

use super::discovery::Found;
use super::location::escape;
use super::resolved::Resolved;
use crate::tree::matches;

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
    /// Whether helmfile would load a file at this absolute path as a state file in this run.
    #[must_use]
    pub fn would_load(&self, path: &Utf8Path) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern.as_str(), path.as_str()).unwrap_or(false))
    }
}

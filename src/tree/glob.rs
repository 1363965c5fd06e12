//! Go's `filepath.Glob`, which helmfile expands its paths with.

use camino::{Utf8Path, Utf8PathBuf};

use super::Tree;
use crate::go::filepath::{BadPattern, has_meta, matches};

/// The paths that match `pattern`, sorted by their bytes: Go's `filepath.Glob` on an absolute pattern. Without `*`, `?`,
/// `[` or `\` the path itself, if it exists (a dangling link does). Unreadable directories match nothing, and names that
/// are not UTF-8 are passed over.
///
/// # Errors
///
/// For a malformed pattern.
pub(crate) fn glob(tree: &dyn Tree, pattern: &Utf8Path) -> Result<Vec<Utf8PathBuf>, BadPattern> {
    matches(pattern.as_str(), "")?;
    let mut found = expand(tree, pattern.as_str())?;
    found.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    Ok(found)
}

fn expand(tree: &dyn Tree, pattern: &str) -> Result<Vec<Utf8PathBuf>, BadPattern> {
    if !has_meta(pattern) {
        return Ok(if tree.stat_link(pattern.into()).is_ok() { vec![pattern.into()] } else { Vec::new() });
    }
    let (directory, file) = match pattern.rsplit_once('/') {
        Some(("", file)) => ("/", file),
        Some((directory, file)) => (directory, file),
        None => (".", pattern),
    };
    let directories =
        if has_meta(directory) { expand(tree, directory)? } else { vec![Utf8PathBuf::from(directory)] };
    let mut found = Vec::new();
    for directory in directories {
        // What is no directory has no entries.
        for entry in tree.entries(&directory).unwrap_or_default() {
            if let Some(name) = entry.name.to_str()
                && matches(file, name)?
            {
                found.push(directory.join(name));
            }
        }
    }
    Ok(found)
}

//! What helmfile takes a path in a state for, and where it looks for it (`pkg/state/storage.go`).

use camino::{Utf8Path, Utf8PathBuf};

use super::remote::{has_scheme, is_remote};
use crate::diagnostic::Diagnostic;
use crate::go::filepath::{clean, join_clean};
use crate::tree::{Tree, glob};

/// The directory that relative paths of a state file are joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    directory: Utf8PathBuf,
    /// Whether helmfile works inside the directory, so that its name never becomes part of a pattern.
    inside: bool,
}

impl Base {
    /// A directory that helmfile changes into. Its links must have been resolved: `..` starts from where it really is.
    pub(super) const fn inside(directory: Utf8PathBuf) -> Self {
        Self { directory, inside: true }
    }

    /// A directory that helmfile puts before relative paths, whatever characters are in its name.
    pub(super) const fn prefix(directory: Utf8PathBuf) -> Self {
        Self { directory, inside: false }
    }

    /// The directory, absolute.
    pub(super) fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// Where helmfile works while it handles files of this directory: in it, or where it was.
    pub(super) fn working_directory<'p>(&'p self, outside: &'p Utf8Path) -> &'p Utf8Path {
        if self.inside { &self.directory } else { outside }
    }

    /// Where helmfile works, if it has changed into the directory.
    pub(super) fn entered(&self) -> Option<&Utf8Path> {
        self.inside.then_some(&*self.directory)
    }

    /// Whether a path becomes remote because helmfile joins it before it asks: `./foo:bar.yaml` loses its `./`.
    pub(super) fn makes_remote(&self, path: &str) -> bool {
        self.inside && !has_scheme(path) && is_remote(clean(path).as_str())
    }

    /// The absolute path that `path` means: `normalizePath`. What has a scheme is left alone.
    pub(super) fn join(&self, path: &str) -> Utf8PathBuf {
        if path.starts_with('/') || has_scheme(path) {
            path.into()
        } else {
            join_clean(&self.directory, path)
        }
    }

    /// The files that `pattern` matches, sorted by their bytes: `ExpandPaths`.
    ///
    /// # Errors
    ///
    /// For a malformed pattern.
    pub(super) fn expand(&self, tree: &dyn Tree, pattern: &str) -> Result<Vec<Utf8PathBuf>, Diagnostic> {
        glob(tree, &self.pattern(pattern)).map_err(|error| Diagnostic::error(format!("`{pattern}`: {error}")))
    }

    /// The absolute pattern that `pattern` means.
    pub(super) fn pattern(&self, pattern: &str) -> Utf8PathBuf {
        if pattern.starts_with('/') {
            pattern.into()
        } else if has_scheme(pattern) {
            // helmfile does not join these, so they are relative to wherever it works: its own directory or, of several
            // files, the one it was started in.
            self.directory.join(pattern)
        } else if self.inside {
            join_clean(Utf8Path::new(&escape(self.directory.as_str())), pattern)
        } else {
            join_clean(&self.directory, pattern)
        }
    }
}

/// The pattern that matches exactly this text.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "*?[\\".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    #[test]
    fn a_directory_that_helmfile_works_in_is_never_a_pattern() {
        let temporary = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(temporary.path()).unwrap().join("[ab]");
        fs_err::create_dir(&root).unwrap();
        for name in ["b.yaml", "a.yaml", "c.txt"] {
            fs_err::File::create(root.join(name)).unwrap();
        }
        let inside = Base::inside(root.clone()).expand(&WorkTree, "*.yaml").unwrap();
        assert_eq!(inside, [root.join("a.yaml"), root.join("b.yaml")]);
        assert_eq!(Base::inside(root.clone()).expand(&WorkTree, "./c.txt").unwrap(), [root.join("c.txt")]);
        assert_eq!(Base::prefix(root).expand(&WorkTree, "*.yaml").unwrap(), Vec::<Utf8PathBuf>::new());
    }
}

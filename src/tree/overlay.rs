//! Files that are not written yet, over another tree.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Cursor, Read};
use std::ops::Bound;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Entry, Kind, OpenFile, Stat, Tree};

/// A tree in which some files are there, or have other contents, before they are written.
#[derive(Clone, Debug)]
pub struct Overlay {
    below: Arc<dyn Tree>,
    /// By the path that a file has once all links to its directory are followed, as text: paths compare part by part.
    files: BTreeMap<String, Arc<[u8]>>,
    /// The names of those files: what has none of them is not looked for any further.
    names: BTreeSet<String>,
}

impl Overlay {
    /// No files over `below` yet.
    #[must_use]
    pub fn new(below: Arc<dyn Tree>) -> Self {
        Self { below, files: BTreeMap::new(), names: BTreeSet::new() }
    }

    /// Puts a file, with the directories it lies in, in the place of what is there. The path is absolute.
    pub fn insert(&mut self, path: &Utf8Path, bytes: impl Into<Arc<[u8]>>) {
        let key = self.real(path);
        self.names.extend(key.file_name().map(str::to_owned));
        self.files.insert(key.into_string(), bytes.into());
    }

    /// The path with the links of its directory resolved, as far as there is a directory.
    fn real(&self, path: &Utf8Path) -> Utf8PathBuf {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
        match self.below.resolve(parent) {
            Ok(parent) => parent.join(name),
            Err(_) => self.real(parent).join(name),
        }
    }

    fn file(&self, path: &Utf8Path) -> Option<&Arc<[u8]>> {
        let name = path.file_name()?;
        if !self.names.contains(name) {
            return None;
        }
        self.files.get(path.as_str()).or_else(|| self.files.get(self.real(path).as_str()))
    }

    /// The files below a directory without links, as paths that start there.
    fn below(&self, real: &Utf8Path) -> impl Iterator<Item = &str> {
        let prefix = if real.as_str().ends_with('/') { real.to_string() } else { format!("{real}/") };
        self.files
            .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
            .map_while(move |(path, _)| path.strip_prefix(&prefix))
    }

    /// The first parts of the names below a directory.
    fn names_in(&self, directory: &Utf8Path) -> BTreeMap<&str, Kind> {
        let first = |rest| match str::split_once(rest, '/') {
            Some((name, _)) => (name, Kind::Directory),
            None => (rest, Kind::File),
        };
        self.below(&self.real(directory)).map(first).collect()
    }

    /// What is known of a path that `below` does not have.
    fn made_up(&self, path: &Utf8Path, error: io::Error) -> io::Result<Stat> {
        if error.kind() == io::ErrorKind::NotFound && !self.names_in(path).is_empty() {
            Ok(Stat { kind: Kind::Directory, size: 0, modified: None, identity: None })
        } else {
            Err(error)
        }
    }
}

fn stat_of(bytes: &[u8]) -> Stat {
    Stat { kind: Kind::File, size: bytes.len() as u64, modified: None, identity: None }
}

/// A file of an overlay that was opened.
struct Open(Cursor<Arc<[u8]>>);

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl OpenFile for Open {
    fn stat(&self) -> io::Result<Stat> {
        Ok(stat_of(self.0.get_ref()))
    }
}

impl Tree for Overlay {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        match self.file(path) {
            Some(bytes) => Ok(Box::new(Open(Cursor::new(Arc::clone(bytes))))),
            None => self.below.open(path),
        }
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        match self.file(path) {
            Some(bytes) => Ok(stat_of(bytes)),
            None => self.below.stat(path).or_else(|error| self.made_up(path, error)),
        }
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        match self.file(path) {
            Some(bytes) => Ok(stat_of(bytes)),
            None => self.below.stat_link(path).or_else(|error| self.made_up(path, error)),
        }
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        let own = self.names_in(directory);
        let mut entries = match self.below.entries(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !own.is_empty() => Vec::new(),
            other => other?,
        };
        let mut added = Vec::new();
        for (name, kind) in own {
            match entries.binary_search_by(|entry| entry.name.as_encoded_bytes().cmp(name.as_bytes())) {
                Ok(at) if kind == Kind::File => entries[at].kind = kind,
                Ok(_) => {}
                Err(_) => added.push(Entry { name: OsString::from(name), kind }),
            }
        }
        entries.append(&mut added);
        entries.sort_unstable_by(|a, b| a.name.as_encoded_bytes().cmp(b.name.as_encoded_bytes()));
        Ok(entries)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        if self.file(path).is_some() {
            return Ok(self.real(path));
        }
        match self.below.resolve(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.names_in(path).is_empty() => {
                Ok(self.real(path))
            }
            other => other,
        }
    }

    fn read_aside(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.file(path) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => self.below.read_aside(path),
        }
    }

    fn is_on_disk(&self, path: &Utf8Path) -> bool {
        let real = self.real(path);
        !self.files.contains_key(real.as_str())
            && self.below(&real).next().is_none()
            && self.below.is_on_disk(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    fn names(tree: &dyn Tree, directory: &Utf8Path) -> Vec<(String, Kind)> {
        let entries = tree.entries(directory).expect("a directory");
        entries.into_iter().map(|entry| (entry.name.into_string().expect("UTF-8"), entry.kind)).collect()
    }

    #[test]
    fn files_that_are_not_written_are_read_as_if_they_were() {
        let temporary = tempfile::tempdir().expect("a folder");
        let root =
            Utf8Path::from_path(temporary.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        fs_err::create_dir_all(root.join("real")).expect("a folder");
        fs_err::write(root.join("real/old.yaml"), "old: 1\n").expect("a file");
        fs_err::write(root.join("real/kept.yaml"), "kept: 1\n").expect("a file");
        std::os::unix::fs::symlink("real", root.join("link")).expect("a link");

        let mut tree = Overlay::new(Arc::new(WorkTree));
        tree.insert(&root.join("link/old.yaml"), *b"new: 1\n");
        tree.insert(&root.join("made/up/checksum.yaml"), *b"");

        for path in ["real/old.yaml", "link/old.yaml"] {
            assert_eq!(tree.read(&root.join(path)).expect("a file"), b"new: 1\n", "{path}");
            assert_eq!(tree.stat(&root.join(path)).expect("a file").size, 7);
            assert_eq!(tree.resolve(&root.join(path)).expect("a file"), root.join("real/old.yaml"));
        }
        assert_eq!(tree.read(&root.join("link/kept.yaml")).expect("a file"), b"kept: 1\n");
        assert_eq!(
            names(&tree, &root),
            [
                ("link".to_owned(), Kind::Link),
                ("made".to_owned(), Kind::Directory),
                ("real".to_owned(), Kind::Directory)
            ]
        );
        assert_eq!(names(&tree, &root.join("made/up")), [("checksum.yaml".to_owned(), Kind::File)]);
        assert_eq!(tree.stat(&root.join("made")).expect("a folder").kind, Kind::Directory);
        assert!(tree.stat(&root.join("made/down")).is_err());
        assert!(tree.read(&root.join("made/up")).is_err());
        assert_eq!(fs_err::read(root.join("real/old.yaml")).expect("a file"), b"old: 1\n");
    }

    #[test]
    fn what_programs_can_read_on_disk_is_known() {
        let temporary = tempfile::tempdir().expect("a folder");
        let root =
            Utf8Path::from_path(temporary.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        let mut tree = Overlay::new(Arc::new(WorkTree));
        assert!(tree.is_on_disk(&root));
        tree.insert(&root.join("a/x"), *b"");
        assert!(!tree.is_on_disk(&root) && !tree.is_on_disk(&root.join("a/x")));
        assert!(tree.is_on_disk(&root.join("b")));
    }
}

//! A tree that remembers what was read of it.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Entry, OpenFile, Stat, Tree};

/// Another tree, of which it is known afterwards which files were opened.
#[derive(Debug)]
pub(crate) struct Recorded {
    below: Arc<dyn Tree>,
    /// As text, since paths compare part by part.
    opened: Mutex<BTreeSet<String>>,
}

impl Recorded {
    /// Nothing of `below` opened yet.
    pub(crate) fn new(below: Arc<dyn Tree>) -> Self {
        Self { below, opened: Mutex::default() }
    }

    /// The files that were opened, as they were asked for.
    pub(crate) fn asked(&self) -> BTreeSet<String> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The files that were opened, as they were asked for and with their links resolved.
    pub(crate) fn opened(&self) -> BTreeSet<String> {
        let opened = self.asked();
        let resolved =
            |path: &String| self.below.resolve(path.as_str().into()).ok().map(Utf8PathBuf::into_string);
        let real: Vec<String> = opened.iter().filter_map(resolved).collect();
        opened.into_iter().chain(real).collect()
    }
}

impl Tree for Recorded {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        {
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            if !opened.contains(path.as_str()) {
                opened.insert(path.to_string());
            }
        }
        self.below.open(path)
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        self.below.stat(path)
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        self.below.stat_link(path)
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        self.below.entries(directory)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.below.resolve(path)
    }

    fn read_aside(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.below.read_aside(path)
    }

    fn is_on_disk(&self, path: &Utf8Path) -> bool {
        self.below.is_on_disk(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    #[test]
    fn what_was_opened_is_known_by_each_of_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        fs_err::create_dir(root.join("real")).expect("a folder");
        fs_err::write(root.join("real/a"), "1").expect("a file");
        fs_err::write(root.join("real/b"), "2").expect("a file");
        std::os::unix::fs::symlink("real", root.join("link")).expect("a link");
        let tree = Recorded::new(Arc::new(WorkTree));
        assert!(tree.stat(&root.join("real/b")).is_ok() && tree.entries(&root).is_ok());
        assert_eq!(tree.read(&root.join("link/a")).expect("a file"), b"1");
        assert_eq!(tree.read_aside(&root.join("real/b")).expect("a file"), b"2");
        assert!(tree.read(&root.join("none")).is_err());
        assert_eq!(tree.asked(), [root.join("link/a").into_string()].into());
        let opened = tree.opened();
        let expected = ["link/a", "real/a"].map(|name| root.join(name).into_string());
        assert_eq!(opened.into_iter().collect::<Vec<_>>(), expected);
    }
}

//! Where targets really are, each directory looked up once in a run.

use std::cell::RefCell;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::targets::{Folder, Identity};

/// What makes two paths one target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Same {
    /// What the system says.
    Identity(Identity),
    /// The path, where the system says nothing: writing there fails.
    Path(Utf8PathBuf),
}

/// The directories of targets that were looked up so far. They are known by their text, since paths compare part by part.
#[derive(Debug, Default)]
pub(crate) struct Locations {
    folders: RefCell<BTreeMap<String, Option<Folder>>>,
    /// A target that another run writes meanwhile is still the same one.
    same: RefCell<BTreeMap<String, Same>>,
}

impl Locations {
    fn folder<T>(&self, directory: &Utf8Path, of: impl FnOnce(&Folder) -> T) -> Option<T> {
        let mut folders = self.folders.borrow_mut();
        let folder = folders.entry(directory.to_string()).or_insert_with(|| Folder::of(directory).ok());
        folder.as_ref().map(of)
    }

    /// What makes an absolute path the same target as another one.
    pub(crate) fn same(&self, path: &Utf8Path) -> Same {
        if let Some(same) = self.same.borrow().get(path.as_str()) {
            return same.clone();
        }
        let identity = path.parent().zip(path.file_name()).and_then(|(directory, name)| {
            self.folder(directory, |folder| folder.file(path, name).identity).map(Same::Identity)
        });
        let same = identity.unwrap_or_else(|| Same::Path(path.to_owned()));
        self.same.borrow_mut().insert(path.to_string(), same.clone());
        same
    }

    /// The path with the links of its directory resolved, as far as there is a directory.
    pub(crate) fn real(&self, path: &Utf8Path) -> Utf8PathBuf {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
        let real = self.folder(directory, |folder| folder.path.join(name));
        real.unwrap_or_else(|| path.to_owned())
    }
}

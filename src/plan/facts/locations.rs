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
        self.look_up(directory);
        self.folders.borrow().get(directory.as_str())?.as_ref().map(of)
    }

    /// Looks up a directory and those above it, as far as they are not known.
    fn look_up(&self, directory: &Utf8Path) {
        let mut folders = self.folders.borrow_mut();
        let unknown: Vec<&Utf8Path> =
            directory.ancestors().take_while(|above| !folders.contains_key(above.as_str())).collect();
        for path in unknown.into_iter().rev() {
            let above = path.parent().and_then(|above| folders.get(above.as_str())?.as_ref());
            let folder = match above.zip(path.file_name()) {
                Some((above, name)) => above.below(path, name),
                None => Folder::of(path),
            };
            folders.insert(path.to_string(), folder.ok());
        }
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

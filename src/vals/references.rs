//! What a run has for resolving references.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::decrypted::Decrypted;
use crate::diagnostic::Secrets;

/// What references in a template are resolved with, beside what the template has itself.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Where helmfile works while it renders the template, which paths are relative to; nothing where that is not known.
    pub(crate) directory: Option<Utf8PathBuf>,
    /// Where what is resolved is noted.
    pub(crate) secrets: Secrets,
    /// What was decrypted before.
    pub(crate) decrypted: Decrypted,
    /// Where else helmfile works in the run.
    pub(crate) directories: Directories,
}

/// The directories that helmfile works in while it may resolve references, as text: paths compare part by part. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Directories(Rc<RefCell<BTreeSet<String>>>);

impl Directories {
    /// Notes one.
    pub(crate) fn note(&self, directory: &Utf8Path) {
        if !self.0.borrow().contains(directory.as_str()) {
            self.0.borrow_mut().insert(directory.to_string());
        }
    }

    /// All but one.
    pub(super) fn others(&self, directory: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.0.borrow().iter().filter(|other| *other != directory).map(Utf8PathBuf::from).collect()
    }
}

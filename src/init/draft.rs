//! Files as they are about to be: what is there now, with texts put in. Every other byte stays.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::tree::{Overlay, Tree};

/// A text that is put into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Insertion {
    /// The byte of the file that it comes before.
    pub(super) at: usize,
    pub(super) text: String,
}

/// A file with insertions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drafted {
    /// What it has now; nothing where it is made.
    pub(crate) before: Option<Vec<u8>>,
    /// What it is to have.
    pub(crate) after: Vec<u8>,
}

/// Files with insertions, by their absolute paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft(BTreeMap<Utf8PathBuf, Drafted>);

impl Draft {
    /// Whether nothing is changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The files that are changed, in the order of their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Utf8Path, &Drafted)> {
        self.0.iter().map(|(file, drafted)| (file.as_path(), drafted))
    }

    /// A file as it is about to be; nothing where there is none.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(super) fn read(&self, tree: &dyn Tree, file: &Utf8Path) -> io::Result<Option<Vec<u8>>> {
        if let Some(drafted) = self.0.get(file) {
            return Ok(Some(drafted.after.clone()));
        }
        match tree.read(file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts texts into a file as it was read from here; those at one position in their order. Where there is none, it is made.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(super) fn insert(
        &mut self,
        tree: &dyn Tree,
        file: &Utf8Path,
        texts: Vec<Insertion>,
    ) -> io::Result<()> {
        if texts.is_empty() {
            return Ok(());
        }
        let now = self.read(tree, file)?;
        let after = inserted(now.as_deref().unwrap_or_default(), texts);
        match self.0.get_mut(file) {
            Some(drafted) => drafted.after = after,
            None => {
                self.0.insert(file.to_owned(), Drafted { before: now, after });
            }
        }
        Ok(())
    }

    /// The project with these files.
    pub(super) fn over(&self, tree: &Arc<dyn Tree>) -> Arc<dyn Tree> {
        let mut overlay = Overlay::new(Arc::clone(tree));
        for (file, drafted) in &self.0 {
            overlay.insert(file, drafted.after.clone());
        }
        Arc::new(overlay)
    }
}

/// A text with others put in.
fn inserted(before: &[u8], mut texts: Vec<Insertion>) -> Vec<u8> {
    texts.sort_by_key(|insertion| insertion.at);
    let mut after = Vec::with_capacity(before.len());
    let mut at = 0;
    for Insertion { at: next, text } in texts {
        let next = next.clamp(at, before.len());
        after.extend_from_slice(&before[at..next]);
        after.extend_from_slice(text.as_bytes());
        at = next;
    }
    after.extend_from_slice(&before[at..]);
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insertions_leave_every_other_byte() {
        let texts = [(4, "x"), (0, "y"), (4, "z"), (7, "!")];
        let texts = texts.map(|(at, text)| Insertion { at, text: text.to_owned() });
        assert_eq!(inserted(b"abcdefg", texts.to_vec()), b"yabcdxzefg!");
    }
}

//! Files that SOPS encrypted, each decrypted once in a run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diagnostic::Diagnostic;

/// A format, and a text that is encrypted in it.
type Sealed = (String, Vec<u8>);

/// What came of decrypting one.
type Outcome = Result<Rc<[u8]>, Diagnostic>;

/// What was decrypted, by format and ciphertext. Clones share it.
#[derive(Clone, Default)]
pub struct Decrypted(Rc<RefCell<BTreeMap<Sealed, Outcome>>>);

impl std::fmt::Debug for Decrypted {
    /// All of it is secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Decrypted({})", self.0.borrow().len())
    }
}

impl Decrypted {
    /// What was decrypted before, else what `decrypt` gives now.
    pub(super) fn once(
        &self,
        format: &str,
        ciphertext: &[u8],
        decrypt: impl FnOnce() -> Result<Vec<u8>, Diagnostic>,
    ) -> Outcome {
        let key = (format.to_owned(), ciphertext.to_owned());
        if let Some(known) = self.0.borrow().get(&key) {
            return known.clone();
        }
        let outcome = decrypt().map(Rc::from);
        self.0.borrow_mut().insert(key, outcome.clone());
        outcome
    }
}

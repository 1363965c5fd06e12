//! What a run has for resolving references.

use camino::Utf8PathBuf;

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
}

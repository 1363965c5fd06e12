//! The key that digests of secrets are made with.

use crate::checksum::{Key, KeyFile};
use crate::cli::Options;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::plan::Context;
use crate::source::Source;
use crate::source::config::Config;
use crate::text::relative;

/// How digests of secrets are made near a state file.
#[derive(Debug)]
pub(crate) struct SecretKey {
    /// The key, if a key file is named. What is wrong with it matters only where there is a secret.
    key: Option<Result<KeyFile, Diagnostic>>,
    /// Whether `sops` may not run.
    no_exec: bool,
}

impl SecretKey {
    /// Reads the key that `HELMSUM_KEY_FILE` names, else the configuration.
    pub(crate) fn read(context: &Context, options: &Options, config: Option<&Config>) -> Self {
        let named = config.and_then(|config| config.key_file.as_ref());
        let path = context.key_file.as_ref().or(named);
        let key = path.map(|path| {
            KeyFile::read(path).map_err(|error| {
                let problem = error.diagnostic();
                let shown = relative(path, &context.directory);
                let message = problem.message.replace(path.as_str(), shown.as_str());
                problem.message(message)
            })
        });
        Self { key, no_exec: options.no_exec }
    }

    /// What forbids hashing a source: it has to be decrypted, and `--no-exec` forbids running `sops`.
    pub(crate) fn forbids(&self, source: &Source) -> Option<Diagnostic> {
        (source.options.decrypt && self.no_exec).then(|| {
            let message =
                format!("`{}` is to be decrypted by `sops`, and `--no-exec` forbids running it", source.text);
            Diagnostic::refused(Refusal::NoExec, message)
                .at(source.place.clone())
                .hint("run without `--no-exec`, or hash the ciphertext without `decrypt=sops`")
        })
    }

    /// The key, where there is one.
    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref().and_then(|key| key.as_ref().ok()).map(|file| &file.key)
    }

    /// What is wrong with the key file, for a consumer with secrets.
    pub(crate) fn problem(&self, owner: &str) -> Option<Diagnostic> {
        Some(self.key.as_ref()?.as_ref().err()?.clone().context(owner))
    }

    /// The key file, or why it cannot be used; nothing where none is named.
    pub(crate) fn file(&self) -> Option<&Result<KeyFile, Diagnostic>> {
        self.key.as_ref()
    }
}

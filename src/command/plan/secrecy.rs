//! How digests of secrets are made, and the finding guessable-secret.

use crate::checksum::{Key, KeyFile};
use crate::command::Context;
use crate::diagnostic::{Code, Diagnostic, Refusal};
use crate::report::relative;
use crate::source::Source;
use crate::source::config::Config;
use crate::text::Place;

/// How digests of secrets are made near a state file.
#[derive(Debug)]
pub(super) struct Secrecy {
    /// The key, if a key file is named. What is wrong with it matters only where there is a secret.
    key: Option<Result<KeyFile, Diagnostic>>,
    /// Whether `sops` may not run.
    no_exec: bool,
}

impl Secrecy {
    /// Reads the key that `HELMSUM_KEY_FILE` names, else the configuration.
    pub(super) fn read(context: &Context, config: Option<&Config>) -> Self {
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
        Self { key, no_exec: context.no_exec }
    }

    /// What forbids hashing a source: it has to be decrypted, and `--no-exec` forbids running `sops`.
    pub(super) fn forbids(&self, source: &Source) -> Option<Diagnostic> {
        (source.options.decrypt && self.no_exec).then(|| {
            let message =
                format!("`{}` is to be decrypted by `sops`, and `--no-exec` forbids running it", source.text);
            Diagnostic::refused(Refusal::NoExec, message)
                .at(source.place.clone())
                .hint("run without `--no-exec`, or hash the ciphertext without `decrypt=sops`")
        })
    }

    /// The key, where there is one.
    pub(super) fn key(&self) -> Option<&Key> {
        self.key.as_ref().and_then(|key| key.as_ref().ok()).map(|file| &file.key)
    }

    /// What is wrong with the key file, for a consumer with secrets.
    pub(super) fn problem(&self, owner: &str) -> Option<Diagnostic> {
        Some(self.key.as_ref()?.as_ref().err()?.clone().context(owner))
    }

    /// The finding guessable-secret, for a consumer whose secrets have these labels, of which the first is declared at `place`.
    pub(super) fn guessable(
        &self,
        owner: &str,
        labels: &[&str],
        place: Option<&Place>,
    ) -> Option<Diagnostic> {
        let finding = match (&self.key, labels) {
            (_, []) | (Some(Err(_)), _) => return None,
            (None, labels) => {
                let names: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
                let (verb, noun) =
                    if labels.len() == 1 { ("is", "its digest") } else { ("are", "their digests") };
                Diagnostic::finding(
                    Code::GuessableSecret,
                    format!(
                        "{owner}: {} {verb} hashed without a key, so a short secret can be guessed from {noun}",
                        names.join(", ")
                    ),
                )
                .hint("name a key file in `HELMSUM_KEY_FILE`, or as `keyFile` in `helmsum.yaml`")
            }
            (Some(Ok(file)), _) if file.exposed => Diagnostic::finding(
                Code::GuessableSecret,
                format!("{owner}: every user of this machine can read the key file `{}`", file.path),
            )
            .hint("`chmod o= FILE`: who has the key can guess short secrets from their digests"),
            (Some(Ok(_)), _) => return None,
        };
        Some(match place {
            Some(place) => finding.at(place.clone()),
            None => finding,
        })
    }
}

//! The finding guessable-secret: a secret can be found from its digest.

use super::project::{Findings, Project};
use crate::checksum::KeyFile;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::Contents;
use crate::plan::contents::source::SourceContents;

/// What there is to say about the key of the secrets of a consumer: that it has none, that others can read it, or why it cannot be
/// used, which is an error.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (index, contents) in project.consumers.iter().enumerate() {
        let is_keyed = |source: &SourceContents| source.is_concealed() || source.source.kind() == "release";
        let consumer = &contents.consumer;
        let keyed = contents.sources.iter().any(is_keyed);
        let failed = if keyed { consumer.secret_key.problem(&consumer.owner) } else { None };
        for diagnostic in failed.into_iter().chain(guessable(contents)) {
            findings.about_consumer(index, diagnostic);
        }
    }
}

fn guessable(contents: &Contents) -> Option<Diagnostic> {
    let secrets: Vec<&SourceContents> =
        contents.sources.iter().filter(|source| source.is_concealed()).collect();
    let first = secrets.first()?;
    let owner = &contents.consumer.owner;
    let finding = match contents.consumer.secret_key.file() {
        None => {
            let names: Vec<String> = secrets.iter().map(|source| format!("`{}`", source.label)).collect();
            let (verb, noun) =
                if secrets.len() == 1 { ("is", "its digest") } else { ("are", "their digests") };
            let message = format!(
                "{owner}: {} {verb} hashed without a key, so a short secret can be guessed from {noun}",
                names.join(", ")
            );
            Diagnostic::finding(Code::GuessableSecret, message)
                .hint("name a key file in `HELMSUM_KEY_FILE`, or as `keyFile` in `helmsum.yaml`")
        }
        Some(Ok(file)) => exposed(file)?.context(owner),
        Some(Err(_)) => return None,
    };
    Some(finding.at(first.source.place.clone()))
}

/// The finding about a key file that others can read.
pub(crate) fn exposed(file: &KeyFile) -> Option<Diagnostic> {
    file.exposed.then(|| {
        let message = format!("every user of this machine can read the key file `{}`", file.path);
        Diagnostic::finding(Code::GuessableSecret, message)
            .hint("`chmod o= FILE`: who has the key can guess short secrets from their digests")
    })
}

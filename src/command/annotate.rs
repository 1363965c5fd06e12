//! `helmsum annotate`: checksums on the pod templates of manifests.

use std::io::{self, Read as _};

use super::Context;
use crate::annotate::{self, Bridged};
use crate::checksum::KeyFile;
use crate::cli::Options;
use crate::diagnostic::{Code, Diagnostic, Secrets};
use crate::report::{self, Outcome, Streams};

/// What stands for manifests where there are none: helm 4 takes an empty output for a failure.
const NOTHING: &[u8] = b"# helmsum annotate: no manifests\n";

/// Reads manifests from standard input and writes them with their checksums.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(context: &Context, options: &Options, streams: &mut Streams) -> io::Result<Outcome> {
    if let Some(problem) = without_state(options) {
        return finish(Err(vec![problem]), context, streams);
    }
    let manifests = match input() {
        Ok(manifests) => manifests,
        Err(problem) => return finish(Err(vec![problem]), context, streams),
    };
    let namespace = options.namespace.as_deref().unwrap_or_default();
    finish(bridged(&manifests, namespace, context), context, streams)
}

/// Writes manifests as they are: helmsum renders this itself, and adds what there is to add.
///
/// # Errors
///
/// As [`run`].
pub(super) fn pass(context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let passed = input().map(|manifests| (manifests, Vec::new())).map_err(|problem| vec![problem]);
    finish(passed, context, streams)
}

/// Manifests, with what there is to say about them; else only that.
type Given = Result<(Vec<u8>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// What is wrong with options about a state, which none of these reads.
fn without_state(options: &Options) -> Option<Diagnostic> {
    let others = Options { namespace: None, ..options.clone() };
    (others != Options::default()).then(|| {
        Diagnostic::error(
            "`helmsum annotate` reads no state, so of the options about it only `--namespace` has a meaning",
        )
        .hint("remove the other ones")
    })
}

fn input() -> Result<Vec<u8>, Diagnostic> {
    let mut manifests = Vec::new();
    match io::stdin().lock().read_to_end(&mut manifests) {
        Ok(_) => Ok(manifests),
        Err(error) => {
            Err(Diagnostic::error(format!("the manifests on standard input cannot be read: {error}")))
        }
    }
}

/// A stream with its references bridged.
fn bridged(manifests: &[u8], namespace: &str, context: &Context) -> Given {
    let key = context.plan.key_file.as_deref().map(KeyFile::read).transpose();
    let own = key.as_ref().ok().and_then(Option::as_ref);
    let Bridged { annotated, secrets } =
        annotate::bridge(manifests, namespace, own.map(|file| &file.key)).map_err(|problem| vec![problem])?;
    let mut said = Vec::new();
    if let Some(first) = secrets.first() {
        match key {
            Err(error) => return Err(vec![error.diagnostic()]),
            Ok(None) => said.push(guessable(first, secrets.len() - 1)),
            Ok(Some(file)) if file.exposed => {
                let message = format!("every user of this machine can read the key file `{}`", file.path);
                said.push(
                    Diagnostic::finding(Code::GuessableSecret, message)
                        .hint("`chmod o= FILE`: who has the key can guess short secrets from their digests"),
                );
            }
            Ok(Some(_)) => {}
        }
    }
    Ok((annotated.bytes, said))
}

fn guessable(first: &str, more: usize) -> Diagnostic {
    let others = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!(
        "Secret `{first}`{others} is hashed without a key, so a short secret can be guessed from its digest"
    );
    Diagnostic::finding(Code::GuessableSecret, message).hint("name a key file in `HELMSUM_KEY_FILE`")
}

/// Says what there is to say, on standard error, and writes the manifests unless something of it is denied.
fn finish(result: Given, context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let (manifests, diagnostics) = match result {
        Ok((manifests, diagnostics)) => {
            let levels = &context.plan.levels;
            (Some(manifests), diagnostics.into_iter().filter_map(|one| levels.settle(one)).collect())
        }
        // No level makes manifests of what stops this.
        Err(diagnostics) => (None, diagnostics),
    };
    let diagnostics: Vec<Diagnostic> =
        diagnostics.into_iter().map(|one: Diagnostic| one.masked(&Secrets::default())).collect();
    let layout = context.layout(&streams.err);
    for diagnostic in &diagnostics {
        streams.err.styled(&report::draw(diagnostic, layout))?;
    }
    let Some(mut manifests) = manifests.filter(|_| !diagnostics.iter().any(Diagnostic::is_denied)) else {
        return Ok(Outcome::Failed);
    };
    if manifests.trim_ascii().is_empty() {
        manifests.extend_from_slice(NOTHING);
    }
    streams.out.raw(&manifests)?;
    Ok(Outcome::Clean)
}

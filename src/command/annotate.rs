//! `helmsum annotate`: checksums on the pod templates of manifests.

use std::io::{self, Read as _};

use super::{Context, source_of};
use crate::annotate::{self, Bridged};
use crate::checksum::KeyFile;
use crate::cli::Options;
use crate::diagnostic::{Code, Diagnostic, Level, Secrets};
use crate::plan::rules::guessable_secret::exposed;
use crate::plan::{self, Progress, Reading};
use crate::report::{self, Outcome, Report, Streams};

/// What stands for manifests where there are none: helm 4 takes an empty output for a failure.
const NOTHING: &[u8] = b"# helmsum annotate: no manifests\n";

/// Reads manifests from standard input and writes them with their checksums.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    options: Options,
    reading: impl FnOnce(Options) -> Reading,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    if options.release.is_empty() {
        let namespace = options.namespace.clone().unwrap_or_default();
        let given = without_state(options)
            .and_then(|()| input())
            .map_err(|problem| vec![problem])
            .and_then(|manifests| bridged(&manifests, &namespace, context));
        return finish(given, &Secrets::default(), context, streams);
    }
    let reading = reading(Options { in_post_renderer: true, ..options });
    let given = with_state(&reading)
        .and_then(|()| input())
        .map_err(|problem| vec![problem])
        .and_then(|manifests| of_release(manifests, context, &reading));
    finish(given, &reading.secrets, context, streams)
}

/// Writes manifests as they are: helmsum renders this itself, and adds what there is to add.
///
/// # Errors
///
/// As [`run`].
pub(super) fn pass(context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let passed = input().map(|manifests| (manifests, Vec::new())).map_err(|problem| vec![problem]);
    finish(passed, &Secrets::default(), context, streams)
}

/// Manifests, with what there is to say about them; else only that.
type Given = Result<(Vec<u8>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Refuses options about a state, which none of these reads.
fn without_state(options: Options) -> Result<(), Diagnostic> {
    if (Options { namespace: None, ..options }) == Options::default() {
        return Ok(());
    }
    let message =
        "without `--release` no state is read, so of the options about it only `--namespace` has a meaning";
    Err(Diagnostic::error(message)
        .hint("name the release whose manifests these are, as in `--release=edge/web`"))
}

/// Refuses to read two things from standard input.
fn with_state(reading: &Reading) -> Result<(), Diagnostic> {
    let message = "standard input has the manifests, so the state file cannot be `-`";
    if reading.file() == Some("-") { Err(Diagnostic::error(message).hint("name a file")) } else { Ok(()) }
}

/// The manifests of a release with the checksums of the sources that it declares.
fn of_release(manifests: Vec<u8>, context: &Context, reading: &Reading) -> Given {
    let asked: Vec<String> = reading.options.release.iter().map(|one| format!("`{one}`")).collect();
    let asked = asked.join(", ");
    let (plan, declaring) = plan::make_and(&context.plan, reading, &Progress::default(), annotate::declaring);
    let nothing_matched = plan.nothing_matched;
    let mut said = Report::of(plan, source_of).diagnostics;
    if nothing_matched {
        let message = format!("there is no release {asked} in the state");
        said.push(Diagnostic::error(message).hint("`helmsum list` with the same options shows the releases"));
    }
    if said.iter().any(Diagnostic::is_denied) {
        said.retain(Diagnostic::is_denied);
        return Err(said);
    }
    said.retain(|one| one.level == Level::Warn);
    let release = match &declaring[..] {
        [] => return Ok((manifests, said)),
        [release] => release,
        several => {
            let ids: Vec<String> = several.iter().map(|one| format!("`{}`", one.id)).collect();
            let message = format!("{asked} names several releases: {}", ids.join(", "));
            return Err(vec![
                Diagnostic::error(message).hint("name the namespace too, as in `--release=edge/web`"),
            ]);
        }
    };
    let mut sources = Vec::new();
    let mut failed = Vec::new();
    for source in &release.sources {
        match source {
            Ok(source) => sources.push(source.clone()),
            Err(problem) => failed.push(problem.clone()),
        }
    }
    if !failed.is_empty() {
        return Err(failed);
    }
    let annotated = annotate::annotate(&manifests, &release.namespace, &sources)?;
    Ok((annotated.bytes, said))
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
            Ok(Some(file)) => said.extend(exposed(&file)),
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
fn finish(result: Given, secrets: &Secrets, context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let (manifests, diagnostics) = match result {
        Ok((manifests, diagnostics)) => {
            let levels = &context.plan.levels;
            (Some(manifests), diagnostics.into_iter().filter_map(|one| levels.settle(one)).collect())
        }
        // No level makes manifests of what stops this.
        Err(diagnostics) => (None, diagnostics),
    };
    let diagnostics: Vec<Diagnostic> =
        diagnostics.into_iter().map(|one: Diagnostic| one.masked(secrets)).collect();
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

//! `helmsum annotate`: checksums on the pod templates of manifests.

use std::ffi::OsString;
use std::io::{self, Read as _};

use super::{Context, source_of};
use crate::annotate::{self, Asked, Bridged, Declaring, Filtered, Subject};
use crate::checksum::KeyFile;
use crate::cli::Options;
use crate::diagnostic::{Code, Diagnostic, Level, Secrets};
use crate::go::filepath::join_clean;
use crate::plan::rules::guessable_secret::exposed;
use crate::plan::{self, Progress, Reading};
use crate::report::{self, Outcome, Report, Streams};
use crate::text::Shown;

/// What stands for manifests where there are none: helm 4 takes an empty output for a failure.
const NOTHING: &[u8] = b"# helmsum annotate: no manifests\n";

/// Reads manifests from standard input and writes them with their checksums, after `program` where one is given. `reading` is what a
/// state is read with.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    options: &Options,
    program: &[OsString],
    reading: impl Fn(Options) -> Reading,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let may_run = !options.no_exec;
    if options.release.is_empty() {
        let secrets = Secrets::default();
        let given = match without_state(options, program).and_then(|()| input()) {
            Ok(manifests) => filter((program, may_run), manifests, &secrets, streams)?,
            Err(problem) => Err(vec![problem]),
        };
        let namespace = options.namespace.as_deref().unwrap_or_default();
        let given = given.and_then(|manifests| bridged(&manifests, namespace, context));
        return finish(given, &secrets, context, None, streams);
    }
    // The kube context is that of the release; which one all of them have, helmfile's own command line says.
    let read = |kube_context: Option<String>| {
        reading(Options { in_post_renderer: true, kube_context, ..options.clone() })
    };
    let mut first = read(None);
    if options.kube_context.is_some() {
        first.options.kube_context.get_or_insert_with(String::new);
    }
    let subject = Some(subject(context, &first));
    let manifests = match with_state(context, &first).and_then(|()| input()) {
        Ok(manifests) => manifests,
        Err(problem) => return finish(Err(vec![problem]), &Secrets::default(), context, subject, streams),
    };
    let mut state = State::read(context, first);
    let kube_context = options.kube_context.as_deref();
    if let Some(other) = kube_context.filter(|own| !own.is_empty() && !state.has_release_in(own)) {
        state = State::read(context, read(Some(other.to_owned())));
    }
    let secrets = state.reading.secrets.clone();
    let given = match state.refusal() {
        Some(denied) => Err(denied),
        None => filter((program, may_run), manifests, &secrets, streams)?
            .and_then(|manifests| state.annotated(manifests, kube_context)),
    };
    finish(given, &secrets, context, subject, streams)
}

/// Writes manifests as they are, after `program` where one is given: helmsum renders this itself, and adds what there is to add.
///
/// # Errors
///
/// As [`run`].
pub(super) fn pass(
    context: &Context,
    program: &[OsString],
    may_run: bool,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let secrets = Secrets::default();
    let passed = match input() {
        Ok(manifests) => filter((program, may_run), manifests, &secrets, streams)?,
        Err(problem) => Err(vec![problem]),
    };
    finish(passed.map(|manifests| (manifests, Vec::new())), &secrets, context, None, streams)
}

/// Manifests, with what there is to say about them; else only that.
type Given = Result<(Vec<u8>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Refuses options about a state, which none of these reads.
fn without_state(options: &Options, program: &[OsString]) -> Result<(), Diagnostic> {
    let no_exec = options.no_exec && program.is_empty();
    if (Options { namespace: None, no_exec, ..options.clone() }) == Options::default() {
        return Ok(());
    }
    let message =
        "without `--release` no state is read, so of the options about it only `--namespace` has a meaning";
    Err(Diagnostic::error(message)
        .hint("name the release whose manifests these are, as in `--release=edge/web`"))
}

/// Refuses to read two things from standard input, and a state file that is not where it should be.
fn with_state(context: &Context, reading: &Reading) -> Result<(), Diagnostic> {
    let Some(file) = reading.file().filter(|file| !file.contains("::") && !file.contains("://")) else {
        return Ok(());
    };
    if file == "-" {
        let message = "standard input has the manifests, so the state file cannot be `-`";
        return Err(Diagnostic::error(message).hint("name a file"));
    }
    let directory = &context.plan.directory;
    if join_clean(directory, file).exists() {
        return Ok(());
    }
    let message = format!("there is no state file `{file}`: `helmsum annotate` works in `{directory}`");
    Err(Diagnostic::error(message).hint(
        "helm starts it in the folder of the state file, or in that of the caller where a directory has several: give `--file` an absolute path, or the one from there",
    ))
}

/// Which release errors are about, for whoever looks for them later.
fn subject(context: &Context, reading: &Reading) -> Subject {
    let file = join_clean(&context.plan.directory, reading.file().unwrap_or("."));
    let directory = if file.is_dir() { &file } else { file.parent().unwrap_or(&file) };
    let environment = reading.options.environment.as_deref().or(reading.variable("HELMFILE_ENVIRONMENT"));
    let releases: Vec<String> = reading.options.release.iter().map(ToString::to_string).collect();
    Subject::new(directory, environment.unwrap_or_default(), &releases.join(" "))
}

/// Has the program print other manifests, and shows what it says.
fn filter(
    (program, may_run): (&[OsString], bool),
    manifests: Vec<u8>,
    secrets: &Secrets,
    streams: &mut Streams,
) -> io::Result<Result<Vec<u8>, Vec<Diagnostic>>> {
    let Filtered { manifests, said } = annotate::filtered(program, manifests, may_run);
    if !said.is_empty() {
        let said = String::from_utf8_lossy(&said);
        streams.err.styled(&format!("{}\n", Shown(&secrets.mask(said.trim_end_matches('\n')))))?;
    }
    Ok(manifests.map_err(|problem| vec![problem]))
}

/// What the state says about the release that was asked for.
struct State {
    reading: Reading,
    /// What there is to say about it.
    said: Vec<Diagnostic>,
    asked: Asked,
}

impl State {
    fn read(context: &Context, reading: Reading) -> Self {
        let (plan, asked) =
            plan::make_and(&context.plan, &reading, &Progress::default(), annotate::declaring);
        let nothing_matched = plan.nothing_matched;
        let mut said = Report::of(plan, source_of).diagnostics;
        if nothing_matched {
            let message = format!("there is no release {} in the state", named(&reading));
            let problem = Diagnostic::error(message);
            said.push(problem.hint("`helmsum list` with the same options shows the releases"));
        }
        Self { reading, said, asked }
    }

    /// Whether a release that was asked for is deployed with this kube context.
    fn has_release_in(&self, kube_context: &str) -> bool {
        self.asked.kube_contexts.contains(kube_context)
    }

    /// What keeps any manifests from being written.
    fn refusal(&self) -> Option<Vec<Diagnostic>> {
        let denied: Vec<Diagnostic> = self.said.iter().filter(|one| one.is_denied()).cloned().collect();
        (!denied.is_empty()).then_some(denied)
    }

    /// The manifests of the release, in this kube context where there are several, with the checksums of the sources that it declares.
    fn annotated(&self, manifests: Vec<u8>, kube_context: Option<&str>) -> Given {
        let said = self.said.iter().filter(|one| one.level == Level::Warn).cloned().collect();
        let several = self.asked.kube_contexts.len() > 1;
        let meant = kube_context.filter(|own| several && self.has_release_in(own));
        let is_meant = |release: &&Declaring| meant.is_none_or(|own| release.kube_context == own);
        let declaring: Vec<&Declaring> = self.asked.declaring.iter().filter(is_meant).collect();
        let release = match &declaring[..] {
            [] => return Ok((manifests, said)),
            [release] => release,
            several => {
                let ids: Vec<String> = several.iter().map(|one| format!("`{}`", one.id)).collect();
                let message = format!("{} names several releases: {}", named(&self.reading), ids.join(", "));
                return Err(vec![Diagnostic::error(message).hint(
                    "name the namespace too, as in `--release=edge/web`, and the kube context with `--kube-context`",
                )]);
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
        match annotate::annotate(&manifests, &release.namespace, &sources) {
            Ok(annotated) => Ok((annotated.bytes, said)),
            Err(problems) => Err(problems.iter().map(|problem| problem.of_input(&sources)).collect()),
        }
    }
}

/// The releases that were asked for, as a message names them.
fn named(reading: &Reading) -> String {
    let asked: Vec<String> = reading.options.release.iter().map(|one| format!("`{one}`")).collect();
    asked.join(", ")
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

/// Says what there is to say, on standard error, and writes the manifests unless something of it is denied. Errors about a release are
/// kept for whoever looks for them later.
fn finish(
    result: Given,
    secrets: &Secrets,
    context: &Context,
    subject: Option<Subject>,
    streams: &mut Streams,
) -> io::Result<Outcome> {
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
    let keeping = &context.plan.keeping;
    let Some(mut manifests) = manifests.filter(|_| !diagnostics.iter().any(Diagnostic::is_denied)) else {
        if let Some(subject) = subject {
            subject.keep(keeping, &diagnostics);
        }
        return Ok(Outcome::Failed);
    };
    if manifests.trim_ascii().is_empty() {
        manifests.extend_from_slice(NOTHING);
    }
    streams.out.raw(&manifests)?;
    if let Some(subject) = subject {
        subject.forget(keeping);
    }
    Ok(Outcome::Clean)
}

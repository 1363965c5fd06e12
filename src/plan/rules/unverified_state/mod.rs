//! The finding unverified-state: proof, by what helmfile hands over, that the state was read as helmfile reads it.

pub(crate) mod command_line;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::reading::Reading;
use crate::state::{self, EnvironmentObject, Request, Resolved, Visit};
use crate::template::function::CommandOption;
use crate::text::Place;

/// What helmfile has said about the visit that is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// The digest of its environment.
    pub(crate) digest: Option<&'a str>,
    /// Its namespace, that of the command line or of the top-level key, else empty.
    pub(crate) namespace: Option<&'a str>,
}

impl Expected<'_> {
    fn namespace_is(self, visit: &Visit) -> bool {
        self.namespace.is_none_or(|namespace| namespace == visit.namespace)
    }
}

/// Which visits are meant.
///
/// # Errors
///
/// The finding, where there is none.
pub(crate) fn verify(
    reading: &Reading,
    request: &Request,
    resolved: &Resolved,
    expected: Expected<'_>,
) -> Result<Vec<bool>, Diagnostic> {
    let last = resolved.visits.last().map(|visit| visit.file.clone());
    let at = |finding: Diagnostic| match &last {
        Some(file) => finding.at(Place::file(file.clone())),
        None => finding,
    };
    let mut proved = vec![true; resolved.visits.len()];
    if let Some(digest) = expected.digest {
        let wanted = digest.trim().to_ascii_lowercase();
        if wanted.is_empty() || wanted == EnvironmentObject::DIGEST_OF_NOTHING {
            return Err(at(proves_nothing(&wanted)));
        }
        proved = of_digest(resolved, &wanted);
        if !proved.contains(&true) {
            let old = |visit: &Visit| visit.environment_object.digest_before_overrides() == wanted;
            if resolved.visits.iter().any(old) {
                return Err(at(old_helmfile()));
            }
            return Err(at(other_environment(reading, request, resolved, &wanted)));
        }
    }
    let alike: Vec<bool> = resolved
        .visits
        .iter()
        .zip(&proved)
        .map(|(visit, proved)| *proved && expected.namespace_is(visit))
        .collect();
    if alike.contains(&true) {
        return Ok(alike);
    }
    Err(at(other_namespace(resolved, &proved, expected.namespace.unwrap_or_default())))
}

fn of_digest(resolved: &Resolved, wanted: &str) -> Vec<bool> {
    resolved.visits.iter().map(|visit| visit.environment_object.digest() == wanted).collect()
}

/// The finding for a helmfile that gives its environment other fields.
fn old_helmfile() -> Diagnostic {
    let message = "this helmfile is older than 1.3.0: its state values are those that helmsum read, and no more is proved";
    let hint = "update helmfile. What an older one reads in another way is in docs/helmfile-compatibility.md; where none of it matters, \
                leave `--expect-environment` out of the hook";
    Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
}

fn proves_nothing(wanted: &str) -> Diagnostic {
    let message = if wanted.is_empty() {
        "`--expect-environment` is empty, which proves nothing"
    } else {
        "`--expect-environment` is the digest of nothing, which proves nothing"
    };
    let hint = "pass `{{ .Environment | toJson | sha256sum }}`; it has nothing to digest where a value is NaN or infinite";
    Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
}

/// The finding for a digest of another environment. A digest does not tell what it was made of, but guesses can be tried.
fn other_environment(reading: &Reading, request: &Request, resolved: &Resolved, wanted: &str) -> Diagnostic {
    let own = resolved.environment.as_str();
    let name = |name: &str| {
        let message = format!("helmfile read the environment `{name}`, and helmsum read `{own}`");
        let hint = "pass its name to helmsum: `--environment={{ .Environment.Name }}` in the hook, in back-ticks where the state \
                    file is a template";
        Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
    };
    // Nothing is run for a guess.
    let mut quiet = request.clone();
    quiet.options.no_exec = true;
    quiet.effects = Rc::default();
    let reads = |request: &Request| {
        state::read(request).is_ok_and(|resolved| of_digest(&resolved, wanted).contains(&true))
    };
    let names: BTreeSet<String> = state::environments(&quiet).unwrap_or_default();
    for other in names.iter().filter(|other| *other != own) {
        let mut guess = quiet.clone();
        guess.options.environment = Some(other.clone());
        if reads(&guess) {
            return name(other);
        }
    }
    let mut options: Vec<&str> = Vec::new();
    let cli = &reading.options;
    for (values, option) in [
        (&cli.state_values_set, "--state-values-set"),
        (&cli.state_values_set_string, "--state-values-set-string"),
        (&cli.state_values_file, "--state-values-file"),
    ] {
        if !values.is_empty() {
            options.push(option);
        }
    }
    let given = format!("`{}`", options.join("`, `"));
    quiet.options.state_values_file.clear();
    quiet.options.state_values_set.clear();
    quiet.options.state_values_set_string.clear();
    if !options.is_empty() && reads(&quiet) {
        let message = format!("helmsum was given {given}, and helmfile was not");
        let hint = "give both the same; a hook has arguments of its own";
        return Diagnostic::finding(Code::UnverifiedState, message).hint(hint);
    }
    let message = format!(
        "helmfile read another environment than helmsum, or `{own}` with other values: the digests differ"
    );
    let told = if options.is_empty() {
        "helmsum was given no `--state-values-set` and no `--state-values-file`".to_owned()
    } else {
        format!("helmsum was given {given}")
    };
    let hint = format!(
        "{told}, and a hook is not told what helmfile was given: give the hook the same, or take the value from a variable with \
         `requiredEnv` in a values file of the environment. Where a parent passes values to this state file, name the parent \
         with `--file`. `helmsum state` shows what was read"
    );
    Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
}

fn other_namespace(resolved: &Resolved, proved: &[bool], told: &str) -> Diagnostic {
    let read: BTreeSet<&str> = resolved
        .visits
        .iter()
        .zip(proved)
        .filter(|(_, proved)| **proved)
        .map(|(visit, _)| visit.namespace.as_str())
        .collect();
    let named = |name: &str| match name {
        "" => "no namespace".to_owned(),
        name => format!("the namespace `{name}`"),
    };
    let read: Vec<String> = read.into_iter().map(named).collect();
    let message = format!("helmfile told this hook {}, and helmsum read {}", named(told), read.join(" and "));
    Diagnostic::finding(Code::UnverifiedState, message)
        .hint("pass what the hook is told: `--namespace={{ .Namespace }}`, in back-ticks where the state file is a template")
}

/// What a state was read with, and what came of it.
pub(crate) type Read = (Request, Result<Resolved, Diagnostic>);

/// Reads a state for a hook that was told a namespace. It is that of helmfile's command line or that of the state's own
/// top-level key; helmfile refuses to have both.
///
/// # Errors
///
/// The finding where it cannot be told which of the two it was.
pub(crate) fn read_for_hook(request: Request, namespace: &str) -> Result<Read, Diagnostic> {
    let read = |request: Request| {
        let result = state::read(&request);
        (request, result)
    };
    if namespace.is_empty() {
        return Ok(read(request));
    }
    let mut variables = (*request.variables).clone();
    variables.remove("HELMFILE_NAMESPACE");
    let mut bare = Request { variables: Rc::new(variables), effects: Rc::default(), ..request.clone() };
    bare.options.namespace = None;
    let (bare, of_key) = match read(bare) {
        (bare, Ok(of_key)) if of_key.visits.iter().any(|visit| visit.namespace == namespace) => {
            (bare, of_key)
        }
        _ => return Ok(read(request)),
    };
    let looks = |visit: &Visit| visit.effects.options.contains_key(&CommandOption::Namespace);
    if !of_key.visits.iter().any(looks) || state::read(&request).is_err() {
        return Ok((bare, Ok(of_key)));
    }
    let message = format!(
        "it cannot be told whether helmfile was given the namespace `{namespace}` or took it from the state file, which looks at it"
    );
    let hint = "let `namespace:` in the state file not depend on the namespace that helmfile is given";
    let file = of_key.visits.last().map(|visit| visit.file.clone()).unwrap_or_default();
    Err(Diagnostic::finding(Code::UnverifiedState, message).hint(hint).at(Place::file(file)))
}

//! The finding unverified-state: proof, by what helmfile hands over, that the state was read as helmfile reads it.

pub(crate) mod command_line;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::facts::readings::Read;
use crate::plan::reading::Reading;
use crate::state::{self, EnvironmentObject, Request, Resolved, Visit, rendered_later};
use crate::template::effects::CommandOption;
use crate::template::function::Earlier;
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
        let option = hook_option(resolved, "environment", "{{ .Environment.Name }}");
        let hint = format!("pass its name to helmsum: `{option}` in the hook");
        Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
    };
    // Nothing is run for a guess.
    let mut quiet = request.clone();
    quiet.options.no_exec = true;
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
        let hint = "give both the same: the hook gets what its `args` list";
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
        "{told}, and a hook does not get what helmfile was given: give the hook the same, or take the value from a variable with \
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
    Diagnostic::finding(Code::UnverifiedState, message).hint(format!(
        "pass what helmfile gives the hook: `{}`",
        hook_option(resolved, "namespace", "{{ .Namespace }}")
    ))
}

/// An option of a hook as it has to be written in the state file.
fn hook_option(resolved: &Resolved, name: &str, template: &str) -> String {
    let value = match resolved.visits.last() {
        Some(visit) => rendered_later(&visit.file, template),
        None => template.to_owned(),
    };
    format!("--{name}={value}")
}

/// Reads a state for a hook that was told a namespace. It is that of helmfile's command line or that of the state's own
/// top-level key; helmfile refuses to have both. Where it cannot be told which of the two it was, that is the finding.
///
/// Where helmfile's own command line is not known, the state is read without the option, and once more with it if it does not bring
/// the namespace itself. The programs of its templates run once for both.
pub(crate) fn read_for_hook(reading: &Reading, request: Request, namespace: &str) -> Read {
    let given = reading.helmfile.as_ref().and_then(|known| known.namespace);
    if namespace.is_empty() || given == Some(true) {
        return Read::of(request);
    }
    let earlier = Rc::new(Earlier::default());
    let with = |request: &Request| Request { earlier: Some(Rc::clone(&earlier)), ..request.clone() };
    let mut bare = with(&request);
    bare.options.namespace = None;
    let mut variables = (*request.variables).clone();
    variables.remove("HELMFILE_NAMESPACE");
    bare.variables = Rc::new(variables);
    let of_key = Read::of(bare);
    earlier.begin_again();
    let is_told = |visit: &Visit| visit.namespace == namespace;
    let looks = |visit: &Visit| visit.effects.options.contains_key(&CommandOption::Namespace);
    let mut read = match &of_key.result {
        Ok(resolved) if resolved.visits.iter().any(is_told) => {
            let is_open = given.is_none() && resolved.visits.iter().any(looks);
            if is_open && state::read(&with(&request)).is_ok() {
                let file = resolved.visits.last().map(|visit| visit.file.clone()).unwrap_or_default();
                Read { result: Err(either_namespace(namespace).at(Place::file(file))), ..of_key }
            } else {
                of_key
            }
        }
        _ => Read::of(with(&request)),
    };
    // What else is rendered with it has programs of its own.
    read.request.earlier = None;
    read
}

fn either_namespace(namespace: &str) -> Diagnostic {
    let message = format!(
        "it is not known whether helmfile was given the namespace `{namespace}` or took it from the state file, which looks at it"
    );
    let hint = "let `namespace:` in the state file not depend on the namespace that helmfile is given";
    Diagnostic::finding(Code::UnverifiedState, message).hint(hint)
}

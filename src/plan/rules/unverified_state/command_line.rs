//! The finding unverified-state for what helmfile's command line adds to rendered sources, and what the report says about it.

use crate::diagnostic::{Code, Diagnostic, Level, Levels, Scope};
use crate::plan::Helmfile;
use crate::plan::Plan;
use crate::plan::facts::consumer::Consumer;
use crate::source::{Source, What};

/// Judges what is known of helmfile's command line. It matters to sources that are rendered alone: where all are paths, nothing
/// is said.
pub(crate) fn judge(known: &Helmfile, levels: &Levels, consumers: &mut [Consumer], plan: &mut Plan) {
    let mut rendered: Vec<&mut Consumer> =
        consumers.iter_mut().filter(|consumer| is_rendered(consumer)).collect();
    if rendered.is_empty() {
        return;
    }
    if !known.taken.is_empty() {
        plan.note(format!(
            "taken over from helmfile's command line, for sources that are rendered: {}",
            listed(&known.taken)
        ));
    }
    for finding in findings(known) {
        if levels.denies(&finding) {
            for consumer in &mut rendered {
                consumer.blocked = true;
            }
        }
        plan.sink.take(finding, Scope { levels, environment: None });
    }
}

/// Whether a consumer has a source that helm, or what helm is given, decides.
fn is_rendered(consumer: &Consumer) -> bool {
    let is_rendered = |source: &Source| matches!(source.what, What::Release(_) | What::Object(..));
    consumer.auto.is_some() || consumer.sources.iter().any(is_rendered)
}

fn listed(options: &[&str]) -> String {
    let options: Vec<String> = options.iter().map(|option| format!("`--{option}`")).collect();
    options.join(", ")
}

fn findings(known: &Helmfile) -> Vec<Diagnostic> {
    let finding =
        |message: String, hint: &str| Diagnostic::finding(Code::UnverifiedState, message).hint(hint);
    let mut findings = Vec::new();
    if !known.differing.is_empty() {
        findings.push(finding(
            format!(
                "helmsum was given {} otherwise than helmfile, and sources that are rendered depend on it",
                listed(&known.differing)
            ),
            "leave it out of the arguments of the hook: helmsum reads it from helmfile's own command line",
        ));
    }
    if !known.unread.is_empty() {
        findings.push(finding(
            format!(
                "helmfile was given {}, which changes what is read, and this hook does not hand it over; sources that are \
                 rendered depend on it",
                listed(&known.unread)
            ),
            "give the hook the same, and have it proved by the argument `--expect-environment`, as the recipe in the README does",
        ));
    }
    if !known.untold.is_empty() {
        findings.push(finding(
            format!(
                "helmfile may have been given {}, and helmsum cannot tell the values from its command line; sources that are \
                 rendered depend on them",
                listed(&known.untold)
            ),
            "give the hook the same as arguments, or have the value in the state: in a values file, or taken from a variable with \
             `requiredEnv`",
        ));
    }
    findings.extend(known.misnamed.as_ref().map(|why| {
        finding(
            format!(
                "helmfile's command line cannot be read, and sources that are rendered depend on it: {why}"
            ),
            "correct the variable, or leave it out where the program of helmfile is called `helmfile…`",
        )
    }));
    findings.extend(known.missing.map(|why| {
        finding(
            format!(
                "helmfile's command line is not known: {why}; options such as `--set` would change sources that are rendered"
            ),
            "where helmfile is called otherwise, name its process in the variable `HELMSUM_HELMFILE_PID`; where it is given such \
             options, give the hook the same",
        )
        .level(Level::Note)
    }));
    findings
}

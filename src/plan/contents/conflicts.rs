//! One target for several consumers is fine as long as all of them want the same bytes.

use std::collections::BTreeMap;

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::contents::consumer::Contents;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::locations::Same;
use crate::state::rendered_later;
use crate::text::Place;
use crate::text::relative;

/// Refuses targets that would get different contents from two consumers, and drops consumers that were only looked at for
/// this comparison.
pub(crate) fn settle(plan: &mut Plan, directory: &Utf8Path) {
    let mut by_target: BTreeMap<Same, Vec<usize>> = BTreeMap::new();
    for (index, consumer) in plan.consumers.iter().enumerate() {
        if let Some(same) = &consumer.consumer.same {
            by_target.entry(same.clone()).or_default().push(index);
        }
    }
    for sharing in by_target.into_values() {
        let Some((one, other)) = differing(&plan.consumers, &sharing) else { continue };
        let problem = conflict(&plan.consumers[one].consumer, &plan.consumers[other].consumer, directory);
        plan.sink.take_settled(problem);
        for index in sharing {
            plan.consumers[index].conflicting = true;
        }
    }
    plan.consumers.retain(|contents| contents.consumer.selected);
}

/// The first two of the sharing consumers that want different contents, or of which it is not known what they want.
fn differing(consumers: &[Contents], sharing: &[usize]) -> Option<(usize, usize)> {
    let text = |index: usize| consumers[index].content.as_ref().map(|content| &content.text);
    let (first, rest) = sharing.split_first()?;
    rest.iter().find(|other| text(**other) != text(*first)).map(|other| (*first, *other))
}

fn conflict(one: &Consumer, other: &Consumer, directory: &Utf8Path) -> Diagnostic {
    let path = |consumer: &Consumer| consumer.target.clone().unwrap_or_default();
    let several = one.environment != other.environment;
    let named = |consumer: &Consumer| {
        let row = consumer;
        let environment =
            if several { format!(" in environment `{}`", row.environment) } else { String::new() };
        let file = relative(&row.file, directory);
        format!("release `{}` of `{file}`{environment}", row.id())
    };
    let shown = relative(&path(one), directory);
    let also = match relative(&path(other), directory) {
        other if other == shown => String::new(),
        other => format!(", which is `{other}` too,"),
    };
    let message = format!(
        "the target `{shown}`{also} would get different contents from {} and from {}",
        named(one),
        named(other)
    );
    let directory = relative(path(one).parent().unwrap_or(&one.state), &one.state);
    let directory = if directory == "." { String::new() } else { format!("{directory}/") };
    let entry = |template: String| format!("`- \"{directory}{template}.checksum.yaml\"`");
    let of_release = |template: &str| entry(rendered_later(&one.file, template));
    let hint = if one.at.is_none() || other.at.is_none() {
        "give one of them another `target`".to_owned()
    } else if several {
        format!("name the environment in it: {}", entry("{{ .Environment.Name }}".to_owned()))
    } else if one.name != other.name {
        format!("name the release in it: {}", of_release("{{ .Release.Name }}"))
    } else if one.namespace != other.namespace {
        format!("name the release in it: {}", of_release("{{ .Release.Namespace }}-{{ .Release.Name }}"))
    } else if one.kube_context != other.kube_context {
        format!("name the cluster in it: {}", of_release("{{ .Release.KubeContext }}"))
    } else {
        let entry = entry("{{ .Values.NAME }}".to_owned());
        format!(
            "the state file is read twice with different values: put one of them into the name, as in {entry}, or list another target"
        )
    };
    Diagnostic::error(message).at(Place::file(path(one))).hint(hint)
}

//! The finding inert-annotation: the checksum of a release arrives at no pod that it would restart.

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::readings::{Judged, Reading};
use crate::audit::subject::stand_in;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::contents::manifests::Look;
use crate::plan::rules::project::Findings;
use crate::reference::{Difference, Moves, differences};

/// How many places a message names.
const NAMED: usize = 3;

/// Looks at where the checksum of a release arrives.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    arrival: Option<&Arrival>,
    _: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    let (Some(arrival), Ok(manifests)) = (arrival, &case.subject.manifests) else { return };
    let owner = case.subject.release.id();
    if arrival.is_nowhere() {
        let finding = nowhere(case, &owner);
        case.subject.say(at_target(case, finding), findings);
        return;
    }
    for workload in manifests.workloads.iter().filter(|workload| arrival.reaches(workload)) {
        let Moves::Inert(why) = &workload.moves else { continue };
        let message = format!(
            "the checksum of release `{owner}` reaches {} `{}`, whose pods a change of their template does not restart: {why}",
            workload.identity.kind, workload.identity.name
        );
        let finding = Diagnostic::finding(Code::InertAnnotation, message)
            .level(Level::Warn)
            .hint("let it update its pods, or restart them by hand where the checksum has moved");
        case.subject.say(at_target(case, finding), findings);
    }
}

/// The finding at the first source of the release.
fn at_target(case: &Case<'_, '_>, finding: Diagnostic) -> Diagnostic {
    let source = case.subject.consumer.and_then(|(_, contents)| contents.sources.first());
    finding.or_at_known(source.map(|source| &source.source.place))
}

fn nowhere(case: &mut Case<'_, '_>, owner: &str) -> Diagnostic {
    let has_pods = case.subject.manifests.as_ref().is_ok_and(|manifests| !manifests.workloads.is_empty());
    let key = case.subject.consumer.and_then(|(_, contents)| contents.consumer.format.key());
    let key = key.map(|key| key.to_string()).unwrap_or_default();
    let (lands, hint) = if has_pods {
        match lands(case).as_slice() {
            [] => (
                format!("the chart uses the key `{key}` nowhere"),
                format!(
                    "have the chart put `{{{{ .Values.{key} }}}}` on the pod template, or name a key with `key:` in `helmsum.yaml` that it puts there"
                ),
            ),
            places => (
                format!("it lands in {}", shown(places)),
                "have the chart put it on the pod template: `spec.template.metadata.annotations`".to_owned(),
            ),
        }
    } else {
        (
            "the release has no pods".to_owned(),
            "declare the sources in the release whose pods read them".to_owned(),
        )
    };
    let message =
        format!("the checksum of release `{owner}` reaches no pod template, so nothing restarts: {lands}");
    Diagnostic::finding(Code::InertAnnotation, message).hint(hint)
}

fn shown(places: &[Difference]) -> String {
    let one = |place: &Difference| {
        let Difference { identity, path } = place;
        let path = if path.is_empty() { String::new() } else { format!("`{path}` of ") };
        format!("{path}{} `{}`", identity.kind, identity.name)
    };
    let mut names: Vec<String> = places.iter().take(NAMED).map(one).collect();
    if places.len() > NAMED {
        names.push(format!("{} more places", places.len() - NAMED));
    }
    names.join(", ")
}

/// What another checksum changes in what the release renders.
fn lands(case: &mut Case<'_, '_>) -> Vec<Difference> {
    let at = case.subject.at;
    let Some(look) = case.subject.consumer.and_then(|(_, contents)| stand_in(at, contents)) else {
        return Vec::new();
    };
    let looks = [Look { at, files: Vec::new() }, look];
    let mut outputs = case
        .rendering
        .raw(&looks, case.made.progress, |templating, output| {
            Ok((templating.namespace().to_owned(), output.to_vec()))
        })
        .into_iter();
    match (outputs.next(), outputs.next()) {
        (Some(Ok((namespace, one))), Some(Ok((_, other)))) => {
            differences(&one, &other, &namespace).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

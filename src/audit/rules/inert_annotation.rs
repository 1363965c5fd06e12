//! The finding inert-annotation: the checksum of a release arrives at no pod that it would restart.

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::markers::reached_by;
use crate::audit::readings::{Judged, Reading};
use crate::audit::subject::stand_in;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::contents::manifests::Look;
use crate::plan::rules::project::Findings;
use crate::reference::{Difference, Moves, differences};
use crate::rendered::annotation_keys;
use crate::targets::Format;
use crate::text::listed;

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
        let (places, keys) = lands(case);
        let lands = if places.is_empty() {
            format!("another value at the key `{key}` changes nothing that the chart renders")
        } else {
            format!("it lands in {}", shown(&places))
        };
        let hint = match nearest_key(case, &key, &keys) {
            Some(near) => format!(
                "the chart puts `{near}` on its pods: in `helmsum.yaml`, give the release `format: pod-annotations` and `key: {near}`"
            ),
            None if key.is_empty() => {
                "have the chart put it on the pod template: `spec.template.metadata.annotations`".to_owned()
            }
            // At the key is a mapping, which an annotation cannot have.
            None if is_of_objects(case) => format!(
                "where a condition of the chart leaves it out, fulfil that; else have the chart put each digest below `{key}` on the pod template, as an annotation below `spec.template.metadata.annotations`"
            ),
            None => format!(
                "have the chart put it on the pod template, below `spec.template.metadata.annotations`: `checksum/config: {{{{ .Values.{key} | quote }}}}`"
            ),
        };
        (lands, hint)
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

/// Whether the target has a digest for each object instead of one checksum.
fn is_of_objects(case: &Case<'_, '_>) -> bool {
    let format = case.subject.consumer.map(|(_, contents)| &contents.consumer.format);
    matches!(format, Some(Format::RolloutChecksums { .. }))
}

/// Of the keys at which the chart may take annotations, one that reaches a pod template: the one most like the key that is used now.
fn nearest_key(case: &mut Case<'_, '_>, used: &str, keys: &[Vec<String>]) -> Option<String> {
    let names: Vec<String> = reached_by(case, keys).into_iter().map(|(name, _)| name).collect();
    let last = used.rsplit('.').next().unwrap_or(used);
    let alike = names.iter().find(|name| name.rsplit('.').next() == Some(last));
    alike.or_else(|| names.iter().min_by_key(|name| name.len())).cloned()
}

fn shown(places: &[Difference]) -> String {
    let one = |place: &Difference| {
        let Difference { identity, path } = place;
        let path = if path.is_empty() { String::new() } else { format!("`{path}` of ") };
        format!("{path}{} `{}`", identity.kind, identity.name)
    };
    let names: Vec<String> = places.iter().map(one).collect();
    listed(&names, NAMED)
}

/// What another checksum changes in what the release renders, and the keys at which its chart may take annotations.
fn lands(case: &mut Case<'_, '_>) -> (Vec<Difference>, Vec<Vec<String>>) {
    let at = case.subject.at;
    let stand_in = case.subject.consumer.and_then(|(_, contents)| stand_in(at, contents));
    let Some(stand_in) = stand_in else { return <_>::default() };
    let landed =
        case.rendering.of_both([&Look::plain(at), &stand_in], "lands", |templating, [one, other]| {
            let differences = differences(one, other, templating.namespace()).unwrap_or_default();
            (differences, annotation_keys(templating))
        });
    landed.unwrap_or_default()
}

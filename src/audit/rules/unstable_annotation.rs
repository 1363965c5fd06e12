//! The finding unstable-annotation: a checksum on a pod template that is another one each time the release is rendered.

use std::collections::BTreeMap;

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::readings::{Judged, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::manifests::Look;
use crate::plan::rules::project::Findings;
use crate::reference::{Identity, Manifests};

/// Looks at the annotations of pod templates that may be checksums: renders the release again where it has one that is not only
/// helmsum's.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    _: Option<&Arrival>,
    _: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    let Ok(manifests) = &case.subject.manifests else { return };
    let before = checksums(manifests);
    let doubtful = match &case.subject.with_stand_in {
        // What another checksum of helmsum's leaves as it is, is the same each time.
        Some(Ok(other)) => moved(&before, &checksums(other)).next().is_some(),
        _ => !before.is_empty(),
    };
    if !doubtful {
        return;
    }
    let look = Look::plain(case.subject.at);
    let Some(Ok(again)) = case.rendering.manifests(&[look], case.made.progress).into_iter().next() else {
        return;
    };
    let found: Vec<(Identity, String)> = moved(&before, &checksums(&again))
        .map(|(identity, key)| (identity.clone(), key.to_owned()))
        .collect();
    for (identity, key) in found {
        let message = format!(
            "the annotation `{key}` of {} `{}` of release `{}` is another one each time it is rendered: its pods restart at every deploy, unless the chart finds in the cluster what it made up",
            identity.kind,
            identity.name,
            case.subject.release.id(),
        );
        let finding = Diagnostic::finding(Code::UnstableAnnotation, message).hint(
            "give the chart the value that it makes up, a password for one, so that it is the same each time",
        );
        case.subject.say(finding, findings);
    }
}

/// Annotations by the workload and their key.
type Annotations = BTreeMap<(Identity, String), String>;

/// The annotations of pod templates whose values look like digests.
fn checksums(manifests: &Manifests) -> Annotations {
    let mut found = Annotations::new();
    for workload in &manifests.workloads {
        for (key, value) in workload.pods.iter().flat_map(|pod| &pod.annotations) {
            let is_digest = value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_digest || key.contains("checksum") {
                found.insert((workload.identity.clone(), key.clone()), value.clone());
            }
        }
    }
    found
}

fn moved<'a>(one: &'a Annotations, other: &'a Annotations) -> impl Iterator<Item = (&'a Identity, &'a str)> {
    let differing = one.iter().filter(|(key, value)| other.get(key) != Some(value));
    differing.map(|((identity, key), _)| (identity, key.as_str()))
}

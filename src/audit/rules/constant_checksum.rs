//! The finding constant-checksum: a checksum on a pod template that is the hash of nothing, so that it never changes.

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::places::scalars;
use crate::audit::readings::{Judged, Reading, Verdict};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::rules::project::Findings;

/// SHA-256 of what is no content: the digest, and what it is of. Made with `sha256sum`.
const OF_NOTHING: [(&str, &str); 3] = [
    ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "nothing"),
    ("01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b", "a line break"),
    (
        "abcfa6a9d4df344d1781bc2560b5e4cdcae08b39ed303063535e7e1e926a304a",
        "what `find … | xargs sha256sum | sha256sum` prints for an empty directory",
    ),
];

/// Looks at the annotations of every pod template.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    _: Option<&Arrival>,
    readings: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    let Ok(manifests) = &case.subject.manifests else { return };
    let declares = case.subject.consumer.is_some_and(|(_, contents)| !contents.sources.is_empty());
    let marker = case.rendering.kept.marker();
    let nothing = OF_NOTHING.map(|known| (marker.mark(known.0.as_bytes()), known));
    let mut written = None;
    for workload in &manifests.workloads {
        let annotations = workload.pods.iter().flat_map(|pod| &pod.annotations);
        for (key, value) in annotations {
            let Some((digest, of)) =
                nothing.iter().find_map(|(mark, known)| (*mark == value.mark).then_some(*known))
            else {
                continue;
            };
            let reads_unbridged = readings.iter().any(|(reading, _)| {
                reading.workload == workload.identity && reading.verdict == Verdict::Unbridged
            });
            // Charts have checksums of templates that render nothing unless a value is set: that of the values is somebody's.
            let is_given = declares
                && written.get_or_insert_with(|| scalars(case.rendering, case.subject.at)).contains(digest);
            let level = match (is_given, reads_unbridged) {
                (true, _) => Level::Deny,
                (false, true) => Level::Note,
                (false, false) => continue,
            };
            let message = format!(
                "the annotation `{key}` of {} `{}` of release `{}` is the SHA-256 of {of}: it never changes",
                workload.identity.kind,
                workload.identity.name,
                case.subject.release.id(),
            );
            let finding = Diagnostic::finding(Code::ConstantChecksum, message).level(level).hint(
                "correct what it is made from: the path or the name that is hashed there has no content",
            );
            let finding = finding.or_at_known(case.place_of(digest, None).as_ref());
            case.subject.say(finding, findings);
        }
    }
}

//! The finding missed-workload: a workload reads what a source contains, and the checksum does not arrive there.

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::coverage::Coverage;
use crate::audit::readings::{Judged, Reading, Verdict};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::rules::project::Findings;

/// Looks at every reading of a workload that the checksum does not reach.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    arrival: Option<&Arrival>,
    readings: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    // Where it arrives nowhere, another finding says so.
    let arrival = arrival.filter(|arrival| !arrival.is_nowhere());
    if arrival.is_none() && !case.is_annotated() {
        return;
    }
    let restarting = arrival.map(|arrival| arrival.restarting(case.subject)).unwrap_or_default();
    let reached: Vec<String> =
        restarting.iter().map(|identity| format!("{} `{}`", identity.kind, identity.name)).collect();
    for (reading, judged) in readings {
        let (Verdict::Missed, Coverage::Full(source)) = (&reading.verdict, &judged.coverage) else {
            continue;
        };
        let message = format!(
            "{} `{}` of release `{}` reads {} `{}` ({}), which `{source}` contains, but the checksum does not reach its pods",
            reading.workload.kind,
            reading.workload.name,
            reading.release,
            reading.kind.name(),
            reading.name,
            reading.how,
        );
        let only = if reached.is_empty() {
            String::new()
        } else {
            format!("; now it reaches {}", reached.join(", "))
        };
        let hint = if case.is_annotated() {
            format!("add `on={}/{}` to its directive", reading.workload.kind, reading.workload.name)
        } else {
            format!("have the chart put it on the pod template of this workload too{only}")
        };
        let finding = Diagnostic::finding(Code::MissedWorkload, message).level(reading.level()).hint(hint);
        case.subject.say(finding.or_at_known(case.place_of_source(source)), findings);
    }
}

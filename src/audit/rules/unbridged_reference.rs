//! The finding unbridged-reference: pods read an object of another release, and nothing restarts them when it changes.

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::readings::{Judged, Reading, Verdict};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::rules::project::Findings;
use crate::reference::Need;

/// Looks at every reading that no source contains.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    _: Option<&Arrival>,
    readings: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    for (reading, judged) in readings {
        if reading.verdict != Verdict::Unbridged {
            continue;
        }
        let finding = Diagnostic::finding(Code::UnbridgedReference, message(reading, judged))
            .level(reading.level())
            .hint(fix(case, reading));
        let finding = match case.place_of_reading(reading, judged) {
            Some(place) => finding.at(place),
            None => finding,
        };
        case.subject.say(finding, findings);
    }
}

fn message(reading: &Reading, judged: &Judged) -> String {
    let more = match judged.ways {
        1 => String::new(),
        ways => format!(" and {} more", ways - 1),
    };
    format!(
        "{} `{}` of release `{}` {} {} `{}` of {} ({}{more}), and nothing restarts it when that changes",
        reading.workload.kind,
        reading.workload.name,
        reading.release,
        verb(&reading.need),
        reading.kind.name(),
        reading.name,
        makers(reading),
        reading.how,
    )
}

/// What the workload does with the object.
fn verb(need: &Need) -> &'static str {
    match need {
        Need::Start | Need::SubPath | Need::Init => "starts with",
        Need::Whole => "mounts",
        Need::Admission => "is admitted with",
        Need::Custom | Need::Named | Need::Nothing(_) => "names",
    }
}

/// The releases that make an object, in words.
pub(in crate::audit) fn makers(reading: &Reading) -> String {
    let names: Vec<String> = reading.makers.iter().map(|name| format!("`{name}`")).collect();
    format!("release{} {}", if names.len() > 1 { "s" } else { "" }, names.join(" and "))
}

fn fix(case: &Case<'_, '_>, reading: &Reading) -> String {
    let directives: Vec<String> =
        reading.sources().iter().map(|source| format!("`# helmsum: {source}`")).collect();
    let directives = directives.join(" and ");
    let file = case.own_values_file();
    let target = if case.is_wired() { "" } else { ", and list a target among its values" };
    let accept = match reading.need {
        Need::Whole | Need::Custom => {
            format!(
                "; where the program reloads it by itself: `# helmsum: accept {} REASON`",
                reading.object()
            )
        }
        _ => String::new(),
    };
    let environment = &case.subject.environment.resolved.environment;
    let again = case.made.project.context.again.for_releases(environment);
    let init = again.command("init", &[&reading.release]);
    let init = format!("{init} shows the edits, and makes them with `--apply`");
    format!("{init}: add {directives} to {file}{target}{accept}")
}

//! The finding partial-source: path sources contain only some of the files that an object is made of.

use super::Case;
use super::unbridged_reference::makers;
use crate::audit::arrival::Arrival;
use crate::audit::coverage::Coverage;
use crate::audit::readings::{Judged, Reading, Verdict};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::rules::project::Findings;
use crate::text::listed;

/// How many files a message names.
const NAMED: usize = 3;

/// Looks at every reading of which sources leave something out.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    _: Option<&Arrival>,
    readings: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    for (reading, judged) in readings {
        let (Verdict::Partial, Coverage::Partial(partial)) = (&reading.verdict, &judged.coverage) else {
            continue;
        };
        let shown = |file| format!("`{}`", case.made.project.shown(file));
        let names: Vec<String> = partial.left_out.iter().map(|file| shown(file)).collect();
        let message = format!(
            "`{}` has some of the files that {} `{}` of {} is made of, and leaves out {}; {} `{}` of release `{}` reads it",
            partial.source,
            reading.kind.name(),
            reading.name,
            makers(reading),
            listed(&names, NAMED),
            reading.workload.kind,
            reading.workload.name,
            reading.release,
        );
        let level = if partial.is_seen { reading.level() } else { reading.level().min(Level::Warn) };
        let from = reading.makers.first().map(|maker| format!(" from={maker}")).unwrap_or_default();
        let finding = Diagnostic::finding(Code::PartialSource, message)
            .level(level)
            .hint(format!("declare them too, or the object itself: `# helmsum: {}{from}`", reading.object()));
        case.subject.say(finding.or_at_known(case.place_of_source(&partial.source)), findings);
    }
}

//! The finding missing-checksum: a target does not exist or records no checksum.

use camino::Utf8Path;

use super::project::{Findings, Project};
use super::stale_checksum::hint;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::Status;
use crate::plan::facts::consumer::Consumer;
use crate::plan::ignored::ignored_of;
use crate::text::Place;

/// Looks at every target. What git ignores is not a part of a commit, so there is nothing to compare.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    let ignored = ignored_of(missing(project).map(|(_, consumer, target)| (&*consumer.root, target)));
    for (index, consumer, target) in missing(project) {
        let (owner, shown) = (&consumer.owner, project.shown(target));
        if ignored.contains(&(&*consumer.root, target)) {
            let note = format!("{owner}: git ignores `{shown}`, so there is nothing to compare");
            findings.about_consumer(index, Diagnostic::note(note));
            continue;
        }
        // The report shows the finding as the status of its row, and has no room for more.
        if let Some(why) = ignored.silence(&consumer.root) {
            let note =
                Diagnostic::note(format!("{owner}: git cannot say whether it ignores `{shown}`: {why}"));
            let hint = format!(
                "let `git check-ignore` work in `{}`: a target that git ignores needs no check",
                consumer.root
            );
            findings.about_consumer(index, note.hint(hint));
        }
        let message = format!("{owner}: the target `{shown}` does not exist or is empty");
        let finding = Diagnostic::finding(Code::MissingChecksum, message).hint(hint(project));
        findings.about_consumer(index, finding.at(Place::file(target)));
    }
}

/// The consumers whose target is missing, with it.
fn missing<'p>(project: &Project<'p>) -> impl Iterator<Item = (usize, &'p Consumer, &'p Utf8Path)> {
    project.consumers.iter().enumerate().filter_map(|(index, contents)| {
        let target = contents.consumer.target_path().filter(|_| contents.status == Status::Missing)?;
        Some((index, &contents.consumer, target))
    })
}

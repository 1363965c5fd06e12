//! The finding foreign-post-renderer: the arguments of `helmsum annotate` reach another program.

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::rendered::is_foreign;

/// Looks at the releases that are asked for.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (environment, visited) in project.visits() {
        let visit = &environment.resolved.visits[visited.index];
        let selected = visited.candidates.iter().filter(|candidate| candidate.selected);
        for release in selected.map(|candidate| &visit.releases[candidate.index]) {
            if !is_foreign(&release.helm) {
                continue;
            }
            let message = format!(
                "release `{}`: its post-renderer `{}` gets the arguments of `helmsum annotate` from `helmDefaults.postRendererArgs`",
                release.id(),
                release.helm.post_renderer
            );
            let finding = Diagnostic::finding(Code::ForeignPostRenderer, message)
                .hint(format!(
                    "to have both, give the release `postRenderer: helmsum` and these arguments with `- --` and `- {}` after them; else \
                     give it `postRendererArgs` of its own, with `- \"\"` where its program takes none",
                    release.helm.post_renderer
                ))
                .release(release.id());
            let finding = finding.or_at_known(release.place.as_ref());
            match project.releases().find(|case| std::ptr::eq(case.release, release)) {
                Some(case) => findings.about_consumer(case.index, finding),
                None => findings.about_visit(environment, visited.index, finding),
            }
        }
    }
}

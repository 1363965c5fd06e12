//! The finding unsearched-values: a values template that may bring a directive in could not be rendered.

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::state::Release;
use crate::text::{Place, relative};

/// Looks at the values templates of consumers. Releases that are none, as far as is known, are named where they are found.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let unsearched = &case.consumer.wiring.unsearched;
        for finding in unsearched_values(case.release, unsearched, &project.context.directory) {
            findings.about_consumer(case.index, finding);
        }
    }
}

/// One finding for each template that could not be searched, and why.
pub(crate) fn unsearched_values(
    release: &Release,
    unsearched: &[(Utf8PathBuf, Diagnostic)],
    directory: &Utf8Path,
) -> Vec<Diagnostic> {
    let one = |(file, problem): &(Utf8PathBuf, Diagnostic)| {
        let message = format!(
            "release `{}`: `{}` may contain directives, and is not searched for them: {}",
            release.id(),
            relative(file, directory),
            problem.message
        );
        Diagnostic::finding(Code::UnsearchedValues, message)
            .hint("where it brings in none, nothing is to be done; sources belong in a plain values file")
            .release(release.id())
            .at(problem.place.clone().unwrap_or_else(|| Place::file(file)))
    };
    unsearched.iter().map(one).collect()
}

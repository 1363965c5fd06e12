//! The finding unwired-release: sources, but no target among the values of the release.

use camino::Utf8Path;

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::state::{Release, Visit};
use crate::text::{Place, relative};

/// Looks at the consumers without a target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases().filter(|case| case.consumer.wiring.targets.is_empty()) {
        // Of several the first that is declared.
        let places = case.contents.sources.iter().map(|source| &source.source.place);
        if let Some(declared) = places.min() {
            let named = case.consumer.wiring.named.as_deref();
            findings.about_consumer(case.index, unwired_release(case.visit, case.release, declared, named));
        }
    }
}

/// Sources, but nothing that would bring their checksum to the chart.
fn unwired_release(
    visit: &Visit,
    release: &Release,
    declared: &Place,
    named: Option<&Utf8Path>,
) -> Diagnostic {
    let beside = || declared.file.parent().unwrap_or(&visit.directory).join("checksum.yaml");
    let target = relative(&named.map_or_else(beside, Utf8Path::to_owned), &visit.directory);
    let file = visit.file.file_name().unwrap_or_default();
    let message =
        format!("release `{}` declares sources, but lists no target among its `values`", release.id());
    Diagnostic::finding(Code::UnwiredRelease, message)
        .hint(format!("add a line to its `values` in `{file}`: `- {target}`"))
        .release(release.id())
        .at(declared.clone())
}

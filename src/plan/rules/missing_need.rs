//! The finding missing-need: a source belongs to a release that the consumer does not wait for.

use std::collections::BTreeSet;

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::SourceContents;
use crate::source::{Producer, Source, What};
use crate::state::{Release, Resolved};

/// Looks at every source that belongs to another release.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let mut said: Vec<Diagnostic> = Vec::new();
        for SourceContents { source, .. } in &case.contents.sources {
            let finding = missing_need(&case.environment.resolved, case.at_visit, case.release, source);
            let finding = finding.map(|finding| finding.at(source.place.clone()));
            said.extend(finding.filter(|one| said.iter().all(|other| other.message != one.message)));
        }
        for finding in said {
            findings.about_consumer(case.index, finding);
        }
    }
}

/// Whether the consumer, a release of the visit at `index`, is deployed after the release that its source belongs to.
fn missing_need(
    resolved: &Resolved,
    index: usize,
    consumer: &Release,
    source: &Source,
) -> Option<Diagnostic> {
    let producer = source.producer()?;
    let what = match &source.what {
        What::Path(_) | What::Digest(_) => "files of",
        What::Release(_) => "",
        What::Object(..) => "an object of",
    };
    let depends = format!("release `{}` depends on {what}", consumer.id());
    let depends = depends.trim_end();
    let visit = &resolved.visits[index];
    let found = |index: usize| resolved.visits[index].releases.iter().find(|release| is(producer, release));
    let finding = |message: String, hint: String| {
        Some(Diagnostic::finding(Code::MissingNeed, message).hint(hint).release(consumer.id()))
    };
    if let Some(own) = found(index) {
        if own.id() == consumer.id() || needed(&visit.releases, consumer).contains(own.id().as_str()) {
            return None;
        }
        return finding(
            format!("{depends} release `{}`, but does not need it", own.id()),
            format!(
                "add `needs: [{}]` to release `{}`; without it the pods may roll first, on the old configuration",
                own.id(),
                consumer.id()
            ),
        );
    }
    let elsewhere: Vec<usize> = (0..resolved.visits.len()).filter(|&other| found(other).is_some()).collect();
    if elsewhere.iter().any(|&other| comes_first(resolved, other, index)) {
        return None;
    }
    match elsewhere.first() {
        Some(&other) => finding(
            format!(
                "{depends} release `{producer}`, which `{}` deploys, not before it",
                resolved.visits[other].file
            ),
            "releases of another state file cannot be needed: list its file earlier under `helmfiles`".into(),
        ),
        // Where something is to be rendered, that is an error.
        None if !matches!(source.what, What::Path(_)) => None,
        None => finding(
            format!("release `{}` says `from={producer}`, but there is no such release", consumer.id()),
            "correct the name: it is `[NAMESPACE/]RELEASE`, as after templating".into(),
        ),
    }
}

/// Whether a name means a release, whose namespace counts as declared and as overridden.
pub(crate) fn is(producer: &Producer, release: &Release) -> bool {
    let own = [&release.namespace, &release.declared_namespace];
    let in_namespace = producer.namespace.as_ref().is_none_or(|namespace| own.contains(&namespace));
    producer.release == release.name && in_namespace
}

/// Everything that a release needs, what its needs need too, as `[namespace/]name`.
fn needed(releases: &[Release], consumer: &Release) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open: Vec<&Release> = vec![consumer];
    while let Some(release) = open.pop() {
        for other in releases {
            let named = release.needs.iter().any(|need| names(need, other));
            if named && all.insert(other.id()) {
                open.push(other);
            }
        }
    }
    all
}

/// Whether a need, `[context/][namespace/]name`, names a release.
pub(crate) fn names(need: &str, release: &Release) -> bool {
    let mut parts = need.rsplitn(3, '/');
    let name = parts.next().unwrap_or_default();
    let namespace = parts.next().unwrap_or_default();
    let context = parts.next();
    name == release.name
        && namespace == release.namespace
        && context.is_none_or(|context| context == release.kube_context)
}

/// Whether one visit is done before another starts: sub-helmfiles before the file that lists them, and in the order of the
/// list. State files of one directory run at the same time.
fn comes_first(resolved: &Resolved, one: usize, other: usize) -> bool {
    let root = |mut index: usize| {
        while let Some(parent) = resolved.visits[index].parent {
            index = parent;
        }
        index
    };
    one < other && root(one) == root(other)
}

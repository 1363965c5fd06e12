//! The finding missing-need: a source belongs to a release that the consumer does not wait for.

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::SourceContents;
use crate::plan::facts::producers::{is_named_by, meant_by};
use crate::source::{Source, What};
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
    let releases = &resolved.visits[index].releases;
    let needs = resolved.needs();
    let own = needs
        .named_in(index, &producer.release)
        .map(|at| &releases[at])
        .find(|own| is_named_by(own, producer));
    let finding = |message: String, hint: String| {
        Some(Diagnostic::finding(Code::MissingNeed, message).hint(hint).release(consumer.id()))
    };
    if let Some(own) = own {
        if own.id() == consumer.id() || waits_for(resolved, index, consumer, own) {
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
    let namesakes = needs.named(&producer.release).iter();
    let mut elsewhere = namesakes
        .filter(|&&(visit, at)| is_named_by(&resolved.visits[visit].releases[at], producer))
        .map(|(visit, _)| *visit);
    let first = elsewhere.clone().next();
    if elsewhere.any(|other| comes_first(resolved, other, index)) {
        return None;
    }
    match first {
        Some(other) => finding(
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
            match meant_by(resolved, producer) {
                Some(meant) => format!("did you mean `from={meant}`?"),
                None => "correct the name: it is `[NAMESPACE/]RELEASE`, as after templating".into(),
            },
        ),
    }
}

/// Whether a release of a visit needs another one there, or one of its needs does.
fn waits_for(resolved: &Resolved, visit: usize, consumer: &Release, producer: &Release) -> bool {
    let needs = resolved.needs();
    let releases = &resolved.visits[visit].releases;
    let consumer =
        needs.named_in(visit, &consumer.name).find(|at| std::ptr::eq(&raw const releases[*at], consumer));
    consumer.is_some_and(|consumer| {
        let mut producers =
            needs.named_in(visit, &producer.name).filter(|at| releases[*at].id() == producer.id());
        producers.any(|producer| needs.waits_for((visit, consumer), producer))
    })
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

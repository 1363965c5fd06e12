//! The finding missing-need: a source belongs to a release that the consumer does not wait for.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::go::filepath::join_clean;
use crate::plan::contents::source::SourceContents;
use crate::plan::facts::producers::{is_named_by, meant_by};
use crate::plan::precedence::{Between, between};
use crate::source::{ProducerName, Source, What};
use crate::state::{Release, Resolved};
use crate::text;

/// Looks at every source that belongs to another release.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let mut said: Vec<Diagnostic> = Vec::new();
        for contents in &case.contents.sources {
            let source = &contents.source;
            let finding = match source.producer() {
                Some(producer) => missing_need(project, &case, source, producer),
                None => unnamed_producer(project, &case, contents),
            };
            let finding = finding.map(|finding| finding.at(source.place.clone()));
            said.extend(finding.filter(|one| said.iter().all(|other| other.message != one.message)));
        }
        for finding in said {
            findings.about_consumer(case.index, finding);
        }
    }
}

/// Whether a consumer is deployed after the release that its source belongs to.
fn missing_need(
    project: &Project<'_>,
    case: &ReleaseCase<'_>,
    source: &Source,
    producer: &ProducerName,
) -> Option<Diagnostic> {
    let (resolved, consumer) = (&case.environment.resolved, case.release);
    let what = match &source.what {
        What::Path(_) | What::Digest(_) => "files of",
        What::Release(_) => "",
        What::Object(..) => "an object of",
    };
    let depends = format!("release `{}` depends on {what}", consumer.id());
    let depends = depends.trim_end();
    let finding = |message: String, hint: String| {
        Some(Diagnostic::finding(Code::MissingNeed, message).hint(hint).release(consumer.id()))
    };
    match standing(case, producer) {
        Standing::Itself | Standing::Needed(_) | Standing::Before => None,
        Standing::Later(own) => finding(
            format!("{depends} release `{}`, which is deployed later: it needs this one", own.id()),
            format!(
                "helmfile refuses releases that need each other: take that need away, and {}",
                addition(consumer, &need(consumer, own))
            ),
        ),
        Standing::Beside(own) => finding(
            format!("{depends} release `{}`, but does not need it", own.id()),
            format!(
                "{}; without it the pods may roll first, on the old configuration",
                addition(consumer, &need(consumer, own))
            ),
        ),
        Standing::After(other, open) => {
            let file = |visit: usize| project.shown(&resolved.visits[visit].file);
            finding(
                format!("{depends} release `{producer}`, which `{}` deploys {}", file(other), open.when()),
                format!(
                    "releases of another state file cannot be needed: {}",
                    open.hint(&producer.to_string(), file)
                ),
            )
        }
        // Where something is to be rendered, that is an error.
        Standing::Nowhere if !matches!(source.what, What::Path(_)) => None,
        Standing::Nowhere => finding(
            format!("release `{}` says `from={producer}`, but there is no such release", consumer.id()),
            match meant_by(resolved, producer) {
                Some(meant) => format!("did you mean `from={meant}`?"),
                None => "correct the name: it is `[NAMESPACE/]RELEASE`, as after templating".into(),
            },
        ),
    }
}

/// When a release is deployed that a source of a consumer belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Standing<'p> {
    /// It is the consumer.
    Itself,
    /// The consumer needs it, or what it needs does.
    Needed(&'p Release),
    /// It needs the consumer.
    Later(&'p Release),
    /// It is in the same state file, and neither needs the other.
    Beside(&'p Release),
    /// It is in another state file, which is done before.
    Before,
    /// It is in this visit, which is not done before, for this reason.
    After(usize, Between),
    /// There is no such release.
    Nowhere,
}

/// When a release is deployed, as seen from a consumer.
pub(crate) fn standing<'p>(case: &ReleaseCase<'p>, producer: &ProducerName) -> Standing<'p> {
    let (resolved, index, consumer) = (&case.environment.resolved, case.at_visit, case.release);
    if let Some(own) = of_same_file(case, producer) {
        if own.id() == consumer.id() {
            return Standing::Itself;
        }
        if waits_for(resolved, index, consumer, own) {
            return Standing::Needed(own);
        }
        let is_later = waits_for(resolved, index, own, consumer);
        return if is_later { Standing::Later(own) } else { Standing::Beside(own) };
    }
    let namesakes = resolved.needs().named(&producer.release).iter();
    let elsewhere: Vec<(usize, Option<Between>)> = namesakes
        .filter(|&&(visit, at)| is_named_by(&resolved.visits[visit].releases[at], producer))
        // `--sequential-helmfiles` would order more of them, for whoever never forgets it.
        .map(|(visit, _)| (*visit, between(resolved, *visit, index, false)))
        .collect();
    match elsewhere.first() {
        None => Standing::Nowhere,
        Some((other, Some(open))) if elsewhere.iter().all(|(_, open)| open.is_some()) => {
            Standing::After(*other, *open)
        }
        Some(_) => Standing::Before,
    }
}

/// The release of a name in the state file of the consumer.
fn of_same_file<'p>(case: &ReleaseCase<'p>, producer: &ProducerName) -> Option<&'p Release> {
    let (resolved, index) = (&case.environment.resolved, case.at_visit);
    let releases = &resolved.visits[index].releases;
    let namesakes = || resolved.needs().named_in(index, &producer.release).map(|at| &releases[at]);
    let named = || namesakes().filter(|own| is_named_by(own, producer));
    named().find(|own| own.kube_context == case.release.kube_context).or_else(|| named().next())
}

/// What puts a release after those that its sources belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// One more of its `needs`.
    Need(String),
    /// Something else, which nobody but a person can do: the finding says it.
    Otherwise(String),
}

/// What is missing for a consumer to be deployed after the releases that its sources belong to.
pub(crate) fn missing_order(project: &Project<'_>, case: &ReleaseCase<'_>) -> Vec<Order> {
    let mut missing = Vec::new();
    for contents in &case.contents.sources {
        let Some(producer) = contents.source.producer() else { continue };
        let Some(finding) = missing_need(project, case, &contents.source, producer) else { continue };
        let own = of_same_file(case, producer)
            .filter(|own| !waits_for(&case.environment.resolved, case.at_visit, own, case.release));
        let order = match own {
            Some(own) => Order::Need(need(case.release, own)),
            None => Order::Otherwise(format!(
                "{}: {}",
                finding.message,
                finding.hint.as_deref().unwrap_or_default()
            )),
        };
        if !missing.contains(&order) {
            missing.push(order);
        }
    }
    missing
}

/// The releases that read all files of a source that names none, as far as that is known.
pub(crate) fn producers_of_files(case: &ReleaseCase<'_>, contents: &SourceContents) -> Vec<ProducerName> {
    let readers = readers(case, contents);
    if readers.keys().any(|reader| is_named_by(case.release, reader)) {
        return Vec::new();
    }
    let Some(most) = readers.values().max().copied() else { return Vec::new() };
    readers.into_iter().filter(|(_, files)| *files == most).map(|(reader, _)| reader).collect()
}

/// Whether a source says nothing of the release that its files belong to, while another release is known to read them that the
/// consumer does not wait for. It is a note: that a release reads a file does not prove that pods read what it makes of it.
fn unnamed_producer(
    project: &Project<'_>,
    case: &ReleaseCase<'_>,
    contents: &SourceContents,
) -> Option<Diagnostic> {
    let consumer = case.release;
    let readers = readers(case, contents);
    if readers.keys().any(|reader| is_named_by(consumer, reader)) {
        return None;
    }
    // Of releases that read all files and some that read one of them, the former make the objects.
    let most = readers.values().max()?;
    let producers: Vec<&ProducerName> =
        readers.iter().filter(|(_, files)| *files == most).map(|(reader, _)| reader).collect();
    // Where the consumer waits for one of them, the order is right.
    let open: Option<Vec<Diagnostic>> =
        producers.iter().map(|producer| missing_need(project, case, &contents.source, producer)).collect();
    let names: Vec<String> = producers.iter().map(|producer| format!("`{producer}`")).collect();
    let (who, hint) = match (&producers[..], &open?[..]) {
        ([producer], [order]) => (
            format!("release {} reads", names.concat()),
            format!(
                "if the pods read what it makes of them, add `from={producer}` to the source, and {}",
                order.hint.as_deref().unwrap_or_default()
            ),
        ),
        _ => (
            format!("releases {} read", listed(&names)),
            "add `from=RELEASE` to the source, with the one whose objects the pods read; helmsum then checks \
             the order"
                .to_owned(),
        ),
    };
    let source = &contents.source.text;
    let message = format!(
        "{who} files of `{source}`, which release `{}` depends on, and nothing says which of the releases is \
         deployed first",
        consumer.id()
    );
    Some(Diagnostic::finding(Code::MissingNeed, message).level(Level::Note).hint(hint).release(consumer.id()))
}

/// The releases of which it is known that they read files of a source, and how many.
fn readers(case: &ReleaseCase<'_>, contents: &SourceContents) -> BTreeMap<ProducerName, usize> {
    let mut readers: BTreeMap<ProducerName, usize> = BTreeMap::new();
    let What::Path(path) = &contents.source.what else { return readers };
    let names: BTreeSet<&str> =
        contents.files().iter().map(|file| file.name.strip_prefix("./").unwrap_or(&file.name)).collect();
    let path = join_clean(&contents.source.directory, path);
    // Names are relative to the directory, to that of a file, or to the whole parts before the first pattern.
    let pattern = path.components().position(|part| part.as_str().contains(['*', '?', '[', '{', '\\']));
    let whole: Utf8PathBuf = path.components().take(pattern.unwrap_or(usize::MAX)).collect();
    let bases = [Some(whole.as_path()), whole.parent().filter(|_| pattern.is_none())];
    for (file, reading) in case.environment.files.readers_below(&whole) {
        let is_own =
            |base: &Utf8Path| file.strip_prefix(base).is_ok_and(|name| names.contains(name.as_str()));
        if bases.into_iter().flatten().any(is_own) {
            for reader in reading {
                *readers.entry(reader).or_default() += 1;
            }
        }
    }
    readers
}

/// At most three names, and how many more there are.
fn listed(names: &[String]) -> String {
    match names {
        [_, _, _, _, ..] => text::listed(names, 3),
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}

/// How a release names another one of its state file among its `needs`.
pub(crate) fn need(consumer: &Release, producer: &Release) -> String {
    if producer.kube_context != consumer.kube_context {
        format!("{}/{}/{}", producer.kube_context, producer.namespace, producer.name)
    } else if producer.namespace == consumer.namespace && consumer.namespace != consumer.declared_namespace {
        // Nothing overrides a namespace that is written out.
        producer.name.clone()
    } else {
        producer.id()
    }
}

/// How a need is added to a release: as a key, or to the list that is there.
pub(crate) fn addition(consumer: &Release, need: &str) -> String {
    let id = consumer.id();
    if consumer.needs.is_empty() {
        format!("add `needs: [{need}]` to release `{id}`")
    } else {
        format!("add `{need}` to the `needs` of release `{id}`")
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

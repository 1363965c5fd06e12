//! Which releases may have what a source names.

use crate::diagnostic::Diagnostic;
use crate::source::{ProducerName, Source, What};
use crate::state::{Release, Resolved};
use crate::text::nearest;

/// A release of one of the environments that were read, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReleaseAt {
    pub(crate) environment: usize,
    /// Which visit of it.
    pub(crate) visit: usize,
    /// Which release of that.
    pub(crate) release: usize,
}

/// The releases that what a source names is looked for in: one for `release:` and `from=`, else the consumer itself and those
/// that it needs. None for paths and digests, for which nothing is rendered.
///
/// # Errors
///
/// Where a name leads to no release, to several, or to one that is switched off.
pub(crate) fn producers(
    resolved: &Resolved,
    consumer: ReleaseAt,
    source: &Source,
) -> Result<Vec<ReleaseAt>, Diagnostic> {
    match (&source.what, source.producer()) {
        (What::Path(_) | What::Digest(_), _) => Ok(Vec::new()),
        (What::Release(_) | What::Object(..), Some(producer)) => {
            named(resolved, consumer, producer).map(|found| vec![found]).map_err(|problem| {
                let id = release(resolved, consumer).id();
                problem.context(format!("release `{id}`: `{}`", source.text)).at(source.place.clone())
            })
        }
        (What::Release(_) | What::Object(..), None) => {
            let needed = resolved.needs().needed_by((consumer.visit, consumer.release)).iter();
            let needed = needed
                .map(|index| ReleaseAt { release: *index, ..consumer })
                .filter(|at| *at != consumer && release(resolved, *at).deployed());
            Ok([consumer].into_iter().chain(needed).collect())
        }
    }
}

/// The release at a position.
pub(crate) fn release(resolved: &Resolved, at: ReleaseAt) -> &Release {
    &resolved.visits[at.visit].releases[at.release]
}

/// The release of a name: in the state file of the consumer, else in any other; of several there the one in the consumer's kube context.
///
/// # Errors
///
/// Where there is none, there are several, or it is switched off.
pub(crate) fn named(
    resolved: &Resolved,
    consumer: ReleaseAt,
    producer: &ProducerName,
) -> Result<ReleaseAt, Diagnostic> {
    let environment = consumer.environment;
    let namesakes = resolved.needs().named(&producer.release).iter();
    let all = namesakes.map(|&(visit, release)| ReleaseAt { environment, visit, release });
    let matching: Vec<ReleaseAt> = all.filter(|at| is_named_by(release(resolved, *at), producer)).collect();
    let own: Vec<ReleaseAt> = matching.iter().copied().filter(|at| at.visit == consumer.visit).collect();
    let found = if own.is_empty() { matching } else { own };
    let deployed: Vec<ReleaseAt> =
        found.iter().copied().filter(|at| release(resolved, *at).deployed()).collect();
    let context = &release(resolved, consumer).kube_context;
    let near: Vec<ReleaseAt> =
        deployed.iter().copied().filter(|at| release(resolved, *at).kube_context == *context).collect();
    let deployed = if let [_] = near[..] { near } else { deployed };
    match (&deployed[..], &found[..]) {
        ([one], _) => Ok(*one),
        ([], []) => Err(unknown(resolved, producer)),
        ([], [off, ..]) => Err(switched_off(release(resolved, *off))),
        (several, _) => Err(ambiguous(resolved, several, producer)),
    }
}

/// The release that may have been meant by a name that no release has.
pub(crate) fn meant_by(resolved: &Resolved, producer: &ProducerName) -> Option<String> {
    let releases = || resolved.visits.iter().flat_map(|visit| &visit.releases);
    let ids: Vec<String> = releases().map(Release::id).collect();
    let known: Vec<&str> = match &producer.namespace {
        Some(_) => ids.iter().map(String::as_str).collect(),
        None => releases().map(|release| release.name.as_str()).collect(),
    };
    // The right name in another namespace is nearer than any other name.
    let elsewhere = releases().find(|release| release.name == producer.release).map(Release::id);
    elsewhere.or_else(|| nearest(&producer.to_string(), known).map(str::to_owned))
}

fn unknown(resolved: &Resolved, producer: &ProducerName) -> Diagnostic {
    let files: Vec<String> = resolved.visits.iter().map(|visit| format!("`{}`", visit.file)).collect();
    let hint = match meant_by(resolved, producer) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "names are `[NAMESPACE/]RELEASE`, as after templating; `helmsum state` lists them".to_owned(),
    };
    Diagnostic::error(format!("there is no release `{producer}` in {}", files.join(", "))).hint(hint)
}

fn switched_off(release: &Release) -> Diagnostic {
    let why = if release.enabled {
        "it says `installed: false`".to_owned()
    } else {
        format!("its `condition: {}` is false", release.condition)
    };
    Diagnostic::error(format!("release `{}` is not deployed: {why}", release.id()))
        .hint("depend on it only where it is deployed: put `{{ if }}` around the directive in a `.gotmpl` values file")
}

fn ambiguous(resolved: &Resolved, several: &[ReleaseAt], producer: &ProducerName) -> Diagnostic {
    let named: Vec<String> = several
        .iter()
        .map(|at| {
            let own = release(resolved, *at);
            let context = match own.kube_context.as_str() {
                "" => String::new(),
                context => format!(" in kube context `{context}`"),
            };
            format!("`{}`{context} of `{}`", own.id(), resolved.visits[at.visit].file)
        })
        .collect();
    let one = release(resolved, several[0]);
    let same = several.iter().all(|at| release(resolved, *at).id() == one.id());
    let hint = if same {
        "none of them is alone in the kube context of this release, and nothing else tells them apart here: depend on the files that it is made of".to_owned()
    } else {
        format!("name the namespace, as in `{}`", one.id())
    };
    Diagnostic::error(format!("`{producer}` names {} releases: {}", several.len(), named.join(", ")))
        .hint(hint)
}

/// Whether a release is the one that a name means, whose namespace counts as declared and as overridden.
pub(crate) fn is_named_by(release: &Release, producer: &ProducerName) -> bool {
    let own = [&release.namespace, &release.declared_namespace];
    let in_namespace = producer.namespace.as_ref().is_none_or(|namespace| own.contains(&namespace));
    producer.release == release.name && in_namespace
}

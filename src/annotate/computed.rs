//! What is known of the sources of a release.

use std::collections::BTreeSet;

use super::release::Computed;
use crate::diagnostic::Diagnostic;
use crate::plan::contents::consumer::{Contents, SourceContents};
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::producers::{ReleaseAt, named};
use crate::plan::rules::project::Findings;
use crate::plan::{Made, Progress};
use crate::rendered::ObjectKind;
use crate::source::What;

/// A release that declares sources.
#[derive(Debug)]
pub(crate) struct Declaring {
    /// `namespace/name`, or `name`.
    pub(crate) id: String,
    /// Its namespace, else empty.
    pub(crate) namespace: String,
    /// Its sources; nothing of one that could not be read, which the plan says.
    pub(crate) sources: Vec<Answer<Computed>>,
}

/// The releases that were asked for and declare sources, with what is known of those. A release that a source names is rendered, where
/// that tells which objects the source stands for.
pub(crate) fn declaring(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Vec<Declaring>) {
    let consumers = made.project.consumers.iter();
    let asked = consumers.filter(|contents| contents.consumer.selected && !contents.sources.is_empty());
    let declaring = asked
        .filter_map(|contents| {
            let at = contents.consumer.at?;
            let sources = contents.sources.iter();
            let computed = |source| computed(contents, (at, source), rendering, made.progress).transpose();
            Some(Declaring {
                id: contents.consumer.id(),
                namespace: contents.consumer.namespace.clone(),
                sources: sources.filter_map(computed).collect(),
            })
        })
        .collect();
    // What is wrong with sources and readers is said where the manifests are known.
    (Findings::default(), declaring)
}

fn computed(
    contents: &Contents,
    (consumer, source): (ReleaseAt, &SourceContents),
    rendering: &mut Rendering<'_>,
    progress: &Progress,
) -> Answer<Option<Computed>> {
    let Some(read) = &source.read else { return Ok(None) };
    let declared = &source.source;
    let objects = match &declared.what {
        _ if !declared.options.on.is_empty() => None,
        What::Object(kind, name) => Some(BTreeSet::from([(*kind, name.clone())])),
        What::Path(_) | What::Release(_) => match declared.producer() {
            Some(producer) => {
                let resolved = &rendering.environment(consumer).resolved;
                let owner = &contents.consumer.owner;
                let about = |problem: Diagnostic| {
                    problem
                        .context(format!("`{}`", declared.text))
                        .context(owner)
                        .or_at(declared.place.clone())
                };
                let maker = named(resolved, consumer, producer).map_err(about)?;
                Some(made_by(maker, rendering, progress).map_err(about)?)
            }
            None => None,
        },
        What::Digest(_) => None,
    };
    Ok(Some(Computed { source: declared.clone(), digest: read.digest, objects }))
}

/// The objects that a release makes.
fn made_by(
    at: ReleaseAt,
    rendering: &mut Rendering<'_>,
    progress: &Progress,
) -> Answer<BTreeSet<(ObjectKind, String)>> {
    let lost = || Err(Diagnostic::error("it was not rendered"));
    let manifests = rendering.manifests(&[Look::plain(at)], progress).pop().unwrap_or_else(lost)?;
    Ok(manifests.objects.into_iter().map(|object| (object.kind, object.name)).collect())
}

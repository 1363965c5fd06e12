//! The finding unstable-annotation: a checksum on a pod template that is another one each time the release is rendered, or one that the
//! cluster decides.

use std::collections::BTreeSet;

use super::Case;
use crate::audit::arrival::Arrival;
use crate::audit::checksums::Checksums;
use crate::audit::readings::{Judged, Reading};
use crate::audit::subject::plain;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::makers::settled;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::pairs::Other;
use crate::plan::rules::project::Findings;
use crate::reference::Identity;
use crate::rendered::{Cluster, Mark, Objects};

/// The fewest characters of a value that is no other text by chance.
const SHORTEST: usize = 16;

/// Looks at the annotations of pod templates that may be checksums, and closer where one differs in the renderings that there are.
pub(in crate::audit) fn judge(
    case: &mut Case<'_, '_>,
    _: Option<&Arrival>,
    _: &[(Reading, Judged)],
    findings: &mut Findings,
) {
    let subject = case.subject;
    let Ok(manifests) = &subject.manifests else { return };
    let before = Checksums::of(manifests);
    for other in [&subject.with_stand_in, &subject.again] {
        let Other::Failed(problem) = other else { continue };
        let message = format!(
            "release `{}`: whether its checksums are the same each time is not known: {}",
            subject.release.id(),
            plain(&problem.message, subject.release)
        );
        let finding = Diagnostic::finding(Code::UnstableAnnotation, message).level(Level::Note);
        let hint = problem.hint.clone().unwrap_or_else(|| {
            "helm is asked once more for that; see that it can be, then run this again".to_owned()
        });
        subject.say(finding.hint(hint), findings);
        return;
    }
    let moved_in = |other: &Other| match other {
        Other::Rendered(other) => before.moved(&Checksums::of(other)),
        // Where it is certain without another rendering, all of them are the same each time.
        Other::Certain | Other::Nothing | Other::Failed(_) => Vec::new(),
    };
    let is_own = |key: &(Identity, String)| !before.get(key).is_some_and(|value| is_written(case, value));
    let mut moved: BTreeSet<_> = moved_in(&subject.again).into_iter().filter(is_own).collect();
    // What another checksum of helmsum's leaves as it is, is the same each time.
    let mut perhaps: BTreeSet<_> = moved_in(&subject.with_stand_in).into_iter().filter(is_own).collect();
    if !perhaps.is_subset(&moved) {
        // It may be made of what helmsum writes.
        let again = case.rendering.manifests(&[Look::plain(subject.at)], case.made.progress).pop();
        let Some(Ok(again)) = again else { return };
        let moving = before.moved(&Checksums::of(&again));
        perhaps.retain(|key| moving.contains(key));
        moved.extend(perhaps);
    }
    if moved.is_empty() {
        return;
    }
    let trials = Trials::of(case, manifests, &before);
    for key in moved {
        let Some(why) = trials.why(&before, &key) else { continue };
        let (identity, annotation) = &key;
        let (what, hint) = why.words();
        let message = format!(
            "the annotation `{annotation}` of {} `{}` of release `{}` is {what}",
            identity.kind,
            identity.name,
            subject.release.id(),
        );
        subject.say(Diagnostic::finding(Code::UnstableAnnotation, message).hint(hint), findings);
    }
}

/// Whether the value of an annotation is what helmsum writes into the target of the release.
fn is_written(case: &Case<'_, '_>, value: Mark) -> bool {
    let content = case.subject.consumer.and_then(|(_, contents)| contents.content.as_ref());
    let marker = case.rendering.kept.marker();
    let words =
        content.into_iter().flat_map(|content| content.text.split(|c: char| !c.is_ascii_alphanumeric()));
    words.filter(|word| word.len() >= SHORTEST).any(|word| marker.mark(word.as_bytes()) == value)
}

/// Why a checksum is not the same each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The chart makes something up, whatever is in the cluster.
    MadeUp,
    /// It does, and what it would find in the cluster cannot be tried.
    PerhapsKept,
    /// It is made of what is in the cluster.
    LookedUp,
}

impl Why {
    const fn words(self) -> (&'static str, &'static str) {
        let give =
            "give the chart the value that it makes up, a password for one, so that it is the same each time";
        match self {
            Self::MadeUp => ("another one each time it is rendered: its pods restart at every deploy", give),
            Self::PerhapsKept => (
                "another one each time it is rendered: its pods restart at every deploy, unless the chart finds in the cluster what it made up",
                give,
            ),
            Self::LookedUp => (
                "made of what `lookup` finds in the cluster, which is what the deploy before has left there: its pods restart one deploy too late",
                "declare the object that it looks up as a source of the release, and have the chart put that checksum on its pods",
            ),
        }
    }
}

/// The checksums in further renderings, as far as there are such.
struct Trials {
    /// Once more, as it was.
    again: Option<Checksums>,
    /// In a cluster that has whatever is looked up, twice.
    full: [Option<Checksums>; 2],
    /// In a cluster that has only what the release makes.
    own: Option<Checksums>,
}

impl Trials {
    fn of(case: &mut Case<'_, '_>, manifests: &Rendered, before: &Checksums) -> Self {
        let sources = before.sources(manifests);
        let plain = Look::plain(case.subject.at);
        let with = |objects| plain.clone().in_cluster(Cluster { objects, sources: sources.clone() });
        let full = with(Objects::All);
        let looks = [plain.clone(), full.clone(), full, with(Objects::Only(made(manifests)))];
        let answers = case.rendering.manifests(&looks, case.made.progress);
        let mut trials =
            answers.into_iter().map(|answer| answer.ok().map(|manifests| Checksums::of(&manifests)));
        let mut next = || trials.next().flatten();
        Self { again: next(), full: [next(), next()], own: next() }
    }

    /// Why a checksum is not the same each time; nothing where it is, once the release is in the cluster.
    fn why<'t>(&'t self, before: &Checksums, key: &(Identity, String)) -> Option<Why> {
        let value = |trial: &'t Option<Checksums>| -> Option<Mark> { trial.as_ref()?.get(key) };
        let [one, other] = &self.full;
        match (value(one), value(other), value(&self.own)) {
            (Some(one), Some(other), _) if one != other => Some(Why::MadeUp),
            (Some(one), Some(_), Some(own)) => (one != own).then_some(Why::LookedUp),
            _ => (value(&self.again)? != before.get(key)?).then_some(Why::PerhapsKept),
        }
    }
}

/// What a release makes: kind, namespace and name.
fn made(manifests: &Rendered) -> BTreeSet<(String, String, String)> {
    let within = |namespace: &str| settled(namespace).to_owned();
    let objects = manifests.objects.iter();
    let objects = objects.map(|one| (one.kind.name().to_owned(), within(&one.namespace), one.name.clone()));
    let workloads = manifests.workloads.iter().map(|workload| &workload.identity);
    let workloads = workloads.map(|one| (one.kind.clone(), within(&one.namespace), one.name.clone()));
    objects.chain(workloads).collect()
}

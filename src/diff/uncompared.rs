//! Releases that are not compared, and why.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::result::{Named, Uncompared};
use super::side::{Question, Side, SideConsumer, SideRelease};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::chance::lineage;
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::ignored::ignored_of;
use crate::plan::rules::project::Findings;
use crate::state::{EntryKind, EntrySource, ValuesEntry};
use crate::text::{Place, relative};

/// Something of a release that is not what its side has.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    why: String,
    hint: String,
    place: Option<Place>,
}

/// Programs whose answer is the same on all sides: the directory is.
const HARMLESS: [&str; 1] = ["pwd"];

/// A program that a template of the release starts on a side that is not the work tree: its answer would be of the work tree.
pub(super) fn of_programs(
    made: &Made<'_>,
    rendering: &Rendering<'_>,
    at: ReleaseAt,
    question: Question,
) -> Option<Foreign> {
    if question.trusts_programs {
        return None;
    }
    let resolved = &made.project.environments[at.environment].resolved;
    let of_state = lineage(resolved, at).flat_map(|visit| &visit.effects.programs);
    let of_values = rendering.programs.get(&at).into_iter().flatten();
    let (program, place) =
        of_state.chain(of_values).find(|(program, _)| !HARMLESS.contains(&program.as_str()))?;
    Some(Foreign {
        why: format!("`{program}`, which a template starts, would answer from the work tree"),
        hint: "say that its answers do not depend on the files of the repository with `--exec-on-base`"
            .to_owned(),
        place: Some(place.clone()),
    })
}

/// The values files of releases of the work tree that git ignores, but for targets: they are in no revision.
pub(super) fn of_ignored_files(
    made: &Made<'_>,
    rendering: &Rendering<'_>,
    releases: &[SideRelease],
) -> BTreeMap<ReleaseAt, Foreign> {
    let locations = made.project.locations;
    let Some(root) =
        made.project.consumers.first().map(|contents| contents.consumer.root.clone()).or_else(|| {
            let directory = &made.project.context.directory;
            made.project.configurations.near(directory).ok().map(|settings| settings.root.clone())
        })
    else {
        return BTreeMap::new();
    };
    let mut files: Vec<(ReleaseAt, Utf8PathBuf)> = Vec::new();
    for release in releases {
        for file in values_files(made, release.at) {
            let real = locations.real(&file);
            if real.starts_with(&root) && !rendering.known.has_path(&real) {
                files.push((release.at, real));
            }
        }
    }
    let ignored = ignored_of(files.iter().map(|(_, file)| (root.as_path(), file.as_path())));
    let mut found = BTreeMap::new();
    for (at, file) in files.iter().filter(|(_, file)| ignored.contains(&(root.as_path(), file.as_path()))) {
        let shown = relative(file, &made.project.context.directory);
        found.entry(*at).or_insert_with(|| Foreign {
            why: format!("git ignores its values file `{shown}`, so no revision has it"),
            hint: "commit the file, or what it is made from".to_owned(),
            place: Some(Place::file(file.clone())),
        });
    }
    found
}

/// The values files of a release, as far as they can be told.
fn values_files(made: &Made<'_>, at: ReleaseAt) -> impl Iterator<Item = Utf8PathBuf> {
    let Environment { request, resolved, .. } = &made.project.environments[at.environment];
    let (visit, release) = (&resolved.visits[at.visit], release(resolved, at));
    let of = move |kind, list: &'_ [ValuesEntry]| -> Vec<Utf8PathBuf> {
        let source = |entry| visit.resolve_entry(&*request.tree, release, kind, entry).ok();
        let file = |source| match source {
            EntrySource::File(file) => Some(file),
            _ => None,
        };
        list.iter().filter_map(source).filter_map(file).collect()
    };
    of(EntryKind::Values, &release.values).into_iter().chain(of(EntryKind::Secrets, &release.secrets))
}

/// A release that both sides have and that cannot be compared; nothing where it can be.
pub(super) fn of(base: &SideRelease, head: &SideRelease) -> Option<Uncompared> {
    if let Some(Foreign { why, hint, place }) = head.foreign.as_ref().or(base.foreign.as_ref()) {
        return Some(Uncompared {
            named: head.named.clone(),
            why: why.clone(),
            hint: Some(hint.clone()),
            place: place.clone().or_else(|| head.place.clone()),
        });
    }
    if let (Some(before), Some(after)) = (base.consumer(), head.consumer())
        && let Some(why) = of_consumers(before, after, &head.named)
    {
        return Some(Uncompared { place: head.place.clone(), ..why });
    }
    let problem =
        |side: &'_ SideRelease| side.manifests.as_ref().and_then(|answer| answer.as_ref().err()).cloned();
    let (problem, side) = match (problem(head), problem(base)) {
        (Some(problem), _) => (problem, head),
        (None, Some(problem)) => (problem, base),
        (None, None) => return None,
    };
    // What helm would be given is the same, and so is what it would render.
    if let (Some(Ok(before)), Some(Ok(after))) = (&base.given, &head.given)
        && before == after
    {
        return None;
    }
    let differs = match (base.consumer(), head.consumer()) {
        (Some(before), Some(after)) => before.differs(after),
        (before, after) => before.is_some() != after.is_some(),
    };
    // Its checksum tells that much.
    if differs {
        return None;
    }
    Some(Uncompared {
        named: head.named.clone(),
        why: bare(&problem.message, &side.named.release).to_owned(),
        hint: problem.hint.clone(),
        place: head.place.clone(),
    })
}

/// Consumers of which the checksum of one is not known, since a source could not be read.
pub(super) fn of_consumers(base: &SideConsumer, head: &SideConsumer, named: &Named) -> Option<Uncompared> {
    let (why, hint) = match (&head.unread, &base.unread) {
        (Some(why), _) => (format!("its checksum is not known: {why}"), "correct that first"),
        (None, Some(why)) => {
            (format!("its checksum was not known before: {why}"), "compare with a commit that has it right")
        }
        (None, None) => return None,
    };
    Some(Uncompared { named: named.clone(), why, hint: Some(hint.to_owned()), place: None })
}

/// A message about a release without its name in front.
pub(super) fn bare<'m>(message: &'m str, release: &str) -> &'m str {
    message.strip_prefix(&format!("release `{release}`: ")).unwrap_or(message)
}

/// Says of each release that is not compared why that is so.
pub(super) fn say(uncompared: &[Uncompared], head: &Side, made: &Made<'_>, findings: &mut Findings) {
    for one in uncompared {
        let message = format!("release `{}` is not compared: {}", one.named.release, one.why);
        let mut finding = Diagnostic::finding(Code::UncomparedRelease, message)
            .or_at_known(one.place.as_ref())
            .release(one.named.release.clone());
        if let Some(hint) = &one.hint {
            finding = finding.hint(hint.clone());
        }
        head.say(&one.named, finding, made, findings);
    }
}

impl Side {
    /// Adds what is said of a release.
    pub(crate) fn say(
        &self,
        named: &super::Named,
        finding: Diagnostic,
        made: &Made<'_>,
        findings: &mut Findings,
    ) {
        let Some(release) = self.releases.iter().find(|release| release.named == *named) else { return };
        if let Some((index, _)) = release.consumer {
            findings.about_consumer(index, finding);
        } else {
            let environment = &made.project.environments[release.at.environment];
            findings.about_visit(environment, release.at.visit, finding);
        }
    }
}

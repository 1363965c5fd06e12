//! The finding shared-target: one target for several environments in which a consumer has other sources.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::facts::settings::Settings;
use crate::plan::facts::targets;
use crate::plan::facts::values_files::ValuesFiles;
use crate::plan::ignored::{Ignored, InRepository, ignored_of};
use crate::plan::rules::project::{Findings, Project, ReleaseCase};
use crate::source::{self, Auto, Declared, Source};
use crate::state::{self, EntryKind, EntrySource, Release, Request, Resolved, Visit};
use crate::template;
use crate::template::effects::Effects;
use crate::text::{Place, listed, relative};

/// How many other environments are read at most.
const MOST_ENVIRONMENTS: usize = 4;

/// No further environment is read once there were so many releases in them: a large state is not read five times.
const MOST_RELEASES: usize = 500;

/// How many sources a message names for each environment.
const MOST_NAMES: usize = 3;

/// What a consumer depends on: of each label, what it stands for.
type Sources = BTreeMap<String, String>;

/// A consumer in whatever environment: its state file, its name and its target.
type Key = (Utf8PathBuf, String, Utf8PathBuf);

/// Compares consumers with themselves in other environments. These are read without running or decrypting anything; one that cannot
/// be read so says nothing, and neither does a release of it whose values files cannot be rendered.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    // With several environments in one run, different contents are an error.
    let [environment] = project.environments else { return };
    if project.reading.options.all_environments {
        return;
    }
    let others = others(&environment.resolved, environment.request.environment_name());
    if others.is_empty() {
        return;
    }
    let mut open: BTreeMap<Key, ReleaseCase<'_>> = BTreeMap::new();
    for case in project.releases() {
        if let Some(key) = key(&case).filter(|_| may_differ(&case)) {
            open.insert(key, case);
        }
    }
    let mut request = environment.request.clone();
    request.options.no_exec = true;
    let mut releases = 0;
    let mut differing: Vec<(ReleaseCase<'_>, Diagnostic)> = Vec::new();
    for name in others {
        if open.is_empty() || releases > MOST_RELEASES {
            break;
        }
        request.options.environment = Some(name.clone());
        let Ok(resolved) = state::read(&request) else { continue };
        releases += resolved.visits.iter().map(|visit| visit.releases.len()).sum::<usize>();
        for (key, there) in sources_there(project, &request, &resolved, &open) {
            let Some(case) = open.get(&key).copied() else { continue };
            // What an `auto` finds there is not known.
            let here = case.contents.sources.iter().map(|source| &source.source).filter(|one| !one.is_found);
            let here = sources_of(here, case.consumer.auto.as_ref());
            if here != there {
                open.remove(&key);
                differing.push((case, finding(project, &case, (&here, &there), &name)));
            }
        }
    }
    say(project, differing, findings);
}

/// Adds the findings: in a hook as notes where git ignores the target, since there every run writes it before it is read, and nobody
/// commits it.
fn say(project: &Project<'_>, differing: Vec<(ReleaseCase<'_>, Diagnostic)>, findings: &mut Findings) {
    let ignored = if project.reading.options.in_hook() {
        ignored_of(differing.iter().filter_map(|(case, _)| in_repository(case)))
    } else {
        Ignored::default()
    };
    for (case, finding) in differing {
        let is_ignored = in_repository(&case).is_some_and(|file| ignored.contains(&file));
        findings.about_consumer(case.index, if is_ignored { finding.level(Level::Note) } else { finding });
    }
}

/// The target of a consumer, with its repository.
fn in_repository<'p>(case: &ReleaseCase<'p>) -> Option<InRepository<'p>> {
    Some((&case.consumer.root, case.consumer.target.as_deref()?))
}

/// The environments that are looked at: those that come next in the order of their names.
fn others(resolved: &Resolved, own: &str) -> Vec<String> {
    let names = &resolved.environments;
    let after = names.iter().filter(|name| name.as_str() > own);
    let before = names.iter().filter(|name| name.as_str() < own);
    after.chain(before).take(MOST_ENVIRONMENTS).cloned().collect()
}

fn key(case: &ReleaseCase<'_>) -> Option<Key> {
    let target = case.consumer.target.clone()?;
    let wanted = !case.contents.sources.is_empty() || case.consumer.auto.is_some();
    wanted.then(|| (case.consumer.file.clone(), case.consumer.name.clone(), target))
}

/// Whether the sources of a consumer could be others elsewhere: something on the way to them is a template.
fn may_differ(case: &ReleaseCase<'_>) -> bool {
    let ReleaseCase { visit, release, .. } = *case;
    let files = &case.environment.files;
    let has_template = |file: &Utf8Path| {
        let raw = files.raw(file);
        raw.bytes.as_ref().is_ok_and(|bytes| bytes.windows(2).any(|two| two == b"{{"))
    };
    let values = release.values.iter().filter_map(|entry| {
        match visit.resolve_entry(&*case.environment.request.tree, release, EntryKind::Values, entry) {
            Ok(EntrySource::File(file)) => Some(file),
            _ => None,
        }
    });
    let mut places = case.contents.sources.iter().map(|source| source.source.place.file.clone());
    [&visit.file].into_iter().chain(&visit.bases).any(|file| has_template(file))
        || case.consumer.auto.as_ref().is_some_and(|auto| has_template(&auto.place.file))
        || places.any(|file| has_template(&file))
        || values.into_iter().any(|file| has_template(&file))
}

/// The sources of consumers in another environment, those that can be read without running anything.
fn sources_there(
    project: &Project<'_>,
    request: &Request,
    resolved: &Resolved,
    open: &BTreeMap<Key, ReleaseCase<'_>>,
) -> BTreeMap<Key, Sources> {
    let wanted: BTreeSet<(&Utf8PathBuf, &String)> = open.keys().map(|(file, name, _)| (file, name)).collect();
    let files = ValuesFiles::new(request.clone(), template::functions::registry());
    let mut found = BTreeMap::new();
    for visit in &resolved.visits {
        let named = |release: &&Release| release.deployed() && wanted.contains(&(&visit.file, &release.name));
        for release in visit.releases.iter().filter(named) {
            let Ok(settings) = project.configurations.near(&visit.directory) else { continue };
            let Ok(target) = settings.target_of(release) else { continue };
            let targets =
                targets::targets(visit, release, &settings.targets, target.as_deref(), project.locations);
            let [target] = &targets[..] else { continue };
            let key = (visit.file.clone(), release.name.clone(), target.path.clone());
            if open.contains_key(&key)
                && let Some(sources) = declared(&files, &settings, visit, release, &target.path)
            {
                found.insert(key, sources);
            }
        }
    }
    found
}

/// The sources of a release, unless one of its values files cannot be read or rendered.
fn declared(
    files: &ValuesFiles,
    settings: &Settings,
    visit: &Visit,
    release: &Release,
    target: &Utf8Path,
) -> Option<Sources> {
    let mut declared = Declared::default();
    // What templates do elsewhere is said there.
    let mut unsaid = Effects::default();
    for entry in &release.values {
        let found = visit.resolve_entry(&*files.request().tree, release, EntryKind::Values, entry);
        let Ok(EntrySource::File(file)) = found else { continue };
        if file != target {
            let raw = files.raw(&file);
            raw.bytes.as_ref().ok()?;
            declared.extend(files.declared(visit, release, &file, &raw, &mut unsaid).ok()?);
        }
    }
    let of_settings = settings
        .declared_of(release, |word, place| files.word_of(visit, release, (place, &mut unsaid), word));
    declared.extend(of_settings.ok()?);
    let auto = source::settle_auto(declared.automatic).ok()?;
    let sources = source::collect(declared.sources).ok()?;
    Some(sources_of(sources.iter(), auto.as_ref()))
}

/// What a consumer declares.
fn sources_of<'s>(sources: impl Iterator<Item = &'s Source>, auto: Option<&Auto>) -> Sources {
    let auto = auto.map(|auto| {
        let patterns = auto.exclude.iter().map(|pattern| format!(" exclude={pattern}"));
        let declared = format!("auto{}", patterns.collect::<String>());
        (declared.clone(), declared)
    });
    sources.map(described).chain(auto).collect()
}

/// The label of a source, and what it stands for.
fn described(source: &Source) -> (String, String) {
    let meaning = source.path().map_or_else(|| source.text.clone(), Utf8PathBuf::into_string);
    (source.label(), meaning)
}

fn finding(
    project: &Project<'_>,
    case: &ReleaseCase<'_>,
    (here, there): (&Sources, &Sources),
    other: &str,
) -> Diagnostic {
    let consumer = case.consumer;
    let directory = &project.context.directory;
    let target = consumer.target.as_deref().unwrap_or(&consumer.state);
    let shown = relative(target, directory);
    let own = &consumer.environment;
    let names = |one: &Sources, other: &Sources| {
        let differing: Vec<String> = one
            .iter()
            .filter(|(label, meaning)| other.get(*label) != Some(meaning))
            .map(|(label, meaning)| match other.get(label) {
                // What is called alike is told apart by its path.
                Some(_) => format!("`{}`", relative(Utf8Path::new(meaning), directory)),
                None => format!("`{label}`"),
            })
            .collect();
        if differing.is_empty() { "no others".to_owned() } else { listed(&differing, MOST_NAMES) }
    };
    let message = format!(
        "{}: the target `{shown}` is for the environments `{own}` and `{other}`, whose sources differ: {} in `{own}`, {} in `{other}`",
        consumer.owner,
        names(here, there),
        names(there, here)
    );
    let below = relative(target.parent().unwrap_or(target), &consumer.state);
    let entry = match below.as_str() {
        "" | "." => "{{ .Environment.Name }}.checksum.yaml".to_owned(),
        below => format!("{below}/{{{{ .Environment.Name }}}}.checksum.yaml"),
    };
    let hint = format!(
        "give each environment a separate target, with `- \"{entry}\"` among the `values`: of two runs in one workspace, one would deploy the checksum of the other"
    );
    Diagnostic::finding(Code::SharedTarget, message).hint(hint).release(consumer.id()).at(Place::file(target))
}

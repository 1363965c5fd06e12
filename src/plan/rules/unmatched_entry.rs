//! The finding unmatched-entry: what somebody wrote and nothing answers to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::contents::hashing::{Job, SourceOutcome};
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::settings::Settings;
use crate::plan::reading::Reading;
use crate::source::config::{FILE_NAME, ReleaseRule, Which};
use crate::source::{ObjectPattern, Source};
use crate::state::{self, Release, Request, Resolved};
use crate::text::{Place, listed, nearest, relative};
use crate::tree::{Kind, Tree};

/// How many releases a hint names.
const NAMED: usize = 5;

/// The patterns of `exclude=` that leave something out somewhere, by the place of their directives.
#[derive(Debug, Default)]
pub(crate) struct Excludes {
    used: BTreeSet<(Place, String)>,
    every_environment: bool,
}

impl Excludes {
    pub(crate) fn new(reading: &Reading) -> Self {
        Self { used: BTreeSet::new(), every_environment: reads_every_environment(reading) }
    }

    /// Notes which patterns of the sources of a consumer leave something out.
    pub(crate) fn note(&mut self, consumer: &Consumer, hashed: &BTreeMap<&Job, &SourceOutcome>) {
        for source in consumer.sources.iter().filter(|source| !source.options.exclude.is_empty()) {
            let Some(Ok(hashed)) = consumer.job(source).and_then(|job| hashed.get(&job).copied()) else {
                continue;
            };
            let unused = hashed.unused(&source.options.exclude);
            let used = source.options.exclude.iter().filter(|pattern| !unused.contains(&pattern.as_str()));
            self.used.extend(used.map(|pattern| (source.place.clone(), pattern.clone())));
        }
    }

    /// What there is to say about the patterns of a source that leave nothing out, wherever it is declared.
    pub(crate) fn unused_patterns(&self, owner: &str, source: &Source, hashed: &Hashed) -> Vec<Diagnostic> {
        let unused = hashed.unused(&source.options.exclude);
        let unused = unused
            .iter()
            .filter(|pattern| !self.used.contains(&(source.place.clone(), (**pattern).to_owned())));
        let one = |pattern: &&str| {
            let message = format!("{owner}: `exclude={pattern}` leaves nothing out of `{}`", source.text);
            let parts: Vec<String> =
                pattern.split(',').map(|part| format!("exclude={}", part.trim())).collect();
            let hint = if parts.len() > 1 {
                format!("it is one pattern; write `{}`", parts.join(" "))
            } else {
                "patterns are relative to the source and read as in `.gitignore`; drop it if it is not needed"
                    .into()
            };
            at_level(Diagnostic::finding(Code::UnmatchedEntry, message), self.every_environment)
                .hint(hint)
                .at(source.place.clone())
        };
        unused.map(one).collect()
    }
}

/// What there is to say about a pattern of an `auto` that leaves nothing out, wherever that is declared.
pub(crate) fn unused_by_auto(
    owner: &str,
    pattern: &ObjectPattern,
    place: &Place,
    every_environment: bool,
) -> Diagnostic {
    let message = format!("{owner}: `exclude={pattern}` leaves nothing out of `auto`");
    at_level(Diagnostic::finding(Code::UnmatchedEntry, message), every_environment)
        .hint("it is about objects of other releases that the pods read; drop it if it is not needed")
        .at(place.clone())
}

fn at_level(finding: Diagnostic, every_environment: bool) -> Diagnostic {
    if every_environment { finding.level(Level::Deny) } else { finding }
}

fn reads_every_environment(reading: &Reading) -> bool {
    reading.options.all_environments
}

/// Looks at the entries of configurations and the options `--release` where everything was read that they could be about, and at
/// configurations that nobody reads.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (environment, visited) in project.visits() {
        let directory = &environment.resolved.visits[visited.index].directory;
        let tree = &*environment.request.tree;
        for finding in project.entries.misplaced(tree, &visited.read, directory, &project.context.directory) {
            findings.about_visit(environment, visited.index, finding);
        }
    }
    if !project.is_complete {
        return;
    }
    let requests: Vec<&Request> =
        project.environments.iter().map(|environment| &environment.request).collect();
    for (settings, finding) in
        project.entries.about_entries(project.reading, &*project.reading.tree, &requests)
    {
        let file = settings.config.as_ref().map(|config| config.file.clone());
        let directory = file.as_deref().and_then(Utf8Path::parent).unwrap_or(&project.context.directory);
        findings.about_run(directory, finding);
    }
    for finding in project.entries.about_options(project) {
        findings.about_run(&project.context.directory, finding);
    }
}

/// The entries of configurations and the options `--release`, with what answers to them.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// The configurations of the state files that were read, each with its settings.
    configurations: BTreeMap<Utf8PathBuf, Rc<Settings>>,
    /// Entries that are about a release: the configuration, and which entry.
    matched: BTreeSet<(Utf8PathBuf, usize)>,
    /// Options `--release` that name a release.
    named: BTreeSet<usize>,
    /// All releases, as `NAMESPACE/NAME`, and their names alone.
    releases: BTreeSet<(String, String)>,
    /// The directories of the state files.
    directories: BTreeSet<Utf8PathBuf>,
    /// The directory of the state file that all others were reached from.
    first: Option<Utf8PathBuf>,
}

/// What may have been meant by a release that is none of these, which are `NAMESPACE/NAME` and their names alone.
pub(crate) fn near(releases: &BTreeSet<(String, String)>, written: &str, name: &str) -> String {
    if let Some((namesake, _)) = releases.iter().find(|(_, own)| own == name) {
        return format!("there is `{namesake}`");
    }
    let is_name = written == name;
    let known = releases.iter().map(|(id, name)| if is_name { name.as_str() } else { id.as_str() });
    if let Some(near) = nearest(written, known) {
        return format!("did you mean `{near}`?");
    }
    let names: Vec<String> = releases.iter().map(|(id, _)| format!("`{id}`")).collect();
    if names.is_empty() {
        return "the state has no releases".into();
    }
    format!("releases are {}", listed(&names, NAMED))
}

impl Entries {
    /// Notes what the releases of an environment answer to. `near` knows the settings of a directory.
    pub(crate) fn see(
        &mut self,
        reading: &Reading,
        resolved: &Resolved,
        mut near: impl FnMut(&Utf8Path) -> Option<Rc<Settings>>,
    ) {
        for visit in &resolved.visits {
            self.directories.insert(visit.directory.clone());
            self.first = Some(visit.directory.clone());
            let settings = near(&visit.directory);
            for release in &visit.releases {
                self.releases.insert((release.id(), release.name.clone()));
                for (index, filter) in reading.options.release.iter().enumerate() {
                    if release.is_meant_by(filter) {
                        self.named.insert(index);
                    }
                }
            }
            if let Some(settings) = settings
                && let Some(config) = &settings.config
            {
                let matched = matching(&config.releases, &visit.releases);
                self.matched.extend(matched.map(|index| (config.file.clone(), index)));
                self.configurations.insert(config.file.clone(), settings);
            }
        }
    }

    /// The findings about entries, and the settings that they are judged by.
    fn about_entries(
        &self,
        reading: &Reading,
        tree: &dyn Tree,
        requests: &[&Request],
    ) -> Vec<(Rc<Settings>, Diagnostic)> {
        let every_environment = reads_every_environment(reading);
        let mut findings = Vec::new();
        for (file, settings) in &self.configurations {
            let Some(config) = &settings.config else { continue };
            let unmatched: Vec<(usize, &ReleaseRule)> = config
                .releases
                .iter()
                .enumerate()
                .filter(|(index, _)| !self.matched.contains(&(file.clone(), *index)))
                .collect();
            if unmatched.is_empty() {
                continue;
            }
            let elsewhere = if every_environment { Elsewhere::default() } else { Elsewhere::read(requests) };
            for (index, rule) in unmatched {
                if elsewhere.matched(config.releases.as_slice(), index) {
                    continue;
                }
                let finding = self.about_entry(rule);
                let finding = if self.is_for_others(tree, file) || elsewhere.unknown {
                    finding.level(Level::Note)
                } else {
                    at_level(finding, every_environment)
                };
                findings.push((Rc::clone(settings), finding));
            }
        }
        findings
    }

    fn about_entry(&self, rule: &ReleaseRule) -> Diagnostic {
        let (message, hint) = match &rule.which {
            Which::Release { namespace, name } => {
                let written = match namespace {
                    Some(namespace) => format!("{namespace}/{name}"),
                    None => name.clone(),
                };
                (format!("there is no release `{written}`, which this entry is about"), self.near(&written, name))
            }
            Which::Selector(selector) => (
                format!("no release has the labels `{selector}`, which this entry is about"),
                "helmfile gives every release the labels `name`, `namespace` and `chart`; `helmsum state` shows all".into(),
            ),
        };
        Diagnostic::finding(Code::UnmatchedEntry, message).hint(hint).at(rule.place.clone())
    }

    /// What may have been meant by a release that does not exist.
    pub(crate) fn near(&self, written: &str, name: &str) -> String {
        near(&self.releases, written, name)
    }

    /// Whether a configuration stands above the state file that was read, so that it may be meant for others as well.
    fn is_for_others(&self, tree: &dyn Tree, file: &Utf8Path) -> bool {
        let folder = file.parent().unwrap_or(file);
        if self.directories.contains(folder) {
            return false;
        }
        let of_directory = self
            .first
            .as_deref()
            .is_some_and(|first| first.parent() == Some(folder) && first.file_name() == Some("helmfile.d"));
        let has_state = ["helmfile.yaml", "helmfile.yaml.gotmpl"]
            .iter()
            .any(|name| tree.stat(&folder.join(name)).is_ok());
        !of_directory || has_state
    }

    /// The findings about options `--release`, where others of them name releases.
    fn about_options(&self, project: &Project<'_>) -> Vec<Diagnostic> {
        let filters = &project.reading.options.release;
        if self.named.is_empty() {
            return Vec::new();
        }
        let entries =
            || project.consumers.iter().map(|contents| &contents.consumer).filter(|one| one.at.is_none());
        let unnamed = filters.iter().enumerate().filter(|(index, filter)| {
            !self.named.contains(index) && !entries().any(|entry| filter.matches("", &entry.name))
        });
        let one = |(_, filter): (usize, &crate::cli::ReleaseFilter)| {
            let written = filter.to_string();
            let finding =
                Diagnostic::finding(Code::UnmatchedEntry, format!("`--release={written}` names no release"));
            at_level(finding, reads_every_environment(project.reading))
                .hint(self.near(&written, filter.name()))
        };
        unnamed.map(one).collect()
    }

    /// Whether a state file that was read lies in a folder or below it: paths are in the order of their parts, so that what is
    /// below a folder comes right after it.
    fn has_state_at_or_below(&self, folder: &Utf8Path) -> bool {
        let mut after = self.directories.range::<Utf8Path, _>((Bound::Included(folder), Bound::Unbounded));
        after.next().is_some_and(|directory| directory.starts_with(folder))
    }

    /// Configurations beside or above values files that no state file reads, because they lie below all of them. One that has
    /// `checksums:` is read from its own folder.
    fn misplaced(
        &self,
        tree: &dyn Tree,
        read: &BTreeSet<Utf8PathBuf>,
        state: &Utf8Path,
        directory: &Utf8Path,
    ) -> Vec<Diagnostic> {
        let mut folders: BTreeSet<&Utf8Path> = BTreeSet::new();
        for file in read.iter().filter(|file| file.starts_with(state)) {
            let between = file.ancestors().skip(1).take_while(|folder| *folder != state);
            folders.extend(between);
        }
        let mut findings = Vec::new();
        for folder in folders {
            let file = folder.join(FILE_NAME);
            let is_file = tree.stat(&file).is_ok_and(|stat| stat.kind == Kind::File);
            let has_checksums = || {
                tree.read_aside(&file).is_ok_and(|bytes| {
                    String::from_utf8_lossy(&bytes).lines().any(|line| line.starts_with("checksums:"))
                })
            };
            if is_file && !self.has_state_at_or_below(folder) && !has_checksums() {
                let message = format!(
                    "`{}` is not read: it is in a folder below the state files",
                    relative(&file, directory)
                );
                findings.push(
                    Diagnostic::finding(Code::UnmatchedEntry, message)
                        .hint("move it beside a state file, or into a folder above; paths in it are relative to it")
                        .at(Place::file(file.clone())),
                );
            }
        }
        findings
    }
}

/// The entries that are about one of the releases.
fn matching<'r>(rules: &'r [ReleaseRule], releases: &'r [Release]) -> impl Iterator<Item = usize> + 'r {
    rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| {
            releases.iter().any(|release| crate::plan::facts::settings::is_about(&rule.which, release))
        })
        .map(|(index, _)| index)
}

/// The releases of the environments that were not asked for, read without running anything.
#[derive(Debug, Default)]
struct Elsewhere {
    releases: Vec<Release>,
    /// Whether one of them cannot be read, so that it may have any release.
    unknown: bool,
}

impl Elsewhere {
    fn read(requests: &[&Request]) -> Self {
        let mut found = Self::default();
        for request in requests {
            let mut request = (*request).clone();
            request.options.no_exec = true;
            let own = request.environment_name().to_owned();
            let Ok(names) = state::environments(&request) else {
                found.unknown = true;
                continue;
            };
            for name in names.into_iter().filter(|name| *name != own) {
                request.options.environment = Some(name);
                match state::read(&request) {
                    Ok(resolved) => {
                        found.releases.extend(resolved.visits.into_iter().flat_map(|visit| visit.releases));
                    }
                    Err(_) => found.unknown = true,
                }
            }
        }
        found
    }

    fn matched(&self, rules: &[ReleaseRule], index: usize) -> bool {
        self.releases
            .iter()
            .any(|release| crate::plan::facts::settings::is_about(&rules[index].which, release))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_files_are_found_at_and_below_a_folder() {
        let directories = ["/r/a/b/c", "/r/a-b", "/r/a.d/e", "/r/d"].map(Utf8PathBuf::from).into();
        let entries = Entries { directories, ..Entries::default() };
        for folder in ["/", "/r", "/r/a", "/r/a/b", "/r/a/b/c", "/r/a-b", "/r/a.d", "/r/d"] {
            assert!(entries.has_state_at_or_below(Utf8Path::new(folder)), "{folder}");
        }
        for folder in ["/r/a/b/c/d", "/r/a/c", "/r/a-", "/r/a.", "/r/b", "/r/e", "/q", "/s"] {
            assert!(!entries.has_state_at_or_below(Utf8Path::new(folder)), "{folder}");
        }
    }
}

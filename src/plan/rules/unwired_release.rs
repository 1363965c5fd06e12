//! The finding unwired-release: sources, but no target among the values of the release.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::matches;
use crate::plan::Aim;
use crate::source::config::{FILE_NAME, TARGETS};
use crate::targets::{Recorded, check_place, read};
use crate::text::{Place, relative};

/// What stands for the name of the environment in a values entry.
const ENVIRONMENT: &str = "{{ .Environment.Name }}";

/// Where targets go that cannot lie beside the values files: a folder beside the state file.
const FOLDER: &str = "checksums";

/// Looks at the consumers without a target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    let sharing = sharing(project);
    for Unwired { case, declared, target } in unwired(project) {
        let shared = sharing.get(declared).map_or(0, BTreeSet::len);
        findings.about_consumer(case.index, unwired_release(project, &case, (declared, shared), &target));
    }
}

/// A consumer without a target.
pub(crate) struct Unwired<'p> {
    pub(crate) case: ReleaseCase<'p>,
    /// Where its first source is declared.
    declared: &'p Place,
    /// What it may list, with a template for the name of the environment where that belongs there.
    pub(crate) target: Utf8PathBuf,
}

impl Unwired<'_> {
    /// The target as an entry of `values`.
    pub(crate) fn entry(&self) -> String {
        entry(&self.target, &self.case.visit.directory, &self.case.release.values_path_prefix)
    }
}

/// The consumers without a target.
pub(crate) fn unwired<'p>(project: &Project<'p>) -> Vec<Unwired<'p>> {
    let mut taken = Taken::of(project);
    let is_unwired = |case: &ReleaseCase<'_>| {
        let wiring = &case.consumer.wiring;
        wiring.targets.is_empty() && !wiring.is_annotated && project.context.aim != Aim::Annotate
    };
    let mut found = Vec::new();
    for case in project.releases().filter(is_unwired) {
        // Of several the first that is declared.
        let places = case.contents.sources.iter().map(|source| &source.source.place);
        if let Some(declared) = places.min() {
            let target = match &case.consumer.wiring.named {
                Some(named) => named.clone(),
                None => Proposals { project, case: &case, declared }.best(&mut taken),
            };
            found.push(Unwired { case, declared, target });
        }
    }
    found
}

/// Which releases a directive is about, by its place.
fn sharing<'p>(project: &Project<'p>) -> BTreeMap<&'p Place, BTreeSet<String>> {
    let mut sharing: BTreeMap<&Place, BTreeSet<String>> = BTreeMap::new();
    for case in project.releases() {
        for source in &case.contents.sources {
            sharing.entry(&source.source.place).or_default().insert(case.release.id());
        }
    }
    sharing
}

/// Sources, but nothing that would bring their checksum to the chart. `shared` is how many releases have the directive, and `target`
/// what this one may list.
fn unwired_release(
    project: &Project<'_>,
    case: &ReleaseCase<'_>,
    (declared, shared): (&Place, usize),
    target: &Utf8Path,
) -> Diagnostic {
    let (visit, release) = (case.visit, case.release);
    let message =
        format!("release `{}` declares sources, but lists no target among its `values`", release.id());
    let file = release.place.as_ref().map_or(&visit.file, |place| &place.file);
    let entry = entry(target, &visit.directory, &release.values_path_prefix);
    let line = format!("add a line to its `values` in `{}`: `- {entry}`", project.shown(file));
    let hint = if shared > 1 && declared.file.file_name() != Some(FILE_NAME) {
        format!(
            "{shared} releases have `{}` among their values: move the directive to a file that only those have whose pods read \
             the source, or to `{FILE_NAME}`; else {line}",
            project.shown(&declared.file)
        )
    } else {
        line
    };
    Diagnostic::finding(Code::UnwiredRelease, message).hint(hint).release(release.id()).at(declared.clone())
}

/// A file as an entry of `values`, which is relative to the state file and comes after `valuesPathPrefix`.
fn entry(target: &Utf8Path, state: &Utf8Path, prefix: &str) -> String {
    let below = relative(target, state);
    let entry = if prefix.ends_with('/') {
        relative(target, &state.join(prefix.trim_end_matches('/')))
    } else {
        below.as_str().strip_prefix(prefix).map_or_else(|| below.clone(), Utf8PathBuf::from)
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if entry.as_str().bytes().all(plain) && !entry.as_str().starts_with('-') {
        entry.into_string()
    } else {
        format!("\"{}\"", entry.as_str().replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// The targets that releases list or were told to list, with the release.
struct Taken(BTreeMap<Utf8PathBuf, String>);

impl Taken {
    fn of(project: &Project<'_>) -> Self {
        let listed = project.visits().flat_map(|(environment, visited)| {
            let releases = &environment.resolved.visits[visited.index].releases;
            visited.candidates.iter().flat_map(|candidate| {
                let id = releases[candidate.index].id();
                candidate.targets.iter().map(move |target| (target.path.clone(), id.clone()))
            })
        });
        Self(listed.collect())
    }

    /// Whether a release may have a target: no other one has it.
    fn is_free_for(&self, target: &Utf8Path, release: &str) -> bool {
        self.0.get(target).is_none_or(|owner| owner == release)
    }
}

/// The targets that a release could list.
struct Proposals<'a, 'p> {
    project: &'a Project<'p>,
    case: &'a ReleaseCase<'p>,
    declared: &'p Place,
}

impl Proposals<'_, '_> {
    /// The first that nothing stands in the way of. Where the name of the environment belongs, a template stands for it.
    fn best(&self, taken: &mut Taken) -> Utf8PathBuf {
        let id = self.case.release.id();
        let beside = self.declared.file.parent().unwrap_or(&self.case.visit.directory);
        let directories = [beside.to_owned(), self.case.visit.directory.join(FOLDER)];
        let all: Vec<Utf8PathBuf> = directories
            .iter()
            .flat_map(|directory| self.names().into_iter().map(|name| directory.join(name)))
            .collect();
        let fits = |target: &&Utf8PathBuf| taken.is_free_for(target, &id) && self.is_usable(target);
        let best = all.iter().find(fits).or(all.first()).cloned().unwrap_or_default();
        taken.0.entry(best.clone()).or_insert(id);
        self.with_environment(&best)
    }

    /// Names of files, the nicest first: that of the values file, then that of the release.
    fn names(&self) -> Vec<String> {
        let release = self.case.release;
        let file = self.declared.file.file_name().unwrap_or_default();
        let stem = file.strip_suffix(".gotmpl").unwrap_or(file);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let own = release.id().replace('/', "-");
        let mut stems = match stem {
            _ if file == FILE_NAME => Vec::new(),
            // A folder that has one such file is that of the release.
            "values" => vec![""],
            stem => vec![stem],
        };
        stems.extend([release.name.as_str(), &own]);
        let environment = self.environment().filter(|name| self.sources_name(name) && !self.is_in_path(name));
        let mut names = Vec::new();
        for stem in stems {
            let stem = match environment {
                Some(name) if stem.is_empty() => name.to_owned(),
                Some(name) => format!("{stem}.{name}"),
                None => stem.to_owned(),
            };
            names.extend(self.named_for(&stem));
        }
        names
    }

    /// The names of targets that have a stem in them: as helmsum knows them by itself, else as the configuration does.
    fn named_for(&self, stem: &str) -> Vec<String> {
        let settings = self.project.configurations.near(&self.case.visit.directory);
        let known = TARGETS.map(str::to_owned).to_vec();
        let patterns = settings.map_or(known, |settings| settings.targets.clone());
        let usual =
            if stem.is_empty() { "checksum.yaml".to_owned() } else { format!("{stem}.checksum.yaml") };
        let of_patterns = patterns.iter().map(|pattern| pattern.replacen('*', stem, 1));
        let mut names: Vec<String> = [usual].into_iter().chain(of_patterns).collect();
        names.retain(|name| {
            let is_name = !name.contains(['*', '?', '[', '\\']) && !name.starts_with(['.', '-']);
            is_name && patterns.iter().any(|pattern| matches(pattern, name).unwrap_or(false))
        });
        names.truncate(1);
        names
    }

    /// Whether a target may be there, and nothing of somebody else's is.
    fn is_usable(&self, target: &Utf8Path) -> bool {
        let consumer = self.case.consumer;
        let tree = &*self.case.environment.request.tree;
        let is_foreign = || match read(tree, target) {
            Ok(bytes) => bytes.is_some_and(|bytes| Recorded::read(&bytes).is_foreign()),
            Err(_) => true,
        };
        let places = self.case.places;
        check_place(target, &consumer.root).is_ok()
            && places.is_state(&consumer.id(), target, &consumer.root, target).is_none()
            && places.problem(target, &consumer.root, &self.project.context.directory).is_none()
            && !is_foreign()
    }

    fn environment(&self) -> Option<&str> {
        Some(self.case.consumer.environment.as_str()).filter(|name| !name.is_empty())
    }

    /// Whether a source is of one environment, by its path.
    fn sources_name(&self, environment: &str) -> bool {
        let sources = self.case.contents.sources.iter();
        sources.filter_map(|source| source.source.path()).any(|path| {
            let path = relative(&path, &self.case.visit.directory);
            path.components().any(|part| has_part(part.as_str(), environment))
        })
    }

    /// Whether the values file that declares the first source is of one environment, by its path.
    fn is_in_path(&self, environment: &str) -> bool {
        let path = relative(&self.declared.file, &self.case.visit.directory);
        path.components().any(|part| has_part(part.as_str(), environment))
    }

    /// A path below the state file with a template for the name of the environment.
    fn with_environment(&self, target: &Utf8Path) -> Utf8PathBuf {
        let Some(name) = self.environment() else { return target.to_owned() };
        if !self.sources_name(name) && !self.is_in_path(name) {
            return target.to_owned();
        }
        let state = &self.case.visit.directory;
        let parts = relative(target, state);
        let parts: Utf8PathBuf = parts.components().map(|part| replaced(part.as_str(), name)).collect();
        state.join(parts)
    }
}

/// What a part of a path is made of, beside what joins it.
const JOINTS: [char; 3] = ['.', '-', '_'];

/// Whether a part of a path has a name in it, alone or joined to others.
fn has_part(part: &str, name: &str) -> bool {
    replaced(part, name) != part
}

/// A part of a path with the template in the place of the name of the environment.
fn replaced(part: &str, name: &str) -> String {
    let mut text = String::new();
    let mut rest = part;
    while let Some(at) = rest.find(name) {
        let end = at + name.len();
        let alone = rest[..at].chars().next_back().is_none_or(|before| JOINTS.contains(&before))
            && (at > 0 || text.chars().next_back().is_none_or(|before| JOINTS.contains(&before)))
            && rest[end..].chars().next().is_none_or(|after| JOINTS.contains(&after));
        text.push_str(&rest[..at]);
        text.push_str(if alone { ENVIRONMENT } else { name });
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_a_part_of_its_own() {
        for (part, expected) in [
            ("prod", "{{ .Environment.Name }}"),
            ("gateway-prod", "gateway-{{ .Environment.Name }}"),
            ("prod.checksum.yaml", "{{ .Environment.Name }}.checksum.yaml"),
            ("production", "production"),
            ("preprod", "preprod"),
            ("prodprod", "prodprod"),
            ("a.prod.b-prod", "a.{{ .Environment.Name }}.b-{{ .Environment.Name }}"),
        ] {
            assert_eq!(replaced(part, "prod"), expected);
        }
    }

    #[test]
    fn an_entry_comes_after_the_prefix_and_is_quoted_where_yaml_needs_it() {
        for (target, prefix, expected) in [
            ("/r/web/checksum.yaml", "", "web/checksum.yaml"),
            ("/r/web/checksum.yaml", "web/", "checksum.yaml"),
            ("/r/web/checksum.yaml", "values/", "../web/checksum.yaml"),
            ("/r/web/checksum.yaml", "we", "b/checksum.yaml"),
            ("/r/{{ .x }}.yaml", "", "\"{{ .x }}.yaml\""),
            ("/r/it's #1.yaml", "", "\"it's #1.yaml\""),
            ("/other/checksum.yaml", "", "../other/checksum.yaml"),
        ] {
            assert_eq!(entry(target.into(), "/r".into(), prefix), expected, "{target} {prefix}");
        }
    }
}

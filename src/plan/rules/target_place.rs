//! Targets that helmfile or helm would take for something else, which is an error: found once for all targets of an environment.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::{join_clean, matches};
use crate::plan::facts::locations::Locations;
use crate::plan::facts::targets::at_release;
use crate::plan::rules::parent_states::Parents;
use crate::state::{EntryContent, Release, Resolved, Visit};
use crate::text::Place;
use crate::text::relative;
use crate::tree::{Kind, Tree};

/// Patterns by what is fixed in them, so that a target is compared with few of them.
#[derive(Debug)]
struct Patterns<T> {
    /// By the text before the first character of a pattern, then by the name, where it is fixed.
    by_text: BTreeMap<String, ByName<T>>,
}

/// Patterns with what they mean, by their last part where it is fixed.
type ByName<T> = BTreeMap<Option<String>, Vec<(String, T)>>;

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Self { by_text: BTreeMap::new() }
    }
}

/// What makes a path a pattern to Go, or takes the meaning from that.
const PATTERN_CHARACTERS: [char; 4] = ['*', '?', '[', '\\'];

impl<T> Patterns<T> {
    /// Adds an absolute pattern. Links in what is fixed at its start are resolved, so that they do not hide what it finds.
    fn add(&mut self, locations: &Locations, pattern: &Utf8Path, what: T) {
        let text = pattern.as_str();
        let fixed = text.find(PATTERN_CHARACTERS).unwrap_or(text.len());
        let (directory, rest) = text.split_at(text[..fixed].rfind('/').unwrap_or_default());
        let real = locations.real(&Utf8Path::new("/").join(directory).join("x"));
        let real = real.parent().map_or("", Utf8Path::as_str);
        // A directory whose name would be a pattern itself stays as it is spelled.
        let start = if real.contains(PATTERN_CHARACTERS) { directory } else { real.trim_end_matches('/') };
        let whole = format!("{start}{rest}");
        let key = whole[..start.len() + fixed - directory.len()].to_owned();
        let name = pattern.file_name().filter(|name| !name.contains(PATTERN_CHARACTERS)).map(str::to_owned);
        let known = self.by_text.entry(key).or_default().entry(name).or_default();
        if !known.iter().any(|(other, _)| *other == whole) {
            known.push((whole, what));
        }
    }

    /// The first pattern that finds this path, without links in it.
    fn find(&self, path: &Utf8Path) -> Option<&T> {
        let text = path.as_str();
        let name = path.file_name().map(str::to_owned);
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.filter_map(|end| self.by_text.get(&text[..end])).find_map(|names| {
            let both = [&name, &None];
            let listed = both.into_iter().filter_map(|name| names.get(name)).flatten();
            let mut found = listed.filter(|(pattern, _)| matches(pattern, text).unwrap_or(false));
            found.next().map(|(_, what)| what)
        })
    }
}

/// What makes helmfile read state files from a directory.
#[derive(Clone, Debug)]
enum LoadedBy {
    Name,
    /// This state file, which lists it.
    Parent(Utf8PathBuf),
}

/// What a directory says of the targets in it.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    /// What makes helmfile read state files from it.
    state: Option<LoadedBy>,
    /// The chart, and the part of it that it belongs to.
    chart: Option<(Utf8PathBuf, &'static str)>,
}

/// Everything that could take a target for something else.
pub(crate) struct TargetPlaces<'a> {
    tree: &'a dyn Tree,
    resolved: &'a Resolved,
    locations: &'a Locations,
    states: Patterns<()>,
    /// Lists of state values, with the file that has them.
    values: Patterns<(String, Utf8PathBuf)>,
    /// Entries of releases: which visit and release, and what the entry says.
    releases: Patterns<(usize, usize, String)>,
    /// Directories without a `Chart.yaml` that releases have as charts: the visit and the release.
    manifests: BTreeMap<Utf8PathBuf, (usize, usize)>,
    /// helmfile's cache, links resolved.
    cache: Option<Utf8PathBuf>,
    near: RefCell<BTreeMap<Utf8PathBuf, Surroundings>>,
    parents: Parents,
    /// The state files of this run, links resolved, and their directories.
    own: BTreeSet<Utf8PathBuf>,
    directories: BTreeSet<Utf8PathBuf>,
}

impl<'a> TargetPlaces<'a> {
    /// Gathers what one environment of a state looks for.
    pub(crate) fn new(tree: &'a dyn Tree, resolved: &'a Resolved, locations: &'a Locations) -> Self {
        let mut states = Patterns::default();
        for pattern in resolved.state_patterns() {
            states.add(locations, &pattern, ());
        }
        let mut values = Patterns::default();
        for list in resolved.values_patterns.iter().flat_map(|lists| lists.iter()) {
            values.add(locations, &list.pattern, (list.owner.clone(), list.file.clone()));
        }
        let (mut releases, mut manifests) = (Patterns::default(), BTreeMap::new());
        for (index, visit) in resolved.visits.iter().enumerate() {
            let mut charts: BTreeMap<&str, Option<Utf8PathBuf>> = BTreeMap::new();
            for (position, release) in visit.releases.iter().enumerate() {
                for entry in release.values.iter().chain(&release.secrets) {
                    let EntryContent::Path(path) = &entry.content else { continue };
                    let path = format!("{}{path}", release.values_path_prefix);
                    if path.contains(['*', '?', '[']) {
                        let pattern = join_clean(&visit.directory, &path);
                        releases.add(locations, &pattern, (index, position, path));
                    }
                }
                let directory = charts
                    .entry(&release.chart)
                    .or_insert_with(|| manifests_of(tree, visit, release).map(|path| locations.real(&path)));
                if let Some(directory) = directory {
                    manifests.entry(directory.clone()).or_insert((index, position));
                }
            }
        }
        let cache = resolved.visits.first().and_then(Visit::cache).map(|cache| locations.real(cache));
        let own: BTreeSet<Utf8PathBuf> =
            resolved.visits.iter().map(|visit| locations.real(&visit.file)).collect();
        let directories = own.iter().filter_map(|file| file.parent()).map(Utf8Path::to_owned).collect();
        let (near, parents) = (RefCell::default(), Parents::default());
        Self {
            tree,
            resolved,
            locations,
            states,
            values,
            releases,
            manifests,
            cache,
            near,
            parents,
            own,
            directories,
        }
    }

    /// A target that helmfile would load as a state file.
    pub(crate) fn is_state(
        &self,
        release: &str,
        target: &Utf8Path,
        root: &Utf8Path,
        shown: &Utf8Path,
    ) -> Option<Diagnostic> {
        let real = self.locations.real(target);
        let reason = if self.states.find(&real).is_some() {
            String::new()
        } else {
            match self.near(&real, root).state.filter(|_| is_state_name(&real))? {
                LoadedBy::Name => ", since its directory is called `helmfile.d`".to_owned(),
                LoadedBy::Parent(parent) => {
                    let name = parent.strip_prefix(self.locations.real(&root.join("x")).parent()?).ok();
                    format!(", since `{}` lists its directory under `helmfiles`", name.unwrap_or(&parent))
                }
            }
        };
        let message =
            format!("release `{release}`: helmfile would load the target `{shown}` as a state file{reason}");
        let finding = Diagnostic::finding(Code::TargetIsState, message).hint("put it into another directory");
        Some(finding.release(release).at(Place::file(target)))
    }

    /// What else a target would be taken for.
    pub(crate) fn problem(
        &self,
        target: &Utf8Path,
        root: &Utf8Path,
        directory: &Utf8Path,
    ) -> Option<Diagnostic> {
        let real = self.locations.real(target);
        let shown = relative(target, directory);
        let place = Place::file(target);
        if let Some(cache) = self.cache.as_ref().filter(|cache| real.starts_with(cache)) {
            let message =
                format!("the target `{shown}` is in helmfile's cache `{cache}`, which all projects share");
            let hint = "copy the sub-helmfile into the repository, or leave its checksums to the repository that it is from";
            return Some(Diagnostic::error(message).at(place).hint(hint));
        }
        if let Some((owner, file)) = self.values.find(&real) {
            let message = format!(
                "the target `{shown}` is read as state values: {owner} in `{}` finds it, so its checksum would be one of the values that it may depend on",
                relative(file, directory)
            );
            let hint = "put the target into another directory, or list the values files one by one";
            return Some(Diagnostic::error(message).at(Place::file(file)).hint(hint));
        }
        if let Some((visit, release, path)) = self.releases.find(&real) {
            let release = &self.resolved.visits[*visit].releases[*release];
            let message = format!(
                "the values entry `{path}` of release `{}` would find the target `{shown}` too, and helmfile takes one match only",
                release.id()
            );
            let hint = "put the target into another directory, or list the files one by one";
            return Some(at_release(Diagnostic::error(message).hint(hint), release));
        }
        if let Some((chart, part)) = self.near(&real, root).chart {
            let chart = relative(&chart, directory);
            let message = format!(
                "the target `{shown}` is in `{part}/` of the chart `{chart}`, where helm takes it for a part of the chart"
            );
            return Some(
                Diagnostic::error(message).at(place).hint("put it beside the values files of the release"),
            );
        }
        let (chart, (visit, release)) =
            real.ancestors().skip(1).find_map(|above| self.manifests.get_key_value(above))?;
        let message = format!(
            "the target `{shown}` is in `{}`, which helmfile makes the chart of release `{}`: it would be one of its manifests",
            relative(chart, directory),
            self.resolved.visits[*visit].releases[*release].id()
        );
        Some(Diagnostic::error(message).at(place).hint("put it into another directory"))
    }

    /// What the directory of a target says, looked at once.
    fn near(&self, target: &Utf8Path, root: &Utf8Path) -> Surroundings {
        let Some(directory) = target.parent() else { return Surroundings::default() };
        if let Some(known) = self.near.borrow().get(directory) {
            return known.clone();
        }
        let root = self.locations.real(&root.join("x"));
        let root = root.parent().unwrap_or(&root);
        let state = if directory.file_name() == Some("helmfile.d") {
            Some(LoadedBy::Name)
        } else {
            let read = |file: &Utf8Path| self.own.contains(file);
            self.parents.listing(self.tree, directory, root, &self.directories, read).map(LoadedBy::Parent)
        };
        let found = Surroundings { state, chart: self.chart(directory, root) };
        self.near.borrow_mut().insert(directory.to_owned(), found.clone());
        found
    }

    /// The chart that a directory is a part of which helm renders.
    fn chart(&self, directory: &Utf8Path, root: &Utf8Path) -> Option<(Utf8PathBuf, &'static str)> {
        let inside = directory.ancestors().take_while(|above| above.starts_with(root));
        inside.filter_map(|above| Some((above.parent()?, above.file_name()?))).find_map(|(chart, name)| {
            let part = ["templates", "crds"].into_iter().find(|part| *part == name)?;
            let is_chart =
                self.tree.stat(&chart.join("Chart.yaml")).is_ok_and(|stat| stat.kind == Kind::File);
            is_chart.then(|| (chart.to_owned(), part))
        })
    }
}

/// Looks at every target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let Some(target) = &case.consumer.target else { continue };
        let problem = case.places.problem(target, &case.consumer.root, &project.context.directory);
        if let Some(problem) = problem {
            findings.about_consumer(case.index, problem);
        }
    }
}

/// Whether helmfile takes a file of this name for a state file where it reads a directory.
fn is_state_name(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    ["*.y*ml", "*.y*ml.gotmpl"].iter().any(|pattern| matches(pattern, name).unwrap_or(false))
}

/// The directory that a release has as its chart, where it is none.
fn manifests_of(tree: &dyn Tree, visit: &Visit, release: &Release) -> Option<Utf8PathBuf> {
    let chart = &release.chart;
    if !chart.starts_with('.') && !chart.starts_with('/') {
        return None;
    }
    let directory = join_clean(&visit.directory, chart);
    let is_directory = tree.stat(&directory).is_ok_and(|stat| stat.kind == Kind::Directory);
    (is_directory && tree.stat(&directory.join("Chart.yaml")).is_err())
        .then(|| tree.resolve(&directory).unwrap_or(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_by_what_is_fixed_in_it() {
        let locations = Locations::default();
        let mut patterns = Patterns::default();
        for (number, pattern) in
            ["/n/a/*.yaml", "/n/*/b.yaml", "/n/x.yaml", "/n/c/v-?.yaml", "/n/\\[d]/*.yaml"].iter().enumerate()
        {
            patterns.add(&locations, Utf8Path::new(pattern), number);
        }
        let find = |path: &str| patterns.find(Utf8Path::new(path)).copied();
        assert_eq!(find("/n/a/q.yaml"), Some(0));
        assert_eq!(find("/n/z/b.yaml"), Some(1));
        assert_eq!(find("/n/x.yaml"), Some(2));
        assert_eq!(find("/n/c/v-1.yaml"), Some(3));
        assert_eq!(find("/n/[d]/q.yaml"), Some(4));
        for path in ["/n/z/c.yaml", "/n/a/b/q.yaml", "/n/x.yam", "/n/c/v-12.yaml", "/n/d/q.yaml"] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}

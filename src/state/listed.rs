//! Which files a state lists, in whatever environment: what of a chart's folder helm is not given as a part of the chart.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::discovery::is_state_file_name;
use super::location::escape;
use super::remote::is_remote;
use super::resolved::{EntryContent, Release, Resolved, Visit};
use crate::go::filepath::{join_clean, matches};
use crate::tree::{Kind, Tree, glob};
use crate::vals::has_reference;
use crate::value::Value;

/// How many further files are read, beside those that the state was read from.
const MOST_FILES: usize = 1_000;

/// The largest of them that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What stands for what a template prints: it is in no path.
const PRINTED: char = '\u{1}';

/// The files that a state lists as values, secrets, patches, contents of `set`, state files, bases and lock files.
///
/// Those of the environment that was read are known. Of the others, which need not be readable here, the texts of state files
/// and bases tell: every word in them may be a path, and what a template prints may be anything but a `/`. So one state lists
/// the same files on every machine.
#[derive(Debug, Default)]
pub struct Listed {
    /// Files with their links resolved.
    files: BTreeSet<Utf8PathBuf>,
    /// Absolute patterns, as Go's `filepath.Match` reads them, below resolved directories.
    patterns: BTreeSet<Utf8PathBuf>,
}

impl Listed {
    /// The files that a state lists.
    #[must_use]
    pub fn of(tree: &dyn Tree, resolved: &Resolved) -> Self {
        let mut listed = Self::default();
        for visit in &resolved.visits {
            let read = [&visit.file].into_iter().chain(&visit.bases).chain(&visit.values_files);
            for file in read {
                listed.add(tree, file);
            }
            listed.add(tree, &lock_of(&visit.file));
            for release in &visit.releases {
                listed.add_release(tree, visit, release);
            }
        }
        for file in &resolved.skipped {
            listed.add(tree, file);
        }
        let mut texts = Texts { tree, seen: BTreeSet::new(), left: MOST_FILES };
        for visit in &resolved.visits {
            for file in [&visit.file].into_iter().chain(&visit.bases) {
                texts.scan(file, &[&visit.directory], &mut listed);
            }
        }
        for file in &resolved.skipped {
            texts.scan(file, &[file.parent().unwrap_or(file)], &mut listed);
        }
        listed
    }

    /// Adds a file.
    pub fn add(&mut self, tree: &dyn Tree, path: &Utf8Path) {
        self.files.insert(identity(tree, path));
    }

    /// Whether the state lists the file at an absolute path.
    #[must_use]
    pub fn has(&self, tree: &dyn Tree, path: &Utf8Path) -> bool {
        let path = identity(tree, path);
        let found = |pattern: &Utf8PathBuf| matches(pattern.as_str(), path.as_str()).unwrap_or(false);
        self.files.contains(&path) || self.patterns.iter().any(found)
    }

    fn add_release(&mut self, tree: &dyn Tree, visit: &Visit, release: &Release) {
        for entry in release.values.iter().chain(&release.secrets) {
            if let EntryContent::Path(path) = &entry.content {
                self.add_entry(tree, visit, &release.values_path_prefix, path);
            }
        }
        let chartify = &release.helm.chartify;
        let patches = chartify.json_patches.iter().chain(&chartify.strategic_merge_patches);
        for patch in patches.chain(&chartify.transformers) {
            if let Value::Str(path) = patch {
                self.add_entry(tree, visit, "", path);
            }
        }
        for set in &release.set {
            if let Value::Map(item) = &set.item
                && let Some(Value::Str(path)) = item.get("file")
            {
                self.add(tree, &visit.joined(&path));
            }
        }
    }

    fn add_entry(&mut self, tree: &dyn Tree, visit: &Visit, prefix: &str, path: &str) {
        if let Some(path) = visit.entry_path(prefix, path) {
            self.add(tree, &path);
            return;
        }
        let path = format!("{prefix}{path}");
        if !is_remote(&path) && !has_reference(path.as_bytes()) {
            self.patterns.insert(visit.base.pattern(&path));
        }
    }
}

/// The path with links resolved, as far as there are any.
fn identity(tree: &dyn Tree, path: &Utf8Path) -> Utf8PathBuf {
    if let Ok(path) = tree.resolve(path) {
        return path;
    }
    let beside = || Some(tree.resolve(path.parent()?).ok()?.join(path.file_name()?));
    beside().unwrap_or_else(|| path.to_owned())
}

/// The lock file of a state file (`pkg/state/chart_dependency.go: lockFileName`).
fn lock_of(file: &Utf8Path) -> Utf8PathBuf {
    let name = file.file_name().unwrap_or_default();
    let name = name.strip_suffix(".gotmpl").unwrap_or(name);
    let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name);
    file.with_file_name(format!("{name}.lock"))
}

/// The texts of a state, with those that other environments would lead to.
struct Texts<'t> {
    tree: &'t dyn Tree,
    seen: BTreeSet<Utf8PathBuf>,
    left: usize,
}

impl Texts<'_> {
    /// Adds what a text may list, and follows what may be a state file or a base. Paths are relative to one of `directories`:
    /// those of a base are relative to the file that lists it.
    fn scan(&mut self, file: &Utf8Path, directories: &[&Utf8Path], listed: &mut Listed) {
        let mut open: Vec<(Utf8PathBuf, Vec<Utf8PathBuf>)> =
            vec![(file.to_owned(), directories.iter().map(|&directory| directory.to_owned()).collect())];
        while let Some((file, directories)) = open.pop() {
            if !self.seen.insert(file.clone()) {
                continue;
            }
            let Some(text) = self.text(&file) else { continue };
            for directory in &directories {
                let real = self.tree.resolve(directory).unwrap_or_else(|_| directory.clone());
                let escaped = Utf8PathBuf::from(escape(real.as_str()));
                for word in words(&text) {
                    let pattern = word.replace(PRINTED, "*");
                    let may_be_state = is_state_file_name(word.rsplit('/').next().unwrap_or_default());
                    if pattern.contains(['*', '?']) {
                        let pattern = join_clean(&escaped, &pattern);
                        if may_be_state {
                            let found = glob(self.tree, &pattern).unwrap_or_default();
                            open.extend(self.states(found, listed, directory));
                        }
                        listed.patterns.insert(pattern);
                    } else {
                        let path = join_clean(&real, &pattern);
                        if may_be_state {
                            open.extend(self.states(vec![path.clone()], listed, directory));
                        }
                        listed.files.insert(path);
                    }
                }
            }
        }
    }

    fn text(&self, file: &Utf8Path) -> Option<String> {
        let stat = self.tree.stat(file).ok()?;
        if stat.kind != Kind::File || stat.size > LARGEST {
            return None;
        }
        String::from_utf8(self.tree.read(file).ok()?).ok()
    }

    /// Those of some files that look like a state, each with the directories that its paths may be relative to.
    fn states(
        &mut self,
        files: Vec<Utf8PathBuf>,
        listed: &Listed,
        directory: &Utf8Path,
    ) -> Vec<(Utf8PathBuf, Vec<Utf8PathBuf>)> {
        let mut found = Vec::new();
        for file in files {
            // What is known is a values file, or is scanned anyway.
            if self.left == 0 || self.seen.contains(&file) || listed.files.contains(&file) {
                continue;
            }
            let Some(text) = self.text(&file) else { continue };
            self.left -= 1;
            if text.lines().any(is_state_key) {
                let own = file.parent().unwrap_or(&file).to_owned();
                found.push((file, vec![own, directory.to_owned()]));
            }
        }
        found
    }
}

/// Whether a line has a key that leads to further files, at the top of a state file.
fn is_state_key(line: &str) -> bool {
    let keys = ["bases:", "environments:", "helmfiles:", "releases:", "templates:"];
    keys.iter().any(|key| line.starts_with(key))
}

/// The words of a text that may be paths. What templates print is [`PRINTED`]; the strings in templates are words as well.
fn words(text: &str) -> BTreeSet<String> {
    let mut plain = String::with_capacity(text.len());
    let mut strings = String::new();
    let mut rest = text;
    while let Some((before, action)) = rest.split_once("{{") {
        plain.push_str(before);
        plain.push(PRINTED);
        let (action, after) = action.split_once("}}").unwrap_or((action, ""));
        for (at, part) in action.split(['"', '`']).enumerate() {
            if at % 2 == 1 {
                strings.push_str(&part.replace("%s", "\u{1}").replace("%v", "\u{1}"));
                strings.push('\n');
            }
        }
        rest = after;
    }
    plain.push_str(rest);
    let separates = |c: char| c.is_whitespace() || "[]{},\"'".contains(c);
    let may_be_path = |word: &&str| word.contains('.') && word.contains(char::is_alphanumeric);
    plain
        .split(separates)
        .chain(strings.split(separates))
        .filter(may_be_path)
        .filter(|word| !word.ends_with(':') && !is_remote(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_may_be_paths() {
        let text = "values: [a.yaml, \"b/{{ .Environment.Name }}.yaml\"]\n- {{ printf \"%s.yml\" .x }}\nname: web\n# c.yaml\n";
        let found: Vec<String> = words(text).into_iter().collect();
        assert_eq!(found, ["\u{1}.yml", "a.yaml", "b/\u{1}.yaml", "c.yaml"]);
    }
}

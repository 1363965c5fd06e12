//! Packages of charts that no revision has, since git ignores them.
//!
//! `helm dependency build` puts them below `charts/`, and what it puts there is a function of what the chart depends on. So those of the
//! work tree serve another revision that depends on the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::program::git;
use crate::tree::{Overlay, Tree};
use crate::value::Value;
use crate::yaml::{self, Limits};

/// The folder of a chart that packages lie in.
const FOLDER: &str = "charts/";

/// The files that fix the versions of what a chart depends on.
const LOCKS: [&str; 2] = ["Chart.lock", "requirements.lock"];

/// The files that say what a chart depends on.
const DEPENDENCIES: [&str; 2] = ["Chart.yaml", "requirements.yaml"];

/// The most bytes that are taken over, which is more than any project has.
const MOST: u64 = 1 << 30;

/// A revision with the packages of the work tree at `root` that git ignores, for each chart that depends on the same in both.
pub(crate) fn with_packages(root: &Utf8Path, revision: Arc<dyn Tree>, disk: &dyn Tree) -> Arc<dyn Tree> {
    let arguments =
        ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", ":(glob)**/charts/**"];
    // Without an answer there are none: what lacks its packages says so.
    let Ok(ignored) = git(root, &arguments, "", &[]) else { return revision };
    let names = ignored.output.split(|byte| *byte == 0);
    let names: Vec<&str> = names.filter_map(|name| std::str::from_utf8(name).ok()).collect();
    let mut same: BTreeMap<Utf8PathBuf, bool> = BTreeMap::new();
    let mut with = Overlay::new(Arc::clone(&revision));
    let (mut bytes, mut count) = (0, 0);
    for name in names {
        let has_chart = |folder: &&str| revision.stat(&root.join(folder).join(DEPENDENCIES[0])).is_ok();
        let Some(chart) = charts_of(name).find(has_chart).map(|folder| root.join(folder)) else { continue };
        let is_same =
            *same.entry(chart.clone()).or_insert_with(|| depends_on_the_same(&chart, &*revision, disk));
        let path = root.join(name);
        if !is_same || revision.stat_link(&path).is_ok() {
            continue;
        }
        let Ok(content) = disk.read(&path) else { continue };
        bytes += content.len() as u64;
        if bytes > MOST {
            break;
        }
        with.insert(&path, content);
        count += 1;
    }
    if count == 0 { revision } else { Arc::new(with) }
}

/// The folders of charts that a file may be a package of, the outermost first.
fn charts_of(name: &str) -> impl Iterator<Item = &str> {
    let found = name.match_indices(FOLDER).map(|(at, _)| &name[..at]);
    found
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .map(|folder| folder.trim_end_matches('/'))
}

/// Whether a chart depends on the same in a revision and on disk: by its lock, else by what it declares.
fn depends_on_the_same(chart: &Utf8Path, revision: &dyn Tree, disk: &dyn Tree) -> bool {
    let read = |tree: &dyn Tree, name: &str| tree.read(&chart.join(name)).ok();
    for lock in LOCKS {
        if let (Some(one), Some(other)) = (read(revision, lock), read(disk, lock)) {
            return one == other;
        }
        if read(revision, lock).is_some() != read(disk, lock).is_some() {
            return false;
        }
    }
    let declared = |tree: &dyn Tree, name: &str| dependencies(&read(tree, name)?);
    DEPENDENCIES.iter().all(|name| match (declared(revision, name), declared(disk, name)) {
        (Some(one), Some(other)) => one.deep_equal(&other),
        (None, None) => *name != DEPENDENCIES[0],
        _ => false,
    })
}

/// What a chart depends on.
fn dependencies(text: &[u8]) -> Option<Value> {
    let node = yaml::parse(text, &Limits::default()).ok()?.into_iter().next()?;
    match node.decode_as_helm().ok()? {
        Value::Map(map) => Some(map.get("dependencies").unwrap_or_default()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- name: redis\n  version: 1.0.0\n  repository: https://charts.example.org\n";

    #[test]
    fn packages_are_taken_over_where_the_chart_depends_on_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        git(&root, &["init", "--quiet"], "", &[]).expect("a repository");
        fs_err::write(root.join(".gitignore"), "**/charts/*.tgz\n").expect("a file");
        let mut of_revision = Overlay::new(Arc::new(Nothing));
        for (name, own, lock) in [
            ("same", CHART.replace("1.0.0\nd", "1.1.0\nd"), None),
            ("other", CHART.replace("redis", "valkey"), None),
            ("locked", CHART.replace("redis", "valkey"), Some("digest: a")),
            ("unlocked", CHART.to_owned(), Some("digest: b")),
        ] {
            let chart = root.join(name);
            fs_err::create_dir_all(chart.join("charts")).expect("a folder");
            fs_err::write(chart.join("Chart.yaml"), CHART).expect("a file");
            fs_err::write(chart.join("charts/redis-1.0.0.tgz"), name).expect("a file");
            fs_err::write(chart.join("charts/README"), "not ignored").expect("a file");
            if name == "locked" {
                fs_err::write(chart.join("Chart.lock"), "digest: a").expect("a file");
            }
            of_revision.insert(&chart.join("Chart.yaml"), own.into_bytes());
            if let Some(lock) = lock {
                of_revision.insert(&chart.join("Chart.lock"), lock.as_bytes());
            }
        }
        let tree = with_packages(&root, Arc::new(of_revision), &WorkTree);
        let has = |name: &str| tree.read(&root.join(name).join("charts/redis-1.0.0.tgz")).is_ok();
        assert_eq!(["same", "other", "locked", "unlocked"].map(has), [true, false, true, false]);
        assert!(tree.read(&root.join("same/charts/README")).is_err());
        assert_eq!(tree.entries(&root.join("same/charts")).expect("a folder").len(), 1);
    }

    /// A tree without any file.
    #[derive(Debug)]
    struct Nothing;

    impl Tree for Nothing {
        fn open(&self, _: &Utf8Path) -> std::io::Result<Box<dyn crate::tree::OpenFile>> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn stat(&self, _: &Utf8Path) -> std::io::Result<crate::tree::Stat> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn stat_link(&self, _: &Utf8Path) -> std::io::Result<crate::tree::Stat> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn entries(&self, _: &Utf8Path) -> std::io::Result<Vec<crate::tree::Entry>> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn resolve(&self, path: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
            Ok(path.to_owned())
        }
    }
}

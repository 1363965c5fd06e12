//! What git ignores.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use crate::program::git;

/// Which of these files of the repository at `root` git ignores: they are part of no commit, and each machine makes its own.
///
/// # Errors
///
/// Why git cannot say that.
fn git_ignored<'p>(root: &Utf8Path, paths: &[&'p Utf8Path]) -> Result<BTreeSet<&'p Utf8Path>, String> {
    if paths.is_empty() {
        return Ok(BTreeSet::new());
    }
    let why = match asked(root, paths) {
        Ok(ignored) => return Ok(ignored),
        Err(why) => why,
    };
    // git answers for none of them where one is outside of the repository or below a link. Where it answers for no path at all, that is
    // not the reason.
    if asked(root, &[]).is_err() {
        let is_repository = root.join(".git").exists() && !why.starts_with("not a git repository");
        return if is_repository { Err(why) } else { Ok(BTreeSet::new()) };
    }
    if paths.len() == 1 {
        return Ok(BTreeSet::new());
    }
    let (one, other) = paths.split_at(paths.len() / 2);
    let mut ignored = git_ignored(root, one)?;
    ignored.extend(git_ignored(root, other)?);
    Ok(ignored)
}

/// A file, with the root of its repository before it.
pub(crate) type InRepository<'p> = (&'p Utf8Path, &'p Utf8Path);

/// What git said of files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ignored<'p> {
    files: BTreeSet<InRepository<'p>>,
    /// The repositories of which it said nothing, and why.
    silent: BTreeMap<&'p Utf8Path, String>,
}

impl Ignored<'_> {
    /// Whether git ignores a file, as far as it could be asked.
    pub(crate) fn contains(&self, file: &InRepository<'_>) -> bool {
        self.files.contains(file)
    }

    /// Why git said nothing of a repository.
    pub(crate) fn silence(&self, root: &Utf8Path) -> Option<&str> {
        self.silent.get(root).map(String::as_str)
    }
}

/// Which of these files git ignores. It is asked once for each repository: starting it takes longer than what it does.
pub(crate) fn ignored_of<'p>(files: impl IntoIterator<Item = InRepository<'p>>) -> Ignored<'p> {
    let mut by_root: BTreeMap<&Utf8Path, Vec<&Utf8Path>> = BTreeMap::new();
    for (root, path) in files {
        by_root.entry(root).or_default().push(path);
    }
    let mut all = Ignored::default();
    for (root, paths) in by_root {
        match git_ignored(root, &paths) {
            Ok(ignored) => all.files.extend(ignored.into_iter().map(|path| (root, path))),
            Err(why) => drop(all.silent.insert(root, why)),
        }
    }
    all
}

/// What git says.
fn asked<'p>(root: &Utf8Path, paths: &[&'p Utf8Path]) -> Result<BTreeSet<&'p Utf8Path>, String> {
    let names: String = paths.iter().flat_map(|path| [path.as_str(), "\0"]).collect();
    // 1 says that none is ignored.
    let finished =
        git(root, &["check-ignore", "--stdin", "-z"], names, &[1]).map_err(|error| error.to_string())?;
    let ignored = finished.output.split(|byte| *byte == 0);
    let ignored: BTreeSet<&[u8]> = ignored.filter(|name| !name.is_empty()).collect();
    Ok(paths.iter().copied().filter(|path| ignored.contains(path.as_str().as_bytes())).collect())
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[test]
    fn of_many_paths_those_are_found_that_git_answers_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let inside: Vec<Utf8PathBuf> =
            ["a b.x", "c.y", "d/e.x", "l/f.x", "ü\n.x"].iter().map(|name| root.join(name)).collect();
        let mut paths: Vec<&Utf8Path> = inside.iter().map(|path| &**path).collect();
        assert_eq!(git_ignored(root, &paths), Ok(BTreeSet::new()), "this is no repository");
        if git(root, &["init", "--quiet"], "", &[]).is_err() {
            return;
        }
        fs_err::write(root.join(".gitignore"), "*.x\n").expect("a file");
        fs_err::create_dir(root.join("d")).expect("a folder");
        fs_err::os::unix::fs::symlink("d", root.join("l")).expect("a link");
        paths.insert(2, Utf8Path::new("/q.x"));
        let ignored: Vec<&Utf8Path> = git_ignored(root, &paths).expect("an answer").into_iter().collect();
        assert_eq!(ignored, [&*inside[0], &inside[2], &inside[4]]);
        let elsewhere = tempfile::tempdir().expect("a folder");
        let elsewhere = Utf8Path::from_path(elsewhere.path()).expect("UTF-8");
        let other = elsewhere.join("g.x");
        let files = [(root, &*inside[0]), (elsewhere, &*other), (root, &*inside[1])];
        let ignored = ignored_of(files);
        assert_eq!(ignored.files, BTreeSet::from([(root, &*inside[0])]));
        assert_eq!(ignored.silent, BTreeMap::new());
    }
}

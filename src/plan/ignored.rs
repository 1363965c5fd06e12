//! What git ignores.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use camino::Utf8Path;

use crate::program::{Program, own_path, own_variables};

/// How long git may take to look at the names.
const PATIENCE: Duration = Duration::from_secs(30);

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
    let git = Program::find("git", own_path().as_deref()).map_err(|error| error.to_string())?;
    // Variables of a hook that git runs name another repository or index. Those of the configuration are the user's.
    let variables = own_variables().filter(|(name, _)| {
        let name = name.as_encoded_bytes();
        !name.starts_with(b"GIT_") || name.starts_with(b"GIT_CONFIG_")
    });
    let names: String = paths.iter().flat_map(|path| [path.as_str(), "\0"]).collect();
    let finished = git
        // A program that the repository's own configuration names.
        .arguments(["-c", "core.fsmonitor=", "check-ignore", "--stdin", "-z"])
        .variables(variables)
        .variables([("LC_ALL", "C")])
        .directory(root)
        .input(names)
        .with_errors()
        .at_most(PATIENCE)
        .run()
        .map_err(|failure| failure.to_string())?;
    // 1 says that none is ignored.
    if !matches!(finished.status.code(), Some(0 | 1)) {
        let errors = String::from_utf8_lossy(&finished.errors);
        let first = errors.lines().next().unwrap_or_default();
        return Err(first.strip_prefix("fatal: ").unwrap_or(first).to_owned());
    }
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
        let Ok(git) = Program::find("git", own_path().as_deref()) else { return };
        let made = git.arguments(["init", "--quiet"]).variables(own_variables()).directory(root).run();
        if !made.is_ok_and(|finished| finished.status.success()) {
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

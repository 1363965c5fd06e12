//! Trees of commits beside checkouts of them, in repositories that are made up.

mod bases;
mod checkouts;
mod clones;
mod generated;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Base, Commit, Repository, Revision};
use crate::diagnostic::Diagnostic;
use crate::program::{Program, own_path, own_variables};
use crate::tree::{Kind, Tree, WorkTree};

/// A repository, in a folder that goes away.
pub(super) struct Repo {
    _folder: tempfile::TempDir,
    pub(super) root: Utf8PathBuf,
}

impl Repo {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    pub(super) fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let parent =
            Utf8Path::from_path(folder.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        let root = parent.join("r");
        let mut arguments = vec!["init", "--quiet", "--template=", "--initial-branch=main"];
        arguments.extend(options);
        arguments.push(root.as_str());
        git(&parent, &arguments);
        let repo = Self { _folder: folder, root };
        for (name, value) in [("core.autocrlf", "false"), ("commit.gpgsign", "false"), ("gc.auto", "0")] {
            repo.git(&["config", name, value]);
        }
        repo
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, arguments)
    }

    /// Writes a file, or a link with `->` before where it leads.
    pub(super) fn file(&self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root.as_std_path().join(name.as_ref());
        let content = content.as_ref();
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        match content.strip_prefix(b"->") {
            Some(target) => {
                std::os::unix::fs::symlink(OsStr::from_bytes(target), path).expect("a link");
            }
            None => fs_err::write(path, content).expect("a file"),
        }
        self
    }

    /// Commits everything that is there, as it is there.
    pub(super) fn commit(&self) -> String {
        self.git(&["add", "--all", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
        self.git(&["rev-parse", "HEAD"]).trim_end().to_owned()
    }

    /// Removes everything but `.git`.
    pub(super) fn clear(&self) {
        for entry in fs_err::read_dir(&self.root).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_name() == ".git" {
                continue;
            }
            if entry.file_type().expect("a kind").is_dir() {
                fs_err::remove_dir_all(entry.path()).expect("it goes");
            } else {
                fs_err::remove_file(entry.path()).expect("it goes");
            }
        }
    }

    pub(super) fn named(&self, name: &str) -> Commit {
        commit(&self.root, name).expect("a commit")
    }

    pub(super) fn tree(&self, name: &str) -> Arc<Revision> {
        tree(&self.root, &self.named(name), Arc::new(WorkTree)).expect("a tree")
    }

    /// Fails where the tree of the last commit is not what a checkout of it is, on every path of it and on these.
    pub(super) fn is_as_checked_out(&self, more: &[&str]) {
        self.clear();
        self.git(&["-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", "HEAD", "--", "."]);
        let mut paths = Vec::new();
        all_below(&self.root, &mut paths);
        paths.extend(more.iter().map(|name| self.root.join(name)));
        let expected: Vec<String> = paths.iter().map(|path| observed(&WorkTree, path)).collect();
        let known: Vec<_> = paths.iter().map(|path| identity(&WorkTree, path)).collect();
        self.clear();
        let tree = self.tree("HEAD");
        for (path, expected) in paths.iter().zip(&expected) {
            assert_eq!(&observed(&*tree, path), expected, "{path}");
        }
        let found: Vec<_> = paths.iter().map(|path| identity(&*tree, path)).collect();
        for one in 0..paths.len() {
            for other in 0..one {
                let same = known[one] == known[other];
                assert_eq!(found[one] == found[other], same, "{} {}", paths[one], paths[other]);
            }
        }
    }
}

/// The commit that a name means in the repository around a directory.
fn commit(directory: &Utf8Path, name: &str) -> Result<Commit, Diagnostic> {
    super::commit(&Repository::around(directory)?, name)
}

/// The tree of a commit of the repository around a directory.
fn tree(directory: &Utf8Path, commit: &Commit, below: Arc<dyn Tree>) -> Result<Arc<Revision>, Diagnostic> {
    super::tree(&Repository::around(directory)?, commit, below)
}

/// What is compared with in the repository around a directory.
fn default_base(directory: &Utf8Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Base, Diagnostic> {
    super::default_base(&Repository::around(directory)?, variable)
}

/// What git prints.
pub(super) fn git(directory: &Utf8Path, arguments: &[&str]) -> String {
    let foreign = |name: &OsString| {
        let name = name.as_encoded_bytes();
        name.starts_with(b"GIT_") && !name.starts_with(b"GIT_CONFIG_")
    };
    let program = Program::find("git", own_path().as_deref()).expect("git");
    let finished = program
        .arguments(["-c", "core.hooksPath=/dev/null", "-c", "protocol.file.allow=always"])
        .arguments(arguments.iter().copied())
        .variables(own_variables().filter(|(name, _)| !foreign(name)))
        .variables([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org"), ("LC_ALL", "C")])
        .variables([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
        .variables(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2026-01-01T00:00:00Z")))
        .directory(directory)
        .with_errors()
        .run()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&finished.errors);
    assert!(finished.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&finished.output).into_owned()
}

/// Everything below a directory on disk but `.git`, and the directory.
fn all_below(directory: &Utf8Path, paths: &mut Vec<Utf8PathBuf>) {
    paths.push(directory.to_owned());
    for entry in WorkTree.entries(directory).expect("a directory") {
        let Some(name) = entry.name.to_str().filter(|name| *name != ".git") else { continue };
        match entry.kind {
            Kind::Directory => all_below(&directory.join(name), paths),
            _ => paths.push(directory.join(name)),
        }
    }
}

fn identity(tree: &dyn Tree, path: &Utf8Path) -> Option<(u64, u64)> {
    tree.stat(path).ok()?.identity
}

/// All that a tree says of a path, but for times, and sizes of directories.
pub(super) fn observed(tree: &dyn Tree, path: &Utf8Path) -> String {
    let stat = |stat: std::io::Result<crate::tree::Stat>| {
        let size = |stat: crate::tree::Stat| if stat.kind == Kind::Directory { 0 } else { stat.size };
        stat.map(|stat| (stat.kind, size(stat))).map_err(|error| error.kind())
    };
    // Others change the folders that these repositories are in.
    let is_shared =
        |folder: &Utf8Path| std::env::temp_dir().canonicalize().is_ok_and(|all| all.starts_with(folder));
    let is_shared = tree.resolve(path).is_ok_and(|folder| is_shared(&folder));
    let entries = tree.entries(path).map(|entries| if is_shared { Vec::new() } else { entries });
    let entries = entries.map_err(|error| error.kind());
    let read = tree.read(path).map_err(|error| error.kind());
    let read = read.map(|bytes| bytes.escape_ascii().to_string());
    let opened = tree.open(path).and_then(|file| file.stat());
    format!(
        "link {:?}\nstat {:?}\nopen {:?}\nread {read:?}\nentries {entries:?}\nresolve {:?}",
        stat(tree.stat_link(path)),
        stat(tree.stat(path)),
        stat(opened),
        tree.resolve(path).map_err(|error| error.kind()),
    )
}

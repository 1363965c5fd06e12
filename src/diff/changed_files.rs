//! The files that differ between two revisions, or between one and the work tree.

use camino::{Utf8Path, Utf8PathBuf};

use super::result::Fate;
use crate::program::{GitError, git};

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangedFile {
    /// Relative to the root of the work tree.
    pub(crate) name: Utf8PathBuf,
    /// The same, absolute.
    pub(crate) path: Utf8PathBuf,
    /// What it was called before, where it has another name now.
    pub(crate) from: Option<Utf8PathBuf>,
    pub(crate) fate: Fate,
}

/// The files that differ between two commits, or between one and the work tree with what is in no commit yet, in the order of their
/// names. `root` is the top of the work tree. Names that are no UTF-8 are left out: helmsum reads none of them.
///
/// # Errors
///
/// Where git cannot say that.
pub(crate) fn changed_files(
    root: &Utf8Path,
    base: &str,
    head: Option<&str>,
) -> Result<Vec<ChangedFile>, GitError> {
    let mut arguments = vec![
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
        "--name-status",
        "-z",
        "-M",
        base,
    ];
    arguments.extend(head);
    arguments.push("--");
    let mut found = parsed(root, &git(root, &arguments, "", &[])?.output);
    if head.is_none() {
        let new = git(root, &["ls-files", "-z", "--others", "--exclude-standard"], "", &[])?.output;
        for name in new.split(|byte| *byte == 0) {
            found.extend(utf8(name).map(|name| changed(root, name, None, Fate::Added)));
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn utf8(name: &[u8]) -> Option<&str> {
    std::str::from_utf8(name).ok().filter(|name| !name.is_empty())
}

fn changed(root: &Utf8Path, name: &str, from: Option<&str>, fate: Fate) -> ChangedFile {
    ChangedFile { name: name.into(), path: root.join(name), from: from.map(Into::into), fate }
}

/// Reads what `git diff --name-status -z` prints: a letter, and a name, or two where a file was renamed or copied.
fn parsed(root: &Utf8Path, output: &[u8]) -> Vec<ChangedFile> {
    let mut fields = output.split(|byte| *byte == 0);
    let mut found = Vec::new();
    while let Some(status) = fields.next().filter(|status| !status.is_empty()) {
        let name = fields.next().unwrap_or_default();
        match status.first() {
            Some(b'R' | b'C') => {
                let now = fields.next().unwrap_or_default();
                let (Some(name), Some(now)) = (utf8(name), utf8(now)) else { continue };
                let is_renamed = status.first() == Some(&b'R');
                let fate = if is_renamed { Fate::Renamed } else { Fate::Added };
                found.push(changed(root, now, is_renamed.then_some(name), fate));
            }
            letter => {
                let fate = match letter {
                    Some(b'A') => Fate::Added,
                    Some(b'D') => Fate::Removed,
                    _ => Fate::Edited,
                };
                found.extend(utf8(name).map(|name| changed(root, name, None, fate)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_differ_are_found_with_what_is_in_no_commit_yet() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        git(root, &["init", "--quiet"], "", &[]).expect("a repository");
        for (name, content) in
            [("a b", "1"), ("old", "the same content\n"), ("gone", "2"), (".gitignore", "*.x\n")]
        {
            fs_err::write(root.join(name), content).expect("a file");
        }
        let commit = || {
            let author =
                ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
            git(root, &["add", "--all"], "", &[]).expect("it is added");
            git(root, &[&author[..], &["commit", "--quiet", "-m", "x"]].concat(), "", &[]).expect("a commit");
        };
        commit();
        fs_err::rename(root.join("old"), root.join("new")).expect("it moves");
        fs_err::remove_file(root.join("gone")).expect("it goes");
        fs_err::write(root.join("a b"), "3").expect("a file");
        commit();
        fs_err::write(root.join("fresh\n"), "4").expect("a file");
        fs_err::write(root.join("ignored.x"), "5").expect("a file");
        let told = |head: Option<&str>| -> Vec<String> {
            let found = changed_files(root, "HEAD~1", head).expect("an answer");
            let one = |file: &ChangedFile| {
                let from = file.from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
                format!("{} {from}{:?}", file.fate.word(), file.name.as_str())
            };
            found.iter().map(one).collect()
        };
        let committed = ["edited \"a b\"", "removed \"gone\"", "renamed old -> \"new\""];
        assert_eq!(told(Some("HEAD")), committed);
        assert_eq!(
            told(None),
            ["edited \"a b\"", "added \"fresh\\n\"", "removed \"gone\"", "renamed old -> \"new\""]
        );
    }
}

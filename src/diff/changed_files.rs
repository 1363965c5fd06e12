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

impl ChangedFile {
    /// Where it is, and where it was. Absolute.
    pub(crate) fn paths(&self) -> impl Iterator<Item = Utf8PathBuf> {
        let root = self.path.as_str().strip_suffix(self.name.as_str());
        let before = root.zip(self.from.as_ref()).map(|(root, from)| Utf8Path::new(root).join(from));
        std::iter::once(self.path.clone()).chain(before)
    }
}

/// The files that differ between two commits, or between one and the work tree with what is in no commit yet, in the order of their
/// names. One that goes while another one comes with the same content was renamed. `root` is the top of the work tree. Names that are no
/// UTF-8 are left out: helmsum reads none of them.
///
/// # Errors
///
/// Where git cannot say that.
pub(crate) fn changed_files(
    root: &Utf8Path,
    base: &str,
    head: Option<&str>,
) -> Result<Vec<ChangedFile>, GitError> {
    let without_filters = if head.is_none() { without_filters(root)? } else { Vec::new() };
    let mut arguments: Vec<&str> = without_filters.iter().map(String::as_str).collect();
    arguments.extend([
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
        "--raw",
        "--no-abbrev",
        "-z",
        "-M100%",
        base,
    ]);
    arguments.extend(head);
    arguments.push("--");
    let (mut found, gone) = parsed(root, &git(root, &arguments, "", &[])?.output);
    if head.is_none() {
        let new = git(root, &["ls-files", "-z", "--others", "--exclude-standard"], "", &[])?.output;
        let new: Vec<&str> = new.split(|byte| *byte == 0).filter_map(utf8).collect();
        add_untracked(root, &new, gone, &mut found);
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Options with which git runs no program to compare a file of the work tree: what a filter makes of one is then told as edited.
fn without_filters(root: &Utf8Path) -> Result<Vec<String>, GitError> {
    let pattern = r"^filter\..*\.(clean|process|required)$";
    let words = ["config", "--null", "--name-only", "--get-regexp", pattern];
    let names = git(root, &words, "", &[1])?.output;
    let mut options = Vec::new();
    for name in names.split(|byte| *byte == 0).filter_map(utf8) {
        if name.contains('=') {
            return Err(GitError::Refused(format!("the filter `{name}` cannot be switched off")));
        }
        let value = if name.ends_with(".required") { "false" } else { "" };
        options.extend(["-c".to_owned(), format!("{name}={value}")]);
    }
    Ok(options)
}

fn utf8(name: &[u8]) -> Option<&str> {
    std::str::from_utf8(name).ok().filter(|name| !name.is_empty())
}

fn changed(root: &Utf8Path, name: &str, from: Option<&str>, fate: Fate) -> ChangedFile {
    ChangedFile { name: name.into(), path: root.join(name), from: from.map(Into::into), fate }
}

/// A file that is gone, with the hash of what it had.
struct GoneFile {
    name: String,
    hash: String,
}

/// Reads what `git diff --raw -z` prints: modes, hashes and a letter, and a name, or two where a file was renamed or copied. What is gone
/// comes a second time, with its hash.
fn parsed(root: &Utf8Path, output: &[u8]) -> (Vec<ChangedFile>, Vec<GoneFile>) {
    let mut fields = output.split(|byte| *byte == 0);
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    while let Some(words) = fields.next().and_then(utf8) {
        let name = fields.next().unwrap_or_default();
        let mut words = words.split(' ');
        let (hash, status) = (words.nth(2).unwrap_or_default(), words.next_back().unwrap_or_default());
        let letter = status.as_bytes().first();
        if let Some(b'R' | b'C') = letter {
            let now = fields.next().unwrap_or_default();
            let (Some(name), Some(now)) = (utf8(name), utf8(now)) else { continue };
            let is_renamed = letter == Some(&b'R');
            let fate = if is_renamed { Fate::Renamed } else { Fate::Added };
            found.push(changed(root, now, is_renamed.then_some(name), fate));
            continue;
        }
        let Some(name) = utf8(name) else { continue };
        let fate = match letter {
            Some(b'A') => Fate::Added,
            Some(b'D') => {
                gone.push(GoneFile { name: name.to_owned(), hash: hash.to_owned() });
                Fate::Removed
            }
            _ => Fate::Edited,
        };
        found.push(changed(root, name, None, fate));
    }
    (found, gone)
}

/// Adds the files that are in no commit and no index. git looks for renamed ones only among those that it knows.
fn add_untracked(root: &Utf8Path, new: &[&str], mut gone: Vec<GoneFile>, found: &mut Vec<ChangedFile>) {
    // A name with a line break cannot be asked for. A link is asked for what it leads to, and another repository for nothing.
    let is_asked = |name: &&str| {
        let is_file = || std::fs::symlink_metadata(root.join(name)).is_ok_and(|metadata| metadata.is_file());
        !gone.is_empty() && !name.contains('\n') && is_file()
    };
    let (asked, others): (Vec<&str>, Vec<&str>) = new.iter().copied().partition(is_asked);
    // Filters are programs that the repository names. Of a file that cannot be read nobody knows where it was before.
    let answer = if asked.is_empty() {
        Vec::new()
    } else {
        let words = ["hash-object", "--no-filters", "--stdin-paths"];
        git(root, &words, asked.join("\n"), &[]).map_or_else(|_| Vec::new(), |finished| finished.output)
    };
    let hashes = String::from_utf8_lossy(&answer);
    let hashes = hashes.lines().chain(std::iter::repeat(""));
    let others = others.into_iter().zip(std::iter::repeat(""));
    let mut all: Vec<(&str, &str)> = asked.into_iter().zip(hashes).chain(others).collect();
    // What is under its own name was not renamed.
    all.sort_by_key(|(name, _)| !gone.iter().any(|one| one.name == *name));
    let file = |name: &str| name.rsplit_once('/').map_or(name, |(_, file)| file).to_owned();
    for (name, hash) in all {
        if let Some(known) = found.iter_mut().find(|one| one.from.as_ref().is_some_and(|from| from == name)) {
            (known.from, known.fate) = (None, Fate::Added);
            found.push(changed(root, name, None, Fate::Edited));
            continue;
        }
        // It is in the commit, and no longer in the index.
        if let Some(at) = gone.iter().position(|one| one.name == name) {
            found.retain(|one| one.name != name);
            if gone.remove(at).hash != hash {
                found.push(changed(root, name, None, Fate::Edited));
            }
            continue;
        }
        let same: Vec<usize> = (0..gone.len()).filter(|at| gone[*at].hash == hash).collect();
        let namesake = same.iter().find(|at| file(&gone[**at].name) == file(name));
        let from = namesake.or_else(|| same.first()).map(|at| gone.remove(*at).name);
        if let Some(from) = &from {
            found.retain(|one| one.name != *from);
        }
        let fate = if from.is_some() { Fate::Renamed } else { Fate::Added };
        found.push(changed(root, name, from.as_deref(), fate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_is_run_to_compare_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let git = |words: &[&str]| git(root, words, "", &[]).expect("git runs");
        git(&["init", "--quiet"]);
        fs_err::write(root.join(".gitattributes"), "a filter=x\n").expect("a file");
        fs_err::write(root.join("a"), "1").expect("a file");
        git(&["add", "--all"]);
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        git(&[&author[..], &["commit", "--quiet", "-m", "x"]].concat());
        for key in ["clean", "process"] {
            git(&["config", &format!("filter.x.{key}"), "touch ran; cat"]);
        }
        git(&["config", "filter.x.required", "true"]);
        fs_err::write(root.join("a"), "22").expect("a file");
        let found = changed_files(root, "HEAD", None).expect("an answer");
        let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a"]);
        assert!(!root.join("ran").exists());
    }

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
        fs_err::rename(root.join("new"), root.join("newer")).expect("it moves");
        let told = |head: Option<&str>| -> Vec<String> {
            let found = changed_files(root, "HEAD~1", head).expect("an answer");
            let one = |file: &ChangedFile| {
                let from = file.from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
                format!("{} {from}{:?}", file.fate.word(), file.name.as_str())
            };
            found.iter().map(one).collect()
        };
        // It stays, but for the index.
        git(root, &["rm", "--quiet", "--cached", ".gitignore"], "", &[]).expect("it is removed");
        let committed = ["edited \"a b\"", "removed \"gone\"", "renamed old -> \"new\""];
        assert_eq!(told(Some("HEAD")), committed);
        assert_eq!(
            told(None),
            ["edited \"a b\"", "added \"fresh\\n\"", "removed \"gone\"", "renamed old -> \"newer\""],
            "as if it were committed"
        );
    }
}

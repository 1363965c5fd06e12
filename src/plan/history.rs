//! What git has of the past of a file.

use camino::{Utf8Path, Utf8PathBuf};

use crate::program::{GitError, git};

/// The file at `path` as a commit has it, the last one where none is named; nothing where there is no repository, no commit, or no such
/// file in it. `root` is a directory of the repository, and above the file.
///
/// # Errors
///
/// Where git is missing or cannot read what it has.
pub(crate) fn committed(
    root: &Utf8Path,
    commit: Option<&str>,
    path: &Utf8Path,
) -> Result<Option<Vec<u8>>, GitError> {
    let Ok(below) = path.strip_prefix(root) else { return Ok(None) };
    let object = format!("{}:./{below}", commit.unwrap_or(HEAD));
    match git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &object], "", &[1]) {
        Ok(found) if found.status.success() => {}
        // No such file in the commit, no commit, no repository.
        Ok(_) | Err(GitError::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    }
    git(root, &["cat-file", "blob", &object], "", &[]).map(|finished| Some(finished.output))
}

/// The last commit.
const HEAD: &str = "HEAD";

/// Since when something waits that a target has not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// The abbreviated hash of the first commit that moved one of the files after the target was committed.
    Commit(String),
    /// It is in no commit yet.
    Uncommitted,
}

/// Since when one of these files or directories differs from what a target recorded; nothing where git cannot say that, since the
/// target is in no commit. Paths are absolute, those outside of `root` do not count. `commit` is what the project is read from, where that
/// is not the work tree.
pub(crate) fn since(
    root: &Utf8Path,
    commit: Option<&str>,
    target: &Utf8Path,
    sources: &[Utf8PathBuf],
) -> Option<Since> {
    let commit = commit.unwrap_or(HEAD);
    let below = |path: &Utf8Path| {
        let below = path.strip_prefix(root).ok()?;
        let magic = if below.as_str().contains(['*', '?', '[']) { "glob" } else { "literal" };
        Some(format!(":({magic}){}", if below.as_str().is_empty() { "." } else { below.as_str() }))
    };
    let one_line = |arguments: &[&str]| {
        let finished = git(root, arguments, "", &[]).ok()?;
        let text = String::from_utf8(finished.output).ok()?;
        Some(text.lines().next().unwrap_or_default().to_owned())
    };
    let target = below(target)?;
    let recorded = one_line(&["log", "--max-count=1", "--format=%H", commit, "--", &target])?;
    if recorded.is_empty() {
        return None;
    }
    let sources: Vec<String> = sources.iter().filter_map(|path| below(path)).collect();
    if sources.is_empty() {
        return None;
    }
    let range = format!("{recorded}..{commit}");
    let mut arguments = vec!["log", "--reverse", "--format=%h", &range, "--"];
    arguments.extend(sources.iter().map(String::as_str));
    let first = one_line(&arguments)?;
    Some(if first.is_empty() { Since::Uncommitted } else { Since::Commit(first) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_commit_after_the_target_is_the_one_that_waits() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let (target, source) = (root.join("v/checksum.yaml"), root.join("a b"));
        assert_eq!(committed(root, None, &target).expect("an answer"), None, "this is no repository");
        fs_err::create_dir_all(root.join("v")).expect("a folder");
        fs_err::create_dir_all(&source).expect("a folder");
        fs_err::write(&target, "1").expect("a file");
        fs_err::write(source.join("x"), "1").expect("a file");
        let commit = |message: &str| {
            let author =
                ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
            git(root, &["add", "."], "", &[]).expect("it is added");
            git(root, &[&author[..], &["commit", "--quiet", "-m", message]].concat(), "", &[])
                .expect("a commit");
        };
        git(root, &["init", "--quiet"], "", &[]).expect("a repository");
        assert_eq!(committed(root, None, &target).expect("an answer"), None, "there is no commit");
        assert_eq!(since(root, None, &target, std::slice::from_ref(&source)), None);
        commit("one");
        assert_eq!(committed(root, None, &target).expect("an answer").as_deref(), Some(&b"1"[..]));
        assert_eq!(committed(root, None, &root.join("v/none.yaml")).expect("an answer"), None);
        assert_eq!(since(root, None, &target, std::slice::from_ref(&source)), Some(Since::Uncommitted));
        for number in ["2", "3"] {
            fs_err::write(source.join("x"), number).expect("a file");
            commit(number);
        }
        let second =
            git(root, &["log", "--skip=1", "--max-count=1", "--format=%h"], "", &[]).expect("a commit");
        let second = String::from_utf8(second.output).expect("a hash").trim().to_owned();
        assert_eq!(
            since(root, None, &target, std::slice::from_ref(&source)),
            Some(Since::Commit(second.clone()))
        );
        assert_eq!(since(root, None, &target, &[root.join("a*/x")]), Some(Since::Commit(second)));
        assert_eq!(since(root, None, &target, &[root.join("other")]), Some(Since::Uncommitted));
    }
}

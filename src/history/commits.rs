//! What git tells of the commits that touched some files.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{Commit, Past};
use crate::cli::Since;
use crate::program::{GitError, git};

/// A commit that touched files which are looked for.
#[derive(Debug)]
pub(super) struct Touched {
    pub(super) commit: Commit,
    /// Whether this clone has none of the older ones, although there are such.
    pub(super) is_boundary: bool,
    pub(super) changes: Vec<Change>,
}

/// What a commit did to a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Relative to the directory that git was asked in.
    pub(super) name: String,
    /// The hashes of the contents; nothing where there is no regular file.
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Touched {
    /// The contents of all its files, before and after.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().flat_map(|change| [&change.before, &change.after]).flatten().map(String::as_str)
    }
}

/// What every commit begins with in the answer.
const MARK: char = '\u{1}';

/// Hash, parents, day, author and subject, each of which ends with a NUL.
const FORMAT: &str = "--format=%x01%H%x00%P%x00%cs%x00%aN%x00%s";

/// Those of the files that the last commit has.
pub(super) fn committed(root: &Utf8Path, names: &[&str]) -> Result<BTreeSet<String>, GitError> {
    // It takes names, and no pathspecs.
    let mut arguments = vec!["ls-tree", "-z", "--name-only", "HEAD", "--"];
    arguments.extend(names);
    let output = git(root, &arguments, "", &[])?.output;
    Ok(String::from_utf8_lossy(&output).split_terminator('\0').map(str::to_owned).collect())
}

/// The commits that touched some of the files, newest first. Of a merge, only what it did to the branch counts.
pub(super) fn touching(
    root: &Utf8Path,
    names: &[&str],
    since: Option<&Since>,
) -> Result<Vec<Touched>, GitError> {
    let since = since.map(|since| format!("--since={}", since.as_str()));
    let specs: Vec<String> = names.iter().map(|name| format!(":(literal){name}")).collect();
    let mut arguments = vec![
        "log",
        "-z",
        "--first-parent",
        "--diff-merges=first-parent",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--relative",
        "--no-show-signature",
        "--no-color",
        "--no-notes",
        FORMAT,
    ];
    arguments.extend(since.as_deref());
    arguments.extend(["HEAD", "--"]);
    arguments.extend(specs.iter().map(String::as_str));
    let output = git(root, &arguments, "", &[])?.output;
    let is_shallow =
        git(root, &["rev-parse", "--is-shallow-repository"], "", &[])?.output.starts_with(b"true");
    Ok(parsed(&String::from_utf8_lossy(&output), is_shallow))
}

fn parsed(output: &str, is_shallow: bool) -> Vec<Touched> {
    let mut touched: Vec<Touched> = Vec::new();
    let mut parts = output.split('\0');
    while let Some(part) = parts.next() {
        if let Some(hash) = part.strip_prefix(MARK) {
            let mut next = || parts.next().unwrap_or_default().to_owned();
            let parents = next();
            // Whoever is shown it has it shortened.
            let short = hash.to_owned();
            let commit =
                Commit { hash: hash.to_owned(), short, date: next(), author: next(), subject: next() };
            touched.push(Touched {
                commit,
                is_boundary: is_shallow && parents.is_empty(),
                changes: Vec::new(),
            });
        } else if let Some(record) = part.trim_start_matches('\n').strip_prefix(':') {
            let name = parts.next().unwrap_or_default().to_owned();
            let words: Vec<&str> = record.split(' ').collect();
            if let ([mode, new_mode, before, after, _], Some(touched)) = (&words[..], touched.last_mut()) {
                let file = |mode: &str, hash: &str| mode.starts_with("100").then(|| hash.to_owned());
                let (before, after) = (file(mode, before), file(new_mode, after));
                touched.changes.push(Change { name, before, after });
            }
        }
    }
    touched
}

/// Gives commits the short hashes that git shows.
pub(super) fn shorten(root: &Utf8Path, past: &mut [Past]) -> Result<(), GitError> {
    if past.is_empty() {
        return Ok(());
    }
    let input: String = past.iter().flat_map(|past| [past.commit.hash.as_str(), "\n"]).collect();
    let arguments =
        ["log", "--no-walk=unsorted", "--no-show-signature", "--no-color", "--format=%h", "--stdin"];
    let output = git(root, &arguments, input, &[])?.output;
    for (past, short) in past.iter_mut().zip(String::from_utf8_lossy(&output).lines()) {
        short.clone_into(&mut past.commit.short);
    }
    Ok(())
}

/// Contents by their hashes.
#[derive(Debug)]
pub(super) struct Blobs(BTreeMap<String, Vec<u8>>);

impl Blobs {
    /// Reads contents in one go.
    ///
    /// # Errors
    ///
    /// Where git fails, or the clone does not have one of them.
    pub(super) fn read(root: &Utf8Path, wanted: &BTreeSet<&str>) -> Result<Self, GitError> {
        if wanted.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        let input: String = wanted.iter().flat_map(|hash| [hash, "\n"]).collect();
        let output = git(root, &["cat-file", "--batch"], input, &[])?.output;
        contents(&output)
            .map(Self)
            .map_err(|lacking| GitError::Refused(format!("this clone does not have the object {lacking}")))
    }

    pub(super) fn get(&self, hash: &str) -> Option<&[u8]> {
        self.0.get(hash).map(Vec::as_slice)
    }
}

/// What `cat-file --batch` prints: a line with hash, kind and size before each content. The error is what it does not have.
fn contents(mut output: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut found = BTreeMap::new();
    while let Some(end) = output.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&output[..end]).into_owned();
        let words: Vec<&str> = line.split(' ').collect();
        let size = match &words[..] {
            [_, _, size] => size.parse().ok(),
            _ => None,
        };
        let rest = &output[end + 1..];
        let Some(content) = size.and_then(|size: usize| rest.get(..size)) else {
            return Err(words[0].to_owned());
        };
        found.insert(words[0].to_owned(), content.to_vec());
        output = rest.get(content.len() + 1..).unwrap_or_default();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_commit_has_its_files() {
        let none = "0".repeat(40);
        let output = format!(
            "\u{1}h2\0p\x002026-01-02\0A b\0two: things\0\n:100644 100644 b1 b2 M\0v/a\0:120000 100644 l b3 T\0v/\n:c\0\u{1}h1\0\x002026-01-01\0A\0one\0\n:000000 100644 {none} b1 A\0v/a\0"
        );
        let touched = parsed(&output, true);
        let subjects: Vec<&str> = touched.iter().map(|one| one.commit.subject.as_str()).collect();
        assert_eq!(subjects, ["two: things", "one"]);
        let change = |name: &str, before: Option<&str>, after: Option<&str>| Change {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        assert_eq!(
            touched[0].changes,
            [change("v/a", Some("b1"), Some("b2")), change("v/\n:c", None, Some("b3"))]
        );
        assert_eq!(touched[1].changes, [change("v/a", None, Some("b1"))]);
        assert_eq!([touched[0].is_boundary, touched[1].is_boundary], [false, true]);
        assert!(!parsed(&output, false)[1].is_boundary);
        assert_eq!(touched[0].blobs().collect::<Vec<_>>(), ["b1", "b2", "b3"]);
    }

    #[test]
    fn contents_are_taken_by_their_sizes() {
        let found = contents(b"aa blob 5\na\nbb \nbb blob 0\n\n").expect("all are there");
        assert_eq!(found["aa"], b"a\nbb ");
        assert_eq!(found["bb"], b"");
        assert_eq!(contents(b"aa blob 1\nx\nbb missing\n").expect_err("one is not"), "bb");
        assert_eq!(contents(b"aa blob 9\nx\n").expect_err("it is cut"), "aa");
    }
}

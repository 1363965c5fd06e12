//! Clones that do not have everything.

use super::{Repo, git};
use crate::tree::Tree as _;

#[test]
fn what_a_partial_clone_lacks_is_said_and_not_fetched() {
    let source = Repo::new();
    source.git(&["config", "uploadpack.allowFilter", "true"]);
    source.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    source.file("d/small", "1\n").file("d/large", "x".repeat(2048)).file("d/link", "->small").commit();
    source.file("d/small", "2\n").file("d/large", "y".repeat(2048)).commit();
    let parent = source.root.parent().expect("a folder");
    let url = format!("file://{}", source.root);
    for (filter, small_is_there) in [("blob:none", false), ("blob:limit=1k", true), ("tree:0", false)] {
        let name = filter.replace(':', "-");
        git(parent, &["clone", "--quiet", &format!("--filter={filter}"), &url, &name]);
        let clone = parent.join(&name);
        git(&clone, &["config", "protocol.file.allow", "always"]);
        let packs = || {
            let mut names: Vec<_> = fs_err::read_dir(clone.join(".git/objects/pack"))
                .expect("packs")
                .map(|entry| entry.expect("an entry").file_name())
                .collect();
            names.sort();
            names
        };
        let before = packs();
        let commit = super::commit(&clone, "HEAD~1").expect("a commit");
        let tree = super::tree(&clone, &commit, std::sync::Arc::new(crate::tree::WorkTree)).expect("a tree");
        let small = tree.read(&clone.join("d/small"));
        assert_eq!(small.is_ok(), small_is_there, "{filter} {small:?}");
        for path in ["d/large", "d/large"] {
            let problems = [tree.stat(&clone.join(path)).err(), tree.read(&clone.join(path)).err()];
            for problem in problems.into_iter().flatten() {
                let problem = problem.to_string();
                assert!(problem.starts_with("git does not find the object "), "{filter} {problem}");
                assert!(problem.contains("git fetch --refetch --no-filter"), "{problem}");
            }
            assert!(tree.read(&clone.join(path)).is_err());
        }
        assert_eq!(packs(), before, "nothing was fetched");
        // What the message says helps.
        git(&clone, &["fetch", "--quiet", "--refetch", "--no-filter"]);
        let tree = super::tree(&clone, &commit, std::sync::Arc::new(crate::tree::WorkTree)).expect("a tree");
        assert_eq!(tree.read(&clone.join("d/large")).expect("a file").len(), 2048);
        assert_eq!(tree.read(&clone.join("d/link")).expect("a file"), b"1\n");
    }
}

#[test]
fn the_repository_is_not_written_to() {
    let repo = Repo::new();
    repo.file("a.bat", "a\n").file("b", "b").file(".gitattributes", "*.bat eol=crlf\n").commit();
    // An index whose times are old would be written anew by whoever refreshes it.
    repo.file("touched", "x");
    fs_err::remove_file(repo.root.join("b")).expect("a file");
    repo.file("b", "b");
    let state = || {
        let mut found = Vec::new();
        let mut open = vec![repo.root.clone()];
        while let Some(folder) = open.pop() {
            for entry in folder.read_dir_utf8().expect("a folder") {
                let entry = entry.expect("an entry");
                let metadata = entry.path().symlink_metadata().expect("it is there");
                found.push((entry.path().to_owned(), metadata.len(), metadata.modified().expect("a time")));
                if metadata.is_dir() {
                    open.push(entry.path().to_owned());
                }
            }
        }
        found.sort();
        found
    };
    let before = state();
    let tree = repo.tree("HEAD");
    assert_eq!(tree.read(&repo.root.join("a.bat")).expect("a file"), b"a\r\n");
    assert_eq!(tree.read(&repo.root.join("b")).expect("a file"), b"b");
    super::default_base(&repo.root, &|_| None).expect("a base");
    drop(tree);
    assert_eq!(state(), before);
}

#[test]
fn a_damaged_object_is_said() {
    let repo = Repo::new();
    repo.file("a", "content of a").file("b", "b").commit();
    let id = repo.git(&["rev-parse", "HEAD:a"]);
    let (folder, name) = id.trim_end().split_at(2);
    let path = repo.root.join(".git/objects").join(folder).join(name);
    fs_err::remove_file(&path).expect("an object");
    fs_err::write(&path, "no object").expect("a file");
    let tree = repo.tree("HEAD");
    for _ in 0..2 {
        let problem = tree.read(&repo.root.join("a")).expect_err("it is damaged").to_string();
        assert!(problem.starts_with(&format!("git does not find the object {}", id.trim_end())), "{problem}");
        assert_eq!(tree.read(&repo.root.join("b")).expect("a file"), b"b", "others are read");
    }
}

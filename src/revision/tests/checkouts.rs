//! The tree of a commit is what a checkout has.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::{Repo, git, observed};
use crate::tree::{Tree as _, WorkTree};

#[test]
fn files_directories_and_links() {
    let repo = Repo::new();
    repo.file("a.yaml", "a: 1\n").file("d/b.yaml", "").file("d/e/ü.yaml", "ü\r\n").file("d.x", "x");
    repo.file("d/up", "->../a.yaml").file("in", "->d/e").file("out", "->../../../../../../../../etc");
    repo.file("self", "->self").file("one", "->two").file("two", "->one").file("gone", "->d/nothing");
    repo.file("absolute", format!("->{}/d", repo.root))
        .file("through", "->in/../b.yaml")
        .file("slash", "->d/");
    repo.file("file-slash", "->a.yaml/").file("dot", "->.").file("above", "->..").file("back", "->../r/d");
    repo.file("root", "->/")
        .file("null", "->/dev/null")
        .file(" with space\n", "->in/ü.yaml")
        .file("git", "->.git/HEAD");
    repo.file("outside", "->../outside/a").file("returning", "->../outside/link/b.yaml");
    repo.file("chain0", "->a.yaml");
    for number in 1..45 {
        repo.file(format!("chain{number}"), format!("->chain{}", number - 1));
    }
    let outside = repo.root.with_file_name("outside");
    fs_err::create_dir(&outside).expect("a folder");
    fs_err::write(outside.join("a"), "a").expect("a file");
    std::os::unix::fs::symlink("../r/in/..", outside.join("link")).expect("a link");
    std::os::unix::fs::symlink(outside.join("none"), outside.join("gone")).expect("a link");
    repo.commit();
    repo.is_as_checked_out(&[
        "d/",
        "d/.",
        "d//b.yaml",
        "a.yaml/",
        "a.yaml/.",
        "a.yaml/x",
        "d/../a.yaml",
        "in/../b.yaml",
        "in/",
        "nothing",
        "nothing/..",
        "nothing/x",
        "gone/x",
        "gone/",
        "one/x",
        "absolute/b.yaml",
        "dot/dot/d",
        "above/r/d/b.yaml",
        "back/e/..",
        "..",
        "../r",
        "../r/a.yaml",
        "../outside",
        "../outside/a",
        "../outside/a/x",
        "../outside/link",
        "../outside/link/b.yaml",
        "../outside/gone",
        "root/",
        "root/dev/null",
        "out/passwd",
        ".git/HEAD",
        ".git/../a.yaml",
        ".git/nothing",
        "git",
        "self/..",
        "chain39",
        "chain40",
        "../../../../../../../../..",
        "A.yaml",
    ]);
}

#[test]
fn the_top_may_be_reached_through_links() {
    let repo = Repo::new();
    repo.file("d/a.yaml", "a: 1\n").commit();
    let link = repo.root.with_file_name("link");
    std::os::unix::fs::symlink("r", &link).expect("a link");
    repo.clear();
    let tree = repo.tree("HEAD");
    assert_eq!(tree.read(&link.join("d/a.yaml")).expect("a file"), b"a: 1\n");
    assert_eq!(tree.resolve(&link.join("d")).expect("a folder"), repo.root.join("d"));
    let identity = |path| tree.stat(path).expect("it is there").identity;
    assert_eq!(identity(&link), identity(&repo.root));
    assert_ne!(identity(&link), WorkTree.stat(&repo.root).expect("a folder").identity);
    let through =
        super::tree(&link.join("."), &repo.named("HEAD"), std::sync::Arc::new(WorkTree)).expect("a tree");
    assert_eq!(through.read(&link.join("d/a.yaml")).expect("a file"), b"a: 1\n");
    assert_ne!(
        through.stat(&link).expect("a folder").identity,
        identity(&link),
        "two trees have no file in common"
    );
}

#[test]
fn many_threads_read_one_tree() {
    let repo = Repo::new();
    let name = |number: usize| format!("d{}/{number}.{}", number % 7, ["txt", "bat"][number % 2]);
    for number in 0..200 {
        repo.file(name(number), format!("{number}\n"));
    }
    repo.commit();
    repo.file("d0/.gitattributes", "*.bat eol=crlf\n").git(&["add", "d0/.gitattributes"]);
    repo.git(&["commit", "--quiet", "--message=attributes"]);
    let tree = repo.tree("HEAD");
    let read = |start: usize| {
        let mut identities = Vec::new();
        for number in (0..200).map(|number| (number + start) % 200) {
            let path = repo.root.join(name(number));
            let end = if number % 14 == 7 { "\r\n" } else { "\n" };
            let content = tree.read(&path).expect("a file");
            assert_eq!(String::from_utf8_lossy(&content), format!("{number}{end}"));
            identities.push((number, tree.stat(&path).expect("a file").identity));
        }
        identities.sort_unstable();
        identities
    };
    let read = &read;
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads = [0, 50, 100, 3].map(|start| scope.spawn(move || read(start)));
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
    });
    assert!(all.iter().all(|one| *one == all[0]));
}

#[test]
fn what_is_not_committed_is_not_there() {
    let repo = Repo::new();
    repo.file("a", "1").file("c", "old").commit();
    repo.file("b", "2").file("c", "new").file("d/x", "");
    fs_err::remove_file(repo.root.join("a")).expect("a file");
    let tree = repo.tree("HEAD");
    let read = |name| tree.read(&repo.root.join(name)).map_err(|error| error.kind());
    assert_eq!(read("a"), Ok(b"1".to_vec()));
    assert_eq!(read("c"), Ok(b"old".to_vec()));
    assert_eq!(read("b"), Err(std::io::ErrorKind::NotFound));
    assert_eq!(read("d/x"), Err(std::io::ErrorKind::NotFound));
    assert!(!tree.is_on_disk(&repo.root.join("c")) && !tree.is_on_disk(&repo.root));
    assert!(tree.is_on_disk(&repo.root.join("..")) && tree.is_on_disk(&repo.root.join(".git")));
}

#[test]
fn names_need_not_be_utf_8() {
    let repo = Repo::new();
    let name = OsStr::from_bytes(b"\xff.yaml");
    // macOS does not take such a name.
    if fs_err::write(repo.root.as_std_path().join(name), "x").is_err() {
        return;
    }
    repo.file(OsStr::from_bytes(b"d\xfe/x"), "y").file("link", b"->\xff.yaml").file("into", b"->d\xfe/x");
    repo.commit();
    repo.is_as_checked_out(&["into"]);
}

/// Line ends of every kind, `$Id$`, and what looks binary.
fn texts(repo: &Repo, folder: &str) {
    let texts: [(&str, &[u8]); 9] = [
        ("lf", b"a\nb\n"),
        ("crlf", b"a\r\nb\r\n"),
        ("mixed", b"a\r\nb\n"),
        ("cr", b"a\rb\n"),
        ("binary", b"a\n\0\n"),
        ("empty", b""),
        ("id", b"x $Id$ y $Id: old $\n$Id: a b c $\n$Id\n$\n"),
        ("none", b"a"),
        ("control", b"\x01\x02\x03\n\x1a"),
    ];
    for (name, text) in texts {
        for ending in ["txt", "bat", "sh", "bin"] {
            repo.file(format!("{folder}{name}.{ending}"), text);
        }
    }
}

#[test]
fn line_ends_are_those_of_the_configuration_and_the_attributes() {
    for (autocrlf, eol) in [
        ("false", "native"),
        ("true", "native"),
        ("input", "lf"),
        ("false", "crlf"),
        ("true", "lf"),
        ("TRUE", "crlf"),
    ] {
        for attributes in [
            "",
            "* text=auto\n",
            "*.bat text eol=crlf\n*.sh eol=lf\n*.bin binary\n*.txt ident\n",
            "* crlf=input\n*.bat crlf\n*.bin -crlf\n",
            "[attr]dos text eol=crlf\n*.txt dos\n",
        ] {
            let repo = Repo::new();
            texts(&repo, "");
            texts(&repo, "d/");
            repo.file(" e\n/ f/lf.txt", "a\nb\n").file(" e\n/lf.bat", "$Id$\n");
            repo.commit();
            // What is stored stays as it is, whatever the attributes say of it.
            repo.file(".gitattributes", attributes)
                .file("d/.gitattributes", "*.txt -text\nlf.* eol=crlf\n*.sh ident\n");
            repo.file(" e\n/.gitattributes", "*.bat !eol\n").file("d/e/.gitattributes/x", "");
            repo.git(&["add", ":(glob)**/.gitattributes", ".gitattributes", "d/e"]);
            repo.git(&["commit", "--quiet", "--message=attributes"]);
            repo.git(&["config", "core.autocrlf", autocrlf]);
            repo.git(&["config", "core.eol", eol]);
            repo.is_as_checked_out(&[]);
        }
    }
}

#[test]
fn encodings_are_those_of_the_attributes() {
    let repo = Repo::new();
    for encoding in ["UTF-16", "UTF-16LE-BOM", "UTF-16BE", "ISO-8859-1", "UTF-8"] {
        let folder = encoding.to_lowercase();
        repo.file(format!("{folder}/a.txt"), "grün\n$Id$\n").file(format!("{folder}/ b.txt"), "ä");
        repo.file(format!("{folder}/.gitattributes"), "");
    }
    repo.commit();
    for encoding in ["UTF-16", "UTF-16LE-BOM", "UTF-16BE", "ISO-8859-1", "UTF-8"] {
        let text = format!("*.txt text working-tree-encoding={encoding} eol=crlf ident\n");
        repo.file(format!("{}/.gitattributes", encoding.to_lowercase()), text);
    }
    repo.git(&["add", ":(glob)**/.gitattributes"]);
    repo.git(&["commit", "--quiet", "--message=attributes"]);
    repo.is_as_checked_out(&[]);
}

#[test]
fn attributes_count_wherever_git_has_them() {
    let repo = Repo::new();
    texts(&repo, "");
    repo.commit();
    fs_err::create_dir_all(repo.root.join(".git/info")).expect("a folder");
    fs_err::write(repo.root.join(".git/info/attributes"), "*.bat eol=crlf\n").expect("a file");
    repo.is_as_checked_out(&[]);
    let own = repo.root.with_file_name("attributes");
    fs_err::write(&own, "*.sh eol=crlf\n").expect("a file");
    fs_err::write(repo.root.join(".git/info/attributes"), "").expect("a file");
    repo.git(&["config", "core.attributesFile", own.as_str()]);
    repo.is_as_checked_out(&[]);
    let linked = Repo::new();
    texts(&linked, "");
    linked.commit();
    linked.file(".gitattributes", "->* eol=crlf").file("d/.gitattributes", "->../.gitattributes");
    linked.git(&["add", ".gitattributes", "d"]);
    linked.git(&["commit", "--quiet", "--message=links"]);
    linked.is_as_checked_out(&[]);
}

#[test]
fn a_filter_without_a_program_does_nothing_and_one_with_a_program_is_not_run() {
    let repo = Repo::new();
    repo.file(
        ".gitattributes",
        "*.tgz filter=lfs diff=lfs merge=lfs -text\n*.key filter=crypt\n*.bat eol=crlf\n",
    );
    repo.file("a.tgz", "version https://git-lfs.github.com/spec/v1\n")
        .file("b.key", "b\n")
        .file("c.bat", "c\n")
        .commit();
    // Neither an empty program nor one of a filter that no attribute names counts.
    for (name, value) in
        [("filter.lfs.smudge", ""), ("filter.other.smudge", "touch ran"), ("filter.crypt.clean", "touch ran")]
    {
        repo.git(&["config", name, value]);
    }
    repo.is_as_checked_out(&[]);
    let ran = repo.root.with_file_name("ran");
    for (name, value) in
        [("filter.lfs.process", "git-lfs filter-process"), ("filter.crypt.smudge", &*format!("touch {ran}"))]
    {
        repo.git(&["config", name, value]);
    }
    let tree = repo.tree("HEAD");
    for (name, filter, size) in [("a.tgz", "lfs", 43), ("b.key", "crypt", 2)] {
        let path = repo.root.join(name);
        assert_eq!(tree.stat(&path).expect("a file").size, size, "{name}");
        let error = tree.read(&path).expect_err("it is not run").to_string();
        assert!(
            error.contains(&format!("git's filter `{filter}`")) && error.contains("leave the file out"),
            "{error}"
        );
    }
    assert_eq!(tree.read(&repo.root.join("c.bat")).expect("a file"), b"c\r\n");
    assert!(!ran.exists());
    repo.git(&["config", "--unset", "filter.crypt.smudge"]);
    repo.git(&["config", "filter.crypt.required", "true"]);
    assert!(repo.tree("HEAD").read(&repo.root.join("b.key")).is_err(), "git refuses to check it out");
}

#[test]
fn what_is_in_a_submodule_is_refused() {
    let other = Repo::new();
    other.file("x.yaml", "x").commit();
    let repo = Repo::new();
    repo.file("into", "->lib/sub/x.yaml").file("to", "->lib/sub");
    repo.git(&["submodule", "--quiet", "add", other.root.as_str(), "lib/sub"]);
    repo.commit();
    let tree = repo.tree("HEAD");
    let sub = repo.root.join("lib/sub");
    assert_eq!(tree.stat(&sub).expect("a folder").kind, crate::tree::Kind::Directory);
    assert_eq!(tree.resolve(&repo.root.join("to")).expect("a folder"), sub);
    assert_ne!(
        tree.stat(&sub).expect("a folder").identity,
        tree.stat(&repo.root.join("lib")).expect("a folder").identity
    );
    for path in ["into", "lib/sub/x.yaml", "lib/sub/none", "to/x.yaml"] {
        for error in [tree.stat(&repo.root.join(path)).err(), tree.read(&repo.root.join(path)).err()] {
            let error = error.expect("it is refused").to_string();
            assert!(error.starts_with("`lib/sub` is a submodule, "), "{error}");
        }
    }
    assert!(tree.entries(&sub).expect_err("it is refused").to_string().contains("submodule"));
    let _ = tree.stat(&repo.root.join("nothing"));
    let unknown: Vec<_> = tree.unknown().into_keys().collect();
    let names = ["into", "lib/sub", "lib/sub/none", "lib/sub/x.yaml", "to/x.yaml"];
    assert_eq!(unknown, names.map(|name| repo.root.join(name)), "whatever became of the errors");
    // In it, its own commits count.
    let inside = super::commit(&sub, "HEAD").expect("a commit");
    let inside = super::tree(&sub, &inside, std::sync::Arc::new(WorkTree)).expect("a tree");
    fs_err::remove_file(sub.join("x.yaml")).expect("a file");
    assert_eq!(inside.read(&sub.join("x.yaml")).expect("a file"), b"x");
}

#[test]
fn other_work_trees_and_hashes() {
    let repo = Repo::with(&["--object-format=sha256"]);
    repo.file("d/a.bat", "a\n").file(".gitattributes", "*.bat eol=crlf\n").commit();
    assert_eq!(repo.named("HEAD").id.len(), 64);
    let linked = repo.root.with_file_name("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", linked.as_str()]);
    repo.is_as_checked_out(&[]);
    let expected = observed(&WorkTree, &linked.join("d/a.bat"));
    git(&linked, &["sparse-checkout", "set", "nothing"]);
    assert!(!linked.join("d").exists());
    let commit = super::commit(&linked.join(".."), "HEAD");
    assert!(commit.is_err(), "that is no repository");
    let commit = super::commit(&linked, "HEAD").expect("a commit");
    let tree = super::tree(&linked, &commit, std::sync::Arc::new(WorkTree)).expect("a tree");
    assert_eq!(observed(&*tree, &linked.join("d/a.bat")), expected);
    let kinds: Vec<_> =
        tree.entries(&linked).expect("a folder").into_iter().map(|entry| (entry.name, entry.kind)).collect();
    assert_eq!(kinds[0], (".git".into(), crate::tree::Kind::File));
}

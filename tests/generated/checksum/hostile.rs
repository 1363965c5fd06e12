//! Whatever else a file system can contain: each ends with an error that names the place, and in time.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::checksum::{ChecksumError, Progress, Transform, hash_listing, of_paths};
use helmsum::internals::source::{Left, ListError, ListRequest, Listing, Outside, Shape, list};
use helmsum::internals::tree::{Entry, OpenFile, Stat, Tree, WorkTree};

use super::folder::{Folder, Item, hashed, listed};
use crate::support::full_name;

fn folder(files: &[&str]) -> Folder {
    let item =
        |name: &&str| Item { name: (*name).to_owned(), text: Some("x".to_owned()), repeat: None, link: None };
    Folder::new(&files.iter().map(item).collect::<Vec<_>>())
}

fn try_list(folder: &Folder, source: &str, exclude: &[&str]) -> Result<Listing, ListError> {
    let exclude: Vec<String> = exclude.iter().map(ToString::to_string).collect();
    let root = folder.root.as_path();
    list(&ListRequest {
        tree: &WorkTree,
        root: Some(root),
        stay_inside: false,
        directory: root,
        path: source,
        exclude: &exclude,
    })
}

fn names(folder: &Folder, source: &str, exclude: &[&str]) -> Vec<String> {
    try_list(folder, source, exclude).expect("the source can be listed").files
}

fn link(folder: &Folder, name: &str, target: &str) {
    symlink(target, folder.root.join(name)).expect("a link can be made");
}

fn fifo(folder: &Folder, name: &str) {
    let status = Command::new("mkfifo").arg(folder.root.join(name)).status().expect("mkfifo runs");
    assert!(status.success());
}

#[test]
fn a_fifo_is_an_error_unless_its_name_does_not_count() {
    let folder = folder(&["src/a.yaml"]);
    fifo(&folder, "src/pipe");
    let error = try_list(&folder, "src", &[]).expect_err("a FIFO");
    assert_eq!(error.to_string(), format!("`{}/src/pipe` is a FIFO, a socket or a device", folder.root));
    assert!(error.diagnostic().hint.is_some());
    assert_eq!(names(&folder, "src", &["pipe"]), ["./a.yaml"]);
    assert_eq!(names(&folder, "src/*.yaml", &[]), ["./a.yaml"]);
    assert!(matches!(try_list(&folder, "src/*", &[]), Err(ListError::Special { .. })));
    assert!(matches!(try_list(&folder, "src/pipe", &[]), Err(ListError::Special { .. })));
    link(&folder, "src/link", "pipe");
    assert!(matches!(try_list(&folder, "src", &["/pipe"]), Err(ListError::Special { .. })));
    fs_err::remove_file(folder.root.join("src/link")).expect("it is there");
    fs_err::rename(folder.root.join("src/pipe"), folder.root.join("src/.pipe.swp"))
        .expect("it can be renamed");
    assert_eq!(names(&folder, "src", &[]), ["./a.yaml"]);
    fs_err::rename(folder.root.join("src/.pipe.swp"), folder.root.join("src/.helmsumignore"))
        .expect("it can be renamed");
    assert!(
        matches!(try_list(&folder, "src", &[]), Err(ListError::Special { .. })),
        "reading it would block for ever"
    );
}

#[test]
fn sockets_and_devices_are_errors() {
    let folder = folder(&["src/a"]);
    let _socket =
        std::os::unix::net::UnixListener::bind(folder.root.join("src/s")).expect("a socket can be made");
    assert!(matches!(try_list(&folder, "src", &[]), Err(ListError::Special { .. })));
    link(&folder, "src/null", "/dev/null");
    assert!(
        matches!(try_list(&folder, "src", &["/s"]), Err(ListError::Special { path }) if path.ends_with("null"))
    );
}

#[test]
fn a_dangling_link_is_an_error_unless_its_name_does_not_count() {
    let folder = folder(&["src/a.yaml"]);
    link(&folder, "src/gone.conf", "nowhere");
    let error = try_list(&folder, "src", &[]).expect_err("a dangling link");
    assert_eq!(error.to_string(), format!("`{}/src/gone.conf` is a link that leads nowhere", folder.root));
    assert_eq!(names(&folder, "src", &["*.conf"]), ["./a.yaml"]);
    assert_eq!(names(&folder, "src/*.yaml", &[]), ["./a.yaml"]);
    assert_eq!(
        names(&folder, "src/**/*.yaml", &[]),
        ["./a.yaml"],
        "a pattern passes by what it does not find"
    );
    assert!(matches!(try_list(&folder, "src/*.conf", &[]), Err(ListError::Dangling { .. })));
    assert!(
        matches!(try_list(&folder, "src/gone.conf", &[]), Err(ListError::Dangling { .. })),
        "not merely missing"
    );
}

#[test]
fn link_loops_are_errors_that_show_the_way_back() {
    for (name, target) in [("src/d/up", ".."), ("src/d/up", "../../src/d"), ("src/d/top", "../..")] {
        let folder = folder(&["src/d/a"]);
        link(&folder, name, target);
        let error = try_list(&folder, "src", &[]).expect_err("a loop");
        assert!(matches!(&error, ListError::Loop { .. }), "{target}: {error}");
        assert!(error.to_string().contains("is a link loop: it leads back to"), "{error}");
        assert_eq!(names(&folder, "src", &["up", "top"]), ["./d/a"]);
    }
    let folder = folder(&["src/a/x", "src/b/y"]);
    link(&folder, "src/a/to-b", "../b");
    link(&folder, "src/b/to-a", "../a");
    assert!(matches!(try_list(&folder, "src", &[]), Err(ListError::Loop { .. })));
    link(&folder, "src/self", "self");
    assert!(
        matches!(try_list(&folder, "src", &["to-*"]), Err(ListError::Loop { path, .. }) if path.ends_with("self"))
    );
    assert!(matches!(try_list(&folder, "src/self", &[]), Err(ListError::Loop { .. })));
}

#[test]
fn one_directory_under_two_names_is_no_loop() {
    let folder = folder(&["src/a/x"]);
    link(&folder, "src/b", "a");
    link(&folder, "src/c", "b");
    assert_eq!(names(&folder, "src", &[]), ["./a/x", "./b/x", "./c/x"]);
}

#[test]
fn a_web_of_links_ends_in_time() {
    let folder = folder(&["src/0/x"]);
    // Linux gives up after 40 links in a path, and on a busy machine it may count some of them twice.
    for level in 1..19 {
        fs_err::create_dir(folder.root.join(format!("src/{level}"))).expect("a directory can be made");
        for name in ["a", "b"] {
            link(&folder, &format!("src/{}/{name}", level - 1), &format!("../{level}"));
        }
    }
    let start = Instant::now();
    assert!(matches!(try_list(&folder, "src", &[]), Err(ListError::TooMany { .. })));
    assert!(start.elapsed() < Duration::from_secs(240), "{:?}", start.elapsed());
}

#[test]
fn names_that_could_pass_for_a_line_are_errors() {
    for (name, said) in [
        (&b"a\nb"[..], "a\\nb` contains the control character U+000A"),
        (b"\x1b[2J", "\\u{1b}[2J` contains the control character U+001B"),
        (b"a\\b", "a\\\\b` contains a backslash"),
        ("a\u{2028}b".as_bytes(), "a\\u{2028}b` contains U+2028"),
        ("a\u{85}b".as_bytes(), "a\\u{85}b` contains the control character U+0085"),
        (b"a\xffb", "a\\xffb` is not UTF-8"),
    ] {
        let folder = folder(&["src/ok"]);
        let path = folder.root.as_std_path().join("src").join(OsStr::from_bytes(name));
        fs_err::write(&path, "x").expect("the file system takes the name");
        let error = try_list(&folder, "src", &[]).expect_err("a bad name").to_string();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains(|character: char| character.is_control()), "{error:?}");
        assert!(try_list(&folder, "src/*", &[]).is_err(), "a pattern finds it too");
        assert_eq!(names(&folder, "src/o*", &[]), ["./ok"]);
        let listing = try_list(&folder, "src", &["[!o]*"]).expect("it is excluded");
        assert_eq!(listing.files, ["./ok"]);
        assert_eq!(listing.left_out.len(), 1);
        assert!(!listing.left_out[0].name.contains(|character: char| character.is_control()));
        fs_err::remove_file(&path).expect("it is there");
        fs_err::create_dir(&path).expect("the file system takes the name");
        fs_err::write(path.join("x"), "x").expect("it can be written");
        assert!(try_list(&folder, "src", &[]).is_err(), "a directory of that name is no better");
    }
}

#[test]
fn a_bad_ignore_file_is_an_error_with_its_line() {
    let folder = folder(&["src/a"]);
    fs_err::write(folder.root.join("src/.helmsumignore"), "*.md\n\n[a\n").expect("it can be written");
    let problem = try_list(&folder, "src", &[]).expect_err("a bad pattern").diagnostic();
    assert_eq!(
        problem.to_string(),
        format!("{}/src/.helmsumignore:3: the pattern `[a` has a `[` without `]`", folder.root)
    );
    fs_err::write(folder.root.join("src/.helmsumignore"), b"\xff").expect("it can be written");
    assert!(matches!(try_list(&folder, "src", &[]), Err(ListError::Unreadable { .. })));
    fs_err::remove_file(folder.root.join("src/.helmsumignore")).expect("it is there");
    fs_err::create_dir(folder.root.join("src/.helmsumignore")).expect("it can be made");
    assert!(try_list(&folder, "src", &[]).is_err());
}

#[test]
fn what_is_not_there_is_missing_and_not_empty() {
    let folder = folder(&["src/a"]);
    for source in ["nowhere", "src/a/b", "nowhere/*.yaml"] {
        let listing = try_list(&folder, source, &[]).expect("missing is not an error by itself");
        assert_eq!(listing.shape, Shape::Missing, "{source}");
    }
    assert_eq!(try_list(&folder, "nowhere/*", &[]).expect("missing").base, folder.root.join("nowhere"));
    let nothing = try_list(&folder, "src/*.yaml", &[]).expect("nothing found");
    assert_eq!((nothing.shape, nothing.files.len()), (Shape::Glob, 0));
    assert!(matches!(try_list(&folder, "src/a/*", &[]), Err(ListError::BaseIsFile { .. })));
    assert!(matches!(try_list(&folder, "src/a", &["x"]), Err(ListError::ExcludeOnFile { .. })));
    assert!(matches!(try_list(&folder, "src", &["[x"]), Err(ListError::Exclude(_))));
    assert!(matches!(try_list(&folder, "src/{a,b}*", &[]), Err(ListError::Glob(_))));
}

#[test]
fn brackets_in_the_directory_above_are_no_pattern() {
    let folder = folder(&["[x]*/src/a"]);
    let directory = folder.root.join("[x]*");
    let request = ListRequest {
        tree: &WorkTree,
        root: None,
        stay_inside: false,
        directory: &directory,
        path: "src",
        exclude: &[],
    };
    assert_eq!(list(&request).expect("it can be listed").files, ["./a"]);
}

#[test]
fn what_was_left_out_is_listed_with_the_reason() {
    let folder =
        folder(&["src/a", "src/.gitkeep", "src/.git/config", "src/b.md", "src/d/c", "src/checksum.yaml"]);
    fs_err::write(folder.root.join("src/checksum.yaml"), format!("{}\n", helmsum::internals::source::HEADER))
        .expect("it can be written");
    let hashed = hashed(&folder.root, "src", &["*.md".to_owned(), "/d".to_owned()], Transform::RAW);
    let left: Vec<(&str, Left)> =
        hashed.listing.left_out.iter().map(|left| (left.name.as_str(), left.why)).collect();
    assert_eq!(
        left,
        [
            ("./.git", Left::Junk),
            ("./.gitkeep", Left::Junk),
            ("./b.md", Left::Excluded),
            ("./checksum.yaml", Left::Target),
            ("./d", Left::Excluded)
        ]
    );
}

#[test]
fn sources_and_links_that_leave_the_repository_are_told() {
    let folder = folder(&["repo/src/a", "repo/other/b", "outside/c"]);
    let root = folder.root.join("repo");
    let outside = folder.root.join("outside").canonicalize_utf8().expect("it is there");
    let list = |path: &str| {
        list(&ListRequest {
            tree: &WorkTree,
            root: Some(&root),
            stay_inside: false,
            directory: &root,
            path,
            exclude: &[],
        })
        .expect("it can be listed")
        .outside
    };
    assert_eq!(list("src"), []);
    assert_eq!(list("src/a"), []);
    assert_eq!(list("../repo/src"), [], "out and in again");
    assert_eq!(list("../outside"), [Outside { link: None, leads_to: outside.clone() }]);
    assert_eq!(list("../outside/c"), [Outside { link: None, leads_to: outside.join("c") }]);
    link(&folder, "repo/src/in", "../other");
    assert_eq!(list("src"), []);
    link(&folder, "repo/src/out", "../../outside");
    link(&folder, "repo/src/c", "../../outside/c");
    assert_eq!(
        list("src"),
        [
            Outside { link: Some("./c".to_owned()), leads_to: outside.join("c") },
            Outside { link: Some("./out".to_owned()), leads_to: outside.clone() },
        ]
    );
    assert_eq!(list("src/a*"), [], "a pattern only tells of the links it uses");
    link(&folder, "repo/away", "../outside");
    assert_eq!(list("away"), [Outside { link: None, leads_to: outside }]);
}

/// A tree whose files are written to between the first look and the last, for as long as it says.
#[derive(Debug)]
struct Restless {
    moves: AtomicU64,
    size_too: bool,
}

struct RestlessFile {
    inner: Box<dyn OpenFile>,
    moving: bool,
    size_too: bool,
    asked: AtomicBool,
}

impl Read for RestlessFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl OpenFile for RestlessFile {
    fn stat(&self) -> io::Result<Stat> {
        let mut stat = self.inner.stat()?;
        if self.asked.swap(true, Ordering::SeqCst) && self.moving {
            if self.size_too {
                stat.size += 1;
            } else {
                stat.modified = Some(SystemTime::UNIX_EPOCH);
            }
        }
        Ok(stat)
    }
}

impl Tree for Restless {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        let moving =
            self.moves.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let inner = WorkTree.open(path)?;
        Ok(Box::new(RestlessFile { inner, moving, size_too: self.size_too, asked: AtomicBool::new(false) }))
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        WorkTree.stat(path)
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        WorkTree.stat_link(path)
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        WorkTree.entries(directory)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        WorkTree.resolve(path)
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_once_more_and_then_refused() {
    let folder = folder(&["src/a"]);
    let still = hashed(&folder.root, "src", &[], Transform::RAW);
    for size_too in [false, true] {
        let hash = |moves| {
            let tree = Restless { moves: AtomicU64::new(moves), size_too };
            hash_listing(&tree, listed(&folder.root, "src", &[]), Transform::RAW, &Progress::default())
        };
        assert_eq!(hash(1).expect("the second reading was quiet").digest, still.digest);
        let error = hash(2).expect_err("it moved twice");
        assert_eq!(error.to_string(), format!("`{}/src/a` changes while it is read", folder.root));
        assert!(error.diagnostic().hint.is_some());
    }
}

#[test]
fn a_file_that_somebody_keeps_writing_to_is_refused() {
    let folder = folder(&["src/log"]);
    let path = folder.root.join("src/log");
    fs_err::write(&path, vec![b'x'; 8 << 20]).expect("it can be written");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs_err::OpenOptions::new().append(true).open(&path).expect("it is there");
            // Bounded, so that a failing assertion below cannot fill the disk.
            for _ in 0..2_000_000 {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                file.write_all(b"more\n").expect("it can be written");
            }
        });
        let hash =
            hash_listing(&WorkTree, listed(&folder.root, "src", &[]), Transform::RAW, &Progress::default());
        done.store(true, Ordering::SeqCst);
        assert!(matches!(hash, Err(ChecksumError::Moving(_))), "{hash:?}");
    });
}

#[test]
fn files_that_vanish_or_turn_into_something_else_are_errors() {
    let folder = folder(&["src/a"]);
    let listing = listed(&folder.root, "src", &[]);
    let path = folder.root.join("src/a");
    fs_err::remove_file(&path).expect("it is there");
    let hash =
        |listing: &Listing| hash_listing(&WorkTree, listing.clone(), Transform::RAW, &Progress::default());
    assert!(matches!(hash(&listing), Err(ChecksumError::Unreadable { .. })));
    fs_err::create_dir(&path).expect("it can be made");
    assert!(matches!(hash(&listing), Err(ChecksumError::Replaced(_))));
}

/// Set in the process that looks at unreadable files as somebody who may not read them.
const AS_NOBODY: &str = "HELMSUM_TEST_UNREADABLE";

#[test]
fn unreadable_files_and_directories_are_errors() {
    if let Ok(root) = std::env::var(AS_NOBODY) {
        let root = Utf8PathBuf::from(root);
        let request = |path| ListRequest {
            tree: &WorkTree,
            root: None,
            stay_inside: false,
            directory: &root,
            path,
            exclude: &[],
        };
        assert!(
            matches!(list(&request("directory")), Err(ListError::Unreadable { path, .. }) if path.ends_with("closed"))
        );
        assert!(
            matches!(list(&request("directory/closed/x")), Err(ListError::Unreadable { .. })),
            "not merely missing"
        );
        let listing = list(&request("file")).expect("the directory itself is open");
        let error = hash_listing(&WorkTree, listing, Transform::RAW, &Progress::default())
            .expect_err("no right to read");
        assert!(
            matches!(&error, ChecksumError::Unreadable { path, .. } if path.ends_with("closed")),
            "{error}"
        );
        return;
    }
    let folder = folder(&["file/closed", "directory/closed/x"]);
    let chmod = |name: &str, mode| {
        fs_err::set_permissions(folder.root.join(name), std::fs::Permissions::from_mode(mode))
            .expect("it is ours");
    };
    chmod("", 0o755);
    chmod("file/closed", 0);
    chmod("directory/closed", 0);
    // Root may read everything, so root asks as somebody else, from a copy of this program that everybody can reach.
    let program = folder.root.join("program");
    fs_err::copy(std::env::current_exe().expect("this program"), &program).expect("it can be copied");
    chmod("program", 0o755);
    let mut command = Command::new(&program);
    let name = full_name(module_path!(), "unreadable_files_and_directories_are_errors");
    command.args(["--exact", &name]);
    command.env(AS_NOBODY, folder.root.as_str()).current_dir(&folder.root);
    if Command::new("id").arg("-u").output().expect("id runs").stdout == b"0\n" {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().expect("the copy runs");
    chmod("directory/closed", 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "it did run");
}

#[test]
fn paths_by_hand_must_hold_something() {
    let folder = folder(&["a/x", "b/y", "c/.gitkeep", "c/.git/config"]);
    let of = |paths: &[&str]| of_paths(&WorkTree, &folder.root, paths, &Progress::default());
    let one = of(&["a"]).expect("good").expect("one path");
    assert_eq!(one.checksum, hashed(&folder.root, "a", &[], Transform::RAW).digest);
    let both = of(&["a", "b"]).expect("good").expect("two paths");
    assert_eq!(both.checksum, of(&["./b/", "./a"]).expect("good").expect("two paths").checksum);
    assert_ne!(both.checksum, one.checksum);
    assert_eq!(both.sources[1].0, "./b");
    assert_eq!(of(&[]).expect("good"), None);
    let absolute = folder.root.join("a");
    assert_eq!(of(&[absolute.as_str()]).expect("good").expect("one path").checksum, one.checksum);
    for (paths, said) in [
        (&["d"][..], "`d` does not exist"),
        (&["c"], "`c` contains no file that counts; left out: `./.git`, `./.gitkeep`"),
        (&["a/*.yaml"], "`a/*.yaml` contains no file that counts"),
        (&["a", "./a/"], "`./a/` is given twice"),
        (&["b", absolute.as_str()], "cannot be one of several"),
        (&["a\\b"], "the path `a\\\\b` contains a backslash"),
        (&["a\nb"], "the path `a\\nb` contains the control character U+000A"),
    ] {
        let error = of(paths).expect_err("no checksum");
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.diagnostic().hint.is_some());
    }
}

//! Writing targets: whole, only when they differ, and nowhere else.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt as _;

use crate::support::full_name;
use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::targets::{Order, TargetError, Writer, check_place};
use std::sync::atomic::{AtomicBool, Ordering};

/// Writes a target as a run of its own does.
fn write(path: &Utf8Path, root: &Utf8Path, bytes: &[u8]) -> Result<bool, TargetError> {
    Writer::default().write(Order { path, root, bytes, force: true })
}

struct Folder {
    _temporary: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Folder {
    fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let root = temporary.path().canonicalize().expect("it exists");
        Self { root: root.try_into().expect("UTF-8"), _temporary: temporary }
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        self.root.join(name)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(folder))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}

fn mode(path: &Utf8PathBuf) -> u32 {
    std::fs::metadata(path).expect("it exists").permissions().mode() & 0o7777
}

#[test]
fn a_new_target_is_readable_by_all_whatever_the_umask() {
    let folder = Folder::new();
    let path = folder.path("a/b/checksum.yaml");
    assert!(write(&path, &folder.root, b"x: 1\n").expect("is written"));
    assert_eq!(fs_err::read(&path).expect("is there"), b"x: 1\n");
    assert_eq!(mode(&path), 0o644);
    assert_eq!(folder.names("a/b"), ["checksum.yaml"]);
}

#[test]
fn an_existing_target_keeps_its_mode() {
    let folder = Folder::new();
    let path = folder.path("checksum.yaml");
    fs_err::write(&path, "old").expect("a file");
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("ours");
    assert!(write(&path, &folder.root, b"new").expect("is written"));
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn a_target_with_these_bytes_is_not_touched() {
    let folder = Folder::new();
    let path = folder.path("checksum.yaml");
    assert!(write(&path, &folder.root, b"x: 1\n").expect("is written"));
    let before = std::fs::metadata(&path).expect("it exists");
    assert!(!write(&path, &folder.root, b"x: 1\n").expect("is compared"));
    let after = std::fs::metadata(&path).expect("it exists");
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    assert!(write(&path, &folder.root, b"x: 2\n").expect("is written"), "as long, and other bytes");
}

#[test]
fn what_is_no_ordinary_file_is_refused() {
    let folder = Folder::new();
    fs_err::write(folder.path("real.yaml"), "real").expect("a file");
    std::os::unix::fs::symlink("real.yaml", folder.path("link.yaml")).expect("a link");
    std::os::unix::fs::symlink("nowhere", folder.path("dangling.yaml")).expect("a link");
    fs_err::create_dir(folder.path("directory.yaml")).expect("a directory");
    fs_err::write(folder.path("locked.yaml"), "locked").expect("a file");
    fs_err::set_permissions(folder.path("locked.yaml"), std::fs::Permissions::from_mode(0o444))
        .expect("ours");
    let names = folder.names("");
    for name in ["link.yaml", "dangling.yaml", "directory.yaml", "locked.yaml"] {
        let path = folder.path(name);
        let written = write(&path, &folder.root, b"x").expect_err(name).to_string();
        assert!(written.contains(name), "{written}");
        match check_place(&path, &folder.root) {
            Err(checked) => assert_eq!(checked.to_string(), written),
            // Only a write needs write access.
            Ok(_) => assert_eq!(name, "locked.yaml"),
        }
    }
    assert_eq!(folder.names(""), names);
    assert_eq!(fs_err::read_to_string(folder.path("real.yaml")).expect("is there"), "real");
    assert_eq!(fs_err::read_to_string(folder.path("locked.yaml")).expect("is there"), "locked");
}

#[test]
fn nothing_is_written_outside_of_the_repository() {
    let folder = Folder::new();
    let root = folder.path("repository");
    fs_err::create_dir(&root).expect("a directory");
    fs_err::create_dir(folder.path("elsewhere")).expect("a directory");
    std::os::unix::fs::symlink("../elsewhere", root.join("out")).expect("a link");
    std::os::unix::fs::symlink("../repository", folder.path("elsewhere/back")).expect("a link");
    for path in [
        folder.path("elsewhere/checksum.yaml"),
        root.join("out/checksum.yaml"),
        root.join("out/deep/er/checksum.yaml"),
        folder.path("repository-two/checksum.yaml"),
    ] {
        let error = write(&path, &root, b"x").expect_err(path.as_str());
        assert!(matches!(error, TargetError::Outside { .. }), "{path}: {error}");
        assert!(error.diagnostic().message.contains("is outside of the repository"), "{error}");
    }
    assert_eq!(folder.names("elsewhere"), ["back"]);
    assert_eq!(folder.names(""), ["elsewhere", "repository"]);
}

#[test]
fn nothing_is_written_below_the_folder_of_git() {
    let folder = Folder::new();
    for directory in [".git/hooks", "sub/.git", "v"] {
        fs_err::create_dir_all(folder.path(directory)).expect("a directory");
    }
    std::os::unix::fs::symlink("../.git/hooks", folder.path("v/hooks")).expect("a link");
    std::os::unix::fs::symlink(".git", folder.path("g")).expect("a link");
    for name in [
        ".git/index.lock",
        ".git/commondir",
        ".git/hooks/pre-commit",
        ".git/new/checksum.yaml",
        "sub/.git/checksum.yaml",
        "new/.git",
        ".GIT/checksum.yaml",
        "v/hooks/pre-commit",
        "g/deep/checksum.yaml",
    ] {
        let error = write(&folder.path(name), &folder.root, b"x").expect_err(name);
        assert!(matches!(error, TargetError::Git(_)), "{name}: {error}");
    }
    assert_eq!(folder.names(".git"), ["hooks"]);
    assert_eq!(folder.names(".git/hooks"), [""; 0]);
    assert_eq!(folder.names(""), [".git", "g", "sub", "v"]);
    assert!(write(&folder.path(".github/checksum.yaml"), &folder.root, b"x").expect("is written"));
}

/// Swaps `v` for a link and back as fast as it can while targets are written below it: 100 at least, and 100 more are refused.
fn write_while_a_link_is_swapped(folder: &Folder, link: &str) {
    fs_err::create_dir_all(folder.path("repository/v/w")).expect("a directory");
    std::os::unix::fs::symlink(link, folder.path("repository/link")).expect("a link");
    let (root, done) = (folder.path("repository"), AtomicBool::new(false));
    // In the moment in which there is no `v`, the writer makes one.
    let rename = |from: &str, to: &str| {
        while std::fs::rename(root.join(from), root.join(to)).is_err() {
            let _ = std::fs::remove_dir_all(root.join(to));
        }
    };
    std::thread::scope(|scope| {
        let swapping = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                rename("v", "aside");
                rename("link", "v");
                rename("v", "link");
                rename("aside", "v");
            }
        });
        let (mut written, mut refused) = (0, 0);
        for number in 0.. {
            let text = format!("x: {number}\n");
            for name in ["v/checksum.yaml", "v/w/checksum.yaml"] {
                let count = if write(&root.join(name), &root, text.as_bytes()).is_ok() {
                    &mut written
                } else {
                    &mut refused
                };
                *count += 1;
            }
            if written >= 100 && refused >= 100 {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
        swapping.join().expect("it swapped to the end");
    });
}

#[test]
fn a_link_that_is_swapped_in_meanwhile_leads_nothing_out_of_the_repository() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("elsewhere/w")).expect("a directory");
    write_while_a_link_is_swapped(&folder, "../elsewhere");
    assert_eq!(folder.names("elsewhere"), ["w"]);
    assert_eq!(folder.names("elsewhere/w"), [""; 0]);
}

#[test]
fn a_link_that_is_swapped_in_meanwhile_leads_nothing_into_the_folder_of_git() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("repository/.git/hooks/w")).expect("a directory");
    write_while_a_link_is_swapped(&folder, ".git/hooks");
    assert_eq!(folder.names("repository/.git"), ["hooks"]);
    assert_eq!(folder.names("repository/.git/hooks"), ["w"]);
    assert_eq!(folder.names("repository/.git/hooks/w"), [""; 0]);
}

#[test]
fn a_file_that_became_somebody_elses_meanwhile_is_not_replaced() {
    let folder = Folder::new();
    let path = folder.path("checksum.yaml");
    fs_err::write(&path, "replicas: 3\n").expect("a file");
    let order = Order { path: &path, root: &folder.root, bytes: b"x", force: false };
    let error = Writer::default().write(order).expect_err("it is foreign");
    assert!(matches!(error, TargetError::Foreign(_)), "{error}");
    assert!(Writer::default().write(Order { force: true, ..order }).expect("it is forced"));
}

/// The name of a temporary file.
const LEFT: &str = "v/.helmsum-0123456789abcdef";

/// Writes a target again and again until something is so. A lock outlives its file handle a little: a process that was killed may
/// still be ending, and a program that another test starts has the lock as well until it runs.
#[track_caller]
fn write_until(folder: &Folder, name: &str, is_so: impl Fn() -> bool) {
    for number in 0..3_000 {
        write(&folder.path(name), &folder.root, format!("x: {number}\n").as_bytes()).expect("is written");
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it is not so after 3,000 writes");
}

#[test]
fn what_killed_runs_left_is_removed_by_the_next_that_writes_there() {
    let header = crate::support::repo::HEADER;
    for content in ["", &header[..10], header] {
        let folder = Folder::new();
        fs_err::create_dir_all(folder.path("v")).expect("a directory");
        fs_err::create_dir_all(folder.path("other")).expect("a directory");
        fs_err::write(folder.path(LEFT), content).expect("a file");
        fs_err::write(folder.path("other/.helmsum-0123456789abcdef"), content).expect("a file");
        write(&folder.path("v/checksum.yaml"), &folder.root, b"x: 1\n").expect("is written");
        assert_eq!(folder.names("v"), ["checksum.yaml"]);
        assert_eq!(folder.names("other").len(), 1, "nothing was written there");
    }
}

#[test]
fn what_a_living_process_writes_and_what_is_not_ours_stays() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("v")).expect("a directory");
    let others = [
        (".helmsum-notes", crate::support::repo::HEADER),
        (".helmsum-fedcba9876543210", "# my own\n"),
        (".helmsumignore", ""),
    ];
    for (name, content) in others {
        fs_err::write(folder.path("v").join(name), content).expect("a file");
    }
    std::os::unix::fs::symlink(".helmsumignore", folder.path("v/.helmsum-aaaaaaaaaaaaaaaa")).expect("a link");
    let held = std::fs::File::create(folder.path(LEFT)).expect("a file");
    held.lock().expect("nobody else has it");
    write(&folder.path("v/checksum.yaml"), &folder.root, b"x: 1\n").expect("is written");
    assert_eq!(folder.names("v").len(), others.len() + 3, "{:?}", folder.names("v"));
    drop(held);
    write_until(&folder, "v/checksum.yaml", || !folder.path(LEFT).exists());
    assert_eq!(folder.names("v").len(), others.len() + 2, "{:?}", folder.names("v"));
}

#[test]
fn a_run_that_is_killed_loses_its_temporary_file_to_the_next() {
    if let Some(root) = folder_of_this_process() {
        let text = format!("{}{}", crate::support::repo::HEADER, "# x\n".repeat(50_000));
        for number in 0.. {
            write(&root.join("checksum.yaml"), &root, format!("{text}{number}").as_bytes())
                .expect("is written");
        }
    }
    let folder = Folder::new();
    let mut left = 0;
    for _ in 0..20 {
        let killed = ["timeout", "--signal", "KILL", "0.2"];
        in_a_process_of_its_own(
            "a_run_that_is_killed_loses_its_temporary_file_to_the_next",
            &killed,
            &folder,
        );
        left += usize::from(folder.names("").len() > 1);
        write_until(&folder, "checksum.yaml", || folder.names("") == ["checksum.yaml"]);
        if left > 0 {
            break;
        }
    }
}

#[test]
fn many_writers_at_once_leave_one_whole_file_and_nothing_else() {
    let folder = Folder::new();
    let path = folder.path("sub/checksum.yaml");
    let texts: Vec<String> = (0..8).map(|number| format!("{number}\n").repeat(20_000)).collect();
    std::thread::scope(|scope| {
        for text in &texts {
            let (path, root) = (&path, &folder.root);
            scope.spawn(move || {
                for _ in 0..5 {
                    write(path, root, text.as_bytes()).expect("is written");
                }
            });
        }
    });
    let result = fs_err::read_to_string(&path).expect("is there");
    assert!(texts.contains(&result), "a mixture of {} bytes", result.len());
    assert_eq!(folder.names("sub"), ["checksum.yaml"]);
}

/// Runs this test again in a process of its own, with `wrapper` in front.
fn in_a_process_of_its_own(test: &str, wrapper: &[&str], folder: &Folder) -> std::process::Output {
    let own = std::env::current_exe().expect("this test");
    let mut command = std::process::Command::new(wrapper[0]);
    let name = full_name(module_path!(), test);
    command.args(&wrapper[1..]).arg(own).args(["--exact", &name, "--nocapture"]);
    command.env("HELMSUM_TEST_FOLDER", &folder.root).process_group(0);
    command.output().expect("it runs")
}

fn folder_of_this_process() -> Option<Utf8PathBuf> {
    std::env::var("HELMSUM_TEST_FOLDER").ok().map(Into::into)
}

#[test]
fn a_disk_that_is_full_leaves_the_target_as_it_was() {
    if let Some(root) = folder_of_this_process() {
        let error =
            write(&root.join("checksum.yaml"), &root, "x".repeat(1 << 20).as_bytes()).expect_err("no room");
        assert!(error.to_string().starts_with("cannot write the target `"), "{error}");
        return;
    }
    let folder = Folder::new();
    fs_err::write(folder.path("checksum.yaml"), "old").expect("a file");
    let limited = ["bash", "-c", "ulimit -f 8; exec \"$@\"", "bash"];
    let output =
        in_a_process_of_its_own("a_disk_that_is_full_leaves_the_target_as_it_was", &limited, &folder);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
    assert_eq!(fs_err::read_to_string(folder.path("checksum.yaml")).expect("is there"), "old");
    assert_eq!(folder.names(""), ["checksum.yaml"]);
}

#[test]
fn a_signal_leaves_no_temporary_file_behind() {
    if let Some(root) = folder_of_this_process() {
        loop {
            for text in ["x", "y"] {
                write(&root.join("checksum.yaml"), &root, text.repeat(100_000).as_bytes())
                    .expect("is written");
            }
        }
    }
    for signal in ["TERM", "INT", "HUP"] {
        let folder = Folder::new();
        // `timeout` sends the signal while the process does nothing but write.
        let ended = ["timeout", "--signal", signal, "0.3"];
        let output = in_a_process_of_its_own("a_signal_leaves_no_temporary_file_behind", &ended, &folder);
        assert_eq!(output.status.code(), Some(124), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(folder.names(""), ["checksum.yaml"], "{signal}");
    }
}

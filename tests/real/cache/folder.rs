//! The folder of the cache, and what may happen to it.

use fs_err as fs;
use sha2::{Digest as _, Sha256};

use super::{Counts, SOURCE, counts};
use crate::kinds::project::Project;

#[test]
fn damaged_entries_are_made_anew() {
    let Some(project) = Project::new(SOURCE) else { return };
    project.warm(&[]);
    let expected = project.listed(&[]).stdout();
    for damage in [&b""[..], b"x", b"{}", &[0; 4096]] {
        for path in project.entries() {
            fs::write(path, damage).expect("a file");
        }
        let run = project.listed(&[]);
        assert_eq!(run.stdout(), expected);
        assert_eq!(counts(&run.stderr()).calls, 1);
        assert_eq!(project.counted(&[]), Counts { calls: 0, found: 1 });
    }
    for path in project.entries() {
        let bytes = fs::read(&path).expect("a file");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
    }
    assert_eq!(project.listed(&[]).stdout(), expected);
}

#[test]
fn many_runs_at_once_do_not_disturb_each_other() {
    let Some(project) = Project::new(SOURCE) else { return };
    let script = "for i in $(seq 32); do helmsum list --output=json > out.$i 2> err.$i & done; wait; cat err.*; sha256sum out.* | cut -d' ' -f1 | sort | uniq -c | wc -l";
    assert_eq!(project.shell(script), "1");
    assert_eq!(project.counted(&[]), Counts { calls: 0, found: 1 });
    let left = project.entries().into_iter().filter(|path| path.to_string_lossy().contains(".tmp-")).count();
    assert_eq!(left, 0);
}

#[test]
fn a_folder_that_cannot_be_used_costs_time_and_nothing_else() {
    let Some(project) = Project::new(SOURCE) else { return };
    let expected = project.listed(&[]).stdout();
    project.write("file", "");
    fs::create_dir_all(project.root.join("open")).expect("a folder");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(project.root.join("open"), mode).expect("permissions");
    for (folder, why) in [
        ("file", "cannot be used"),
        ("file/below", "cannot be used"),
        ("/proc/none", "cannot be used"),
        ("open", "others may write to it"),
    ] {
        for _ in 0..2 {
            let run = project.listed(&[&format!("HELMSUM_CACHE_DIR={folder}")]);
            assert_eq!(run.stdout(), expected, "{}", run.told());
            assert_eq!(counts(&run.stderr()).calls, 1);
            assert!(run.stderr().contains(why), "{}", run.stderr());
        }
    }
    assert_eq!(fs::read_dir(project.root.join("open")).expect("a folder").count(), 0);
}

#[test]
fn the_folder_is_the_one_that_is_named_and_nobody_else_can_read_it() {
    let Some(project) = Project::new(SOURCE) else { return };
    project.warm(&["HELMSUM_CACHE_DIR=of/this"]);
    assert!(!project.sandbox.project("../home/.cache/helmsum").exists());
    let modes = project.shell("find of/this -printf '%y %m\\n' | sort -u");
    assert_eq!(modes, "d 700\nf 600");
    project.warm(&["XDG_CACHE_HOME=/nowhere/at/all", "HELMSUM_CACHE_DIR=of/this"]);
    assert_eq!(project.counted(&["HOME=relative"]), Counts { calls: 1, found: 0 });
}

#[test]
fn a_cache_that_is_verified_is_compared_with_what_helm_renders() {
    let Some(project) = Project::new(SOURCE) else { return };
    project.warm(&[]);
    let expected = project.listed(&[]).stdout();
    let verified = project.listed(&["HELMSUM_CACHE=verify"]);
    assert_eq!((verified.stdout(), counts(&verified.stderr()).calls), (expected, 1));
    let mut changed = 0;
    for path in project.entries() {
        let text = fs::read_to_string(&path).expect("text");
        let (_, content) = text.split_once('\n').expect("a line");
        if !content.contains("\"gateway-apis\"") {
            continue;
        }
        let content = content.replace("data/orders", "data/others");
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&content));
        fs::write(&path, format!("{digest}\n{content}")).expect("a file");
        changed += 1;
    }
    assert!(changed > 0);
    let told = project.listed(&["HELMSUM_CACHE=verify"]).fails();
    assert!(told.contains("is not what helm renders now") && told.contains("--no-cache"), "{told}");
    project.listed(&["HELMSUM_CACHE=verify", "HELMSUM_CACHE_DIR=new"]).succeeds();
    let told = project.listed(&["HELMSUM_CACHE=on"]).fails();
    assert!(
        told.contains("`HELMSUM_CACHE` is `on`, which means nothing") && told.contains("`verify`"),
        "{told}"
    );
}

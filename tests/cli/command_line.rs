//! What helmfile's command line decides in a hook, and what is said where it cannot be told. `tests/real/hooks` has the same with the
//! real helmfile; here a shell is called as helmfile is, and reads what its hook would run from a file called as the command.

use std::process::Command;

use crate::support::repo::{GATEWAY, HOOK, Repo, gateway, target};

/// A release whose sources are paths.
fn paths() -> Repo {
    gateway().file("helmfile.yaml", format!("{HOOK}{GATEWAY}"))
}

/// A release that depends on another one as a whole, which needs no helm.
fn rendered() -> Repo {
    let needs = "    needs: [edge/apis]\n";
    let state = format!("{HOOK}{GATEWAY}{needs}  - {{name: apis, namespace: edge, chart: ./chart}}\n");
    gateway()
        .file("helmfile.yaml", state)
        .file("gateway/values.yaml", "# helmsum: release:edge/apis\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: apis\nversion: 1.0.0\n")
}

const RUN: &str = "generate --strict --file=helmfile.yaml --namespace= --helmfile-command=apply";

/// What helmsum says as a hook of `helmfile apply` with these arguments, and whether it succeeded.
fn apply(repo: &Repo, run: &str, arguments: &[&str]) -> (String, bool) {
    let helmsum = env!("CARGO_BIN_EXE_helmsum");
    fs_err::write(repo.path("apply"), format!("{helmsum} {run}\nexit $?\n")).expect("a file");
    let helmfile = repo.path(".git/helmfile");
    if !helmfile.exists() {
        let bash = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .map(|folder| folder.join("bash"))
            .find(|path| path.exists())
            .expect("bash is installed");
        std::os::unix::fs::symlink(bash, &helmfile).expect("a link");
    }
    let mut command = Command::new(helmfile);
    command.arg("apply").args(arguments).current_dir(repo.path(""));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", repo.path(".git"));
    let output = command.output().expect("a shell runs");
    let told = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
    // Lines are broken for the logs of helmfile.
    (told.split_whitespace().collect::<Vec<_>>().join(" "), output.status.success())
}

#[test]
fn nothing_is_said_or_stopped_where_all_sources_are_paths() {
    for arguments in [
        &["--set", "image.tag=0a1b2c"][..],
        &["--values", "nowhere.yaml", "--args", "--set a=b", "--skip-deps"],
        &["--no-such-option", "--set", "a=b"],
        &["--state-values-set", "image.tag=0a1b2c", "-e", "production"],
    ] {
        let repo = paths();
        let (told, succeeded) = apply(&repo, RUN, arguments);
        assert!(succeeded, "{arguments:?}: {told}");
        assert!(!told.contains("unverified-state") && !told.contains("taken over"), "{told}");
        let _ = repo.holds("gateway/checksum.yaml", &target());
    }
    paths()
        .helmsum(["generate", "--file=helmfile.yaml", "--helmfile-command=apply"])
        .exits(0)
        .does_not_say("unverified-state");
}

#[test]
fn what_is_given_to_every_release_is_part_of_a_release() {
    let ways = [
        &[][..],
        &["--set", "a=b"],
        // Without a key for secrets: a value that somebody types is none.
        &["--set", "image.tag=0a1b2c3d4e5f"],
        &["--values", "cli.yaml"],
        &["--args", "--set=a=b"],
        &["--args", "--values cli.yaml"],
        &["--chart", "./other"],
    ];
    let seen = ways.map(|arguments| checksum(&rendered_again(), arguments));
    let different: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(different.len(), ways.len(), "{seen:?}");
    // What is about waiting and connections rolls nobody.
    for arguments in [&["--args", "--timeout 9m --wait"][..], &["--kube-context", "elsewhere"], &["-q"]] {
        assert_eq!(checksum(&rendered_again(), arguments), seen[0], "{arguments:?}");
    }
}

fn rendered_again() -> Repo {
    rendered()
        .file("cli.yaml", "a: 1\n")
        .file("other/Chart.yaml", "apiVersion: v2\nname: other\nversion: 1.0.0\n")
}

fn checksum(repo: &Repo, arguments: &[&str]) -> String {
    let (told, succeeded) = apply(repo, RUN, arguments);
    assert!(succeeded, "{arguments:?}: {told}");
    let target = repo.read("gateway/checksum.yaml");
    target.lines().last().expect("a line").to_owned()
}

#[test]
fn a_values_file_of_the_command_line_is_read_anew() {
    let repo = rendered_again();
    let before = checksum(&repo, &["--values", "cli.yaml"]);
    let repo = repo.file("cli.yaml", "a: 2\n");
    assert_ne!(checksum(&repo, &["--values", "cli.yaml"]), before);
    let (told, succeeded) = apply(&repo, RUN, &["--values", "nowhere.yaml"]);
    assert!(!succeeded && told.contains("nowhere.yaml` cannot be read"), "{told}");
    assert!(told.contains("an option `--values` names it"), "{told}");
}

#[test]
fn by_hand_the_same_options_give_the_same_checksum() {
    let in_hook = checksum(&rendered_again(), &["--set", "a=b", "--values=cli.yaml", "--args", "--set c=d"]);
    rendered_again()
        .helmsum(["--set", "a=b", "generate", "--values=cli.yaml", "--args", "--set c=d"])
        .exits(0)
        .holds_line("gateway/checksum.yaml", &in_hook);
}

trait Lines {
    fn holds_line(self, name: &str, line: &str) -> Self;
}

impl Lines for Repo {
    fn holds_line(self, name: &str, line: &str) -> Self {
        assert_eq!(self.read(name).lines().last(), Some(line));
        self
    }
}

#[test]
fn what_changes_the_state_has_to_be_handed_over_to_rendered_sources() {
    let given = ["--state-values-set", "a=hunter2"];
    let repo = rendered();
    let (told, succeeded) = apply(&repo, RUN, &given);
    assert!(!succeeded && told.contains("error[unverified-state]"), "{told}");
    assert!(told.contains("helmfile was given `--state-values-set`, which changes what is read"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let _ = repo.lacks("gateway/checksum.yaml");
    let handed_over = format!("{RUN} --state-values-set=a=hunter2");
    let (told, succeeded) = apply(&rendered(), &handed_over, &given);
    assert!(succeeded && !told.contains("unverified-state"), "{told}");
    let repo = rendered();
    let state =
        format!("environments: {{default: {{}}, production: {{}}}}\n---\n{}", repo.read("helmfile.yaml"));
    let (told, succeeded) =
        apply(&repo.file("helmfile.yaml", state), &format!("{RUN} -e production"), &["-e", "staging"]);
    assert!(!succeeded && told.contains("helmfile was given `--environment`"), "{told}");
}

#[test]
fn what_helmsum_is_given_otherwise_than_helmfile_is_refused() {
    let run = format!("{RUN} --set=a=b");
    for arguments in [&["--set", "a=c"][..], &[]] {
        let (told, succeeded) = apply(&rendered(), &run, arguments);
        assert!(!succeeded && told.contains("helmsum was given `--set` otherwise than helmfile"), "{told}");
    }
    let (told, succeeded) = apply(&rendered(), &run, &["--set", "a=b"]);
    assert!(succeeded && !told.contains("unverified-state"), "{told}");
    let (told, succeeded) = apply(&paths(), &run, &["--set", "a=c"]);
    assert!(succeeded, "all sources are paths: {told}");
}

#[test]
fn options_of_another_helmfile_leave_open_what_follows_them() {
    let unknown = ["--no-such-option", "--set", "a=b"];
    let (told, succeeded) = apply(&rendered(), RUN, &unknown);
    assert!(!succeeded && told.contains("helmfile may have been given `--set`"), "{told}");
    // Handed over, it is known.
    let (told, succeeded) = apply(&rendered(), &format!("{RUN} --set=a=b"), &unknown);
    assert!(succeeded, "{told}");
    let (told, succeeded) = apply(&rendered(), RUN, &["--no-such-option"]);
    assert!(succeeded, "nothing there changes what is rendered: {told}");
}

#[test]
fn without_a_helmfile_above_it_a_hook_says_so_in_a_note() {
    rendered()
        .helmsum(["generate", "--strict", "--namespace=", "--file=helmfile.yaml", "--helmfile-command=apply"])
        .tells("note[unverified-state]: helmfile's command line is not known")
        .says("HELMSUM_HELMFILE_PID");
    rendered().helmsum(["generate", "--file=helmfile.yaml"]).exits(0).does_not_say("unverified-state");
    rendered()
        .file("helmsum.yaml", "levels: { unverified-state: deny }\n")
        .helmsum(["generate", "--namespace=", "--file=helmfile.yaml", "--helmfile-command=apply"])
        .exits(1)
        .lacks("gateway/checksum.yaml");
}

//! The threads of a run, also where there are none to be had.

use std::process::{Command, Output, Stdio};

use crate::support::repo::{APIS, Repo, gateway};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs helmsum as a user who may have so many processes and threads.
fn with_processes(repo: &Repo, most: usize) -> Option<Output> {
    let helmsum = repo.command("");
    let opened = Command::new("chmod").args(["-R", "a+rwX"]).arg(repo.path("")).status().expect("chmod runs");
    assert!(opened.success());
    let mut command = Command::new("setpriv");
    // A number that no other process has, for the limit counts all of a user.
    command.args(["--reuid=64123", "--regid=64123", "--clear-groups", "prlimit", &format!("--nproc={most}")]);
    command.arg(helmsum.get_program());
    let may = command.arg("--version").output().ok()?;
    if !may.status.success() && most > 1 {
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=64123", "--regid=64123", "--clear-groups", "prlimit", &format!("--nproc={most}")]);
    Some(
        command
            .arg(helmsum.get_program())
            .arg("generate")
            .current_dir(repo.path(""))
            .output()
            .expect("it runs"),
    )
}

#[test]
#[expect(clippy::print_stderr, reason = "the test harness has no other way to say that a test was skipped")]
fn one_thread_is_enough() {
    let several =
        || gateway().file("gateway/values.yaml", "# helmsum: ./apis\n# helmsum: ./apis as data parse=yaml\n");
    let repo = several();
    let Some(output) = with_processes(&repo, 2) else {
        eprintln!("skipped: this needs root, setpriv, prlimit, and a build that other users may run");
        return;
    };
    let text = said(&output);
    assert!(output.status.success() && !text.contains("panicked"), "{text}");
    assert!(repo.read("gateway/checksum.yaml").contains(APIS));
    let output = with_processes(&several(), 1).expect("it ran with two");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("no thread can be started") && text.contains("ulimit -u"), "{text}");
}

#[test]
fn a_run_has_one_pool_of_threads_however_many_sources_it_has() {
    if !std::path::Path::new("/proc/self/task").exists() {
        return;
    }
    let sources: Vec<String> =
        (0..100).map(|number| format!("# helmsum: ./apis/{number}.yaml as s{number} parse=yaml")).collect();
    let mut repo = gateway().file("gateway/values.yaml", sources.join("\n"));
    for number in 0..100 {
        repo = repo.file(&format!("gateway/apis/{number}.yaml"), format!("a: [{}1]\n", "1, ".repeat(20_000)));
    }
    let mut child = repo.command("").arg("generate").stdout(Stdio::null()).spawn().expect("helmsum runs");
    let tasks = format!("/proc/{}/task", child.id());
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        most = most.max(std::fs::read_dir(&tasks).map_or(0, Iterator::count));
    }
    assert!(child.wait().expect("it has ended").success());
    let cores = std::thread::available_parallelism().expect("a number").get();
    assert!(most <= cores + 2, "{most} threads on {cores} cores");
}

//! How other programs are started, and how they end with helmsum.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::repo::{GATEWAY, HOOK_WITH_COMMAND as HOOK, Repo, gateway};

/// A folder of the repository before the usual ones: `PATH` as it should not be.
const BESIDE: &str = ".:/usr/local/bin:/usr/bin:/bin";

/// A file that the user may run.
pub(super) fn script(repo: Repo, name: &str, text: &str) -> Repo {
    let repo = repo.file(name, text);
    let executable = std::fs::Permissions::from_mode(0o755);
    fs_err::set_permissions(repo.path(name), executable).expect("a mode");
    repo
}

/// A consumer of a ConfigMap that a chart in the repository renders.
fn of_object() -> Repo {
    let state = "\
releases:
  - name: gateway
    namespace: edge
    chart: ./chart
    values: [values.yaml, checksum.yaml]
    needs: [edge/apis]
  - name: apis
    namespace: edge
    chart: ./chart
    values: [apis.yaml]
";
    Repo::new()
        .file("helmfile.yaml", state)
        .file("values.yaml", "# helmsum: configmap:apis from=edge/apis\n")
        .file("apis.yaml", "password: hunter2\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        .file(
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: apis}\ndata: {a: '1'}\n",
        )
}

#[test]
fn no_program_is_run_out_of_the_folder_that_helmsum_works_in() {
    let trap = "#!/bin/sh\necho ran > trace\n";
    for path in [BESIDE, ":/usr/bin:/bin", "sub/..:/bin"] {
        let repo = script(of_object(), "helm", trap).folder("sub").variable("PATH", path);
        repo.helmsum(["generate"])
            .exits(1)
            .complains("`helm` cannot be started to render it: `PATH` has a relative folder")
            .complains("helm`) is not run")
            .lacks("trace");
    }
    script(gateway(), "sops", trap)
        .variable("PATH", BESIDE)
        .file("gateway/values.yaml", "# helmsum: ./apis decrypt=sops\n")
        .file(
            "gateway/apis/orders.yaml",
            "a: ENC[AES256_GCM,data:eA==]\nsops:\n  mac: ENC[AES256_GCM,data:eA==]\n",
        )
        .helmsum(["generate"])
        .exits(1)
        .complains("`sops` is not run: `PATH` has a relative folder")
        .complains("leave only absolute folders in `PATH`")
        .lacks("trace");
    script(gateway(), "git", trap).variable("PATH", BESIDE).helmsum(["check"]).exits(2).lacks("trace");
    script(gateway(), "tool", trap)
        .variable("PATH", BESIDE)
        .file("helmfile.yaml.gotmpl", format!("# {{{{ exec \"tool\" (list) }}}}\n{GATEWAY}"))
        .without("helmfile.yaml")
        .helmsum(["generate"])
        .exits(1)
        .complains("cannot run executable found relative to current directory")
        .lacks("trace");
}

#[test]
fn git_runs_nothing_of_the_repository_and_looks_at_no_other() {
    let other = Repo::new().git(["init", "--quiet"]);
    let elsewhere = other.path(".git").to_string_lossy().into_owned();
    let repo = script(gateway().git(["init", "--quiet"]), "monitor", "#!/bin/sh\necho ran > trace\n")
        .file(".gitignore", "checksum.yaml\n")
        .git(["add", "--all"])
        .git(["config", "core.fsmonitor", "./monitor"])
        .variable("GIT_DIR", &elsewhere)
        .helmsum(["check"])
        .exits(0);
    repo.says("git ignores").lacks("trace");
}

#[test]
fn git_is_started_once_for_all_targets_that_a_finding_is_about() {
    let releases: Vec<String> = (0..5)
        .map(|number| {
            format!("- {{ name: web-{number}, chart: ./c, missingFileHandler: Warn, values: [values.yaml, {number}.checksum.yaml] }}\n")
        })
        .collect();
    let releases = releases.concat();
    let repo = Repo::with_git()
        .file(
            "helmfile.yaml",
            format!("environments: {{ prod: {{}}, test: {{}} }}\n---\n{HOOK}releases:\n{releases}"),
        )
        .file("values.yaml", "# helmsum: ./conf/{{ .Environment.Name }}\n")
        .file("conf/test/a", "1")
        .file("conf/prod/a", "2")
        .file(".gitignore", "*.checksum.yaml\n");
    let counting = "#!/bin/sh\necho >> \"$COUNTED\"\nPATH=/usr/local/bin:/usr/bin:/bin exec git \"$@\"\n";
    let repo = script(repo, "programs/git", counting);
    let programs = format!("{}:/usr/local/bin:/usr/bin:/bin", repo.path("programs").display());
    let counted = repo.path("counted").to_string_lossy().into_owned();
    let repo = repo.variable("PATH", &programs).variable("COUNTED", &counted);
    let started = |repo: Repo| {
        let times = repo.read("counted").lines().count();
        (repo.without("counted"), times)
    };
    let repo = repo.helmsum(["check", "-e", "test"]).exits(0).says("git ignores `4.checksum.yaml`");
    let (repo, times) = started(repo);
    // Once for missing-checksum and once for hidden-missing-file.
    assert_eq!(times, 2);
    let repo = repo.helmsum(["generate", "-f", "helmfile.yaml", "-e", "test", "--helmfile-command=apply"]);
    let (repo, times) = started(repo.exits(0));
    assert_eq!((repo.out().matches("note[shared-target]").count(), times), (5, 1), "{}", repo.out());
}

/// What stands for a helm that hangs, with a child of its own.
const HANGING: &str = "#!/bin/sh
if [ \"$1\" = version ]; then echo v4.3.2; exit; fi
sleep 600 &
echo $$ $! > \"$TRACE.unfinished\"
mv \"$TRACE.unfinished\" \"$TRACE\"
wait
";

/// helmsum with a helm that hangs, once that was called.
struct Hung {
    repo: Repo,
    helmsum: Child,
    /// The processes that must not stay.
    numbers: Vec<String>,
}

impl Hung {
    fn start() -> Self {
        Self::on(script(of_object(), "bin/helm", HANGING))
    }

    fn on(repo: Repo) -> Self {
        let repo = repo.folder("tmp");
        let trace = repo.path("trace");
        let mut command = repo.command("");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", repo.path("bin").display());
        command.arg("generate").env("PATH", path).env("TRACE", &trace).env("TMPDIR", repo.path("tmp"));
        let helmsum = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let helmsum = helmsum.spawn().expect("helmsum runs");
        await_until("the program is called", || trace.exists());
        let numbers = repo.read("trace").split_whitespace().map(str::to_owned).collect();
        Self { repo, helmsum, numbers }
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.helmsum.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn end(&mut self) -> ExitStatus {
        let mut status = None;
        await_until("helmsum ends", || {
            status = self.helmsum.try_wait().expect("a child");
            status.is_some()
        });
        status.expect("it has ended")
    }

    fn temporary(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.repo.path("tmp")).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        let _ = self.helmsum.kill();
        let _ = self.helmsum.wait();
        for number in self.numbers.iter().filter(|number| runs(number)) {
            let _ = Command::new("kill").args(["-s", "KILL", number]).status();
        }
    }
}

#[track_caller]
fn await_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "not yet: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process is there and no zombie.
fn runs(number: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", number]).output().expect("ps runs");
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// Whether this process was started to ignore a signal, as Linux says.
fn is_ignored(number: i32) -> bool {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (number - 1)) != 0
}

#[test]
fn a_signal_ends_helmsum_and_what_it_has_started() {
    // What the caller of the tests ignores, as `nohup` does, helmsum ignores too.
    let heard = [("TERM", 15), ("INT", 2), ("HUP", 1), ("QUIT", 3)]
        .into_iter()
        .filter(|(_, number)| !is_ignored(*number));
    for (name, number) in heard {
        let mut hung = Hung::start();
        assert!(hung.numbers.len() == 2 && hung.numbers.iter().all(|number| runs(number)), "{name}");
        hung.send(name);
        assert_eq!(hung.end().signal(), Some(number), "{name}");
        assert!(!hung.numbers.iter().any(|number| runs(number)), "{name}");
        assert_eq!(hung.temporary(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_program_that_does_not_listen_is_ended_all_the_same() {
    let deaf = HANGING.replace("#!/bin/sh\n", "#!/bin/sh\ntrap '' TERM\n");
    let mut hung = Hung::on(script(of_object(), "bin/helm", &deaf));
    hung.send("TERM");
    assert_eq!(hung.end().signal(), Some(15));
    assert!(!hung.numbers.iter().any(|number| runs(number)));
}

#[test]
fn what_a_template_runs_ends_with_helmsum() {
    let repo = script(gateway(), "bin/tool", HANGING);
    let state = format!("# {{{{ exec \"tool\" (list) }}}}\n{GATEWAY}");
    let mut hung = Hung::on(repo.without("helmfile.yaml").file("helmfile.yaml.gotmpl", state));
    hung.send("TERM");
    assert_eq!(hung.end().signal(), Some(15));
    assert!(!hung.numbers.iter().any(|number| runs(number)));
}

#[test]
fn no_value_is_on_a_disk_while_helm_runs_where_the_system_can_do_without() {
    let mut hung = Hung::start();
    if cfg!(target_os = "linux") && Path::new("/proc/self/fd").exists() {
        assert_eq!(hung.temporary(), Vec::<String>::new(), "nothing that SIGKILL could leave");
    } else {
        let folder = hung.temporary().pop().expect("a folder");
        let mode = hung.repo.path("tmp").join(folder).metadata().expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    hung.send("TERM");
    hung.end();
}

#[test]
fn signals_that_helmsum_was_started_to_ignore_are_ignored() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let repo = script(of_object(), "bin/helm", HANGING);
    let shell = "#!/bin/sh\ntrap '' HUP\nexec \"$HELMSUM\" generate\n";
    let repo = script(repo.folder("tmp"), "nohup", shell);
    let helmsum = repo.command("").get_program().to_owned();
    let trace = repo.path("trace");
    let mut command = Command::new(repo.path("nohup"));
    command.current_dir(repo.path("")).env("HELMSUM", helmsum).env("TRACE", &trace);
    command.env("PATH", format!("{}:/usr/bin:/bin", repo.path("bin").display()));
    let helmsum = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell runs");
    await_until("the program is called", || trace.exists());
    let numbers = repo.read("trace").split_whitespace().map(str::to_owned).collect();
    let mut hung = Hung { repo, helmsum, numbers };
    hung.send("HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert!(hung.helmsum.try_wait().expect("a child").is_none(), "it goes on");
    hung.send("TERM");
    assert_eq!(hung.end().signal(), Some(15));
}

#[test]
fn where_git_gives_no_answer_that_is_said_and_what_to_do() {
    let refuses =
        "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/repo'\" >&2\nexit 128\n";
    let repo = script(gateway().git(["init", "--quiet"]), "tools/git", refuses)
        .file(".gitignore", "checksum.yaml\n");
    let path = format!("{}:{}", repo.path("tools").display(), std::env::var("PATH").unwrap_or_default());
    let repo = repo.variable("PATH", &path).helmsum(["check"]).exits(2);
    repo.says("git cannot say whether it ignores `gateway/checksum.yaml`: detected dubious ownership")
        .says("let `git check-ignore` work in `[REPO]`")
        // Following that, git answers.
        .without("tools/git")
        .helmsum(["check"])
        .exits(0)
        .says("git ignores `gateway/checksum.yaml`");
}

#[test]
fn without_helm_an_audit_tells_the_cause_once() {
    let cause = "`helm` cannot be started to render it";
    let repo = of_object().variable("PATH", "/nowhere").helmsum(["audit"]).exits(1);
    let repo = repo.says("[unaudited-release]: 2 releases are not looked at: `edge/gateway`, `edge/apis`; `helm` cannot be started");
    let repo = repo.complains("none of 2 releases could be looked at").does_not_complain(cause);
    assert_eq!(repo.out().matches(cause).count(), 1, "{}", repo.out());
    assert_eq!(repo.out().matches("2 that could not be rendered").count(), 1, "{}", repo.out());
}

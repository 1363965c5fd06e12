//! Hints are tested by following them: a project shows a diagnostic, what its hint says is read from the output and done to the
//! letter, and the next run no longer shows it.

mod directives;
mod findings;
mod meant;
mod refusals;
mod targets;

use std::process::Command;

use crate::support::repo::Repo;

/// The hint of the first diagnostic that has `about` as its code or in its message.
#[track_caller]
fn hint(repo: &Repo, arguments: &[&str], about: &str) -> String {
    let hint = diagnostics(repo, arguments).into_iter().find(|one| one.is(about)).map(|one| one.hint);
    hint.unwrap_or_else(|| panic!("{about:?} is not said: {:#?}", diagnostics(repo, arguments)))
}

/// No diagnostic has `about` as its code or in its message any longer.
#[track_caller]
fn is_gone(repo: &Repo, arguments: &[&str], about: &str) {
    let said = diagnostics(repo, arguments);
    assert!(!said.iter().any(|one| one.is(about)), "{about:?} is still said: {said:#?}");
}

/// The diagnostic is gone, and with it all that would be denied.
#[track_caller]
fn is_well(repo: &Repo, arguments: &[&str], about: &str) {
    is_gone(repo, arguments, about);
    let status = repo.command("").args(arguments).status().expect("helmsum runs");
    assert!(status.success(), "{:#?}", diagnostics(repo, arguments));
}

#[derive(Debug)]
struct Said {
    code: String,
    message: String,
    hint: String,
}

impl Said {
    fn is(&self, about: &str) -> bool {
        self.code == about || self.message.contains(about)
    }
}

/// Everything that a run says.
#[track_caller]
fn diagnostics(repo: &Repo, arguments: &[&str]) -> Vec<Said> {
    let output = repo.command("").args(arguments).args(["--output", "json"]).output().expect("helmsum runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", repo.shown(&output.stderr)));
    let lists = ["findings", "errors", "notes"].into_iter().filter_map(|name| document[name].as_array());
    let text =
        |one: &serde_json::Value, key: &str| repo.shown(one[key].as_str().unwrap_or_default().as_bytes());
    lists
        .flatten()
        .map(|one| Said { code: text(one, "code"), message: text(one, "message"), hint: text(one, "hint") })
        .collect()
}

/// The texts in back-ticks, in order.
fn quoted(hint: &str) -> Vec<String> {
    hint.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands in back-ticks after `before`, up to the last back-tick of the hint where there are some inside of it.
#[track_caller]
fn after(hint: &str, before: &str) -> String {
    let (_, rest) = hint.split_once(before).unwrap_or_else(|| panic!("{before:?} is not in {hint:?}"));
    rest.trim_start_matches([' ', ':']).split('`').nth(1).expect("back-ticks").to_owned()
}

/// Runs a command line as a shell does.
#[track_caller]
fn run(repo: &Repo, command: &str) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_helmsum"));
    let path = std::env::join_paths(
        [binary.parent().expect("a folder").to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(repo.path(""))
        .env("PATH", path.expect("a path"))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{command}: {}", repo.shown(&output.stderr));
}

/// Replaces a text in a file.
#[track_caller]
fn edit(repo: Repo, file: &str, from: &str, to: &str) -> Repo {
    let text = repo.read(file);
    assert!(text.contains(from), "{from:?} is not in {file}:\n{text}");
    repo.file(file, text.replace(from, to))
}

// Commands.

const ENVIRONMENTS: &str = "environments: { dev: {}, prod: {}, it's one: {} }\n---\n";

/// Two releases in a sub-folder, with a target for each environment.
fn environments() -> Repo {
    let release = |name: &str| {
        format!(
            "- {{ name: {name}, namespace: edge, labels: {{ tier: '{name}' }}, chart: ./c, values: [{name}.yaml, '{name}.{{{{ .Environment.Name }}}}.checksum.yaml'] }}\n"
        )
    };
    Repo::new()
        .file("deploy/state.yaml", format!("{ENVIRONMENTS}releases:\n{}{}", release("a"), release("b")))
        .file("deploy/a.yaml", "# helmsum: ./conf\n# helmsum: ./{{ .Environment.Name }} optional=true\n")
        .file("deploy/b.yaml", "# helmsum: ./conf\n")
        .file("deploy/conf/x", "1")
}

#[test]
fn the_command_that_writes_targets_is_that_of_the_run() {
    for arguments in [
        &["--file=deploy/state.yaml", "--environment=prod"][..],
        &["-fdeploy/state.yaml", "-e", "it's one"],
        &["-f", "deploy/state.yaml", "--all-environments"],
        &["-f", "deploy/state.yaml", "-e", "dev", "-l", "tier!=a"],
        &["-f", "deploy/state.yaml", "-e", "dev", "-l", "name=a", "-l", "name=b"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--release", "edge/b"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--no-exec", "--namespace", "other"],
        &[
            "-f",
            "deploy/state.yaml",
            "-e",
            "dev",
            "--state-values-set",
            "a=$HOME",
            "--state-values-set-string=b=c d",
        ],
        &["-f", "deploy/state.yaml", "-e", "dev", "--state-values-file", "my values.yaml"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--skip-deps", "--chart", "./other", "--values", "v.yaml"],
    ] {
        let repo = environments().file("my values.yaml", "{}").file("deploy/my values.yaml", "{}");
        let check =
            |repo: &Repo| repo.command("").arg("check").args(arguments).output().expect("helmsum runs");
        let summary = repo.shown(&check(&repo).stdout).replace('\n', " ");
        let shown = summary
            .split_once("; run `")
            .and_then(|(_, rest)| rest.split_once('`'))
            .unwrap_or_else(|| panic!("{arguments:?}: {summary}"))
            .0;
        let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        let hint = hint(&repo, &arguments, "missing-checksum");
        assert_eq!(after(&hint, "run "), shown, "the summary says the same");
        run(&repo, shown);
        is_well(&repo, &arguments, "missing-checksum");
        let repo = repo.file("deploy/conf/x", "2");
        let hint = self::hint(&repo, &arguments, "stale-checksum");
        run(&repo, &after(&hint, "run "));
        is_well(&repo, &arguments, "stale-checksum");
    }
}

#[test]
fn what_may_be_secret_is_named_alone_in_the_command() {
    let repo = environments();
    let hint = hint(
        &repo,
        &["check", "-f", "deploy/state.yaml", "-e", "dev", "--set", "password=hunter2"],
        "missing-checksum",
    );
    assert_eq!(
        hint,
        "run `helmsum generate --file=deploy/state.yaml --environment=dev` with this run's `--set` and commit the result"
    );
}

#[test]
fn a_file_of_somebody_else_is_replaced_by_the_command() {
    let arguments = ["check", "-f", "deploy/state.yaml", "-e", "prod"];
    let repo = environments().file("deploy/a.prod.checksum.yaml", "mine: 1\n");
    let hint = hint(&repo, &arguments, "was not written by helmsum");
    run(&repo, &after(&hint, "run "));
    is_well(&repo, &arguments, "was not written by helmsum");
}

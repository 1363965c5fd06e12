//! Completion that knows the project, as shells ask for it.

use std::process::Command;

use crate::support::repo::{GATEWAY, Repo, gateway};

/// What a shell gets for a line that ends in the last of these words.
fn completed(repo: &Repo, words: &[&str]) -> Vec<String> {
    let output = repo
        .command("")
        .env("HELMSUM_COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .args(["--", "helmsum"])
        .args(words)
        .output()
        .expect("helmsum runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// Two environments, and a release that one of them alone has.
fn project() -> Repo {
    let state = format!(
        "environments:\n  staging: {{}}\n  production: {{}}\n---\n{}{}",
        GATEWAY
            .replace("    namespace", "    labels: {{tier: edge}}\n    namespace")
            .replace("{{", "{")
            .replace("}}", "}"),
        "{{ if eq .Environment.Name \"production\" }}  - {name: worker, namespace: jobs, chart: ./chart}\n{{ end }}"
    );
    gateway().without("helmfile.yaml").file("helmfile.yaml.gotmpl", state)
}

#[test]
fn environments_releases_and_labels_are_those_of_the_state() {
    let repo = project();
    assert_eq!(completed(&repo, &["check", "-e", ""]), ["production", "staging"]);
    assert_eq!(completed(&repo, &["check", "--environment", "st"]), ["staging"]);
    assert_eq!(completed(&repo, &["check", "-e", "staging", "--release", ""]), ["edge/gateway"]);
    let both = completed(&repo, &["check", "-e", "production", "--release", ""]);
    assert_eq!(both, ["edge/gateway", "jobs/worker"]);
    assert_eq!(completed(&repo, &["log", "-e", "production", "jobs"]), ["jobs/worker"]);
    let selectors = completed(&repo, &["list", "-e", "staging", "-l", ""]);
    for selector in ["name=gateway", "tier=edge", "namespace=edge"] {
        assert!(selectors.iter().any(|one| one == selector), "{selector}: {selectors:?}");
    }
    let repo = repo.file("other.yaml", "environments: {other: {}}\n");
    assert_eq!(completed(&repo, &["check", "--file", "other.yaml", "-e", ""]), ["other"]);
}

#[test]
fn codes_commands_and_files_are_completed_without_a_project() {
    let repo = Repo::new().file("conf/a.yaml", "1");
    assert_eq!(completed(&repo, &["explain", "--code", "unwired"]), ["unwired-release"]);
    assert_eq!(completed(&repo, &["explain", "remote-st"]), ["remote-state"]);
    assert_eq!(completed(&repo, &["has"]), ["hash"]);
    // Its folder is the one that the shell is in.
    assert_eq!(completed(&repo, &["hash", "conf/"]), ["conf/a.yaml"]);
    assert_eq!(completed(&repo, &["check", "--release", ""]), Vec::<String>::new());
}

#[test]
fn nothing_is_run_for_a_completion() {
    let state = "releases:\n  - {name: {{ exec \"touch\" (list \"ran\") }}x, chart: ./chart}\n";
    let repo = Repo::new().file("helmfile.yaml.gotmpl", state);
    assert_eq!(completed(&repo, &["check", "--release", ""]), Vec::<String>::new());
    repo.lacks("ran");
}

#[test]
fn the_shell_itself_completes() {
    let repo = project();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_helmsum")).parent().expect("a folder").to_owned();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("a path"));
    let run = |shell: &str, script: &str| {
        let output = Command::new(shell)
            .args(["-c", script])
            .current_dir(repo.path(""))
            .env_clear()
            .env("PATH", &path)
            .env("HOME", repo.path(""))
            .output();
        // Not every machine has each of them.
        let output = output.ok()?;
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let bash = "source <(helmsum completions bash); COMP_WORDS=(helmsum check -e ''); COMP_CWORD=3; \
                _clap_complete_helmsum helmsum '' -e; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let names = |text: &str| -> Vec<String> {
        text.split(['\n', '\u{b}'])
            .map(|line| line.split('\t').next().unwrap_or_default().trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    if let Some(text) = run("bash", bash) {
        assert_eq!(names(&text), ["production", "staging"], "{text:?}");
    }
    let fish = "helmsum completions fish | source; complete --do-complete 'helmsum check -e '";
    if let Some(text) = run("fish", fish) {
        assert_eq!(names(&text), ["production", "staging"], "{text:?}");
    }
    if let Some(text) = run("zsh", "helmsum completions zsh > _helmsum && zsh -n _helmsum && cat _helmsum") {
        assert!(text.contains("HELMSUM_COMPLETE"), "{text}");
    }
}

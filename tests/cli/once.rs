//! Programs that a state starts run once for each environment that is read.

use crate::support::repo::{GATEWAY, Repo, gateway};

/// `gateway()` with a state that writes a line for each reading; `more` are further lines of it.
fn noting(environments: &str, more: &str) -> Repo {
    let note = "{{ exec \"sh\" (list \"-c\" (printf \"echo %s >>ran\" .Environment.Name)) }}";
    let state = format!("environments: {{ {environments} }}\n---\n{note}\n{more}{GATEWAY}");
    gateway().without("helmfile.yaml").file("helmfile.yaml.gotmpl", state)
}

#[track_caller]
fn ran<const N: usize>(repo: Repo, arguments: [&str; N], expected: &str) {
    repo.helmsum(arguments).holds("ran", expected);
}

#[test]
fn all_environments_are_read_once_each() {
    for command in ["generate", "check", "list"] {
        let all = [command, "--all-environments"];
        ran(noting("default: {}, dev: {}, prod: {}", ""), all, "default\ndev\nprod\n");
        // The default is asked for other names, and is none of them here.
        ran(noting("dev: {}, prod: {}", ""), all, "dev\nprod\n");
        ran(noting("default: {}, dev: {}", ""), [command, "-e", "dev"], "dev\n");
    }
}

#[test]
fn an_environment_that_another_one_defines_is_read_too() {
    let late = "default: {}, dev: {} {{ if ne .Environment.Name `default` }}, late: {} {{ end }}";
    ran(noting(late, ""), ["list", "--all-environments"], "default\ndev\nlate\n");
}

#[test]
fn an_error_in_one_environment_is_said_once() {
    let failing = "{{ if eq .Environment.Name \"dev\" }}{{ fail \"not here\" }}{{ end }}\n";
    let repo = noting("default: {}, dev: {}, prod: {}", failing);
    let repo = repo.helmsum(["generate", "--all-environments"]).exits(1).complains("not here");
    repo.holds("ran", "default\ndev\nprod\n");
    noting("default: {}", "{{ fail \"not here\" }}\n")
        .helmsum(["check", "--all-environments"])
        .exits(1)
        .complains("not here");
}

#[test]
fn a_hook_that_is_told_a_namespace_runs_programs_once() {
    let run = |more: &str, namespace: &str| {
        let hook =
            "hooks: [{ events: [prepare], command: helmsum, args: [generate, -f, helmfile.yaml.gotmpl] }]\n";
        let repo = noting("default: {}", &format!("{hook}{more}"));
        let namespace = format!("--namespace={namespace}");
        repo.helmsum(["generate", "-f", "helmfile.yaml.gotmpl", "--helmfile-command=apply", &namespace])
    };
    for (more, namespace) in [
        ("", ""),
        ("", "other"),
        ("namespace: other\n", "other"),
        ("# {{ .Namespace }}\n", "other"),
        ("namespace: other # {{ .Namespace }}\n", "other"),
    ] {
        run(more, namespace).exits(0).holds("ran", "default\n");
    }
    let open = "{{ if not .Namespace }}\nnamespace: other\n{{ end }}\n";
    run(open, "other")
        .exits(1)
        .tells("it is not known whether helmfile was given the")
        .holds("ran", "default\n");
}

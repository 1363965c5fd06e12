//! How hooks that run helmsum are read in a state file: by the definition of helmsum's own command line.

use crate::support::repo::{GATEWAY, Repo, gateway};

/// `gateway()` with a hook that runs `command` with `args`, a YAML list.
fn hook(command: &str, args: &str) -> Repo {
    hook_on("prepare", command, args)
}

fn hook_on(event: &str, command: &str, args: &str) -> Repo {
    let hook = format!("{{ name: h, events: [{event}], showlogs: true, command: {command}, args: {args} }}");
    gateway().file("helmfile.yaml", format!("hooks:\n- {hook}\n{GATEWAY}"))
}

#[track_caller]
fn is_fine(repo: Repo) {
    repo.helmsum(["generate", "--strict"]).exits(0).does_not_say("hook-misuse");
}

#[test]
fn options_are_found_however_they_are_spelled() {
    for args in [
        "[generate, -qf, helmfile.yaml, -edefault]",
        "[generate, -qfhelmfile.yaml, --environment, default]",
        "[-f, helmfile.yaml, -e=default, generate]",
        "[--output, json, --file=helmfile.yaml, check, -e, default]",
        "[-f, other.yaml, generate, --file, helmfile.yaml, -e, default]",
        "[generate, --args, --file=other.yaml, -f, helmfile.yaml, -e, default]",
    ] {
        is_fine(hook("./bin/helmsum", args));
    }
    hook("helmsum", "[generate, -qf, other.yaml, -e, default]")
        .helmsum(["generate"])
        .exits(0)
        .says("the hook `h` has `--file=other.yaml`, which is another state file");
    // What is the value of an option is not a command, and none of its own options.
    for args in [
        "[-e, generate, list, -f, helmfile.yaml]",
        "[list, --state-values-set, generate, -e, default, --file, helmfile.yaml]",
    ] {
        hook("helmsum", args).helmsum(["generate"]).exits(0).does_not_say("hook-misuse");
    }
    hook("helmsum", "[generate, -e, --file=helmfile.yaml]")
        .helmsum(["generate"])
        .exits(0)
        .says("the hook `h` gives helmsum arguments that it refuses");
}

#[test]
fn a_hook_that_reads_no_state_is_no_hook_of_this_kind() {
    for args in [
        "[--output, json, hash, v]",
        "[-q, hash, generate]",
        "[hash, --, check]",
        "[man]",
        "[--version]",
        "[generate, --help]",
    ] {
        let quiet = format!("hooks: [{{ events: [presync], command: helmsum, args: {args} }}]\n{GATEWAY}");
        is_fine(gateway().file("helmfile.yaml", quiet));
    }
    // It writes no target, so that it does not serve a consumer either, and another hook comes too late for it.
    let parent = "helmfiles: [helmfile.yaml]\nhooks: [{ events: [prepare], showlogs: true, command: helmsum, args: [generate, -f, parent.yaml, -e, default] }]\n";
    for (args, serves) in [
        ("[hash, generate]", false),
        ("[-e, generate, list, -f, helmfile.yaml]", false),
        ("[generate, -qf, helmfile.yaml, --dry-run, -e, default]", false),
        ("[generate, -qf, helmfile.yaml, -e, default]", true),
        ("[-e, list, generate, -f, helmfile.yaml]", true),
    ] {
        let repo = hook("helmsum", args).file("parent.yaml", parent);
        let repo = repo.helmsum(["generate", "-f", "parent.yaml"]).exits(0);
        if serves {
            repo.does_not_say("comes too late");
        } else {
            repo.says("comes too late for release `edge/gateway`");
        }
    }
}

#[test]
fn arguments_that_helmsum_refuses_are_named() {
    for (args, why) in [
        ("[generate, --fill]", "unexpected argument '--fill' found"),
        ("[generate, --, --file=helmfile.yaml]", "unexpected argument '--file=helmfile.yaml' found"),
        (
            "[generate, --all-environments, -e, default]",
            "`--environment` and `--all-environments` exclude each other",
        ),
        ("[-f, helmfile.yaml, hash, v]", "`--file` has no meaning here"),
    ] {
        hook("helmsum", args)
            .helmsum(["generate"])
            .exits(0)
            .says(&format!("the hook `h` gives helmsum arguments that it refuses: {why}"))
            .says("--> helmfile.yaml:2");
    }
    // What a template makes of it is known only when the hook runs.
    is_fine(hook("helmsum", "[generate, \"{{ `--fill` }}\"]"));
}

#[test]
fn calls_in_scripts_are_read_too() {
    let script = |text: &str| hook("sh", &format!("[-c, {text:?}]"));
    for text in [
        "exec ./bin/helmsum generate -qf 'helmfile.yaml'",
        "cd sub && helmsum generate -f ../helmfile.yaml",
        "helmsum generate -f \"$FILE\" >log 2>&1",
        "helmsum hash x; helmsum check -f helmfile.yaml || exit 1",
    ] {
        is_fine(script(text));
    }
    is_fine(hook("sh", "[-c, '\"$@\"; exit $?', sh, helmsum, generate, -qf, helmfile.yaml]"));
    script("helmsum generate -qf other.yaml; true")
        .helmsum(["generate"])
        .exits(0)
        .says("the hook `h` has `--file=other.yaml`, which is another state file");
    hook_on("presync", "timeout", "[5, helmsum, generate, -f, helmfile.yaml]")
        .helmsum(["generate"])
        .exits(0)
        .says("the hook `h` does not run on `prepare`");
}

#[test]
fn the_hook_that_runs_this_is_told_by_its_options() {
    let run = ["generate", "--file=helmfile.yaml", "--helmfile-command=apply"];
    for args in [
        "[generate, -qf, helmfile.yaml]",
        "[-fhelmfile.yaml, generate]",
        "[-q, generate, -f, \"{{ `helmfile` }}.yaml\"]",
    ] {
        hook("helmsum", args).helmsum(run).exits(0).does_not_say("unverified-state");
    }
    for args in ["[generate, -qf, other.yaml]", "[hash, -q, --file]", "[--version]"] {
        hook("helmsum", args).helmsum(run).exits(1).says("no hook there runs helmsum like this");
    }
    // Another state file has a hook for the same one.
    let rival = |args: &str| {
        let rival =
            format!("hooks: [{{ events: [prepare], command: helmsum, args: {args} }}]\nreleases: []\n");
        hook("helmsum", "[generate, -f, helmfile.yaml]").file("a.yaml", rival).helmsum(run)
    };
    rival("[generate, -qf, helmfile.yaml]")
        .exits(1)
        .tells("`a.yaml` has a hook that runs helmsum")
        .says("--> a.yaml:1");
    rival("[generate, -e, helmfile.yaml, -f, a.yaml]").exits(0);
}

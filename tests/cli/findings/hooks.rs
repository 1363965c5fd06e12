//! Hooks, and whether the state is the one that helmfile read.

use super::*;

#[test]
pub(super) fn hook_misuse() {
    let hook = |from: &str, to: &str| {
        gateway().file("helmfile.yaml", format!("{}{GATEWAY}", HOOK.replace(from, to)))
    };
    has_not(hook("", ""), "hook-misuse");
    has_not(hook("--file=helmfile.yaml", "-f\n      - helmfile.yaml"), "hook-misuse");
    has_not(hook("command: helmsum", "command: other"), "hook-misuse");
    has(hook("[prepare]", "[presync]"), "hook-misuse", 0)
        .says("the hook `helmsum` does not run on `prepare`");
    has(hook("    showlogs: true\n", ""), "hook-misuse", 0)
        .says("the hook `helmsum` has no `showlogs: true`: what it finds is not shown")
        .says("--> helmfile.yaml:4");
    has(hook("      - --file=helmfile.yaml\n", ""), "hook-misuse", 0).says("has no `--file`");
    has(hook("--file=helmfile.yaml", "--file=other.yaml"), "hook-misuse", 0)
        .says("which is another state file");
    has(hook("      - \"--environment={{ .Environment.Name }}\"\n", ""), "hook-misuse", 0)
        .says("has no `--environment`");
    let of_release = "    hooks: [{ events: [prepare], command: ./bin/helmsum, showlogs: true, args: [generate, -f, helmfile.yaml] }]\n";
    has(gateway().file("helmfile.yaml", format!("{GATEWAY}{of_release}")), "hook-misuse", 0)
        .says("the hook that runs helmsum of release `edge/gateway` has no `--environment`");
}

#[test]
pub(super) fn hook_misuse_where_the_consumers_come_first() {
    let parent = |hooks: &str| gateway().file("parent.yaml", format!("helmfiles: [helmfile.yaml]\n{hooks}"));
    let hook = HOOK.replace("helmfile.yaml", "parent.yaml");
    let repo = parent(&hook).helmsum(["generate", "-f", "parent.yaml"]).exits(0);
    shown("hook-misuse", repo).says("warning[hook-misuse]: the hook `helmsum` comes too late for release `edge/gateway` of `helmfile.yaml`: sub-helmfiles")
        .says("--> parent.yaml:6")
        .says("help: give `helmfile.yaml` the hook too");
    let child = parent("").file("helmfile.yaml", format!("{HOOK}{GATEWAY}"));
    child.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
    let names_parent = HOOK.replace("--file=helmfile.yaml", "--file=parent.yaml");
    let child = parent("").file("helmfile.yaml", format!("{names_parent}{GATEWAY}"));
    child.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
}

/// Two state files with a consumer each, of which `parent.yaml` lists the other one.
fn family(of_parent: &str, of_child: &str) -> Repo {
    let own = "releases: [{ name: shop, chart: ./c, values: [shop/values.yaml, shop/checksum.yaml] }]\n";
    gateway()
        .file("parent.yaml", format!("helmfiles: [helmfile.yaml]\n{of_parent}{own}"))
        .file("helmfile.yaml", format!("{of_child}{GATEWAY}"))
        .file("shop/values.yaml", "# helmsum: ./conf\n")
        .file("shop/conf/a", "1")
}

#[test]
pub(super) fn hook_misuse_is_judged_for_each_consumer() {
    let parent = HOOK.replace("helmfile.yaml", "parent.yaml");
    let strict = |repo: Repo, code: i32| {
        let repo = repo.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(code);
        if code == 0 { repo } else { shown("hook-misuse", repo) }
    };
    strict(family(&parent, ""), 1)
        .says("error[hook-misuse]: the hook `helmsum` comes too late for release `edge/gateway` of `helmfile.yaml`")
        .does_not_say("`shop`");
    strict(family("", HOOK), 1)
        .says("error[hook-misuse]: release `shop` of `parent.yaml`: no hook writes its target `shop/checksum.yaml`")
        .says("give `parent.yaml` a hook like that of `helmfile.yaml`")
        .does_not_say("edge/gateway`:");
    strict(family(&parent, HOOK), 0).does_not_say("hook-misuse");
    strict(family("", &parent), 0).does_not_say("hook-misuse");
    strict(family("", ""), 0).does_not_say("hook-misuse");
    // A hook that only looks stops a deployment that would be wrong.
    strict(family(&parent, &HOOK.replace("generate", "check")), 0).does_not_say("hook-misuse");
    strict(family(&parent, &HOOK.replace("generate", "list")), 1).says("comes too late");
    strict(family(&parent, &HOOK.replace("- generate", "- generate\n      - --dry-run")), 1)
        .says("comes too late");
    strict(family(&parent, &HOOK.replace("- generate", "- generate\n      - -lname=other")), 1)
        .says("comes too late");
    // What a shell or another program is told is seen.
    let shell = "hooks: [{ events: [prepare], command: sh, args: [-c, \"exec ./bin/helmsum generate --file=parent.yaml\"] }]\n";
    strict(family(shell, ""), 1).says("the hook that runs helmsum comes too late for release `edge/gateway`");
    strict(family(&parent, &shell.replace("parent.yaml", "helmfile.yaml")), 0).does_not_say("hook-misuse");
}

#[test]
fn hook_misuse_where_all_state_files_have_the_hook_from_one_base() {
    let repo = family("", "")
        .file("hooks.yaml", HOOK.replace("--file=helmfile.yaml", "\"--file={{ .Environment.Name }}.yaml\""))
        .file("parent.yaml", "bases: [hooks.yaml]\nhelmfiles: [helmfile.yaml]\n")
        .file("helmfile.yaml", format!("bases: [hooks.yaml]\n{GATEWAY}"));
    repo.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
}

#[test]
pub(super) fn hook_misuse_between_state_files_that_one_lists() {
    let child = |name: &str, hooks: &str| {
        format!(
            "{hooks}releases: [{{ name: {name}, chart: ./c, values: [../{name}.yaml, ../{name}.checksum.yaml] }}]\n"
        )
    };
    let names_parent = HOOK.replace("helmfile.yaml", "../parent.yaml");
    let repo = |helmfiles: &str| {
        Repo::new()
            .file("parent.yaml", format!("helmfiles: [{helmfiles}]\n"))
            .file("sub/a.yaml", child("a", &names_parent))
            .file("sub/b.yaml", child("b", ""))
            .file("a.yaml", "# helmsum: ./conf\n")
            .file("b.yaml", "# helmsum: ./conf\n")
            .file("conf/x", "1")
            .helmsum(["generate", "-f", "parent.yaml"])
            .exits(0)
    };
    repo("sub/a.yaml, sub/b.yaml").does_not_say("hook-misuse");
    shown("hook-misuse", repo("sub/b.yaml, sub/a.yaml")).says("comes too late for release `b` of `sub/b.yaml`: helmfile may read its values before it runs the hooks of `sub/a.yaml`");
    // The files of a directory are handled side by side.
    repo("sub").says("comes too late for release `b` of `sub/b.yaml`");
    let own = HOOK.replace("helmfile.yaml", "a.yaml");
    let side_by_side = repo("sub/a.yaml")
        .file("helmfile.d/a.yaml", child("a", &own))
        .file("helmfile.d/b.yaml", child("b", ""))
        .helmsum(["generate"]);
    side_by_side
        .says("release `b` of `helmfile.d/b.yaml`: no hook writes its target `b.checksum.yaml`")
        .does_not_say("release `a`");
}

#[test]
pub(super) fn hook_misuse_of_hooks_that_single_releases_have() {
    let hook = |more: &str| {
        format!(
            "    hooks: [{{ events: [prepare], showlogs: true, command: helmsum, args: [generate, -f, helmfile.yaml, -e, default{more}] }}]\n"
        )
    };
    let other = |hook: &str| {
        format!("  - name: shop\n    chart: ./c\n    values: [shop/values.yaml, shop/checksum.yaml]\n{hook}")
    };
    let repo = |own: &str, others: &str| {
        let state = format!("{GATEWAY}{own}{}", other(others));
        family("", "").file("helmfile.yaml", state)
    };
    let of_one = ", \"--release={{ .Release.Namespace }}/{{ .Release.Name }}\"";
    has_not(repo(&hook(of_one), &hook(of_one)), "hook-misuse");
    has(repo(&hook(of_one), ""), "hook-misuse", 0)
        .says("release `shop` of `helmfile.yaml`: no hook writes its target `shop/checksum.yaml`");
    has_not(repo(&hook(""), ""), "hook-misuse");
    repo(&hook(""), "")
        .helmsum(["generate", "-l", "name=shop"])
        .exits(0)
        .says("comes too late for release `shop` of `helmfile.yaml`: it runs only where release `edge/gateway` is deployed");
    let directory = repo(&hook(""), "").file("c/manifest.yaml", "kind: X\n");
    has(directory, "hook-misuse", 0).says("comes too late for release `shop`");
}

/// `{"Name":"default","KubeContext":"","Values":{},"Defaults":{},"CLIOverrides":{}}`
const DEFAULT_ENVIRONMENT: &str = "673b411362b71134127a169ae1b4a127267a38ad47932799804655344e4df568";

#[test]
pub(super) fn unverified_state() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (digest, said) in [
        (&DEFAULT_ENVIRONMENT.replace('7', "8")[..], "helmfile read another environment than helmsum"),
        (nothing, "`--expect-environment` is the digest of nothing, which proves nothing"),
        ("", "`--expect-environment` is empty, which proves nothing"),
    ] {
        let repo = gateway().helmsum(["generate", &format!("--expect-environment={digest}")]).exits(1);
        shown("unverified-state", repo)
            .says(&format!("error[unverified-state]: {said}"))
            .lacks("gateway/checksum.yaml");
    }
    let hook = HOOK.replace("--file=helmfile.yaml", "--file=helmfile.yaml.gotmpl").replace(
        "\"--environment={{ .Environment.Name }}\"",
        "--environment=default\n      - --helmfile-command=apply",
    );
    let labels = "    labels: { namespace: \"{{ .Namespace }}\" }\n";
    let untold = gateway()
        .without("helmfile.yaml")
        .file("helmfile.yaml.gotmpl", format!("{hook}{GATEWAY}{labels}"))
        .helmsum([
            "generate",
            "--file=helmfile.yaml.gotmpl",
            "--environment=default",
            "--helmfile-command=apply",
        ])
        .exits(1);
    shown("unverified-state", untold).says("a template looks at the namespace,");
    gateway()
        .helmsum(["generate", &format!("--expect-environment={DEFAULT_ENVIRONMENT}")])
        .exits(0)
        .holds("gateway/checksum.yaml", &target())
        .helmsum([
            "generate",
            "--state-values-set=a=1",
            &format!("--expect-environment={DEFAULT_ENVIRONMENT}"),
        ])
        .exits(1);
    gateway()
        .file("helmsum.yaml", "levels: { unverified-state: warn }\n")
        .helmsum(["generate", "--expect-environment="])
        .exits(0)
        .says("warning[unverified-state]")
        .holds("gateway/checksum.yaml", &target());
}

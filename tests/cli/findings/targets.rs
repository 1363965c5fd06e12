//! Targets: wired, shadowed, shared, out of date.

use super::*;

#[test]
pub(super) fn unwired_release() {
    let unwired = gateway().file("helmfile.yaml", state("      - gateway/checksum.yaml\n", ""));
    has(unwired, "unwired-release", 1)
        .says("release `edge/gateway` declares sources, but lists no target among its `values`")
        .says("--> gateway/values.yaml:1")
        .says("add a line to its `values` in `helmfile.yaml`: `- gateway/checksum.yaml`");
    has_not(gateway(), "unwired-release");
    let bare = gateway().file("helmfile.yaml", state("      - gateway/checksum.yaml\n", ""));
    has_not(bare.file("gateway/values.yaml", "replicas: 1\n"), "unwired-release");
}

#[test]
pub(super) fn unwired_release_that_shares_a_file_with_a_directive() {
    let shared = |file: &str| {
        gateway().file(
            "helmfile.yaml",
            format!("{GATEWAY}  - {{ name: web, namespace: edge, chart: ./c, values: [{file}] }}\n"),
        )
    };
    has(shared("gateway/values.yaml"), "unwired-release", 1)
        .says("release `edge/web` declares sources")
        .says("2 releases have `gateway/values.yaml` among their values: move the directive to a file that only those have whose pods read the source, or to `helmsum.yaml`; else add a line to its `values`");
    let moved = shared("gateway/values.yaml")
        .file("gateway/values.yaml", "replicas: 2\n")
        .file("helmsum.yaml", "releases: [{ release: edge/gateway, sources: [./gateway/apis] }]\n");
    has_not(moved, "unwired-release");
}

#[test]
pub(super) fn orphan_target() {
    let orphan = gateway().file("gateway/values.yaml", "replicas: 1\n");
    has(orphan, "orphan-target", 0)
        .says("release `edge/gateway` lists the target `gateway/checksum.yaml`, but declares no sources")
        .says("--> helmfile.yaml:2");
    has_not(gateway(), "orphan-target");
    let replaced = "\
templates:
  default: &default
    values: [gateway/values.yaml]
releases:
  - <<: *default
    name: gateway
    namespace: edge
    chart: ./chart
    values:
      - gateway/checksum.yaml
";
    has(gateway().file("helmfile.yaml", replaced), "orphan-target", 0)
        .says("`gateway/values.yaml` has a directive, and no release that is read has that file among its `values`: list it there");
    let repeated = replaced.replace("    values:\n", "    values:\n      - gateway/values.yaml\n");
    has_not(gateway().file("helmfile.yaml", repeated), "orphan-target");
    let inherited = "\
templates:
  default:
    values: [\"{{ .Release.Name }}.checksum.yaml\"]
releases:
  - { name: a, chart: ./c, inherit: [{ template: default }] }
  - { name: b, chart: ./c, inherit: [{ template: default }] }
";
    has_not(Repo::new().file("helmfile.yaml", inherited), "orphan-target");
}

#[test]
pub(super) fn target_is_state() {
    let released = "releases: [{ name: a, chart: ./c, values: [../a/values.yaml, checksum.yaml] }]\n";
    let beside = |state: &str| {
        Repo::new()
            .file("helmfile.d/a.yaml", state)
            .file("a/values.yaml", "# helmsum: ./conf\n")
            .file("a/conf/x", "1")
    };
    has(beside(released), "target-is-state", 1)
        .says("helmfile would load the target `helmfile.d/checksum.yaml` as a state file")
        .lacks("helmfile.d/checksum.yaml");
    has_not(beside(&released.replace("checksum.yaml", "../a/checksum.yaml")), "target-is-state");
    let globbed = gateway().file(
        "helmfile.yaml",
        format!("helmfiles: [\"gateway/c*.yaml\"]\nmissingFileHandler: Debug\n{GATEWAY}"),
    );
    has(globbed, "target-is-state", 1);
    let configuration = beside(&released.replace("checksum.yaml", "../a/checksum.yaml"));
    let configuration = configuration.file("helmfile.d/helmsum.yaml", "key: configChecksum\n");
    configuration
        .helmsum(["generate"])
        .exits(1)
        .says("error[target-is-state]: helmfile would load `helmfile.d/helmsum.yaml` as a state file");
}

#[test]
pub(super) fn shadowed_checksum() {
    let after = |entry: &str| gateway().file("helmfile.yaml", format!("{GATEWAY}      - {entry}\n"));
    has(
        after("gateway/late.yaml").file("gateway/late.yaml", "configChecksum: none\n"),
        "shadowed-checksum",
        0,
    )
    .says(
        "release `edge/gateway`: `gateway/late.yaml` comes after the target, sets `configChecksum` and wins",
    );
    has(after("configChecksum: none"), "shadowed-checksum", 0).says("an inline map comes after the target");
    let template = after("gateway/late.yaml.gotmpl");
    has(
        template.file("gateway/late.yaml.gotmpl", "configChecksum: {{ .Release.Name }}\n"),
        "shadowed-checksum",
        0,
    );
    let earlier = gateway().file("gateway/values.yaml", "# helmsum: ./apis\nconfigChecksum: \"\"\n");
    has(earlier, "shadowed-checksum", 0)
        .says("`gateway/values.yaml` sets `configChecksum`, but the target comes after it and wins");
    let set = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    set: [{{ name: configChecksum, value: x }}]\n"));
    has(set, "shadowed-checksum", 0).says("`set` of `configChecksum` wins over the target");
    let secret = gateway().file("helmfile.yaml", format!("{GATEWAY}    secrets: [s.yaml]\n"));
    has(secret.file("s.yaml", "configChecksum: ENC[x]\n"), "shadowed-checksum", 0)
        .says("the secrets file `s.yaml`");
    has_not(after("gateway/late.yaml").file("gateway/late.yaml", "other: 1\n"), "shadowed-checksum");
    has_not(after("other: { configChecksum: none }"), "shadowed-checksum");
    shadowed_annotations();
}

/// helm takes what is null before the target for nothing, and replaces what is not a map.
fn shadowed_annotations() {
    let annotations = |values: &str| {
        gateway()
            .file("gateway/values.yaml", format!("# helmsum: ./apis\n{values}\n"))
            .file("helmsum.yaml", "format: pod-annotations\n")
    };
    for values in [
        "podAnnotations:",
        "podAnnotations: null",
        "podAnnotations:\n  # prometheus.io/scrape: x",
        "podAnnotations: {a: b}",
    ] {
        has_not(annotations(values), "shadowed-checksum");
    }
    let text = annotations("podAnnotations: |\n  a: b");
    let run = has(text, "shadowed-checksum", 0)
        .says("`gateway/values.yaml` has a string at `podAnnotations`, and the target comes after it with a map")
        .says("move what is there into a template for the target, `format: {template: FILE}`");
    drop(run);
    let moved = annotations("replicas: 2")
        .file("helmsum.yaml", "format: {template: gateway.tera}\n")
        .file("gateway.tera", "podAnnotations: |\n  a: b\n  checksum/helmsum: {{ checksum }}\n");
    has_not(moved, "shadowed-checksum");
}

/// A consumer whose sources are in a directory for each environment.
fn environments(target: &str) -> Repo {
    Repo::with_git()
        .file(
            "helmfile.yaml",
            format!("environments: {{ prod: {{}}, test: {{}} }}\n---\nreleases: [{{ name: web, chart: ./c, values: [web/values.yaml, {target}] }}]\n"),
        )
        .file("web/values.yaml", "# helmsum: ./conf/{{ .Environment.Name }}\n")
        .file("web/conf/test/a", "1")
        .file("web/conf/prod/a", "2")
}

#[test]
pub(super) fn shared_target() {
    let strict = |repo: Repo, code: i32| {
        let repo = repo.helmsum(["generate", "--strict", "-e", "test"]).exits(code);
        if code == 0 { repo } else { shown("shared-target", repo) }
    };
    strict(environments("web/checksum.yaml"), 1)
        .says("error[shared-target]: release `web`: the target `web/checksum.yaml` is for the environments `test` and `prod`, whose sources differ: `./conf/test` in `test`, `./conf/prod` in `prod`")
        .says("`- \"web/{{ .Environment.Name }}.checksum.yaml\"` among the `values`");
    strict(environments("\"web/{{ .Environment.Name }}.checksum.yaml\""), 0).does_not_say("shared-target");
    let named = environments("web/checksum.yaml")
        .file("web/values.yaml", "# helmsum: ./conf/{{ .Environment.Name }} as conf\n");
    strict(named, 1).says("`web/conf/test` in `test`, `web/conf/prod` in `prod`");
    let alike = environments("web/checksum.yaml")
        .file("web/values.yaml", "# helmsum: ./conf\na: '{{ .Environment.Name }}'\n");
    strict(alike, 0).does_not_say("shared-target");
    let only = "{{ if eq .Environment.Name \"prod\" }}\n# helmsum: ./conf/prod as more\n{{ end }}\n# helmsum: ./conf/test\n";
    let only =
        environments("web/checksum.yaml").file("web/more.yaml.gotmpl", only).file("web/values.yaml", "");
    let listed = only.read("helmfile.yaml").replace("values.yaml", "more.yaml.gotmpl");
    strict(only.file("helmfile.yaml", listed), 1).says("no others in `test`, `more` in `prod`");
    environments("web/checksum.yaml")
        .helmsum(["check", "--all-environments"])
        .exits(1)
        .does_not_say("shared-target")
        .complains("would get different contents");
}

#[test]
pub(super) fn shared_target_is_a_note_where_every_hook_writes_a_target_that_git_ignores() {
    let hook = HOOK.replace("      - generate\n", "      - generate\n      - --helmfile-command=apply\n");
    let repo = |ignored: &str| {
        let repo = environments("web/checksum.yaml").file(".gitignore", ignored);
        let state = repo.read("helmfile.yaml").replace("---\n", &format!("---\n{hook}"));
        repo.file("helmfile.yaml", state).helmsum([
            "generate",
            "--strict",
            "-e",
            "test",
            "-f",
            "helmfile.yaml",
            "--helmfile-command=apply",
        ])
    };
    shown("shared-target", repo("checksum.yaml\n").exits(0)).says("note[shared-target]");
    repo("").exits(1).says("error[shared-target]");
}

#[test]
fn shared_target_runs_nothing_and_is_quiet_where_an_environment_cannot_be_read() {
    let state = |entry: &str| {
        let repo = environments("web/checksum.yaml");
        let state = repo.read("helmfile.yaml").replace("prod: {}", &format!("prod: {{ {entry} }}"));
        repo.file("helmfile.yaml", state)
            .file("env.yaml.gotmpl", "a: {{ exec \"touch\" (list \"ran\") }}\n")
            .file("secret.yaml", "a: ENC[x]\n")
            .helmsum(["generate", "--strict", "-e", "test"])
            .exits(0)
            .does_not_say("shared-target")
            .lacks("ran")
    };
    state("values: [env.yaml.gotmpl]");
    state("secrets: [secret.yaml]");
    state("values: [gone.yaml]");
    let values = environments("web/checksum.yaml")
        .file("web/run.yaml.gotmpl", "{{ if eq .Environment.Name \"prod\" }}{{ exec \"touch\" (list \"ran\") }}{{ end }}\n# helmsum: ./conf/{{ .Environment.Name }}\n");
    let listed = values.read("helmfile.yaml").replace("values.yaml", "run.yaml.gotmpl");
    values
        .file("helmfile.yaml", listed)
        .helmsum(["generate", "--strict", "-e", "test"])
        .exits(0)
        .does_not_say("shared-target")
        .lacks("ran");
}

#[test]
fn stale_and_missing_checksum() {
    gateway().helmsum(["check", "-q"]).exits(2).says("error[missing-checksum]: release `edge/gateway`");
    let stale = gateway().file("gateway/checksum.yaml", format!("{HEADER}configChecksum: \"0\"\n"));
    stale
        .helmsum(["check", "-q"])
        .exits(2)
        .says("error[stale-checksum]: release `edge/gateway`: the target `gateway/checksum.yaml` is out of date")
        .file("helmsum.yaml", "levels: { stale-checksum: warn }\n")
        .helmsum(["check"])
        .exits(0)
        .says("stale  edge/gateway")
        .file("gateway/checksum.yaml", target())
        .helmsum(["check", "-q"])
        .exits(0)
        .stdout("");
}

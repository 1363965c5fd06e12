//! What somebody may have meant is said where a name or a path leads nowhere.

use crate::support::repo::{GATEWAY, Repo, gateway};

/// The gateway with another directive.
fn declares(directive: &str) -> Repo {
    gateway().file("gateway/values.yaml", format!("# helmsum: {directive}\n"))
}

#[test]
fn paths_are_taken_for_the_nearest_that_exist() {
    for (written, meant) in [
        ("./api", "./apis"),
        ("api", "apis"),
        ("../gatewy/apis", "../gateway/apis"),
        ("./api/a", "./apis/a"),
        ("./api/*.yaml", "./apis/*.yaml"),
    ] {
        declares(written)
            .file("gateway/apis/a", "1")
            .helmsum(["check"])
            .exits(1)
            .says("error[missing-source]")
            .says(&format!("did you mean `{meant}`?"));
    }
    declares("./nothing-like-it").helmsum(["check"]).exits(1).does_not_say("did you mean");
}

#[test]
fn objects_are_written_with_a_colon() {
    for (written, meant) in [
        ("configmap/routes", "configmap:routes"),
        ("Secrets/tls from=web", "secret:tls"),
        ("release/edge/web", "release:edge/web"),
    ] {
        declares(written).helmsum(["check"]).exits(1).says(&format!("did you mean `{meant}`?"));
    }
    declares("secrets/tls")
        .folder("gateway/secrets")
        .helmsum(["check"])
        .exits(1)
        .does_not_say("did you mean");
}

#[test]
fn releases_are_taken_for_the_nearest() {
    let other = "  - { name: routes, namespace: edge, chart: ./c }\n";
    let repo = |directive: &str| declares(directive).file("helmfile.yaml", format!("{GATEWAY}{other}"));
    repo("./apis from=rotes").helmsum(["check"]).says("did you mean `from=routes`?");
    repo("./apis from=other/routes").helmsum(["check"]).says("did you mean `from=edge/routes`?");
    repo("./apis")
        .helmsum(["check", "--release", "gatewy"])
        .exits(3)
        .says("note: none of 2 releases is selected\n")
        .says("did you mean `gateway`?");
    repo("./apis").helmsum(["check", "-l", "gateway"]).exits(1).complains("did you mean `name=gateway`?");
}

#[test]
fn environments_are_taken_for_the_nearest_and_listed() {
    let environments = "environments: { dev: {}, production: {} }\n---\n";
    let repo = || gateway().file("helmfile.yaml", format!("{environments}{GATEWAY}"));
    repo()
        .helmsum(["check", "-e", "prodution"])
        .exits(3)
        .says("no state file defines the environment `prodution` (1 file skipped)\n")
        .says("did you mean `--environment=production`? the environments are `dev`, `production`");
    let hint = "without `--environment` it is `default` that is read, and the state does not define it";
    let bare = || repo().file("gateway/values.yaml", "").file("gateway/checksum.yaml", "");
    bare().helmsum(["generate", "-l", "name=nobody"]).exits(3).says(hint);
    repo().helmsum(["generate"]).exits(0).says(&format!("note: {hint}"));
    bare().helmsum(["generate", "-l", "name=nobody", "-e", "dev"]).exits(3).does_not_say(hint);
    let child = format!("environments: {{ default: {{}}, dev: {{}} }}\n---\n{GATEWAY}");
    bare()
        .file("helmfile.yaml", child)
        .helmsum(["generate", "-l", "name=nobody"])
        .exits(3)
        .does_not_say(hint);
}

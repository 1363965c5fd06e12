//! `--no-exec`: nothing of the project is run. Each program leaves a trace where it runs.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::repo::Repo;

const MANIFEST: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: apis, namespace: edge}\ndata: {a: b}\n";

/// A consumer of the `ConfigMap` that the release `apis` renders. `state` stands before the releases, `release` is the rest of `apis`.
fn project(state: &str, release: &str) -> Repo {
    let releases = "releases:\n- name: web\n  namespace: edge\n  chart: ./chart\n  needs: [edge/apis]\n  values: [values.yaml, checksum.yaml]\n- name: apis\n  namespace: edge\n  chart: ./chart\n";
    let leaves = |name: &str, prints: &str| format!("#!/bin/sh\necho {name} >> \"$TRACE\"\n{prints}\n");
    let repo = Repo::new()
        .file("helmfile.yaml", format!("{state}{releases}{release}"))
        .file("values.yaml", "# helmsum: configmap:apis from=apis\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n")
        .file("chart/templates/apis.yaml", MANIFEST)
        .file("evil.sh", leaves("evil", &format!("cat <<'END'\n{MANIFEST}END")))
        .file("bin/helm", leaves("helm", &format!("cat <<'END'\n{MANIFEST}END")))
        .file("bin/sops", leaves("sops", "cat"));
    for program in ["evil.sh", "bin/helm", "bin/sops"] {
        let mode = std::fs::Permissions::from_mode(0o755);
        fs_err::set_permissions(repo.path(program), mode).expect("permissions");
    }
    let path = format!("{}:/usr/bin:/bin", repo.path("bin").display());
    let trace = repo.path("trace").display().to_string();
    repo.variable("PATH", &path).variable("TRACE", &trace)
}

/// Every command names what is forbidden and where, exits 1, and has run nothing.
#[track_caller]
fn refused(mut repo: Repo, message: &str, place: &str) {
    for command in ["generate", "check", "list"] {
        repo = repo
            .helmsum([command, "--no-exec"])
            .exits(1)
            .complains(message)
            .complains("`--no-exec` forbids ")
            .complains(&format!("--> {place}"))
            .lacks("trace")
            .lacks("checksum.yaml");
        let json = repo.helmsum([command, "--no-exec", "--output", "json"]);
        assert_eq!(json.json()["errors"][0]["code"], "no-exec");
        repo = json;
    }
}

#[test]
fn the_helm_of_the_caller_still_runs() {
    let repo = project("", "").helmsum(["generate", "--no-exec"]).exits(0);
    assert!(repo.read("trace").lines().all(|line| line == "helm"));
    let named = project("helmBinary: ./evil.sh\n", "");
    let helm = named.path("bin/helm").display().to_string();
    let named = named.helmsum(["generate", "--no-exec", "--helm-binary", &helm]).exits(0);
    assert!(named.read("trace").lines().all(|line| line == "helm"), "the command line wins");
}

#[test]
fn a_helm_that_the_state_names_is_not_run() {
    let evil = || project("helmBinary: ./evil.sh\n", "");
    refused(evil(), "`helmBinary` of the state names `./evil.sh`", "helmfile.yaml:8");
    assert!(evil().helmsum(["generate"]).exits(0).read("trace").contains("evil"), "without the option it is");
}

#[test]
fn a_post_renderer_is_not_run() {
    refused(
        project("", "  postRenderer: ./evil.sh\n"),
        "it has the post renderer `./evil.sh`",
        "helmfile.yaml:7",
    );
    let defaults = "helmDefaults: {postRenderer: ./evil.sh}\n";
    refused(project(defaults, ""), "it has the post renderer `./evil.sh`", "helmfile.yaml:8");
    for key in ["args", "templateArgs"] {
        for argument in ["--post-renderer ./evil.sh", "--post-renderer=./evil.sh"] {
            let defaults = format!("helmDefaults: {{{key}: [\"{argument}\"]}}\n");
            refused(project(&defaults, ""), "the arguments of helm name a post renderer", "helmfile.yaml:8");
        }
    }
}

#[test]
fn a_plugin_of_helm_is_not_run() {
    let defaults = "helmDefaults: {args: [\"--values secrets://values.yaml\"]}\n";
    let message = "the arguments of helm name a `secrets://` URL that a plugin fetches";
    refused(project(defaults, ""), message, "helmfile.yaml:8");
    refused(
        project("", "  secrets: [secret.yaml]\n").file("secret.yaml", "a: 1\n"),
        "secret.yaml",
        "helmfile.yaml:7",
    );
}

#[test]
fn sops_is_not_run() {
    let sealed = "a: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n";
    let repo = || {
        project("", "")
            .file("values.yaml", "# helmsum: ./secret.yaml decrypt=sops\n")
            .file("secret.yaml", sealed)
    };
    refused(repo(), "`./secret.yaml` is to be decrypted by `sops`", "values.yaml:1");
    assert!(repo().helmsum(["generate"]).read("trace").contains("sops"), "without the option it is");
    let rule = "checksums:\n- name: agents\n  sources: [./secret.yaml decrypt=sops]\n  target: agents.yaml\n";
    let stateless =
        project("", "").without("helmfile.yaml").file("helmsum.yaml", rule).file("secret.yaml", sealed);
    refused(stateless, "checksum `agents`: `./secret.yaml` is to be decrypted by `sops`", "helmsum.yaml:3");
}

#[test]
fn a_chart_that_helmfile_writes_with_kustomize_is_not_rendered() {
    let chart = project("", "  jsonPatches: [{target: {kind: ConfigMap, name: apis}, patch: []}]\n");
    chart
        .helmsum(["generate", "--no-exec"])
        .exits(1)
        .complains("jsonPatches")
        .lacks("trace")
        .lacks("checksum.yaml");
    let folder =
        project("", "").without("chart/Chart.yaml").file("chart/kustomization.yaml", "resources: []\n");
    folder
        .helmsum(["generate", "--no-exec"])
        .exits(1)
        .complains("error[")
        .lacks("trace")
        .lacks("checksum.yaml");
}

#[test]
fn programs_of_templates_are_not_run_whatever_else_forbids_them() {
    let template = "releases:\n- name: {{ exec \"./evil.sh\" list }}\n  chart: ./chart\n";
    let repo = || project("", "").without("helmfile.yaml").file("helmfile.yaml.gotmpl", template);
    repo().helmsum(["list", "--no-exec"]).exits(1).complains("`exec` of `./evil.sh`").lacks("trace");
    // helmfile's own variable refuses `exec` by itself, and must not let the rest pass.
    let secret =
        project("helmBinary: ./evil.sh\n", "").variable("HELMFILE_DISABLE_INSECURE_FEATURES", "true");
    refused(secret, "`helmBinary` of the state names `./evil.sh`", "helmfile.yaml:8");
    let environment = project("environments: {default: {secrets: [secret.yaml]}}\n---\n", "")
        .file("secret.yaml", "a: 1\n")
        .variable("HELMFILE_DISABLE_INSECURE_FEATURES", "true");
    environment.helmsum(["list", "--no-exec"]).exits(1).complains("error[no-exec]").lacks("trace");
}

#[test]
fn a_program_that_the_configuration_of_git_names_is_not_run() {
    let repo = Repo::with_git()
        .file(".gitignore", "checksum.yaml\n")
        .file("evil.sh", "#!/bin/sh\necho ran > trace\n")
        .file(
            "helmfile.yaml",
            "releases:\n- name: web\n  chart: ./chart\n  values: [values.yaml, checksum.yaml]\n",
        )
        .file("values.yaml", "# helmsum: ./values.yaml\n");
    fs_err::set_permissions(repo.path("evil.sh"), std::fs::Permissions::from_mode(0o755))
        .expect("permissions");
    repo.git(["config", "core.fsmonitor", "./evil.sh"])
        .helmsum(["check", "--no-exec"])
        .says("git ignores")
        .lacks("trace");
}

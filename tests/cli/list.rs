//! `helmsum list`, `helmsum state`, and which releases and environments are meant.

use crate::support::repo::{GATEWAY, Repo, gateway, schema};

pub(crate) fn two() -> Repo {
    let other = "  - { name: web, chart: ./chart, labels: { tier: front }, values: [web/values.yaml, web/checksum.yaml] }\n";
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{other}"))
        .file("web/values.yaml", "# helmsum: ./conf as conf exclude=*.md\n# helmsum: ./certs\n")
        .file("web/conf/a", "1")
        .file("web/conf/README.md", "1")
        .file("web/certs/ca.pem", "22")
}

#[test]
fn a_list_shows_releases_sources_and_targets() {
    two()
        .helmsum(["generate"])
        .helmsum(["list"])
        .exits(0)
        .says("current  edge/gateway  gateway/checksum.yaml  ")
        .says("         ./apis  2 files  19 B  gateway/values.yaml:1\n")
        .says("         ./certs  1 file  2 B  web/values.yaml:2\n         conf     1 file  1 B  web/values.yaml:1\n");
}

#[test]
fn a_list_does_not_fail_over_what_is_out_of_date() {
    let repo = two().helmsum(["list", "--output", "json"]).exits(0);
    let document = repo.json();
    assert_eq!(schema("list", &document), Vec::<String>::new());
    let source = &document["releases"][1]["sources"][1];
    assert_eq!(source["label"], "conf");
    assert_eq!(source["options"], serde_json::json!({ "exclude": ["*.md"] }));
    assert_eq!(source["excluded"], 1);
    assert_eq!(document["releases"][1]["target"]["status"], "missing");
}

#[test]
fn selectors_add_up_before_and_after_the_command() {
    two()
        .helmsum(["-l", "tier=front", "generate", "-l", "name=gateway"])
        .exits(0)
        .says("2 releases: 2 written");
    two().helmsum(["generate", "-l", "tier=front"]).exits(0).says("1 release").lacks("gateway/checksum.yaml");
}

#[test]
fn releases_are_named_with_or_without_their_namespace() {
    for (name, code) in
        [("gateway", 0), ("edge/gateway", 0), ("/gateway", 3), ("/web", 0), ("other/gateway", 3)]
    {
        two().helmsum(["check", "--release", name]).exits(if code == 0 { 2 } else { code });
    }
    two().helmsum(["check", "--release", "edge/gateway", "-n", "other"]).exits(2).says("other/gateway");
    two().helmsum(["check", "--release", "other/gateway", "-n", "other"]).exits(2);
}

#[test]
fn nothing_that_matches_exits_with_three() {
    two()
        .helmsum(["generate", "-l", "name=nobody"])
        .exits(3)
        .stdout("note: none of 2 releases is selected\n")
        .helmsum(["generate", "-l", "name=nobody", "--allow-no-matching-release"])
        .exits(0);
    two().helmsum(["generate", "-e", "prod"]).exits(3).says("no state file defines the environment `prod`");
    two().helmsum(["state", "-e", "prod"]).exits(3);
    two()
        .helmsum(["generate", "-l", "web"])
        .exits(1)
        .complains("malformed label `web`")
        .complains("did you mean `name=web`?");
}

#[test]
fn helmfile_variables_are_defaults() {
    two()
        .file("other.yaml", format!("environments: {{ prod: {{}} }}\n---\n{GATEWAY}"))
        .variable("HELMFILE_FILE_PATH", "other.yaml")
        .variable("HELMFILE_ENVIRONMENT", "prod")
        .helmsum(["generate"])
        .exits(0)
        .says("1 release: 1 written")
        .helmsum(["state", "--output", "json"])
        .exits(0)
        .says("\"environment\": \"prod\"");
}

#[test]
fn all_environments_are_those_that_the_state_defines() {
    let state = format!(
        "environments: {{ dev: {{}}, prod: {{}} }}\n---\n{}",
        GATEWAY.replace("gateway/checksum.yaml", "\"gateway/{{ .Environment.Name }}.checksum.yaml\"")
    );
    let repo =
        gateway().file("helmfile.yaml", state).helmsum(["list", "--all-environments", "--output", "json"]);
    let document = repo.exits(0).json();
    assert_eq!(document["environments"], serde_json::json!(["dev", "prod"]));
    gateway().helmsum(["list", "--all-environments", "-e", "x"]).exits(1).complains("exclude each other");
}

#[test]
fn a_directory_without_state_files_has_nothing_that_matches() {
    for command in ["generate", "check", "list"] {
        Repo::new()
            .file("helmfile.d/base/a.yaml", "releases: []\n")
            .helmsum([command])
            .exits(3)
            .says("note: there is no state file to read")
            .says("name a state file with `--file`");
    }
    let checksums = "root: true\nchecksums: [{ name: a, sources: [./a], target: a.checksum.yaml }]\n";
    let repo = Repo::new().file("helmsum.yaml", checksums).file("a/b", "1");
    repo.helmsum(["generate"]).exits(0).does_not_say("there is no state file");
}

#[test]
fn a_state_file_is_named_as_it_is_called_from_the_folder_of_a_hook() {
    let repo = Repo::new()
        .file("helmfile.d/a.yaml", GATEWAY.replace("gateway/", "../gateway/"))
        .file("gateway/values.yaml", "# helmsum: ./apis\n")
        .file("gateway/apis/a", "1");
    repo.helmsum_in("helmfile.d", ["generate", "--file=helmfile.d/a.yaml"])
        .exits(1)
        .complains("did you mean `--file=a.yaml`?")
        .helmsum_in("helmfile.d", ["generate", "--file=a.yaml"])
        .exits(0)
        .helmsum_in("helmfile.d", ["generate", "--file=b.yaml"])
        .exits(1)
        .does_not_complain("did you mean");
}

#[test]
fn a_hook_of_a_command_that_deploys_nothing_does_not_stop_it() {
    let broken = || gateway().without("gateway/apis");
    for command in ["destroy", "status", "list"] {
        broken()
            .helmsum(["generate", "--helmfile-command", command])
            .exits(0)
            .says("error[missing-source]")
            .tells("deploys nothing, so this does not stop it");
    }
    // helmfile throws the standard error of a hook away that succeeds, and the reason with it.
    gateway()
        .helmsum(["generate", "--file", "nowhere.yaml", "--helmfile-command", "list"])
        .exits(0)
        .tells("error: there is no state file `[REPO]/nowhere.yaml`")
        .tells("deploys nothing, so this does not stop it")
        .does_not_complain("error");
    for command in ["sync", "apply", "template", "diff", "new-command"] {
        broken().helmsum(["generate", "--helmfile-command", command]).exits(1);
    }
}

#[test]
fn the_state_is_yaml_for_people_and_json_for_programs() {
    gateway().helmsum(["state"]).exits(0).says("file: helmfile.yaml\n").says("- gateway/checksum.yaml\n");
    let repo = gateway().helmsum(["state", "--output", "json"]).exits(0);
    let document = repo.json();
    assert_eq!(schema("state", &document), Vec::<String>::new());
    assert_eq!(document["documents"][0]["releases"][0]["namespace"], "edge");
    let repo =
        Repo::new().file("helmfile.yaml", "nonsense: 1\n").helmsum(["state", "--output", "json"]).exits(1);
    assert_eq!(schema("state", &repo.json()), Vec::<String>::new());
}

#[test]
fn a_state_of_which_nothing_is_selected_is_code_3_as_for_helmfile() {
    for selection in [["-l", "name=nobody"], ["--release", "nobody"]] {
        let [option, value] = selection;
        two()
            .helmsum(["state", option, value])
            .exits(3)
            .says("file: helmfile.yaml\n")
            .does_not_say("gateway/checksum.yaml")
            .complains("note: none of 2 releases is selected\n")
            .helmsum(["state", option, value, "--allow-no-matching-release"])
            .exits(0)
            .helmsum(["state", option, value, "--embed-values"])
            .exits(3);
    }
    two()
        .helmsum(["state", "--release", "web"])
        .exits(0)
        .says("web/checksum.yaml")
        .does_not_say("gateway/checksum.yaml");
    two().helmsum(["state", "--release=edge/gateway"]).exits(0).does_not_say("web/checksum.yaml");
    Repo::new().file("helmfile.yaml", "releases: []\n").helmsum(["state"]).exits(0);
}

#[test]
fn a_state_with_embedded_values_needs_its_secrets_as_for_helmfile() {
    let repo = |more: &str| {
        let state = format!("releases:\n- name: a\n  chart: ./c{more}\n  secrets: [gone.yaml]\n");
        Repo::new().file("helmfile.yaml", state)
    };
    repo("").helmsum(["state"]).exits(0);
    repo("")
        .helmsum(["state", "--embed-values"])
        .exits(1)
        .complains("release `a`: there is no secrets file `gone.yaml`")
        .complains("--> helmfile.yaml:4:13");
    repo("\n  missingFileHandler: Warn").helmsum(["state", "--embed-values"]).exits(0);
    repo("").helmsum(["state", "--embed-values", "-l", "name=b"]).exits(3);
}

#[test]
fn an_environment_that_no_state_file_defines_is_told_from_those_there_are() {
    let repo = |state: &str| {
        let environments = "environments: { dev: {}, production: {} }\n---\n";
        Repo::new().file("helmfile.yaml", format!("{environments}{state}"))
    };
    repo("releases: []\n")
        .helmsum(["state", "-e", "prodution"])
        .exits(3)
        .complains("did you mean `--environment=production`? the environments are `dev`, `production`");
    let needs = "releases: [{ name: a, chart: \"{{ .Values.x }}\" }]\n";
    let hint = "without `--environment` it is `default` that is read, and the state does not define it";
    repo(needs).helmsum(["state"]).exits(1).complains(hint);
    repo(needs).helmsum(["generate"]).exits(1).complains(hint);
    let named = repo(needs).helmsum(["state", "-e", "dev"]).exits(1);
    assert!(!named.err().contains(hint), "{}", named.err());
}

#[test]
fn debug_says_what_was_read() {
    gateway()
        .helmsum(["list", "--debug"])
        .exits(0)
        .complains("debug: read `[REPO]/helmfile.yaml` in environment `default`: 1 release\n")
        .complains("debug: hashed 1 source with 2 files and 19 B in ");
}

#[test]
fn a_visit_is_picked_by_its_environment() {
    let parent = "\
helmfiles:
  - { path: child.yaml, values: [{ directory: one }] }
  - { path: child.yaml, values: [{ directory: two }] }
";
    let child =
        "releases: [{ name: a, chart: ./c, values: [a.yaml, \"{{ .Values.directory }}.checksum.yaml\"] }]\n";
    let environment =
        r#"{"Name":"default","KubeContext":"","Values":{"directory":"two"},"Defaults":{},"CLIOverrides":{}}"#;
    let digest = helmsum::internals::checksum::Digest::of(environment.as_bytes());
    Repo::new()
        .file("helmfile.yaml", parent)
        .file("child.yaml", child)
        .file("a.yaml", "# helmsum: ./{{ .Values.directory }}\n")
        .file("one/x", "1")
        .file("two/x", "2")
        .helmsum(["generate", &format!("--expect-environment={digest}")])
        .exits(0)
        .says("created  a  two.checksum.yaml")
        .lacks("one.checksum.yaml");
}

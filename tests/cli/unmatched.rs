//! What somebody wrote and nothing answers to.

use crate::support::repo::{Repo, gateway};

const CODE: &str = "[unmatched-entry]";

fn with_entry(entry: &str) -> Repo {
    gateway().file("helmsum.yaml", format!("releases:\n- {entry}\n  sources: [gateway/apis]\n"))
}

#[test]
fn an_entry_for_a_release_that_does_not_exist_is_told_with_the_nearest_name() {
    for (entry, hint) in [
        ("release: edge/gatewai", "did you mean `edge/gateway`?"),
        ("release: gatway", "did you mean `gateway`?"),
        ("release: core/gateway", "there is `edge/gateway`"),
        ("release: something-else", "releases are `edge/gateway`"),
        ("selector: tier=edge", "`helmsum state` shows all"),
    ] {
        let repo = with_entry(entry).helmsum(["generate"]).exits(0).says(&format!("warning{CODE}"));
        let repo = repo.says("helmsum.yaml:2").tells(hint);
        repo.helmsum(["check", "--strict"]).exits(1).says(&format!("error{CODE}"));
    }
    for entry in ["release: edge/gateway", "release: gateway", "selector: name=gateway"] {
        with_entry(entry).helmsum(["generate", "--strict"]).exits(0).does_not_say(CODE);
    }
}

#[test]
fn an_entry_for_another_environment_is_fine() {
    let state = "\
environments:
  test: {}
  production: {}
---
releases:
- name: web
  chart: ./c
  values: [\"{{ .Environment.Name }}.checksum.yaml\"]
{{ if eq .Environment.Name \"production\" }}
- { name: cdn, chart: ./c }
{{ end }}
";
    let repo = |entry: &str| {
        Repo::new()
            .file("helmfile.yaml.gotmpl", state)
            .file(
                "helmsum.yaml",
                format!("releases:\n- {{ release: web, sources: [conf] }}\n- {{ release: {entry} }}\n"),
            )
            .file("conf/a", "1")
    };
    repo("cdn").helmsum(["generate", "-e", "test", "--strict"]).exits(0).does_not_say(CODE);
    repo("cdn").helmsum(["generate", "--all-environments"]).exits(0).does_not_say(CODE);
    repo("cdnn").helmsum(["generate", "-e", "test"]).exits(0).says(&format!("warning{CODE}"));
    repo("cdnn").helmsum(["generate", "--all-environments"]).exits(1).says(&format!("error{CODE}"));
    let unreadable = state
        .replace("{{ if", "{{ if and (ne .Environment.Name \"test\") (requiredEnv \"X\") }}{{ end }}{{ if");
    let repo = repo("cdnn").file("helmfile.yaml.gotmpl", unreadable);
    repo.helmsum(["generate", "-e", "test", "--strict"]).exits(0).says(&format!("note{CODE}"));
}

#[test]
fn an_entry_for_another_state_file_is_a_note() {
    let repo = Repo::new()
        .file(
            "helmsum.yaml",
            "releases:\n- { release: a, sources: [conf] }\n- { release: b, sources: [conf] }\n",
        )
        .file("conf/a", "1")
        .file("a/helmfile.yaml", "releases: [{ name: a, chart: ./c, values: [checksum.yaml] }]\n")
        .file("b/helmfile.yaml", "releases: [{ name: b, chart: ./c, values: [checksum.yaml] }]\n");
    let repo = repo.helmsum_in("a", ["generate", "--strict"]).exits(0).says(&format!("note{CODE}"));
    let repo = repo.file("helmfile.yaml", "helmfiles: [a/helmfile.yaml, b/helmfile.yaml]\n");
    repo.helmsum(["generate", "--strict"]).exits(0).does_not_say(CODE);
}

#[test]
fn an_option_that_names_no_release_beside_one_that_does_is_told() {
    let repo = gateway().helmsum(["generate", "--release=gateway", "--release=gatewai"]).exits(0);
    let repo = repo.says("`--release=gatewai` names no release").says("did you mean `gateway`?");
    let repo =
        repo.helmsum(["generate", "--release=gateway", "--release=edge/gateway"]).exits(0).does_not_say(CODE);
    repo.helmsum(["generate", "--release=gatewai"]).exits(3).does_not_say(CODE);
}

#[test]
fn an_option_that_names_an_entry_of_checksums_beside_a_release_is_fine() {
    let entry = "checksums: [{ name: agents, sources: [gateway/apis], target: agents.checksum.yaml }]\n";
    let repo = gateway().file("helmsum.yaml", entry);
    let repo = repo.helmsum(["generate", "--strict", "--release=gateway", "--release=agents"]).exits(0);
    let repo = repo.does_not_say(CODE).says("agents.checksum.yaml").says("edge/gateway");
    repo.helmsum(["generate", "--release=gateway", "--release=agent"])
        .exits(0)
        .says("`--release=agent` names");
}

#[test]
fn an_exclusion_that_leaves_nothing_out_is_told() {
    let with = |options: &str| {
        gateway()
            .file("gateway/values.yaml", format!("a: 1\n# helmsum: ./apis {options}\n"))
            .file("gateway/apis/README.md", "read me")
            .file("gateway/apis/docs/x.txt", "text")
    };
    for (options, hint) in [
        ("exclude=*.mdd", "read as in `.gitignore`"),
        ("exclude=*.md exclude=*.jpg", "read as in `.gitignore`"),
        ("exclude=*.md,*.txt", "it is one pattern; write `exclude=*.md exclude=*.txt`"),
        ("exclude=apis/README.md", "relative to the source"),
    ] {
        let repo = with(options).helmsum(["generate"]).exits(0).says(&format!("warning{CODE}"));
        repo.says("--> gateway/values.yaml:2").tells(hint);
    }
    for options in [
        "exclude=*.md",
        "exclude=docs/",
        "exclude=docs",
        "exclude=*.txt",
        "exclude=*.md exclude=README*",
        "exclude=* exclude=!orders.yaml",
    ] {
        with(options).helmsum(["generate", "--strict"]).exits(0).does_not_say(CODE);
    }
}

#[test]
fn an_exclusion_that_matters_in_one_environment_is_fine_in_all() {
    let repo = Repo::new()
        .file(
            "helmfile.yaml.gotmpl",
            "environments:\n  test: {}\n  production: {}\n---\nreleases:\n- name: web\n  chart: ./c\n  values: [v.yaml, \"{{ .Environment.Name }}.checksum.yaml\"]\n",
        )
        .file("v.yaml", "# helmsum: ./{{ .Environment.Name }} exclude=*.md\n")
        .file("test/a", "1")
        .file("production/a", "1")
        .file("production/b.md", "1");
    let repo = repo.helmsum(["generate", "--all-environments"]).exits(0).does_not_say(CODE);
    repo.without("production/b.md")
        .helmsum(["generate", "--all-environments"])
        .exits(1)
        .says(&format!("error{CODE}"));
}

#[test]
fn a_configuration_of_another_name_is_an_error() {
    for name in ["helmsum.yml", ".helmsum.yaml", ".helmsum.yml"] {
        let repo = gateway().file(name, "key: x\n").helmsum(["generate"]).exits(1);
        repo.complains(&format!("{name}` is not read: the configuration is called `helmsum.yaml`"));
    }
    let elsewhere = gateway().file("gateway/helmsum.yml", "key: x\n");
    elsewhere.helmsum(["generate", "--strict"]).exits(0);
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_once() {
    let environments = "environments: { a: {}, b: {} }\n---\n";
    let repo = gateway()
        .file("helmfile.yaml", format!("{environments}{}", crate::support::repo::GATEWAY))
        .file("helmsum.yaml", "keys: x\n");
    for arguments in [["check", "--environment=a"], ["check", "--all-environments"], ["list", "--strict"]] {
        let errors = repo.command("").args(arguments).output().expect("helmsum runs").stderr;
        assert_eq!(repo.shown(&errors).matches("error[config-syntax]").count(), 1, "{arguments:?}");
    }
}

#[test]
fn a_configuration_below_the_state_files_is_told() {
    let repo = gateway().file("gateway/helmsum.yaml", "key: x\n").helmsum(["generate"]).exits(0);
    let repo = repo.says("`gateway/helmsum.yaml` is not read: it is in a folder below the state files");
    let repo = repo.file(
        "gateway/helmsum.yaml",
        "checksums:\n- { name: a, sources: [apis], target: a.checksum.yaml }\n",
    );
    let repo = repo.helmsum(["generate"]).exits(0).does_not_say(CODE);
    let repo = repo.file("gateway/helmsum.yaml", "key: x\n").file("gateway/helmfile.yaml", "releases: []\n");
    let state = format!("helmfiles: [gateway/helmfile.yaml]\n{}", repo.read("helmfile.yaml"));
    repo.file("helmfile.yaml", state).helmsum(["generate"]).exits(0).does_not_say(CODE);
}

//! `helmsum generate`

use crate::support::repo::{APIS, GATEWAY, HEADER, Repo, gateway, schema, target};

#[test]
fn the_checksum_is_written_into_the_target_that_the_release_lists() {
    gateway()
        .helmsum(["generate"])
        .exits(0)
        .stderr("")
        .stdout("created  edge/gateway  gateway/checksum.yaml  ./apis: 2 files, 19 B\n1 release: 1 written\n")
        .holds("gateway/checksum.yaml", &target())
        .helmsum(["generate"])
        .exits(0)
        .stdout("current  edge/gateway  gateway/checksum.yaml  ./apis: 2 files, 19 B\n1 release: 1 current\n")
        .stays_tidy();
}

#[test]
fn files_that_moved_a_checksum_are_named() {
    gateway()
        .helmsum(["generate"])
        .file("gateway/apis/orders.yaml", "orders: 2\n")
        .file("gateway/apis/new.yaml", "")
        .without("gateway/apis/users.yaml")
        .helmsum(["generate"])
        .exits(0)
        .stdout(
            "updated  edge/gateway  gateway/checksum.yaml\n         ./apis  2 files  10 B\n           added    ./new.yaml\n           edited   ./orders.yaml\n           removed  ./users.yaml\n1 release: 1 written\n",
        );
}

#[test]
fn a_dry_run_writes_nothing() {
    gateway()
        .helmsum(["generate", "--dry-run"])
        .exits(0)
        .stdout(
            "missing  edge/gateway  gateway/checksum.yaml  ./apis: 2 files, 19 B\n1 release: 1 missing; run `helmsum generate`\n",
        )
        .lacks("gateway/checksum.yaml");
}

#[test]
fn comments_are_refreshed_although_they_do_not_count() {
    gateway()
        .file("gateway/checksum.yaml", format!("{HEADER}# an old note\nconfigChecksum: {APIS}\n"))
        .helmsum(["check"])
        .exits(0)
        .helmsum(["generate"])
        .exits(0)
        .says("refreshed  edge/gateway")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_release_that_lists_a_target_and_declares_nothing_gets_the_header() {
    Repo::new()
        .file("helmfile.yaml", GATEWAY.replace("- gateway/values.yaml\n", "- replicas: 1\n"))
        .helmsum(["generate"])
        .exits(0)
        .says("created  edge/gateway  gateway/checksum.yaml  no sources")
        .holds("gateway/checksum.yaml", HEADER);
}

#[test]
fn a_removed_directive_leaves_nothing_behind() {
    gateway()
        .helmsum(["generate"])
        .file("gateway/values.yaml", "replicas: 2\n")
        .helmsum(["generate"])
        .exits(0)
        .says("no longer declares `./apis`")
        .holds("gateway/checksum.yaml", HEADER);
}

#[test]
fn a_release_that_would_not_be_deployed_is_left_alone() {
    for field in ["installed: false", "condition: gateway.enabled"] {
        let state = GATEWAY.replace("    chart:", &format!("    {field}\n    chart:"));
        Repo::new()
            .file("helmfile.yaml", format!("values: [{{ gateway: {{ enabled: false }} }}]\n{state}"))
            .file("gateway/values.yaml", "# helmsum: ./no-such-directory\n")
            .helmsum(["generate"])
            .exits(0)
            .lacks("gateway/checksum.yaml");
    }
}

#[test]
fn a_denied_release_keeps_its_target_and_the_others_are_written() {
    let other = "  - name: web\n    chart: ./chart\n    values: [web/values.yaml, web/checksum.yaml]\n";
    gateway()
        .helmsum(["generate"])
        .file("helmfile.yaml", format!("{GATEWAY}{other}"))
        .file("web/values.yaml", "# helmsum: ./conf\n")
        .file("web/conf/a", "1")
        .without("gateway/apis")
        .helmsum(["generate"])
        .exits(1)
        .says("denied   edge/gateway")
        .says("created  web")
        .says("error[missing-source]: release `edge/gateway`: the source `./apis` does not exist; looked for `[REPO]/gateway/apis`")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_failure_is_never_lost_in_a_template() {
    gateway()
        .file("helmfile.yaml", GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", "# helmsum: ./{{ .Values.missing }}\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("gateway/values.yaml.gotmpl:1:")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn directives_in_templates_mean_what_their_conditions_say() {
    let values = "{{ if eq .Environment.Name \"prod\" }}\n# helmsum: ./prod as conf\n{{ else }}\n# helmsum: ./apis as conf\n{{ end }}\n";
    let state = format!(
        "environments: {{ default: {{}}, prod: {{}} }}\n---\n{}",
        GATEWAY
            .replace("gateway/values.yaml", "gateway/values.yaml.gotmpl")
            .replace("gateway/checksum.yaml", "gateway/{{ .Environment.Name }}.checksum.yaml")
    )
    .replace("- gateway/{{", "- \"gateway/{{")
    .replace(".checksum.yaml", ".checksum.yaml\"");
    let repo = gateway()
        .file("helmfile.yaml", state)
        .file("gateway/values.yaml.gotmpl", values)
        .file("gateway/prod/a", "1")
        .helmsum(["generate", "--all-environments"])
        .exits(0)
        .says("edge/gateway (default)")
        .says("edge/gateway (prod)");
    assert!(repo.read("gateway/default.checksum.yaml").contains(&format!("  conf: \"{APIS}\"")));
    assert!(!repo.read("gateway/prod.checksum.yaml").contains(APIS));
}

#[test]
fn words_of_a_plain_file_are_rendered_with_the_data_of_the_release() {
    gateway()
        .file(
            "gateway/values.yaml",
            "# helmsum: \"./{{ .Release.Labels.name | replace `gateway` `apis` }}\"\n",
        )
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn json_tells_what_was_written() {
    let repo = gateway().helmsum(["generate", "--output", "json"]).exits(0).stderr("");
    let document = repo.json();
    assert_eq!(schema("generate", &document), Vec::<String>::new());
    let target = &document["releases"][0]["target"];
    assert_eq!(target["status"], "missing", "as it was found");
    assert_eq!(target["written"], true);
    assert_eq!(target["checksum"], APIS);
    assert_eq!(document["summary"]["written"], 1);
    assert_eq!(document["releases"][0]["sources"][0]["declared"]["line"], 1);
}

#[test]
fn json_is_one_document_also_when_the_run_fails() {
    let repo = gateway()
        .without("gateway/apis")
        .file("gateway/bad.yaml", "# helmsum: ./apis recursive=yes\n")
        .file(
            "helmfile.yaml",
            GATEWAY.replace("- gateway/values", "- gateway/bad.yaml\n      - gateway/values"),
        )
        .helmsum(["generate", "--output", "json"])
        .exits(1)
        .stderr("");
    let document = repo.json();
    assert_eq!(schema("generate", &document), Vec::<String>::new());
    assert_eq!(document["findings"][0]["code"], "missing-source");
    assert_eq!(document["findings"][0]["file"], "gateway/values.yaml");
    assert_eq!(document["errors"][0]["file"], "gateway/bad.yaml");
    assert_eq!(document["errors"][0]["line"], 1);
    assert_eq!(document["releases"][0]["target"]["status"], "denied");
}

#[test]
fn a_state_that_cannot_be_read_is_an_error_and_still_json() {
    let repo =
        Repo::new().file("helmfile.yaml", "releases: [\n").helmsum(["generate", "--output", "json"]).exits(1);
    assert_eq!(schema("generate", &repo.json()), Vec::<String>::new());
    let repo = Repo::new().helmsum(["generate"]).exits(1).stdout("");
    assert!(repo.err().starts_with("error: "), "{}", repo.err());
}

#[test]
fn a_state_without_releases_is_fine_and_said_so() {
    Repo::new()
        .file("helmfile.yaml", "releases: []\n")
        .helmsum(["generate"])
        .exits(0)
        .stdout("note: the state has no releases\n");
}

#[test]
fn a_state_without_consumers_is_fine_and_said_so() {
    for command in ["generate", "check", "list"] {
        Repo::new()
            .file("helmfile.yaml", "releases: [{ name: a, chart: ./a }, { name: b, chart: ./b }]\n")
            .helmsum([command])
            .exits(0)
            .stdout("note: none of 2 releases declares sources\n");
    }
}

#[test]
fn two_state_files_of_one_directory_are_read() {
    Repo::new()
        .file(
            "helmfile.d/a.yaml",
            "releases: [{ name: a, chart: ./c, values: [../a/values.yaml, ../a/checksum.yaml] }]\n",
        )
        .file(
            "helmfile.d/b.yaml",
            "releases: [{ name: b, chart: ./c, values: [../b/values.yaml, ../b/checksum.yaml] }]\n",
        )
        .file("a/values.yaml", "# helmsum: ./conf\n")
        .file("b/values.yaml", "# helmsum: ./conf\n")
        .file("a/conf/x", "1")
        .file("b/conf/x", "2")
        .helmsum(["generate"])
        .exits(0)
        .says("created  a  a/checksum.yaml")
        .says("created  b  b/checksum.yaml");
}

#[test]
fn paths_in_reports_are_relative_to_the_working_directory() {
    gateway()
        .folder("elsewhere")
        .helmsum_in("elsewhere", ["generate", "-f", "../helmfile.yaml"])
        .exits(0)
        .says("created  edge/gateway  ../gateway/checksum.yaml");
}

#[test]
fn a_run_inside_its_own_run_does_nothing() {
    gateway()
        .variable("HELMSUM_RUNNING", "1")
        .helmsum(["generate"])
        .exits(0)
        .stdout("helmsum was started by helmsum itself, so it does nothing here\n")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn a_template_that_starts_helmsum_on_its_own_state_comes_to_an_end() {
    let helmsum = env!("CARGO_BIN_EXE_helmsum");
    let values = format!(
        "note: {{{{ exec \"{helmsum}\" (list \"generate\" \"--file\" \"../helmfile.yaml\") | quote }}}}\n# helmsum: ./apis\n"
    );
    gateway()
        .file("helmfile.yaml", GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", values)
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_template_may_hash_by_itself() {
    let helmsum = env!("CARGO_BIN_EXE_helmsum");
    let values = format!("sum: {{{{ exec \"{helmsum}\" (list \"hash\" \"./apis\") }}}}\n# helmsum: ./apis\n");
    gateway()
        .file("helmfile.yaml", GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", values)
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
}

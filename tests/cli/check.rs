//! `helmsum check`

use crate::support::repo::{APIS, GATEWAY, HEADER, Repo, gateway, schema, target};

#[test]
fn a_current_target_passes() {
    let repo = gateway().helmsum(["generate"]).helmsum(["check"]).exits(0).stdout("1 release: 1 current\n");
    repo.helmsum(["check", "--all"]).exits(0).stdout(
        "current  edge/gateway  gateway/checksum.yaml  ./apis: 2 files, 19 B\n1 release: 1 current\n",
    );
}

#[test]
fn environments_with_the_same_to_say_share_a_line() {
    let environments =
        "environments:\n  default: {}\n  staging: {}\n  production: {values: [production.yaml]}\n---\n";
    let repo = gateway()
        .file("helmfile.yaml", format!("{environments}{GATEWAY}"))
        .file("production.yaml", "a: 1\n")
        .helmsum(["check", "--all-environments"])
        .exits(2)
        .says("missing  edge/gateway (default, production, staging)  gateway/checksum.yaml")
        .says("3 releases: 3 missing");
    // What differs has lines of its own.
    let state = GATEWAY.replace("gateway/checksum.yaml", "gateway/{{ .Environment.Name }}.checksum.yaml");
    let repo = repo.without("helmfile.yaml").file("helmfile.yaml.gotmpl", format!("{environments}{state}"));
    let repo = repo.helmsum(["check", "--all-environments"]).exits(2);
    let repo = repo.says("edge/gateway (staging)  ").says("edge/gateway (production)  ");
    let document = repo.helmsum(["check", "--all-environments", "--output", "json"]).exits(2).json();
    assert_eq!(document["releases"].as_array().map(Vec::len), Some(3), "programs get each of them");
}

#[test]
fn a_stale_target_names_what_moved_and_exits_with_two() {
    gateway()
        .helmsum(["generate"])
        .file("gateway/apis/orders.yaml", "orders: 2\n")
        .helmsum(["check"])
        .exits(2)
        .stdout(
            "stale  edge/gateway  gateway/checksum.yaml\n       ./apis  2 files  19 B\n         edited   ./orders.yaml\n1 release: 1 stale; run `helmsum generate`\n",
        )
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_missing_or_empty_target_exits_with_two() {
    gateway()
        .helmsum(["check"])
        .exits(2)
        .stdout(
            "missing  edge/gateway  gateway/checksum.yaml  ./apis: 2 files, 19 B\n1 release: 1 missing; run `helmsum generate`\n",
        )
        .file("gateway/checksum.yaml", "\n")
        .helmsum(["check"])
        .exits(2)
        .says("missing  edge/gateway");
}

#[test]
fn only_values_count_and_never_comments() {
    gateway()
        .file("gateway/checksum.yaml", format!("{HEADER}# {APIS}\nconfigChecksum: '{APIS}'\n"))
        .helmsum(["check"])
        .exits(0)
        .file("gateway/checksum.yaml", target().replace("configChecksum", "otherChecksum"))
        .helmsum(["check"])
        .exits(2)
        .says("the files are as recorded, but the key, the format or the values differ");
}

#[test]
fn a_merge_conflict_is_stale() {
    let conflict = format!("<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n", target(), target());
    gateway()
        .file("gateway/checksum.yaml", conflict)
        .helmsum(["check"])
        .exits(2)
        .says("stale  edge/gateway")
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_failure_outranks_a_change() {
    let other = "  - name: web\n    chart: ./chart\n    values: [web/values.yaml, web/checksum.yaml]\n";
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{other}"))
        .file("web/values.yaml", "# helmsum: ./gone\n")
        .helmsum(["check"])
        .exits(1)
        .says("missing  edge/gateway")
        .says("denied   web");
}

#[test]
fn nothing_is_compared_where_git_ignores_the_target() {
    Repo::with_git()
        .file(".gitignore", "checksum.yaml\n")
        .file("helmfile.yaml", GATEWAY)
        .file("gateway/values.yaml", "# helmsum: ./apis\n")
        .file("gateway/apis/a", "1")
        .helmsum(["check"])
        .exits(0)
        .says("git ignores `gateway/checksum.yaml`, so there is nothing to compare")
        .helmsum(["generate"])
        .file("gateway/apis/a", "2")
        .helmsum(["check"])
        .exits(2)
        .says("stale");
}

#[test]
fn quiet_says_only_what_is_wrong() {
    gateway()
        .helmsum(["generate", "-q"])
        .exits(0)
        .stdout("")
        .helmsum(["check", "-q"])
        .exits(0)
        .stdout("")
        .file("gateway/apis/orders.yaml", "orders: 2\n")
        .helmsum(["check", "-q"])
        .exits(2)
        .stdout(
            "error[stale-checksum]: release `edge/gateway`: the target `gateway/checksum.yaml` is out of date: `./orders.yaml` of `./apis` edited\n  --> gateway/checksum.yaml\n  = help: run `helmsum generate` and commit the result\n",
        );
}

#[test]
fn json_lists_what_changed() {
    let repo = gateway()
        .helmsum(["generate"])
        .file("gateway/apis/new.yaml", "1")
        .helmsum(["check", "--output", "json"])
        .exits(2);
    let document = repo.json();
    assert_eq!(schema("check", &document), Vec::<String>::new());
    let release = &document["releases"][0];
    assert_eq!(
        release["sources"][0]["changed"],
        serde_json::json!([{ "name": "./new.yaml", "how": "added" }])
    );
    assert_eq!(release["target"]["status"], "stale");
    assert_eq!(release["target"]["recorded"], APIS);
    assert_eq!(document["findings"][0]["code"], "stale-checksum");
    assert_eq!(document["summary"]["stale"], 1);
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let repo = gateway();
    let summary = repo.path("summary.md").to_str().expect("UTF-8").to_owned();
    let workspace = repo.path("").to_str().expect("UTF-8").to_owned();
    let repo = repo
        .variable("GITHUB_STEP_SUMMARY", &summary)
        .variable("GITHUB_WORKSPACE", &workspace)
        .helmsum_in("gateway", ["check", "-f", "../helmfile.yaml", "--output", "github"])
        .exits(2)
        .says("::error file=gateway/checksum.yaml,title=missing-checksum::release `edge/gateway`");
    assert!(repo.read("summary.md").contains("- error `missing-checksum`: release `edge/gateway`"));
    let repo = repo
        .variable("GITHUB_ACTIONS", "true")
        .helmsum(["check"])
        .exits(2)
        .says("missing  edge/gateway")
        .says("::error file=gateway/checksum.yaml");
    let repo = repo.helmsum(["check", "--output", "json"]).exits(2).complains("::error file=");
    assert_eq!(schema("check", &repo.json()), Vec::<String>::new());
}

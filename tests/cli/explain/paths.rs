//! What is told of a path.

use serde_json::{Value, json};

use super::{document, project, texts};
use crate::support::repo::{GATEWAY, Repo, gateway};

/// What is told of the first path.
#[track_caller]
fn told(repo: Repo, path: &str) -> Value {
    let repo = repo.helmsum(["explain", "--output", "json", "--path", path]);
    document(&repo)["paths"][0].clone()
}

#[test]
fn a_file_of_a_source_says_whom_it_restarts_and_who_reads_it() {
    let repo = project().file("helmsum.yaml", "levels: { missing-need: allow }\n");
    let repo = repo.helmsum(["explain", "gateway/apis/orders.yaml"]).exits(0);
    repo.stdout(
        "gateway/apis/orders.yaml\n  restarts   edge/gateway: ./apis has it as ./orders.yaml (gateway/values.yaml:1)\n  read by    edge/web in a values template\n",
    );
    let told = told(project(), "gateway/apis/orders.yaml");
    assert_eq!(
        told["moves"],
        json!([{
            "release": "edge/gateway", "environment": "default", "source": "./apis",
            "declared": { "file": "gateway/values.yaml", "line": 1 },
            "name": "./orders.yaml", "files": null, "producer": null, "certain": true,
        }])
    );
    assert_eq!(told["readBy"], json!([{ "name": "edge/web", "environment": "default", "how": "template" }]));
    assert_eq!([&told["existing"], &told["makes"]], [&json!("file"), &Value::Null]);
}

#[test]
fn it_is_looked_for_from_where_helmsum_is_started() {
    for (folder, path) in
        [("gateway", "apis/orders.yaml"), ("gateway/apis", "orders.yaml"), ("gateway/apis", "../apis")]
    {
        let repo = project().helmsum_in(folder, ["explain", "-f", "../helmfile.yaml", "--path", path]);
        let repo = if folder == "gateway" {
            repo
        } else {
            repo.helmsum_in(folder, ["explain", "-f", "../../helmfile.yaml", "--path", path])
        };
        repo.exits(0).says("restarts   edge/gateway: ./apis has");
    }
    let absolute = project();
    let path = absolute.path("gateway/apis/orders.yaml").to_str().expect("UTF-8").to_owned();
    absolute
        .helmsum(["explain", &path])
        .exits(0)
        .says("restarts   edge/gateway: ./apis has it as ./orders.yaml");
}

#[test]
fn a_directory_says_how_many_of_its_files_count() {
    let repo = project().file("gateway/apis/v1/a.yaml", "a\n").file("gateway/apis/v1/.keep", "");
    assert_eq!(told(repo, "gateway/apis/v1")["moves"][0]["files"], 1);
    for above in [".", "gateway", "gateway/apis"] {
        let told = told(project(), above);
        assert_eq!(
            [&told["moves"][0]["files"], &told["existing"]],
            [&json!(2), &json!("directory")],
            "{above}"
        );
    }
    let repo = project().folder("gateway/apis/none");
    assert_eq!(told(repo, "gateway/apis/none")["moves"], json!([]));
}

#[test]
fn a_link_is_what_it_leads_to() {
    let repo = || project().file("shared/a.yaml", "a\n").link("gateway/apis/a.yaml", "../../shared/a.yaml");
    assert_eq!(told(repo(), "shared/a.yaml")["moves"][0]["name"], "./a.yaml");
    assert_eq!(told(repo(), "gateway/apis/a.yaml")["moves"][0]["name"], "./a.yaml");
}

#[test]
fn what_does_not_count_says_which_pattern_leaves_it_out() {
    let repo = || {
        project()
            .file("gateway/values.yaml", "# helmsum: ./apis exclude=*.md\n# helmsum: ./apis/*.txt as texts\n")
            .file("gateway/apis/.helmsumignore", "# drafts\ndrafts/\n")
            .file("gateway/apis/README.md", "words\n")
            .file("gateway/apis/drafts/a.yaml", "a\n")
            .file("gateway/apis/.gitkeep", "")
    };
    let left = |path: &str| {
        let told = told(repo(), path);
        let all = told["leftOut"].as_array().expect("a list").clone();
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let one = |one: &Value| {
            let out = &one["leftOut"];
            [&one["source"], &out["name"], &out["why"], &out["pattern"]].map(word).join(" ")
        };
        all.iter().map(one).collect::<Vec<_>>()
    };
    let unmatched = |name: &str| format!("texts ./{name} unmatched -");
    assert_eq!(
        left("gateway/apis/README.md"),
        ["./apis ./README.md excluded *.md".to_owned(), unmatched("README.md")]
    );
    let drafts = "./apis ./drafts excluded drafts/".to_owned();
    assert_eq!(left("gateway/apis/drafts/a.yaml"), [drafts.clone(), unmatched("drafts/a.yaml")]);
    // Whether it is there or not.
    assert_eq!(left("gateway/apis/drafts/gone.yaml"), [drafts, unmatched("drafts/gone.yaml")]);
    assert_eq!(left("gateway/apis/.gitkeep")[0], "./apis ./.gitkeep junk -");
    let repo = repo().helmsum(["explain", "gateway/apis/drafts/a.yaml"]).exits(0);
    repo.tells("left out edge/gateway: ./drafts of ./apis (gateway/values.yaml:1): `drafts/` (gateway/apis/.helmsumignore:2)")
        .says("restarts   no release by its checksum: no source contains it\n")
        .says("read by    no release that is known to\n");
}

#[test]
fn what_is_gone_or_to_come_is_told_as_if_it_were_there() {
    let repo =
        project().without("gateway/apis/users.yaml").helmsum(["explain", "gateway/apis/users.yaml"]).exits(0);
    let repo = repo.says("gateway/apis/users.yaml  does not exist\n");
    let repo = repo.says("restarts   edge/gateway: ./apis would have it as ./users.yaml");
    let repo = repo.helmsum(["explain", "./gone"]).exits(0).says("gone  does not exist\n");
    repo.says("restarts   no release by its checksum: no source contains it\n").does_not_say("read by");
    let missing = gateway().file("gateway/values.yaml", "# helmsum: ./more optional=true\n");
    let missing = missing.helmsum(["explain", "gateway/more"]).exits(0).says("./more is to be there");
    missing.helmsum(["explain", "gateway/more/a.yaml"]).exits(0).says("./more would have it as ./a.yaml");
}

#[test]
fn a_target_is_told_with_the_release_that_it_belongs_to() {
    let repo = project().helmsum(["explain", "gateway/checksum.yaml"]).exits(0);
    let repo = repo
        .says("gateway/checksum.yaml  missing\n  target of  edge/gateway: `helmsum generate` writes it\n");
    let repo = repo.says("edge/gateway  missing\n").helmsum(["generate"]).exits(0);
    let repo =
        repo.helmsum(["explain", "gateway/checksum.yaml", "edge/gateway", "--output", "json"]).exits(0);
    let document = document(&repo);
    assert_eq!(texts(&document["paths"][0]["targetOf"], "release"), ["edge/gateway"]);
    assert_eq!(texts(&document["explained"], "release"), ["edge/gateway"], "it is explained once");
}

#[test]
fn files_of_charts_values_and_states_say_who_reads_them() {
    let read_by = |path: &str| {
        let told = told(project(), path);
        let all = told["readBy"].as_array().expect("a list").clone();
        assert_eq!(told["moves"], json!([]), "{path}");
        all.iter().map(|one| format!("{} {}", one["name"], one["how"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(read_by("web.yaml.gotmpl"), ["edge/web values"]);
    assert_eq!(read_by("gateway/values.yaml"), ["edge/gateway values"]);
    assert_eq!(read_by("chart/templates/a.yaml"), ["crlf chart", "edge/gateway chart", "edge/web chart"]);
    assert_eq!(read_by("helmfile.yaml"), ["helmfile.yaml state"]);
}

#[test]
fn a_release_that_is_a_source_moves_with_what_it_is_given() {
    let state =
        format!("{GATEWAY}  - {{ name: web, namespace: edge, chart: ./chart, values: [web.yaml] }}\n");
    let repo = || {
        project()
            .file("helmfile.yaml", &state)
            .file("web.yaml", "a: b\n")
            .file("gateway/values.yaml", "# helmsum: release:web\n")
    };
    for path in ["web.yaml", "chart/templates/a.yaml"] {
        let told = told(repo(), path);
        assert_eq!(texts(&told["moves"], "source"), ["release:web"], "{path}");
        assert_eq!(told["moves"][0]["producer"], "edge/web");
    }
    let repo = repo().helmsum(["explain", "web.yaml"]).exits(0);
    repo.tells("restarts edge/gateway: release:web has all that helm is given for edge/web");
}

#[test]
fn the_command_that_writes_a_target_has_the_options_of_the_run() {
    let repo = gateway().helmsum(["explain", "-f", "helmfile.yaml", "./gateway/checksum.yaml"]).exits(0);
    repo.says("target of  edge/gateway: `helmsum generate --file=helmfile.yaml` writes it\n");
}

#[test]
fn a_source_that_cannot_be_read_may_contain_it() {
    let repo = || gateway().file("gateway/apis/ba\\ck", "1");
    let path = "gateway/apis/orders.yaml";
    let shown = repo().helmsum(["explain", "--path", path]).exits(1);
    let shown = shown
        .says("  restarts   not known of edge/gateway: ./apis cannot be read (gateway/values.yaml:1)\n")
        .does_not_say("no source contains it");
    shown.complains("error").complains("contains a backslash").helmsum(["explain", "./README"]).exits(0);
    let told = told(repo(), path);
    assert_eq!([&told["moves"], &told["unread"][0]["source"]], [&json!([]), &json!("./apis")]);
    assert_eq!(told["unread"][0]["release"], "edge/gateway");
}

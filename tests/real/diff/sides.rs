//! What each side has, and what neither can tell.

use serde_json::{Value, json};

use super::{DIRECTIVE, committed, diff, releases};
use crate::audit::project::{BY_KEY, PLATFORM_VALUES, STATE};

#[test]
fn each_side_has_its_own_configuration_and_nothing_is_checked_out() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write(
        "helmsum.yaml",
        "releases:\n  - release: apps/web\n    sources: [configmap:settings from=apps/platform]\n",
    );
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    project.sandbox.commit(&project.root);
    let before = project.sandbox.run(&project.root, "git", ["status", "--porcelain"]).succeeds();
    let (_, document) = diff(&project, &["HEAD~2", "HEAD~1"]);
    assert_eq!((releases(&document, "first"), releases(&document, "restarts")), (vec!["apps/web"], vec![]));
    let (_, document) = diff(&project, &["HEAD~1", "HEAD"]);
    assert_eq!((releases(&document, "first"), releases(&document, "restarts")), (vec![], vec!["apps/web"]));
    assert_eq!(project.sandbox.run(&project.root, "git", ["status", "--porcelain"]).succeeds(), before);
}

#[test]
fn a_program_that_would_answer_from_the_work_tree_leaves_its_release_out() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write(
        "web.yaml.gotmpl",
        &format!("colour: {{{{ exec \"cat\" (list \"platform.yaml\") | quote }}}}\n{BY_KEY}"),
    );
    project.write("helmfile.yaml", &STATE.replace("[web.yaml, ", "[web.yaml.gotmpl, "));
    project.sandbox.commit(&project.root);
    let (code, document) = diff(&project, &["HEAD"]);
    assert_eq!((code, releases(&document, "uncompared")), (0, vec!["apps/web"]), "{document}");
    assert!(document["uncompared"][0]["why"].as_str().expect("a text").contains("`cat`"));
    assert_eq!(document["findings"][0]["code"], "uncompared-release");
    assert_eq!(document["findings"][0]["line"], 1);
    let (_, document) = diff(&project, &["HEAD", "--exec-on-base"]);
    assert_eq!((&document["uncompared"], &document["unchanged"]), (&json!([]), &json!(2)));
}

#[test]
fn an_ignored_values_file_is_in_no_revision() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write(".gitignore", "local.yaml\n");
    project.write(
        "helmfile.yaml",
        &STATE.replace("[platform.yaml]", "[platform.yaml, local.yaml]\n    missingFileHandler: Warn"),
    );
    project.sandbox.commit(&project.root);
    project.write("local.yaml", "config: {colour: green}\n");
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(releases(&document, "uncompared"), ["apps/platform"], "{document}");
    assert!(document["uncompared"][0]["why"].as_str().expect("a text").contains("`local.yaml`"));
    // Whoever reads what it makes is not said to keep anything.
    assert_eq!(document["unnoticed"], json!([]));
}

#[test]
fn packages_that_git_ignores_serve_both_sides() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    project.write(".gitignore", "**/charts/*.tgz\n");
    let depends = "dependencies:\n- name: apis\n  version: 0.1.0\n  repository: https://charts.example.org\n";
    let chart = project.read("charts/web/Chart.yaml");
    project.write("charts/web/Chart.yaml", &format!("{chart}{depends}"));
    project.sandbox.commit(&project.root);
    let (_, without) = diff(&project, &["HEAD"]);
    assert_eq!(
        releases(&without, "uncompared"),
        Vec::<&str>::new(),
        "what helm is given is the same: {without}"
    );
    project.chart("apis", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: apis}\ndata: {a: b}\n");
    let version = project.read("charts/apis/Chart.yaml");
    assert!(version.contains("name: apis"), "{version}");
    project
        .sandbox
        .run(
            &project.root,
            "helm",
            ["package", "charts/apis", "--version", "0.1.0", "-d", "charts/web/charts"],
        )
        .succeeds();
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(releases(&document, "restarts"), ["apps/web"], "{document}");
    assert_eq!(document["restarts"][0]["unknown"], Value::Null);
}

#[test]
fn without_rendering_checksums_alone_are_compared() {
    let Some(project) = committed("# helmsum: ./conf\npod: {containers: [{name: app, image: web}]}\n") else {
        return;
    };
    project.write("conf/a.yaml", "a: 2\n");
    let (code, document) = diff(&project, &["HEAD", "--no-render"]);
    assert_eq!(
        (code, releases(&document, "restarts"), &document["rendered"]),
        (0, vec!["apps/web"], &json!(false))
    );
    assert_eq!(document["restarts"][0]["workloads"], Value::Null);
    assert_eq!(document["restarts"][0]["sources"][0]["files"][0]["name"], "./a.yaml");
    // Charts and values belong to somebody, whether they are rendered or not.
    project.edit("charts/web/templates/all.yaml", "spec:", "spec: ");
    project.write("charts/platform/values.yaml", "a: b\n");
    project.write("platform.yaml", "config: {a: b}\nsecret: {a: b}\n");
    project.write("NOTES", "x");
    let (_, document) = diff(&project, &["HEAD", "--no-render"]);
    assert_eq!(document["unreached"], json!(["NOTES"]));
}

#[test]
fn changed_files_that_reach_no_release_are_named() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write("NOTES", "x");
    project.write("charts/web/README.md", "x");
    project.write("platform.yaml", &format!("{PLATFORM_VALUES}# a comment\n"));
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(document["unreached"], json!(["NOTES", "charts/web/README.md"]));
    assert_eq!(document["unchanged"], 2);
    // helm is given a copy of a commit's chart with all its files, and reads no more of them.
    project.sandbox.commit(&project.root);
    let (_, again) = diff(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(again["unreached"], document["unreached"]);
    // One that has taken its place is another matter, whatever the index says.
    project.sandbox.run(&project.root, "git", ["mv", "web.yaml", "old.yaml"]).succeeds();
    project.write("web.yaml", "pod: {containers: [{name: app, image: web}]}\n");
    let (_, moved) = diff(&project, &["HEAD"]);
    assert_eq!(moved["unreached"], json!(["old.yaml"]), "what was there is another file now");
    project.sandbox.commit(&project.root);
    let (_, committed) = diff(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(committed["unreached"], moved["unreached"]);
    // A file that comes from where it was read reaches somebody.
    project.sandbox.run(&project.root, "git", ["mv", "web.yaml", "web2.yaml"]).succeeds();
    project.write("helmfile.yaml", &STATE.replace("[web.yaml, ", "["));
    let (_, moved) = diff(&project, &["HEAD"]);
    assert_eq!(moved["unreached"], json!([]));
}

#[test]
fn a_new_state_is_new() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write("other.yaml", &STATE.replace("namespace: apps", "namespace: more"));
    let (code, document) = diff(&project, &["HEAD", "--file", "other.yaml"]);
    assert_eq!((code, releases(&document, "new")), (0, vec!["more/web", "more/platform"]), "{document}");
    assert!(document["notes"][0]["message"].as_str().expect("a text").contains("no such state file"));
}

#[test]
fn a_state_file_is_compared_with_what_it_was_under_another_name() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let git = |words: &[&str]| project.sandbox.run(&project.root, "git", words).succeeds();
    let told = |arguments: &[&str]| {
        let (code, document) = diff(&project, arguments);
        assert_eq!((code, &document["new"], &document["gone"]), (0, &json!([]), &json!([])), "{document}");
        assert_eq!(document["unchanged"], 2, "{document}");
        document["notes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["message"].clone())
            .collect::<Vec<_>>()
    };
    // What is no template becomes one, with another text.
    git(&["mv", "helmfile.yaml", "helmfile.yaml.gotmpl"]);
    project.write("helmfile.yaml.gotmpl", &format!("# {{{{ .Environment.Name }}}}\n{STATE}"));
    assert_eq!(told(&["HEAD"]), Vec::<Value>::new());
    let base = git(&["rev-parse", "--short", "HEAD"]);
    let note = |file: &str, named: &str| format!("{} has `{file}` in the place of `{named}`", base.trim());
    let named = "helmfile.yaml.gotmpl";
    assert_eq!(told(&["HEAD", "-f", named]), [note("helmfile.yaml", named)]);
    // The whole project moves.
    git(&["reset", "--quiet", "--hard"]);
    project.write("deploy/empty", "");
    git(&[
        "mv",
        "helmfile.yaml",
        "web.yaml",
        "web.checksum.yaml",
        "platform.yaml",
        "charts",
        "conf",
        "deploy",
    ]);
    let named = "deploy/helmfile.yaml";
    assert_eq!(told(&["HEAD", "-f", named]), [note("helmfile.yaml", named)]);
}

/// What moves the whole state from `a` to `b`: folders that only one of the sides has.
#[test]
fn a_folder_of_a_state_that_was_renamed_is_rendered_where_it_is_gone() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let git = |arguments: &[&str]| project.sandbox.run(&project.root, "git", arguments).succeeds();
    project.write("a/keep", "");
    for name in ["helmfile.yaml", "web.yaml", "web.checksum.yaml", "platform.yaml", "charts"] {
        git(&["mv", name, &format!("a/{name}")]);
    }
    project.write("helmfile.yaml", "helmfiles: [a/helmfile.yaml]\n");
    project.sandbox.commit(&project.root);
    git(&["mv", "a", "b"]);
    project.write("helmfile.yaml", "helmfiles: [b/helmfile.yaml]\n");
    project.sandbox.commit(&project.root);
    assert!(!project.root.join("a").exists());
    let (code, document) = diff(&project, &["HEAD~1", "HEAD", "--no-cache", "--detailed-exitcode"]);
    assert_eq!((code, &document["unchanged"]), (0, &json!(2)), "{document}");
    project.edit("b/platform.yaml", "red", "blue");
    let (_, document) = diff(&project, &["HEAD~1", "--no-cache"]);
    assert_eq!(releases(&document, "restarts"), ["apps/web"], "{document}");
    project.helmsum(&["audit", "--since", "HEAD~1", "--no-cache"]).succeeds();
}

#[test]
fn a_checksum_that_one_side_does_not_know_is_not_compared() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    project.write("web.yaml", &format!("# helmsum: ./nowhere\n{BY_KEY}"));
    project.sandbox.commit(&project.root);
    project.write("web.yaml", &format!("{DIRECTIVE}{BY_KEY}"));
    for options in [&["--detailed-exitcode"][..], &["--detailed-exitcode", "--no-render"]] {
        let (code, document) = diff(&project, &[options, &["HEAD"]].concat());
        assert_eq!((code, releases(&document, "restarts")), (0, vec![]), "{document}");
        assert_eq!(releases(&document, "uncompared"), ["apps/web"]);
        let why = document["uncompared"][0]["why"].as_str().expect("a text");
        assert!(why.starts_with("its checksum was not known before: ") && why.contains("./nowhere"), "{why}");
    }
}

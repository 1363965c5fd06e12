//! What exactly is told of a release: neither more nor less than what happens to its pods.

use serde_json::json;

use super::{DIRECTIVE, committed, diff, releases};
use crate::audit::project::{BY_KEY, BY_SECRET, PLATFORM, PLATFORM_VALUES, STATE, WEB};
use crate::support::plugins;

#[test]
fn a_key_that_nobody_reads_is_no_old_data() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red}", "red, size: large}"));
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, &document["unnoticed"], &document["unchanged"]), (0, &json!([]), &json!(2)));
    // The one that is read counts, and so do all of them where all are.
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, releases(&document, "unnoticed")), (1, vec!["apps/web"]));
    let all = format!("{BY_KEY}      envFrom: [{{configMapRef: {{name: settings}}}}]\n");
    project.write("web.yaml", &all);
    project.write("platform.yaml", PLATFORM_VALUES);
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red}", "red, size: large}"));
    let (code, document) = diff(&project, &["HEAD"]);
    assert_eq!((code, releases(&document, "unnoticed")), (1, vec!["apps/web"]));
}

#[test]
fn a_release_of_which_one_workload_restarts_and_another_does_not_notice_is_counted_once() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let deaf = WEB
        .replace("  name: {{ .Release.Name }}\n", "  name: deaf\n")
        .replace("{{ .Values.configChecksum | quote }}", "none");
    project.chart("web", &format!("{WEB}---\n{deaf}"));
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(
        (releases(&document, "restarts"), releases(&document, "unnoticed")),
        (vec!["apps/web"], vec!["apps/web"])
    );
    assert_eq!(document["unchanged"], 1, "the other release");
}

#[test]
fn a_packaged_chart_that_moves_pods_is_named() {
    let Some(project) = committed(BY_KEY) else { return };
    let package =
        || project.sandbox.run(&project.root, "helm", ["package", "charts/web", "-d", "packed"]).succeeds();
    package();
    let state = STATE.replace("./charts/web", "./packed/web-1.0.0.tgz");
    assert_ne!(state, STATE);
    project.write("helmfile.yaml", &state);
    project.sandbox.commit(&project.root);
    project.edit("charts/web/templates/all.yaml", "      labels: {app", "      labels: {more: labels, app");
    package();
    let named = json!([{ "name": "packed/web-1.0.0.tgz", "from": null, "how": "edited" }]);
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(
        (&document["restarts"][0]["own"], &document["unreached"]),
        (&named, &json!(["charts/web/templates/all.yaml"]))
    );
    let (_, document) = diff(&project, &["HEAD", "--no-render"]);
    assert_eq!(document["unreached"], json!(["charts/web/templates/all.yaml"]));
    project.sandbox.commit(&project.root);
    let (_, document) = diff(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(
        (&document["restarts"][0]["own"], &document["unreached"]),
        (&named, &json!(["charts/web/templates/all.yaml"]))
    );
}

#[test]
fn the_same_checksum_in_another_way_restarts_nothing() {
    let by_annotations = WEB.replace(
        "        checksum/config: {{ .Values.configChecksum | quote }}\n",
        "        {{- with .Values.podAnnotations }}{{- toYaml . | nindent 8 }}{{ end }}\n",
    );
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}podAnnotations: {{}}\n")) else { return };
    plugins::helmsum(&project.sandbox.helm_plugins());
    let block = "    postRenderer: helmsum\n    postRendererArgs: [annotate, --file=helmfile.yaml, --release=apps/web]\n";
    let annotated = STATE.replace("[web.yaml, web.checksum.yaml]\n", &format!("[web.yaml]\n{block}"));
    project.write("helmfile.yaml", &annotated);
    project.chart("web", &by_annotations);
    project.sandbox.commit(&project.root);
    project.write("helmfile.yaml", STATE);
    project.write("helmsum.yaml", "format: pod-annotations\n");
    project.helmsum(&["generate"]).succeeds();
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!((releases(&document, "restarts"), &document["unchanged"]), (vec![], &json!(2)), "{document}");
    // The other checksum comes in either way.
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(
        (releases(&document, "restarts"), &document["restarts"][0]["own"]),
        (vec!["apps/web"], &json!(null))
    );
}

#[test]
fn what_is_immutable_and_changes_cannot_be_deployed() {
    let Some(project) = committed(BY_SECRET) else { return };
    let immutable =
        PLATFORM.replace("  name: settings\n", "  name: settings\nimmutable: {{ .Values.immutable }}\n");
    project.chart("platform", &immutable);
    let values = |colour: &str, is_immutable: bool| {
        let values = PLATFORM_VALUES.replace("red", colour);
        project.write("platform.yaml", &format!("{values}immutable: {is_immutable}\n"));
    };
    values("red", true);
    project.sandbox.commit(&project.root);
    let said = |expected: i32| {
        let (code, document) = diff(&project, &["HEAD"]);
        assert_eq!(code, expected, "{document}");
        let refused = document["refused"].as_array().expect("a list");
        refused.iter().map(|one| (one["object"]["name"].clone(), one["change"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(said(0), []);
    values("blue", true);
    assert_eq!(said(1), [(json!("settings"), json!("data"))]);
    values("red", false);
    assert_eq!(said(1), [(json!("settings"), json!("immutable"))]);
    // Another name is another object, and what is not immutable yet may change a last time.
    values("blue", true);
    project.edit("charts/platform/templates/all.yaml", "name: settings", "name: settings-2");
    assert_eq!(said(0), []);
    project.edit("charts/platform/templates/all.yaml", "name: settings-2", "name: settings");
    values("red", false);
    project.sandbox.commit(&project.root);
    values("blue", true);
    assert_eq!(said(0), []);
    // Its level can be chosen, as that of any finding.
    values("green", true);
    project.write("helmsum.yaml", "levels:\n  immutable-change: warn\n");
    project.sandbox.commit(&project.root);
    values("blue", true);
    assert_eq!(said(0), [(json!("settings"), json!("data"))]);
}

#[test]
fn an_auto_that_finds_nothing_any_more_takes_the_checksum_away() {
    let Some(project) = committed(&format!("# helmsum: auto\n{BY_KEY}")) else { return };
    let alone =
        STATE.split("  - name: platform").next().expect("a text").replace("    needs: [platform]\n", "");
    project.write("helmfile.yaml", &alone);
    project.helmsum(&["generate"]).succeeds();
    let (_, document) = diff(&project, &["HEAD"]);
    let gone = document["gone"].as_array().expect("a list").iter();
    let gone: Vec<_> = gone.map(|one| (one["release"].clone(), one["what"].clone())).collect();
    assert_eq!(
        gone,
        [(json!("apps/web"), json!("checksum")), (json!("apps/platform"), json!("release"))],
        "{document}"
    );
    let (_, back) = diff(&project, &["HEAD", "HEAD"]);
    assert_eq!(back["unchanged"], 2);
    project.sandbox.commit(&project.root);
    let (_, document) = diff(&project, &["HEAD", "HEAD~1"]);
    assert_eq!(
        (releases(&document, "first"), releases(&document, "new")),
        (vec!["apps/web"], vec!["apps/platform"])
    );
}

#[test]
fn what_is_held_waits_since_a_commit_once_there_is_one() {
    let Some(project) = committed(&format!("# helmsum: ./conf\n{BY_KEY}")) else { return };
    project.write("helmsum.yaml", "releases:\n  - release: apps/web\n    hold: later\n");
    project.sandbox.commit(&project.root);
    project.write("conf/a.yaml", "a: 2\n");
    let since = |revisions: &[&str]| {
        let (_, document) = diff(&project, revisions);
        assert_eq!(releases(&document, "held"), ["apps/web"]);
        document["held"][0]["since"].clone()
    };
    assert_eq!(since(&["HEAD"]), json!(null), "nothing is committed yet");
    project.sandbox.commit(&project.root);
    let commit = project.sandbox.run(&project.root, "git", ["rev-parse", "--short", "HEAD"]).succeeds();
    let commit = json!(commit.trim());
    assert_eq!((since(&["HEAD~1"]), since(&["HEAD~1", "HEAD"])), (commit.clone(), commit.clone()));
    project.write("conf/a.yaml", "a: 3\n");
    assert_eq!(since(&["HEAD~1"]), commit, "the first one counts");
}

#[test]
fn workloads_that_come_and_go_are_told() {
    let Some(project) = committed(BY_KEY) else { return };
    let web = |name: &str, kind: &str| {
        WEB.replace("  name: {{ .Release.Name }}\nspec", &format!("  name: {name}\nspec"))
            .replace("Deployment", kind)
    };
    for (changed, told) in [
        (web("front", "Deployment"), "new: Deployment front; gone: Deployment web"),
        (web("web", "DaemonSet"), "new: DaemonSet web; gone: Deployment web"),
        (format!("{WEB}---\n{}", web("second", "Deployment")), "new: Deployment second"),
    ] {
        project.chart("web", &changed);
        let (code, document) = diff(&project, &["HEAD"]);
        assert_eq!(
            (code, releases(&document, "workloads"), &document["unchanged"]),
            (0, vec!["apps/web"], &json!(1))
        );
        let report = project.helmsum(&["diff", "HEAD"]).succeeds();
        assert!(report.contains(&format!("workloads  apps/web  {told}")), "{report}");
        assert!(report.contains("1 release has other workloads; 1 unchanged"), "{report}");
    }
}

#[test]
fn pods_that_stay_are_not_counted_among_those_that_restart() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    project.chart("web", &WEB.replace("spec:\n  selector", "spec:\n  paused: true\n  selector"));
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (code, document) = diff(&project, &["--detailed-exitcode"]);
    assert_eq!((code, &document["restarts"][0]["workloads"][0]["restarts"]), (0, &json!(false)));
    let report = project.helmsum(&["diff"]).succeeds();
    assert!(
        report.contains("stays  ") && report.contains("1 release changes and does not restart"),
        "{report}"
    );
}

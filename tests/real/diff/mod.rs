//! `helmsum diff` with the real helm: what restarts, what does not notice, and what is not compared.

mod histories;
mod outputs;
mod sides;
mod told;

use fs_err as fs;
use serde_json::{Value, json};

use crate::audit::project::{BY_KEY, BY_SECRET, MOUNTED, PLATFORM, PLATFORM_VALUES, STATE, WEB};
use crate::kinds::project::Project;
use crate::support::programs;
use crate::support::repo::schema;
use crate::support::sandbox::Sandbox;

/// A repository without anything in it. Nothing without the programs.
pub(crate) fn empty(name: &str) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    Some(empty_in(Sandbox::new(&programs, &[]), name))
}

/// The same in this sandbox.
fn empty_in(sandbox: Sandbox, name: &str) -> Project {
    let root = sandbox.project(name);
    let project = Project { sandbox, root };
    fs::create_dir_all(&project.root).expect("a folder");
    project.sandbox.run(&project.root, "git", ["init", "--quiet", "--initial-branch=main"]).succeeds();
    project
}

/// A project with everything committed, whose `web` has these values. Nothing without the programs.
pub(crate) fn committed(web: &str) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    Some(committed_in(Sandbox::new(&programs, &[]), web))
}

/// The same in this sandbox.
pub(crate) fn committed_in(sandbox: Sandbox, web: &str) -> Project {
    let project = empty_in(sandbox, "shop");
    project.write("helmfile.yaml", STATE);
    project.write("web.yaml", web);
    project.write("platform.yaml", PLATFORM_VALUES);
    project.chart("web", WEB);
    project.chart("platform", PLATFORM);
    project.write("conf/a.yaml", "a: 1\n");
    project.helmsum(&["generate"]).succeeds();
    project.sandbox.commit(&project.root);
    project
}

/// What a comparison says, with the exit code.
#[track_caller]
pub(crate) fn diff(project: &Project, arguments: &[&str]) -> (i32, Value) {
    let run = project.helmsum(&[&["diff", "--output", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
    assert_eq!(schema("diff", &document), Vec::<String>::new());
    (run.code(), document)
}

/// The releases of a group.
pub(crate) fn releases<'d>(document: &'d Value, group: &str) -> Vec<&'d str> {
    let all = document[group].as_array().expect("a list").iter();
    all.map(|one| one["release"].as_str().expect("a name")).collect()
}

const DIRECTIVE: &str = "# helmsum: configmap:settings from=apps/platform\n";

#[test]
fn a_changed_object_restarts_who_declares_it() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let (code, same) = diff(&project, &[]);
    assert_eq!((code, &same["unchanged"], releases(&same, "restarts")), (0, &json!(2), vec![]));
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (code, document) = diff(&project, &["--detailed-exitcode"]);
    assert_eq!(code, 2);
    assert_eq!(releases(&document, "restarts"), ["apps/web"]);
    let restart = &document["restarts"][0];
    assert_eq!(restart["workloads"][0]["name"], "web");
    assert_eq!(restart["workloads"][0]["pods"], json!({ "least": 1, "most": 1 }));
    assert_eq!(restart["sources"][0]["label"], "configmap:settings");
    assert_eq!(
        restart["sources"][0]["files"],
        json!([{ "name": "data/colour", "from": null, "how": "edited" }])
    );
    assert_eq!(restart["own"], Value::Null, "nothing but the checksum moves it");
    assert_eq!((&document["unchanged"], &document["unnoticed"]), (&json!(1), &json!([])));
    // Computed values are compared, and the target that is out of date is told.
    assert_eq!(document["stale"], json!(["apps/web"]));
}

#[test]
fn pods_that_keep_old_data_are_found() {
    let Some(project) = committed(BY_SECRET) else { return };
    project.write("platform.yaml", &PLATFORM_VALUES.replace("s3cret", "other"));
    let (code, document) = diff(&project, &[]);
    assert_eq!(code, 1, "it is denied");
    let unnoticed = &document["unnoticed"][0];
    assert_eq!(releases(&document, "unnoticed"), ["apps/web"]);
    assert_eq!(unnoticed["object"], json!({ "kind": "Secret", "namespace": "apps", "name": "db" }));
    assert_eq!((&unnoticed["level"], &unnoticed["makers"]), (&json!("deny"), &json!(["apps/platform"])));
    assert_eq!(document["findings"][0]["code"], "unnoticed-change");
    assert!(!document.to_string().contains("s3cret"));
    // The fix does what it says.
    let fix = unnoticed["fix"].as_str().expect("a command").trim_matches('`').to_owned();
    let words: Vec<&str> = fix.split(' ').skip(1).chain(["--apply", "--force"]).collect();
    project.helmsum(&words).succeeds();
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, document["unnoticed"].clone()), (0, json!([])));
    assert_eq!(releases(&document, "first"), ["apps/web"]);
    // One that is read live needs no restart; one that is mounted whole may not.
    for (web, level) in [(MOUNTED, Some("warn")), ("pod: {containers: [{name: app, image: web}]}\n", None)] {
        let Some(project) = committed(web) else { return };
        project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
        let (code, document) = diff(&project, &[]);
        assert_eq!((code, document["unnoticed"][0]["level"].as_str()), (0, level), "{web}");
    }
}

#[test]
fn the_fix_in_a_comment_is_a_patch_that_can_be_applied() {
    let Some(project) = committed(BY_SECRET) else { return };
    project.write("platform.yaml", &PLATFORM_VALUES.replace("s3cret", "other"));
    let comment = project.helmsum(&["diff", "--output", "markdown"]).stdout();
    let (_, patch) = comment.split_once("```diff\n").expect("a patch");
    let (patch, rest) = patch.split_once("```\n").expect("its end");
    assert!(comment.contains("It wires `apps/web`") && rest.starts_with("\n</details>\n"), "{comment}");
    project.write("../fix.patch", patch);
    project.sandbox.run(&project.root, "git", ["apply", "../fix.patch"]).succeeds();
    project.helmsum(&["generate"]).succeeds();
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, releases(&document, "first")), (0, vec!["apps/web"]), "{document}");
    assert_eq!(document["unnoticed"], json!([]));
    // What is in two commits is not there to be edited, and nobody applies a patch in JSON.
    project.sandbox.commit(&project.root);
    for arguments in [&["diff", "HEAD~1", "HEAD", "--output", "markdown"][..], &["diff", "--output", "json"]]
    {
        assert!(!project.helmsum(arguments).stdout().contains("diff --git"), "{arguments:?}");
    }
}

#[test]
fn what_is_accepted_is_not_told() {
    let Some(project) = committed(&format!("# helmsum: accept secret:db rotated by hand\n{BY_SECRET}"))
    else {
        return;
    };
    project.write("platform.yaml", &PLATFORM_VALUES.replace("s3cret", "other"));
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, &document["unnoticed"]), (0, &json!([])));
}

#[test]
fn keys_that_nobody_reads_are_not_told() {
    let Some(project) = committed(BY_KEY) else { return };
    let values = "secret: {password: s3cret}\nconfig: {colour: red, size: big}\n";
    project.write("platform.yaml", values);
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &values.replace("big", "small"));
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, &document["unnoticed"]), (0, &json!([])));
    project.write("platform.yaml", &values.replace("red", "blue"));
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, &document["unnoticed"][0]["object"]["name"]), (1, &json!("settings")));
}

#[test]
fn data_that_are_left_to_chance_have_not_changed() {
    let Some(project) = committed(BY_SECRET) else { return };
    let random =
        PLATFORM.replace("{{- toYaml .Values.secret | nindent 2 }}", "password: {{ randAlphaNum 8 }}");
    assert_ne!(random, PLATFORM);
    project.chart("platform", &random);
    project.sandbox.commit(&project.root);
    let (code, document) = diff(&project, &[]);
    assert_eq!((code, &document["unnoticed"]), (0, &json!([])));
}

#[test]
fn its_own_chart_or_values_are_told_beside_the_checksum() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    project.write("web.yaml", &format!("{DIRECTIVE}{BY_KEY}").replace("image: web", "image: web:2"));
    let (_, document) = diff(&project, &[]);
    let restart = &document["restarts"][0];
    assert_eq!((&restart["sources"], &restart["own"][0]["name"]), (&json!([]), &json!("web.yaml")));
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (_, document) = diff(&project, &[]);
    let restart = &document["restarts"][0];
    assert_eq!(restart["sources"][0]["label"], "configmap:settings");
    assert_eq!(restart["own"], json!([{ "name": "web.yaml", "from": null, "how": "edited" }]));
}

#[test]
fn what_holds_waits_and_who_waits_does_not_notice_by_intention() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    project.write("helmsum.yaml", "releases:\n  - release: apps/web\n    hold: until the index is rebuilt\n");
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    project.sandbox.commit(&project.root);
    let (code, document) = diff(&project, &["HEAD~1"]);
    assert_eq!((code, releases(&document, "held")), (0, vec!["apps/web"]));
    let held = &document["held"][0];
    assert_eq!(held["reason"], "until the index is rebuilt");
    assert_eq!(held["sources"][0]["label"], "configmap:settings");
    assert_eq!((&document["restarts"], &document["unnoticed"]), (&json!([]), &json!([])));
    // The same where both sides are revisions.
    let (_, again) = diff(&project, &["HEAD~1", "HEAD"]);
    assert_eq!(again["held"][0]["reason"], held["reason"]);
}

#[test]
fn releases_and_checksums_come_and_go() {
    let Some(project) = committed(BY_KEY) else { return };
    let more = "  - name: worker\n    namespace: apps\n    chart: ./charts/web\n    values: [worker.yaml]\n";
    project.write("helmfile.yaml", &format!("{STATE}{more}"));
    project.write("worker.yaml", "pod: {containers: [{name: app, image: web}]}\n");
    project.write("web.yaml", &format!("{DIRECTIVE}{BY_KEY}"));
    let (_, document) = diff(&project, &["-l", "name=web"]);
    assert_eq!(releases(&document, "first"), ["apps/web"]);
    let (_, document) = diff(&project, &["-l", "name=worker"]);
    assert_eq!((releases(&document, "new"), releases(&document, "first")), (vec!["apps/worker"], vec![]));
    assert_eq!(document["stale"], json!([]));
    // A new release may lack its target, too.
    project.write(
        "helmfile.yaml",
        &format!("{STATE}{more}").replace("[worker.yaml]", "[worker.yaml, worker.checksum.yaml]"),
    );
    project.write("worker.yaml", &format!("{DIRECTIVE}pod: {{containers: [{{name: app, image: web}}]}}\n"));
    let (_, document) = diff(&project, &["-l", "name=worker"]);
    assert_eq!(
        (releases(&document, "new"), &document["stale"]),
        (vec!["apps/worker"], &json!(["apps/worker"]))
    );
    project.helmsum(&["generate"]).succeeds();
    project.sandbox.commit(&project.root);
    project.write("web.yaml", BY_KEY);
    project.write("helmfile.yaml", STATE);
    let (_, document) = diff(&project, &["HEAD"]);
    assert_eq!(releases(&document, "gone"), ["apps/web", "apps/worker"]);
    assert_eq!(
        (&document["gone"][0]["what"], &document["gone"][1]["what"]),
        (&json!("checksum"), &json!("release"))
    );
}

#[test]
fn sizes_and_strategies_are_told_and_what_stops_at_once_comes_first() {
    let Some(project) = committed(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let with = |name: &str, kind: &str, spec: &str| {
        WEB.replace("  name: {{ .Release.Name }}\n", &format!("  name: {name}\n"))
            .replace("kind: Deployment", &format!("kind: {kind}"))
            .replace("spec:\n  selector", &format!("spec:\n{spec}  selector"))
    };
    let chart = [
        WEB.to_owned(),
        with("none", "Deployment", "  replicas: 0\n"),
        with("agent", "DaemonSet", ""),
        with("store", "StatefulSet", "  replicas: 3\n  updateStrategy: {type: OnDelete}\n"),
        with("single", "Deployment", "  strategy: {type: Recreate}\n"),
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  minReplicas: 2\n  maxReplicas: 10\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n".to_owned(),
    ];
    project.chart("web", &chart.join("---\n"));
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    // Lines are as wide as a terminal.
    let text = project.helmsum(&["diff", "HEAD"]).succeeds();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "Deployment web 2..10 (HPA)",
        "Deployment none none (replicas 0)",
        "DaemonSet agent every node",
        "StatefulSet store ×3, does not restart: `updateStrategy.type: OnDelete`",
        "Deployment single ×1, Recreate: all at once",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn annotated_releases_restart_without_a_target() {
    let Some(project) = committed(&format!("# helmsum: configmap:settings from=apps/platform\n{BY_KEY}"))
    else {
        return;
    };
    let annotate = "    postRenderer: helmsum\n    postRendererArgs:\n      - annotate\n      - --file=helmfile.yaml\n      - --release=apps/web\n";
    let state = STATE.replace("[web.yaml, web.checksum.yaml]\n", &format!("[web.yaml]\n{annotate}"));
    assert_ne!(state, STATE);
    project.write("helmfile.yaml", &state);
    project.chart(
        "web",
        &WEB.replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n"),
    );
    project.sandbox.commit(&project.root);
    let (_, same) = diff(&project, &["HEAD"]);
    assert_eq!(releases(&same, "restarts"), Vec::<&str>::new());
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    let (code, document) = diff(&project, &["HEAD"]);
    assert_eq!((code, releases(&document, "restarts")), (0, vec!["apps/web"]), "{document}");
    assert_eq!(document["restarts"][0]["own"], Value::Null);
    assert_eq!(document["unnoticed"], json!([]));
}

//! `helmsum list --render`: which workloads restart when a checksum moves.

use serde_json::{Value, json};

use crate::audit::project::{BY_KEY, WEB, project};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;
use crate::support::repo::schema;

const DIRECTIVE: &str = "# helmsum: configmap:settings from=apps/platform\n";

/// A project whose `web` declares the `ConfigMap` that it reads.
fn declared() -> Option<Project> {
    project(&format!("{DIRECTIVE}{BY_KEY}"))
}

/// What restarts of the first release, as JSON has it.
#[track_caller]
fn restarts(project: &Project, arguments: &[&str]) -> Value {
    let run = project.helmsum(&[&["list", "--render", "--output", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.succeeds()).expect("JSON");
    assert_eq!(schema("list", &document), Vec::<String>::new());
    document["releases"][0]["restarts"].clone()
}

/// The workloads as `EFFECT KIND NAME`.
fn workloads(restarts: &Value) -> Vec<String> {
    let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let all = restarts["workloads"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|one| ["effect", "kind", "name"].map(|key| word(one, key)).join(" ")).collect()
}

/// The chart of `web` with more workloads that have its checksum: one that waits for somebody to delete its pods, and one for its next run.
fn of_three_kinds() -> String {
    let named = |name: &str| WEB.replace("  name: {{ .Release.Name }}\n", &format!("  name: {name}\n"));
    let waits = named("store")
        .replace("kind: Deployment", "kind: StatefulSet")
        .replace("spec:\n  selector", "spec:\n  updateStrategy: {type: OnDelete}\n  selector");
    let runs = named("sweep").replace("apps/v1", "batch/v1").replace("kind: Deployment", "kind: Job");
    let idle = named("idle")
        .replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n");
    format!("{WEB}---\n{waits}---\n{runs}---\n{idle}")
}

#[test]
fn what_the_checksum_reaches_is_shown_with_what_that_does() {
    let Some(project) = declared() else { return };
    project.chart("web", &of_three_kinds());
    let found = restarts(&project, &[]);
    assert_eq!(found["whyNot"], Value::Null);
    let mut shown = workloads(&found);
    shown.sort();
    assert_eq!(shown, ["next-run Job sweep", "restarts Deployment web", "stays StatefulSet store"]);
    let because = |name: &str| {
        let all = found["workloads"].as_array().expect("a list");
        all.iter().find(|one| one["name"] == name).expect("a workload")["because"].clone()
    };
    assert_eq!(because("web"), Value::Null);
    assert_eq!(because("store"), json!("no restart, since `updateStrategy.type: OnDelete`"));
    assert!(!project.root.join("web.checksum.yaml").exists(), "nothing is written");
}

#[test]
fn what_is_shown_is_what_a_change_restarts() {
    let Some(project) = declared() else { return };
    project.chart("web", &of_three_kinds());
    let templates = || {
        project.helmsum(&["generate"]).succeeds();
        let manifests =
            project.helmfile(&["--quiet", "-l", "name=web", "template", "--skip-deps"]).succeeds();
        let documents = manifests.split("---\n").filter(|document| document.contains("kind:"));
        documents.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = templates();
    project.edit("platform.yaml", "colour: red", "colour: blue");
    let after = templates();
    let moved: Vec<&str> = ["web", "store", "sweep", "idle"]
        .into_iter()
        .filter(|name| {
            let own = |document: &&String| document.contains(&format!("\n  name: {name}\n"));
            before.iter().find(own) != after.iter().find(own)
        })
        .collect();
    assert_eq!(moved, ["web", "store", "sweep"]);
    let shown = workloads(&restarts(&project, &[]));
    assert!(moved.iter().all(|name| shown.iter().any(|one| one.ends_with(&format!(" {name}")))), "{shown:?}");
}

#[test]
fn a_release_without_a_checksum_or_a_rendering_says_so() {
    let Some(project) = declared() else { return };
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    let found = restarts(&project, &[]);
    assert!(found["whyNot"].as_str().is_some_and(|why| why.contains("shelf/web")), "{found}");
    assert_eq!(found["workloads"], json!([]));
    project.edit("helmfile.yaml", "shelf/web", "./charts/web");
    project.chart("web", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
    assert_eq!(workloads(&restarts(&project, &[])), Vec::<String>::new());
    // Without sources there is no checksum, and without the option nobody asks helm.
    project.write("web.yaml", BY_KEY);
    assert_eq!(restarts(&project, &[]), Value::Null);
    project.write("web.yaml", &format!("{DIRECTIVE}{BY_KEY}"));
    let document = project.helmsum(&["list", "--output", "json"]).succeeds();
    assert!(!document.contains("\"restarts\""), "{document}");
    // A program that the state names is not run where that is forbidden.
    project.script("renderer", "cat");
    project.edit("helmfile.yaml", "- name: web\n", "- name: web\n    postRenderer: ./renderer\n");
    let found = restarts(&project, &["--no-exec"]);
    assert!(found["whyNot"].as_str().is_some_and(|why| why.contains("`--no-exec` forbids")), "{found}");
}

/// What `list --render` prints, with its exit code.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let run = project.helmsum(&[&["list", "--render"], arguments].concat());
    let text = format!("{}{}", run.stdout(), run.stderr());
    let text = text.replace(project.root.to_str().expect("UTF-8"), "/repo");
    let line = ["$ helmsum list --render"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect::<Vec<_>>()
        .join(" ");
    format!("{line}\n{text}exit code {}\n", run.code())
}

#[test]
fn what_people_see() {
    let Some(project) = declared() else { return };
    let mut gallery = Gallery::default();
    gallery.text("a Deployment", &shown(&project, &[]));
    project.chart("web", &of_three_kinds());
    gallery.text("workloads that it restarts, and others", &shown(&project, &[]));
    gallery.text("the same as JSON", &shown(&project, &["--output", "json"]));
    project.chart(
        "web",
        &WEB.replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n"),
    );
    gallery.text("a checksum that arrives nowhere", &shown(&project, &[]));
    project
        .chart("web", &WEB.replace("apps/v1", "example.org/v1").replace("kind: Deployment", "kind: Machine"));
    gallery.text("a custom resource that nobody knows", &shown(&project, &[]));
    project.chart("web", "{{ fail \"no\" }}\n");
    gallery.text("a chart that cannot be rendered", &shown(&project, &[]));
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    gallery.text("a chart that is not at hand", &shown(&project, &[]));
    gallery.matches_snapshot("list-render");
}

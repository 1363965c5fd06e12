//! What pods read, as edges: seen in what helm renders.

use serde_json::{Value, json};

use crate::audit::project::{BY_KEY, BY_SECRET, MOUNTED, PLATFORM, WEB, project};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;
use crate::support::repo::schema;

/// What `graph` prints for programs.
#[track_caller]
fn graph(project: &Project, options: &[&str]) -> Value {
    let text = project.helmsum(&[&["graph", "--output", "json"], options].concat()).succeeds();
    let document = serde_json::from_str(&text).expect("JSON");
    assert_eq!(schema("graph", &document), Vec::<String>::new());
    document
}

/// Its edges: `producer -> consumer: object effect, object effect`.
fn edges(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let objects = |edge: &Value| {
        let objects = edge["objects"].as_array().expect("a list").iter();
        objects
            .map(|one| format!("{} {}", text(&one["object"]), text(&one["verdict"])))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let edges = document["edges"].as_array().expect("a list").iter();
    edges
        .map(|edge| {
            let [from, to] = ["producer", "consumer"].map(|end| text(&edge[end]["release"]));
            format!("{from} -> {to}: {}", objects(edge))
        })
        .collect()
}

#[test]
fn what_pods_read_is_an_edge_that_nobody_declares() {
    let Some(project) = project(BY_KEY) else { return };
    let document = graph(&project, &[]);
    assert_eq!(edges(&document), ["apps/platform -> apps/web: configmap:settings nothing restarts it"]);
    let edge = &document["edges"][0];
    assert_eq!((&edge["first"], &edge["reason"]), (&json!(true), &json!("needs")));
    let reader = &edge["objects"][0]["readers"][0];
    assert_eq!(reader["workload"]["name"], "web");
    assert_eq!(reader["how"], "env COLOUR of container app");
    assert_eq!(document["summary"]["withoutRestart"], 1);
    assert_eq!(edges(&graph(&project, &["--no-render"])), [""; 0]);
}

#[test]
fn an_edge_says_what_a_change_does() {
    let Some(project) = project(BY_KEY) else { return };
    let edge = |directives: &str, pod: &str| {
        project.write("web.yaml", &format!("{directives}{pod}"));
        let found = edges(&graph(&project, &[]));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].trim_start_matches("apps/platform -> apps/web: ").to_owned()
    };
    assert_eq!(edge("# helmsum: configmap:settings from=platform\n", BY_KEY), "configmap:settings restarts");
    // Rendering tells whose it is.
    assert_eq!(edge("# helmsum: configmap:settings\n", BY_KEY), "configmap:settings restarts");
    assert_eq!(edge("# helmsum: auto\n", BY_KEY), "configmap:settings restarts");
    assert_eq!(
        edge("# helmsum: release:apps/platform\n", BY_KEY),
        "configmap:settings restarts, by release:apps/platform, release:apps/platform declared"
    );
    assert_eq!(
        edge("# helmsum: accept configmap:settings it asks again\n", BY_KEY),
        "configmap:settings accepted: it asks again"
    );
    assert_eq!(
        edge("# helmsum: configmap:settings\n", BY_SECRET),
        "secret:db nothing restarts it, configmap:settings declared"
    );
    assert_eq!(edge("", MOUNTED), "configmap:settings nothing restarts it");
    let named = "pod: {containers: [{name: app, image: web, args: [--from=settings]}]}\n";
    assert_eq!(edge("", &named.replace("--from=settings", "settings")), "configmap:settings only named");
}

#[test]
fn a_release_that_cannot_be_rendered_is_told() {
    let Some(project) = project(BY_KEY) else { return };
    project.edit("helmfile.yaml", "chart: ./charts/web", "chart: there/web");
    let run = project.helmsum(&["graph"]);
    assert!(run.success() && run.stdout().contains("warning[unaudited-release]"), "{}", run.told());
    assert_eq!(graph(&project, &[])["findings"][0]["code"], "unaudited-release");
}

#[test]
fn a_denied_finding_of_other_commands_is_not_said() {
    let Some(project) = project(BY_KEY) else { return };
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    project.write("web.yaml", &format!("# helmsum: configmap:settings from=platform\n{BY_KEY}"));
    let _ = project.helmsum(&["check"]).fails();
    let document = graph(&project, &[]);
    assert_eq!(
        edges(&document),
        ["apps/platform -> apps/web: configmap:settings the checksum does not reach it"]
    );
    assert_eq!(document["findings"], json!([]));
}

#[test]
fn what_people_see() {
    let Some(project) = project(BY_KEY) else { return };
    let apps = "releases:\n\
        - {name: web, namespace: apps, chart: ../charts/web, needs: [redis], values: [../web.yaml, ../checksums/web.checksum.yaml]}\n\
        - {name: worker, namespace: apps, chart: ../charts/web, values: [../worker.yaml]}\n\
        - {name: redis, namespace: apps, chart: ../charts/redis, values: [../redis.yaml]}\n";
    let platform = "releases:\n- {name: platform, namespace: apps, chart: ../charts/platform, values: [../platform.yaml]}\n";
    project.shell("rm helmfile.yaml");
    project.write("helmfile.d/apps.yaml", apps);
    project.write("helmfile.d/platform.yaml", platform);
    project.chart(
        "redis",
        &PLATFORM.replace("name: db", "name: redis").replace("name: settings", "name: redis"),
    );
    project.write("redis.yaml", "secret: {password: s3cret}\nconfig: {port: \"6379\"}\n");
    let reads = |name: &str| BY_SECRET.replace("name: db", &format!("name: {name}"));
    project.write("web.yaml", &format!("# helmsum: secret:redis from=redis\n{}", reads("redis")));
    project.write("worker.yaml", &reads("db"));
    project.chart("web", WEB);
    let mut gallery = Gallery::default();
    for (heading, arguments) in [
        ("what is seen", &[][..]),
        ("what is declared", &["--no-render"]),
        ("for Mermaid", &["--output", "mermaid"]),
        ("for Graphviz", &["--output", "dot"]),
        ("as JSON", &["--output", "json"]),
        ("for GitHub Actions", &["--output", "github"]),
    ] {
        let run = project.helmsum(&[&["graph"], arguments].concat());
        let command = [&["$ helmsum graph"], arguments].concat().join(" ");
        let text = format!("{command}\n{}{}exit code {}\n", run.stdout(), run.stderr(), run.code());
        gallery.text(heading, &text.replace(project.root.to_str().expect("UTF-8"), "/repo"));
    }
    gallery.matches_snapshot("graph-rendered");
}

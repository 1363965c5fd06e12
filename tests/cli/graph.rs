//! Who depends on what of whom, as far as it is declared, and what is deployed first.

use serde_json::Value;

use crate::support::repo::{Repo, schema};

/// A release with a values file of its own name, in a state file that lies one folder deep.
fn release(name: &str, more: &str) -> String {
    format!(
        "  - {{ name: {name}, namespace: shop, chart: ../chart, values: [../values/{name}.yaml]{more} }}\n"
    )
}

fn releases(all: &[String]) -> String {
    format!("releases:\n{}", all.concat())
}

/// Two files that are deployed at the same time: `web` and `worker` depend on what others have, in their file and in the other one.
pub(super) fn shop() -> Repo {
    let apps = [
        release("worker", ""),
        release("web", ", needs: [settings]"),
        release("settings", ""),
        release("late", ", needs: [web]"),
    ];
    let values = [
        ("web", "# helmsum: ../files from=settings\n# helmsum: release:shop/platform\n"),
        (
            "worker",
            "# helmsum: ../files from=settings\n# helmsum: configmap:own\n# helmsum: ../files/a as a from=late\n",
        ),
        ("late", "# helmsum: ../files from=settings\n# helmsum: ../files/a as a from=worker\n"),
    ];
    let repo = Repo::new()
        .file("helmfile.d/apps.yaml", releases(&apps))
        .file("helmfile.d/platform.yaml", releases(&[release("platform", "")]))
        .file("values/settings.yaml", "{}\n")
        .file("values/platform.yaml", "{}\n")
        .file("files/a", "1");
    values.into_iter().fold(repo, |repo, (name, text)| repo.file(&format!("values/{name}.yaml"), text))
}

/// A state file that lists two others, of which the second has what the first depends on.
pub(super) fn listed() -> Repo {
    let one = [release("web", "")];
    Repo::new()
        .file(
            "root/helmfile.yaml",
            format!("helmfiles: [../one/helmfile.yaml, ../two]\n{}", releases(&[release("top", "")])),
        )
        .file("one/helmfile.yaml", releases(&one))
        .file("two/a.yaml", releases(&[release("platform", "")]))
        .file("two/b.yaml", releases(&[release("worker", "")]))
        .file("helmfile.yaml", "helmfiles: [root/helmfile.yaml]\n")
        .file("values/web.yaml", "# helmsum: ../files from=platform\n# helmsum: ../files/a from=top\n")
        .file("values/worker.yaml", "# helmsum: ../files from=platform\n")
        .file("values/top.yaml", "# helmsum: ../files from=platform\n")
        .file("values/platform.yaml", "{}\n")
        .file("files/a", "1")
}

/// A project in which only one environment has an order.
pub(super) fn environments() -> Repo {
    let state = "environments:\n  default: {}\n  production: {}\n---\nreleases:\n\
        - { name: settings, namespace: shop, chart: ./chart }\n\
        - name: web\n  namespace: shop\n  chart: ./chart\n  values: [web.yaml]\n\
        {{- if eq .Environment.Name \"production\" }}\n  needs: [settings]\n{{- end }}\n";
    Repo::new()
        .file("helmfile.yaml.gotmpl", state)
        .file("web.yaml", "# helmsum: ./files from=settings\n")
        .file("files/a", "1")
}

/// The edges of a graph: `producer consumer reason`.
fn edges(repo: &Repo) -> Vec<String> {
    let document = repo.json();
    assert_eq!(schema("graph", &document), Vec::<String>::new());
    let text = |value: &Value| value.as_str().expect("a text").trim_start_matches("shop/").to_owned();
    let edges = document["edges"].as_array().expect("a list").iter();
    edges
        .map(|edge| {
            let ends =
                [&edge["producer"]["release"], &edge["consumer"]["release"], &edge["reason"]].map(text);
            ends.join(" ")
        })
        .collect()
}

fn graph(repo: Repo, options: &[&str]) -> Repo {
    repo.helmsum_on(b"", [&["graph", "--no-render", "--output", "json"], options].concat()).exits(0)
}

#[test]
fn each_edge_says_what_puts_its_producer_first() {
    let repo = graph(shop(), &[]);
    assert_eq!(
        edges(&repo),
        [
            "settings worker unneeded",
            "late worker unneeded",
            "settings web needs",
            "platform web together",
            "worker late wave",
            "settings late needs"
        ]
    );
    assert_eq!(repo.json()["edges"][3]["objects"][0]["object"], "release:shop/platform");
    let summary = serde_json::json!({
        "releases": 5, "edges": 6, "ordered": 2, "byChance": 1, "notOrdered": 3, "withoutRestart": 0
    });
    assert_eq!(repo.json()["summary"], summary);
    let repo = graph(shop(), &["--sequential-helmfiles"]);
    assert!(edges(&repo).contains(&"platform web later".to_owned()), "{:?}", edges(&repo));
}

#[test]
fn state_files_that_are_listed_have_an_order() {
    let repo = graph(listed(), &[]);
    assert_eq!(
        edges(&repo),
        ["platform web later", "top web later", "platform worker together", "platform top file"]
    );
    let repo = graph(listed(), &["--sequential-helmfiles"]);
    assert_eq!(
        edges(&repo),
        ["platform web later", "top web later", "platform worker file", "platform top file"]
    );
    let files = repo.json()["files"].clone();
    let waves = |file: usize| files[file]["waves"][0]["wave"].as_u64().expect("a number");
    assert_eq!([0, 1, 2, 3].map(waves), [1, 2, 3, 4]);
}

#[test]
fn a_selector_leaves_what_others_depend_on() {
    let repo = graph(shop(), &["-l", "name=web"]);
    assert_eq!(edges(&repo), ["settings web needs", "platform web together"]);
    assert_eq!(repo.json()["summary"]["releases"], 3);
    let repo = graph(shop(), &["--release", "shop/platform"]);
    assert_eq!(edges(&repo), [""; 0]);
}

#[test]
fn environments_have_an_order_each() {
    let repo = graph(environments(), &["--all-environments"]);
    assert_eq!(edges(&repo), ["settings web unneeded", "settings web needs"]);
    let environments: Vec<Value> = repo.json()["edges"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|edge| edge["environment"].clone())
        .collect();
    assert_eq!(environments, ["default", "production"]);
}

#[test]
fn a_release_is_told_apart_by_its_cluster() {
    let release = |name: &str, context: &str, more: &str| {
        format!("  - {{ name: {name}, namespace: shop, kubeContext: {context}, chart: ../chart{more} }}\n")
    };
    let state = releases(&[
        release("settings", "one", ""),
        release("settings", "two", ""),
        release("web", "two", ", needs: [settings], values: [../values/web.yaml]"),
    ]);
    let repo = shop()
        .file("helmfile.d/apps.yaml", state)
        .file("values/web.yaml", "# helmsum: ../files from=settings\n");
    let repo = graph(repo, &[]);
    assert_eq!(edges(&repo), ["settings web needs"]);
    assert_eq!(repo.json()["edges"][0]["producer"]["kubeContext"], "two");
}

#[test]
fn what_only_rendering_tells_is_said() {
    let repo = shop().file("values/web.yaml", "# helmsum: configmap:settings\n# helmsum: auto\n");
    let repo = graph(repo, &[]);
    assert_eq!(
        repo.json()["unnamed"],
        serde_json::json!(["`configmap:settings` of `shop/web`", "`auto` of `shop/web`"])
    );
    repo.helmsum(["graph", "--no-render"])
        .exits(0)
        .says("note: only rendering tells whose these are: `configmap:settings` of `shop/web`, `auto` of `shop/web`")
        .helmsum(["graph", "--no-render", "--output", "dot"])
        .exits(0)
        .complains("only rendering tells");
}

#[test]
fn a_source_of_a_release_that_is_not_there_is_said() {
    let repo = shop().file("values/web.yaml", "# helmsum: ../files from=shop/gone\n");
    repo.helmsum(["graph", "--no-render"]).exits(0).says(
        "note: no edge is shown for sources of releases that are not deployed: `../files` of `shop/web`, which says `from=shop/gone`",
    );
}

#[test]
fn a_state_that_cannot_be_read_is_an_error_beside_a_drawing() {
    let broken = || shop().file("helmfile.d/apps.yaml", "releases: [\n");
    broken().helmsum(["graph", "--output", "mermaid"]).exits(1).complains("error: ").says("flowchart LR");
    broken().helmsum(["graph"]).exits(1).does_not_say("there is no helm");
}

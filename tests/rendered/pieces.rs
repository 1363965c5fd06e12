//! What moves `release:` and what does not: a row of the table in `docs/sources.md` for each test.

use std::collections::BTreeSet;

use crate::project::Project;

const STATE: &str = "\
# The web front end.
repositories:
- {name: stable, url: 'https://user:secret@charts.example.org/stable'}
releases:
- name: web
  namespace: edge
  chart: ./chart
  labels: {tier: front}
  values:
  - values/base.yaml
  - values/more.yaml.gotmpl
  - inline: {a: 1, b: [x, y]}
  set:
  - {name: image.tag, value: \"1.2\"}
  - {name: script, file: files/script.sh}
  setString:
  - {name: number, value: \"007\"}
";

fn web() -> Project {
    Project::new(&[
        ("helmfile.yaml", STATE),
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", "replicas: 1\n"),
        ("chart/templates/deployment.yaml", "kind: Deployment\n"),
        ("chart/.helmignore", "*.md\n"),
        ("chart/README.md", "# web\n"),
        ("values/base.yaml", "# base\nreplicas: 2\non: yes\nlist:\n- 1\n- two\n"),
        ("values/more.yaml.gotmpl", "name: {{ .Release.Name }}\n"),
        ("files/script.sh", "echo one\n"),
    ])
}

fn state(project: Project, edit: impl Fn(&str) -> String) -> Project {
    let text = edit(STATE);
    assert_ne!(text, STATE, "the edit does something");
    project.with("helmfile.yaml", text)
}

/// The names of the pieces that an edit adds, removes or changes.
fn moved(before: Project, edit: impl Fn(Project) -> Project) -> Vec<String> {
    let one = before.contents();
    let other = edit(before).contents();
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[test]
fn everything_that_helm_is_given_is_a_piece() {
    let shown: Vec<(String, String)> = web()
        .contents()
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8")))
        .collect();
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("chart/.helmignore", "*.md\n"),
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("chart/templates/deployment.yaml", "kind: Deployment\n"),
            ("chart/values.yaml", "replicas: 1\n"),
            ("release", "{\"name\":\"web\",\"namespace\":\"edge\"}\n"),
            ("set/0", "[\"--set\",\"image.tag=1.2\"]\n"),
            ("set/1", "[\"--set-file\",\"script\"]\necho one\n"),
            ("set/2", "[\"--set-string\",\"number=007\"]\n"),
            ("values/0", "{\"list\":[1,\"two\"],\"replicas\":2,\"true\":true}\n"),
            ("values/1", "{\"name\":\"web\"}\n"),
            ("values/2", "{\"inline\":{\"a\":1,\"b\":[\"x\",\"y\"]}}\n"),
        ]
    );
}

#[test]
fn a_comment_in_the_state_moves_nothing() {
    let edit = |project| state(project, |text| text.replace("# The web front end.", "# The front end."));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn labels_of_the_release_move_nothing() {
    let edit = |project| state(project, |text| text.replace("tier: front", "tier: back, team: a"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn comments_order_and_layout_of_values_move_nothing() {
    let text = "list: [1, \"two\"] # a list\n\n\"on\": yes\nreplicas:   2 # base\n";
    let edit = |project: Project| project.with("values/base.yaml", text.replace("\"on\"", "on"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn a_values_file_of_comments_alone_moves_nothing() {
    let edit = |project: Project| {
        let project = project.with("values/empty.yaml", "# nothing yet\n");
        state(project, |text| text.replace("  - values/base", "  - values/empty.yaml\n  - values/base"))
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn another_name_of_a_values_file_moves_nothing() {
    let edit = |project: Project| {
        let text = fs_err::read(project.root.join("values/base.yaml")).expect("a file");
        let project = project.without("values/base.yaml").with("values/other.yaml", text);
        state(project, |text| text.replace("values/base", "values/other"))
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn a_value_moves_it() {
    let edit = |project: Project| project.with("values/base.yaml", "replicas: 3\non: yes\nlist: [1, two]\n");
    assert_eq!(moved(web(), edit), ["values/0"]);
}

#[test]
fn the_type_of_a_value_moves_it() {
    let edit =
        |project: Project| project.with("values/base.yaml", "replicas: \"2\"\non: yes\nlist: [1, two]\n");
    assert_eq!(moved(web(), edit), ["values/0"]);
}

#[test]
fn the_order_of_values_files_moves_it() {
    let swap = |text: &str| {
        text.replace(
            "  - values/base.yaml\n  - values/more.yaml.gotmpl\n",
            "  - values/more.yaml.gotmpl\n  - values/base.yaml\n",
        )
    };
    assert_eq!(moved(web(), |project| state(project, swap)), ["values/0", "values/1"]);
}

#[test]
fn an_inline_value_moves_it() {
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("a: 1", "a: 2"))), ["values/2"]);
}

#[test]
fn set_and_the_content_of_its_files_move_it() {
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("1.2", "1.3"))), ["set/0"]);
    assert_eq!(moved(web(), |project| project.with("files/script.sh", "echo two\n")), ["set/1"]);
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("007", "008"))), ["set/2"]);
}

#[test]
fn the_files_of_a_local_chart_move_it_but_for_ignored_ones() {
    let edit = |project: Project| project.with("chart/templates/deployment.yaml", "kind: StatefulSet\n");
    assert_eq!(moved(web(), edit), ["chart/templates/deployment.yaml"]);
    let edit = |project: Project| project.with("chart/crds/a.yaml", "kind: X\n");
    assert_eq!(moved(web(), edit), ["chart/crds/a.yaml"]);
    let edit =
        |project: Project| project.with("chart/README.md", "# other\n").with("chart/templates/.swap", "x");
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn name_and_namespace_move_it() {
    let edit = |project| state(project, |text| text.replace("namespace: edge", "namespace: core"));
    assert_eq!(moved(web(), edit), ["release"]);
}

#[test]
fn what_only_says_how_to_deploy_moves_nothing() {
    let edit = |project| {
        state(project, |text| {
            text.replace("  labels:", "  wait: true\n  timeout: 600\n  atomic: true\n  needs: []\n  labels:")
        })
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn the_state_of_another_release_moves_nothing() {
    let edit = |project| state(project, |text| format!("{text}- {{name: other, chart: ./chart}}\n"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

fn remote(version: &str) -> String {
    STATE.replace("chart: ./chart", &format!("chart: stable/web\n  version: '{version}'"))
}

#[test]
fn a_chart_in_a_repository_is_its_name_its_version_and_the_url_without_credentials() {
    let project = web().with("helmfile.yaml", remote("1.2.3"));
    let contents = project.contents();
    assert_eq!(
        String::from_utf8_lossy(&contents["chart"]),
        "{\"name\":\"stable/web\",\"repository\":\"https://charts.example.org/stable\",\"version\":\"1.2.3\"}\n"
    );
    assert!(!contents.keys().any(|name| name.starts_with("chart/")));
    let edit = |project: Project| {
        project.with("helmfile.yaml", remote("1.2.3").replace("user:secret", "user:changed"))
    };
    assert_eq!(moved(project, edit), [""; 0]);
}

#[test]
fn the_version_of_a_chart_in_a_repository_moves_it() {
    let project = || web().with("helmfile.yaml", remote("1.2.3"));
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", remote("1.2.4"))), ["chart"]);
    let other = |text: String| text.replace("charts.example.org", "mirror.example.org");
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", other(remote("1.2.3")))), ["chart"]);
}

const LOCK: &str =
    "dependencies:\n- {name: web, repository: 'https://charts.example.org/stable', version: 1.4.0}\n";

#[test]
fn a_locked_version_counts_and_not_the_constraint() {
    let project =
        || web().with("helmfile.yaml", remote("~1.2")).with("helmfile.lock", LOCK.replace("1.4", "1.2"));
    assert!(String::from_utf8_lossy(&project().contents()["chart"]).contains("\"1.2.0\""));
    let edit = |project: Project| project.with("helmfile.lock", LOCK.replace("1.4.0", "1.2.5"));
    assert_eq!(moved(project(), edit), ["chart"]);
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", remote(">=1.2"))), [""; 0]);
}

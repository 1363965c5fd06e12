//! `helmsum state --embed-values`, beside `helmfile build --embed-values` and what helm gets.

use std::process::Command;

use helmsum::internals::yaml;
use serde_json::{Value as Json, json};

use super::project::Project;
use super::stand_in::{Then, helmfile, stand_in, tools};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const DUMP: &str = "values: {{ .Values | toJson | quote }}\n";

fn web(state: &str, files: &[(&str, &str)]) -> Project {
    let project = Project::new(&[
        ("helmfile.yaml", state),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/dump.yaml", DUMP),
    ]);
    files.iter().fold(project, |project, (name, content)| project.with(name, content))
}

/// Runs helmsum in a project: whether it succeeded, and what it printed.
fn helmsum(project: &Project, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_helmsum"))
        .args(arguments)
        .current_dir(&project.root)
        .env_clear()
        .envs(&project.variables)
        .output()
        .expect("helmsum runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// The values lists that helmsum prints, by release.
fn ours(project: &Project) -> Json {
    let (good, out, err) = helmsum(project, &["state", "--embed-values", "--output", "json"]);
    assert!(good, "{out}{err}");
    let document: Json = serde_json::from_str(&out).expect("JSON");
    let releases = document["documents"].as_array().expect("documents").iter();
    releases
        .flat_map(|document| document["releases"].as_array().expect("releases").clone())
        .map(|release| json!([release["name"], release["values"]]))
        .collect()
}

/// The same from helmfile.
fn built(project: &Project, printed: &str) -> Json {
    assert!(printed.contains("---\n#  Source: "), "{project:?}", project = project.root);
    let mut lists = Vec::new();
    for document in printed.split("---\n#  Source: ").skip(1) {
        let (_, body) = document.split_once('\n').expect("a source line");
        let nodes = yaml::parse(body.as_bytes(), &yaml::Limits::default()).expect("YAML");
        let value = nodes[0].decode().expect("YAML");
        let text =
            helmsum::internals::value::json::encode(&value, helmsum::internals::value::json::Style::Raw)
                .expect("JSON");
        let state: Json = serde_json::from_str(&text).expect("JSON");
        for release in state["releases"].as_array().into_iter().flatten() {
            let values = if release["values"].is_null() { json!([]) } else { release["values"].clone() };
            lists.push(json!([release["name"], values]));
        }
    }
    lists.into()
}

/// Projects that are the same to `helmfile build --embed-values` and to helm.
const ALIKE: &[(&str, &[(&str, &str)])] = &[
    (
        "releases:\n- name: web\n  chart: ./chart\n  values: [v.yaml, w.yaml.gotmpl, {inline: {a: [1, x]}}, empty.yaml]\n",
        &[
            (
                "v.yaml",
                "# comment\na: 1\nb: true\nc: ~\nd: [1, 1.5, \"1\", 'x', null, {e: f}]\nf: |\n  two\n  lines\ng: >-\n  folded\n  text\nh: {}\ni: []\nj: 0x1F\nk: 010\nl: 1_000\nm: 1e3\nnn: 12:30\no: &o {p: 1}\nq: {<<: *o, r: 2}\ns: \"yes\"\nt: -0.5\nu: 0.1\n---\nsecond: document\n",
            ),
            (
                "w.yaml.gotmpl",
                "name: {{ .Release.Name }}\nlabels: {{ .Release.Labels | toJson }}\n{{- range until 2 }}\nk{{ . }}: {{ . }}\n{{- end }}\n",
            ),
            ("empty.yaml", "# nothing\n"),
        ],
    ),
    (
        "missingFileHandler: Error\nreleases:\n- name: web\n  chart: ./chart\n  missingFileHandler: Warn\n  valuesPathPrefix: v/\n  valuesTemplate: [{t: \"{{ .Release.Name }}\"}]\n  values: [a.yaml, gone.yaml, \"g*.yaml\"]\n- name: none\n  chart: ./chart\n- name: off\n  installed: false\n  chart: ./chart\n  values: [v/a.yaml]\n",
        &[("v/a.yaml", "a: 1\n"), ("v/g1.yaml", "g: {h: i}\n")],
    ),
    (
        "values: [{x: 1}]\n---\nhelmfiles: [sub/helmfile.yaml]\nreleases: [{name: top, chart: ./chart, values: [sub/a.yaml]}]\n",
        &[
            ("sub/helmfile.yaml", "releases: [{name: web, chart: ../chart, values: [a.yaml, b.gotmpl]}]\n"),
            ("sub/a.yaml", "a: 1\n"),
            ("sub/b.gotmpl", "{{ readFile \"a.yaml\" }}b: {{ .Values | toJson }}\n"),
        ],
    ),
];

#[test]
fn values_lists_are_those_of_helmfile_build() {
    let Some(tools) = tools() else { return };
    for (state, files) in ALIKE {
        let project = web(state, files);
        let helm = stand_in(&project, &tools, Then::Stop);
        let printed = helmfile(&project, &tools, &["-b", helm.as_str(), "build", "--embed-values"]);
        assert_eq!(ours(&project), built(&project, &printed), "{state}");
    }
}

/// Where `helmfile build --embed-values` shows something else than helm gets: the files, what build shows, what helm gets.
const APART: &[(&str, &str, &str)] = &[
    (
        "a: yes\nb: [on, Off, n]\ny: 1\n",
        r#"{"a":"yes","b":["on","Off","n"],"y":1}"#,
        r#"{"a":true,"b":[true,false,false],"true":1}"#,
    ),
    ("a: 2024-01-01\n", r#"{"a":"2024-01-01T00:00:00Z"}"#, r#"{"a":"2024-01-01"}"#),
    ("x: &x {a: 1}\nz: {a: 2, <<: *x}\n", r#"{"x":{"a":1},"z":{"a":2}}"#, r#"{"x":{"a":1},"z":{"a":1}}"#),
];

#[test]
fn where_helmfile_build_differs_from_helm_it_is_helm_that_counts() {
    let Some(tools) = tools() else { return };
    for (text, build, helm_gets) in APART {
        let project = web("releases: [{name: web, chart: ./chart, values: [v.yaml]}]\n", &[("v.yaml", text)]);
        let helm = stand_in(&project, &tools, Then::Render);
        let expected: Json = serde_json::from_str(helm_gets).expect("JSON");
        let printed = helmfile(&project, &tools, &["-b", helm.as_str(), "build", "--embed-values"]);
        let theirs: Json = serde_json::from_str(build).expect("JSON");
        assert_eq!(built(&project, &printed)[0][1][0], theirs, "{text}");
        assert_eq!(ours(&project)[0][1][0], expected, "{text}");
        let printed = helmfile(&project, &tools, &["-b", helm.as_str(), "template"]);
        let nodes = yaml::parse(printed.as_bytes(), &yaml::Limits::default()).expect("YAML");
        let manifest = nodes[0].decode_map().expect("YAML").expect("a map");
        let dumped = manifest.get("values").expect("values");
        let dumped: Json = serde_json::from_str(dumped.as_str().expect("a text")).expect("JSON");
        assert_eq!(dumped, expected, "{text}");
    }
}

#[test]
fn a_missing_file_that_helm_never_misses_is_left_out() {
    let Some(tools) = tools() else { return };
    let state =
        "missingFileHandler: Info\nreleases: [{name: web, chart: ./chart, values: [gone.yaml, {a: 1}]}]\n";
    let project = web(state, &[]);
    let helm = stand_in(&project, &tools, Then::Render);
    let printed = helmfile(&project, &tools, &["-b", helm.as_str(), "template"]);
    assert!(printed.contains("values: \"{\\\"a\\\":1}\""), "{printed}");
    assert_eq!(ours(&project), json!([["web", [{"a": 1}]]]));
}

#[test]
fn secrets_stay_paths() {
    let state = "releases: [{name: web, chart: ./chart, values: [{a: 1}], secrets: [s.yaml]}]\n";
    let project = web(state, &[("s.yaml", "password: marker-4711\n")]);
    let (good, out, _) = helmsum(&project, &["state", "--embed-values", "--output", "json"]);
    assert!(
        good && !out.contains("marker-4711") && out.contains("\"secrets\": [\n            \"s.yaml\""),
        "{out}"
    );
}

#[test]
fn what_cannot_be_embedded_is_an_error_with_its_place() {
    let state = "releases:\n- name: web\n  chart: ./chart\n  values: [v.yaml]\n";
    for (text, said) in
        [("a: ref+echo://some\n", "`--embed-values` would show"), ("a: [\n", "v.yaml"), ("- 1\n", "no map")]
    {
        let (good, out, err) = helmsum(&web(state, &[("v.yaml", text)]), &["state", "--embed-values"]);
        assert!(!good && out.is_empty() && err.contains(said), "{out}{err}");
    }
    let (good, _, err) = helmsum(&web(state, &[]), &["state", "--embed-values"]);
    assert!(!good && err.contains("there is no values file `v.yaml`"), "{err}");
}

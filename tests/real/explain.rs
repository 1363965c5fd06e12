//! `helmsum explain` with the real helm: sources that it renders, the workloads that restart, and who reads what is made of a file.

use serde_json::{Value, json};

use crate::audit::project::{BY_KEY, BY_SECRET, PLATFORM, STATE, WEB, project};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;
use crate::support::repo::schema;

const DIRECTIVE: &str = "# helmsum: configmap:settings\n";

/// The answer of a run, which is as its schema says.
#[track_caller]
fn answer(project: &Project, arguments: &[&str]) -> Value {
    let run = project.helmsum(&[&["explain", "--output", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
    assert_eq!(schema("explain", &document), Vec::<String>::new());
    document
}

/// Readings as `KIND NAME reads KIND NAME: VERDICT`.
fn readings(list: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| {
        let workload = ["kind", "name"].map(|key| word(&one["workload"][key])).join(" ");
        format!("{workload} reads {} {}: {}", word(&one["kind"]), word(&one["name"]), word(&one["verdict"]))
    };
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(one).collect()
}

/// A project in which `platform` makes the `ConfigMap` of a file, and `web` declares `directive`.
fn of_file(directive: &str) -> Option<Project> {
    let project = project(&format!("{directive}{BY_KEY}"))?;
    std::fs::remove_file(project.root.join("platform.yaml")).expect("a file");
    project.write("helmfile.yaml", &STATE.replace("platform.yaml", "platform.yaml.gotmpl"));
    project.write("colours.yaml", "colour: red\n");
    project.write("password.txt", "s3cret");
    project.write("README.md", "words\n");
    project.write(
        "platform.yaml.gotmpl",
        "config:\n{{ readFile \"colours.yaml\" | indent 2 }}\nsecret: {password: {{ readFile \"password.txt\" | quote }}}\n",
    );
    Some(project)
}

#[test]
fn an_object_has_lines_a_producer_and_no_command() {
    let Some(project) = project(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let text = project.helmsum(&["explain", "web"]).succeeds();
    for line in [
        "  configmap:settings (from apps/platform)  1 key  3 B  web.yaml:1\n",
        "  data/colour\n",
        "    by hand    no command: it is data that helm renders for release `apps/platform`, in no file as they are hashed\n",
        "    order      apps/platform is deployed before it: `needs`\n",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert!(!text.contains("pods"), "{text}");
    project.edit("web.yaml", DIRECTIVE, "# helmsum: secret:db\n");
    let text = project.helmsum(&["explain", "web"]).succeeds();
    assert!(
        text.contains("no command: it is data of a Secret that helm renders for release `apps/platform`"),
        "{text}"
    );
    assert!(
        text.contains("what it is made of is secret, and not shown") && !text.contains("data/password"),
        "{text}"
    );
    let sealed =
        "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db}\nspec: {a: b}\n";
    project.chart("platform", &format!("{PLATFORM}{sealed}"));
    project.edit("web.yaml", "secret:db", "object:SealedSecret/db");
    let told = answer(&project, &["web"]);
    let why = told["explained"][0]["sources"][0]["whyNoCommand"].clone();
    assert!(
        why.as_str().is_some_and(|why| why.contains("that helm renders for release `apps/platform`")),
        "{told}"
    );
}

#[test]
fn workloads_that_restart_are_told_with_what_they_read() {
    let Some(project) = project(&format!("{DIRECTIVE}{BY_KEY}")) else { return };
    let idle = WEB
        .replace("  name: {{ .Release.Name }}\n", "  name: idle\n")
        .replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n");
    project.chart("web", &format!("{WEB}---\n{idle}"));
    let told = answer(&project, &["web", "--render"]);
    let pods = &told["explained"][0]["pods"];
    let restarts: Vec<&str> = pods["restarts"]["workloads"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(restarts, ["web"]);
    assert_eq!(
        readings(&pods["readings"]),
        [
            "Deployment web reads ConfigMap settings: covered",
            // The checksum does not reach it.
            "Deployment idle reads ConfigMap settings: missed"
        ]
    );
    assert!(!project.root.join("web.checksum.yaml").exists(), "nothing is written");
}

#[test]
fn a_release_without_sources_says_what_its_pods_read() {
    let Some(project) = project(BY_SECRET) else { return };
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    project.chart("web", &WEB.replace("{{ .Values.configChecksum | quote }}", "a"));
    let told = answer(&project, &["web", "platform", "--render"]);
    assert_eq!(
        readings(&told["undeclared"][0]["pods"]["readings"]),
        ["Deployment web reads Secret db: unbridged"]
    );
    assert_eq!(told["undeclared"][1]["pods"]["readings"], json!([]));
    // It is no finding here: `helmsum audit` judges.
    assert_eq!(told["findings"], json!([]));
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    let told = answer(&project, &["web", "--render"]);
    let why = told["undeclared"][0]["pods"]["whyNot"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("shelf/web"), "{told}");
}

#[test]
fn a_file_is_told_with_what_is_made_of_it_and_who_reads_that() {
    let Some(project) = of_file("") else { return };
    let told = answer(&project, &["colours.yaml", "--render"]);
    let path = &told["paths"][0];
    assert_eq!(path["moves"], json!([]));
    assert_eq!(
        path["readBy"],
        json!([{ "name": "apps/platform", "environment": "default", "how": "template" }])
    );
    let makes = path["makes"].as_array().expect("a list");
    assert_eq!(makes.len(), 1, "{path}");
    assert_eq!([&makes[0]["kind"], &makes[0]["name"]], ["ConfigMap", "settings"]);
    assert_eq!(readings(&makes[0]["readings"]), ["Deployment web reads ConfigMap settings: unbridged"]);
    // What is rendered to be searched alone is known here, too.
    project.edit(
        "platform.yaml.gotmpl",
        "{{ readFile \"colours.yaml\" | indent 2 }}",
        "  colour: {{ (readFile \"colours.yaml\" | fromYaml).colour }}",
    );
    let read_by = |arguments: &[&str]| {
        answer(&project, &[&["colours.yaml"], arguments].concat())["paths"][0]["readBy"].clone()
    };
    assert_eq!(
        read_by(&["--render"]),
        json!([{ "name": "apps/platform", "environment": "default", "how": "template" }])
    );
    // A directory stands for its files.
    let told = answer(&project, &["--path", ".", "--render"]);
    let names: Vec<&Value> =
        told["paths"][0]["makes"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["settings", "db"]);
    let told = answer(&project, &["README.md", "--render"]);
    assert_eq!(told["paths"][0]["makes"], json!([]));
    let told = answer(&project, &["./gone", "--render"]);
    assert_eq!(told["paths"][0]["makes"], Value::Null);
}

#[test]
fn an_object_as_a_source_moves_with_the_files_that_it_is_made_of() {
    let Some(project) = of_file(DIRECTIVE) else { return };
    let moves = |path: &str, arguments: &[&str]| {
        let told = answer(&project, &[&["--path", path], arguments].concat());
        let all = told["paths"][0]["moves"].as_array().expect("a list").clone();
        all.iter().map(|one| format!("{} {}", one["source"], one["certain"])).collect::<Vec<_>>()
    };
    assert_eq!(moves("colours.yaml", &["--render"]), ["\"configmap:settings\" true"]);
    // The same release reads it, but nothing of it gets to the object.
    assert_eq!(moves("password.txt", &["--render"]), [""; 0]);
    // Without rendering, nobody knows.
    for path in ["colours.yaml", "password.txt"] {
        assert_eq!(moves(path, &[]), ["\"configmap:settings\" false"], "{path}");
    }
    assert_eq!(moves("README.md", &[]), [""; 0]);
}

#[test]
fn what_cannot_be_seen_is_not_said_to_be_nothing() {
    let Some(project) = of_file(DIRECTIVE) else { return };
    // helm reads it by itself, and nobody tries another chart.
    for arguments in [&[][..], &["--render"]] {
        let template = "charts/platform/templates/all.yaml";
        assert!(project.root.join(template).exists(), "the chart has it");
        let told = answer(&project, &[&["--path", template], arguments].concat());
        let path = &told["paths"][0];
        assert_eq!(path["makes"], Value::Null);
        assert_eq!(
            [&path["moves"][0]["source"], &path["moves"][0]["certain"]],
            [&json!("configmap:settings"), &json!(false)]
        );
        assert_eq!(
            path["readBy"],
            json!([{ "name": "apps/platform", "environment": "default", "how": "chart" }])
        );
    }
    // The release that makes the object cannot be rendered.
    project.edit("helmfile.yaml", "./charts/platform", "shelf/platform");
    for arguments in [&[][..], &["--render"]] {
        let told = answer(&project, &[&["--path", "colours.yaml"], arguments].concat());
        let path = &told["paths"][0];
        assert_eq!(
            [&path["moves"][0]["source"], &path["moves"][0]["certain"]],
            [&json!("configmap:settings"), &json!(false)]
        );
        assert_eq!(told["errors"].as_array().map(Vec::len), Some(1), "{told}");
        let unseen = if arguments.is_empty() { json!([]) } else { json!(["apps/platform", "apps/web"]) };
        assert_eq!(path["notRendered"], unseen, "{told}");
    }
    let text = project.helmsum(&["explain", "colours.yaml", "--render"]).stdout();
    assert!(
        text.contains(
            "makes      not known of apps/platform, apps/web: not rendered, `helmsum audit` says why\n"
        ),
        "{text}"
    );
}

/// What is said to restart is what helmfile renders otherwise.
#[test]
fn what_is_told_of_a_file_is_what_a_change_of_it_does() {
    for directive in
        ["# helmsum: ./colours.yaml\n", DIRECTIVE, "# helmsum: release:platform\n", "# helmsum: auto\n"]
    {
        let Some(project) = of_file(directive) else { return };
        let template = || {
            project.helmsum(&["generate"]).succeeds();
            project.helmfile(&["--quiet", "-l", "name=web", "template", "--skip-deps"]).succeeds()
        };
        for file in ["colours.yaml", "password.txt", "README.md", "web.yaml", "charts/platform/values.yaml"] {
            project.write("charts/platform/values.yaml", "a: b\n");
            let before = template();
            let told = answer(&project, &["--path", file, "--render"]);
            let moves = told["paths"][0]["moves"].as_array().expect("a list").clone();
            let text = project.read(file);
            let other = text
                .replace("red", "blue")
                .replace("s3cret", "other")
                .replace("words", "word")
                .replace("a: b", "a: c");
            project.write(file, &format!("{}\n", other.replace("image: web", "image: web\n")));
            let is_moved = before != template();
            project.write(file, &text);
            let is_certain = moves.iter().any(|one| one["certain"] == true);
            assert!(is_moved || !is_certain, "{file} with {directive}{told}");
            assert!(!is_moved || !moves.is_empty(), "{file} with {directive}{told}");
        }
    }
}

#[test]
fn what_an_auto_finds_is_told_with_where_it_is_declared() {
    let Some(project) = project(&format!("# helmsum: auto\n{BY_KEY}")) else { return };
    let told = answer(&project, &["web"]);
    assert_eq!(told["explained"][0]["auto"], json!({ "file": "web.yaml", "line": 1 }));
    assert_eq!(told["explained"][0]["sources"][0]["label"], "configmap:settings");
    let text = project.helmsum(&["explain", "web"]).succeeds();
    assert!(
        text.contains("  auto       web.yaml:1: what pods read of other releases is a source, too\n"),
        "{text}"
    );
}

/// What `explain` prints.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let run = project.helmsum(&[&["explain"], arguments].concat());
    let text = format!("{}{}", run.stdout(), run.stderr());
    let text = text.replace(project.root.to_str().expect("UTF-8"), "/repo");
    format!("$ helmsum explain {}\n{text}exit code {}\n", arguments.join(" "), run.code())
}

#[test]
fn what_people_see() {
    let Some(project) = of_file(DIRECTIVE) else { return };
    let mut gallery = Gallery::default();
    gallery.text("an object as a source", &shown(&project, &["web"]));
    gallery.text("the same with its pods", &shown(&project, &["web", "--render"]));
    gallery.text(
        "files that it is made of, and others",
        &shown(&project, &["colours.yaml", "README.md", "--render"]),
    );
    project.write("web.yaml", BY_SECRET);
    gallery.text("what nobody declared", &shown(&project, &["password.txt", "platform", "--render"]));
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    gallery.text("a chart that is not at hand", &shown(&project, &["web", "--render"]));
    gallery.matches_snapshot("explain-render");
}

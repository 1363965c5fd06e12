//! `helmsum audit --prove`: whatever is broken is found, and what works is proved.

use std::path::PathBuf;

use fs_err as fs;
use serde_json::{Value, json};

use crate::audit::project::{BY_KEY, MOUNTED, PLATFORM, WEB};
use crate::diff::committed;
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;
use crate::support::programs;
use crate::support::repo::schema;
use crate::support::sandbox::Sandbox;

/// A copy of an example. Nothing without the programs.
fn example(name: &str) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    let sandbox = Sandbox::new(&programs, &[]);
    let root: PathBuf = sandbox.import(&format!("examples/{name}"), name);
    Some(Project { sandbox, root })
}

/// What a proof says, with the exit code.
#[track_caller]
fn prove(project: &Project, arguments: &[&str]) -> (i32, Value) {
    let run = project.helmsum(&[&["audit", "--prove", "--output", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
    assert_eq!(schema("audit", &document), Vec::<String>::new());
    (run.code(), document)
}

/// The readings that restart, and all that something moves.
fn coverage(document: &Value) -> (u64, u64) {
    let count = |key: &str| document["proof"][key].as_u64().expect("a number");
    (count("restarts"), count("readings"))
}

/// Which readings are missed, each with the inputs: `WORKLOAD OBJECT: FILE:LINE KEY`.
fn missed(document: &Value) -> Vec<String> {
    let all = document["proof"]["proved"].as_array().expect("a list").iter();
    let all = all.filter(|one| one["standing"] == "missed");
    all.map(|one| {
        format!("{} {}: {}", word(&one["workload"]["name"]), word(&one["name"]), inputs(&one["missed"]))
    })
    .collect()
}

fn surplus(document: &Value) -> Vec<String> {
    let all = document["proof"]["surplus"].as_array().expect("a list").iter();
    all.map(|one| format!("{}: {}", word(&one["workload"]["name"]), inputs(&one["inputs"]))).collect()
}

fn inputs(all: &Value) -> String {
    let one = |input: &Value| {
        let line = input["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line} {}", word(&input["file"]), word(&input["key"])).trim_end().to_owned()
    };
    all.as_array().expect("a list").iter().map(one).collect::<Vec<_>>().join(", ")
}

fn word(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

const STATE: &str = "--file=helmfile.yaml.gotmpl";

#[test]
fn the_examples_are_covered_to_the_last_reading() {
    for (name, readings) in [("gateway", 2), ("environments", 6), ("third-party", 2), ("any-chart", 1)] {
        let Some(project) = example(name) else { return };
        let (code, document) = prove(&project, &[STATE, "--all-environments", "--strict"]);
        assert_eq!((code, coverage(&document)), (0, (readings, readings)), "{name}: {document}");
        assert_eq!((missed(&document), surplus(&document)), (Vec::new(), Vec::new()), "{name}");
        let changed = project.sandbox.run(&project.root, "git", ["status", "--porcelain"]).succeeds();
        assert_eq!(changed, "", "{name}: nothing is written");
    }
}

#[test]
fn one_call_after_the_other_proves_the_same() {
    let Some(project) = example("third-party") else { return };
    // Where nothing hashes what is read, there is something to tell.
    let line = "        checksum/config: {{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}\n";
    project.edit("vendor/log-agent/templates/daemonset.yaml", line, "        a: b\n");
    let all = [STATE, "--no-cache", "logging/log-agent"];
    let (code, document) = prove(&project, &all);
    let (_, again) = prove(&project, &[&all[..], &["--jobs", "1"]].concat());
    assert_eq!((code, &document["proof"], &document["findings"]), (1, &again["proof"], &again["findings"]));
}

const DEPLOYMENT: &str = "charts/gateway/templates/deployment.yaml";
const APIS: [&str; 3] = ["admin/limits.yaml", "orders.yaml", "users.yaml"];

/// The reading of the gateway, missed with each of these files.
fn missed_with(files: &[&str]) -> Vec<String> {
    let file = |name: &&str| format!("helmfile-values/gateway/apis/{name}");
    vec![format!("gateway gateway-apis: {}", files.iter().map(file).collect::<Vec<_>>().join(", "))]
}

/// What is broken, how, and which readings are missed then.
type Break = (&'static str, Box<dyn Fn(&Project)>, Vec<String>);

#[test]
fn each_thing_that_is_broken_is_found_by_its_name() {
    let annotation = "        checksum/apis: {{ required \"configChecksum is empty: list checksum.yaml among the values of this release and run `helmsum generate`\" .Values.configChecksum | quote }}\n";
    let values = "helmfile-values/gateway/values.yaml";
    let directive = "# helmsum: ./apis from=gateway-apis\n";
    let breaks: Vec<Break> = vec![
        (
            "the annotation is removed",
            Box::new(move |project| project.edit(DEPLOYMENT, annotation, "        a: b\n")),
            missed_with(&APIS),
        ),
        (
            "it is on the Deployment, and not on its pods",
            Box::new(move |project| {
                project.edit(DEPLOYMENT, annotation, "        a: b\n");
                let own = format!("  annotations:\n    {}spec:\n  replicas", annotation.trim_start());
                project.edit(DEPLOYMENT, "spec:\n  replicas", &own);
            }),
            missed_with(&APIS),
        ),
        (
            "the source is narrowed",
            Box::new(move |project| {
                project.edit(values, "from=gateway-apis", "from=gateway-apis exclude=orders.yaml");
            }),
            missed_with(&["orders.yaml"]),
        ),
        (
            "the key is another one",
            Box::new(|project| {
                project.edit(DEPLOYMENT, ".Values.configChecksum", "\"fixed\"");
            }),
            missed_with(&APIS),
        ),
        (
            "the directive is removed",
            Box::new(move |project| {
                project.edit(values, directive, "");
                project.edit(DEPLOYMENT, annotation, "        a: b\n");
            }),
            missed_with(&APIS),
        ),
        (
            "the source is another one",
            Box::new(move |project| {
                project.edit(values, "./apis from=gateway-apis", "release:gateway-other");
                let release =
                    "  - name: gateway-other\n    namespace: edge\n    chart: ./charts/gateway-apis\n\n";
                let state = "helmfile.yaml.gotmpl";
                project.edit(
                    state,
                    "  # The Deployment mounts",
                    &format!("{release}  # The Deployment mounts"),
                );
            }),
            missed_with(&APIS),
        ),
    ];
    for (name, break_it, expected) in breaks {
        let Some(project) = example("gateway") else { return };
        break_it(&project);
        // What mounts files may look at them again, so this is a warning.
        let (code, document) = prove(&project, &[STATE, "--strict"]);
        assert_eq!((code, missed(&document)), (1, expected), "{name}: {document}");
        let codes = document["findings"].to_string();
        assert!(codes.contains("unproved-reference"), "{name}: {codes}");
    }
}

#[test]
fn a_chart_that_does_not_hash_its_own_object_gets_the_line_as_its_fix() {
    let Some(project) = example("third-party") else { return };
    let line = "        checksum/config: {{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}\n";
    project.edit("vendor/log-agent/templates/daemonset.yaml", line, "        a: b\n");
    let (code, document) = prove(&project, &[STATE, "logging/log-agent"]);
    assert_eq!((code, coverage(&document)), (1, (1, 2)), "{document}");
    let missed = missed(&document);
    assert!(
        missed[0].starts_with("log-agent log-agent: ") && missed[0].contains("config.flushSeconds"),
        "{missed:?}"
    );
    let hint = word(&document["findings"][0]["hint"]);
    let fix = "{{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}";
    assert!(hint.contains(fix), "{hint}");
    // The fix does what it says.
    let annotation = hint.split('`').nth(1).expect("code");
    project.edit(
        "vendor/log-agent/templates/daemonset.yaml",
        "        a: b\n",
        &format!("        {annotation}\n"),
    );
    let (code, document) = prove(&project, &[STATE, "logging/log-agent"]);
    assert_eq!((code, coverage(&document)), (0, (2, 2)));
}

#[test]
fn pods_that_restart_without_reading_are_told() {
    let Some(project) = committed(MOUNTED) else { return };
    project.write("web.yaml", &format!("# helmsum: ./charts/platform/files\n{MOUNTED}"));
    project.chart(
        "platform",
        &PLATFORM.replace(
            "{{- toYaml .Values.config | nindent 2 }}",
            "{{- (.Files.Glob \"files/*\").AsConfig | nindent 2 }}",
        ),
    );
    project.write("charts/platform/files/a.conf", "one\n");
    project.write("charts/platform/files/b.conf", "two\n");
    project.helmsum(&["generate"]).succeeds();
    let (code, document) = prove(&project, &["web"]);
    assert_eq!((code, coverage(&document), surplus(&document)), (0, (1, 1), Vec::new()), "{document}");
    // helm does not see it any more, and the source does.
    project.write("charts/platform/.helmignore", "files/b.conf\n");
    let (code, document) = prove(&project, &["web"]);
    assert_eq!((code, coverage(&document)), (0, (1, 1)), "{document}");
    assert_eq!(surplus(&document), ["web: charts/platform/files/b.conf"]);
    assert_eq!(document["findings"][0]["code"], "surplus-restart");
    // One more workload that has the checksum and reads nothing.
    fs::remove_file(project.root.join("charts/platform/.helmignore")).expect("it is there");
    let idle = WEB
        .replace("  name: {{ .Release.Name }}\n", "  name: idle\n")
        .replace("{{- toYaml .Values.pod | nindent 6 }}", "containers: [{name: a, image: b}]");
    project.chart("web", &format!("{WEB}---\n{idle}"));
    let (_, document) = prove(&project, &["web"]);
    assert_eq!(surplus(&document), ["idle: charts/platform/files/a.conf, charts/platform/files/b.conf"]);
}

#[test]
fn what_is_accepted_or_moved_by_nothing_is_counted_apart() {
    let Some(project) =
        committed(&format!("# helmsum: accept configmap:settings read at every request\n{BY_KEY}"))
    else {
        return;
    };
    let (code, document) = prove(&project, &[]);
    assert_eq!((code, coverage(&document)), (0, (0, 0)), "{document}");
    assert_eq!(document["proof"]["proved"][0]["standing"], "accepted");
    let Some(project) = committed(BY_KEY) else { return };
    let made = |colour: &str| PLATFORM.replace("{{- toYaml .Values.config | nindent 2 }}", colour);
    project.chart("platform", &made("colour: {{ \"red\" }}"));
    let (_, document) = prove(&project, &[]);
    assert_eq!(document["proof"]["proved"][0]["standing"], "still");
    let (_, document) = prove(&project, &["platform"]);
    assert_eq!(document["proof"]["proved"], json!([]), "it reads nothing");
}

#[test]
fn an_object_in_the_file_of_its_reader_has_to_leave_it_first() {
    let Some(project) = committed(&BY_KEY.replace("name: settings", "name: own")) else { return };
    let own = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {colour: red}\n";
    project.chart("web", &format!("{WEB}{own}"));
    let (code, document) = prove(&project, &["web"]);
    assert_eq!((code, coverage(&document)), (1, (0, 1)), "{document}");
    let hint = word(&document["findings"][0]["hint"]);
    assert!(hint.starts_with("move it to a template file of its own, and hash it"), "{hint}");
    assert!(hint.contains("/FILE"), "{hint}");
}

#[test]
fn what_only_a_template_says_is_changed_there() {
    let Some(project) = committed(BY_KEY) else { return };
    let made = PLATFORM.replace("{{- toYaml .Values.config | nindent 2 }}", "colour: red");
    project.chart("platform", &made);
    let (code, document) = prove(&project, &[]);
    let line = made.lines().position(|line| line == "  colour: red").expect("it is there") + 1;
    let of_template = format!("web settings: charts/platform/templates/all.yaml:{line}");
    assert_eq!((code, missed(&document)), (1, vec![of_template]), "{document}");
    project.write("web.yaml", &format!("# helmsum: configmap:settings from=platform\n{BY_KEY}"));
    project.helmsum(&["generate"]).succeeds();
    let (code, document) = prove(&project, &[]);
    assert_eq!((code, coverage(&document)), (0, (1, 1)), "{document}");
}

#[test]
fn only_keys_that_are_read_count_and_only_objects_that_are_there() {
    let Some(project) = committed(BY_KEY) else { return };
    project.write("web.yaml", &format!("# helmsum: ./charts/platform/files\n{BY_KEY}"));
    let colour =
        "{{- toYaml .Values.config | nindent 2 }}\n  colour: {{ .Files.Get \"files/colour\" | trim }}";
    let made = PLATFORM.replace("{{- toYaml .Values.config | nindent 2 }}", colour);
    project.chart("platform", &made.replace("name: settings", "name: {{ .Values.name }}"));
    project.write("charts/platform/files/colour", "red\n");
    project.write("platform.yaml", "secret: {password: s3cret}\nname: settings\nconfig: {size: big}\n");
    project.helmsum(&["generate"]).succeeds();
    let (code, document) = prove(&project, &[]);
    assert_eq!((code, missed(&document), coverage(&document)), (0, Vec::new(), (1, 1)), "{document}");
    // Its pods restart with another size, too, since a source has all keys.
    project.write("web.yaml", &format!("# helmsum: configmap:settings from=platform\n{BY_KEY}"));
    project.helmsum(&["generate"]).succeeds();
    let (code, document) = prove(&project, &[]);
    assert_eq!((code, missed(&document), surplus(&document)), (0, Vec::new(), Vec::new()), "{document}");
}

#[test]
fn people_see_the_coverage() {
    let Some(project) = example("third-party") else { return };
    let mut gallery = Gallery::default();
    let block = |arguments: &[&str]| {
        let run = project.helmsum(arguments);
        let took = regex::Regex::new(r"in \d+\.\d s").expect("a pattern");
        let text = format!("{}{}", run.stdout(), run.stderr());
        format!(
            "$ helmsum {}\n{}exit code {}\n",
            arguments.join(" "),
            took.replace_all(&text, "in 1.2 s"),
            run.code()
        )
    };
    gallery.text("all readings restart", &block(&["audit", "--prove", STATE]));
    gallery.text("each of them", &block(&["audit", "--prove", STATE, "--verbose"]));
    let line = "        checksum/config: {{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}\n";
    project.edit("vendor/log-agent/templates/daemonset.yaml", line, "        a: b\n");
    gallery.text("one does not", &block(&["audit", "--prove", STATE]));
    gallery.text("as a page", &block(&["audit", "--prove", STATE, "--output", "markdown"]));
    project.edit(
        "helmfile-values/log-agent/values.yaml",
        "podAnnotations:\n",
        "podAnnotations:\n  checksum/other: x\n",
    );
    gallery.text("without a proof, releases are chosen otherwise", &block(&["audit", "log-agent"]));
    gallery.matches_snapshot("audit-prove");
}

//! What `check` finds of annotated releases before helm starts.

use super::{BY_THE_CHART, DIRECTIVE, annotations, project, template};
use crate::audit::project::{BY_KEY, WEB};
use crate::kinds::project::Project;
use crate::support::page::Page;
use crate::support::sandbox::Run;

/// The prepare hook of the manual, which judges releases and writes nothing.
pub(super) fn hook() -> String {
    Page::read("docs/annotate.md").tested_by("helmfile_shows_why_before_helm_starts")
}

/// What `helmsum annotate` says by itself where it fails, as Helm 4 never shows it.
fn annotated_by_hand(project: &Project) -> Run {
    let script = "set -e; helm template web charts/web --namespace apps --values web.yaml > web.manifests; \
                  helmsum annotate --file=helmfile.yaml.gotmpl --namespace= --kube-context= --release=apps/web < web.manifests";
    project.sandbox.run(&project.root, "bash", ["-c", script])
}

/// What is in brackets after `error`, else the start of the first error.
fn errors(told: &str) -> Vec<String> {
    let lines = told.lines().filter_map(|line| line.strip_prefix("error"));
    let short = |line: &str| line.split([']', ',']).next().unwrap_or_default().to_owned();
    lines.map(short).map(|line| line.replace(": release `apps/web`: ", ": ")).collect()
}

/// The project without an annotation in the chart of `web`, with another part in its place.
fn with_annotations(project: &Project, annotations: &str) {
    project.chart("web", &WEB.replace(BY_THE_CHART, annotations));
}

/// Something that `annotate` denies: the directives, what else is changed, how its error begins, and the directives in which the hint is
/// followed, where that is about them.
type Case = (&'static str, fn(&Project), &'static str, Option<&'static str>);

const NOTHING: fn(&Project) = |_| {};

const DENIED: [Case; 14] = [
    ("# helmsum: ./conf\n", NOTHING, "[unknown-reader", Some("# helmsum: ./conf from=platform\n")),
    (
        "# helmsum: ./conf on=Deployment/none\n",
        NOTHING,
        "[unknown-reader",
        Some("# helmsum: ./conf on=Deployment/web\n"),
    ),
    ("# helmsum: ./conf on=StatefulSet/web\n", NOTHING, "[unknown-reader", Some("# helmsum: ./conf on=*\n")),
    ("# helmsum: secret:db\n", NOTHING, "[unknown-reader", Some("# helmsum: secret:db on=Deployment/web\n")),
    (
        "# helmsum: sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\n",
        NOTHING,
        "[unknown-reader",
        Some("# helmsum: sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b on=*\n"),
    ),
    (
        "# helmsum: ./conf from=platfrom\n",
        NOTHING,
        ": `./conf`: there is no release `platfrom`",
        Some("# helmsum: ./conf from=platform\n"),
    ),
    ("# helmsum: ./gone on=*\n", NOTHING, "[missing-source", None),
    (
        "# helmsum: configmap:setting\n",
        NOTHING,
        ": `configmap:setting`: no ConfigMap `setting`",
        Some("# helmsum: configmap:settings\n"),
    ),
    (
        "# helmsum: configmap:settings\n# helmsum: ./conf as configmap.settings on=*\n",
        NOTHING,
        ": `./conf` and `configmap:settings` would both be the annotation",
        Some("# helmsum: configmap:settings\n# helmsum: ./conf as conf on=*\n"),
    ),
    ("# helmsum: ./conf as a on=*\n# helmsum: ./other as a on=*\n", NOTHING, "[source-clash", None),
    (
        DIRECTIVE,
        |project| with_annotations(project, "      annotations: {checksum/helmsum: abc}\n"),
        "[double-wired",
        None,
    ),
    (
        DIRECTIVE,
        |project| with_annotations(project, "      annotations: [a]\n"),
        ": annotations belong in a mapping",
        None,
    ),
    (
        DIRECTIVE,
        |project| with_annotations(project, "      annotations: {a: b}\n      <<: {annotations: {c: d}}\n"),
        ": the key `annotations` comes by itself and with a `<<`",
        None,
    ),
    (
        DIRECTIVE,
        |project| project.write("helmsum.yaml", "levels: {unknown-reader: warn}\n"),
        "[config-value",
        None,
    ),
];

#[test]
fn whatever_annotate_denies_check_has_denied() {
    for (directive, change, expected, followed) in DENIED {
        let Some(project) = project(directive) else { return };
        project.write("conf/a", "1");
        project.write("other/a", "1");
        change(&project);
        let denied = errors(&annotated_by_hand(&project).fails());
        assert!(denied.iter().any(|error| error.starts_with(expected)), "{directive}: {denied:?}");
        let told = project.helmsum(&["check"]).fails();
        let judged = errors(&told);
        for error in &denied {
            assert!(judged.contains(error), "{directive}: {error:?} is not in {judged:?}\n{told}");
        }
        assert_eq!(errors(&project.helmsum(&["generate"]).fails()), judged, "{directive}");
        if let Some(followed) = followed {
            project.write("web.yaml", &format!("{followed}{BY_KEY}"));
            project.helmsum(&["check"]).succeeds();
            let annotated = annotations(&annotated_by_hand(&project).succeeds());
            assert_eq!(annotated.len(), followed.lines().count(), "{followed}: {annotated:?}");
        }
    }
}

#[test]
fn helmfile_shows_why_before_helm_starts() {
    let Some(project) = project("# helmsum: secret:db\n") else { return };
    project.write("helmfile.yaml.gotmpl", &format!("{}{}", hook(), project.read("helmfile.yaml.gotmpl")));
    let told = template(&project, &[]).fails();
    let told: String = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["error[unknown-reader]", "no workload reads Secret `db`; there are `Deployment/web`", "web.yaml:1"]
    {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("kind: Deployment"), "nothing was rendered: {told}");
    project.edit("web.yaml", "secret:db", "secret:db on=Deployment/web");
    assert_eq!(annotations(&template(&project, &[]).succeeds()).len(), 1);
}

#[test]
fn a_warm_check_starts_no_helm() {
    let Some(project) = project("# helmsum: configmap:settings\n# helmsum: ./conf from=platform\n") else {
        return;
    };
    project.write("conf/a", "1");
    let rendered = |told: &Run| -> String {
        let line = told.stderr().lines().find(|line| line.contains("of helm")).map(str::to_owned);
        line.unwrap_or_default()
    };
    let cold = project.helmsum(&["check", "--debug"]);
    assert!(cold.success(), "{}", cold.told());
    let warm = project.helmsum(&["check", "--debug"]);
    assert!(rendered(&warm).contains(" with 0 calls of helm, "), "{}", warm.told());
    // So does helm's post-renderer.
    assert_eq!(annotations(&template(&project, &[]).succeeds()).len(), 2);
    let without = project.helmsum(&["check", "--debug", "--no-cache"]);
    // `platform`, which two sources are about, and `web`.
    assert!(rendered(&without).contains("2 releases with 3 calls of helm"), "{}", without.told());
    let verified = project.sandbox.run(&project.root, "bash", ["-c", "HELMSUM_CACHE=verify helmsum check"]);
    assert!(verified.success(), "{}", verified.told());
    // Whatever decides the verdict is a part of the key.
    project.edit("web.yaml", "from=platform", "on=Deployment/none");
    assert!(project.helmsum(&["check"]).fails().contains("names no workload"));
}

#[test]
fn a_release_that_cannot_be_rendered_here_is_noted() {
    let Some(project) = project("# helmsum: ./conf on=*\n") else { return };
    project.write("conf/a", "1");
    project.edit("helmfile.yaml.gotmpl", "chart: ./charts/web", "chart: elsewhere/web\n    version: 1.0.0");
    let told = project.helmsum(&["check", "--strict", "--all"]).succeeds();
    assert!(told.contains("note: release `apps/web` is not rendered here, so only helm will show"), "{told}");
    assert!(told.contains("helm has never fetched the repository `elsewhere`"), "{told}");
    assert!(told.contains("annotated  apps/web"), "{told}");
}

#[test]
fn no_exec_does_not_keep_an_annotated_release_from_being_looked_at() {
    let Some(project) = project("# helmsum: secret:db\n") else { return };
    // What finds the folder of the state in a template is a program.
    project.edit("helmfile.yaml.gotmpl", "{{ exec \"pwd\" (list) | trim }}/", "");
    let told = project.helmsum(&["check", "--no-exec"]).fails();
    assert!(told.contains("error[unknown-reader]"), "{told}");
}

#[test]
fn the_last_error_is_told_by_check_until_all_is_well() {
    let Some(project) = project(DIRECTIVE) else { return };
    project.edit("helmfile.yaml.gotmpl", "/helmfile.yaml.gotmpl\n", "/gone.yaml\n");
    template(&project, &[]).fails();
    let quoted = "note: release `apps/web`: when helm last ran `helmsum annotate`, that failed: error: ";
    let told = project.helmsum(&["check", "--strict"]).succeeds();
    assert!(told.contains(quoted) && told.contains("gone.yaml"), "{told}");
    assert!(!project.helmsum(&["check", "-e", "other"]).stdout().contains(quoted), "another environment");
    project.edit("helmfile.yaml.gotmpl", "/gone.yaml\n", "/helmfile.yaml.gotmpl\n");
    assert_eq!(annotations(&template(&project, &[]).succeeds()).len(), 1);
    let told = project.helmsum(&["check"]).succeeds();
    assert!(!told.contains(quoted), "{told}");
    // What it denies itself is said once.
    project.edit("web.yaml", "configmap:settings", "secret:db");
    template(&project, &[]).fails();
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("error[unknown-reader]") && !told.contains(quoted), "{told}");
}

#[test]
fn a_list_shows_which_workloads_are_annotated() {
    let Some(project) = project(&format!("{DIRECTIVE}# helmsum: ./conf on=DaemonSet/agent\n")) else {
        return;
    };
    project.write("conf/a", "1");
    let agent = WEB
        .replace(BY_THE_CHART, "")
        .replace("Deployment", "DaemonSet")
        .replace("{{ .Release.Name }}", "agent");
    let agent = agent.replace("{{- toYaml .Values.pod | nindent 6 }}", "containers: [{name: a, image: a}]");
    let job = agent.replace("DaemonSet", "Job").replace("apps/v1", "batch/v1");
    project.chart("web", &format!("{}---\n{agent}---\n{job}", WEB.replace(BY_THE_CHART, "")));
    let told = project.helmsum(&["list", "--render"]).succeeds();
    assert!(told.contains("restarts Deployment web") && told.contains("restarts DaemonSet agent"), "{told}");
    assert!(!told.contains("Job"), "{told}");
    let document = project.helmsum(&["list", "--render", "--output", "json"]).succeeds();
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    let names: Vec<&str> = document["releases"][0]["restarts"]["workloads"]
        .as_array()
        .expect("workloads")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["agent", "web"]);
    project.write("web.yaml", BY_KEY);
    assert!(!project.helmsum(&["list", "--render"]).succeeds().contains("restarts"), "it declares nothing");
}

//! Where checksums arrive.

use super::project::{BY_KEY, STATE, WEB, audit, project};
use crate::kinds::project::Project;

const DIRECTIVE: &str = "# helmsum: configmap:settings from=apps/platform\n";

/// A project whose `web` declares the `ConfigMap` that it reads.
fn declared() -> Option<Project> {
    project(&format!("{DIRECTIVE}{BY_KEY}"))
}

/// The chart of `web` with its annotations elsewhere.
fn on_the_deployment() -> String {
    let line = "        checksum/config: {{ .Values.configChecksum | quote }}\n";
    let annotations = format!("      annotations:\n{line}");
    assert!(WEB.contains(&annotations));
    WEB.replace(&annotations, "").replace(
        "metadata:\n  name: {{ .Release.Name }}\n",
        "metadata:\n  name: {{ .Release.Name }}\n  annotations:\n    checksum/config: {{ .Values.configChecksum | quote }}\n",
    )
}

#[test]
fn an_annotation_of_the_deployment_alone_is_inert() {
    let Some(project) = declared() else { return };
    audit(&project, &[]).finds_nothing();
    project.chart("web", &on_the_deployment());
    let audited = audit(&project, &[])
        .finds(&["inert-annotation deny"])
        .reads(&["Deployment web reads ConfigMap settings: missed"]);
    let (message, hint) = audited.only("inert-annotation");
    assert_eq!(
        message,
        "the checksum of release `apps/web` reaches no pod template, so nothing restarts: it lands in `metadata.annotations[\"checksum/config\"]` of Deployment `web`"
    );
    let line = "`checksum/config: {{ .Values.configChecksum | quote }}`";
    assert!(hint.ends_with(&format!("below `spec.template.metadata.annotations`: {line}")), "{hint}");
    assert!(WEB.contains(line.trim_matches('`')));
    project.chart("web", WEB);
    let audited = audit(&project, &[]).finds_nothing();
    let restarts = &audited.document["releases"][0]["restarts"];
    assert_eq!(restarts[0]["name"], "web", "{restarts}");
}

#[test]
fn a_key_that_the_chart_does_not_use_is_inert() {
    let Some(project) = declared() else { return };
    let line = "        checksum/config: {{ .Values.configChecksum | quote }}\n";
    project.chart("web", &WEB.replace(line, "        a: b\n"));
    let (message, hint) = audit(&project, &[]).finds(&["inert-annotation deny"]).only("inert-annotation");
    assert!(
        message.ends_with("another value at the key `configChecksum` changes nothing that the chart renders"),
        "{message}"
    );
    assert!(hint.contains("`spec.template.metadata.annotations`"), "{hint}");
    // A key that only a template of the chart names.
    project.chart("web", &WEB.replace(line, "        {{- toYaml .Values.podAnnotations | nindent 8 }}\n"));
    let (_, hint) = audit(&project, &[]).finds(&["inert-annotation deny"]).only("inert-annotation");
    assert!(hint.ends_with("give the release `format: pod-annotations` and `key: podAnnotations`"), "{hint}");
    // A chart that takes annotations of pods, at another key.
    let taken = "        {{- toYaml .Values.server.podAnnotations | nindent 8 }}\n";
    project.chart("web", &WEB.replace(line, taken));
    project.write("charts/web/values.yaml", "annotations: {}\nserver: {podAnnotations: {}}\n");
    let (_, hint) = audit(&project, &[]).finds(&["inert-annotation deny"]).only("inert-annotation");
    let words: Vec<&str> = hint.split('`').skip(1).step_by(2).collect();
    assert_eq!(
        words,
        ["server.podAnnotations", "helmsum.yaml", "format: pod-annotations", "key: server.podAnnotations"],
        "{hint}"
    );
    project
        .write("helmsum.yaml", &format!("releases:\n  - release: web\n    {}\n    {}\n", words[2], words[3]));
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_block_that_a_condition_of_the_chart_leaves_out_is_not_said_to_be_unused() {
    let Some(project) = declared() else { return };
    let line = "        checksum/config: {{ .Values.configChecksum | quote }}\n";
    let block = "        {{- if .Values.rolloutChecksums.enabled }}\n        {{- range $name, $digest := .Values.rolloutChecksums.checksums.configMaps }}\n        checksum/{{ $name }}: {{ $digest }}\n        {{- end }}\n        {{- end }}\n        a: b\n";
    project.chart("web", &WEB.replace(line, block));
    project.write("charts/web/values.yaml", "rolloutChecksums: {enabled: false}\n");
    project.write("helmsum.yaml", "releases:\n  - release: web\n    format: rollout-checksums\n");
    let (message, hint) = audit(&project, &[]).finds(&["inert-annotation deny"]).only("inert-annotation");
    let key = "`rolloutChecksums.checksums`";
    assert!(
        message.ends_with(&format!("another value at the key {key} changes nothing that the chart renders")),
        "{message}"
    );
    assert!(hint.starts_with("where a condition of the chart leaves it out, fulfil that"), "{hint}");
    assert!(!hint.contains("| quote"), "{hint}");
    project.write("charts/web/values.yaml", "rolloutChecksums: {enabled: true}\n");
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_release_without_pods_has_nothing_to_restart() {
    let Some(project) = declared() else { return };
    project.chart("web", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
    let (message, _) = audit(&project, &[]).finds(&["inert-annotation deny"]).only("inert-annotation");
    assert!(message.ends_with("the release has no pods"), "{message}");
    project.write("web.yaml", BY_KEY);
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_workload_that_a_change_of_its_template_does_not_restart_is_warned_of() {
    let Some(project) = declared() else { return };
    let set = WEB.replace("kind: Deployment", "kind: StatefulSet");
    project.chart(
        "web",
        &set.replace("spec:\n  selector", "spec:\n  updateStrategy: {type: OnDelete}\n  selector"),
    );
    let audited = audit(&project, &[]).finds(&["inert-annotation warn"]);
    assert_eq!(audited.document["releases"][0]["restarts"], serde_json::json!([]));
    assert!(audited.only("inert-annotation").0.contains("OnDelete"));
    audit(&project, &["--strict"]).finds(&["inert-annotation deny"]);
    project.chart("web", &set);
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_workload_that_the_checksum_does_not_reach_is_missed() {
    let Some(project) = declared() else { return };
    let second = WEB.replace("  name: {{ .Release.Name }}\n", "  name: worker\n");
    let bare =
        second.replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n");
    project.chart("web", &format!("{WEB}---\n{bare}"));
    let audited = audit(&project, &[]).finds(&["missed-workload deny"]).reads(&[
        "Deployment web reads ConfigMap settings: covered (configmap:settings)",
        "Deployment worker reads ConfigMap settings: missed",
    ]);
    let (message, hint) = audited.only("missed-workload");
    assert!(
        message.starts_with("Deployment `worker` of release `apps/web` reads ConfigMap `settings`"),
        "{message}"
    );
    assert!(hint.ends_with("; now it reaches Deployment `web`"), "{hint}");
    let finding = &audited.list("findings")[0];
    assert_eq!((&finding["file"], &finding["line"]), (&"web.yaml".into(), &1.into()), "{finding}");
    project.chart("web", &format!("{WEB}---\n{second}"));
    audit(&project, &[]).finds_nothing();
    // One that does not read it needs no checksum.
    let idle = bare.replace("{{- toYaml .Values.pod | nindent 6 }}", "containers: [{name: a, image: b}]");
    project.chart("web", &format!("{WEB}---\n{idle}"));
    audit(&project, &[]).finds_nothing();
}

/// Adds an annotation to the pod template of the chart of `web`.
fn annotated(line: &str) -> String {
    WEB.replace("      annotations:\n", &format!("      annotations:\n        {line}\n"))
}

#[test]
fn the_hash_of_nothing_is_denied_where_somebody_wrote_it() {
    let Some(project) = declared() else { return };
    // In the values of a release that declares sources.
    project.chart("web", &annotated("checksum/files: {{ .Values.files | quote }}"));
    project.edit("helmfile.yaml", "[web.yaml,", "[web.yaml, files.yaml.gotmpl,");
    project.write("files.yaml.gotmpl", "files: {{ \"\" | sha256sum }}\n");
    let audited = audit(&project, &[]).finds(&["constant-checksum deny"]);
    let (message, _) = audited.only("constant-checksum");
    assert_eq!(
        message,
        "the annotation `checksum/files` of Deployment `web` of release `apps/web` is the SHA-256 of nothing: it never changes"
    );
    project.write("files.yaml.gotmpl", "files: {{ readFile \"web.yaml\" | sha256sum }}\n");
    audit(&project, &[]).finds_nothing();
    let empty =
        project.shell("mkdir -p none && find none -type f | xargs -r sha256sum | sha256sum | cut -c1-64");
    project.write("files.yaml.gotmpl", &format!("files: {empty}\n"));
    audit(&project, &[]).finds(&["constant-checksum deny"]);
}

#[test]
fn the_hash_of_nothing_of_a_chart_is_its_usual_idiom() {
    let Some(project) = declared() else { return };
    // A template that renders nothing unless a value is set: every healthy release has the hash of a line break.
    project.chart("web", &annotated("checksum/dashboards: {{ include \"dashboards\" . | sha256sum }}"));
    project.write(
        "charts/web/templates/_dashboards.tpl",
        "{{ define \"dashboards\" }}{{ if .Values.dashboards }}x{{ end }}\n{{ end }}",
    );
    audit(&project, &[]).finds_nothing();
    // A note where nothing covers what the pod reads.
    project.write("web.yaml", BY_KEY);
    let audited = audit(&project, &[]);
    assert_eq!(audited.code, 1);
    let (message, _) = audited.only("unbridged-reference");
    assert!(message.contains("ConfigMap `settings`"), "{message}");
    assert_eq!(audited.findings(), ["unbridged-reference deny", "constant-checksum note"]);
}

#[test]
fn a_checksum_that_is_another_each_time_is_warned_of() {
    let Some(project) = declared() else { return };
    project.chart(
        "web",
        &format!(
            "{{{{- $password := .Values.password | default (randAlphaNum 16) }}}}\napiVersion: v1\nkind: Secret\nmetadata: {{name: own}}\nstringData: {{password: {{{{ $password }}}}}}\n---\n{}",
            annotated("checksum/password: {{ sha256sum $password }}")
        ),
    );
    let audited = audit(&project, &[]).finds(&["unstable-annotation warn"]);
    let (message, hint) = audited.only("unstable-annotation");
    assert!(message.starts_with("the annotation `checksum/password` of Deployment `web`"), "{message}");
    assert!(hint.starts_with("give the chart the value that it makes up"), "{hint}");
    audit(&project, &["--strict"]).finds(&["unstable-annotation deny"]);
    // So does a release without sources.
    project.write("web.yaml", BY_KEY);
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny", "unstable-annotation warn"]);
    assert!(audited.only("unstable-annotation").0.ends_with("its pods restart at every deploy"));
    project.write("helmfile.yaml", STATE);
    project.write("web.yaml", &format!("{DIRECTIVE}{BY_KEY}password: fixed\n"));
    audit(&project, &[]).finds_nothing();
}

/// A Secret that the chart makes up, and keeps where it is in the cluster already, with a checksum of it on the pods.
fn kept(condition: &str) -> String {
    format!(
        "{{{{- $password := randAlphaNum 16 | b64enc }}}}\n{{{{- $known := lookup \"v1\" \"Secret\" .Release.Namespace \"own\" }}}}\n{{{{- if {condition} }}}}{{{{ $password = $known.data.password }}}}{{{{ end }}}}\napiVersion: v1\nkind: Secret\nmetadata: {{name: own}}\ndata: {{password: {{{{ $password }}}}}}\n---\n{}",
        annotated("checksum/password: {{ sha256sum $password }}")
    )
}

#[test]
fn what_a_chart_keeps_from_the_cluster_is_the_same_at_every_deploy() {
    let Some(project) = declared() else { return };
    project.chart("web", &kept("$known"));
    audit(&project, &[]).finds_nothing();
    // It looks, and makes up another one all the same.
    project.chart("web", &kept("and $known (not .Release.IsUpgrade)"));
    audit(&project, &[]).finds(&["unstable-annotation warn"]);
    // Without a target too.
    project.write("web.yaml", "pod: {containers: [{name: app, image: web}]}\n");
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    audit(&project, &[]).finds(&["unstable-annotation warn"]);
    project.chart("web", &kept("$known"));
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_checksum_of_what_another_release_has_in_the_cluster_is_warned_of() {
    let Some(project) = project("pod: {containers: [{name: app, image: web}]}\n") else { return };
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    let looked_up = "checksum/settings: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"settings\").data | toJson | sha256sum }}";
    project.chart("web", &annotated(looked_up));
    let (message, hint) =
        audit(&project, &[]).finds(&["unstable-annotation warn"]).only("unstable-annotation");
    assert!(message.contains("`checksum/settings` of Deployment `web`"), "{message}");
    assert!(message.contains("made of what `lookup` finds in the cluster"), "{message}");
    assert!(hint.starts_with("declare the object that it looks up as a source"), "{hint}");
    // Another template of the chart that looks something up has no part in it.
    project.chart("web", &annotated("checksum/values: {{ .Values | toJson | sha256sum }}"));
    project.write(
        "charts/web/templates/other.yaml",
        "{{ $node := lookup \"v1\" \"Node\" \"\" \"\" }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: nodes}\ndata: {count: {{ len $node | quote }}}\n",
    );
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_checksum_of_the_cluster_beside_one_of_helmsum_is_warned_of_too() {
    let Some(project) = declared() else { return };
    let looked_up = "checksum/settings: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"settings\").data | toJson | sha256sum }}";
    project.chart("web", &annotated(looked_up));
    let (message, _) = audit(&project, &[]).finds(&["unstable-annotation warn"]).only("unstable-annotation");
    assert!(message.contains("`checksum/settings` of Deployment `web`"), "{message}");
    assert!(message.contains("made of what `lookup` finds in the cluster"), "{message}");
    // The checksum of helmsum is none of them, although the same template looks something up.
    project
        .chart("web", &annotated("looks: {{ lookup \"v1\" \"ConfigMap\" \"\" \"\" | len | mul 0 | quote }}"));
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_run_that_finds_nothing_renders_each_release_once_and_twice_where_its_templates_look_something_up() {
    let Some(project) = declared() else { return };
    let third = "  - name: third\n    namespace: apps\n    chart: ./charts/third\n";
    project.write("helmfile.yaml", &format!("{STATE}{third}"));
    let looks = "checksum/own: {{ printf \"%v\" (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"third\") | len | mul 0 | quote }}";
    let chart = annotated(looks)
        .replace("      {{- toYaml .Values.pod | nindent 6 }}", "      containers: [{name: a, image: b}]");
    project.chart("third", &chart);
    let helm = project.shell("command -v helm");
    let calls = project.root.join("calls");
    project.script("helm", &format!("echo \"$*\" >> {}\nexec {helm} \"$@\"", calls.display()));
    project.helmsum(&["audit", "--no-cache", "--helm-binary", "./helm"]).succeeds();
    let calls = project.read("calls");
    for (name, expected) in [("web", 1), ("platform", 1), ("third", 2)] {
        let count = calls.lines().filter(|line| line.starts_with(&format!("template {name} "))).count();
        assert_eq!(count, expected, "{name} in {calls}");
    }
}

//! What is certain without a second rendering: what an audit and `list --render` say is the same with it, and helm is called as often as the
//! templates of a chart ask for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::project::{BY_KEY, PLATFORM, PLATFORM_VALUES, audit, empty, verified};
use crate::kinds::project::Project;

/// A Deployment whose pod reads the `ConfigMap` `settings`, with these annotations.
fn deployment(annotations: &str) -> String {
    let pod: String = BY_KEY.lines().skip(1).flat_map(|line| ["    ", line, "\n"]).collect();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {{{{ .Release.Name }}}}}}\nspec:\n  selector: {{matchLabels: {{app: a}}}}\n  \
         template:\n    metadata:\n      labels: {{app: a}}\n      annotations:\n        a: b\n{annotations}    spec:\n{pod}"
    )
}

/// A chart of a release that declares the `ConfigMap` which its pods read.
struct Variant {
    /// Files of the chart beside its `Chart.yaml`.
    files: Vec<(&'static str, String)>,
    /// Further values.
    values: String,
    /// Whether helm is called for it once.
    once: bool,
}

impl Variant {
    /// One with these annotations.
    fn new(annotations: &[&str], once: bool) -> Self {
        let lines: String = annotations.iter().flat_map(|line| ["        ", line, "\n"]).collect();
        Self::of(deployment(&lines), once)
    }

    fn of(manifests: String, once: bool) -> Self {
        Self { files: vec![("templates/all.yaml", manifests)], values: String::new(), once }
    }

    fn with(mut self, file: &'static str, text: &str) -> Self {
        self.files.push((file, text.to_owned()));
        self
    }

    fn values(self, values: &str) -> Self {
        Self { values: values.to_owned(), ..self }
    }
}

/// The annotation as charts have it.
const PLAIN: &str = "checksum/config: {{ .Values.configChecksum | quote }}";

/// Releases `v0`, `v1`, …, each with a chart of its own, and `platform`, whose `ConfigMap` they read.
fn project(variants: &[Variant], targets: bool) -> Option<Project> {
    let project = empty()?;
    let mut state = "releases:\n  - {name: platform, namespace: apps, chart: ./charts/platform, values: [platform.yaml]}\n".to_owned();
    for (number, variant) in variants.iter().enumerate() {
        let target = if targets { format!(", v{number}.checksum.yaml") } else { String::new() };
        let _ = writeln!(
            state,
            "  - {{name: v{number}, namespace: apps, chart: ./charts/v{number}, needs: [platform], values: [v{number}.yaml{target}]}}"
        );
        let directive = if targets { "# helmsum: configmap:settings from=apps/platform\n" } else { "" };
        project.write(&format!("v{number}.yaml"), &format!("{directive}{}a: b\n", variant.values));
        project.write(
            &format!("charts/v{number}/Chart.yaml"),
            &format!("apiVersion: v2\nname: v{number}\nversion: 1.0.0\n"),
        );
        for (file, text) in &variant.files {
            project.write(&format!("charts/v{number}/{file}"), text);
        }
    }
    project.write("helmfile.yaml", &state);
    project.write("platform.yaml", PLATFORM_VALUES);
    project.chart("platform", PLATFORM);
    Some(project)
}

/// How often helm renders each release in a run of helmsum.
fn calls(project: &Project, arguments: &[&str]) -> BTreeMap<String, usize> {
    let helm = project.shell("command -v helm");
    let calls = project.root.join("calls");
    project.write("calls", "");
    project.script("helm", &format!("echo \"$*\" >> {}\nexec {helm} \"$@\"", calls.display()));
    let run = project.helmsum(&[arguments, &["--no-cache", "--helm-binary", "./helm"]].concat());
    assert!(run.stderr().is_empty(), "{}", run.told());
    let mut counts = BTreeMap::new();
    for line in project.read("calls").lines() {
        let release = line.strip_prefix("template ").and_then(|rest| rest.split(' ').next());
        *counts.entry(release.unwrap_or(line).to_owned()).or_default() += 1;
    }
    counts
}

/// Helm is called for each release once or more often, and nothing that is said depends on it.
#[track_caller]
fn is_called(variants: &[Variant], targets: bool) {
    let Some(project) = project(variants, targets) else { return };
    let counted = calls(&project, &["audit", "--output=json"]);
    let others: Vec<String> = variants
        .iter()
        .enumerate()
        .map(|(number, variant)| (counted.get(&format!("v{number}")), variant))
        .filter(|(count, variant)| (*count == Some(&1)) != variant.once)
        .map(|(count, variant)| format!("{count:?} calls of helm for {:?}", variant.files))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
    assert_eq!((counted["platform"], counted.len()), (1, variants.len() + 1), "{counted:?}");
    // Both ways say the same: without the cache, and with what the first run keeps.
    audit(&project, &["--no-cache"]);
    project.helmsum(&["audit"]).told();
    audit(&project, &[]);
    let words = ["list", "--render", "--output=json"];
    let long = verified(&project, &words).succeeds();
    assert_eq!(project.helmsum(&words).succeeds(), long);
    assert_eq!(project.helmsum(&[&words[..], &["--no-cache"]].concat()).succeeds(), long);
}

#[test]
fn a_checksum_that_is_only_printed_needs_one_rendering() {
    is_called(
        &[
            Variant::new(&[PLAIN], true),
            Variant::new(&["{{- with .Values.configChecksum }}", "checksum/config: {{ . | quote }}", "{{- end }}"], true),
            Variant::new(&["{{- range $key, $value := .Values.extra }}", "{{ $key }}: {{ $value | quote }}", "{{- end }}", PLAIN], true)
                .values("extra: {c: d}\n"),
            Variant::new(&["{{- include \"web.annotations\" . | nindent 8 }}"], true)
                .with("templates/_helpers.tpl", &format!("{{{{ define \"web.annotations\" }}}}{PLAIN}{{{{ end }}}}")),
            Variant::new(&["{{- tpl .Values.annotations . | nindent 8 }}"], true)
                .values(&format!("annotations: '{PLAIN}'\n")),
            Variant::new(&["checksum/own: {{ include (print $.Template.BasePath \"/own.yaml\") . | sha256sum }}", PLAIN], true)
                .with("templates/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: {{ .Values.a }}}\n"),
            // What a template can make up counts only where the pods can have it.
            Variant::new(&[PLAIN], true)
                .with("templates/b.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: made}\nstringData: {a: {{ randAlphaNum 8 }}}\n"),
            Variant::new(&["{{- $checksum := required \"run helmsum\" .Values.configChecksum }}", "checksum/config: {{ $checksum }}"], true)
                .with("values.schema.json", r#"{"properties": {"configChecksum": {"type": "string", "minLength": 1}}}"#),
            // Without pods there is nothing that could differ.
            Variant::of("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bare}\ndata: {a: {{ .Values.configChecksum }}}\n".into(), true),
        ],
        true,
    );
}

#[test]
fn whatever_else_is_done_with_it_is_seen_in_a_second_rendering() {
    let letters =
        "0123456789abcdef".chars().map(|digit| format!("(hasPrefix \"{digit}\" .Values.configChecksum)"));
    let letters: Vec<String> = letters.collect();
    let own = "{{ define \"sum\" }}{{ .Values.configChecksum }}{{ end }}";
    is_called(
        &[
            // It decides what is rendered, or whether anything is.
            Variant::new(
                &[PLAIN, &format!("{{{{- if or {} }}}}", letters[..8].join(" ")), "c: d", "{{- end }}"],
                false,
            ),
            Variant::new(
                &[
                    PLAIN,
                    &format!("{{{{- if or {} }}}}{{{{ fail \"no\" }}}}{{{{ end }}}}", letters[..8].join(" ")),
                ],
                false,
            ),
            Variant::new(&["checksum/config: {{ .Values.configChecksum | trunc 12 | quote }}"], false),
            Variant::new(&["checksum/config: {{ .Values.configChecksum | sha256sum }}"], false),
            Variant::new(&[PLAIN, "c: {{ include \"sum\" . | upper }}"], false)
                .with("templates/_own.tpl", own),
            Variant::new(&[PLAIN, "c: {{ include .Values.name . | upper }}"], false)
                .with("templates/_own.tpl", own)
                .values("name: sum\n"),
            Variant::new(&[PLAIN], false).with(
                "values.schema.json",
                r#"{"properties": {"configChecksum": {"pattern": "^[0-9a-f]{64}$"}}}"#,
            ),
            Variant::new(&[PLAIN], false)
                .with("values.schema.json", r#"{"properties": {"configChecksum": {"pattern": "^[89a-f]"}}}"#),
            // Another chart has values under other keys.
            Variant::new(&[PLAIN], false)
                .with(
                    "Chart.yaml",
                    "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0, import-values: [{child: a, parent: b}]}]\n",
                )
                .with("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n")
                .with("charts/sub/values.yaml", "a: {c: d}\n"),
            // A workload has it in another way, or not at all.
            Variant::of(
                format!(
                    "{}---\n{}",
                    deployment(&format!("        {PLAIN}\n")),
                    deployment("").replace("{{ .Release.Name }}", "idle")
                ),
                false,
            ),
            Variant::new(&["checksum/config: sum-{{ .Values.configChecksum }}"], false),
            // What is rendered is another each time.
            Variant::new(&[PLAIN, "c: {{ randAlphaNum 8 | quote }}"], false),
            Variant::new(&[PLAIN, "{{- range keys .Values.pod }}", "{{ . }}: d", "{{- end }}"], false)
                .values("pod: {x: 1, y: 2}\n"),
        ],
        true,
    );
}

#[test]
fn a_checksum_that_stands_elsewhere_too_is_seen_in_a_second_rendering() {
    let variant = || Variant::new(&["checksum/config: {{ .Values.copied | quote }}"], false);
    let Some(first) = project(&[variant()], true) else { return };
    first.helmsum(&["generate"]).succeeds();
    let target = first.read("v0.checksum.yaml");
    let checksum = target.split('"').nth(1).expect("a checksum");
    assert_eq!(checksum.len(), 64, "{target}");
    let used = format!("c: {PLAIN}").replace("checksum/config: ", "");
    is_called(
        &[
            // The pods have it from elsewhere: it arrives nowhere, and that is looked at more closely.
            variant().values(&format!("copied: {checksum}\n")),
            Variant::new(&[&format!("checksum/config: {checksum}")], false),
            // They have it from both, which is the same to them.
            Variant::new(&[&used, "checksum/config: {{ .Values.copied | quote }}"], false)
                .values(&format!("copied: {checksum}\n")),
            Variant::new(&[PLAIN, &format!("c: {checksum}")], false),
            Variant::new(&[PLAIN], false)
                .with("files/notes.txt", &format!("sha256:{}\n", checksum.to_uppercase())),
        ],
        true,
    );
}

#[test]
fn a_checksum_of_the_chart_needs_one_rendering_where_nothing_can_move_it() {
    let own = "checksum/own: {{ include (print $.Template.BasePath \"/own.yaml\") . | sha256sum }}";
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: {{ .Values.a }}}\n";
    let library =
        "{{ define \"library\" }}{{ randAlphaNum 8 }}{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}{{ end }}";
    is_called(
        &[
            Variant::new(&[own], true).with("templates/own.yaml", config),
            Variant::new(&[own], true)
                .with("templates/own.yaml", config)
                .with("templates/_library.tpl", library),
            Variant::new(&["checksum/own: {{ .Release.IsUpgrade | toString | sha256sum }}"], true),
            Variant::new(
                &["checksum/own: {{ lookup \"v1\" \"Secret\" \"a\" \"b\" | toYaml | sha256sum }}"],
                false,
            ),
            Variant::new(&["checksum/own: {{ randAlphaNum 8 | sha256sum }}"], false),
            Variant::new(&["checksum/own: {{ include .Values.name . | sha256sum }}"], false)
                .with("templates/_library.tpl", &format!("{library}{{{{ define \"plain\" }}}}a{{{{ end }}}}"))
                .values("name: plain\n"),
            Variant::new(&["c: d"], true),
        ],
        false,
    );
}

/// Pieces of which charts are made: annotations that may have the checksum, and others.
const PIECES: [&str; 12] = [
    PLAIN,
    "{{- with .Values.configChecksum }}\n        checksum/with: {{ . }}\n        {{- end }}",
    "checksum/cut: {{ .Values.configChecksum | trunc 63 | quote }}",
    "checksum/hash: {{ .Values.configChecksum | sha256sum }}",
    "checksum/all: {{ toYaml .Values | sha256sum }}",
    "checksum/half: {{ if lt .Values.configChecksum \"8\" }}{{ .Values.configChecksum }}{{ else }}x{{ end }}",
    "checksum/half-of-stand-in: {{ if ge .Values.configChecksum \"8\" }}{{ .Values.configChecksum }}{{ else }}x{{ end }}",
    "checksum/included: {{ include \"sum\" . | quote }}",
    "checksum/default: {{ .Values.other | default .Values.configChecksum }}",
    "checksum/own: {{ .Values.a | sha256sum }}",
    "checksum/random: {{ randAlphaNum 8 | sha256sum }}",
    "c: {{ include \"judges\" . }}",
];

#[test]
fn both_ways_say_the_same_of_charts_that_are_made_of_pieces() {
    const HELPERS: &str = "{{ define \"sum\" }}{{ .Values.configChecksum }}{{ end }}{{ define \"judges\" }}{{ if hasPrefix \"a\" (include \"sum\" .) }}x{{ else }}y{{ end }}{{ end }}";
    let mut state = 1_u64;
    let mut next = |below: usize| {
        // Knuth's MMIX generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let variants: Vec<Variant> = (0..16)
        .map(|_| {
            let workloads: Vec<String> = (0..=next(2))
                .map(|number| {
                    let count = 1 + next(3);
                    let mut pieces: Vec<&str> = (0..count).map(|_| PIECES[next(PIECES.len())]).collect();
                    pieces.sort_unstable();
                    pieces.dedup();
                    let lines: String = pieces.iter().flat_map(|piece| ["        ", piece, "\n"]).collect();
                    deployment(&lines)
                        .replace("{{ .Release.Name }}", &format!("{{{{ .Release.Name }}}}-{number}"))
                })
                .collect();
            Variant::of(workloads.join("---\n"), false).with("templates/_helpers.tpl", HELPERS)
        })
        .collect();
    let Some(project) = project(&variants, true) else { return };
    let counted = calls(&project, &["audit", "--output=json"]);
    let once = counted.values().filter(|count| **count == 1).count();
    assert!(once > 3 && once < variants.len(), "{counted:?}");
    audit(&project, &["--no-cache"]);
    audit(&project, &[]);
    let words = ["list", "--render", "--output=json"];
    assert_eq!(project.helmsum(&words).succeeds(), verified(&project, &words).succeeds());
}

//! Releases and the templates they inherit.

use crate::project::Project;
use crate::template::Scope;
use crate::yaml::{Values, Yaml, indented};

/// Where releases are written.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Whether the state file is a template.
    pub(crate) template: bool,
    /// What the template can refer to.
    pub(crate) scope: Scope,
    /// The folder of the state file, with a `/` at its end, or empty.
    pub(crate) folder: String,
    /// Names of release templates.
    pub(crate) templates: Vec<String>,
    /// Names of releases so far, as far as they are written out.
    pub(crate) releases: Vec<String>,
}

/// A key and the lines of its value.
type Field = Vec<String>;

const TRUTHS: &[&str] = &[
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "True",
    "\"yes\"",
    "y",
    "n",
    "null",
    "\"no\"",
    "FALSE",
    "!!bool true",
];
const NO_TRUTHS: &[&str] = &["\"true\"", "'false'", "1", "maybe", "\"\"", "[]"];
const EXCEPTIONS: &[&str] = &["labels", "values", "valuesTemplate", "set", "setTemplate", "secrets"];

impl Setting {
    /// An action that is run when the fields of a release are templated, as a quoted scalar around it.
    pub(crate) fn late(&self, project: &mut Project, before: &str, action: &str, after: &str) -> String {
        let action = if self.template {
            if project.chance.slip(8) {
                action.to_owned()
            } else {
                format!("{{{{`{}`}}}}", action.replace('`', "\""))
            }
        } else {
            action.to_owned()
        };
        format!("'{before}{}{after}'", action.replace('\'', "''"))
    }

    /// An action over the data of a release.
    fn late_action(&self, project: &mut Project) -> String {
        let scope = Scope { release: true, variables: Vec::new(), ..self.scope.clone() };
        let word = project.chance.percent(50);
        if word {
            return project.chance.word(&[
                "{{ .Environment.Name }}",
                "{{ .Release.Name }}",
                "{{ .Release.Namespace | default \"none\" }}",
                "{{ .Namespace }}",
                "{{ .Values | getOrNil \"name\" | default \"x\" | toString | trunc 5 | b64enc | lower | trimAll \"=\" }}",
                "{{ .Release.Labels | toJson | sha1sum | trunc 6 }}",
                "{{ .Chart }}",
            ]);
        }
        scope.word(&mut project.chance)
    }

    /// A scalar that may be templated early, late or not at all.
    fn text(&self, project: &mut Project, plain: &[&str]) -> String {
        match project.chance.below(20) {
            0..2 if self.template => self.scope.word(&mut project.chance),
            2..4 => {
                let action = self.late_action(project);
                self.late(project, "", &action, "-x")
            }
            _ => project.chance.word(plain),
        }
    }

    /// An item of `values`.
    fn values_item(&self, project: &mut Project, values: &mut Values, late: bool) -> Vec<String> {
        let number = project.chance.below(5);
        match project.chance.below(24) {
            0..5 => vec![format!("- values/{number}.yaml")],
            5 => vec![format!("- values/{number}.yaml.gotmpl")],
            6 => vec![project.chance.word(&[
                "- ./values/*.yaml",
                "- /etc/none.yaml",
                "- values/{a,b}.yaml",
                "- 'values/[ab].yaml'",
                "- \"\"",
                "- ' '",
            ])],
            7..9 => {
                let action = self.late_action(project);
                vec![format!("- {}", self.late(project, "values/", &action, ".yaml"))]
            }
            9 if self.template => vec![format!("- values/{}.yaml", self.scope.word(&mut project.chance))],
            10..12 if self.template => {
                let entries = self.scope.entries(&mut project.chance, "made", 2);
                let mut lines = vec!["- first: 1".to_owned()];
                lines.extend(entries.iter().map(|line| indented(2, line)));
                lines
            }
            12 if late => {
                let scope = Scope { release: true, variables: Vec::new(), ..self.scope.clone() };
                let action = scope.scalar(&mut project.chance).replace("'{{", "{{").replace("}}'", "}}");
                let late = self.late(project, "", &action, "");
                vec![format!("- key: {late}")]
            }
            13 if project.chance.slip(50) => {
                vec![project.chance.word(&["- null", "- 5", "- [a]", "- true", "- 2024-01-01"])]
            }
            _ => values.map(&mut project.chance, 3).after("-", &mut project.chance),
        }
    }

    fn values(&self, project: &mut Project, key: &str, late: bool) -> Field {
        let mut values = Values::with_odd_keys();
        let mut lines = vec![format!("{key}:")];
        for _ in 0..project.chance.below(4) {
            lines.extend(self.values_item(project, &mut values, late));
        }
        if lines.len() == 1 {
            lines[0].push_str(&project.chance.word(&["", " []", " null"]));
        }
        lines
    }

    fn labels(&self, project: &mut Project) -> Field {
        let mut lines = vec!["labels:".to_owned()];
        for key in ["tier", "group", "app.kubernetes.io/part", "n"] {
            if project.chance.percent(40) {
                let value = match key {
                    "tier" => self.text(project, &["front", "back"]),
                    "group" => self.text(project, &["a", "b", "\"\"", "null"]),
                    _ => {
                        self.text(project, &["1", "1.50", "true", "yes", "2024-01-01", "null", "text", "010"])
                    }
                };
                lines.push(format!("  {key}: {value}"));
            }
        }
        if lines.len() == 1 { vec!["labels: {}".into()] } else { lines }
    }

    fn needs(&self, project: &mut Project) -> Field {
        let mut lines = vec!["needs:".to_owned()];
        for _ in 0..project.chance.between(1, 2) {
            let name = if self.releases.is_empty() {
                "web1".to_owned()
            } else {
                project.chance.pick(&self.releases).clone()
            };
            let need = match project.chance.below(8) {
                0 => format!("shop/{name}"),
                1 => format!("cluster-a/shop/{name}"),
                2 => format!("cluster-a//{name}"),
                3 => self.late(project, "{{ .Environment.Name }}/", "{{ .Values | getOrNil \"name\" }}", ""),
                _ => name,
            };
            lines.push(format!("- {need}"));
        }
        lines
    }

    fn set(&self, project: &mut Project, key: &str) -> Field {
        let item = match project.chance.below(4) {
            0 => "- {name: a.b, values: [x, y]}".to_owned(),
            1 => "- {name: file, file: data/text.txt}".to_owned(),
            2 if key == "setTemplate" => {
                let action = self.late_action(project);
                format!("- {{name: late, value: {}}}", self.late(project, "", &action, ""))
            }
            _ => "- {name: key, value: text}".to_owned(),
        };
        vec![format!("{key}:"), item]
    }

    fn inherit(project: &mut Project, templates: &[String]) -> Field {
        let mut lines = vec!["inherit:".to_owned()];
        for _ in 0..project.chance.between(1, 2) {
            let template = if project.chance.slip(6) {
                "missing".to_owned()
            } else {
                project.chance.pick(templates).clone()
            };
            let mut line = format!("- template: {template}");
            if project.chance.percent(25) {
                line = format!(
                    "{line}\n  except: [{}]",
                    project.chance.word_or_slip(EXCEPTIONS, &["setString", "unknown", "chart"])
                );
            }
            lines.extend(line.lines().map(str::to_owned));
        }
        if lines.len() == 2 && project.chance.percent(10) {
            return vec![format!("inherit: {{{}}}", lines[1].trim_start_matches("- "))];
        }
        lines
    }

    /// The fields that a release and a release template can have alike.
    fn common_fields(&self, project: &mut Project) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let chart = self
            .text(project, &["./chart", "./chart", "chart", "stable/redis", "stable/redis", "other/thing"]);
        let line = |key: &str, value: String| vec![format!("{key}: {value}")];
        if !project.chance.slip(15) {
            fields.push(line("chart", if chart.contains("{{") { "./chart".into() } else { chart }));
        }
        if project.chance.percent(40) {
            fields
                .push(line("namespace", self.text(project, &["shop", "edge", "\"\"", "null", "1", "true"])));
        }
        if project.chance.percent(30) {
            fields.push(line(
                "version",
                self.text(project, &["1.2.3", "1.10", "~1.2", "\">=1.0.0\"", "null", "1", "1.0.0-rc.1"]),
            ));
        }
        if project.chance.percent(10) {
            fields.push(line("kubeContext", project.chance.word(&["cluster-a", "cluster-b", "\"\"", "12"])));
        }
        if project.chance.percent(35) {
            fields.push(self.labels(project));
        }
        if project.chance.percent(70) {
            fields.push(self.values(project, "values", false));
        }
        if project.chance.percent(12) {
            fields.push(self.values(project, "valuesTemplate", true));
        }
        if project.chance.percent(8) {
            let item = self.text(project, &["secrets/a.yaml", "secrets/b.yaml.gotmpl", "{x: 1}"]);
            fields.push(vec!["secrets:".into(), format!("- {item}")]);
        }
        if project.chance.percent(18) {
            fields.push(line("installed", project.chance.word_or_slip(TRUTHS, NO_TRUTHS)));
        }
        if project.chance.percent(7) {
            let text = project.chance.word_or_slip(
                &[
                    "{{ .Values | getOrNil \"on\" | default false }}",
                    "yes",
                    "{{ eq .Environment.Name \"prod\" }}",
                    "no",
                ],
                &["maybe", ""],
            );
            fields.push(line("installedTemplate", self.late(project, "", &text, "")));
        }
        if project.chance.percent(12) {
            fields.push(line(
                "condition",
                project.chance.word_or_slip(
                    if self.scope.values {
                        &["config.enabled", "tags.enabled", "true", "False", "\"\""]
                    } else {
                        &["true", "False", "FALSE"]
                    },
                    &["absent.enabled", "config.port", "name.enabled", "enabled", "config..enabled"],
                ),
            ));
        }
        if project.chance.percent(5) {
            let text = project.chance.word(&[
                "{{ .Values | getOrNil \"on\" | default true }}",
                "yes",
                "false",
                "{{ if true }}on{{ end }}",
            ]);
            fields.push(line("conditionTemplate", self.late(project, "", &text, "")));
        }
        if project.chance.percent(7) {
            fields.push(line("valuesPathPrefix", project.chance.word(&["values/", "pre", "\"\"", "../x/"])));
        }
        if project.chance.percent(8) {
            fields.push(line(
                "missingFileHandler",
                project.chance.word(&["Warn", "Error", "Info", "Debug", "\"\"", "Nope", "null"]),
            ));
        }
        fields.extend(self.rare_fields(project));
        fields
    }

    /// Fields that helmsum does not use, or only hands on.
    fn rare_fields(&self, project: &mut Project) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        if project.chance.percent(6) {
            let key = project.chance.word(&["set", "setTemplate", "setString"]);
            let mut set = self.set(project, &key);
            if key == "setString" {
                set = vec!["setString:".into(), "- {name: s, value: '1'}".into()];
            }
            fields.push(set);
        }
        if project.chance.percent(5) {
            let key = project.chance.word(&[
                "wait",
                "atomic",
                "force",
                "createNamespace",
                "verify",
                "disableValidation",
                "cleanupOnFail",
                "waitForJobs",
                "recreatePods",
            ]);
            fields.push(vec![format!("{key}: {}", project.chance.word_or_slip(TRUTHS, NO_TRUTHS))]);
        }
        if project.chance.percent(3) {
            fields.push(vec![format!("waitTemplate: {}", self.late(project, "", "{{ eq 1 1 }}", ""))]);
        }
        if project.chance.percent(4) {
            fields.push(vec![project.chance.word_or_slip(
                &[
                    "timeout: 300",
                    "timeout: 0o10",
                    "historyMax: 3",
                    "updateStrategy: reinstallIfForbidden",
                    "description: of one",
                    "postRenderer: cat",
                    "postRendererArgs: [a, b]",
                    "env: [{name: a, value: GEN_TEXT}]",
                    "skipDeps: true",
                    "apiVersions: [v1]",
                    "kubeVersion: v1.30.0",
                    "reuseValues: yes",
                    "plainHttp: false",
                    "missingFileHandlerConfig: {ignoreMissingGitBranch: yes}",
                    "suppressDiff: true",
                    "devel: on",
                    "keyring: k",
                ],
                &[
                    "updateStrategy: other",
                    "timeout: many",
                    "directory: ./chart",
                    "unknownField: 1",
                    "tillerNamespace: x",
                    "Name: x",
                ],
            )]);
        }
        if project.chance.percent(4) {
            let action = self.late(project, "", "{{ .Release.Name }}", "");
            fields.push(vec![
                "hooks:".into(),
                format!("- {{name: h, events: [presync], command: echo, args: [{action}]}}"),
            ]);
        }
        fields
    }

    /// One release as an item of a list.
    pub(crate) fn release(&mut self, project: &mut Project) -> Vec<String> {
        let number = self.releases.len() + 1;
        let stem = project.chance.word(&["web", "api", "db"]);
        let name = match project.chance.below(24) {
            0..2 if self.template => format!("{stem}{number}-{}", self.scope.word(&mut project.chance)),
            2..4 => {
                let action = self
                    .late_action(project)
                    .replace(".Release.Namespace", ".Environment.Name")
                    .replace(".Release.Name", ".Environment.Name");
                self.late(project, &format!("{stem}{number}-"), &action, "")
            }
            4 if project.chance.percent(25) => {
                project.chance.word(&["web1", "''", "null", "5", "'{{ fail \"x\" }}'"])
            }
            _ => format!("{stem}{number}"),
        };
        self.releases.push(if name.contains(['{', '\'']) { format!("{stem}{number}") } else { name.clone() });
        let mut fields = vec![vec![format!("name: {name}")]];
        fields.extend(self.common_fields(project));
        if self.releases.len() > 1 && project.chance.percent(15) {
            fields.push(self.needs(project));
        }
        if !self.templates.is_empty() && project.chance.percent(45) {
            fields.push(Self::inherit(project, &self.templates));
        }
        if project.chance.percent(20) {
            let at = project.chance.below(fields.len());
            fields.swap(0, at);
        }
        let mut lines: Vec<String> = Vec::new();
        for (at, line) in fields.concat().iter().enumerate() {
            lines.push(if at == 0 { format!("- {line}") } else { indented(2, line) });
        }
        if self.template && project.chance.percent(6) {
            let test = self.scope.pipeline(&mut project.chance, crate::functions::Kind::Truth, 2);
            lines.insert(0, format!("{{{{- if {test} }}}}"));
            lines.push("{{- end }}".into());
        } else if self.template && project.chance.percent(8) && lines.iter().all(|line| !line.contains("{{"))
        {
            let first = lines[0].clone();
            if let Some(name) = first.strip_prefix("- name: ") {
                lines[0] = format!("- name: {}-{{{{ $round }}}}", name.trim_matches('\''));
                lines.insert(0, "{{- range $round, $_ := until 2 }}".into());
                lines.push("{{- end }}".into());
            }
        }
        lines
    }

    /// The key `templates`, and the names that it defines.
    pub(crate) fn templates(&mut self, project: &mut Project) -> Vec<String> {
        let mut lines = vec!["templates:".to_owned()];
        for name in ["base", "extra", "third"] {
            if !project.chance.percent(60) {
                continue;
            }
            let mut fields = self.common_fields(project);
            if !self.templates.is_empty() && project.chance.percent(30) {
                fields.push(Self::inherit(project, &self.templates));
            }
            let anchor = if project.chance.percent(15) { format!(" &{name}") } else { String::new() };
            lines.push(format!("  {name}:{anchor}"));
            let body = fields.concat();
            if body.is_empty() {
                lines.pop();
                lines.push(format!("  {name}: {{}}"));
            }
            lines.extend(body.iter().map(|line| indented(4, line)));
            self.templates.push(name.to_owned());
        }
        if lines.len() == 1 { vec!["templates: {}".into()] } else { lines }
    }

    /// A map of labels for all releases.
    pub(crate) fn common_labels(&self, project: &mut Project) -> Vec<String> {
        let tier = self.text(project, &["front", "back", "3", "null", "yes"]);
        let mut lines = vec!["commonLabels:".to_owned(), format!("  tier: {tier}")];
        if project.chance.percent(40) {
            let map =
                Yaml::Map(vec![("group".into(), Yaml::scalar(project.chance.word(&["a", "1", "true"])))]);
            lines.extend(map.lines(&mut project.chance).iter().map(|line| indented(2, line)));
        }
        lines
    }
}

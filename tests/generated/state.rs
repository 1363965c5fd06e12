//! State files: parts, documents, bases and sub-helmfiles.

use crate::functions::Kind;
use crate::project::Project;
use crate::release::Setting;
use crate::template::Scope;
use crate::yaml::indented;

/// What a state file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is read first.
    Main,
    /// Another one lists it under `helmfiles`, so many levels below the first.
    Sub(usize),
    /// Another one lists it under `bases`.
    Base,
}

impl Project {
    /// Writes a state file into `folder`, which ends with a `/` or is empty, and everything that it refers to.
    pub(crate) fn state_file(&mut self, folder: &str, name: &str, role: Role) {
        let template = std::path::Path::new(name).extension().is_some_and(|extension| extension == "gotmpl")
            || self.renders_all;
        let helpers = if role == Role::Base { false } else { self.surroundings(folder) };
        let files = vec!["data/text.txt".to_owned(), "data/map.yaml".to_owned()];
        let scope =
            Scope { helpers, files, folders: vec!["data".into(), "./data/".into()], ..Scope::default() };
        let mut setting = Setting {
            template,
            scope,
            folder: folder.to_owned(),
            templates: Vec::new(),
            releases: Vec::new(),
        };
        let mut parts = Vec::new();
        let usual = self.chance.percent(if role == Role::Main { 75 } else { 45 });
        if usual || self.chance.percent(25) {
            parts.push(self.first_part(&setting, usual, role));
            setting.scope.values = usual;
        }
        if self.chance.percent(20) {
            parts.push(self.middle_part(&mut setting, role));
        }
        if role != Role::Base || self.chance.percent(30) || parts.is_empty() {
            parts.push(self.last_part(&mut setting, role));
        }
        if self.chance.percent(8) {
            parts.push(self.last_part(&mut setting, role));
        }
        let mut text = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                // The last two are not where a part ends, but where a document does.
                let joined = parts[at - 1].iter().any(|line| line.starts_with("environments:"));
                text.push_str(match self.chance.below(16) {
                    0 if !joined || self.chance.slip(20) => "--- # next\n",
                    1 if !joined || self.chance.slip(20) => "--- \n",
                    _ => "---\n",
                });
            }
            text.push_str(&(part.join("\n") + "\n"));
        }
        if self.chance.percent(2) {
            text = text.replace('\n', "\r\n");
        }
        if self.chance.percent(4) {
            let start = self.chance.word_or_slip(&["---\n", "# a comment\n", "\n"], &["%YAML 1.2\n---\n"]);
            text = start + &text;
        }
        self.file(&format!("{folder}{name}"), &text);
    }

    /// Bases, environments and values: what has to come before the releases.
    fn first_part(&mut self, setting: &Setting, usual: bool, role: Role) -> Vec<String> {
        let mut sections = Vec::new();
        if role != Role::Base && self.chance.percent(20) {
            sections.push(self.bases(&setting.folder));
        }
        let as_environment = self.chance.percent(75);
        if as_environment || self.chance.percent(60) {
            sections.push(self.environments(
                &setting.folder,
                usual && as_environment,
                &setting.scope,
                setting.template,
            ));
        }
        if !as_environment || self.chance.percent(15) {
            let entries = self.values_entries(
                &setting.folder,
                usual && !as_environment,
                &setting.scope,
                setting.template,
            );
            sections.push(list("values", &entries));
        }
        self.shuffled(sections)
    }

    /// More of what the first part has, or what releases rest on.
    fn middle_part(&mut self, setting: &mut Setting, role: Role) -> Vec<String> {
        match self.chance.below(6) {
            0 if role != Role::Base => self.bases(&setting.folder),
            1 => self.environments(&setting.folder, false, &setting.scope.clone(), setting.template),
            2 => setting.templates(self),
            3 => setting.common_labels(self),
            4 => vec!["helmDefaults: {kubeContext: cluster-b, wait: true}".into()],
            _ => {
                let entries =
                    self.values_entries(&setting.folder, false, &setting.scope.clone(), setting.template);
                list("values", &entries)
            }
        }
    }

    fn last_part(&mut self, setting: &mut Setting, role: Role) -> Vec<String> {
        let mut first = if setting.template && self.chance.percent(25) {
            self.template_prelude(setting)
        } else {
            Vec::new()
        };
        if self.chance.percent(5) && role != Role::Base {
            first.extend(self.bases(&setting.folder));
        }
        let mut sections = Vec::new();
        if self.chance.percent(35) {
            sections.push(setting.templates(self));
            if !setting.templates.is_empty() && self.chance.percent(30) {
                let name = self.chance.pick(&setting.templates).clone();
                sections.push(vec![match self.chance.below(4) {
                    0 => format!("defaultInherit: {name}"),
                    1 => format!("defaultInherit: [{name}, \" \"]"),
                    2 => "defaultInherit: []".to_owned(),
                    _ => format!("defaultInherit:\n- {name}"),
                }]);
            }
        }
        if self.chance.percent(20) {
            sections.push(setting.common_labels(self));
        }
        sections.extend(self.rare_sections(setting));
        if let Role::Main | Role::Sub(0) = role
            && self.chance.percent(30)
        {
            let depth = usize::from(role != Role::Main);
            sections.push(self.helmfiles(setting, depth));
        }
        if self.chance.percent(if role == Role::Base { 25 } else { 92 }) {
            let mut lines = Vec::new();
            for _ in 0..self.chance.between(1, 4) {
                lines.extend(setting.release(self));
            }
            sections.push(list("releases", &lines));
        }
        if sections.is_empty() {
            sections.push(vec!["releases: []".into()]);
        }
        let mut lines = [first, self.shuffled(sections)].concat();
        setting.scope.variables.clear();
        if self.chance.percent(5) {
            // Documents of one part: the text between is not a separator of parts.
            let at = lines.iter().position(|line| line.starts_with("releases:"));
            if let Some(at) = at.filter(|at| *at > 0) {
                lines.insert(at, self.chance.word(&["--- # document", "--- "]));
            }
        }
        lines
    }

    /// Variables and definitions at the start of a template.
    fn template_prelude(&mut self, setting: &mut Setting) -> Vec<String> {
        let kind = *self.chance.pick(&[Kind::Text, Kind::Whole, Kind::Texts, Kind::Dict]);
        let name = format!("$early{}", setting.scope.variables.len());
        let value = setting.scope.pipeline(&mut self.chance, kind, 3);
        setting.scope.variables.push((name.clone(), kind));
        let mut lines = vec![format!("{{{{- {name} := {value} }}}}"), format!("# {{{{ {name} | toJson }}}}")];
        if self.chance.percent(40) {
            let change = match self.chance.below(3) {
                0 => "{{- $_ := set .Values \"changed\" (dict \"a\" 1) }}",
                1 => "{{- $_ := set .Values \"count\" 77 }}",
                _ => "{{- $_ := merge .Values (dict \"config\" (dict \"added\" true)) }}",
            };
            lines.push(change.into());
        }
        if self.chance.percent(15) {
            lines.push("{{- if false }}\nneverthere: [\n{{- end }}".into());
        }
        lines
    }

    fn rare_sections(&mut self, setting: &Setting) -> Vec<Vec<String>> {
        let mut sections: Vec<Vec<String>> = Vec::new();
        let mut once = |project: &mut Self, percent: usize, right: &[&str], wrong: &[&str]| {
            if project.chance.percent(percent) {
                sections.push(vec![project.chance.word_or_slip(right, wrong)]);
            }
        };
        once(
            self,
            8,
            &[
                "helmDefaults: {kubeContext: cluster-b}",
                "helmDefaults: {wait: true, timeout: 600, args: [--debug]}",
                "helmDefaults: {}",
                "helmDefaults: {kubeContext: \"\", createNamespace: no}",
                "helmDefaults: null",
            ],
            &["helmDefaults: {unknown: 1}", "helmDefaults: 5"],
        );
        once(self, 5, &["namespace: everywhere", "namespace: \"\"", "namespace: 7"], &["namespace: [x]"]);
        once(self, 4, &["kubeContext: cluster-c", "kubeContext: null"], &[]);
        once(
            self,
            7,
            &[
                "missingFileHandler: Warn",
                "missingFileHandler: Nope",
                "missingFileHandler: Debug",
                "missingFileHandler: \"\"",
            ],
            &[],
        );
        once(
            self,
            2,
            &[
                "chart: ./chart",
                "lockFilePath: other.lock",
                "apiVersions: [v1, apps/v1]",
                "kubeVersion: v1.30",
                "helmBinary: helm",
            ],
            &[],
        );
        once(
            self,
            2,
            &["kustomizeBinary: kustomize", "missingFileHandlerConfig: {ignoreMissingGitBranch: false}"],
            &["unknownKey: 1", "Releases: []"],
        );
        if self.chance.percent(30) {
            let action = "{{ .Environment | toJson | sha256sum }}";
            let action = if setting.template { format!("{{{{`{action}`}}}}") } else { action.to_owned() };
            let digest = format!("'digest {action}'");
            sections.push(vec![
                "hooks:".into(),
                format!(
                    "- {{name: digest, events: [prepare], showlogs: true, command: echo, args: [{digest}]}}"
                ),
            ]);
        }
        if self.chance.percent(15) {
            sections.push(vec![
                "repositories:".into(),
                "- {name: stable, url: \"https://charts.example.org/stable\"}".into(),
            ]);
            if self.chance.percent(40) {
                self.lock_file(&setting.folder);
            }
        }
        sections
    }

    fn lock_file(&mut self, folder: &str) {
        let version = self.chance.word(&["1.2.3", "1.10.0", "2.0.0"]);
        let text = format!(
            "version: 1.8.0\ndependencies:\n- {{name: redis, repository: \"https://charts.example.org/stable\", version: {version}}}\n\
             - {{name: redis, repository: \"https://charts.example.org/stable\", version: 1.2.9}}\n\
             digest: sha256:x\ngenerated: \"2024-01-01T00:00:00Z\"\n"
        );
        let name = self.chance.word(&["helmfile.lock", "state.lock", "other.lock"]);
        self.file(&format!("{folder}{name}"), &text);
    }

    /// The key `bases`, with the files that it names.
    fn bases(&mut self, folder: &str) -> Vec<String> {
        let mut lines = vec!["bases:".to_owned()];
        for _ in 0..self.chance.between(1, 2) {
            let number = self.number();
            let name = self.state_name(&format!("bases/b{number}"));
            self.state_file(folder, &name, Role::Base);
            lines.push(format!("- {name}"));
        }
        if self.chance.slip(6) {
            lines.push(self.chance.word(&[
                "- bases/missing.yaml",
                "- bases/*.yaml",
                "- ./bases/../bases/missing.yaml",
            ]));
        }
        lines
    }

    /// The key `helmfiles`, with the state files that it leads to.
    fn helmfiles(&mut self, setting: &Setting, depth: usize) -> Vec<String> {
        let mut lines = vec!["helmfiles:".to_owned()];
        for _ in 0..self.chance.between(1, 2) {
            let number = self.number();
            let below = format!("sub{number}/");
            let own = format!("{}{below}", setting.folder);
            let name = self.state_name("helmfile");
            self.state_file(&own, &name, Role::Sub(depth));
            let path = match self.chance.below(10) {
                0 => format!("sub{number}/*.yaml*"),
                1 => format!("./sub{number}/{name}"),
                2 => {
                    let other = self.state_name("more");
                    if !self.has(&format!("{own}{other}")) {
                        self.state_file(&own, &other, Role::Sub(depth));
                    }
                    format!("sub{number}/*.yaml*")
                }
                3 => format!("sub{number}"),
                _ => format!("sub{number}/{name}"),
            };
            let times = if self.chance.percent(15) { 2 } else { 1 };
            for _ in 0..times {
                lines.extend(self.helmfile_entry(setting, &path));
            }
        }
        if self.chance.slip(12) {
            lines.push(self.chance.word(&[
                "- missing/helmfile.yaml",
                "- path: nothing/*.yaml",
                "- .",
                "- {selectors: [a=b]}",
                "- 5",
            ]));
        }
        lines
    }

    fn helmfile_entry(&mut self, setting: &Setting, path: &str) -> Vec<String> {
        if self.chance.percent(40) {
            return vec![format!("- \"{path}\"")];
        }
        let mut lines = vec![format!("- path: \"{path}\"")];
        let inherited = self.chance.percent(10);
        if inherited {
            lines.push(format!("  selectorsInherited: {}", self.chance.pick(&["true", "yes", "false"])));
        }
        if if inherited { self.chance.slip(20) } else { self.chance.percent(25) } {
            let selectors = self.chance.word(&[
                "[]",
                "[tier=front]",
                "[\"tier!=front\"]",
                "[name=web1, group=a]",
                "[\"tier=back,name!=x\"]",
            ]);
            lines.push(format!("  selectors: {selectors}"));
        }
        if self.chance.percent(20) {
            let inherits = self.chance.word_or_slip(
                &[
                    "[environments]",
                    "[commonLabels]",
                    "[templates, helmDefaults]",
                    "[repositories, environments, commonLabels]",
                    "[apiVersions, kubeVersion]",
                    "[]",
                ],
                &["[other]"],
            );
            lines.push(format!("  inherits: {inherits}"));
        }
        if self.chance.percent(50) {
            let entries = self.values_entries(
                &setting.folder,
                self.environment == "never",
                &setting.scope.clone(),
                setting.template,
            );
            lines.extend(list("values", &entries).iter().map(|line| indented(2, line)));
        }
        lines
    }

    /// The sections in some order, as lines.
    fn shuffled(&mut self, mut sections: Vec<Vec<String>>) -> Vec<String> {
        for at in (1..sections.len()).rev() {
            let other = self.chance.below(at + 1);
            sections.swap(at, other);
        }
        let mut lines: Vec<String> = Vec::new();
        for section in sections {
            lines.extend(section.iter().flat_map(|line| line.lines().map(str::to_owned)));
            if self.chance.percent(10) {
                lines.push(self.chance.word(&["", "# a comment", "  # further in"]));
            }
        }
        lines
    }
}

/// A key with a list below it.
fn list(key: &str, items: &[String]) -> Vec<String> {
    if items.is_empty() {
        return vec![format!("{key}: []")];
    }
    let mut lines = vec![format!("{key}:")];
    lines.extend(items.iter().map(|line| indented(2, line)));
    lines
}

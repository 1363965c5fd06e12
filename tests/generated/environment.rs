//! Environments, their values, and values files in every form.

use crate::project::Project;
use crate::support::chance::Chance;
use crate::template::Scope;
use crate::yaml::{Values, Yaml, indented};

/// The values that expressions refer to, with the types that they expect, mostly.
pub(crate) fn usual_values(chance: &mut Chance, values: &mut Values) -> Yaml {
    let text = |chance: &mut Chance| {
        Yaml::scalar(chance.word(&[
            "web",
            "Blue Green",
            "\"a,b\"",
            "x-1.2",
            "'it''s'",
            "\"\"",
            "ünï",
            "http_server",
            "\"12\"",
        ]))
    };
    let whole = |chance: &mut Chance| {
        Yaml::scalar(chance.word(&["0", "1", "3", "8080", "010", "1_000", "-4", "0x1F"]))
    };
    let real = |chance: &mut Chance| {
        Yaml::scalar(chance.word(&["1.5", "0.25", "1.0", "1e3", "123456789.5", "1e21", "-.5"]))
    };
    let truth = |chance: &mut Chance| Yaml::scalar(chance.word(&["true", "false", "True"]));
    let mut entries = vec![
        ("name", text(chance)),
        ("title", text(chance)),
        ("count", whole(chance)),
        ("port", whole(chance)),
        ("ratio", real(chance)),
        ("on", truth(chance)),
        ("off", truth(chance)),
        ("items", Yaml::List((0..chance.between(1, 3)).map(|_| text(chance)).collect())),
        ("numbers", Yaml::List((0..chance.below(4)).map(|_| whole(chance)).collect())),
        (
            "config",
            Yaml::Map(vec![
                ("enabled".into(), truth(chance)),
                ("port".into(), whole(chance)),
                (
                    "deep".into(),
                    Yaml::Map(vec![("x".into(), values.any(chance, 1)), ("host".into(), text(chance))]),
                ),
            ]),
        ),
        ("tags", Yaml::Map(vec![("a".into(), text(chance)), ("b".into(), values.scalar(chance))])),
        ("mixed", values.any(chance, 2)),
        ("nothing", Yaml::scalar("null")),
        (
            "day",
            Yaml::scalar(chance.word(&[
                "2024-01-01",
                "2024-01-01T10:00:00Z",
                "2001-12-14t21:59:43.10-05:00",
            ])),
        ),
    ];
    for _ in 0..2 {
        if chance.slip(15) {
            let at = chance.below(entries.len());
            entries[at].1 = values.any(chance, 2);
        }
    }
    if chance.slip(20) {
        entries.remove(chance.below(entries.len()));
    }
    Yaml::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Some of the usual keys with other values, of other types now and then.
fn some_values(chance: &mut Chance, values: &mut Values) -> Yaml {
    let keys = [
        "name", "count", "items", "config", "tags", "mixed", "nothing", "ratio", "title", "numbers", "extra",
        "more",
    ];
    let mut entries: Vec<(String, Yaml)> = Vec::new();
    for _ in 0..chance.below(5) {
        let key = chance.word(&keys);
        if entries.iter().any(|(other, _)| *other == key) {
            continue;
        }
        let value = match key.as_str() {
            "name" | "title" if !chance.slip(20) => Yaml::scalar(chance.word(&["other", "\"\"", "Third"])),
            "count" if !chance.slip(20) => Yaml::scalar(chance.word(&["0", "9"])),
            "ratio" if !chance.slip(20) => Yaml::scalar("2.5"),
            "items" if !chance.slip(20) => {
                Yaml::scalar(chance.word(&["[new]", "[]", "[null, kept]", "[a, b, c]"]))
            }
            "numbers" if !chance.slip(20) => Yaml::scalar(chance.word(&["[5]", "[]", "[null, 6]"])),
            "config" if !chance.slip(20) => Yaml::scalar(chance.word(&[
                "{enabled: false}",
                "{}",
                "{port: null}",
                "{deep: {x: [1]}}",
                "{deep: null}",
                "{enabled: yes, new: 1}",
            ])),
            "tags" if !chance.slip(20) => Yaml::scalar(chance.word(&["{a: z}", "{c: 3, b: null}", "null"])),
            _ => values.any(chance, 3),
        };
        entries.push((key, value));
    }
    Yaml::Map(entries)
}

impl Project {
    /// The text of a values file.
    pub(crate) fn values_text(&mut self, template: bool, scope: &Scope) -> String {
        let mut values = Values::default();
        match self.chance.below(40) {
            0 => return String::new(),
            1 => return "# nothing but a comment\n".into(),
            2 => {
                return self
                    .chance
                    .word_or_slip(&["null\n", "{}\n", "---\n"], &["[a, b]\n", "text\n", "5\n", "...\n"]);
            }
            _ => {}
        }
        let map = if self.chance.percent(50) {
            some_values(&mut self.chance, &mut values)
        } else {
            values.map(&mut self.chance, 3)
        };
        let mut lines = map.lines(&mut self.chance);
        if template {
            if matches!(&map, Yaml::Map(entries) if entries.is_empty()) {
                lines.clear();
            }
            lines.extend(scope.entries(&mut self.chance, "made", 2));
        }
        if self.chance.percent(4) {
            lines.insert(0, self.chance.word(&["---", "--- # start", "%YAML 1.1\n---", "# first"]));
        }
        if self.chance.percent(3) {
            lines.extend(["---".to_owned(), "second: document".to_owned()]);
        }
        let end = if self.chance.percent(5) { "" } else { "\n" };
        let text = lines.join("\n") + end;
        if self.chance.percent(2) { text.replace('\n', "\r\n") } else { text }
    }

    /// Writes a values file below `folder` and gives the entry that leads to it, relative to `folder`.
    fn values_path(&mut self, folder: &str, scope: &Scope) -> String {
        let number = self.number();
        let template = self.chance.percent(35);
        let name = format!("env/v{number}.yaml{}", if template { ".gotmpl" } else { "" });
        // Functions look from the folder of the values file.
        let own = Scope {
            files: vec!["../data/text.txt".into()],
            folders: vec!["../data".into()],
            ..scope.clone()
        };
        let own = Scope { helpers: false, release: false, ..own };
        let text = self.values_text(template, &own);
        self.file(&format!("{folder}{name}"), &text);
        match self.chance.below(12) {
            0 => {
                let text = self.values_text(template, &own);
                let more = format!("env/v{number}b.yaml{}", if template { ".gotmpl" } else { "" });
                self.file(&format!("{folder}{more}"), &text);
                format!("env/v{number}*")
            }
            1 => format!("./{name}"),
            2 => format!("env/../{name}"),
            3 => format!("'env/v{number}.y?ml{}'", if template { ".gotmpl" } else { "" }),
            _ => name,
        }
    }

    /// The entries of a `values:` list of an environment, a state or a sub-helmfile, as lines of a list.
    pub(crate) fn values_entries(
        &mut self,
        folder: &str,
        usual: bool,
        scope: &Scope,
        template: bool,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut values = Values::default();
        if usual {
            let map = usual_values(&mut self.chance, &mut values);
            if self.chance.percent(50) {
                lines.extend(map.after("-", &mut self.chance));
            } else {
                let number = self.number();
                let text = map.lines(&mut self.chance).join("\n") + "\n";
                self.file(&format!("{folder}env/usual{number}.yaml"), &text);
                lines.push(format!("- env/usual{number}.yaml"));
            }
        }
        for _ in 0..self.chance.below(3) {
            match self.chance.below(20) {
                0..6 => {
                    lines.extend(some_values(&mut self.chance, &mut values).after("-", &mut self.chance));
                }
                6..8 => lines.extend(values.map(&mut self.chance, 3).after("-", &mut self.chance)),
                8 if template => {
                    lines.push("-".into());
                    let entries = scope.entries(&mut self.chance, "made", 1);
                    lines.push("  first: 1".into());
                    lines.extend(entries.iter().map(|line| indented(2, line)));
                }
                9 if self.chance.slip(50) => {
                    lines.push(self.chance.word(&["- 5", "- [a]", "- null", "- true", "- ''"]));
                }
                10 if self.chance.slip(60) => lines.push("- env/missing.yaml".into()),
                _ => lines.push(format!("- {}", self.values_path(folder, scope))),
            }
        }
        lines
    }

    /// A body of an environment, without its name: the lines below it, or `null`.
    fn environment_body(&mut self, folder: &str, usual: bool, scope: &Scope, template: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let entries = self.values_entries(folder, usual, scope, template);
        if !entries.is_empty() {
            lines.push("values:".to_owned());
            lines.extend(entries);
        }
        if self.chance.percent(15) {
            lines.push(format!("kubeContext: {}", self.chance.pick(&["cluster-a", "\"\"", "'010'", "12"])));
        }
        if self.chance.percent(20) {
            let handler = self.chance.word(&["Warn", "Info", "Debug", "Error", "Nope", "\"\"", "null"]);
            if ["Warn", "Info", "Debug"].contains(&handler.as_str()) && self.chance.percent(50) {
                lines.insert(
                    lines.iter().position(|line| line == "values:").map_or(0, |at| at + 1),
                    "- env/absent.yaml".into(),
                );
                if !lines.contains(&"values:".to_owned()) {
                    lines.insert(0, "values:".into());
                }
            }
            lines.push(format!("missingFileHandler: {handler}"));
        }
        if self.chance.slip(8) {
            lines.push("mergeStrategy: other".into());
        }
        if self.chance.percent(10) {
            lines.push(format!(
                "mergeStrategy: {}",
                self.chance.pick(&["override", "fallback", "fallback", "\"\"", "other"])
            ));
        }
        if self.chance.percent(2) {
            lines.push("missingFileHandlerConfig: {ignoreMissingGitBranch: true}".into());
        }
        lines
    }

    /// The key `environments`.
    pub(crate) fn environments(
        &mut self,
        folder: &str,
        usual: bool,
        scope: &Scope,
        template: bool,
    ) -> Vec<String> {
        let mut names = vec![self.environment.clone()];
        if self.chance.slip(15) {
            names.clear();
        }
        for other in ["default", "prod", "staging"] {
            if !names.iter().any(|name| name == other) && self.chance.percent(35) {
                names.push(other.to_owned());
            }
        }
        if names.is_empty() {
            names.push("other".into());
        }
        let mut lines = vec!["environments:".to_owned()];
        for name in names {
            let asked = name == self.environment;
            let body = self.environment_body(folder, usual && asked, scope, template);
            if body.is_empty() {
                let nothing = self.chance.word(&["", " {}", " null", " ~"]);
                lines.push(format!("  {name}:{nothing}"));
            } else {
                lines.push(format!("  {name}:"));
                lines.extend(body.iter().map(|line| indented(4, line)));
            }
        }
        lines
    }
}

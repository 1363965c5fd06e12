//! A whole project: its state files, what they need, and the command line.

use std::collections::BTreeMap;

use crate::state::Role;
use crate::support::case::Case;
use crate::support::chance::Chance;
use crate::template;

/// A project that is being made.
pub(crate) struct Project {
    pub(crate) chance: Chance,
    files: BTreeMap<String, String>,
    options: Vec<String>,
    variables: BTreeMap<String, String>,
    /// The environment that will be asked for.
    pub(crate) environment: String,
    /// Whether state files are templates whatever their names.
    pub(crate) renders_all: bool,
    /// The folder of the first state file, with a `/` at its end, or empty.
    folder: String,
    count: usize,
}

/// The project that belongs to a seed.
pub(crate) fn generate(seed: u64) -> Case {
    let mut project = Project::new(Chance::new(seed));
    project.layout();
    project.command_line();
    if project.chance.slip(25) {
        project.damage();
    }
    Case {
        head: String::new(),
        options: project.options,
        variables: project.variables,
        files: project.files.into_iter().collect(),
        ..Case::default()
    }
}

impl Project {
    fn new(mut chance: Chance) -> Self {
        let environment = chance.word(&["default", "default", "prod", "prod", "staging"]);
        let mut variables = BTreeMap::from([
            ("GEN_TEXT".to_owned(), "text of a variable".to_owned()),
            ("GEN_NUMBER".to_owned(), "8080".to_owned()),
            ("GEN_EMPTY".to_owned(), String::new()),
        ]);
        let renders_all = chance.percent(6);
        if renders_all {
            variables.insert("HELMFILE_RENDER_YAML".into(), "true".into());
        }
        Self {
            chance,
            files: BTreeMap::new(),
            options: Vec::new(),
            variables,
            environment,
            renders_all,
            folder: String::new(),
            count: 0,
        }
    }

    /// Writes a file; its text ends as it is.
    pub(crate) fn file(&mut self, path: &str, text: &str) {
        // In the text of a case a content always ends in a line break, and `\` takes it away.
        let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\\\n") };
        self.files.insert(path.to_owned(), text);
    }

    /// Whether there is such a file already.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// A number that no other call gives.
    pub(crate) fn number(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// What every folder with a state file has: a chart, files to read, sometimes helpers.
    ///
    /// Returns whether there are helpers.
    pub(crate) fn surroundings(&mut self, folder: &str) -> bool {
        self.file(&format!("{folder}chart/Chart.yaml"), "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
        self.file(&format!("{folder}data/text.txt"), "some text\nof two lines\n");
        self.file(&format!("{folder}data/map.yaml"), "a: 1\nb: [x, y]\n");
        if self.chance.percent(30) {
            let text = template::helpers(&mut self.chance);
            self.file(&format!("{folder}_helpers.tpl"), &text);
            return true;
        }
        false
    }

    fn layout(&mut self) {
        match self.chance.below(20) {
            0..12 => {
                let name = self.state_name("helmfile");
                self.state_file("", &name, Role::Main);
            }
            12..15 => {
                let name = self.state_name("helmfile");
                self.folder = "deploy/".into();
                self.state_file("deploy/", &name, Role::Main);
                self.options.extend(["-f".to_owned(), format!("deploy/{name}")]);
            }
            15..17 => {
                self.folder = "helmfile.d/".into();
                for number in 0..self.chance.between(1, 3) {
                    let name = self.state_name(&format!("{}0-part", number + 1));
                    self.state_file("helmfile.d/", &name, Role::Main);
                }
            }
            17..19 => {
                let name = self.chance.word(&[
                    "state.yaml",
                    "state.yaml.gotmpl",
                    "odd.txt",
                    "x.gotmpl",
                    "state.yml",
                ]);
                self.state_file("", &name, Role::Main);
                if self.chance.percent(30) {
                    self.variables.insert("HELMFILE_FILE_PATH".into(), name);
                } else {
                    self.options.extend(["-f".to_owned(), name]);
                }
            }
            _ => {
                self.folder = "states/".into();
                for number in 0..self.chance.between(1, 2) {
                    let name = self.state_name(&format!("s{number}"));
                    self.state_file("states/", &name, Role::Main);
                }
                self.options.extend(["-f".to_owned(), "states".to_owned()]);
            }
        }
    }

    /// A name for a state file: plain or a template.
    pub(crate) fn state_name(&mut self, stem: &str) -> String {
        format!("{stem}.yaml{}", if self.chance.percent(65) { ".gotmpl" } else { "" })
    }

    fn option(&mut self, name: &str, value: impl Into<String>) {
        self.options.extend([name.to_owned(), value.into()]);
    }

    fn command_line(&mut self) {
        if self.environment != "default" || self.chance.percent(10) {
            if self.chance.percent(15) {
                self.variables.insert("HELMFILE_ENVIRONMENT".into(), self.environment.clone());
            } else {
                let environment = self.environment.clone();
                self.option("-e", environment);
            }
        }
        if self.chance.percent(25) {
            for _ in 0..self.chance.between(1, 2) {
                let value = self.chance.word_or_slip(
                    &[
                        "name=set",
                        "count=5",
                        "config.enabled=false",
                        "config.port=010,title=x",
                        "items[0]=first",
                        "items[2]=third",
                        "new.deep.key=true",
                        "ratio=1.5",
                        "nothing=null",
                        "a\\.b=1",
                        "mixed=",
                        "on=True",
                        "config=none",
                        "numbers[1]=7",
                        "count=-1",
                        "tags.x=a=b",
                    ],
                    &["name", "config.deep.x[1]=2", "items.a=1", "=", "a[x]=1"],
                );
                self.option("--state-values-set", value);
            }
        }
        if self.chance.percent(8) {
            let value = self.chance.word(&[
                "name=true",
                "count=007",
                "title='a,b'",
                "config.port=80,name=x",
                "items[1]=null",
            ]);
            self.option("--state-values-set-string", value);
        }
        if self.chance.percent(10) {
            let path = self.values_file_for_command_line();
            self.option("--state-values-file", path);
        }
        if self.chance.percent(15) {
            for _ in 0..self.chance.between(1, 2) {
                let value = self.chance.word_or_slip(
                    &[
                        "tier=front",
                        "tier!=front",
                        "name=web1",
                        "namespace=shop",
                        "chart=chart",
                        "tier=back,name!=api2",
                        "group=a",
                        "group!=a,tier=front",
                        "missing=x",
                        "name!=web1",
                    ],
                    &["tier==x", "tier"],
                );
                self.option("-l", value);
            }
        }
        if self.chance.percent(8) {
            let name = self.chance.word(&["override", "shop"]);
            if self.chance.percent(30) {
                self.variables.insert("HELMFILE_NAMESPACE".into(), name);
            } else {
                self.option("-n", name);
            }
        }
        if self.chance.percent(6) {
            self.option("--kube-context", "elsewhere");
        }
        if self.chance.percent(2) {
            self.option("-c", "./chart");
        }
        if self.chance.percent(6) {
            let value = self.chance.word(&["true", "explicit-selector-inheritance", "false"]);
            self.variables.insert("HELMFILE_EXPERIMENTAL".into(), value);
        }
    }

    /// A values file for the command line. It is looked for from the folder of the state file, or from where the command
    /// runs, so it lies in both.
    fn values_file_for_command_line(&mut self) -> String {
        let template = self.chance.percent(40);
        let name = format!("given/values.yaml{}", if template { ".gotmpl" } else { "" });
        let text = self.values_text(template, &crate::template::Scope::default());
        self.file(&name, &text);
        self.file(&format!("{}{name}", self.folder), &text);
        name
    }

    /// Breaks one file as a slip of the keyboard does.
    fn damage(&mut self) {
        let names: Vec<String> = self.files.keys().filter(|name| !name.contains("chart/")).cloned().collect();
        let name = self.chance.pick(&names).clone();
        let mut lines: Vec<String> = self.files[&name].lines().map(str::to_owned).collect();
        if lines.is_empty() {
            return;
        }
        let at = self.chance.below(lines.len());
        match self.chance.below(8) {
            0 => {
                lines.remove(at);
            }
            1 => lines.insert(at, lines[at].clone()),
            2 => lines[at].insert(0, ' '),
            3 => {
                let cut: String = lines[at].chars().skip(1).collect();
                lines[at] = cut;
            }
            4 => {
                let odd = self.chance.word(&[
                    "\t",
                    "{{",
                    "}}",
                    ":",
                    "- ",
                    "&",
                    "{{ .Values.absent }}",
                    "#",
                    "\"",
                    "%",
                    "@x",
                ]);
                let places: Vec<usize> =
                    lines[at].char_indices().map(|(place, _)| place).chain([lines[at].len()]).collect();
                let place = *self.chance.pick(&places);
                lines[at].insert_str(place, &odd);
            }
            5 => {
                let other = self.chance.below(lines.len());
                lines.swap(at, other);
            }
            6 => lines.truncate(at + 1),
            _ => lines.insert(
                at,
                self.chance.word(&[
                    "unknown: 1",
                    "---",
                    "...",
                    "releases: []",
                    "  - x",
                    "environments: {}",
                    "{{ end }}",
                ]),
            ),
        }
        let text = lines.join("\n") + "\n";
        self.files.insert(name, text);
    }
}

//! The page about CI against the action, the component and the hooks that it describes, and what names the version against the version.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;
use serde::Deserialize as _;
use yaml_serde::Value;

use crate::support::page::Page;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn published(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file of the repository")
}

fn page() -> Page {
    Page::all().into_iter().find(|page| page.name == "docs/checks.md").expect("the page")
}

fn yaml(text: &str) -> Value {
    yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn keys(mapping: &Value) -> BTreeSet<String> {
    let mapping = mapping.as_mapping().unwrap_or_else(|| panic!("no mapping: {mapping:?}"));
    mapping.keys().map(|key| key.as_str().expect("a key").to_owned()).collect()
}

/// The names in the first column of the table after a heading.
fn table(heading: &str) -> BTreeSet<String> {
    let text = published("docs/checks.md");
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading");
    let cells =
        section.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn what_pages_give_the_action_exists() {
    let inputs = keys(&yaml(&published("action.yml"))["inputs"]);
    assert_eq!(table("GitHub"), inputs);
    let recipe = yaml(&page().tested_by("what_pages_give_the_action_exists"));
    let steps = recipe["jobs"]["helmsum"]["steps"].as_sequence().expect("steps");
    let wanted = format!("OWNER/helmsum@v{VERSION}");
    let ours: Vec<&Value> = steps.iter().filter(|step| step["uses"] == wanted.as_str()).collect();
    assert_eq!(ours.len(), 2, "{recipe:?}");
    for step in ours {
        let given = keys(&step["with"]);
        assert!(given.is_subset(&inputs), "{given:?}");
    }
}

#[test]
fn what_pages_give_the_component_exists() {
    let component = published("templates/helmsum.yml");
    let documents: Vec<Value> = yaml_serde::Deserializer::from_str(&component)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect();
    let [specification, job] = documents.as_slice() else { panic!("{} documents", documents.len()) };
    let inputs = specification["spec"]["inputs"].as_mapping().expect("inputs");
    let recipe = yaml(&page().tested_by("what_pages_give_the_component_exists"));
    let include = &recipe["include"][0];
    assert!(include["component"].as_str().expect("a component").ends_with(&format!("helmsum@{VERSION}")));
    let given = keys(&include["inputs"]);
    assert_eq!(include["inputs"]["version"], VERSION);
    for (name, input) in inputs {
        let name = name.as_str().expect("a name");
        assert!(component.contains(&format!("$[[ inputs.{name} ]]")), "{name} is never used");
        assert!(given.contains(name) || input.get("default").is_some(), "the page leaves out {name}");
    }
    assert!(given.is_subset(&keys(&specification["spec"]["inputs"])), "{given:?}");
    assert!(job["$[[ inputs.job ]]"]["script"].is_sequence());
}

#[test]
fn what_pages_say_of_hooks_exists() {
    let hooks = yaml(&published(".pre-commit-hooks.yaml"));
    let hooks = hooks.as_sequence().expect("hooks").iter();
    let ids: BTreeSet<String> = hooks.map(|hook| hook["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(table("pre-commit"), ids);
    let recipe = yaml(&page().tested_by("what_pages_say_of_hooks_exists"));
    let repository = &recipe["repos"][0];
    assert_eq!(repository["rev"], format!("v{VERSION}").as_str());
    assert!(ids.contains(repository["hooks"][0]["id"].as_str().expect("an id")));
}

#[test]
fn hooks_install_the_wheel_of_this_version() {
    let package: toml::Value = toml::from_str(&published("pyproject.toml")).expect("TOML");
    assert_eq!(package["project"]["version"].as_str(), Some(VERSION));
    let wheel = format!("helmsum=={VERSION}");
    assert_eq!(package["project"]["dependencies"][0].as_str(), Some(wheel.as_str()));
}

/// What a runner of GitLab has after it took the component in: its script, and a folder with a released archive in place of the network.
struct Runner {
    folder: tempfile::TempDir,
    script: String,
}

impl Runner {
    fn new() -> Self {
        let component = published("templates/helmsum.yml");
        let job = component.split("\n---\n").nth(1).expect("a job");
        let job = yaml(&job.replace("$[[ inputs.command ]]", "check --strict"));
        let lines = job["$[[ inputs.job ]]"]["script"].as_sequence().expect("a script");
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str().expect("a command")).collect();
        let runner = Self { folder: tempfile::tempdir().expect("a folder"), script: lines.join("\n") };
        let packed = runner.shell(&format!(
            "name=helmsum-v{VERSION}-$(uname -m)-unknown-linux-gnu
            mkdir bin released $name && cp '{}' $name/helmsum && tar -czf released/$name.tar.gz $name
            (cd released && sha256sum $name.tar.gz >SHA256SUMS)
            printf '#!/bin/sh\ncp \"$4\" \"$3\"\n' >bin/wget && chmod +x bin/wget
            cp -R '{}/examples/gateway' project",
            env!("CARGO_BIN_EXE_helmsum"),
            env!("CARGO_MANIFEST_DIR"),
        ));
        assert!(packed.status.success(), "{packed:?}");
        runner
    }

    fn shell(&self, script: &str) -> Output {
        Command::new("sh").args(["-euc", script]).current_dir(self.folder.path()).output().expect("a shell")
    }

    /// Runs the script of the job, with these values of its inputs.
    fn job(&self, environment: &str, sum: &str) -> (Option<i32>, String) {
        let done = self.shell(&format!(
            "export PATH=\"$PWD/bin:$PATH\" HELMSUM_CI_URL=\"$PWD/released\" HELMSUM_CI_VERSION={VERSION} HELMSUM_CI_FILE=
            export HELMSUM_CI_ENVIRONMENT={environment} HELMSUM_CI_SHA256={sum}
            cd project\n{}",
            self.script
        ));
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}

#[test]
fn the_component_runs_what_it_has_verified() {
    let runner = Runner::new();
    let (status, said) = runner.job("", "");
    assert!(status == Some(0) && said.contains("1 release: 1 current"), "{said}");
    let (status, said) = runner.job("all", "");
    assert!(status == Some(0) && said.contains("2 releases: 2 current"), "{said}");
    runner.shell("echo '# changed' >>project/helmfile-values/gateway/apis/users.yaml");
    let (status, said) = runner.job("production", "");
    assert!(status == Some(2) && said.contains("users.yaml"), "{said}");

    let (status, said) = runner.job("", &"0".repeat(64));
    assert!(status == Some(1) && !said.contains("users.yaml"), "{said}");
    runner.shell(": >released/SHA256SUMS");
    let (status, said) = runner.job("", "");
    assert!(status == Some(1) && !said.contains("users.yaml"), "{said}");
    runner.shell("rm released/*.tar.gz");
    let (status, said) = runner.job("", "");
    assert!(status == Some(1) && said.contains("a released version?"), "{said}");
}

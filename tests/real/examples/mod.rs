//! The examples with real helm and helmfile. No cluster is needed.

pub(crate) mod manifests;
mod rollout_checksums;

use std::path::{Path, PathBuf};

use crate::support::page::{Page, Step};
use crate::support::plugins;
use crate::support::programs;
use crate::support::replay;
use crate::support::sandbox::{Run, Sandbox};
use fs_err as fs;
use manifests::{Places, annotation, moved, places};

const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

/// A copy of an example in a git repository of its own.
struct Example {
    sandbox: Sandbox,
    project: PathBuf,
}

impl Example {
    fn new(name: &str) -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
        Some(Self::with(&programs, name))
    }

    /// The example, where these programs can be called.
    fn with(programs: &[PathBuf], name: &str) -> Self {
        let sandbox = Sandbox::new(programs, &[]);
        plugins::helmsum(&sandbox.helm_plugins());
        let project = sandbox.import(&format!("examples/{name}"), name);
        Self { sandbox, project }
    }

    /// What `helmfile template` renders.
    fn template(&self, arguments: &[&str]) -> Places {
        let arguments = [arguments, &["template"]].concat();
        places(&self.run("helmfile", &arguments).succeeds())
    }

    /// Runs a program in its folder.
    fn run(&self, program: &str, arguments: &[&str]) -> Run {
        self.sandbox.run(&self.project, program, arguments)
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.project.join(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "`{file}` has no {from:?}: {text}");
        fs::write(path, text.replace(from, to)).expect("a file");
    }

    /// What an edit moves in the manifests.
    fn edit(&self, arguments: &[&str], file: &str, from: &str, to: &str) -> Vec<String> {
        let before = self.template(arguments);
        self.replace(file, from, to);
        moved(&before, &self.template(arguments)).into_iter().collect()
    }
}

/// The folders below a folder that have a file called `name`.
fn folders_with(name: &str, folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join(name).exists() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            folders_with(name, &entry.path(), found);
        }
    }
}

fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn every_chart_passes_a_strict_lint() {
    for name in names() {
        let Some(example) = Example::new(&name) else { return };
        let mut charts = Vec::new();
        folders_with("Chart.yaml", &example.project, &mut charts);
        assert!(!charts.is_empty(), "{name} has no chart");
        for chart in charts {
            let _ = example.run("helm", &["lint", "--strict", chart.to_str().expect("UTF-8")]).succeeds();
        }
    }
}

#[test]
fn every_example_has_a_line_in_the_readme_at_the_top() {
    let readme = include_str!("../../../README.md");
    for name in names() {
        assert!(readme.contains(&format!("(examples/{name}/README.md)")), "{name}");
    }
}

#[test]
fn targets_are_committed_as_the_hook_leaves_them() {
    let all: Vec<Vec<String>> = vec![Vec::new()];
    let each = ENVIRONMENTS.iter().map(|name| vec![format!("--environment={name}")]).collect();
    let staging = vec![vec!["--environment=staging".to_owned()]];
    for (name, runs, targets) in
        [("third-party", all, 1), ("rollout-checksums", staging, 2), ("environments", each, 6)]
    {
        let Some(example) = Example::new(name) else { return };
        let committed = example.run("git", &["ls-files", "*checksum.yaml"]).succeeds();
        assert_eq!(committed.lines().count(), targets, "{committed}");
        for target in committed.lines() {
            fs::remove_file(example.project.join(target)).expect("a committed target");
        }
        for run in runs {
            let arguments: Vec<&str> = run.iter().map(String::as_str).collect();
            assert!(!example.template(&arguments).is_empty());
        }
        let changed = example.run("git", &["status", "--porcelain"]).succeeds();
        assert_eq!(changed, "", "{name}");
    }
}

#[test]
fn a_chart_alone_hashes_the_data_of_its_own_secret() {
    let Some(example) = Example::new("single-chart") else { return };
    let credentials = "helmfile-values/store/credentials.yaml";
    assert_eq!(
        example.edit(&[], credentials, "correct-horse-battery", "another"),
        ["Secret/store/data/password".to_owned(), annotation("StatefulSet/store", "checksum/credentials")]
    );
    assert_eq!(
        example.edit(&[], "charts/store/Chart.yaml", "version: 0.1.0", "version: 0.2.0"),
        ["Secret", "Service", "StatefulSet"]
            .map(|kind| format!("{kind}/store/metadata/labels/helm.sh/chart"))
    );
    // helm alone renders what helmfile does.
    let arguments = [
        "template",
        "store",
        "charts/store",
        "--namespace=data",
        "--values=helmfile-values/store/values.yaml",
        "--values=helmfile-values/store/credentials.yaml",
    ];
    let with_helm = example.run("helm", &arguments).succeeds();
    let mut with_helmfile = example.template(&[]);
    with_helmfile.retain(|place, _| !place.starts_with("ConfigMap/"));
    assert_eq!(places(&with_helm), with_helmfile);
}

#[test]
fn a_chart_alone_refuses_to_render_without_credentials() {
    let Some(example) = Example::new("single-chart") else { return };
    let told = example.run("helm", &["template", "store", "charts/store"]).fails();
    assert!(told.contains("credentials is empty"), "{told}");
}

#[test]
fn a_chart_alone_misses_the_object_of_another_release_and_helmsum_does_not() {
    const SETTINGS: &str = "helmfile-values/store/settings/journal.conf";
    let Some(example) = Example::new("single-chart") else { return };
    let data = "ConfigMap/store-settings/data/journal.conf";
    assert_eq!(example.edit(&[], SETTINGS, "always", "never"), [data]);

    let steps = Page::read("examples/single-chart/README.md").steps().expect("every block is marked");
    let changes: Vec<String> = steps
        .into_iter()
        .filter_map(|marked| if let Step::Change(change) = marked.step { Some(change) } else { None })
        .collect();
    assert_eq!(changes.len(), 1);
    replay::apply(&example.sandbox, &example.project, &changes[0]);
    let annotation = annotation("StatefulSet/store", "checksum/settings");
    assert_eq!(example.edit(&[], SETTINGS, "never", "on-commit"), [data, annotation.as_str()]);
}

#[test]
fn a_chart_of_somebody_else_keeps_its_own_annotations_beside_the_checksum() {
    let Some(example) = Example::new("third-party") else { return };
    let manifests = example.template(&[]);
    let values = fs::read_to_string(example.project.join("helmfile-values/log-agent/checksum.yaml"));
    let values: serde_json::Value = yaml_serde::from_str(&values.expect("a target")).expect("YAML");
    let at = |key: &str| manifests.get(&annotation("DaemonSet/log-agent", key));
    assert_eq!(at("checksum/helmsum"), Some(&values["podAnnotations"]["checksum/helmsum"]));
    assert!(at("checksum/helmsum").is_some_and(serde_json::Value::is_string));
    assert!(at("checksum/config").is_some_and(|own| Some(own) != at("checksum/helmsum")));
    assert_eq!(at("prometheus.io/scrape"), Some(&"true".into()));
}

#[test]
fn an_edit_moves_one_annotation_of_a_chart_of_somebody_else() {
    let Some(example) = Example::new("third-party") else { return };
    assert_eq!(
        example.edit(&[], "helmfile-values/log-agent/pipeline/20-filters.conf", "level:debug", "level:info"),
        [
            "ConfigMap/log-pipeline/data/20-filters.conf".to_owned(),
            annotation("DaemonSet/log-agent", "checksum/helmsum")
        ]
    );
    assert_eq!(
        example.edit(&[], "helmfile-values/log-agent/values.yaml", "logLevel: info", "logLevel: debug"),
        [
            "ConfigMap/log-agent/data/agent.conf".to_owned(),
            annotation("DaemonSet/log-agent", "checksum/config")
        ]
    );
    assert_eq!(
        example.edit(&[], "charts/log-pipeline/Chart.yaml", "version: 0.1.0", "version: 0.2.0"),
        ["ConfigMap/log-pipeline/metadata/labels/helm.sh/chart"]
    );
}

#[test]
fn an_edit_for_one_environment_moves_nothing_in_another() {
    let Some(example) = Example::new("environments") else { return };
    let render = || ENVIRONMENTS.map(|name| example.template(&["--environment", name]));
    let mut before = render();
    let proxy = annotation("Deployment/proxy", "checksum/config");
    let web = annotation("Deployment/web", "checksum/config");
    // The file, what is replaced in it, the data that changes with it, and in which environments.
    let edits = [
        (
            ["edge/routes/production/redirects.yaml", "/old-shop", "/shop"],
            ["ConfigMap/routes/data/redirects.yaml", &proxy],
            [false, false, true],
        ),
        (
            ["shop/catalogue/staging/items.yaml", "39", "38"],
            ["ConfigMap/catalogue/data/items.yaml", &web],
            [false, true, false],
        ),
        (
            ["edge/routes/common/health.yaml", "200", "204"],
            ["ConfigMap/routes/data/health.yaml", &proxy],
            [true, true, true],
        ),
    ];
    for ([file, from, to], places, concerned) in edits {
        example.replace(file, from, to);
        let after = render();
        for (at, concerned) in concerned.into_iter().enumerate() {
            let moved: Vec<String> = moved(&before[at], &after[at]).into_iter().collect();
            let expected: &[&str] = if concerned { &places } else { &[] };
            assert_eq!(moved, expected, "{file} in {}", ENVIRONMENTS[at]);
        }
        before = after;
    }
}

#[test]
fn the_wrong_path_for_one_environment_stops_that_one_and_no_other() {
    let Some(example) = Example::new("environments") else { return };
    let routes = example.project.join("edge/routes");
    fs::rename(routes.join("production"), routes.join("prod")).expect("a directory");
    let target = example.project.join("edge/values/proxy.production.checksum.yaml");
    let recorded = fs::read_to_string(&target).expect("a committed target");

    let told = example.run("helmsum", &["generate", "--all-environments"]).fails();
    assert!(told.contains("error[missing-source]"), "{told}");
    assert!(told.contains("denied   edge/proxy (production)"), "{told}");
    assert!(told.contains(&format!("looked for `{}`", routes.join("production").display())), "{told}");
    assert!(told.contains("6 releases: 5 current, 1 denied; 1 error"), "{told}");

    for environment in ENVIRONMENTS {
        let run = example.run("helmfile", &["--environment", environment, "template"]);
        if environment == "production" {
            let told = run.fails();
            assert!(told.contains("hook[helmsum]") && told.contains("missing-source"), "{told}");
            assert!(!told.contains("kind: Deployment"), "{told}");
        } else {
            assert!(!places(&run.succeeds()).is_empty(), "{environment}");
        }
    }
    assert_eq!(fs::read_to_string(&target).expect("the target stays"), recorded);
}

#[test]
fn a_checksum_that_is_held_moves_nothing_until_it_is_not() {
    let Some(example) = Example::new("gateway") else { return };
    let hold = "releases:\n  - release: edge/gateway\n    hold: until the index is rebuilt\n";
    fs::write(example.project.join("helmsum.yaml"), hold).expect("a file");
    // The ConfigMap of the other release has the edit; the pods that mount it do not restart.
    let orders = "helmfile-values/gateway/apis/orders.yaml";
    let places = example.edit(&[], orders, "name: orders", "name: purchases");
    assert!(places.iter().all(|place| place.starts_with("ConfigMap/")) && !places.is_empty(), "{places:?}");
    let before = example.template(&[]);
    fs::remove_file(example.project.join("helmsum.yaml")).expect("a file");
    let after: Vec<String> = moved(&before, &example.template(&[])).into_iter().collect();
    assert_eq!(after, [annotation("Deployment/gateway", "checksum/apis")]);
}

#[test]
fn a_chart_without_a_key_gets_its_checksum_where_the_object_is_read() {
    let Some(example) = Example::new("any-chart") else { return };
    let manifests = example.template(&[]);
    let key = annotation("Deployment/mail-sender", "checksum/helmsum");
    assert!(manifests.contains_key(&key), "{manifests:?}");
    let elsewhere: Vec<&String> =
        manifests.keys().filter(|place| place.contains("checksum/") && **place != key).collect();
    assert_eq!(elsewhere, [""; 0]);

    let reminder = "helmfile-values/mail/texts/reminder.txt";
    let data = "ConfigMap/mail-texts/data/reminder.txt";
    assert_eq!(example.edit(&[], reminder, "yet", "so far"), [data, key.as_str()]);
    assert_eq!(
        example.edit(&[], "charts/mail-texts/Chart.yaml", "version: 0.1.0", "version: 0.2.0"),
        ["ConfigMap/mail-texts/metadata/labels/helm.sh/chart"]
    );
    let told = example.run("helmsum", &["audit", "--strict"]).succeeds();
    assert!(told.contains("1 covered"), "{told}");
}

#[test]
fn a_chart_without_a_key_is_stopped_before_helm_starts_where_a_source_is_missing() {
    let Some(example) = Example::new("any-chart") else { return };
    example.replace("helmfile-values/mail/values.yaml", "configmap:mail-texts", "configmap:mail-words");
    let told = example.run("helmfile", &["template"]).fails();
    assert!(told.contains("hook[helmsum]") && told.contains("configmap:mail-words: not read"), "{told}");
    assert!(!told.contains("kind: Deployment"), "{told}");
}

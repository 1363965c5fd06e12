//! Pages with commands of helmfile or helm, followed to their ends.

use std::path::{Path, PathBuf};

use crate::kinds::sops::SOPS;
use crate::support::page::Page;
use crate::support::plugins;
use crate::support::programs::{self, KUSTOMIZE};
use crate::support::replay::{Tools, replay};
use crate::support::sandbox::Sandbox;

/// Where helmfile, helm and what else pages name can be called.
fn sandbox() -> Option<Sandbox> {
    let toolsets = [&programs::HELMFILE, programs::helm(), &SOPS, &KUSTOMIZE];
    let sandbox = Sandbox::new(&programs::find(&toolsets, &["git"])?, &[]);
    plugins::helmsum(&sandbox.helm_plugins());
    Some(sandbox)
}

#[test]
fn every_page_can_be_followed_with_helmfile() {
    let mut ran = 0;
    for page in Page::all() {
        let Some(sandbox) = sandbox() else { return };
        ran += replay(&sandbox, &page, Tools::There);
    }
    assert!(ran > 80, "{ran} commands");
}

#[test]
fn commands_of_helmfile_in_sentences_have_options_that_exist() {
    let Some(sandbox) = sandbox() else { return };
    let project = sandbox.import("examples/gateway", "gateway");
    let mut count = 0;
    for page in Page::all() {
        for command in page.inline_commands("helmfile") {
            let run = sandbox.run(&project, "helmfile", command.split_whitespace().skip(1).chain(["--help"]));
            assert!(run.success(), "{}: `{command}`: {}", page.name, run.told());
            count += 1;
        }
    }
    assert!(count > 20, "{count} commands");
}

#[test]
fn examples_in_the_help_of_audit_can_be_followed() {
    let Some(sandbox) = sandbox() else { return };
    let project = help(&sandbox);
    sandbox.run(&project, "git", ["update-ref", "refs/remotes/origin/main", "HEAD"]).succeeds();
    follow(&sandbox, &project, include_str!("../../docs/cli/audit.md"));
}

#[test]
fn examples_in_the_help_of_init_can_be_followed() {
    let Some(sandbox) = sandbox() else { return };
    let project = help(&sandbox);
    fs_err::write(project.join("values/gateway.yaml"), "replicas: 2\n").expect("a values file");
    sandbox.commit(&project);
    follow(&sandbox, &project, include_str!("../../docs/cli/init.md"));
    let values = fs_err::read_to_string(project.join("values/gateway.yaml")).expect("a values file");
    assert_eq!(values, "# helmsum: ../apis\nreplicas: 2\n");
}

/// The project of the examples in the help, with a chart.
fn help(sandbox: &Sandbox) -> PathBuf {
    let project = sandbox.import("tests/docs/projects/help", "help");
    fs_err::create_dir_all(project.join("chart/templates")).expect("a folder for the chart");
    let chart = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";
    let deployment = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway}
spec:
  template:
    metadata: {annotations: {checksum/apis: \"{{ .Values.configChecksum }}\"}}
    spec: {containers: [{name: app, image: nginx}]}
";
    fs_err::write(project.join("chart/Chart.yaml"), chart).expect("a chart");
    fs_err::write(project.join("chart/templates/deployment.yaml"), deployment).expect("a template");
    project
}

/// Runs the examples of a page.
#[track_caller]
fn follow(sandbox: &Sandbox, project: &Path, page: &str) {
    let examples: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("  $ ")).collect();
    assert!(examples.len() > 2, "{page}");
    let script = format!("helmsum generate --quiet --all-environments\n{}\n", examples.join("\n"));
    let run = sandbox.run(project, "sh", ["-e", "-c", &script]);
    assert!(run.success(), "{}{}", run.stdout(), run.told());
}

//! Another post-renderer that runs first.

use super::{DIRECTIVE, RED, annotations, project, template};
use crate::kinds::project::Project;
use crate::support::page::Page;

/// Adds a label to every manifest, and says so.
const LABELS: &str = "echo \"labels for $*\" >&2\nsed \"s/^metadata:/metadata:\\n  labels: {team: $1}/\"";

/// The project with a program before `helmsum annotate`.
fn with_program() -> Option<Project> {
    let project = project(DIRECTIVE)?;
    project.script("labels.sh", LABELS);
    let block = Page::read("docs/annotate.md").tested_by("another_post_renderer_runs_before");
    let block = format!("    {}\n", block.trim_end().replace('\n', "\n    "));
    let first = block.split_inclusive('\n').next().expect("a line");
    project.edit("helmfile.yaml.gotmpl", first, &block);
    Some(project)
}

#[test]
fn another_post_renderer_runs_before() {
    let Some(project) = with_program() else { return };
    let manifests = template(&project, &["-l", "name=web"]).succeeds();
    assert!(manifests.contains("team: edge"), "{manifests}");
    assert_eq!(annotations(&manifests), [format!("checksum/helmsum: {RED}")]);
    // So it is where helmsum renders the release itself, each time: for the source, and to see who reads it.
    project.helmsum(&["check", "--strict"]).succeeds();
    let told = project.helmsum(&["check", "--debug"]);
    assert!(told.success() && told.stderr().contains("2 calls of helm, 1 from the cache"), "{}", told.told());
    let audited = project.helmsum(&["audit", "--strict"]).succeeds();
    assert!(audited.contains("1 covered"), "{audited}");
    assert!(project.helmsum(&["list", "--render"]).succeeds().contains("restarts Deployment web"));
    // What it makes of the workloads counts.
    project
        .script("labels.sh", "sed 's/^kind: Deployment/kind: Job/; s/^apiVersion: apps/apiVersion: batch/'");
    assert!(project.helmsum(&["check"]).fails().contains("error[unknown-reader]"));
}

#[test]
fn a_program_that_fails_stops_helm() {
    let Some(project) = with_program() else { return };
    project.script("labels.sh", "echo 'no such team' >&2\nexit 7");
    let told = template(&project, &[]).fails();
    assert!(!told.contains("kind: Deployment"), "{told}");
    let told = project.helmsum(&["check"]).succeeds();
    assert!(
        told.contains("`./labels.sh`, which runs before `helmsum annotate`, failed with exit code 7"),
        "{told}"
    );
}

#[test]
fn without_programs_the_release_is_not_looked_at() {
    let Some(project) = with_program() else { return };
    project.edit("helmfile.yaml.gotmpl", "{{ exec \"pwd\" (list) | trim }}/", "");
    let told = project.helmsum(&["audit", "--no-exec"]).succeeds();
    assert!(told.contains("warning[unaudited-release]") && told.contains("post renderer"), "{told}");
    let told = project.helmsum(&["check", "--no-exec"]).succeeds();
    assert!(told.contains("note: release `apps/web` is not rendered here"), "{told}");
}

#[test]
fn a_release_as_a_source_is_the_same_wherever_it_is_annotated() {
    let Some(project) = with_program() else { return };
    let checksum = |project: &Project| {
        project.write("helmsum.yaml", "checksums: []\nreleases: [{release: apps/platform, sources: [\"release:apps/web\"], target: platform.checksum.yaml}]\n");
        let document = project.helmsum(&["list", "--output", "json"]).stdout();
        let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
        let releases = document["releases"].as_array().expect("releases").clone();
        let platform = releases.into_iter().find(|one| one["name"] == "platform").expect("a consumer");
        platform["sources"][0]["digest"].as_str().expect("a digest").to_owned()
    };
    let before = checksum(&project);
    project.edit("helmfile.yaml.gotmpl", "{{ exec \"pwd\" (list) | trim }}/", "/elsewhere/");
    assert_eq!(checksum(&project), before, "arguments of helmsum's own do not count");
    project.edit("helmfile.yaml.gotmpl", "      - edge\n", "      - shop\n");
    let other = checksum(&project);
    assert_ne!(other, before, "those of the program do");
    project.script("labels.sh", "cat");
    assert_ne!(checksum(&project), other, "and so does what it is");
}

#[test]
fn a_release_with_a_post_renderer_of_its_own_can_have_both() {
    let Some(project) = project(DIRECTIVE) else { return };
    project.script("labels.sh", LABELS);
    // The block for all releases, and a post-renderer that one of them has.
    let state = project.read("helmfile.yaml.gotmpl");
    let (start, rest) = state.split_once("    postRenderer:").expect("the block");
    let (block, end) = rest.split_once("  - name: platform").expect("another release");
    let block = format!("    postRenderer:{block}");
    let defaults = format!("helmDefaults:\n{}", block.replace("\n    ", "\n  ").replacen("    ", "  ", 1));
    let of_web = |own: &str| format!("{defaults}{start}{own}  - name: platform{end}");
    project.write("helmfile.yaml.gotmpl", &of_web("    postRenderer: ./labels.sh\n"));
    let told = project.helmsum(&["check"]).fails();
    assert!(
        told.contains("error[foreign-post-renderer]: release `apps/web`: its post-renderer `./labels.sh`"),
        "{told}"
    );
    // As the hint has it.
    let both = format!("{block}      - --\n      - ./labels.sh\n      - edge\n");
    project.write("helmfile.yaml.gotmpl", &of_web(&both));
    project.helmsum(&["check", "--strict"]).succeeds();
    let manifests = template(&project, &["-l", "name=web"]).succeeds();
    assert!(manifests.contains("team: edge"), "{manifests}");
    assert_eq!(annotations(&manifests), [format!("checksum/helmsum: {RED}")]);
    // The block for all does for this one too.
    project.write("helmfile.yaml.gotmpl", &of_web(""));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [format!("checksum/helmsum: {RED}")]);
}

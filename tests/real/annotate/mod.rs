//! `helmsum annotate` as the post-renderer of the real helm, and after the real helmfile.

mod files;
mod judged;
mod layouts;
mod program;

use crate::audit::project::{BY_KEY, PLATFORM, PLATFORM_VALUES, WEB};
use crate::kinds::project::Project;
use crate::support::page::Page;
use crate::support::programs::{self, helm_major};
use crate::support::sandbox::Run;

/// A release that another one makes the objects of, and that has no target. BLOCK is what makes helmsum its post-renderer.
const STATE: &str = "\
releases:
  - name: web
    namespace: apps
    chart: ./charts/web
    needs: [platform]
    values: [web.yaml]
BLOCK  - name: platform
    namespace: apps
    chart: ./charts/platform
    values: [platform.yaml]
";

/// The plugin for Helm 4, with the version of this package.
const PLUGIN: &str = include_str!("../../../plugin/plugin.yaml");

/// What the chart has where it offers a key, and not here.
const BY_THE_CHART: &str =
    "      annotations:\n        checksum/config: {{ .Values.configChecksum | quote }}\n";

/// `printf '%s  data/colour\\n' $(printf red | sha256sum | cut -d' ' -f1) | sha256sum`
const RED: &str = "f6fd52ddb136fd3e8d276e4269ab36e70c6194fd1e124d9e8edbe291475c3faa";

/// The project, with a directive in the values of `web`. helm finds helmsum as Helm 3 does, in `PATH`, or as Helm 4 does, as a plugin.
fn project(directive: &str) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    let project = Project::with(&programs);
    if helm_major() == 4 {
        let plugins = project.sandbox.project("../home/.local/share/helm/plugins");
        std::fs::create_dir_all(plugins.join("helmsum")).expect("a folder");
        fs_err::write(plugins.join("helmsum/plugin.yaml"), PLUGIN).expect("a plugin");
    }
    std::fs::remove_file(project.root.join("helmfile.yaml")).expect("a file");
    project.write("helmfile.yaml.gotmpl", &STATE.replace("BLOCK", &block()));
    project.chart("web", &WEB.replace(BY_THE_CHART, ""));
    project.chart("platform", PLATFORM);
    project.write("web.yaml", &format!("{directive}{BY_KEY}"));
    project.write("platform.yaml", PLATFORM_VALUES);
    Some(project)
}

/// The block of the manual, below a release.
fn block() -> String {
    let block =
        Page::read("docs/annotate.md").tested_by("the_block_puts_a_checksum_on_a_chart_without_a_key");
    format!("    {}\n", block.trim_end().replace('\n', "\n    "))
}

fn template(project: &Project, arguments: &[&str]) -> Run {
    project.helmfile(&[&["--quiet"], arguments, &["template", "--skip-deps"]].concat())
}

/// The annotations of helmsum's in manifests, in their order.
fn annotations(manifests: &str) -> Vec<String> {
    let lines = manifests.replace(['{', '}', ','], "\n");
    let own = lines.lines().map(|line| line.trim().replace('"', ""));
    own.filter(|line| line.starts_with("checksum/helmsum")).collect()
}

const DIRECTIVE: &str = "# helmsum: configmap:settings\n";

#[test]
fn the_block_puts_a_checksum_on_a_chart_without_a_key() {
    let Some(project) = project(DIRECTIVE) else { return };
    let manifests = template(&project, &[]).succeeds();
    assert_eq!(annotations(&manifests), [format!("checksum/helmsum: {RED}")]);
    project.edit("platform.yaml", "colour: red", "colour: blue");
    let moved = annotations(&template(&project, &[]).succeeds());
    assert!(moved.len() == 1 && !moved[0].contains(RED), "{moved:?}");
    // Where nothing is declared, nothing is added.
    project.write("web.yaml", BY_KEY);
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [""; 0]);
}

#[test]
fn several_sources_are_several_annotations() {
    let Some(project) = project(&format!("{DIRECTIVE}# helmsum: ./conf as conf on=Deployment/web\n")) else {
        return;
    };
    project.write("conf/a", "1");
    let manifests = template(&project, &[]).succeeds();
    let digest = project.helmsum(&["hash", "conf"]).succeeds();
    let conf = format!("checksum/helmsum.conf: {}", digest.trim());
    assert_eq!(annotations(&manifests), [conf, format!("checksum/helmsum.configmap.settings: {RED}")]);
}

#[test]
fn what_is_annotated_is_explained_with_its_annotation_and_its_pods() {
    let Some(project) = project(DIRECTIVE) else { return };
    let told = project.helmsum(&["explain", "web", "--render"]).succeeds();
    for line in [
        "apps/web  annotated\n",
        "  target     none: `helmsum annotate` puts `checksum/helmsum` on the pods that read these\n",
        &format!("  checksum   {RED}\n"),
        "    restarts Deployment web\n",
        "    Deployment web reads ConfigMap settings (env COLOUR of container app): covered by configmap:settings\n",
    ] {
        assert!(told.contains(line), "{line:?} is not in {told}");
    }
}

#[test]
fn what_an_auto_finds_goes_on_the_pods_that_read_it() {
    let Some(project) = project("# helmsum: auto\n") else { return };
    let manifests = template(&project, &[]).succeeds();
    assert_eq!(annotations(&manifests), [format!("checksum/helmsum: {RED}")]);
    project.edit("web.yaml", "      env:\n", "      envFrom: [{secretRef: {name: db}}]\n      env:\n");
    let manifests = template(&project, &[]).succeeds();
    let found = annotations(&manifests);
    assert!(found.contains(&format!("checksum/helmsum.configmap.settings: {RED}")), "{found:?}");
    assert!(found.len() == 2 && found.iter().any(|one| one.contains("helmsum.secret.db: ")), "{found:?}");
    // Nothing is read, so nothing is added.
    project.write("web.yaml", "# helmsum: auto\npod: {containers: [{name: app, image: web}]}\n");
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [""; 0]);
}

#[test]
fn the_objects_of_the_release_that_files_belong_to_tell_who_reads_them() {
    let Some(project) = project("# helmsum: ./conf from=platform\n") else { return };
    project.write("conf/a", "1");
    let digest = project.helmsum(&["hash", "conf"]).succeeds();
    let manifests = template(&project, &[]).succeeds();
    assert_eq!(annotations(&manifests), [format!("checksum/helmsum: {}", digest.trim())]);
    project.write("web.yaml", &format!("# helmsum: release:apps/platform\n{BY_KEY}"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()).len(), 1);
}

#[test]
fn helm_stops_where_nobody_knows_who_reads_a_source() {
    let Some(project) = project("# helmsum: secret:db\n") else { return };
    let told = template(&project, &[]).fails();
    if helm_major() == 3 {
        assert!(
            told.contains("error[unknown-reader]") && told.contains("no workload reads Secret `db`"),
            "{told}"
        );
    }
    project.write("web.yaml", &format!("# helmsum: secret:db on=*\n{BY_KEY}"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()).len(), 1);
}

#[test]
fn a_release_that_is_annotated_is_wired() {
    let Some(project) = project(DIRECTIVE) else { return };
    let told = project.helmsum(&["check", "--strict", "--all"]).succeeds();
    assert!(told.contains("annotated  apps/web"), "{told}");
    project.edit("helmfile.yaml.gotmpl", "postRenderer: helmsum", "createNamespace: false");
    assert!(project.helmsum(&["check"]).fails().contains("unwired-release"));
}

#[test]
fn what_helmfile_prints_is_bridged_as_a_stream() {
    let Some(project) = project("") else { return };
    let plain = template(&project, &[]).succeeds();
    project.write("stream.yaml", &plain);
    let annotated = project.shell("helmsum annotate < stream.yaml");
    assert_eq!(annotations(&annotated), [format!("checksum/helmsum.configmap.settings: {RED}")]);
    let kept: Vec<&str> = annotated
        .lines()
        .filter(|line| !line.contains("annotations:") && !line.contains("checksum/helmsum"))
        .collect();
    let before: Vec<&str> = plain.trim_end().lines().filter(|line| !line.contains("annotations:")).collect();
    assert_eq!(kept, before);
}

#[test]
fn a_release_that_renders_nothing_is_no_failure() {
    let Some(project) = project("") else { return };
    project.chart("web", "{{- /* nothing */ -}}\n");
    let manifests = template(&project, &["-l", "name=web"]);
    assert!(manifests.success(), "{}", manifests.told());
}

#[test]
fn the_plugin_has_the_version_of_the_package() {
    let version = format!("\nversion: {}\n", env!("CARGO_PKG_VERSION"));
    assert!(PLUGIN.contains(&version), "{version}");
}

#[test]
fn an_audit_knows_on_which_pods_annotate_puts_a_checksum() {
    let Some(project) = project(DIRECTIVE) else { return };
    let told = project.helmsum(&["audit", "--strict"]).succeeds();
    assert!(told.contains("1 covered"), "{told}");
    project.write("web.yaml", &format!("# helmsum: configmap:settings on=Deployment/other\n{BY_KEY}"));
    let told = project.helmsum(&["audit"]).fails();
    assert!(told.contains("error[missed-workload]"), "{told}");
    assert!(told.contains("add `on=Deployment/web` to its directive"), "{told}");
}

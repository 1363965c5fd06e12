//! Annotated releases in states of every layout.

use super::judged::hook;
use super::{BY_THE_CHART, DIRECTIVE, PLATFORM_VALUES, STATE, annotations, block, project, template};
use crate::audit::project::{BY_KEY, PLATFORM, WEB};
use crate::kinds::project::Project;
use crate::support::programs::helm_major;

/// The annotation that [`DIRECTIVE`] leads to.
fn red() -> String {
    format!("checksum/helmsum: {}", super::RED)
}

/// The block of the manual as a plain state file has it.
fn plain_block(file: &str) -> String {
    let block = block().replace("{{ exec \"pwd\" (list) | trim }}/helmfile.yaml.gotmpl", file);
    let lines = block.lines().map(|line| match line.split_once("- --") {
        Some((indent, argument)) => {
            let argument = argument.replace("{{`", "").replace("`}}", "");
            format!("{indent}- \"--{argument}\"\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn a_namespace_of_the_command_line_is_that_of_all() {
    let Some(project) = project(DIRECTIVE) else { return };
    project.write("helmfile.yaml.gotmpl", &format!("{}{}", hook(), project.read("helmfile.yaml.gotmpl")));
    assert_eq!(annotations(&template(&project, &["-n", "given"]).succeeds()), [red()]);
    // One that the state file has.
    project.edit("helmfile.yaml.gotmpl", "    namespace: apps\n", "");
    project
        .write("helmfile.yaml.gotmpl", &format!("namespace: own\n{}", project.read("helmfile.yaml.gotmpl")));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
    // None at all.
    project.edit("helmfile.yaml.gotmpl", "namespace: own\n", "");
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
}

#[test]
fn a_kube_context_may_stand_anywhere() {
    let Some(project) = project(DIRECTIVE) else { return };
    let state = format!("{}{}", hook(), project.read("helmfile.yaml.gotmpl"));
    let of_release = |state: &str, name: &str, context: &str| {
        state.replace(
            &format!("  - name: {name}\n"),
            &format!("  - name: {name}\n    kubeContext: {context}\n"),
        )
    };
    for (state, arguments) in [
        (format!("kubeContext: one\n{state}"), &[][..]),
        (format!("helmDefaults: {{kubeContext: one}}\n{state}"), &[]),
        (of_release(&of_release(&state, "web", "one"), "platform", "one"), &[]),
        (state.clone(), &["--kube-context=one"]),
    ] {
        project.write("helmfile.yaml.gotmpl", &state);
        assert_eq!(annotations(&template(&project, arguments).succeeds()), [red()], "{state}");
    }
    // Two clusters that have the same releases, each with other data.
    let both = format!("{}{}", of_release(&of_release(&state, "web", "one"), "platform", "one"), {
        let releases = state.split_once("releases:\n").expect("releases").1;
        let other = of_release(&of_release(releases, "web", "two"), "platform", "two");
        other.replace("platform.yaml", "other.yaml")
    });
    project.write("other.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    project.write("helmfile.yaml.gotmpl", &both.replace("needs: [platform]", "needs: []"));
    project.edit("web.yaml", "configmap:settings", "configmap:settings from=platform");
    let found = annotations(&template(&project, &[]).succeeds());
    assert!(found.len() == 2 && found.contains(&red()) && found[0] != found[1], "{found:?}");
    // By hand, without a helmfile around.
    for (context, is_red) in [("one", true), ("two", false)] {
        let script = format!(
            "helm template web charts/web --namespace apps --values web.yaml \
             | helmsum annotate --file=helmfile.yaml.gotmpl --release=apps/web --namespace= --kube-context={context}"
        );
        let found = annotations(&project.shell(&script));
        assert_eq!((found.len(), found.contains(&red())), (1, is_red), "{context}: {found:?}");
    }
}

#[test]
fn state_values_of_the_command_line_have_to_be_handed_over() {
    let Some(project) = project(DIRECTIVE) else { return };
    project.write("helmfile.yaml.gotmpl", &format!("{}{}", hook(), project.read("helmfile.yaml.gotmpl")));
    let given = &["--state-values-set", "colour=red"];
    let told = template(&project, given).fails();
    assert!(told.contains("error[unverified-state]"), "{told}");
    let handed_over = "      - --state-values-set=colour=red\n";
    // The last argument of the hook, and one of the block.
    for before in ["      - --helmfile-command", "      - --release="] {
        project.edit("helmfile.yaml.gotmpl", before, &format!("{handed_over}{before}"));
    }
    assert_eq!(annotations(&template(&project, given).succeeds()), [red()]);
}

#[test]
fn many_releases_are_annotated_at_once() {
    let Some(project) = project(DIRECTIVE) else { return };
    let text = project.read("helmfile.yaml.gotmpl");
    let (web, platform) = text.split_once("  - name: platform").expect("two releases");
    let web = web.trim_start_matches("releases:\n");
    let all: String =
        (0..6).map(|number| web.replace("name: web\n", &format!("name: web-{number}\n"))).collect();
    project.write("helmfile.yaml.gotmpl", &format!("{}releases:\n{all}  - name: platform{platform}", hook()));
    // Nothing is kept of it yet, and all look for the same.
    let found = annotations(&template(&project, &["--concurrency=0"]).succeeds());
    assert_eq!(found, vec![red(); 6]);
}

#[test]
fn a_sub_helmfile_has_the_block_too() {
    let Some(project) = project(DIRECTIVE) else { return };
    for file in ["web.yaml", "platform.yaml"] {
        project.write(&format!("sub/{file}"), &project.read(file));
    }
    let state = format!("{}{}", hook(), project.read("helmfile.yaml.gotmpl"));
    project.write("sub/helmfile.yaml.gotmpl", &state.replace("./charts", "../charts"));
    project.write("helmfile.yaml.gotmpl", "helmfiles:\n  - path: sub/helmfile.yaml.gotmpl\n");
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
    // From elsewhere.
    let from = project.sandbox.project("");
    let told = project.sandbox.run(&from, "helmfile", ["-q", "-f", "edge/helmfile.yaml.gotmpl", "template"]);
    assert_eq!(annotations(&told.succeeds()), [red()]);
}

/// The project with its state in `helmfile.d`, below which are the values.
fn in_directory() -> Option<Project> {
    let project = project(DIRECTIVE)?;
    std::fs::remove_file(project.root.join("helmfile.yaml.gotmpl")).expect("a file");
    for file in ["web.yaml", "platform.yaml"] {
        project.write(&format!("helmfile.d/values/{file}"), &project.read(file));
    }
    Some(project)
}

/// A state with a block for a file in `helmfile.d`, whose releases are in a namespace.
fn of_directory(block: &str, namespace: &str) -> String {
    let state = STATE.replace("BLOCK", block).replace("./charts", "../charts");
    let state =
        state.replace("[web.yaml]", "[values/web.yaml]").replace("[platform.yaml]", "[values/platform.yaml]");
    state.replace("namespace: apps", &format!("namespace: {namespace}"))
}

#[test]
fn each_file_of_a_directory_has_the_block_with_its_own_name() {
    let Some(project) = in_directory() else { return };
    let named = |name: &str| block().replace("/helmfile.yaml.gotmpl", &format!("/{name}"));
    let from = project.sandbox.project("");
    let from_elsewhere = || {
        let arguments = ["-q", "-f", "edge/helmfile.d", "template", "--skip-deps"];
        annotations(&project.sandbox.run(&from, "helmfile", arguments).succeeds())
    };
    project.write("helmfile.d/a.yaml.gotmpl", &of_directory(&named("a.yaml.gotmpl"), "apps"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
    assert_eq!(from_elsewhere(), [red()]);
    // Beside another one, helm works in the folder of the caller.
    project.write("helmfile.d/b.yaml.gotmpl", &of_directory(&named("b.yaml.gotmpl"), "other"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red(), red()]);
    assert_eq!(from_elsewhere(), [red(), red()]);
}

#[test]
fn a_plain_file_of_a_directory_is_named_from_where_helm_works() {
    let Some(project) = in_directory() else { return };
    project.write("helmfile.d/a.yaml", &of_directory(&plain_block("a.yaml"), "apps"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
    project.write("helmfile.d/b.yaml", &of_directory(&plain_block("helmfile.d/b.yaml"), "other"));
    let told = template(&project, &[]).fails();
    let said =
        format!("there is no state file `a.yaml`: `helmsum annotate` works in `{}`", project.root.display());
    if helm_major() == 3 {
        assert!(told.contains(&said), "{told}");
    }
    let told = project.helmsum(&["check"]).succeeds();
    assert!(told.contains(&format!("that failed: error: {said}")), "{told}");
    project.write("helmfile.d/a.yaml", &of_directory(&plain_block("helmfile.d/a.yaml"), "apps"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red(), red()]);
}

#[test]
fn a_plain_state_file_is_named_from_its_folder() {
    let Some(project) = project(DIRECTIVE) else { return };
    std::fs::remove_file(project.root.join("helmfile.yaml.gotmpl")).expect("a file");
    project.write("helmfile.yaml", &STATE.replace("BLOCK", &plain_block("helmfile.yaml")));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), [red()]);
    let from = project.sandbox.project("");
    let told = project.sandbox.run(&from, "helmfile", ["-q", "-f", "edge/helmfile.yaml", "template"]);
    assert_eq!(annotations(&told.succeeds()), [red()]);
    project.write("helmfile.yaml", &STATE.replace("BLOCK", &plain_block("state.yaml")));
    let told = template(&project, &[]).fails();
    if helm_major() == 3 {
        assert!(told.contains("state.yaml") && told.contains("`helmsum annotate` works in"), "{told}");
    }
    let told = project.helmsum(&["check"]).succeeds();
    assert!(told.contains("that failed: error: ") && told.contains("works in"), "{told}");
}

#[test]
fn hooks_of_helm_are_left_alone() {
    let Some(project) = project("# helmsum: configmap:settings on=*\n") else { return };
    let hook = WEB.replace(BY_THE_CHART, "").replace(
        "  name: {{ .Release.Name }}\n",
        "  name: hook\n  annotations: {helm.sh/hook: pre-upgrade}\n",
    );
    let cases =
        hook.replace("Deployment", "Job").replace("apps/v1", "batch/v1").replace("name: hook", "name: job");
    project.chart("web", &format!("{}---\n{hook}---\n{cases}", WEB.replace(BY_THE_CHART, "")));
    let manifests = template(&project, &["-l", "name=web"]).succeeds();
    assert!(manifests.contains("helm.sh/hook"), "{manifests}");
    assert_eq!(annotations(&manifests), [red()]);
    assert!(project.helmsum(&["check", "--strict"]).success());
}

#[test]
fn a_release_that_renders_nothing_but_declares_a_source_has_no_reader() {
    let Some(project) = project("") else { return };
    project.chart("web", "{{- /* nothing */ -}}\n");
    project.write("web.yaml", &format!("# helmsum: configmap:settings\n{BY_KEY}"));
    project.chart("platform", PLATFORM);
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("no workload reads ConfigMap `settings`; the release has none"), "{told}");
    // Helm gives it to no post-renderer, or stops.
    let run = template(&project, &["-l", "name=web"]);
    assert!(!run.success() || annotations(&run.stdout()).is_empty(), "{}", run.told());
}

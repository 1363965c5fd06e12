//! Which way is found for which chart.

use super::{STATE, WITH_KEY, init, project, without_key};
use crate::audit::project::{BY_KEY, BY_SECRET, WEB};
use crate::support::programs::helm_major;

#[test]
fn a_key_of_the_chart_is_found_and_used() {
    let Some(project) = project(&[("helmfile.yaml", STATE), ("web.yaml", BY_SECRET)]) else { return };
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    let run = init(&project, &[]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.read("web.yaml").starts_with("# helmsum: secret:db from=apps/platform\npod:\n"));
    assert_eq!(
        project.read("helmsum.yaml"),
        "releases:\n  - release: apps/web\n    format: pod-annotations\n    key: podAnnotations\n"
    );
    let state = project.read("helmfile.yaml");
    assert!(
        state.contains("      - web.yaml\n      - web.checksum.yaml\n    needs:\n      - apps/platform\n"),
        "{state}"
    );
    assert!(state.ends_with("- \"--helmfile-command={{ .HelmfileCommand }}\"\n"), "{state}");
    assert!(!state.contains("--strict"), "no key is there for digests of Secrets: {state}");
    let told = run.stderr();
    assert!(
        told.contains("by `podAnnotations` of its chart; restarts Deployment web: seen with another content"),
        "{told}"
    );
}

#[test]
fn the_key_of_a_chart_for_helmsum_needs_no_configuration() {
    let chart = WEB.replace(
        "{{ .Values.configChecksum | quote }}",
        "{{ .Values.configChecksum | default \"none\" | quote }}",
    );
    let Some(project) = project(&[("helmfile.yaml.gotmpl", STATE), ("web.yaml", BY_KEY)]) else { return };
    project.chart("web", &chart);
    project.sandbox.commit(&project.root);
    let run = project.helmsum(&["init", "--apply"]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(!project.root.join("helmsum.yaml").exists());
    project.helmsum(&["audit"]).succeeds();
    let state = project.read("helmfile.yaml.gotmpl");
    assert!(state.ends_with("- --helmfile-command={{`{{ .HelmfileCommand }}`}}\n"), "{state}");
}

#[test]
fn a_chart_of_the_repository_gets_a_line() {
    let Some(project) = project(&[("helmfile.yaml", STATE), ("web.yaml", BY_KEY)]) else { return };
    project.chart("web", &without_key());
    project.sandbox.commit(&project.root);
    let run = init(&project, &["--via", "target"]);
    assert_eq!(run.code(), 0, "{}", run.told());
    let chart = project.read("charts/web/templates/all.yaml");
    assert!(chart.contains("checksum/helmsum: {{ . | quote }}"), "{chart}");
}

#[test]
fn without_a_key_helm_gives_manifests_to_helmsum() {
    let Some(project) = project(&[("helmfile.yaml.gotmpl", STATE), ("web.yaml", BY_KEY)]) else { return };
    project.chart("web", &without_key());
    project.sandbox.commit(&project.root);
    let run = project.helmsum(&["init"]);
    if helm_major() == 4 {
        // The plugin is not installed, so the chart is edited.
        assert!(run.stdout().contains("charts/web/templates/all.yaml"), "{}", run.told());
        let run = project.helmsum(&["init", "--via", "annotate"]);
        assert_eq!((run.code(), run.stdout().as_str()), (2, ""), "{}", run.told());
        assert!(run.stderr().contains("Helm 4 needs the plugin `helmsum`"), "{}", run.told());
        return;
    }
    assert!(run.stdout().contains("+    postRenderer: helmsum\n"), "{}", run.told());
    let run = init(&project, &[]);
    assert_eq!(run.code(), 0, "{}", run.told());
}

#[test]
fn a_release_is_told_what_files_it_depends_on() {
    let Some(project) = project(&[
        ("helmfile.yaml", STATE),
        ("web.yaml", "pod: {containers: [{name: app, image: web}]}\n"),
        ("conf/my files/a.txt", "a"),
    ]) else {
        return;
    };
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    let run = init(&project, &["web", "conf"]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.read("web.yaml").starts_with("# helmsum: ./conf\n"));
    let run = project.helmsum(&["init", "web", "no-such"]);
    assert_eq!(run.code(), 1);
    assert!(
        run.stderr().contains("`no-such` is neither a release of the state nor a file"),
        "{}",
        run.told()
    );
}

#[test]
fn pods_that_do_not_read_it_are_not_restarted() {
    let two = format!(
        "{WITH_KEY}---\n{}",
        WITH_KEY.replace("{{ .Release.Name }}", "other").replace(".Values.pod ", ".Values.other ")
    );
    let values = format!("{BY_KEY}other: {{containers: [{{name: app, image: web}}]}}\n");
    let Some(project) = project(&[("helmfile.yaml", STATE), ("web.yaml", &values)]) else { return };
    project.chart("web", &two);
    project.sandbox.commit(&project.root);
    let run = project.helmsum(&["init", "--via", "key"]);
    assert_eq!((run.code(), run.stdout().as_str()), (2, ""), "{}", run.told());
    assert!(
        run.stderr().contains("no key of its chart reaches just the pods that read it"),
        "{}",
        run.told()
    );
}

#[test]
fn files_with_other_changes_are_left_alone() {
    let Some(project) = project(&[("helmfile.yaml", STATE), ("web.yaml", BY_KEY)]) else { return };
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    project.edit("web.yaml", "image: web", "image: web2");
    let before = super::files(&project);
    let run = project.helmsum(&["init", "--apply"]);
    assert_eq!(run.code(), 1, "{}", run.told());
    assert!(run.stderr().contains("`web.yaml` has changes that are not committed"), "{}", run.told());
    assert_eq!(super::files(&project), before);
    assert_eq!(project.helmsum(&["init", "--apply", "--force"]).code(), 0);
}

#[test]
fn a_strict_hook_and_no_key_are_told_before_anything_is_edited() {
    let hook = "hooks:\n  - name: helmsum\n    events: [prepare]\n    showlogs: true\n    command: helmsum\n    args: [generate, --strict, --file=helmfile.yaml, \"--environment={{ .Environment.Name }}\", \"--namespace={{ .Namespace }}\", \"--expect-environment={{ .Environment | toJson | sha256sum }}\"]
";
    let state = format!("{STATE}{hook}");
    let Some(project) = project(&[("helmfile.yaml", &state), ("web.yaml", BY_SECRET)]) else { return };
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    let run = project.helmsum(&["init"]);
    assert_eq!((run.code(), run.stdout().as_str()), (2, ""), "{}", run.told());
    assert!(
        run.stderr()
            .contains("its hook is strict, and release `apps/web`: `secret:db` is hashed without a key"),
        "{}",
        run.told()
    );
    project.write("key", &format!("{}\n", "5".repeat(64)));
    project.write("helmsum.yaml", "keyFile: key\n");
    // Before git looks at it, so that it is not written anew.
    project.shell("chmod 600 key");
    project.sandbox.commit(&project.root);
    let run = init(&project, &[]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.read("helmsum.yaml").starts_with("keyFile: key\nreleases:\n"));
}

#[test]
fn what_the_edits_settle_does_not_keep_the_hook_from_being_strict() {
    let listed = STATE.replace("      - web.yaml\n", "      - web.yaml\n      - web.checksum.yaml\n");
    let declared = format!("# helmsum: configmap:settings from=apps/platform\n{BY_KEY}");
    let Some(project) = project(&[("helmfile.yaml", &listed), ("web.yaml", &declared)]) else { return };
    project.chart("web", WEB);
    project.helmsum(&["generate"]).succeeds();
    project.write("web.yaml", BY_KEY);
    project.sandbox.commit(&project.root);
    let run = project.helmsum(&["init", "--apply"]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(!run.stderr().contains("would deny"), "{}", run.told());
    let state = project.read("helmfile.yaml");
    assert!(state.contains("- --strict\n"), "{state}");
    project.helmsum(&["check", "--strict"]).succeeds();
}

#[test]
fn commands_that_are_told_have_the_options_of_the_run() {
    let Some(project) = project(&[("infra/stack.yaml.gotmpl", ""), ("web.yaml", BY_KEY)]) else { return };
    let environments = "environments: {prod: {}}\n---\n";
    let state = format!("{environments}{}", STATE.replace("./charts", "../charts"));
    let state = state.replace("- web.yaml", "- ../web.yaml").replace("[platform.yaml]", "[../platform.yaml]");
    project.write("infra/stack.yaml.gotmpl", &state);
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    let options = ["-f", "infra/stack.yaml.gotmpl", "-e", "prod"];
    let given = "--file=infra/stack.yaml.gotmpl --environment=prod";
    let audit = project.helmsum(&[&["audit"], &options[..]].concat());
    let hint = format!("`helmsum init {given} apps/web` shows the edits");
    assert!(audit.stdout().contains(&hint), "{}", audit.told());
    let init = project.helmsum(&[&["init"], &options[..]].concat());
    let next = format!("and run `helmsum generate {given}`; or give `--apply`");
    assert!(init.stderr().contains(&next), "{}", init.told());
    let applied = project.helmsum(&[&["init", "--apply"], &options[..]].concat());
    let passes = format!("`helmsum check {given} --strict` passes");
    assert!(applied.stderr().contains(&passes), "{}", applied.told());
}

//! State files and values files in all their forms: edited right, or told.

use super::{STATE, WITH_KEY, files, init, manifests, project, reset};
use crate::audit::project::BY_KEY;
use crate::kinds::project::Project;

/// A project whose chart takes annotations.
fn with_key(files: &[(&str, &str)]) -> Option<Project> {
    let project = project(files)?;
    project.chart("web", WITH_KEY);
    project.sandbox.commit(&project.root);
    Some(project)
}

/// A state file and a values file, edited; the values of the release in the state file are then as expected.
#[track_caller]
fn edited(state: (&str, &str), values: (&str, &str), expected: &[&str]) {
    let Some(project) = with_key(&[state, values]) else { return };
    let run = init(&project, &[]);
    assert_eq!(run.code(), 0, "{}", run.told());
    for part in expected {
        let (state, values) = (project.read(state.0), project.read(values.0));
        assert!(state.contains(part) || values.contains(part), "{part:?}\n{state}\n{values}");
    }
}

/// What is told, where nothing is edited.
#[track_caller]
fn told(state: (&str, &str), values: (&str, &str), expected: &[&str]) {
    let Some(project) = with_key(&[state, values]) else { return };
    manifests(&project);
    let before = files(&project);
    for arguments in [&["init"][..], &["init", "--apply"]] {
        let run = project.helmsum(arguments);
        assert_eq!((run.code(), run.stdout().as_str()), (2, ""), "{}", run.told());
        for part in expected {
            assert!(run.stderr().contains(part), "{part:?} in {}", run.told());
        }
        assert_eq!(files(&project), before, "{}", run.told());
    }
    reset(&project);
}

const VALUES: (&str, &str) = ("web.yaml", BY_KEY);

/// The release that makes what `web` reads.
const PLATFORM: &str =
    "  - name: platform\n    namespace: apps\n    chart: ./charts/platform\n    values: [platform.yaml]\n";

fn state(web: &str) -> String {
    format!("releases:\n{web}{PLATFORM}")
}

#[test]
fn lists_are_extended_in_their_own_style() {
    for (web, expected) in [
        // Items on the column of the key, and a comment after the last one.
        (
            "- name: web\n  namespace: apps\n  chart: ./charts/web\n  values:\n  - web.yaml # its own\n  # no more\n",
            "  - web.yaml # its own\n  - web.checksum.yaml\n",
        ),
        (
            "  - {name: web, namespace: apps, chart: ./charts/web, values: [web.yaml]}\n",
            "values: [web.yaml, web.checksum.yaml], needs: [apps/platform]}",
        ),
        (
            "  - name: web\n    namespace: apps\n    chart: ./charts/web\n    values: [web.yaml,]\n    needs: []\n",
            "values: [web.yaml, web.checksum.yaml,]\n    needs: [apps/platform]\n",
        ),
        (
            "  - name: web\n    namespace: apps\n    chart: ./charts/web\n    values:\n      - web.yaml\n      - extra: |\n          a: 1\n\n          b: 2\n\n",
            "          b: 2\n      - web.checksum.yaml\n",
        ),
    ] {
        let platform =
            if web.starts_with('-') { PLATFORM.replace("\n  ", "\n") } else { PLATFORM.to_owned() };
        let platform = if web.starts_with('-') { platform[2..].to_owned() } else { platform };
        edited(("helmfile.yaml", &format!("releases:\n{web}{platform}")), VALUES, &[expected]);
    }
}

#[test]
fn line_ends_and_a_missing_last_one_are_kept() {
    let crlf = STATE.replace('\n', "\r\n");
    edited(
        ("helmfile.yaml", &crlf),
        ("web.yaml", &BY_KEY.replace('\n', "\r\n")),
        &[
            "# helmsum: configmap:settings from=apps/platform\r\npod:\r\n",
            "      - web.checksum.yaml\r\n",
            "hooks:\r\n",
        ],
    );
    let open = format!(
        "releases:\n{PLATFORM}  - name: web\n    namespace: apps\n    chart: ./charts/web\n    values:\n      - web.yaml"
    );
    edited(
        ("helmfile.yaml", &open),
        VALUES,
        &["      - web.yaml\n      - web.checksum.yaml\n    needs:\n      - apps/platform\n\nhooks:\n"],
    );
}

#[test]
fn hooks_that_are_there_get_one_more() {
    let state = format!(
        "hooks:\n  - name: hello\n    events: [prepare]\n    command: echo\n    args: [hello]\n\n{STATE}"
    );
    edited(
        ("helmfile.yaml", &state),
        VALUES,
        &["    args: [hello]\n  - name: helmsum\n    events: [prepare]\n"],
    );
    let flow = format!("hooks: [{{name: hello, events: [prepare], command: echo}}]\n{STATE}");
    told(
        ("helmfile.yaml", &flow),
        VALUES,
        &["it is written in braces or brackets (line 1)", "add to helmfile.yaml, `hooks:`:"],
    );
}

#[test]
fn templates_around_releases_are_left_as_they_are() {
    let state = format!(
        "environments:\n  default:\n    values: [{{on: true}}]\n---\n{{{{- $x := 1 }}}}\nreleases:\n{{{{- if .Values.on }}}}\n{}{{{{- end }}}}\n{PLATFORM}",
        "  - name: web\n    namespace: apps\n    chart: ./charts/web\n    values:\n      - web.yaml\n      {{- if .Values.on }}\n      - more: {{ .Values.on }}\n      {{- end }}\n"
    );
    edited(
        ("helmfile.yaml.gotmpl", &state),
        ("web.yaml", BY_KEY),
        &[
            "      {{- end }}\n      - web.checksum.yaml\n    needs:\n      - apps/platform\n{{- end }}\n",
            "- --file=helmfile.yaml.gotmpl\n",
        ],
    );
}

#[test]
fn a_values_template_gets_its_directive_where_no_action_takes_it() {
    let state = STATE.replace("- web.yaml", "- web.yaml.gotmpl");
    let values = format!("{{{{- if true -}}}}\n{BY_KEY}{{{{- end -}}}}\n");
    told(
        ("helmfile.yaml", &state),
        ("web.yaml.gotmpl", &values),
        &[
            "`web.yaml.gotmpl` is not edited: an action takes the line break away (line 1)",
            "# helmsum: configmap:settings from=apps/platform",
        ],
    );
    for (first, expected) in [
        ("{{ $a := 1 }}\n", "# helmsum: configmap:settings from=apps/platform\n{{ $a := 1 }}\n"),
        (
            "{{- $a := 1 }}\n# Why.\n",
            "{{- $a := 1 }}\n# helmsum: configmap:settings from=apps/platform\n# Why.\npod:\n",
        ),
        (
            "{{- $a := 1 -}}\n",
            "              key: colour}\n# helmsum: configmap:settings from=apps/platform\n",
        ),
    ] {
        let values = format!("{first}{BY_KEY}")
            .replace("{name: settings, key: colour}", "{name: settings,\n              key: colour}");
        edited(("helmfile.yaml", &state), ("web.yaml.gotmpl", &values), &[expected]);
    }
}

#[test]
fn what_is_not_safe_is_told() {
    let web =
        |rest: &str| state(&format!("  - name: web\n    namespace: apps\n    chart: ./charts/web\n{rest}"));
    told(
        ("helmfile.yaml.gotmpl", &web("    {{- if true }}\n    values:\n      - web.yaml\n    {{- end }}\n")),
        VALUES,
        &[
            "it is under a condition of its own (line 6)",
            "add to helmfile.yaml.gotmpl:2, `values:` of release `apps/web`:",
            "- web.checksum.yaml",
        ],
    );
    told(
        (
            "helmfile.yaml",
            &format!("templates:\n  all: &all\n    values: [web.yaml]\n{}", web("    <<: *all\n")),
        ),
        VALUES,
        &["it comes from an anchor"],
    );
    told(
        (
            "helmfile.yaml",
            &format!("templates:\n  all:\n    values: &all [web.yaml]\n{}", web("    values: *all\n")),
        ),
        VALUES,
        &["it comes from an anchor"],
    );
    told(
        (
            "helmfile.yaml",
            &format!(
                "{}templates:\n  unused:\n    values: *all\n",
                web("    values: &all\n      - web.yaml\n")
            ),
        ),
        VALUES,
        &["an anchor gives it to others"],
    );
    told(
        ("helmfile.yaml.gotmpl", &web("    values: {{ list \"web.yaml\" | toJson }}\n")),
        VALUES,
        &["it is not a list (line 5)"],
    );
    told(
        (
            "helmfile.yaml.gotmpl",
            &state(
                "{{- range list \"web\" \"web2\" }}\n  - name: {{ . }}\n    namespace: apps\n    chart: ./charts/web\n    values: [web.yaml]\n{{- end }}\n",
            ),
        ),
        ("web.yaml", BY_KEY),
        &["several releases come from line 3"],
    );
}

#[test]
fn a_hook_in_a_base_serves_all() {
    let Some(project) = with_key(&[
        (
            "sub/helmfile.yaml",
            &STATE
                .replace("./charts", "../charts")
                .replace("web.yaml", "../web.yaml")
                .replace("platform.yaml", "../platform.yaml"),
        ),
        VALUES,
    ]) else {
        return;
    };
    let run = project.sandbox.run(
        &project.root.join("sub"),
        "helmsum",
        ["init", "--hook-in", "../hooks.yaml", "--apply"],
    );
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.read("sub/helmfile.yaml").starts_with("bases:\n  - ../hooks.yaml\nreleases:\n"));
    assert!(project.read("hooks.yaml").starts_with("hooks:\n  - name: helmsum\n"));
    let run = project.sandbox.run(&project.root.join("sub"), "helmfile", ["template", "--skip-deps"]);
    assert!(run.succeeds().contains("checksum/helmsum: "));
}

#[test]
fn in_a_folder_of_state_files_the_configuration_lies_above() {
    let state = STATE.replace("./charts", "../charts").replace("web.yaml", "../web.yaml");
    let state = state.replace("platform.yaml", "../platform.yaml");
    let Some(project) = with_key(&[("helmfile.d/shop.yaml", &state), VALUES]) else { return };
    let run = init(&project, &[]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.root.join("helmsum.yaml").exists());
    assert!(project.read("helmfile.d/shop.yaml").contains("- --file=shop.yaml\n"));
}

#[test]
fn a_template_with_a_clock_gets_no_directive() {
    let state = STATE.replace("- web.yaml", "- web.yaml.gotmpl");
    let values = format!("started: {{{{ now | unixEpoch | quote }}}}\n{BY_KEY}");
    let Some(project) = with_key(&[("helmfile.yaml", &state), ("web.yaml.gotmpl", &values)]) else { return };
    let run = project.helmsum(&["init", "--apply"]);
    assert_eq!(run.code(), 0, "{}", run.told());
    assert_eq!(project.read("web.yaml.gotmpl"), values);
    assert!(
        project.read("helmsum.yaml").contains("    sources: [\"configmap:settings from=apps/platform\"]\n")
    );
    assert!(run.stderr().contains("`helmsum check --strict` passes"), "{}", run.told());
}

#[test]
fn a_state_file_that_is_rendered_all_the_same_is_a_template() {
    let state = format!("{{{{/* all */}}}}\n{STATE}");
    let Some(project) = with_key(&[("helmfile.yaml", &state), VALUES]) else { return };
    let run = project.sandbox.run(
        &project.root,
        "env",
        ["HELMFILE_RENDER_YAML=true", "helmsum", "init", "--apply"],
    );
    assert_eq!(run.code(), 0, "{}", run.told());
    assert!(project.read("helmfile.yaml").ends_with("- --helmfile-command={{`{{ .HelmfileCommand }}`}}\n"));
}

#[test]
fn a_file_that_may_be_missing_is_there_in_time() {
    let state = STATE.replace(
        "    values:\n      - web.yaml",
        "    missingFileHandler: Warn\n    values:\n      - web.yaml",
    );
    edited(("helmfile.yaml", &state), VALUES, &["      - web.yaml\n      - web.checksum.yaml\n"]);
}

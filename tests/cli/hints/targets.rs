//! The hints about targets: lines for the state file.

use super::{after, edit, hint, is_well};
use crate::support::repo::{GATEWAY, Repo, gateway};

/// Puts the line of a hint among the values of a release, before `mark` in the file that the hint names.
#[track_caller]
fn wired(repo: Repo, hint: &str, mark: &str) -> Repo {
    let file = after(hint, "`values` in ");
    let line =
        hint.rsplit_once(": `").and_then(|(_, line)| line.strip_suffix('`')).expect("a line").to_owned();
    edit(repo, &file, mark, &format!("{line}\n{}{mark}", " ".repeat(6)))
}

#[test]
fn releases_of_one_folder_get_a_target_each() {
    let release = |name: &str| {
        format!(
            "  - name: {name}\n    chart: ./c\n    values:\n      - values/{name}.yaml\n      # more of {name}\n"
        )
    };
    let mut repo = Repo::new()
        .file("helmfile.yaml", format!("releases:\n{}{}", release("one"), release("two")))
        .file("values/one.yaml", "# helmsum: ./conf/1\n")
        .file("values/two.yaml", "# helmsum: ./conf/2\n")
        .file("values/conf/1", "1")
        .file("values/conf/2", "2");
    for name in ["one", "two"] {
        let hint =
            hint(&repo, &["generate"], &format!("release `{name}` declares sources, but lists no target"));
        assert!(hint.ends_with(&format!("`- values/{name}.checksum.yaml`")), "{hint}");
        repo = wired(repo, &hint, &format!("# more of {name}"));
    }
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

#[test]
fn a_values_file_of_two_releases_makes_a_target_for_each() {
    let release = |name: &str| {
        format!(
            "  - name: {name}\n    chart: ./c\n    values:\n      - common/values.yaml\n      # more of {name}\n"
        )
    };
    let mut repo = Repo::new()
        .file("helmfile.yaml", format!("releases:\n{}{}", release("one"), release("two")))
        .file("common/values.yaml", "# helmsum: ./{{ .Release.Name }}\n")
        .file("common/one/x", "1")
        .file("common/two/x", "2");
    for name in ["one", "two"] {
        let hint =
            hint(&repo, &["generate"], &format!("release `{name}` declares sources, but lists no target"));
        repo = wired(repo, &hint, &format!("# more of {name}"));
    }
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

/// One release whose state file, values file and sources are given. `# more` is where a line is put.
fn unwired(state: &str, values: &str, directive: &str) -> Repo {
    Repo::new()
        .file("apps/state.yaml", state)
        .file(values, format!("# helmsum: {directive}\n"))
        .file("conf/prod/x", "1")
        .file("conf/default/x", "2")
}

#[test]
fn a_target_is_put_where_it_serves() {
    let state = |head: &str, values: &str, more: &str| {
        format!(
            "{head}releases:\n  - name: web\n    namespace: edge\n    chart: ./c\n{more}    values:\n      - {values}\n      # more\n"
        )
    };
    let plain = state("", "web.yaml", "");
    let prefix = state("", "web.yaml", "    valuesPathPrefix: web/\n");
    let globbed = state("", "values/*.yaml", "");
    let by_environment =
        state("environments: { prod: {}, default: {} }\n---\n", "'{{ .Environment.Name }}/web.yaml'", "");
    for (repo, arguments, entry) in [
        (unwired(&plain, "apps/web.yaml", "../conf"), &["generate"][..], "web.checksum.yaml"),
        (unwired(&prefix, "apps/web/web.yaml", "../../conf"), &["generate"], "web.checksum.yaml"),
        (
            unwired(&globbed, "apps/values/web.yaml", "../../conf"),
            &["generate"],
            "checksums/web.checksum.yaml",
        ),
        (
            unwired(&by_environment, "apps/prod/web.yaml", "../../conf")
                .file("apps/default/web.yaml", "# helmsum: ../../conf/default\n"),
            &["generate", "-e", "prod"],
            "\"{{ .Environment.Name }}/web.checksum.yaml\"",
        ),
        (
            unwired(
                &by_environment.replace("'{{ .Environment.Name }}/web.yaml'", "web.yaml"),
                "apps/web.yaml",
                "../conf/{{ .Environment.Name }}",
            ),
            &["generate", "-e", "prod"],
            "\"web.{{ .Environment.Name }}.checksum.yaml\"",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf").file("apps/web.checksum.yaml", "mine: 1\n"),
            &["generate"],
            "edge-web.checksum.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf").file("helmsum.yaml", "targets: ['sums-*.yaml']\n"),
            &["generate"],
            "sums-web.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf")
                .without("apps/web.yaml")
                .file("apps/web.yaml", "a: 1\n")
                .file("helmsum.yaml", "releases: [{ release: edge/web, sources: [conf] }]\n"),
            &["generate"],
            "../web.checksum.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf")
                .file("helmsum.yaml", "releases: [{ release: edge/web, target: sums/web.yaml }]\n"),
            &["generate"],
            "../sums/web.yaml",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--file=apps/state.yaml"]).collect();
        let hint = hint(&repo, &arguments, "unwired-release");
        assert_eq!(hint, format!("add a line to its `values` in `apps/state.yaml`: `- {entry}`"));
        let repo = wired(repo, &hint, "# more");
        is_well(&repo, &arguments, "unwired-release");
        let everywhere = ["generate", "--all-environments", "--strict", "--file=apps/state.yaml"];
        is_well(&repo, &everywhere, "unwired-release");
    }
}

#[test]
fn a_target_in_a_directory_of_state_files_is_put_elsewhere() {
    let state = "releases:\n  - name: web\n    chart: ./c\n    values:\n      - web.values\n      # more\n";
    let repo = Repo::new()
        .file("helmfile.d/web.yaml", state)
        .file("helmfile.d/web.values", "# helmsum: ../conf\n")
        .file("conf/x", "1");
    let hint = hint(&repo, &["generate"], "unwired-release");
    let repo = wired(repo, &hint, "# more");
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

/// The entry of a hint, with its quotes.
fn entry(hint: &str) -> String {
    let (_, rest) = hint.split_once("`- \"").expect("an entry");
    format!("\"{}\"", rest.split_once("\"`").expect("its end").0)
}

#[test]
fn a_target_that_two_would_share_gets_their_name() {
    let about = "would get different contents";
    let release = |name: &str, more: &str| {
        format!("- {{ name: {name}, chart: ./c, {more}values: [values.yaml, sums/x.checksum.yaml] }}\n")
    };
    let repo = |state: &str, of_two: &str, directive: &str| {
        Repo::new()
            .file(state, format!("releases:\n{}{of_two}", release("a", "namespace: one, kubeContext: x, ")))
            .file("values.yaml", format!("# helmsum: ./{directive}\n"))
            .file("a/x", "1")
            .file("b/x", "2")
            .file("one/x", "1")
            .file("two/x", "2")
            .file("x/x", "1")
            .file("y/x", "2")
    };
    for state in ["helmfile.yaml", "helmfile.yaml.gotmpl"] {
        for (of_two, directive) in [
            (release("b", ""), "{{ .Release.Name }}"),
            (release("a", "namespace: two, kubeContext: x, "), "{{ .Release.Namespace }}"),
            (release("a", "namespace: one, kubeContext: 'y', "), "{{ .Release.KubeContext }}"),
        ] {
            let repo = repo(state, &of_two, directive);
            let entry = entry(&hint(&repo, &["generate"], about));
            assert!(entry.starts_with("\"sums/"), "{entry}");
            let repo = edit(repo, state, "sums/x.checksum.yaml", &entry);
            is_well(&repo, &["generate", "--strict"], about);
        }
    }
}

#[test]
fn a_target_that_two_environments_would_share_gets_their_name() {
    let about = "would get different contents";
    let arguments = ["generate", "--all-environments"];
    for state in ["helmfile.yaml", "helmfile.yaml.gotmpl"] {
        let repo = gateway()
            .without("helmfile.yaml")
            .file(state, format!("environments: {{ dev: {{}}, prod: {{}} }}\n---\n{GATEWAY}"))
            .file("gateway/values.yaml", "# helmsum: ./{{ .Environment.Name }}\n")
            .file("gateway/dev/a", "1")
            .file("gateway/prod/a", "2");
        let entry = entry(&hint(&repo, &arguments, about));
        let repo = edit(repo, state, "gateway/checksum.yaml", &entry);
        is_well(&repo, &arguments, about);
    }
}

#[test]
fn a_target_of_two_readings_of_a_state_file_gets_a_value_that_tells_them_apart() {
    let about = "would get different contents";
    let repo = Repo::new()
        .file("helmfile.yaml", "helmfiles:\n- { path: sub.yaml, values: [{ region: a }] }\n- { path: sub.yaml, values: [{ region: b }] }\n")
        .file("sub.yaml", "releases:\n- { name: web, chart: ./c, values: [values.yaml, checksum.yaml] }\n")
        .file("values.yaml", "# helmsum: ./{{ .Values.region }}\n")
        .file("a/x", "1")
        .file("b/x", "2");
    let entry = entry(&hint(&repo, &["generate"], about)).replace("NAME", "region");
    let repo = edit(repo, "sub.yaml", "checksum.yaml", &entry);
    is_well(&repo, &["generate", "--strict"], about);
}

#[test]
fn two_checksums_of_a_configuration_get_a_target_each() {
    let about = "would get different contents";
    let config = "checksums:\n- { name: a, sources: [a], target: x.checksum.yaml }\n- { name: b, sources: [b], target: x.checksum.yaml }\n";
    let repo = Repo::new().file("helmsum.yaml", config).file("a/x", "1").file("b/x", "2");
    assert_eq!(hint(&repo, &["generate"], about), "give one of them another `target`");
    let repo = edit(repo, "helmsum.yaml", "[b], target: x.", "[b], target: y.");
    is_well(&repo, &["generate", "--strict"], about);
}

#[test]
fn a_target_of_two_environments_gets_their_name_before_both_are_read() {
    let repo = gateway()
        .file("helmfile.yaml", format!("environments: {{ dev: {{}}, prod: {{}} }}\n---\n{GATEWAY}"))
        .file("gateway/values.yaml", "# helmsum: ./{{ .Environment.Name }}\n")
        .file("gateway/dev/a", "1")
        .file("gateway/prod/a", "2");
    let arguments = ["generate", "-e", "dev"];
    let entry = entry(&hint(&repo, &arguments, "shared-target"));
    let repo = edit(repo, "helmfile.yaml", "gateway/checksum.yaml", &entry);
    is_well(&repo, &arguments, "shared-target");
}

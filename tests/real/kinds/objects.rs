//! `configmap:` and `secret:`.

use super::project::{APIS, Project, STATE};
use crate::support::repo::HOOK;

#[test]
fn a_configmap_of_a_needed_release_is_hashed_as_data() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    let expected = project.shell(
        "sum() { sha256sum | cut -d' ' -f1; }\n\
         printf '%s  data/orders\\n%s  data/users\\n' \"$(printf v1 | sum)\" \"$(printf v1 | sum)\" | sum",
    );
    assert_eq!(project.checksum(), expected);
    let target = project.read("gateway.checksum.yaml");
    assert!(target.contains("  configmap:gateway-apis\n#     "), "{target}");
    assert!(target.contains("  data/orders\n"), "{target}");
    let told = project.helmsum(&["list"]).succeeds();
    assert!(told.contains("configmap:gateway-apis (from edge/gateway-apis)  2 keys  4 B"), "{told}");

    let document: serde_json::Value =
        serde_json::from_str(&project.helmsum(&["list", "--output=json"]).succeeds()).expect("JSON");
    let source = &document["releases"][0]["sources"][0];
    for (key, value) in [
        ("kind", "configmap"),
        ("label", "configmap:gateway-apis"),
        ("producer", "edge/gateway-apis"),
        ("digest", expected.as_str()),
    ] {
        assert_eq!(source[key], value, "{key}");
    }
    let names: Vec<&str> =
        source["files"].as_array().expect("keys").iter().filter_map(|file| file["name"].as_str()).collect();
    assert_eq!((names, source["bytes"].as_u64()), (vec!["data/orders", "data/users"], Some(4)));

    for (file, from, to) in [
        ("charts/apis/Chart.yaml", "1.0.0", "1.1.0"),
        ("apis.yaml", "# The API definitions.\n", ""),
        ("apis.yaml", "\"v1\"", "v1"),
        ("apis.yaml", "  orders: v1\n  users: v1\n", "  users: v1\n  orders: v1\n"),
        ("apis.yaml", "s3cret", "an0ther"),
        ("charts/apis/templates/all.yaml", "  labels:\n", "  labels:\n    team: edge\n"),
        ("charts/apis/templates/all.yaml", "\ndata:\n", "\nimmutable: false\ndata:\n"),
        (
            "helmfile.yaml",
            "    chart: ./charts/apis\n",
            "    chart: ./charts/apis\n    labels: {tier: edge}\n",
        ),
    ] {
        project.edit(file, from, to);
        assert_eq!(project.checksum(), expected, "{to:?} in {file} rolls nobody");
    }
    project.edit("apis.yaml", "users: v1", "users: v2");
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("edited   data/users\n") && !told.contains("data/orders"), "{told}");
    assert_ne!(project.checksum(), expected);
    project.edit("apis.yaml", "users: v2", "more: v1");
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("added    data/more\n") && told.contains("removed  data/users\n"), "{told}");
}

#[test]
fn helmfile_deploys_the_checksum_that_its_hook_had_written() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    let hook = HOOK.replace("- generate\n", "- generate\n      - --strict\n");
    project.write("helmfile.yaml", &format!("{hook}{STATE}"));
    let annotation = || {
        let manifests = project.helmfile(&["template"]).succeeds();
        let line = manifests.lines().find_map(|line| line.trim().strip_prefix("checksum/config: "));
        line.unwrap_or_else(|| panic!("no annotation in {manifests}")).to_owned()
    };
    let first = annotation();
    assert_eq!(annotation(), first);
    project.edit("apis.yaml", "users: \"v1\"", "users: \"v2\"");
    assert_ne!(annotation(), first);
}

#[test]
fn a_selector_never_changes_a_digest() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n# helmsum: release:gateway-apis\n")
    else {
        return;
    };
    let whole = project.checksum();
    for arguments in [["-l", "name=gateway"], ["--release", "edge/gateway"]] {
        project.write("gateway.checksum.yaml", "");
        project.helmsum(&[&["generate"], &arguments[..]].concat()).succeeds();
        assert!(project.read("gateway.checksum.yaml").contains(&whole), "{arguments:?}");
    }
}

#[test]
fn an_object_is_looked_for_in_the_consumer_and_what_it_needs() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-api\n") else { return };
    let told = project
        .refuses("no ConfigMap `gateway-api` is rendered by `edge/gateway` itself, `edge/gateway-apis`");
    assert!(told.contains("did you mean `gateway-apis`?") && told.contains("--> gateway.yaml:1"), "{told}");
    project.write("gateway.yaml", "# helmsum: configmap:db-credentials\n");
    let told = project.refuses("no ConfigMap `db-credentials`");
    assert!(told.contains("there is a Secret of this name: `secret:db-credentials`"), "{told}");

    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    let whole = project.checksum();
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    let told = project.refuses("no ConfigMap `gateway-apis` is rendered by `edge/gateway` itself");
    assert!(told.contains("from=[NAMESPACE/]RELEASE"), "{told}");
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis from=gateway-apis\n");
    assert_eq!(project.checksum(), whole);
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(
        told.contains("warning[missing-need]: release `edge/gateway` depends on an object of release"),
        "{told}"
    );

    project.write("helmfile.yaml", STATE);
    let pod = project.read("charts/gateway/templates/all.yaml");
    let own = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: gateway-apis}\ndata: {orders: v1, users: v1}\n";
    project.write("charts/gateway/templates/all.yaml", &format!("{pod}{own}"));
    assert_eq!(project.checksum(), whole, "`from=` says which one");
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    let told = project
        .refuses("it is rendered 2 times, by release `edge/gateway` in namespace `edge` and by release");
    assert!(told.contains("says which one is meant"), "{told}");
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    assert_eq!(project.checksum(), whole, "the consumer itself will do");
}

#[test]
fn releases_are_named_as_declared_and_as_overridden() {
    let directives =
        "# helmsum: configmap:gateway-apis from=edge/gateway-apis\n# helmsum: release:edge/gateway-apis\n";
    let Some(project) = Project::new(directives) else { return };
    project.checksum();
    project.helmsum(&["generate", "--namespace", "other"]).succeeds();
    project.write("gateway.yaml", &directives.replace("edge/", "other/"));
    project.helmsum(&["generate", "--namespace", "other"]).succeeds();
    let told = project.refuses("there is no release `other/gateway-apis`");
    assert!(told.contains("did you mean `edge/gateway-apis`?"), "{told}");
    project.write("gateway.yaml", "# helmsum: release:gateway-api\n");
    let told = project.refuses("there is no release `gateway-api`");
    assert!(told.contains("did you mean `gateway-apis`?"), "{told}");
}

#[test]
fn a_needed_release_whose_chart_is_not_at_hand_is_not_asked_where_from_names_another() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-api\n") else { return };
    let remote = "  - {name: far, namespace: edge, chart: far/away, version: 1.2.3}\n";
    let state = STATE.replace("needs: [gateway-apis]", "needs: [gateway-apis, far]");
    project.write("helmfile.yaml", &format!("{state}{remote}"));
    project.refuses("with `from=[NAMESPACE/]RELEASE`, naming the one that renders it, no other is asked");
    // What one release at hand has, in the namespace that the pods read, no other can have.
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    project.helmsum(&["generate", "--strict"]).succeeds();
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis from=gateway-apis\n");
    project.helmsum(&["generate", "--strict"]).succeeds();
}

#[test]
fn a_producer_that_is_not_deployed_is_no_producer() {
    let directive = "# helmsum: configmap:gateway-apis from=gateway-apis\n";
    let Some(project) = Project::new(directive) else { return };
    project
        .write("helmfile.yaml", &STATE.replace("./charts/apis\n", "./charts/apis\n    installed: false\n"));
    project.refuses("release `edge/gateway-apis` is not deployed: it says `installed: false`");
    let conditional = STATE.replace("./charts/apis\n", "./charts/apis\n    condition: apis.enabled\n");
    project.write("helmfile.yaml", &format!("values: [{{apis: {{enabled: false}}}}]\n---\n{conditional}"));
    project.refuses("release `edge/gateway-apis` is not deployed: its `condition: apis.enabled` is false");
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    project.refuses("no ConfigMap `gateway-apis` is rendered by `edge/gateway` itself");
}

#[test]
fn a_secret_is_one_digest_and_nothing_else() {
    let Some(project) = Project::new("# helmsum: secret:db-credentials\n") else { return };
    let first = project.checksum();
    let target = project.read("gateway.checksum.yaml");
    assert_eq!(target.lines().filter(|line| line.starts_with("#   ")).count(), 1, "{target}");
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(told.contains("warning[guessable-secret]") && told.contains("2 keys"), "{told}");
    assert!(!told.contains(" B\n") && !told.contains("password"), "no size and no key: {told}");
    project.edit("apis.yaml", "\"v1\"", "\"v2\"");
    assert_eq!(project.checksum(), first, "another object of the same release");
    project.edit("apis.yaml", "s3cret", "an0ther");
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("edited   secret:db-credentials\n"), "{told}");
    assert!(!told.contains("an0ther") && !told.contains("stringData"), "{told}");
    assert_ne!(project.checksum(), first);
}

#[test]
fn random_data_is_denied_with_the_name_of_its_key() {
    let Some(project) = Project::new("# helmsum: secret:db-credentials\n") else { return };
    project.chart("apis", &APIS.replace("{{ .Values.password | quote }}", "{{ randAlphaNum 32 | quote }}"));
    let told = project.helmsum(&["generate"]).fails();
    assert!(
        told.contains("error[unstable-source]") && told.contains("`stringData/password` differs each time"),
        "{told}"
    );
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    project.checksum();

    project.chart("apis", APIS);
    project.write("apis.yaml.gotmpl", "apis: {orders: {{ randAlphaNum 32 | quote }}}\n");
    project.edit("helmfile.yaml", "apis.yaml]", "apis.yaml, apis.yaml.gotmpl]");
    let told = project.helmsum(&["generate"]).fails();
    assert!(told.contains("error[unstable-source]") && told.contains("calls `randAlphaNum`"), "{told}");
}

#[test]
fn the_same_project_gives_the_same_bytes_everywhere() {
    let directives = "# helmsum: configmap:gateway-apis\n# helmsum: release:gateway-apis\n# helmsum: secret:db-credentials\n";
    let (Some(one), Some(other)) = (Project::new(directives), Project::new(directives)) else { return };
    let checksum = one.checksum();
    let moved = other.sandbox.project("somewhere/else entirely");
    fs_err::create_dir_all(moved.parent().expect("a folder")).expect("a folder");
    fs_err::rename(&other.root, &moved).expect("it can be moved");
    let script = "umask 077; chmod -R go= .; TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 LANG=C HELM_CACHE_HOME=/nowhere helmsum generate";
    other.sandbox.run(&moved, "bash", ["-c", script]).succeeds();
    let text = fs_err::read_to_string(moved.join("gateway.checksum.yaml")).expect("a target");
    assert!(text.contains(&checksum), "{text}");
    assert_eq!(text, one.read("gateway.checksum.yaml"));
}

/// The Secret of the producer in two namespaces, with another password in each.
const TWO_NAMESPACES: &str = "\
{{- range $namespace, $password := .Values.passwords }}
---
apiVersion: v1
kind: Secret
metadata: {name: db-credentials, namespace: {{ $namespace }}}
stringData: {password: {{ $password }}}
{{- end }}
";

#[test]
fn of_a_secret_in_two_namespaces_the_one_that_the_pods_can_read_is_meant() {
    let Some(project) = Project::new("# helmsum: secret:db-credentials\n") else { return };
    project.chart("apis", TWO_NAMESPACES);
    project.write("apis.yaml", "passwords: {edge: one, vault: two}\n");
    let first = project.checksum();
    project.edit("apis.yaml", "vault: two", "vault: three");
    assert_eq!(project.checksum(), first, "no pod of `edge` reads that one");
    project.edit("apis.yaml", "edge: one", "edge: four");
    assert_ne!(project.checksum(), first);

    project.write("gateway.yaml", "# helmsum: secret:db-credentials from=gateway-apis\n");
    project.edit("apis.yaml", "edge: four", "edge: one");
    assert_eq!(project.checksum(), first, "`from=` does not change what a pod reads");

    project.edit("apis.yaml", "edge: one", "other: one");
    let told = project.refuses(
        "it is rendered 2 times, by release `edge/gateway-apis` in namespace `other` and by release",
    );
    assert!(told.contains("none of them is the one in namespace `edge`, which its pods read"), "{told}");
    project.write("apis.yaml", "passwords: {vault: one}\n");
    assert_eq!(project.checksum(), first, "a single one elsewhere may be copied to where it is read");
}

#[test]
fn an_object_of_another_cluster_gives_way_to_the_one_at_hand() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    let first = project.checksum();
    let elsewhere =
        "  - {name: copy, namespace: edge, kubeContext: other, chart: ./charts/apis, values: [copy.yaml]}\n";
    project.write("copy.yaml", "apis: {orders: v9}\npassword: x\n");
    project.write(
        "helmfile.yaml",
        &format!("{}{elsewhere}", STATE.replace("[gateway-apis]", "[gateway-apis, other/edge/copy]")),
    );
    assert_eq!(project.checksum(), first);
}

#[test]
fn an_object_in_the_own_namespace_is_enough_where_another_release_cannot_be_rendered() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    let first = project.checksum();
    let broken = "  - {name: broken, namespace: edge, chart: ./charts/gone}\n";
    let needs = STATE.replace("[gateway-apis]", "[gateway-apis, broken]");
    project.write("helmfile.yaml", &format!("{needs}{broken}"));
    assert_eq!(project.checksum(), first);
    project.write("gateway.yaml", "# helmsum: configmap:unknown\n");
    project.refuses("there is no chart `./charts/gone`");
}

#[test]
fn a_release_is_hashed_with_the_key() {
    let Some(project) = Project::new("# helmsum: release:gateway-apis\n") else { return };
    let target = |key: &str| {
        let key = format!("HELMSUM_KEY_FILE={key}");
        project.sandbox.run(&project.root, "env", [&key, "helmsum", "generate"]).succeeds();
        project.read("gateway.checksum.yaml")
    };
    let plain = project.checksum();
    for (name, key) in [("key", "0123456789abcdef"), ("other", "another key, longer than the first")] {
        project.write(name, key);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs_err::set_permissions(project.root.join(name), mode).expect("permissions");
    }
    let first = target("key");
    assert!(!first.contains(&plain) && first != target("other"));
    let unkeyed = "{\"apis\":{\"orders\":\"v1\",\"users\":\"v1\"},\"password\":\"s3cret\"}";
    let unkeyed = project.shell(&format!("printf '%s\\n' '{unkeyed}' | sha256sum | cut -d' ' -f1"));
    assert!(project.helmsum(&["generate"]).succeeds().contains("written"));
    let without = project.read("gateway.checksum.yaml");
    assert!(without.contains(&unkeyed), "{without}");
    assert!(!first.contains(&unkeyed), "nobody can try passwords against any line: {first}");
    assert_eq!(target("key"), first);
    let told =
        project.sandbox.run(&project.root, "env", ["HELMSUM_KEY_FILE=gone", "helmsum", "generate"]).fails();
    assert!(told.contains("the key file `gone` cannot be read"), "{told}");
}

//! `object:`.

use super::project::{Project, STATE};

const DIRECTIVE: &str = "# helmsum: object:ExternalSecret/db\n";

/// What a controller makes the Secret `db` of, and a `Certificate`.
const VAULT: &str = "\
# Whoever edits it rolls the pods.
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
  labels:
    helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
spec:
  refreshInterval: {{ .Values.interval }}
  target: {name: db}
  data:
    - secretKey: password
      remoteRef: {key: edge/db, version: 2}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, dnsNames: [{{ .Values.host }}]}
";

/// The project whose producer makes these.
fn project(directives: &str, template: &str) -> Option<Project> {
    let project = Project::new(directives)?;
    project.chart("apis", template);
    project.write("apis.yaml", "# Values.\ninterval: 1h\nhost: example.org\n");
    Some(project)
}

#[test]
fn an_edit_of_the_spec_moves_it_and_nothing_else_does() {
    let Some(project) = project(DIRECTIVE, VAULT) else { return };
    let expected = project.shell(
        "sum() { sha256sum | cut -d' ' -f1; }\n\
         spec='{\"data\":[{\"remoteRef\":{\"key\":\"edge/db\",\"version\":2},\"secretKey\":\"password\"}],\
         \"refreshInterval\":\"1h\",\"target\":{\"name\":\"db\"}}'\n\
         printf '%s  spec\\n' \"$(printf '%s\\n' \"$spec\" | sum)\" | sum",
    );
    assert_eq!(project.checksum(), expected);
    let target = project.read("gateway.checksum.yaml");
    assert!(target.contains("  object:ExternalSecret/db\n#     ") && target.contains("  spec\n"), "{target}");
    let told = project.helmsum(&["list"]).succeeds();
    assert!(told.contains("object:ExternalSecret/db (from edge/gateway-apis)  1 spec  "), "{told}");
    let document: serde_json::Value =
        serde_json::from_str(&project.helmsum(&["list", "--output=json"]).succeeds()).expect("JSON");
    let source = &document["releases"][0]["sources"][0];
    for (key, value) in [
        ("kind", "object"),
        ("label", "object:ExternalSecret/db"),
        ("producer", "edge/gateway-apis"),
        ("digest", expected.as_str()),
    ] {
        assert_eq!(source[key], value, "{key}");
    }

    for (file, from, to) in [
        ("charts/apis/Chart.yaml", "1.0.0", "1.1.0"),
        ("apis.yaml", "# Values.\n", ""),
        ("apis.yaml", "example.org", "example.com"),
        ("charts/apis/templates/all.yaml", "# Whoever edits it rolls the pods.\n", ""),
        ("charts/apis/templates/all.yaml", "  labels:\n", "  annotations: {force-sync: \"1\"}\n  labels:\n"),
        ("charts/apis/templates/all.yaml", "external-secrets.io/v1", "external-secrets.io/v1beta1"),
        ("charts/apis/templates/all.yaml", "{key: edge/db, version: 2}", "{version: 2, key: \"edge/db\"}"),
    ] {
        project.edit(file, from, to);
        assert_eq!(project.checksum(), expected, "{to:?} in {file} rolls nobody");
    }
    project.edit("charts/apis/templates/all.yaml", "version: 2", "version: \"2\"");
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("edited   spec\n"), "{told}");
    assert_ne!(project.checksum(), expected, "a text is another thing than a number");
    let before = project.checksum();
    project.edit("apis.yaml", "interval: 1h", "interval: 2h");
    assert_ne!(project.checksum(), before);
    // What another run has kept is what helm renders.
    let verified = "HELMSUM_CACHE=verify helmsum check";
    project.shell(verified);
}

#[test]
fn it_may_be_named_in_the_configuration_and_beside_others() {
    let Some(project) = project(DIRECTIVE, VAULT) else { return };
    let alone = project.checksum();
    project.write("gateway.yaml", "");
    project.write(
        "helmsum.yaml",
        "releases:\n  - release: edge/gateway\n    sources: [\"object:ExternalSecret/db from=edge/gateway-apis\"]\n",
    );
    assert_eq!(project.checksum(), alone);
    project.write("gateway.yaml", "# helmsum: object:Certificate/web as tls\n");
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(told.contains("object:ExternalSecret/db") && told.contains("tls"), "{told}");
    let target = project.read("gateway.checksum.yaml");
    assert!(target.contains("tls:"), "a named one has a checksum of its own: {target}");
}

#[test]
fn where_it_is_looked_for_is_as_for_a_configmap() {
    let Some(project) = project("# helmsum: object:externalsecret/db\n", VAULT) else { return };
    let told = project
        .refuses("no object `externalsecret/db` is rendered by `edge/gateway` itself, `edge/gateway-apis`");
    assert!(
        told.contains("did you mean `ExternalSecret/db`?") && told.contains("--> gateway.yaml:1"),
        "{told}"
    );
    project.write("gateway.yaml", "# helmsum: object:ExternalSecret/cache-of-sessions\n");
    let told = project.refuses("no object `ExternalSecret/cache-of-sessions`");
    assert!(told.contains("there are `ExternalSecret/db`;") && !told.contains("Certificate"), "{told}");
    // A Secret that a controller makes is of no release.
    project.write("gateway.yaml", "# helmsum: secret:db\n");
    let told = project.refuses("no Secret `db` is rendered by");
    assert!(told.contains("`object:ExternalSecret/db` moves with each edit"), "{told}");

    project.write("gateway.yaml", DIRECTIVE);
    let whole = project.checksum();
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    project.refuses("no object `ExternalSecret/db` is rendered by `edge/gateway` itself");
    project.write("gateway.yaml", "# helmsum: object:ExternalSecret/db from=gateway-apis\n");
    assert_eq!(project.checksum(), whole);
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(
        told.contains("warning[missing-need]: release `edge/gateway` depends on an object of release"),
        "{told}"
    );
    // Of several, the one in the namespace of the consumer is meant.
    let other = VAULT.replace("metadata:\n  name: db", "metadata:\n  namespace: other\n  name: db");
    project.chart("apis", &format!("{VAULT}---\n{}", other.replace("edge/db", "other/db")));
    assert_eq!(project.checksum(), whole);
    project.chart("apis", &format!("{VAULT}---\n{VAULT}"));
    project.refuses("it is rendered 2 times, by release `edge/gateway-apis`");
    project.write("gateway.yaml", "# helmsum: object:ExternalSecret/db from=gateway-api\n");
    project.refuses("gateway-api");
}

#[test]
fn one_kind_in_two_groups_is_an_error_that_lists_both() {
    let Some(project) = project(DIRECTIVE, VAULT) else { return };
    project.checksum();
    let old = "apiVersion: kubernetes-client.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {backendType: vault}\n";
    project.chart("apis", &format!("{VAULT}---\n{old}"));
    let told = project.refuses("it is rendered in several API groups");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for version in ["`external-secrets.io/v1`", "`kubernetes-client.io/v1`"] {
        assert!(told.contains(&format!("{version} by release `edge/gateway-apis`")), "{told}");
    }
    assert!(told.contains("depend on the files"), "{told}");
    // Of two releases, one may be chosen.
    project.chart("old", old);
    project.chart("apis", VAULT);
    let state = STATE.replace("needs: [gateway-apis]", "needs: [gateway-apis, old]");
    project
        .write("helmfile.yaml", &format!("{state}  - {{name: old, namespace: edge, chart: ./charts/old}}\n"));
    let told = project.refuses("it is rendered in several API groups");
    assert!(told.contains("`from=[NAMESPACE/]RELEASE` says which one"), "{told}");
    project.write("gateway.yaml", "# helmsum: object:ExternalSecret/db from=gateway-apis\n");
    project.checksum();
}

#[test]
fn an_object_without_a_spec_is_an_error() {
    let plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {a: b}\n\
                 ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: db}\nrules: []\n\
                 ---\napiVersion: example.org/v1\nkind: Thing\nmetadata: {name: db}\nspec:\n";
    let Some(project) = project("# helmsum: object:Secret/db\n", plain) else { return };
    let told = project.refuses("release `edge/gateway-apis` renders it without a `spec`");
    assert!(told.contains("`secret:db` has its data"), "{told}");
    for object in ["Role/db", "Thing/db"] {
        project.write("gateway.yaml", &format!("# helmsum: object:{object}\n"));
        let told = project.refuses("release `edge/gateway-apis` renders it without a `spec`");
        assert!(told.contains("`release:[NAMESPACE/]RELEASE`"), "{told}");
    }
    let hook = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: db, annotations: {helm.sh/hook: pre-install}}\nspec: {a: 1}\n";
    project.chart("apis", hook);
    project.refuses("renders it as a hook of helm");
}

#[test]
fn what_the_cluster_chance_or_the_checksum_decides_is_denied() {
    let Some(project) = project(DIRECTIVE, VAULT) else { return };
    let denied = |code: &str, about: &str| {
        let told = project.helmsum(&["generate"]).fails().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!("error[{code}]: ")) && told.contains(about), "{told}");
    };
    let with = |value: &str| VAULT.replace("{{ .Values.interval }}", value);
    project.chart("apis", &with("{{ randAlphaNum 8 | quote }}"));
    denied("unstable-source", "`spec` differs each time");
    project.chart("apis", &with("{{ now | date \"2006\" | quote }}"));
    denied("unstable-source", "`spec` differs each time");
    project.chart(
        "apis",
        &with("{{ (lookup \"v1\" \"Secret\" \"edge\" \"db\").data | default \"none\" | toJson | quote }}"),
    );
    denied("cluster-lookup", "`spec` of release `edge/gateway-apis` depends on the cluster");
    project.chart("apis", &format!("{VAULT}{{{{ if .Release.IsUpgrade }}}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n{{{{ end }}}}\n"));
    project.checksum();
    // One of the consumer itself that has the checksum in it.
    project.chart("gateway", "apiVersion: example.org/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {sum: {{ .Values.configChecksum | quote }}}\n");
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    denied("unstable-source", "`spec` depends on the checksum that it is needed for");
}

#[test]
fn producers_that_are_consumers_come_first_and_a_cycle_is_shown() {
    let Some(project) = project(DIRECTIVE, VAULT) else { return };
    let state = STATE.replace("values: [apis.yaml]", "values: [apis.yaml, apis.checksum.yaml]");
    project.write("helmfile.yaml", &state);
    project.write("apis.yaml", "# helmsum: ./conf\ninterval: 1h\nhost: example.org\nconfigChecksum: \"\"\n");
    project.write("conf/a", "1");
    project.chart("apis", &VAULT.replace("{{ .Values.interval }}", "{{ .Values.configChecksum | quote }}"));
    let first = project.checksum();
    project.write("conf/a", "2");
    let second = project.checksum();
    assert_ne!(first, second, "one run carries a change through both");
    assert_eq!(project.checksum(), second);
    project.edit("apis.yaml", "# helmsum: ./conf\n", "# helmsum: object:Pod/gateway from=gateway\n");
    project
        .helmsum(&["generate"])
        .fails()
        .contains("its sources form a cycle")
        .then_some(())
        .expect("a cycle");
}

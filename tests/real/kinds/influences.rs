//! Objects that something else than the state decides: the cluster, the clock, chance.

use fs_err as fs;

use super::project::{Project, STATE};

const DIRECTIVE: &str = "# helmsum: configmap:gateway-apis from=gateway-apis\n";

/// A `ConfigMap` with one key.
fn config_map(value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: gateway-apis}}\ndata:\n  key: {value}\n")
}

/// The project whose producer has a `ConfigMap` with one key.
fn project(value: &str) -> Option<Project> {
    let project = Project::new(DIRECTIVE)?;
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    project.chart("apis", &config_map(value));
    Some(project)
}

impl Project {
    /// What is said about a project whose source is denied with this code, in one line.
    #[track_caller]
    fn denied(&self, code: &str) -> String {
        let told = self.helmsum(&["generate"]).fails().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!("error[{code}]: ")), "no {code} in {told}");
        told
    }

    /// How often helm is called for the producer, whose source is fine.
    #[track_caller]
    fn calls_of_helm(&self) -> usize {
        let _ = fs::remove_file(self.root.join("gateway.checksum.yaml"));
        let script = "helmsum generate --debug 2>&1";
        let told = self.shell(script);
        assert!(!told.contains("error[") && self.root.join("gateway.checksum.yaml").exists(), "{told}");
        let (_, rest) = told.split_once("rendered 1 release with ").unwrap_or_else(|| panic!("{told}"));
        rest.split(' ').next().and_then(|count| count.parse().ok()).expect("a number")
    }
}

#[test]
fn what_is_looked_up_in_the_cluster_is_denied() {
    for value in [
        "{{ (lookup \"v1\" \"Secret\" \"edge\" \"db\").data | default \"none\" | toJson | quote }}",
        "{{ if lookup \"acme.example.org/v1\" \"Thing\" \"\" \"\" }}there{{ else }}new{{ end }}",
        "{{ ((lookup \"v1\" \"Secret\" \"edge\" \"db\").data | default dict).password | default \"new\" }}",
        "{{ tpl \"{{ lookup `v1` `Pod` `a` `b` | toJson }}\" . | quote }}",
    ] {
        let Some(project) = project(value) else { return };
        let told = project.denied("cluster-lookup");
        assert!(
            told.contains("`data/key` of release `edge/gateway-apis` depends on the cluster (`lookup`"),
            "{told}"
        );
        assert!(!project.root.join("gateway.checksum.yaml").exists());
    }
    let compared =
        "{{ if eq (toString (lookup \"v1\" \"Secret\" \"edge\" \"db\").kind) \"Other\" }}a{{ end }}same";
    let Some(project) = project(compared) else { return };
    let told = project.denied("cluster-lookup");
    assert!(told.contains("it compares what it looks up with something"), "{told}");
    project.chart("apis", &config_map("{{ if lookup \"v1\" \"Secret\" \"edge\" \"db\" }}{{ end }}same"));
    let Some(project) = Some(project) else {
        return;
    };
    assert_eq!(project.calls_of_helm(), 3, "once with an answer, once without");
}

#[test]
fn what_cannot_do_with_an_object_cannot_be_told() {
    let value = "{{ range (lookup \"v1\" \"Secret\" \"edge\" \"db\").data }}{{ .a.b.c }}{{ end }}same";
    let Some(project) = project(value) else { return };
    let told = project.denied("cluster-lookup");
    assert!(told.contains("cannot determine whether the ConfigMap `gateway-apis`"), "{told}");
    assert!(told.contains("`lookup` in `templates/all.yaml:5`"), "{told}");
}

#[test]
fn a_library_that_could_look_up_costs_nothing() {
    let library = "{{ define \"lib.password\" }}{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}{{ now }}{{ end }}\
                   {{ define \"lib.name\" }}{{ .Release.Name }}{{ end }}";
    let Some(project) = project("{{ include \"lib.name\" . }}") else { return };
    project.write(
        "charts/apis/charts/lib/Chart.yaml",
        "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
    );
    project.write("charts/apis/charts/lib/templates/_lib.tpl", library);
    assert_eq!(project.calls_of_helm(), 1);
    // In a package, too; and values for `tpl` that are not templates.
    project.shell("cd charts/apis/charts && tar czf lib-1.0.0.tgz lib && rm -r lib");
    project.chart("apis", &config_map("{{ include \"lib.name\" . }}{{ tpl .Values.password . }}"));
    assert_eq!(project.calls_of_helm(), 1);
    let other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: {{ include \"lib.password\" . | quote }}}\n";
    project.write("charts/apis/templates/other.yaml", other);
    assert_eq!(project.calls_of_helm(), 1, "another file of the chart asks");
    project.chart("apis", &config_map("{{ include \"lib.password\" . | quote }}"));
    let told = project.denied("cluster-lookup");
    assert!(told.contains("`lookup` in `charts/lib-1.0.0/templates/_lib.tpl:1`"), "{told}");
    project.denied("unstable-source");
}

#[test]
fn a_packaged_chart_is_judged_by_what_is_in_it() {
    let Some(project) = project("{{ .Values.password }}") else { return };
    project.edit("helmfile.yaml", "./charts/apis", "./apis-1.0.0.tgz");
    project.shell("tar czf apis-1.0.0.tgz -C charts apis");
    assert_eq!(project.calls_of_helm(), 1);
    project.chart("apis", &config_map("{{ now | date \"2006-01-02\" | quote }}"));
    project.shell("tar czf apis-1.0.0.tgz -C charts apis");
    let told = project.denied("unstable-source");
    assert!(told.contains("`now` in `templates/all.yaml:5`"), "{told}");
}

#[test]
fn what_differs_between_an_install_and_an_upgrade_is_denied() {
    for value in [
        "{{ .Release.Revision | quote }}",
        "{{ ternary \"a\" \"b\" .Release.IsUpgrade }}",
        "{{ with .Release }}{{ if .IsInstall }}a{{ end }}{{ end }}b",
        "{{ index .Release \"Revision\" | quote }}",
        "{{ toJson $.Release | quote }}",
        "{{ include \"revision\" (dict \"root\" .) }}{{ define \"revision\" }}{{ .root.Release.Revision | quote }}{{ end }}",
    ] {
        let Some(project) = project(value) else { return };
        let told = project.denied("cluster-lookup");
        assert!(told.contains("`data/key` of release `edge/gateway-apis` depends on the cluster"), "{told}");
    }
    let Some(project) = project("{{ .Release.Name }}{{ if .Release.IsUpgrade }}{{ end }}") else { return };
    assert_eq!(project.calls_of_helm(), 2);
}

#[test]
fn values_that_an_upgrade_takes_from_the_cluster_are_denied() {
    let Some(project) = project("{{ .Values.password }}") else { return };
    project.edit("helmfile.yaml", "./charts/apis\n", "./charts/apis\n    reuseValues: true\n");
    let told = project.denied("cluster-lookup");
    assert!(told.contains("(`reuseValues`): an upgrade adds the values that the cluster has"), "{told}");
    project.chart("apis", &config_map("fixed"));
    assert_eq!(project.calls_of_helm(), 1);
}

#[test]
fn capabilities_are_denied_unless_they_are_handed_over() {
    let has = "{{ .Capabilities.APIVersions.Has \"monitoring.example.org/v1\" | quote }}";
    let Some(project) = project(has) else { return };
    let told = project.denied("cluster-lookup");
    assert!(told.contains("`.Capabilities.APIVersions.Has` in `templates/all.yaml:5`"), "{told}");
    project.write("helmfile.yaml", &format!("apiVersions: [monitoring.example.org/v1]\n{STATE}"));
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    assert_eq!(project.calls_of_helm(), 1);
    // Every cluster has it.
    project.chart("apis", &config_map("{{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" | quote }}"));
    assert_eq!(project.calls_of_helm(), 1);
    project
        .chart("apis", &config_map("{{ has \"other.example.org/v1\" .Capabilities.APIVersions | quote }}"));
    project.denied("cluster-lookup");

    let version = "{{ semverCompare \">=1.40\" .Capabilities.KubeVersion.Version | quote }}";
    project.chart("apis", &config_map(version));
    project.denied("cluster-lookup");
    project.edit("helmfile.yaml", "apiVersions: [monitoring.example.org/v1]\n", "kubeVersion: v1.30.0\n");
    assert_eq!(project.calls_of_helm(), 1);
    project.edit("helmfile.yaml", "kubeVersion: v1.30.0\n", "");
    project.chart("apis", &config_map(&version.replace("1.40", "1.0-0")));
    project.write(
        "charts/apis/Chart.yaml",
        "apiVersion: v2\nname: apis\nversion: 1.0.0\nkubeVersion: \">=1.20-0 <1.90\"\n",
    );
    assert_eq!(project.calls_of_helm(), 3, "the constraint of the chart stops no question");
}

#[test]
fn addresses_are_denied_where_helm_asks_for_them() {
    let Some(project) = project("{{ getHostByName \"localhost\" | quote }}") else { return };
    assert_eq!(project.calls_of_helm(), 1, "without `enableDNS` the answer is always empty");
    project.edit("helmfile.yaml", "./charts/apis\n", "./charts/apis\n    enableDNS: true\n");
    let told = project.denied("cluster-lookup");
    assert!(told.contains("`getHostByName` in `templates/all.yaml:5`"), "{told}");
}

#[test]
fn the_clock_is_denied_though_two_renderings_are_alike() {
    for value in [
        "{{ now | date \"2006-01-02\" | quote }}",
        "{{ now.Year | quote }}",
        "{{ date \"2006\" .Values.password | quote }}",
        "{{ dateInZone \"2006\" (now) \"UTC\" | quote }}",
        "{{ htmlDate \"\" | quote }}",
        "{{ ago (toDate \"2006\" \"2011\") | quote }}",
        "{{ durationRound (toDate \"2006\" \"2011\") | quote }}",
        "{{ tpl .Values.apis.orders . }}",
    ] {
        let Some(project) = project(value) else { return };
        project.write("apis.yaml", "password: s3cret\napis: {orders: '{{ now | date \"2006\" | quote }}'}\n");
        let told = project.denied("unstable-source");
        assert!(
            told.contains("`data/key` differs each time release `edge/gateway-apis` is rendered"),
            "{told}"
        );
    }
    for value in [
        "{{ date \"2006\" (toDate \"2006-01-02\" \"2011-02-03\") | quote }}",
        "{{ durationRound \"2h10m5s\" }}",
        "{{ if gt (now.Year) 2000 }}{{ end }}same",
    ] {
        let Some(project) = project(value) else { return };
        assert_eq!(project.calls_of_helm(), 2, "{value}");
    }
}

#[test]
fn chance_is_denied_however_few_outcomes_it_has() {
    for value in [
        "{{ randInt 0 2 | quote }}",
        "{{ shuffle \"ab\" }}",
        "{{ randNumeric 1 | quote }}",
        "{{ randBytes 1 }}",
        "{{ keys (dict \"a\" 1 \"b\" 2) | join \",\" }}",
        "{{ values (dict \"a\" 1 \"b\" 2) | first | quote }}",
        "{{ uuidv4 }}",
        "{{ (genSelfSignedCert \"a\" nil nil 1).Cert | b64enc }}",
        "{{ htpasswd \"a\" \"b\" | quote }}",
    ] {
        let Some(project) = project(value) else { return };
        project.denied("unstable-source");
    }
    for value in [
        "{{ keys (dict \"a\" 1 \"b\" 2) | sortAlpha | join \",\" }}",
        "{{ values (dict \"a\" 1) | join \",\" | quote }}",
        "{{ range values (dict \"a\" (dict \"x\" 1)) }}{{ .x }}{{ end }}a",
    ] {
        let Some(project) = project(value) else { return };
        assert_eq!(project.calls_of_helm(), 3, "{value}");
    }
}

#[test]
fn a_value_that_another_template_sets_is_found() {
    let Some(project) = project("{{ .Values.later | default \"none\" | quote }}") else { return };
    project.write("charts/apis/templates/z.yaml", "{{ $_ := set .Values \"later\" (now | date \"2006\") }}");
    project
        .write("charts/apis/templates/aaa.yaml", "{{ $_ := set .Values \"later\" (now | date \"2006\") }}");
    project.denied("unstable-source");
}

#[test]
fn a_hook_of_helm_is_no_source() {
    let Some(project) = project("x") else { return };
    project.chart(
        "apis",
        &config_map("x").replace(
            "{name: gateway-apis}",
            "{name: gateway-apis, annotations: {helm.sh/hook: pre-install}}",
        ),
    );
    let told = project.refuses("release `edge/gateway-apis` renders it as a hook of helm");
    assert!(
        told.contains("--> gateway.yaml:1") && told.contains("remove its annotation `helm.sh/hook`"),
        "{told}"
    );
}

#[test]
fn a_values_template_with_the_clock_denies_what_the_clock_reaches() {
    let Some(project) = project("{{ .Values.password }}") else { return };
    let both =
        format!("{}---\n{}", config_map("{{ .Values.password }}"), config_map("{{ .Values.time | quote }}"));
    project.chart("apis", &both.replacen("gateway-apis", "other", 2).replacen("other", "gateway-apis", 1));
    project.edit("helmfile.yaml", "values: [apis.yaml]", "values: [apis.yaml, time.yaml.gotmpl]");
    project.write("time.yaml.gotmpl", "time: {{ now | date \"2006-01-02\" | quote }}\n");
    assert_eq!(project.calls_of_helm(), 3);
    project.write("gateway.yaml", &DIRECTIVE.replace("configmap:gateway-apis", "configmap:other"));
    let told = project.denied("unstable-source");
    assert!(
        told.contains("`data/key` of release `edge/gateway-apis` differs each time its values are rendered"),
        "{told}"
    );
    assert!(told.contains("`time.yaml.gotmpl:1` calls `now`"), "{told}");
    // Where it changes no value at all, helm is not asked again.
    project.write("time.yaml.gotmpl", "time: {{ if now }}fixed{{ end }}\n");
    assert_eq!(project.calls_of_helm(), 1);
    project.write("gateway.yaml", "# helmsum: release:gateway-apis\n");
    project.checksum();
    project.write("time.yaml.gotmpl", "time: {{ now | date \"2006-01-02\" | quote }}\n");
    let told = project.denied("unstable-source");
    assert!(told.contains("`values/1` of release"), "{told}");
}

#[test]
fn chance_in_the_state_is_followed_to_what_it_reaches() {
    let Some(project) = project("{{ .Values.password }}") else { return };
    let state = project.read("helmfile.yaml").replace("[apis.yaml]", "[apis.yaml, seed.yaml.gotmpl]");
    project.write(
        "helmfile.yaml",
        &format!("environments:\n  default:\n    values: [env.yaml.gotmpl]\n---\n{state}"),
    );
    project.write("env.yaml.gotmpl", "seed: {{ randInt 0 2 }}\n");
    project.write("seed.yaml.gotmpl", "seed: {{ .Values.seed }}\n");
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(told.contains("warning[unstable-template]"), "{told}");
    project.chart("apis", &config_map("{{ .Values.seed | quote }}"));
    let told = project.denied("unstable-source");
    assert!(told.contains("`env.yaml.gotmpl:1` calls `randInt`"), "{told}");
    project.write("gateway.yaml", "# helmsum: release:gateway-apis\n");
    let told = project.denied("unstable-source");
    assert!(told.contains("`values/1` of release `edge/gateway-apis`"), "{told}");
    project.write("seed.yaml.gotmpl", "seed: 1\n");
    project.checksum();
}

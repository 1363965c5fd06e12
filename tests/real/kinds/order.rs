//! Producers that are consumers themselves.

use super::project::Project;

/// Three releases in a row: `gateway` depends on what `apis` renders from its own checksum, and that is made of files.
const STATE: &str = "\
releases:
  - name: gateway
    namespace: edge
    chart: ./charts/gateway
    values: [gateway.yaml, gateway.checksum.yaml]
  - name: apis
    namespace: edge
    chart: ./charts/versions
    values: [apis.yaml, apis.checksum.yaml]
  - name: schema
    namespace: edge
    chart: ./charts/versions
    values: [schema.yaml, schema.checksum.yaml]
";

/// A `ConfigMap` with the checksum of its release.
const VERSIONS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {version: {{ required \"run helmsum generate\" .Values.configChecksum | quote }}}
";

fn chain() -> Option<Project> {
    let project = Project::new("# helmsum: configmap:apis from=apis\n")?;
    project.write("helmfile.yaml", STATE);
    project.chart("versions", VERSIONS);
    project.write("apis.yaml", "# helmsum: configmap:schema from=edge/schema\n");
    project.write("schema.yaml", "# helmsum: ./schema\n");
    project.write("schema/orders.sql", "create table orders ();\n");
    Some(project)
}

#[test]
fn a_producer_that_is_a_consumer_is_computed_first_and_in_memory() {
    let Some(project) = chain() else { return };
    let first = project.checksum();
    project.helmsum(&["check"]).succeeds();
    project.write("schema/orders.sql", "create table orders (id int);\n");
    let second = project.checksum();
    assert_ne!(second, first, "one run carries a change through all three");
    let told = project.helmsum(&["generate"]).succeeds();
    assert!(told.contains("3 current"), "and a second run finds nothing to do: {told}");

    for target in ["apis.checksum.yaml", "schema.checksum.yaml"] {
        project.write(target, "configChecksum: \"what somebody wrote\"\n");
    }
    project.helmsum(&["generate", "--release", "gateway"]).succeeds();
    assert!(project.read("gateway.checksum.yaml").contains(&second), "what is on disk does not count");
    for target in ["apis.checksum.yaml", "schema.checksum.yaml"] {
        assert!(project.read(target).contains("somebody"), "{target} was not selected");
    }
}

#[test]
fn a_producer_without_a_checksum_of_its_own_has_none_to_give() {
    let Some(project) = chain() else { return };
    project.write("schema.yaml", "# helmsum: ./schemas\n");
    let told = project.refuses(
        "release `edge/gateway`: `configmap:apis`: the checksum of release `edge/apis` itself is not known",
    );
    assert!(told.contains("error[missing-source]: release `edge/schema`"), "{told}");
}

#[test]
fn a_cycle_is_shown_with_the_places_that_make_it() {
    let Some(project) = chain() else { return };
    project.write("schema.yaml", "# helmsum: configmap:apis from=apis\n");
    let told = project.refuses(
        "release `edge/apis`: its sources form a cycle: `edge/apis` (apis.yaml:1) -> `edge/schema` (schema.yaml:1) -> `edge/apis`",
    );
    assert!(told.contains("release `edge/gateway`: it depends on a cycle of sources: `edge/apis`"), "{told}");
    project.write("gateway.yaml", "# helmsum: release:edge/gateway\n");
    let told = project.refuses(
        "release `edge/gateway`: its sources form a cycle: `edge/gateway` (gateway.yaml:1) -> `edge/gateway`",
    );
    assert!(told.contains("--> gateway.yaml:1"), "{told}");
}

#[test]
fn an_object_of_the_consumer_itself_is_rendered_before_its_checksum_is_known() {
    let Some(project) = chain() else { return };
    let own = |data: &str| {
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: own}}\ndata: {{mode: {data}}}\n")
    };
    let pod = project.read("charts/gateway/templates/all.yaml");
    project
        .write("charts/gateway/templates/all.yaml", &format!("{pod}{}", own("{{ .Values.mode | quote }}")));
    project.write("gateway.yaml", "# helmsum: configmap:own\nmode: fast\n");
    let first = project.checksum();
    assert_eq!(project.checksum(), first);
    project.write("gateway.yaml", "# helmsum: configmap:own\nmode: slow\n");
    assert_ne!(project.checksum(), first);

    let circular = own("{{ trunc 8 .Values.configChecksum | quote }}");
    project.write("charts/gateway/templates/all.yaml", &format!("{pod}{circular}"));
    let told = project.refuses("`data/mode` depends on the checksum that it is needed for");
    assert!(told.contains("error[unstable-source]"), "{told}");
}

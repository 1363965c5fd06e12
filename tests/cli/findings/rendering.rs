//! What helm or a template gives, and what that depends on.

use super::*;

/// A release with a chart that a stand-in for helm "renders": this is what it says at the key `a`, as a command of the shell.
fn rendered_as(template: &str, command: &str) -> Repo {
    let helm = format!(
        "#!/bin/sh\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {{name: apis}}\\ndata: {{a: \"%s\"}}\\n' \"$({command})\"\n"
    );
    let repo = gateway()
        .file("bin/helm", &helm)
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        .file("chart/templates/a.yaml", template)
        .file("gateway/values.yaml", "# helmsum: configmap:apis\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(repo.path("bin/helm"), mode).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", repo.path("bin").display());
    repo.variable("PATH", &path)
}

/// Something else each time.
fn rendered(template: &str) -> Repo {
    rendered_as(template, "date +%N")
}

/// A release with an `auto` and a chart that a stand-in for helm "renders" as this Deployment, with containers as in JSON.
fn with_auto(words: &str, containers: &str) -> Repo {
    rendered_as("", "true")
        .file("bin/helm", "#!/bin/sh\ncat \"$(dirname \"$0\")/../manifest.yaml\"\n")
        .file(
            "manifest.yaml",
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gateway}}\nspec: {{template: {{spec: {{containers: {containers}}}}}}}\n"
            ),
        )
        .file("gateway/values.yaml", format!("# helmsum: auto{words}\n"))
}

#[test]
pub(super) fn incomplete_auto() {
    let reads = "[{name: app, image: gateway, envFrom: [{secretRef: {name: db}}]}]";
    shown("incomplete-auto", with_auto("", reads).helmsum(["generate"]).exits(0))
        .says("note[incomplete-auto]: release `edge/gateway`: `auto` leaves out `secret:db`, which Deployment `gateway` reads (envFrom of container app): no release of the state makes it")
        .says("--> gateway/values.yaml:1");
    has_not(with_auto(" exclude=secret:db", reads), "incomplete-auto");
    has_not(with_auto("", "[{name: app, image: gateway}]"), "incomplete-auto");
    let denied = with_auto("", reads).file("helmsum.yaml", "levels: { incomplete-auto: deny }\n");
    has(denied, "incomplete-auto", 1).lacks("gateway/checksum.yaml");
}

#[test]
pub(super) fn empty_source_of_an_auto() {
    let nothing = with_auto("", "[{name: app, image: gateway}]");
    shown("an auto that finds nothing", nothing.helmsum(["generate", "--strict"]).exits(0))
        .says("note[empty-source]: release `edge/gateway`: `auto` finds no object of another release that its pods read, so there is no checksum")
        .says("--> gateway/values.yaml:1");
}

#[test]
pub(super) fn unmatched_entry_of_an_auto() {
    has(with_auto(" exclude=secret:tls-*", "[{name: app, image: gateway}]"), "unmatched-entry", 0)
        .says("`exclude=secret:tls-*` leaves nothing out of `auto`");
}

#[test]
pub(super) fn cluster_lookup() {
    let upgrade = "case \"$*\" in *--is-upgrade*) echo up;; *) echo new;; esac";
    has(rendered_as("{{ .Release.IsUpgrade }}", upgrade), "cluster-lookup", 1)
        .says("`data/a` of release `edge/gateway` depends on the cluster (`.Release.IsUpgrade` in `templates/a.yaml:1`)")
        .says("--> gateway/values.yaml:1")
        .lacks("gateway/checksum.yaml");
    // helm is led to a server of our own, whatever the surroundings say.
    let looked = "case \"$*\" in *--dry-run=server*--kubeconfig=*--kube-apiserver=http://127.0.0.1:*) cat $KUBECONFIG | wc -l;; *) echo 7;; esac";
    has(rendered_as("{{ lookup \"v1\" \"Pod\" \"a\" \"b\" }}", looked), "cluster-lookup", 1)
        .says("`lookup` in");
    has_not(rendered_as("{{ lookup \"v1\" \"Pod\" \"a\" \"b\" }}", "echo same"), "cluster-lookup");
    has_not(rendered_as("{{ .Release.Name }}", upgrade), "cluster-lookup");
    let lowered = rendered_as("{{ .Release.IsUpgrade }}", upgrade)
        .file("helmsum.yaml", "levels: { cluster-lookup: warn }\n");
    has(lowered, "cluster-lookup", 0);
}

#[test]
pub(super) fn unstable_source() {
    has(rendered("{{ now }}"), "unstable-source", 1)
        .says("`data/a` differs each time release `edge/gateway` is rendered")
        .says("--> gateway/values.yaml:1")
        .lacks("gateway/checksum.yaml");
    let lowered = rendered("{{ now }}").file("helmsum.yaml", "levels: { unstable-source: warn }\n");
    has(lowered, "unstable-source", 0);
    has_not(gateway(), "unstable-source");
}

#[test]
pub(super) fn unstable_template() {
    let random = gateway()
        .file("helmfile.yaml", state("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", "# helmsum: ./apis\npassword: {{ randAlphaNum 8 }}\n");
    has(random, "unstable-template", 0).says("`randAlphaNum` was called while the state was read");
    has_not(gateway(), "unstable-template");
}

#[test]
pub(super) fn unstable_template_where_values_are_shared() {
    let state = "\
values: [{ directory: apis }]
releases:
  - { name: a, chart: ./c, values: [a.yaml.gotmpl] }
  - { name: b, chart: ./c, values: [b.yaml.gotmpl, b.checksum.yaml] }
";
    let repo = |first: &str| {
        Repo::new()
            .file("helmfile.yaml", state)
            .file("a.yaml.gotmpl", first)
            .file("b.yaml.gotmpl", "# helmsum: ./{{ .Values.directory }}\n")
            .file("apis/x", "1")
            .file("other/x", "1")
    };
    has(repo("{{ $_ := set .Values \"directory\" \"other\" }}\n"), "unstable-template", 1)
        .says("release `b`: `b.yaml.gotmpl` declares sources, and `a.yaml.gotmpl` of release `a` changes `.Values`")
        .lacks("b.checksum.yaml");
    has_not(repo("{{ $_ := set (deepCopy .Values) \"directory\" \"other\" }}\n"), "unstable-template");
    has_not(repo("{{ $_ := set .Values \"directory\" \"apis\" }}\n"), "unstable-template");
}

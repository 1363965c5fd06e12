//! The hints about what helm renders, each followed to the letter.

use super::project::{APIS, Project};
use crate::server::serve;

/// The hint of the first diagnostic that has `about` as its code or in its message.
#[track_caller]
fn hint(project: &Project, about: &str) -> String {
    let said = said(project);
    let found = said.iter().find(|(code, message, _)| code == about || message.contains(about));
    found.map_or_else(|| panic!("{about:?} is not said: {said:#?}"), |(_, _, hint)| hint.clone())
}

/// The diagnostic is gone, and nothing else stands in the way.
#[track_caller]
fn is_well(project: &Project, about: &str) {
    let said = said(project);
    assert!(!said.iter().any(|(code, message, _)| code == about || message.contains(about)), "{said:#?}");
    project.helmsum(&["generate"]).succeeds();
}

/// Codes, messages and hints of a run.
#[track_caller]
fn said(project: &Project) -> Vec<(String, String, String)> {
    let told = project.helmsum(&["generate", "--output", "json"]).told();
    let (_, rest) = told.split_once("--- stdout\n").expect("standard output");
    let document = rest.split_once("--- stderr\n").expect("standard error").0;
    let document: serde_json::Value =
        serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {told}"));
    let text = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let lists = ["findings", "errors"].into_iter().filter_map(|name| document[name].as_array());
    lists.flatten().map(|one| (text(one, "code"), text(one, "message"), text(one, "hint"))).collect()
}

/// The texts in back-ticks, in order.
fn quoted(hint: &str) -> Vec<&str> {
    hint.split('`').skip(1).step_by(2).collect()
}

#[test]
fn an_object_is_named_as_its_hint_has_it() {
    for (directive, about, wrong) in [
        ("# helmsum: configmap:gateway-api\n", "no ConfigMap `gateway-api` is rendered", "gateway-api"),
        ("# helmsum: secret:gateway-apis\n", "no Secret `gateway-apis` is rendered", "secret:gateway-apis"),
        (
            "# helmsum: configmap:db-credentials\n",
            "no ConfigMap `db-credentials`",
            "configmap:db-credentials",
        ),
    ] {
        let Some(project) = Project::new(directive) else { return };
        let hint = hint(&project, about);
        let right = quoted(&hint)[0].to_owned();
        project.edit("gateway.yaml", wrong, &right);
        is_well(&project, about);
    }
}

#[test]
fn an_object_of_another_release_is_found_by_from_or_needs() {
    let about = "no ConfigMap `gateway-apis` is rendered";
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
    let hint = hint(&project, about);
    assert_eq!(quoted(&hint), ["from=[NAMESPACE/]RELEASE", "needs"], "{hint}");
    project.edit("gateway.yaml", "gateway-apis", "gateway-apis from=edge/gateway-apis");
    is_well(&project, about);
    project.edit("gateway.yaml", " from=edge/gateway-apis", "");
    project.edit(
        "helmfile.yaml",
        "    chart: ./charts/gateway\n",
        "    chart: ./charts/gateway\n    needs: [gateway-apis]\n",
    );
    is_well(&project, about);
}

#[test]
fn a_hook_of_helm_is_made_a_part_of_the_release() {
    let about = "renders it as a hook of helm";
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    let annotation = "  annotations: { helm.sh/hook: pre-install }\n";
    project.chart("apis", &APIS.replacen("  labels:\n", &format!("{annotation}  labels:\n"), 1));
    let hint = hint(&project, about);
    assert!(hint.starts_with("remove its annotation `helm.sh/hook`"), "{hint}");
    project.edit("charts/apis/templates/all.yaml", annotation, "");
    is_well(&project, about);
}

#[test]
fn what_the_clock_or_the_cluster_decides_is_kept_out() {
    for (code, value) in
        [("unstable-source", "{{ now | quote }}"), ("cluster-lookup", "{{ .Release.IsUpgrade | quote }}")]
    {
        let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
        project.chart("apis", &APIS.replacen("\ndata:\n", &format!("\ndata:\n  more: {value}\n"), 1));
        let hint = hint(&project, code);
        assert!(hint.contains("out of it, or declare another source"), "{hint}");
        project.edit("charts/apis/templates/all.yaml", &format!("  more: {value}\n"), "");
        is_well(&project, code);
    }
}

#[test]
fn a_chart_for_another_kubernetes_is_given_its_version() {
    let about = "helm cannot render it";
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.write(
        "charts/apis/Chart.yaml",
        "apiVersion: v2\nname: apis\nversion: 1.0.0\nkubeVersion: '>= 1.99.0'\n",
    );
    assert!(hint(&project, about).starts_with("set `kubeVersion`"));
    project.edit(
        "helmfile.yaml",
        "    chart: ./charts/apis\n",
        "    chart: ./charts/apis\n    kubeVersion: v1.99.1\n",
    );
    is_well(&project, about);
}

#[test]
fn dependencies_are_built_by_the_command() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.chart("common", "");
    project.write(
        "charts/apis/Chart.yaml",
        "apiVersion: v2\nname: apis\nversion: 1.0.0\ndependencies:\n- { name: common, version: 1.0.0, repository: 'file://../common' }\n",
    );
    project.edit("helmfile.yaml", "releases:\n", "helmDefaults: { skipDeps: true }\nreleases:\n");
    let about = "configmap:gateway-apis";
    let hint = hint(&project, about);
    let command = quoted(&hint)[0].to_owned();
    assert!(command.starts_with("helm dependency build "), "{hint}");
    project.shell(&command);
    is_well(&project, about);
}

#[test]
fn a_chart_of_a_repository_is_fetched_by_the_commands() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.shell("mkdir served && helm package charts/apis --destination served && helm repo index served");
    let url = serve(project.root.join("served"));
    project.edit("helmfile.yaml", "./charts/apis", "shop/apis\n    version: 1.0.0");
    project.edit(
        "helmfile.yaml",
        "releases:\n",
        &format!("repositories: [{{ name: shop, url: '{url}' }}]\nreleases:\n"),
    );
    let about = "helm has never fetched the repository `shop`";
    let added = hint(&project, about);
    assert!(added.contains("run `helmfile repos`"), "{added}");
    project.shell(quoted(&added)[0]);
    let about = "chart `shop/apis` in version `1.0.0` is not in helm's cache";
    let fetched = hint(&project, about);
    let commands = quoted(&fetched);
    assert!(
        commands[0] == "helm repo update shop" && commands[1].starts_with("helm pull shop/apis "),
        "{fetched}"
    );
    project.shell(&commands[..2].join(" && "));
    is_well(&project, about);
}

#[test]
fn a_helm_that_is_not_there_is_named() {
    let about = "nowhere/helm";
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.edit("helmfile.yaml", "releases:\n", "helmBinary: ./nowhere/helm\nreleases:\n");
    let hint = hint(&project, about);
    assert!(hint.contains("`--helm-binary`"), "{hint}");
    let helm = project.shell("command -v helm");
    project.helmsum(&["generate", "--helm-binary", &helm]).succeeds();
}

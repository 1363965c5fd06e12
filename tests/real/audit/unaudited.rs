//! Releases that cannot be looked at.

use super::project::{BY_KEY, audit, project};
use crate::server::serve;

#[test]
fn a_chart_that_is_not_at_hand_is_counted_and_may_read() {
    let Some(project) = project("auth: {existingSecret: db}\n") else { return };
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    let audited = audit(&project, &[]).finds(&["unaudited-release warn"]);
    let (message, hint) = audited.only("unaudited-release");
    assert_eq!(
        message,
        "1 release is not looked at, since its chart is not at hand: `apps/web`; `apps/web` may read Secret `db` of `apps/platform`"
    );
    assert!(hint.contains("helmfile"), "{hint}");
    assert_eq!((audited.count("lookedAt"), audited.count("lacksChart")), (1, 1));
    audit(&project, &["--strict"]).finds(&["unaudited-release deny"]);
    // What has another name is not told.
    project.write("web.yaml", "auth: {existingSecret: mine}\n");
    let (message, _) = audit(&project, &[]).only("unaudited-release");
    assert!(!message.contains("may read"), "{message}");
}

#[test]
fn each_object_that_may_be_read_is_named() {
    let Some(project) = project("") else { return };
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    let may_read = |values: &str| {
        project.write("web.yaml", values);
        let (message, _) = audit(&project, &[]).only("unaudited-release");
        message.split_once("; ").map(|(_, told)| told.to_owned()).unwrap_or_default()
    };
    // All of them, however many.
    let object = |name| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: part-{name}}}\n");
    let objects = ('a'..='h').map(object).collect::<Vec<_>>().concat();
    project.chart("platform", &objects);
    let names: Vec<String> = ('a'..='h').map(|name| format!("part-{name}")).collect();
    let told = may_read(&format!("parts: [{}]\n", names.join(", ")));
    let listed: Vec<String> =
        names.iter().map(|name| format!("ConfigMap `{name}` of `apps/platform`")).collect();
    assert_eq!(told, format!("`apps/web` may read {}", listed.join(" and ")));
    // In a text that the chart renders as a part of its manifests.
    let text = "extraVolumes: |\n  - name: realm\n    configMap:\n      name: 'part-c'\n";
    assert_eq!(may_read(text), "`apps/web` may read ConfigMap `part-c` of `apps/platform`");
    assert_eq!(may_read("about: |\n  This is\n  not part-c alone.\n"), "");
    // What a controller makes.
    project.chart(
        "platform",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: token}\nspec: {target: {name: token}}\n",
    );
    assert_eq!(
        may_read("auth: {existingSecret: token}\n"),
        "`apps/web` may read Secret `token`, which a controller makes of ExternalSecret token of apps/platform"
    );
}

#[test]
fn nothing_that_could_be_looked_at_is_an_error() {
    let Some(project) = project("auth: {existingSecret: db}\n") else { return };
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    project.edit("helmfile.yaml", "./charts/platform", "shelf/platform");
    let audited = audit(&project, &[]);
    assert_eq!(audited.code, 1);
    assert_eq!(audited.findings(), ["unaudited-release warn"]);
    assert_eq!(audited.list("errors").len(), 1, "{:#}", audited.document);
    assert_eq!(audited.list("errors")[0]["message"], "none of 2 releases could be looked at");
    assert_eq!((audited.count("lookedAt"), audited.count("lacksChart")), (0, 2));
    // A selector narrows what has to be at hand.
    project.edit("helmfile.yaml", "shelf/platform", "./charts/platform");
    assert_eq!(audit(&project, &["-l", "name=platform"]).finds_nothing().count("lookedAt"), 1);
}

#[test]
fn a_chart_that_helm_refuses_is_counted_apart() {
    let Some(project) = project(BY_KEY) else { return };
    project.chart("web", "{{ fail \"set a password\" }}\n");
    let audited = audit(&project, &[]).finds(&["unaudited-release warn"]);
    assert_eq!((audited.count("lookedAt"), audited.count("notRendered")), (1, 1));
    let release = &audited.list("releases")[0];
    assert_eq!(release["lacksChart"], false, "{release}");
    assert!(release["whyNot"].as_str().is_some_and(|why| !why.contains("apps/web")), "{release}");
    project.chart("web", super::project::WEB);
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
}

#[test]
fn the_command_of_the_hint_fetches_the_charts() {
    let Some(project) = project(BY_KEY) else { return };
    project.shell("mkdir served && for chart in web platform; do helm package charts/$chart -d served; done");
    let url = serve(project.root.join("served"));
    project.shell(&format!("helm repo index served --url {url} && rm -r charts && touch web.checksum.yaml"));
    let state = project.read("helmfile.yaml").replace("./charts/", "shop/");
    let state = ["web", "platform"].iter().fold(state, |state, chart| {
        state.replace(&format!("shop/{chart}\n"), &format!("shop/{chart}\n    version: 1.0.0\n"))
    });
    project.write("helmfile.yaml", &format!("repositories: [{{name: shop, url: '{url}'}}]\n{state}"));
    let audited = audit(&project, &[]);
    assert_eq!((audited.count("lacksChart"), audited.code), (2, 1));
    let (_, hint) = audited.only("unaudited-release");
    let command = hint.split('`').nth(1).expect("a command");
    project.shell(command);
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny"]);
    assert_eq!(audited.count("lookedAt"), 2);
}

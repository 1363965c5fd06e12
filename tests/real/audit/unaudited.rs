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

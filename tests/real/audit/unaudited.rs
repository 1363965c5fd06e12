//! Releases that cannot be looked at.

use super::project::{BY_KEY, audit, project};
use crate::kinds::project::Project;
use crate::server::{registry, serve};

#[test]
fn a_chart_that_is_not_at_hand_is_counted_and_may_read() {
    let Some(project) = project("auth: {existingSecret: db}\n") else { return };
    project.edit("helmfile.yaml", "./charts/web", "shelf/web\n    version: 1.2.3");
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

/// A folder beside the project with its charts in packages; the project has none.
fn packaged(project: &Project) -> std::path::PathBuf {
    project.shell(
        "mkdir served && for chart in charts/*; do helm package $chart -d served; done && rm -r charts",
    );
    project.shell("touch web.checksum.yaml");
    project.root.join("served")
}

/// Runs the one command that a run says first, where nothing could be looked at, and looks at what the next run says.
#[track_caller]
fn follows_the_one_command(project: &Project, releases: u64) {
    let audited = audit(project, &[]);
    assert_eq!((audited.count("lacksChart"), audited.code), (releases, 1));
    let people = project.helmsum(&["audit"]).stdout();
    let (first, rest) = people.split_once("\n\n").expect("a paragraph of its own");
    assert!(first.starts_with("nothing was looked at: "), "{people}");
    assert!(rest.starts_with("warning[unaudited-release]: "), "{people}");
    let command = first.split('`').nth(1).expect("a command");
    assert_eq!(audited.document["fetch"], command);
    let (_, hint) = audited.only("unaudited-release");
    assert!(hint.contains(&format!("`{command}`")), "{hint}");
    project.shell(command);
    let audited = audit(project, &[]).finds(&["unbridged-reference deny"]);
    assert_eq!(audited.count("lookedAt"), releases, "after `{command}`");
    assert!(audited.document["fetch"].is_null());
}

/// The state with charts of these names instead of its own.
fn state(chart: impl Fn(&str) -> String) -> String {
    ["web", "platform"].iter().fold(super::project::STATE.to_owned(), |state, name| {
        state.replace(&format!("./charts/{name}\n"), &format!("{}\n", chart(name)))
    })
}

#[test]
fn one_command_fetches_charts_of_a_repository() {
    let Some(project) = project(BY_KEY) else { return };
    let served = packaged(&project);
    let url = serve(served);
    project.shell(&format!("helm repo index served --url {url}"));
    let repository = format!("repositories: [{{name: shop, url: '{url}'}}]\n");
    let exact = state(|name| format!("shop/{name}\n    version: 1.0.0"));
    project.write("helmfile.yaml", &format!("{repository}{exact}"));
    follows_the_one_command(&project, 2);
}

#[test]
fn one_command_locks_and_fetches_charts_without_a_version() {
    let Some(project) = project(BY_KEY) else { return };
    let served = packaged(&project);
    let url = serve(served);
    project.shell(&format!("helm repo index served --url {url}"));
    let repository = format!("repositories: [{{name: shop, url: '{url}'}}]\n");
    let open = state(|name| match name {
        "web" => "shop/web".to_owned(),
        _ => format!("shop/{name}\n    version: ~1.0"),
    });
    project.write("helmfile.yaml", &format!("{repository}{open}"));
    follows_the_one_command(&project, 2);
    assert!(project.read("helmfile.lock").contains("1.0.0"));
}

#[test]
fn one_command_fetches_charts_of_a_registry() {
    let Some(project) = project(BY_KEY) else { return };
    let host = registry(packaged(&project));
    let repository =
        format!("repositories: [{{name: shop, url: '{host}/charts', oci: true, plainHttp: true}}]\n");
    let exact = state(|name| match name {
        "web" => "shop/web\n    version: 1.0.0".to_owned(),
        _ => format!("oci://{host}/charts/{name}\n    version: 1.0.0\n    plainHttp: true"),
    });
    project.write("helmfile.yaml", &format!("{repository}{exact}"));
    follows_the_one_command(&project, 2);
}

#[test]
fn one_command_fetches_what_local_charts_depend_on() {
    let Some(project) = project(BY_KEY) else { return };
    project.chart("lib", "");
    project.shell("mkdir served && helm package charts/lib -d served && rm -r charts/lib");
    let url = serve(project.root.join("served"));
    project.shell(&format!("helm repo index served --url {url}"));
    for chart in ["web", "platform"] {
        let name = format!("charts/{chart}/Chart.yaml");
        let dependency = format!("dependencies: [{{name: lib, version: 1.0.0, repository: '{url}'}}]\n");
        project.write(&name, &format!("{}{dependency}", project.read(&name)));
    }
    project.shell("touch web.checksum.yaml");
    follows_the_one_command(&project, 2);
}

#[test]
fn releases_that_helm_refuses_do_not_keep_charts_from_being_fetched() {
    let Some(project) = project(BY_KEY) else { return };
    project.chart("bad", "{{ fail \"set a password\" }}\n");
    let served = packaged(&project);
    let url = serve(served);
    project.shell(&format!("helm repo index served --url {url}"));
    project.chart("bad", "{{ fail \"set a password\" }}\n");
    let bad = "releases:\n  - {name: bad, namespace: apps, chart: ./charts/bad}\n";
    let exact = state(|name| format!("shop/{name}\n    version: 1.0.0")).replace("releases:\n", bad);
    project.write("helmfile.yaml", &format!("repositories: [{{name: shop, url: '{url}'}}]\n{exact}"));
    let audited = audit(&project, &[]);
    assert_eq!((audited.count("lacksChart"), audited.count("notRendered")), (2, 1));
    let command = audited.document["fetch"].as_str().expect("a command").to_owned();
    project.shell(&command);
    let audited = audit(&project, &[]);
    assert_eq!((audited.count("lookedAt"), audited.count("lacksChart")), (2, 0), "after `{command}`");
}

#[test]
fn where_no_command_fetches_a_chart_the_way_out_is_said() {
    let Some(project) = project(BY_KEY) else { return };
    project.edit("helmfile.yaml", "./charts/web", "oci://registry.invalid/charts/web");
    let audited = audit(&project, &[]);
    let (_, hint) = audited.only("unaudited-release");
    assert!(audited.document["fetch"].is_null() && hint.starts_with("give the exact version"), "{hint}");
    // Beside one that is fetched, both are said.
    project.edit("helmfile.yaml", "./charts/platform", "shop/platform\n    version: 1.0.0");
    project.edit(
        "helmfile.yaml",
        "releases:",
        "repositories: [{name: shop, url: http://charts.invalid}]\nreleases:",
    );
    let audited = audit(&project, &[]);
    let (_, hint) = audited.only("unaudited-release");
    assert_eq!(audited.document["fetch"], "helmfile template > /dev/null");
    assert!(hint.contains("; but not that of `apps/web`: give the exact version"), "{hint}");
}

#[test]
fn a_repository_that_only_a_parent_declares_has_to_be_inherited() {
    let Some(project) = project(BY_KEY) else { return };
    let served = packaged(&project);
    let url = serve(served);
    project.shell(&format!("helm repo index served --url {url}"));
    project.write("apps.yaml", &state(|name| format!("shop/{name}\n    version: 1.0.0")));
    let parent = format!("repositories: [{{name: shop, url: '{url}'}}]\nhelmfiles:\n  - path: apps.yaml\n");
    project.write("helmfile.yaml", &parent);
    let audited = audit(&project, &[]);
    let (_, hint) = audited.only("unaudited-release");
    assert!(audited.document["fetch"].is_null(), "helmfile does not find it either: {:#}", audited.document);
    assert!(hint.contains("where a parent has it: `inherits: [repositories]`"), "{hint}");
    project.write("helmfile.yaml", &format!("{parent}    inherits: [repositories]\n"));
    follows_the_one_command(&project, 2);
}

#[test]
fn the_command_has_the_options_of_the_run() {
    let Some(project) = project(BY_KEY) else { return };
    let state = project
        .read("helmfile.yaml")
        .replace("./charts/", "shop/")
        .replace("    values", "    version: 1.0.0\n    values");
    let repositories = "repositories: [{name: shop, url: http://charts.invalid}]\n";
    project
        .write("a b.yaml.gotmpl", &format!("environments: {{production: {{}}}}\n---\n{repositories}{state}"));
    let audited = audit(
        &project,
        &["-f", "a b.yaml.gotmpl", "-e", "production", "-n", "blue", "--state-values-set", "a=1,b={c}"],
    );
    assert_eq!(
        audited.document["fetch"],
        "helmfile -f 'a b.yaml.gotmpl' -e production -n blue --state-values-set 'a=1,b={c}' template > /dev/null"
    );
}

//! The examples on the API server: they roll when they must, and not otherwise.

use fs_err as fs;
use serde_json::Value;

use super::site::{Site, touch};
use super::workload::Settled;

/// The change that the README of `single-chart` shows.
fn readme_change() -> String {
    let readme = include_str!("../../../examples/single-chart/README.md");
    let change = readme.split("```diff\n").nth(1).and_then(|rest| rest.split("```\n").next());
    change.expect("the README shows a change").to_owned()
}

#[test]
fn a_stateful_set_rolls_for_its_own_secret_and_only_with_helmsum_for_the_settings_of_another_release() {
    const SETTINGS: &str = "helmfile-values/store/settings/journal.conf";
    let Some(site) = Site::new("examples/single-chart", "single-chart") else { return };
    site.sync([]);
    let installed = site.stateful_set("store");
    site.sync([]);
    assert_eq!(site.stateful_set("store"), installed, "after a sync without a change");

    let mark = site.mark();
    site.replace("charts/store/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    site.sync([]);
    assert!(mark.deployed().contains(&"patch secrets/store".to_owned()), "its label changed");
    assert_same_pods(&site.stateful_set("store"), &installed, "after a new version of the chart");

    site.replace("helmfile-values/store/credentials.yaml", "correct-horse-battery", "another");
    site.sync([]);
    let rotated = site.stateful_set("store");
    assert!(rotated.rolled_once_since(&installed), "{installed:?}\n{rotated:?}");

    site.replace(SETTINGS, "always", "never");
    site.sync([]);
    assert!(site.config_map("store-settings")["journal.conf"].as_str().expect("text").contains("never"));
    assert_eq!(site.stateful_set("store"), rotated, "the chart cannot see the other release");

    fs::write(site.path(".git/change.diff"), readme_change()).expect("a file");
    site.run("git", ["apply", ".git/change.diff"]);
    site.sync([]);
    let wired = site.stateful_set("store");
    assert!(wired.rolled_once_since(&rotated), "once, for the new annotation: {rotated:?}\n{wired:?}");

    touch(&site.path(SETTINGS));
    site.sync([]);
    assert_eq!(site.stateful_set("store"), wired, "after a touch");
    site.replace(SETTINGS, "never", "on-commit");
    site.sync([]);
    let edited = site.stateful_set("store");
    assert!(edited.rolled_once_since(&wired), "{wired:?}\n{edited:?}");
}

#[test]
fn a_daemon_set_of_somebody_else_rolls_for_an_edited_file_and_for_nothing_else() {
    const FILTERS: &str = "helmfile-values/log-agent/pipeline/20-filters.conf";
    let Some(mut site) = Site::new("examples/third-party", "third-party") else { return };
    site.sync([]);
    let installed = site.daemon_set("log-agent");
    assert_eq!(installed.pods.len(), 2, "one pod on each node: {installed:?}");
    assert_eq!(installed.revisions.len(), 1, "{installed:?}");
    let keys: Vec<&String> = installed.annotations.as_object().expect("annotations").keys().collect();
    assert_eq!(keys, ["checksum/config", "checksum/helmsum", "prometheus.io/port", "prometheus.io/scrape"]);

    touch(&site.path(FILTERS));
    site.replace("charts/log-pipeline/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    site.move_to_clone("elsewhere");
    site.sync([]);
    assert_eq!(site.daemon_set("log-agent"), installed, "after a touch, a chart bump, in a fresh clone");

    site.replace(FILTERS, "level:debug", "level:info");
    site.sync([]);
    let edited = site.daemon_set("log-agent");
    assert!(edited.rolled_once_since(&installed), "{installed:?}\n{edited:?}");
    assert_eq!(edited.annotations["checksum/config"], installed.annotations["checksum/config"]);

    site.replace("helmfile-values/log-agent/values.yaml", "flushSeconds: 5", "flushSeconds: 9");
    site.sync([]);
    let own = site.daemon_set("log-agent");
    assert!(own.rolled_once_since(&edited), "{edited:?}\n{own:?}");
    assert_eq!(own.annotations["checksum/helmsum"], edited.annotations["checksum/helmsum"]);
}

#[test]
fn an_edit_rolls_the_pods_of_its_environment() {
    let Some(site) = Site::new("examples/environments", "environments") else { return };
    let deploy = || site.sync(["--environment=production"]);
    deploy();
    let proxy = site.deployment("proxy");
    let web = site.deployment("web");
    assert_eq!((proxy.pods.len(), web.pods.len()), (3, 3));

    site.replace("edge/routes/staging/preview.yaml", "/preview", "/next");
    site.replace("shop/catalogue/development/items.yaml", "price: 1", "price: 2");
    deploy();
    assert_eq!(site.deployment("proxy"), proxy, "after an edit for staging");
    assert_eq!(site.deployment("web"), web, "after an edit for development");

    site.replace("edge/routes/production/redirects.yaml", "/old-shop", "/shop");
    deploy();
    let edited = site.deployment("proxy");
    assert!(edited.rolled_once_since(&proxy), "{proxy:?}\n{edited:?}");
    assert_eq!(site.deployment("web"), web, "it does not read routes");

    site.replace("edge/routes/common/health.yaml", "200", "204");
    deploy();
    assert!(site.deployment("proxy").rolled_once_since(&edited), "after an edit for all environments");
    assert_eq!(site.deployment("web"), web);
}

#[test]
fn of_a_chart_without_a_key_only_the_pods_that_read_the_object_restart() {
    const REMINDER: &str = "helmfile-values/mail/texts/reminder.txt";
    let Some(mut site) = Site::new("examples/any-chart", "any-chart") else { return };
    site.sync([]);
    let (sender, web) = (site.deployment("mail-sender"), site.deployment("mail-web"));
    let keys: Vec<&String> = sender.annotations.as_object().expect("annotations").keys().collect();
    assert_eq!(keys, ["checksum/helmsum"]);
    assert_eq!(web.annotations, Value::Null);

    site.sync([]);
    assert_eq!(site.deployment("mail-sender"), sender, "after a sync without a change");
    touch(&site.path(REMINDER));
    site.replace("charts/mail-texts/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    site.move_to_clone("elsewhere");
    site.sync([]);
    assert_eq!(site.deployment("mail-sender"), sender, "after a touch, a chart bump, in a fresh clone");

    site.replace(REMINDER, "yet", "so far");
    site.sync([]);
    let edited = site.deployment("mail-sender");
    assert!(edited.rolled_once_since(&sender), "{sender:?}\n{edited:?}");
    assert!(site.config_map("mail-texts")["reminder.txt"].as_str().expect("text").contains("so far"));

    // A value of the chart that both have changes both.
    site.replace("helmfile-values/mail/values.yaml", "web:", "image: {tag: \"3.9\"}\nweb:");
    assert_eq!(site.deployment("mail-web"), web, "it reads no texts");
    site.sync([]);
    let newer = site.deployment("mail-sender");
    assert!(newer.rolled_once_since(&edited), "{edited:?}\n{newer:?}");
    assert!(site.deployment("mail-web").rolled_once_since(&web));
    assert_eq!(newer.annotations, edited.annotations, "the texts are the same");

    let mark = site.mark();
    site.replace("helmfile-values/mail/values.yaml", "configmap:mail-texts", "configmap:mail-words");
    let told = site.helmfile(["sync"]).fails();
    assert!(told.contains("configmap:mail-words: not read") && told.contains("hook[helmsum]"), "{told}");
    assert_eq!(mark.deployed(), Vec::<String>::new(), "{told}");
}

/// The workload itself may have changed, as by a label; its pods and their template have not.
fn assert_same_pods(now: &Settled, before: &Settled, when: &str) {
    assert_eq!((&now.revisions, &now.pods), (&before.revisions, &before.pods), "{when}");
    assert_eq!(now.annotations, before.annotations, "{when}");
}

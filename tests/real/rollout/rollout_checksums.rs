//! The example with an allow-list: what is listed rolls the pods that take part, and nothing else does.

use fs_err as fs;

use super::site::{Site, touch};
use super::workload::Settled;

const EXAMPLE: &str = "examples/rollout-checksums";
const FEATURES: &str = "values/shop-config/features.yaml";
const CREDENTIALS: &str = "values/shop-config/credentials.yaml";
const VALUES: &str = "values/shop/values.yaml";
const STAGING: &str = "values/shop/staging.yaml";
const DIGEST: &str = "0ec4d5ed2c31b6de538ea6ea568b6f9f2ed195dd0bfdfe0123e5543dd2a55451";

/// Both Deployments: the one that takes part, and the one that opts out.
fn workloads(site: &Site) -> (Settled, Settled) {
    (site.deployment("shop-web"), site.deployment("shop-worker"))
}

fn stage(site: &Site) -> (Settled, Settled) {
    site.sync(["--environment=staging"]);
    workloads(site)
}

#[test]
fn listed_objects_roll_the_deployment_that_takes_part() {
    let Some(site) = Site::new(EXAMPLE, "shop-listed") else { return };
    let (mut web, worker) = stage(&site);
    assert_eq!(web.revisions.len(), 1, "{web:?}");
    assert_eq!(web.annotations.as_object().map(serde_json::Map::len), Some(3), "{web:?}");
    assert!(worker.annotations.is_null(), "{worker:?}");
    let listed = [(FEATURES, "classic", "express"), (CREDENTIALS, "horse", "mule"), (VALUES, "EUR", "USD")];
    for (file, from, to) in listed {
        site.replace(file, from, to);
        let (rolled, quiet) = stage(&site);
        assert!(rolled.rolled_once_since(&web), "{file}: {web:?}\n{rolled:?}");
        assert_eq!(quiet, worker, "{file}");
        web = rolled;
    }
    assert_eq!(web.revisions.len(), 4, "{web:?}");
}

#[test]
fn what_is_not_listed_rolls_nobody() {
    let Some(site) = Site::new(EXAMPLE, "shop-quiet") else { return };
    let before = stage(&site);
    let quiet: [(&str, &dyn Fn()); 4] = [
        ("a Secret that is not listed", &|| site.replace(VALUES, "twelve-grapes", "eleven-grapes")),
        ("a comment in a source", &|| site.replace(FEATURES, "features:\n", "# A note.\nfeatures:\n")),
        ("a touch", &|| touch(&site.path(CREDENTIALS))),
        ("a new version of both charts", &|| {
            for chart in ["shop", "shop-config"] {
                site.replace(&format!("charts/{chart}/Chart.yaml"), "version: 0.1.0", "version: 0.2.0");
            }
        }),
    ];
    for (change, apply) in quiet {
        apply();
        assert_eq!(stage(&site), before, "{change}");
    }
}

#[test]
fn the_switch_rolls_once_when_it_goes_on_and_goes_back_when_it_goes_off() {
    let Some(site) = Site::new(EXAMPLE, "shop-switch") else { return };
    site.sync([]);
    let (off, worker) = workloads(&site);
    assert!(off.annotations.is_null(), "{off:?}");
    site.replace(FEATURES, "classic", "express");
    site.sync([]);
    assert_eq!(workloads(&site), (off.clone(), worker.clone()), "an edit while it is off");

    let (on, quiet) = stage(&site);
    assert!(on.rolled_once_since(&off), "{off:?}\n{on:?}");
    assert_eq!(quiet, worker);
    assert_eq!(stage(&site), (on.clone(), worker.clone()), "a sync without a change");

    site.sync([]);
    let (again, quiet) = workloads(&site);
    assert_eq!((&again.current, &again.revisions), (&off.current, &on.revisions), "the pods it had before");
    assert!(again.pods.is_disjoint(&on.pods));
    assert_eq!(quiet, worker);
}

#[test]
fn a_name_that_is_taken_off_the_list_rolls_once_and_no_more() {
    let Some(site) = Site::new(EXAMPLE, "shop-off-list") else { return };
    let (listed, worker) = stage(&site);
    site.replace(STAGING, "    - shop-features\n", "");
    let (shorter, _) = stage(&site);
    assert!(shorter.rolled_once_since(&listed), "{listed:?}\n{shorter:?}");
    site.replace(FEATURES, "classic", "express");
    assert_eq!(stage(&site), (shorter, worker), "an edit of what was taken off");
}

#[test]
fn a_rollback_of_both_releases_is_a_true_one() {
    let Some(site) = Site::new(EXAMPLE, "shop-rollback") else { return };
    let (installed, _) = stage(&site);
    site.replace(FEATURES, "classic", "express");
    let (edited, _) = stage(&site);
    assert!(edited.rolled_once_since(&installed), "{installed:?}\n{edited:?}");
    assert_eq!(site.config_map("shop-features")["CHECKOUT"], "express");
    for release in ["shop-config", "shop"] {
        site.run("helm", ["rollback", release, "1", "--namespace", "shop-rollback"]);
    }
    let (back, _) = workloads(&site);
    assert_eq!(site.config_map("shop-features")["CHECKOUT"], "classic");
    assert_eq!((&back.current, &back.annotations), (&installed.current, &installed.annotations));
}

#[test]
fn the_server_takes_the_longest_name_and_no_second_slash() {
    let Some(site) = Site::new(EXAMPLE, "shop-names") else { return };
    let name = "n".repeat(253);
    let values = format!(
        "external: {{ configMaps: [{name}] }}\nrolloutChecksums:\n  enabled: true\n  configMaps: [{name}]\n  checksums: {{ configMaps: {{ {name}: \"{DIGEST}\" }} }}\n"
    );
    fs::write(site.path(STAGING), values).expect("a values file");
    let (web, _) = stage(&site);
    let annotations = web.annotations.as_object().expect("annotations");
    assert_eq!(annotations.len(), 1, "{web:?}");
    let (key, value) = annotations.iter().next().expect("an annotation");
    let behind = key.strip_prefix("checksum/configmap-").expect("a key of the chart");
    assert_eq!((behind.len(), value.as_str()), (53, Some(DIGEST)), "{key}");

    let helper = "charts/shop/templates/_rollout-checksums.tpl";
    site.replace(helper, "checksum/{{ $key }}", "checksum/configmap/{{ $key }}");
    let _ = site.helmfile(["template", "--environment=staging"]).succeeds();
    let told = site.helmfile(["sync", "--environment=staging"]).fails();
    assert!(
        told.contains("checksum/configmap/") && told.contains("a qualified name must consist of"),
        "{told}"
    );
    assert_eq!(site.deployment("shop-web"), web);
}

//! The promise, on a real API server: a changed file rolls the pods that read it, and nothing else does.

mod annotate;
mod audit;
mod cluster;
mod config_map_names;
mod examples;
mod rollout_checksums;
mod server;
mod site;
mod workload;

use fs_err as fs;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::panic::catch_unwind;
use std::path::Path;

use crate::support::programs;
use server::Server;
use site::{Site, touch};

const GATEWAY: &str = "examples/gateway";
const ORDERS: &str = "helmfile-values/gateway/apis/orders.yaml";
const LIMITS: &str = "helmfile-values/gateway/apis/admin/limits.yaml";
const TARGET: &str = "helmfile-values/gateway/checksum.yaml";

#[test]
fn one_replica_set_outlives_everything_that_changes_no_byte() {
    let Some(mut site) = Site::new(GATEWAY, "edge-same-bytes") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    assert_eq!(installed.revisions.len(), 1, "{installed:?}");
    let recorded = site.read(TARGET);
    let checksum = installed.annotations["checksum/apis"].as_str().expect("a checksum");
    assert!(recorded.contains(&format!("configChecksum: \"{checksum}\"")), "{recorded}");

    site.sync([]);
    assert_eq!(site.deployment("gateway"), installed, "after a sync without a change");

    touch(&site.path(ORDERS));
    site.sync([]);
    assert_eq!(site.deployment("gateway"), installed, "after a touch");

    fs::set_permissions(site.path(ORDERS), Permissions::from_mode(0o755)).expect("a new mode");
    site.sync([]);
    assert_eq!(site.deployment("gateway"), installed, "after a chmod");
    site.run("git", ["checkout", "--quiet", "--", ORDERS]);

    site.move_to_clone("elsewhere");
    site.sync([]);
    assert_eq!(site.deployment("gateway"), installed, "after a fresh clone");

    fs::remove_file(site.path(TARGET)).expect("a target");
    site.move_to_clone("without-target");
    assert!(!site.path(TARGET).exists());
    site.sync([]);
    assert_eq!(site.deployment("gateway"), installed, "after a fresh clone whose target is not committed");
    assert_eq!(site.read(TARGET), recorded);
}

#[test]
fn an_edit_one_in_a_sub_directory_and_a_rename_make_one_more_replica_set_each() {
    let Some(site) = Site::new(GATEWAY, "edge-changes") else { return };
    site.sync([]);
    let mut before = site.deployment("gateway");
    let changes: [(&str, &dyn Fn()); 3] = [
        ("an edit", &|| site.replace(ORDERS, "[GET, POST]", "[GET]")),
        ("an edit in a sub-directory", &|| site.replace(LIMITS, "burst: 100", "burst: 200")),
        ("a rename", &|| site.rename(ORDERS, "helmfile-values/gateway/apis/purchases.yaml")),
    ];
    for (change, apply) in changes {
        apply();
        site.sync([]);
        let after = site.deployment("gateway");
        assert!(after.rolled_once_since(&before), "{change}: {before:?}\n{after:?}");

        site.sync([]);
        assert_eq!(site.deployment("gateway"), after, "a sync without a change after {change}");
        before = after;
    }
    assert_eq!(before.revisions.len(), 4);
    let data = site.config_map("gateway-apis");
    assert!(data["purchases.yaml"].is_string() && data["orders.yaml"].is_null(), "{data}");
}

#[test]
fn a_new_chart_version_of_the_producer_rolls_nothing() {
    let Some(site) = Site::new(GATEWAY, "edge-chart-bump") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    let mark = site.mark();
    site.replace("charts/gateway-apis/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    site.sync([]);
    let written = mark.deployed();
    assert!(written.contains(&"patch configmaps/gateway-apis".to_owned()), "its label changed: {written:?}");
    assert_eq!(site.deployment("gateway"), installed);
}

#[test]
fn a_reverted_file_takes_the_old_replica_set_again() {
    let Some(site) = Site::new(GATEWAY, "edge-revert") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    site.replace(ORDERS, "orders:8080", "orders:9090");
    site.sync([]);
    let edited = site.deployment("gateway");
    assert_eq!(edited.revisions.len(), 2, "{edited:?}");

    site.run("git", ["checkout", "--quiet", "--", "."]);
    site.sync([]);
    let reverted = site.deployment("gateway");
    assert_eq!(reverted.revisions, edited.revisions);
    assert_eq!(reverted.current, installed.current);
    assert_eq!(reverted.annotations, installed.annotations);
    assert!(reverted.pods.is_disjoint(&edited.pods));
}

#[test]
fn a_missing_directory_stops_sync_before_anything_is_applied_and_destroy_still_works() {
    let Some(site) = Site::new(GATEWAY, "edge-missing") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    let recorded = site.read(TARGET);
    site.rename("helmfile-values/gateway/apis", "helmfile-values/gateway/interfaces");

    let mark = site.mark();
    let told = site.helmfile(["sync"]).fails();
    assert!(told.contains("missing-source") && told.contains("hook[helmsum]"), "{told}");
    assert_eq!(mark.deployed(), Vec::<String>::new(), "{told}");
    assert_eq!(site.deployment("gateway"), installed);
    assert_eq!(site.read(TARGET), recorded);

    site.helmfile(["destroy"]).succeeds();
    assert!(mark.deployed().contains(&"delete deployments/gateway".to_owned()));
    assert_eq!(site.count("deployments"), 0);
    assert_eq!(site.config_map("gateway-apis"), serde_json::Value::Null);
}

#[test]
fn a_selected_consumer_with_its_needs_rolls_on_the_new_config_map() {
    let Some(site) = Site::new(GATEWAY, "edge-needs") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    site.replace(ORDERS, "[GET, POST]", "[GET]");
    let mark = site.mark();
    site.sync(["--selector=name=gateway", "--include-needs"]);
    let after = site.deployment("gateway");
    assert!(after.rolled_once_since(&installed), "{installed:?}\n{after:?}");
    assert_eq!(site.config_map("gateway-apis")["orders.yaml"], site.read(ORDERS));

    let writes = mark.writes();
    let place = |deployed: bool, what: &str| {
        let position =
            writes.iter().position(|write| write.deployed == deployed && write.what.starts_with(what));
        position.unwrap_or_else(|| panic!("nobody did `{what}`: {writes:#?}"))
    };
    let new_pod = place(false, "create pods");
    assert!(place(true, "patch configmaps/gateway-apis") < new_pod, "{writes:#?}");
    assert!(place(true, "patch deployments/gateway") < new_pod, "{writes:#?}");
}

#[test]
fn a_selected_consumer_without_its_needs_rolls_on_the_old_config_map() {
    let Some(site) = Site::new(GATEWAY, "edge-no-needs") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    let old = site.config_map("gateway-apis");
    site.replace(ORDERS, "[GET, POST]", "[GET]");
    site.sync(["--selector=name=gateway"]);
    let rolled = site.deployment("gateway");
    assert!(rolled.rolled_once_since(&installed), "{installed:?}\n{rolled:?}");
    assert_eq!(site.config_map("gateway-apis"), old);

    site.sync([]);
    assert_ne!(site.config_map("gateway-apis"), old);
    assert_eq!(site.deployment("gateway"), rolled, "nothing rolls the pods when the ConfigMap follows");
}

#[test]
fn a_stateful_set_gets_a_new_revision_for_changed_bytes_only() {
    const SETTINGS: &str = "config/settings.ini";
    let Some(mut site) = Site::new("tests/real/rollout/queue", "queue") else { return };
    site.sync([]);
    let installed = site.stateful_set("queue");
    assert_eq!(installed.revisions.len(), 1, "{installed:?}");

    touch(&site.path(SETTINGS));
    site.move_to_clone("elsewhere");
    site.sync([]);
    assert_eq!(site.stateful_set("queue"), installed, "after a touch and in a fresh clone");

    site.replace(SETTINGS, "workers = 4", "workers = 8");
    site.sync([]);
    let edited = site.stateful_set("queue");
    assert!(edited.rolled_once_since(&installed), "{installed:?}\n{edited:?}");

    site.run("git", ["checkout", "--quiet", "--", "."]);
    site.sync([]);
    let reverted = site.stateful_set("queue");
    assert_eq!(reverted.revisions, edited.revisions);
    assert_eq!(reverted.current, installed.current);
}

#[test]
fn a_panic_ends_what_was_started() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("log");
    let process = std::sync::atomic::AtomicU32::new(0);
    let panic = catch_unwind(|| {
        let mut server = Server::start(Path::new("sleep"), &["600".to_owned()], log);
        server.check().expect("it runs");
        process.store(server.process(), std::sync::atomic::Ordering::Relaxed);
        panic!("a failing test");
    });
    assert!(panic.is_err());
    assert!(!is_running(process.into_inner()));
}

#[test]
fn nothing_of_a_cluster_is_left() {
    let Some(programs) = programs::find(&[&cluster::PROGRAMS], &["openssl", "setpriv"]) else { return };
    let cluster = cluster::Cluster::start(&programs);
    let processes = cluster.processes().to_vec();
    let folder = cluster.kubeconfig();
    assert_eq!(processes.len(), 3);
    assert!(processes.iter().all(|&process| is_running(process)));
    drop(cluster);
    assert!(processes.iter().all(|&process| !is_running(process)));
    assert!(!folder.exists());
}

fn is_running(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

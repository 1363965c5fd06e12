//! The recipe that puts a digest into the name of a ConfigMap, and what happens without it.

use serde_json::Value;

use super::site::Site;
use crate::support::page::Page;
use crate::support::programs::helm_major;

const PROJECT: &str = "tests/real/rollout/named-by-digest";
const SHOP: &str = "routes/shop.yaml";
const CONFIG_MAP: &str = "charts/routes/templates/configmap.yaml";
const KEEP: &str = "  annotations:\n    helm.sh/resource-policy: keep\n";

/// The name of the ConfigMap that a Deployment mounts, and its data, null where there is none.
fn mounted(site: &Site, deployment: &str) -> (String, Value) {
    let volumes = &site.object("deployment", deployment)["spec"]["template"]["spec"]["volumes"];
    let name = volumes[0]["configMap"]["name"].as_str().expect("a ConfigMap is mounted").to_owned();
    let data = site.config_map(&name);
    (name, data)
}

#[test]
fn a_config_map_named_by_its_digest_is_there_for_a_rollback() {
    let Some(site) = Site::new(PROJECT, "named-rollback") else { return };
    let namespace = site.namespace_argument();
    site.sync([]);
    let installed = site.deployment("proxy");
    let (old_name, old_data) = mounted(&site, "proxy");
    let old_object = site.object("configmap", &old_name)["metadata"]["uid"].clone();
    assert!(old_data["shop.yaml"].as_str().expect("text").contains("shop:8080"));

    site.replace("charts/routes/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    site.sync([]);
    assert_eq!(site.deployment("proxy"), installed, "a new version of the producer's chart");

    site.replace(SHOP, "shop:8080", "shop:9090");
    site.sync([]);
    let edited = site.deployment("proxy");
    assert!(edited.rolled_once_since(&installed), "{installed:?}\n{edited:?}");
    let (new_name, new_data) = mounted(&site, "proxy");
    assert!(new_data["shop.yaml"].as_str().expect("text").contains("shop:9090"));
    assert_ne!(new_name, old_name);
    assert_eq!(site.config_map(&old_name), old_data, "old pods keep theirs");

    site.run("helm", ["rollback", "proxy", "1", &namespace]);
    assert_eq!(site.deployment("proxy").current, installed.current);
    assert_eq!(mounted(&site, "proxy"), (old_name.clone(), old_data.clone()));
    site.run("kubectl", ["rollout", "undo", "deployment/proxy", &namespace]);
    assert_eq!(site.deployment("proxy").current, edited.current);
    site.run("kubectl", ["rollout", "undo", "deployment/proxy", &namespace]);
    assert_eq!(mounted(&site, "proxy"), (old_name.clone(), old_data.clone()));

    if helm_major() != 3 {
        // What kubectl has set is kubectl's, and Helm 4 does not take it away unasked.
        let told = site.helmfile(["sync"]).fails();
        assert!(told.contains("conflict with \"kubectl\"") && told.contains("configMap.name"), "{told}");
        assert_eq!(mounted(&site, "proxy"), (old_name.clone(), old_data.clone()));
        site.sync(["--sync-args=--force-conflicts"]);
    }
    site.sync([]);
    assert_eq!(mounted(&site, "proxy"), (new_name.clone(), new_data), "what the state says counts again");
    site.run("git", ["checkout", "--quiet", "--", SHOP]);
    site.sync([]);
    assert_eq!(site.deployment("proxy").current, installed.current);
    assert_eq!(mounted(&site, "proxy"), (old_name.clone(), old_data));
    assert_eq!(site.object("configmap", &old_name)["metadata"]["uid"], old_object, "helm takes it again");
    assert_ne!(site.config_map(&new_name), Value::Null);
}

#[test]
fn config_maps_that_nothing_mounts_can_be_cleaned_up() {
    let Some(site) = Site::new(PROJECT, "named-cleanup") else { return };
    let namespace = site.namespace_argument();
    let mut names = Vec::new();
    for port in ["8080", "9090", "7070"] {
        let text = format!("path: /\nupstream: shop:{port}\n");
        fs_err::write(site.path(SHOP), text).expect("a file");
        site.sync([]);
        site.deployment("proxy");
        names.push(mounted(&site, "proxy").0);
    }
    let there = |name: &String| site.config_map(name) != Value::Null;
    let script = format!(
        "set -e\ncp \"$KUBECONFIG\" context.yaml\nexport KUBECONFIG=context.yaml\n\
         kubectl config set-context --current {namespace}\n{}",
        Page::read("docs/recipes.md").tested_by("config_maps_that_nothing_mounts_can_be_cleaned_up")
    );
    site.run("sh", ["-c", &script]);
    assert!(names.iter().all(there), "ReplicaSets mount all of them");
    site.run("helm", ["uninstall", "routes", &namespace]);
    assert!(names.iter().all(there), "helm keeps them");

    let oldest = site.replica_set_with(&names[0]);
    site.run("kubectl", ["delete", "replicaset", &oldest, &namespace]);
    site.run("sh", ["-c", &script]);
    assert_eq!(names.iter().map(there).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn without_the_policy_the_old_config_map_is_gone_while_its_pods_are_there() {
    let Some(site) = Site::new(PROJECT, "named-not-kept") else { return };
    let namespace = site.namespace_argument();
    site.replace(CONFIG_MAP, KEEP, "");
    site.sync([]);
    let installed = site.deployment("proxy");
    let (old_name, _) = mounted(&site, "proxy");
    site.replace(SHOP, "shop:8080", "shop:9090");
    site.sync(["--selector=name=routes"]);
    assert_eq!(site.deployment("proxy"), installed, "the consumer has not been deployed yet");
    assert_eq!(mounted(&site, "proxy"), (old_name.clone(), Value::Null));

    site.sync([]);
    assert_ne!(mounted(&site, "proxy").1, Value::Null);
    site.run("helm", ["rollback", "proxy", "1", &namespace]);
    assert_eq!(mounted(&site, "proxy"), (old_name, Value::Null), "no rollback");
}

#[test]
fn data_that_does_not_belong_to_the_digest_is_refused() {
    let Some(site) = Site::new(PROJECT, "named-immutable") else { return };
    site.sync([]);
    let (name, data) = mounted(&site, "proxy");
    site.replace("values/files.yaml.gotmpl", "files:\n", "files:\n  more: by hand\n");
    let told = site.helmfile(["sync"]).fails();
    assert!(told.contains("field is immutable"), "{told}");
    assert_eq!(site.config_map(&name), data);
}

#[test]
fn one_chart_with_both_objects_rolls_back_without_the_policy() {
    let Some(site) = Site::new(PROJECT, "named-one-chart") else { return };
    let namespace = site.namespace_argument();
    site.replace(CONFIG_MAP, KEEP, "");
    site.rename(CONFIG_MAP, "charts/proxy/templates/configmap.yaml");
    let deploy = |checksum: &str, content: &str, more: &[&str]| {
        let checksum = format!("--set-string=configChecksum={checksum}");
        let content = format!("--set-string=files.shop={content}");
        let command = ["upgrade", "--install", "--create-namespace", &namespace, "proxy", "charts/proxy"];
        site.attempt("helm", [&command, &[checksum.as_str(), &content][..], more].concat())
    };
    deploy("aaaaaaaaaaaa", "old", &[]).succeeds();
    let installed = site.deployment("proxy");
    // The new pods do not become ready in that time, so the old ones are all there.
    let told = deploy("bbbbbbbbbbbb", "new", &["--wait", "--timeout=1s"]).fails();
    assert!(told.contains("deadline exceeded"), "{told}");
    assert_ne!(site.config_map("routes-bbbbbbbbbb"), Value::Null);
    assert_eq!(site.config_map("routes-aaaaaaaaaa"), Value::Null);

    site.run("helm", ["rollback", "proxy", "1", &namespace]);
    assert_eq!(site.deployment("proxy").current, installed.current);
    assert_eq!(mounted(&site, "proxy").1["shop"], "old");
}

#[test]
fn a_plain_name_makes_a_rollback_of_the_consumer_read_what_is_new() {
    const ORDERS: &str = "helmfile-values/gateway/apis/orders.yaml";
    let Some(site) = Site::new("examples/gateway", "plain-rollback") else { return };
    site.sync([]);
    let installed = site.deployment("gateway");
    site.replace(ORDERS, "[GET, POST]", "[GET]");
    site.sync([]);
    let edited = site.deployment("gateway");
    site.run("helm", ["rollback", "gateway", "1", &site.namespace_argument()]);
    let rolled_back = site.deployment("gateway");
    assert_eq!(rolled_back.current, installed.current);
    assert!(rolled_back.pods.is_disjoint(&edited.pods));
    assert_eq!(rolled_back.annotations, installed.annotations);
    assert_eq!(site.config_map("gateway-apis")["orders.yaml"], site.read(ORDERS), "and not the old routes");
}

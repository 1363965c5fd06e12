//! Releases that get their checksums from helm's post-renderer, deployed by helmfile: in one state, in sub-helmfiles, in a `helmfile.d`.

use std::os::unix::fs::PermissionsExt as _;

use fs_err as fs;
use serde_json::Value;

use super::site::Site;
use super::workload::Settled;

const FROM: &str = "tests/real/rollout/annotated";
const RED: &str = "values/settings-red.yaml";

fn keys(deployment: &Settled) -> Vec<&String> {
    deployment.annotations.as_object().into_iter().flat_map(serde_json::Map::keys).collect()
}

/// Deploys the states of a file or folder, edits what one of two Deployments reads, and deploys them again.
fn one_of_two_restarts(namespace: &str, file: &str) {
    let Some(site) = Site::new(FROM, namespace) else { return };
    let sync = || {
        site.helmfile(["--file", file, "sync"]).succeeds();
    };
    sync();
    let (red, blue) = (site.deployment("red"), site.deployment("blue"));
    assert_eq!(keys(&red), ["checksum/helmsum"]);
    assert_eq!(keys(&blue), ["checksum/helmsum"]);
    sync();
    assert_eq!((site.deployment("red"), site.deployment("blue")), (red.clone(), blue.clone()), "no change");

    site.replace(RED, "crimson", "scarlet");
    sync();
    let edited = site.deployment("red");
    assert!(edited.rolled_once_since(&red), "{red:?}\n{edited:?}");
    assert_eq!(site.config_map("settings-red")["colour"], "scarlet");
    assert_eq!(site.deployment("blue"), blue, "it reads other settings");
}

#[test]
fn releases_of_one_state_are_annotated_in_parallel() {
    one_of_two_restarts("annotated-one", "helmfile.yaml.gotmpl");
}

#[test]
fn a_sub_helmfile_reads_the_objects_of_another_one_through_their_parent() {
    one_of_two_restarts("annotated-parent", "parent/helmfile.yaml.gotmpl");
}

#[test]
fn a_file_of_a_folder_reads_the_objects_of_another_one_through_the_folder() {
    one_of_two_restarts("annotated-several", "several/helmfile.d");
}

#[test]
fn what_a_release_does_not_declare_reaches_the_cluster_as_the_chart_has_it() {
    let Some(site) = Site::new(FROM, "annotated-plain") else { return };
    site.sync(["--selector=name=plain"]);
    assert_eq!(site.deployment("plain").annotations, Value::Null);
}

/// A stand-in for helm-diff: what helm would deploy, with the post-renderer that helmfile names, beside what it has deployed. Exit code 2
/// where these differ. The real one calls helm in the same way.
const DIFF: &str = r#"#!/bin/sh
[ "$1" = upgrade ] || { echo "unknown: $*" >&2; exit 1; }
shift
for argument; do
  shift
  case $argument in
  --detailed-exitcode | --allow-unreleased | --reset-values | --reuse-values | --color | --no-color | --no-hooks | --dry-run*) ;;
  *) set -- "$@" "$argument" ;;
  esac
done
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"$HELM_BIN" template "$@" >"$folder/new" || exit 1
# helm has taken the namespace from the arguments and handed it over in HELM_NAMESPACE.
"$HELM_BIN" get manifest "$1" >"$folder/old" 2>/dev/null
for file in old new; do grep -v -e '^---$' -e '^$' "$folder/$file" >"$folder/$file.lines"; done
diff "$folder/old.lines" "$folder/new.lines" && exit 0
exit 2
"#;

#[test]
fn apply_deploys_what_the_difference_shows_and_nothing_else() {
    let Some(site) = Site::new(FROM, "annotated-apply") else { return };
    let plugin = site.helm_plugins().join("diff");
    fs::create_dir_all(&plugin).expect("a folder");
    let described = "name: diff\nversion: 3.15.11\nusage: x\ndescription: x\ncommand: $HELM_PLUGIN_DIR/run\n";
    fs::write(plugin.join("plugin.yaml"), described).expect("a plugin");
    fs::write(plugin.join("run"), DIFF).expect("a program");
    fs::set_permissions(plugin.join("run"), std::fs::Permissions::from_mode(0o755)).expect("it can be run");

    let apply = || site.helmfile(["apply"]).succeeds();
    let _ = apply();
    let (red, blue) = (site.deployment("red"), site.deployment("blue"));
    assert_eq!(keys(&red), ["checksum/helmsum"]);
    let mark = site.mark();
    let _ = apply();
    assert_eq!(mark.deployed(), Vec::<String>::new(), "nothing has changed");

    site.replace(RED, "crimson", "scarlet");
    let shown = site.helmfile(["diff"]).succeeds();
    let checksum = red.annotations["checksum/helmsum"].as_str().expect("a checksum");
    assert!(shown.contains(&format!("<         checksum/helmsum: \"{checksum}\"")), "{shown}");
    assert_eq!(mark.deployed(), Vec::<String>::new(), "a difference deploys nothing");
    let _ = apply();
    let edited = site.deployment("red");
    assert!(edited.rolled_once_since(&red), "{red:?}\n{edited:?}");
    assert_eq!(site.deployment("blue"), blue);
}

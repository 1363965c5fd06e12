//! Where a target must not be, and what is never part of a source.

use crate::support::repo::{APIS, GATEWAY, HEADER, Repo, gateway, target};

/// [`gateway`], with its target elsewhere.
fn with_target(path: &str) -> Repo {
    gateway().file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", path))
}

/// `generate` refuses it with these words, and writes nothing.
#[track_caller]
fn refused(repo: Repo, path: &str, words: &str) {
    repo.helmsum(["generate"]).exits(1).complains(words).lacks(path).helmsum(["check"]).exits(1);
}

#[test]
fn a_target_that_state_values_find_is_refused() {
    for (state, owner) in [
        ("environments: {default: {values: [env/*.yaml]}}\n---\n", "`values` of the environment `default`"),
        (
            "environments: {default: {}, prod: {values: [env/*.yaml]}}\n---\n",
            "`values` of the environment `prod`",
        ),
        (
            "environments: {default: {}, prod: {values: [env/checksum.yaml]}}\n---\n",
            "`values` of the environment `prod`",
        ),
        ("environments: {default: {values: [link/*.yaml]}}\n---\n", "`values` of the environment `default`"),
        ("values: [env/*.yaml]\n---\n", "the top-level `values`"),
    ] {
        let repo = with_target("env/checksum.yaml").file("env/base.yaml", "a: 1\n").link("link", "env");
        let text = format!("{state}{}", repo.read("helmfile.yaml"));
        refused(
            repo.file("helmfile.yaml", text),
            "env/checksum.yaml",
            &format!(
                "the target `env/checksum.yaml` is read as state values: {owner} in `helmfile.yaml` finds it"
            ),
        );
    }
    let parent = "helmfiles: [{path: sub/helmfile.yaml, values: [shared/*.yaml]}]\n";
    let repo = gateway()
        .file("shared/base.yaml", "a: 1\n")
        .file("sub/v.yaml", "# helmsum: ./apis\n")
        .file("sub/apis/a", "");
    let sub = "releases: [{name: web, chart: ./c, values: [v.yaml, ../shared/checksum.yaml]}]\n";
    refused(
        repo.file("helmfile.yaml", parent).file("sub/helmfile.yaml", sub),
        "shared/checksum.yaml",
        "what is handed over as state values in `sub/helmfile.yaml` finds it",
    );
}

#[test]
fn a_target_beside_state_values_is_fine() {
    let repo = with_target("env/web/checksum.yaml").file("env/base.yaml", "a: 1\n");
    let text =
        format!("environments: {{default: {{values: [env/*.yaml]}}}}\n---\n{}", repo.read("helmfile.yaml"));
    repo.file("helmfile.yaml", text).helmsum(["generate"]).exits(0).helmsum(["check"]).exits(0);
}

#[test]
fn a_target_that_a_release_of_another_state_file_finds_is_refused() {
    let other = "releases: [{name: other, chart: ./c, values: [../gateway/check*.yaml]}]\n";
    let repo = gateway().file("other/helmfile.yaml", other);
    let text = format!("helmfiles: [other/helmfile.yaml]\n---\n{GATEWAY}");
    refused(
        repo.file("helmfile.yaml", text),
        "gateway/checksum.yaml",
        "the values entry `../gateway/check*.yaml` of release `other` would find the target `gateway/checksum.yaml` too",
    );
}

#[test]
fn a_target_in_a_chart_is_refused() {
    for part in ["templates", "crds", "templates/deep"] {
        let path = format!("charts/web/{part}/checksum.yaml");
        let name = part.split('/').next().expect("a name");
        refused(
            with_target(&path).file("charts/web/Chart.yaml", "name: web\n"),
            &path,
            &format!("the target `{path}` is in `{name}/` of the chart `charts/web`"),
        );
    }
    with_target("charts/web/checksum.yaml")
        .file("charts/web/Chart.yaml", "name: web\n")
        .helmsum(["generate"])
        .exits(0);
    with_target("templates/checksum.yaml").helmsum(["generate"]).exits(0);
    let manifests = GATEWAY.replace("gateway/checksum.yaml", "chart/checksum.yaml");
    refused(
        gateway().file("chart/configmap.yaml", "kind: ConfigMap\n").file("helmfile.yaml", manifests),
        "chart/checksum.yaml",
        "the target `chart/checksum.yaml` is in `chart`, which helmfile makes the chart of release `edge/gateway`",
    );
}

#[test]
fn a_target_in_the_cache_of_helmfile_is_refused() {
    let repo = with_target("cache/states/checksum.yaml");
    let cache = repo.path("cache").to_str().expect("UTF-8").to_owned();
    refused(
        repo.variable("HELMFILE_CACHE_HOME", &cache),
        "cache/states/checksum.yaml",
        "the target `cache/states/checksum.yaml` is in helmfile's cache",
    );
}

/// The state files of [`gateway`] in a folder of their own, of which a hook names one.
fn in_folder(folder: &str) -> Repo {
    Repo::new()
        .file(&format!("{folder}/gateway.yaml"), GATEWAY.replace("gateway/checksum.yaml", "checksum.yaml"))
        .file(&format!("{folder}/gateway/values.yaml"), "# helmsum: ./apis\n")
        .file(&format!("{folder}/gateway/apis/a"), "1")
}

#[test]
fn a_target_that_another_run_of_helmfile_loads_as_a_state_file_is_refused() {
    let generate = |repo: Repo, folder: &str| {
        repo.helmsum_in(folder, ["generate", "--file=gateway.yaml"]).lacks(&format!("{folder}/checksum.yaml"))
    };
    generate(in_folder("helmfile.d"), "helmfile.d")
        .exits(1)
        .tells("helmfile would load the target `checksum.yaml` as a state file, since its directory is called `helmfile.d`");
    for (parent, text) in [
        ("helmfile.yaml", "helmfiles:\n  - path: apps\n"),
        ("helmfile.yaml.gotmpl", "helmfiles:\n{{ if true }}\n  - ./a{{ \"pps\" }}/\n{{ end }}\n"),
        ("helmfile.yaml", "helmfiles: [apps/*.yaml]\n"),
        ("helmfile-prod.yaml", "environments: {}\n---\nhelmfiles: [\"*\"]\n"),
        ("helmfile.d/all.yaml", "helmfiles: [../apps]\n"),
    ] {
        generate(in_folder("apps").file(parent, text), "apps")
            .exits(1)
            .tells(&format!("as a state file, since `{parent}` lists its directory under `helmfiles`"));
    }
    for (parent, text) in [
        ("helmfile.yaml", "helmfiles: [apps/gateway.yaml, other]\n"),
        ("helmfile.yaml", "# helmfiles: [apps]\nreleases: []\n"),
        ("values.yaml", "helmfiles: [apps]\n"),
    ] {
        in_folder("apps").file(parent, text).helmsum_in("apps", ["generate", "--file=gateway.yaml"]).exits(0);
    }
}

#[test]
fn two_targets_that_are_one_file_through_a_link_are_an_error_with_different_bytes() {
    let state = "\
releases:
  - { name: a, chart: ./c, values: [a.yaml, v/checksum.yaml] }
  - { name: b, chart: ./c, values: [b.yaml, w/checksum.yaml] }
";
    let repo = |b: &str| {
        Repo::new()
            .file("helmfile.yaml", state)
            .file("a.yaml", "# helmsum: ./one\n")
            .file("b.yaml", format!("# helmsum: {b}\n"))
            .file("one/x", "1")
            .file("two/x", "2")
            .folder("v")
            .link("w", "v")
    };
    for select in [&["generate"][..], &["generate", "--release", "b"]] {
        let repo = repo("./two");
        let output = repo.command("").args(select).output().expect("helmsum runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains(
                "the target `v/checksum.yaml`, which is `w/checksum.yaml` too, would get different contents"
            ),
            "{text}"
        );
        repo.lacks("v/checksum.yaml");
    }
    repo("./one").helmsum(["generate"]).exits(0).helmsum(["check"]).exits(0);
}

#[test]
fn the_configuration_may_name_a_target_through_a_link() {
    gateway()
        .folder("v")
        .link("w", "v")
        .file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", "w/gateway.yaml"))
        .file("helmsum.yaml", "releases: [{ release: edge/gateway, target: v/gateway.yaml }]\n")
        .helmsum(["generate"])
        .exits(0)
        .holds("v/gateway.yaml", &target());
}

#[test]
fn a_target_is_no_part_of_its_source_whatever_is_in_it() {
    for before in [
        None,
        Some(""),
        Some("---\n"),
        Some("\n\n"),
        Some("# A licence.\n# Another line.\n"),
        Some("\u{feff}"),
    ] {
        let mut repo = gateway()
            .file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", "gateway/apis/checksum.yaml"));
        if let Some(before) = before {
            let header = if before.trim().is_empty() { "" } else { HEADER };
            repo = repo.file("gateway/apis/checksum.yaml", format!("{before}{header}"));
        }
        let force = before == Some("---\n");
        let repo = if force { repo.helmsum(["generate", "--force"]) } else { repo.helmsum(["generate"]) };
        repo.exits(0)
            .holds("gateway/apis/checksum.yaml", &target())
            .helmsum(["check"])
            .exits(0)
            .helmsum(["generate"])
            .exits(0)
            .holds("gateway/apis/checksum.yaml", &target());
    }
    let conflict = format!("<<<<<<< HEAD\n{0}=======\n{0}>>>>>>> branch\n", target());
    gateway()
        .file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", "gateway/apis/checksum.yaml"))
        .file("gateway/apis/checksum.yaml", conflict)
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/apis/checksum.yaml", &target())
        .helmsum(["check"])
        .exits(0);
}

#[test]
fn a_target_of_another_release_is_no_part_of_a_source() {
    let more = "  - { name: web, chart: ./c, installed: false, values: [gateway/apis/web.checksum.yaml] }\n";
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{more}"))
        .file("gateway/apis/web.checksum.yaml", "placeholder: 1\n")
        .link("gateway/apis/again", "web.checksum.yaml")
        .helmsum(["generate"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
    // One that no state lists: by its name, its header and its values.
    gateway()
        .file("gateway/apis/checksum.prod.yaml", format!("---\n{HEADER}configChecksum: \"{APIS}\"\n"))
        .helmsum(["generate", "--strict"])
        .exits(0)
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_target_that_a_template_finds_in_a_directory_is_no_source() {
    let template = "{{ range readDir \".\" }}\n# helmsum: ./{{ . }}\n{{ end }}\n";
    let repo = Repo::new()
        .file(
            "helmfile.yaml",
            "releases: [{name: web, chart: ./c, values: [v/values.yaml.gotmpl, v/checksum.yaml]}]\n",
        )
        .file("v/values.yaml.gotmpl", template)
        .file("v/a.conf", "1");
    let repo = repo.helmsum(["generate"]).exits(0);
    let first = repo.read("v/checksum.yaml");
    repo.helmsum(["check"])
        .exits(0)
        .says("release `web`: `./checksum.yaml` is the target of this release, not a source")
        .helmsum(["generate"])
        .exits(0)
        .holds("v/checksum.yaml", &first);
}

/// An image or an archive: what helmfile reads is there, and `.git` is not.
fn without_git() -> Repo {
    let state = "releases:\n  - name: web\n    chart: ../c\n    values: [../values/web.yaml, ../values/web.checksum.yaml]\n";
    Repo::new()
        .without(".git")
        .file("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n")
        .file("helmfile.d/web.yaml", state)
        .file("apis/a.yaml", "a: 1\n")
        .file("values/web.yaml", "# helmsum: ../apis\n")
}

#[test]
fn without_git_the_way_to_a_root_above_is_named_and_works() {
    let way = "a `helmsum.yaml` with `root: true` in `[REPO]` makes it that one";
    let outside = without_git()
        .helmsum(["generate"])
        .exits(1)
        .says("the source `../apis` leads out of the repository")
        .complains("the target `[REPO]/values/web.checksum.yaml` is outside of the repository")
        .says(way)
        .complains(way)
        .lacks("values/web.checksum.yaml");
    outside
        .file("helmsum.yaml", "root: true\n")
        .helmsum(["generate", "--strict"])
        .exits(0)
        .says("created  web  values/web.checksum.yaml");
    // Where somebody has chosen the root, it stays what it is.
    without_git()
        .file("helmfile.d/helmsum.yaml", "root: true\n")
        .helmsum(["generate"])
        .exits(1)
        .does_not_say("makes it that one");
}

#[test]
fn a_pattern_that_finds_two_files_hides_no_directive() {
    let state = "releases:\n  - name: web\n    chart: ./c\n    values: [values/*.yaml]\n";
    let repo = || Repo::new().file("helmfile.yaml", state).file("values/a.yaml", "a: 1\n");
    repo()
        .file("values/b.yaml", "# helmsum: ../apis\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("release `web`: `values/*.yaml` matches 2 files, and only one may match")
        .complains("--> helmfile.yaml:4:14");
    // Nothing of helmsum's is in them, and helmfile says what is wrong by itself.
    repo().file("values/b.yaml", "b: 1\n").helmsum(["generate"]).exits(0);
}

/// Two clusters that have a release of the same name each.
fn two_contexts(gateway: &str) -> Repo {
    let apis = |context: &str| {
        format!(
            "  - {{name: apis, namespace: edge, kubeContext: {context}, chart: ./{context}, values: [{context}.yaml]}}\n"
        )
    };
    let state = format!(
        "releases:\n  - name: gateway\n    namespace: edge\n    kubeContext: {gateway}\n    chart: ./c\n    needs: [east/edge/apis, west/edge/apis]\n    \
         values: [gateway.yaml, gateway.checksum.yaml]\n{}{}",
        apis("east"),
        apis("west")
    );
    let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
    Repo::new()
        .file("helmfile.yaml", state)
        .file("east/Chart.yaml", chart("east"))
        .file("west/Chart.yaml", chart("west"))
        .file("east.yaml", "a: 1\n")
        .file("west.yaml", "a: 2\n")
        .file("gateway.yaml", "# helmsum: release:edge/apis\n")
}

#[test]
fn of_releases_in_several_clusters_the_one_in_the_cluster_of_the_consumer_is_meant() {
    let repo = two_contexts("west").helmsum(["generate", "--strict"]).exits(0);
    repo.file("east.yaml", "a: 3\n")
        .helmsum(["check"])
        .exits(0)
        .file("west.yaml", "a: 3\n")
        .helmsum(["check"])
        .exits(2)
        .says("stale  edge/gateway");
    two_contexts("north").helmsum(["generate"]).exits(1).complains(
        "`edge/apis` in kube context `east` of `[REPO]/helmfile.yaml`, `edge/apis` in kube context `west`",
    );
}

#[test]
fn why_a_producer_cannot_be_read_is_said_in_full_for_one_of_its_consumers() {
    let consumer = |name: &str| {
        format!(
            "  - {{name: {name}, chart: ./c, needs: [apis], values: [{name}.yaml, {name}.checksum.yaml]}}\n"
        )
    };
    let producer = "  - {name: apis, chart: ./missing, values: [gone.yaml]}\n";
    let state = format!("releases:\n{}{}{}{producer}", consumer("a"), consumer("b"), consumer("d"));
    let declared = "# helmsum: release:apis\n";
    let repo = Repo::new()
        .file("helmfile.yaml", state)
        .file("a.yaml", declared)
        .file("b.yaml", declared)
        .file("d.yaml", declared)
        .helmsum(["generate"])
        .exits(1)
        .says("3 releases: 3 denied; 3 errors");
    let said = repo.err();
    assert_eq!(said.matches("gone.yaml").count(), 1, "{said}");
    assert_eq!(said.matches("for the reason that is given for release `a`").count(), 2, "{said}");
}

#[test]
fn a_target_that_a_template_of_a_producer_reads_is_not_fed_back() {
    let state = "releases:\n  - name: gateway\n    chart: ./c\n    needs: [apis]\n    values: [gateway.yaml, gateway.checksum.yaml]\n  \
                 - name: apis\n    chart: ./c\n    values: [apis.yaml.gotmpl]\n";
    let repo = Repo::new()
        .file("helmfile.yaml", state)
        .file("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n")
        .file("gateway.yaml", "# helmsum: release:apis\n")
        .file("gateway.checksum.yaml", "")
        .file("apis.yaml.gotmpl", "a: 1\nseen: {{ readFile \"gateway.checksum.yaml\" | sha256sum }}\n");
    repo.helmsum(["generate"])
        .exits(1)
        .says("error[unstable-template]: release `gateway`: `release:apis`: `[REPO]/apis.yaml.gotmpl:2:10` reads the target `[REPO]/gateway.checksum.yaml`")
        .holds("gateway.checksum.yaml", "")
        .file("apis.yaml.gotmpl", "a: 1\nseen: {{ readFile \"gateway.yaml\" | sha256sum }}\n")
        .helmsum(["generate", "--strict"])
        .exits(0)
        .helmsum(["check", "--strict"])
        .exits(0);
}

//! What a target looks like: formats, their keys, and templates.

use crate::support::repo::{Repo, gateway};

const STATE: &str = "\
releases:
  - name: web
    namespace: edge
    labels: { tier: edge }
    chart: ./chart
    values: [values.yaml, checksum.yaml]
";

/// One release with two named sources, and a configuration.
pub(crate) fn project(configuration: &str) -> Repo {
    Repo::new()
        .file("helmsum.yaml", configuration)
        .file("helmfile.yaml", STATE)
        .file("values.yaml", "# helmsum: ./routes as web-routes\n# helmsum: ./tls as web-tls\nreplicas: 1\n")
        .file("routes/a.yaml", "a: 1\n")
        .file("tls/key", "secret\n")
}

/// The values that `generate` writes, without the comments.
#[track_caller]
fn written(configuration: &str) -> String {
    let repo = project(configuration).helmsum(["generate", "--strict"]).exits(0);
    let text = repo.read("checksum.yaml");
    repo.helmsum(["check", "--strict"]).exits(0).says("1 release: 1 current");
    text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

/// The digests of the two sources and the checksum of both, put in place of names.
pub(crate) fn digests(text: &str) -> String {
    let hash = |path: &str| {
        let repo = project("").helmsum(["hash", path]);
        repo.out().trim().to_owned()
    };
    let (routes, tls) = (hash("routes"), hash("tls"));
    let lines = format!("{routes}  web-routes\n{tls}  web-tls\n");
    let both = {
        use sha2::Digest as _;
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(lines.as_bytes()))
    };
    text.replace("ROUTES", &routes).replace("TLS", &tls).replace("BOTH", &both)
}

#[test]
fn a_checksum_goes_to_every_key() {
    let text = written("key: [web.configChecksum, worker.configChecksum]\n");
    let expected = "\
web:
  configChecksum: \"BOTH\"
  configChecksums:
    web-routes: \"ROUTES\"
    web-tls: \"TLS\"
worker:
  configChecksum: \"BOTH\"
  configChecksums:
    web-routes: \"ROUTES\"
    web-tls: \"TLS\"
";
    assert_eq!(text, digests(expected));
}

#[test]
fn annotations_go_to_a_map_or_a_list_at_any_key() {
    let map = "\
controller:
  podAnnotations:
    checksum/helmsum: \"BOTH\"
    checksum/helmsum.web-routes: \"ROUTES\"
    checksum/helmsum.web-tls: \"TLS\"
";
    assert_eq!(written("format: pod-annotations\nkey: controller.podAnnotations\n"), digests(map));
    let default =
        map.replace("controller:\n", "").replace("  podAnnotations", "podAnnotations").replace("    ", "  ");
    assert_eq!(written("format: pod-annotations\n"), digests(&default));
    let list = "\
extraPodAnnotations:
  - checksum/helmsum: \"BOTH\"
  - checksum/helmsum.web-routes: \"ROUTES\"
  - checksum/helmsum.web-tls: \"TLS\"
";
    assert_eq!(written("format: { pod-annotations: list }\nkey: extraPodAnnotations\n"), digests(list));
    let pairs = "\
extraPodAnnotations:
  - name: \"checksum/helmsum\"
    value: \"BOTH\"
  - name: \"checksum/helmsum.web-routes\"
    value: \"ROUTES\"
  - name: \"checksum/helmsum.web-tls\"
    value: \"TLS\"
";
    assert_eq!(
        written("format: { pod-annotations: name-value }\nkey: extraPodAnnotations\n"),
        digests(pairs)
    );
}

#[test]
fn rollout_checksums_have_the_names_of_objects() {
    let expected = "\
rolloutChecksums:
  checksums:
    secrets:
      web-tls: \"TLS\"
    configMaps:
      web-routes: \"ROUTES\"
";
    assert_eq!(written("format: { rollout-checksums: { secrets: [web-tls] } }\n"), digests(expected));
    let within = written("format: rollout-checksums\nkey: web.rolloutChecksums\n");
    let expected = "\
web:
  rolloutChecksums:
    checksums:
      configMaps:
        web-routes: \"ROUTES\"
        web-tls: \"TLS\"
";
    assert_eq!(within, digests(expected));
}

#[test]
fn a_source_without_a_name_has_no_place_among_rollout_checksums() {
    project("format: rollout-checksums\n")
        .file("values.yaml", "replicas: 1\n# helmsum: ./routes\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("release `edge/web`: the source `./routes` has no name")
        .complains("values.yaml:2")
        .complains("add `as NAME`")
        .lacks("checksum.yaml");
    project("format: { rollout-checksums: { secrets: [web-tsl] } }\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("`secrets` names `web-tsl`, but no source")
        .complains("did you mean `web-tls`?")
        .lacks("checksum.yaml");
}

#[test]
fn one_target_for_two_releases_has_to_be_the_same_for_both() {
    let state = "releases:\n  - &web { name: web, chart: ./c, values: [values.yaml, checksum.yaml] }\n  - { <<: *web, name: api }\n";
    let shared = |template: &str| {
        project("format: { template: target.tera }\n")
            .file("helmfile.yaml", state)
            .file("target.tera", template)
            .helmsum(["generate"])
    };
    shared("sum: \"{{ checksum }}\"\n").exits(0).says("created  web").says("created  api");
    shared("{{ release.name }}: \"{{ checksum }}\"\n")
        .exits(1)
        .complains("the target `checksum.yaml` would get different contents from release `web` of `helmfile.yaml` and from release `api` of `helmfile.yaml`")
        .lacks("checksum.yaml");
}

#[test]
fn two_entries_about_one_release_must_choose_one_format() {
    let configuration = "releases:\n  - { release: web, format: pod-annotations }\n  - { selector: tier=edge, format: { pod-annotations: list } }\n";
    project(configuration)
        .helmsum(["generate"])
        .exits(1)
        .complains("release `edge/web` gets another `format` here than from the entry at")
        .complains("helmsum.yaml:3")
        .lacks("checksum.yaml");
    let same = "releases:\n  - { release: web, format: pod-annotations }\n  - { selector: tier=edge, format: { pod-annotations: map }, key: a }\n";
    assert!(written(same).starts_with("a:\n  checksum/helmsum: "));
}

#[test]
fn checksums_without_a_state_take_every_format() {
    let configuration = "\
checksums:
  - { name: one, sources: [./routes as web-routes], target: out/one.yaml, format: rollout-checksums }
  - { name: two, sources: [./routes], target: out/two.yaml, format: { template: target.tera } }
  - { name: three, sources: [./routes], target: out/three.yaml, key: [a, b.c] }
";
    let repo = Repo::new()
        .file("helmsum.yaml", configuration)
        .file("routes/a.yaml", "a: 1\n")
        .file("target.tera", "sum: \"{{ checksum }}\"\nof: {{ release.name }}{{ environment }}\n")
        .helmsum(["generate"])
        .exits(0);
    assert!(repo.read("out/one.yaml").contains("    configMaps:\n      web-routes: \""));
    assert!(repo.read("out/two.yaml").ends_with("of: two\n"));
    assert!(repo.read("out/three.yaml").contains("\nb:\n  c: \""));
    repo.helmsum(["check"]).exits(0);
}

#[test]
fn the_default_key_goes_with_the_default_format() {
    let configuration = |release: &str| {
        format!("key: a.podAnnotations\nformat: pod-annotations\nreleases: [{{ release: web{release} }}]\n")
    };
    assert!(written(&configuration("")).starts_with("a:\n  podAnnotations:\n"));
    assert!(written(&configuration(", key: b")).starts_with("b:\n  checksum/helmsum: "));
    assert!(written(&configuration(", format: value")).starts_with("configChecksum: "));
    assert!(written(&configuration(", format: value, key: c")).starts_with("c: "));
    assert!(
        written(&configuration(", format: { pod-annotations: list }"))
            .starts_with("a:\n  podAnnotations:\n    - ")
    );
    assert!(written(&configuration(", format: rollout-checksums")).starts_with("rolloutChecksums:\n"));
}

#[test]
fn a_key_beside_a_template_is_refused_wherever_it_comes_from() {
    let template = "format: { template: target.tera }\nreleases:\n  - { release: web, key: a }\n";
    project(template)
        .file("target.tera", "a: \"{{ checksum }}\"\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("`key` cannot be used with the format `template`")
        .complains("helmsum.yaml:3")
        .lacks("checksum.yaml");
}

#[test]
fn what_sets_the_same_keys_is_found_in_every_format() {
    let late = STATE.replace("checksum.yaml]", "checksum.yaml, late.yaml.gotmpl]");
    for (configuration, values, key) in [
        ("key: [a.sum, b.sum]\n", "b: { sum: x }\n", "b.sum"),
        ("key: a.sum\n", "a: null\n", "a.sum"),
        ("key: a.sum\n", "a: { sums: {} }\n", "a.sums"),
        (
            "format: pod-annotations\n",
            "podAnnotations: { checksum/helmsum.web-tls: x }\n",
            "podAnnotations.\"checksum/helmsum.web-tls\"",
        ),
        ("format: { pod-annotations: list }\n", "podAnnotations: [{ other: x }]\n", "podAnnotations"),
        (
            "format: rollout-checksums\n",
            "rolloutChecksums: { checksums: { configMaps: { web-tls: x } } }\n",
            "rolloutChecksums.checksums.configMaps.web-tls",
        ),
        (
            "format: rollout-checksums\n",
            "rolloutChecksums: null\n",
            "rolloutChecksums.checksums.configMaps.web-routes",
        ),
        ("format: { template: target.tera }\n", "x: { y: 1 }\n", "x.y"),
    ] {
        project(configuration)
            .file("target.tera", "fixed: 1\nx:\n  y: \"{{ checksum }}\"\n")
            .file("helmfile.yaml", &late)
            .file("late.yaml.gotmpl", values)
            .helmsum(["generate"])
            .exits(0)
            .says(&format!("`late.yaml.gotmpl` comes after the target, sets `{key}` and wins"));
    }
    for (configuration, values) in [
        ("format: rollout-checksums\n", "rolloutChecksums: { enabled: true, configMaps: [web-routes] }\n"),
        ("format: pod-annotations\n", "podAnnotations: { checksum/config: x }\n"),
        ("format: { template: target.tera }\n", "fixed: 2\n"),
    ] {
        project(configuration)
            .file("target.tera", "fixed: 1\nx:\n  y: \"{{ checksum }}\"\n")
            .file("helmfile.yaml", &late)
            .file("late.yaml.gotmpl", values)
            .helmsum(["generate", "--strict"])
            .exits(0);
    }
}

#[test]
fn json_names_the_first_key() {
    let target = |configuration: &str| {
        let repo = project(configuration)
            .file("target.tera", "x: \"{{ checksum }}\"\n")
            .helmsum(["generate"])
            .exits(0)
            .helmsum(["list", "--output", "json"]);
        let document: serde_json::Value = serde_json::from_str(&repo.out()).expect("a document");
        let target = &document["releases"][0]["target"];
        assert_eq!(target["recorded"], target["checksum"], "{configuration}");
        assert_eq!(target["status"], "current", "{configuration}");
        target["key"].as_str().expect("a key").to_owned()
    };
    assert_eq!(target("key: [a.b, c]\n"), "a.b");
    assert_eq!(target("format: pod-annotations\n"), "podAnnotations.checksum/helmsum");
    assert_eq!(target("format: { pod-annotations: name-value }\n"), "podAnnotations");
    assert_eq!(target("format: rollout-checksums\n"), "rolloutChecksums.checksums");
    assert_eq!(target("format: { template: target.tera }\n"), "");
}

#[test]
fn a_target_of_another_format_is_stale_and_is_replaced() {
    project("")
        .helmsum(["generate"])
        .exits(0)
        .file("helmsum.yaml", "format: pod-annotations\n")
        .helmsum(["check"])
        .exits(2)
        .says("the files are as recorded, but the key, the format or the values differ")
        .helmsum(["generate"])
        .exits(0)
        .says("updated  edge/web")
        .helmsum(["check"])
        .exits(0);
}

#[test]
fn a_digest_from_elsewhere_is_checked_shown_and_moves_the_checksum() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let state = |digest: &str| {
        format!(
            "values: [{{ vault: {digest} }}]\n---\nreleases:\n- name: web\n  chart: ./c\n  values: [values.yaml, checksum.yaml]\n"
        )
    };
    let repo = Repo::new()
        .file("helmfile.yaml", state(digest))
        .file("values.yaml", "# helmsum: sha256:{{ .Values.vault }} as vault\n")
        .helmsum(["generate"])
        .exits(0)
        .says("created  web  checksum.yaml  vault: digest ba7816bf8f01");
    assert!(repo.read("checksum.yaml").contains(&format!("vault: \"{digest}\"")));
    repo.file("helmfile.yaml", state(&digest.replace("ba78", "ca78")))
        .helmsum(["check"])
        .exits(2)
        .says("stale  web  checksum.yaml  vault: digest ca7816bf8f01")
        .file("helmfile.yaml", state("none"))
        .helmsum(["check"])
        .exits(1)
        .complains("`none` is not a SHA-256 digest of 64 hexadecimal digits");
}

#[test]
fn with_parse_yaml_different_data_never_has_one_checksum() {
    let checksum = |text: &str| {
        let repo = gateway()
            .file("gateway/values.yaml", "# helmsum: ./apis parse=yaml\n")
            .file("gateway/apis/orders.yaml", text)
            .helmsum(["generate"])
            .exits(0);
        repo.read("gateway/checksum.yaml").lines().last().expect("a line").to_owned()
    };
    for (one, other) in [
        ("a: !Ref b\n", "a: !GetAtt b\n"),
        ("a: !Ref b\n", "a: b\n"),
        ("a: yes\n", "a: \"yes\"\n"),
        ("a: 1.10\n", "a: 1.1\n"),
        ("a: !!binary YQ==\n", "a: a\n"),
        ("a: 18446744073709551616\n", "a: 18446744073709551617\n"),
        ("a: 010\n", "a: 8\n"),
    ] {
        assert_ne!(checksum(one), checksum(other), "{one}{other}");
    }
    for (one, other) in [
        ("a: 1 # a comment\nb: x\n", "b: \"x\"\na:   1\n"),
        ("a: [true, null, 1.5]\n", "{\"a\": [true, null, 1.5]}"),
    ] {
        assert_eq!(checksum(one), checksum(other), "{one}{other}");
    }
}

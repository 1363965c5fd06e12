//! The example with an allow-list: what each value does to the pods, and what the chart refuses.

use std::collections::BTreeSet;

use fs_err as fs;

use super::Example;
use super::manifests::{Places, annotation, moved, places};
use crate::support::programs::{self, KUSTOMIZE};

const WEB: &str = "Deployment/shop-web";
const FEATURES: &str = "values/shop-config/features.yaml";
const CREDENTIALS: &str = "values/shop-config/credentials.yaml";
const VALUES: &str = "values/shop/values.yaml";
const STAGING: &str = "values/shop/staging.yaml";
const TARGET: &str = "values/shop/checksum.yaml";
const ARGOCD: &str = "values/shop/argocd.checksum.yaml";
const IN_STAGING: [&str; 2] = ["--environment", "staging"];
const DIGEST: &str = "0ec4d5ed2c31b6de538ea6ea568b6f9f2ed195dd0bfdfe0123e5543dd2a55451";

fn example() -> Option<Example> {
    Example::new("rollout-checksums")
}

/// Where the pods have annotations.
fn annotations(places: &Places) -> BTreeSet<&str> {
    let on_pods = "/spec/template/metadata/annotations";
    places.keys().map(String::as_str).filter(|place| place.contains(on_pods)).collect()
}

fn on_web(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| annotation(WEB, key)).collect()
}

#[test]
fn without_the_switch_there_is_no_annotation() {
    let Some(example) = example() else { return };
    let by_default = example.template(&[]);
    assert_eq!(annotations(&by_default), BTreeSet::new());
    for (file, from, to, place) in [
        (FEATURES, "classic", "express", "ConfigMap/shop-features/data/CHECKOUT"),
        (CREDENTIALS, "horse", "mule", "Secret/shop-credentials/stringData/DATABASE_PASSWORD"),
        (VALUES, "EUR", "USD", "ConfigMap/shop-settings/data/CURRENCY"),
    ] {
        assert_eq!(example.edit(&[], file, from, to), [place]);
    }
    // The chart by itself is off too.
    let alone = places(&example.run("helm", &["template", "shop", "charts/shop"]).succeeds());
    assert_eq!(annotations(&alone), BTreeSet::new());
}

#[test]
fn the_switch_adds_one_annotation_for_each_listed_object_to_one_deployment() {
    let Some(example) = example() else { return };
    let added: Vec<String> =
        moved(&example.template(&[]), &example.template(&IN_STAGING)).into_iter().collect();
    let expected = on_web(&[
        "checksum/configmap-shop-features",
        "checksum/configmap-shop-settings",
        "checksum/secret-shop-credentials",
    ]);
    assert_eq!(added, expected);

    example.replace(VALUES, "external:", "worker:\n  useRolloutChecksums: true\nexternal:");
    let both = example.template(&IN_STAGING);
    assert_eq!(annotations(&both).len(), 6, "{both:?}");
    example.replace(VALUES, "worker:\n", "web:\n  useRolloutChecksums: false\nworker:\n");
    let other = example.template(&IN_STAGING);
    assert!(
        annotations(&other).iter().all(|place| place.starts_with("Deployment/shop-worker/")),
        "{other:?}"
    );
}

#[test]
fn an_edit_moves_the_annotation_of_its_object_and_no_other() {
    let Some(example) = example() else { return };
    let edits: [(&str, &str, &str, &str, &[&str]); 6] = [
        (
            FEATURES,
            "classic",
            "express",
            "ConfigMap/shop-features/data/CHECKOUT",
            &["checksum/configmap-shop-features"],
        ),
        (
            CREDENTIALS,
            "horse",
            "mule",
            "Secret/shop-credentials/stringData/DATABASE_PASSWORD",
            &["checksum/secret-shop-credentials"],
        ),
        (
            VALUES,
            "EUR",
            "USD",
            "ConfigMap/shop-settings/data/CURRENCY",
            &["checksum/configmap-shop-settings"],
        ),
        // Not on the list.
        (VALUES, "twelve", "eleven", "Secret/shop-session/data/COOKIE_KEY", &[]),
        (
            "charts/shop-config/Chart.yaml",
            "version: 0.1.0",
            "version: 0.2.0",
            "ConfigMap/shop-features/metadata/labels/helm.sh/chart Secret/shop-credentials/metadata/labels/helm.sh/chart",
            &[],
        ),
        (FEATURES, "features:\n", "# A note.\nfeatures:\n", "", &[]),
    ];
    for (file, from, to, objects, keys) in edits {
        let mut expected: Vec<String> =
            objects.split_whitespace().map(str::to_owned).chain(on_web(keys)).collect();
        expected.sort();
        assert_eq!(example.edit(&IN_STAGING, file, from, to), expected, "{file}: {to}");
    }
    let labels = example.edit(&IN_STAGING, "charts/shop/Chart.yaml", "version: 0.1.0", "version: 0.2.0");
    assert_eq!(labels.len(), 4, "{labels:?}");
    assert!(labels.iter().all(|place| place.ends_with("/metadata/labels/helm.sh/chart")), "{labels:?}");
}

/// Renders the chart alone with the values of staging, the target and more values.
fn render(example: &Example, more: &str, arguments: &[&str]) -> Result<String, String> {
    fs::write(example.project.join("more.yaml"), more).expect("a values file");
    let files = [VALUES, TARGET, STAGING, "more.yaml"].map(|file| format!("--values={file}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let run = example.run("helm", &[&["template", "shop", "charts/shop"], &files[..], arguments].concat());
    let told = run.told();
    if told.contains("\n--- stderr\nError: ") { Err(told) } else { Ok(run.succeeds()) }
}

#[test]
fn what_would_leave_an_object_without_a_checksum_does_not_render() {
    let Some(example) = example() else { return };
    let with = |text: &str| format!("rolloutChecksums: {{ {text} }}\n");
    assert!(render(&example, "{}\n", &[]).is_ok());
    let short = format!("\"{}\"", &DIGEST[1..]);
    let capital = format!("\"{}\"", DIGEST.to_uppercase());
    let cases = [
        (
            with("configMaps: [shop-featurs]"),
            "lists \"shop-featurs\", which the pods do not read: known are shop-features, shop-settings",
        ),
        (
            with("secrets: [shop-features]"),
            "rolloutChecksums.secrets lists \"shop-features\", which the pods do not read",
        ),
        (with("configMaps: [], secrets: []"), "rolloutChecksums.enabled is true, but nothing is listed"),
        (with("configMaps: null, secrets: null"), "rolloutChecksums.enabled is true, but nothing is listed"),
        (
            with("checksums: { secrets: null }"),
            "lists \"shop-credentials\", which another release brings, but there is no checksum of it",
        ),
        (with("checksums: null"), "but there is no checksum of it"),
        (
            with(&format!("checksums: {{ configMaps: {{ shop-features: {short} }} }}")),
            "and not a SHA-256 of 64 hexadecimal digits",
        ),
        (
            with(&format!("checksums: {{ configMaps: {{ shop-features: {capital} }} }}")),
            "and not a SHA-256 of 64 hexadecimal digits",
        ),
        (
            with("checksums: { configMaps: { shop-features: 12 } }"),
            "and not a SHA-256 of 64 hexadecimal digits",
        ),
        (
            with(&format!("checksums: {{ configMaps: {{ shop-settings: \"{DIGEST}\" }} }}")),
            "lists \"shop-settings\", which belongs to this chart and is hashed by it",
        ),
    ];
    for (more, message) in cases {
        let told = render(&example, &more, &["--skip-schema-validation"]).expect_err(&more);
        assert!(told.contains(message), "{more}{told}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_value_of_the_chart() {
    let Some(example) = example() else { return };
    let short = &DIGEST[1..];
    for (more, message) in [
        ("rolloutChecksums: { enabled: \"yes\" }\n".to_owned(), "/rolloutChecksums/enabled"),
        ("rolloutChecksums: { configMap: [a] }\n".to_owned(), "configMap"),
        ("rolloutChecksums: { secrets: [A_b] }\n".to_owned(), "/rolloutChecksums/secrets/0"),
        ("rolloutChecksums: { secrets: [a, a] }\n".to_owned(), "/rolloutChecksums/secrets"),
        (format!("rolloutChecksums: {{ secrets: [{}] }}\n", "a".repeat(254)), "/rolloutChecksums/secrets/0"),
        (
            format!("rolloutChecksums: {{ checksums: {{ secrets: {{ a: \"{short}\" }} }} }}\n"),
            "/rolloutChecksums/checksums/secrets/a",
        ),
        ("web: { useRolloutChecksums: 1 }\n".to_owned(), "/web/useRolloutChecksums"),
        ("worker: { rolloutChecksums: true }\n".to_owned(), "rolloutChecksums"),
    ] {
        let told = render(&example, &more, &[]).expect_err(&more);
        assert!(
            told.contains("don't meet the specifications of the schema") && told.contains(message),
            "{more}{told}"
        );
    }
}

#[test]
fn long_names_are_cut_and_stay_apart() {
    let Some(example) = example() else { return };
    // Behind the slash there is room for 63 characters, 10 of which go to `configmap-`.
    let names = ["a".repeat(53), "a".repeat(54), "a".repeat(253), format!("{}b", "a".repeat(252))];
    let list = names.join(", ");
    let digests: Vec<String> = names.iter().map(|name| format!("{name}: \"{DIGEST}\"")).collect();
    let more = format!(
        "external: {{ configMaps: [{list}] }}\nrolloutChecksums: {{ configMaps: [{list}], secrets: [], checksums: {{ configMaps: {{ {} }} }} }}\n",
        digests.join(", ")
    );
    let rendered = places(&render(&example, &more, &[]).expect("it renders"));
    let keys: Vec<&str> =
        annotations(&rendered).iter().map(|place| place.split("/checksum/").nth(1).expect("a key")).collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    assert!(keys.iter().all(|key| key.len() == 63), "{keys:?}");
    let whole = format!("configmap-{}", names[0]);
    assert!(keys.contains(&whole.as_str()), "{keys:?}");
    assert_eq!(
        keys.iter().filter(|key| key.starts_with(&format!("configmap-{}-", "a".repeat(42)))).count(),
        3
    );
}

#[test]
fn helm_and_kustomize_render_the_same_without_helmfile() {
    let Some(programs) = programs::find(&[&programs::HELMFILE, programs::helm(), &KUSTOMIZE], &["git"])
    else {
        return;
    };
    let example = Example::with(&programs, "rollout-checksums");
    let mut with_helmfile = example.template(&IN_STAGING);
    with_helmfile
        .retain(|place, _| !place.contains("/shop-features/") && !place.contains("/shop-credentials/"));

    fs::remove_file(example.project.join("helmfile.yaml.gotmpl")).expect("a state file");
    fs::remove_file(example.project.join(ARGOCD)).expect("a target");
    let _ = example.run("helmsum", &["generate", "--strict"]).succeeds();
    assert_eq!(example.run("git", &["status", "--porcelain", "values"]).succeeds(), "", "it is committed so");

    let files = [VALUES, ARGOCD, STAGING].map(|file| format!("--values={file}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let _ = example.run("helm", &[&["lint", "--strict", "charts/shop"], &files[..]].concat()).succeeds();
    let arguments = ["template", "shop", "charts/shop", "--namespace=edge"];
    let arguments = [&arguments, &files[..]].concat();
    assert_eq!(places(&example.run("helm", &arguments).succeeds()), with_helmfile);

    let kustomize = || places(&example.run("kustomize", &["build", "--enable-helm"]).succeeds());
    let before = kustomize();
    assert_eq!(before, with_helmfile);
    example.replace(FEATURES, "classic", "express");
    assert_eq!(kustomize(), before, "the target is not written yet");
    let _ = example.run("helmsum", &["check"]).fails();
    let _ = example.run("helmsum", &["generate", "--strict"]).succeeds();
    let after: Vec<String> = moved(&before, &kustomize()).into_iter().collect();
    assert_eq!(after, on_web(&["checksum/configmap-shop-features"]));
}

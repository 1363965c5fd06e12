//! Layouts of state files, one by one: what helmfile does there beside what helmsum says.

use super::deployed::Deployed;

/// A release with a values file of its own name.
fn release(up: &str, name: &str, more: &str) -> String {
    format!("  - {{name: {name}, namespace: edge, chart: {up}chart, values: [{up}{name}.txt]{more}}}\n")
}

/// State files with the releases `maker` and `reader`, and these of theirs.
fn project(files: &[(&str, &str)]) -> Option<Deployed> {
    let common = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
        ("base.txt", "{}\n"),
        ("maker.txt", "{}\n"),
        ("between.txt", "{}\n"),
        ("reader.txt", "{}\n# helmsum: ./apis from=maker\n"),
        ("apis/orders", "1"),
    ];
    Deployed::new(common.iter().chain(files).copied())
}

/// Why the maker is deployed before the reader, or why not.
fn reason(deployed: &Deployed, options: &[&str]) -> String {
    let graph = deployed.graph(options);
    let edges = graph["edges"].as_array().expect("a list");
    assert_eq!(edges.len(), 1, "{graph}");
    edges[0]["reason"].as_str().expect("a text").to_owned()
}

/// The maker does not end before the reader has started.
#[track_caller]
fn runs_at_once(deployed: &Deployed, options: &[&str]) {
    deployed.hold("maker", "reader");
    let times = deployed.deploy(&[options, &["sync"]].concat()).expect("helmfile deploys");
    assert!(!times.is_before("maker", "reader"), "{times:?}");
}

/// The maker ends before the reader starts, although it would wait for it.
#[track_caller]
fn runs_in_order(deployed: &Deployed, options: &[&str]) {
    deployed.delay("maker", 90);
    let times = deployed.deploy(&[options, &["sync"]].concat()).expect("helmfile deploys");
    assert!(times.is_before("maker", "reader"), "{times:?}");
}

#[test]
fn files_of_a_listed_directory_are_deployed_at_the_same_time() {
    let files = ["maker", "reader"].map(|name| format!("releases:\n{}", release("../", name, "")));
    let Some(deployed) = project(&[
        ("helmfile.yaml", "helmfiles: [apps]\n"),
        ("apps/a.yaml", &files[0]),
        ("apps/b.yaml", &files[1]),
    ]) else {
        return;
    };
    assert_eq!(reason(&deployed, &[]), "together");
    runs_at_once(&deployed, &[]);
    assert_eq!(reason(&deployed, &["--sequential-helmfiles"]), "file");
    runs_in_order(&deployed, &["--sequential-helmfiles"]);
}

#[test]
fn files_of_a_pattern_are_deployed_in_order() {
    let files = ["maker", "reader"].map(|name| format!("releases:\n{}", release("../", name, "")));
    let Some(deployed) = project(&[
        ("helmfile.yaml", "helmfiles: ['apps/*.yaml']\n"),
        ("apps/a.yaml", &files[0]),
        ("apps/b.yaml", &files[1]),
    ]) else {
        return;
    };
    assert_eq!(reason(&deployed, &[]), "file");
    runs_in_order(&deployed, &[]);
}

#[test]
fn a_release_that_is_switched_off_still_orders_those_around_it() {
    for off in ["installed: false", "condition: off.enabled"] {
        let text = format!(
            "values: [{{off: {{enabled: false}}}}]\n---\nreleases:\n{}{}{}",
            release("./", "reader", ", needs: [between]"),
            release("./", "between", &format!(", needs: [maker], {off}")),
            release("./", "maker", ""),
        );
        let Some(deployed) = project(&[("helmfile.yaml", &text)]) else { return };
        assert_eq!(reason(&deployed, &[]), "needs", "{off}");
        runs_in_order(&deployed, &[]);
    }
}

#[test]
fn needs_of_a_twin_that_is_switched_off_do_not_count() {
    let text = format!(
        "values: [{{off: {{enabled: false}}}}]\n---\nreleases:\n{}{}{}{}{}",
        release("./", "base", ""),
        release("./", "maker", ", needs: [base]"),
        release("./", "between", ", needs: [maker], condition: off.enabled"),
        release("./", "between", ""),
        release("./", "reader", ", needs: [between]"),
    );
    let Some(deployed) = project(&[("helmfile.yaml", &text)]) else { return };
    assert_eq!(reason(&deployed, &[]), "unneeded");
    runs_at_once(&deployed, &[]);
}

//! A project as people have them: an operator for monitoring, Grafana, an ingress controller, certificates and credentials in releases of
//! their own, scheduled runs, Reloader, and 21 applications that share one chart.

use std::path::PathBuf;
use std::process::Command;

use super::project::audit;
use crate::kinds::project::Project;
use crate::support::programs;
use crate::support::sandbox::Sandbox;

/// What keeps the old content of another release: each is proved by changing a byte, in the test below.
const DENIED: [&str; 7] = [
    "monitoring/grafana: Secret grafana-admin",
    "monitoring/fluent-bit: ConfigMap cluster-info",
    "data/redis: Secret redis-auth",
    "data/keycloak: Secret realm",
    "search/indexer: Secret search-db",
    "shop/checkout: Secret shop-db",
    "shop/mailer: Secret smtp",
];

/// The project with its targets. Nothing without the programs.
fn platform() -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    let sandbox = Sandbox::new(&programs, &[]);
    let root = sandbox.import("tests/real/platform", "platform");
    let project = Project { sandbox, root };
    project.helmsum(&["generate"]).succeeds();
    Some(project)
}

#[test]
fn a_project_as_people_have_them_is_denied_nothing_but_what_keeps_the_old_content() {
    let Some(project) = platform() else { return };
    let audited = audit(&project, &[]);
    let found = |verdict: &str, level: Option<&str>| -> Vec<String> {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let readings = audited.list("readings").iter().filter(|reading| reading["verdict"] == verdict);
        let is_of = |reading: &&serde_json::Value| {
            let object = format!("{} `{}`", word(&reading["kind"]), word(&reading["name"]));
            let release = format!("of release `{}` ", word(&reading["release"]));
            level.is_none_or(|level| {
                audited.list("findings").iter().any(|finding| {
                    let message = word(&finding["message"]);
                    finding["level"] == level && message.contains(&object) && message.contains(&release)
                })
            })
        };
        let shown = |reading: &serde_json::Value| {
            format!("{}: {} {}", word(&reading["release"]), word(&reading["kind"]), word(&reading["name"]))
        };
        readings.filter(is_of).map(shown).collect()
    };
    assert_eq!(found("unbridged", Some("deny")), DENIED);
    assert_eq!(found("unbridged", Some("warn")), ["search/suggest: ConfigMap synonyms"]);
    assert_eq!(
        found("covered", None),
        ["billing/payments: Secret billing-db", "shop/orders: Secret shop-db"]
    );
    assert_eq!(found("accepted", None), ["billing/tax: ConfigMap prices"]);
    assert_eq!(found("controlled", None), ["intern/admin: Secret admin-credentials"]);
    assert_eq!(found("unmade", None), ["monitoring/monitoring: Secret monitoring-admission"]);
    let denied = audited.findings().iter().filter(|one| one.ends_with(" deny")).count();
    assert_eq!((audited.code, denied), (1, DENIED.len()));
    assert_eq!((audited.count("releases"), audited.count("lookedAt")), (60, 60));
}

/// Python with `PyYAML`, by its own path; nothing where it is missing.
fn python() -> Option<PathBuf> {
    let python = std::env::var("HELMSUM_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = Command::new(&python).args(["-c", "import sys, yaml; print(sys.executable)"]).output();
    let path = asked.ok().filter(|asked| asked.status.success()).map(|asked| asked.stdout);
    if path.is_none() {
        let missing = format!("`{python}` with PyYAML is missing: name one with HELMSUM_TEST_PYTHON");
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        programs::skip(&missing);
    }
    Some(PathBuf::from(String::from_utf8(path?).ok()?.trim()))
}

#[test]
fn each_denied_and_each_covered_reading_of_it_is_proved_by_a_byte() {
    let (Some(project), Some(python)) = (platform(), python()) else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/audit-proof");
    let python = python.to_str().expect("UTF-8");
    let printed = project.sandbox.run(&project.root, python, [script, "."]).succeeds();
    let proved = |what: &str| printed.lines().filter(|line| line.starts_with(what)).count();
    assert_eq!(proved("proved: denied"), DENIED.len(), "{printed}");
    assert_eq!(proved("proved: covered"), 2, "{printed}");
    assert!(printed.ends_with("\n9 proved\n"), "{printed}");
}

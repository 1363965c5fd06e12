//! `helmsum audit --since`: what an earlier revision had, too, is no reason to fail.

use serde_json::Value;

use crate::audit::project::{BY_KEY, BY_SECRET, STATE, WEB};
use crate::diff::committed;
use crate::kinds::project::Project;
use crate::support::repo::schema;

/// The exit code, and the document.
#[track_caller]
fn since(project: &Project, revision: &str) -> (i32, Value) {
    let run = project.helmsum(&["audit", "--since", revision, "--output", "json"]);
    let document: Value = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
    assert_eq!(schema("audit", &document), Vec::<String>::new());
    (run.code(), document)
}

fn codes(document: &Value) -> Vec<String> {
    let all = document["findings"].as_array().expect("a list").iter();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    all.map(|one| format!("{} {}", text(one, "code"), text(one, "release"))).collect()
}

#[test]
fn findings_that_were_there_before_are_neither_shown_nor_a_reason_to_fail() {
    let Some(project) = committed(BY_KEY) else { return };
    assert_eq!(project.helmsum(&["audit"]).code(), 1, "the project has a finding already");
    let (code, document) = since(&project, "HEAD");
    assert_eq!((code, codes(&document)), (0, Vec::new()));
    assert!(document["notes"].to_string().contains("1 finding is not shown, since"), "{document}");
    // Its line may move.
    project.write("web.yaml", &format!("# A comment.\n\n{BY_KEY}"));
    let (code, document) = since(&project, "HEAD");
    assert_eq!((code, codes(&document)), (0, Vec::new()));
    let more = "  - name: queue\n    namespace: apps\n    chart: ./charts/queue\n    needs: [platform]\n    values: [queue.yaml]\n";
    project.write("helmfile.yaml", &format!("{STATE}{more}"));
    project.write("queue.yaml", BY_SECRET);
    project.chart(
        "queue",
        &WEB.replace("        checksum/config: {{ .Values.configChecksum | quote }}\n", "        a: b\n"),
    );
    let (code, document) = since(&project, "HEAD");
    assert_eq!((code, codes(&document)), (1, vec!["unbridged-reference apps/queue".to_owned()]));
    // What was looked at is told in full.
    assert_eq!(document["releases"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_revision_that_cannot_be_read_is_an_error() {
    let Some(project) = committed(BY_KEY) else { return };
    let (code, document) = since(&project, "none");
    assert_eq!(code, 1);
    assert!(document["errors"][0]["message"].as_str().expect("a text").contains("no commit `none`"));
    project.write("helmfile.yaml", "releases: [{name: web, chart: ./charts/web, colour: red}]\n");
    project.sandbox.commit(&project.root);
    project.write("helmfile.yaml", STATE);
    let (code, document) = since(&project, "HEAD");
    assert_eq!(code, 1);
    let message = document["errors"][0]["message"].as_str().expect("a text");
    assert!(
        message.starts_with("in ") && message.contains("helmfile.yaml:1:45: unknown key `colour`"),
        "{message}"
    );
    // A state that was not there had no findings.
    project.write("other.yaml", STATE);
    let run = project.helmsum(&["audit", "--since", "HEAD", "--file", "other.yaml"]);
    assert_eq!((run.code(), run.stdout().contains("unbridged-reference")), (1, true), "{}", run.told());
}

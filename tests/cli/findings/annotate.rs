//! Findings of `annotate`.

use super::{has, has_not, shown};
use crate::annotate::{CONFIG, DEPLOYMENT};
use crate::support::repo::Repo;

#[test]
pub(super) fn double_wired() {
    let stream = format!("{CONFIG}{DEPLOYMENT}");
    let annotated = Repo::new().helmsum_on(stream.as_bytes(), ["annotate"]).exits(0).out();
    let other = annotated.replacen("e84b16af", "00000000", 1);
    assert_ne!(other, annotated);
    shown("double-wired", Repo::new().helmsum_on(other.as_bytes(), ["annotate"]))
        .exits(1)
        .stdout("")
        .complains("error[double-wired]: the annotation `checksum/helmsum.configmap.app` has another value");
    Repo::new()
        .helmsum_on(annotated.as_bytes(), ["annotate", "--strict"])
        .exits(0)
        .stdout(&annotated)
        .stderr("");
}

/// A state with a release that helmsum annotates.
pub(super) const STATE: &str = "\
releases:
  - name: web
    namespace: edge
    chart: ./chart
    postRenderer: helmsum
    postRendererArgs:
      - annotate
      - --release=edge/web
    values:
      - web/values.yaml
";

fn annotated(directive: &str) -> Repo {
    Repo::new()
        .file("helmfile.yaml", STATE)
        .file("web/apis/a", "1")
        .file("web/values.yaml", format!("# helmsum: {directive}\n"))
}

#[test]
pub(super) fn unknown_reader() {
    let run = |directive: &str| {
        annotated(directive).helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release", "edge/web"])
    };
    let digest = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    shown("unknown-reader", run("./apis")).exits(1).stdout("").complains(
        "error[unknown-reader]: nobody knows which workloads read `./apis`; there are `Deployment/web`",
    );
    run(&format!("sha256:{digest}")).exits(1).stdout("").complains("[unknown-reader]");
    run("./apis on=Deployment/api")
        .exits(1)
        .stdout("")
        .complains("`on=Deployment/api` of `./apis` names no workload");
    for directive in ["./apis on=*", "./apis on=Deployment/web", "./apis on=Deployment/web on=*"] {
        run(directive).exits(0).stderr("").says("        checksum/helmsum: \"");
    }
    run(&format!("sha256:{digest} on=*"))
        .exits(0)
        .says(&format!("      annotations:\n        checksum/helmsum: \"{digest}\"\n      labels:"));
}

#[test]
pub(super) fn foreign_post_renderer() {
    let state = "\
helmDefaults:
  postRenderer: helmsum
  postRendererArgs:
    - annotate
    - --release=edge/web
releases:
  - name: web
    namespace: edge
    chart: ./chart
    postRenderer: ./labels.sh
    values:
      - web/values.yaml
      - web/checksum.yaml
";
    let repo = |state: &str| annotated("./apis").file("helmfile.yaml", state);
    has(repo(state), "foreign-post-renderer", 1)
        .says("its post-renderer `./labels.sh` gets the arguments of `helmsum annotate`")
        .lacks("web/checksum.yaml");
    // A release without sources has it too.
    let bare = repo(state).file("web/values.yaml", "a: b\n").helmsum(["generate"]).exits(1);
    bare.says("error[foreign-post-renderer]");
    let own = state.replace("./labels.sh\n", "./labels.sh\n    postRendererArgs: [\"--all\"]\n");
    has_not(repo(&own), "foreign-post-renderer");
    has_not(annotated("./apis on=*"), "foreign-post-renderer");
}

#[test]
fn a_release_that_is_annotated_needs_no_target() {
    let repo =
        annotated("./apis on=*").helmsum(["check", "--strict"]).exits(0).says("1 release: 1 annotated");
    let repo = repo.helmsum(["list"]).exits(0).says("1 release: 1 annotated");
    let repo = repo.helmsum(["list", "--output", "json"]).exits(0);
    assert_eq!(repo.json()["releases"][0]["target"]["status"], "annotated");
    let plain = STATE.replace("postRenderer: helmsum", "postRenderer: other");
    annotated("./apis on=*")
        .file("helmfile.yaml", plain)
        .helmsum(["check"])
        .exits(1)
        .says("[unwired-release]");
    annotated("./gone on=*").helmsum(["list"]).exits(1).says("denied  edge/web");
}

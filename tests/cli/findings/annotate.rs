//! Findings of `annotate`.

use super::shown;
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

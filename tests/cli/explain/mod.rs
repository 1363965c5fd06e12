//! Why a checksum is what it is, what a path moves, and what a code means.

mod by_hand;
mod paths;
mod releases;
mod words;

use serde_json::Value;

use crate::support::repo::{Repo, gateway, schema};

/// What helmsum last printed, which is as its schema says.
#[track_caller]
fn document(repo: &Repo) -> Value {
    let document = repo.json();
    assert_eq!(schema("explain", &document), Vec::<String>::new());
    document
}

/// The texts at a key of each entry of a list.
fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|one| one[key].as_str().unwrap_or_default()).collect()
}

/// The gateway with a second release that reads nothing, one that is switched off, and names for words that are several things.
pub(super) fn project() -> Repo {
    let state = "\
releases:
  - name: gateway
    namespace: edge
    chart: ./chart
    values:
      - gateway/values.yaml
      - gateway/checksum.yaml
  - name: web
    namespace: edge
    chart: ./chart
    values: [web.yaml.gotmpl]
  - name: off
    chart: ./chart
    installed: false
  - name: crlf
    chart: ./chart
";
    gateway()
        .file("helmfile.yaml", state)
        .file("web.yaml.gotmpl", "orders: |\n{{ readFile \"gateway/apis/orders.yaml\" | indent 2 }}\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        .file("chart/templates/a.yaml", "a: b\n")
}

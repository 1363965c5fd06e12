//! What the libraries of helm say, written down by `tests/vectors/go/helm`.

use helmsum::internals::rendered::{GivenValues, Origin};
use helmsum::internals::state::EntryKind;
use helmsum::internals::value::json;
use serde_json::Value as Json;

use super::project::Project;

fn vectors(name: &str) -> Vec<Json> {
    let path = format!("{}/tests/vectors/helm/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs_err::read_to_string(path).expect("vectors")).expect("vectors are JSON")
}

/// JSON with all numbers as helm has them, floats.
fn floats(json: &Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(items) => items.iter().map(floats).collect(),
        Json::Object(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), floats(value))).collect())
        }
        other => other.clone(),
    }
}

/// Texts that helm reads and helmsum refuses: where go-yaml's second version is laxer than its third, which helmfile uses.
const REFUSED: usize = 80;

#[test]
fn values_files_are_read_as_helm_reads_them() {
    let mut differences = Vec::new();
    let mut refused = Vec::new();
    let mut equal = 0;
    for vector in vectors("values") {
        let text = vector["in"].as_str().expect("a text");
        let bytes = text.as_bytes().to_vec();
        let given = GivenValues { kind: EntryKind::Values, index: 0, origin: Origin::Inline, bytes };
        let helm_fails = !vector["err"].is_null();
        match given.data() {
            Ok(map) => {
                let ours = json::encode(&map.into(), json::Style::Raw).expect("it has a JSON form");
                let ours: Json = serde_json::from_str(&ours).expect("JSON");
                let theirs = if vector["out"].is_null() {
                    Json::Object(serde_json::Map::new())
                } else {
                    floats(&vector["out"])
                };
                if helm_fails || floats(&ours) != theirs {
                    differences.push(format!("{text:?}\n  ours {ours}\n  helm {vector}"));
                } else {
                    equal += 1;
                }
            }
            Err(_) if helm_fails => equal += 1,
            Err(problem) => refused.push(format!("{text:?}: {problem}")),
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(refused.len() <= REFUSED, "{} are refused:\n{}", refused.len(), refused.join("\n"));
    assert!(equal >= 4_800, "{equal}");
}

#[test]
fn the_files_of_a_chart_are_those_that_helm_loads() {
    for vector in vectors("files") {
        let mut project = Project::new(&[("helmfile.yaml", "releases: [{name: web, chart: ./chart}]\n")]);
        for (name, content) in vector["in"].as_object().expect("files") {
            let content = content.as_str().expect("a text");
            match content.strip_prefix("-> ") {
                Some(target) => project = project.link(&format!("chart/{name}"), target),
                None => project = project.with(&format!("chart/{name}"), content),
            }
        }
        match project.pieces() {
            Ok(pieces) => {
                let mut names: Vec<&str> =
                    pieces.iter().filter_map(|piece| piece.name.strip_prefix("chart/")).collect();
                names.sort_unstable();
                assert_eq!(Json::from(names), vector["out"], "{vector}");
            }
            Err(problem) => assert!(!vector["err"].is_null(), "{problem}: {vector}"),
        }
    }
}

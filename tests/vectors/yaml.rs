//! Texts and values that the real go-yaml v3 has read and written, compared with what helmsum makes of them.
//!
//! `tests/vectors/go/yaml` writes the vectors.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use helmsum::internals::value::{AnyMap, Element, Fields, List, Map, Time, Value};
use helmsum::internals::yaml::{self, Error, ErrorKind, Limits, Node};
use serde_json::{Value as Json, json};

type Outcome<T> = Result<T, Error>;

fn vectors(name: &str) -> Vec<Json> {
    let path = format!("{}/tests/vectors/yaml/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs_err::read_to_string(path).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.clone().into_bytes(),
        other => BASE64.decode(other["bytes"].as_str().expect("bytes").as_bytes()).expect("base64"),
    }
}

/// A string as the vectors spell it.
fn string(bytes: &[u8]) -> Json {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({"bytes": BASE64.encode(bytes)}),
    }
}

/// A value as the vectors spell it. Entries of maps are sorted by their text, since go-yaml keeps no order.
fn tagged(value: &Value) -> Json {
    let sorted = |mut entries: Vec<Json>| {
        entries.sort_by_key(ToString::to_string);
        entries
    };
    match value {
        Value::Nil => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!({"int": value.to_string()}),
        Value::Uint64(value) => json!({"uint64": value.to_string()}),
        Value::Float(value) if value.is_nan() => json!({"float": "7ff8000000000001"}),
        Value::Float(value) => json!({"float": format!("{:016x}", value.to_bits())}),
        Value::Str(_) | Value::Bytes(_) => string(value.string_bytes().unwrap_or_default()),
        Value::Time(time) => {
            let instant = time.instant.as_nanosecond();
            let (seconds, rest) = (instant.div_euclid(1_000_000_000), instant.rem_euclid(1_000_000_000));
            json!({"time": [seconds.to_string(), i64::try_from(rest).expect("below 10^9"), time.offset]})
        }
        Value::List(list) => Json::Array(list.iter().map(tagged).collect()),
        Value::Map(map) => {
            let entries = map.entries().into_iter().map(|(key, value)| json!([&*key, tagged(&value)]));
            json!({"map": sorted(entries.collect())})
        }
        Value::AnyMap(map) => {
            let entries = map.entries().into_iter().map(|(key, value)| json!([tagged(&key), tagged(&value)]));
            json!({"anyMap": sorted(entries.collect())})
        }
        other => panic!("YAML has made a {}", other.type_name()),
    }
}

/// The same with the vectors' own entries sorted in the same way.
fn canonical(json: &Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(canonical).collect()),
        Json::Object(object) => {
            let entry = |(key, value): (&String, &Json)| {
                let mut value = canonical(value);
                if let (true, Json::Array(entries)) = (key.ends_with("ap"), &mut value) {
                    entries.sort_by_key(ToString::to_string);
                }
                (key.clone(), value)
            };
            Json::Object(object.iter().map(entry).collect())
        }
        other => other.clone(),
    }
}

/// What did not agree, with what was refused although go-yaml takes it.
#[derive(Default)]
struct Report {
    compared: usize,
    differences: Vec<String>,
    refused: BTreeMap<String, Vec<String>>,
}

impl Report {
    fn difference(&mut self, source: &[u8], what: &str) {
        self.differences.push(format!("{:?}\n    {what}", String::from_utf8_lossy(source)));
    }

    fn refuse(&mut self, source: &[u8], error: &Error) {
        let text = String::from_utf8_lossy(source).into_owned();
        self.refused.entry(error.issues()[0].message.clone()).or_default().push(text);
    }

    /// Fails unless all agreed, apart from the refusals that are listed with a reason.
    fn check(self, name: &str, at_least: usize) {
        assert!(self.compared >= at_least, "only {} vectors in {name}", self.compared);
        let shown: Vec<_> = self.differences.iter().take(30).cloned().collect();
        assert!(
            self.differences.is_empty(),
            "{name}: {} of {} differ\n{}",
            self.differences.len(),
            self.compared,
            shown.join("\n")
        );
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        let allowed = vectors("refused");
        let mut unlisted = Vec::new();
        for (message, sources) in &self.refused {
            let listed = |entry: &&Json| message.contains(entry["message"].as_str().expect("a message"));
            match allowed.iter().find(listed) {
                Some(entry) => *found.entry(entry["message"].to_string()).or_default() += sources.len(),
                None => unlisted.push(format!("{message}: {sources:#?}")),
            }
        }
        assert!(
            unlisted.is_empty(),
            "{name}: refused without a reason in refused.json\n{}",
            unlisted.join("\n")
        );
        let listed = |entry: &Json| {
            Some((entry["message"].to_string(), usize::try_from(entry["vectors"][name].as_u64()?).ok()?))
        };
        let wanted: BTreeMap<String, usize> = allowed.iter().filter_map(listed).collect();
        assert_eq!(found, wanted, "{name}: not as many refusals as refused.json says");
    }
}

/// Whether both name the same mistake. Where this reader stops earlier than go-yaml, the messages have nothing in common.
fn same_message(go: &str, error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Type => error.as_go() == go,
        ErrorKind::Document => error.as_go() == go || go.starts_with("yaml: invalid map key"),
        _ => true,
    }
}

fn compare_decoding(name: &str, at_least: usize) {
    let mut report = Report::default();
    let mut other_message = Vec::new();
    for vector in vectors(name) {
        report.compared += 1;
        let source = bytes(&vector["in"]);
        let empty = Vec::new();
        let wanted = vector["out"].as_array().unwrap_or(&empty);
        let own: Outcome<Vec<Json>> = yaml::parse(&source, &Limits::default()).and_then(|documents| {
            documents.iter().map(|node| node.decode().map(|value| tagged(&value))).collect()
        });
        match (&own, vector.get("err")) {
            (Ok(_), Some(error)) => {
                report.difference(&source, &format!("go-yaml refuses it: {error}, we take {own:?}"));
            }
            (Ok(documents), None) => {
                let wanted: Vec<_> = wanted.iter().map(canonical).collect();
                if *documents != wanted {
                    report.difference(&source, &format!("we:   {documents:?}\n    Go:   {wanted:?}"));
                }
            }
            (Err(error), None) => report.refuse(&source, error),
            (Err(error), Some(go)) => {
                let go = String::from_utf8_lossy(&bytes(go)).into_owned();
                if error.as_go() != go {
                    other_message.push(format!(
                        "{:?}\n    we: {:?} {}\n    Go: {go}",
                        String::from_utf8_lossy(&source),
                        error.kind(),
                        error.as_go()
                    ));
                }
            }
        }
        if let (Ok(_), Some(map)) = (&own, vector.get("map")) {
            compare_map(&source, map, &mut report);
        }
    }
    report.check(name, at_least);
}

/// Compares the first document as `map[string]interface {}`.
fn compare_map(source: &[u8], wanted: &Json, report: &mut Report) {
    let documents = yaml::parse(source, &Limits::default()).expect("it was parsed before");
    let own = documents.first().map_or(Ok(None), Node::decode_map);
    match (own, wanted.get("err")) {
        (Err(error), Some(go)) => {
            let go = String::from_utf8_lossy(&bytes(go)).into_owned();
            if !same_message(&go, &error) {
                report.difference(source, &format!("as a map, we: {}\n    Go: {go}", error.as_go()));
            }
        }
        (Err(error), None) => report.refuse(source, &error),
        (Ok(_), Some(error)) => report.difference(source, &format!("as a map, go-yaml refuses it: {error}")),
        (Ok(own), None) => {
            let own =
                own.map_or_else(|| json!({"nil": "map[string]interface {}"}), |map| tagged(&Value::Map(map)));
            let wanted = canonical(wanted);
            if own != wanted {
                report.difference(source, &format!("as a map, we: {own}\n    Go: {wanted}"));
            }
        }
    }
}

#[test]
fn unquoted_scalars_mean_what_they_mean_to_go_yaml() {
    compare_decoding("decode-plain", 800);
}

#[test]
fn timestamps_mean_what_they_mean_to_go_yaml() {
    compare_decoding("decode-time", 500);
}

#[test]
fn tags_quotes_and_flow_collections_mean_what_they_mean_to_go_yaml() {
    compare_decoding("decode-styles", 1_500);
}

#[test]
fn block_scalars_mean_what_they_mean_to_go_yaml() {
    compare_decoding("decode-block", 1_000);
}

#[test]
fn documents_anchors_and_merges_mean_what_they_mean_to_go_yaml() {
    compare_decoding("decode-document", 400);
}

#[test]
fn damaged_documents_are_taken_or_refused_as_go_yaml_does() {
    compare_decoding("decode-mutated", 2_500);
}

/// A struct with a field of each kind, decoded as the state is.
fn target(node: &Node) -> Outcome<Json> {
    let mut out = json!({
        "bool": false, "boolPointer": null, "string": "", "int": "0", "intPointer": null, "strings": null,
        "stringMap": null, "any": null, "anyMap": {"nil": "map[string]interface {}"}, "anyList": {"nil": "[]interface {}"},
        "sub": {"name": "", "on": false}, "subPointer": null, "subs": null, "subPointers": null, "subMap": {},
    });
    let mut errors = Vec::new();
    for entry in node.struct_entries("main.target")?.unwrap_or_default() {
        let value = &entry.value;
        let decoded = match &*entry.key {
            "bool" => value.decode_bool().map(|value| value.map(|value| json!(value))),
            "boolPointer" => value.decode_bool().map(|value| Some(json!(value))),
            "string" => value.decode_string().map(|value| value.map(|value| json!(value))),
            "int" => value.decode_int().map(|value| value.map(|value| json!(value.to_string()))),
            "intPointer" => value.decode_int().map(|value| Some(json!(value.map(|value| value.to_string())))),
            "strings" => value.decode_strings().map(|value| Some(json!(value))),
            "stringMap" => value.decode_string_map().map(|value| Some(json!(value))),
            "any" => value.decode().map(|value| Some(tagged(&value))),
            "anyMap" => value.decode_map().map(|map| map.map(|map| tagged(&Value::Map(map)))),
            "anyList" => value.decode_list().map(|list| list.map(|list| tagged(&Value::from(list)))),
            "sub" => sub(value),
            "subPointer" => sub(value).map(|value| Some(json!(value))),
            "subs" => subs(value, "[]main.sub")
                .map(|list| Some(json!(list.map(|list| list.into_iter().flatten().collect::<Vec<_>>())))),
            "subPointers" => subs(value, "[]*main.sub").map(|list| Some(json!(list))),
            "subMap" => sub_map(value).map(|map| map.map(|map| json!(map))),
            _ => Err(entry.unknown_field("main.target")),
        };
        match decoded {
            Ok(Some(value)) => out[&*entry.key] = value,
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    Error::join(errors).map_or(Ok(out), Err)
}

fn sub(node: &Node) -> Outcome<Option<Json>> {
    let Some(entries) = node.struct_entries("main.sub")? else { return Ok(None) };
    let mut out = json!({"name": "", "on": false});
    let mut errors = Vec::new();
    for entry in entries {
        let decoded = match &*entry.key {
            "name" => entry.value.decode_string().map(|value| value.map(|value| json!(value))),
            "on" => entry.value.decode_bool().map(|value| value.map(|value| json!(value))),
            _ => Err(entry.unknown_field("main.sub")),
        };
        match decoded {
            Ok(Some(value)) => out[&*entry.key] = value,
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    Error::join(errors).map_or(Ok(Some(out)), Err)
}

fn subs(node: &Node, into: &str) -> Outcome<Option<Vec<Option<Json>>>> {
    let Some(items) = node.items(into)? else { return Ok(None) };
    let (mut list, mut errors) = (Vec::new(), Vec::new());
    for item in items {
        match sub(&item) {
            Ok(value) => list.push(value),
            Err(error) => errors.push(error),
        }
    }
    // go-yaml makes an empty slice of no items, which JSON shows as null here.
    let list = if list.iter().all(Option::is_none) && into == "[]main.sub" || list.is_empty() {
        None
    } else {
        Some(list)
    };
    Error::join(errors).map_or(Ok(list), Err)
}

fn sub_map(node: &Node) -> Outcome<Option<BTreeMap<String, Json>>> {
    let Some(entries) = node.map_entries("map[string]main.sub")? else { return Ok(None) };
    let (mut map, mut errors) = (BTreeMap::new(), Vec::new());
    for entry in entries {
        match sub(&entry.value) {
            Ok(value) => {
                map.insert(entry.key.to_string(), value.unwrap_or_else(|| json!({"name": "", "on": false})));
            }
            Err(error) => errors.push(error),
        }
    }
    Error::join(errors).map_or(Ok(Some(map)), Err)
}

#[test]
fn typed_fields_take_and_refuse_what_go_yaml_does() {
    let mut report = Report::default();
    for vector in vectors("typed") {
        report.compared += 1;
        let source = bytes(&vector["in"]);
        let own = yaml::parse(&source, &Limits::default()).and_then(|documents| match documents.first() {
            Some(node) => target(node),
            // The decoder reports the end of the stream.
            None => Ok(json!("EOF")),
        });
        match (own, vector.get("err")) {
            (Ok(own), Some(go)) if own == *go => {}
            (Ok(own), Some(error)) => {
                report.difference(&source, &format!("go-yaml refuses it: {error}, we take {own}"));
            }
            (Err(error), None) => report.refuse(&source, &error),
            (Ok(own), None) => {
                let wanted = canonical(&vector["out"]);
                if canonical(&own) != wanted {
                    report.difference(&source, &format!("we: {own}\n    Go: {wanted}"));
                }
            }
            (Err(error), Some(go)) => {
                let go = String::from_utf8_lossy(&bytes(go)).into_owned();
                if !same_message(&go, &error) {
                    report.difference(&source, &format!("we: {}\n    Go: {go}", error.as_go()));
                }
            }
        }
    }
    report.check("typed", 1_500);
}

/// The value that a vector spells.
fn untagged(json: &Json) -> Value {
    let number = |json: &Json| json.as_str().expect("a number").to_owned();
    let object = match json {
        Json::Null => return Value::Nil,
        Json::Bool(value) => return Value::Bool(*value),
        Json::String(text) => return Value::from(text.as_str()),
        Json::Array(items) => return Value::from(items.iter().map(untagged).collect::<Vec<_>>()),
        Json::Number(_) => panic!("a bare number"),
        Json::Object(object) => object,
    };
    let (kind, content) = object.iter().next().expect("one key");
    match kind.as_str() {
        "int" => Value::Int(number(content).parse().expect("an int")),
        "int64" => Value::Int64(number(content).parse().expect("an int64")),
        "uint64" => Value::Uint64(number(content).parse().expect("a uint64")),
        "duration" => Value::Duration(number(content).parse().expect("nanoseconds")),
        "float" => Value::Float(f64::from_bits(u64::from_str_radix(&number(content), 16).expect("bits"))),
        "bytes" => Value::from_bytes(bytes(json)),
        "time" => {
            let seconds = number(&content[0]).parse().expect("seconds");
            let nanoseconds =
                content[1].as_i64().and_then(|rest| i32::try_from(rest).ok()).expect("nanoseconds");
            let instant = jiff::Timestamp::new(seconds, nanoseconds).expect("in range");
            let offset =
                content[2].as_i64().and_then(|offset| i32::try_from(offset).ok()).expect("an offset");
            Value::Time(Time { instant, offset, zone: "".into() })
        }
        "nil" if content.as_str().is_some_and(|kind| kind.starts_with("map")) => {
            Value::Map(Map::nil(Element::Any))
        }
        "nil" => Value::List(List::nil(Element::Any)),
        "map" => {
            let entries = content.as_array().expect("entries").iter();
            let map = Map::new();
            for entry in entries {
                map.insert(entry[0].as_str().expect("a key"), untagged(&entry[1]));
            }
            Value::Map(map)
        }
        "anyMap" => {
            let entries = content.as_array().expect("entries").iter();
            Value::AnyMap(AnyMap::from_entries(
                entries.map(|entry| (untagged(&entry[0]), untagged(&entry[1]))).collect(),
            ))
        }
        "pointer" => match untagged(content) {
            Value::Map(map) => Value::MapPointer(map),
            other => other,
        },
        "struct" => {
            let field = |field: &Json| {
                let name: &'static str = field[0].as_str().expect("a name").to_owned().leak();
                (name, untagged(&field[1]))
            };
            let fields = content.as_array().expect("fields").iter().map(field).collect();
            Value::Object(std::rc::Rc::new(Fields::new("main.sample", fields)))
        }
        other => panic!("no value of kind {other}"),
    }
}

#[test]
fn values_are_written_as_helmfile_writes_them() {
    let mut report = Report::default();
    for vector in vectors("encode") {
        let spelt = &vector["in"];
        if spelt.to_string().contains(r#"{"map":[[{"bytes""#) || spelt.to_string().contains(r#",[{"bytes""#) {
            continue; // a key that is not UTF-8, which no map here can hold
        }
        report.compared += 1;
        let own = yaml::encode(&untagged(spelt)).expect("it can be written");
        let wanted = vector["out"].as_str().expect("go-yaml can write it");
        if own != wanted {
            report.difference(spelt.to_string().as_bytes(), &format!("we: {own:?}\n    Go: {wanted:?}"));
        }
    }
    report.check("encode", 3_000);
}

#[test]
fn the_list_of_refusals_has_nothing_that_is_read() {
    for entry in vectors("refused") {
        let source = bytes(&entry["example"]);
        assert!(entry["reason"].is_string(), "a refusal has a reason");
        let decode = |node: &Node| node.decode().and_then(|_| target(node));
        let documents = yaml::parse(&source, &Limits::default());
        let error =
            documents.and_then(|documents| documents.iter().try_for_each(|node| decode(node).map(drop)));
        let error = error.expect_err("a listed example is refused");
        assert!(error.issues()[0].message.contains(entry["message"].as_str().expect("a message")), "{error}");
        assert!(
            matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Limit | ErrorKind::Syntax),
            "{error} is refused by name"
        );
        assert!(error.line().is_some(), "{error} has a place");
    }
}

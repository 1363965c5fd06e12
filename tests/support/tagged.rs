//! Values as `tests/vectors/go/template` writes them: JSON that keeps the Go type.

use std::rc::Rc;

use data_encoding::BASE64;
use helmsum::internals::value::{AnyMap, Element, List, Map, Object, Time, Value};
use serde_json::Value as Json;

/// A string, or bytes that are none.
pub(crate) fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.clone().into_bytes(),
        other => BASE64.decode(text(&other["bytes"]).as_bytes()).expect("base64"),
    }
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a string")
}

fn element(json: &Json) -> Element {
    match text(json) {
        "interface {}" => Element::Any,
        "string" => Element::String,
        "int" => Element::Int,
        "float64" => Element::Float64,
        "bool" => Element::Bool,
        "uint8" => Element::Byte,
        "map[string]interface {}" => Element::Map,
        other => panic!("no element type {other}"),
    }
}

fn entries(json: &Json) -> impl Iterator<Item = (Value, Value)> + '_ {
    let entries = json["entries"].as_array().expect("entries");
    entries.iter().map(|entry| (value(&entry[0]), value(&entry[1])))
}

fn number<T: std::str::FromStr>(json: &Json) -> T {
    text(json).parse().unwrap_or_else(|_| panic!("{json} is a number"))
}

/// The value.
pub(crate) fn value(json: &Json) -> Value {
    let object = match json {
        Json::Null => return Value::Nil,
        Json::Bool(truth) => return Value::Bool(*truth),
        Json::String(_) => return Value::from_bytes(bytes(json)),
        Json::Object(object) => object,
        other => panic!("{other} is no value"),
    };
    let nil = json["nil"] == true;
    match object.keys().next().map(String::as_str) {
        Some("bytes") => Value::from_bytes(bytes(json)),
        Some("int") => Value::Int(number(&json["int"])),
        Some("int64") => Value::Int64(number(&json["int64"])),
        Some("uint64") => Value::Uint64(number(&json["uint64"])),
        Some("uint8") => Value::Uint8(number(&json["uint8"])),
        Some("duration") => Value::Duration(number(&json["duration"])),
        Some("float") => {
            Value::Float(f64::from_bits(u64::from_str_radix(text(&json["float"]), 16).expect("hexadecimal")))
        }
        Some("time") => Value::Time(Time {
            instant: jiff::Timestamp::new(number(&json["time"][0]), small(&json["time"][1]))
                .expect("an instant"),
            offset: small(&json["time"][2]),
            zone: text(&json["time"][3]).into(),
        }),
        Some("pointer") => match value(&json["pointer"]) {
            Value::Map(map) => Value::MapPointer(map),
            other => panic!("a pointer to a {}", other.type_name()),
        },
        Some("point") => Value::Object(Rc::new(Point {
            x: i64::from(small(&json["point"][0])),
            label: text(&json["point"][1]).to_owned(),
            tags: value(&json["point"][2]),
        })),
        Some("version") => Value::Object(Rc::new(Version { number: text(&json["version"]).to_owned() })),
        _ if object.contains_key("list") => {
            let element = element(&json["list"]);
            let items = json["items"].as_array().expect("items").iter().map(value).collect();
            Value::List(if nil { List::nil(element) } else { List::typed(element, items) })
        }
        _ if object.contains_key("map") => {
            let element = element(&json["map"]);
            if nil {
                return Value::Map(Map::nil(element));
            }
            let map = Map::typed(element);
            for (key, value) in entries(json) {
                map.insert(key.as_str().expect("a key"), value);
            }
            Value::Map(map)
        }
        _ if object.contains_key("anyMap") => Value::AnyMap(AnyMap::from_entries(entries(json).collect())),
        _ => panic!("{json} is no value"),
    }
}

fn small(json: &Json) -> i32 {
    json.as_i64().and_then(|number| i32::try_from(number).ok()).expect("a small number")
}

/// A struct with methods.
#[derive(Debug)]
struct Point {
    x: i64,
    label: String,
    tags: Value,
}

impl Object for Point {
    fn type_name(&self) -> &'static str {
        "main.Point"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        if name == "Describe" {
            let Some((prefix, rest)) = arguments.split_first() else {
                return Some(Err("wrong number of args for Describe: want at least 1 got 0".into()));
            };
            let parts =
                [prefix.clone(), Value::Int(self.x), Value::Int(i64::try_from(rest.len()).expect("few"))];
            return Some(
                helmsum::internals::value::print::sprint(&parts)
                    .map(Value::from_bytes)
                    .map_err(|e| e.to_string()),
            );
        }
        if name == "Broken" {
            return Some(Err("it is broken".into()));
        }
        let (_, value) = self.fields().into_iter().find(|(own, _)| *own == name)?;
        if arguments.is_empty() {
            return Some(Ok(value));
        }
        Some(Err(format!("{name} has arguments but cannot be invoked as function")))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("X", Value::Int(self.x)),
            ("Label", Value::from(self.label.as_str())),
            ("Tags", self.tags.clone()),
            ("Err", Value::Nil),
        ]
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A pointer that is printed by its method.
#[derive(Debug)]
struct Version {
    number: String,
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        "*main.Version"
    }

    fn kind_name(&self) -> &'static str {
        "ptr"
    }

    fn member(&self, name: &str, _: &[Value]) -> Option<Result<Value, String>> {
        (name == "String").then(|| Ok(Value::from(format!("v{}", self.number))))
    }

    fn display(&self) -> Option<String> {
        Some(format!("v{}", self.number))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

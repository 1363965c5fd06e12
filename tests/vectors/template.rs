//! Templates that Go's own `text/template` has run, and values that its `encoding/json` has written, compared with what
//! helmsum makes of them.
//!
//! `tests/vectors/go/template` writes the vectors.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use crate::support::tagged;
use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::diagnostic::Diagnostic;
use helmsum::internals::template::effects::Watch;
use helmsum::internals::template::function::{
    Call, Chance, Context, ExecPolicy, Function, FunctionError, Parameter, Registry,
};
use helmsum::internals::template::{MissingKey, Options, render};
use helmsum::internals::tree::{Entry, Kind, OpenFile, Stat, Tree};
use helmsum::internals::vals::References;
use helmsum::internals::value::json::{Style, encode};
use helmsum::internals::value::print::sprintf;
use helmsum::internals::value::{Map, Value};
use serde_json::Value as Json;

fn read(name: &str) -> Json {
    let path = format!("{}/tests/vectors/template/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs_err::read_to_string(path).expect("the vectors are there"))
        .expect("they are JSON")
}

/// A directory that contains nothing but helper files.
#[derive(Debug)]
struct Helpers(Vec<String>);

const BASE: &str = "/base";

impl Helpers {
    fn text(&self, path: &Utf8Path) -> io::Result<&str> {
        let number = path.as_str().strip_prefix("/base/_").and_then(|name| name.strip_suffix(".tpl"));
        let text = number.and_then(|number| self.0.get(number.parse::<usize>().ok()?));
        text.map(String::as_str).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Tree for Helpers {
    fn open(&self, _: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        Ok(self.text(path)?.as_bytes().to_vec())
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        let kind = if path == BASE { Kind::Directory } else { Kind::File };
        let size = if path == BASE { 0 } else { self.text(path)?.len() as u64 };
        Ok(Stat { kind, size, modified: None, identity: None })
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        self.stat(path)
    }

    fn entries(&self, _: &Utf8Path) -> io::Result<Vec<Entry>> {
        let name = |at: usize| Entry { name: format!("_{at}.tpl").into(), kind: Kind::File };
        Ok((0..self.0.len()).map(name).collect())
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(path.to_owned())
    }
}

type Body = fn(&mut dyn Call, &[Value]) -> Result<Value, FunctionError>;

/// The functions of the Go program that wrote the vectors.
fn registry() -> Registry {
    let fixed = |name, parameters, body: Body| Function { name, parameters, variadic: None, body };
    let variadic =
        |name, parameters, more, body: Body| Function { name, parameters, variadic: Some(more), body };
    Registry::new([
        fixed("aString", &[Parameter::String], |_, a| Ok(joined(&["<".into(), a[0].clone(), ">".into()]))),
        fixed("aBool", &[Parameter::Bool], |_, a| Ok(Value::Bool(matches!(a[0], Value::Bool(false))))),
        fixed("anInt", &[Parameter::Int], |_, a| Ok(Value::Int(int(&a[0]).wrapping_add(1)))),
        fixed("aLong", &[Parameter::Int64], |_, a| Ok(Value::Int64(int(&a[0]).wrapping_add(1)))),
        fixed("aFloat", &[Parameter::Float64], |_, a| match a[0] {
            Value::Float(number) => Ok(Value::Float(number * 2.0)),
            _ => Err(FunctionError::failed("no float")),
        }),
        fixed("aMap", &[Parameter::Map], |_, a| match &a[0] {
            Value::Map(map) => Ok(count(map.len())),
            _ => Err(FunctionError::failed("no map")),
        }),
        fixed("aList", &[Parameter::List], |_, a| match &a[0] {
            Value::List(list) => Ok(count(list.len())),
            _ => Err(FunctionError::failed("no list")),
        }),
        fixed("strings", &[Parameter::Strings], |_, a| match &a[0] {
            Value::List(list) => Ok(separated(list.as_slice(), "+")),
            _ => Err(FunctionError::failed("no list")),
        }),
        fixed("aTime", &[Parameter::Time], |_, a| match &a[0] {
            Value::Time(time) => Ok(Value::Int64(time.instant.as_second())),
            _ => Err(FunctionError::failed("no time")),
        }),
        fixed("typed", &[Parameter::Any], |_, a| Ok(a[0].type_name().into())),
        variadic("types", &[], Parameter::Any, |_, a| {
            let names: Vec<Value> = a.iter().map(|value| value.type_name().into()).collect();
            Ok(separated(&names, " "))
        }),
        variadic("joined", &[Parameter::String], Parameter::String, |_, a| {
            Ok(joined(&[a[0].clone(), ":".into(), separated(&a[1..], ",")]))
        }),
        variadic("sum", &[Parameter::Int], Parameter::Int, |_, a| {
            Ok(Value::Int(a.iter().map(int).fold(0, i64::wrapping_add)))
        }),
        fixed("two", &[Parameter::String, Parameter::Any], |_, a| {
            sprintf(b"%s=%v", a).map(Value::from_bytes).map_err(|error| FunctionError::Refused {
                refusal: error.refusal(),
                message: error.to_string(),
                hint: None,
            })
        }),
        fixed("same", &[Parameter::Any], |_, a| Ok(a[0].clone())),
        fixed("nothing", &[], |_, _| Ok(Value::Nil)),
        fixed("record", &[], |_, _| {
            let inner: Map = [("l", "deep")].into_iter().collect();
            let entries = [("k", Value::Map(inner)), ("n", Value::Nil)];
            Ok(Value::Map(entries.into_iter().collect()))
        }),
        fixed("fails", &[Parameter::String], |_, a| {
            Err(FunctionError::failed(String::from_utf8_lossy(a[0].string_bytes().unwrap_or_default())))
        }),
        fixed("include", &[Parameter::String, Parameter::Any], |call, a| {
            call.include(a[0].as_str().unwrap_or_default(), &a[1])
        }),
    ])
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        _ => 0,
    }
}

fn count(length: usize) -> Value {
    Value::Int(i64::try_from(length).expect("it fits"))
}

fn joined(parts: &[Value]) -> Value {
    separated(parts, "")
}

fn separated(parts: &[Value], separator: &str) -> Value {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.string_bytes().unwrap_or_default()).collect();
    Value::from_bytes(parts.join(separator.as_bytes()))
}

fn run(vector: &Json, data: &Value, registry: &Registry) -> Result<Vec<u8>, Diagnostic> {
    let helpers = vector["helpers"].as_array().map_or_else(Vec::new, |helpers| {
        helpers.iter().map(|helper| helper.as_str().expect("a text").to_owned()).collect()
    });
    let context = Context {
        tree: Arc::new(Helpers(helpers)),
        base: BASE.into(),
        exec: ExecPolicy::Refused,
        earlier: None,
        environment: Rc::new(BTreeMap::new()),
        chance: Chance::Real,
        watch: Watch::default(),
        references: References::default(),
        place: None,
    };
    let missing_key = if vector["zero"] == true { MissingKey::Zero } else { MissingKey::Error };
    let text = vector["template"].as_str().expect("a text");
    render("t".into(), text, data, &context, registry, &Options { missing_key, ..Options::default() })
        .map(|rendered| rendered.bytes)
}

/// What differs, for the message of a failing test. What helmsum refuses to do may not differ silently: it is an error, and
/// only for what cannot be known here.
fn difference(vector: &Json, result: &Result<Vec<u8>, Diagnostic>) -> Option<String> {
    let (same, got) = match result {
        Ok(bytes) => (
            vector["error"].is_null() && *bytes == output(vector),
            String::from_utf8_lossy(bytes).into_owned(),
        ),
        Err(error) if error.refusal().is_some() => {
            (error.message.contains("helmsum cannot print a value of type"), error.message.clone())
        }
        Err(error) => {
            let expected = tagged::bytes(&vector["error"]);
            (is_error(&error.message, &String::from_utf8_lossy(&expected)), error.message.clone())
        }
    };
    (!same).then(|| format!("{vector}\n    got {got}"))
}

/// An absent output is an empty one.
fn output(vector: &Json) -> Vec<u8> {
    if vector["output"].is_null() { Vec::new() } else { tagged::bytes(&vector["output"]) }
}

/// helmfile puts the name of a helper file in front of what Go says about it.
fn is_error(own: &str, expected: &str) -> bool {
    own.strip_prefix("failed to parse helper template /base/_0.tpl: ").unwrap_or(own) == expected
}

/// Runs all vectors of a file, of which there must be at least this many.
fn compare(name: &str, least: usize) {
    let data = tagged::value(&read("data")["data"]);
    let registry = registry();
    let file = read(name);
    let vectors = file["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= least, "only {} vectors", vectors.len());
    let wrong: Vec<String> =
        vectors.iter().filter_map(|vector| difference(vector, &run(vector, &data, &registry))).collect();
    let shown = wrong[..wrong.len().min(20)].join("\n");
    assert!(wrong.is_empty(), "{} of {} differ:\n{shown}", wrong.len(), vectors.len());
}

#[test]
fn arguments_fit_parameters_as_in_go() {
    compare("arguments", 2_000);
}

#[test]
fn values_compare_as_in_go() {
    compare("comparison", 3_000);
}

#[test]
fn blocks_and_variables_work_as_in_go() {
    compare("control", 700);
}

#[test]
fn templates_call_and_replace_each_other_as_in_go() {
    compare("definitions", 80);
}

#[test]
fn names_lead_where_they_lead_in_go() {
    compare("fields", 1_000);
}

#[test]
fn formats_print_as_in_go() {
    compare("formats", 2_500);
}

#[test]
fn functions_return_and_fail_as_in_go() {
    compare("functions", 3_000);
}

#[test]
fn values_print_as_in_go() {
    compare("printing", 1_900);
}

#[test]
fn texts_parse_as_in_go() {
    compare("syntax", 1_000);
}

#[test]
fn values_are_written_as_json_as_in_go() {
    let file = read("json");
    let vectors = file["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= 700, "only {} vectors", vectors.len());
    for vector in vectors {
        let value = tagged::value(&vector["value"]);
        let written = |style| encode(&value, style).map_err(|error| error.to_string());
        let expected = |name: &str| {
            let json = if vector[name].is_null() { &vector["compact"] } else { &vector[name] };
            match &vector["error"] {
                Json::Null => Ok(String::from_utf8(tagged::bytes(json)).expect("it is text")),
                error => Err(error.as_str().expect("a message").to_owned()),
            }
        };
        assert_eq!(written(Style::Compact), expected("compact"), "{vector}");
        assert_eq!(written(Style::Indented), expected("indented"), "{vector}");
        assert_eq!(written(Style::Raw), expected("raw"), "{vector}");
    }
}

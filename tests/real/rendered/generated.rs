//! Generated charts and values: what says the same moves nothing, what says something else moves something.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use helmsum::internals::rendered::{Templates, template, templating};
use helmsum::internals::template::functions::registry;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::project::Project;
use super::stand_in::tools;

/// Values as they can be written in more than one way.
#[derive(Clone, Debug, PartialEq)]
enum Data {
    Null,
    Bool(bool),
    Number(i32),
    Text(String),
    List(Vec<Data>),
    Map(BTreeMap<String, Data>),
}

fn data() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        any::<i32>().prop_map(Data::Number),
        "[ -~äß☃]{0,12}".prop_map(Data::Text),
        prop::sample::select(vec!["yes", "on", "null", "1", "0x1", "2024-01-01", "a: b", "# no comment", ""])
            .prop_map(|text| Data::Text(text.into())),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Data::List),
            prop::collection::btree_map("[a-z][a-z0-9 ]{0,5}[a-z0-9]", inner, 0..4).prop_map(Data::Map),
        ]
    })
}

fn values() -> impl Strategy<Value = BTreeMap<String, Data>> {
    prop::collection::btree_map("[a-z][a-z0-9]{2,6}", data(), 1..6)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

/// As JSON, which is YAML.
fn flow(data: &Data) -> String {
    match data {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string(),
        Data::Number(value) => value.to_string(),
        Data::Text(text) => quoted(text),
        Data::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Data::Map(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", quoted(key), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// In block style, with comments, other words for the same and the keys the other way round.
fn block(map: &BTreeMap<String, Data>, indent: usize, out: &mut String) {
    for (key, value) in map.iter().rev() {
        let blanks = " ".repeat(indent);
        let _ = writeln!(out, "{blanks}# a comment: {{}} [ about");
        match value {
            Data::Map(inner) if !inner.is_empty() => {
                let _ = writeln!(out, "{blanks}{}:   # opens", quoted(key));
                block(inner, indent + 3, out);
            }
            Data::List(items) if !items.is_empty() => {
                let _ = writeln!(out, "{blanks}{}:", quoted(key));
                for item in items {
                    let _ = writeln!(out, "{blanks}-   {} # item", flow(item));
                }
            }
            Data::Null => drop(writeln!(out, "{blanks}{}: ~", quoted(key))),
            Data::Bool(value) => {
                let _ = writeln!(out, "{blanks}{}: {}", quoted(key), if *value { "yes" } else { "off" });
            }
            Data::Number(value) => drop(writeln!(out, "{blanks}{}: {value}.0", quoted(key))),
            other => drop(writeln!(out, "{blanks}{}:    {}", quoted(key), flow(other))),
        }
    }
}

fn block_text(map: &BTreeMap<String, Data>) -> String {
    let mut out = "# a header\n\n".to_owned();
    block(map, 0, &mut out);
    out
}

/// The same with one value changed.
fn changed(map: &BTreeMap<String, Data>, at: prop::sample::Index) -> BTreeMap<String, Data> {
    let mut map = map.clone();
    let index = at.index(map.len());
    let value = map.values_mut().nth(index).expect("an entry");
    *value = match value {
        Data::Null => Data::Text(String::new()),
        Data::Bool(value) => Data::Bool(!*value),
        Data::Number(value) => Data::Number(value.wrapping_add(1)),
        Data::Text(text) => Data::Text(format!("{text}.")),
        Data::List(items) => Data::List(std::iter::once(Data::Null).chain(items.drain(..)).collect()),
        Data::Map(inner) => Data::List(vec![Data::Map(inner.clone())]),
    };
    map
}

/// A runner whose cases are the same on every run.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

const STATE: &str = "releases: [{name: web, namespace: edge, chart: ./chart, values: [v.yaml]}]\n";

fn project(values: &str, files: &BTreeMap<String, String>) -> Project {
    let project = Project::new(&[
        ("helmfile.yaml", STATE),
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("v.yaml", values),
    ]);
    files.iter().fold(project, |project, (name, text)| project.with(&format!("chart/{name}"), text))
}

#[test]
fn another_way_to_say_the_same_moves_nothing_and_any_other_value_does() {
    let strategy = (values(), any::<prop::sample::Index>());
    let outcome = runner(150).run(&strategy, |(values, at)| {
        let none = BTreeMap::new();
        let one = project(&flow(&Data::Map(values.clone())), &none).contents();
        prop_assert_eq!(&one, &project(&block_text(&values), &none).contents());
        let other = project(&flow(&Data::Map(changed(&values, at))), &none).contents();
        prop_assert_ne!(&one["values/0"], &other["values/0"]);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn every_file_of_a_chart_counts_once_under_its_name() {
    let names = "(templates|files|crds|charts/sub)(/[a-z]{1,4}){1,3}\\.(yaml|txt|tpl)";
    let strategy = (prop::collection::btree_map(names, "[ -~\n]{0,40}", 1..6), any::<prop::sample::Index>());
    let outcome = runner(60).run(&strategy, |(files, at)| {
        let one = project("a: 1\n", &files).contents();
        for (name, text) in &files {
            prop_assert_eq!(&one[&format!("chart/{name}")], text.as_bytes());
        }
        let mut edited = files.clone();
        let (name, text) = edited.iter_mut().nth(at.index(files.len())).expect("a file");
        text.push('.');
        let name = format!("chart/{name}");
        let other = project("a: 1\n", &edited).contents();
        let moved: Vec<&String> = one.keys().filter(|key| one.get(*key) != other.get(*key)).collect();
        prop_assert_eq!(moved, [&name]);
        prop_assert_eq!(one.len(), other.len());
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// The data of the object that the chart renders.
fn object(project: &Project) -> Vec<(String, Vec<u8>)> {
    let reading = project.read();
    let templating =
        templating(&reading.producer("web"), &mut Templates::new(&registry())).expect("it can be rendered");
    let objects = template(&templating).unwrap_or_else(|problem| panic!("{problem}"));
    objects[0].data.iter().map(|datum| (datum.name.clone(), datum.bytes.clone())).collect()
}

#[test]
fn only_data_moves_an_object() {
    let Some(tools) = tools() else { return };
    let chart = |labels: &str, comment: &str| -> BTreeMap<String, String> {
        let text = format!(
            "{comment}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n  labels: {{{labels}}}\ndata:\n  values: {{{{ .Values | toJson | quote }}}}\n"
        );
        [("templates/config.yaml".to_owned(), text)].into_iter().collect()
    };
    let with_helm = |mut project: Project| {
        project.helm = Some(tools.helm.to_str().expect("UTF-8").to_owned());
        project
    };
    let strategy = (values(), any::<prop::sample::Index>());
    let outcome = runner(12).run(&strategy, |(values, at)| {
        let text = flow(&Data::Map(values.clone()));
        let one = object(&with_helm(project(&text, &chart("a: b", "# one"))));
        let bumped = project(&block_text(&values), &chart("a: c, d: e", "# other\n\n"))
            .with("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 2.0.0\ndescription: new\n")
            .with("chart/templates/other.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n");
        prop_assert_eq!(&one, &object(&with_helm(bumped)));
        // helm takes a null for nothing at all.
        let edited = changed(&values, at);
        let other = object(&with_helm(project(&flow(&Data::Map(edited)), &chart("a: b", "# one"))));
        prop_assert_ne!(&one, &other);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

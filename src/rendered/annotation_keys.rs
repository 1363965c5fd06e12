//! Where a chart takes annotations among its values.

use regex::Regex;

use super::arguments::Argument;
use super::influence::chart::Chart;
use super::template::Templating;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// How many keys are taken.
const MOST: usize = 500;

/// How deep they may lie.
const DEEPEST: usize = 12;

/// The keys of a chart's values, and of those of its direct subcharts, that are called `annotations` or `SOMETHINGAnnotations`: where a
/// map can stand in them, or where a template names one, `.Values.podAnnotations` for one. None where the chart cannot be read.
#[must_use]
pub(crate) fn annotation_keys(templating: &Templating) -> Vec<Vec<String>> {
    let Ok(mut chart) = Chart::read(&templating.chart, &templating.directory) else { return Vec::new() };
    let Ok(named) = Regex::new(r"\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)") else { return Vec::new() };
    let mut found = Vec::new();
    chart.each(&mut |file| {
        let prefix = match file.depth {
            0 => None,
            1 => file.shown.split('/').nth(1).map(str::to_owned),
            _ => return,
        };
        if file.is_template() {
            let text = String::from_utf8_lossy(file.content);
            for path in named.captures_iter(&text).filter_map(|captures| captures.get(1)) {
                let key =
                    prefix.clone().into_iter().chain(path.as_str().split('.').skip(1).map(str::to_owned));
                let key: Vec<String> = key.collect();
                if key.last().is_some_and(|last| is_annotations(last)) && found.len() < MOST {
                    found.push(key);
                }
            }
        }
        if file.name != "values.yaml" {
            return;
        }
        let values = yaml::parse_first(file.content, &Limits::default()).ok().flatten();
        if let Some(Value::Map(values)) = values.and_then(|node| node.decode_as_helm().ok()) {
            collect(&values, &prefix.into_iter().collect::<Vec<_>>(), &mut found);
        }
    });
    found.sort();
    found.dedup();
    found
}

fn is_annotations(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("annotations")
}

fn collect(values: &Map, path: &[String], found: &mut Vec<Vec<String>>) {
    if path.len() > DEEPEST {
        return;
    }
    for (key, value) in values.entries() {
        let below = || path.iter().cloned().chain([key.to_string()]).collect::<Vec<_>>();
        let takes_map = matches!(value, Value::Map(_) | Value::Nil);
        if takes_map && is_annotations(&key) && found.len() < MOST {
            found.push(below());
        } else if let Value::Map(map) = &value {
            collect(map, &below(), found);
        }
    }
}

impl Templating {
    /// The same call with more values, over those of all files.
    #[must_use]
    pub(crate) fn with_values(mut self, text: Vec<u8>) -> Self {
        self.arguments.push(Argument::Text("--values".into()));
        self.arguments.push(Argument::Values(self.values.len()));
        self.values.push(text);
        self
    }
}

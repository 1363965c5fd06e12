//! Copies of the data files of a chart in which questions get other answers.

use super::super::piece::data_line;
use super::rewrite::{World, rewritten};
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// A values file in which the texts that are templates have other answers. Nothing where none has.
pub(super) fn values_in(bytes: &[u8], world: World<'_>) -> Option<Vec<u8>> {
    if !bytes.windows(2).any(|pair| pair == b"{{") {
        return None;
    }
    let value = yaml::parse_first(bytes, &Limits::default()).ok()??.decode_as_helm().ok()?;
    let mut changed = false;
    let value = texts_in(&value, world, &mut changed);
    changed.then(|| data_line(&value))
}

fn texts_in(value: &Value, world: World<'_>, changed: &mut bool) -> Value {
    let mut text_in = |text: &str| -> Option<String> {
        let text = text.contains("{{").then(|| rewritten(text, world)).flatten()?;
        *changed = true;
        Some(text)
    };
    match value {
        Value::Str(text) => text_in(text).map_or_else(|| value.clone(), Value::from),
        Value::List(list) => {
            list.iter().map(|item| texts_in(item, world, changed)).collect::<Vec<Value>>().into()
        }
        Value::Map(map) => {
            let entries = map.entries().into_iter().map(|(key, item)| {
                let item = texts_in(&item, world, changed);
                (key, item)
            });
            let result = Map::new();
            for (key, item) in entries {
                result.insert(key, item);
            }
            result.into()
        }
        other => other.clone(),
    }
}

/// A `Chart.yaml` that takes any version of Kubernetes. Nothing where it does already.
pub(super) fn without_kube_version(bytes: &[u8]) -> Option<Vec<u8>> {
    let value = yaml::parse_first(bytes, &Limits::default()).ok()??.decode_as_helm().ok()?;
    let Value::Map(map) = &value else { return None };
    map.remove("kubeVersion")?;
    Some(data_line(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rewritten_where_they_are_templates() {
        let world = World::Chance { reverse: true };
        assert_eq!(values_in(b"a: 1\nb: now\n", world), None);
        assert_eq!(values_in(b"a: '{{ .x }}'\n", world), None);
        let changed = values_in(b"a: yes\nb: ['{{ randAlpha 3 }}', 1.5]\n", world).expect("a change");
        assert_eq!(
            String::from_utf8(changed).expect("UTF-8"),
            "{\"a\":true,\"b\":[\"{{ list 3 | include \\\"helmsum.text\\\" }}\",1.5]}\n"
        );
    }

    #[test]
    fn a_chart_takes_any_version_of_kubernetes() {
        let changed = without_kube_version(b"name: a\nkubeVersion: '>=1.25'\n").expect("a change");
        assert_eq!(String::from_utf8(changed).expect("UTF-8"), "{\"name\":\"a\"}\n");
        assert_eq!(without_kube_version(b"name: a\n"), None);
    }
}

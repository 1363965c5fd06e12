//! What was decrypted or resolved is noted, so that no output repeats it.

use crate::diagnostic::Secrets;
use crate::go::json::Style;
use crate::value::{self, Value};
use crate::yaml::{self, Limits};

/// How many values of one file are remembered: anchors can make more of them than there are bytes.
const MOST_VALUES: usize = 100_000;

/// Notes every value of a decrypted text, and its keys where the encrypted one does not have them in clear. One that is not YAML
/// is no help to helmfile either.
pub(crate) fn note_document(secrets: &Secrets, text: &str, encrypted: &str) {
    let mut open = yaml::parse(text.as_bytes(), &Limits::default()).unwrap_or_default();
    let mut left = MOST_VALUES;
    while let Some(node) = open.pop() {
        left -= 1;
        if left == 0 {
            break;
        }
        let pairs = node.pairs();
        if pairs.is_empty() {
            open.extend(node.children());
        } else {
            for (key, value) in pairs {
                if let Some(key) = key.text().filter(|key| !encrypted.contains(key)) {
                    secrets.remember_form(key);
                }
                open.push(value);
            }
        }
        if let Some(text) = node.text() {
            secrets.remember(text);
            for form in forms(&node, text) {
                secrets.remember_form(&form);
            }
            if let Ok(Some(number)) = node.decode().map(|value| number(&value)) {
                secrets.remember_number(number);
            }
        }
    }
}

/// Notes a value that a reference gave, with all that it has.
pub(crate) fn note_value(secrets: &Secrets, value: &Value) {
    let mut open = vec![value.clone()];
    let mut left = MOST_VALUES;
    while let Some(value) = open.pop() {
        left -= 1;
        if left == 0 {
            break;
        }
        match &value {
            Value::List(list) => open.extend(list.iter().cloned()),
            Value::Map(map) => open.extend(map.entries().into_iter().map(|(_, value)| value)),
            Value::AnyMap(map) => open.extend(map.entries().into_iter().map(|(_, value)| value)),
            Value::Bool(_) | Value::Nil => {}
            Value::Str(text) => secrets.remember(text),
            scalar => {
                for form in written(scalar) {
                    secrets.remember(&form);
                }
                if let Some(number) = number(scalar) {
                    secrets.remember_number(number);
                }
            }
        }
    }
}

/// What becomes of a scalar that is not the text as it is written: a number, a point in time, what is in base 64.
fn forms(node: &yaml::Node, text: &str) -> Vec<String> {
    let Ok(value) = node.decode() else { return Vec::new() };
    let own = match &value {
        Value::Str(plain) if plain.as_bytes() == text.as_bytes() => return Vec::new(),
        Value::Bool(_) | Value::Nil => return Vec::new(),
        Value::Str(plain) => Some((**plain).to_owned()),
        _ => None,
    };
    let mut forms = written(&value);
    forms.extend(own);
    forms
}

/// The forms that a scalar may be written in.
fn written(value: &Value) -> Vec<String> {
    let printed = value::print::display(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let json = value::json::encode(value, Style::Raw).ok().map(|json| json.trim_matches('"').to_owned());
    let yaml = yaml::encode(value).ok().map(|yaml| yaml.trim().to_owned());
    [printed, json, yaml].into_iter().flatten().collect()
}

#[expect(clippy::cast_precision_loss, reason = "what is compared with it went the same way")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) | Value::Int64(number) => Some(*number as f64),
        Value::Uint64(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

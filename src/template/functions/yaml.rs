//! YAML as helmfile's `toYaml` and `fromYaml` write and read it (`pkg/tmpl/context_funcs.go`, `pkg/maputil`).

use super::arguments::{MAX_DEPTH, Outcome, any, bytes, function, refused, too_deep};
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::Value;
use crate::value::print::display;
use crate::yaml::{self, Limits};

use Parameter::{Any, String as Text};

pub(super) const FUNCTIONS: &[Function] =
    &[function("fromYaml", &[Text], from_yaml), function("toYaml", &[Any], to_yaml)];

fn to_yaml(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = yaml::encode(any(arguments, 0)?).map_err(|error| {
        let hint = error.issues().first().and_then(|issue| issue.hint.clone());
        let refusal = error.refusal().unwrap_or(Refusal::UnsupportedTemplate);
        refused(
            refusal,
            format!("`toYaml`: {error}"),
            hint.unwrap_or_else(|| "write the part that is needed".into()),
        )
    })?;
    call.spend(u64::try_from(text.len() / 16).unwrap_or(u64::MAX))?;
    Ok(text.into())
}

/// The first document of a text; nil where there is none.
fn from_yaml(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let source = bytes(arguments, 0)?;
    call.spend(u64::try_from(source.len() / 16).unwrap_or(u64::MAX))?;
    let offending = |message: &str| {
        let source = String::from_utf8_lossy(source);
        FunctionError::failed(format!("{message}, offending yaml: {source}"))
    };
    let wrong = |error: yaml::Error| match error.refusal() {
        Some(refusal) => {
            let hint = error.issues().first().and_then(|issue| issue.hint.clone());
            refused(
                refusal,
                format!("`fromYaml`: {error}"),
                hint.unwrap_or_else(|| "change the YAML text".into()),
            )
        }
        None => offending(&error.as_go()),
    };
    let document = yaml::parse_first(source, &Limits::default()).map_err(wrong)?;
    let Some(document) = document else { return Ok(Value::Nil) };
    let value = document.decode().map_err(wrong)?;
    match bad_key(&value, 0)? {
        Some(message) => Err(offending(&message)),
        None => Ok(value),
    }
}

/// helmfile's complaint about a map whose keys are not all strings, at any depth.
fn bad_key(value: &Value, depth: usize) -> Result<Option<String>, FunctionError> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value {
        Value::List(list) => {
            for item in list {
                if let Some(message) = bad_key(item, depth + 1)? {
                    return Ok(Some(message));
                }
            }
        }
        Value::Map(map) => {
            for (_, value) in map.entries() {
                if let Some(message) = bad_key(&value, depth + 1)? {
                    return Ok(Some(message));
                }
            }
        }
        Value::AnyMap(map) => {
            let entries = map.entries();
            let key = entries.iter().map(|(key, _)| key).find(|key| key.string_bytes().is_none());
            if let Some(key) = key {
                let shown = |value: &Value| match display(value) {
                    Ok(text) => String::from_utf8_lossy(&text).into_owned(),
                    Err(_) => "map[…]".to_owned(),
                };
                return Ok(Some(format!(
                    "unexpected type of key in map: expected string, got {}: value={}, map={}",
                    key.type_name(),
                    shown(key),
                    shown(value)
                )));
            }
        }
        _ => {}
    }
    Ok(None)
}

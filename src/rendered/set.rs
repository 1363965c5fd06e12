//! What `set`, `setString` and `env` of a release become for helm (`pkg/state/state.go: setFlags, setStringFlags,
//! namespaceAndValuesFlags`).

use camino::Utf8PathBuf;

use super::producer::Producer;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::filepath::clean;
use crate::state::{SetEntry, SetKind};
use crate::vals::has_reference;
use crate::value::{List, Map, Value, json, print};

/// An option that sets values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetFlag {
    /// `--set`, `--set-string` or `--set-file`.
    pub(super) flag: &'static str,
    /// Its argument, in helm's grammar.
    pub(super) argument: String,
    /// The file whose content helm takes, absolute, and the key it sets.
    pub(super) file: Option<(String, Utf8PathBuf)>,
}

/// The options of a release in the order in which helmfile gives them.
///
/// # Errors
///
/// Where a variable of `env` is not set, a value has a reference that vals would resolve, and where a file has a name that
/// helm would not take for one.
pub(super) fn flags(producer: &Producer<'_>) -> Result<Vec<SetFlag>, Diagnostic> {
    let mut flags = Vec::new();
    let mut variables: Vec<String> = Vec::new();
    for entry in &producer.release.set {
        match entry.kind {
            SetKind::Set => flags.extend(set_flag(producer, entry, "--set")?),
            SetKind::SetString => flags.extend(set_flag(producer, entry, "--set-string")?),
            SetKind::Env => variables.push(variable(producer, entry)?),
        }
    }
    if !variables.is_empty() {
        flags.push(SetFlag { flag: "--set", argument: variables.join(","), file: None });
    }
    Ok(flags)
}

fn set_flag(
    producer: &Producer<'_>,
    entry: &SetEntry,
    flag: &'static str,
) -> Result<Option<SetFlag>, Diagnostic> {
    let Value::Map(item) = &entry.item else { return Ok(None) };
    let name = escape(&entry.name);
    let argument = if let Some(value) = text(item, "value") {
        format!("{name}={}", escape(&resolved(producer, entry, &value)?))
    } else if let Some(path) = text(item, "file").filter(|_| entry.kind == SetKind::Set) {
        return set_file(producer, entry, &path).map(Some);
    } else if let Some(Value::List(values)) = item.get("values") {
        format!("{name}={{{}}}", items(producer, entry, &values)?.join(","))
    } else {
        return Ok(None);
    };
    Ok(Some(SetFlag { flag, argument, file: None }))
}

fn set_file(producer: &Producer<'_>, entry: &SetEntry, path: &str) -> Result<SetFlag, Diagnostic> {
    let visit = producer.visit;
    let file = visit.joined(path);
    let odd = path.contains([',', '{', '}', '\\']) || path.contains("://") || !file.as_str().starts_with('/');
    if odd {
        let message = format!(
            "`set` of `{}` has the file `{path}`, whose name helm reads as something else",
            entry.name
        );
        return Err(producer.problem(&message).hint("give the file another name"));
    }
    let shown = if path.starts_with('/') || visit.directory != visit.working_directory {
        file.to_string()
    } else {
        clean(path).into_string()
    };
    Ok(SetFlag {
        flag: "--set-file",
        argument: format!("{}={shown}", escape(&entry.name)),
        file: Some((entry.name.clone(), file)),
    })
}

/// The items of a list: strings as they are, anything else as JSON.
fn items(producer: &Producer<'_>, entry: &SetEntry, values: &List) -> Result<Vec<String>, Diagnostic> {
    let item = |value: &Value| {
        if let Value::Str(text) = value {
            return Ok(escape(&resolved(producer, entry, text)?));
        }
        json::encode(value, json::Style::Compact).map(|text| escape(&text)).map_err(|error| {
            let message = format!("a value of `set` of `{}` cannot be written: {error}", entry.name);
            producer.problem(&message)
        })
    };
    values.iter().map(item).collect()
}

fn variable(producer: &Producer<'_>, entry: &SetEntry) -> Result<String, Diagnostic> {
    let Value::Map(item) = &entry.item else { return Ok(String::new()) };
    let variable = text(item, "value").unwrap_or_default();
    match producer.request.variables.get(&variable) {
        Some(value) => Ok(format!("{}={}", escape(&entry.name), escape(value))),
        None => Err(producer
            .problem(&format!("`env` of `{}` takes the variable `{variable}`, which is not set", entry.name))
            .hint("set it; helmfile needs it too")),
    }
}

/// A text with its references resolved, as helmfile prints it (`pkg/state/state.go: renderValsSecrets`).
fn resolved(producer: &Producer<'_>, entry: &SetEntry, text: &str) -> Result<String, Diagnostic> {
    if !has_reference(text.as_bytes()) {
        return Ok(text.to_owned());
    }
    let what = format!("`set` of `{}`", entry.name);
    let value = producer
        .resolve(false, |resolver| resolver.in_text(text.as_bytes()))
        .0
        .map_err(|unresolved| producer.unresolved(&what, unresolved))?;
    let printed = print::display(&value).map_err(|error| {
        let message = format!("{what} has a reference, whose value is not printed: {error}");
        producer.refused(error.refusal(), &message).hint("have it name a text")
    })?;
    String::from_utf8(printed).map_err(|_| {
        let message = format!("{what} has a reference, whose value is not UTF-8");
        producer.refused(Refusal::NotUtf8, &message).hint("have it name a text")
    })
}

fn text(item: &Map, key: &str) -> Option<String> {
    item.get(key).and_then(|value| value.as_str().map(str::to_owned))
}

/// helmfile's `escape`.
fn escape(text: &str) -> String {
    text.replace('{', "\\{").replace('}', "\\}").replace(',', "\\,")
}

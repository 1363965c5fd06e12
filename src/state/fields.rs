//! Templates in the fields of a release (`pkg/state/release.go: ExecuteTemplateExpressions`).

use std::collections::BTreeMap;

use super::data::{Moment, ReleaseView, StateView, release_data};
use super::decode::boolean;
use super::layer::{Item, Layer, Pointer};
use super::merge::cast_value;
use super::reader::Reader;
use super::spec::{ReleaseSpec, SetValue};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::template::effects::Effects;
use crate::text::Place;
use crate::value::Value;
use crate::yaml;
use camino::Utf8Path;

/// How often the fields are rendered until they must have settled.
const ROUNDS: usize = 6;

impl Reader<'_> {
    /// Renders the fields of the release at a place until nothing changes: a field may refer to the result of another.
    ///
    /// # Errors
    ///
    /// Where a template fails, the fields never settle, or a boolean one gives no boolean.
    pub(super) fn render_fields(
        &self,
        release: ReleaseSpec,
        state: StateView<'_>,
        directory: &Utf8Path,
        (place, effects): (&Place, &mut Effects),
    ) -> Result<ReleaseSpec, Diagnostic> {
        let release = normalised(release)?;
        let mut previous: Option<ReleaseSpec> = None;
        for _ in 0..ROUNDS {
            let seen = previous.as_ref().unwrap_or(&release);
            let data = release_data(state, view(seen), Moment::Fields, &self.request.watch);
            let effects = &mut *effects;
            let mut field =
                Field { reader: self, directory, data: &data, place, effects, has_templates: false };
            let rendered = field.release(&release)?;
            // Without a template the next round would give the same, and only what is never the same as itself shows then.
            let before = if field.has_templates { previous.as_ref() } else { Some(&rendered) };
            if before.is_some_and(|before| same(before, &rendered)) {
                return settle(rendered);
            }
            previous = Some(rendered);
        }
        Err(Diagnostic::error(format!(
            "the fields of release `{}` refer to each other without an end, or their templates give something else each time",
            release.name
        )))
    }
}

/// What templates see of a release.
fn view(release: &ReleaseSpec) -> ReleaseView<'_> {
    ReleaseView {
        name: &release.name,
        namespace: &release.namespace,
        labels: &release.labels,
        chart: &release.chart,
        kube_context: &release.kube_context,
        version: &release.version,
    }
}

/// Whether arguments of a post-renderer are those of `helmsum annotate`, and of no other program after it.
fn is_for_helmsum_alone(arguments: &[String]) -> bool {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    has("annotate") && !has("--")
}

/// One round for one release.
struct Field<'a> {
    reader: &'a Reader<'a>,
    directory: &'a Utf8Path,
    data: &'a Value,
    place: &'a Place,
    effects: &'a mut Effects,
    /// Whether something was rendered.
    has_templates: bool,
}

impl Field<'_> {
    fn text(&mut self, name: &str, text: &str) -> Result<String, Diagnostic> {
        self.rendered(text).map_err(|error| error.context(format!("`{name}: {text}`")))
    }

    fn rendered(&mut self, text: &str) -> Result<String, Diagnostic> {
        if self.reader.is_plain(self.directory, text)? {
            return Ok(text.to_owned());
        }
        self.has_templates = true;
        self.reader.render_text(self.directory, text, self.data, (self.place, self.effects))
    }

    fn trimmed(&mut self, name: &str, text: &str) -> Result<String, Diagnostic> {
        Ok(self.text(name, text)?.trim().to_owned())
    }

    fn pointer(&mut self, name: &str, text: &Pointer<String>) -> Result<Pointer<String>, Diagnostic> {
        Ok(match text.get() {
            Some(text) => Pointer::to(self.text(name, &text)?),
            None => Pointer::default(),
        })
    }

    fn release(&mut self, release: &ReleaseSpec) -> Result<ReleaseSpec, Diagnostic> {
        let mut result = release.clone();
        result.name = self.trimmed("name", &release.name)?;
        result.chart = self.trimmed("chart", &release.chart)?;
        result.namespace = self.trimmed("namespace", &release.namespace)?;
        result.version = self.trimmed("version", &release.version)?;
        result.wait_template = self.pointer("waitTemplate", &release.wait_template)?;
        result.installed_template = self.pointer("installedTemplate", &release.installed_template)?;
        if let Some(template) = release.condition_template.get() {
            let rendered =
                self.text("conditionTemplate", &template).map_err(|error| template.blame(error))?;
            result.condition_template = Pointer::to(template.with(rendered));
        }
        result.verify_template = self.pointer("verifyTemplate", &release.verify_template)?;
        for (key, value) in &mut result.labels {
            *value = self.text(&format!("labels.{key}"), value)?;
        }
        let looked_at = self.effects.options.clone();
        for argument in &mut result.post_renderer_args {
            *argument = self.text("postRendererArgs", argument)?;
        }
        if is_for_helmsum_alone(&release.post_renderer_args) {
            // What it is told decides nothing of what is deployed.
            self.effects.options = looked_at;
        }
        for item in &mut result.values_template {
            if matches!(item.value, Value::Map(_) | Value::AnyMap(_)) {
                item.value = self.map(&item.value).map_err(|error| error.or_at_known(item.place.as_ref()))?;
            }
        }
        result.values = result.values_template.iter().cloned().chain(result.values).collect();
        self.items("values", &mut result.values)?;
        self.items("secrets", &mut result.secrets)?;
        for item in &mut result.set_template {
            self.set_value(item)?;
        }
        result.set = result.set_template.iter().cloned().chain(result.set).collect();
        for need in &mut result.needs {
            need.value = self.text("needs", need).map_err(|error| need.blame(error))?;
        }
        Ok(result)
    }

    /// A map of `valuesTemplate`: written as YAML, rendered, and read again.
    fn map(&mut self, map: &Value) -> Result<Value, Diagnostic> {
        let text = yaml::encode(map)
            .map_err(|error| Diagnostic::error(error.to_string()).context("`valuesTemplate`"))?;
        let rendered = self.rendered(&text).map_err(|error| error.context("a map in `valuesTemplate`"))?;
        let read = || {
            let node = yaml::parse_first(rendered.as_bytes(), &yaml::Limits::default())?;
            node.as_ref().map_or(Ok(None), yaml::Node::decode_map)
        };
        let map = read().map_err(|error: yaml::Error| {
            let message = format!("a map in `valuesTemplate` gives no YAML map: {error}");
            error.refusal().map_or_else(
                || Diagnostic::error(&message),
                |refusal| Diagnostic::refused(refusal, &message).hint("write it as an entry of `values`"),
            )
        })?;
        cast_value(&map.unwrap_or_default().into())
    }

    fn items(&mut self, name: &str, items: &mut [Item]) -> Result<(), Diagnostic> {
        for item in items {
            let value = match &item.value {
                Value::Str(text) => self.text(name, text).map(Value::from),
                Value::AnyMap(_) if name == "values" => cast_value(&item.value),
                _ => continue,
            };
            item.value = value.map_err(|error| error.or_at_known(item.place.as_ref()))?;
        }
        Ok(())
    }

    fn set_value(&mut self, item: &mut SetValue) -> Result<(), Diagnostic> {
        item.name = self.text("setTemplate.name", &item.name)?;
        item.value = self.text("setTemplate.value", &item.value)?;
        item.file = self.text("setTemplate.file", &item.file)?;
        for value in &mut item.values {
            if let Value::Str(text) = value {
                *value = Value::from(self.text("setTemplate.values", text)?);
            }
        }
        Ok(())
    }
}

/// A release with its free-form values as helmfile's copies of it have them, which go through YAML.
fn normalised(mut release: ReleaseSpec) -> Result<ReleaseSpec, Diagnostic> {
    release.detach();
    for item in release.values.iter_mut().chain(&mut release.secrets).chain(&mut release.values_template) {
        item.value = through_yaml(&item.value).map_err(|error| error.or_at_known(item.place.as_ref()))?;
    }
    for item in [&mut release.set, &mut release.set_string, &mut release.set_template, &mut release.env]
        .into_iter()
        .flatten()
    {
        for value in &mut item.values {
            *value = through_yaml(value)?;
        }
    }
    Ok(release)
}

/// A value as it comes back from being written as YAML: `1.0` becomes an integer, an `int64` an `int`.
///
/// # Errors
///
/// Where the value has no YAML form.
pub(super) fn through_yaml(value: &Value) -> Result<Value, Diagnostic> {
    match value {
        Value::Nil | Value::Bool(_) | Value::Int(_) => return Ok(value.clone()),
        Value::Str(text) if is_plain(text) => return Ok(value.clone()),
        _ => {}
    }
    let again = || {
        let text = yaml::encode(value)?;
        let node = yaml::parse_first(text.as_bytes(), &yaml::Limits::default())?;
        node.as_ref().map_or(Ok(Value::Nil), yaml::Node::decode)
    };
    again().map_err(|error: yaml::Error| {
        let refusal = error.refusal().unwrap_or(Refusal::UnsupportedYaml);
        Diagnostic::refused(refusal, format!("a value that does not survive YAML: {error}"))
            .hint("helmfile writes every value as YAML and reads it again: give it one that YAML has")
    })
}

/// Whether a string is one line without anything that YAML could get wrong.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether a round changed nothing, as `reflect.DeepEqual` sees it. Only what is rendered can change, but NaN is never the
/// same.
fn same(a: &ReleaseSpec, b: &ReleaseSpec) -> bool {
    // helmfile copies the maps in every round, so a NaN inside is compared although the maps are shared here.
    let items = |a: &[Item], b: &[Item]| {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| a.value.deep_equal(&b.value) && !holds_nan(&b.value))
    };
    let set = |a: &[SetValue], b: &[SetValue]| {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| {
                (&a.name, &a.value, &a.file) == (&b.name, &b.value, &b.file)
                    && a.values.len() == b.values.len()
                    && a.values.iter().zip(&b.values).all(|(a, b)| a.deep_equal(b) && !holds_nan(b))
            })
    };
    let templates = |release: &ReleaseSpec| {
        let templates = [&release.wait_template, &release.installed_template, &release.verify_template];
        (templates.map(Pointer::get), release.condition_template.get())
    };
    let texts = |release: &ReleaseSpec| {
        [&release.name, &release.chart, &release.namespace, &release.version].map(String::clone)
    };
    texts(a) == texts(b)
        && templates(a) == templates(b)
        && a.labels == b.labels
        && a.post_renderer_args == b.post_renderer_args
        && a.needs == b.needs
        && items(&a.values_template, &b.values_template)
        && items(&a.values, &b.values)
        && items(&a.secrets, &b.secrets)
        && set(&a.set_template, &b.set_template)
        && set(&a.set, &b.set)
        && set(&a.set_string, &b.set_string)
        && ![&b.json_patches, &b.strategic_merge_patches, &b.transformers]
            .into_iter()
            .flatten()
            .any(holds_nan)
}

/// Whether a value is NaN or has it inside, which `reflect.DeepEqual` never finds equal to a copy.
fn holds_nan(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_nan(),
        Value::List(list) => list.iter().any(holds_nan),
        Value::Map(map) => map.entries().iter().any(|(_, value)| holds_nan(value)),
        Value::AnyMap(map) => map.entries().iter().any(|(key, value)| holds_nan(key) || holds_nan(value)),
        _ => false,
    }
}

/// Stores what the boolean templates say (`updateBoolTemplatedValues`).
fn settle(mut release: ReleaseSpec) -> Result<ReleaseSpec, Diagnostic> {
    let read = |name: &str, text: Option<String>| {
        let Some(text) = text else { return Ok(None) };
        boolean(&text).map(Some).map_err(|error| {
            Diagnostic::error(format!("`{name}` gives `{text}`, which is not a boolean: {error}"))
        })
    };
    let taken = |template: &mut Pointer<String>| std::mem::take(template).get();
    if let Some(installed) = read("installedTemplate", taken(&mut release.installed_template))? {
        release.installed = Pointer::to(installed);
    }
    if let Some(template) = std::mem::take(&mut release.condition_template).get() {
        let condition =
            read("conditionTemplate", Some(template.value.clone())).map_err(|error| template.blame(error))?;
        release.condition = template.with(condition.unwrap_or_default().to_string());
    }
    if let Some(wait) = read("waitTemplate", taken(&mut release.wait_template))? {
        release.wait = Pointer::to(wait);
    }
    if let Some(verify) = read("verifyTemplate", taken(&mut release.verify_template))? {
        release.verify = Pointer::to(verify);
    }
    Ok(release)
}

/// Whether labels can be selected by: helmfile adds these to every release, over its own.
pub(super) fn implicit_labels(release: &ReleaseSpec) -> BTreeMap<String, String> {
    let mut labels = release.labels.clone();
    let chart = release.chart.rsplit('/').next().unwrap_or_default();
    for (key, value) in [("name", release.name.as_str()), ("namespace", &release.namespace), ("chart", chart)]
    {
        labels.insert(key.into(), value.into());
    }
    labels
}

//! The releases of a state file, ready for use (`pkg/state/state.go: ApplyOverrides, GetReleasesWithLabels,
//! markExcludedReleases, ConditionEnabled`).

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::data::StateView;
use super::fields::implicit_labels;
use super::helm::HelmOptions;
use super::inherit::Inheritance;
use super::layer::Item;
use super::located::Located;
use super::reader::Reader;
use super::resolved::{EntryContent, Hook, Release, SetEntry, SetKind, ValuesEntry};
use super::selectors::Selector;
use super::spec::{HookSpec, ReleaseSpec, SetValue, StateSpec};
use crate::diagnostic::Diagnostic;
use crate::template::effects::Effects;
use crate::text::Place;
use crate::value::{Map, Value};

impl Reader<'_> {
    /// The releases of a loaded state, with their templates, overrides, labels and conditions.
    ///
    /// # Errors
    ///
    /// Where helmfile refuses one of them, selected or not.
    pub(super) fn releases(
        &self,
        state: &StateSpec,
        view: StateView<'_>,
        file: &Utf8Path,
        directory: &Utf8Path,
        (selectors, effects): (&[Located<String>], &mut Effects),
    ) -> Result<Vec<Release>, Diagnostic> {
        let specs = self.specs(state, view, (file, directory), effects)?;
        let selectors = Selector::parse_all(selectors)?;
        let environment_context =
            state.environments.get(&view.environment.name).map(|spec| spec.kube_context.clone());
        let environment_context = environment_context.unwrap_or_default();
        let mut releases = Vec::with_capacity(specs.len());
        for mut spec in specs {
            let place = place_of(&spec, file);
            let declared_namespace = spec.namespace.clone();
            override_fields(&mut spec, view);
            let labels = implicit_labels(&spec);
            let enabled = condition_holds(&spec.condition, view.values).map_err(|error| {
                spec.condition.blame(error.context(format!("release `{}`", spec.name))).or_at(place.clone())
            })?;
            let matches = selectors.is_empty() || selectors.iter().any(|selector| selector.matches(&labels));
            let helm = HelmOptions::of(&spec, state, &environment_context, &self.request.options);
            let release = finished(spec, labels, enabled, enabled && matches, place);
            releases.push(Release { declared_namespace, helm, ..release });
        }
        check_duplicates(&releases)?;
        Ok(releases)
    }

    /// The releases after inheriting and rendering (`ExecuteTemplates`).
    fn specs(
        &self,
        state: &StateSpec,
        view: StateView<'_>,
        (file, directory): (&Utf8Path, &Utf8Path),
        effects: &mut Effects,
    ) -> Result<Vec<ReleaseSpec>, Diagnostic> {
        let mut inheritance = Inheritance::new(&state.templates, &state.default_inherit.0);
        let mut specs = Vec::with_capacity(state.releases.len());
        for release in &state.releases {
            let place = || place_of(release, file);
            let named =
                |error: Diagnostic| error.context(format!("release `{}`", release.name)).or_at(place());
            let mut release = inheritance.resolve(release).map_err(named)?;
            if release.kube_context.is_empty() {
                release.kube_context.clone_from(&state.helm_defaults.kube_context);
            }
            release.labels.extend(state.common_labels.clone());
            let release = self.render_fields(release, view, directory, (&place(), effects)).map_err(named)?;
            if release.chart.is_empty() {
                return Err(
                    Diagnostic::error(format!("release `{}` has no `chart`", release.name)).at(place())
                );
            }
            specs.push(release);
        }
        Ok(specs)
    }
}

fn place_of(release: &ReleaseSpec, file: &Utf8Path) -> Place {
    release.place.clone().unwrap_or_else(|| Place::file(file))
}

/// Context and namespace given for all releases, and needs as full IDs (`ApplyOverrides`, `reformat`).
fn override_fields(release: &mut ReleaseSpec, view: StateView<'_>) {
    if !view.kube_context.is_empty() {
        view.kube_context.clone_into(&mut release.kube_context);
    }
    if !view.namespace.is_empty() {
        view.namespace.clone_into(&mut release.namespace);
    }
    for need in &mut release.needs {
        need.value = full_id(need, &release.namespace, &release.kube_context);
    }
}

/// `[[context/]namespace/]name` with what is missing taken from the release that needs it.
fn full_id(need: &str, namespace: &str, kube_context: &str) -> String {
    let (rest, name) = need.rsplit_once('/').map_or((None, need), |(rest, name)| (Some(rest), name));
    let (kube_context, namespace) = match rest {
        None => (kube_context, namespace),
        Some(rest) => rest.rsplit_once('/').unwrap_or((kube_context, rest)),
    };
    let context = if kube_context.is_empty() { String::new() } else { format!("{kube_context}/") };
    let namespace =
        if kube_context.is_empty() && namespace.is_empty() { String::new() } else { format!("{namespace}/") };
    format!("{context}{namespace}{name}")
}

/// Whether a `condition` holds for these state values.
///
/// # Errors
///
/// Where it is neither a boolean nor a path that ends in `enabled`, or leads through something that is not a map.
fn condition_holds(condition: &str, values: &Map) -> Result<bool, Diagnostic> {
    match condition.to_lowercase().as_str() {
        "" | "true" => return Ok(true),
        "false" => return Ok(false),
        _ => {}
    }
    let Some(path) = condition.strip_suffix("enabled").filter(|path| path.is_empty() || path.ends_with('.'))
    else {
        return Err(Diagnostic::error(format!("`condition: {condition}` does not end in `.enabled`"))
            .hint("a condition is `true`, `false` or a path to a state value such as `redis.enabled`"));
    };
    let mut map = values.clone();
    let mut walked = String::new();
    for key in path.split_terminator('.') {
        walked = if walked.is_empty() { key.to_owned() } else { format!("{walked}.{key}") };
        map = match map.get(key) {
            None => {
                return Err(Diagnostic::error(format!(
                    "`condition: {condition}`: there is no state value `{walked}`"
                )));
            }
            Some(Value::Map(inner)) => inner,
            Some(other) => {
                let kind = other.type_name();
                return Err(Diagnostic::error(format!(
                    "`condition: {condition}`: the state value `{walked}` is a {kind} and not a map"
                )));
            }
        };
    }
    Ok(matches!(map.get("enabled"), Some(Value::Bool(true))))
}

/// No two selected releases have the same name, namespace and context.
fn check_duplicates(releases: &[Release]) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for release in releases.iter().filter(|release| release.selected) {
        let id = (&release.kube_context, &release.namespace, &release.name);
        if !seen.insert(id) {
            let error = Diagnostic::error(format!("there are two releases `{}`", release.id()))
                .hint("give one of them another name or namespace, or a condition that switches it off");
            return Err(match &release.place {
                Some(place) => error.or_at(place.clone()),
                None => error,
            });
        }
    }
    Ok(())
}

fn finished(
    spec: ReleaseSpec,
    labels: BTreeMap<String, String>,
    enabled: bool,
    selected: bool,
    place: Place,
) -> Release {
    let lists = [(SetKind::Set, spec.set), (SetKind::SetString, spec.set_string), (SetKind::Env, spec.env)];
    let set =
        lists.into_iter().flat_map(|(kind, list)| list.into_iter().map(move |item| set_entry(kind, item)));
    let set = set.collect();
    Release {
        name: spec.name,
        declared_namespace: spec.namespace.clone(),
        namespace: spec.namespace,
        kube_context: spec.kube_context,
        chart: spec.chart,
        version: spec.version,
        labels,
        installed: spec.installed.get(),
        condition: spec.condition.value,
        enabled,
        selected,
        needs: spec.needs,
        values: spec.values.into_iter().map(values_entry).collect(),
        secrets: spec.secrets.into_iter().map(values_entry).collect(),
        set,
        helm: HelmOptions::default(),
        missing_file_handler: spec.missing_file_handler.get(),
        values_path_prefix: spec.values_path_prefix,
        hooks: spec.hooks.into_iter().map(hook).collect(),
        place: Some(place),
    }
}

fn values_entry(item: Item) -> ValuesEntry {
    let content = match item.value {
        Value::Str(path) => EntryContent::Path(path.to_string()),
        map @ (Value::Map(_) | Value::AnyMap(_)) => EntryContent::Inline(map),
        other => EntryContent::Invalid(other),
    };
    ValuesEntry { content, inherited: item.inherited, place: item.place }
}

fn set_entry(kind: SetKind, item: SetValue) -> SetEntry {
    let fields = Map::new();
    for (key, text) in [("name", &item.name), ("value", &item.value), ("file", &item.file)] {
        if !text.is_empty() {
            fields.insert(key, text.as_str());
        }
    }
    if !item.values.is_empty() {
        fields.insert("values", item.values);
    }
    SetEntry { name: item.name, item: fields.into(), kind }
}

/// A hook as the rest of helmsum sees it.
pub(super) fn hook(spec: HookSpec) -> Hook {
    Hook {
        name: spec.name,
        events: spec.events,
        command: spec.command.value,
        args: spec.args,
        show_logs: spec.showlogs,
        place: spec.command.place.or(spec.place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_take_what_they_leave_out_from_the_release() {
        for (need, namespace, context, expected) in [
            ("a", "", "", "a"),
            ("a", "ns", "", "ns/a"),
            ("a", "ns", "ctx", "ctx/ns/a"),
            ("a", "", "ctx", "ctx//a"),
            ("x/a", "ns", "", "x/a"),
            ("x/a", "ns", "ctx", "ctx/x/a"),
            ("k/x/a", "ns", "ctx", "k/x/a"),
            ("arn:aws:eks/k/x/a", "ns", "ctx", "arn:aws:eks/k/x/a"),
            ("/a", "ns", "", "a"),
        ] {
            assert_eq!(full_id(need, namespace, context), expected, "{need} in {context}/{namespace}");
        }
    }

    #[test]
    fn conditions_are_booleans_or_paths_to_enabled() {
        let on: Map = [("enabled", Value::Bool(true))].into_iter().collect();
        let values: Map = [
            ("on", Value::from(on)),
            ("enabled", Value::Bool(true)),
            ("text", Value::from("x")),
            ("empty", Map::new().into()),
        ]
        .into_iter()
        .collect();
        for (condition, expected) in [
            ("", Some(true)),
            ("TRUE", Some(true)),
            ("False", Some(false)),
            ("on.enabled", Some(true)),
            ("enabled", Some(true)),
            ("empty.enabled", Some(false)),
            ("on", None),
            ("notenabled", None),
            ("on.x.enabled", None),
            ("absent.enabled", None),
            ("text.enabled", None),
        ] {
            assert_eq!(condition_holds(condition, &values).ok(), expected, "{condition}");
        }
    }
}

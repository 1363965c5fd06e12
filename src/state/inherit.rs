//! What releases take from templates, and sub-helmfiles from their parents
//! (`pkg/state/state_exec_tmpl.go: releaseWithInheritedTemplate`, `pkg/state/inherited.go`).

use std::collections::BTreeMap;

use super::layer::{Layer, Merging};
use super::located::Located;
use super::resolved::EnvironmentObject;
use super::spec::{HelmDefaults, Inherit, ReleaseSpec, Repository, StateSpec};
use crate::diagnostic::{Diagnostic, Refusal};

/// How many templates one release may go through: templates that inherit others twice double with each level.
const MAX_TEMPLATES: usize = 10_000;

/// Resolves what releases inherit.
pub(super) struct Inheritance<'s> {
    templates: &'s BTreeMap<String, ReleaseSpec>,
    defaults: &'s [String],
    merged: usize,
}

impl<'s> Inheritance<'s> {
    /// The templates and `defaultInherit` of a state.
    pub(super) const fn new(templates: &'s BTreeMap<String, ReleaseSpec>, defaults: &'s [String]) -> Self {
        Self { templates, defaults, merged: 0 }
    }

    /// A release with everything it inherits under it.
    ///
    /// # Errors
    ///
    /// For a template that does not exist or leads back to itself, and an `except` that cannot be left out.
    pub(super) fn resolve(&mut self, release: &ReleaseSpec) -> Result<ReleaseSpec, Diagnostic> {
        self.merged = 0;
        let mut release = release.clone();
        release.inherit.0 = self.with_defaults(&release.inherit.0);
        self.merge(&release, &mut Vec::new())
    }

    /// The templates of `defaultInherit`, unless the release names them itself, then its own.
    fn with_defaults(&self, own: &[Inherit]) -> Vec<Inherit> {
        if self.defaults.is_empty() {
            return own.to_vec();
        }
        let own: Vec<Inherit> =
            own.iter().filter(|inherit| !inherit.template.trim().is_empty()).cloned().collect();
        let mut all: Vec<Inherit> = Vec::new();
        for name in self.defaults {
            let named = |inherit: &Inherit| inherit.template.trim() == name;
            if !own.iter().any(named) && !all.iter().any(named) {
                all.push(Inherit { template: name.clone(), except: Vec::new() });
            }
        }
        all.extend(own);
        all
    }

    fn merge(&mut self, release: &ReleaseSpec, path: &mut Vec<String>) -> Result<ReleaseSpec, Diagnostic> {
        let mut merged = ReleaseSpec::default();
        for inherit in &release.inherit.0 {
            let name = &inherit.template;
            if name.is_empty() {
                return Ok(release.clone());
            }
            if path.contains(name) {
                return Err(Diagnostic::error(format!(
                    "release templates inherit in a cycle: {} -> {name}",
                    path.join(" -> ")
                )));
            }
            let Some(template) = self.templates.get(name) else {
                return Err(Diagnostic::error(format!(
                    "`inherit` names the template `{name}`, which does not exist"
                ))
                .hint(self.known_templates()));
            };
            self.merged += 1;
            if self.merged > MAX_TEMPLATES {
                return Err(Diagnostic::refused(
                    Refusal::Limit,
                    format!("more than {MAX_TEMPLATES} templates are inherited by one release"),
                )
                .hint("let templates inherit fewer others: one that is inherited twice counts twice"));
            }
            path.push(name.clone());
            let mut source = self.merge(template, path)?;
            path.pop();
            for field in &inherit.except {
                leave_out(&mut source, field)?;
            }
            for item in source.values.iter_mut().chain(&mut source.secrets).chain(&mut source.values_template)
            {
                item.inherited = true;
            }
            merged.lay(&source, Merging::Join)?;
        }
        merged.lay(release, Merging::Join)?;
        merged.inherit.0.clear();
        merged.place.clone_from(&release.place);
        Ok(merged)
    }

    fn known_templates(&self) -> String {
        if self.templates.is_empty() {
            return "the state has no `templates`".into();
        }
        let names: Vec<String> = self.templates.keys().map(|name| format!("`{name}`")).collect();
        format!("the state has the templates {}", names.join(", "))
    }
}

fn leave_out(release: &mut ReleaseSpec, field: &str) -> Result<(), Diagnostic> {
    match field {
        "labels" => release.labels.clear(),
        "values" => release.values.clear(),
        "valuesTemplate" => release.values_template.clear(),
        "setTemplate" => release.set_template.clear(),
        "set" => release.set.clear(),
        "setString" => release.set_string.clear(),
        "secrets" => release.secrets.clear(),
        _ => {
            return Err(Diagnostic::error(format!("`{field}` cannot be left out of a template with `except`")).hint(
                "`except` takes `labels`, `values`, `valuesTemplate`, `set`, `setTemplate`, `setString` and `secrets`",
            ));
        }
    }
    Ok(())
}

/// What a sub-helmfile takes over from its parent: a copy, so that neither changes the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    /// The environment that the sub-helmfile starts from.
    pub(super) environment: Option<EnvironmentObject>,
    repositories: Option<Vec<Repository>>,
    helm_defaults: Option<HelmDefaults>,
    common_labels: Option<BTreeMap<String, String>>,
    templates: Option<BTreeMap<String, ReleaseSpec>>,
}

impl Inherited {
    /// What `wanted`, out of [`INHERITABLE`](super::forms::INHERITABLE), takes from `parent`. API and Kubernetes versions
    /// are left out: nothing that helmsum reads depends on them.
    pub(super) fn take(parent: &StateSpec, wanted: &[Located<String>]) -> Self {
        let wants = |name: &str| wanted.iter().any(|word| word.value == name);
        let mut inherited = Self {
            environment: parent
                .environment
                .as_ref()
                .filter(|_| wants("environments"))
                .map(EnvironmentObject::deep_copy),
            repositories: wants("repositories").then(|| parent.repositories.clone()),
            helm_defaults: wants("helmDefaults").then(|| parent.helm_defaults.clone()),
            common_labels: wants("commonLabels").then(|| parent.common_labels.clone()),
            templates: wants("templates").then(|| parent.templates.clone()),
        };
        inherited.detach();
        inherited
    }

    /// A copy for one file, which shares nothing with those for others.
    pub(super) fn copy(&self) -> Self {
        let mut copy = self.clone();
        copy.environment = self.environment.as_ref().map(EnvironmentObject::deep_copy);
        copy.detach();
        copy
    }

    fn detach(&mut self) {
        if let Some(defaults) = &mut self.helm_defaults {
            defaults.detach();
        }
        for template in self.templates.iter_mut().flat_map(BTreeMap::values_mut) {
            template.detach();
        }
    }

    /// Fills the gaps of a sub-helmfile that has been loaded (`MergeInherited`).
    ///
    /// # Errors
    ///
    /// None in practice: nothing that can fail to merge is inherited this way.
    pub(super) fn fill(self, child: &mut StateSpec) -> Result<(), Diagnostic> {
        if let Some(parents) = self.repositories {
            let all: Vec<Repository> =
                parents.into_iter().chain(std::mem::take(&mut child.repositories)).collect();
            let last = |name: &str| all.iter().rposition(|repository| repository.name == name);
            child.repositories = all
                .iter()
                .enumerate()
                .filter(|(at, repository)| last(&repository.name) == Some(*at))
                .map(|(_, repository)| repository.clone())
                .collect();
        }
        if let Some(defaults) = self.helm_defaults {
            child.helm_defaults.lay(&defaults, Merging::Fill)?;
        }
        for (key, value) in self.common_labels.into_iter().flatten() {
            child.common_labels.entry(key).or_insert(value);
        }
        for (name, template) in self.templates.into_iter().flatten() {
            child.templates.entry(name).or_insert(template);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::layer::{Item, Pointer};
    use crate::value::Value;

    fn release(name: &str, inherit: &[&str], values: &[&str]) -> ReleaseSpec {
        let mut release = ReleaseSpec { name: name.into(), ..ReleaseSpec::default() };
        let item = |text: &&str| Item { value: Value::from(*text), ..Item::default() };
        release.values = values.iter().map(item).collect();
        release.inherit.0 = inherit
            .iter()
            .map(|&template| Inherit { template: template.into(), except: Vec::new() })
            .collect();
        release
    }

    fn values(release: &ReleaseSpec) -> Vec<(String, bool)> {
        release.values.iter().map(|item| (item.value.as_str().unwrap().to_owned(), item.inherited)).collect()
    }

    #[test]
    fn values_of_templates_come_first_and_are_marked() {
        let templates = BTreeMap::from([
            ("base".to_owned(), release("", &[], &["base.yaml"])),
            ("web".to_owned(), release("", &["base"], &["web.yaml"])),
        ]);
        let resolved =
            Inheritance::new(&templates, &[]).resolve(&release("a", &["web"], &["a.yaml"])).unwrap();
        let expected = [("base.yaml", true), ("web.yaml", true), ("a.yaml", false)];
        assert_eq!(values(&resolved), expected.map(|(name, inherited)| (name.to_owned(), inherited)));
        assert_eq!(resolved.name, "a");
    }

    #[test]
    fn circles_and_unknown_templates_are_refused() {
        let templates = BTreeMap::from([
            ("a".to_owned(), release("", &["b"], &[])),
            ("b".to_owned(), release("", &["a"], &[])),
        ]);
        let mut inheritance = Inheritance::new(&templates, &[]);
        let error = inheritance.resolve(&release("r", &["a"], &[])).unwrap_err();
        assert_eq!(error.to_string(), "release templates inherit in a cycle: a -> b -> a");
        assert!(inheritance.resolve(&release("r", &["c"], &[])).is_err());
    }

    #[test]
    fn default_templates_come_first_and_only_once() {
        let templates = BTreeMap::from([
            ("one".to_owned(), release("", &[], &["one"])),
            ("two".to_owned(), release("", &[], &["two"])),
        ]);
        let defaults = ["one".to_owned(), "two".to_owned()];
        let resolved = Inheritance::new(&templates, &defaults).resolve(&release("r", &["one"], &[])).unwrap();
        assert_eq!(values(&resolved), [("two".to_owned(), true), ("one".to_owned(), true)]);
    }

    #[test]
    fn a_release_switches_its_template_on_for_all_that_follow() {
        let mut template = release("", &[], &[]);
        template.installed = Pointer::to(false);
        let templates = BTreeMap::from([("t".to_owned(), template)]);
        let mut inheritance = Inheritance::new(&templates, &[]);
        let mut first = release("first", &["t"], &[]);
        first.installed = Pointer::to(true);
        let second = release("second", &["t"], &[]);
        assert_eq!(inheritance.resolve(&second).unwrap().installed.get(), Some(false));
        assert_eq!(inheritance.resolve(&first).unwrap().installed.get(), Some(true));
        assert_eq!(inheritance.resolve(&second).unwrap().installed.get(), Some(true));
    }

    #[test]
    fn a_sub_helmfile_fills_its_gaps_without_touching_its_parent() {
        let mut parent = StateSpec::default();
        parent.helm_defaults.kube_context = "parents".into();
        parent.helm_defaults.create_namespace = Pointer::to(false);
        parent.common_labels.insert("k".into(), "parent".into());
        let mut child = StateSpec::default();
        child.common_labels.insert("k".into(), "child".into());
        let wanted = ["helmDefaults", "commonLabels"].map(|name| Located::nowhere(name.to_owned()));
        Inherited::take(&parent, &wanted).fill(&mut child).unwrap();
        assert_eq!(child.helm_defaults.kube_context, "parents");
        assert_eq!(child.common_labels["k"], "child");
        child.helm_defaults.create_namespace.lay(&Pointer::to(true), Merging::Join).unwrap();
        assert_eq!(parent.helm_defaults.create_namespace.get(), Some(false));
    }
}

//! Environments while a state is read (`pkg/environment/environment.go`).

use super::merge::{Lists, cast_keys, merge_maps};
use super::resolved::EnvironmentObject;
use crate::diagnostic::Diagnostic;
use crate::value::{Element, Map};

impl EnvironmentObject {
    /// An environment without values, as helmfile makes them where it needs one.
    pub(super) fn new(name: &str) -> Self {
        Self { values: Map::new(), defaults: Map::new(), overrides: Map::new(), ..Self::bare(name) }
    }

    /// An environment whose maps are nil: what a template sees before anything was read. They encode as `null`.
    pub(super) fn bare(name: &str) -> Self {
        let nil = || Map::nil(Element::Any);
        Self {
            name: name.into(),
            kube_context: String::new(),
            values: nil(),
            defaults: nil(),
            overrides: nil(),
        }
    }

    /// A copy that shares nothing.
    pub(super) fn deep_copy(&self) -> Self {
        Self {
            name: self.name.clone(),
            kube_context: self.kube_context.clone(),
            values: self.values.deep_copy(),
            defaults: self.defaults.deep_copy(),
            overrides: self.overrides.deep_copy(),
        }
    }

    /// A copy with `other` laid over it.
    pub(super) fn merge(&self, other: Option<&Self>) -> Self {
        let mut merged = self.deep_copy();
        if let Some(other) = other {
            if !other.name.is_empty() {
                merged.name.clone_from(&other.name);
            }
            if !other.kube_context.is_empty() {
                merged.kube_context.clone_from(&other.kube_context);
            }
            merged.values = merge_maps(&merged.values, &other.values, Lists::Sparse);
            merged.defaults = merge_maps(&merged.defaults, &other.defaults, Lists::Sparse);
            merged.overrides = merge_maps(&merged.overrides, &other.overrides, Lists::ByIndex);
        }
        merged
    }

    /// As [`Self::merge`], where either may be missing.
    pub(super) fn merge_optional(lower: Option<&Self>, upper: Option<&Self>) -> Option<Self> {
        match (lower, upper) {
            (Some(lower), upper) => Some(lower.merge(upper)),
            (None, upper) => upper.map(Self::deep_copy),
        }
    }

    /// What templates see as `.Values`: defaults, values and overrides on top of each other.
    ///
    /// # Errors
    ///
    /// For a key that is not a string.
    pub(super) fn merged_values(&self) -> Result<Map, Diagnostic> {
        let values = merge_maps(&Map::new(), &self.defaults, Lists::Sparse);
        let values = merge_maps(&values, &self.values, Lists::Sparse);
        cast_keys(&merge_maps(&values, &self.overrides, Lists::ByIndex))
    }

    /// The same environment with the overrides folded into its values, as templates of state files and environment values
    /// see it (`NewEnvironmentTemplateData`).
    pub(super) fn folded(&self) -> Self {
        Self { values: merge_maps(&self.values, &self.overrides, Lists::ByIndex), ..self.clone() }
    }

    /// A new environment, as loaded by a part, on top of what was there before it (`loadEnvValues`). The earlier name and
    /// kube context stay.
    pub(super) fn under(self, context: &Self) -> Self {
        let or = |own: String, earlier: &String| if earlier.is_empty() { own } else { earlier.clone() };
        Self {
            name: or(self.name, &context.name),
            kube_context: or(self.kube_context, &context.kube_context),
            values: merge_maps(&context.values, &self.values, Lists::Sparse),
            defaults: merge_maps(&context.defaults, &self.defaults, Lists::Sparse),
            overrides: merge_maps(&self.overrides, &context.overrides, Lists::ByIndex),
        }
    }
}

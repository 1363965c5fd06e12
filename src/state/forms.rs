//! Fields of a state that may be written in more than one way.

use super::decode::{Decode, Decoding};
use super::layer::{Layer, Merging};
use super::located::Located;
use super::spec::{HelmfileMap, Inherit};
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::value::{Element, Map, Value};
use crate::yaml::{Kind, Node};

/// Implements [`Layer`] for a wrapper by its only field.
macro_rules! wrapped_layer {
    ($($name:ident)+) => {
        $(impl Layer for $name {
            fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
                self.0.lay(&later.0, how)
            }

            fn is_empty(&self) -> bool {
                Layer::is_empty(&self.0)
            }
        })+
    };
}

wrapped_layer! { Inherits DefaultInherits RenderedValues }

/// `inherit:`, a list or, as it once was, a single map.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherits(pub(super) Vec<Inherit>);

impl Decode for Inherits {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        if node.kind() == Kind::Mapping {
            let mut single = Inherit::default();
            let good = single.decode(node, decoding);
            self.0 = vec![single];
            return good;
        }
        self.0.decode(node, decoding)
    }
}

/// `defaultInherit:`, a name or a list of names.
#[derive(Clone, Debug, Default)]
pub(super) struct DefaultInherits(pub(super) Vec<String>);

impl Decode for DefaultInherits {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let mut names = Vec::new();
        let good = if node.kind() == Kind::Sequence {
            names.decode(node, decoding)
        } else {
            let mut name = String::new();
            let good = name.decode(node, decoding);
            names.push(name);
            good
        };
        self.0 = names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        good
    }
}

/// State values: nil until they are computed, unless a file has the undocumented key.
#[derive(Clone, Debug)]
pub(super) struct RenderedValues(pub(super) Map);

impl Default for RenderedValues {
    fn default() -> Self {
        Self(Map::nil(Element::Any))
    }
}

impl Decode for RenderedValues {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        self.0.decode(node, decoding)
    }
}

/// A list of strings where an empty one means something else than none.
#[derive(Clone, Debug, Default)]
pub(super) struct NullableList(pub(super) Option<Vec<Located<String>>>);

impl Layer for NullableList {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        self.0.get_or_insert_default().lay(later.0.as_ref().unwrap_or(&Vec::new()), how)
    }

    fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(Vec::is_empty)
    }
}

impl Decode for NullableList {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let mut list = Vec::new();
        let good = list.decode(node, decoding);
        self.0 = (!node.is_null()).then_some(list);
        good
    }
}

/// What a sub-helmfile may inherit from its parent.
pub(super) const INHERITABLE: [&str; 7] = [
    "repositories",
    "helmDefaults",
    "commonLabels",
    "apiVersions",
    "kubeVersion",
    "templates",
    "environments",
];

/// An entry of `helmfiles:`, a path or a map.
#[derive(Clone, Debug, Default)]
pub(super) struct HelmfileEntry {
    /// The path or pattern; after expansion an absolute path.
    pub(super) path: String,
    /// Selectors instead of the parent's. An empty list selects everything.
    pub(super) selectors: Option<Vec<Located<String>>>,
    /// Whether the parent's selectors apply.
    pub(super) selectors_inherited: bool,
    /// What is taken over from the parent, out of [`INHERITABLE`].
    pub(super) inherits: Vec<Located<String>>,
    /// Values laid over those of the sub-helmfile.
    pub(super) values: Vec<Located<Value>>,
    /// Where it is written.
    pub(super) place: Option<Place>,
}

impl HelmfileEntry {
    /// What `SubHelmfileSpec.UnmarshalYAML` checks.
    fn check(&self) -> Option<String> {
        if self.path.is_empty() && self.selectors.is_some() {
            return Some("an entry of `helmfiles` has `selectors`, but no `path`".into());
        }
        if self.selectors_inherited && self.selectors.as_ref().is_some_and(|selectors| !selectors.is_empty())
        {
            return Some(format!("`{}` has both `selectors` and `selectorsInherited: true`", self.path));
        }
        if self.path.is_empty() && !self.inherits.is_empty() {
            return Some("an entry of `helmfiles` has `inherits`, but no `path`".into());
        }
        let unknown = self.inherits.iter().find(|word| !INHERITABLE.contains(&word.as_str()))?;
        Some(format!(
            "`{}` cannot be inherited by `{}`: it is none of {}",
            unknown.value,
            self.path,
            INHERITABLE.join(", ")
        ))
    }
}

impl Decode for HelmfileEntry {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let mut good = true;
        if node.kind() == Kind::Mapping {
            let mut map = HelmfileMap::default();
            good = map.decode(node, decoding);
            self.path = map.path;
            self.selectors = map.selectors.0;
            self.selectors_inherited = map.selectors_inherited;
            self.inherits = map.inherits;
            self.values = map.values;
        } else if let Ok(Value::Str(path)) = node.decode() {
            // Only a string: anything else, such as a number, is not a path to helmfile and leaves it empty.
            self.path = path.to_string();
        }
        self.place = Some(decoding.place(node));
        match self.check() {
            Some(message) if good => {
                decoding.refuse(node, message);
                false
            }
            _ => good,
        }
    }
}

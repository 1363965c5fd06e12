//! The entries of `environments:`. A state file that lists many is read once for each of them, so what every reading has in common is
//! made once: which entries there are, that they fit, and where they look for values. Decoded is the one that is read.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::decode::{Decode, Decoding, Source, decoded};
use super::layer::{Layer, Merging};
use super::location::Base;
use super::patterns;
use super::resolved::ValuesPattern;
use super::spec::EnvironmentSpec;
use crate::diagnostic::Diagnostic;
use crate::yaml::Node;

/// Entries of `environments:` by their names. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct EnvironmentSpecs {
    /// The layers of each as they are written, earlier ones first. Each was decoded once without a mistake.
    layers: Rc<BTreeMap<Rc<str>, Vec<Rc<Written>>>>,
    /// The one whose environment is read, with what it says. Its values are not shared with another reading, since templates can
    /// change them.
    read: Option<(Rc<str>, Box<EnvironmentSpec>)>,
}

/// A layer of an entry.
#[derive(Debug)]
struct Written {
    /// Its value, which may be null.
    node: Node,
    source: Rc<Source>,
    /// Where it looks for values, for each directory that a file with it is read for, and that file.
    patterns: RefCell<Vec<Known>>,
}

/// A directory, a file, and the patterns of an entry that the file has and that is read for the directory.
type Known = (Utf8PathBuf, Utf8PathBuf, Rc<[ValuesPattern]>);

impl Written {
    fn spec(&self) -> EnvironmentSpec {
        decoded(&self.node, &self.source)
    }

    fn patterns(&self, name: &str, base: &Base, file: &Utf8Path) -> Rc<[ValuesPattern]> {
        let directory = base.directory();
        let mut known = self.patterns.borrow_mut();
        if let Some((_, _, patterns)) = known.iter().find(|(of, by, _)| of == directory && by == file) {
            return Rc::clone(patterns);
        }
        let spec = self.spec();
        let values = spec.values.iter().filter_map(|entry| entry.as_str());
        let mut found =
            patterns::of_values(values, base, &format!("`values` of the environment `{name}`"), file);
        let secrets = spec.secrets.iter().map(|path| path.as_str());
        let owner = format!("`secrets` of the environment `{name}`");
        found.extend(patterns::of_values(secrets, base, &owner, file));
        let found: Rc<[ValuesPattern]> = found.into();
        known.push((directory.to_owned(), file.to_owned(), Rc::clone(&found)));
        found
    }
}

impl EnvironmentSpecs {
    /// Whether there is none.
    pub(super) fn has_none(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether an environment has an entry.
    pub(super) fn has(&self, name: &str) -> bool {
        self.layers.contains_key(name)
    }

    /// The names of the environments.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.keys().map(|name| &**name)
    }

    /// The entry of an environment.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'_, EnvironmentSpec>> {
        if let Some((_, spec)) = self.read.as_ref().filter(|(read, _)| **read == *name) {
            return Some(Cow::Borrowed(spec));
        }
        let mut layers = self.layers.get(name)?.iter().map(|layer| layer.spec());
        let mut spec = layers.next().unwrap_or_default();
        layers.for_each(|later| extend(&mut spec, later));
        Some(Cow::Owned(spec))
    }

    /// Where all of them look for values, as `file` that is read for `base` has them.
    pub(super) fn values_patterns(&self, base: &Base, file: &Utf8Path) -> Vec<Rc<[ValuesPattern]>> {
        let of_entry = |(name, layers): (&Rc<str>, &Vec<Rc<Written>>)| {
            layers.iter().map(|layer| layer.patterns(name, base, file)).collect::<Vec<_>>()
        };
        self.layers.iter().flat_map(of_entry).filter(|patterns| !patterns.is_empty()).collect()
    }

    /// Lays the entries of a later layer over those of this one (`mergeEnvironments`).
    pub(super) fn extend(&mut self, later: Self) {
        let read = self.read.as_ref().or(later.read.as_ref()).map(|(name, _)| Rc::clone(name));
        self.read = read.and_then(|name| {
            let spec = match (self.get(&name), later.get(&name)) {
                (Some(earlier), Some(later)) => {
                    let mut spec = earlier.into_owned();
                    extend(&mut spec, later.into_owned());
                    spec
                }
                (Some(one), None) | (None, Some(one)) => one.into_owned(),
                (None, None) => return None,
            };
            Some((name, Box::new(spec)))
        });
        if self.has_none() {
            self.layers = later.layers;
            return;
        }
        let layers = Rc::make_mut(&mut self.layers);
        for (name, more) in &*later.layers {
            layers.entry(Rc::clone(name)).or_default().extend(more.iter().map(Rc::clone));
        }
    }

    /// Decodes every entry once, to know that it fits. Nothing where one does not.
    fn checked(node: &Node, decoding: &mut Decoding<'_>) -> Option<Self> {
        let entries = decoding.settle(node.map_entries("a map"))?;
        let mut layers = BTreeMap::new();
        let mut fits = true;
        for entry in entries {
            fits &= entry.value.is_null() || EnvironmentSpec::default().decode(&entry.value, decoding);
            let source = Rc::clone(decoding.source());
            let written = Written { node: entry.value, source, patterns: RefCell::default() };
            layers.insert(entry.key, vec![Rc::new(written)]);
        }
        fits.then(|| Self { layers: Rc::new(layers), read: None })
    }
}

/// As a map of structs: the later entry replaces the whole.
impl Layer for EnvironmentSpecs {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        if self.has_none() {
            self.clone_from(later);
            return Ok(());
        }
        if later.has_none() {
            return Ok(());
        }
        let replaces = |this: &Self, name: &str| how != Merging::Fill || !this.has(name);
        if let Some((name, spec)) = &later.read
            && replaces(self, name)
        {
            self.read = Some((Rc::clone(name), spec.clone()));
        }
        let replacing: Vec<_> = later.layers.iter().filter(|(name, _)| replaces(self, name)).collect();
        let layers = Rc::make_mut(&mut self.layers);
        for (name, entry) in replacing {
            layers.insert(Rc::clone(name), entry.clone());
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.has_none()
    }
}

impl Decode for EnvironmentSpecs {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let known = decoding.environments.borrow().clone();
        *self = if let Some(known) = known {
            known
        } else {
            let Some(specs) = Self::checked(node, decoding) else { return false };
            decoding.environments.borrow_mut().insert(specs).clone()
        };
        if let Some((name, written)) = self.layers.get_key_value(decoding.environment) {
            let mut spec = EnvironmentSpec::default();
            for layer in written.iter().filter(|layer| !layer.node.is_null()) {
                spec.decode(&layer.node, decoding);
            }
            self.read = Some((Rc::clone(name), Box::new(spec)));
        }
        true
    }
}

/// Lays an entry of a later layer over that of an earlier one (`mergeEnvironments`).
fn extend(earlier: &mut EnvironmentSpec, later: EnvironmentSpec) {
    earlier.secrets.extend(later.secrets);
    if !later.kube_context.is_empty() {
        earlier.kube_context = later.kube_context;
    }
    if !later.missing_file_handler.is_nil() {
        earlier.missing_file_handler = later.missing_file_handler;
    }
    if !later.missing_file_handler_config.is_nil() {
        earlier.missing_file_handler_config = later.missing_file_handler_config;
    }
    if !later.merge_strategy.is_empty() {
        earlier.merge_strategy = later.merge_strategy;
    }
    let first = std::mem::take(&mut earlier.values);
    let (mut first, second) =
        if *earlier.merge_strategy == "fallback" { (later.values, first) } else { (first, later.values) };
    first.extend(second);
    earlier.values = first;
}

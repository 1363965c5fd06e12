//! How helmfile merges the typed parts of a state: mergo on Go structs.
//!
//! The rules depend on the type of a field. "Empty" is mergo's `isEmptyValue`: false, 0, the empty string, a list or map
//! without entries, a pointer to something empty; a struct never is. What is empty in the later layer never replaces
//! anything, so `wait: false` cannot undo `wait: true`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::merge::{Slices, override_map};
use super::resolved::EnvironmentObject;
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::value::{Map, Value};

/// What is merged: it decides what becomes of lists and who wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merging {
    /// Documents of a part, bases, and templates of a release: the later layer wins, lists are joined
    /// (`WithOverride` and `WithAppendSlice`).
    Join,
    /// Parts of a state file: the later layer wins, with whole lists (`WithOverride`).
    Replace,
    /// What a sub-helmfile inherits: the later layer only fills what is empty (no option).
    Fill,
}

/// Something that a later layer can be laid over.
pub(super) trait Layer {
    /// Lays `later` over this, as `mergo.Merge(this, later)`.
    ///
    /// # Errors
    ///
    /// Where helmfile cannot merge two values.
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic>;

    /// Whether mergo takes this for not given.
    fn is_empty(&self) -> bool;

    /// Gives every pointer a value of its own.
    fn detach(&mut self) {}
}

/// A value without inner structure.
fn lay_scalar<T: Layer + Clone>(this: &mut T, later: &T, how: Merging) {
    if (how != Merging::Fill || this.is_empty()) && !later.is_empty() {
        this.clone_from(later);
    }
}

macro_rules! scalar_layers {
    ($($kind:ty: |$value:ident| $empty:expr;)+) => {
        $(impl Layer for $kind {
            fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
                lay_scalar(self, later, how);
                Ok(())
            }

            fn is_empty(&self) -> bool {
                let $value = self;
                $empty
            }
        })+
    };
}

scalar_layers! {
    String: |text| text.as_str().is_empty();
    bool: |value| !*value;
    i64: |value| *value == 0;
    f64: |value| *value == 0.0;
}

impl<T: Clone> Layer for Vec<T> {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        match how {
            Merging::Join => self.extend_from_slice(later),
            Merging::Replace if !later.is_empty() => self.clone_from(later),
            Merging::Fill if self.is_empty() => self.clone_from(later),
            Merging::Replace | Merging::Fill => {}
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// Maps of strings merge by key, where an empty string is as good as any; of structs, the later entry replaces the whole.
impl<T: Layer + Clone> Layer for BTreeMap<String, T> {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        for (key, value) in later {
            if how != Merging::Fill || self.get(key).is_none_or(Layer::is_empty) {
                self.insert(key.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Layer for Map {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        if self.is_nil() && !later.is_nil() {
            *self = Self::new();
        }
        let slices = if how == Merging::Join { Slices::Append } else { Slices::Replace };
        override_map(self, later, slices)
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Layer for EnvironmentObject {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        self.name.lay(&later.name, how)?;
        self.kube_context.lay(&later.kube_context, how)?;
        self.values.lay(&later.values, how)?;
        self.defaults.lay(&later.defaults, how)?;
        self.overrides.lay(&later.overrides, how)
    }

    fn is_empty(&self) -> bool {
        false
    }
}

/// A Go pointer: clones share what it points to, and mergo writes through it. That is how a release with
/// `installed: true` switches on every later release of a template with `installed: false`.
#[derive(Clone, Debug)]
pub(super) struct Pointer<T>(Option<Rc<RefCell<T>>>);

impl<T> Default for Pointer<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Pointer<T> {
    /// A pointer to a value of its own.
    pub(super) fn to(value: T) -> Self {
        Self(Some(Rc::new(RefCell::new(value))))
    }

    /// Whether it points to nothing.
    pub(super) const fn is_nil(&self) -> bool {
        self.0.is_none()
    }
}

impl<T: Clone> Pointer<T> {
    /// What it points to now.
    pub(super) fn get(&self) -> Option<T> {
        self.0.as_ref().map(|value| value.borrow().clone())
    }
}

impl<T: Layer + Clone> Layer for Pointer<T> {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        match (&self.0, &later.0) {
            (Some(this), Some(later)) => {
                let later = later.borrow().clone();
                this.borrow_mut().lay(&later, how)
            }
            (None, Some(_)) => {
                self.0.clone_from(&later.0);
                Ok(())
            }
            (_, None) => Ok(()),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|value| value.borrow().is_empty())
    }

    fn detach(&mut self) {
        if let Some(value) = self.get() {
            *self = Self::to(value);
        }
    }
}

/// An item of `values:` or `secrets:`.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) value: Value,
    /// Where it is written.
    pub(super) place: Option<Place>,
    /// Whether it came from a release template.
    pub(super) inherited: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid<T: Layer + Clone>(earlier: &T, later: &T, how: Merging) -> T {
        let mut result = earlier.clone();
        result.lay(later, how).unwrap();
        result
    }

    #[test]
    fn empty_scalars_replace_nothing() {
        let text = |text: &str| text.to_owned();
        assert_eq!(laid(&text("a"), &text("b"), Merging::Join), "b");
        assert_eq!(laid(&text("a"), &text(""), Merging::Replace), "a");
        assert_eq!(laid(&text("a"), &text("b"), Merging::Fill), "a");
        assert_eq!(laid(&text(""), &text("b"), Merging::Fill), "b");
        assert!(laid(&true, &false, Merging::Join));
    }

    #[test]
    fn lists_are_joined_replaced_or_kept() {
        assert_eq!(laid(&vec![1], &vec![2], Merging::Join), [1, 2]);
        assert_eq!(laid(&vec![1], &vec![2], Merging::Replace), [2]);
        assert_eq!(laid(&vec![1], &vec![], Merging::Replace), [1]);
        assert_eq!(laid(&vec![1], &vec![2], Merging::Fill), [1]);
    }

    #[test]
    fn a_label_can_be_emptied() {
        let map = |value: &str| BTreeMap::from([("k".to_owned(), value.to_owned())]);
        assert_eq!(laid(&map("a"), &map(""), Merging::Join), map(""));
        assert_eq!(laid(&map("a"), &map("b"), Merging::Fill), map("a"));
    }

    #[test]
    fn merging_writes_through_pointers() {
        let template = Pointer::to(false);
        let mut release = Pointer::default();
        release.lay(&template, Merging::Join).unwrap();
        release.lay(&Pointer::to(true), Merging::Join).unwrap();
        assert_eq!(template.get(), Some(true));
        release.lay(&Pointer::to(false), Merging::Join).unwrap();
        assert_eq!(template.get(), Some(true));
    }
}

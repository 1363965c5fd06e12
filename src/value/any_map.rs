//! Maps whose keys are not strings.

use std::cell::RefCell;
use std::rc::Rc;

use super::Value;
use super::collection::bury;

/// `map[interface {}]interface {}`: entries in the order of the document. Keys are unique.
#[derive(Clone, Debug)]
pub struct AnyMap(pub(super) Rc<AnyEntries>);

#[derive(Debug, Default)]
pub(super) struct AnyEntries(pub(super) RefCell<Vec<(Value, Value)>>);

impl Drop for AnyEntries {
    fn drop(&mut self) {
        bury(std::mem::take(self.0.get_mut()).into_iter().flat_map(|(key, value)| [key, value]).collect());
    }
}

impl AnyMap {
    /// A map of these entries; the caller vouches that no key comes twice.
    #[must_use]
    pub fn from_entries(entries: Vec<(Value, Value)>) -> Self {
        Self(Rc::new(AnyEntries(RefCell::new(entries))))
    }

    /// A snapshot of the entries in document order.
    #[must_use]
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.0.0.borrow().clone()
    }

    /// The value of `key`, or nothing where the key is absent.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<Value> {
        self.0.0.borrow().iter().find(|(own, _)| own.deep_equal(key)).map(|(_, value)| value.clone())
    }

    /// Sets `key`.
    pub fn insert(&self, key: Value, value: Value) {
        let mut entries = self.0.0.borrow_mut();
        match entries.iter_mut().find(|(own, _)| own.deep_equal(&key)) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.0.borrow().len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

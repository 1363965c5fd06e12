//! Lists and maps: shared, and emptied without recursion when the last owner lets go.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Element, Value};

/// A Go slice. Whoever adds an item makes a new list, as sprig does. The one change in place is sorting, which sprig's
/// `sortAlpha` does to a `[]string`: see [`List::sort_in_place`].
#[derive(Clone, Debug)]
pub struct List {
    element: Element,
    /// Nothing for Go's nil slice, which is empty but encodes as `null` in JSON.
    items: Option<Rc<Items>>,
}

#[derive(Debug)]
struct Items {
    original: Vec<Value>,
    /// The items once they have been sorted in place. Sorting again changes nothing.
    sorted: OnceCell<Vec<Value>>,
    /// Whether another list shares a part of the same memory in Go, so that sorting one would change the other.
    overlaps: Cell<bool>,
    /// Set once somebody looks at the order of the items, where Go would have brought them in any order.
    witness: RefCell<Option<Rc<Cell<bool>>>>,
}

impl Items {
    const fn new(original: Vec<Value>) -> Self {
        Self { original, sorted: OnceCell::new(), overlaps: Cell::new(false), witness: RefCell::new(None) }
    }

    fn take(&mut self) -> Vec<Value> {
        let mut items = std::mem::take(&mut self.original);
        items.extend(self.sorted.take().into_iter().flatten());
        items
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        bury(self.take());
    }
}

impl List {
    /// A `[]interface {}`.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(Element::Any, items)
    }

    /// A slice with the given element type; the caller vouches that the items are of it.
    #[must_use]
    pub fn typed(element: Element, items: Vec<Value>) -> Self {
        Self { element, items: Some(Rc::new(Items::new(items))) }
    }

    /// A slice whose order Go leaves to chance, as that of a map's keys. `witness` is set once somebody looks at the order:
    /// from then on a result may differ from run to run. Sorting in place, or [`List::unordered_slice`], does not set it.
    #[must_use]
    pub fn unordered(element: Element, items: Vec<Value>, witness: Rc<Cell<bool>>) -> Self {
        let list = Self::typed(element, items);
        list.watch(witness);
        list
    }

    /// A slice made of the items of this list, whose order is as much left to chance as that of this list.
    #[must_use]
    pub fn derived(&self, element: Element, items: Vec<Value>) -> Self {
        let list = Self::typed(element, items);
        if let Some(witness) = self.items.as_ref().and_then(|items| items.witness.borrow().clone()) {
            list.watch(witness);
        }
        list
    }

    /// Whether the order of the items is left to chance, and somebody wants to know who looks at it.
    #[must_use]
    pub fn is_unordered(&self) -> bool {
        self.items.as_ref().is_some_and(|items| items.witness.borrow().is_some())
    }

    /// One item has no order.
    fn watch(&self, witness: Rc<Cell<bool>>) {
        if let Some(items) = self.items.as_ref().filter(|items| items.original.len() > 1) {
            items.witness.replace(Some(witness));
        }
    }

    /// Go's nil slice.
    #[must_use]
    pub const fn nil(element: Element) -> Self {
        Self { element, items: None }
    }

    /// A `[]string`.
    #[must_use]
    pub fn strings<S: Into<Value>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::typed(Element::String, items.into_iter().map(Into::into).collect())
    }

    /// The static element type.
    #[must_use]
    pub const fn element(&self) -> Element {
        self.element
    }

    /// Whether this is Go's nil slice.
    #[must_use]
    pub const fn is_nil(&self) -> bool {
        self.items.is_none()
    }

    /// The items in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        if let Some(items) = &self.items
            && let Some(witness) = &*items.witness.borrow()
        {
            witness.set(true);
        }
        self.unordered_slice()
    }

    /// The items, for a use that does not depend on their order.
    #[must_use]
    pub fn unordered_slice(&self) -> &[Value] {
        self.items.as_ref().map_or(&[], |items| items.sorted.get().unwrap_or(&items.original).as_slice())
    }

    /// The items from `start` up to `end`, both clamped. In Go the result shares its memory with this list.
    #[must_use]
    pub fn window(&self, start: usize, end: usize) -> Self {
        let end = end.min(self.len());
        let start = start.min(end);
        if start == 0 && end == self.len() {
            return self.clone();
        }
        let window = Self::typed(self.element, self.as_slice()[start..end].to_vec());
        for list in [self, &window] {
            if let Some(items) = &list.items {
                items.overlaps.set(true);
            }
        }
        window
    }

    /// Sorts the items for everybody who has this list. All calls must bring the same order.
    ///
    /// Returns false, and does nothing, where the items are not sorted yet and a [window](List::window) on them exists,
    /// which would have to change as well.
    #[must_use]
    pub fn sort_in_place(&self, compare: impl Fn(&Value, &Value) -> Ordering) -> bool {
        let Some(items) = &self.items else { return true };
        if self.unordered_slice().is_sorted_by(|a, b| compare(a, b) != Ordering::Greater) {
            items.witness.take();
            return true;
        }
        if items.overlaps.get() {
            return false;
        }
        let mut sorted = items.original.clone();
        sorted.sort_by(compare);
        items.witness.take();
        items.sorted.set(sorted).is_ok()
    }

    /// The items in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.as_slice().iter()
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.unordered_slice().len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unordered_slice().is_empty()
    }

    /// The item at `index`, or nothing.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.as_slice().get(index)
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A Go map with string keys. Clones share their entries, so a change through one is seen through all.
#[derive(Clone, Debug)]
pub struct Map {
    element: Element,
    /// Nothing for Go's nil map, which reads as empty and cannot be written.
    entries: Option<Rc<Entries>>,
}

#[derive(Debug, Default)]
struct Entries(RefCell<BTreeMap<Rc<str>, Value>>);

impl Drop for Entries {
    fn drop(&mut self) {
        bury(std::mem::take(self.0.get_mut()).into_values().collect());
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::typed(Element::Any)
    }

    /// An empty map with the given element type.
    #[must_use]
    pub fn typed(element: Element) -> Self {
        Self { element, entries: Some(Rc::default()) }
    }

    /// Go's nil map.
    #[must_use]
    pub const fn nil(element: Element) -> Self {
        Self { element, entries: None }
    }

    /// The static element type.
    #[must_use]
    pub const fn element(&self) -> Element {
        self.element
    }

    /// Whether this is Go's nil map.
    #[must_use]
    pub const fn is_nil(&self) -> bool {
        self.entries.is_none()
    }

    /// Whether both are the same map, not merely equal.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (&self.entries, &other.entries) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// The value of `key`, or nothing where the key is absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.as_ref()?.0.borrow().get(key).cloned()
    }

    /// Whether `key` is present, with a nil value too.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.entries.as_ref().is_some_and(|entries| entries.0.borrow().contains_key(key))
    }

    /// Sets `key` and returns whether that was possible: a nil map cannot be written.
    pub fn insert(&self, key: impl Into<Rc<str>>, value: impl Into<Value>) -> bool {
        let Some(entries) = &self.entries else { return false };
        let old = entries.0.borrow_mut().insert(key.into(), value.into());
        drop(old); // after the borrow has ended: dropping may reach this map again
        true
    }

    /// Removes `key` and returns its value, if it was there.
    #[expect(clippy::must_use_candidate, reason = "most callers only want the key gone")]
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.entries.as_ref()?.0.borrow_mut().remove(key)
    }

    /// The keys, sorted by their bytes, as templates iterate.
    #[must_use]
    pub fn keys(&self) -> Vec<Rc<str>> {
        self.entries.as_ref().map_or_else(Vec::new, |entries| entries.0.borrow().keys().cloned().collect())
    }

    /// A snapshot of the entries, sorted by the bytes of the key.
    #[must_use]
    pub fn entries(&self) -> Vec<(Rc<str>, Value)> {
        self.borrow().map_or_else(Vec::new, |entries| {
            entries.iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect()
        })
    }

    /// The entries themselves, or nothing for a nil map. Nothing may write the map while this is held.
    #[must_use]
    pub fn borrow(&self) -> Option<Ref<'_, BTreeMap<Rc<str>, Value>>> {
        self.entries.as_ref().map(|entries| entries.0.borrow())
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.borrow().map_or(0, |entries| entries.len())
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A map that shares nothing with this one, at any depth.
    #[must_use]
    pub fn deep_copy(&self) -> Self {
        if self.is_nil() {
            return self.clone();
        }
        let copy = Self::typed(self.element);
        for (key, value) in self.entries() {
            copy.insert(key, value.deep_copy());
        }
        copy
    }

    /// A new map with the same entries; the values are shared.
    #[must_use]
    pub fn shallow_copy(&self) -> Self {
        let copy = Self::typed(self.element);
        for (key, value) in self.entries() {
            copy.insert(key, value);
        }
        copy
    }

    /// Whether both contain equal entries, as `reflect.DeepEqual` sees them.
    #[must_use]
    pub fn deep_equal(&self, other: &Self) -> bool {
        if self.same(other) {
            return true;
        }
        if self.element != other.element || self.is_nil() != other.is_nil() || self.len() != other.len() {
            return false;
        }
        self.entries()
            .iter()
            .zip(other.entries().iter())
            .all(|((a_key, a), (b_key, b))| a_key == b_key && a.deep_equal(b))
    }
}

impl<K: Into<Rc<str>>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

/// Drops values level by level, so that ten thousand nested lists need no stack.
pub(super) fn bury(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::List(List { items: Some(items), .. }) => {
                if let Ok(mut items) = Rc::try_unwrap(items) {
                    pending.append(&mut items.take());
                }
            }
            Value::Map(Map { entries: Some(entries), .. })
            | Value::MapPointer(Map { entries: Some(entries), .. }) => {
                if let Ok(mut entries) = Rc::try_unwrap(entries) {
                    pending.extend(std::mem::take(entries.0.get_mut()).into_values());
                }
            }
            Value::AnyMap(map) => {
                if let Ok(mut entries) = Rc::try_unwrap(map.0) {
                    for (key, value) in std::mem::take(entries.0.get_mut()) {
                        pending.extend([key, value]);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_through_one_clone_is_seen_through_all() {
        let map = Map::new();
        let other = map.clone();
        assert!(map.insert("k", "v"));
        assert_eq!(other.get("k").and_then(|value| value.as_str().map(str::to_owned)), Some("v".into()));
        assert!(!map.deep_copy().same(&map));
    }

    #[test]
    fn sorting_in_place_is_seen_by_all_who_hold_the_list_and_refused_where_a_part_of_it_is_held() {
        let compare = |a: &Value, b: &Value| a.as_str().cmp(&b.as_str());
        let texts = |list: &List| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let list = List::strings(["b", "c", "a"]);
        let other = list.clone();
        assert!(list.sort_in_place(compare) && list.sort_in_place(compare));
        assert_eq!(texts(&other), "a b c");

        let list = List::strings(["b", "c", "a"]);
        let window = list.window(1, 3);
        assert_eq!(texts(&window), "c a");
        assert!(!list.sort_in_place(compare) && !window.sort_in_place(compare));
        assert!(list.window(0, 2).sort_in_place(compare), "sorted already");
        assert_eq!(texts(&list), "b c a");
    }

    #[test]
    fn a_nil_map_reads_as_empty_and_refuses_writes() {
        let map = Map::nil(Element::Any);
        assert!(map.is_empty() && map.is_nil());
        assert!(!map.insert("k", "v"));
    }

    #[test]
    fn a_deep_value_is_dropped_without_a_deep_stack() {
        let deep = std::thread::Builder::new().stack_size(64 * 1024).spawn(|| {
            let mut value = Value::Nil;
            for level in 0..200_000 {
                value = if level % 2 == 0 {
                    Value::from(vec![value])
                } else {
                    Value::Map([("k", value)].into_iter().collect())
                };
            }
            drop(value);
        });
        assert!(deep.expect("the thread starts").join().is_ok());
    }
}

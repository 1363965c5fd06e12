//! How helmfile merges free-form maps: between layers (`pkg/maputil/maputil.go: MergeMaps`), and within one layer
//! (mergo, as it treats `map[string]interface {}`).

use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::value::{Element, List, Map, Value};

/// What becomes of two lists under one key when layers are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// The upper list replaces the lower one, unless it has a null: then as [`Lists::ByIndex`].
    Sparse,
    /// Item by item, a null keeping what is below it. Only for `--state-values-set` and its like.
    ByIndex,
}

/// Lays `upper` over `lower`. A null never replaces a value that is there. The result is a new map, but whatever only one
/// side has is shared with it, as in Go.
pub(super) fn merge_maps(lower: &Map, upper: &Map, lists: Lists) -> Map {
    let merged = Map::new();
    for (key, value) in lower.entries() {
        merged.insert(key, value);
    }
    for (key, value) in upper.entries() {
        let value = match (merged.get(&key), value) {
            (Some(_), Value::Nil) => continue,
            (Some(Value::Map(below)), Value::Map(above)) if is_free(&below) && is_free(&above) => {
                merge_maps(&below, &above, lists).into()
            }
            (Some(Value::List(below)), Value::List(above)) if is_any(&below) && is_any(&above) => {
                merge_lists(&below, above, lists)
            }
            (_, value) => value,
        };
        merged.insert(key, value);
    }
    merged
}

fn merge_lists(lower: &List, upper: List, lists: Lists) -> Value {
    if lists == Lists::Sparse && !upper.iter().any(Value::is_nil) {
        return Value::List(upper);
    }
    let mut merged = lower.as_slice().to_vec();
    merged.resize(lower.len().max(upper.len()), Value::Nil);
    for (slot, value) in merged.iter_mut().zip(&upper) {
        match (&*slot, value) {
            (_, Value::Nil) => {}
            (Value::Map(below), Value::Map(above)) if is_free(below) && is_free(above) => {
                *slot = merge_maps(below, above, lists).into();
            }
            (_, value) => *slot = value.clone(),
        }
    }
    Value::from(merged)
}

fn is_free(map: &Map) -> bool {
    map.element() == Element::Any
}

fn is_any(list: &List) -> bool {
    list.element() == Element::Any && !list.is_nil()
}

/// What mergo does with two lists under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slices {
    /// `WithOverride`: the later list replaces the earlier one, an empty one too.
    Replace,
    /// `WithOverride` and `WithAppendSlice`.
    Append,
}

/// Merges `later` into `earlier` in place. Unlike [`merge_maps`] a null, like everything else, replaces what is there; only
/// an empty map leaves a map as it is. Maps are changed, not copied, so that every owner of `earlier` sees it.
///
/// # Errors
///
/// With [`Slices::Append`] where a list meets something that is neither absent nor null nor a list.
pub(super) fn override_map(earlier: &Map, later: &Map, slices: Slices) -> Result<(), Diagnostic> {
    for (key, value) in later.entries() {
        let old = earlier.get(&key);
        let settled = match (&old, &value) {
            (Some(Value::Map(below)), Value::Map(above)) => {
                let settled = !below.is_empty();
                override_map(below, above, slices)?;
                settled
            }
            (Some(old), Value::List(above)) if slices == Slices::Append && !old.is_nil() => {
                let Value::List(below) = old else {
                    return Err(Diagnostic::error(format!(
                        "the value `{key}` is a {} in one base and a list in another, which helmfile cannot merge",
                        old.type_name()
                    )));
                };
                let joined: Vec<Value> = below.iter().chain(above).cloned().collect();
                let settled = !below.is_empty();
                earlier.insert(Rc::clone(&key), joined);
                settled
            }
            _ => false,
        };
        if !settled {
            earlier.insert(key, value);
        }
    }
    Ok(())
}

/// A copy in which every map has string keys (`maputil.CastKeysToStrings`). Lists of other element types are kept.
///
/// # Errors
///
/// For a key that is not a string.
pub(super) fn cast_keys(map: &Map) -> Result<Map, Diagnostic> {
    let cast = Map::new();
    for (key, value) in map.entries() {
        cast.insert(key, cast_value(&value)?);
    }
    Ok(cast)
}

/// As [`cast_keys`], for a value of any kind.
pub(super) fn cast_value(value: &Value) -> Result<Value, Diagnostic> {
    Ok(match value {
        Value::Map(map) if is_free(map) => cast_keys(map)?.into(),
        Value::AnyMap(map) => {
            let cast = Map::new();
            for (key, value) in map.entries() {
                let Value::Str(key) = &key else {
                    return Err(Diagnostic::error(format!(
                        "a key of a map is a {} and not a string, which helmfile refuses in state values",
                        key.type_name()
                    ))
                    .hint("quote the key"));
                };
                cast.insert(Rc::clone(key), cast_value(&value)?);
            }
            cast.into()
        }
        Value::List(list) if list.element() == Element::Any => {
            Value::from(list.iter().map(cast_value).collect::<Result<Vec<_>, _>>()?)
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    fn list(items: &[Value]) -> Value {
        Value::from(items.to_vec())
    }

    fn shown(map: &Map) -> String {
        let entries: Vec<String> =
            map.entries().iter().map(|(key, value)| format!("{key}:{}", show(value))).collect();
        format!("{{{}}}", entries.join(" "))
    }

    fn show(value: &Value) -> String {
        match value {
            Value::Nil => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Str(text) => text.to_string(),
            Value::Map(map) => shown(map),
            Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
            other => panic!("{other:?}"),
        }
    }

    fn one() -> Value {
        Value::Int(1)
    }

    fn two() -> Value {
        Value::Int(2)
    }

    #[test]
    fn a_null_in_an_upper_layer_only_adds() {
        let lower = map(&[("a", one())]);
        let upper = map(&[("a", Value::Nil), ("b", Value::Nil), ("c", two())]);
        assert_eq!(shown(&merge_maps(&lower, &upper, Lists::Sparse)), "{a:1 b:null c:2}");
    }

    #[test]
    fn lists_of_layers_replace_unless_they_have_holes() {
        let lower = map(&[("l", list(&[one(), one(), one()]))]);
        for (upper, sparse, by_index) in [
            (list(&[two()]), "{l:[2]}", "{l:[2 1 1]}"),
            (list(&[Value::Nil, two()]), "{l:[1 2 1]}", "{l:[1 2 1]}"),
            (list(&[]), "{l:[]}", "{l:[1 1 1]}"),
            (two(), "{l:2}", "{l:2}"),
        ] {
            let upper = map(&[("l", upper)]);
            assert_eq!(shown(&merge_maps(&lower, &upper, Lists::Sparse)), sparse);
            assert_eq!(shown(&merge_maps(&lower, &upper, Lists::ByIndex)), by_index);
        }
    }

    #[test]
    fn maps_inside_lists_merge_by_index() {
        let lower = map(&[("l", list(&[map(&[("a", one()), ("b", one())]).into()]))]);
        let upper = map(&[("l", list(&[map(&[("a", two())]).into(), Value::Nil]))]);
        assert_eq!(shown(&merge_maps(&lower, &upper, Lists::Sparse)), "{l:[{a:2 b:1} null]}");
    }

    #[test]
    fn within_a_layer_the_later_entry_wins_with_anything_but_an_empty_map() {
        let earlier = || map(&[("a", map(&[("x", one())]).into()), ("b", one()), ("l", list(&[one()]))]);
        for (later, expected) in [
            (map(&[("a", Value::Nil)]), "{a:null b:1 l:[1]}"),
            (map(&[("a", Map::new().into())]), "{a:{x:1} b:1 l:[1]}"),
            (map(&[("a", map(&[("y", two())]).into())]), "{a:{x:1 y:2} b:1 l:[1]}"),
            (map(&[("a", two())]), "{a:2 b:1 l:[1]}"),
            (map(&[("b", Value::Bool(false))]), "{a:{x:1} b:false l:[1]}"),
            (map(&[("b", Map::new().into())]), "{a:{x:1} b:{} l:[1]}"),
            (map(&[("l", list(&[]))]), "{a:{x:1} b:1 l:[]}"),
            (map(&[("l", map(&[("y", two())]).into())]), "{a:{x:1} b:1 l:{y:2}}"),
        ] {
            let earlier = earlier();
            override_map(&earlier, &later, Slices::Replace).unwrap();
            assert_eq!(shown(&earlier), expected);
        }
    }

    #[test]
    fn lists_of_two_bases_are_joined_or_refused() {
        let earlier = map(&[("l", list(&[one()])), ("n", Value::Nil), ("s", "text".into())]);
        override_map(&earlier, &map(&[("l", list(&[two()])), ("n", list(&[two()]))]), Slices::Append)
            .unwrap();
        assert_eq!(shown(&earlier), "{l:[1 2] n:[2] s:text}");
        assert!(override_map(&earlier, &map(&[("s", list(&[two()]))]), Slices::Append).is_err());
    }

    #[test]
    fn keys_that_are_no_strings_are_refused_below_the_top() {
        use crate::value::AnyMap;
        let nested = |key: Value| map(&[("a", Value::AnyMap(AnyMap::from_entries(vec![(key, one())])))]);
        assert_eq!(shown(&cast_keys(&nested("k".into())).unwrap()), "{a:{k:1}}");
        assert!(cast_keys(&nested(one())).is_err());
    }
}

//! Lists: taking, adding, searching, sorting, cutting. Lists of any element type are taken; results are `[]interface {}`.

use super::arguments::{
    MAX_ITEMS, Outcome, any, function, integer, nil_dereference, refused, too_large, variadic,
};
use super::compare::deep_equal;
use super::convert::{is_empty, strings_of, strval, to_int64};
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, List, Value};

use Parameter::{Any, Int};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("list", &[], Any, |_, arguments| Ok(Value::from(arguments.to_vec()))),
    variadic("tuple", &[], Any, |_, arguments| Ok(Value::from(arguments.to_vec()))),
    function("append", &[Any, Any], append),
    function("push", &[Any, Any], append),
    function("mustAppend", &[Any, Any], append),
    function("mustPush", &[Any, Any], append),
    function("prepend", &[Any, Any], prepend),
    function("mustPrepend", &[Any, Any], prepend),
    function("first", &[Any], first),
    function("mustFirst", &[Any], first),
    function("last", &[Any], last),
    function("mustLast", &[Any], last),
    function("rest", &[Any], rest),
    function("mustRest", &[Any], rest),
    function("initial", &[Any], initial),
    function("mustInitial", &[Any], initial),
    function("reverse", &[Any], reverse),
    function("mustReverse", &[Any], reverse),
    function("compact", &[Any], compact),
    function("mustCompact", &[Any], compact),
    function("uniq", &[Any], uniq),
    function("mustUniq", &[Any], uniq),
    variadic("without", &[Any], Any, without),
    variadic("mustWithout", &[Any], Any, without),
    function("has", &[Any, Any], has),
    function("mustHas", &[Any, Any], has),
    variadic("slice", &[Any], Any, slice),
    variadic("mustSlice", &[Any], Any, slice),
    variadic("concat", &[], Any, concat),
    function("chunk", &[Int, Any], chunk),
    function("mustChunk", &[Int, Any], chunk),
    function("sortAlpha", &[Any], sort_alpha),
];

/// The list in an argument. `failure` is what sprig says before the kind of anything else.
fn list<'a>(arguments: &'a [Value], at: usize, failure: &str) -> Result<&'a List, FunctionError> {
    match any(arguments, at)? {
        Value::List(list) => Ok(list),
        Value::Nil => Err(nil_dereference()),
        other => Err(FunctionError::failed(format!("{failure} {}", other.kind_name()))),
    }
}

/// Go's nil `[]interface {}`.
const fn nil_list() -> Value {
    Value::List(List::nil(Element::Any))
}

fn append(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot push on type")?;
    let mut items = list.unordered_slice().to_vec();
    call.spend(count(items.len()))?;
    items.push(any(arguments, 1)?.clone());
    Ok(Value::List(list.derived(Element::Any, items)))
}

fn prepend(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot prepend on type")?;
    let mut items = list.unordered_slice().to_vec();
    call.spend(count(items.len()))?;
    items.insert(0, any(arguments, 1)?.clone());
    Ok(Value::List(list.derived(Element::Any, items)))
}

fn first(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    Ok(list(arguments, 0, "Cannot find first on type")?.get(0).cloned().unwrap_or_default())
}

fn last(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    Ok(list(arguments, 0, "Cannot find last on type")?.as_slice().last().cloned().unwrap_or_default())
}

fn rest(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot find rest on type")?;
    call.spend(count(list.len()))?;
    list.as_slice().split_first().map_or_else(|| Ok(nil_list()), |(_, rest)| Ok(rest.to_vec().into()))
}

fn initial(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot find initial on type")?;
    call.spend(count(list.len()))?;
    list.as_slice().split_last().map_or_else(|| Ok(nil_list()), |(_, initial)| Ok(initial.to_vec().into()))
}

fn reverse(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot find reverse on type")?;
    call.spend(count(list.len()))?;
    Ok(Value::List(list.derived(Element::Any, list.unordered_slice().iter().rev().cloned().collect())))
}

fn compact(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot compact on type")?;
    call.spend(count(list.len()))?;
    let items = list.unordered_slice().iter().filter(|item| !is_empty(item)).cloned().collect();
    Ok(Value::List(list.derived(Element::Any, items)))
}

fn uniq(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot find uniq on type")?;
    let mut items: Vec<Value> = Vec::new();
    for item in list.unordered_slice() {
        if !contains(call, &items, item)? {
            items.push(item.clone());
        }
    }
    Ok(Value::List(list.derived(Element::Any, items)))
}

fn without(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "Cannot find without on type")?;
    let mut items = Vec::new();
    for item in list.unordered_slice() {
        if !contains(call, &arguments[1..], item)? {
            items.push(item.clone());
        }
    }
    Ok(Value::List(list.derived(Element::Any, items)))
}

fn has(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    if any(arguments, 1)?.is_nil() {
        return Ok(false.into());
    }
    let haystack = list(arguments, 1, "Cannot find has on type")?;
    contains(call, haystack.unordered_slice(), any(arguments, 0)?).map(Value::from)
}

fn contains(call: &mut dyn Call, items: &[Value], wanted: &Value) -> Result<bool, FunctionError> {
    call.spend(count(items.len()))?;
    for item in items {
        if deep_equal(item, wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn slice(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let list = list(arguments, 0, "list should be type of slice or array but")?;
    if list.is_empty() {
        return Ok(Value::Nil);
    }
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let start = arguments.get(1).map_or(0, to_int64);
    let end = arguments.get(2).map_or(length, to_int64);
    if start < 0 || end < start || end > length {
        // Up to the capacity, Go's slices reach after their own end.
        if end > length && start >= 0 && end >= start {
            return Err(refused(
                Refusal::UnpredictableResult,
                format!("`slice` up to {end} goes past the end of a list of {length} items"),
                "Go fails here or not, depending on memory that it has kept in reserve: stay within the list",
            ));
        }
        return Err(FunctionError::failed("reflect.Value.Slice: slice index out of bounds"));
    }
    let at = |index: i64| usize::try_from(index).unwrap_or(0);
    Ok(Value::List(list.window(at(start), at(end))))
}

fn concat(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let mut items = Vec::new();
    let lists = arguments.iter().filter_map(|argument| match argument {
        Value::List(list) => Some(list),
        _ => None,
    });
    let unordered: Vec<&List> = lists.filter(|list| list.is_unordered()).collect();
    for argument in arguments {
        match argument {
            // What is left to chance in more than one of them is looked at, for only one can be watched.
            Value::List(list) if unordered.len() > 1 => items.extend(list.iter().cloned()),
            Value::List(list) => items.extend(list.unordered_slice().iter().cloned()),
            Value::Nil => return Err(nil_dereference()),
            other => {
                let kind = other.kind_name();
                return Err(FunctionError::failed(format!("Cannot concat type {kind} as list")));
            }
        }
        if items.len() > MAX_ITEMS {
            return Err(too_large("concat"));
        }
    }
    call.spend(count(items.len()))?;
    Ok(match unordered[..] {
        _ if items.is_empty() => nil_list(),
        [list] => Value::List(list.derived(Element::Any, items)),
        _ => items.into(),
    })
}

fn chunk(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let size = integer(arguments, 0)?;
    let list = list(arguments, 1, "Cannot chunk type")?;
    call.spend(count(list.len()))?;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        // Go computes the number of chunks all the same: a small list gives no chunks or one, others fail.
        let chunks = match list.len() {
            1 if size < -1 => vec![Value::from(list.as_slice().to_vec())],
            length if length > 1 && count(length - 1) <= size.unsigned_abs() => Vec::new(),
            _ => return Err(FunctionError::failed("runtime error: makeslice: len out of range")),
        };
        return Ok(Value::List(List::typed(Element::List, chunks)));
    };
    let chunks = list.as_slice().chunks(size).map(|chunk| Value::from(chunk.to_vec())).collect();
    Ok(Value::List(List::typed(Element::List, chunks)))
}

/// Sorts the strings of a list. A `[]string` is sorted in place, so everybody who has it sees it sorted.
fn sort_alpha(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let value = any(arguments, 0)?;
    let Value::List(list) = value else {
        let text = Value::from_bytes(strval(value)?);
        return Ok(Value::List(List::typed(Element::String, vec![text])));
    };
    call.spend(count(list.len()))?;
    let strings = if list.element() == Element::String {
        list.clone()
    } else {
        List::typed(Element::String, strings_of(list.unordered_slice())?)
    };
    let sorted = strings.sort_in_place(|a, b| a.string_bytes().cmp(&b.string_bytes()));
    if !sorted {
        return Err(refused(
            Refusal::UnpredictableResult,
            "`sortAlpha` of a part of another list, which it would sort as well",
            "sort the whole list first, then take the part",
        ));
    }
    Ok(Value::List(strings))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

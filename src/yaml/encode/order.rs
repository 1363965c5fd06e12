//! The order of keys: numbers first, then strings in an order that people expect, `a2` before `a10`.

use std::cmp::Ordering;

use crate::go::unicode::{is_digit, is_letter};
use crate::value::Value;

/// Entries in go-yaml's order of their keys.
///
/// A merge sort, since that order is not a total one for some odd keys, and the standard library's sort may panic then.
pub(super) fn sort(mut entries: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let mut right = sort(entries.split_off(entries.len() / 2)).into_iter().peekable();
    let mut left = sort(entries).into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if is_less(&b.0, &a.0) => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        match next {
            Some(entry) => merged.push(entry),
            None => return merged,
        }
    }
}

fn is_less(a: &Value, b: &Value) -> bool {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return match x.partial_cmp(&y) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) if kind(a) != kind(b) => kind(a) < kind(b),
            Some(Ordering::Equal) => exactly_less(a, b),
            Some(Ordering::Greater) | None => false,
        };
    }
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => natural_less(a, b),
        _ => match (a.string_bytes(), b.string_bytes()) {
            (Some(a), Some(b)) => natural_less(&String::from_utf8_lossy(a), &String::from_utf8_lossy(b)),
            _ => kind(a) < kind(b),
        },
    }
}

/// Numbers and booleans as floats, which they are first compared as.
#[expect(clippy::cast_precision_loss, reason = "go-yaml compares so, and then exactly")]
fn number(key: &Value) -> Option<f64> {
    match key {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Int(value) | Value::Int64(value) | Value::Duration(value) => Some(*value as f64),
        Value::Uint64(value) => Some(*value as f64),
        Value::Uint8(value) => Some(f64::from(*value)),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

fn exactly_less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a < b,
        (Value::Uint64(a), Value::Uint64(b)) => a < b,
        (Value::Uint8(a), Value::Uint8(b)) => a < b,
        _ => false,
    }
}

/// The number of the kind in Go's `reflect`.
const fn kind(key: &Value) -> u8 {
    match key {
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Int64(_) | Value::Duration(_) => 6,
        Value::Uint8(_) => 8,
        Value::Uint64(_) => 11,
        Value::Float(_) => 14,
        Value::Nil => 20,
        Value::Map(_) | Value::AnyMap(_) => 21,
        Value::MapPointer(_) => 22,
        Value::List(_) => 23,
        Value::Str(_) | Value::Bytes(_) => 24,
        Value::Time(_) | Value::Object(_) => 25,
    }
}

/// Runs of digits by their value, other characters before letters, except after a digit.
fn natural_less(a: &str, b: &str) -> bool {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (Some(&x), Some(&y)) = (a.get(common), b.get(common)) else { return a.len() < b.len() };
    let behind_digit = common > 0 && is_digit(a[common - 1]);
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x < y,
        (x_letter, y_letter) if x_letter || y_letter => {
            return if behind_digit { x_letter } else { y_letter };
        }
        _ => {}
    }
    // A zero inside a number is not a leading zero: the part before it counts as one digit.
    let inside = (x == '0' || y == '0')
        && a[..common].iter().rev().take_while(|&&digit| is_digit(digit)).any(|&digit| digit != '0');
    let (x_number, x_end) = digits(&a, common, inside);
    let (y_number, y_end) = digits(&b, common, inside);
    if x_number != y_number {
        return x_number < y_number;
    }
    if x_end != y_end {
        return x_end < y_end;
    }
    x < y
}

/// The value of the digits from `start` on, with a one before them if `inside`, and where they end. Overflow wraps.
fn digits(text: &[char], start: usize, inside: bool) -> (i64, usize) {
    let mut value = i64::from(inside);
    let mut end = start;
    while let Some(&digit) = text.get(end).filter(|&&digit| is_digit(digit)) {
        let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
        value = value.wrapping_mul(10).wrapping_add(digit);
        end += 1;
    }
    (value, end)
}

//! Numbers: sprig's arithmetic, conversions, rounding and counting.

use super::arguments::{
    MAX_ITEMS, Outcome, any, bytes, float, function, integer, nil_dereference, too_large, variadic,
};
use super::convert::{to_float64, to_int64};
use super::decimal::Decimal;
use crate::go::math;
use crate::go::strconv::{NumberError, parse_int};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::print::display;
use crate::value::{Element, List, Value};

use Parameter::{Any, Float64, Int, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("add1", &[Any], add1),
    variadic("add", &[], Any, |_, arguments| {
        Ok(Value::Int64(arguments.iter().map(to_int64).fold(0, i64::wrapping_add)))
    }),
    function("sub", &[Any, Any], |_, arguments| {
        Ok(Value::Int64(to_int64(any(arguments, 0)?).wrapping_sub(to_int64(any(arguments, 1)?))))
    }),
    function("div", &[Any, Any], |_, arguments| divide(arguments, i64::wrapping_div)),
    function("mod", &[Any, Any], |_, arguments| divide(arguments, i64::wrapping_rem)),
    variadic("mul", &[Any], Any, |_, arguments| {
        Ok(Value::Int64(arguments.iter().map(to_int64).fold(1, i64::wrapping_mul)))
    }),
    function("add1f", &[Any], |_, arguments| {
        decimals(to_float64(any(arguments, 0)?), &[Value::Int(1)], |a, b| Ok(a.add(b)))
    }),
    variadic("addf", &[], Any, |_, arguments| decimals(0.0, arguments, |a, b| Ok(a.add(b)))),
    variadic("subf", &[Any], Any, |_, arguments| folded(arguments, |a, b| Ok(a.sub(b)))),
    variadic("divf", &[Any], Any, |_, arguments| folded(arguments, Decimal::div)),
    variadic("mulf", &[Any], Any, |_, arguments| folded(arguments, Decimal::mul)),
    variadic("biggest", &[Any], Any, maximum),
    variadic("max", &[Any], Any, maximum),
    variadic("min", &[Any], Any, |_, arguments| {
        arguments.iter().map(to_int64).min().map(Value::Int64).ok_or_else(nil_dereference)
    }),
    variadic("maxf", &[Any], Any, |_, arguments| float_fold(arguments, math::max)),
    variadic("minf", &[Any], Any, |_, arguments| float_fold(arguments, math::min)),
    function("ceil", &[Any], |_, arguments| Ok(Value::Float(to_float64(any(arguments, 0)?).ceil()))),
    function("floor", &[Any], |_, arguments| Ok(Value::Float(to_float64(any(arguments, 0)?).floor()))),
    variadic("round", &[Any, Int], Float64, round),
    function("int", &[Any], |_, arguments| Ok(Value::Int(to_int64(any(arguments, 0)?)))),
    function("int64", &[Any], |_, arguments| Ok(Value::Int64(to_int64(any(arguments, 0)?)))),
    function("float64", &[Any], |_, arguments| Ok(Value::Float(to_float64(any(arguments, 0)?)))),
    function("atoi", &[Text], atoi),
    function("toDecimal", &[Any], octal),
    function("until", &[Int], until),
    function("untilStep", &[Int, Int, Int], until_step),
    variadic("seq", &[], Int, seq),
];

fn add1(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    Ok(Value::Int64(to_int64(any(arguments, 0)?).wrapping_add(1)))
}

fn divide(arguments: &[Value], operation: fn(i64, i64) -> i64) -> Outcome {
    let divisor = to_int64(any(arguments, 1)?);
    if divisor == 0 {
        return Err(FunctionError::failed("runtime error: integer divide by zero"));
    }
    Ok(Value::Int64(operation(to_int64(any(arguments, 0)?), divisor)))
}

/// sprig's float arithmetic goes through decimals: every argument to a decimal, the result back to a float.
fn decimals(
    first: f64,
    rest: &[Value],
    operation: fn(&Decimal, &Decimal) -> Result<Decimal, FunctionError>,
) -> Outcome {
    let mut result = Decimal::from_float(first)?;
    for argument in rest {
        result = operation(&result, &Decimal::from_float(to_float64(argument))?)?;
    }
    Ok(Value::Float(result.to_float()))
}

fn folded(
    arguments: &[Value],
    operation: fn(&Decimal, &Decimal) -> Result<Decimal, FunctionError>,
) -> Outcome {
    decimals(to_float64(any(arguments, 0)?), &arguments[1..], operation)
}

fn maximum(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    arguments.iter().map(to_int64).max().map(Value::Int64).ok_or_else(nil_dereference)
}

fn float_fold(arguments: &[Value], operation: fn(f64, f64) -> f64) -> Outcome {
    arguments.iter().map(to_float64).reduce(operation).map(Value::Float).ok_or_else(nil_dereference)
}

fn round(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let value = to_float64(any(arguments, 0)?);
    let places = integer(arguments, 1)?;
    let up_from = if arguments.len() > 2 { float(arguments, 2)? } else { 0.5 };
    let power = math::power_of_ten(places);
    let digit = power * value;
    let fraction = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() };
    let rounded = if fraction >= up_from { digit.ceil() } else { digit.floor() };
    Ok(Value::Float(rounded / power))
}

fn atoi(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    Ok(Value::Int(match parse_int(bytes(arguments, 0)?, 10) {
        Ok(number) | Err(NumberError::Range(number)) => number,
        Err(NumberError::Syntax) => 0,
    }))
}

/// sprig's `toDecimal` reads the printed value as an octal number.
fn octal(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let printed = display(any(arguments, 0)?).map_err(super::arguments::unprintable)?;
    Ok(Value::Int64(parse_int(&printed, 8).unwrap_or(0)))
}

fn until(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let count = integer(arguments, 0)?;
    numbers(call, "until", 0, count, if count < 0 { -1 } else { 1 }).map(int_list)
}

fn until_step(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    numbers(call, "untilStep", integer(arguments, 0)?, integer(arguments, 1)?, integer(arguments, 2)?)
        .map(int_list)
}

fn int_list(numbers: Vec<i64>) -> Value {
    Value::List(List::typed(Element::Int, numbers.into_iter().map(Value::Int).collect()))
}

/// The numbers from `start` towards `end`, without it; none where the step points the other way.
fn numbers(
    call: &mut dyn Call,
    name: &str,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Vec<i64>, FunctionError> {
    if step == 0 || (end < start) != (step < 0) || end == start {
        return Ok(Vec::new());
    }
    let distance = start.abs_diff(end);
    let count = distance.div_ceil(step.unsigned_abs());
    let capacity = usize::try_from(count).ok().filter(|count| *count <= MAX_ITEMS);
    let Some(capacity) = capacity else { return Err(too_large(name)) };
    // Go's loop would wrap around past the last integer and never end.
    if i64::try_from(i128::from(start) + i128::from(step) * i128::from(count)).is_err() {
        return Err(too_large(name));
    }
    call.spend(count)?;
    let mut numbers = Vec::with_capacity(capacity);
    let mut number = start;
    for _ in 0..count {
        numbers.push(number);
        number += step;
    }
    Ok(numbers)
}

fn seq(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let numbers = match arguments.len() {
        1 => sequence(call, 1, integer(arguments, 0)?, None)?,
        2 => sequence(call, integer(arguments, 0)?, integer(arguments, 1)?, None)?,
        3 => sequence(call, integer(arguments, 0)?, integer(arguments, 2)?, Some(integer(arguments, 1)?))?,
        _ => Vec::new(),
    };
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(words.join(" ").into())
}

/// The numbers from `start` to `end`, both included.
fn sequence(call: &mut dyn Call, start: i64, end: i64, step: Option<i64>) -> Result<Vec<i64>, FunctionError> {
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok(Vec::new());
    }
    numbers(call, "seq", start, end.wrapping_add(direction), step.unwrap_or(direction))
}

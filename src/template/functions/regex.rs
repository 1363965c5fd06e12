//! Regular expressions.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::arguments::{MAX_TEXT, Outcome, bytes, function, integer, refused, string, text, too_large};
use crate::diagnostic::Refusal;
use crate::go::regexp::{CompileError, Regexp, quote_meta, shown};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Element, List, Value};

use Parameter::{Int, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("regexMatch", &[Text, Text], |call, arguments| {
        let text = haystack(call, "regexMatch", arguments)?;
        match compile(arguments)? {
            Ok(pattern) => Ok(pattern.is_match(text).into()),
            Err(_) => Ok(false.into()),
        }
    }),
    function("mustRegexMatch", &[Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexMatch", arguments)?;
        Ok(returned(arguments)?.is_match(text).into())
    }),
    function("regexFind", &[Text, Text], |call, arguments| {
        let text = haystack(call, "regexFind", arguments)?;
        Ok(panicking(arguments)?.find(text).unwrap_or_default().into())
    }),
    function("mustRegexFind", &[Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexFind", arguments)?;
        Ok(returned(arguments)?.find(text).unwrap_or_default().into())
    }),
    function("regexFindAll", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "regexFindAll", arguments)?;
        Ok(strings(panicking(arguments)?.find_all(text, integer(arguments, 2)?)))
    }),
    function("mustRegexFindAll", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "mustRegexFindAll", arguments)?;
        Ok(strings(returned(arguments)?.find_all(text, integer(arguments, 2)?)))
    }),
    function("regexSplit", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "regexSplit", arguments)?;
        Ok(strings(panicking(arguments)?.split(text, integer(arguments, 2)?)))
    }),
    function("mustRegexSplit", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "mustRegexSplit", arguments)?;
        Ok(strings(returned(arguments)?.split(text, integer(arguments, 2)?)))
    }),
    function("regexReplaceAll", &[Text, Text, Text], |call, arguments| {
        let text = haystack(call, "regexReplaceAll", arguments)?;
        replace(&*panicking(arguments)?, text, self::text("regexReplaceAll", arguments, 2)?, true)
    }),
    function("mustRegexReplaceAll", &[Text, Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexReplaceAll", arguments)?;
        replace(&*returned(arguments)?, text, self::text("mustRegexReplaceAll", arguments, 2)?, true)
    }),
    function("regexReplaceAllLiteral", &[Text, Text, Text], |call, arguments| {
        let text = haystack(call, "regexReplaceAllLiteral", arguments)?;
        replace(&*panicking(arguments)?, text, self::text("regexReplaceAllLiteral", arguments, 2)?, false)
    }),
    function("mustRegexReplaceAllLiteral", &[Text, Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexReplaceAllLiteral", arguments)?;
        replace(&*returned(arguments)?, text, self::text("mustRegexReplaceAllLiteral", arguments, 2)?, false)
    }),
    function("regexQuoteMeta", &[Text], |_, arguments| string(quote_meta(bytes(arguments, 0)?))),
];

/// How many compiled expressions are kept: templates use few, and use them in loops.
const KEPT: usize = 64;

thread_local! {
    static COMPILED: RefCell<VecDeque<(String, Rc<Regexp>)>> = const { RefCell::new(VecDeque::new()) };
}

/// The expression in the first argument, or what Go says about it.
fn compile(arguments: &[Value]) -> Result<Result<Rc<Regexp>, String>, FunctionError> {
    let expression = bytes(arguments, 0)?;
    let Ok(expression) = std::str::from_utf8(expression) else {
        return Err(refused(
            Refusal::NotUtf8,
            "a regular expression that is not valid UTF-8",
            "write it as text",
        ));
    };
    let kept = COMPILED.with_borrow(|compiled| {
        compiled.iter().find(|(own, _)| own == expression).map(|(_, pattern)| Rc::clone(pattern))
    });
    if let Some(pattern) = kept {
        return Ok(Ok(pattern));
    }
    let pattern = match Regexp::compile(expression) {
        Ok(pattern) => Rc::new(pattern),
        Err(CompileError::Go(message)) => return Ok(Err(message)),
        Err(CompileError::Unsupported(what)) => {
            return Err(refused(
                Refusal::UnsupportedTemplate,
                format!("{what} in the regular expression {}", shown(expression)),
                "write the characters out as a class such as `[a-z]`",
            ));
        }
        Err(CompileError::TooLarge) => {
            return Err(refused(
                Refusal::Limit,
                format!("the regular expression {} is too large", shown(expression)),
                "use smaller repetition counts",
            ));
        }
    };
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() == KEPT {
            compiled.pop_front();
        }
        compiled.push_back((expression.to_owned(), Rc::clone(&pattern)));
    });
    Ok(Ok(pattern))
}

/// For the `must…` functions, which return the error.
fn returned(arguments: &[Value]) -> Result<Rc<Regexp>, FunctionError> {
    compile(arguments)?.map_err(FunctionError::failed)
}

/// For the other functions, which panic.
fn panicking(arguments: &[Value]) -> Result<Rc<Regexp>, FunctionError> {
    compile(arguments)?.map_err(|error| {
        let expression = String::from_utf8_lossy(bytes(arguments, 0).unwrap_or_default()).into_owned();
        FunctionError::failed(format!("regexp: Compile({}): {error}", shown(&expression)))
    })
}

/// The text to search, in the second argument.
fn haystack<'a>(
    call: &mut dyn Call,
    function: &str,
    arguments: &'a [Value],
) -> Result<&'a str, FunctionError> {
    let text = text(function, arguments, 1)?;
    call.spend(u64::try_from(text.len() / 16).unwrap_or(u64::MAX))?;
    Ok(text)
}

/// A `[]string`, nil where nothing was found.
fn strings(parts: Option<Vec<&str>>) -> Value {
    Value::List(parts.map_or_else(|| List::nil(Element::String), List::strings))
}

fn replace(pattern: &Regexp, text: &str, replacement: &str, expand: bool) -> Outcome {
    let replaced = pattern.replace_all(text, replacement, expand, MAX_TEXT);
    replaced.map(Value::from).ok_or_else(|| too_large("regexReplaceAll"))
}

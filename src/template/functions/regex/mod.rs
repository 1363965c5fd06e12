//! Regular expressions with Go's syntax and Go's way of finding all matches.

mod class;
mod syntax;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::arguments::{MAX_TEXT, Outcome, bytes, function, integer, refused, text, too_large};
use super::case::{DIGIT, LETTER};
use crate::diagnostic::Refusal;
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::print::quote;
use crate::value::{Element, List, Value};

use Parameter::{Int, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("regexMatch", &[Text, Text], |call, arguments| {
        let text = haystack(call, "regexMatch", arguments)?;
        match compile(arguments)? {
            Ok(pattern) => Ok(pattern.regex.is_match(text).into()),
            Err(_) => Ok(false.into()),
        }
    }),
    function("mustRegexMatch", &[Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexMatch", arguments)?;
        Ok(returned(arguments)?.regex.is_match(text).into())
    }),
    function("regexFind", &[Text, Text], |call, arguments| {
        let text = haystack(call, "regexFind", arguments)?;
        Ok(panicking(arguments)?.regex.find(text).map_or("", |found| found.as_str()).into())
    }),
    function("mustRegexFind", &[Text, Text], |call, arguments| {
        let text = haystack(call, "mustRegexFind", arguments)?;
        Ok(returned(arguments)?.regex.find(text).map_or("", |found| found.as_str()).into())
    }),
    function("regexFindAll", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "regexFindAll", arguments)?;
        Ok(find_all(&*panicking(arguments)?, text, integer(arguments, 2)?))
    }),
    function("mustRegexFindAll", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "mustRegexFindAll", arguments)?;
        Ok(find_all(&*returned(arguments)?, text, integer(arguments, 2)?))
    }),
    function("regexSplit", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "regexSplit", arguments)?;
        Ok(split(&*panicking(arguments)?, text, integer(arguments, 2)?))
    }),
    function("mustRegexSplit", &[Text, Text, Int], |call, arguments| {
        let text = haystack(call, "mustRegexSplit", arguments)?;
        Ok(split(&*returned(arguments)?, text, integer(arguments, 2)?))
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
    function("regexQuoteMeta", &[Text], |_, arguments| {
        let mut result = Vec::new();
        for byte in bytes(arguments, 0)? {
            if b"\\.+*?()|[]{}^$".contains(byte) {
                result.push(b'\\');
            }
            result.push(*byte);
        }
        super::arguments::string(result)
    }),
];

/// A compiled expression.
struct Pattern {
    regex: regex::Regex,
    /// The names of the groups, the whole match first.
    names: Vec<Option<String>>,
    is_empty: bool,
}

/// How much memory a compiled expression may take. Go has no such limit but one on repetitions.
const MAX_COMPILED: usize = 64 << 20;

/// How many compiled expressions are kept: templates use few, and use them in loops.
const KEPT: usize = 64;

thread_local! {
    static COMPILED: RefCell<VecDeque<(String, Rc<Pattern>)>> = const { RefCell::new(VecDeque::new()) };
}

/// The expression in the first argument, or what Go says about it.
fn compile(arguments: &[Value]) -> Result<Result<Rc<Pattern>, String>, FunctionError> {
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
    let translated = match syntax::translate(expression) {
        Ok(translated) => translated,
        Err(syntax::Error::Go { code, part }) => {
            return Ok(Err(format!("error parsing regexp: {code}: `{part}`")));
        }
        Err(syntax::Error::Unsupported(what)) => {
            return Err(refused(
                Refusal::UnsupportedTemplate,
                format!("{what} in the regular expression {}", shown(expression)),
                "write the characters out as a class such as `[a-z]`",
            ));
        }
    };
    let built = regex::RegexBuilder::new(&translated.expression)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(5_000)
        .build();
    let regex = built.map_err(|_| {
        refused(
            Refusal::Limit,
            format!("the regular expression {} is too large", shown(expression)),
            "use smaller repetition counts",
        )
    })?;
    let pattern = Rc::new(Pattern { regex, names: translated.names, is_empty: expression.is_empty() });
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() == KEPT {
            compiled.pop_front();
        }
        compiled.push_back((expression.to_owned(), Rc::clone(&pattern)));
    });
    Ok(Ok(pattern))
}

/// The expression in back quotes, or as a Go string where it holds some.
fn shown(expression: &str) -> String {
    let plain = expression.chars().all(|sign| {
        sign != '`' && sign != '\u{feff}' && sign != '\x7f' && (sign == '\t' || u32::from(sign) >= 0x20)
    });
    if plain { format!("`{expression}`") } else { quote(expression.as_bytes(), false) }
}

/// For the `must…` functions, which return the error.
fn returned(arguments: &[Value]) -> Result<Rc<Pattern>, FunctionError> {
    compile(arguments)?.map_err(FunctionError::failed)
}

/// For the other functions, which panic.
fn panicking(arguments: &[Value]) -> Result<Rc<Pattern>, FunctionError> {
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

/// The size of the character at a position; 0 at the end.
fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// All matches from left to right, `limit` at most if it is not negative. An empty match right behind another match does
/// not count.
fn matches(pattern: &Pattern, text: &str, limit: i64) -> Vec<(usize, usize)> {
    let limit = usize::try_from(limit).unwrap_or(text.len() + 1);
    let mut found = Vec::new();
    let mut from = 0;
    let mut previous_end = None;
    while found.len() < limit && from <= text.len() {
        let Some(part) = pattern.regex.find_at(text, from) else { break };
        let (start, end) = (part.start(), part.end());
        let accepted = end != from || Some(start) != previous_end;
        from = if end == from {
            match width(text, from) {
                0 => text.len() + 1,
                width => from + width,
            }
        } else {
            end
        };
        previous_end = Some(end);
        if accepted {
            found.push((start, end));
        }
    }
    found
}

/// A `[]string`, nil where it has no items.
fn strings(parts: Vec<&str>) -> Value {
    if parts.is_empty() {
        return Value::List(List::nil(Element::String));
    }
    Value::List(List::strings(parts))
}

fn find_all(pattern: &Pattern, text: &str, limit: i64) -> Value {
    strings(matches(pattern, text, limit).into_iter().map(|(start, end)| &text[start..end]).collect())
}

fn split(pattern: &Pattern, text: &str, limit: i64) -> Value {
    if limit == 0 {
        return strings(Vec::new());
    }
    if !pattern.is_empty && text.is_empty() {
        return strings(vec![""]);
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for (match_start, match_end) in matches(pattern, text, limit) {
        if parts.len() + 1 >= most {
            break;
        }
        end = match_start;
        if match_end != 0 {
            parts.push(&text[begin..end]);
        }
        begin = match_end;
    }
    if end != text.len() {
        parts.push(&text[begin..]);
    }
    Value::List(List::strings(parts))
}

fn replace(pattern: &Pattern, text: &str, replacement: &str, expand: bool) -> Outcome {
    let mut result = String::with_capacity(text.len());
    let mut last_end = 0;
    let mut from = 0;
    let mut groups = pattern.regex.capture_locations();
    while from <= text.len() {
        let Some(found) = pattern.regex.captures_read_at(&mut groups, text, from) else { break };
        let (start, end) = (found.start(), found.end());
        result.push_str(&text[last_end..start]);
        // Not for an empty match right behind another match.
        if end > last_end || start == 0 {
            if expand {
                expand_into(&mut result, pattern, replacement, |group| {
                    groups.get(group).map(|(start, end)| &text[start..end])
                });
            } else {
                result.push_str(replacement);
            }
        }
        if result.len() > MAX_TEXT {
            return Err(too_large("regexReplaceAll"));
        }
        last_end = end;
        let width = width(text, from);
        from = if from + width > end {
            from + width
        } else if from + 1 > end {
            from + 1
        } else {
            end
        };
    }
    result.push_str(&text[last_end..]);
    Ok(result.into())
}

/// Writes a replacement with `$1`, `${1}`, `$name` and `$$` filled in. A group that does not exist is empty.
fn expand_into<'t>(
    result: &mut String,
    pattern: &Pattern,
    mut template: &str,
    group: impl Fn(usize) -> Option<&'t str>,
) {
    while let Some((before, after)) = template.split_once('$') {
        result.push_str(before);
        template = after;
        if let Some(rest) = template.strip_prefix('$') {
            result.push('$');
            template = rest;
            continue;
        }
        let Some((name, rest)) = reference(template) else {
            result.push('$');
            continue;
        };
        template = rest;
        let numbered =
            name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
        let found = match name.parse().ok().filter(|_| numbered && name.len() <= 8) {
            Some(number) => group(number),
            None => pattern
                .names
                .iter()
                .enumerate()
                .filter(|(_, own)| own.as_deref() == Some(name))
                .find_map(|(number, _)| group(number)),
        };
        result.push_str(found.unwrap_or_default());
    }
    result.push_str(template);
}

/// The name behind a `$`, and what follows it. The longest one counts: `$1x` is the group `1x`.
fn reference(template: &str) -> Option<(&str, &str)> {
    let (braced, body) = match template.strip_prefix('{') {
        Some(body) => (true, body),
        None => (false, template),
    };
    let end = body
        .find(|sign: char| sign != '_' && !LETTER.contains(sign) && !DIGIT.contains(sign))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if name.is_empty() {
        return None;
    }
    if braced { rest.strip_prefix('}').map(|rest| (name, rest)) } else { Some((name, rest)) }
}

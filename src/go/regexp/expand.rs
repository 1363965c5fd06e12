//! Replacements: `Regexp.Expand`.

use crate::go::unicode::{is_digit, is_letter};

/// Writes a replacement with `$1`, `${1}`, `$name` and `$$` filled in. A group that does not exist is empty.
pub(super) fn expand_into<'t>(
    result: &mut String,
    names: &[Option<String>],
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
            None => names
                .iter()
                .enumerate()
                .filter(|(_, own)| own.as_deref() == Some(name))
                .find_map(|(number, _)| group(number)),
        };
        result.push_str(found.unwrap_or_default());
    }
    result.push_str(template);
}

/// The name after a `$`, and what follows it. The longest one counts: `$1x` is the group `1x`.
fn reference(template: &str) -> Option<(&str, &str)> {
    let (braced, body) = match template.strip_prefix('{') {
        Some(body) => (true, body),
        None => (false, template),
    };
    let end = body
        .find(|character: char| character != '_' && !is_letter(character) && !is_digit(character))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if name.is_empty() {
        return None;
    }
    if braced { rest.strip_prefix('}').map(|rest| (name, rest)) } else { Some((name, rest)) }
}

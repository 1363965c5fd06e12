//! Credentials in URLs: who is asking, and the values of parameters that have the name of a secret.

use std::ops::Range;

/// What the name of a parameter contains whose value is secret.
const SECRET_NAMES: [&str; 9] =
    ["token", "pass", "pwd", "secret", "key", "signature", "credential", "auth", "jwt"];

/// The credentials in the URLs of a text, such as a message.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let ends =
        |character: char| character.is_whitespace() || character.is_control() || "`\"<>".contains(character);
    let mut found = Vec::new();
    for (at, separator) in text.match_indices("://") {
        let start = at + separator.len();
        let length = text[start..].find(ends).unwrap_or(text.len() - start);
        let end = start + length;
        if text[..at].ends_with(is_part_of_scheme) {
            if is_reference(&text[..at]) {
                found.push(start..end);
            }
            found.extend(user_info(text, start..end));
            found.extend(parameters(text, start..end));
        }
    }
    found.retain(|range| !range.is_empty());
    found
}

/// The credentials of a text that is one URL, whatever stands in it, each as it is written.
pub(super) fn of_url(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, separator) in text.match_indices("://") {
        let rest = at + separator.len()..text.len();
        if let Some(user_info) = user_info(text, rest.clone()) {
            let user_info = &text[user_info];
            found.push(user_info);
            found.extend(user_info.split_once(':').map(|(_, password)| password));
        }
        found.extend(parameters(text, rest).into_iter().map(|range| &text[range]));
    }
    found.retain(|piece| !piece.is_empty());
    found
}

/// A text without its percent encoding, where that stands for text.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits =
            tail.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn is_part_of_scheme(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+-.".contains(character)
}

/// Whether a URL with this before its `://` is a reference to a secret, as `vals` reads them: where that is, is nobody's business.
fn is_reference(before: &str) -> bool {
    let start = before.rfind(|character| !is_part_of_scheme(character)).map_or(0, |at| at + 1);
    before.get(start..).is_some_and(|scheme| scheme.contains("ref+"))
}

/// What stands before the `@` of the authority. `rest` is what follows the scheme.
fn user_info(text: &str, rest: Range<usize>) -> Option<Range<usize>> {
    let url = &text[rest.clone()];
    let authority = &url[..url.find(['/', '?', '#', '\\']).unwrap_or(url.len())];
    let length = authority.rfind('@').or_else(|| {
        // A password with a slash ends the authority for whoever reads it as a URL, and what follows the colon is not a port then.
        let (_, port) = authority.rsplit_once(':').filter(|_| !authority.ends_with(']'))?;
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
        url.rfind('@').filter(|_| !is_port)
    })?;
    Some(rest.start..rest.start + length)
}

/// The values of the parameters with the name of a secret.
fn parameters(text: &str, rest: Range<usize>) -> Vec<Range<usize>> {
    const SEPARATORS: [char; 4] = ['?', '&', ';', '#'];
    let url = &text[rest.clone()];
    let mut found = Vec::new();
    let Some(mut start) = url.find(['?', '#']) else { return found };
    while start < url.len() {
        start += 1;
        let end = url[start..].find(SEPARATORS).map_or(url.len(), |length| start + length);
        if let Some((name, value)) = url[start..end].split_once('=') {
            let name = decoded(name).to_lowercase();
            if name == "sig" || SECRET_NAMES.iter().any(|word| name.contains(word)) {
                found.push(rest.start + end - value.len()..rest.start + end);
            }
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut shown = text.to_owned();
        let mut ranges = in_text(text);
        ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
        for range in ranges {
            shown.replace_range(range, "*");
        }
        shown
    }

    #[test]
    fn credentials_are_found_wherever_a_url_has_them() {
        for (text, expected) in [
            ("https://me:hunter2@example.com/h.yaml?token=abc", "https://*@example.com/h.yaml?token=*"),
            ("git::https://me:p@ss@e.com/r.git@h.yaml?ref=x", "git::https://*@e.com/r.git@h.yaml?ref=x"),
            ("git::https://e.com/r.git@h.yaml", "git::https://e.com/r.git@h.yaml"),
            ("https://e.com:8080/r.git@h.yaml", "https://e.com:8080/r.git@h.yaml"),
            ("https://me:a/b?c@e.com/h.yaml", "https://*@e.com/h.yaml"),
            ("https://[::1]:80/a@b", "https://[::1]:80/a@b"),
            ("ssh://token@e.com", "ssh://*@e.com"),
            ("https://e.com?a=1&X-Amz-Signature=x%20y&b=2", "https://e.com?a=1&X-Amz-Signature=*&b=2"),
            ("https://e.com?a=1;sig=x#access_token=y", "https://e.com?a=1;sig=*#access_token=*"),
            ("https://e.com?%74oken=x", "https://e.com?%74oken=*"),
            ("see `https://a:b@c/d`, then `s3://k:s@b/o`", "see `https://*@c/d`, then `s3://*@b/o`"),
            ("`ref+vault://secret/x#/y` and a", "`ref+vault://*` and a"),
            ("secretref+awssm://x", "secretref+awssm://*"),
            ("no://", "no://"),
            (":// at first@", ":// at first@"),
            ("https://@e.com?token=", "https://@e.com?token="),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn credentials_of_a_url_are_found_whole_and_in_parts() {
        let found = of_url("https://me:it's `a`@e.com/h?x=1&token=a b");
        assert_eq!(found, ["me:it's `a`", "it's `a`", "a b"]);
        assert_eq!(of_url("https://e.com/h?x=1"), Vec::<&str>::new());
        assert_eq!(of_url("git@github.com:o/r"), Vec::<&str>::new());
    }

    #[test]
    fn percent_encoding_is_undone_where_it_stands_for_text() {
        assert_eq!(decoded("a%40b+%zz%"), "a@b %zz%");
        assert_eq!(decoded("%ff"), "%ff");
    }
}

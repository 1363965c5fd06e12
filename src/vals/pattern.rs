//! What vals takes for a reference (`pkg/expansion/expand_match.go`).

use std::ops::Range;

/// A reference in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// All that is replaced: with the prefix and, where it has one, the `+` at its end.
    pub(super) whole: Range<usize>,
    /// What follows the prefix: a URL.
    pub(super) url: Range<usize>,
}

const PREFIX: &[u8] = b"ref+";
const SECRET: &[u8] = b"secret";

/// Whether vals would replace something in a text.
#[must_use]
pub(crate) fn has_reference(text: &[u8]) -> bool {
    find(text).is_some()
}

/// The first reference in a text, as vals's regular expression finds it:
/// `((secret)?ref)\+([^\+:]*:\/\/[^\+\n ]+[^\+\n ",])\+?`. By hand, since it counts characters where a text need not be UTF-8.
pub(super) fn find(text: &[u8]) -> Option<Found> {
    prefixes(text).find_map(|prefix| {
        let rest = text.get(prefix.end..)?;
        let scheme = rest.iter().position(|byte| matches!(byte, b'+' | b':'))?;
        let after = rest.get(scheme..)?.strip_prefix(b"://")?;
        let length = after.iter().position(|byte| matches!(byte, b'+' | b'\n' | b' ')).unwrap_or(after.len());
        let run = after.get(..length)?;
        let kept = length - run.iter().rev().take_while(|byte| matches!(byte, b'"' | b',')).count();
        let kept_text = run.get(..kept)?;
        if kept_text.len() <= first_width(kept_text) {
            return None;
        }
        let end = prefix.end + scheme + b"://".len() + kept;
        let plus = usize::from(kept == length && after.get(length) == Some(&b'+'));
        Some(Found { whole: prefix.start..end + plus, url: prefix.end..end })
    })
}

/// Where `ref+` and `secretref+` stand in a text.
pub(super) fn prefixes(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + crate::go::strings::index(text.get(from..)?, PREFIX)?;
        let secret = text.get(from..at)?.ends_with(SECRET);
        from = at + PREFIX.len();
        Some(if secret { at - SECRET.len() } else { at }..from)
    })
}

/// How many bytes the first character has, for Go: one that is not UTF-8 has one.
fn first_width(text: &[u8]) -> usize {
    let first = text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.map_or(1, char::len_utf8)
}

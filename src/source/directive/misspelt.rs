//! Comments that may have been meant as directives, but do not name helmsum.

use super::look_alike::look_alike;
use crate::text::nearest;

/// What a SOURCE starts with that is not a path.
const KINDS: [&str; 5] = ["release:", "configmap:", "secret:", "sha256:", "object:"];

/// Comments on lines of their own that may have been meant as directives, such as `# hemlsum: ./apis`, with their lines, from
/// 1. They are comments like any other.
#[must_use]
pub(crate) fn misspelt(text: &str) -> Vec<(usize, String)> {
    let comments = text.lines().enumerate().filter_map(|(index, line)| {
        let comment = line.trim_matches([' ', '\t', '\r', '\u{feff}']);
        (comment.starts_with('#') && is_misspelt(comment)).then(|| (index + 1, comment.to_owned()))
    });
    comments.collect()
}

fn is_misspelt(comment: &str) -> bool {
    let body = comment.trim_start_matches(['#', ' ', '\t']);
    let end =
        body.find(|character: char| !character.is_ascii_alphabetic() && !matches!(character, '-' | '_'));
    let Some(end) = end.filter(|end| *end > 0) else { return false };
    let (word, rest) = body.split_at(end);
    let rest = rest.trim_start_matches([' ', '\t']);
    let (rest, colon) = match rest.strip_prefix([':', '=']) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    is_source(rest, colon) && nearest(word, ["helmsum"]).is_some() && look_alike(comment).is_none()
}

/// Whether what stands behind the word may be a SOURCE and what belongs to it.
fn is_source(rest: &str, colon: bool) -> bool {
    let mut words = rest.split_ascii_whitespace();
    let Some(source) = words.next() else { return false };
    let second = words.next();
    let alone = second.is_none_or(|second| second == "as" || second.contains('='));
    source.starts_with("./")
        || source.starts_with("../")
        || KINDS.iter().any(|kind| source.starts_with(kind))
        || source.contains('/') && (alone || colon)
        || colon && alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_may_have_been_meant_are_found() {
        for (line, found) in [
            ("# helmsun: ./apis", true),
            ("# hemlsum: ./apis", true),
            ("# helm-sum: ./apis", true),
            ("  ## helm_sum: apis", true),
            ("# helmsums: release:edge/apis as apis", true),
            ("# helmsum apis/orders.yaml", true),
            ("# helmsum: ./apis", false),
            ("# helmsum ./apis", false),
            ("# helmsum writes checksums", false),
            ("# helmsum and/or kubectl writes them", false),
            ("# helmsun: a tool for checksums", false),
            ("# helmfile: ./apis", false),
            ("# helm: ./apis", false),
            ("# checksum: ./apis", false),
            ("#: ./apis", false),
            ("# https://example.org/helmsun: x", false),
            ("a: 1 # helmsun: ./apis", false),
        ] {
            assert_eq!(!misspelt(&format!("a: 1\n{line}\n")).is_empty(), found, "{line}");
        }
        assert_eq!(misspelt("\n # helmsun: ./a\r\n"), [(2, "# helmsun: ./a".to_owned())]);
    }
}

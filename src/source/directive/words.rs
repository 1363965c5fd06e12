//! The words of a directive.

use std::ops::Range;

use super::fault::{At, Fault};

/// A word, its quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Where it stands in what was split, with its quotes.
    pub(super) span: Range<usize>,
}

/// Splits at spaces and tabs outside of `"…"` and `{{…}}`. Within quotes `\"` and `\\` stand for a quote and a backslash.
pub(super) fn split(text: &str) -> Result<Vec<Word>, At> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return Ok(words);
        }
        let start = text.len() - rest.len();
        let (word, behind) = word(rest).map_err(|(length, fault)| fault.at(start + length..text.len()))?;
        rest = behind;
        words.push(Word { text: word, span: start..text.len() - rest.len() });
    }
}

/// The first word of a text that starts with one, and what is after it.
pub(super) fn word(text: &str) -> Result<(String, &str), (usize, Fault)> {
    let mut word = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let here = text.len() - rest.len();
        if matches!(character, ' ' | '\t') {
            break;
        }
        if character == '"' {
            rest = quoted(&rest[1..], &mut word).ok_or((here, Fault::UnclosedQuote))?;
        } else if rest.starts_with("{{") {
            let length = rest.find("}}").ok_or((here, Fault::UnclosedTemplate))? + 2;
            word.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            word.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    Ok((word, rest))
}

/// Reads up to the closing quote and returns what is after it.
fn quoted<'t>(text: &'t str, word: &mut String) -> Option<&'t str> {
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(characters.as_str()),
            '\\' if characters.as_str().starts_with(['"', '\\']) => word.extend(characters.next()),
            character => word.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text).expect("it can be split").into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn blanks_and_tabs_separate() {
        assert_eq!(words("  ./a \t as  b\t"), ["./a", "as", "b"]);
        assert_eq!(words(""), Vec::<String>::new());
        assert_eq!(words("a\u{a0}b"), ["a\u{a0}b"], "no other white space does");
    }

    #[test]
    fn quotes_keep_blanks_and_know_two_escapes() {
        assert_eq!(words(r#""../shared/my certs" x"#), ["../shared/my certs", "x"]);
        assert_eq!(words(r#"exclude="a b".md"#), ["exclude=a b.md"]);
        assert_eq!(words(r#""a\"b" "a\\b" "a\nb" "a\\\"b""#), ["a\"b", "a\\b", "a\\nb", "a\\\"b"]);
        assert_eq!(words(r#""" a"#), ["", "a"]);
        assert_eq!(
            words(r#""{{ env \"X\" }}/a b""#),
            [r#"{{ env "X" }}/a b"#],
            "quotes within quotes are escaped"
        );
    }

    #[test]
    fn apostrophes_hashes_and_backslashes_stand_for_themselves() {
        assert_eq!(words(r"it's 'a b' # \ c\d"), ["it's", "'a", "b'", "#", "\\", "c\\d"]);
    }

    #[test]
    fn templates_keep_blanks_and_quotes() {
        assert_eq!(words(r#"./{{ env "A B" }}/x y"#), [r#"./{{ env "A B" }}/x"#, "y"]);
        assert_eq!(words("sha256:{{ .a }}{{ .b }} {x} }}"), ["sha256:{{ .a }}{{ .b }}", "{x}", "}}"]);
    }

    #[test]
    fn what_is_not_closed_is_an_error_that_points_at_it() {
        assert_eq!(split("./a \"b c").expect_err("a quote"), Fault::UnclosedQuote.at(4..8));
        assert_eq!(split("./a x\"b\\\"").expect_err("a quote"), Fault::UnclosedQuote.at(5..9));
        assert_eq!(split("./{{ a } c").expect_err("a template"), Fault::UnclosedTemplate.at(2..10));
    }

    #[test]
    fn spans_cover_the_words_with_their_quotes() {
        let text = r#" "a b"c  ü"#;
        let spans: Vec<&str> =
            split(text).expect("it can be split").into_iter().map(|word| &text[word.span]).collect();
        assert_eq!(spans, [r#""a b"c"#, "ü"]);
    }
}

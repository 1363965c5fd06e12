//! Where the comments of a text are. The parser drops them, so they are what lies between tokens and starts with `#`.

use std::ops::Range;

use libyaml_safer::{ScalarStyle, Scanner, TokenData};

use super::compose::{Extent, compose, syntax_error};
use super::input::{Input, is_break};
use super::{Error, Limits};

/// The comments of all documents of a text, each from its `#` to the end of its line, in order. A `#` in quotes, in a block
/// scalar or inside plain text starts none.
///
/// # Errors
///
/// As [`super::parse`]: in a text that is not YAML nobody can tell a comment from a value.
pub(crate) fn comments(source: &[u8], limits: &Limits) -> Result<Vec<Range<usize>>, Error> {
    let input = Input::check(source, limits)?;
    compose(&input, limits, Extent::All)?;
    // The input has been checked to be UTF-8.
    let text = std::str::from_utf8(source).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    let mut scanner = Scanner::new();
    scanner.set_input(input.reader());
    for token in scanner {
        let token = token.map_err(|error| syntax_error(&error, &input))?;
        if let TokenData::Scalar { style, .. } = token.data {
            let start = input.offset(token.start_mark.index);
            collect(text, at..start, &mut found);
            at = input.offset(token.end_mark.index).max(start);
            if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                collect(text, start..line_end(text, start).min(at), &mut found);
            }
        }
    }
    collect(text, at..text.len(), &mut found);
    Ok(found)
}

/// Adds the comments of a stretch of text without scalars.
fn collect(text: &str, stretch: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut at = stretch.start;
    while let Some(character) = text.get(at..stretch.end).and_then(|rest| rest.find('#')) {
        let end = line_end(text, at + character);
        found.push(at + character..end);
        at = end;
    }
}

fn line_end(text: &str, start: usize) -> usize {
    text[start..].find(is_break).map_or(text.len(), |length| start + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Value;
    use crate::yaml::parse;

    fn found(text: &str) -> Vec<&str> {
        comments(text.as_bytes(), &Limits::default())
            .expect("the text is YAML")
            .into_iter()
            .map(|span| &text[span])
            .collect()
    }

    #[test]
    fn comments_are_found_wherever_yaml_allows_them() {
        assert_eq!(found("# a\nb: 1 # c\n  # d\nc: [1, # e\n  2] #f"), ["# a", "# c", "# d", "# e", "#f"]);
        assert_eq!(found("\u{feff}# a\r\nb: 1\r\n"), ["# a"]);
        assert_eq!(found("a: | # b\n  c\n# d\n"), ["# b", "# d"]);
        assert_eq!(found("a: &x # b\n  # c\n  d\n"), ["# b", "# c"], "between an anchor and its value");
        assert_eq!(found("a: !!str # b\n  \"c\" # d\n"), ["# b", "# d"]);
        assert_eq!(found("%YAML 1.1 # a\n--- # b\nc\n... # d\n"), ["# a", "# b", "# d"]);
        assert_eq!(found("# only\n"), ["# only"]);
        assert_eq!(
            found("a: 1\u{2028}# b\u{2028}c: 2"),
            ["# b"],
            "YAML 1.1 breaks lines at more than line feeds"
        );
        assert_eq!(found(""), Vec::<&str>::new());
    }

    #[test]
    fn text_in_scalars_is_no_comment() {
        for text in [
            "a: |\n  # b\n  c\n",
            "a: |\n\n  # b\n",
            "a: |2\n  # b\n",
            "a: >-\n  b\n\n  # c\n",
            "a: '\n  # b\n  '\n",
            "a: \"# b\n  # c\"\n",
            "a: b#c\n",
            "a: b\n  c#d\n",
            "- |\n # b\n",
            "a: |\n  # no break at the end",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text:?}");
        }
    }

    #[test]
    fn a_block_scalar_ends_where_its_indentation_does() {
        assert_eq!(found("a: |\n  b\n # c\n  # d\ne: 1\n"), ["# c", "# d"]);
        assert_eq!(found("a:\n  b: |\n    c\n  # d\n  e: 1\n"), ["# d"]);
        assert_eq!(found("a: |+\n  b\n\n\n# c\n"), ["# c"]);
    }

    #[test]
    fn what_is_no_yaml_has_no_comments() {
        for text in ["a: [\n# b\n", "a: 1\n b: 2 # c\n", "\t# a\nb: \"", "a: \u{1}"] {
            assert!(comments(text.as_bytes(), &Limits::default()).is_err(), "{text:?}");
        }
    }

    fn decoded(text: &str) -> Option<Vec<Value>> {
        let nodes = parse(text.as_bytes(), &Limits::default()).ok()?;
        nodes.iter().map(|node| node.decode().ok()).collect()
    }

    fn same(one: &[Value], other: &[Value]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.deep_equal(other))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

        #[test]
        fn comments_mean_nothing_and_every_other_sign_does(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "#", "# x", " #", "\n", "\n", "\n  ", "\n    ", "a: ", "b: ", "- ", "|", ">-", "|+", "'", "\"", "x", " ",
                "[", "]", ", ", "{", "}", "&a ", "!t ", "---", ":", "\r\n", "\u{2028}", "é",
            ]), 0..24)
        ) {
            let text = pieces.concat();
            let Some(values) = decoded(&text) else { return Ok(()) };
            let comments = comments(text.as_bytes(), &Limits::default()).expect("it was parsed");
            let mut blanked = text.clone();
            for span in comments.iter().rev() {
                blanked.replace_range(span.clone(), "#");
            }
            prop_assert!(decoded(&blanked).is_some_and(|other| same(&values, &other)), "{text:?} {comments:?}");
            for (at, _) in text.match_indices('#') {
                if !comments.iter().any(|span| span.contains(&at)) {
                    let mut changed = text.clone();
                    changed.replace_range(at..=at, "y");
                    prop_assert!(!decoded(&changed).is_some_and(|other| same(&values, &other)), "{text:?} {at}");
                }
            }
        }
    }
}

//! Directives where nobody reads them.

use std::sync::LazyLock;

use regex::Regex;

use super::scan::{LOOKS_LIKE, may_declare};
use crate::text::{nearest, position};
use crate::yaml::{self, Limits};

/// The lines, from 1, of comments that look like directives in a file that is not a values file: a state file, a base, a
/// chart's own `values.yaml`. In a text that is no YAML, such as a template, every line that starts like one counts.
#[must_use]
pub fn unread(text: &[u8]) -> Vec<usize> {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?im)^[ \t]*(#+[ \t]*helmsum[ \t]*:)").expect("the pattern is good"));
    let text_of = String::from_utf8_lossy(text);
    if !may_declare(text) || !LOOKS_LIKE.is_match(&text_of) {
        return Vec::new();
    }
    let mut lines: Vec<usize> = match yaml::comments(text, &Limits::default()) {
        Ok(comments) => comments
            .into_iter()
            .filter_map(|comment| {
                LOOKS_LIKE.find(&text_of[comment.clone()]).map(|look| comment.start + look.start())
            })
            .map(|at| position(&text_of, at).0)
            .collect(),
        Err(_) => LINE
            .captures_iter(&text_of)
            .filter_map(|found| found.get(1))
            .map(|look| position(&text_of, look.start()).0)
            .collect(),
    };
    lines.dedup();
    lines
}

/// The lines, from 1, of what looks like directives inside `{{/* … */}}` of a values template, which no rendering shows.
#[must_use]
pub fn in_template_comments(raw: &str) -> Vec<usize> {
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)\{\{(?:-[ \t\r\n])?/\*.*?\*/(?:[ \t\r\n]-)?\}\}").expect("the pattern is good")
    });
    let mut lines: Vec<usize> = COMMENT
        .find_iter(raw)
        .flat_map(|comment| {
            LOOKS_LIKE
                .find_iter(comment.as_str())
                .map(move |look| comment.start() + look.start())
                .collect::<Vec<_>>()
        })
        .map(|at| position(raw, at).0)
        .collect();
    lines.dedup();
    lines
}

/// Comments on lines of their own that may have been meant as directives, `# helmsun: ./apis` or `# helmsum ./apis`, with
/// their lines, from 1. They are comments like any other.
#[must_use]
pub fn near_misses(text: &str) -> Vec<(usize, String)> {
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[ \t]*(#+[ \t]*([A-Za-z-]+)[ \t]*(:?)[ \t]+\S*/.*?)[ \t\r]*$")
            .expect("the pattern is good")
    });
    let near = |line: &str| {
        let found = COMMENT.captures(line)?;
        let (comment, word) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        let is_directive = word.eq_ignore_ascii_case("helmsum") && found.get(3)?.as_str() == ":";
        (!is_directive && nearest(word, ["helmsum"]).is_some()).then(|| comment.to_owned())
    };
    text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, near(line)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_may_have_been_meant_are_found() {
        for (line, near) in [
            ("# helmsun: ./apis", true),
            ("  ## Helmsum ./apis/*.yaml ", true),
            ("# hemlsum: ./apis", true),
            ("# helmsum: ./apis", false),
            ("# helm sum: ./apis", false),
            ("# helmsum writes checksums", false),
            ("# helmfile: ./apis", false),
            ("a: 1 # helmsun: ./apis", false),
        ] {
            assert_eq!(!near_misses(&format!("a: 1\n{line}\n")).is_empty(), near, "{line}");
        }
        assert_eq!(near_misses("\n # helmsun: ./a\r\n"), [(2, "# helmsun: ./a".to_owned())]);
    }

    #[test]
    fn comments_in_a_state_file_are_found_and_text_is_not() {
        let state = "# helmsum: ./apis\nreleases:\n- name: a # Helmsum: x\n  values:\n  - a: |\n      # helmsum: ./b\n";
        assert_eq!(unread(state.as_bytes()), [1, 3]);
        assert!(unread(b"hooks:\n- command: helmsum\n  name: helmsum\n# helmsum is great\n").is_empty());
    }

    #[test]
    fn a_state_template_is_searched_line_by_line() {
        let state = "{{ if .x }}\n# helmsum: ./apis\n{{ end }}\na: {{ .b }} # helmsum: ./c\n";
        assert_eq!(unread(state.as_bytes()), [2]);
    }

    #[test]
    fn template_comments_hide_directives() {
        let raw = "{{/* # helmsum: ./a */}}\n{{- /*\n\n# helmsum: ./b\n*/ -}}\n# helmsum: ./c\n{{ \"/*\" }} # helmsum: x {{ \"*/\" }}\n";
        assert_eq!(in_template_comments(raw), [1, 4]);
    }
}

//! Directives where nobody reads them.

use std::sync::LazyLock;

use regex::Regex;

use super::look_alike::{self, look_alike};
use crate::text::position;
use crate::yaml::{self, Limits};

/// The lines, from 1, of comments that look like directives in a file that is not a values file: a state file, a base, a
/// chart's own `values.yaml`. In a text that is not YAML, such as a template, every line that starts like one counts.
#[must_use]
pub fn unread(text: &[u8]) -> Vec<usize> {
    if !look_alike::in_text(text) {
        return Vec::new();
    }
    let text_of = String::from_utf8_lossy(text);
    let mut lines: Vec<usize> = match yaml::comments(text, &Limits::default()) {
        Ok(comments) => comments
            .into_iter()
            .filter_map(|comment| {
                look_alike(&text_of[comment.clone()]).map(|look| comment.start + look.span.start)
            })
            .map(|at| position(&text_of, at).0)
            .collect(),
        Err(_) => lines_like_directives(&text_of),
    };
    lines.dedup();
    lines
}

/// The lines, from 1, of what looks like directives inside `{{/* … */}}` of a values template, which no rendering shows.
#[must_use]
pub(crate) fn in_template_comments(raw: &str) -> Vec<usize> {
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)\{\{(?:-[ \t\r\n])?/\*.*?\*/(?:[ \t\r\n]-)?\}\}").expect("the pattern is good")
    });
    let mut lines = Vec::new();
    for comment in COMMENT.find_iter(raw) {
        let first = position(raw, comment.start()).0;
        let found = lines_that(comment.as_str(), |line| look_alike::in_line_of_comment(line).is_some());
        lines.extend(found.into_iter().map(|line| first + line - 1));
    }
    lines.dedup();
    lines
}

/// The lines, from 1, of a text that start with a comment which is or looks like a directive, whatever the text may be.
#[must_use]
pub(crate) fn lines_like_directives(text: &str) -> Vec<usize> {
    lines_that(text, |line| {
        let comment = line.trim_start_matches([' ', '\t']);
        comment.starts_with('#') && look_alike(comment).is_some()
    })
}

/// The numbers of the lines, from 1, of which something is true.
fn lines_that(text: &str, holds: impl Fn(&str) -> bool) -> Vec<usize> {
    text.split('\n').enumerate().filter(|(_, line)| holds(line)).map(|(index, _)| index + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

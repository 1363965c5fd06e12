//! What the manual says about findings: the sections of `docs/findings.md`.

use crate::diagnostic::Code;

const PAGE: &str = include_str!("../../docs/findings.md");

/// The section of a finding, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explained {
    /// What it is, and why it matters.
    pub(super) why: &'static str,
    /// What to do about it.
    pub(super) fix: &'static str,
    /// What another level means.
    pub(super) level: &'static str,
}

impl Explained {
    /// The section of a code. Each has one; a test sees to that.
    pub(super) fn of(code: Code) -> Self {
        let section = section(code.name());
        let paragraph = |start: &str| {
            let mut paragraphs = section.split("\n\n").map(str::trim);
            paragraphs.find_map(|paragraph| paragraph.strip_prefix(start)).unwrap_or_default()
        };
        // The first is about the level.
        let why = section.split("\n\n").map(str::trim).nth(1).unwrap_or_default();
        Self { why, fix: paragraph("**Fix**: "), level: paragraph("**Level**: ") }
    }
}

/// The section about a finding, without its heading.
pub(super) fn section(code: &str) -> &'static str {
    let heading = format!("### `{code}`\n");
    let section = PAGE.split_once(heading.as_str()).map_or("", |(_, rest)| rest);
    section.split("\n#").next().unwrap_or(section)
}

/// What the tables of refusals and mistakes say of a code: what it is, and what to do about it.
pub(super) fn row(code: &str) -> (&'static str, &'static str) {
    let start = format!("| `{code}` | ");
    let row = PAGE.lines().find_map(|line| line.strip_prefix(start.as_str())?.strip_suffix(" |"));
    row.and_then(|row| row.rsplit_once(" | ")).unwrap_or_default()
}

/// A paragraph of the manual on one line, without markup: code keeps its back-ticks, of a link there is the text.
pub(super) fn plain(paragraph: &str) -> String {
    let mut text = String::new();
    let mut rest = paragraph;
    while let Some((before, link)) = rest.split_once('[') {
        text.push_str(before);
        let parts = link.split_once("](").and_then(|(name, link)| Some((name, link.split_once(')')?.1)));
        if let Some((name, after)) = parts {
            text.push_str(name);
            rest = after;
        } else {
            text.push('[');
            rest = link;
        }
    }
    text.push_str(rest);
    text.replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first sentence of a text in plain English.
pub(super) fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_explained() {
        for code in Code::ALL {
            let Explained { why, fix, level } = Explained::of(*code);
            for part in [why, fix, level] {
                let part = plain(part);
                assert!(part.len() > 20 && part.ends_with(['.', ':']), "{code}: {part:?}");
                assert!(!part.contains("](") && !part.contains('\n'), "{code}: {part:?}");
            }
        }
    }

    #[test]
    fn a_paragraph_is_plain_text_on_a_line() {
        let paragraph = "See [`x`](a.md#x) and\n**this** [not a link]. More `y`.";
        assert_eq!(plain(paragraph), "See `x` and this [not a link]. More `y`.");
        assert_eq!(first_sentence("One. Two."), "One.");
        assert_eq!(first_sentence("One `a.b` only."), "One `a.b` only.");
    }
}

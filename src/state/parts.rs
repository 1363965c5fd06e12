//! How helmfile cuts a state file into parts (`pkg/app/desired_state_file_loader.go: load`).

/// A slice of a state file that is rendered and decoded by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'t> {
    /// The text without the separators.
    pub(super) text: &'t str,
    /// The line of the file that it starts on, from 1.
    pub(super) line: usize,
    /// The byte of the file that it starts at.
    pub(super) offset: usize,
}

/// The parts of a text whose line breaks are normalised. Only `\n---\n` separates: `---` on the first line, with
/// anything after it, or at the very end belongs to a part, where YAML takes it for a document separator.
pub(super) fn split(text: &str) -> impl Iterator<Item = Part<'_>> {
    let (mut line, mut offset) = (1, 0);
    text.split("\n---\n").map(move |text| {
        let part = Part { text, line, offset };
        line += text.matches('\n').count() + 2;
        offset += text.len() + "\n---\n".len();
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(usize, &str)> {
        split(text).map(|part| (part.line, part.text)).collect()
    }

    #[test]
    fn only_a_bare_separator_line_between_other_lines_splits() {
        assert_eq!(parts("a\n---\nb\nc\n---\nd\n"), [(1, "a"), (3, "b\nc"), (6, "d\n")]);
        assert_eq!(parts("---\na\n--- \nb\n--- # x\nc\n---"), [(1, "---\na\n--- \nb\n--- # x\nc\n---")]);
    }

    #[test]
    fn a_part_knows_where_it_starts() {
        let text = "a\nb\n---\nc";
        let second = split(text).nth(1).unwrap();
        assert_eq!((second.line, &text[second.offset..]), (4, "c"));
    }

    #[test]
    fn separators_do_not_share_a_line_break() {
        assert_eq!(parts("a\n---\n---\nb"), [(1, "a"), (3, "---\nb")]);
        assert_eq!(parts("\n---\n"), [(1, ""), (3, "")]);
    }
}

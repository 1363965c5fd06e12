//! What holds whatever is written.

use super::*;

proptest! {
    #[test]
    fn nothing_that_is_written_makes_it_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "# helmsum: ", "#", "helmsum:", "Helmsum :", "./a", " as ", "b", "exclude=", "\"", "\\", "{{", "}}", "\n", "\r", " ", "\t", "|\n  ",
            "a: ", "'", "sha256:", "*", "[", "..", "/", "ü", "\u{2028}", "\u{feff}", "\u{0}", "=", "- ",
        ]), 0..24)
    ) {
        let text = pieces.concat();
        if let Ok(sources) = try_plain(&text) {
            for source in sources {
                prop_assert!(crate::source::check(&source.label()).is_ok());
                prop_assert!(!source.text.is_empty() && !source.text.starts_with('/'));
            }
        }
        let raw = text.replace(['{', '}'], "");
        let _ = template(&raw);
    }

    #[test]
    fn template_marks_never_hide_a_directive(
        lines in prop::collection::vec(prop::sample::select(vec![
            "# helmsum: ./a", "  # helmsum: ./b exclude=*.md", "#helmsum: ./{{ .Env }}", "# note", "k: {{ .Env }}", "k: {{ .Env -}}",
            "{{- \"\" }}", "{{ \"\" -}}", "{{- \"\" -}}", "{{- /* c */ -}}", "{{- .Env }}", "{{ .Env -}}", "{{ if .Yes }}", "{{- end }}", "",
            "- {{ .Env }}", "\"{{ .Env -}}", "\"", "|",
        ]), 0..10)
    ) {
        let opened = lines.iter().filter(|line| line.contains("if")).count();
        let closed = lines.iter().filter(|line| line.contains("end")).count();
        let mut raw: String = lines.iter().map(|line| [*line, "\n"].concat()).collect();
        raw.push_str(&"{{ end }}".repeat(opened.saturating_sub(closed)));
        let declared: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with("#helmsum") || line.trim_start().starts_with("# helmsum"))
            .map(|(index, _)| index + 1)
            .collect();
        let Some(result) = try_template(&raw) else { return Ok(()) };
        if let Ok(sources) = result {
            let mut found: Vec<usize> = sources.iter().filter_map(|source| source.place.line).collect();
            found.sort_unstable();
            // Text in quotes may contain lines that look like directives and are none.
            if lines.iter().any(|line| line.contains('"') && !line.contains("\"\"") || *line == "|") {
                prop_assert!(found.iter().all(|line| declared.contains(line)), "{raw}");
            } else {
                prop_assert_eq!(found, declared, "{}", raw);
            }
        }
    }

    #[test]
    fn a_quoted_path_comes_back_as_it_was(path in "[a-z \"'#{}=]{1,12}") {
        prop_assume!(!path.contains("{{"));
        let quoted = format!("\"./{}\" as x", path.replace('\\', "\\\\").replace('"', "\\\""));
        let source = one(&quoted).expect("good");
        prop_assert_eq!(source.text, format!("./{path}"));
    }
}

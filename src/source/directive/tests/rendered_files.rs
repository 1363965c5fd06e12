//! Directives in the text that a template gives.

use super::*;

fn template_fault(raw: &str) -> (Fault, Option<usize>) {
    let error = template(raw).expect_err("a fault");
    let line = error.diagnostic().place.as_ref().and_then(|place| place.line);
    (error.fault, line)
}

#[test]
fn rendered_text_is_scanned_and_lines_are_those_of_the_file() {
    let raw = "{{- if .Yes }}\na: 1\n\n# helmsum: ./{{ .Env }} as env\n{{- else }}\n# helmsum: ./never\n{{- end }}\n{{- range .List }}\n  # helmsum: ./{{ . }}\n{{- end }}\n\n{{ lines . }}\nb: |\n  # helmsum: ./text\n";
    let sources = template(raw).expect("good");
    assert_eq!(paths(&sources), ["./prod", "./x", "./y", "./one", "./two"]);
    let lines: Vec<_> = sources.iter().filter_map(|source| source.place.line).collect();
    assert_eq!(lines, [4, 9, 9, 12, 12]);
    assert_eq!(sources[0].name.as_deref(), Some("env"));
}

#[test]
fn braces_that_are_left_are_an_error() {
    assert_eq!(template_fault("a: 1\n# helmsum: ./{{ .Braces }}\n"), (Fault::LeftTemplate, Some(2)));
    assert_eq!(template_fault("# helmsum: ./{{ \"{{ .x }}\" }}\n"), (Fault::LeftTemplate, Some(1)));
}

#[test]
fn a_line_break_that_was_swallowed_is_told() {
    assert_eq!(template_fault("# helmsum: ./a\n{{- \"foo: bar\" }}\n"), (Fault::Swallowed(1, 2), Some(1)));
    assert_eq!(
        template_fault("# helmsum: ./a\n{{- .Env }}\n"),
        (Fault::Swallowed(1, 2), Some(1)),
        "a path it could be"
    );
    assert_eq!(
        template_fault("a: {{ .Env -}}\n# helmsum: ./a\n"),
        (Fault::Swallowed(1, 2), Some(2)),
        "it became a part of the value"
    );
    assert_eq!(
        template_fault("a: {{ .Env }} {{ \"\" -}}\n# helmsum: ./a\n"),
        (Fault::Swallowed(1, 2), Some(2)),
        "it stands behind the value"
    );
    assert_eq!(
        template_fault("# note\n{{- \"\" -}}\n# helmsum: ./a\n").0,
        Fault::Swallowed(1, 3),
        "it became a part of a comment"
    );
    for text in [
        "x: 1\n# helmsum: ./a\n{{- if .Yes -}}\na:\n  - b: 2\n{{- end }}\n",
        "x: 1\n  # helmsum: ./a\n{{- range .List -}}\nk{{ . }}:\n    a: 1\n  b: 2\n{{ end }}\n",
    ] {
        let fault = template_fault(text);
        assert_eq!(fault, (Fault::Swallowed(2, 4), Some(2)), "what it swallowed is missing elsewhere");
    }
    let fine = "# helmsum: ./a\n{{- if .Yes }}\nb: 1\n{{- end }}\n# helmsum: ./c\n{{- range .List }}\n# helmsum: ./{{ . -}}\n{{ end }}\n";
    assert_eq!(paths(&template(fine).expect("good")), ["./a", "./c", "./x", "./y"]);
}

#[test]
fn look_alikes_in_rendered_text_are_errors_too() {
    assert_eq!(template_fault("x: 1\na: {{ .Env }} # helmsum: ./a\n"), (Fault::NotAlone, Some(2)));
    assert_eq!(template_fault("{{ .Env }}: 1\n## helmsum: ./a\n"), (Fault::LooksLike, Some(2)));
    assert!(matches!(template_fault("# helmsum: ./a\n{{ .Env }}: [\n"), (Fault::NotYaml(_), Some(_))));
    assert!(matches!(
        template_fault("a: {{ bytes . }} ü # ü\n# helmsum: ./ü\n"),
        (Fault::NotYaml(_), Some(1))
    ));
}

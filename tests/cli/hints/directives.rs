//! The hints about directives: text for the values file.

use super::{after, diagnostics, edit, hint, is_gone, is_well, quoted};
use crate::support::repo::{Repo, gateway};

#[test]
fn a_directive_is_written_as_its_hint_has_it() {
    for (written, meant) in [
        ("# helmsum: ./apis ./more", "# helmsum: ./more"),
        ("# helmsum: ./my certs as certs", "# helmsum: \"./my certs\""),
        ("# helmsum: './apis", "# helmsum: ./apis"),
        ("# helmsum: './my certs'", "# helmsum: \"./my certs\""),
        ("# helmsum: .\\apis", "./apis"),
    ] {
        let repo = directive(written);
        let hint = hint(&repo, &["generate"], "source-syntax");
        let text = quoted(&hint)
            .into_iter()
            .next_back()
            .filter(|text| text.contains("./"))
            .or_else(|| quoted(&hint).into_iter().find(|text| text.contains("./")));
        let text = if written.contains("'./apis") { quoted(&hint)[0].clone() } else { text.expect("a text") };
        assert_eq!(text, meant, "{hint}");
        let line = if text.starts_with('#') { text } else { format!("# helmsum: {text}") };
        is_well(
            &repo.file("gateway/values.yaml", format!("{line}\n")),
            &["generate", "--strict"],
            "source-syntax",
        );
    }
}

/// The gateway with one line in the place of its directive, and what that may name.
pub(super) fn directive(line: &str) -> Repo {
    gateway()
        .file("gateway/values.yaml", format!("{line}\n"))
        .file("gateway/more/x", "1")
        .file("gateway/my certs/x", "1")
        .file("gateway/apis/a.md", "1")
}

#[test]
fn an_option_is_written_as_its_hint_has_it() {
    for (written, from, code) in [
        ("# helmsum: ./apis optional", "optional", "source-syntax"),
        ("# helmsum: ./apis exclude *.md", "exclude *.md", "source-syntax"),
        ("# helmsum: ./apis as=apis eol=lf", "as=apis", "source-syntax"),
        ("# helmsum: ./apis exlude=*.md", "exlude=", "source-option"),
        ("# helmsum: ./apis eol=crlf", "eol=crlf", "source-option"),
        ("# helmsum: ./apis parse=json", "parse=json", "source-option"),
        ("# helmsum: ./apis optional=yes", "optional=yes", "source-option"),
        ("# helmsum: ./apis secret=yes", "secret=yes", "source-option"),
        ("# helmsum: relase:gateway", "relase:", "source-kind"),
    ] {
        let repo = directive(written);
        let right = quoted(&hint(&repo, &["generate"], code)).remove(0);
        let repo = edit(repo, "gateway/values.yaml", from, &right);
        is_gone(&repo, &["generate"], code);
    }
}

#[test]
fn a_line_break_that_a_template_prints_is_trimmed() {
    let digest = "a".repeat(64);
    for word in ["sha256:{{ exec \"cat\" (list \"digest\") }}", "sha256:{{ readFile \"digest\" -}}"] {
        let repo = directive(&format!("# helmsum: {word} as db"))
            .file("gateway/digest", format!("{digest}\n"))
            .file("digest", format!("{digest}\n"));
        let right = after(&hint(&repo, &["generate"], "source-syntax"), "write ");
        let repo = edit(repo, "gateway/values.yaml", word, &right);
        is_well(&repo, &["generate", "--strict"], "source-syntax");
        assert!(repo.read("gateway/checksum.yaml").contains(&digest));
    }
}

#[test]
fn lines_that_look_like_directives_are_written_as_their_hints_have_it() {
    for (written, becomes) in [
        ("## helmsum: ./apis", "# helmsum: ./apis\n"),
        ("# helmsum ./apis", "# helmsum: ./apis\n"),
        ("# helmsum:./apis", "# helmsum: ./apis\n"),
        ("a: 1 # helmsum: ./apis", "# helmsum: ./apis\na: 1\n"),
        ("#\u{a0}helmsum: ./apis", "# helmsum: ./apis\n"),
    ] {
        let repo = directive(written);
        let said = diagnostics(&repo, &["generate"]).remove(0);
        let says = format!("{} {}", said.message, said.hint);
        assert!(
            says.contains("`# helmsum: SOURCE`") || says.contains("separate line, above the value"),
            "{says}"
        );
        is_well(&repo.file("gateway/values.yaml", becomes), &["generate", "--strict"], &said.code);
    }
}

#[test]
fn two_sources_of_one_name_or_label_are_told_apart_by_as() {
    for (written, from, to) in [
        ("# helmsum: ./apis as a\n# helmsum: ./more as a", "./more as a", "./more as more"),
        ("# helmsum: ./apis\n# helmsum: ./apis eol=lf", "./apis eol=lf", "./apis as lf eol=lf"),
        ("# helmsum: ./apis from=a\n# helmsum: ./apis from=b", "./apis from=b", "./apis as b from=b"),
    ] {
        let repo = directive(written);
        let hint = hint(&repo, &["generate"], "source-clash");
        assert!(hint.contains(" as apis`") || hint.contains("add `as NAME` to one of them"), "{hint}");
        is_gone(&edit(repo, "gateway/values.yaml", from, to), &["generate"], "source-clash");
    }
}

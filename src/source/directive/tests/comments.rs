//! Which comments are directives, and which only look like one.

use super::*;

#[test]
fn a_directive_is_a_comment_that_starts_its_line() {
    let sources = plain("# helmsum: ./a\na: 1\n  # helmsum: ./b\nb:\n\n#helmsum:\t./c\n#  \thelmsum: ./d");
    assert_eq!(paths(&sources), ["./a", "./b", "./c", "./d"]);
    let lines: Vec<_> = sources.iter().map(|source| source.place.line).collect();
    assert_eq!(lines, [Some(1), Some(3), Some(6), Some(7)]);
    assert_eq!(sources[0].place.file, FILE);
    assert_eq!(sources[0].directory, "/repo/values", "paths are relative to the directory of the file");
    assert_eq!(sources[0].path().expect("a path"), "/repo/values/a");
}

#[test]
fn a_byte_order_mark_and_windows_line_breaks_do_not_matter() {
    let sources = plain("\u{feff}# helmsum: ./a  \r\na: 1\r\n# helmsum: ./b\t \r\n");
    assert_eq!(paths(&sources), ["./a", "./b"]);
    assert_eq!(
        paths(&plain("# helmsum: ./a\r")),
        ["./a"],
        "a final CR is dropped at the end of the file too"
    );
}

#[test]
fn a_file_without_the_word_is_not_even_read_as_yaml() {
    assert!(plain("a: [\n").is_empty());
    assert!(in_plain(FILE.into(), b"\xff\xfe", &mut Render::Never).expect("not read").is_empty());
    assert!(!may_declare(b"a: helmsum\n"));
    assert!(may_declare(b"# helmsum: x") && may_declare(b"# HelmSum : x"));
}

#[test]
fn text_in_scalars_is_never_a_directive() {
    for text in [
        "a: |\n  # helmsum: ./a\n",
        "a: >\n\n  # helmsum: ./a\n\nb: 1\n",
        "a: '\n  # helmsum: ./a\n  '\n",
        "a: \"\n\n  # helmsum: ./a\"\n",
        "a: b\n  c#helmsum:./a\n",
        "a: b# helmsum:x\n",
        "'# helmsum: ./a': 1\n",
    ] {
        assert!(plain(text).is_empty(), "{text:?}");
    }
    assert_eq!(paths(&plain("a: |\n  # helmsum: ./a\n# helmsum: ./b\n")), ["./b"]);
    assert_eq!(paths(&plain("a: &x\n  # helmsum: ./b\n  c\n")), ["./b"]);
}

#[test]
fn every_document_of_a_file_counts() {
    assert_eq!(
        paths(&plain("# helmsum: ./a\n---\nb: 1\n# helmsum: ./c\n...\n# helmsum: ./d\n")),
        ["./a", "./c", "./d"]
    );
}

#[test]
fn what_looks_like_a_directive_is_an_error() {
    for text in [
        "## helmsum: ./a\n",
        "# Helmsum: ./a\n",
        "# HELMSUM: ./a\n",
        "# helmsum : ./a\n",
        "#helmsum\t: ./a\n",
        "a: 1\n  ### helmsum: ./a\n",
        "# # helmsum: ./a\n",
        "# write # helmsum: ./a\n",
    ] {
        assert_eq!(fault(text), Fault::LooksLike, "{text:?}");
    }
    for text in [
        "a: 1 # helmsum: ./a\n",
        "a: | # helmsum: ./a\n  b\n",
        "- # Helmsum: x\n",
        "a: [1, # helmsum: x\n 2]\n",
    ] {
        assert_eq!(fault(text), Fault::NotAlone, "{text:?}");
    }
    assert_eq!(fault("# helmsum:./a\n"), Fault::NoSpace);
    for text in ["# helmsum:\n", "# helmsum:  \t\n", "# helmsum:", "# helmsum: \r\n"] {
        assert_eq!(fault(text), Fault::NoSource, "{text:?}");
    }
}

#[test]
fn prose_about_helmsum_is_no_directive() {
    assert!(plain("# helmsum reads this file\n# see helmsum: the manual\n# run `helmsum: list`\n# helmsum.yaml: no\na: 1\n").is_empty());
}

#[test]
fn an_error_points_at_its_place() {
    let error = try_plain("a: 1\nbc: 2 # helmsum: ./a\n").expect_err("behind a value");
    assert_eq!(
        error.to_string(),
        format!("{FILE}:2:7: a directive must stand on a separate line, not at the end of another one")
    );
    assert_eq!(error.excerpt.span, 11..21);
    let problem = error.diagnostic();
    assert_eq!(problem.place, Some(Place::offset(FILE, "a: 1\nbc: 2 # helmsum: ./a\n", 11)));
    assert!(problem.hint.is_some());
    let error = try_plain("# helmsum: ./a exlude=x\n").expect_err("an unknown option");
    assert_eq!(&error.excerpt.source[error.excerpt.span.clone()], "exlude=x");
    assert_eq!(error.diagnostic().hint.as_deref(), Some("did you mean `exclude=`?"));
    let error = try_plain("# ünder\n  # helmsum: ./a as b ñ\n").expect_err("a stray word");
    assert_eq!(&error.excerpt.source[error.excerpt.span.clone()], "ñ");
}

#[test]
fn a_file_that_is_no_yaml_is_an_error_where_it_has_directives() {
    let error = try_plain("# helmsum: ./a\nb: [\n").expect_err("no YAML");
    assert!(matches!(error.fault, Fault::NotYaml(_)), "{error}");
    assert_eq!(error.diagnostic().place.as_ref().and_then(|place| place.line), Some(3));
    let error =
        in_plain(FILE.into(), b"# helmsum: ./a\nb: \xff\n", &mut Render::Never).expect_err("not UTF-8");
    assert!(matches!(error.fault, Fault::NotYaml(_)), "{error}");
}

#[test]
fn characters_that_end_a_line_for_some_are_errors() {
    for (character, error) in [
        ('\u{2028}', NameError::Break('\u{2028}')),
        ('\u{85}', NameError::Control('\u{85}')),
        ('\r', NameError::Control('\r')),
    ] {
        assert_eq!(fault(&format!("# helmsum: ./a{character}b: 1\n")), Fault::Character(error, Cure::Remove));
    }
    assert_eq!(fault("a: 1\u{2028}# helmsum: ./a\n"), Fault::NotAlone);
    assert_eq!(fault("a: 1\r# helmsum: ./a\r"), Fault::NotAlone);
}

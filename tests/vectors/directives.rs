//! Comments beside each other: directives, what only looks like one, and prose about helmsum.

use helmsum::internals::diagnostic::Diagnostic;
use helmsum::internals::source::{Fault, Render, in_plain, unread};

/// The lines of a kind. Each is a file of its own.
fn lines(kind: &str) -> Vec<String> {
    let path = format!("{}/tests/vectors/directives.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs_err::read_to_string(path).expect("the vectors are there");
    let vectors: serde_json::Value = serde_json::from_str(&text).expect("they are JSON");
    let lines = vectors[kind].as_array().expect("a list");
    assert!(lines.len() > 5, "{kind}");
    lines.iter().map(|line| line.as_str().expect("a string").to_owned()).collect()
}

/// How many directives a values file with this line has.
fn directives(line: &str) -> Result<usize, Fault> {
    let mut render = |word: &str, _: usize| Err(Diagnostic::error(format!("{word} is rendered")));
    in_plain("/repo/values.yaml".into(), line.as_bytes(), &mut Render::Words(&mut render))
        .map(|declared| declared.sources.len() + declared.accepted.len() + declared.automatic.len())
        .map_err(|error| error.fault)
}

#[test]
fn a_directive_is_read() {
    for line in lines("directive") {
        assert_eq!(directives(&line), Ok(1), "{line:?}");
        assert_eq!(unread(line.as_bytes()), [1], "{line:?} in a file that nobody searches");
    }
}

#[test]
fn what_looks_like_a_directive_is_an_error() {
    for line in lines("lookAlike") {
        let fault = directives(&line).expect_err(&line);
        let known = matches!(
            fault,
            Fault::LooksLike | Fault::OddCharacter(_) | Fault::NotAlone | Fault::NoSpace | Fault::NoSource
        );
        assert!(known, "{line:?}: {fault}");
        assert_eq!(unread(line.as_bytes()), [1], "{line:?} in a file that nobody searches");
    }
}

#[test]
fn prose_about_helmsum_is_a_comment_like_any_other() {
    for line in lines("comment") {
        assert_eq!(directives(&line), Ok(0), "{line:?}");
        assert!(unread(line.as_bytes()).is_empty(), "{line:?} in a file that nobody searches");
    }
}

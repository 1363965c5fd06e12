//! The command line as it is parsed.

use super::*;

fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
    Cli::parse_from(std::iter::once(&"helmsum").chain(arguments).map(OsString::from).collect())
}

#[test]
fn the_definition_is_coherent() {
    Cli::definition().debug_assert();
}

#[test]
fn formats_of_one_command_are_refused_elsewhere() {
    assert!(parse(&["--output", "sarif", "audit"]).is_ok());
    assert!(parse(&["audit", "--output", "markdown", "--verbose"]).is_ok());
    assert!(parse(&["--output", "dot", "graph"]).is_ok());
    assert!(parse(&["graph", "--output", "mermaid"]).is_ok());
    for (arguments, message) in [
        (&["--output", "sarif", "check"][..], "`--output sarif` is for `helmsum audit` alone"),
        (&["--output", "sarif", "graph"], "`--output sarif` is for `helmsum audit` alone"),
        (&["--output", "dot", "audit"], "`--output dot` is for `helmsum graph` alone"),
        (&["graph", "--output", "sarif"], "possible values: human, json, github, mermaid, dot]"),
        (&["audit", "--output", "dot"], "possible values: human, json, github, markdown, sarif]"),
        (&["check", "--output", "markdown"], "possible values: human, json, github]"),
        (&["audit", "--verbose", "--output", "sarif"], "`--verbose` cannot be used with `--output sarif`"),
        (&["diff", "--flavour", "gitlab"], "`--flavour` is for `--output markdown` alone"),
        (
            &["diff", "--flavour", "gitlab", "--output", "json"],
            "`--flavour` is for `--output markdown` alone",
        ),
    ] {
        let error = parse(arguments).expect_err("must be refused").to_string();
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
}

#[test]
fn what_contradicts_itself_gets_the_usage_of_its_command() {
    for (arguments, usage) in [
        (&["init", "--output", "json"][..], "Usage: helmsum init [OPTIONS]"),
        (&["--output", "json", "annotate"], "Usage: helmsum annotate [OPTIONS]"),
        (&["audit", "--verbose", "--output", "sarif"], "Usage: helmsum audit [OPTIONS]"),
        (&["diff", "--flavour", "gitlab"], "Usage: helmsum diff [OPTIONS]"),
        (&["--file", "x.yaml", "hash", "a"], "Usage: helmsum hash [OPTIONS]"),
    ] {
        let error = parse(arguments).expect_err("must be refused").to_string();
        assert!(error.contains(&format!("\n\n{usage}")), "{arguments:?}: {error}");
        assert!(!error.contains("\n\n\n"), "{arguments:?}: {error}");
    }
}

#[test]
fn an_empty_word_means_nothing() {
    for arguments in [&["explain", ""][..], &["explain", "--path", ""], &["init", "web", ""]] {
        let error = parse(arguments).expect_err("must be refused").to_string();
        assert!(error.contains("a value is required for"), "{arguments:?}: {error}");
    }
}

#[test]
fn options_about_the_state_are_refused_where_none_is_read() {
    let error = parse(&["--file", "x.yaml", "hash", "a"]).expect_err("must be refused");
    assert!(error.to_string().contains("`--file` has no meaning here"), "{error}");
}

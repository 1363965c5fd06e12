//! Every finding has a section in the manual.

use helmsum::finding::Code;

const MANUAL: &str = include_str!("../docs/findings.md");

fn section(code: Code) -> &'static str {
    let heading = format!("### `{}`\n", code.name());
    let start = MANUAL.find(&heading).unwrap_or_else(|| panic!("{code} has no section"));
    let rest = &MANUAL[start + heading.len()..];
    rest.split("\n#").next().unwrap_or(rest)
}

#[test]
fn the_manual_explains_every_code() {
    for &code in Code::ALL {
        let section = section(code);
        assert!(section.contains(&format!("Default: `{}`", code.default_level())), "the level of {code}");
        assert!(section.contains("```\n"), "an example of {code}");
        assert!(section.contains("**Fix**: "), "how to fix {code}");
        assert!(section.contains("**Level**: "), "what the level of {code} means");
    }
}

#[test]
fn the_manual_explains_nothing_that_does_not_exist() {
    for heading in MANUAL.lines().filter_map(|line| line.strip_prefix("### `")) {
        let name = heading.trim_end_matches('`');
        assert!(Code::from_name(name).is_some(), "{name} is no code");
    }
}

#[test]
fn every_finding_is_tried() {
    let tests = include_str!("cli_findings.rs");
    for code in Code::ALL {
        assert!(tests.contains(code.name()), "{code} is in no test");
    }
}

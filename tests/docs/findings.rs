//! Every finding has a section in the manual.

use helmsum::internals::diagnostic::{Code, Mistake, Refusal};

const MANUAL: &str = include_str!("../../docs/findings.md");

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
        assert!(section.contains("```text\n"), "an example of {code}");
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
    // What helm has to render is tried with the real one.
    let folders = ["tests/cli/findings", "tests/real/audit", "tests/real/diff"]
        .map(|folder| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let found = folders.iter().flat_map(|folder| fs_err::read_dir(folder).expect("the tests"));
    let files = found.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
    let tests: String = files.map(|file| fs_err::read_to_string(file).expect("a test")).collect();
    for code in Code::ALL {
        assert!(tests.contains(code.name()), "{code} is in no test");
    }
}

/// The rows of a table of errors: codes, reasons, remedies.
fn rows(section: &str) -> Vec<Vec<&'static str>> {
    let rest = MANUAL.split(&format!("\n## {section}\n")).nth(1).expect("the section is there");
    let errors = rest.split("\n## ").next().unwrap_or(rest);
    errors
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn the_manual_lists_every_refusal_in_order() {
    lists("Errors", Refusal::ALL.iter().map(|refusal| refusal.name()));
}

#[test]
fn the_manual_lists_every_mistake_in_order() {
    lists("Mistakes", Mistake::ALL.iter().map(|mistake| mistake.name()));
}

fn lists(section: &str, known: impl Iterator<Item = &'static str>) {
    let listed: Vec<String> = rows(section).iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(listed, known.collect::<Vec<_>>());
    for row in rows(section) {
        assert!(row.len() == 3 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
}

#[test]
fn no_refusal_has_the_name_of_a_finding() {
    for refusal in Refusal::ALL {
        assert_eq!(Code::from_name(refusal.name()), None);
    }
    for mistake in Mistake::ALL {
        assert_eq!(Code::from_name(mistake.name()), None);
        assert!(Refusal::ALL.iter().all(|refusal| refusal.name() != mistake.name()), "{mistake}");
    }
}

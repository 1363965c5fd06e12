//! The compatibility page says of every construct whether it is read, and what shows it. Page, code and helmfile agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::repo::{Repo, gateway};
use helmsum::internals::diagnostic::Refusal;
use helmsum::internals::state;
use helmsum::internals::template::functions;

const PAGE: &str = include_str!("../../docs/helmfile-compatibility.md");

/// How helmsum's messages name what helmfile's structs are called.
const STRUCTS: [(&str, &str); 13] = [
    ("HelmState", "the top level of a state file"),
    ("EnvironmentSpec", "an environment"),
    ("MissingFileHandlerConfig", "`missingFileHandlerConfig`"),
    ("HelmSpec", "`helmDefaults`"),
    ("RepositorySpec", "a repository"),
    ("ReleaseSpec", "a release"),
    ("Hook", "a hook"),
    ("SetValue", "a `set` item"),
    ("Dependency", "a dependency"),
    ("TrackResourceSpec", "a tracked resource"),
    ("Config", "`llm`"),
    ("Inherit", "an `inherit` item"),
    ("SubHelmfileSpec", "an entry of `helmfiles`"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A row of a table: what it is about, what helmsum does, and what shows that.
struct Row {
    construct: &'static str,
    verdict: &'static str,
    proof: &'static str,
}

/// The rows under a heading.
fn rows(heading: &str) -> Vec<Row> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("there is no section {heading}"));
    section
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| construct"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [construct, verdict, proof] = cells[..] else { panic!("three cells: {line}") };
            Row { construct, verdict, proof }
        })
        .collect()
}

const SECTIONS: [&str; 9] = [
    "Finding state files",
    "Parts, documents and bases",
    "Environments and state values",
    "Sub-helmfiles",
    "Releases",
    "Keys of a state file",
    "Template functions",
    "Environment variables",
    "Command line",
];

#[test]
fn every_row_says_read_or_refused_and_why() {
    for row in SECTIONS.iter().flat_map(|section| rows(section)) {
        let reason = row.verdict.strip_prefix("refused, because ");
        assert!(
            row.verdict == "read"
                || row.verdict.starts_with("read, ")
                || reason.is_some_and(|why| why.len() > 5),
            "{}: {}",
            row.construct,
            row.verdict
        );
    }
}

/// The names in back-ticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn functions_of(file: &Path) -> BTreeSet<String> {
    let text = fs_err::read_to_string(file).unwrap_or_default();
    let called =
        |line: &str| Some(line.trim_start().strip_prefix("fn ")?.split(['(', '<']).next()?.to_owned());
    // Tests that a macro makes are named at the start of a line of its own.
    let made = |line: &str| Some(line.trim_start().split_once(": \"")?.0.to_owned());
    text.lines().filter_map(|line| called(line).or_else(|| made(line))).collect()
}

#[test]
fn every_test_that_is_named_exists() {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in SECTIONS.iter().flat_map(|section| rows(section)) {
        assert!(!names(row.proof).is_empty(), "{} names no test", row.construct);
        for name in names(row.proof) {
            if let Some(case) = name.strip_prefix("state/") {
                assert!(root().join(format!("tests/vectors/state/{case}.txt")).is_file(), "{name}");
                continue;
            }
            if let Some(topic) = name.strip_prefix("functions/") {
                assert!(root().join(format!("tests/vectors/functions/{topic}.json")).is_file(), "{name}");
                continue;
            }
            let (file, test) = name.rsplit_once("::").unwrap_or_else(|| panic!("{name} is no test"));
            let path = file.replace("::", "/");
            let files: [PathBuf; 4] = [
                format!("tests/{path}.rs"),
                format!("tests/{path}/mod.rs"),
                format!("src/{path}.rs"),
                format!("src/{path}/mod.rs"),
            ]
            .map(|file| root().join(file));
            let tests = known
                .entry(file.to_owned())
                .or_insert_with(|| files.iter().flat_map(|file| functions_of(file)).collect());
            assert!(tests.contains(test), "there is no test `{test}` in {file}: {tests:?}");
        }
    }
}

#[test]
fn a_function_is_shown_by_a_vector_that_calls_it() {
    for row in rows("Template functions") {
        let name = row.construct.trim_matches('`');
        for topic in names(row.proof).iter().filter_map(|proof| proof.strip_prefix("functions/")) {
            let path = root().join(format!("tests/vectors/functions/{topic}.json"));
            let text = fs_err::read_to_string(path).expect("vectors");
            let word = |text: &str| {
                text.split(|character: char| !character.is_alphanumeric() && character != '_')
                    .any(|word| word == name)
            };
            assert!(word(&text), "no vector in {topic} calls {name}");
        }
    }
}

#[test]
fn the_keys_are_those_of_helmfile_and_have_a_row_each() {
    let theirs: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_str(include_str!("../vectors/state-keys.json")).expect("the keys of helmfile");
    let ours: BTreeMap<&str, &[&str]> = state::keys().into_iter().collect();
    assert_eq!(ours.len(), STRUCTS.len());
    let mut theirs_named = BTreeMap::new();
    for (go, label) in STRUCTS {
        let own: BTreeSet<String> = ours[label].iter().map(ToString::to_string).collect();
        // A release template is a release in all but name.
        let alias = theirs.get(go).unwrap_or_else(|| panic!("helmfile has no {go}"));
        assert_eq!(own, *alias, "{label}");
        theirs_named.insert(label, own);
    }
    let others: Vec<&String> =
        theirs.keys().filter(|name| !STRUCTS.iter().any(|(go, _)| go == name)).collect();
    assert_eq!(others, ["TemplateSpec"], "structs of helmfile without a counterpart");
    assert_eq!(theirs["TemplateSpec"], theirs["ReleaseSpec"]);

    let section = PAGE.split("\n## Keys of a state file\n").nth(1).expect("a section on keys");
    let section = section.split("\n## ").next().unwrap_or_default();
    for (label, keys) in theirs_named {
        let part = section.split("\n### ").find(|part| part.lines().next() == Some(label));
        let part = part.unwrap_or_else(|| panic!("no table for {label}"));
        let listed: BTreeSet<String> = part
            .lines()
            .filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned()))
            .collect();
        assert_eq!(listed, keys, "rows for {label}");
    }
}

#[test]
fn every_function_has_a_row() {
    let registry = functions::registry();
    let refused: BTreeSet<&str> = registry.refused().map(|(name, _)| name).collect();
    let own: BTreeSet<&str> = registry.names().chain(refused.iter().copied()).chain(GO).collect();
    let listed = rows("Template functions");
    let names: BTreeSet<&str> = listed.iter().map(|row| row.construct.trim_matches('`')).collect();
    assert_eq!(names, own);
    for row in listed {
        let name = row.construct.trim_matches('`');
        assert_eq!(row.verdict.starts_with("refused"), refused.contains(name), "{name}");
    }
}

/// Go's own functions; sprig's `slice` takes the place of one.
const GO: [&str; 18] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "urlquery",
];

/// The variables of helmfile that the sources name outside of comments.
fn variables(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            variables(&path, found);
            continue;
        }
        let text = fs_err::read_to_string(&path).expect("a source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for piece in line.split('"').skip(1).step_by(2) {
                let is_name = |text: &str| {
                    text.bytes()
                        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
                };
                if piece.starts_with("HELMFILE_") && is_name(piece) {
                    found.insert(piece.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_variable_that_is_read_has_a_row() {
    let mut own = BTreeSet::new();
    variables(&root().join("src"), &mut own);
    assert!(own.len() > 10, "{own:?}");
    let listed: BTreeSet<&str> =
        rows("Environment variables").iter().map(|row| row.construct.trim_matches('`')).collect();
    let missing: Vec<&String> = own.iter().filter(|name| !listed.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
    for row in rows("Environment variables") {
        let name = row.construct.trim_matches('`');
        let unused = row.verdict == "read, and changes nothing that helmsum reads";
        assert!(unused || own.contains(name), "{name} is in no source");
    }
}

#[test]
fn every_refusal_has_a_row() {
    let listed = rows("Refusals");
    for refusal in Refusal::ALL {
        assert!(
            listed.iter().any(|row| row.construct.trim_matches('`') == refusal.name()),
            "{refusal} has no row"
        );
    }
    assert_eq!(listed.len(), Refusal::ALL.len());
}

#[test]
fn every_option_in_the_table_exists() {
    let help = include_str!("../../docs/cli/state.md");
    for row in rows("Command line") {
        for option in names(row.construct).iter().filter(|name| name.starts_with("--")) {
            let name = option.split(['=', ' ']).next().unwrap_or_default();
            let known = help.contains(&format!("{name} ")) || help.contains(&format!("{name}\n"));
            assert!(known || row.verdict.starts_with("refused"), "{name} is in no help");
        }
    }
}

#[test]
fn variables_stand_in_for_options() {
    // What it says on the way ends with a time.
    let said = |repo: Repo| (repo.out(), repo.err().lines().next().map(str::to_owned));
    let list = |variable: Option<&str>, option: &str| {
        let repo = gateway();
        let repo = match variable {
            Some(name) => repo.variable(name, "true"),
            None => repo,
        };
        said(repo.helmsum(["list", option]).exits(0))
    };
    let plain = list(None, "--no-color");
    for (variable, option) in [("HELMFILE_QUIET", "--quiet"), ("HELMFILE_DEBUG", "--debug")] {
        assert_eq!(list(Some(variable), "--no-color"), list(None, option), "{variable}");
        assert_ne!(list(None, option), plain, "{option} does something");
    }
}

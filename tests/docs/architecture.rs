//! A module uses only the modules before it, so that what passes between stages stays data.

use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../docs/architecture.md");

/// The modules in their order, as the manual has them.
fn order() -> Vec<&'static str> {
    let table = PAGE.split("\n## The modules\n").nth(1).expect("a section on the modules");
    let table = table.split("\n## ").next().unwrap_or(table);
    table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

/// The modules after `crate::` in a source text, `crate::{a, b::c}` included.
fn used(source: &str) -> Vec<String> {
    let lines: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = lines.join("\n");
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (index, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                character if start && depth == 0 && character.is_alphabetic() => {
                    modules.push(word(&group[index..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    modules
}

fn word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(path)
        .expect("a folder of sources")
        .flat_map(|entry| sources(&entry.expect("an entry").path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    found.sort();
    found
}

#[test]
fn a_module_uses_only_the_modules_before_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (position, module) in order().iter().enumerate() {
        let files = [root.join(format!("{module}.rs")), root.join(module)];
        for file in files.iter().filter(|file| file.exists()).flat_map(|file| sources(file)) {
            for used in used(&fs_err::read_to_string(&file).expect("a source")) {
                match order().iter().position(|name| *name == used) {
                    Some(at) if at <= position => {}
                    Some(_) => wrong.push(format!("{}: `{module}` uses `{used}`", file.display())),
                    None => wrong.push(format!("{}: `crate::{used}` is no module", file.display())),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(root).expect("the sources") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let module = name.trim_end_matches(".rs");
        assert!(
            ["lib", "main", "internals"].contains(&module) || order().contains(&module),
            "{module} has no place"
        );
    }
}

#[test]
fn the_manual_names_no_file_that_does_not_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = PAGE.split('`').skip(1).step_by(2).filter(|text| {
        let plain =
            text.chars().all(|character| character.is_ascii_alphanumeric() || "/_.-".contains(character));
        plain
            && text.contains('/')
            && (Path::new(text).extension().is_some_and(|extension| extension == "rs")
                || text.ends_with('/')
                || text.starts_with("tests/"))
    });
    let missing: Vec<&str> =
        named.filter(|path| !root.join("src").join(path).exists() && !root.join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn uses_are_found_in_groups_too() {
    let source = "use crate::text::{Excerpt, Place};\nuse crate::{diagnostic, tree::{self, Tree},\n    value::Value};\n// crate::cli\n";
    assert_eq!(used(source), ["text", "diagnostic", "tree", "value"]);
}

#[test]
fn programs_are_started_in_one_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let program = root.join("program");
    for file in sources(&root).iter().filter(|file| !file.starts_with(&program)) {
        let source = fs_err::read_to_string(file).expect("a source");
        for line in source.lines().filter(|line| line.contains("process::")) {
            assert!(!line.contains("Command") && !line.contains("Stdio"), "{}: {line}", file.display());
        }
    }
}

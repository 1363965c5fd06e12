//! What pods read, by helmsum and by the second reader, `tests/manifests/references.py`.
//!
//! The manifests are those of `tests/manifests`, and with `HELMSUM_MANIFESTS=FOLDER` those of a folder, which `tests/parity/references`
//! fills. Python is `python3`, or what `HELMSUM_TEST_PYTHON` names; it needs `PyYAML`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use helmsum::internals::reference::{Form, Identity, Manifests, Reference, Spoken, read};
use helmsum::internals::rendered::{Marker, ObjectKind};
use serde_json::{Value as Json, json};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifests/references.py");
const KINDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/reference/kinds.toml");
const NAMESPACE: &str = "edge";

/// Python, where it can read YAML.
fn python() -> Option<String> {
    let python = std::env::var("HELMSUM_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import tomllib, yaml"]).output();
    if tried.is_ok_and(|tried| tried.status.success()) {
        return Some(python);
    }
    let missing =
        format!("`{python}` of 3.11 or later with PyYAML is missing: name one with HELMSUM_TEST_PYTHON");
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    say(&format!("skipped: {missing}"));
    None
}

#[expect(clippy::print_stderr, reason = "the test harness has no other way to say so")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// The rows of each file, as the second reader lists them. Null where it cannot read the file.
fn listed(python: &str, files: &[PathBuf]) -> Vec<Json> {
    let mut reader = Command::new(python)
        .args([READER, KINDS, "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let lines: Vec<String> = files.iter().map(|file| format!("{NAMESPACE}\t{}\n", file.display())).collect();
    let mut input = reader.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = reader.wait_with_output().expect("it ends");
    writer.join().expect("it is written").expect("the list is read");
    assert!(output.status.success(), "the second reader fails");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn form(form: &Form) -> &'static str {
    match form {
        Form::Variable(_) => "env",
        Form::Variables => "envFrom",
        Form::SubPath(_) => "subPath",
        Form::Whole(_) => "whole",
        Form::Projected(_) => "projected",
        Form::Driver(_) => "driver",
        Form::Class(_) => "class",
        Form::Image(_) => "image",
        Form::Pull => "pull",
        Form::Account => "account",
        Form::OfAccount => "ofAccount",
        Form::Annotation(_) => "annotation",
        Form::Certificate => "certificate",
    }
}

/// The rows of one reference: one for each key and container.
fn rows_of(identity: &Identity, reference: &Reference, rows: &mut Vec<Json>) {
    let or_none = |list: Vec<String>| if list.is_empty() { vec![String::new()] } else { list };
    let owner = format!("{}/{}", identity.kind, identity.name);
    for key in or_none(reference.keys.iter().cloned().collect()) {
        for container in or_none(reference.containers.clone()) {
            rows.push(json!([
                reference.kind.name(),
                reference.namespace,
                reference.name,
                key,
                form(&reference.form),
                owner,
                container
            ]));
        }
    }
}

fn marker() -> Marker {
    Marker::new(b"a key")
}

/// The rows of manifests, as helmsum finds them.
fn rows(manifests: &Manifests) -> Json {
    let mut rows = Vec::new();
    for workload in &manifests.workloads {
        workload.references().for_each(|reference| rows_of(&workload.identity, reference, &mut rows));
    }
    for other in &manifests.elsewhere {
        other.references.iter().for_each(|reference| rows_of(&other.identity, reference, &mut rows));
    }
    let mut objects: Vec<(ObjectKind, &str, &str)> =
        manifests.objects.iter().map(|one| (one.kind, one.namespace.as_str(), one.name.as_str())).collect();
    objects.retain(|(.., name)| !name.is_empty());
    objects.sort_unstable();
    objects.dedup();
    for (kind, namespace, name) in objects {
        for (resource, _) in manifests.named_by_operated(&marker(), kind, namespace, name) {
            let owner = format!("{}/{}", resource.identity.kind, resource.identity.name);
            rows.push(json!([kind.name(), namespace, name, "", "operator", owner, ""]));
        }
        for (workload, _, mention, _) in manifests.mentions(&marker(), kind, namespace, name) {
            let spoken = match mention.spoken {
                Spoken::Argument => "args",
                Spoken::Command => "command",
                Spoken::Variable(_) => "value",
            };
            let owner = format!("{}/{}", workload.identity.kind, workload.identity.name);
            rows.push(json!([kind.name(), namespace, name, "", spoken, owner, mention.container]));
        }
    }
    sorted(&Json::Array(rows))
}

/// Rows in an order that both readers can make.
fn sorted(rows: &Json) -> Json {
    let mut rows: Vec<Vec<String>> = serde_json::from_value(rows.clone()).expect("rows of texts");
    rows.sort_unstable();
    json!(rows)
}

/// What one of two lists has and the other has not, as often as it has it.
fn difference(one: &Json, other: &Json) -> Vec<String> {
    let mut rest: BTreeMap<String, usize> = BTreeMap::new();
    for row in other.as_array().into_iter().flatten() {
        *rest.entry(row.to_string()).or_default() += 1;
    }
    let mut missing = Vec::new();
    for row in one.as_array().into_iter().flatten().map(Json::to_string) {
        match rest.get_mut(&row) {
            Some(left) if *left > 0 => *left -= 1,
            _ => missing.push(row),
        }
    }
    missing
}

/// Compares both readers, and gives the number of rows of each file.
fn compare(python: &str, files: &[PathBuf]) -> (Vec<usize>, Vec<String>) {
    let mut differences = Vec::new();
    let theirs = listed(python, files);
    assert_eq!(theirs.len(), files.len());
    let count = |(file, theirs): (&PathBuf, Json)| {
        let ours = read(&fs_err::read(file).expect("manifests"), NAMESPACE, &marker());
        match (&ours, &theirs) {
            (Ok(ours), Json::Array(_)) => {
                let (ours, theirs) = (rows(ours), sorted(&theirs));
                for (who, rows) in
                    [("helmsum", difference(&ours, &theirs)), ("the other", difference(&theirs, &ours))]
                {
                    let row = |row: String| format!("{}: only {who}: {row}", file.display());
                    differences.extend(rows.into_iter().map(row));
                }
                ours.as_array().map_or(0, Vec::len)
            }
            (Err(_), Json::Null) => 0,
            (Ok(_), _) => {
                differences.push(format!("{}: the other cannot read it", file.display()));
                0
            }
            (Err(error), _) => {
                differences.push(format!("{}: helmsum cannot read it: {error:?}", file.display()));
                0
            }
        }
    };
    let counts = files.iter().zip(theirs).map(count).collect();
    (counts, differences)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    files
}

#[test]
fn a_difference_counts_what_comes_twice() {
    let (one, other) = (json!([["a"], ["a"], ["b"]]), json!([["b"], ["a"], ["c"]]));
    assert_eq!(difference(&one, &other), ["[\"a\"]"]);
    assert_eq!(difference(&other, &one), ["[\"c\"]"]);
}

#[test]
fn both_readers_find_the_same_references() {
    let Some(python) = python() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let files = files(&folder);
    assert!(files.len() > 10, "{files:?}");
    let (counts, differences) = compare(&python, &files);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    for (file, count) in files.iter().zip(counts) {
        assert!(count > 0, "{} reads nothing", file.display());
    }
}

#[test]
fn ten_thousand_containers_are_the_same() {
    let Some(python) = python() else { return };
    let container = |number: usize| {
        format!(
            "- {{name: c{number}, envFrom: [{{secretRef: {{name: s{number}}}}}], volumeMounts: [{{name: v, mountPath: /x}}]}}\n"
        )
    };
    let containers: String = (0..10_000).map(container).collect::<Vec<_>>().concat();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("many.yaml");
    let volumes = "volumes: [{name: v, configMap: {name: m}}]";
    let text =
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {volumes}\n  containers:\n");
    let indented = containers.replace("- {", "  - {");
    fs_err::write(&file, text + &indented).expect("a file");
    let (counts, differences) = compare(&python, &[file]);
    assert!(differences.is_empty(), "{} differences", differences.len());
    assert_eq!(counts, [20_000]);
}

#[test]
fn a_folder_of_rendered_manifests_is_the_same() {
    let Some(folder) = std::env::var_os("HELMSUM_MANIFESTS") else { return };
    let Some(python) = python() else { return };
    let files = files(Path::new(&folder));
    assert!(!files.is_empty(), "no manifests in {}", folder.display());
    let (counts, differences) = compare(&python, &files);
    let (all, with) = (counts.iter().sum::<usize>(), counts.iter().filter(|count| **count > 0).count());
    let differ = differences.len();
    say(&format!(
        "{} streams, {with} with references; {all} references compared, {differ} differences",
        files.len()
    ));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

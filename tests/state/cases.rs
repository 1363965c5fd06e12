//! States read by helmsum and by helmfile: every case in `tests/vectors/state` contains a project, a command line and what the
//! pinned helmfile answered.
//!
//! Where helmfile is built (`tests/tools/build`), the answers are compared with it; with `HELMSUM_UPDATE=1` they are written
//! down.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::answer;
use crate::support::case::Case;
use camino::Utf8Path;
use helmsum::internals::state;
use helmsum::internals::yaml;
use serde_json::{Value, json};

/// A case and the file it is written in.
struct Written {
    path: PathBuf,
    case: Case,
}

impl Written {
    fn write(&self, answer: &Value) {
        fs_err::write(&self.path, self.case.text(Some(answer))).expect("the case is writable");
    }

    fn helmfile(&self, bin: &Path, root: &Utf8Path, command: &[&str]) -> std::process::Output {
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        Command::new(bin.join("helmfile"))
            .arg("--sequential-helmfiles")
            .args(&self.case.options)
            .args(command)
            .current_dir(root)
            .env_clear()
            .env("PATH", path)
            .env("HOME", root.join(".home"))
            .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "1")
            .envs(&self.case.variables)
            .stdin(self.case.stdin.as_ref().map_or_else(Stdio::null, |file| {
                Stdio::from(fs_err::File::open(root.join(file)).expect("a file").into_parts().0)
            }))
            .output()
            .expect("helmfile runs")
    }

    /// What helmfile says.
    fn ask(&self, bin: &Path, root: &Utf8Path) -> Value {
        let build = self.helmfile(bin, root, &["build"]);
        let stderr = String::from_utf8_lossy(&build.stderr).into_owned();
        let nothing = build.status.code() == Some(3);
        if !build.status.success() && !nothing {
            return json!({ "fails": true });
        }
        let text = String::from_utf8(build.stdout).expect("helmfile prints UTF-8");
        let mut answer = json!({ "documents": documents(&text, root) });
        let digests = answer::digests(&stderr);
        if !digests.is_empty() {
            answer["digests"] = json!(digests);
        }
        if !self.case.selects() {
            let list = self.helmfile(bin, root, &["list", "--skip-charts", "--output", "json"]);
            answer["list"] = answer::rows(&list.stdout);
        }
        answer
    }
}

/// The documents that `helmfile build` prints, in the shape of helmsum's.
fn documents(text: &str, root: &Utf8Path) -> Vec<Value> {
    let mut documents = Vec::new();
    for piece in text.split("---\n#  Source: ").skip(1) {
        let (source, body) = piece.split_once('\n').expect("a source line");
        let nodes = yaml::parse(body.as_bytes(), &yaml::Limits::default()).expect("helmfile prints YAML");
        let state = plain(&nodes[0].decode().expect("helmfile prints YAML"));
        documents.push(answer::document(source, &state, root));
    }
    documents
}

/// A value of a YAML document as JSON; what JSON lacks as text.
fn plain(value: &helmsum::internals::value::Value) -> Value {
    use helmsum::internals::value::Value as Go;
    use helmsum::internals::value::json::{Style, encode};
    let text = |key: &Go| match key {
        Go::Str(text) => text.to_string(),
        other => yaml::encode(other).expect("a key is a scalar").trim_end().to_owned(),
    };
    match value {
        Go::List(list) => list.iter().map(plain).collect(),
        Go::Map(map) => map.entries().iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
        Go::AnyMap(map) => map.entries().iter().map(|(key, value)| (text(key), plain(value))).collect(),
        Go::Float(number) if number.is_nan() => json!("NaN"),
        other => serde_json::from_str(&encode(other, Style::Raw).expect("a scalar")).expect("JSON"),
    }
}

fn tools() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/build");
    let output = Command::new(script).arg("--where").output().expect("the script runs");
    let bin = PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim_end());
    let found = bin.join("helmfile").is_file();
    assert!(found || std::env::var("CI").is_err(), "CI needs helmfile: run tests/tools/build");
    found.then_some(bin)
}

fn cases() -> Vec<Written> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/state");
    let only = std::env::var("CASE").ok();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| only.as_ref().is_none_or(|only| path.to_string_lossy().contains(only)))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let case = Case::parse(&fs_err::read_to_string(&path).expect("a case is readable"));
        Written { path, case }
    };
    paths.into_iter().map(read).collect()
}

/// Runs in a thread of its own with the stack that a run of helmsum has.
fn with_large_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn every_case_is_read_as_helmfile_reads_it() {
    with_large_stack(|| {
        let mut wrong = Vec::new();
        for Written { path, case } in cases() {
            let folder = tempfile::tempdir().expect("a folder");
            let root = case.lay_out(folder.path());
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let Some(expected) = &case.answer else {
                wrong.push(format!("{name}: has no answer; run with HELMSUM_UPDATE=1"));
                continue;
            };
            let fails = expected["fails"] == true;
            let refused = case.head.lines().any(|line| line.starts_with("! "));
            match state::read(&case.request(&root, &std::env::var("PATH").unwrap_or_default())) {
                Ok(_) if refused => {
                    wrong.push(format!("{name}: accepted, but the case says that it is refused"));
                }
                Ok(_) if fails => wrong.push(format!("{name}: accepted, but helmfile fails")),
                Ok(resolved) => {
                    let found = answer::of_helmsum(&root, &resolved, expected);
                    if let Some(difference) = answer::difference(expected, &found) {
                        wrong.push(format!("{name}:\n{difference}"));
                    }
                }
                Err(error) if refused && error.refusal().is_some() => {}
                Err(error) if fails && error.refusal().is_none() => {}
                Err(error) => wrong.push(format!("{name}: {error} ({:?})", error.refusal())),
            }
        }
        assert!(wrong.is_empty(), "{} wrong\n\n{}", wrong.len(), wrong.join("\n\n"));
    });
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
fn the_answers_are_those_of_helmfile() {
    let Some(bin) = tools() else {
        eprintln!("skipped: helmfile is not built");
        return;
    };
    let update = std::env::var("HELMSUM_UPDATE").is_ok();
    let mut wrong = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = case.case.lay_out(folder.path());
        let answer = case.ask(&bin, &root);
        if update {
            case.write(&answer);
        } else if case.case.answer.as_ref() != Some(&answer) {
            wrong.push(format!("{}: helmfile says {answer:#}", case.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

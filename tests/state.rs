//! States read by helmsum and by helmfile: every case in `tests/vectors/state` holds a project, a command line and what the
//! pinned helmfile answered.
//!
//! A case is a text. Its first lines say what it shows, `> ` starts options for helmfile, `> env NAME=VALUE` a variable,
//! `> stdin FILE` a file for standard input,
//! `! ` a reason why helmsum refuses what helmfile accepts. `== PATH` starts a file, `== answer` the answer. Where helmfile
//! is built (`tests/tools/build`), the answers are compared with it; with `HELMSUM_UPDATE=1` they are written down.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::state::{self, Cause, Request, Resolved};
use helmsum::tree::WorkTree;
use helmsum::yaml;
use serde_json::{Value, json};

struct Case {
    path: PathBuf,
    head: String,
    options: Vec<String>,
    variables: BTreeMap<String, String>,
    stdin: Option<String>,
    refused: bool,
    files: Vec<(String, String)>,
    answer: Option<Value>,
}

impl Case {
    fn parse(path: &Path) -> Self {
        let text = fs_err::read_to_string(path).expect("a case is readable");
        let mut pieces = text.split("\n== ");
        let head = pieces.next().unwrap_or_default().to_owned();
        let mut case = Self {
            path: path.to_owned(),
            options: Vec::new(),
            variables: BTreeMap::new(),
            stdin: None,
            refused: head.lines().any(|line| line.starts_with("! ")),
            files: Vec::new(),
            answer: None,
            head,
        };
        for line in case.head.lines().filter_map(|line| line.strip_prefix("> ")) {
            if let Some(variable) = line.strip_prefix("env ") {
                let (name, value) = variable.split_once('=').expect("NAME=VALUE");
                case.variables.insert(name.into(), value.into());
            } else if let Some(file) = line.strip_prefix("stdin ") {
                case.stdin = Some(file.to_owned());
            } else {
                case.options.extend(line.split(' ').map(str::to_owned));
            }
        }
        for piece in pieces {
            let (name, body) = piece.split_once('\n').unwrap_or((piece, ""));
            if name == "answer" {
                case.answer = Some(serde_json::from_str(body).expect("an answer is JSON"));
            } else {
                case.files.push((name.to_owned(), format!("{body}\n")));
            }
        }
        case
    }

    /// Writes the files and returns the folder that the command runs in.
    fn lay_out(&self, root: &Path) -> Utf8PathBuf {
        for (name, body) in &self.files {
            let path = root.join(name);
            fs_err::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            if let Some(target) = body.strip_prefix("-> ") {
                std::os::unix::fs::symlink(target.trim_end(), path).expect("a link");
            } else if !name.ends_with('/') {
                fs_err::write(path, body.strip_suffix("\\\n").unwrap_or(body)).expect("a file");
            }
        }
        let root = root.canonicalize().expect("the folder exists");
        Utf8PathBuf::from_path_buf(root).expect("temporary folders are UTF-8")
    }

    fn request(&self, root: &Utf8Path) -> Request {
        let mut variables = self.variables.clone();
        variables.insert("HOME".into(), root.join(".home").into());
        variables.insert("PATH".into(), std::env::var("PATH").unwrap_or_default());
        let mut request = Request::new(Arc::new(WorkTree), root, variables);
        request.standard_input =
            self.stdin.as_ref().map(|file| Ok(fs_err::read(root.join(file)).expect("a file").into()));
        let mut options = self.options.iter();
        while let Some(option) = options.next() {
            let value = || options.clone().next().expect("an option has a value").clone();
            match option.as_str() {
                "-f" => request.file = Some(value()),
                "-e" => request.environment = Some(value()),
                "-l" => request.selectors.push(value()),
                "-n" => request.namespace = Some(value()),
                "-c" => request.chart = Some(value()),
                "--kube-context" => request.kube_context = Some(value()),
                "--state-values-file" => request.state_values_files.push(value()),
                "--state-values-set" => request.state_values_set.push(value()),
                "--state-values-set-string" => request.state_values_set_string.push(value()),
                other => panic!("{}: unknown option {other}", self.path.display()),
            }
            options.next();
        }
        request
    }

    fn write(&self, answer: &Value) {
        let mut text = self.head.clone();
        for (name, body) in &self.files {
            write!(text, "\n== {name}\n{}", body.strip_suffix('\n').unwrap_or(body)).expect("a string");
        }
        let answer = serde_json::to_string_pretty(answer).expect("JSON");
        write!(text, "\n== answer\n{answer}\n").expect("a string");
        fs_err::write(&self.path, text).expect("the case is writable");
    }

    fn helmfile(&self, bin: &Path, root: &Utf8Path, command: &[&str]) -> std::process::Output {
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        Command::new(bin.join("helmfile"))
            .arg("--sequential-helmfiles")
            .args(&self.options)
            .args(command)
            .current_dir(root)
            .env_clear()
            .env("PATH", path)
            .env("HOME", root.join(".home"))
            .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "1")
            .envs(&self.variables)
            .stdin(self.stdin.as_ref().map_or_else(Stdio::null, |file| {
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
        let mut digests: Vec<&str> =
            stderr.lines().filter_map(|line| line.strip_prefix("hook[prepare] logs | digest ")).collect();
        digests.sort_unstable();
        if !digests.is_empty() {
            answer["digests"] = json!(digests);
        }
        if !self.options.iter().any(|option| option == "-l") {
            let list = self.helmfile(bin, root, &["list", "--skip-charts", "--output", "json"]);
            let rows: Value = serde_json::from_slice(&list.stdout).unwrap_or_else(|_| json!([]));
            let row = |row: &Value| json!([row["namespace"], row["name"], row["enabled"], row["installed"]]);
            answer["list"] = rows.as_array().into_iter().flatten().map(row).collect();
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
        let path = state["filepath"].as_str().filter(|path| path.starts_with('/')).unwrap_or(source);
        let file = Utf8Path::new(path).strip_prefix(root).expect("a file of the case");
        let release = |release: &Value| {
            let or = |key: &str, other: Value| {
                if release[key].is_null() { other } else { release[key].clone() }
            };
            let text = |key: &str| or(key, json!(""));
            json!({
                "name": text("name"),
                "namespace": text("namespace"),
                "kubeContext": text("kubeContext"),
                "chart": text("chart"),
                "version": text("version"),
                "labels": or("labels", json!({})),
                "installed": or("installed", json!(true)),
                "condition": text("condition"),
                "needs": or("needs", json!([])),
                "values": or("values", json!([])),
                "secrets": or("secrets", json!([])),
                "missingFileHandler": text("missingFileHandler"),
                "valuesPathPrefix": text("valuesPathPrefix"),
            })
        };
        documents.push(json!({
            "file": file,
            "values": state["renderedvalues"],
            "releases": state["releases"].as_array().into_iter().flatten().map(release).collect::<Vec<_>>(),
        }));
    }
    documents
}

/// A value of a YAML document as JSON; what JSON lacks as text.
fn plain(value: &helmsum::value::Value) -> Value {
    use helmsum::value::Value as Go;
    use helmsum::value::json::{Style, encode};
    let text = |key: &Go| helmsum::value::print::display(key).expect("a key is a scalar");
    match value {
        Go::List(list) => list.iter().map(plain).collect(),
        Go::Map(map) => map.entries().iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
        Go::AnyMap(map) => map
            .entries()
            .iter()
            .map(|(key, value)| (String::from_utf8(text(key)).expect("a key is UTF-8"), plain(value)))
            .collect(),
        Go::Float(number) if number.is_nan() => json!("NaN"),
        other => serde_json::from_str(&encode(other, Style::Raw).expect("a scalar")).expect("JSON"),
    }
}

/// Numbers that differ only in how they are spelled, for helmfile prints 1.0 as 1.
fn even(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "the cases have small numbers")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                json!(float as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(even).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), even(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// What helmsum says, in the shape of helmfile's answer.
fn answer(case: &Case, root: &Utf8Path, resolved: &Resolved, expected: &Value) -> Value {
    let mut answer = json!({ "documents": resolved.to_json(root)["documents"] });
    for document in answer["documents"].as_array_mut().into_iter().flatten() {
        // helmfile names a linked file by where it really is.
        let file = root.join(document["file"].as_str().expect("a path"));
        let file = file.canonicalize_utf8().unwrap_or(file); // `-` is no file
        document["file"] = json!(file.strip_prefix(root).expect("a file of the case"));
    }
    if !expected["digests"].is_null() {
        let mut digests: Vec<String> =
            resolved.visits.iter().map(|visit| visit.environment_object.digest()).collect();
        digests.sort_unstable();
        answer["digests"] = json!(digests);
    }
    if !case.options.iter().any(|option| option == "-l") {
        let mut rows: Vec<_> = resolved
            .visits
            .iter()
            .flat_map(|visit| &visit.releases)
            .map(|release| {
                json!([release.namespace, release.name, release.enabled, release.installed != Some(false)])
            })
            .collect();
        let key = |row: &Value| {
            (row[0].as_str().unwrap_or_default().to_owned(), row[1].as_str().unwrap_or_default().to_owned())
        };
        rows.sort_by_key(key);
        answer["list"] = json!(rows);
    }
    answer
}

fn tools() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/build");
    let output = Command::new(script).arg("--where").output().expect("the script runs");
    let bin = PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim_end());
    let found = bin.join("helmfile").is_file();
    assert!(found || std::env::var("CI").is_err(), "CI needs helmfile: run tests/tools/build");
    found.then_some(bin)
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/state");
    let only = std::env::var("CASE").ok();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| only.as_ref().is_none_or(|only| path.to_string_lossy().contains(only)))
        .collect();
    paths.sort();
    paths.iter().map(|path| Case::parse(path)).collect()
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
        for case in cases() {
            let folder = tempfile::tempdir().expect("a folder");
            let root = case.lay_out(folder.path());
            let name = case.path.file_stem().expect("a name").to_string_lossy().into_owned();
            let Some(expected) = &case.answer else {
                wrong.push(format!("{name}: has no answer; run with HELMSUM_UPDATE=1"));
                continue;
            };
            let fails = expected["fails"] == true;
            match state::read(&case.request(&root)) {
                Ok(_) if case.refused => {
                    wrong.push(format!("{name}: accepted, but the case says that it is refused"));
                }
                Ok(_) if fails => wrong.push(format!("{name}: accepted, but helmfile fails")),
                Ok(resolved) => {
                    let (found, expected) =
                        (even(&answer(&case, &root, &resolved, expected)), even(expected));
                    if found != expected {
                        let [found, expected] = [found, expected]
                            .map(|value| serde_json::to_string_pretty(&value).expect("JSON"));
                        let difference = similar::TextDiff::from_lines(&expected, &found);
                        wrong.push(format!(
                            "{name}:\n{}",
                            difference.unified_diff().header("helmfile", "helmsum")
                        ));
                    }
                }
                Err(error) if case.refused && error.cause() == Cause::Unsupported => {}
                Err(error) if fails && error.cause() == Cause::Invalid => {}
                Err(error) => wrong.push(format!("{name}: {error} ({:?})", error.cause())),
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
        let root = case.lay_out(folder.path());
        let answer = case.ask(&bin, &root);
        if update {
            case.write(&answer);
        } else if case.answer.as_ref() != Some(&answer) {
            wrong.push(format!("{}: helmfile says {answer:#}", case.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

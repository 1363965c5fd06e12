//! helmfile, asked many times in one process, and now and then the way a user asks it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use camino::Utf8Path;
use serde_json::{Value, json};

use crate::support::answer;
use crate::support::case::Case;

/// Longer than this no project takes, unless helmfile hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// helmfile's own code in a process that answers one question after the other, see `tests/tools/many`.
pub(crate) struct Helmfile {
    program: PathBuf,
    /// Where programs are found: a helm that only tells its version, and the system's.
    path: String,
    process: Option<Process>,
    _folder: tempfile::TempDir,
}

struct Process {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, which is all the same.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one question brought.
pub(crate) enum Outcome {
    /// helmfile reads the project: its answer.
    Reads(Value),
    /// helmfile refuses the project: its last words.
    Refuses(String),
    /// helmfile hangs, overflows its stack, or wants to fetch a chart after it has read the state.
    NoAnswer,
}

impl Helmfile {
    pub(crate) fn new(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let helm = folder.path().join("helm");
        fs_err::write(&helm, "#!/bin/sh\necho v3.22.0+g0000000\n").expect("a program");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&helm, mode).expect("a program");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.path().display());
        Self { program: program.to_owned(), path, process: None, _folder: folder }
    }

    /// Where programs are found, for helmsum too.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What helmfile says about the project that lies at `root`.
    pub(crate) fn ask(&mut self, case: &Case, root: &Utf8Path) -> Outcome {
        self.runs(case, root).map_or(Outcome::NoAnswer, |told| read(&told, root))
    }

    /// The exit status of `helmfile build`, and what it prints.
    pub(crate) fn told(&mut self, case: &Case, root: &Utf8Path) -> (Option<i64>, String) {
        let told = self.runs(case, root).expect("helmfile does not hang");
        (told[0]["status"].as_i64(), told[0]["stdout"].as_str().expect("what it printed").to_owned())
    }

    fn runs(&mut self, case: &Case, root: &Utf8Path) -> Result<Value, RecvTimeoutError> {
        let with = |command: &[&str]| {
            let options = case.options.iter().map(String::as_str);
            let all = ["--sequential-helmfiles"].into_iter().chain(options).chain(command.iter().copied());
            all.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut runs = vec![with(&["build"])];
        if !case.selects() {
            runs.push(with(&["list", "--skip-charts", "--output", "json"]));
        }
        let mut environment = case.variables.clone();
        environment.insert("HOME".into(), root.join(".home").into());
        environment.insert("PATH".into(), self.path.clone());
        environment.insert("HELMFILE_UPGRADE_NOTICE_DISABLED".into(), "1".into());
        let question = json!({ "directory": root, "environment": environment, "runs": runs }).to_string();
        let text = self.exchange(&question);
        if text.is_err() {
            self.process = None;
        }
        text.map(|text| serde_json::from_str(&text).expect("an answer is JSON"))
    }

    fn exchange(&mut self, question: &str) -> Result<String, RecvTimeoutError> {
        let program = &self.program;
        let process = self.process.get_or_insert_with(|| start(program));
        // A process that has ended gives no answer either.
        let _ = writeln!(process.questions, "{question}");
        process.answers.recv_timeout(PATIENCE)
    }
}

fn start(program: &Path) -> Process {
    let mut child = Command::new(program)
        .env_clear()
        // Memory is cheaper than time here.
        .env("GOGC", "800")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("it starts");
    let questions = child.stdin.take().expect("it is piped");
    let printed = BufReader::new(child.stdout.take().expect("it is piped"));
    let (sender, answers) = channel();
    std::thread::spawn(move || {
        for line in printed.lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Process { child, questions, answers }
}

fn read(told: &Value, root: &Utf8Path) -> Outcome {
    let build = &told[0];
    let log = build["log"].as_str().expect("a log");
    match build["status"].as_i64() {
        // Three is what helmfile says where nothing is selected, after it has printed everything.
        Some(0 | 3) => {}
        _ if log.contains(": fetching \"") && log.contains("error downloading") => return Outcome::NoAnswer,
        _ => return Outcome::Refuses(log.trim().to_owned()),
    }
    let states = build["states"].as_array().into_iter().flatten();
    let document =
        |state: &Value| answer::document(state["source"].as_str().expect("a path"), &state["state"], root);
    let mut read = json!({ "documents": states.map(document).collect::<Vec<_>>() });
    let digests = answer::digests(log);
    if !digests.is_empty() {
        read["digests"] = json!(digests);
    }
    if let Some(list) = told.get(1) {
        if list["status"] == 1 || list["status"] == 2 {
            return Outcome::Refuses(list["log"].as_str().expect("a log").trim().to_owned());
        }
        read["list"] = answer::rows(list["stdout"].as_str().expect("what it printed").as_bytes());
    }
    Outcome::Reads(read)
}

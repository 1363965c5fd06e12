//! A helmfile project and a command line as one text.
//!
//! Its first lines say what it shows, `> ` starts options for helmfile, `> env NAME=VALUE` a variable, `> stdin FILE` a
//! file for standard input, `! ` a reason why helmsum refuses what helmfile accepts. `== PATH` starts a file, `== answer` what helmfile answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::state::Request;
use helmsum::internals::tree::WorkTree;
use serde_json::Value;

/// A project, what helmfile is told about it, and what it answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// All lines before the first file.
    pub(crate) head: String,
    /// Options and their values, alternating.
    pub(crate) options: Vec<String>,
    /// Variables of the environment.
    pub(crate) variables: BTreeMap<String, String>,
    /// The file that standard input comes from.
    pub(crate) stdin: Option<String>,
    /// Names and contents. A name that ends in `/` is a folder, a content that starts with `-> ` the target of a link; a
    /// content that ends in `\` and a line break is meant without the two.
    pub(crate) files: Vec<(String, String)>,
    /// What helmfile answers.
    pub(crate) answer: Option<Value>,
}

impl Case {
    /// Reads the text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pieces = text.strip_suffix('\n').unwrap_or(text).split("\n== ");
        let head = pieces.next().unwrap_or_default().to_owned();
        let mut case = Self { head, ..Self::default() };
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

    /// The text, with this answer.
    pub(crate) fn text(&self, answer: Option<&Value>) -> String {
        let mut text = self.head.clone();
        for (name, body) in &self.files {
            write!(text, "\n== {name}\n{}", body.strip_suffix('\n').unwrap_or(body)).expect("a string");
        }
        if let Some(answer) = answer {
            let answer = serde_json::to_string_pretty(answer).expect("JSON");
            write!(text, "\n== answer\n{answer}").expect("a string");
        }
        text.push('\n');
        text
    }

    /// Writes the files and returns the folder that the command runs in.
    pub(crate) fn lay_out(&self, root: &Path) -> Utf8PathBuf {
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

    /// The same question for helmsum, with programs found along `path`.
    pub(crate) fn request(&self, root: &Utf8Path, path: &str) -> Request {
        let mut variables = self.variables.clone();
        variables.insert("HOME".into(), root.join(".home").into());
        variables.insert("PATH".into(), path.into());
        let mut request = Request::new(Arc::new(WorkTree), root, variables);
        request.standard_input =
            self.stdin.as_ref().map(|file| Ok(fs_err::read(root.join(file)).expect("a file").into()));
        for option in self.options.chunks(2) {
            let [option, value] = option else { panic!("{}: an option without a value", self.head) };
            let value = value.clone();
            let given = &mut request.options;
            match option.as_str() {
                "-f" => given.file = Some(value),
                "-e" => given.environment = Some(value),
                "-l" => given.selector.push(value),
                "-n" => given.namespace = Some(value),
                "-c" => given.chart = Some(value),
                "--kube-context" => given.kube_context = Some(value),
                "--state-values-file" => given.state_values_file.push(value),
                "--state-values-set" => given.state_values_set.push(value),
                "--state-values-set-string" => given.state_values_set_string.push(value),
                other => panic!("{}: unknown option {other}", self.head),
            }
        }
        request
    }

    /// Whether selectors are given, so that `helmfile list` leaves releases out.
    pub(crate) fn selects(&self) -> bool {
        self.options.iter().any(|option| option == "-l")
    }
}

//! A repository in a temporary folder, and helmsum run in it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary repository, with what helmsum last said in it. Every step returns it, so that a test reads as a sentence.
pub(crate) struct Repo {
    folder: tempfile::TempDir,
    directory: PathBuf,
    variables: Vec<(String, String)>,
    last: Option<(Vec<String>, Output)>,
}

impl Repo {
    /// An empty repository: a folder with a `.git`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("helmsum-test-").tempdir().expect("a temporary folder");
        let directory = folder.path().canonicalize().expect("the folder exists");
        std::fs::create_dir(directory.join(".git")).expect("the folder is empty");
        Self { folder, directory, variables: Vec::new(), last: None }
    }

    /// An empty repository that git knows.
    pub(crate) fn with_git() -> Self {
        let repo = Self::new();
        std::fs::remove_dir(repo.path(".git")).expect("it was just made");
        repo.git(["init", "--quiet"])
    }

    /// The absolute path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a file, and the directories it lies in.
    #[track_caller]
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("a directory");
        fs_err::write(path, content).expect("a file");
        self
    }

    /// Makes a directory.
    #[track_caller]
    pub(crate) fn folder(self, name: &str) -> Self {
        std::fs::create_dir_all(self.path(name)).expect("a directory");
        self
    }

    /// Makes a symbolic link.
    #[track_caller]
    pub(crate) fn link(self, name: &str, to: &str) -> Self {
        std::os::unix::fs::symlink(to, self.path(name)).expect("a link");
        self
    }

    /// Removes a file or a directory.
    #[track_caller]
    pub(crate) fn without(self, name: &str) -> Self {
        let path = self.path(name);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
            .expect("it exists");
        self
    }

    /// Runs git.
    #[track_caller]
    pub(crate) fn git<const N: usize>(self, arguments: [&str; N]) -> Self {
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.org"])
            .args(arguments)
            .current_dir(&self.directory)
            .env("HOME", &self.directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        self
    }

    /// Commits everything at noon of a day, `2026-12-24`, so that hashes are the same everywhere.
    #[track_caller]
    pub(crate) fn commits(self, message: &str, day: &str) -> Self {
        let repo = self.git(["add", "--all"]);
        let date = format!("{day}T12:00:00Z");
        let output = Command::new("git")
            .args(["-c", "user.name=A. Author", "-c", "user.email=author@example.org"])
            .args(["-c", "commit.gpgsign=false", "commit", "--quiet", "--allow-empty", "--message", message])
            .current_dir(&repo.directory)
            .env("HOME", &repo.directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        repo
    }

    /// Sets an environment variable for what follows.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Runs helmsum at the root of the repository.
    #[track_caller]
    pub(crate) fn helmsum<const N: usize>(self, arguments: [&str; N]) -> Self {
        self.helmsum_in("", arguments)
    }

    /// Runs helmsum in a folder of the repository.
    #[track_caller]
    pub(crate) fn helmsum_in<const N: usize>(mut self, folder: &str, arguments: [&str; N]) -> Self {
        let output = self.command(folder).args(arguments).output().expect("helmsum runs");
        self.last = Some((arguments.map(str::to_owned).to_vec(), output));
        self
    }

    /// Runs helmsum at the root of the repository with something on its standard input.
    #[track_caller]
    pub(crate) fn helmsum_on<'a>(mut self, input: &[u8], arguments: impl AsRef<[&'a str]>) -> Self {
        let arguments = arguments.as_ref();
        let mut command = self.command("");
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("helmsum runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        let output = std::thread::scope(|scope| {
            // One that refuses its arguments does not read.
            scope.spawn(move || stdin.write_all(input));
            child.wait_with_output().expect("helmsum ends")
        });
        self.last = Some((arguments.iter().map(|one| (*one).to_owned()).collect(), output));
        self
    }

    /// helmsum, ready to be started in a folder of the repository, with none of this process's settings.
    pub(crate) fn command(&self, folder: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helmsum"));
        command
            .current_dir(self.directory.join(folder))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.join(".git"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    #[track_caller]
    fn last(&self) -> &Output {
        &self.last.as_ref().expect("helmsum has run").1
    }

    /// The text with `[REPO]` for the path of the repository.
    pub(crate) fn shown(&self, bytes: &[u8]) -> String {
        let root = self.directory.to_str().expect("temporary folders are UTF-8");
        String::from_utf8_lossy(bytes).replace(root, "[REPO]")
    }

    /// What it said on standard output; the path of the repository is `[REPO]`.
    #[track_caller]
    pub(crate) fn out(&self) -> String {
        self.shown(&self.last().stdout)
    }

    /// What it said on standard error; the path of the repository is `[REPO]`.
    #[track_caller]
    pub(crate) fn err(&self) -> String {
        self.shown(&self.last().stderr)
    }

    /// The last command line, both streams and the exit code, as in a terminal; the path of the repository is `[REPO]`.
    #[track_caller]
    pub(crate) fn block(&self) -> String {
        let (arguments, output) = self.last.as_ref().expect("helmsum has run");
        let command = self.shown(arguments.join(" ").as_bytes());
        let mut block = format!("$ helmsum {command}\n{}", self.out());
        if !output.stderr.is_empty() {
            let _ = write!(block, "--- standard error\n{}", self.err());
        }
        let _ = writeln!(block, "--- exit code {}", output.status.code().expect("it ended by itself"));
        block
    }

    /// What it said on standard output, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.last().stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", self.out(), self.err()))
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let found = self.last().status.code();
        assert_eq!(found, Some(code), "exit code\n--- stdout\n{}\n--- stderr\n{}", self.out(), self.err());
        self
    }

    /// Standard output was exactly this.
    #[track_caller]
    pub(crate) fn stdout(self, text: &str) -> Self {
        assert_eq!(self.out(), text, "standard output; standard error was:\n{}", self.err());
        self
    }

    /// Standard error was exactly this.
    #[track_caller]
    pub(crate) fn stderr(self, text: &str) -> Self {
        assert_eq!(self.err(), text, "standard error; standard output was:\n{}", self.out());
        self
    }

    /// Standard output contains this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out().contains(text), "{text:?} is not in\n{}\n--- stderr\n{}", self.out(), self.err());
        self
    }

    /// Standard output contains this, wherever its lines are broken.
    #[track_caller]
    pub(crate) fn tells(self, text: &str) -> Self {
        let flat = self.out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(text), "{text:?} is not in\n{}\n--- stderr\n{}", self.out(), self.err());
        self
    }

    /// Standard output does not contain this.
    #[track_caller]
    pub(crate) fn does_not_say(self, text: &str) -> Self {
        assert!(!self.out().contains(text), "{text:?} is in\n{}", self.out());
        self
    }

    /// Standard error contains this.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.err().contains(text), "{text:?} is not in\n{}\n--- stdout\n{}", self.err(), self.out());
        self
    }

    /// Standard error does not contain this.
    #[track_caller]
    pub(crate) fn does_not_complain(self, text: &str) -> Self {
        assert!(!self.err().contains(text), "{text:?} is in\n{}", self.err());
        self
    }

    /// The content of a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).expect("the file is there")
    }

    /// A file contains exactly this.
    #[track_caller]
    pub(crate) fn holds(self, name: &str, text: &str) -> Self {
        assert_eq!(self.read(name), text, "{name}");
        self
    }

    /// There is no such file.
    #[track_caller]
    pub(crate) fn lacks(self, name: &str) -> Self {
        assert!(!self.path(name).exists(), "{name} exists");
        self
    }

    /// No temporary file of helmsum's is left behind.
    #[track_caller]
    pub(crate) fn stays_tidy(self) -> Self {
        let mut folders = vec![self.directory.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a directory") {
                let path = entry.expect("an entry").path();
                assert!(!name_of(&path).starts_with(".helmsum-"), "{} was left behind", path.display());
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                }
            }
        }
        self
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Compares a published file with what it should contain, or writes it where `HELMSUM_BLESS` is set.
#[track_caller]
pub(crate) fn same_as_published(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("HELMSUM_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("a directory");
        fs_err::write(&path, text).expect("a file");
    }
    let published = fs_err::read_to_string(&path).unwrap_or_default();
    assert_eq!(published, text, "{name} is out of date: run the tests with HELMSUM_BLESS=1");
}

/// What a document has against the published schema of a command.
#[track_caller]
pub(crate) fn schema(command: &str, document: &serde_json::Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{command}.schema.json"));
    let text = fs_err::read_to_string(path).expect("the schema is published");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// What a log has against the schema of SARIF.
#[track_caller]
pub(crate) fn sarif(log: &serde_json::Value) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sarif/sarif-schema-2.1.0.json");
    let text = fs_err::read_to_string(path).expect("the schema is there");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema);
    let validator = validator.expect("the schema is a schema");
    validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// A release `edge/gateway` that declares `./apis` in one values file and lists a target beside it.
pub(crate) fn gateway() -> Repo {
    Repo::new()
        .file("helmfile.yaml", GATEWAY)
        .file("gateway/values.yaml", "# helmsum: ./apis\nreplicas: 2\n")
        .file("gateway/apis/orders.yaml", "orders: 1\n")
        .file("gateway/apis/users.yaml", "users: 1\n")
}

/// The state file of [`gateway`].
pub(crate) const GATEWAY: &str = "\
releases:
  - name: gateway
    namespace: edge
    chart: ./chart
    values:
      - gateway/values.yaml
      - gateway/checksum.yaml
";

/// The hook, with further arguments as lines.
macro_rules! hook {
    ($more:literal) => {
        concat!(
            "hooks:\n  - name: helmsum\n    events: [prepare]\n    showlogs: true\n    command: helmsum\n    args:\n",
            "      - generate\n      - --file=helmfile.yaml\n      - \"--environment={{ .Environment.Name }}\"\n",
            $more
        )
    };
}

/// A hook in a plain state file that is called `helmfile.yaml`.
pub(crate) const HOOK: &str = hook!("");

/// The same where it is told the command of helmfile's.
pub(crate) const HOOK_WITH_COMMAND: &str = hook!("      - \"--helmfile-command={{ .HelmfileCommand }}\"\n");

/// The same with everything that helmfile tells a hook, as the README has it.
pub(crate) const HOOK_OF_README: &str = hook!(
    r#"      - "--namespace={{ .Namespace }}"
      - "--expect-environment={{ .Environment | toJson | sha256sum }}"
      - "--helmfile-command={{ .HelmfileCommand }}"
"#
);

/// The digest of the sources of [`gateway`]:
/// `cd gateway/apis && find -L . -type f | LC_ALL=C sort | xargs -r -d '\n' sha256sum | sha256sum`
pub(crate) const APIS: &str = "ffb76a3d2896059b6959bbd2ce72af6f88957b514d89de18f8abbf750fab5051";

/// The target of [`gateway`].
pub(crate) fn target() -> String {
    format!(
        "# Generated by helmsum. Edits are lost: run `helmsum generate`.\n\
         # checksum v1\n\
         #   {APIS}  ./apis\n\
         #     {}  ./orders.yaml\n\
         #     {}  ./users.yaml\n\
         configChecksum: \"{APIS}\"\n",
        "37722948fb7f58d03f0bff4269fd4fd1c03a853dd1a6d3ed0bcb561751674064",
        "814ee3c62998aa39e02b2f0903e26882fb40387cd499977a50349b205f2e2514"
    )
}

/// The first line of every target.
pub(crate) const HEADER: &str =
    "# Generated by helmsum. Edits are lost: run `helmsum generate`.\n# checksum v1\n";

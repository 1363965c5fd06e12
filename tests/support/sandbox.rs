//! A temporary home in which only chosen programs can be found.

use fs_err as fs;
use std::ffi::OsStr;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of its own with a home, a `PATH` and projects. Nothing of the user's configuration is seen in it.
pub(crate) struct Sandbox {
    folder: TempDir,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Sandbox {
    /// A sandbox where helmsum, the given programs and the system's own can be called by name, and see `variables`.
    pub(crate) fn new(programs: &[PathBuf], variables: &[(&'static str, PathBuf)]) -> Self {
        let folder = tempfile::Builder::new().prefix("helmsum-test-").tempdir().expect("a temporary folder");
        let bin = folder.path().join("bin");
        fs::create_dir_all(&bin).expect("a folder for programs");
        fs::create_dir_all(folder.path().join("home")).expect("a home");
        fs::create_dir_all(folder.path().join("projects")).expect("a folder for projects");
        let helmsum = PathBuf::from(env!("CARGO_BIN_EXE_helmsum"));
        for program in programs.iter().chain([&helmsum]) {
            let name = program.file_name().expect("a program has a name");
            symlink(program, bin.join(name)).expect("a link to a program");
        }
        Self { folder, variables: variables.to_vec() }
    }

    /// Where the project called `name` is or would be.
    pub(crate) fn project(&self, name: &str) -> PathBuf {
        self.folder.path().join("projects").join(name)
    }

    /// Where helm looks for plugins.
    pub(crate) fn helm_plugins(&self) -> PathBuf {
        self.folder.path().join("home/.local/share/helm/plugins")
    }

    /// Copies a folder of this repository to the project called `name` and commits it.
    pub(crate) fn import(&self, folder: &str, name: &str) -> PathBuf {
        let project = self.project(name);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &project);
        self.run(&project, "git", ["init", "--quiet", "--initial-branch=main"]).succeeds();
        self.commit(&project);
        project
    }

    /// Commits everything in the project.
    pub(crate) fn commit(&self, project: &Path) {
        self.run(project, "git", ["add", "--all"]).succeeds();
        self.run(project, "git", ["commit", "--quiet", "--allow-empty", "--message=Change"]).succeeds();
    }

    /// Runs a program in a folder to its end.
    pub(crate) fn run<I, S>(&self, folder: &Path, program: &str, arguments: I) -> Run
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let bin = self.folder.path().join("bin");
        let mut command =
            Command::new(if bin.join(program).exists() { bin.join(program) } else { program.into() });
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", self.folder.path().join("home"))
            .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "true")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(["AUTHOR", "COMMITTER"].map(|role| (format!("GIT_{role}_NAME"), "Test")))
            .envs(["AUTHOR", "COMMITTER"].map(|role| (format!("GIT_{role}_EMAIL"), "test@localhost")))
            .envs(self.variables.iter().map(|(variable, value)| (variable, value)));
        Run::of(command)
    }
}

/// What a program did.
#[must_use]
pub(crate) struct Run {
    line: String,
    output: Output,
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command) -> Self {
        let output =
            command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        Self { line: format!("{command:?}"), output }
    }

    /// Whether its exit code is 0.
    pub(crate) fn success(&self) -> bool {
        self.output.status.success()
    }

    /// Its exit code; -1 where a signal ended it.
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    /// Its standard output, however it ended.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Its standard error, however it ended.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Its standard output.
    ///
    /// # Panics
    ///
    /// When it failed; the message has all it printed.
    pub(crate) fn succeeds(self) -> String {
        assert!(self.output.status.success(), "{}", self.told());
        String::from_utf8(self.output.stdout).expect("output is UTF-8")
    }

    /// Everything it printed.
    ///
    /// # Panics
    ///
    /// When it succeeded.
    pub(crate) fn fails(self) -> String {
        assert!(!self.output.status.success(), "unexpected success of {}", self.told());
        self.told()
    }

    /// The call, its exit status and everything it printed.
    pub(crate) fn told(&self) -> String {
        format!(
            "{}\n{}\n--- stdout\n{}\n--- stderr\n{}",
            self.line,
            self.output.status,
            String::from_utf8_lossy(&self.output.stdout),
            String::from_utf8_lossy(&self.output.stderr)
        )
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("`{}`: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

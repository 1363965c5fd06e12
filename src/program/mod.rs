//! The only door to other programs: helm, its plugins, git, sops, and what templates run.
//!
//! A program is looked up as Go does it, gets exactly the environment it is given, has its input and outputs on pipes, and is
//! ended with its children when helmsum is told to end.

mod confidential;
mod descendants;
mod exchange;
mod git;
mod homes;
mod lookup;
mod memory;
mod partner;
mod signals;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

pub(crate) use confidential::{Confidential, Placement};
pub(crate) use exchange::started;
pub(crate) use git::{GitError, first_words, git, git_program};
pub(crate) use homes::Homes;
pub(crate) use lookup::{LookupError, look_up, own_path};
pub(crate) use memory::resident;
pub(crate) use partner::{Lost, Partner};
pub(crate) use signals::Unfinished;

/// The bytes that a pipe takes before anybody reads them, on Linux: a program that ends without reading that much input leaves the
/// writer unharmed.
pub(crate) const PIPE: usize = 65_536;

/// A program to run.
#[derive(Clone)]
pub(crate) struct Program {
    path: PathBuf,
    name: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    input: Vec<u8>,
    errors: bool,
    most_time: Option<Duration>,
    most_output: usize,
}

impl std::fmt::Debug for Program {
    /// Arguments, variables and input may be secret, so none of them is shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Program").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// How.
    pub status: ExitStatus,
    /// Its standard output.
    pub output: Vec<u8>,
    /// Its standard error, where that was asked for.
    pub errors: Vec<u8>,
    /// Both in the order in which they came.
    pub combined: Vec<u8>,
    /// Why it did not get all of its input.
    pub input_error: Option<io::Error>,
}

/// Why a program did not end by itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It could not be started.
    #[error("{0}")]
    NotStarted(io::Error),
    /// A pipe to it broke.
    #[error("the pipe to it broke: {0}")]
    Broken(io::Error),
    /// One of its outputs was larger than allowed.
    #[error("it printed more than {0} bytes")]
    TooMuch(usize),
    /// It took longer than allowed.
    #[error("it took more than {} s", .0.as_secs())]
    TooLong(Duration),
    /// helmsum was interrupted, and has ended it.
    #[error("helmsum was interrupted")]
    ToldToEnd,
}

impl Program {
    /// A program by its name, or by a path with a slash in it. It is looked up in `path`, the value of `PATH`.
    ///
    /// # Errors
    ///
    /// As [`look_up`].
    pub(crate) fn find(name: impl AsRef<OsStr>, path: Option<&OsStr>) -> Result<Self, LookupError> {
        let name = name.as_ref();
        Ok(Self::at(look_up(name, path)?, name))
    }

    /// A program at a path, which sees `name` as its own. It has no arguments, no environment variables and no input, is not
    /// limited, and what it prints on standard error is dropped.
    #[must_use]
    pub(crate) fn at(path: PathBuf, name: &OsStr) -> Self {
        Self {
            path,
            name: name.into(),
            arguments: Vec::new(),
            variables: Vec::new(),
            directory: None,
            input: Vec::new(),
            errors: false,
            most_time: None,
            most_output: usize::MAX,
        }
    }

    #[must_use]
    pub(crate) fn arguments<I: IntoIterator<Item = S>, S: Into<OsString>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds environment variables; of two of one name the later counts.
    #[must_use]
    pub(crate) fn variables<I, N, V>(mut self, variables: I) -> Self
    where
        I: IntoIterator<Item = (N, V)>,
        N: Into<OsString>,
        V: Into<OsString>,
    {
        self.variables.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Where it works; else where this process does.
    #[must_use]
    pub(crate) fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().into());
        self
    }

    /// Its standard input, which is else empty.
    #[must_use]
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Keeps what it prints on standard error.
    #[must_use]
    pub(crate) fn with_errors(mut self) -> Self {
        self.errors = true;
        self
    }

    /// How long it may take.
    #[must_use]
    pub(crate) fn at_most(mut self, time: Duration) -> Self {
        self.most_time = Some(time);
        self
    }

    /// The most bytes that each of its outputs may have.
    #[must_use]
    pub(crate) fn prints_at_most(mut self, bytes: usize) -> Self {
        self.most_output = bytes;
        self
    }

    /// It with its arguments, its variables and its directory.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg0(&self.name).args(&self.arguments).env_clear();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// As [`Failure`] says. It runs no more then, and neither do the programs that it has started.
    pub(crate) fn run(&self) -> Result<Finished, Failure> {
        let unfinished = Unfinished::begin();
        if unfinished.pending().is_some() {
            return Err(Failure::ToldToEnd);
        }
        let mut command = self.command();
        command.stdin(if self.input.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped());
        command.stderr(if self.errors { Stdio::piped() } else { Stdio::null() });
        let limits = exchange::Limits { time: self.most_time, output: self.most_output };
        let child = exchange::Running::start(command, &unfinished).map_err(Failure::NotStarted)?;
        child.exchange(&self.input, limits)
    }
}

/// The environment of this process, as it is.
pub(crate) fn own_variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The environment of this process as far as it is UTF-8: no template could show the rest.
pub(crate) fn own_text_variables() -> BTreeMap<String, String> {
    own_variables()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        let shell = Program::find("sh", own_path().as_deref()).expect("a shell");
        shell.arguments(["-c", script]).variables(own_variables()).with_errors()
    }

    #[test]
    fn input_and_outputs_larger_than_a_pipe_pass() {
        let input = vec![b'x'; 1 << 20];
        let finished = shell("tee /dev/stderr").input(input.clone()).run().expect("it runs");
        assert!(finished.status.success() && finished.input_error.is_none());
        assert!(finished.output == input && finished.errors == input);
        assert_eq!(finished.combined.len(), 2 * input.len());
    }

    #[test]
    fn input_that_nobody_reads_breaks_the_pipe() {
        let finished = shell("exit 3").input(vec![b'x'; 1 << 20]).run().expect("it runs");
        assert_eq!(finished.status.code(), Some(3));
        let error = finished.input_error.expect("not all was read");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_program_sees_its_variables_and_its_directory_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let env = Program::find("env", own_path().as_deref()).expect("env");
        let finished =
            env.variables([("A", "1"), ("A", "2")]).directory(folder.path()).run().expect("it runs");
        assert_eq!(finished.output, b"A=2\n");
        let real = folder.path().canonicalize().expect("a folder");
        let finished = shell("pwd -P").directory(folder.path()).run().expect("it runs");
        assert_eq!(finished.output, format!("{}\n", real.display()).into_bytes());
    }

    #[test]
    fn limits_end_a_program_with_its_children() {
        let folder = tempfile::tempdir().expect("a folder");
        let numbers = folder.path().join("numbers");
        let script =
            format!("sh -c 'echo $$ >> {0}; exec sleep 600' & echo $$ >> {0}; wait", numbers.display());
        let failure = shell(&script).at_most(Duration::from_millis(500)).run().expect_err("it takes longer");
        assert!(matches!(failure, Failure::TooLong(_)), "{failure}");
        let numbers = fs_err::read_to_string(&numbers).expect("two numbers");
        assert_eq!(numbers.lines().count(), 2);
        for number in numbers.lines() {
            assert!(!runs(number), "{number} still runs");
        }
        let failure = shell("yes").prints_at_most(1 << 20).run().expect_err("it prints without end");
        assert!(matches!(failure, Failure::TooMuch(_)), "{failure}");
    }

    /// Whether a process is there and no zombie.
    fn runs(number: &str) -> bool {
        let finished = shell(&format!("ps -o stat= -p {number}")).run().expect("it runs");
        let state = String::from_utf8_lossy(&finished.output).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let failure = Program::at(folder.path().into(), "folder".as_ref()).run().expect_err("a folder");
        assert!(matches!(failure, Failure::NotStarted(_)), "{failure}");
        assert_eq!(Program::find("no-such-program", own_path().as_deref()).err(), Some(LookupError::Absent));
    }
}

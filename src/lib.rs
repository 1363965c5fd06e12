//! Checksums over configuration that lives outside a Helm release.
//!
//! helmsum reads a helmfile state, finds for every release the sources it declares, hashes them in a stable order and
//! writes the checksum into a values file that the release already lists. The binary is a thin shell around [`run`].
//!
//! Other programs can have two of its results without starting it: [`checksum()`] and [`state()`].
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! std::fs::create_dir(folder.path().join("apis"))?;
//! std::fs::write(folder.path().join("apis/users.yaml"), "path: /users\n")?;
//! std::fs::write(folder.path().join("helmfile.yaml"), "releases: [{name: gateway, chart: ./chart}]\n")?;
//! let folder = camino::Utf8Path::from_path(folder.path()).ok_or("not UTF-8")?;
//!
//! assert_eq!(
//!     helmsum::checksum(folder, &["./apis"])?,
//!     "b46ade31b9b93b7b7fae6b888b48d42377115771bcc6309091e4836b57af0eea"
//! );
//! let state = helmsum::state(folder, None, None)?;
//! assert_eq!(state["documents"][0]["releases"][0]["name"], "gateway");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! These names, the command line, the JSON documents and version 1 of the checksum follow semantic versioning. What is hidden from
//! this page does not: it is there for the tests of this package.

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("helmsum runs on Linux and macOS: it works with their paths, processes and signals");

mod annotate;
mod audit;
mod cache;
mod checksum;
mod cli;
mod command;
mod diagnostic;
mod diff;
mod explain;
mod go;
mod graph;
mod history;
mod init;
#[doc(hidden)]
pub mod internals;
mod plan;
mod program;
mod proof;
mod reference;
mod rendered;
mod report;
mod revision;
mod sops;
mod source;
mod state;
mod targets;
mod template;
mod text;
mod threads;
mod tree;
mod vals;
mod value;
mod yaml;

use std::ffi::OsString;
use std::sync::Arc;
use std::{fmt, io};

use camino::Utf8Path;

pub use report::{Outcome, Stream, Streams};

use diagnostic::Diagnostic;

/// go-yaml allows 10,000 nested levels, which overflow the 8 MiB that a main thread usually has. The memory is reserved, not
/// used.
const STACK: usize = 256 << 20;

/// Why a result cannot be had: what and where.
#[derive(Debug)]
pub struct Error {
    message: String,
    hint: Option<String>,
}

impl Error {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { message: diagnostic.to_string(), hint: diagnostic.hint.as_ref().map(ToString::to_string) }
    }
}

/// The checksum of paths, as `helmsum hash` prints it: 64 hexadecimal digits.
///
/// Paths are directories, files or globs, relative to `directory`, which is absolute. A single path may be absolute.
///
/// # Errors
///
/// Where there is no path, or one is missing, has no file that counts, comes twice, or cannot be read.
pub fn checksum<P: AsRef<str>>(directory: &Utf8Path, paths: &[P]) -> Result<String, Error> {
    let progress = checksum::Progress::default();
    let hashed = checksum::of_paths(&tree::WorkTree, directory, paths, &progress)
        .map_err(|error| Error::from(error.diagnostic()))?;
    let none = || Error { message: "no path is given".to_owned(), hint: None };
    hashed.map(|of_paths| of_paths.checksum.to_string()).ok_or_else(none)
}

/// A state as helmfile reads it: the document of `helmsum state --output json`.
///
/// `file` is the state file or directory of `--file`, else what helmfile finds in `directory`, which is absolute;
/// `environment` is that of `--environment`. Variables of the process count as they do for helmfile, and programs that the state
/// runs in its templates are run.
///
/// # Errors
///
/// Where helmfile would not read it, or helmsum would read it differently.
pub fn state(
    directory: &Utf8Path,
    file: Option<&str>,
    environment: Option<&str>,
) -> Result<serde_json::Value, Error> {
    let (file, environment) = (file.map(str::to_owned), environment.map(str::to_owned));
    let read = || {
        let tree = Arc::new(tree::WorkTree);
        let mut request = state::Request::new(tree, directory, program::own_text_variables());
        (request.options.file, request.options.environment) = (file, environment);
        state::read(&request)
            .map(|state| state.to_json(directory))
            .map_err(|error| Error::from(error.masked(&request.secrets)))
    };
    on_a_thread(read).map_err(|error| Error { message: error.to_string(), hint: None })?
}

/// Runs helmsum with the arguments of a process, its own name first.
///
/// Works on a thread of its own, for the depth of what it reads. A defect in helmsum is a failure, never a success.
///
/// Templates of targets are rendered in a process that is started from the executable of this one with a hidden argument, so this
/// is for executables that hand all their arguments to it.
pub fn run(arguments: Vec<OsString>, streams: &mut Streams) -> Outcome {
    let renders = arguments.get(1).is_some_and(|first| first == targets::RENDER_TEMPLATES);
    let verdict = if renders {
        targets::serve_templates().map(|()| Outcome::Clean)
    } else {
        on_a_thread(|| run_here(arguments, streams)).and_then(|outcome| outcome)
    };
    verdict.unwrap_or_else(|error| {
        // Where standard error is gone too, the exit code is all that is left to say.
        let _ = streams.err.styled(&format!("helmsum: {error}\n"));
        Outcome::Failed
    })
}

/// Does something that may go deep.
fn on_a_thread<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("helmsum".into()).stack_size(STACK);
        match worker.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().map_err(|_| io::Error::other("helmsum has a defect, see above")),
            Err(error) => Err(io::Error::other(format!(
                "no thread can be started: {error}; allow it more processes (`ulimit -u`)"
            ))),
        }
    })
}

fn run_here(arguments: Vec<OsString>, streams: &mut Streams) -> io::Result<Outcome> {
    if let Some(shell) = std::env::var_os(command::complete::VARIABLE).filter(|shell| !shell.is_empty()) {
        return command::complete::answer(&shell, arguments, streams);
    }
    match cli::Cli::parse_from(arguments) {
        Ok(cli) => command::run(&cli, &cli::Variables::of_process(), targets::Renderer::process(), streams),
        // clap would exit with 2 for wrong usage, which means a change here.
        Err(error) if error.use_stderr() => {
            streams.err.styled(&error.render().ansi().to_string())?;
            Ok(Outcome::Failed)
        }
        Err(help) => {
            streams.out.styled(&help.render().ansi().to_string())?;
            Ok(Outcome::Clean)
        }
    }
}

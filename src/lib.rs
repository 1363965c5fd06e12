//! Checksums over configuration that lives outside a Helm release.
//!
//! helmsum reads a helmfile state, finds for every release the sources it declares, hashes them in a stable order and
//! writes the checksum into a values file that the release already lists. The binary is a thin shell around [`run`].

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("helmsum runs on Linux and macOS: it works with their paths, processes and signals");

pub mod checksum;
pub mod cli;
pub mod command;
pub mod diagnostic;
mod go;
pub mod plan;
pub mod program;
pub mod rendered;
pub mod report;
pub mod source;
pub mod state;
pub mod targets;
pub mod template;
pub mod text;
mod threads;
pub mod tree;
pub mod value;
pub mod yaml;

use std::ffi::OsString;
use std::io;

pub use report::{Outcome, Streams};

/// go-yaml allows 10,000 nested levels, which overflow the 8 MiB that a main thread usually has. The memory is reserved, not
/// used.
const STACK: usize = 256 << 20;

/// Runs helmsum with the arguments of a process, its own name first.
///
/// Works on a thread of its own, for the depth of what it reads. A defect in helmsum is a failure, never a success.
///
/// Templates of targets are rendered in a process that is started from the executable of this one with a hidden argument, so this
/// is for executables that hand all their arguments to it. Others call [`command::run`] with [`targets::Renderer::Thread`].
pub fn run(arguments: Vec<OsString>, streams: &mut Streams) -> Outcome {
    let renders = arguments.get(1).is_some_and(|first| first == targets::RENDER_TEMPLATES);
    let verdict = if renders {
        targets::serve_templates().map(|()| Outcome::Clean)
    } else {
        on_a_thread(arguments, streams)
    };
    verdict.unwrap_or_else(|error| {
        // Where standard error is gone too, the exit code is all that is left to say.
        let _ = streams.err.styled(&format!("helmsum: {error}\n"));
        Outcome::Failed
    })
}

fn on_a_thread(arguments: Vec<OsString>, streams: &mut Streams) -> io::Result<Outcome> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("helmsum".into()).stack_size(STACK);
        match worker.spawn_scoped(scope, || run_here(arguments, streams)) {
            Ok(thread) => {
                thread.join().unwrap_or_else(|_| Err(io::Error::other("helmsum has a defect, see above")))
            }
            Err(error) => Err(io::Error::other(format!(
                "no thread can be started: {error}; allow it more processes (`ulimit -u`)"
            ))),
        }
    })
}

fn run_here(arguments: Vec<OsString>, streams: &mut Streams) -> io::Result<Outcome> {
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

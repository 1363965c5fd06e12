//! The commands: each reads, computes and reports, and none of them decides how a report looks.

mod content;
mod hash;
mod manual;

use std::io;

use camino::Utf8PathBuf;

use crate::cli::{Cli, Command, Output, Variables};
use crate::finding::Levels;
use crate::report::{self, Layout, Outcome, Stream, Streams};
use crate::text::Problem;

/// What every command works with.
#[derive(Debug)]
struct Context {
    /// The working directory.
    directory: Utf8PathBuf,
    /// How to report.
    output: Output,
    /// The levels of findings as far as the command line chooses them.
    levels: Levels,
}

impl Context {
    fn layout(&self, stream: &Stream) -> Layout<'_> {
        Layout { directory: &self.directory, wrap: stream.terminal }
    }
}

/// Runs a command.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub fn run(cli: &Cli, variables: &Variables, streams: &mut Streams) -> io::Result<Outcome> {
    let output = Output::resolve(&cli.output(), variables);
    streams.colour(output.colour);
    let levels = Levels { strict: output.strict, ..Levels::default() };
    let directory = match working_directory() {
        Ok(directory) => directory,
        Err(problem) => {
            let layout = Layout { directory: "/".into(), wrap: streams.err.terminal };
            streams.err.styled(&report::draw_problem(&problem, layout))?;
            return Ok(Outcome::Failed);
        }
    };
    let context = Context { directory, output, levels };
    match &cli.command {
        Command::Hash(arguments) => hash::run(arguments, &context, streams),
        Command::Completions(arguments) => manual::completions(arguments.shell, streams),
        Command::Man(_) => manual::page(streams),
    }
}

fn working_directory() -> Result<Utf8PathBuf, Box<Problem>> {
    let directory = std::env::current_dir()
        .map_err(|error| Box::new(Problem::new(format!("the working directory cannot be read: {error}"))))?;
    Utf8PathBuf::from_path_buf(directory).map_err(|path| {
        let problem = Problem::new(format!("the working directory `{}` is not UTF-8", path.display()));
        Box::new(
            problem.hint("names end up in YAML and in checksums; run it in a directory with another name"),
        )
    })
}

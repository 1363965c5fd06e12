//! The command line.
//!
//! What was typed ([`Cli`]) and what is meant ([`crate::plan::Request`], [`Output`]) are two types: filling the first touches neither disk nor
//! environment, and nothing behind the second has to ask again what a path is relative to.

mod arguments;
mod settings;
mod variables;

use std::ffi::OsString;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use arguments::{OutputArgs, OutputFormat, StateArgs};
pub(crate) use settings::Output;
pub(crate) use variables::{RUNNING, Variables};

/// Checksums over configuration that lives outside a Helm release
///
/// A release's pods roll when its own chart and values change. helmsum makes them roll when something else changes that
/// they depend on: it hashes the files a release declares in its values, and writes the checksum into a values file that
/// the release lists. The chart puts it on the pod template.
#[derive(Debug, Parser)]
#[command(
    name = "helmsum",
    version,
    term_width = 80,
    propagate_version = true,
    disable_version_flag = true,
    args_override_self = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Run `helmsum COMMAND --help` for the options of a command, with examples.",
    after_long_help = EXAMPLES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    output: OutputArgs,

    /// Print version
    #[arg(short = 'v', long, action = ArgAction::Version, global = true)]
    version: Option<bool>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:

  A directory that the pods of a release depend on, declared in one of the
  release's values files:

      # helmsum: ./apis

  Write the checksums:

      $ helmsum generate

  Fail a pull request that forgot to:

      $ helmsum check

Exit codes: 0 fine, 1 error or denied finding, 2 `check` found a stale or
missing checksum, 3 nothing matched.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the checksums of all releases that declare sources
    ///
    /// Reads the state as helmfile does, hashes what releases declare with `# helmsum:` comments in their values files or
    /// in `helmsum.yaml`, and writes each checksum into the target that the release lists among its values. Targets that
    /// are up to date are not touched.
    ///
    /// A release with an error or a denied finding keeps its target as it was. The others are written all the same, and
    /// the exit code is 1.
    #[command(after_long_help = "\
Examples:

  $ helmsum generate

  What would be written, for another environment:

  $ helmsum generate --dry-run -e production

  Targets of one release only:

  $ helmsum generate --release edge/gateway")]
    Generate(GenerateArgs),

    /// Tell which checksums are out of date, and which files moved them
    ///
    /// Writes nothing. Exits with 2 where a target is stale or missing, so that it can guard a pull request. Run it before
    /// any helmfile command: the hook would write the targets. Only the values of a target count, never its comments.
    #[command(after_long_help = "\
Examples:

  $ helmsum check

  In a workflow of GitHub Actions, with annotations:

  $ helmsum check --strict --all-environments --output github")]
    Check(StateCommandArgs),

    /// List releases with their sources and targets
    ///
    /// One line for each release that declares sources or lists a target, with the state of the target and the beginning
    /// of its checksum; below it every source, with where it is declared.
    #[command(after_long_help = "\
Examples:

  $ helmsum list

  $ helmsum list --output json -l tier=edge")]
    List(StateCommandArgs),

    /// Print the state as helmsum reads it
    ///
    /// What `helmfile build` shows, as far as checksums depend on it: state values, releases and their values lists after
    /// templating. Neither helm nor hooks run.
    ///
    /// Values that helmfile's `secrets:` brought in show as `***`. `--output json` holds them as they are, for programs that
    /// compare them with helmfile's.
    #[command(after_long_help = "\
Examples:

  $ helmsum state -e production

  $ helmsum state --output json | jq '.documents[].releases[].name'

  What helm gets from the values files of a release:

  $ helmsum state --embed-values -l name=gateway")]
    State(StateShowArgs),

    /// Print the checksum of files and directories
    ///
    /// The paths are taken as sources, as in a directive; neither a state file nor a configuration file is read. A path
    /// that is missing, or in which no file counts, is an error.
    ///
    /// Of one path, the checksum is the digest of its files. Of several, it is a digest over their digests and labels.
    #[command(after_long_help = "\
Examples:

  $ helmsum hash ./apis

  In a values template, where nothing else is to be written:

      configChecksum: {{ exec \"helmsum\" (list \"hash\" \"./apis\") | trim }}")]
    Hash(HashArgs),

    /// Print a completion script for a shell
    #[command(after_long_help = "\
Examples:

  $ helmsum completions bash > ~/.local/share/bash-completion/completions/helmsum
  $ helmsum completions fish > ~/.config/fish/completions/helmsum.fish")]
    Completions(CompletionsArgs),

    /// Print the manual page
    #[command(after_long_help = "\
Examples:

  $ helmsum man | man -l -")]
    Man(ManArgs),
}

/// `helmsum generate`
#[derive(Debug, clap::Args)]
pub(crate) struct GenerateArgs {
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Overwrite targets that helmsum did not write
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    shared: StateCommandArgs,
}

/// `helmsum state`
#[derive(Debug, clap::Args)]
pub(crate) struct StateShowArgs {
    /// Show values files by what helm reads from them
    ///
    /// Files are rendered and decoded, missing ones that may be missing are left out. Encrypted files, which are listed as
    /// secrets, stay paths.
    #[arg(long)]
    pub embed_values: bool,

    #[command(flatten)]
    shared: StateCommandArgs,
}

/// A command that reads a state and has no options of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct StateCommandArgs {
    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    output: OutputArgs,
}

/// `helmsum hash`
#[derive(Debug, clap::Args)]
pub(crate) struct HashArgs {
    /// Files, directories and quoted globs
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,

    #[command(flatten)]
    output: OutputArgs,
}

/// `helmsum completions`
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,

    #[command(flatten)]
    output: OutputArgs,
}

/// `helmsum man`
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl Cli {
    /// The definition that help, completions and the manual page are made from.
    #[must_use]
    pub(crate) fn definition() -> clap::Command {
        <Self as CommandFactory>::command()
    }

    /// Parses the arguments of a process, its own name first.
    ///
    /// # Errors
    ///
    /// For wrong usage, and where help or the version was asked for.
    pub(crate) fn parse_from(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let mut definition = Self::definition();
        let mut matches = definition.try_get_matches_from_mut(arguments)?;
        let cli = <Self as FromArgMatches>::from_arg_matches_mut(&mut matches)
            .map_err(|error| error.format(&mut definition))?;
        cli.refuse_options_without_meaning().map_err(|error| error.format(&mut definition))?;
        Ok(cli)
    }

    /// What was said about output, before the command and after it.
    #[must_use]
    pub(crate) fn output(&self) -> OutputArgs {
        let after = match &self.command {
            Command::Generate(arguments) => &arguments.shared.output,
            Command::State(arguments) => &arguments.shared.output,
            Command::Check(arguments) | Command::List(arguments) => &arguments.output,
            Command::Hash(arguments) => &arguments.output,
            Command::Completions(arguments) => &arguments.output,
            Command::Man(arguments) => &arguments.output,
        };
        self.output.merge(*after)
    }

    /// What was said about the state, before the command and after it; nothing for a command that reads none.
    #[must_use]
    pub(crate) fn state(&self) -> Option<StateArgs> {
        let after = match &self.command {
            Command::Generate(arguments) => Some(&arguments.shared.state),
            Command::State(arguments) => Some(&arguments.shared.state),
            Command::Check(arguments) | Command::List(arguments) => Some(&arguments.state),
            Command::Hash(_) | Command::Completions(_) | Command::Man(_) => None,
        };
        after.map(|after| self.state.clone().merge(after.clone()))
    }

    /// An option about the state in front of a command that reads none would be ignored in silence.
    fn refuse_options_without_meaning(&self) -> Result<(), clap::Error> {
        match self.state.first_given().filter(|_| self.state().is_none()) {
            None => Ok(()),
            Some(option) => Err(clap::Error::raw(
                clap::error::ErrorKind::ArgumentConflict,
                format!("`--{option}` has no meaning here: this command reads no state file\n"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::parse_from(std::iter::once(&"helmsum").chain(arguments).map(OsString::from).collect())
    }

    #[test]
    fn the_definition_is_coherent() {
        Cli::definition().debug_assert();
    }

    #[test]
    fn options_about_the_state_are_refused_where_none_is_read() {
        let error = parse(&["--file", "x.yaml", "hash", "a"]).expect_err("must be refused");
        assert!(error.to_string().contains("`--file` has no meaning here"), "{error}");
    }
}

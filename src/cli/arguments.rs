//! The arguments of each command beside those that all have.

use std::ffi::OsString;
use std::num::NonZeroU8;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};

use super::Cli;
use super::options::Options;
use super::output::OutputArgs;
use super::release::ReleaseFilter;
use super::since::Since;

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
    pub(super) shared: StateCommandArgs,
}

/// `helmsum check`
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// List what is as it should be, too
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum audit`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// List every reading, with what makes it fine
    #[arg(long)]
    pub verbose: bool,

    /// Only findings that this revision did not have
    ///
    /// What is found in it, too, is neither shown nor a reason to fail: for pipelines of projects that have findings already.
    #[arg(long, value_name = "REVISION", conflicts_with = "prove")]
    pub since: Option<String>,

    /// Prove it by mutation
    ///
    /// Whatever the objects are made of that pods read, those of their own releases too, is changed a little, one thing after another: exactly
    /// the pods that read what moves have to restart. Nothing is written. It takes a call of helm for each change.
    #[arg(long)]
    pub prove: bool,

    /// With `--prove`, so many calls of helm side by side, at most; else as many as there are processors
    #[arg(long, value_name = "NUMBER", requires = "prove")]
    pub jobs: Option<NonZeroU8>,

    /// With `--prove`, only what the pods of these releases read: `NAME` or `NAMESPACE/NAME`
    #[arg(value_name = "RELEASE", requires = "prove")]
    pub releases: Vec<ReleaseFilter>,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum init`
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// The releases to look at, all where none is named; after one release, paths that it depends on
    #[arg(value_name = "RELEASE [PATH]", value_parser = NonEmptyStringValueParser::new())]
    pub words: Vec<String>,

    /// Make the edits, write the checksums and check them, instead of printing a patch
    #[arg(long)]
    pub apply: bool,

    /// How the checksum gets to the pods, where one way is wanted
    #[arg(long, value_enum)]
    pub via: Option<Via>,

    /// Put the hook into this file that state files share as a base
    #[arg(long, value_name = "BASE")]
    pub hook_in: Option<String>,

    /// With `--apply`, edit files that have changes which are not committed
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// How a checksum gets to the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Via {
    /// A key of the chart that takes annotations for pods
    Key,
    /// The post-renderer `helmsum annotate`
    Annotate,
    /// A line that is added to a chart of the repository
    Target,
}

/// `helmsum annotate`
#[derive(Debug, clap::Args)]
pub(crate) struct AnnotateArgs {
    /// Another post-renderer with its arguments, which runs first
    ///
    /// It gets the manifests on its standard input, and what it prints is annotated. Where it fails, nothing is printed.
    #[arg(last = true, value_name = "PROGRAM")]
    pub program: Vec<OsString>,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum list`
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Show which workloads restart when the checksum moves
    ///
    /// Each release is rendered with `helm template`, and once more with another checksum unless its chart shows what would differ:
    /// the workloads whose pod templates differ are those that restart. One that the checksum reaches and that does not restart is shown
    /// with the reason.
    #[arg(long)]
    pub render: bool,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum explain`
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// Releases, paths and codes of findings; without one, every release with sources
    #[arg(value_name = "WORD", value_parser = NonEmptyStringValueParser::new())]
    pub words: Vec<String>,

    /// This path, whatever else is called so (repeatable)
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub path: Vec<String>,

    /// This code, whatever else is called so (repeatable)
    ///
    /// No state is read for it.
    #[arg(long, value_name = "CODE")]
    pub code: Vec<String>,

    /// Have helm show which workloads restart, and who reads what
    ///
    /// Of a release, the workloads whose pod templates its checksum changes, and what they read of other releases. Of a path, the objects
    /// that are made of it, and the workloads that read these. Every release is rendered with `helm template`.
    #[arg(long)]
    pub render: bool,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum log`
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Only these releases: `NAME` or `NAMESPACE/NAME`
    #[arg(value_name = "RELEASE")]
    pub releases: Vec<ReleaseFilter>,

    /// No more commits than this
    // `-n` is the namespace, as for helmfile.
    #[arg(long, value_name = "NUMBER")]
    pub max_count: Option<usize>,

    /// Only commits that are not older than this: `2026-12-24`, `2.weeks`, `yesterday`
    #[arg(long, value_name = "DATE")]
    pub since: Option<Since>,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum diff`
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct DiffArgs {
    /// The revision to compare with [default: the merge base with the default branch]
    #[arg(value_name = "BASE")]
    pub base: Option<String>,

    /// The revision to look at [default: the work tree]
    #[arg(value_name = "HEAD")]
    pub head: Option<String>,

    /// Compare checksums alone, without helm
    #[arg(long)]
    pub no_render: bool,

    /// Exit with 2 where pods restart
    #[arg(long)]
    pub detailed_exitcode: bool,

    /// Take what programs of templates answer for right on both sides
    ///
    /// A program that a template starts sees the work tree, whatever revision is read. A release that depends on one is not compared,
    /// unless this says that the answers do not depend on the files of the repository.
    #[arg(long)]
    pub exec_on_base: bool,

    /// Print nothing where nothing restarts and nothing is found
    #[arg(long)]
    pub only_changes: bool,

    /// Where the Markdown is read [default: github]
    #[arg(long, value_enum)]
    pub flavour: Option<Flavour>,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// `helmsum graph`
#[derive(Debug, clap::Args)]
pub(crate) struct GraphArgs {
    /// As for helmfile: state files of one directory are deployed one after the other
    #[arg(long)]
    pub sequential_helmfiles: bool,

    /// Render nothing: show only what is declared
    ///
    /// Without it, releases are rendered with `helm template`, where helm is there, to see what their pods read. Of `auto`, and of objects
    /// that are declared without `from=`, only rendering tells whose they are.
    #[arg(long)]
    pub no_render: bool,

    #[command(flatten)]
    pub(super) shared: StateCommandArgs,
}

/// Who reads Markdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Flavour {
    /// GitHub and what follows it
    #[default]
    Github,
    /// GitLab
    Gitlab,
    /// Anything else: without elements of HTML
    Plain,
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
    pub(super) shared: StateCommandArgs,
}

/// A command that reads a state and has no options of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct StateCommandArgs {
    #[command(flatten)]
    pub(super) options: Options,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// `helmsum hash`
#[derive(Debug, clap::Args)]
pub(crate) struct HashArgs {
    /// Files, directories and quoted globs
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<String>,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// `helmsum completions`
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// The commands, each of which has a page of its own.
fn commands() -> PossibleValuesParser {
    Cli::definition()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect::<Vec<_>>()
        .into()
}

/// `helmsum man`
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The page of this command alone
    #[arg(value_name = "COMMAND", value_parser = commands(), hide_possible_values = true)]
    pub command: Option<String>,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

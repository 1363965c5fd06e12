//! The definition of the command line: data that clap fills, without a look at disk or environment.
//!
//! It comes before whatever reads a state, for two reasons: the options about a state are one struct from here to the last file that is
//! read, and hooks in a state file that run helmsum are read with this definition.

mod arguments;
mod contradiction;
mod later;
mod options;
mod output;
mod release;
mod since;
#[cfg(test)]
mod tests;
mod variables;

use std::cell::RefCell;
use std::ffi::OsString;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use arguments::{
    AnnotateArgs, CheckArgs, CompletionsArgs, GenerateArgs, ListArgs, LogArgs, ManArgs, StateShowArgs,
};
pub(crate) use arguments::{AuditArgs, DiffArgs, ExplainArgs, Flavour, GraphArgs, HashArgs, InitArgs, Via};
use contradiction::conflict;
use later::Later;
pub(crate) use options::{Options, Purpose};
pub(crate) use output::{OutputArgs, OutputFormat};
pub(crate) use release::ReleaseFilter;
pub(crate) use since::Since;
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
    options: Options,

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
    Generate(Later<GenerateArgs>),

    /// Tell which checksums are out of date, and which files moved them
    ///
    /// Writes nothing. Exits with 2 where a target is stale or missing, so that it can guard a pull request. Run it before
    /// any helmfile command: the hook would write the targets. Only the values of a target count, never its comments.
    ///
    /// What is as it should be is only counted; `--all` lists it.
    #[command(after_long_help = "\
Examples:

  $ helmsum check

  In a workflow of GitHub Actions, with annotations:

  $ helmsum check --strict --all-environments --output github")]
    Check(Later<CheckArgs>),

    /// List releases with their sources and targets
    ///
    /// One line for each release that declares sources or lists a target, with the state of the target and the beginning
    /// of its checksum; below it every source, with where it is declared.
    #[command(after_long_help = "\
Examples:

  $ helmsum list

  $ helmsum list --output json -l tier=edge

  Which workloads restart when the checksum of a release moves:

  $ helmsum list --render --release edge/gateway")]
    List(Later<ListArgs>),

    /// Tell why a checksum is what it is, what a file restarts, and what a code means
    ///
    /// Of a release: where it is declared, what its checksum is made of, line by line, what was left out and why, the command that
    /// gives the same without helmsum, and the commit that moved it last. Of a path: which releases restart when it changes, or why none does, and who reads it.
    /// Of a code in a report: its part of the manual.
    ///
    /// A word is looked for among the releases, then as a path, then among the codes. One that is several of these is refused:
    /// `--release`, `--path` and `--code` say which is meant. One that begins with `.` or `/` is a path.
    #[command(after_long_help = "\
Examples:

  $ helmsum explain edge/gateway

  What restarts when this file changes, and who reads it:

  $ helmsum explain ./apis/orders.yaml --render

  What a finding means:

  $ helmsum explain missing-source")]
    Explain(Later<ExplainArgs>),

    /// Find pods that read what another release makes, and do not restart when it changes
    ///
    /// Renders every release as helmfile would deploy it, with `helm template`, and looks at what is rendered: which objects its pods
    /// read (`ConfigMap`, `Secret`), which release makes them, whether a source contains them, and whether the checksum arrives at the
    /// pod template. Writes nothing, and asks no cluster.
    ///
    /// Fails with a denied finding. Releases whose charts are not at hand are counted, with the command that fetches them.
    #[command(after_long_help = "\
Examples:

  $ helmsum audit

  Every reading, and why it is fine:

  $ helmsum audit --verbose

  One release, in another environment:

  $ helmsum audit -e production -l name=gateway

  What a branch brings in, in a project that has findings already:

  $ helmsum audit --since origin/main

  Whether a change of anything restarts who reads it:

  $ helmsum audit --prove edge/gateway

  A document for a pull request, and a log for code scanning:

  $ helmsum audit --output markdown > audit.md

  $ helmsum audit --output sarif > helmsum.sarif")]
    Audit(Later<AuditArgs>),

    /// Wire releases to what their pods read, as a patch or in place
    ///
    /// For what `helmsum audit` finds missing, prints a patch for `git apply`: the directive in a values file of the release, the target
    /// among its values, what else is needed for the checksum to get to the pods, and the hook. Each edit is proved before it is
    /// proposed: with another content of what the pods read, helm renders other pod templates for them, and for nothing else.
    ///
    /// With a path, declares that the release depends on these files: `helmsum init edge/gateway ./apis`. A word that is no
    /// release is a path; a path that could be one begins with `./`.
    ///
    /// Standard output has the patch alone; what was wired how, and what has to be done by hand, goes to standard error. Exits with 2
    /// where something is left to be done by hand.
    #[command(after_long_help = "\
Examples:

  $ helmsum init

  $ helmsum init edge/gateway ./apis | git apply

  The same in place, with the checksums:

  $ helmsum init edge/gateway ./apis --apply")]
    Init(Later<InitArgs>),

    /// Put checksums on the pod templates of manifests, for charts that offer no key
    ///
    /// A filter: reads manifests from standard input and writes them to standard output. Where a workload among them reads a ConfigMap or
    /// Secret that is among them too, the digest of its data becomes an annotation of the pod template, so that the pods restart when
    /// the data change. Reads no state.
    ///
    /// With `--release`, as helm's post-renderer, reads the state, and the manifests are those of that release: the digest of each source
    /// that it declares goes on the pod templates of the workloads that read it.
    ///
    /// Nothing else changes: what comes out is the input with insertions. Hooks of helm, and pods that run to
    /// an end, are left alone. With any error nothing is written, and the exit code is 1.
    #[command(after_long_help = "\
Examples:

  $ helmsum annotate < rendered.yaml > annotated.yaml

  In a pipe: `helmfile template | helmsum annotate`

  After another post-renderer:

  $ helmsum annotate -- sed 's/debug/info/' < rendered.yaml")]
    Annotate(Later<AnnotateArgs>),

    /// Show what a change of the repository restarts, and what does not notice it
    ///
    /// Compares two revisions of the repository, by default the work tree with what it has in common with the default branch. Each is
    /// read as it is, with its own configuration, and nothing is checked out. The cluster is not asked: `helmfile diff` does that.
    ///
    /// Says which pods restart and because of which files, which checksums are held, and which workloads keep old data: what they read
    /// changes, and their pods stay as they are. Fails with a denied finding.
    #[command(after_long_help = "\
Examples:

  $ helmsum diff

  Two revisions, and what was deployed last, where the pipeline moves a tag:

  $ helmsum diff v1.4.0 v1.5.0

  $ helmsum diff deployed/production -e production

  A comment for a pull request:

  $ helmsum diff --output markdown > diff.md

Exit codes: 0 compared, 1 error or denied finding, 2 pods restart, with
`--detailed-exitcode`, 3 nothing matched.")]
    Diff(Later<DiffArgs>),

    /// Show which commits moved which checksums
    ///
    /// Past restarts, newest first: the commits that changed the checksum in a committed target, with the files that moved it. Only what
    /// the branch itself went through counts, so that a merge is one of them. Reads commits, and checks nothing out.
    ///
    /// What is deployed, and when, is not in a repository: `helm history` knows that.
    #[command(after_long_help = "\
Examples:

  $ helmsum log

  The last three restarts of a release:

  $ helmsum log --max-count 3 edge/gateway

  $ helmsum log --since 2.weeks --output json")]
    Log(Later<LogArgs>),

    /// Show who reads what of whom, and whether helmfile deploys it first
    ///
    /// The releases in the waves in which helmfile deploys them: by `needs` within a state file, sub-helmfiles before the file that lists
    /// them, the files of a directory at the same time. Below each, what it depends on of other releases: what it declares, and what its
    /// pods read of what they render. Where nothing puts the other release first, that is marked, with what to do.
    ///
    /// `--output mermaid` is a drawing for a page on GitHub or GitLab, `--output dot` one for Graphviz. A graph that is larger than what
    /// Mermaid draws has a box for each namespace instead of each release, and says so.
    #[command(after_long_help = "\
Examples:

  $ helmsum graph

  What is declared, without helm:

  $ helmsum graph --no-render -e production

  A drawing, for Graphviz:

  $ helmsum graph --output dot > graph.dot")]
    Graph(Later<GraphArgs>),

    /// Print the state as helmsum reads it
    ///
    /// What `helmfile build` shows, as far as checksums depend on it: state values, releases and their values lists after
    /// templating. Neither helm nor hooks run.
    ///
    /// Values that helmfile's `secrets:` brought in show as `***`. `--output json` contains them as they are, for programs that
    /// compare them with helmfile's.
    #[command(after_long_help = "\
Examples:

  $ helmsum state -e production

  $ helmsum state --output json | jq '.documents[].releases[].name'

  What helm gets from the values files of a release:

  $ helmsum state --embed-values -l name=gateway")]
    State(Later<StateShowArgs>),

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
    Hash(Later<HashArgs>),

    /// Print a completion script for a shell
    #[command(after_long_help = "\
Examples:

  $ mkdir -p ~/.local/share/bash-completion/completions
  $ cd ~/.local/share/bash-completion/completions
  $ helmsum completions bash > helmsum

  $ mkdir -p ~/.config/fish/completions
  $ helmsum completions fish > ~/.config/fish/completions/helmsum.fish")]
    Completions(Later<CompletionsArgs>),

    /// Print the manual page
    #[command(after_long_help = "\
Examples:

  $ helmsum man | man -l -
  $ helmsum man diff > helmsum-diff.1")]
    Man(Later<ManArgs>),
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
        thread_local! {
            // Hooks in a state are parsed, too, and to make the definition takes longer than to parse with it.
            static DEFINITION: RefCell<clap::Command> = RefCell::new(Cli::definition());
        }
        DEFINITION.with_borrow_mut(|definition| Self::parse_with(definition, arguments))
    }

    fn parse_with(definition: &mut clap::Command, arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let mut matches = definition.try_get_matches_from_mut(arguments)?;
        let before = Options::first_given(&matches);
        let mut cli = <Self as FromArgMatches>::from_arg_matches_mut(&mut matches)
            .map_err(|error| error.format(definition))?;
        cli.output = cli.output.merge(cli.command.output());
        if let Some(message) = cli.contradiction() {
            return Err(conflict(message, cli.command.name(), definition));
        }
        match (cli.command.options().cloned(), before) {
            (Some(after), _) => cli.options = std::mem::take(&mut cli.options).merge(after),
            (None, None) => {}
            // It would be ignored in silence.
            (None, Some(option)) => {
                let message = format!("`--{option}` has no meaning here: this command reads no state file");
                return Err(conflict(message, cli.command.name(), definition));
            }
        }
        Ok(cli)
    }

    /// What was said about output, before the command and after it.
    #[must_use]
    pub(crate) const fn output(&self) -> OutputArgs {
        self.output
    }

    /// What was said about the state, before the command and after it; nothing for a command that reads none.
    #[must_use]
    pub(crate) fn options(&self) -> Option<&Options> {
        self.command.options().map(|_| &self.options)
    }
}

impl Command {
    /// What is typed for it.
    const fn name(&self) -> &'static str {
        match self {
            Self::Generate(_) => "generate",
            Self::Check(_) => "check",
            Self::List(_) => "list",
            Self::Explain(_) => "explain",
            Self::Audit(_) => "audit",
            Self::Init(_) => "init",
            Self::Annotate(_) => "annotate",
            Self::Diff(_) => "diff",
            Self::Log(_) => "log",
            Self::Graph(_) => "graph",
            Self::State(_) => "state",
            Self::Hash(_) => "hash",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }

    fn output(&self) -> OutputArgs {
        match self {
            Self::Generate(arguments) => arguments.shared.output,
            Self::State(arguments) => arguments.shared.output,
            Self::Audit(arguments) => arguments.shared.output,
            Self::Init(arguments) => arguments.shared.output,
            Self::Annotate(arguments) => arguments.shared.output,
            Self::Log(arguments) => arguments.shared.output,
            Self::Diff(arguments) => arguments.shared.output,
            Self::Graph(arguments) => arguments.shared.output,
            Self::List(arguments) => arguments.shared.output,
            Self::Explain(arguments) => arguments.shared.output,
            Self::Check(arguments) => arguments.shared.output,
            Self::Hash(arguments) => arguments.output,
            Self::Completions(arguments) => arguments.output,
            Self::Man(arguments) => arguments.output,
        }
    }

    fn options(&self) -> Option<&Options> {
        match self {
            Self::Generate(arguments) => Some(&arguments.shared.options),
            Self::State(arguments) => Some(&arguments.shared.options),
            Self::Audit(arguments) => Some(&arguments.shared.options),
            Self::Init(arguments) => Some(&arguments.shared.options),
            Self::Annotate(arguments) => Some(&arguments.shared.options),
            Self::Log(arguments) => Some(&arguments.shared.options),
            Self::Diff(arguments) => Some(&arguments.shared.options),
            Self::Graph(arguments) => Some(&arguments.shared.options),
            Self::List(arguments) => Some(&arguments.shared.options),
            Self::Explain(arguments) => Some(&arguments.shared.options),
            Self::Check(arguments) => Some(&arguments.shared.options),
            Self::Hash(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }
}

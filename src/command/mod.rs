//! The commands: each reads, computes and reports, and none of them decides how a report looks.

mod annotate;
mod audit;
pub(crate) mod complete;
mod diff;
mod explain;
mod fix;
mod generate;
mod graph;
mod hash;
mod helmfile;
mod init;
mod log;
mod manual;
mod output;
mod revisions;
mod show;
mod state;
mod verdict;
mod waiting;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

use self::helmfile::take_over;
use self::output::Output;
use crate::cli::{Cli, Command, Options, OutputFormat, RUNNING, Variables};
use crate::diagnostic::{Diagnostic, Levels, Secrets};
use crate::go::filepath::join_clean;
use crate::history::Question;
use crate::plan::{self, Aim, Reading};
use crate::program::{Homes, own_text_variables};
use crate::report::{self, Document, Layout, Outcome, Report, Stream, Streams, View};
use crate::targets::Renderer;
use crate::tree::{Kind, Tree as _, WorkTree};

/// A file larger than this, in bytes, is not read to show a line of it.
const LARGEST_SHOWN: u64 = 4 << 20;

/// What every command works with.
#[derive(Debug)]
struct Context {
    /// What a plan is made with.
    plan: plan::Context,
    output: Output,
    /// Whether a hook of helmfile's runs this, so that people read the report although it goes to no terminal.
    in_hook: bool,
}

impl Context {
    fn layout(&self, stream: &Stream) -> Layout<'_> {
        let width = if stream.terminal {
            Some(width_of(stream))
        } else {
            (self.in_hook && self.output.format == OutputFormat::Human).then_some(report::WIDTH_IN_HOOK)
        };
        Layout { directory: &self.plan.directory, width }
    }
}

/// How wide what is written to a terminal may be.
fn width_of(stream: &Stream) -> usize {
    stream.columns.unwrap_or(report::WIDTH).clamp(*report::WIDTHS.start(), *report::WIDTHS.end())
}

/// Runs a command. Templates of targets are rendered by `renderer`.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(crate) fn run(
    cli: &Cli,
    variables: &Variables,
    renderer: Renderer,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let output = Output::resolve(cli.output(), variables);
    streams.colour(output.colour);
    let (directory, named) = match working_directory() {
        Ok(directories) => directories,
        Err(problem) => return refuse(&problem, streams),
    };
    let key_file = variables.key_file.as_deref().map(|path| join_clean(&directory, path));
    let mut options = cli.options().cloned().unwrap_or_default();
    if let Command::Log(arguments) = &cli.command {
        options.release.extend(arguments.releases.iter().cloned());
    }
    if let Command::Audit(arguments) = &cli.command {
        options.release.extend(arguments.releases.iter().cloned());
    }
    let in_hook = options.in_hook();
    let before_rendering = in_hook && !options.deploys_nothing();
    let keeping = match keeping(&options, variables, &directory) {
        Ok(keeping) => keeping,
        Err(problem) => return refuse(&problem, streams),
    };
    let levels = Levels { strict: output.strict, before_rendering, ..Levels::default() };
    let force = matches!(&cli.command, Command::Generate(arguments) if arguments.force);
    let aim = aim(&cli.command);
    let again = plan::Again::of(&options);
    let context = Context {
        plan: plan::Context {
            directory,
            levels,
            key_file,
            keeping,
            force,
            renderer,
            aim,
            again,
            revision: None,
        },
        output,
        in_hook,
    };
    let view = match &cli.command {
        Command::Hash(arguments) => return hash::run(arguments, &context, streams),
        Command::Completions(arguments) => return complete::registration(arguments.shell, streams),
        Command::Man(arguments) => return manual::page(arguments.command.as_deref(), streams),
        Command::Generate(arguments) if arguments.dry_run => Some(View::DryRun),
        Command::Generate(_) if in_hook => Some(View::Hook),
        Command::Generate(_) => Some(View::Generate),
        Command::Check(arguments) if arguments.all => Some(View::CheckAll),
        Command::Check(_) => Some(View::Check),
        Command::List(_) => Some(View::List),
        Command::State(_)
        | Command::Audit(_)
        | Command::Annotate(_)
        | Command::Init(_)
        | Command::Log(_)
        | Command::Diff(_)
        | Command::Explain(_)
        | Command::Graph(_) => None,
    };
    if variables.running {
        return recognise(&cli.command, !options.no_exec, &context, streams);
    }
    if let Err(error) = options.check() {
        return refuse(&Diagnostic::error(error.to_string()), streams);
    }
    if let Command::Annotate(arguments) = &cli.command {
        let read = |options| reading(options, named.clone(), variables);
        return annotate::run(&context, &options, &arguments.program, read, streams);
    }
    if let Command::Log(arguments) = &cli.command {
        let reading = reading(options, named, variables);
        let question = Question { most: arguments.max_count, since: arguments.since.clone(), newest: false };
        return log::run(&context, &reading, &question, streams);
    }
    if let Command::Explain(arguments) = &cli.command {
        let read = |options| reading(options, named.clone(), variables);
        return explain::run(context, arguments, options, read, streams);
    }
    if let Command::Init(arguments) = &cli.command {
        let read = |options| reading(options, named.clone(), variables);
        return init::run(&context, arguments, options, read, streams);
    }
    let reading = reading(options, named, variables);
    if let Command::Audit(arguments) = &cli.command {
        return audit::run(&context, &reading, arguments, streams);
    }
    if let Command::Diff(arguments) = &cli.command {
        return diff::run(&context, &reading, arguments, streams);
    }
    if let Command::Graph(arguments) = &cli.command {
        return graph::run(&context, &reading, arguments, streams);
    }
    let Some(view) = view else {
        let embed = matches!(&cli.command, Command::State(arguments) if arguments.embed_values);
        return state::run(&context, &reading, embed, streams);
    };
    let renders = matches!(&cli.command, Command::List(arguments) if arguments.render);
    run_plan(view, renders, &context, &reading, streams)
}

/// What is done with a plan.
fn aim(command: &Command) -> Aim {
    match command {
        Command::Generate(arguments) if !arguments.dry_run => Aim::Write,
        Command::Check(_) => Aim::Check,
        Command::Annotate(_) => Aim::Annotate,
        _ => Aim::Show,
    }
}

/// Where renderings are kept between runs.
///
/// # Errors
///
/// Where `HELMSUM_CACHE` has a value that means nothing.
fn keeping(
    options: &Options,
    variables: &Variables,
    directory: &Utf8Path,
) -> Result<plan::Keeping, Diagnostic> {
    let verifies = match variables.cache.as_deref() {
        None => false,
        Some("verify") => true,
        Some(other) => {
            let message = format!("the variable `HELMSUM_CACHE` is `{other}`, which means nothing");
            return Err(Diagnostic::error(message)
                .hint("unset it, or set it to `verify`; `--no-cache` is for runs without the cache"));
        }
    };
    let named = variables.cache_directory.as_deref().map(|path| join_clean(directory, path));
    let folder = || Some(Homes::new(&own_text_variables()).user_cache()?.join("helmsum"));
    let folder = if options.no_cache { None } else { named.or_else(folder) };
    Ok(plan::Keeping { folder, verifies, after: None })
}

/// What a state is read with in this process.
fn reading(mut options: Options, directory: Utf8PathBuf, of_process: &Variables) -> Reading {
    let mut variables = own_text_variables();
    // Programs that templates start inherit it, so that a helmsum among them does not do the same once more.
    variables.insert(RUNNING.into(), "1".into());
    let secrets = Secrets::default();
    let variable = |name: &str| variables.get(name).filter(|text| !text.is_empty()).cloned();
    let helmfile = take_over(&mut options, of_process.helmfile_process.as_deref(), variable, &secrets);
    Reading::new(options, directory, helmfile, variables, secrets)
}

/// Makes a plan, carries it out where that is what was asked for, and reports. `renders` is whether releases are rendered to see where
/// their checksums arrive.
fn run_plan(
    view: View,
    renders: bool,
    context: &Context,
    reading: &Reading,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let progress = plan::Progress::default();
    let make = || {
        if renders {
            return plan::make_and(&context.plan, reading, &progress, |made, rendering| {
                let (findings, mut restarts) = crate::audit::restarts(made, rendering);
                restarts.extend(crate::annotate::restarts(&made, rendering));
                (findings, restarts)
            });
        }
        let plan = match view {
            View::List => plan::make(&context.plan, reading, &progress),
            _ => plan::make_and(&context.plan, reading, &progress, crate::annotate::judge).0,
        };
        (plan, BTreeMap::new())
    };
    let (mut plan, restarts) = waiting::watched(&mut streams.err, || progress.to_string(), make)?;
    show::trace(&plan, context, reading, streams)?;
    if matches!(view, View::Generate | View::Hook) {
        generate::carry_out(&mut plan, context.plan.force);
    }
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    let mut report = Report::of(plan, source_of);
    for (index, restarts) in restarts {
        report.releases[index].restarts = Some(restarts.masked(&reading.secrets));
    }
    let outcome = verdict::of(&report, nothing_matched);
    let harmless = reading.options.deploys_nothing() && outcome != Outcome::Clean;
    if harmless {
        let command = reading.options.helmfile_command.as_deref().unwrap_or_default();
        let message = format!("`helmfile {command}` deploys nothing, so this does not stop it");
        report.diagnostics.push(Diagnostic::note(message).masked(&reading.secrets));
    }
    report.nothing_matched = outcome == Outcome::NoMatch && !harmless;
    show::show(&report, view, harmless, context, streams)?;
    Ok(if harmless { Outcome::Clean } else { outcome })
}

/// The text of a file of the project, for showing a line of it.
fn source_of(file: &Utf8Path) -> Option<Arc<str>> {
    WorkTree.stat(file).ok().filter(|stat| stat.kind == Kind::File && stat.size <= LARGEST_SHOWN)?;
    String::from_utf8(WorkTree.read(file).ok()?).ok().map(Into::into)
}

/// helmsum was started by a program that helmsum runs: doing it all once more would never end.
fn recognise(
    command: &Command,
    may_run: bool,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    if let Command::Annotate(arguments) = command {
        return annotate::pass(context, &arguments.program, may_run, streams);
    }
    let note = "helmsum was started by helmsum itself, so it does nothing here";
    if !context.output.format.is_document() {
        streams.out.styled(&format!("{note}\n"))?;
        return Ok(Outcome::Clean);
    }
    match command {
        Command::Audit(_) => audit::say_nothing(context, streams)?,
        Command::Log(_) => log::say_nothing(context, streams)?,
        Command::Diff(arguments) => diff::say_nothing(context, arguments, streams)?,
        Command::Explain(_) => explain::say_nothing(context, streams)?,
        Command::Graph(_) => graph::say_nothing(context, streams)?,
        Command::State(_) => {
            let empty = json!({ "format": 1, "environment": "", "documents": [] });
            streams.out.raw(report::print(&empty).as_bytes())?;
        }
        _ => {
            let empty = Document::new(&Report::default(), &context.plan.directory);
            streams.out.raw(report::print(&empty).as_bytes())?;
        }
    }
    streams.err.styled(&format!("{note}\n"))?;
    Ok(Outcome::Clean)
}

fn refuse(problem: &Diagnostic, streams: &mut Streams) -> io::Result<Outcome> {
    let layout =
        Layout { directory: "/".into(), width: streams.err.terminal.then(|| width_of(&streams.err)) };
    streams.err.styled(&report::draw(&problem.clone().masked(&Secrets::default()), layout))?;
    Ok(Outcome::Failed)
}

/// The working directory, with all links followed and as Go's `os.Getwd` names it: by `PWD` where that is the same directory, links and
/// all. Paths of a state have no links either, so messages name them from the first.
fn working_directory() -> Result<(Utf8PathBuf, Utf8PathBuf), Diagnostic> {
    let real = std::env::current_dir()
        .map_err(|error| Diagnostic::error(format!("the working directory cannot be read: {error}")))?;
    let named = std::env::var_os("PWD").map(std::path::PathBuf::from).filter(|path| path.is_absolute());
    let identity =
        |path: &std::path::Path| path.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok();
    let named = named.filter(|named| identity(named).is_some() && identity(named) == identity(&real));
    let as_text = |path: std::path::PathBuf| {
        Utf8PathBuf::from_path_buf(path).map_err(|path| {
            let problem =
                Diagnostic::error(format!("the working directory `{}` is not UTF-8", path.display()));
            problem.hint("names end up in YAML and in checksums; run it in a directory with another name")
        })
    };
    let real = as_text(real)?;
    let named = named.map(as_text).transpose()?.unwrap_or_else(|| real.clone());
    Ok((real, named))
}

//! Completion that knows the project: releases, environments, labels, codes.
//!
//! A shell asks helmsum for it at each press of the key, through [`VARIABLE`]. The state is read as for any command, but nothing is run for it:
//! a state that cannot be read without programs completes nothing.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use clap::builder::StyledStr;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};

use super::working_directory;
use crate::cli::{Cli, Options};
use crate::diagnostic::{Code, Mistake, Refusal};
use crate::program::own_text_variables;
use crate::report::{Outcome, Streams};
use crate::state::{self, Release, Request};
use crate::tree::WorkTree;

/// The variable in which a shell says that it asks for completions, and which shell it is.
pub(crate) const VARIABLE: &str = "HELMSUM_COMPLETE";

/// How a program is called that completes.
const PROGRAM: &str = "helmsum";

/// Prints what a shell needs to ask for completions.
///
/// # Errors
///
/// Where standard output does not take it, or the shell is not known.
pub(super) fn registration(shell: clap_complete::Shell, streams: &mut Streams) -> io::Result<Outcome> {
    let name = shell.to_string();
    let mut script = Vec::new();
    completer(OsStr::new(&name))?.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    streams.out.raw(&script)?;
    Ok(Outcome::Clean)
}

/// Answers a shell. `arguments` are those of this process: its name, `--`, and the words of the line.
///
/// # Errors
///
/// Where standard output does not take it, or the shell is not known.
pub(crate) fn answer(shell: &OsStr, arguments: Vec<OsString>, streams: &mut Streams) -> io::Result<Outcome> {
    let words: Vec<OsString> =
        arguments.into_iter().skip(1).skip_while(|word| word != "--").skip(1).collect();
    let shell = completer(shell)?;
    let mut answer = Vec::new();
    let mut definition = definition(&words);
    shell.write_complete(&mut definition, words, std::env::current_dir().ok().as_deref(), &mut answer)?;
    streams.out.raw(&answer)?;
    Ok(Outcome::Clean)
}

fn completer(shell: &OsStr) -> io::Result<&'static dyn EnvCompleter> {
    const SHELLS: Shells<'static> = Shells::builtins();
    let known = |name: &str| SHELLS.0.iter().copied().find(|completer| completer.is(name));
    shell.to_str().and_then(known).ok_or_else(|| {
        let message = format!("`{VARIABLE}` names `{}`, which is no known shell", shell.display());
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

/// The definition of the command line, in which arguments know what may stand there. `words` are those of the line.
fn definition(words: &[OsString]) -> clap::Command {
    let project = Arc::new(Project::named_in(words));
    let mut definition = Cli::definition();
    // Arguments of a command are defined once it is.
    definition.build();
    definition.mut_subcommands(|command| {
        let own = command.get_name().to_owned();
        command.mut_args(|argument| completed(argument, &own, &project))
    })
}

/// An argument with what may stand there.
fn completed(argument: clap::Arg, command: &str, project: &Arc<Project>) -> clap::Arg {
    let is_free = argument.get_action().takes_values();
    let with = |of: fn(&Project) -> Vec<CompletionCandidate>| {
        let project = Arc::clone(project);
        ArgValueCandidates::new(move || of(&project))
    };
    let candidates = match (argument.get_id().as_str(), command) {
        _ if !is_free => return argument,
        ("environment", _) => with(Project::environments),
        ("release" | "releases", _) | ("words", "init") => with(Project::releases),
        ("selector", _) => with(Project::selectors),
        ("code", _) => with(|_| codes()),
        ("words", "explain") => with(|project| project.releases().into_iter().chain(codes()).collect()),
        _ => return argument,
    };
    argument.add(candidates)
}

/// The project that the words of a line are about.
#[derive(Debug, Default)]
struct Project {
    file: Option<String>,
    environment: Option<String>,
}

impl Project {
    /// By the options that stand on the line already.
    fn named_in(words: &[OsString]) -> Self {
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        let value = |long: &str, short: &str| {
            let attached = format!("{long}=");
            words.iter().enumerate().rev().find_map(|(index, word)| {
                let next = || words.get(index + 1).map(|next| (*next).to_owned());
                match word.strip_prefix(attached.as_str()) {
                    Some(value) => Some(value.to_owned()),
                    None if *word == long || *word == short => next(),
                    None => None,
                }
            })
        };
        Self { file: value("--file", "-f"), environment: value("--environment", "-e") }
    }

    fn request(&self) -> Option<Request> {
        let (directory, _) = working_directory().ok()?;
        let mut request = Request::new(Arc::new(WorkTree), directory, own_text_variables());
        request.options =
            Options { file: self.file.clone(), environment: self.environment.clone(), ..Options::default() };
        request.options.no_exec = true;
        Some(request)
    }

    fn environments(&self) -> Vec<CompletionCandidate> {
        // What stands there is being typed.
        let bare = Self { file: self.file.clone(), environment: None };
        let Some(request) = bare.request() else { return Vec::new() };
        let (_, environments) = state::read_with_environments(&request);
        environments.into_iter().map(CompletionCandidate::new).collect()
    }

    /// Something of each release of the state, each thing once.
    fn each(&self, of: impl Fn(&Release) -> Vec<String>) -> Vec<CompletionCandidate> {
        let resolved = self.request().and_then(|request| state::read(&request).ok());
        let visits = resolved.iter().flat_map(|resolved| &resolved.visits);
        let found: BTreeSet<String> = visits.flat_map(|visit| &visit.releases).flat_map(of).collect();
        found.into_iter().map(CompletionCandidate::new).collect()
    }

    fn releases(&self) -> Vec<CompletionCandidate> {
        self.each(|release| vec![release.id()])
    }

    fn selectors(&self) -> Vec<CompletionCandidate> {
        self.each(|release| {
            let labels = release.labels.iter().map(|(key, value)| format!("{key}={value}"));
            labels.chain([format!("name={}", release.name)]).collect()
        })
    }
}

/// The codes of findings, refusals and mistakes.
fn codes() -> Vec<CompletionCandidate> {
    let of =
        |name: &str, what: &'static str| CompletionCandidate::new(name).help(Some(StyledStr::from(what)));
    let findings = Code::ALL.iter().map(|code| of(code.name(), "a finding"));
    let refusals = Refusal::ALL.iter().map(|refusal| of(refusal.name(), "an error"));
    let mistakes = Mistake::ALL.iter().map(|mistake| of(mistake.name(), "an error"));
    findings.chain(refusals).chain(mistakes).collect()
}

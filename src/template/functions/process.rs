//! Programs run by templates: helmfile's `exec` and `envExec`.
//!
//! A program runs in the base directory of the template, gets its input through a pipe, and its standard output, untouched,
//! is the result. Standard error only shows in the message when the program fails.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::arguments::{MAX_TEXT, Outcome, bytes, list, map, refused, string, too_large, variadic};
use super::convert::strval;
use super::files::{check_allowed, reason};
use crate::diagnostic::Refusal;
use crate::go::strconv::quote;
use crate::program::{Failure, Finished, LookupError, PIPE, Program, look_up, own_variables};
use crate::template::function::{Call, Context, ExecPolicy, Function, FunctionError, Parameter, Started};
use crate::value::{List, Map, Value};

use Parameter::{List as Items, Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("exec", &[Text, Items], Text, |call, arguments| {
        run(
            call,
            &Map::nil(crate::value::Element::Any),
            bytes(arguments, 0)?,
            &list(arguments, 1)?,
            &arguments[2..],
        )
    }),
    variadic("envExec", &[Dict, Text, Items], Text, |call, arguments| {
        run(call, &map(arguments, 0)?, bytes(arguments, 1)?, &list(arguments, 2)?, &arguments[3..])
    }),
];

fn run(
    call: &mut dyn Call,
    environment: &Map,
    command: &[u8],
    arguments: &List,
    inputs: &[Value],
) -> Outcome {
    check_allowed(call.context())?;
    let arguments = words(arguments)?;
    let additions = variables(environment)?;
    if call.context().exec == ExecPolicy::Refused {
        return Err(refused(
            Refusal::NoExec,
            format!("`exec` of `{}`, because of `--no-exec`", String::from_utf8_lossy(command)),
            "run without `--no-exec` if you trust the programs that the state starts",
        ));
    }
    let (effects, place) = call.effects();
    effects.run(&String::from_utf8_lossy(command), place);
    let context = call.context();
    let program = Started {
        directory: context.base.clone(),
        variables: (!environment.is_nil()).then_some(additions),
        command: command.to_vec(),
        arguments,
        input: inputs.first().and_then(Value::string_bytes).unwrap_or_default().to_vec(),
    };
    if let Some(ended) = context.earlier.as_ref().and_then(|earlier| earlier.take(&program)) {
        return ended;
    }
    let ended = start(context, &program);
    if let Some(earlier) = &context.earlier {
        earlier.keep(program, &ended);
    }
    ended
}

fn start(context: &Context, started: &Started) -> Outcome {
    let Started { directory, variables, command, arguments, input } = started;
    let path = lookup(context, command)?;
    let mut program = Program::at(path.clone(), OsStr::from_bytes(command))
        .arguments(arguments.iter().map(|argument| OsStr::from_bytes(argument)))
        // What a caller cannot have left out, for it has no name that can be told.
        .variables(own_variables().filter(|(name, _)| name.to_str().is_none()))
        .variables(context.environment.iter())
        .directory(directory)
        .input(input.as_slice())
        .with_errors()
        .prints_at_most(MAX_TEXT);
    if variables.is_none() {
        program = program.variables([("PWD", directory.as_str())]);
    }
    let additions = variables.iter().flatten();
    program =
        program.variables(additions.map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
    let shown = path.to_string_lossy();
    let finished = program.run().map_err(|failure| match failure {
        Failure::NotStarted(error) => unexpected(&format!("fork/exec {shown}: {}", reason(&error))),
        Failure::TooMuch(_) => too_large("exec"),
        failure => unexpected(&failure.to_string()),
    })?;
    if !finished.status.success() {
        return Err(FunctionError::failed(failure(&shown, command, arguments, &finished)));
    }
    match finished.input_error.filter(|error| error.kind() != io::ErrorKind::BrokenPipe || input.len() > PIPE)
    {
        Some(error) => Err(FunctionError::failed(format!(
            "failed while writing {} bytes to stdin of \"{}\": write |1: {}",
            input.len(),
            String::from_utf8_lossy(command),
            reason(&error)
        ))),
        None => string(finished.output),
    }
}

/// The arguments of the program, which must all be strings.
fn words(arguments: &List) -> Result<Vec<Vec<u8>>, FunctionError> {
    let mut words = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        let Some(bytes) = argument.string_bytes() else {
            let shown = String::from_utf8_lossy(&strval(&Value::List(arguments.clone()))?).into_owned();
            return Err(FunctionError::failed(format!(
                "unexpected type of arg \"{}\" in args {shown} at index {at}",
                type_shown(argument)
            )));
        };
        words.push(bytes.to_vec());
    }
    Ok(words)
}

/// The variables that `envExec` adds, whose values must all be strings.
fn variables(environment: &Map) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, FunctionError> {
    let mut variables = BTreeMap::new();
    for (name, value) in environment.entries() {
        let Some(bytes) = value.string_bytes() else {
            let shown = String::from_utf8_lossy(&strval(&Value::Map(environment.clone()))?).into_owned();
            return Err(FunctionError::failed(format!(
                "unexpected type of env \"{}\" in envs {shown} at index {name}",
                type_shown(&value)
            )));
        };
        variables.insert(name.as_bytes().to_vec(), bytes.to_vec());
    }
    Ok(variables)
}

/// A `reflect.Type` as `%s` prints it.
fn type_shown(value: &Value) -> String {
    if value.is_nil() { "%!s(<nil>)".into() } else { value.type_name() }
}

fn unexpected(message: &str) -> FunctionError {
    FunctionError::failed(format!("unexpected error: {message}"))
}

/// A name without a slash is searched for in `PATH` of the run, not of the program.
fn lookup(context: &Context, name: &[u8]) -> Result<PathBuf, FunctionError> {
    if name.is_empty() {
        return Err(unexpected("exec: no command"));
    }
    let path = context.environment.get("PATH").map(OsStr::new);
    look_up(OsStr::from_bytes(name), path).map_err(|error| {
        let quoted = quote(name, false);
        unexpected(&match error {
            LookupError::Absent => format!("exec: {quoted}: executable file not found in $PATH"),
            LookupError::Relative(_) => {
                format!("exec: {quoted}: cannot run executable found relative to current directory")
            }
        })
    })
}

/// helmfile's text for a program that ended badly (`pkg/helmexec/exit_error.go`).
fn failure(path: &str, name: &[u8], arguments: &[Vec<u8>], finished: &Finished) -> String {
    let (error, code) = exit(finished.status);
    let mut text =
        format!("command \"{path}\" exited with non-zero status:\n\nPATH:\n{}\n\nARGS:", indent(path));
    for (at, argument) in std::iter::once(name).chain(arguments.iter().map(Vec::as_slice)).enumerate() {
        let shown = String::from_utf8_lossy(argument);
        text.push('\n');
        text.push_str(&indent(&format!("{at}: {shown} ({} bytes)", argument.len())));
    }
    let _ = write!(text, "\n\nERROR:\n{}\n\nEXIT STATUS\n{}", indent(&error), indent(&code.to_string()));
    for (title, output) in [("STDERR", &finished.errors), ("COMBINED OUTPUT", &finished.combined)] {
        if !output.is_empty() {
            let _ = write!(text, "\n\n{title}:\n{}", indent(&String::from_utf8_lossy(output)));
        }
    }
    text
}

/// How a program ended, as Go says it, and the code that helmfile shows for it.
fn exit(status: ExitStatus) -> (String, i32) {
    match (status.code(), status.signal()) {
        (Some(code), _) => (format!("exit status {code}"), code),
        (None, Some(signal)) => (format!("signal: {}", signal_name(signal)), -1),
        (None, None) => ("unknown".to_owned(), -1),
    }
}

/// helmfile's `Indent`: two spaces before every line, empty lines left out.
fn indent(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut result = String::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        if at > 0 && at < lines.len() - 1 {
            result.push('\n');
        }
        result.push_str("  ");
        result.push_str(line);
    }
    result
}

/// The words that Go's `syscall.Signal` prints for the signals that end programs.
fn signal_name(signal: i32) -> String {
    match signal {
        1 => "hangup".into(),
        2 => "interrupt".into(),
        3 => "quit".into(),
        4 => "illegal instruction".into(),
        6 => "aborted".into(),
        8 => "floating point exception".into(),
        9 => "killed".into(),
        11 => "segmentation fault".into(),
        13 => "broken pipe".into(),
        14 => "alarm clock".into(),
        15 => "terminated".into(),
        other => format!("signal {other}"),
    }
}

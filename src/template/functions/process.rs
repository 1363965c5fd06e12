//! Programs run by templates: helmfile's `exec` and `envExec`.
//!
//! A program runs in the base directory of the template, gets its input through a pipe, and its standard output, untouched,
//! is the result. Standard error only shows in the message when the program fails.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use super::arguments::{MAX_TEXT, Outcome, bytes, list, map, refused, string, too_large, variadic};
use super::convert::strval;
use super::files::{check_allowed, reason};
use crate::diagnostic::Refusal;
use crate::go::strconv::quote;
use crate::template::function::{Call, Context, ExecPolicy, Function, FunctionError, Parameter};
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

/// What a pipe holds on Linux: a program that ends without reading that much input leaves the writer unharmed.
const PIPE_CAPACITY: usize = 65_536;

fn run(
    call: &mut dyn Call,
    environment: &Map,
    command: &[u8],
    arguments: &List,
    inputs: &[Value],
) -> Outcome {
    let context = call.context();
    check_allowed(context)?;
    let arguments = words(arguments)?;
    let additions = variables(environment)?;
    if context.exec == ExecPolicy::Refused {
        return Err(refused(
            Refusal::NoExec,
            format!("`exec` of `{}`, because of `--no-exec`", String::from_utf8_lossy(command)),
            "run without `--no-exec` if the programs that the state starts are to be trusted",
        ));
    }
    let program = Program {
        name: command,
        path: lookup(context, command)?,
        arguments,
        input: inputs.first().and_then(Value::string_bytes).unwrap_or_default(),
    };
    let mut prepared = program.prepare(context);
    if environment.is_nil() {
        prepared.env("PWD", context.base.as_str());
    }
    prepared.envs(additions.iter().map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
    string(program.output(prepared)?)
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

/// Go's `exec.LookPath`: a name without a slash is searched for in `PATH` of the run, not of the program.
fn lookup(context: &Context, name: &[u8]) -> Result<Vec<u8>, FunctionError> {
    if name.is_empty() {
        return Err(unexpected("exec: no command"));
    }
    if name.contains(&b'/') {
        return Ok(name.to_vec());
    }
    let path = context.environment.get("PATH").map_or("", String::as_str);
    for directory in path.split(':') {
        let directory = if directory.is_empty() { "." } else { directory };
        let candidate = [directory.as_bytes(), b"/", name].concat();
        if !is_executable(&candidate) {
            continue;
        }
        if !directory.starts_with('/') {
            return Err(unexpected(&format!(
                "exec: {}: cannot run executable found relative to current directory",
                quote(name, false)
            )));
        }
        return Ok(candidate);
    }
    Err(unexpected(&format!("exec: {}: executable file not found in $PATH", quote(name, false))))
}

fn is_executable(path: &[u8]) -> bool {
    std::fs::metadata(OsStr::from_bytes(path))
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

struct Program<'a> {
    name: &'a [u8],
    path: Vec<u8>,
    arguments: Vec<Vec<u8>>,
    input: &'a [u8],
}

impl Program<'_> {
    /// The command with the environment of the run, which is the process's own but for what a caller left out or added.
    fn prepare(&self, context: &Context) -> Command {
        let mut command = Command::new(OsStr::from_bytes(&self.path));
        command.arg0(OsStr::from_bytes(self.name));
        command.args(self.arguments.iter().map(|argument| OsStr::from_bytes(argument)));
        command.current_dir(&context.base);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| !context.environment.contains_key(name)) {
                command.env_remove(name);
            }
        }
        command.envs(&*context.environment);
        command.stdin(if self.input.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command
    }

    fn output(&self, mut command: Command) -> Result<Vec<u8>, FunctionError> {
        let shown = String::from_utf8_lossy(&self.path).into_owned();
        let mut child =
            command.spawn().map_err(|error| unexpected(&format!("fork/exec {shown}: {}", reason(&error))))?;
        let read = self.exchange(&mut child);
        if read.too_large {
            // Nothing reads its output any more, so it must not be waited for while it runs.
            let _ = child.kill();
            let _ = child.wait();
            return Err(too_large("exec"));
        }
        let status = child.wait().map_err(|error| unexpected(&error.to_string()))?;
        if !status.success() {
            return Err(FunctionError::failed(self.failure(&shown, status, &read)));
        }
        if let Some(error) = read.input_error {
            return Err(FunctionError::failed(format!(
                "failed while writing {} bytes to stdin of \"{}\": write |1: {}",
                self.input.len(),
                String::from_utf8_lossy(self.name),
                reason(&error)
            )));
        }
        Ok(read.output)
    }

    /// Writes the input and reads both outputs at once, so that no pipe fills up while another is waited for.
    fn exchange(&self, child: &mut Child) -> Exchanged {
        let combined = Mutex::new(Vec::new());
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut exchanged = std::thread::scope(|scope| {
            let writer = scope.spawn(|| stdin.map_or(Ok(()), |mut stdin| stdin.write_all(self.input)));
            let errors = scope.spawn(|| stderr.map(|stderr| drain(stderr, &combined)).unwrap_or_default());
            let (output, too_large) = stdout.map(|stdout| drain(stdout, &combined)).unwrap_or_default();
            if too_large {
                // Ends the other two threads as well, which would otherwise wait for the program.
                let _ = child.kill();
            }
            let (error_output, errors_too_large) = errors.join().unwrap_or_default();
            let input_error = writer.join().ok().and_then(Result::err).filter(|error| {
                error.kind() != io::ErrorKind::BrokenPipe || self.input.len() > PIPE_CAPACITY
            });
            Exchanged {
                output,
                error_output,
                combined: Vec::new(),
                too_large: too_large || errors_too_large,
                input_error,
            }
        });
        exchanged.combined = combined.into_inner().unwrap_or_else(PoisonError::into_inner);
        exchanged
    }

    /// helmfile's text for a program that ended badly (`pkg/helmexec/exit_error.go`).
    fn failure(&self, path: &str, status: ExitStatus, read: &Exchanged) -> String {
        let (error, code) = match (status.code(), status.signal()) {
            (Some(code), _) => (format!("exit status {code}"), code),
            (None, Some(signal)) => (format!("signal: {}", signal_name(signal)), -1),
            (None, None) => ("unknown".to_owned(), -1),
        };
        let mut text =
            format!("command \"{path}\" exited with non-zero status:\n\nPATH:\n{}\n\nARGS:", indent(path));
        for (at, argument) in
            std::iter::once(self.name).chain(self.arguments.iter().map(Vec::as_slice)).enumerate()
        {
            let shown = String::from_utf8_lossy(argument);
            text.push('\n');
            text.push_str(&indent(&format!("{at}: {shown} ({} bytes)", argument.len())));
        }
        let _ = write!(text, "\n\nERROR:\n{}\n\nEXIT STATUS\n{}", indent(&error), indent(&code.to_string()));
        for (title, output) in [("STDERR", &read.error_output), ("COMBINED OUTPUT", &read.combined)] {
            if !output.is_empty() {
                let _ = write!(text, "\n\n{title}:\n{}", indent(&String::from_utf8_lossy(output)));
            }
        }
        text
    }
}

#[derive(Debug, Default)]
struct Exchanged {
    output: Vec<u8>,
    error_output: Vec<u8>,
    combined: Vec<u8>,
    too_large: bool,
    input_error: Option<io::Error>,
}

/// Reads to the end, also into what both outputs have in common; true where it is too much.
fn drain(mut source: impl Read, combined: &Mutex<Vec<u8>>) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return (content, false),
            Ok(count) => {
                content.extend_from_slice(&buffer[..count]);
                if content.len() > MAX_TEXT {
                    return (content, true);
                }
                combined.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return (content, false),
        }
    }
}

/// helmfile's `Indent`: two blanks before every line, empty lines left out.
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

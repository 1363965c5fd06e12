//! How a hook in a state file runs helmsum: what it is given is parsed by the definition of helmsum's own command line.
//!
//! A hook calls helmsum itself, through another program (`env`, `timeout`, `sh -c '"$@"' sh`), or in a script of a shell. Templates
//! in its arguments, and variables of a shell, are known only when it runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::rc::Rc;

use super::words::{commands, is_open};
use crate::cli::{Cli, Command, Options};
use crate::state::Hook;

/// A call of helmsum by a hook.
#[derive(Debug)]
pub(crate) struct Call {
    /// What helmsum makes of its arguments.
    pub(crate) arguments: Parsed,
    /// Whether the hook's own command is helmsum, and no other program or shell that runs it.
    pub(crate) is_direct: bool,
    /// Whether a shell has left the directory of the state file before.
    pub(crate) has_moved: bool,
}

/// The arguments of a call.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// As they are, with templates in values.
    Cli(Box<Cli>),
    /// helmsum refuses them, and why.
    Refused(String),
    /// What they are is known only when the hook runs.
    Open,
}

impl Call {
    /// The options about a state, where it is known that one is read.
    pub(crate) fn options(&self) -> Option<&Options> {
        match &self.arguments {
            Parsed::Cli(cli) => cli.options(),
            Parsed::Refused(_) | Parsed::Open => None,
        }
    }

    /// Whether it writes targets, or stops where they are out of date, as far as is known.
    pub(crate) fn guards(&self) -> bool {
        match &self.arguments {
            Parsed::Cli(cli) => match &cli.command {
                Command::Generate(arguments) => !arguments.dry_run,
                Command::Check(_) => true,
                _ => false,
            },
            Parsed::Refused(_) | Parsed::Open => true,
        }
    }

    /// Whether it takes warnings for errors, as far as is known.
    pub(crate) fn is_strict(&self) -> bool {
        match &self.arguments {
            Parsed::Cli(cli) => cli.output().strict,
            Parsed::Refused(_) | Parsed::Open => true,
        }
    }

    /// Whether it is there to read a state, as far as is known.
    pub(crate) fn reads_state(&self) -> bool {
        match &self.arguments {
            Parsed::Cli(cli) => cli.options().is_some(),
            Parsed::Refused(_) | Parsed::Open => true,
        }
    }

    /// The state file that it names, where that is known.
    pub(crate) fn file(&self) -> Option<&str> {
        let file = self.options()?.file.as_deref()?;
        (!is_open(file) && !self.has_moved).then_some(file)
    }
}

/// The calls of hooks, each parsed once: many releases have the same hook.
#[derive(Debug, Default)]
pub(crate) struct HookCalls(RefCell<BTreeMap<Written, Rc<[Call]>>>);

/// The command of a hook, and its arguments.
type Written = (String, Vec<String>);

impl HookCalls {
    /// The calls of helmsum that are written in a hook.
    pub(crate) fn of(&self, hook: &Hook) -> Rc<[Call]> {
        if !mentions_helmsum(hook) {
            return Rc::default();
        }
        let key = (hook.command.clone(), hook.args.clone());
        Rc::clone(self.0.borrow_mut().entry(key).or_insert_with(|| calls(hook).into()))
    }
}

/// Whether a hook runs something that may run helmsum: it has it in its name, or is handed the command of helmfile.
pub(crate) fn may_run_helmsum(hook: &Hook) -> bool {
    mentions_helmsum(hook) || hook.args.iter().any(|text| text.contains("HelmfileCommand"))
}

fn mentions_helmsum(hook: &Hook) -> bool {
    std::iter::once(&hook.command).chain(&hook.args).any(|text| text.contains("helmsum"))
}

fn calls(hook: &Hook) -> Vec<Call> {
    if is_helmsum(&hook.command) {
        return call(&hook.args, true, false).into_iter().collect();
    }
    if let Some(at) = hook.args.iter().position(|argument| is_helmsum(argument)) {
        return call(&hook.args[at + 1..], false, false).into_iter().collect();
    }
    let mut found = Vec::new();
    for script in &hook.args {
        let mut has_moved = false;
        for words in commands(script) {
            has_moved |= words.first().is_some_and(|word| ["cd", "pushd"].contains(&word.as_str()));
            if let Some(at) = words.iter().position(|word| is_helmsum(word)) {
                found.extend(call(&words[at + 1..], false, has_moved));
            }
        }
    }
    found
}

/// One call; nothing where it only shows help or the version.
fn call(arguments: &[String], is_direct: bool, has_moved: bool) -> Option<Call> {
    Some(Call { arguments: parse(arguments)?, is_direct, has_moved })
}

/// What helmsum makes of arguments; nothing where it only shows help or its version.
pub(crate) fn parse(arguments: &[String]) -> Option<Parsed> {
    let is_known = !arguments.iter().any(|argument| is_open(argument));
    let refused = |message: String| if is_known { Parsed::Refused(message) } else { Parsed::Open };
    let words = std::iter::once("helmsum").chain(arguments.iter().map(String::as_str));
    Some(match Cli::parse_from(words.map(OsString::from).collect()) {
        Ok(cli) => match cli.options().map_or(Ok(()), Options::check) {
            Ok(()) => Parsed::Cli(Box::new(cli)),
            Err(error) => refused(error.to_string()),
        },
        Err(error) if error.use_stderr() => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            refused(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
        Err(_) => return None,
    })
}

/// Whether a word is helmsum, in whatever directory.
pub(crate) fn is_helmsum(word: &str) -> bool {
    word.trim().rsplit('/').next() == Some("helmsum") && !word.trim().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(command: &str, args: &[&str]) -> Hook {
        Hook {
            name: String::new(),
            events: Vec::new(),
            command: command.into(),
            args: args.iter().map(|&text| text.to_owned()).collect(),
            show_logs: true,
            place: None,
        }
    }

    /// Each call in short: its command, the file, the environment, and what is said of it.
    fn shown(command: &str, args: &[&str]) -> Vec<String> {
        let one = |call: &Call| match &call.arguments {
            Parsed::Cli(cli) => {
                let command = format!("{:?}", cli.command);
                let command = command.split(['(', ' ']).next().unwrap_or_default().to_lowercase();
                let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
                let environment = call.options().and_then(|options| options.environment.as_deref());
                format!("{command} {} {}", text(call.file()), text(environment))
            }
            Parsed::Refused(message) => message.clone(),
            Parsed::Open => "open".into(),
        };
        calls(&hook(command, args)).iter().map(one).collect()
    }

    #[test]
    fn arguments_are_those_of_the_program_itself() {
        for (args, expected) in [
            (&["generate", "--file=x"][..], "generate x -"),
            (&["--file", "x", "generate"], "generate x -"),
            (&["generate", "-fx"], "generate x -"),
            (&["generate", "-f", "x"], "generate x -"),
            (&["generate", "-f=x"], "generate x -"),
            (&["generate", "-qf", "x"], "generate x -"),
            (&["generate", "-qfx", "-e", "check"], "generate x check"),
            (&["-e", "generate", "list", "--file", "x"], "list x generate"),
            (&["--output", "json", "hash", "v"], "hash - -"),
            (&["hash", "--", "generate"], "hash - -"),
            (&["generate", "-f", "x", "-f", "y"], "generate y -"),
            (
                &["generate", "--file={{ `x` }}", "-e", "{{ .Environment.Name }}"],
                "generate - {{ .Environment.Name }}",
            ),
            (&["generate", "{{ if true }}--strict{{ end }}"], "open"),
            (&["--output={{ .O }}", "generate"], "open"),
            (&["generate", "--", "--file=x"], "unexpected argument '--file=x' found"),
            (&["generate", "--fill"], "unexpected argument '--fill' found"),
            (&["generate", "--release=a/b/c"], "`--release a/b/c` is not `NAME` or `NAMESPACE/NAME`"),
            (&["generate", "--release={{ .Release.Namespace }}/{{ .Release.Name }}"], "generate - -"),
        ] {
            assert_eq!(shown("./bin/helmsum", args), [expected], "{args:?}");
        }
        for args in [&["--version"][..], &["help"], &["generate", "--help"]] {
            assert_eq!(shown("helmsum", args), [""; 0], "{args:?}");
        }
    }

    #[test]
    fn calls_are_found_in_scripts_and_after_other_programs() {
        for (command, args, expected) in [
            ("env", &["A=b", "helmsum", "check", "-f", "x"][..], &["check x -"][..]),
            ("sh", &["-c", "\"$@\"; exit $?", "sh", "./bin/helmsum", "generate", "-fx"], &["generate x -"]),
            (
                "sh",
                &["-c", "exec ./bin/helmsum generate --file='a b' -e \"c\" >/dev/null 2>&1"],
                &["generate a b c"],
            ),
            (
                "bash",
                &["-ec", "helmsum check && helmsum generate -qf x; true"],
                &["check - -", "generate x -"],
            ),
            ("sh", &["-c", "cd sub; helmsum generate -f x"], &["generate - -"]),
            ("sh", &["-c", "helmsum generate -f $FILE"], &["generate - -"]),
            ("sh", &["-c", "helmsum $ARGUMENTS"], &["open"]),
            (
                "sh",
                &["-c", "helmsum generate -e {{ .Environment.Name }} # -f y"],
                &["generate - {{ .Environment.Name }}"],
            ),
            ("sh", &["-c", "./helmsum-all generate"], &[]),
            ("echo", &["generate"], &[]),
        ] {
            assert_eq!(shown(command, args), expected, "{command} {args:?}");
        }
    }
}

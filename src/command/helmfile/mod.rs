//! The command line of the helmfile whose hook runs helmsum.
//!
//! A hook is told the environment, the namespace and the command, and nothing else of what helmfile was given. `--set` and its
//! like decide what helm renders, though, so they are read from helmfile's own arguments.

mod parse;
mod process;
mod take_over;

pub(super) use take_over::take_over;

use camino::Utf8PathBuf;

use parse::Line;
use process::{Arguments, Process, Table};

/// The variable that names the process of helmfile, where its program is called otherwise.
const VARIABLE: &str = "HELMSUM_HELMFILE_PID";

/// What was found of helmfile's command line.
#[derive(Clone)]
enum Search {
    Exact {
        /// The command and its options.
        line: Line,
        directory: Option<Utf8PathBuf>,
    },
    /// The names of options, some of which may be parts of values.
    Names(Vec<String>),
    /// The process that was named is none that can be read.
    Misnamed(String),
    Nothing {
        why: &'static str,
    },
}

/// Looks for the helmfile that runs a hook with this command, if that is known; `named` is the number of its process, where the
/// user tells it.
fn search(command: Option<&str>, named: Option<&str>) -> Search {
    let table = Table::of_system();
    let own = std::process::id();
    if let Some(named) = named {
        let process = || table.as_ref()?.named(own, named.parse().ok()?);
        return match process() {
            Some(process) => read(process, None).unwrap_or(Search::Names(Vec::new())),
            None => Search::Misnamed(format!(
                "`{VARIABLE}` is `{named}`, and no process of the same user has that number"
            )),
        };
    }
    let Some(table) = table else {
        return Search::Nothing { why: "the processes of this system are hidden" };
    };
    let above = table.above(own, std::os::unix::process::parent_id());
    let found = above.into_iter().find_map(|process| read(process, command));
    found.unwrap_or(Search::Nothing { why: "none of the processes above this one is called `helmfile…`" })
}

/// The command line of a process; nothing where it is one of another command.
fn read(process: Process, command: Option<&str>) -> Option<Search> {
    let is_it = |own: &str| command.is_none_or(|command| command == as_told(own));
    let text = match process.arguments {
        Arguments::Words(words) => match parse::parse(words.get(1..).unwrap_or_default()) {
            Some(line) => {
                return is_it(&line.command).then_some(Search::Exact { line, directory: process.directory });
            }
            None => words.get(1..).unwrap_or_default().join(" "),
        },
        Arguments::Text(text) => text,
    };
    // Another version of helmfile, or words whose ends cannot be told.
    let own = text.split_whitespace().find(|word| is_it(word) && parse::is_command(word))?;
    Some(Search::Names(parse::option_names(&text, own)))
}

/// What helmfile tells hooks that its command is (`pkg/app/app.go: WithPreparedCharts`).
fn as_told(command: &str) -> &str {
    match command {
        "fetch" => "pull",
        "doctor" => "diff",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(words: &[&str]) -> Process {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Process { arguments: Arguments::Words(words), directory: None }
    }

    fn shown(search: Option<Search>) -> String {
        match search {
            Some(Search::Exact { line, .. }) => format!("{} {:?}", line.command, line.options),
            Some(Search::Names(names)) => format!("{names:?}"),
            Some(_) => "no helmfile".into(),
            None => "another".into(),
        }
    }

    #[test]
    fn a_process_counts_only_with_the_command_that_the_hook_is_told() {
        for (words, command, expected) in [
            (&["helmfile", "apply", "--set", "a=b"][..], Some("apply"), "apply {\"set\": [\"a=b\"]}"),
            (&["helmfile", "fetch"], Some("pull"), "fetch {}"),
            (&["helmfile", "sync"], Some("apply"), "another"),
            (&["helmfile-helper", "run"], Some("apply"), "another"),
            (&["helmfile-helper", "run"], None, "another"),
            (&["helmfile", "sync"], None, "sync {}"),
            // Options that this helmfile does not know are another version's.
            (&["helmfile", "apply", "--new", "--set", "a=b"], Some("apply"), "[\"new\", \"set\"]"),
        ] {
            assert_eq!(shown(read(process(words), command)), expected, "{words:?}");
        }
    }
}

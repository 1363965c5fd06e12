//! How helmfile reads its command line: cobra finds the command, pflag its options.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::go::strconv::{parse_bool, parse_int};

/// Name, letter or `-`, what it takes and commands of every option, then the commands with their other names.
const TABLE: &str = include_str!("options.tsv");

/// A command line of helmfile.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The command, a `/` before the one below it.
    pub(super) command: String,
    /// The options that were given, with all their values: of one that takes a single value, the last.
    pub(super) options: BTreeMap<String, Vec<String>>,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Nothing, though a truth value may follow a `=`.
    Switch,
    /// A whole number.
    Number,
    Text,
    /// A text each time it is given.
    List,
}

struct Flag {
    name: &'static str,
    letter: Option<char>,
    takes: Takes,
    /// The commands that have it, `*` for all and `.` for helmfile itself.
    commands: Vec<&'static str>,
}

struct Table {
    flags: Vec<Flag>,
    /// The full name of every command, with its other names.
    commands: Vec<(&'static str, Vec<&'static str>)>,
}

static KNOWN: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { flags: Vec::new(), commands: Vec::new() };
    let mut headings = 0;
    for line in TABLE.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            _ if line.starts_with('#') => headings += 1,
            [name, letter, takes, commands] if headings == 1 => table.flags.push(Flag {
                name,
                letter: letter.chars().next().filter(|letter| *letter != '-'),
                takes: match takes {
                    "switch" => Takes::Switch,
                    "number" => Takes::Number,
                    "list" => Takes::List,
                    _ => Takes::Text,
                },
                commands: commands.split(' ').collect(),
            }),
            [name, ref others @ ..] => table.commands.push((name, others.to_vec())),
            [] => {}
        }
    }
    table
});

/// The options of one command.
#[derive(Clone, Copy)]
struct Options<'c>(&'c str);

impl Options<'_> {
    /// An option of the command itself comes before one of all commands.
    fn find(self, is: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
        let own = if self.0.is_empty() { "." } else { self.0 };
        let of = |command: &str| KNOWN.flags.iter().find(|flag| is(flag) && flag.commands.contains(&command));
        of(own).or_else(|| of("*"))
    }

    fn named(self, name: &str) -> Option<&'static Flag> {
        self.find(|flag| flag.name == name)
    }

    fn lettered(self, letter: char) -> Option<&'static Flag> {
        self.find(|flag| flag.letter == Some(letter))
    }

    /// Whether cobra takes the word after this one for its value while it looks for the command. It does so for options it
    /// does not know, and does not for one that ends a word of several letters.
    fn swallows(self, word: &str) -> bool {
        if word.contains('=') {
            return false;
        }
        let is_switch = |flag: Option<&Flag>| flag.is_some_and(|flag| flag.takes == Takes::Switch);
        if let Some(name) = word.strip_prefix("--") {
            return !is_switch(self.named(name));
        }
        let letter = word.strip_prefix('-').filter(|letter| letter.len() == 1);
        let letter = letter.and_then(|letter| letter.chars().next());
        letter.is_some_and(|letter| !is_switch(self.lettered(letter)))
    }
}

/// Reads the arguments of helmfile, without its own name. Nothing where helmfile as it is known would refuse them, or only
/// show help: then it is another version that runs, and what it makes of them is not known.
pub(super) fn parse(arguments: &[String]) -> Option<Line> {
    let mut command = String::new();
    let mut rest: Vec<&str> = arguments.iter().map(String::as_str).collect();
    while let Some(word) = first_word(Options(&command), &rest) {
        let Some(found) = command_below(&command, word) else { break };
        rest = without_first(Options(&command), &rest, word);
        command = found;
    }
    let runs = !command.is_empty()
        && !KNOWN.commands.iter().any(|(name, _)| name.starts_with(&format!("{command}/")));
    let options = options(Options(&command), &rest)?;
    (runs && !options.contains_key("help")).then_some(Line { command, options })
}

/// Whether a command of helmfile has this name.
pub(super) fn is_command(name: &str) -> bool {
    KNOWN.commands.iter().any(|(known, _)| *known == name)
}

/// Whether a command of helmfile has an option.
pub(super) fn has(command: &str, option: &str) -> bool {
    Options(command).named(option).is_some()
}

/// The command of a name below another one.
fn command_below(command: &str, word: &str) -> Option<String> {
    KNOWN.commands.iter().find_map(|(name, others)| {
        let (parent, own) = name.rsplit_once('/').unwrap_or(("", name));
        (parent == command && (own == word || others.contains(&word))).then(|| (*name).to_owned())
    })
}

/// The first word that is not an option and no value of one (`cobra.stripFlags`).
fn first_word<'a>(options: Options<'_>, mut arguments: &[&'a str]) -> Option<&'a str> {
    while let [word, rest @ ..] = arguments {
        arguments = rest;
        if *word == "--" {
            return None;
        }
        if options.swallows(word) {
            // The last word is never looked at here, be it a value or not.
            arguments = rest.get(1..).filter(|_| rest.len() > 1)?;
        } else if !word.is_empty() && !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

/// The arguments without the first word that is `word` (`cobra.argsMinusFirstX`).
fn without_first<'a>(options: Options<'_>, arguments: &[&'a str], word: &str) -> Vec<&'a str> {
    let mut position = 0;
    while let Some(argument) = arguments.get(position) {
        if *argument == "--" {
            break;
        }
        if options.swallows(argument) {
            position += 1;
        } else if *argument == word {
            return [&arguments[..position], &arguments[position + 1..]].concat();
        }
        position += 1;
    }
    arguments.to_vec()
}

/// The options with their values (`pflag.FlagSet.parseArgs`).
fn options(known: Options<'_>, arguments: &[&str]) -> Option<BTreeMap<String, Vec<String>>> {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut set = |flag: &Flag, value: &str| {
        let values = options.entry(flag.name.to_owned()).or_default();
        match flag.takes {
            Takes::List => {}
            Takes::Text => values.clear(),
            Takes::Number => {
                values.clear();
                values.push(parse_int(value.as_bytes(), 0).ok()?.to_string());
                return Some(());
            }
            Takes::Switch => {
                values.clear();
                values.push(parse_bool(value)?.to_string());
                return Some(());
            }
        }
        values.push(value.to_owned());
        Some(())
    };
    let mut arguments = arguments.iter().copied();
    while let Some(word) = arguments.next() {
        if word == "--" {
            break;
        }
        if let Some(name) = word.strip_prefix("--") {
            let (name, given) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (name, None),
            };
            let flag = known.named(name)?;
            match (given, flag.takes) {
                (Some(value), _) => set(flag, value)?,
                (None, Takes::Switch) => set(flag, "true")?,
                (None, _) => set(flag, arguments.next()?)?,
            }
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut letters = letters.chars();
            while let Some(letter) = letters.next() {
                let rest = letters.as_str();
                // What `go test` gives is ignored.
                if letter == 't' && rest.starts_with("est.") {
                    break;
                }
                let flag = known.lettered(letter)?;
                // A `=` with nothing after it is a value by itself.
                match (rest.strip_prefix('=').filter(|value| !value.is_empty()), flag.takes) {
                    (Some(value), _) => set(flag, value)?,
                    (None, Takes::Switch) => {
                        set(flag, "true")?;
                        continue;
                    }
                    (None, _) if rest.is_empty() => set(flag, arguments.next()?)?,
                    (None, _) => set(flag, rest)?,
                }
                break;
            }
        }
    }
    Some(options)
}

/// The names of the options that a text with a command line in it may have: the words that begin with `-`, for where the
/// words cannot be told from their values.
pub(super) fn option_names(text: &str, command: &str) -> Vec<String> {
    let known = Options(command);
    let mut names = Vec::new();
    for word in text.split_whitespace() {
        if let Some(name) = word.strip_prefix("--") {
            names.push(name.split('=').next().unwrap_or_default().to_owned());
        } else if let Some(letters) = word.strip_prefix('-') {
            for letter in letters.chars() {
                let Some(flag) = known.lettered(letter) else { break };
                names.push(flag.name.to_owned());
                if flag.takes != Takes::Switch {
                    break;
                }
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_read_as_helmfile_reads_them() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/helmfile-command-lines.json")).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert!(vectors.len() > 100);
        for vector in vectors {
            let arguments: Vec<String> = serde_json::from_value(vector["arguments"].clone()).unwrap();
            let expected = vector["command"].as_str().map(|command| Line {
                command: command.to_owned(),
                options: serde_json::from_value(vector["options"].clone()).unwrap_or_default(),
            });
            let read = parse(&arguments);
            let shown = |line: &Option<Line>| {
                line.as_ref().map(|line| format!("{} {:?}", line.command, line.options))
            };
            assert_eq!(shown(&read), shown(&expected), "{arguments:?}");
        }
    }

    #[test]
    fn names_are_found_in_a_text_without_boundaries() {
        let names = option_names("helmfile -qn shop --set a b=c --args=--set=x apply -c ./chart", "apply");
        assert_eq!(names, ["args", "chart", "namespace", "quiet", "set"]);
    }
}

//! Options that contradict each other, or the command that they are given to.

use super::{Cli, Command, OutputFormat};

impl Cli {
    /// What is wrong with the options about output, looked at together with the command.
    pub(super) fn contradiction(&self) -> Option<String> {
        if let Command::Diff(arguments) = &self.command
            && arguments.flavour.is_some()
            && self.output.output != Some(OutputFormat::Markdown)
        {
            return Some("`--flavour` is for `--output markdown` alone".to_owned());
        }
        let format = self.output.output?;
        match &self.command {
            Command::Annotate(_) if format != OutputFormat::Human => {
                let message = "`--output` is not for `helmsum annotate`, which prints manifests";
                Some(message.to_owned())
            }
            Command::Init(_) if format != OutputFormat::Human => {
                Some("`--output` is not for `helmsum init`, which prints a patch".to_owned())
            }
            Command::Audit(arguments) if arguments.verbose && format == OutputFormat::Sarif => Some(
                "`--verbose` cannot be used with `--output sarif`, which has findings alone; `--output json` has every reading"
                    .to_owned(),
            ),
            command => {
                let commands = format.commands().filter(|commands| !commands.contains(&command.name()))?;
                let named: Vec<String> = commands.iter().map(|name| format!("`helmsum {name}`")).collect();
                let alone = if named.len() == 1 { " alone" } else { "" };
                Some(format!("`--output {}` is for {}{alone}", format.name(), named.join(" and ")))
            }
        }
    }
}

/// That options contradict each other, or the command that they are given to, with its usage.
pub(super) fn conflict(message: String, command: &str, definition: &mut clap::Command) -> clap::Error {
    let error = clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, message);
    match definition.find_subcommand_mut(command) {
        Some(of_command) => error.format(of_command),
        None => error.format(definition),
    }
}

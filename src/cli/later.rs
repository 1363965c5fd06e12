//! Arguments of a command that are defined when the command is used.

use std::ops::Deref;

use clap::builder::Resettable;
use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::OutputFormat;

/// The arguments of a command, defined only once that command is parsed, or shown in help. The definition of all commands takes longer
/// than most other things that a hook does.
#[derive(Debug)]
pub(crate) struct Later<T>(T);

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Args> Args for Later<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| keeping(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| keeping(command, T::augment_args_for_update))
    }
}

/// A command that knows the formats of its report alone.
fn with_own_formats(command: Command) -> Command {
    let has_format = command.get_arguments().any(|argument| argument.get_id() == "output");
    if !has_format {
        return command;
    }
    let formats = OutputFormat::parser_of(command.get_name());
    command.mut_arg("output", |output| output.value_parser(formats))
}

/// Adds arguments and keeps what is said about the command: the struct of the arguments says something else.
fn keeping(command: Command, add: impl Fn(Command) -> Command) -> Command {
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    with_own_formats(add(command)).about(Resettable::from(about)).long_about(Resettable::from(long_about))
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }

    fn update_from_arg_matches_mut(&mut self, matches: &mut ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches_mut(matches)
    }
}

//! `helmsum man`: what can be made from the definition of the command line.

use std::io;

use crate::cli::Cli;
use crate::report::{Outcome, Streams};

/// Prints the manual: a page for the program, followed by one for each command.
///
/// # Errors
///
/// Where standard output does not take it.
pub(super) fn page(streams: &mut Streams) -> io::Result<Outcome> {
    let mut definition = Cli::definition().disable_help_subcommand(true);
    definition.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(definition.clone()).render(&mut page)?;
    for command in definition.get_subcommands() {
        let name = format!("helmsum-{}", command.get_name());
        clap_mangen::Man::new(command.clone().display_name(name)).render(&mut page)?;
    }
    streams.out.raw(&page)?;
    Ok(Outcome::Clean)
}

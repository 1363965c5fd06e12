//! `helmsum man`: what can be made from the definition of the command line.

use std::io;

use crate::cli::Cli;
use crate::report::{Outcome, Streams};

/// What stands at the foot of each page.
const SOURCE: &str = concat!("helmsum ", env!("CARGO_PKG_VERSION"));

/// Prints the manual: the page of one command, or that of the program followed by those of all commands.
///
/// # Errors
///
/// Where standard output does not take it.
pub(super) fn page(command: Option<&str>, streams: &mut Streams) -> io::Result<Outcome> {
    let mut definition = Cli::definition().disable_help_subcommand(true);
    definition.build();
    let mut page = Vec::new();
    if command.is_none() {
        clap_mangen::Man::new(definition.clone()).render(&mut page)?;
    }
    for one in definition.get_subcommands().filter(|one| command.is_none_or(|name| one.get_name() == name)) {
        let name = format!("helmsum-{}", one.get_name());
        clap_mangen::Man::new(one.clone().display_name(name)).source(SOURCE).render(&mut page)?;
    }
    streams.out.raw(&page)?;
    Ok(Outcome::Clean)
}

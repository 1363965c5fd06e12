//! `helmsum hash`: the checksum of paths, with neither a state nor a configuration file.

use std::io;

use super::Context;
use crate::checksum::{Progress, of_paths};
use crate::cli::{HashArgs, OutputFormat};
use crate::diagnostic::{Diagnostic, Secrets};
use crate::plan::rules::about_content;
use crate::report::{self, HashDocument, Outcome, Streams};
use crate::tree::WorkTree;

/// Prints the checksum and nothing else on standard output; findings go to standard error, so that a template can use it.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(arguments: &HashArgs, context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let result = of_paths(&WorkTree, &context.plan.directory, &arguments.paths, &Progress::default());
    let (checksum, mut diagnostics) = match result {
        Ok(checksum) => (checksum, Vec::new()),
        Err(error) => (None, vec![error.diagnostic()]),
    };
    for (label, hashed) in checksum.iter().flat_map(|checksum| &checksum.sources) {
        let found = about_content(label, hashed, false).into_iter();
        diagnostics.extend(found.filter_map(|finding| context.plan.levels.settle(finding)));
    }
    // Nothing is known here but what a text shows by itself: a URL with a password.
    let diagnostics: Vec<Diagnostic> =
        diagnostics.into_iter().map(|diagnostic| diagnostic.masked(&Secrets::default())).collect();
    let failed = diagnostics.iter().any(Diagnostic::is_denied);
    let checksum = checksum.filter(|_| !failed);
    if context.output.format == OutputFormat::Json {
        let document = HashDocument::new(checksum.as_ref(), &diagnostics, &context.plan.directory);
        streams.out.raw(report::print(&document).as_bytes())?;
    } else {
        let layout = context.layout(&streams.err);
        for diagnostic in &diagnostics {
            streams.err.styled(&report::draw(diagnostic, layout))?;
        }
        if let Some(checksum) = &checksum {
            streams.out.raw(format!("{}\n", checksum.checksum).as_bytes())?;
        }
    }
    Ok(if failed { Outcome::Failed } else { Outcome::Clean })
}

//! `helmsum hash`: the checksum of paths, with neither a state nor a configuration file.

use std::io;

use super::Context;
use super::content::content_findings;
use crate::checksum::{Progress, of_paths};
use crate::cli::{HashArgs, OutputFormat};
use crate::finding::Level;
use crate::report::{self, HashDocument, Outcome, Streams};
use crate::tree::WorkTree;

/// Prints the checksum and nothing else on standard output; findings go to standard error, so that a template can use it.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(arguments: &HashArgs, context: &Context, streams: &mut Streams) -> io::Result<Outcome> {
    let result = of_paths(&WorkTree, &context.directory, &arguments.paths, &Progress::default());
    let (checksum, problems) = match result {
        Ok(checksum) => (checksum, Vec::new()),
        Err(error) => (None, vec![error.problem()]),
    };
    let mut findings = Vec::new();
    for (label, hashed) in checksum.iter().flat_map(|checksum| &checksum.sources) {
        findings.extend(
            content_findings(label, hashed, false)
                .into_iter()
                .filter_map(|finding| context.levels.settle(finding)),
        );
    }
    let failed = !problems.is_empty() || findings.iter().any(|finding| finding.level == Level::Deny);
    let checksum = checksum.filter(|_| !failed);
    if context.output.format == OutputFormat::Json {
        let document = HashDocument::new(checksum.as_ref(), &findings, &problems, &context.directory);
        streams.out.raw(report::print(&document).as_bytes())?;
    } else {
        let layout = context.layout(&streams.err);
        for finding in &findings {
            streams.err.styled(&report::draw_finding(finding, layout))?;
        }
        for problem in &problems {
            streams.err.styled(&report::draw_problem(problem, layout))?;
        }
        if let Some(checksum) = &checksum {
            streams.out.raw(format!("{}\n", checksum.checksum).as_bytes())?;
        }
    }
    Ok(if failed { Outcome::Failed } else { Outcome::Clean })
}

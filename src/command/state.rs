//! `helmsum state`: the resolved state as helmsum reads it.

use std::io;

use serde_json::json;

use super::Context;
use super::reading::Reading;
use crate::cli::OutputFormat;
use crate::report::{self, Outcome, Streams};
use crate::state;

/// Prints the state, as JSON for programs and as YAML for people.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(context: &Context, reading: &Reading, streams: &mut Streams) -> io::Result<Outcome> {
    let request = reading.request(None);
    let resolved = match state::read(&request) {
        Ok(resolved) => resolved,
        Err(error) => {
            let problem = error.into_problem();
            if context.output.format == OutputFormat::Json {
                let errors = report::error_entries(std::slice::from_ref(&problem), &context.directory);
                let environment = request.environment_name();
                let document =
                    json!({ "format": 1, "environment": environment, "documents": [], "errors": errors });
                streams.out.raw(report::print(&document).as_bytes())?;
            } else {
                streams.err.styled(&report::draw_problem(&problem, context.layout(&streams.err)))?;
            }
            return Ok(Outcome::Failed);
        }
    };
    let text = match context.output.format {
        OutputFormat::Json => report::print(&resolved.to_json(&context.directory)),
        OutputFormat::Human | OutputFormat::Github => {
            resolved.to_yaml(&context.directory).map_err(io::Error::other)?
        }
    };
    streams.out.raw(text.as_bytes())?;
    if resolved.visits.is_empty() && !resolved.skipped.is_empty() {
        let note = format!("no state file defines the environment `{}`\n", request.environment_name());
        streams.err.styled(&note)?;
        return Ok(if reading.request.allow_no_match { Outcome::Clean } else { Outcome::NoMatch });
    }
    Ok(Outcome::Clean)
}

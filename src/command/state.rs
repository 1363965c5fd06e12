//! `helmsum state`: the resolved state as helmsum reads it.

use std::io;

use serde_json::json;

use super::Context;
use crate::cli::OutputFormat;
use crate::diagnostic::{Diagnostic, Sink};
use crate::plan::Reading;
use crate::rendered::{self, Producer, Templates};
use crate::report::{self, Outcome, Streams};
use crate::state::{self, EntryContent, Request, Resolved, ValuesEntry};
use crate::template::functions::registry;
use crate::text::{counted, for_terminal};

/// Prints the state, as JSON for programs and as YAML for people, with the contents of values files if `embed` says so.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    embed: bool,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let request = reading.request(None);
    let read = state::read(&request).map(|state| named(state, reading));
    let resolved = match read.and_then(|state| if embed { embedded(state, &request) } else { Ok(state) }) {
        Ok(resolved) => resolved,
        Err(problem) => {
            let mut sink = Sink::new(request.secrets.clone());
            sink.take_settled(problem);
            let said = sink.finish(super::source_of);
            annotate(&said, false, context, streams)?;
            if context.output.format == OutputFormat::Json {
                let errors = report::entries(&said, &context.plan.directory).errors;
                let environment = request.environment_name();
                let document =
                    json!({ "format": 1, "environment": environment, "documents": [], "errors": errors });
                streams.out.raw(report::print(&document).as_bytes())?;
            } else {
                for error in &said {
                    streams.err.styled(&report::draw(error, context.layout(&streams.err)))?;
                }
            }
            return Ok(Outcome::Failed);
        }
    };
    let mut document = resolved.to_json(&context.plan.directory);
    let mask = |note: Diagnostic| note.masked(&request.secrets);
    let note = nothing_matched(&resolved, reading).map(mask);
    let text = if context.output.format == OutputFormat::Json {
        // Programs compare it with helmfile's state, so nothing in it is replaced.
        if let Some(note) = &note {
            document["notes"] =
                json!(report::entries(std::slice::from_ref(note), &context.plan.directory).notes);
        }
        report::print(&document)
    } else {
        request.secrets.mask_json(&mut document);
        for_terminal(&state::to_yaml(&document).map_err(io::Error::other)?).into_owned()
    };
    streams.out.raw(text.as_bytes())?;
    // Nothing follows but the end of the run, and to take a large document apart takes as long as a part of reading it.
    std::mem::forget(document);
    if let Some(said) = note.clone().or_else(|| unnamed(&resolved, reading).map(mask)) {
        streams.err.styled(&report::draw(&said, context.layout(&streams.err)))?;
    }
    std::mem::forget(resolved);
    let Some(note) = note else { return Ok(Outcome::Clean) };
    let fails = !reading.options.allow_no_matching_release;
    annotate(&[note], fails, context, streams)?;
    Ok(if fails { Outcome::NoMatch } else { Outcome::Clean })
}

/// Gives GitHub Actions what was said, on the stream that the state is not on. `nothing_matched` is for a note that says why the
/// run fails.
fn annotate(
    said: &[Diagnostic],
    nothing_matched: bool,
    context: &Context,
    streams: &mut Streams,
) -> io::Result<()> {
    if !context.output.annotations {
        return Ok(());
    }
    let report = report::Report { diagnostics: said.to_vec(), nothing_matched, ..report::Report::default() };
    let workspace = context.output.workspace.as_ref().map_or(&context.plan.directory, |workspace| workspace);
    streams.err.raw(report::annotations(&report, workspace).as_bytes())
}

/// What to know where nobody named an environment and the state does not define the one that is read then.
fn unnamed(state: &Resolved, reading: &Reading) -> Option<Diagnostic> {
    let named = reading.options.all_environments || reading.request(None).names_environment();
    state::where_unnamed(&state.environments).filter(|_| !named).map(Diagnostic::note)
}

/// The state with those releases alone that `--release` names, where it names any.
fn named(mut state: Resolved, reading: &Reading) -> Resolved {
    let filters = &reading.options.release;
    if filters.is_empty() {
        return state;
    }
    for visit in &mut state.visits {
        visit.filtered = true;
        for release in &mut visit.releases {
            release.selected &= filters.iter().any(|filter| release.is_meant_by(filter));
        }
    }
    state
}

/// Why nothing is left of a state, as helmfile exits with 3 for it.
fn nothing_matched(state: &Resolved, reading: &Reading) -> Option<Diagnostic> {
    if state.visits.is_empty() && !state.skipped.is_empty() {
        let name = &state.environment;
        let note = Diagnostic::note(format!("no state file defines the environment `{name}`"));
        return Some(match state::instead_of(name, &state.environments) {
            Some(hint) => note.hint(hint),
            None => note,
        });
    }
    let options = &reading.options;
    let filtered = !options.selector.is_empty() || !options.release.is_empty();
    let releases = || state.visits.iter().flat_map(|visit| &visit.releases);
    let is_empty = filtered && !releases().any(|release| release.selected);
    is_empty
        .then(|| Diagnostic::note(format!("none of {} is selected", counted(releases().count(), "release"))))
}

/// The state with what helm reads in the place of the files among the values of its releases.
fn embedded(mut state: Resolved, request: &Request) -> Result<Resolved, Diagnostic> {
    let registry = registry();
    for visit in &mut state.visits {
        let mut lists = Vec::with_capacity(visit.releases.len());
        for release in &visit.releases {
            if release.selected || !visit.filtered {
                lists.push(rendered::embedded(
                    &Producer { request, visit, release },
                    &mut Templates::new(&registry).shown(),
                )?);
            } else {
                lists.push(Vec::new());
            }
        }
        for (release, list) in visit.releases.iter_mut().zip(lists) {
            let entry =
                |value| ValuesEntry { content: EntryContent::Inline(value), place: None, inherited: false };
            release.values = list.into_iter().map(entry).collect();
        }
    }
    Ok(state)
}

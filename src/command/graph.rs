//! `helmsum graph`: who reads what of whom, and whether helmfile deploys it first.

use std::ffi::OsStr;
use std::io;

use super::{Context, show, source_of, verdict, waiting};
use crate::audit;
use crate::cli::{GraphArgs, OutputFormat};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{self, Graph, Making};
use crate::plan::facts::environment::Environment;
use crate::plan::{self, Plan, Reading};
use crate::program::look_up;
use crate::report::{self, GraphDocument, GraphView, Outcome, Report, Streams};
use crate::text::listed;

/// How many sources a note names.
const NAMED: usize = 5;

/// Looks at the whole state and draws it.
///
/// # Errors
///
/// Where a stream does not take what is written to it.
pub(super) fn run(
    context: &Context,
    reading: &Reading,
    arguments: &GraphArgs,
    streams: &mut Streams,
) -> io::Result<Outcome> {
    let (is_asked, in_turn) = (arguments.no_render, arguments.sequential_helmfiles);
    // What a state calls for helm is known once it is read.
    let declared = (is_asked || !has_helm("helm", reading)).then(|| declared(context, reading, in_turn));
    let (plan, graph) = match declared {
        Some(Declared { plan, graph, has_helm }) if is_asked || !has_helm => (plan, graph),
        _ => rendered(context, reading, in_turn, streams)?,
    };
    show::trace(&plan, context, reading, streams)?;
    let graph = graph.masked(&reading.secrets);
    let nothing_matched = plan.nothing_matched && !reading.options.allow_no_matching_release;
    let mut report = Report::of(plan, source_of);
    if !nothing_matched {
        report.diagnostics.retain(is_of_graph);
        if report.errors() == 0 {
            report.diagnostics.extend(unknown(&graph, is_asked));
        }
    }
    let outcome = verdict::of(&report, nothing_matched);
    report.nothing_matched = outcome == Outcome::NoMatch;
    let view = GraphView { report: &report, graph: &graph, quiet: context.output.quiet };
    say(view, context, streams)?;
    Ok(outcome)
}

/// What is said where helmsum was started by helmsum: nothing, in the form that was asked for.
pub(super) fn say_nothing(context: &Context, streams: &mut Streams) -> io::Result<()> {
    let (report, graph) = (Report::default(), Graph::default());
    document(GraphView { report: &report, graph: &graph, quiet: true }, context, streams)
}

/// The graph of what is declared.
struct Declared {
    plan: Plan,
    graph: Graph,
    /// Whether what the state calls for helm is there.
    has_helm: bool,
}

fn declared(context: &Context, reading: &Reading, in_turn: bool) -> Declared {
    let plan::Declared { plan, consumers, environments } = plan::declared(&context.plan, reading);
    let mut declared = graph::declared(&environments, &consumers);
    let autos = consumers.iter().filter(|consumer| consumer.selected && consumer.auto.is_some());
    declared.unnamed.extend(autos.map(|consumer| format!("`auto` of `{}`", consumer.id())));
    let graph = Graph::of(making(context, &environments, in_turn), declared);
    let mut visits = environments.iter().flat_map(|read| &read.resolved.visits);
    Declared { plan, graph, has_helm: visits.any(|visit| has_helm(&visit.helm_binary, reading)) }
}

/// The graph of what is declared and of what pods read.
fn rendered(
    context: &Context,
    reading: &Reading,
    in_turn: bool,
    streams: &mut Streams,
) -> io::Result<(Plan, Graph)> {
    let progress = plan::Progress::default();
    let make = || {
        plan::make_and(&context.plan, reading, &progress, |made, rendering| {
            let (findings, seen) = audit::readings(&made, rendering);
            let environments = made.project.environments;
            let mut declared = graph::of_contents(environments, made.project.consumers);
            declared.links.extend(graph::read(&seen.readings));
            let making = Making { is_rendered: true, ..making(context, environments, in_turn) };
            (findings, Graph::of(making, declared))
        })
    };
    waiting::watched(&mut streams.err, || progress.to_string(), make)
}

fn making<'g>(context: &'g Context, environments: &'g [Environment], in_turn: bool) -> Making<'g> {
    Making { environments, directory: &context.plan.directory, in_turn, is_rendered: false }
}

/// Whether a program that is called for helm is there.
fn has_helm(binary: &str, reading: &Reading) -> bool {
    look_up(binary.as_ref(), reading.variable("PATH").map(OsStr::new)).is_ok_and(|path| path.exists())
}

/// What the graph cannot show. `is_asked` is whether nothing was to be rendered.
fn unknown(graph: &Graph, is_asked: bool) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    if !graph.unknown.is_empty() {
        let message = format!(
            "no edge is shown for sources of releases that are not deployed: {}",
            listed(&graph.unknown, NAMED)
        );
        notes.push(Diagnostic::note(message).hint("`helmsum check` says more"));
    }
    if graph.is_rendered {
        return notes;
    }
    if !is_asked {
        let message = "there is no helm to render releases with: what their pods read is not known, and only what is declared is shown";
        notes.push(Diagnostic::note(message).hint("install helm, or name it with `--helm-binary`"));
    }
    if !graph.unnamed.is_empty() {
        let message = format!("only rendering tells whose these are: {}", listed(&graph.unnamed, NAMED));
        let note = Diagnostic::note(message);
        notes.push(if is_asked { note.hint("leave `--no-render` away to see them") } else { note });
    }
    notes
}

/// Whether a graph says it: that something could not be read. What is wrong with checksums is for other commands.
fn is_of_graph(diagnostic: &Diagnostic) -> bool {
    diagnostic.is_error() || diagnostic.code() == Some(Code::UnauditedRelease)
}

/// Shows the graph to whoever asked for it, and to GitHub Actions what it takes.
fn say(view: GraphView<'_>, context: &Context, streams: &mut Streams) -> io::Result<()> {
    if context.output.format.is_document() {
        document(view, context, streams)?;
        show::annotate(view.report, context, streams)?;
        if context.output.format != OutputFormat::Json {
            // A drawing has no place for them.
            show::said(view.report, context, &mut streams.err)?;
        }
        return Ok(());
    }
    streams.out.styled(&report::graph(view, context.layout(&streams.out)))?;
    show::annotate(view.report, context, streams)?;
    show::errors(view.report, context, &mut streams.err)
}

/// Prints one document.
fn document(view: GraphView<'_>, context: &Context, streams: &mut Streams) -> io::Result<()> {
    let directory = &context.plan.directory;
    let text = match context.output.format {
        OutputFormat::Mermaid => report::mermaid(view.graph, directory),
        OutputFormat::Dot => report::dot(view.graph, directory),
        _ => report::print(&GraphDocument::new(view, directory)),
    };
    streams.out.raw(text.as_bytes())
}

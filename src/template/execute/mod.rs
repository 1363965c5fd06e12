//! Runs a parsed template, with the rules of Go 1.26's `text/template`.

mod argument;
mod builtin;
mod call;
mod compare;
mod escape;
mod evaluate;
mod index;
mod limits;
mod output;
mod range;
mod slot;

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::effects::Effects;
use super::function::{Context, Registry};
use super::render::Options;
use super::set::Set;
use super::syntax::{
    Branch, Command, Invocation, List, Node, Operand, PARSE_NAME, Pipeline, TemplateText, Tree,
};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::strconv::quote;
use crate::text::{Excerpt, Place, position};
use crate::value::Value;
use crate::value::print::{PrintError, display};

pub(super) use builtin::is_builtin;
use limits::{HEAD, ITEM, Stopped};
use output::Output;
pub(super) use output::Segment;
use slot::{Slot, behind_pointer, is_true};

type Evaluated<T> = Result<T, Diagnostic>;

/// What all templates of one rendering share, those that `tpl` starts too.
pub(super) struct Run<'r> {
    pub(super) context: &'r Context,
    pub(super) registry: &'r Registry,
    options: &'r Options,
    /// Steps that are left.
    steps: u64,
    /// Bytes that results took since the memory was looked at, or in all where it cannot be.
    results: u64,
    /// Templates that are running inside each other.
    templates: usize,
    /// Blocks, pipelines and templates that are open inside each other: what the stack contains.
    depth: usize,
    /// Where the innermost file failed, until the error has come out of the calls around it.
    failed_at: Option<Excerpt>,
    /// What was done beside writing text.
    pub(super) effects: Effects,
    /// Where the text without a file that is running was called.
    outer: Option<Spot>,
}

/// A place in a text, which is not looked up before somebody asks for it.
#[derive(Clone)]
struct Spot {
    source: Rc<TemplateText>,
    offset: usize,
    /// Whether the text is the one that is rendered.
    is_main: bool,
}

impl Spot {
    fn place(&self, context: &Context) -> Place {
        match &context.place {
            Some(place) if self.is_main => place.clone(),
            _ => Place::offset(self.source.name.clone(), &self.source.text, self.offset),
        }
    }
}

impl<'r> Run<'r> {
    pub(super) fn new(context: &'r Context, registry: &'r Registry, options: &'r Options) -> Self {
        Self {
            context,
            registry,
            options,
            steps: options.steps,
            results: 0,
            templates: 0,
            depth: 0,
            failed_at: None,
            effects: Effects::default(),
            outer: None,
        }
    }

    /// Runs the main template of a set.
    pub(super) fn execute(
        &mut self,
        set: &Set,
        source: &Rc<TemplateText>,
        data: &Value,
        traced: bool,
    ) -> Evaluated<(Vec<u8>, Vec<Segment>)> {
        let mut output = Output::new(self.options.output, traced);
        let mut included = BTreeMap::new();
        if let Some(tree) = set.get(PARSE_NAME) {
            let origin = if Rc::ptr_eq(&tree.source, source) { None } else { Some(0) };
            let scene = Scene { set, main: source, tree, origin };
            scene.run(self, &mut included, &mut output, &Slot::concrete(data.clone()))?;
        }
        Ok(output.finish())
    }
}

/// A template and where it runs.
#[derive(Clone, Copy)]
struct Scene<'t> {
    set: &'t Set,
    /// The text that is being rendered, which output is traced to.
    main: &'t Rc<TemplateText>,
    tree: &'t Tree,
    /// The offset in the main text that called a template of another text.
    origin: Option<usize>,
}

impl Scene<'_> {
    fn run(
        self,
        run: &mut Run<'_>,
        included: &mut BTreeMap<String, u32>,
        output: &mut Output,
        dot: &Slot,
    ) -> Evaluated<()> {
        let variables = vec![("$".into(), dot.clone())];
        let mut state = State { run, included, output, scene: self, variables, at: At::Nothing };
        // `break` and `continue` end inside their `range`: the parser has seen to it.
        state.walk(dot, &self.tree.root)?;
        Ok(())
    }
}

/// The piece of the tree that is being evaluated, for messages.
#[derive(Clone, Copy)]
enum At<'t> {
    Nothing,
    Pipeline(&'t Pipeline),
    Command(&'t Command),
    Operand(&'t Operand),
    Invocation(&'t Invocation),
}

impl At<'_> {
    const fn offset(self) -> Option<usize> {
        match self {
            At::Nothing => None,
            At::Pipeline(pipeline) => Some(pipeline.offset),
            At::Command(command) => Some(command.offset),
            At::Operand(operand) => Some(operand.offset),
            At::Invocation(invocation) => Some(invocation.offset),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Nothing => Ok(()),
            At::Pipeline(pipeline) => pipeline.fmt(out),
            At::Command(command) => command.fmt(out),
            At::Operand(operand) => operand.fmt(out),
            At::Invocation(invocation) => invocation.fmt(out),
        }
    }
}

/// The diagnostic with the source that it is about, where a file contains it.
fn with_excerpt(diagnostic: Diagnostic, excerpt: Option<Excerpt>) -> Diagnostic {
    match excerpt {
        Some(excerpt) => diagnostic.excerpt(excerpt),
        None => diagnostic,
    }
}

/// How walking a list went on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct State<'t, 'x, 'r> {
    run: &'x mut Run<'r>,
    /// How often each template runs through `include` right now.
    included: &'x mut BTreeMap<String, u32>,
    output: &'x mut Output,
    scene: Scene<'t>,
    /// Variables in scope, innermost last.
    variables: Vec<(Rc<str>, Slot)>,
    at: At<'t>,
}

impl<'t> State<'t, '_, '_> {
    /// An error that Go reports too.
    fn fail(&mut self, message: impl fmt::Display) -> Diagnostic {
        self.failed(message, Diagnostic::error)
    }

    /// An error that Go would not report.
    fn refuse(&mut self, refusal: Refusal, message: impl fmt::Display, hint: Option<String>) -> Diagnostic {
        let refused = self.failed(message, |message| Diagnostic::refused(refusal, message));
        match hint {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }

    /// What `of` makes of the message as Go words it, with the source that it is about.
    fn failed(&mut self, message: impl fmt::Display, of: impl FnOnce(String) -> Diagnostic) -> Diagnostic {
        let tree = self.scene.tree;
        let Some(offset) = self.at.offset() else {
            // Before the first expression: the file is all there is to show.
            let message = format!("template: {}: {message}", tree.name);
            return with_excerpt(of(message), self.excerpt(0));
        };
        let text = &tree.source.text;
        let before = &text.as_bytes()[..offset.min(text.len())];
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        let (line, _) = position(text, offset);
        let name = quote(tree.name.as_bytes(), false);
        let message =
            format!("template: {PARSE_NAME}:{line}:{column}: executing {name} at <{}>: {message}", self.at);
        let excerpt = self.run.failed_at.take().or_else(|| self.excerpt(offset));
        with_excerpt(of(message), excerpt)
    }

    /// The source at an offset, unless the text was made by another template.
    fn excerpt(&self, offset: usize) -> Option<Excerpt> {
        let source = &self.scene.tree.source;
        if source.name.as_str().is_empty() {
            return None;
        }
        let rest = source.text.get(offset..).unwrap_or_default();
        let length = rest
            .char_indices()
            .skip(1)
            .find(|(_, character)| !(character.is_alphanumeric() || matches!(character, '_' | '.' | '$')))
            .map_or(rest.len(), |(at, _)| at);
        Some(Excerpt {
            file: source.name.clone(),
            source: Arc::clone(&source.text),
            span: offset..offset + length.max(1),
            label: String::new(),
        })
    }

    /// Where a piece of the tree stands. What a text without a file does, its caller did.
    fn spot(&self, at: At<'_>) -> Spot {
        let source = &self.scene.tree.source;
        match &self.run.outer {
            Some(outer) if source.name.as_str().is_empty() => outer.clone(),
            _ => Spot {
                source: Rc::clone(source),
                offset: at.offset().unwrap_or(0),
                is_main: Rc::ptr_eq(source, self.scene.main),
            },
        }
    }

    /// Notes what data has just been looked at.
    fn note_looked(&mut self, at: At<'_>) {
        for option in self.run.context.watch.take() {
            let place = self.spot(at).place(self.run.context);
            self.run.effects.read_option(option, place);
        }
    }

    fn stopped(&mut self, Stopped(message): Stopped) -> Diagnostic {
        self.refuse(Refusal::Limit, message, Some(Stopped::HINT.to_owned()))
    }

    fn spend(&mut self, steps: u64) -> Evaluated<()> {
        self.run.spend(steps).map_err(|stopped| self.stopped(stopped))
    }

    fn hold(&mut self, bytes: usize) -> Evaluated<()> {
        self.run.hold(bytes as u64).map_err(|stopped| self.stopped(stopped))
    }

    fn enter(&mut self) -> Evaluated<()> {
        self.run.enter().map_err(|stopped| self.stopped(stopped))
    }

    fn print_error(&mut self, error: PrintError) -> Diagnostic {
        let hint = "print a single field instead of the whole value";
        self.refuse(error.refusal(), error, Some(hint.into()))
    }

    fn write(&mut self, text: &[u8], offset: usize, literal: bool) -> Evaluated<()> {
        let (source, literal) = match self.scene.origin {
            Some(origin) => (origin, false),
            None => (offset, literal),
        };
        if self.output.write(text, source, literal) {
            return Ok(());
        }
        let limit = self.run.options.output;
        Err(self.refuse(
            Refusal::Limit,
            format!("the template writes more than {limit} bytes"),
            Some(Stopped::HINT.to_owned()),
        ))
    }

    fn walk(&mut self, dot: &Slot, list: &'t List) -> Evaluated<Flow> {
        self.enter()?;
        let mut flow = Flow::On;
        for node in &list.nodes {
            self.spend(1)?;
            flow = self.node(dot, node)?;
            if flow != Flow::On {
                break;
            }
        }
        self.run.leave();
        Ok(flow)
    }

    fn node(&mut self, dot: &Slot, node: &'t Node) -> Evaluated<Flow> {
        match node {
            Node::Text { offset, text } => self.write(text.as_bytes(), *offset, true)?,
            Node::Action(pipeline) => {
                // Variables stay until the end of the block.
                let value = self.pipeline(dot, pipeline)?;
                if pipeline.variables.is_empty() {
                    self.print(&value, pipeline.offset)?;
                    self.note_looked(At::Pipeline(pipeline));
                }
            }
            Node::If(branch) => return self.branch(dot, branch, false),
            Node::With(branch) => return self.branch(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(invocation) => self.invoke(dot, invocation)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn print(&mut self, slot: &Slot, offset: usize) -> Evaluated<()> {
        if !slot.is_valid() {
            return self.write(b"<no value>", offset, false);
        }
        match slot.value() {
            Value::Str(text) => {
                let text = Rc::clone(text);
                self.write(text.as_bytes(), offset, false)
            }
            value => {
                let text =
                    display(&behind_pointer(value.clone())).map_err(|error| self.print_error(error))?;
                self.hold(text.len())?;
                self.write(&text, offset, false)
            }
        }
    }

    fn branch(&mut self, dot: &Slot, branch: &'t Branch, with: bool) -> Evaluated<Flow> {
        let scope = self.variables.len();
        let value = self.pipeline(dot, &branch.pipeline)?;
        let flow = if is_true(value.value()) {
            self.walk(if with { &value } else { dot }, &branch.body)?
        } else if let Some(otherwise) = &branch.otherwise {
            self.walk(dot, otherwise)?
        } else {
            Flow::On
        };
        self.variables.truncate(scope);
        Ok(flow)
    }

    /// `{{template}}`: a new scope with nothing in it but the dot.
    fn invoke(&mut self, dot: &Slot, invocation: &'t Invocation) -> Evaluated<()> {
        self.at = At::Invocation(invocation);
        let Some(tree) = self.scene.set.get(&invocation.name) else {
            let name = quote(invocation.name.as_bytes(), false);
            return Err(self.fail(format!("template {name} not defined")));
        };
        let dot = match &invocation.pipeline {
            Some(pipeline) => self.pipeline(dot, pipeline)?,
            None => Slot::invalid(),
        };
        let origin = match self.scene.origin {
            Some(origin) => Some(origin),
            None if Rc::ptr_eq(&tree.source, self.scene.main) => None,
            None => Some(invocation.offset),
        };
        self.run.enter_template().map_err(|stopped| self.stopped(stopped))?;
        Scene { tree, origin, ..self.scene }.run(self.run, self.included, self.output, &dot)?;
        self.run.leave_template();
        Ok(())
    }
}

/// A value inside a message.
fn shown(value: &Value) -> String {
    display(value).map_or_else(|error| error.to_string(), |text| String::from_utf8_lossy(&text).into_owned())
}

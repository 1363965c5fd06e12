//! Calling functions and methods.

use super::argument::Expected;
use super::builtin::{Builtin, builtin};
use super::output::Output;
use super::slot::{Slot, is_true};
use super::{At, Evaluated, HEAD, ITEM, Scene, State};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::strconv::quote;
use crate::template::effects::Effects;
use crate::template::function::{Call, Context, Function, FunctionError};
use crate::template::set;
use crate::template::syntax::{Operand, PARSE_NAME};
use crate::text::Place;
use crate::value::Value;

/// How often helmfile's `include` enters one template again before it gives up.
const MAX_INCLUDES: u32 = 1000;

pub(super) enum Callee {
    Function(Function),
    Method(Function, Value),
    Builtin(Builtin),
}

impl Callee {
    pub(super) fn method(function: &Function, receiver: Value) -> Self {
        Self::Method(*function, receiver)
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Function(function) | Self::Method(function, _) => function.name,
            Self::Builtin(builtin) => builtin.name,
        }
    }

    /// How many fixed parameters there are.
    const fn fixed(&self) -> usize {
        match self {
            Self::Function(function) => function.parameters.len(),
            Self::Method(function, _) => function.parameters.len().saturating_sub(1),
            Self::Builtin(builtin) => builtin.fixed.len(),
        }
    }

    const fn is_variadic(&self) -> bool {
        match self {
            Self::Function(function) | Self::Method(function, _) => function.variadic.is_some(),
            Self::Builtin(builtin) => builtin.variadic.is_some(),
        }
    }

    /// What the argument at `index` must be.
    fn expected(&self, index: usize) -> Expected {
        match self {
            Self::Function(function) => typed(function, index),
            Self::Method(function, _) => typed(function, index + 1),
            Self::Builtin(builtin) => {
                builtin.fixed.get(index).copied().or(builtin.variadic).unwrap_or(Expected::Reflected)
            }
        }
    }
}

/// What a result takes of the memory: the content of lists and maps is counted where they are made.
fn size(value: &Value) -> usize {
    match value {
        Value::Str(_) | Value::Bytes(_) => HEAD + value.string_bytes().map_or(0, <[u8]>::len),
        Value::List(_) | Value::Map(_) | Value::AnyMap(_) | Value::MapPointer(_) | Value::Object(_) => HEAD,
        _ => 0,
    }
}

fn typed(function: &Function, index: usize) -> Expected {
    function.parameters.get(index).copied().or(function.variadic).map_or(Expected::Reflected, Expected::Typed)
}

impl<'t> State<'t, '_, '_> {
    /// Calls a function by name. `node` is what messages show when it fails.
    pub(super) fn function(
        &mut self,
        dot: &Slot,
        node: At<'t>,
        name: &str,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Slot> {
        let own = self.run.registry.get(name).copied().map(Callee::Function);
        let Some(callee) = own.or_else(|| builtin(name).map(Callee::Builtin)) else {
            if let Some(hint) = self.run.registry.unsupported(name) {
                self.at = node;
                let message = format!("helmsum does not support the function `{name}`");
                return Err(self.refuse(Refusal::UnsupportedFunction, message, Some(hint.to_owned())));
            }
            let name = quote(name.as_bytes(), false);
            return Err(self.fail(format!("{name} is not a defined function")));
        };
        self.call(dot, node, callee, arguments, last)
    }

    pub(super) fn call(
        &mut self,
        dot: &Slot,
        node: At<'t>,
        callee: Callee,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Slot> {
        self.check_count(&callee, arguments.len(), last.is_some())?;
        if let Callee::Builtin(Builtin { name: name @ ("and" | "or"), .. }) = callee {
            return self.and_or(dot, name == "or", arguments, last);
        }
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for (index, operand) in arguments.iter().enumerate() {
            values.push(self.argument(dot, callee.expected(index), operand)?);
        }
        if let Some(last) = last {
            values.push(self.validate(last, callee.expected(arguments.len()))?);
        }
        self.spend(1)?;
        let name = callee.name();
        let result = match callee {
            Callee::Builtin(builtin) => {
                // Only `call` shows how its argument is written.
                let written = arguments.first().filter(|_| name == "call").map(ToString::to_string);
                (builtin.body)(&values, written.as_deref())
            }
            Callee::Function(function) => {
                let values: Vec<Value> = values.into_iter().map(Slot::into_value).collect();
                (function.body)(&mut Caller { state: self, node }, &values).map(returned)
            }
            Callee::Method(function, receiver) => {
                let values: Vec<Value> =
                    std::iter::once(receiver).chain(values.into_iter().map(Slot::into_value)).collect();
                (function.body)(&mut Caller { state: self, node }, &values).map(returned)
            }
        };
        self.note_looked(node);
        match result {
            Ok(slot) => {
                self.run.failed_at = None;
                self.hold(size(slot.value()))?;
                Ok(slot)
            }
            Err(error) => {
                self.at = node;
                let message = format!("error calling {name}: {error}");
                Err(match error {
                    FunctionError::Failed(_) => self.fail(message),
                    FunctionError::Refused { refusal, hint, .. } => self.refuse(refusal, message, hint),
                })
            }
        }
    }

    fn check_count(&mut self, callee: &Callee, written: usize, piped: bool) -> Evaluated<()> {
        let name = callee.name();
        let fixed = callee.fixed();
        let given = written + usize::from(piped);
        if callee.is_variadic() {
            if given < fixed {
                return Err(self
                    .fail(format!("wrong number of args for {name}: want at least {fixed} got {written}")));
            }
        } else if given != fixed {
            return Err(self.fail(format!("wrong number of args for {name}: want {fixed} got {given}")));
        }
        Ok(())
    }

    /// `and` and `or` look at no more arguments than they need.
    fn and_or(
        &mut self,
        dot: &Slot,
        stop: bool,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Evaluated<Slot> {
        let mut value = Slot::invalid();
        for operand in arguments {
            value = self.argument(dot, Expected::Reflected, operand)?;
            if is_true(value.value()) == stop {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }
}

/// What a function has returned. Only an untyped nil needs the interface it was declared with.
fn returned(value: Value) -> Slot {
    if value.is_nil() { Slot::any(value) } else { Slot::concrete(value) }
}

/// What a function sees of the run.
struct Caller<'s, 't, 'x, 'r> {
    state: &'s mut State<'t, 'x, 'r>,
    /// The call.
    node: At<'t>,
}

impl Caller<'_, '_, '_, '_> {
    /// Hands an inner error to the function, and remembers the place for the error around it.
    fn inner(&mut self, error: &Diagnostic) -> FunctionError {
        self.state.run.failed_at.clone_from(&error.excerpt);
        match error.refusal() {
            Some(refusal) => {
                FunctionError::Refused { refusal, message: error.message.clone(), hint: error.hint.clone() }
            }
            None => FunctionError::Failed(error.message.clone()),
        }
    }

    fn try_render(&mut self, text: &str, data: &Value) -> Result<Vec<u8>, FunctionError> {
        let spot = self.state.spot(self.node);
        let run = &mut *self.state.run;
        run.enter_template()?;
        let outer = run.outer.replace(spot);
        // Without a name, so that errors point at the call and not into a text that no file contains.
        let (bytes, _) = set::load("".into(), &text.into(), run.context, run.registry)
            .and_then(|(set, source)| run.execute(&set, &source, data, false))
            .map_err(|error| self.inner(&error))?;
        self.state.run.outer = outer;
        self.state.run.leave_template();
        Ok(bytes)
    }

    fn try_include(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, FunctionError> {
        let scene = self.state.scene;
        let Some(tree) = scene.set.get(name) else {
            let name = quote(name.as_bytes(), false);
            return Err(FunctionError::failed(format!(
                "template: no template {name} associated with template {PARSE_NAME:?}"
            )));
        };
        let count = self.state.included.entry(name.to_owned()).or_insert(0);
        if *count > MAX_INCLUDES {
            return Err(FunctionError::failed(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        *count += 1;
        let state = &mut *self.state;
        state.run.enter_template()?;
        let mut output = Output::new(state.run.options.output, false);
        Scene { tree, ..scene }
            .run(state.run, state.included, &mut output, &Slot::concrete(data.clone()))
            .map_err(|error| self.inner(&error))?;
        self.state.run.leave_template();
        if let Some(count) = self.state.included.get_mut(name) {
            *count -= 1;
        }
        Ok(output.finish().0)
    }
}

impl Call for Caller<'_, '_, '_, '_> {
    fn context(&self) -> &Context {
        self.state.run.context
    }

    fn render(&mut self, text: &str, data: &Value) -> Result<Value, FunctionError> {
        self.try_render(text, data).map(Value::from_bytes)
    }

    fn include(&mut self, name: &str, data: &Value) -> Result<Value, FunctionError> {
        self.try_include(name, data).map(Value::from_bytes)
    }

    fn effects(&mut self) -> (&mut Effects, Place) {
        let place = self.state.spot(self.node).place(self.state.run.context);
        (&mut self.state.run.effects, place)
    }

    fn spend(&mut self, steps: u64) -> Result<(), FunctionError> {
        self.state.run.spend(steps)?;
        Ok(self.state.run.hold(steps.saturating_mul(ITEM))?)
    }
}

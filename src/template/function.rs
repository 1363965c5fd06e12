//! What a template function is: a name, a signature that arguments are checked against, and a body.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::effects::{Effects, Watch};
use super::set::Helpers;
use crate::diagnostic::Refusal;
use crate::text::Place;
use crate::tree::Tree;
use crate::vals::References;
use crate::value::Value;

/// The static type of a parameter, which Go's executor checks and converts arguments against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `interface {}`: anything, nil too.
    Any,
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `uint32`: no value of helmfile's has this type, so only a literal fits.
    Uint32,
    /// `float64`
    Float64,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `time.Time`
    Time,
}

impl Parameter {
    /// The type as Go's messages spell it.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float64 => "float64",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::Strings => "[]string",
            Self::Time => "time.Time",
        }
    }
}

/// A function that templates may call.
#[derive(Clone, Copy)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The fixed parameters.
    pub parameters: &'static [Parameter],
    /// The type of further arguments, for a variadic function.
    pub variadic: Option<Parameter>,
    /// The body. The arguments have been checked and converted.
    pub body: fn(&mut dyn Call, &[Value]) -> Result<Value, FunctionError>,
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The functions that templates may call by name. Go's own (`printf`, `eq`, `index` …) need not be in it; one of the same
/// name takes their place, as sprig's `slice` does.
#[derive(Debug, Default)]
pub struct Registry {
    pub(super) known: Arc<Known>,
    pub(super) helpers: Helpers,
}

/// What a registry knows. Registries share it: a run has several, and there are hundreds of functions.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Sorted by name.
    functions: Vec<Function>,
    methods: BTreeMap<(&'static str, &'static str), Function>,
    unsupported: BTreeMap<&'static str, &'static str>,
}

impl Registry {
    /// A registry of these functions; of two with one name the last counts.
    #[must_use]
    pub fn new(functions: impl IntoIterator<Item = Function>) -> Self {
        Self::default().with(functions)
    }

    /// Whether a directory has `_*.tpl` files, as far as a template was rendered there.
    #[must_use]
    pub fn has_helpers(&self, directory: &Utf8Path) -> Option<bool> {
        self.helpers.are_in(directory.as_str())
    }

    fn known_mut(&mut self) -> &mut Known {
        Arc::make_mut(&mut self.known)
    }

    /// Adds functions.
    #[must_use]
    pub fn with(mut self, functions: impl IntoIterator<Item = Function>) -> Self {
        let known = &mut self.known_mut().functions;
        known.extend(functions);
        // Stable, so that of two with one name the last is the one that was added last.
        known.sort_by_key(|function| function.name);
        known.dedup_by(|later, earlier| {
            let is_same = later.name == earlier.name;
            if is_same {
                *earlier = *later;
            }
            is_same
        });
        self
    }

    /// Adds methods of a type that is no [`crate::value::Object`], such as `time.Time`. Their first parameter is the
    /// receiver, whose type is not checked.
    #[must_use]
    pub fn with_methods(
        mut self,
        type_name: &'static str,
        methods: impl IntoIterator<Item = Function>,
    ) -> Self {
        self.known_mut().methods.extend(methods.into_iter().map(|method| ((type_name, method.name), method)));
        self
    }

    /// Names functions that helmfile has and helmsum refuses, each with what the user can do instead. A template that
    /// calls one is refused there.
    #[must_use]
    pub fn without(mut self, functions: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        self.known_mut().unsupported.extend(functions);
        self
    }

    /// The function of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Function> {
        let functions = &self.known.functions;
        let at = functions.binary_search_by_key(&name, |function| function.name).ok()?;
        functions.get(at)
    }

    /// The method of that name, for a type as Go spells it.
    #[must_use]
    pub fn method(&self, type_name: &str, name: &str) -> Option<&Function> {
        self.known
            .methods
            .iter()
            .find(|((own_type, own_name), _)| *own_type == type_name && *own_name == name)
            .map(|(_, method)| method)
    }

    /// The hint for a function that is refused.
    #[must_use]
    pub fn unsupported(&self, name: &str) -> Option<&'static str> {
        self.known.unsupported.get(name).copied()
    }

    /// The functions that are refused by name, sorted, each with what the user can do instead.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.known.unsupported.iter().map(|(name, hint)| (*name, *hint))
    }

    /// The names of all functions, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.known.functions.iter().map(|function| function.name)
    }
}

/// Why a function gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// The function failed as Go's does; the template fails with it.
    #[error("{0}")]
    Failed(String),
    /// helmsum does not have this function, or not with these arguments. Nothing is guessed.
    #[error("{message}")]
    Refused {
        /// The kind of refusal.
        refusal: Refusal,
        /// What is not supported and why.
        message: String,
        /// What the user can do.
        hint: Option<String>,
    },
}

impl FunctionError {
    /// A failure as Go's function reports it.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}

/// What a function may ask of the run that called it.
pub trait Call {
    /// Where the template stands and what it may touch.
    fn context(&self) -> &Context;

    /// Renders text as a template of its own: helmfile's `tpl`. It sees the `_*.tpl` files of the base directory, but no
    /// `define` of the caller.
    ///
    /// # Errors
    ///
    /// The error of that template.
    fn render(&mut self, text: &str, data: &Value) -> Result<Value, FunctionError>;

    /// Runs a named template of the same set: helmfile's `include`.
    ///
    /// # Errors
    ///
    /// Where there is no such template, it nests too deep, or it fails.
    fn include(&mut self, name: &str, data: &Value) -> Result<Value, FunctionError>;

    /// What the template has done until now, and where this call is.
    fn effects(&mut self) -> (&mut Effects, Place);

    /// Takes from the run's budget of steps; long loops inside a function call this.
    ///
    /// # Errors
    ///
    /// When the budget is used up.
    fn spend(&mut self, steps: u64) -> Result<(), FunctionError>;
}

/// Whether templates may start programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecPolicy {
    /// As in helmfile.
    Run,
    /// Refused by the user, with `--no-exec`.
    Refused,
    /// Refused by one of helmfile's own variables, which also refuse reading files; contains the variable's name.
    Disabled(String),
}

/// Where the time and random results come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chance {
    /// The clock and the random numbers of the system.
    #[default]
    Real,
    /// A time long ago, the least of all random results, and maps in the order of their keys. What templates make of it is compared
    /// with what they make of [`Chance::Greatest`]: whatever differs depends on the clock or on chance.
    Least,
    /// A time to come, the greatest of all random results, and maps in the reverse order of their keys.
    Greatest,
}

impl Chance {
    /// What time it is.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let seconds = match self {
            Self::Real => return Timestamp::now(),
            // 2001-02-03 04:05:06 and 2039-11-24 21:47:53 UTC differ in every part.
            Self::Least => 981_173_106,
            Self::Greatest => 2_205_784_073,
        };
        Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// A program that a template starts: all that decides what it prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Started {
    /// The directory that it runs in.
    pub(crate) directory: Utf8PathBuf,
    /// The variables that are added for it; nothing where none can be.
    pub(crate) variables: Option<BTreeMap<Vec<u8>, Vec<u8>>>,
    /// Its name.
    pub(crate) command: Vec<u8>,
    /// Its arguments.
    pub(crate) arguments: Vec<Vec<u8>>,
    /// Its standard input.
    pub(crate) input: Vec<u8>,
}

/// What came of a program.
type Ended = Result<Value, FunctionError>;

/// The programs that an earlier reading of the same templates has run. A reading that is done once more, on another assumption about
/// helmfile, gets from here what they printed: nothing is run twice for it.
#[derive(Debug, Default)]
pub struct Earlier {
    now: RefCell<Vec<(Started, Ended)>>,
    before: RefCell<Vec<(Started, Ended)>>,
}

impl Earlier {
    /// Begins the next reading: what has run until now has run before.
    pub(crate) fn begin_again(&self) {
        self.before.replace(self.now.take());
    }

    /// What came of a program before, once for each time that it has run.
    pub(crate) fn take(&self, program: &Started) -> Option<Ended> {
        let mut before = self.before.borrow_mut();
        let at = before.iter().position(|(other, _)| other == program)?;
        let (program, ended) = before.remove(at);
        self.keep(program, &ended);
        Some(ended)
    }

    /// Notes what came of a program.
    pub(crate) fn keep(&self, program: Started, ended: &Ended) {
        self.now.borrow_mut().push((program, ended.clone()));
    }
}

/// The surroundings of a template: the same for all templates of a run but for the base directory.
#[derive(Clone, Debug)]
pub struct Context {
    /// What the template reads files from.
    pub tree: Arc<dyn Tree>,
    /// The absolute directory that relative paths in functions, working directories of programs and `_*.tpl` helpers refer to.
    pub base: Utf8PathBuf,
    /// Whether programs may be started.
    pub exec: ExecPolicy,
    /// What programs printed for an earlier reading of the same templates, where there was one.
    pub earlier: Option<Rc<Earlier>>,
    /// The process environment, read once.
    pub environment: Rc<BTreeMap<String, String>>,
    /// Where the time and random results come from.
    pub chance: Chance,
    /// What data was just looked at.
    pub watch: Watch,
    /// Where the text stands, if it is a part of a file and no file by itself: what it does has this place.
    pub place: Option<Place>,
    /// What references to secrets are resolved with.
    pub references: References,
}

impl Context {
    /// The same surroundings at another base directory.
    #[must_use]
    pub fn at(&self, base: &Utf8Path) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }
}

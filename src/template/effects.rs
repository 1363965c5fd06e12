//! What templates did beyond producing text.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::text::Place;

/// An option of helmfile's that changes what templates see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandOption {
    /// `--namespace`
    Namespace,
    /// `--kube-context`
    KubeContext,
    /// `--chart`
    Chart,
}

impl CommandOption {
    const ALL: [Self; 3] = [Self::Namespace, Self::KubeContext, Self::Chart];
}

/// Options of helmfile's that data was just looked at for. Data tells it while a field is read or printed, and the executor, which
/// knows the place, takes it at once.
#[derive(Clone, Debug, Default)]
pub struct Watch(Rc<Cell<[bool; 3]>>);

impl Watch {
    /// Notes that the value of an option is looked at.
    pub(crate) fn look(&self, option: CommandOption) {
        let mut seen = self.0.get();
        for (seen, known) in seen.iter_mut().zip(CommandOption::ALL) {
            *seen |= known == option;
        }
        self.0.set(seen);
    }

    /// What was looked at since this was asked last.
    pub(super) fn take(&self) -> impl Iterator<Item = CommandOption> + use<> {
        let seen = self.0.take();
        CommandOption::ALL.into_iter().zip(seen).filter_map(|(option, seen)| seen.then_some(option))
    }
}

/// A call of a function that brings the entries of a map in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unordered {
    /// The name of the function.
    pub function: String,
    /// Where it was called.
    pub place: Place,
    /// Whether somebody looked at the order before it was sorted.
    pub seen: Rc<Cell<bool>>,
}

/// So many calls are told apart; later ones count as the last of them.
const MAX_CALLS: usize = 1_000;

/// What templates did beyond producing text. Of each thing the first place counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Functions with a random or time-dependent result that were called, by name.
    pub unstable: BTreeMap<String, Place>,
    /// Options of helmfile's whose value was looked at.
    pub options: BTreeMap<CommandOption, Place>,
    /// Calls that brought entries in any order.
    pub unordered: Vec<Unordered>,
    /// Calls that changed a map that existed before the call (`set`, `unset`, `merge`, `setValueAtPath` …).
    pub mutations: Vec<Place>,
    /// Programs that were run, by name.
    pub programs: BTreeMap<String, Place>,
    /// Files that `readFile` read, by their absolute path.
    pub files: BTreeMap<Utf8PathBuf, Place>,
}

impl Effects {
    /// Notes a call of a function with a random or time-dependent result.
    pub(super) fn call_unstable(&mut self, function: &str, place: Place) {
        self.unstable.entry(function.to_owned()).or_insert(place);
    }

    /// Notes a call that brings entries in any order. What it returns is to be set once somebody looks at the order.
    pub(super) fn call_unordered(&mut self, function: &str, place: Place) -> Rc<Cell<bool>> {
        if let Some(last) = self.unordered.last().filter(|_| self.unordered.len() >= MAX_CALLS) {
            return Rc::clone(&last.seen);
        }
        let seen = Rc::default();
        self.unordered.push(Unordered { function: function.to_owned(), place, seen: Rc::clone(&seen) });
        seen
    }

    /// The calls whose order decided something.
    pub(crate) fn order_seen(&self) -> impl Iterator<Item = &Unordered> {
        self.unordered.iter().filter(|call| call.seen.get())
    }

    /// Notes a call that changed a map which existed before.
    pub(super) fn change(&mut self, place: Place) {
        if self.mutations.len() < MAX_CALLS {
            self.mutations.push(place);
        }
    }

    /// Notes that a program was run.
    pub(super) fn run(&mut self, program: &str, place: Place) {
        self.programs.entry(program.to_owned()).or_insert(place);
    }

    /// Notes that a file was read.
    pub(super) fn read_file(&mut self, file: Utf8PathBuf, place: Place) {
        self.files.entry(file).or_insert(place);
    }

    /// Notes that the value of an option was looked at.
    pub(crate) fn read_option(&mut self, option: CommandOption, place: Place) {
        self.options.entry(option).or_insert(place);
    }

    /// The same where the text is a part of a file that starts on a line.
    #[must_use]
    pub(crate) fn in_part(mut self, file: &Utf8Path, line: usize) -> Self {
        let calls = self.unordered.iter_mut().map(|call| &mut call.place);
        let named =
            self.unstable.values_mut().chain(self.programs.values_mut()).chain(self.files.values_mut());
        let places = named.chain(self.options.values_mut()).chain(&mut self.mutations).chain(calls);
        for place in places.filter(|place| place.file == file) {
            place.line = place.line.map(|own| own + line - 1);
        }
        self
    }

    /// Adds what happened later.
    pub(crate) fn extend(&mut self, later: Self) {
        for (function, place) in later.unstable {
            self.unstable.entry(function).or_insert(place);
        }
        for (option, place) in later.options {
            self.options.entry(option).or_insert(place);
        }
        for (program, place) in later.programs {
            self.programs.entry(program).or_insert(place);
        }
        self.unordered.extend(later.unordered);
        for (file, place) in later.files {
            self.files.entry(file).or_insert(place);
        }
        self.mutations.extend(later.mutations);
    }
}

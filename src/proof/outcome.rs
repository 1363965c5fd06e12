//! What came of a proof.

use camino::Utf8PathBuf;

use crate::diagnostic::{Level, Secrets};
use crate::diff::Named;
use crate::reference::Identity;
use crate::text::Place;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// What pods read of objects that releases make, in the order of the state.
    pub(crate) readings: Vec<Proved>,
    /// Pods that are others although nothing that they read is.
    pub(crate) surplus: Vec<Surplus>,
    /// How many inputs were changed.
    pub(crate) changes: usize,
    /// How many files they are in.
    pub(crate) files: usize,
    /// How many changes the releases could not be rendered with.
    pub(crate) refused: usize,
}

/// Something of a file that was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Input {
    /// The file, absolute.
    pub(crate) file: Utf8PathBuf,
    /// The line, from 1; nothing where a file was changed that has none to tell.
    pub(crate) line: Option<usize>,
    /// What it is: `config.colour`; empty for the content of a file.
    pub(crate) key: String,
}

impl Input {
    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        match self.line {
            Some(line) => Place::line(&self.file, line),
            None => Place::file(&self.file),
        }
    }
}

/// An object that a workload reads.
#[derive(Clone, Debug)]
pub(crate) struct Proved {
    pub(crate) named: Named,
    pub(crate) workload: Identity,
    /// `ConfigMap` or `Secret`.
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) how: String,
    /// The releases that make it.
    pub(crate) makers: Vec<String>,
    /// Whether its own release makes it.
    pub(crate) is_own: bool,
    /// How bad it is where nothing brings the restart about.
    pub(crate) level: Level,
    pub(crate) standing: Standing,
    /// Where the release is declared.
    pub(crate) place: Option<Place>,
    /// What brings the restart about from now on.
    pub(crate) fix: String,
}

/// What is proved of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The pods were others with each of so many changes that moved the object.
    Restarts(usize),
    /// The pods stayed with these changes that moved it, and were others with so many more.
    Missed(Vec<Input>, usize),
    /// No input moves the object.
    Still,
    /// A change of it is accepted.
    Accepted,
}

/// Pods that are others although nothing that they read is.
#[derive(Clone, Debug)]
pub(crate) struct Surplus {
    pub(crate) named: Named,
    pub(crate) workload: Identity,
    /// The changes that did it.
    pub(crate) inputs: Vec<Input>,
    pub(crate) place: Option<Place>,
}

impl Proof {
    /// How many readings restart with what they read, and how many there are that something moves.
    pub(crate) fn coverage(&self) -> (usize, usize) {
        let count = |of: fn(&Standing) -> bool| self.readings.iter().filter(|one| of(&one.standing)).count();
        let restarts = count(|standing| matches!(standing, Standing::Restarts(_)));
        let missed = count(|standing| matches!(standing, Standing::Missed(..)));
        (restarts, restarts + missed)
    }

    /// The same without secrets that names are made from.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        for one in &mut self.readings {
            mask(&mut one.named.release);
            one.workload.each_name(mask);
            [&mut one.namespace, &mut one.name, &mut one.how, &mut one.fix].into_iter().for_each(mask);
            one.makers.iter_mut().for_each(mask);
            if let Standing::Missed(inputs, _) = &mut one.standing {
                for input in inputs {
                    mask(&mut input.key);
                }
            }
        }
        for one in &mut self.surplus {
            mask(&mut one.named.release);
            one.workload.each_name(mask);
            one.inputs.iter_mut().for_each(|input| mask(&mut input.key));
        }
        self
    }
}

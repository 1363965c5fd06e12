//! What a change of the repository restarts, what does not notice it, and what cannot be told.
//!
//! Two [sides](side) are read, each with its own configuration: a revision, and another one or the work tree. Computed values are compared,
//! never recorded ones, and what helm renders of both. The cluster is asked nothing.

mod changed_files;
mod compare;
mod differing;
mod held;
mod inputs;
mod packages;
mod refused;
mod restarts;
mod result;
mod side;
mod sources;
mod uncompared;
mod unnoticed;

pub(crate) use changed_files::{ChangedFile, changed_files};
pub(crate) use compare::{Comparison, compare, pairs};
pub(crate) use differing::{Moved, moved};
pub(crate) use packages::with_packages;
pub(crate) use result::{
    Diff, Fate, FileChange, Gone, Lost, MovedWorkload, Named, OtherWorkloads, Own, Refused, RefusedChange,
    Restarting, SourceChange, Uncompared, Unnoticed, Waiting, WhoseObject, Workloads,
};
pub(crate) use side::{Looked, Question, ReadFrom, Side, SideRead, SideRelease, Stand};
pub(crate) use unnoticed::fix;

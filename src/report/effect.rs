//! What it does to a workload that its pod template changes, as reports say it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::reference::Moves;

/// What a change of its pod template does to a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Effect {
    /// Its pods restart.
    Restarts,
    /// Its next run has it.
    NextRun,
    /// Its pods stay as they are.
    Stays,
    /// Its operator decides.
    Operator,
    /// A custom resource of which that is not known.
    Unknown,
}

/// The effect of a move, and why it is no restart where that can be said.
pub(super) fn effect(moves: &Moves) -> (Effect, Option<String>) {
    match moves {
        Moves::Restarts | Moves::Reloads => (Effect::Restarts, None),
        Moves::NextRun => (Effect::NextRun, Some("its next run has it".to_owned())),
        Moves::Inert(why) => (Effect::Stays, Some(format!("no restart, since {why}"))),
        Moves::Operator => (Effect::Operator, Some("its operator decides what restarts".to_owned())),
        Moves::Unknown => {
            (Effect::Unknown, Some("whether its pods restart is not known of this kind".to_owned()))
        }
    }
}

//! What the difference of two sides means for the pods of a release.

use super::differing::Moved;
use super::side::SideConsumer;

/// What happens to the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restart {
    /// Nothing.
    None,
    /// They restart, since something that they depend on is another one.
    Changed,
    /// They restart once, since they have a checksum from now on.
    First,
    /// They restart once, since they no longer have a checksum.
    Gone,
}

/// What happens to the pods of a release that both sides have.
pub(super) fn restart(consumers: (Option<&SideConsumer>, Option<&SideConsumer>), moved: &Moved) -> Restart {
    let has = |consumer: Option<&SideConsumer>| consumer.is_some_and(SideConsumer::has_checksum);
    let lost = has(consumers.0) && !has(consumers.1);
    match moved {
        Moved::Nothing => Restart::None,
        Moved::Pods(workloads) if !workloads.iter().any(super::MovedWorkload::restarts) => {
            // It is said of the workloads why they stay.
            if lost { Restart::Gone } else { Restart::Changed }
        }
        Moved::Pods(_) | Moved::Unknown(_) => match (has(consumers.0), has(consumers.1)) {
            (false, true) => Restart::First,
            (true, false) => Restart::Gone,
            _ => Restart::Changed,
        },
    }
}

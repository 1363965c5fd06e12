//! What pods read: from rendered manifests to objects, workloads and references.
//!
//! [`read`] takes what helm prints for a release and says which `ConfigMap`s and `Secret`s it makes, which of its resources own pods,
//! and which container of which pod reads which object, how, and whether its pods have to restart for a change of it. Only rendered
//! manifests are judged, never values, and only what those of one release tell: who makes an object that is not among them is not
//! known here.
//!
//! The pods of custom resources are found by their structure, a list `containers` whose items have an `image`, so that no kind is
//! overlooked; what their operators do is a table, `kinds.toml`. No message contains a value, and nothing here but
//! [`Object`](crate::rendered::Object) and [`Mention`] keeps one.

mod access;
mod described;
mod difference;
mod elsewhere;
mod kinds;
mod manifests;
mod mention;
mod need;
mod operated;
mod pod;
mod reloader;
mod resource;
mod spot;
#[cfg(test)]
mod tests;
mod workload;

pub use crate::rendered::Unreadable;
pub use access::{Account, Grant};
pub(crate) use difference::{Difference, differences, moved_workloads};
pub use elsewhere::{Class, Elsewhere, Maker};
pub(crate) use manifests::read_with_destinations;
pub use manifests::{Manifests, Tagged, read};
pub use mention::{Mention, Spoken};
pub use need::{Need, Why};
pub use operated::{Field, Operated};
pub use pod::{Form, Kind, Reference};
pub use reloader::{Controller, RELOADER, Reloader, WAVE};
pub use resource::{Identity, Origin};
pub(crate) use spot::Step;
pub(crate) use workload::{ANNOTATION, is_own_annotation};
pub use workload::{Moves, Pod, Size, Workload};

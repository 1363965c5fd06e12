//! What helm is given for a release, and what it makes of it.
//!
//! A [`Producer`] is a release that another one depends on. [`values()`] gives its values as helm gets them,
//! [`release_pieces`] everything that helm is given for it, without helm. [`templating`] collects what `helm template` is
//! called with, as plain data, and [`template()`] calls it, on any thread, and gives the objects that sources may name.
//!
//! Files are read through the tree of the request, so a producer that is itself a consumer is rendered with the target
//! that is about to be written where the tree is a [`tree::Overlay`](crate::tree::Overlay) with it. No message ever contains a
//! value, for it may be secret.

mod annotation_keys;
mod archive;
mod arguments;
mod cache;
mod chart;
mod chartify;
mod dependencies;
mod embed;
mod fetch;
mod files;
mod ignore;
mod influence;
mod inputs;
mod mark;
mod object;
mod options;
mod piece;
mod plugin;
mod post_renderer;
mod producer;
mod reach;
mod release;
mod repeat;
mod run;
mod set;
mod specified;
mod stage;
mod swap;
mod template;
mod values;

pub(crate) use annotation_keys::annotation_keys;
pub(crate) use embed::embedded;
pub(crate) use fetch::Fetch;
pub(crate) use influence::{
    Cluster, Decider, Influence, Judged, Moved, Objects, Wanted, influences, manifests_in,
};
pub(crate) use inputs::{chart_inputs, packaged_chart};
pub(crate) use mark::Mark;
pub use mark::Marker;
pub(crate) use object::Compared;
pub use object::{Datum, Object, ObjectKind, Unreadable, unstable};
pub(crate) use object::{Document, Unstable, documents, is_hook, is_object_name, items_of, objects_of};
pub use piece::{Content, Piece};
pub(crate) use plugin::has_post_renderer;
pub(crate) use post_renderer::{is_annotated, is_annotated_strictly, is_foreign};
pub use producer::{Producer, Templates};
pub use release::release_pieces;
pub(crate) use run::manifests;
pub use run::template;
pub(crate) use specified::specified;
pub(crate) use swap::Swap;
pub(crate) use template::Templating;
pub use template::templating;
pub use values::{GivenValues, Origin, values};

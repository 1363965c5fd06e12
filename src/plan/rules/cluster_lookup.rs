//! The finding cluster-lookup: what a cluster answers decides data of an object that a source stands for.

use super::influence::{ways_in, what_moved};
use crate::diagnostic::{Code, Diagnostic};
use crate::rendered::{Influence, Moved};

/// What there is to say about an object of the release `id` that the cluster decides.
pub(crate) fn cluster_lookup(influence: &Influence, id: &str) -> Diagnostic {
    let (what, ways) = (what_moved(influence), ways_in(influence));
    let message = match &influence.moved {
        Moved::Untold(why) => {
            format!("cannot determine whether {what} of release `{id}` depends on the cluster{ways}: {why}")
        }
        _ => format!("{what} of release `{id}` depends on the cluster{ways}, so what is deployed may differ"),
    };
    Diagnostic::finding(Code::ClusterLookup, message).hint(
        "keep what the cluster decides out of it, or declare another source: the files that it is made of, or `sha256:…` of what is deployed",
    )
}

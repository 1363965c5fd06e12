//! Releases whose checksum stays as it is recorded.

use super::result::Waiting;
use super::side::{SideConsumer, SideRelease};
use super::sources::changes;
use crate::plan::Made;
use crate::plan::history::Since;
use crate::plan::rules::held::since_of;

/// What waits at a release with a hold; nothing where nothing does.
pub(super) fn waiting(
    head: &SideRelease,
    base: &SideRelease,
    consumer: &SideConsumer,
    made: &Made<'_>,
) -> Option<Waiting> {
    let hold = consumer.hold.as_ref().filter(|_| consumer.waits)?;
    let (index, _) = head.consumer.as_ref()?;
    let contents = made.project.consumers.get(*index)?;
    Some(Waiting {
        named: head.named.clone(),
        reason: hold.reason.clone(),
        until: hold.until.map(|until| until.to_string()),
        since: match since_of(contents, made.project.context) {
            Some(Since::Commit(hash)) => Some(hash),
            Some(Since::Uncommitted) | None => None,
        },
        sources: base.consumer().map(|base| changes(&base.sources, &consumer.sources)).unwrap_or_default(),
    })
}

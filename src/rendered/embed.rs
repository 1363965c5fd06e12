//! The values list of a release with its files read: `helmsum state --embed-values`.

use super::producer::{Producer, Templates};
use super::values::{GivenValues, Origin, given_by};
use crate::diagnostic::Diagnostic;
use crate::state::EntryKind;
use crate::value::Value;

/// The entries of `values:` with files replaced by what helm reads from them. A file that is missing, but may be, is left out,
/// as helm gets nothing for it. Maps stay as they are; `secrets:` are not for showing, and not part of it, but they have to exist.
///
/// # Errors
///
/// As [`values`](super::values()), and where helm cannot read a file.
pub(crate) fn embedded(
    producer: &Producer<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<Value>, Diagnostic> {
    let mut list = Vec::with_capacity(producer.release.values.len());
    for (index, entry) in producer.release.values.iter().enumerate() {
        let Some((origin, bytes)) = given_by(producer, EntryKind::Values, entry, templates)? else {
            continue;
        };
        let given = GivenValues { kind: EntryKind::Values, index, origin, bytes };
        list.push(match (&given.origin, &entry.content) {
            (Origin::Inline, crate::state::EntryContent::Inline(map)) => map.clone(),
            _ => given.data()?.into(),
        });
    }
    for entry in &producer.release.secrets {
        let visit = producer.visit;
        visit.resolve_entry(&*producer.request.tree, producer.release, EntryKind::Secrets, entry)?;
    }
    Ok(list)
}

//! `helmsum generate`: writes what is out of date.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Contents, Plan, Status};
use crate::targets::{Order, TargetError, write_groups};
use crate::text::Place;

/// Writes the targets of a plan, side by side. A target that fails keeps nobody else's from being written. `force` replaces those
/// that helmsum did not write.
pub(super) fn carry_out(plan: &mut Plan, force: bool) {
    let mut outcomes = written(&plan.consumers, force);
    let mut written = BTreeSet::new();
    for (index, contents) in plan.consumers.iter_mut().enumerate() {
        let path = contents.consumer.target.clone().unwrap_or_default();
        match outcomes.remove(&index) {
            Some(Ok(touched)) => contents.written = touched,
            Some(Err(error)) => {
                let failed = error.diagnostic().context(&contents.consumer.owner).or_at(Place::file(path));
                contents.status = Status::Denied;
                contents.consumer.say(failed);
            }
            None => {}
        }
        // Consumers that share a target want the same bytes, so what one has written is written for all.
        let Some(target) = contents.consumer.same.clone() else { continue };
        if contents.written {
            written.insert(target);
        } else if written.contains(&target) && contents.status != Status::Denied {
            contents.written = true;
        }
    }
}

/// Writes what is to be written, and tells of each consumer whether its target was touched. Those that share a target are one
/// group.
fn written(consumers: &[Contents], force: bool) -> BTreeMap<usize, Result<bool, TargetError>> {
    let mut groups: BTreeMap<_, (Vec<usize>, Vec<Order<'_>>)> = BTreeMap::new();
    for (index, contents) in consumers.iter().enumerate() {
        if let Some(order) = order(contents, force) {
            let (indices, orders) = groups.entry(&contents.consumer.same).or_default();
            indices.push(index);
            orders.push(order);
        }
    }
    let mut in_order: Vec<(Vec<usize>, Vec<Order<'_>>)> = groups.into_values().collect();
    in_order.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (indices, orders): (Vec<Vec<usize>>, Vec<Vec<Order<'_>>>) = in_order.into_iter().unzip();
    let outcomes = write_groups(&orders);
    let each =
        indices.into_iter().zip(outcomes).flat_map(|(indices, outcomes)| indices.into_iter().zip(outcomes));
    each.collect()
}

/// The target of a consumer with what it should contain; nothing where it is to be left as it is.
fn order(contents: &Contents, force: bool) -> Option<Order<'_>> {
    let consumer = &contents.consumer;
    if contents.status == Status::Denied || consumer.is_denied() {
        return None;
    }
    let (path, content) = (consumer.target.as_ref()?, contents.content.as_ref()?);
    Some(Order { path, root: &consumer.root, bytes: content.text.as_bytes(), force })
}

//! `helmsum generate`: writes what is out of date.

use std::collections::BTreeSet;

use super::plan::{Consumer, Plan, Purpose};
use crate::diagnostic::Diagnostic;
use crate::report::Status;
use crate::target::{Order, Writer};
use crate::text::Place;

/// Writes the targets of a plan. A target that fails keeps nobody else's from being written.
pub(super) fn carry_out(plan: &mut Plan, purpose: Purpose) {
    let mut writer = Writer::default();
    let mut written = BTreeSet::new();
    for consumer in &mut plan.consumers {
        if let Err(problem) = write_target(consumer, &mut writer, purpose) {
            consumer.row.target.status = Status::Denied;
            consumer.problems.push(problem);
        }
        // Consumers that share a target want the same bytes, so what one has written is written for all.
        let Some(target) = consumer.target().cloned() else { continue };
        if consumer.row.target.written {
            written.insert(target);
        } else if written.contains(&target) && consumer.row.target.status != Status::Denied {
            consumer.row.target.written = true;
        }
    }
}

fn write_target(consumer: &mut Consumer, writer: &mut Writer, purpose: Purpose) -> Result<(), Diagnostic> {
    if consumer.row.target.status == Status::Denied || consumer.denied() {
        return Ok(());
    }
    let (Some(path), Some(content)) = (&consumer.row.target.path, &consumer.content) else { return Ok(()) };
    let order = Order { path, root: &consumer.root, bytes: content.text.as_bytes(), force: purpose.force };
    let written = writer
        .write(order)
        .map_err(|error| error.diagnostic().context(&consumer.owner).or_at(Place::file(path)))?;
    consumer.row.target.written = written;
    Ok(())
}

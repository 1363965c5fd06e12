//! `helmsum generate`: writes what is out of date.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::{Contents, Plan, Status};
use crate::target::{Order, Writer};
use crate::text::Place;

/// Writes the targets of a plan. A target that fails keeps nobody else's from being written. `force` replaces those that helmsum
/// did not write.
pub(super) fn carry_out(plan: &mut Plan, force: bool) {
    let mut writer = Writer::default();
    let mut written = BTreeSet::new();
    for contents in &mut plan.consumers {
        if let Err(failed) = write_target(contents, &mut writer, force) {
            contents.status = Status::Denied;
            contents.consumer.say(failed);
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

fn write_target(contents: &mut Contents, writer: &mut Writer, force: bool) -> Result<(), Diagnostic> {
    let consumer = &contents.consumer;
    if contents.status == Status::Denied || consumer.is_denied() {
        return Ok(());
    }
    let (Some(path), Some(content)) = (&consumer.target, &contents.content) else { return Ok(()) };
    let order = Order { path, root: &consumer.root, bytes: content.text.as_bytes(), force };
    contents.written = writer
        .write(order)
        .map_err(|error| error.diagnostic().context(&consumer.owner).or_at(Place::file(path)))?;
    Ok(())
}

//! The finding held: a checksum that stays as it is recorded, as `hold:` of `helmsum.yaml` says.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::project::{Findings, Project};
use super::stale_checksum::moved;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::Context;
use crate::plan::contents::consumer::Contents;
use crate::plan::history::{Since, since};

/// Says of every consumer with a hold what waits there, and warns where the hold should be over.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    // One day for all of the run, the same everywhere.
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    for (index, contents) in project.consumers.iter().enumerate() {
        if let Some(finding) =
            finding(contents, project.context, today).filter(|_| !contents.consumer.is_denied())
        {
            findings.about_consumer(index, finding);
        }
    }
}

/// The finding about a consumer, where it has a hold.
fn finding(contents: &Contents, context: &Context, today: Date) -> Option<Diagnostic> {
    let consumer = &contents.consumer;
    let hold = consumer.hold.as_ref()?;
    if contents.sources.is_empty() {
        let why = if consumer.auto.is_some() { "`auto` finds no source" } else { "it declares no sources" };
        let message = format!("{}: `hold` has nothing to hold, since {why}", consumer.owner);
        let finding = Diagnostic::finding(Code::UnmatchedEntry, message).hint("remove `hold`");
        return Some(finding.at(hold.place.clone()));
    }
    let waiting = if contents.waits() {
        let since = match since_of(contents, context) {
            Some(Since::Commit(hash)) => format!(" since {hash}"),
            Some(Since::Uncommitted) => " (not committed yet)".to_owned(),
            None => String::new(),
        };
        format!("a change waits{since}{}", moved(contents))
    } else {
        "nothing waits".to_owned()
    };
    let (owner, reason) = (&consumer.owner, &hold.reason);
    let over = hold.until.filter(|until| *until < today);
    let finding = match over {
        None => {
            let until = hold.until.map(|until| format!(" until {until}")).unwrap_or_default();
            Diagnostic::finding(Code::Held, format!("{owner} is held{until}, \"{reason}\": {waiting}"))
        }
        Some(until) => Diagnostic::finding(
            Code::Held,
            format!("{owner} is held although that was to end on {until}, \"{reason}\": {waiting}"),
        )
        .level(Level::Warn),
    };
    let hint = if contents.waits() {
        format!("remove `hold` and run {}: the next deployment restarts the pods", context.again)
    } else {
        "remove `hold` once it is not needed: the next change of its sources would not restart the pods"
            .to_owned()
    };
    Some(finding.hint(hint).at(hold.place.clone()))
}

/// Since when something waits at a consumer; nothing where git cannot say that.
pub(crate) fn since_of(contents: &Contents, context: &Context) -> Option<Since> {
    let consumer = &contents.consumer;
    let sources: Vec<_> = contents.sources.iter().filter_map(|one| one.source.path()).collect();
    since(&consumer.root, context.revision.as_deref(), consumer.target.as_deref()?, &sources)
}

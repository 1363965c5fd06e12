//! The numbers of an audit, and what they are called.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::{Audit, Audited, Reading, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::reference::Why;
use crate::report::model::Report;
use crate::text::counted;

/// The counts of releases and readings. Each is in exactly one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) releases: usize,
    pub(super) looked: usize,
    /// Releases that were not looked at since a chart is not at hand.
    pub(super) lacking: usize,
    /// Releases that could not be rendered for another reason.
    pub(super) failed: usize,
    pub(super) readings: usize,
    /// Readings that need nothing, by the reason.
    pub(super) needless: BTreeMap<&'static str, usize>,
    pub(super) covered: usize,
    pub(super) accepted: usize,
    pub(super) own: usize,
    pub(super) controlled: usize,
    pub(super) named: usize,
    pub(super) unmade: usize,
    pub(super) found: usize,
}

impl Counts {
    pub(super) fn of(audit: &Audit) -> Self {
        Self::count(&audit.releases, &audit.readings)
    }

    /// Those of some releases and readings.
    pub(super) fn count<'a>(
        releases: impl IntoIterator<Item = &'a Audited>,
        readings: impl IntoIterator<Item = &'a Reading>,
    ) -> Self {
        let mut counts = Self::default();
        for release in releases {
            counts.releases += 1;
            match &release.why_not {
                None => counts.looked += 1,
                Some(why) if why.lacks_chart => counts.lacking += 1,
                Some(_) => counts.failed += 1,
            }
        }
        for reading in readings {
            counts.readings += 1;
            match &reading.verdict {
                Verdict::Own => counts.own += 1,
                Verdict::Needless(why) => *counts.needless.entry(reason(why)).or_default() += 1,
                Verdict::Covered(_) => counts.covered += 1,
                Verdict::Accepted(_) => counts.accepted += 1,
                Verdict::Controlled(_) => counts.controlled += 1,
                Verdict::Named => counts.named += 1,
                Verdict::Unmade => counts.unmade += 1,
                Verdict::Unbridged | Verdict::Partial | Verdict::Missed => counts.found += 1,
            }
        }
        counts
    }

    /// Whether there was something to look at, and nothing could be.
    pub(super) const fn is_blind(&self) -> bool {
        self.releases > 0 && self.looked == 0
    }

    /// Why nothing is known of some releases: `2 without a chart at hand, 1 that could not be rendered`.
    pub(super) fn unseen(&self) -> Option<String> {
        let why = [(self.lacking, "without a chart at hand"), (self.failed, "that could not be rendered")];
        let why = words(why.into_iter());
        (!why.is_empty()).then(|| why.join(", "))
    }

    /// What came of the readings: `37 need nothing (22 read live, 15 reloaded by a program beside), 9 covered`. Nothing where none
    /// was found.
    pub(super) fn reasons(&self) -> Option<String> {
        let mut parts = Vec::new();
        let needless: usize = self.needless.values().sum();
        if needless > 0 {
            let mut why: Vec<(usize, &str)> =
                self.needless.iter().map(|(why, count)| (*count, *why)).collect();
            why.sort_by_key(|(count, _)| Reverse(*count));
            let need = if needless == 1 { "needs" } else { "need" };
            parts.push(format!("{needless} {need} nothing ({})", words(why.into_iter()).join(", ")));
        }
        parts.extend(words(
            [
                (self.covered, "covered"),
                (self.accepted, "accepted"),
                (self.own, "of the own release (not judged here)"),
                (self.controlled, "of objects that a controller makes"),
                (self.named, "only named"),
                (self.unmade, "of objects that no release makes"),
                (self.found, "with a finding"),
            ]
            .into_iter(),
        ));
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// The counts that are not nought, with what they count.
fn words<'w>(counts: impl Iterator<Item = (usize, &'w str)>) -> Vec<String> {
    counts.filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

/// What was found, in numbers: `1 error, 2 warnings`, or `nothing found`. What environments share counts once, as people read it.
pub(super) fn found(report: &Report) -> String {
    let (errors, warnings) = grave(&report.said());
    let found: Vec<String> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted(count, what))
        .collect();
    if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") }
}

/// Errors with denied findings, and warnings.
fn grave(said: &[Diagnostic]) -> (usize, usize) {
    let warnings = said.iter().filter(|one| one.code().is_some() && one.level == Level::Warn);
    (said.iter().filter(|one| one.is_denied()).count(), warnings.count())
}

/// Why a reading needs nothing, as it is counted.
pub(super) const fn reason(why: &Why) -> &'static str {
    match why {
        Why::ReadLive => "read live",
        Why::Reloader(_) => "reloaded by a program beside",
        Why::ThroughApi => "read through the API",
        Why::NextRun => "read anew by the next run",
        Why::Controller(_) => "restarted by a controller",
        Why::Operator => "left to an operator",
        Why::InTemplate => "a part of the pod template",
        Why::Unmounted => "mounted by no container",
    }
}

/// A verdict in words.
pub(in crate::report) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Own => "made by the release itself, not judged here".into(),
        Verdict::Needless(why) => match why {
            Why::Reloader(by) => format!("reloaded by {by}"),
            Why::Controller(by) => format!("restarted by a controller ({by})"),
            other => reason(other).into(),
        },
        Verdict::Covered(source) => format!("covered by {source}"),
        Verdict::Accepted(why) => format!("accepted: {why}"),
        Verdict::Controlled(resource) => format!("made by a controller of {resource}, so not computable"),
        Verdict::Named => "only named".into(),
        Verdict::Unmade => "made by no release that was looked at".into(),
        Verdict::Unbridged => "nothing restarts it".into(),
        Verdict::Partial => "sources leave out some of it".into(),
        Verdict::Missed => "the checksum does not reach it".into(),
    }
}

/// Counts. Each reading is in exactly one of those from `needless` to `found`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "AuditSummary")]
pub(crate) struct Summary {
    releases: usize,
    looked_at: usize,
    /// Releases that were not looked at since a chart is not at hand.
    lacks_chart: usize,
    /// Releases that could not be rendered for another reason.
    not_rendered: usize,
    readings: usize,
    needless: usize,
    covered: usize,
    accepted: usize,
    own: usize,
    controlled: usize,
    named: usize,
    unmade: usize,
    /// Readings with a finding.
    found: usize,
    /// Findings at level `warn`.
    warnings: usize,
    /// Errors, and findings at level `deny`.
    errors: usize,
}

impl Summary {
    /// The numbers of an audit and of what is said beside them.
    #[must_use]
    pub(crate) fn of(audit: &Audit, said: &[Diagnostic]) -> Self {
        let counts = Counts::of(audit);
        let (errors, warnings) = grave(said);
        Self {
            releases: counts.releases,
            looked_at: counts.looked,
            lacks_chart: counts.lacking,
            not_rendered: counts.failed,
            readings: counts.readings,
            needless: counts.needless.values().sum(),
            covered: counts.covered,
            accepted: counts.accepted,
            own: counts.own,
            controlled: counts.controlled,
            named: counts.named,
            unmade: counts.unmade,
            found: counts.found,
            warnings,
            errors,
        }
    }
}

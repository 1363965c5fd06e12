//! What there is to say about releases and their readings: a file for each finding, named for its code.

mod constant_checksum;
mod inert_annotation;
mod missed_workload;
mod partial_source;
pub(super) mod unaudited_release;
mod unbridged_reference;
mod unmatched_entry;
mod unstable_annotation;

pub(super) use unmatched_entry::unused_acceptance;

use super::arrival::Arrival;
use super::readings::{Judged, Reading};
use super::subject::Subject;
use crate::plan::Made;
use crate::plan::contents::makers::Makers;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;

/// A release that is judged, with everything that may have to do with it.
pub(super) struct Case<'a, 'e> {
    pub(super) made: &'a Made<'a>,
    pub(super) subjects: &'a [Subject<'a>],
    pub(super) makers: &'a Makers<'a>,
    pub(super) subject: &'a Subject<'a>,
    pub(super) rendering: &'a mut Rendering<'e>,
}

/// Looks at a release and adds what it finds.
pub(super) type Rule = fn(&mut Case<'_, '_>, Option<&Arrival>, &[(Reading, Judged)], &mut Findings);

/// Every rule about a single release. A new one is a file and a line here.
pub(super) const RULES: &[Rule] = &[
    unbridged_reference::judge,
    partial_source::judge,
    missed_workload::judge,
    inert_annotation::judge,
    constant_checksum::judge,
    unstable_annotation::judge,
];

//! What there is to know about a release, a path, or the code of a finding.
//!
//! It says nothing new: what a release declares, what its sources contain and what restarts is computed as everywhere else. Here it is put
//! together with why it is so.

mod path;
mod pods;
mod release;
mod source;
mod words;

use std::collections::BTreeSet;

pub(crate) use path::{Existing, OfPath, Reader, Reads, Through};
pub(crate) use pods::{MadeOfIt, Pods};
pub(crate) use release::{LastMoved, Moved, OfRelease, Undeclared, Why};
pub(crate) use source::{ByHand, First, OfSource, Order, OutWhy};
pub(crate) use words::{Page, Topic, Words, words};

use crate::cli::ReleaseFilter;
use crate::history::{self, History, Question};
use crate::plan::Made;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use pods::Looked;

/// An answer to one of the words.
#[derive(Debug)]
pub(crate) enum Answer {
    Release(Box<OfRelease>),
    /// A release that has no sources, or is not deployed.
    Undeclared(Undeclared),
    Path(OfPath),
    Page(Page),
}

/// What there is to know, in the order in which it was asked for.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    pub(crate) answers: Vec<Answer>,
    /// The words for which there is no answer among the releases that are selected.
    pub(crate) unanswered: Vec<String>,
}

/// Answers what is asked. With `renders`, helm shows what restarts, and who reads it.
pub(crate) fn explain(
    made: Made<'_>,
    rendering: &mut Rendering<'_>,
    topics: &[Topic],
    renders: bool,
) -> (Findings, Explanation) {
    let looked = renders.then(|| Looked::of(made, rendering));
    let mut asking = Asking { made: &made, done: BTreeSet::new(), explanation: Explanation::default() };
    for topic in topics {
        match topic {
            Topic::All => asking.add_all(),
            Topic::Release(filter) => asking.add_release(filter),
            Topic::Path(path) => {
                let of_path = path::of_path(&made, rendering, looked.as_ref(), path);
                let targets = of_path.target_of.clone();
                asking.explanation.answers.push(Answer::Path(of_path));
                for index in targets {
                    asking.add(index);
                }
            }
            Topic::Page(page) => asking.explanation.answers.push(Answer::Page(*page)),
        }
    }
    let mut explanation = asking.explanation;
    add_past(&made, &mut explanation);
    if let Some(looked) = looked {
        for answer in &mut explanation.answers {
            match answer {
                Answer::Release(release) if !release.is_entry => {
                    release.pods = Some(looked.pods(&made, release.index));
                }
                Answer::Undeclared(one) if one.why == Why::NoSources => {
                    one.pods = Some(looked.of_release(&one.id, &one.environment));
                }
                _ => {}
            }
        }
    }
    (Findings::default(), explanation)
}

/// What has been answered so far.
struct Asking<'m, 'p> {
    made: &'m Made<'p>,
    /// The consumers that were explained, by their positions.
    done: BTreeSet<usize>,
    explanation: Explanation,
}

impl Asking<'_, '_> {
    fn add(&mut self, index: usize) {
        if self.done.insert(index) {
            let release = release::of_release(self.made, index);
            self.explanation.answers.push(Answer::Release(Box::new(release)));
        }
    }

    fn add_all(&mut self) {
        (0..self.made.project.consumers.len()).for_each(|index| self.add(index));
    }

    fn add_release(&mut self, filter: &ReleaseFilter) {
        let meant = release::meant_by(self.made, filter);
        let undeclared = release::undeclared(self.made, filter);
        if meant.is_empty() && undeclared.is_empty() {
            self.explanation.unanswered.push(filter.to_string());
        }
        for index in meant {
            self.add(index);
        }
        self.explanation.answers.extend(undeclared.into_iter().map(Answer::Undeclared));
    }
}

/// Notes which commits moved the checksums last.
fn add_past(made: &Made<'_>, explanation: &mut Explanation) {
    let consumers = made.project.consumers;
    let releases: Vec<&mut OfRelease> = explanation
        .answers
        .iter_mut()
        .filter_map(|answer| match answer {
            Answer::Release(release) => Some(&mut **release),
            _ => None,
        })
        .filter(|release| release.has_target)
        .collect();
    if releases.is_empty() {
        return;
    }
    let asked = releases.iter().map(|release| &consumers[release.index].consumer);
    let question = Question { newest: true, ..Question::default() };
    let history: Result<History, _> = history::history(asked, &question);
    for release in releases {
        let contents = &consumers[release.index];
        let shown = release.computed.map(|computed| computed.to_string()).or(contents.recorded.clone());
        release.moved = LastMoved::of(&contents.consumer, history.as_ref(), shown.as_deref());
    }
}

//! Two renderings of a release, the second of which is left out where what it would show is certain without it.

use std::collections::BTreeSet;

use super::kept::{Call, Kept, Outcome, Rendered};
use super::manifests::{AT_ONCE, Look};
use super::rendering::{Answer, OwnTarget, Rendering};
use crate::diagnostic::Diagnostic;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::progress::Progress;
use crate::reference::moved_workloads;
use crate::rendered::{Cluster, Templating};
use crate::threads;

/// What a release is rendered as, once or twice.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// The release as it is about to be.
    pub(crate) at: ReleaseAt,
    pub(crate) second: Second,
}

/// What it is rendered as beside that.
#[derive(Clone, Debug)]
pub(crate) enum Second {
    /// Nothing.
    Nothing,
    /// With other digests in its target. A template may make some of its digests by itself.
    Swapped(Look, BTreeSet<String>),
    /// Once more, in a cluster that the first rendering shows, where this gives one.
    InCluster(fn(&Rendered) -> Option<Cluster>),
}

/// What came of a pair.
#[derive(Debug)]
pub(crate) struct Both {
    pub(crate) one: Answer<Rendered>,
    pub(crate) other: Other,
}

/// What came of the second rendering.
#[derive(Debug)]
pub(crate) enum Other {
    /// It was not asked for.
    Nothing,
    /// Helm was not called for it. Of a release that is rendered once more, it is certain that all is the same; of one with other
    /// digests, that all pods differ, and nothing is another one each time.
    Certain,
    /// This.
    Rendered(Box<Rendered>),
    /// It failed.
    Failed(Diagnostic),
}

/// What helm is called with for a pair.
struct Prepared {
    one: Templating,
    /// What it has rendered already for somebody's source.
    known: Option<Rendered>,
    second: PreparedSecond,
}

enum PreparedSecond {
    Nothing,
    Swapped(Answer<Box<Templating>>, BTreeSet<String>),
    InCluster(fn(&Rendered) -> Option<Cluster>),
}

/// What came of a pair: what helm printed, and whether the second rendering was certain without it.
struct Outcomes {
    one: Outcome<Rendered>,
    certain: Option<Outcome<bool>>,
    other: Option<Answer<Outcome<Rendered>>>,
}

impl Rendering<'_> {
    /// What releases render, in their order.
    pub(crate) fn pairs(&mut self, pairs: &[Pair], progress: &Progress) -> Vec<Both> {
        progress.begin_rendering(pairs.len());
        let mut found = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(AT_ONCE) {
            let calls: Vec<Answer<Prepared>> = some.iter().map(|pair| self.prepared_pair(pair)).collect();
            let kept = &self.kept;
            let outcomes = threads::map(calls, |call| {
                let outcomes = call.map(|prepared| rendered(kept, prepared));
                progress.rendered_one();
                outcomes
            });
            for (pair, outcomes) in some.iter().zip(outcomes) {
                found.push(match outcomes {
                    Ok(outcomes) => self.took_both(pair.at, outcomes),
                    Err(problem) => Both { one: Err(problem), other: Other::Nothing },
                });
            }
        }
        found
    }

    fn prepared_pair(&mut self, pair: &Pair) -> Answer<Prepared> {
        let one = self.prepared(&Look::plain(pair.at))?;
        let known = match self.rendered.get(&(pair.at, OwnTarget::Computed)) {
            Some(Ok(source)) if source.call == one.in_run() => Some(source.manifests.clone()),
            _ => None,
        };
        let second = match &pair.second {
            Second::Nothing => PreparedSecond::Nothing,
            Second::InCluster(cluster) => PreparedSecond::InCluster(*cluster),
            Second::Swapped(look, others) => {
                PreparedSecond::Swapped(self.prepared(look).map(Box::new), others.clone())
            }
        };
        Ok(Prepared { one, known, second })
    }

    fn took_both(&mut self, at: ReleaseAt, outcomes: Outcomes) -> Both {
        let Outcomes { one, certain, other } = outcomes;
        let one = self.took(at, one);
        let is_certain = certain.as_ref().is_some_and(is);
        if let Some(certain) = certain {
            self.keep(at, certain.pending);
        }
        let other = match other {
            Some(Ok(outcome)) => match self.took(at, outcome) {
                Ok(rendered) => Other::Rendered(Box::new(rendered)),
                Err(problem) => Other::Failed(problem),
            },
            Some(Err(problem)) => Other::Failed(problem),
            None if is_certain => Other::Certain,
            None => Other::Nothing,
        };
        Both { one, other }
    }
}

fn rendered(kept: &Kept, Prepared { one, known, second }: Prepared) -> Outcomes {
    let first = |call: &Call| known.map_or_else(|| kept.manifests(call, None), Outcome::of_run);
    match second {
        PreparedSecond::Nothing => Outcomes { one: first(&kept.call(one)), certain: None, other: None },
        PreparedSecond::Swapped(Err(problem), _) => {
            let one = first(&kept.call(one));
            let other = one.answer.is_ok().then_some(Err(problem));
            Outcomes { one, certain: None, other }
        }
        PreparedSecond::Swapped(Ok(other), others) => {
            let other = kept.call(*other);
            let call = kept.call(one).beside(&other);
            let one = first(&call);
            let Ok(rendered) = &one.answer else { return Outcomes { one, certain: None, other: None } };
            let certain = kept.all_differ([&call, &other], rendered, &others);
            let second = asked(kept, &certain, || checked(kept, &other, (rendered, &certain)));
            Outcomes { one, certain: Some(certain), other: second.map(Ok) }
        }
        PreparedSecond::InCluster(cluster) => {
            let call = kept.call(one);
            let one = first(&call);
            let Some(cluster) = one.answer.as_ref().ok().and_then(cluster) else {
                return Outcomes { one, certain: None, other: None };
            };
            let certain = kept.is_settled(&call, &cluster.sources);
            let second = asked(kept, &certain, || kept.manifests(&call, Some(&cluster)));
            Outcomes { one, certain: Some(certain), other: second.map(Ok) }
        }
    }
}

/// A second rendering, unless it is certain without helm what follows from it, and nobody wants to see it all the same.
fn asked(
    kept: &Kept,
    certain: &Outcome<bool>,
    render: impl FnOnce() -> Outcome<Rendered>,
) -> Option<Outcome<Rendered>> {
    (!is(certain) || kept.verifies()).then(render)
}

fn is(certain: &Outcome<bool>) -> bool {
    certain.answer.as_ref().is_ok_and(|certain| *certain)
}

/// The rendering with other digests; an error where not all pods differ although that was certain.
fn checked(kept: &Kept, call: &Call, (first, certain): (&Rendered, &Outcome<bool>)) -> Outcome<Rendered> {
    let second = kept.manifests(call, None);
    let all_differ = second.answer.as_ref().is_ok_and(|second| {
        let moved = moved_workloads(first, second);
        first.workloads.iter().all(|workload| moved.contains(&workload.identity))
    });
    if all_differ || !is(certain) { second } else { Outcome { answer: Err(call.is_otherwise()), ..second } }
}

//! Renderings of a release beside the one that is deployed, left out where what they would show is certain without them.

use std::collections::BTreeSet;

use super::kept::{Call, Kept, Outcome, Rendered};
use super::manifests::{AT_ONCE, Look};
use super::rendering::{Answer, Rendering};
use crate::diagnostic::Diagnostic;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::progress::Progress;
use crate::reference::moved_workloads;
use crate::rendered::{Cluster, Mark, Templating};
use crate::threads;

/// What a release is rendered as, and what else is asked beside that.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// The release as it is about to be.
    pub(crate) at: ReleaseAt,
    /// It with other digests in its target. A template may make some of its digests by itself.
    pub(crate) swapped: Option<(Look, BTreeSet<String>)>,
    /// It once more, in a cluster that the first rendering shows, where this gives one.
    pub(crate) in_cluster: Option<ClusterOf>,
}

/// The cluster in which a release is rendered once more, if it is: by what it renders, and the marks of what helmsum writes.
pub(crate) type ClusterOf = fn(&Rendered, &BTreeSet<Mark>) -> Option<Cluster>;

/// What came of a pair.
#[derive(Debug)]
pub(crate) struct Both {
    pub(crate) one: Answer<Rendered>,
    pub(crate) swapped: Other,
    pub(crate) in_cluster: Other,
}

/// What came of a second rendering.
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
    swapped: Option<(Answer<Box<Templating>>, BTreeSet<String>)>,
    in_cluster: Option<ClusterOf>,
}

/// What came of a pair: what helm printed, and what was certain without it.
struct Outcomes {
    one: Outcome<Rendered>,
    swapped: Option<Seconds>,
    in_cluster: Option<Seconds>,
}

/// What came of a second rendering: whether it is certain without helm, and what helm printed all the same.
struct Seconds {
    certain: Outcome<bool>,
    rendered: Option<Answer<Outcome<Rendered>>>,
}

impl Rendering<'_> {
    /// What releases render, in their order.
    pub(crate) fn pairs(&mut self, pairs: &[Pair], progress: &Progress) -> Vec<Both> {
        self.kept.wait();
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
                    Err(problem) => {
                        Both { one: Err(problem), swapped: Other::Nothing, in_cluster: Other::Nothing }
                    }
                });
            }
        }
        found
    }

    fn prepared_pair(&mut self, pair: &Pair) -> Answer<Prepared> {
        let one = self.prepared(&Look::plain(pair.at))?;
        let known = self.known(pair.at, &one);
        let swapped =
            pair.swapped.as_ref().map(|(look, others)| (self.prepared(look).map(Box::new), others.clone()));
        Ok(Prepared { one, known, swapped, in_cluster: pair.in_cluster })
    }

    fn took_both(&mut self, at: ReleaseAt, outcomes: Outcomes) -> Both {
        let Outcomes { one, swapped, in_cluster } = outcomes;
        Both {
            one: self.took(at, one),
            swapped: self.took_second(at, swapped),
            in_cluster: self.took_second(at, in_cluster),
        }
    }

    fn took_second(&mut self, at: ReleaseAt, seconds: Option<Seconds>) -> Other {
        let Some(Seconds { certain, rendered }) = seconds else { return Other::Nothing };
        let is_certain = is(&certain);
        self.keep(at, certain.pending);
        match rendered {
            Some(Ok(outcome)) => match self.took(at, outcome) {
                Ok(rendered) => Other::Rendered(Box::new(rendered)),
                Err(problem) => Other::Failed(problem),
            },
            Some(Err(problem)) => Other::Failed(problem),
            None if is_certain => Other::Certain,
            None => Other::Nothing,
        }
    }
}

fn rendered(kept: &Kept, Prepared { one, known, swapped, in_cluster }: Prepared) -> Outcomes {
    let swapped = swapped.map(|(other, others)| (other.map(|other| kept.call(*other)), others));
    let call = match &swapped {
        Some((Ok(other), _)) => kept.call(one).beside(other),
        _ => kept.call(one),
    };
    let one = known.map_or_else(|| kept.manifests(&call, None), Outcome::of_run);
    let Ok(rendered) = &one.answer else { return Outcomes { one, swapped: None, in_cluster: None } };
    let cluster = in_cluster.and_then(|cluster| cluster(rendered, &kept.written_in(&call)));
    let in_cluster = cluster.map(|cluster| {
        let certain = kept.is_settled(&call, &cluster.sources);
        let rendered = asked(kept, &certain, || kept.manifests(&call, Some(&cluster)));
        Seconds { certain, rendered: rendered.map(Ok) }
    });
    let swapped = swapped.map(|(other, others)| match other {
        Ok(other) => {
            let certain = kept.all_differ([&call, &other], rendered, &others);
            let rendered = asked(kept, &certain, || checked(kept, &other, (rendered, &certain)));
            Seconds { certain, rendered: rendered.map(Ok) }
        }
        Err(problem) => Seconds { certain: Outcome::of_run(false), rendered: Some(Err(problem)) },
    });
    Outcomes { one, swapped, in_cluster }
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

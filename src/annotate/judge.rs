//! What annotating releases will come to, before helm renders them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::computed::Known;
use super::last_error::Subject;
use super::problem::Problem;
use super::release::{Additions, Computed, added, annotate, reached};
use crate::audit::{Reached, Restarts, plain};
use crate::diagnostic::Diagnostic;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::project::Findings;
use crate::plan::{Contents, Made};
use crate::text::listed;

/// How many releases a message names.
const NAMED: usize = 8;

/// A release that helm gives to `helmsum annotate`.
struct Case<'p> {
    /// Its place among the consumers.
    index: usize,
    contents: &'p Contents,
    at: ReleaseAt,
    /// Its sources, but for those that could not be read.
    sources: Vec<Answer<Computed>>,
}

/// The releases that were asked for, whose sources helm gives to `helmsum annotate`. `takes` chooses among them.
fn cases<'p>(
    made: &Made<'p>,
    rendering: &mut Rendering<'_>,
    takes: impl Fn(&Contents) -> bool,
) -> Vec<Case<'p>> {
    let is_annotated = |contents: &&Contents| {
        let consumer = &contents.consumer;
        consumer.selected && consumer.wiring.is_annotated && !contents.sources.is_empty()
    };
    let consumers = made.project.consumers.iter().enumerate();
    let asked: Vec<(usize, &Contents)> =
        consumers.filter(|(_, contents)| is_annotated(contents) && takes(contents)).collect();
    let mut known = Known::default();
    let all: Vec<&Contents> = asked.iter().map(|(_, contents)| *contents).collect();
    known.render(made, &all, rendering);
    let case = |(index, contents): (usize, &'p Contents)| {
        let sources = known.computed(made, contents, rendering)?;
        Some(Case { index, contents, at: contents.consumer.at?, sources })
    };
    asked.into_iter().filter_map(case).collect()
}

/// Judges releases that helm gives to `helmsum annotate` as that will, by what helm renders for them: whatever it refuses is found here.
/// What cannot be rendered here is noted, and the last error of a release with which nothing is wrong.
pub(crate) fn judge(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, ()) {
    let mut findings = Findings::default();
    // Else helm renders nothing.
    if !made.project.reading.options.deploys_nothing() {
        judge_renderings(&made, rendering, &mut findings);
    }
    recall(&made, &mut findings);
    (findings, ())
}

fn judge_renderings(made: &Made<'_>, rendering: &mut Rendering<'_>, findings: &mut Findings) {
    // What is denied already stops helm.
    let cases = cases(made, rendering, |contents| !contents.consumer.is_denied());
    let mut looks = Vec::new();
    let mut looked = Vec::new();
    for case in &cases {
        for problem in case.sources.iter().filter_map(|source| source.as_ref().err()) {
            findings.about_consumer(case.index, problem.clone());
        }
        let computed: Answer<Vec<Computed>> = case.sources.iter().cloned().collect();
        if let Ok(computed) = computed {
            looks.push((Look::plain(case.at), title(&computed)));
            looked.push((case, computed));
        }
    }
    let namespace = |case: &Case<'_>| case.contents.consumer.namespace.clone();
    let given: Vec<(String, &[Computed])> =
        looked.iter().map(|(case, computed)| (namespace(case), computed.as_slice())).collect();
    let verdict = |number: usize, manifests: &[u8]| -> Vec<Problem> {
        let (namespace, computed) = &given[number];
        annotate(manifests, namespace, computed).err().unwrap_or_default()
    };
    let verdicts = rendering.of_each(&looks, verdict, made.progress);
    let mut unseen = Vec::new();
    for ((case, computed), verdict) in looked.iter().zip(verdicts) {
        match verdict {
            Ok(problems) => {
                for problem in problems {
                    let said = problem.of_rendering(computed).context(&case.contents.consumer.owner);
                    let place = rendering.release(case.at).place.clone();
                    findings.about_consumer(case.index, said.or_at_known(place.as_ref()));
                }
            }
            Err(problem) => unseen.push((case, problem)),
        }
    }
    if let Some((first, problem)) = unseen.first() {
        let ids: Vec<String> =
            unseen.iter().map(|(case, _)| format!("`{}`", case.contents.consumer.id())).collect();
        let release = rendering.release(first.at);
        findings.about_consumer(first.index, unjudged(&ids, plain(&problem.message, release), problem));
    }
}

/// Quotes the last error of each release, where nothing is wrong with it by now as far as is known.
fn recall(made: &Made<'_>, findings: &mut Findings) {
    let keeping = &made.project.context.keeping;
    let denied = findings.of_consumers.iter().filter(|(_, finding)| finding.is_denied());
    let denied: BTreeSet<usize> = denied.map(|(index, _)| *index).collect();
    for (index, contents) in made.project.consumers.iter().enumerate() {
        let consumer = &contents.consumer;
        let is_fine = !consumer.is_denied() && !denied.contains(&index);
        if consumer.selected && consumer.wiring.is_annotated && is_fine {
            let subject = Subject::new(&consumer.state, &consumer.environment, &consumer.id());
            let note = subject.recalled(keeping, &consumer.owner);
            findings.of_consumers.extend(note.map(|note| (index, note)));
        }
    }
}

/// The note about releases of which it is not known what `helmsum annotate` will do, and why that is so for the first.
fn unjudged(ids: &[String], why: &str, problem: &Diagnostic) -> Diagnostic {
    let (who, why) = match ids {
        [one] => (format!("release {one} is"), why.to_owned()),
        several => (format!("releases {} are", listed(several, NAMED)), format!("of the first, {why}")),
    };
    let message = format!(
        "{who} not rendered here, so only helm will show whether `helmsum annotate` finds readers: {why}"
    );
    let note = Diagnostic::note(message).or_at_known(problem.place.as_ref());
    match &problem.hint {
        Some(hint) => note.hint(hint),
        None => note,
    }
}

/// What decides the answer beside the manifests: whatever of the sources counts.
fn title(sources: &[Computed]) -> String {
    let mut title = "annotated".to_owned();
    for Computed { source, digest, objects } in sources {
        let (name, on) = (&source.name, &source.options.on);
        let _ = write!(title, "\n{:?} {} {name:?} {on:?} {digest} {objects:?}", source.what, source.text);
    }
    title
}

/// What restarts where the checksums of annotated releases move, by their positions among the consumers.
pub(crate) fn restarts(made: &Made<'_>, rendering: &mut Rendering<'_>) -> BTreeMap<usize, Restarts> {
    let cases = cases(made, rendering, |_| true);
    let looks: Vec<Look> = cases.iter().map(|case| Look::plain(case.at)).collect();
    let mut found = BTreeMap::new();
    for (case, answer) in cases.iter().zip(rendering.manifests(&looks, made.progress)) {
        let sources: Vec<Computed> = case.sources.iter().flatten().cloned().collect();
        let restarts = match answer {
            Ok(manifests) => {
                Restarts::Reached(reached(&manifests, &sources).into_iter().map(Reached::of).collect())
            }
            Err(problem) => Restarts::unknown(&problem, rendering.release(case.at)),
        };
        found.insert(case.index, restarts);
    }
    found
}

/// What annotating puts on the pods of releases, by their positions among the consumers. There is nothing of one that is not rendered.
pub(crate) fn additions(made: &Made<'_>, rendering: &mut Rendering<'_>) -> BTreeMap<usize, Additions> {
    let cases = cases(made, rendering, |_| true);
    let looks: Vec<Look> = cases.iter().map(|case| Look::plain(case.at)).collect();
    let answers = rendering.manifests(&looks, made.progress);
    let of = |(case, answer): (&Case<'_>, Answer<_>)| {
        let sources: Vec<Computed> = case.sources.iter().flatten().cloned().collect();
        Some((case.index, added(&answer.ok()?, &sources)))
    };
    cases.iter().zip(answers).filter_map(of).collect()
}

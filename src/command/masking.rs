//! Keeps decrypted values out of everything that is shown.

use super::plan::Plan;
use crate::finding::Finding;
use crate::text::{Problem, Secrets};

/// Masks secrets in everything a plan says in words. Names, labels and paths stay: they are those of files, targets and releases.
pub(super) fn mask(plan: &mut Plan, secrets: &Secrets) {
    let text = |text: &mut String| *text = secrets.mask(text).into_owned();
    plan.trace.iter_mut().chain(&mut plan.notes).for_each(text);
    for consumer in &mut plan.consumers {
        consumer.notes.iter_mut().for_each(text);
        mask_findings(&mut consumer.findings, secrets);
        mask_problems(&mut consumer.problems, secrets);
    }
    mask_findings(&mut plan.findings, secrets);
    mask_problems(&mut plan.problems, secrets);
}

fn mask_findings(findings: &mut [Finding], secrets: &Secrets) {
    for finding in findings {
        finding.message = secrets.mask(&finding.message).into_owned();
        finding.hint = finding.hint.as_ref().map(|hint| secrets.mask(hint).into_owned());
    }
}

fn mask_problems(problems: &mut [Problem], secrets: &Secrets) {
    for problem in problems {
        *problem = masked(problem.clone(), secrets);
    }
}

/// A problem without secrets. A source that holds one is not shown.
pub(super) fn masked(problem: Problem, secrets: &Secrets) -> Problem {
    let shown = |text: &str| secrets.mask(text) == text;
    Problem {
        message: secrets.mask(&problem.message).into_owned(),
        hint: problem.hint.map(|hint| secrets.mask(&hint).into_owned()),
        excerpt: problem.excerpt.filter(|excerpt| shown(&excerpt.source) && shown(&excerpt.label)),
        ..problem
    }
}

//! The finding unaudited-release: releases that could not be rendered, so that nobody knows what their pods read.

use std::collections::BTreeSet;

use crate::audit::places::scalars;
use crate::audit::subject::{Subject, plain};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::makers::Makers;
use crate::plan::contents::manifests::is_not_at_hand;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::rendered::Fetch;
use crate::text::{counted, listed, shell_word};

/// How many releases a message names.
const NAMED: usize = 5;

/// Looks at what was asked for and not rendered: one finding for each environment. Gives the command that fetches the charts which are
/// not at hand, if there are any.
pub(in crate::audit) fn judge(
    made: &Made<'_>,
    subjects: &[Subject<'_>],
    makers: &Makers<'_>,
    rendering: &Rendering<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let mut commands: Vec<String> = Vec::new();
    for index in 0..made.project.environments.len() {
        let unseen: Vec<(&Subject<'_>, &Diagnostic)> = subjects
            .iter()
            .filter(|subject| subject.at.environment == index && subject.is_selected)
            .filter_map(|subject| Some((subject, subject.manifests.as_ref().err()?)))
            .collect();
        let Some((first, _)) = unseen.first() else { continue };
        let causes = causes(&unseen, rendering);
        let lacks = lacking(&unseen).count();
        let names: Vec<String> =
            unseen.iter().map(|(subject, _)| format!("`{}`", subject.release.id())).collect();
        let (since, reason) = if lacks == unseen.len() {
            let charts = if unseen.len() == 1 { "its chart is" } else { "their charts are" };
            (format!(", since {charts} not at hand"), String::new())
        } else {
            (String::new(), format!("; {}", reason(&causes)))
        };
        let may = may_read(subjects, makers, rendering, &unseen);
        let message = format!(
            "{} not looked at{since}: {}{reason}{may}",
            match unseen.len() {
                1 => "1 release is".to_owned(),
                count => format!("{} are", counted(count, "release")),
            },
            listed(&names, NAMED),
        );
        let command = fetching(subjects, &unseen);
        let hint = match &command {
            Some(command) => {
                let rest = unfetched(&unseen).unwrap_or_default();
                format!("run `{command}`, which fetches the charts{rest}")
            }
            None => causes
                .iter()
                .find_map(|(_, problem)| problem.hint.clone())
                .unwrap_or_else(|| "see what `helmfile template` says for them".to_owned()),
        };
        commands.extend(command);
        let finding = Diagnostic::finding(Code::UnauditedRelease, message).hint(hint);
        let place = first.release.place.as_ref();
        findings.about_visit(first.environment, first.at.visit, finding.or_at_known(place));
    }
    // Each environment has its own charts, whatever helm says about those of another.
    (!commands.is_empty()).then(|| commands.join("; "))
}

/// Those of which the reason is told: of one that lacks its checksum, the reason is that of another one, if there is one.
fn causes<'u, 'p>(
    unseen: &[(&'u Subject<'p>, &'u Diagnostic)],
    rendering: &Rendering<'_>,
) -> Vec<(&'u Subject<'p>, &'u Diagnostic)> {
    let others: Vec<_> =
        unseen.iter().copied().filter(|(subject, _)| !rendering.lacks_checksum(subject.at)).collect();
    if others.is_empty() { unseen.to_vec() } else { others }
}

/// Why releases could not be rendered whose charts are at hand: what is said of all, or of the first of them.
fn reason(unseen: &[(&Subject<'_>, &Diagnostic)]) -> String {
    let said = |(subject, problem): &(&Subject<'_>, &Diagnostic)| {
        plain(&problem.message, subject.release).to_owned()
    };
    let Some(first) = unseen.iter().find(|(_, problem)| !is_not_at_hand(problem)) else {
        return String::new();
    };
    let reason = said(first);
    if unseen.iter().all(|one| said(one) == reason) {
        return reason;
    }
    format!("of `{}`: {reason}", first.0.release.id())
}

/// The command that brings the charts of an environment to where helm and helmfile keep them, as far as one does.
///
/// Charts of repositories are fetched where helm renders them, and helmfile renders no more after the first release that helm refuses:
/// those that are known to be refused are left out.
fn fetching(subjects: &[Subject<'_>], unseen: &[(&Subject<'_>, &Diagnostic)]) -> Option<String> {
    let (first, _) = unseen.first()?;
    let ways: Vec<Fetch> = lacking(unseen).map(|(subject, _)| subject.fetch()).collect();
    let locks = ways.contains(&Fetch::Locking);
    if !locks && !ways.contains(&Fetch::Rendering) {
        return None;
    }
    let mut refused: Vec<String> = Vec::new();
    for subject in subjects.iter().filter(|subject| subject.at.environment == first.at.environment) {
        let is_refused = subject.manifests.as_ref().is_err_and(|problem| !is_not_at_hand(problem));
        let name = format!("name!={}", subject.release.name);
        if is_refused && !refused.contains(&name) {
            refused.push(name);
        }
    }
    let helmfile = first.environment.request.helmfile();
    let lock = if locks { format!("{helmfile} deps && ") } else { String::new() };
    let but =
        if refused.is_empty() { String::new() } else { format!(" -l {}", shell_word(&refused.join(","))) };
    Some(format!("{lock}{helmfile}{but} template > /dev/null"))
}

/// What is left to do where no command fetches the charts of some releases.
fn unfetched(unseen: &[(&Subject<'_>, &Diagnostic)]) -> Option<String> {
    let (subject, problem) = lacking(unseen).find(|(subject, _)| subject.fetch() == Fetch::Nothing)?;
    let hint = problem.hint.as_deref().unwrap_or("it has to be there as a local chart");
    Some(format!("; but not that of `{}`: {hint}", subject.release.id()))
}

/// Those whose charts are not at hand.
fn lacking<'u, 'p>(
    unseen: &'u [(&'u Subject<'p>, &'u Diagnostic)],
) -> impl Iterator<Item = (&'u Subject<'p>, &'u Diagnostic)> {
    unseen.iter().copied().filter(|(_, problem)| is_not_at_hand(problem))
}

/// The objects of other releases, and those that controllers make, that stand as whole scalars in the values of releases that could
/// not be looked at.
fn may_read(
    subjects: &[Subject<'_>],
    makers: &Makers<'_>,
    rendering: &Rendering<'_>,
    unseen: &[(&Subject<'_>, &Diagnostic)],
) -> String {
    let mut found = Vec::new();
    for (subject, _) in unseen {
        let made = makers.near(subject.deployed()).map(|(kind, name, maker)| {
            let maker = subjects[maker].release.id();
            (name, format!("{} `{name}` of `{maker}`", kind.name()))
        });
        let controlled = makers.controlled_near(subject.deployed()).map(|(kind, name, resource)| {
            (name, format!("{} `{name}`, which a controller makes of {resource}", kind.name()))
        });
        let near: Vec<(&str, String)> = made.chain(controlled).collect();
        if near.is_empty() {
            continue;
        }
        let scalars = with_those_of_texts(scalars(rendering, subject.at));
        let named = near.into_iter().filter(|(name, _)| scalars.contains(*name));
        let named: Vec<String> = named.map(|(_, object)| object).collect();
        if !named.is_empty() {
            found.push(format!("`{}` may read {}", subject.release.id(), named.join(" and ")));
        }
    }
    if found.is_empty() { String::new() } else { format!("; {}", found.join("; ")) }
}

/// Scalars, and those of the lines of texts: charts render pieces of manifests that values have as texts.
fn with_those_of_texts(mut scalars: BTreeSet<String>) -> BTreeSet<String> {
    let of_line = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("- ").unwrap_or(line);
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        value.trim().trim_matches(['"', '\'']).to_owned()
    };
    let texts = scalars.iter().filter(|text| text.contains('\n'));
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(of_line).collect::<Vec<_>>()).collect();
    scalars.extend(lines);
    scalars
}

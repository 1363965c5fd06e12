//! The finding unaudited-release: releases that could not be rendered, so that nobody knows what their pods read.

use std::collections::BTreeSet;

use crate::audit::makers::Makers;
use crate::audit::places::scalars;
use crate::audit::subject::{Subject, plain};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::manifests::is_not_at_hand;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::text::{counted, listed, shell_word};

/// How many releases a message names.
const NAMED: usize = 5;

/// Looks at what was asked for and not rendered: one finding for each environment.
pub(in crate::audit) fn judge(
    made: &Made<'_>,
    subjects: &[Subject<'_>],
    makers: &Makers,
    rendering: &Rendering<'_>,
    findings: &mut Findings,
) {
    for index in 0..made.project.environments.len() {
        let unseen: Vec<(&Subject<'_>, &Diagnostic)> = subjects
            .iter()
            .filter(|subject| subject.at.environment == index && subject.is_selected)
            .filter_map(|subject| Some((subject, subject.manifests.as_ref().err()?)))
            .collect();
        let Some((first, _)) = unseen.first() else { continue };
        let lacking = unseen.iter().filter(|(_, problem)| is_not_at_hand(problem)).count();
        let names: Vec<String> =
            unseen.iter().map(|(subject, _)| format!("`{}`", subject.release.id())).collect();
        let why = if lacking == unseen.len() {
            match unseen.len() {
                1 => "since its chart is not at hand".to_owned(),
                _ => "since their charts are not at hand".to_owned(),
            }
        } else {
            let other = unseen.iter().find(|(_, problem)| !is_not_at_hand(problem));
            let reason = other.map(|(subject, problem)| {
                format!("release `{}`: {}", subject.release.id(), plain(&problem.message, subject.release))
            });
            reason.unwrap_or_default()
        };
        let may = may_read(subjects, makers, rendering, &unseen);
        let message = format!(
            "{} not looked at, {why}: {}{may}",
            match unseen.len() {
                1 => "1 release is".to_owned(),
                count => format!("{} are", counted(count, "release")),
            },
            listed(&names, NAMED),
        );
        let hint = if lacking > 0 {
            bring(made, first)
        } else {
            unseen
                .iter()
                .find_map(|(_, problem)| problem.hint.clone())
                .unwrap_or_else(|| "see what `helmfile template` says for them".to_owned())
        };
        let finding = Diagnostic::finding(Code::UnauditedRelease, message).hint(hint);
        let place = first.release.place.as_ref();
        findings.about_visit(first.environment, first.at.visit, finding.or_at_known(place));
    }
}

/// The command that brings charts to where helm and helmfile keep them.
fn bring(made: &Made<'_>, subject: &Subject<'_>) -> String {
    let options = &made.project.reading.options;
    let file = options.file.as_ref().map(|file| format!(" -f {}", shell_word(file))).unwrap_or_default();
    let environment = &subject.environment.resolved.environment;
    let environment =
        if environment == "default" { String::new() } else { format!(" -e {}", shell_word(environment)) };
    format!("run `helmfile{file}{environment} template > /dev/null` once, which fetches the charts")
}

/// The objects of other releases, and those that controllers make, that stand as whole scalars in the values of releases that could
/// not be looked at.
fn may_read(
    subjects: &[Subject<'_>],
    makers: &Makers,
    rendering: &Rendering<'_>,
    unseen: &[(&Subject<'_>, &Diagnostic)],
) -> String {
    let mut found = Vec::new();
    for (subject, _) in unseen {
        let made = makers.near(subject).map(|(kind, name, maker)| {
            let maker = subjects[maker].release.id();
            (name, format!("{} `{name}` of `{maker}`", kind.name()))
        });
        let controlled = makers.controlled_near(subject).map(|(kind, name, resource)| {
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
